"""What rows at fault hold, by itself or beyond the sound rows' range, and how many sound rows hold it too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.checks.fault_chains import SEVERAL
from synth_assets.checks.traits import FEWEST, Trait


class Held(NamedTuple):
    """A value or range that may give a kind of fault away.

    Attributes:
        trait: the trait's name.
        kind: the kind of fault.
        held: the value, "below" or "above" a bound of the sound rows, or "always" a value.
        faults: labels with a row that holds it.
        rows: rows at fault that hold it.
        sound: sound rows that hold it.
    """

    trait: str
    kind: str
    held: str
    faults: int
    rows: int
    sound: int


class Compared(NamedTuple):
    """The rows of a table, those at fault apart.

    Attributes:
        at_fault, sound: `kind` and `label`, empty for sound rows, and each trait: `t0`, `t1` and so on.
        of_kind: how many rows each kind of fault has.
    """

    at_fault: pa.Table
    sound: pa.Table
    of_kind: dict[str, int]


def compared_rows(rows: pa.Table) -> Compared:
    """The rows that the query of `traits_sql` finds, parted."""
    is_sound = rows["kind"].is_null()
    at_fault = rows.filter(pc.invert(is_sound))
    of_kind = {str(kind): number for kind, number in _counted(at_fault["kind"]).items()}
    return Compared(at_fault, rows.filter(is_sound), of_kind)


def held(rows: Compared, asked: Sequence[Trait]) -> tuple[list[Held], int]:
    """What may give a fault away, and how many values and ranges were looked at."""
    found: list[Held] = []
    tests = 0
    for place, trait in enumerate(asked):
        if trait.has_range:
            tests += 2 * len(rows.of_kind)
            found += _beyond(rows, f"t{place}", trait.name)
        else:
            groups = _grouped(rows.at_fault, "kind", f"t{place}")
            tests += groups.num_rows
            found += _values(groups, rows.sound[f"t{place}"], f"t{place}", trait.name)
    return sorted(found), tests


def _values(groups: pa.Table, sound: pa.ChunkedArray, place: str, trait: str) -> Iterator[Held]:
    """Values that no sound row holds, and those that all rows of a kind hold."""
    values_of_kind = _counted(groups["kind"])
    groups = _blamed(groups)
    holders = _counted(sound.filter(pc.is_in(sound, value_set=groups[place]))) if groups.num_rows else {}
    for group in groups.to_pylist():
        kind, value = group["kind"], group[place]
        also = holders.get(value, 0)
        if not also or values_of_kind[kind] == 1:
            shown = f"always {_shown(value)}" if also else _shown(value)
            yield Held(trait, kind, shown, group["label_count_distinct"], group["label_count"], also)


def _beyond(rows: Compared, place: str, trait: str) -> Iterator[Held]:
    """Values below and above those of all sound rows."""
    values, bounds = rows.at_fault[place], pc.min_max(rows.sound[place])
    sides = (("below", pc.less, bounds["min"]), ("above", pc.greater, bounds["max"]))
    for side, lies, bound in sides:
        beyond = rows.at_fault.filter(lies(values, bound))
        if beyond.num_rows >= FEWEST:
            for group in _blamed(_grouped(beyond, "kind")).to_pylist():
                shown = f"{side} {_shown(bound.as_py())}"
                faults, holders = group["label_count_distinct"], group["label_count"]
                yield Held(trait, group["kind"], shown, faults, holders, 0)


def _grouped(rows: pa.Table, *by: str) -> pa.Table:
    """Faults and rows at fault of each group."""
    return rows.group_by(by, use_threads=False).aggregate([("label", "count_distinct"), ("label", "count")])


def _blamed(groups: pa.Table) -> pa.Table:
    """The groups of faults of one kind, and enough of them."""
    enough = pc.greater_equal(groups["label_count_distinct"], FEWEST)
    return groups.filter(pc.and_(enough, pc.not_equal(groups["kind"], SEVERAL)))


def _counted(values: pa.ChunkedArray) -> dict[object, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(values).to_pylist()}


def _shown(value: object) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "empty"
    return str(value).lower() if isinstance(value, bool) else str(value)
