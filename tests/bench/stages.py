"""What each stage of a block costs: a table of nanoseconds a transaction."""

from __future__ import annotations

TRANSACTIONS = 12 * 65_536
"""Twelve blocks; contacts and products, which have blocks of their own, are counted in full."""

BYTES = 64 << 20
"""Room for the one part that stands at a time."""

STAGES = ("make_table", "check_block", "write_part")


def table(found: dict[str, float]) -> str:
    """The stages as a Markdown table, one row a table, and their sum."""
    names = [key.removesuffix(" rows") for key in found if key.endswith(" rows")]
    spent = {name: [found[f"{name} {stage}"] for stage in STAGES] for name in names}
    spent["all tables"] = [sum(column) for column in zip(*spent.values(), strict=True)]
    rows = {name: found.get(f"{name} rows", 0.0) for name in names}
    rows["all tables"] = sum(rows.values())
    heads = ["table", "rows a transaction", *STAGES, "together"]
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * (len(heads) - 1)]
    for name, seconds in spent.items():
        each = [f"{1e9 * value / TRANSACTIONS:,.0f}" for value in (*seconds, sum(seconds))]
        lines.append(f"| {name} | {rows[name] / TRANSACTIONS:.2f} | {' | '.join(each)} |")
    return "\n".join(lines)
