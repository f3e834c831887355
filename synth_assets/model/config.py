"""What every world's configuration shares, and how one is made from what a person wrote."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MOST_PREVALENCE = 0.3
"""The highest prevalence, for which faults are planned wherever one is set."""

FIRST_DAY, LAST_DAY = dt.date(1980, 1, 1), dt.date(2199, 12, 31)


def _as_of(value: object) -> object:
    """`today`, or a date from a date or ISO text."""
    if isinstance(value, str) and value != "today":
        with suppress(ValueError):
            value = dt.date.fromisoformat(value)
    if isinstance(value, dt.datetime) or not (isinstance(value, dt.date) or value == "today"):
        raise ValueError(f"{str(value)!r} is not a date; write one like 2026-11-21, or today")
    if isinstance(value, dt.date) and not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError(f"{value} is not between {FIRST_DAY} and {LAST_DAY}")
    return value


AsOf = Annotated[dt.date | Literal["today"], BeforeValidator(_as_of)]


def _day(value: object) -> object:
    if value == "today":
        raise ValueError("'today' is not a date; write one like 2024-01-01")
    return None if value is None else _as_of(value)


Day = Annotated[dt.date, BeforeValidator(_day)]


class Frozen(BaseModel):
    """A model that refuses unknown keys and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class History(Frozen):
    """A world that goes on: with a start, a later as_of adds days and changes no earlier one.

    Its counts are rates a year then, and its rates hold in every month.
    """

    start: Day | None = Field(
        None, description="First day of a history that grows; empty: a window that ends with as_of."
    )
    late_share: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Share of the rows that become known 1 to 7 days after they happened: `changes` brings "
        "them late, the tables know no delay.",
    )


class WorldConfig(Frozen):
    """Keys that every world has.

    A configuration checks each key for itself. Whether its quotas fit together is for the world to say
    (`World.why_not`), so that a configuration imports no plan.
    """

    seed: Annotated[
        int,
        Field(ge=0, le=2**63 - 1, description="Start of all draws: same seed and keys give the same bytes."),
    ] = 42
    as_of: Annotated[
        AsOf,
        Field(
            description="Day up to which the world has happened: a date, or `today` (UTC), "
            "which is resolved once and then stored in the scenario."
        ),
    ] = "today"
    anomaly_rates: Frozen = Frozen()
    prevalence: Annotated[
        float | None,
        Field(
            ge=0.0001,
            le=MOST_PREVALENCE,
            description="What all anomaly rates add up to: they keep their proportions, and are equal where "
            "all are 0. Labels at a lower prevalence are among those at a higher one, unless a decoy_ratio "
            "moves the decoys. Empty: as anomaly_rates says.",
        ),
    ] = None

    file_mib: Annotated[
        int,
        Field(
            ge=1,
            le=4096,
            description="MiB that a Parquet file of the largest table takes at most, about: as many blocks "
            "as fit, each a row group. A world of up to 16 blocks has a file a block, a larger one 16 files "
            "of each table or a multiple of 16; in a history that grows a file ends with its month.",
        ),
    ] = 128

    counted_by_history: ClassVar[Mapping[str, str]] = {}
    """Keys of a window that say nothing in a history that grows, each with what does instead."""

    @property
    def day(self) -> dt.date:
        """`as_of` as a date; ValueError while it is still `today`."""
        if isinstance(self.as_of, str):
            raise ValueError("as_of is still 'today': resolve the scenario first")
        return self.as_of

    @property
    def grows(self) -> bool:
        """Whether the world goes on from a start of its history, so that a later as_of adds to the past."""
        return self._history.start is not None

    @property
    def start(self) -> dt.date:
        """First day of a history that grows; ValueError where none does."""
        if self._history.start is None:
            raise ValueError("history.start is empty")
        return self._history.start

    @property
    def delayed_share(self) -> float:
        """Share of the rows of a history that become known late."""
        return self._history.late_share

    @property
    def _history(self) -> History:
        history: History = getattr(self, "history", History())
        return history

    @property
    def planned_rates(self) -> dict[str, float]:
        """The rates by which faults are planned: those asked, or at a prevalence those of the highest one, of
        whose faults the asked share is kept."""
        scale = MOST_PREVALENCE / self.prevalence if self.prevalence and not self.grows else 1.0
        return {kind: rate * scale for kind, rate in self.anomaly_rates}

    @property
    def highest_rates(self) -> dict[str, float]:
        """The rates by which a history plans its faults: those asked, or where there is a prevalence those of
        the highest one."""
        scale = MOST_PREVALENCE / self.prevalence if self.prevalence else 1.0
        return {kind: rate * scale for kind, rate in self.anomaly_rates}

    @property
    def dealt_share(self) -> float:
        """The share of these faults that a history has, see `quotas.dealt`."""
        return self.prevalence / MOST_PREVALENCE if self.prevalence else 1.0

    def with_prevalence(self) -> Self:
        """The same with rates that add up to the prevalence, where there is one: as any configuration that is
        validated; a copy with another prevalence is not."""
        rates = dict(self.anomaly_rates)
        total = math.fsum(rates.values())
        if self.prevalence is None or math.isclose(total, self.prevalence, rel_tol=1e-12):
            return self
        if not total:
            rates, total = dict.fromkeys(rates, 1.0), float(len(rates))
        scaled = {kind: rate / total * self.prevalence for kind, rate in rates.items()}
        return self.model_copy(update={"anomaly_rates": type(self.anomaly_rates)(**scaled)})

    @model_validator(mode="after")
    def _rates_add_up_to_the_prevalence(self) -> Self:
        """Whoever makes a configuration: pydantic takes no other instance here, and this one is frozen."""
        self.__dict__["anomaly_rates"] = self.with_prevalence().anomaly_rates
        return self

    @model_validator(mode="after")
    def _a_history_has_rates_a_year(self) -> Self:
        fields = type(self).model_fields
        for key, instead in self.counted_by_history.items() if self.grows else ():
            if getattr(self, key) != fields[key].default:
                raise ValueError(f"{key}: with history.start {instead}: leave {key} out")
        if not self.grows and self._history != type(self._history)():
            raise ValueError("history: its rates a year need a first day: set history.start, too")
        return self

    def usual(self) -> Self:
        """The same with faults as hard to find as they usually are: what detectors learn from."""
        return self

    def clean(self) -> Self:
        """The clean twin's configuration: the same without any fault."""
        none = dict.fromkeys(type(self.anomaly_rates).model_fields, 0.0)
        rates = type(self.anomaly_rates)(**none)
        return self.model_copy(update={"anomaly_rates": rates, "prevalence": None})

    def sql_facts(self) -> dict[str, object]:
        """What the world's queries know of the configuration beside its keys, or in their place."""
        return {}
