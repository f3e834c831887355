"""What every world's configuration shares, and how one is made from what a person wrote."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

AsOf = dt.date | Literal["today"]


class Frozen(BaseModel):
    """A model that refuses unknown keys and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WorldConfig(Frozen, ABC):
    """Keys that every world has."""

    seed: Annotated[
        int,
        Field(ge=0, lt=2**63, description="Start of all draws: same seed and keys give the same bytes."),
    ] = 42
    as_of: Annotated[
        AsOf,
        Field(
            description="Day up to which the world has happened: a date, or `today` (UTC), "
            "which is resolved once and then stored in the scenario."
        ),
    ] = "today"

    @property
    def day(self) -> dt.date:
        """`as_of` as a date; ValueError while it is still `today`."""
        if isinstance(self.as_of, str):
            raise ValueError("as_of is still 'today': resolve the scenario first")
        return self.as_of

    @abstractmethod
    def clean(self) -> Self:
        """The same world without any anomaly: every rate at zero."""

    @abstractmethod
    def asked(self) -> dict[str, tuple[int, int]]:
        """For each anomaly kind, the rows that its rate counts and the labels that it asks for."""
