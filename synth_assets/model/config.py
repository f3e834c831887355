"""What every world's configuration shares, and how one is made from what a person wrote."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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


class Frozen(BaseModel):
    """A model that refuses unknown keys and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


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

    @property
    def day(self) -> dt.date:
        """`as_of` as a date; ValueError while it is still `today`."""
        if isinstance(self.as_of, str):
            raise ValueError("as_of is still 'today': resolve the scenario first")
        return self.as_of

    def clean(self) -> Self:
        """The clean twin's configuration: the same without any fault."""
        none = dict.fromkeys(type(self.anomaly_rates).model_fields, 0.0)
        return self.model_copy(update={"anomaly_rates": type(self.anomaly_rates)(**none)})

    def sql_facts(self) -> dict[str, object]:
        """What the world's queries know of the configuration beside its keys."""
        return {}
