"""What is in a data directory, and what is wrong with it after a run that did not end well."""

from __future__ import annotations

from pathlib import Path

import duckdb

import synth_assets
from synth_assets.model.errors import Problem
from synth_assets.model.world import World
from synth_assets.storage.store import Store
from tests.torture.commands import run
from tests.torture.small import generate_words, small

Snapshot = dict[str, str]
"""Each table's content by its hash, and the texts of the documents beside them."""


def snapshot(world: World, directory: Path) -> Snapshot:
    """What is published, every byte of it compared with what was written; a Problem where that fails."""
    store, found = Store(world, directory), {}
    for table in world.tables:
        version = store.published(table.name)
        for block in range(version.blocks):
            store.block(version, block).read()
        found[table.name] = version.content
    documents = (".catalogue.json", "scenario.json", *([f"{world.report.name}.json"] if world.report else []))
    return found | {name: (store.home / name).read_text() for name in documents}


def signature(world: World, directory: Path) -> tuple[int, ...]:
    """What the catalogue shows: a sum over the rows of each table and view, all in one query."""
    sums = [
        f'(SELECT coalesce(sum(hash(r) % 1000000007), 0)::BIGINT FROM "{world.name}"."{table.name}" AS r)'
        for table in world.relations
    ]
    with synth_assets.connect(str(directory)) as connection:
        return connection.sql(f"SELECT {', '.join(sums)}").fetchall()[0]


class Replacement:
    """A small world that is replaced by that of the next seed, again and again, by runs that do not end well.

    Attributes:
        data: where it is.
        words: the command of the next replacement.
    """

    def __init__(self, world: World, home: Path) -> None:
        """Let one run write it undisturbed."""
        self.world, self.data, self._undisturbed = world, home / "data", home / "undisturbed"
        self._states: list[tuple[Snapshot, tuple[int, ...]]] = []
        self._seed = -1
        self.next()
        run(*self.words)

    def next(self) -> None:
        """Turn to the next seed, and see what an undisturbed run makes of it."""
        self._seed += 1
        values = small(self.world, self._seed)
        self.words = generate_words(self.world, values, self.data)
        run(*generate_words(self.world, values, self._undisturbed))
        state = snapshot(self.world, self._undisturbed), signature(self.world, self._undisturbed)
        self._states = [*self._states[-1:], state]

    def fault(self) -> str | None:
        """What is wrong after a run that did not end well, and after the rerun that mends it."""
        return self._torn() or self._not_mended()

    def _torn(self) -> str | None:
        """A part that is neither old nor new; or, once a command has looked, tables, scenario and catalogue
        that are not all of one scenario, but for an old report, of which the command says how to mend it."""
        store = Store(self.world, self.data)
        try:
            for table in self.world.tables:
                version = store.published(table.name)
                if version.content not in [found[table.name] for found, _ in self._states]:
                    return f"{table.name} is neither old nor new"
            verified = run("verify", self.world.name, "--data-dir", self.data)
            stands = snapshot(self.world, self.data), signature(self.world, self.data)
        except (Problem, duckdb.Error) as error:
            return str(error)
        report = f"{self.world.report.name}.json" if self.world.report else ""
        shown = {name: content for name, content in stands[0].items() if name != report}, stands[1]
        if shown not in [({n: c for n, c in f.items() if n != report}, s) for f, s in self._states]:
            return "what stands is a mixture"
        names_remedy = (
            bool(report) and len(verified.lines) == 1 and "Run: synth-assets generate" in verified.lines[0]
        )
        if verified.code != 0 and not (verified.code == 1 and names_remedy):
            return f"verify: exit {verified.code}, {' | '.join(verified.lines)}"
        return None

    def _not_mended(self) -> str | None:
        """Other bytes than those of an undisturbed run, or what is left of the other one."""
        again = run(*self.words)
        if again.code != 0:
            return f"the rerun: exit {again.code}, {' | '.join(again.lines)}"
        if snapshot(self.world, self.data) != self._states[-1][0]:
            return "the rerun gives other bytes"
        patterns = (f"{self.world.name}/.staging", "**/.*.synth_assets-new")
        left = [str(path) for pattern in patterns for path in self.data.glob(pattern)]
        return f"the rerun leaves {left[0]}" if left else None
