"""The nouns of a table: what a column means decides how it is stored, checked and shown.

| noun         | stored in Parquet            | shown in views and exports    |
|--------------|------------------------------|-------------------------------|
| identifier   | string, prefix + nine digits | the same                      |
| reference    | like the identifier it names | the same                      |
| money        | int64 cents, `_cents`        | DECIMAL(18,2) without `_cents`|
| decimal      | float64, two decimals        | DECIMAL(18,2)                 |
| rate         | float64, two decimals        | DECIMAL(18,2)                 |
| day          | date32                       | date                          |
| moment       | timestamp[us], UTC           | ISO 8601 with Z               |
| choice       | dictionary of strings        | text                          |
| text         | string                       | text                          |
| count        | int64                        | integer                       |
| flag         | bool                         | boolean                       |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Kind = Literal[
    "identifier",
    "reference",
    "money",
    "decimal",
    "rate",
    "day",
    "moment",
    "choice",
    "text",
    "count",
    "flag",
]

_ARROW: dict[Kind, pa.DataType] = {
    "identifier": pa.string(),
    "reference": pa.string(),
    "money": pa.int64(),
    "decimal": pa.float64(),
    "rate": pa.float64(),
    "day": pa.date32(),
    "moment": pa.timestamp("us"),
    "choice": pa.dictionary(pa.int8(), pa.string()),
    "text": pa.string(),
    "count": pa.int64(),
    "flag": pa.bool_(),
}


_REPEATED_TEXT = pa.dictionary(pa.int16(), pa.string())


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name with unit, its noun, its meaning and what it may hold.

    Attributes:
        name: name in Parquet, for example "amount_due_cents".
        kind: the noun.
        description: one sentence.
        unit: unit of the stored value, where it has one.
        nullable: whether a row may leave it empty.
        minimum, maximum: bounds of the stored value, both allowed.
        choices: the values of a choice, in the order of their codes.
        prefix: what an id starts with; other tables' ids for a reference.
        references: the table a reference points to.
        repeats: whether values come again and again within a block: a text, one of some thousands, is then
            stored once a block, and a number as it is instead of its difference to the one before.
    """

    name: str
    kind: Kind
    description: str
    unit: str | None = None
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    prefix: str = ""
    references: str | None = None
    repeats: bool = False

    @property
    def document_name(self) -> str:
        """Name in views and exports: that of the source document, without `_cents`."""
        return self.name.removesuffix("_cents") if self.kind == "money" else self.name

    @property
    def document_unit(self) -> str | None:
        """Unit in views and exports: dollars where cents are stored."""
        return "USD" if self.kind == "money" else self.unit

    @property
    def pattern(self) -> str | None:
        """Regular expression that every id matches."""
        return f"^{self.prefix}[0-9]{{9}}$" if self.prefix else None

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field, with description and unit as metadata."""
        metadata = {"description": self.description, "kind": self.kind}
        if self.unit:
            metadata["unit"] = self.unit
        arrow = _REPEATED_TEXT if self.kind == "text" and self.repeats else _ARROW[self.kind]
        return pa.field(self.name, arrow, nullable=self.nullable, metadata=metadata)


def identifier(name: str, prefix: str, description: str) -> Column:
    """The key of a table: `prefix` and nine digits."""
    return Column(name, "identifier", description, prefix=prefix)


def reference(table: str, target: Column, description: str, name: str | None = None) -> Column:
    """A row of another table, by that table's key column `target`."""
    return Column(name or target.name, "reference", description, prefix=target.prefix, references=table)


def money(
    name: str,
    description: str,
    minimum: int | None = 0,
    nullable: bool = False,
    repeats: bool = False,
) -> Column:
    """An amount of US dollars, in whole cents."""
    return Column(
        name, "money", description, unit="USD cents", minimum=minimum, nullable=nullable, repeats=repeats
    )


def decimal(name: str, description: str, nullable: bool = False, unit: str | None = None) -> Column:
    """A number with two decimals that is not an amount throughout."""
    return Column(name, "decimal", description, unit=unit, nullable=nullable)


def rate(
    name: str,
    description: str,
    minimum: float | None = None,
    maximum: float | None = None,
    nullable: bool = False,
) -> Column:
    """A percentage with two decimals (18.0 is 18 %)."""
    return Column(name, "rate", description, unit="%", nullable=nullable, minimum=minimum, maximum=maximum)


def day(name: str, description: str, nullable: bool = False, repeats: bool = False) -> Column:
    """A calendar day."""
    return Column(name, "day", description, nullable=nullable, repeats=repeats)


def moment(name: str, description: str) -> Column:
    """A point in time, UTC."""
    return Column(name, "moment", description, unit="UTC")


def choice(name: str, choices: tuple[str, ...], description: str) -> Column:
    """One of a few words."""
    return Column(name, "choice", description, choices=choices)


def text(name: str, description: str, nullable: bool = False, repeats: bool = False) -> Column:
    """Free text; or, as it `repeats`, picked from a pool by `arrow.picked`."""
    return Column(name, "text", description, nullable=nullable, repeats=repeats)


def count(
    name: str, description: str, minimum: int = 0, maximum: int | None = None, unit: str | None = None
) -> Column:
    """A whole number of something."""
    return Column(name, "count", description, unit=unit, minimum=minimum, maximum=maximum)


def flag(name: str, description: str) -> Column:
    """True or false; named `is_` or `has_`."""
    return Column(name, "flag", description)
