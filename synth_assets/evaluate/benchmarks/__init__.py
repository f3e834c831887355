"""Benchmarks that others can cite: fixed, versioned scenarios, with hashes and reference scores.

A version of a benchmark belongs to a version of this package. `python -m synth_assets.evaluate.benchmarks`
renews what is committed of them: `committed.json` and `docs/benchmarks.md`.
"""
