"""The columns of a table: what each means, and what it may hold. `kinds.py` says how each kind is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from synth_assets.model.kinds import KINDS, Kind, KindName

_REPEATED_TEXT = pa.dictionary(pa.int16(), pa.string())


@dataclass(frozen=True, slots=True)
class Physical:
    """How the source document's database spells a column, where that does not follow from its kind.

    Attributes:
        name: the column's name; "" where the table's naming gives it.
        sql: its type, for example "varchar(20)"; "" for the kind's own.
        default: the default value's SQL; "" for none.
        is_unique: whether no two rows hold the same.
    """

    name: str = ""
    sql: str = ""
    default: str = ""
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name with unit, its kind, its meaning and what it may hold.

    Attributes:
        name: name in Parquet, for example "amount_due_cents".
        kind: a key of `KINDS`.
        description: one sentence.
        unit: unit of the stored value, where it has one.
        nullable: whether a row may leave it empty.
        minimum, maximum: bounds of the stored value, both allowed.
        choices: the values of a choice, in the order of their codes.
        prefix: what an id starts with; "" for a plain integer.
        references: the table that a reference points to.
        targets: for a reference whose table another column chooses: pairs of that column's value and the
            table.
        chosen_by: that column's name.
        is_deferred: whether the referenced table is a later one, which may refer back to this one. Such a
            reference is no lineage, and it is checked with the later table.
        repeats: whether values come again and again within a block: a text, one of some thousands, is then
            stored once a block, and a number as it is instead of its difference to the one before.
        is_state: whether a later day may change it, as it does a balance; all else is a fact of its row.
        in_history: whether its table is one of a history that grows, whose states are marked.
        physical: how the source document's database spells it.
    """

    name: str
    kind: KindName
    description: str
    unit: str | None = None
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    prefix: str = ""
    references: str | None = None
    targets: tuple[tuple[str, str], ...] = ()
    chosen_by: str = ""
    is_deferred: bool = False
    repeats: bool = False
    is_state: bool = False
    in_history: bool = False
    physical: Physical = Physical()

    @property
    def form(self) -> Kind:
        """How the column's kind is stored, published and shown."""
        return KINDS[self.kind]

    @property
    def is_reference(self) -> bool:
        """Whether the column points to rows."""
        return bool(self.references or self.targets)

    @property
    def referenced_tables(self) -> tuple[str, ...]:
        """The tables that the column may point to."""
        return (
            (self.references,)
            if self.references
            else tuple(dict.fromkeys(table for _, table in self.targets))
        )

    @property
    def published_name(self) -> str:
        """Name in views and exports: that of the source document, without the suffix of a stored unit."""
        return self.name.removesuffix(self.form.suffix)

    @property
    def published_unit(self) -> str | None:
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
        if self.in_history and self.is_state:
            metadata["state"] = "true"
        arrow = _REPEATED_TEXT if self.kind == "text" and self.repeats else self.form.arrow
        return pa.field(self.name, arrow, nullable=self.nullable, metadata=metadata)


def identifier(name: str, prefix: str, description: str) -> Column:
    """The key of a table: `prefix` and nine digits, or without a prefix a plain integer."""
    kind: KindName = "identifier" if prefix else "integer_identifier"
    return Column(name, kind, description, prefix=prefix)


def reference(
    table: str,
    target: Column,
    description: str,
    name: str | None = None,
    nullable: bool = False,
    is_deferred: bool = False,
) -> Column:
    """A row of a table, by that table's key column `target`; a table may refer to its own rows."""
    return Column(
        name or target.name,
        "reference" if target.prefix else "integer_reference",
        description,
        nullable=nullable,
        prefix=target.prefix,
        references=table,
        is_deferred=is_deferred,
    )


def reference_to_any(
    name: str, chosen_by: str, targets: Mapping[str, str], description: str, nullable: bool = False
) -> Column:
    """A row of one of several tables, as a plain integer; the column `chosen_by` says of which."""
    return Column(
        name,
        "integer_reference",
        description,
        nullable=nullable,
        targets=tuple(targets.items()),
        chosen_by=chosen_by,
    )


def state(column: Column) -> Column:
    """A column that a later day may change."""
    return replace(column, is_state=True)


def money(
    name: str,
    description: str,
    minimum: int | None = 0,
    nullable: bool = False,
    repeats: bool = False,
) -> Column:
    """An amount of US dollars, in whole cents; the name ends in `_cents`."""
    return Column(
        name, "money", description, unit="USD cents", minimum=minimum, nullable=nullable, repeats=repeats
    )


def quantity(
    name: str,
    description: str,
    minimum: int | None = 0,
    nullable: bool = False,
    unit: str | None = None,
) -> Column:
    """An amount of goods in ten-thousandths of its unit; the name ends in `_e4`."""
    return Column(name, "quantity", description, unit=unit, minimum=minimum, nullable=nullable)


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


def moment(name: str, description: str, nullable: bool = False) -> Column:
    """A point in time, UTC."""
    return Column(name, "moment", description, unit="UTC", nullable=nullable)


def choice(name: str, choices: tuple[str, ...], description: str, nullable: bool = False) -> Column:
    """One of a few words."""
    return Column(name, "choice", description, choices=choices, nullable=nullable)


def text(name: str, description: str, nullable: bool = False, repeats: bool = False) -> Column:
    """Free text; or, as it `repeats`, picked from a pool by `arrow.from_pool`."""
    return Column(name, "text", description, nullable=nullable, repeats=repeats)


def json(name: str, description: str, nullable: bool = False) -> Column:
    """A JSON value, stored as its text."""
    return Column(name, "json", description, nullable=nullable)


def count(
    name: str,
    description: str,
    minimum: int = 0,
    maximum: int | None = None,
    unit: str | None = None,
    nullable: bool = False,
) -> Column:
    """A whole number of something."""
    return Column(name, "count", description, unit=unit, minimum=minimum, maximum=maximum, nullable=nullable)


def flag(name: str, description: str, nullable: bool = False) -> Column:
    """True or false; named `is_` or `has_`."""
    return Column(name, "flag", description, nullable=nullable)
