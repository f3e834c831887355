"""A history that goes on: with which configuration, from which day, and which parts are not written again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from synth_assets.model.documents import read_document
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table
from synth_assets.scenario.resolve import parse
from synth_assets.scenario.scenario import Scenario, with_versions
from synth_assets.storage.parquet import Part, part_name
from synth_assets.storage.paths import StoragePath, digest
from synth_assets.storage.store import Store


def continued(store: Store, as_of: str | None = None) -> Scenario | None:
    """The published history up to a later day; None where none grows, or nothing that can be read.

    Args:
        store: of the world.
        as_of: a date, or today; None for the world's default, or the published day where that is a date.

    Raises:
        UsageProblem: `as_of` is no date, or the history has no such day.
        Problem: what is published is a history of another version of this program.
    """
    try:
        before = store.scenario()
    except Problem:
        _refuse_to_end_a_history(store)
        return None
    if not before.history:
        return None
    default = type(before.config).model_fields["as_of"].default
    day = as_of or ("today" if default == "today" else str(before.config.day))
    values = before.config.model_dump(mode="json") | {"as_of": day}
    config = parse(store.declared, values, recall=store.recall_plan)
    return with_versions(store.declared, config)


def _refuse_to_end_a_history(store: Store) -> None:
    path = store.home / "scenario.json"
    try:
        start = read_document(path.read_text(encoding="utf-8"))["config"]["history"]["start"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if start:
        raise Problem(
            f"{path} is a history from {start} that this version cannot go on with: use another data "
            f"directory, or begin it anew with --set history.start={start}"
        )


def keep_parts(store: Store, scenario: Scenario, table: Table, most: int | None = None) -> list[Part]:
    """Put the settled parts of a table's current version beside those that a run writes.

    On a disk they are the same files under another name. A part that is missing, or holds other bytes than
    were written, ends the list: it and all later ones are made anew.

    Args:
        store: locked.
        scenario: what is being made.
        table: the table.
        most: parts to keep at most.

    Returns:
        The first parts of the table; none where its current version is not of the same history.
    """
    if not scenario.history:
        return []
    kept: list[Part] = []
    staged = store.staging_dir(scenario, table)
    current, published, settled = _published(store, scenario, table)
    for number, part in enumerate(published[:settled][:most]):
        path = current / part_name(number)
        if not _is_intact(path, part):
            break
        _same_file(path, staged / part_name(number))
        kept.append(part)
    return kept


def keep_unchanged(store: Store, scenario: Scenario, table: Table, parts: Sequence[Part], kept: int) -> int:
    """Put the files of a table's current version in the place of staged ones with the same bytes.

    A night stores anew what it changed alone, also of worlds that make all rows every night. An object store
    has no second name for a file: there nothing is put.

    Args:
        store: locked.
        scenario: what is being made.
        table: the table.
        parts: the staged ones.
        kept: how many of the first are the same files already, see `keep_parts`.

    Returns:
        How many parts hold the bytes of the version before.
    """
    if not scenario.history:
        return 0
    staged, unchanged = store.staging_dir(scenario, table), kept
    current, published, _ = _published(store, scenario, table)
    for number, (part, before) in enumerate(zip(parts[kept:], published[kept:], strict=False), start=kept):
        if part.sha256 != before.sha256:
            continue
        unchanged += 1
        path, own = current / part_name(number), staged / part_name(number)
        if isinstance(own, Path) and _is_intact(path, before):
            own.unlink()
            _same_file(path, own)
    return unchanged


def refuse_going_back(store: Store, scenario: Scenario) -> None:
    """See that a history neither loses days nor becomes another one.

    Raises:
        Problem: it is published up to a later day, or what is made is none, or one of other keys or versions.
    """
    if not (store.home / "scenario.json").exists():
        return
    try:
        before = store.scenario()
    except Problem:  # damaged: it is written anew
        return
    if before.history and not scenario.history:
        raise Problem(
            f"{scenario.world.name}: its history has grown to {before.config.day}, and a window would take "
            "its place: use another data directory; with --as-of alone it goes on"
        )
    if before.history and before.history != scenario.history:
        keys = ", ".join(_other_keys(before.document["config"], scenario.document["config"]))
        raise Problem(
            f"{scenario.world.name}: its history goes on as it began, and {keys or 'the version'} would be "
            "another: leave it out, or use another data directory"
        )
    if before.history and before.config.day > scenario.config.day:
        raise Problem(
            f"{scenario.world.name}: its history has grown to {before.config.day}, and as_of "
            f"{scenario.config.day} would take days away: give a later --as-of, or another --data-dir"
        )


def _other_keys(before: Mapping[str, Any], now: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The keys whose values differ, but for as_of; dots go deeper."""
    for key in {**before, **now}:
        old, new = before.get(key), now.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _other_keys(old, new, f"{above}{key}.")
        elif old != new and key != "as_of":
            yield f"{above}{key}"


def _published(store: Store, scenario: Scenario, table: Table) -> tuple[StoragePath, list[Part], int]:
    """Where the current version of a table is, its parts if it is of the same history, and how many of the
    first no later day changes."""
    path: StoragePath = store.home
    try:
        path = store.current(table.name)
        document = read_document((path / "_table.json").read_text(encoding="utf-8"))
        if document["history"] != scenario.history or document["as_of"] > str(scenario.config.day):
            return path, [], 0
        return path, list(map(Part.from_document, document["parts"])), document["settled"]
    except (OSError, ValueError, KeyError, TypeError):
        return path, [], 0


def _is_intact(path: StoragePath, part: Part) -> bool:
    try:
        return digest(path) == part.sha256
    except OSError:
        return False


def _same_file(path: StoragePath, other: StoragePath) -> None:
    """Give a file another name, which nothing has; where there are no such names, another copy."""
    if isinstance(path, Path) and isinstance(other, Path):
        os.link(path, other)
    else:
        other.write_bytes(path.read_bytes())
