"""Facts of a block are computed once and kept within a budget; nobody can change them."""

from __future__ import annotations

import pytest

from synth_assets.generation.facts import Facts, FactsCache, facts_of
from synth_assets.model.world import World
from tests import tiny

CONFIG = tiny.Config(as_of="2026-11-21", num_partners=20)
BLOCKS = [range(start, start + 5) for start in range(0, 20, 5)]


@pytest.fixture
def counted(monkeypatch) -> list[range]:
    """The blocks whose facts were computed, in order."""
    seen: list[range] = []

    def seen_facts(world, config, rows):
        seen.append(rows)
        return facts_of(world, config, rows)

    monkeypatch.setattr("synth_assets.generation.facts.facts_of", seen_facts)
    return seen


def pass_over(cache: FactsCache, config: tiny.Config = CONFIG) -> None:
    for rows in BLOCKS:
        assert cache.get(tiny.WORLD, config, rows).value is not None


def test_a_second_pass_computes_nothing(counted) -> None:
    cache = FactsCache()
    pass_over(cache)
    pass_over(cache)
    assert counted == BLOCKS


def test_what_does_not_fit_is_computed_anew_and_what_is_kept_stays(counted) -> None:
    one = Facts(tiny.WORLD, CONFIG, BLOCKS[0])
    size = one.value.nbytes
    counted.clear()
    cache = FactsCache(budget_bytes=2 * size)
    pass_over(cache)
    pass_over(cache)
    assert counted == [*BLOCKS, *BLOCKS[2:]]
    assert cache.bytes == 2 * size


def test_another_scenario_makes_way(counted) -> None:
    cache = FactsCache()
    pass_over(cache)
    pass_over(cache, CONFIG.model_copy(update={"seed": 7}))
    assert counted == [*BLOCKS, *BLOCKS]
    assert cache.bytes == 4 * 15 * 8, "three prices a partner, five partners a block, of one scenario"


def test_facts_cannot_be_written_to() -> None:
    facts = facts_of(tiny.WORLD, CONFIG, range(2))
    with pytest.raises(ValueError, match="read-only"):
        facts[0] = 1


def test_a_world_without_facts_says_so() -> None:
    with pytest.raises(ValueError, match="plain has no facts"):
        facts_of(World("plain", tiny.Config, (), ()), CONFIG, range(1))
