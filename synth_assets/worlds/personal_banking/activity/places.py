"""Where people live, work and travel, and which shops are there: chains by state, small shops in one city.

[K] common knowledge of where chains have stores, [D] design choice.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking.activity import merchants

METROS = (
    ("AUSTIN TX", "ROUND ROCK TX", "CEDAR PARK TX"), ("DENVER CO", "AURORA CO", "LAKEWOOD CO"),
    ("SEATTLE WA", "BELLEVUE WA", "RENTON WA"), ("OAKLAND CA", "BERKELEY CA", "SAN LEANDRO CA"),
    ("PORTLAND OR", "BEAVERTON OR", "GRESHAM OR"), ("PHOENIX AZ", "TEMPE AZ", "MESA AZ"),
    ("CHICAGO IL", "EVANSTON IL", "OAK PARK IL"), ("ATLANTA GA", "DECATUR GA", "MARIETTA GA"),
    ("BOSTON MA", "CAMBRIDGE MA", "QUINCY MA"), ("BROOKLYN NY", "QUEENS NY", "YONKERS NY"),
    ("MIAMI FL", "HIALEAH FL", "CORAL GABLES FL"), ("SAN DIEGO CA", "CHULA VISTA CA", "LA MESA CA"),
    ("MINNEAPOLIS MN", "BLOOMINGTON MN", "EDINA MN"), ("CHARLOTTE NC", "CONCORD NC", "MATTHEWS NC"),
    ("COLUMBUS OH", "DUBLIN OH", "WESTERVILLE OH"), ("BALTIMORE MD", "TOWSON MD", "COLUMBIA MD"),
)  # fmt: skip
"""Where people live: three cities each, in one of which is the home, in one the work [D]."""

SIZE = 3
CITIES = tuple(city for metro in METROS for city in metro)
STATES = tuple(metro[0][-2:] for metro in METROS)

CHAIN_STATES = {
    "Safeway": "CO WA CA OR AZ MD", "Kroger": "GA OH", "Publix": "FL GA NC", "H-E-B": "TX",
    "Wegmans": "NY MA MD", "Aldi": "CA AZ IL GA MA NY FL MN NC OH MD",
    "Sprouts": "TX CO WA CA AZ GA FL NC MD",
    "Fred Meyer": "OR WA", "Jewel-Osco": "IL", "Cub Foods": "MN", "Chevron": "TX CO WA CA OR AZ GA FL",
    "BP": "IL GA NY FL MN NC OH MD", "Exxon": "TX CO NY NC MD MA", "Mobil": "NY MA IL FL CA MN",
    "Arco": "WA CA OR AZ", "Valero": "TX CA AZ CO", "Union 76": "WA CA OR AZ", "Sunoco": "NY MA FL NC OH MD",
    "Marathon": "IL GA FL MN NC OH", "Meijer": "IL OH", "BJ's Wholesale": "MA NY FL GA NC OH MD",
    "Kaiser Permanente": "CO WA CA OR GA MD", "Duane Reade": "NY", "Menards": "IL MN OH",
    "Alaska Air": "WA OR CA", "Curb": "NY MA IL", "Albertsons": "TX CO WA CA OR AZ",
    "In-N-Out": "TX CO CA OR AZ",
    "Dunkin'": "IL GA MA NY FL NC OH MD", "Peet's": "CA WA OR IL MA", "Caribou": "MN NC GA OH CO",
    "Dutch Bros": "TX CO WA CA OR AZ",
}  # fmt: skip
"""States with stores of a chain, of those above; all of them for the others [K]."""

_METROS_OF = {
    brand: {metro for metro, state in enumerate(STATES) if state in states.split()}
    for brand, states in CHAIN_STATES.items()
}

AT_WORK = {"groceries": 2, "restaurants": 6, "fast_food": 8, "coffee": 10, "fuel": 5}
USUALLY_AT_WORK = 3
"""Of sixteen visits to chains, those near the work [D]."""


def metros(draws: Draws, number: Ints) -> Ints:
    """Index into `METROS` of where the users `number` live, by the draws of any table."""
    return draws.of("users").fields("home", number)[0].astype(np.int64) * len(METROS) // 65_536


def homes(draws: Draws, number: Ints) -> Ints:
    """Index into `CITIES` of where the users `number` live."""
    return _city(draws, number, 1)


def works(draws: Draws, number: Ints) -> Ints:
    """Index into `CITIES` of where the users `number` work."""
    return _city(draws, number, 2)


def families(draws: Draws, number: Ints) -> Ints:
    """Index into `METROS` of where the families of the users `number` live, in another one."""
    drawn = draws.of("users").fields("home", number)[3].astype(np.int64)
    return (metros(draws, number) + 1 + drawn * (len(METROS) - 1) // 65_536) % len(METROS)


def _city(draws: Draws, number: Ints, field: int) -> Ints:
    drawn = draws.of("users").fields("home", number)[field].astype(np.int64)
    return metros(draws, number) * SIZE + drawn * SIZE // 65_536


def own_city(brand: str, place: int) -> int:
    """Index into `CITIES` of a small shop, by its place among those of its kind; -1 for a chain."""
    return place % len(CITIES) if brand in merchants.LOCAL else -1


def has_shop(brand: str, place: int, metro: int) -> bool:
    """Whether there is a shop of a brand in a metro."""
    city = own_city(brand, place)
    if city >= 0:
        return city // SIZE == metro
    return brand not in _METROS_OF or metro in _METROS_OF[brand]


@cache
def shops(brands: tuple[str, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of the brands with a shop in each metro, metros x most brands, and how many there are."""
    found = [
        [place for place, brand in enumerate(brands) if has_shop(brand, place, metro)]
        for metro in range(len(METROS))
    ]
    counts = np.array([len(places) for places in found])
    return np.array([np.resize(places, counts.max()) for places in found]), counts


def cities(own: Ints, stream: str, home: Ints, work: Ints, drawn: Fields) -> Ints:
    """The city of each visit: the small shop's own, of a chain the one at home or near the work."""
    at_work = (drawn & 15) < AT_WORK.get(stream, USUALLY_AT_WORK)
    return np.where(own >= 0, own, np.where(at_work, work, home))
