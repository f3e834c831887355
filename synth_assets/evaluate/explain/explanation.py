"""What is said of one row of a world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.evaluate.explain.chain_lines import ChainLine
from synth_assets.evaluate.explain.near_labels import Decoy, ToldLabel
from synth_assets.evaluate.explain.told_rows import ToldRow
from synth_assets.evaluate.explain.twin_rows import Compared
from synth_assets.model.world import World


@dataclass(frozen=True)
class Explanation:
    """The story of one row.

    Attributes:
        world, scenario: where it is from.
        row: the row, or where the data has none, the clean twin's.
        is_there: whether the data has it.
        labels: what is wrong with it, its chain and what is below it.
        decoys: what of that only looks wrong.
        compared: what the clean twin has in place of it; nothing where there is no label.
        chain: its chain, in the order of the story.
        statements: queries over the views that show it.
    """

    world: World
    scenario: str
    row: ToldRow
    is_there: bool
    labels: Sequence[ToldLabel]
    decoys: Sequence[Decoy]
    compared: Compared
    chain: Sequence[ChainLine]
    statements: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON; dollars and published names."""
        return {
            "world": self.world.name,
            "scenario": self.scenario,
            "table": self.row.table.name,
            "grain": self.row.table.grain,
            "id": self.row.key,
            "is_there": self.is_there,
            "values": self.row.values,
            "labels": [label.as_dict() for label in self.labels],
            "decoys": [decoy.as_dict() for decoy in self.decoys],
            "clean_twin": {
                "differences": [one.as_dict() for one in self.compared.differences],
                "only_here": [_named(row) for row in self.compared.only_here],
                "only_in_twin": [_named(row) for row in self.compared.only_in_twin],
            },
            "chain": [line.as_dict() for line in self.chain],
            "statements": list(self.statements),
        }


def _named(row: ToldRow) -> dict[str, Any]:
    return {"table": row.table.name, "id": row.key, "values": row.values}
