"""No text of any world belongs to somebody: reserved domains, fictional numbers, no card, account or SSN."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from synth_assets import worlds
from synth_assets.generation.generate import in_memory
from synth_assets.scenario.resolve import resolve
from tests.thorough import size

EMAIL = re.compile(r"[^\s@<>,;:\"]+@([^\s@<>,;:\"]+)")
RESERVED = re.compile(r"(.*\.)?example\.(com|org|net)|.*\.(example|test|invalid)", re.IGNORECASE)
"""Domains that nobody can own (RFC 2606)."""

NORTH_AMERICAN = re.compile(
    r"(?<![\w.])(?:\+?1[-. ]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])\d{3}[-. ]\d{4}(?!\w)"
)
ALONE = re.compile(r"^1?[2-9]\d{9}$")
INTERNATIONAL = re.compile(r"(?<!\w)\+\d[\d\-. ()]{6,}\d")
FICTIONAL = re.compile(r"55501\d\d$")
"""The last seven digits of numbers that are kept for fiction."""

DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
SSN = re.compile(r"(?<!\d)\d{3}-\d\d-\d{4}(?!\d)")


def owned_domain(text: str) -> bool:
    """An e-mail address of a domain that somebody may own."""
    return any(not RESERVED.fullmatch(domain.rstrip(".")) for domain in EMAIL.findall(text))


def real_telephone(text: str) -> bool:
    """A telephone number that may ring."""
    found = [match[0] for form in (NORTH_AMERICAN, ALONE, INTERNATIONAL) for match in form.finditer(text)]
    return any(not FICTIONAL.search(re.sub(r"\D", "", number)) for number in found)


def card_number(text: str) -> bool:
    """13 to 19 digits that pass the Luhn test."""
    return any(_luhn(re.sub(r"\D", "", match[0])) for match in DIGITS.finditer(text))


def _luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def iban(text: str) -> bool:
    """An account number whose check digits are right (ISO 13616)."""
    return any(_mod_97(match[0].replace(" ", "")) == 1 for match in IBAN.finditer(text))


def _mod_97(text: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97


def social_security_number(text: str) -> bool:
    """A number in the shape of an SSN."""
    return SSN.search(text) is not None


DETECTORS: dict[Callable[[str], bool], tuple[list[str], list[str]]] = {
    owned_domain: (
        ["jo@gmail.com", "Jo <jo.doe@mail.example.de>", "a@x.example, b@acme.io", "jo@notexample.com"],
        ["jo@example.com", "jo@mail.example.org", "jo.doe@acme.example", "a@b.test", "no address @ all"],
    ),
    real_telephone: (
        ["+13195551178", "(415) 867-5309", "call 415.867.5309 now", "4158675309", "+49 30 901820"],
        [
            "+13195550178",
            "(415) 555-0120",
            "415-555-0199",
            "INV-4158675309",
            "2026-11-21 12:00:00",
            "$1,234.56",
        ],
    ),
    card_number: (
        ["4111111111111111", "card 4111 1111 1111 1111.", "5500-0000-0000-0004", "x4222222222222y"],
        ["4111111111111112", "INV-000000312", "123456789012", "4111 1111"],
    ),
    iban: (
        ["DE89370400440532013000", "to GB29 NWBK 6016 1331 9268 19", "NL91ABNA0417164300"],
        ["DE88370400440532013000", "PAC-0001", "AB12"],
    ),
    social_security_number: (
        ["078-05-1120", "SSN 219-09-9999."],
        ["2026-11-21", "+1-319-555-0178", "1078-05-1120"],
    ),
}
"""What each detector must find, and what it must let pass."""


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.__name__)
def test_each_detector_finds_what_was_planted(detector):
    planted, harmless = DETECTORS[detector]
    assert [text for text in planted if not detector(text)] == []
    assert [text for text in harmless if detector(text)] == []


VARIANTS = [
    (name, preset)
    for name in worlds.NAMES
    for preset, values in (worlds.load(name).presets or {None: {}}).items()
    if "years" not in values  # more of the same
]
"""The default is one of the presets, where there are some."""

WITHOUT_FAULTS = ("wholesale", "medium")
"""What the preset `investigation` is, but for its faults."""


@pytest.mark.parametrize("name", [name for name in worlds.NAMES if worlds.load(name).presets])
def test_the_default_is_one_of_the_presets(name):
    presets = [preset for world, preset in VARIANTS if world == name]
    assert resolve(name).config in [resolve(name, preset=preset).config for preset in presets]


@pytest.mark.parametrize(("name", "preset"), size([of for of in VARIANTS if of != WITHOUT_FAULTS], VARIANTS))
def test_no_text_of_a_world_belongs_to_somebody(name, preset):
    dataset = in_memory(resolve(name, {"as_of": "2026-11-21"}, preset=preset))
    looked_at = 0
    for table, rows in dataset.tables.items():
        for column in rows.column_names:
            texts = _texts(rows[column])
            looked_at += len(texts)
            for detector in DETECTORS:
                found = [text for text in texts if detector(text)]
                assert not found, f"{table}.{column}: {detector.__name__} {found[:3]}"
    assert looked_at > 1_000


def _texts(values: pa.ChunkedArray) -> list[str]:
    """The texts of a column, each once; none where it holds no texts."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not pa.types.is_string(kind):
        return []
    return pc.unique(values.cast(pa.string()).drop_null()).to_pylist()
