"""What one kind of labelled fault is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from synth_assets.model.config import WorldConfig


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of labelled fault.

    Attributes:
        name: the label's `type`, also the name of its query in `rules.sql` and of its rate in the config.
        entity: what the label points at, for example "invoice".
        description: one sentence on what is wrong, with the numbers that make it so.
        column: what is wrong, as "table.column" of the stored tables: the column whose value is, or the key
            of the table in which a row is missing or too many.
        other_columns: where else it may be wrong; each label says where it is.
        shows_in: where its rows cannot look like sound ones, as "table.column" or "table.trait" of
            `checks/giveaways.py`: what makes the fault. Nothing else may give it away. The name of a
            reference means the row's place among those of one parent, "table." its place among all; of a
            table that rows at fault refer to, "table." means which of its rows that is.
        sets: choices, as "table.column", that the fault makes: whatever sound rows hold there, it may fall on
            them.
        shows_in_history: where else so in a history that grows.
        shows_in_with: where else so under a configuration that asks for it: pairs of its key and a place.
        day: column that says on which day the fault came to be: of its row, or of the manifest; "" for the
            first day that its row has.
        settles_months: how long a row must be over to carry it; rows of the window's last months are out
            of its reach.
    """

    name: str
    entity: str
    description: str
    column: str
    shows_in: tuple[str, ...] = ()
    other_columns: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    day: str = ""
    settles_months: Fraction = Fraction(0)
    shows_in_history: tuple[str, ...] = ()
    shows_in_with: tuple[tuple[str, str], ...] = ()

    def in_history(self) -> Anomaly:
        """The kind in a history that grows."""
        return replace(self, shows_in=(*self.shows_in, *self.shows_in_history))

    def under(self, config: WorldConfig) -> Anomaly:
        """The kind under a configuration, which `shows_in` is true of."""
        asked = tuple(place for key, place in self.shows_in_with if getattr(config, key))
        return replace(self, shows_in=(*self.shows_in, *asked))

    def reach(self, months: int) -> Fraction:
        """The share of rows, oldest first, that may carry it in a window of `months`."""
        return max(Fraction(0), 1 - self.settles_months / months)

    def eligible_rows(self, rows: int, months: int) -> int:
        """How many of `rows`, oldest first, may carry it in a window of `months`."""
        return int(rows * self.reach(months))
