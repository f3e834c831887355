"""What people and things are called: strains of the trade, companies and staff that do not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.people import AREA_CODES
from synth_assets.model.permutation import Permutation

STRAINS = {
    "Indica": (
        "Granddaddy Purple", "Northern Lights", "Bubba Kush", "Purple Punch", "Ice Cream Cake", "Zkittlez",
        "Do-Si-Dos", "Slurricane", "Motorbreath", "Forbidden Fruit", "Skywalker OG", "Hindu Kush",
        "Afghani", "Blackberry Kush", "LA Confidential", "Mendo Breath",
    ),
    "Sativa": (
        "Jack Herer", "Sour Diesel", "Durban Poison", "Green Crack", "Super Lemon Haze", "Amnesia Haze",
        "Strawberry Cough", "Tangie", "Maui Wowie", "Trainwreck", "Ghost Train Haze", "Clementine",
        "Acapulco Gold", "Candyland",
    ),
    "Hybrid": (
        "Blue Dream", "OG Kush", "Gelato", "Wedding Cake", "Girl Scout Cookies", "Gorilla Glue #4",
        "Runtz", "Biscotti", "Mac 1", "Sherbert", "Cereal Milk", "Headband", "Pineapple Express",
        "White Widow", "Chemdawg", "Apple Fritter", "Gushers", "Sundae Driver", "Cherry Pie", "Jealousy",
    ),
}  # fmt: skip
"""Fifty strains by their kind."""

PLACES = (
    "Green Valley", "Cascade", "Emerald Coast", "High Desert", "Redwood", "Blue Ridge", "Golden Gate",
    "Silver Creek", "North Star", "Harbor", "Canyon", "Juniper", "Mesa", "Pacific Crest", "Sierra",
    "Cedar Hill", "Lakeshore", "Iron Horse", "Bayside", "Summit", "Wildflower", "Copper State", "Evergreen",
    "Riverbend", "Sunset", "Granite", "Coastal", "Old Town", "Prairie", "Timberline",
)  # fmt: skip
BUSINESSES = (
    "Distribution", "Dispensary", "Collective", "Wellness", "Provisions", "Cannabis Co.", "Supply",
    "Remedies", "Partners", "Trading", "Botanicals", "Apothecary", "Wholesale", "Holdings", "Brands",
    "Retail Group", "Co-op", "Ventures", "Logistics", "Leaf",
)  # fmt: skip
GROWERS = (
    "Humboldt Ridge Farms", "Salmon Creek Cultivation", "Trinity Terrace Gardens", "Mattole Canopy",
    "Rogue River Growers", "Anderson Valley Greens", "Klamath Sungrown", "Yuba Hollow Farm",
)  # fmt: skip
"""Growers that sell to us; each also buys, as one of the clients."""

SUPPLIERS = (
    ("Harborview Properties", "rent"),
    ("Tri-County Power & Water", "utilities"),
    ("Clearpath Payroll Services", "payroll"),
    ("Beacon Mutual Insurance", "insurance"),
    ("Fieldhouse Creative", "marketing"),
)
"""Vendors of services, with the expense that each is paid for."""

STAFF = (
    ("Dana Whitfield", "owner"), ("Marcus Oyelaran", "sales"), ("Priya Raman", "sales"),
    ("Jesse Calloway", "sales"), ("Lena Fischer", "accounting"), ("Tomas Ibarra", "buying"),
    ("Grace Okafor", "warehouse"), ("Wes Lindqvist", "warehouse"),
)  # fmt: skip
"""Users of the system and what they do; the owner is its administrator."""

DOMAIN = "northgate-wholesale.example"
"""Domain of the staff's e-mail addresses."""

FIRST_NAMES = (
    "Sarah", "Miguel", "Andre", "Hannah", "Victor", "Naomi", "Caleb", "Ruth", "Omar", "Tessa", "Luis",
    "Maya", "Grant", "Ivy", "Dominic", "Celia", "Noah", "Paige", "Rafael", "June",
)  # fmt: skip
LAST_NAMES = (
    "Martinez", "Holloway", "Nakamura", "Bishop", "Dufresne", "Keller", "Abbott", "Moreno", "Sato",
    "Vance", "Ellison", "Quintero", "Barrow", "Lindgren", "Pruitt", "Castellano", "Rowe", "Haddad",
    "Emery", "Soto",
)  # fmt: skip


class Strain(NamedTuple):
    """A strain and its kind: Indica, Sativa or Hybrid."""

    name: str
    category: str


@cache
def strains() -> tuple[Strain, ...]:
    """All strains, the best known first in each kind, the kinds in turn."""
    queues = [[Strain(name, kind) for name in names] for kind, names in STRAINS.items()]
    longest = max(map(len, queues))
    return tuple(queue[i] for i in range(longest) for queue in queues if i < len(queue))


def companies(draws: Draws, count: int) -> list[str]:
    """Distinct names of companies."""
    pairs = len(PLACES) * len(BUSINESSES)
    order = Permutation(draws.key("companies"), pairs).stored()
    return [f"{PLACES[n % len(PLACES)]} {BUSINESSES[n // len(PLACES)]}" for n in _first(order, count)]


def people(draws: Draws, purpose: str, count: int) -> list[str]:
    """Names of people, distinct as long as there are enough of them."""
    pairs = len(FIRST_NAMES) * len(LAST_NAMES)
    order = Permutation(draws.key(purpose), pairs).stored()
    return [
        f"{FIRST_NAMES[n % len(FIRST_NAMES)]} {LAST_NAMES[n // len(FIRST_NAMES)]}"
        for n in _first(order, count, pairs)
    ]


def phones(draws: Draws, purpose: str, count: int) -> list[str]:
    """Distinct telephone numbers of the range that is kept for fiction, 555-0100 to 555-0199."""
    numbers = len(AREA_CODES) * 100
    order = Permutation(draws.key(purpose), numbers).stored()
    return [f"({AREA_CODES[n // 100]}) 555-01{n % 100:02d}" for n in _first(order, count, numbers)]


def _first(order: Callable[[Ints], Ints], count: int, again: int = 10**9) -> list[int]:
    return order(np.arange(count, dtype=np.int64) % again).tolist()
