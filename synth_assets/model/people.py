"""Names of people and companies: pools drawn once from Faker's lists, rows picked from them by number.

Nobody here is real: e-mail domains end in `.example` (RFC 2606), telephone numbers are 555-0100 to
555-0199, which the North American Numbering Plan keeps for fiction.
"""

from __future__ import annotations

import re
from functools import lru_cache
from random import Random
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model.arrow import indices, scalar, strings
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation

COMPANIES = 4_096
"""Companies in a full pool: contact k works at company k mod 4,096."""

NAME_POOL = 700
"""First names, and last names, in a pool."""

TRADES = (
    "Freight", "Dental", "Roofing", "Interiors", "Catering", "Fitness", "Landscaping", "Plumbing",
    "Electric", "Auto Repair", "Logistics", "Builders", "Bakery", "Clinic", "Studios", "Consulting",
    "Foods", "Flooring", "Security", "Cleaning", "Printing", "Garden Center", "Realty", "Supply",
    "Veterinary", "Machining", "Outfitters", "Hospitality", "Packaging", "Labs", "Textiles", "Marine",
)  # fmt: skip

AREA_CODES = (
    205, 209, 213, 216, 229, 234, 251, 267, 281, 303, 310, 312, 319, 336, 352, 404, 415, 419, 434, 458,
    469, 478, 503, 512, 518, 541, 559, 573, 601, 612, 617, 626, 636, 651, 678, 702, 704, 713, 718, 720,
    732, 747, 763, 773, 785, 801, 813, 816, 828, 847, 864, 903, 913, 919, 925, 936, 951, 970, 978, 985,
)  # fmt: skip


class Pools(NamedTuple):
    """Distinct first names, last names and companies; `domains` belongs to `companies`."""

    first_names: pa.Array
    last_names: pa.Array
    companies: pa.Array
    domains: pa.Array


@lru_cache(maxsize=4)
def pools(draws: Draws, companies: int) -> Pools:
    """Pools under the draws' seed; a smaller number of companies is a prefix of a larger one."""
    from faker.providers.person.en_US import Provider

    first_names, last_names = tuple(Provider.first_names), tuple(Provider.last_names)
    random = Random(draws.key("names"))
    first, last = (
        list(dict.fromkeys(random.choice(names) for _ in range(4 * NAME_POOL)))[:NAME_POOL]
        for names in (first_names, last_names)
    )
    random = Random(draws.key("companies"))
    found: dict[str, str] = {}
    while len(found) < companies:
        name = f"{random.choice(last_names)} {random.choice(TRADES)}"
        found.setdefault(f"{slug(name)}.example", name)
    return Pools(strings(first), strings(last), strings(list(found.values())), strings(list(found)))


def slug(name: str) -> str:
    """Lower-case letters and digits of a name."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


class People(NamedTuple):
    """Names that agree with each other, one a number; e-mails are distinct."""

    name: pa.Array
    email: pa.Array
    company: pa.Array
    phone: pa.Array


def people(draws: Draws, numbers: Ints, total: int) -> People:
    """The people of the given numbers among 0 ... total - 1.

    A company's people have different names (a permutation of all pairs of first and last name), and each
    company has its own domain, so no two people share an address.
    """
    pool = pools(draws, min(COMPANIES, total))
    company = numbers % COMPANIES
    pairs = len(pool.first_names) * len(pool.last_names)
    offset = draws.words("name", company) % np.uint64(pairs)
    serial = (numbers // COMPANIES + offset.astype(np.int64)) % pairs
    pair = Permutation(draws.key("pairs of names"), pairs)(serial)
    first = pool.first_names.take(indices(pair % len(pool.first_names)))
    last = pool.last_names.take(indices(pair // len(pool.first_names)))
    local = pc.utf8_lower(pc.binary_join_element_wise(first, last, scalar(".")))
    at = indices(company)
    area, line, _, _ = draws.fields("phone", numbers)
    codes = strings([f"+1{code}55501" for code in AREA_CODES]).take(
        indices(area.astype(np.int64) * len(AREA_CODES) // 65_536)
    )
    lines = strings([f"{i:02d}" for i in range(100)]).take(indices(line.astype(np.int64) * 100 // 65_536))
    return People(
        name=pc.binary_join_element_wise(first, last, scalar(" ")),
        email=pc.binary_join_element_wise(local, pool.domains.take(at), scalar("@")),
        company=pool.companies.take(at),
        phone=pc.binary_join_element_wise(codes, lines, scalar("")),
    )
