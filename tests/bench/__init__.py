"""What generation costs: `make bench`, `make bench-plot`, or `python -m tests.bench --help`.

Costs are CPU seconds, user and system, children included. Each figure is a fresh process, so imports count
where they count for a user, and peak memory is that of one task; ratios come from runs that alternate, as
machines are shared. Figures stand beside their targets and nothing fails because of one.
docs/performance.md says what each figure means.

    measures.py   what is measured, inside its process
    scoring.py    the findings that are scored
    runs.py       the processes, their rounds, and room on the disk
    report.py     the lines that are printed, and their targets
    stages.py     what each stage of a block costs
    plot.py       cost against size, measured into docs/cost.json and drawn as docs/cost.svg
"""
