"""A page for people: one HTML file that asks nothing of the network, good on a phone and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Tile(NamedTuple):
    """A number that is seen first."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a page.

    Attributes:
        heads: names of the columns.
        rows: the cells, as a person reads them.
        title, sentence: what it shows; "" for nothing.
        numbers: places of the columns that are numbers.
        is_folded: whether only its title is seen until it is opened.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    sentence: str = ""
    numbers: Sequence[int] = ()
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page.

    Attributes:
        title, sentence: what it is about.
        tables, pictures: what it shows; pictures are SVG.
    """

    title: str
    sentence: str = ""
    tables: Sequence[Grid] = ()
    pictures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    Attributes:
        title, subtitle: what it is.
        tiles: numbers that are seen first.
        sections: the parts, in order.
        problems: sentences on what is wrong.
    """

    title: str
    subtitle: str
    tiles: Sequence[Tile]
    sections: Sequence[Section]
    problems: Sequence[str] = ()


def html(page: Page) -> str:
    """The page as HTML; what comes from data is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("synth_assets.evaluate"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("page.html").render(page=page)
