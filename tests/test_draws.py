"""Randomness is sound and addressed: draws, lookup tables and permutations."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws
from synth_assets.model.permutation import Permutation
from tests.chance import FAR, joint, surprise

DRAWS = Draws(42, "order_to_cash", "invoices")
IDS = np.arange(1 << 20)
MASK = (1 << 64) - 1


# --- words --------------------------------------------------------------------------------------------


def splitmix64(state: int, step: int) -> int:
    """Output `step` of Steele, Lea and Flood's generator, counted from 1, in plain integers."""
    z = (state + step * 0x9E3779B97F4A7C15) & MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def test_words_are_those_of_splitmix64():
    # published outputs for the state 1234567
    assert [splitmix64(1234567, i) for i in (1, 2, 3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]
    key = DRAWS.key("billing_lag")
    for row in (0, 1, 2, 65_535, 10**9, 2**63 - 1):
        assert int(DRAWS.words("billing_lag", [row])[0]) == splitmix64(key, row)


def test_a_word_is_the_same_alone_in_a_block_in_another_order_and_in_any_shape():
    rows = np.arange(1_000)
    words = DRAWS.words("purpose", rows)
    assert [int(DRAWS.words("purpose", row)) for row in rows[:50]] == words[:50].tolist()
    assert np.array_equal(DRAWS.words("purpose", rows[300:400]), words[300:400])
    shuffled = np.random.default_rng(1).permutation(rows)
    assert np.array_equal(DRAWS.words("purpose", shuffled), words[shuffled])
    assert np.array_equal(DRAWS.words("purpose", rows.reshape(10, 100)), words.reshape(10, 100))
    assert np.array_equal(DRAWS.words("purpose", rows.astype(np.int32)), words)
    assert rows.tolist() == list(range(1_000))  # the ids themselves are left alone


def test_a_word_feeds_four_fields():
    fields = DRAWS.fields("purpose", np.arange(5))
    words = DRAWS.words("purpose", np.arange(5)).tolist()
    assert fields.T.tolist() == [[w >> shift & 0xFFFF for shift in (0, 16, 32, 48)] for w in words]


@pytest.mark.parametrize("seed", [0, 1, 42, 2**63 - 1])
def test_every_16_bit_field_is_uniform(seed):
    for field in Draws(seed, "w", "t").fields("purpose", IDS):
        assert abs(surprise(np.bincount(field, minlength=65_536))) < FAR


def test_words_are_never_twice_the_same_within_a_purpose():
    assert len(np.unique(DRAWS.words("purpose", IDS))) == len(IDS)


@pytest.mark.parametrize("distance", [1, 2, 3, 64, 4_096, 65_536])
def test_neighbouring_ids_are_independent(distance):
    words = DRAWS.words("purpose", IDS)
    assert joint(words[:-distance], words[distance:]) < FAR


@pytest.mark.parametrize(
    ("draws", "purpose"),
    [
        (DRAWS, "amounts"),
        (DRAWS, "amount "),
        (DRAWS.of("payments"), "amount"),
        (Draws(43, "order_to_cash", "invoices"), "amount"),
        (Draws(42, "subscriptions", "invoices"), "amount"),
    ],
    ids=["purpose", "space", "table", "seed", "world"],
)
def test_purposes_tables_seeds_and_worlds_are_independent(draws, purpose):
    assert joint(DRAWS.words("amount", IDS), draws.words(purpose, IDS)) < FAR


def test_fields_of_one_word_are_independent():
    fields = DRAWS.fields("purpose", IDS).astype(np.uint64) * np.uint64(2**48 + 1)  # at both ends of a word
    for i, j in ((0, 1), (0, 3), (1, 2), (2, 3)):
        assert joint(fields[i], fields[j]) < FAR


def test_an_address_is_its_parts_and_not_their_concatenation():
    assert Draws(1, "a", "bc").key("d") != Draws(1, "ab", "c").key("d")
    assert Draws(1, "a", "b").key("1") != Draws(11, "a", "b").key("")


def test_every_bit_of_an_id_flips_every_bit_of_its_word_half_the_time():
    base = np.random.default_rng(2).integers(0, 2**63, 4_096).astype(np.uint64)
    words = DRAWS.words("purpose", base)
    for bit in range(64):
        flipped = words ^ DRAWS.words("purpose", base ^ (np.uint64(1) << np.uint64(bit)))
        share = np.unpackbits(flipped.view(np.uint8)).reshape(-1, 64).mean(axis=0)
        assert np.abs(share - 0.5).max() < 6 * 0.5 / 64  # six deviations of a fair coin thrown 4,096 times


def test_every_bit_of_a_seed_flips_half_of_a_word():
    words = DRAWS.words("purpose", IDS[:1_024])
    for bit in range(63):
        other = Draws(42 ^ 1 << bit, "order_to_cash", "invoices").words("purpose", IDS[:1_024])
        flipped = np.unpackbits((words ^ other).view(np.uint8)).mean()
        assert abs(flipped - 0.5) < 6 * 0.5 / 256  # 65,536 bits


def test_the_yardstick_sees_what_is_not_random():
    weyl = IDS.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)  # the counter without its finalizer
    assert joint(weyl[:-1], weyl[1:]) > FAR
    assert surprise(np.bincount(weyl >> np.uint64(48), minlength=65_536)) < -FAR  # too even
    words = DRAWS.words("purpose", IDS)
    assert joint(words, words ^ np.uint64(1)) > FAR
    assert surprise(np.bincount(words[: 1 << 16] & np.uint64(0xFFFE), minlength=65_536)) > FAR


# --- lookup tables ------------------------------------------------------------------------------------

ALL_FIELDS = np.arange(65_536, dtype=np.uint16)


def test_every_entry_of_a_table_serves_sixteen_fields():
    taken = quantile_tables.sample(np.arange(quantile_tables.SIZE), ALL_FIELDS)
    assert np.array_equal(np.bincount(taken), np.full(quantile_tables.SIZE, 16))


@pytest.mark.parametrize("weights", [[1], [0.2, 0.45, 0.25, 0.1], [3, 0, 1], [1 / 3] * 3, [0.9999, 0.0001]])
def test_weights_have_their_share_of_a_table(weights):
    counts = np.bincount(quantile_tables.from_weights(range(len(weights)), weights), minlength=len(weights))
    exact = np.array(weights) / sum(weights) * quantile_tables.SIZE
    assert counts.sum() == quantile_tables.SIZE
    assert np.abs(counts - exact).max() < 1


def test_quantiles_invert_the_distribution_at_the_middle_of_each_entry():
    table = quantile_tables.quantiles(lambda p: 1_000 * p)
    assert table[0] == 0
    assert table[2_048] == math.floor(1_000 * 2_048.5 / 4_096 + 0.5)
    assert table[-1] == 1_000
    assert np.all(np.diff(table) >= 0)


def test_normal_scores_have_mean_0_and_deviation_1():
    scores = np.array(quantile_tables.normal_scores())
    assert abs(scores.mean()) < 1e-9
    assert 0.999 < scores.std() < 1  # the tails end at 3.67
    assert abs(scores[3_071] - NormalDist().inv_cdf(3_071.5 / 4_096)) < 1e-12


def test_an_integrated_density_has_the_density_s_mean_and_deviation():
    table = quantile_tables.from_density(range(-60, 61), NormalDist(-12, 6).pdf)
    assert abs(table.mean() + 12) < 0.05
    assert abs(table.std() - (36 + 1 / 12) ** 0.5) < 0.05  # rounding to days adds 1/12


def test_a_table_cut_at_a_limit_keeps_its_law_below():
    table = quantile_tables.quantiles(lambda p: 100 * p)
    limit = np.full(65_536, 39)
    taken = quantile_tables.sample_at_most(table, limit, ALL_FIELDS)
    below = table[table <= 39]
    assert taken.max() == 39
    assert np.abs(np.bincount(taken) / 65_536 - np.bincount(below) / len(below)).max() < 1 / 4_096
    assert quantile_tables.sample_at_most(table + 5, np.array([3, 4]), ALL_FIELDS[-2:]).tolist() == [3, 4]


@pytest.mark.parametrize("size", [1, 2, 50, 200, 4_096, 10**7])
@pytest.mark.parametrize("exponent", [0.7, 0.95])
def test_ranks_follow_zipf_s_law(size, exponent):
    coarse, fine = np.meshgrid(np.arange(8, 65_536, 16), np.arange(512, 65_536, 1_024))
    ranks = (
        quantile_tables.ZipfTable(size, exponent)
        .take(coarse.astype(np.uint16), fine.astype(np.uint16))
        .ravel()
    )
    power = 1 - exponent
    assert ranks.min() == 0
    assert ranks.max() < size
    for rank in sorted({0, size // 50, size // 5, size // 2, size - 1}):
        law = ((rank + 2) ** power - 1) / ((size + 1) ** power - 1)
        assert (
            abs((ranks <= rank).mean() - law) < 1 / 4_096 + 1 / 64 / 64
        )  # one step of the table and one of the grid


# --- permutations -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [range(1, 301), (1_023, 1_024, 1_025, 65_535, 65_536, 65_537, 100_003)])
def test_a_permutation_takes_every_number_once_and_back(sizes):
    for size in sizes:
        permutation = Permutation(size * 31, size)
        images = permutation(np.arange(size))
        assert np.array_equal(np.sort(images), np.arange(size))
        assert np.array_equal(permutation.inverse(images), np.arange(size))


def test_a_permutation_of_124_999_999_goes_back_from_anywhere():
    permutation = Permutation(7, 124_999_999)
    ids = np.random.default_rng(3).integers(0, 124_999_999, 10_000)
    images = permutation(ids)
    assert images.max() < 124_999_999
    assert np.array_equal(permutation.inverse(images), ids)
    assert int(permutation(ids[5:6])[0]) == images[5]


def test_nothing_is_permuted_to_nothing():
    assert len(Permutation(1, 0)(np.arange(0))) == 0


def test_other_keys_give_other_permutations():
    images = {tuple(Permutation(key, 20)(np.arange(20)).tolist()) for key in range(500)}
    assert len(images) == 500


@pytest.mark.parametrize("size", [2, 3, 10, 16, 97, 300])
def test_over_keys_each_place_is_as_likely_as_any_other(size):
    images = np.array([Permutation(DRAWS.key(str(i)), size)(np.arange(size)) for i in range(600)])
    for place in {0, 1, size // 2, size - 1}:
        assert abs(surprise(np.bincount(images[:, place], minlength=size))) < FAR


@pytest.mark.parametrize("apart", [1, 8, 15])
def test_images_of_two_numbers_are_independent(apart):
    images = np.array([Permutation(DRAWS.key(str(i)), 16)(np.array([0, apart])) for i in range(2_000)])
    gaps = (images[:, 1] - images[:, 0]) % 16
    assert abs(surprise(np.bincount(gaps, minlength=16)[1:])) < FAR


@pytest.mark.parametrize("size", [1_000, 65_536, 10**6])
def test_a_quota_is_spread_over_the_whole_range(size):
    chosen = np.flatnonzero(Permutation(DRAWS.key("spread"), size)(np.arange(size)) < size // 20)
    assert len(chosen) == size // 20
    assert surprise(np.bincount(chosen * 25 // size, minlength=25)) < FAR
    gaps = np.diff(chosen)
    assert 0.03 < (gaps == 1).mean() < 0.07  # 5 % of rows follow another: 1 in 20 is the chosen share
