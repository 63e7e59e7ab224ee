"""permutation_test: exact where it can be, calibrated where it draws, and corrected for many tests."""

import itertools
from math import comb

import numpy as np
import pytest
from scipy.stats import kstest

from sktopo import ActivationLandscapes, Diagrams, PersistenceLandscape, permutation_test
from sktopo.diagrams.corrections import benjamini_hochberg, holm
from sktopo.diagrams.relabellings import all_relabellings, n_relabellings, random_relabellings
from tests.oracles import landscapes as oracle

ORDERS = [1, 1.5, 2, 4, np.inf]


def distance(p):
    return lambda x, y: (
        float(np.linalg.norm(x - y, ord=p)) if p in (1, 2, np.inf) else float((np.abs(x - y) ** p).sum() ** (1 / p))
    )


def activation_landscapes(n, shift=0.0, seed=0, n_layers=3):
    """Landscapes of n networks; the last layer's pairs are longer by `shift`."""
    rng = np.random.default_rng(seed)
    blocks = [(f"layer{k}", degree) for k in range(n_layers) for degree in (0, 1)]
    birth = rng.random((n, len(blocks), 6))
    death = birth + rng.exponential(size=birth.shape)
    death[:, -2:] += shift
    offsets = np.arange(n * len(blocks) + 1) * 6
    diagrams = Diagrams(birth.ravel(), death.ravel(), offsets, blocks)
    return ActivationLandscapes.from_diagrams(diagrams, 3, grid=np.linspace(0, 8, 33))


# -- p-values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", ORDERS)
@pytest.mark.parametrize("sizes", [(3, 3), (2, 5), (1, 4)])
@pytest.mark.parametrize("integers", [False, True])
def test_exact_p_values_are_shares_of_all_groupings(p, sizes, integers):
    rng = np.random.default_rng(1)
    a, b = (rng.integers(0, 3, (n, 4)).astype(float) if integers else rng.normal(size=(n, 4)) for n in sizes)
    result = permutation_test(a, b, p=p)
    assert result.exact and result.n_permutations == comb(sum(sizes), sizes[0])
    assert result.p_value[0] == oracle.permutation_p_value(a, b, distance(p))
    assert result.statistic[0] == pytest.approx(distance(p)(a.mean(axis=0), b.mean(axis=0)), rel=1e-12)


@pytest.mark.parametrize("p", [1, 2, np.inf])
def test_paired_p_values_are_shares_of_all_swaps(p):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)) + 0.5
    result = permutation_test(a, b, p=p, paired=True)
    norms = [distance(p)((a - b)[:, :].T @ np.array(signs) / 5, 0) for signs in itertools.product((1, -1), repeat=5)]
    assert result.n_permutations == 32
    assert result.p_value[0] == np.mean([value >= norms[0] - 1e-12 for value in norms])


def test_random_p_values_are_close_to_exact_ones():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(7, 3)), rng.normal(size=(6, 3)) + 0.6
    exact = permutation_test(a, b, n_permutations="all")
    drawn = permutation_test(a, b, n_permutations=1000, random_state=0)
    assert exact.exact and not drawn.exact and drawn.n_permutations == 1000
    assert drawn.p_value[0] == pytest.approx(exact.p_value[0], abs=0.03)
    # (r + 1) / (n + 1): never zero, and a multiple of 1 / 1001
    assert drawn.p_value[0] * 1001 == pytest.approx(round(drawn.p_value[0] * 1001))
    far = permutation_test(np.zeros((20, 1)), np.ones((20, 1)), n_permutations=99, random_state=0)
    assert far.p_value[0] == 1 / 100


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("paired", [False, True])
def test_p_values_are_uniform_where_there_is_no_difference(p, paired):
    rng = np.random.default_rng(0)
    values = [
        permutation_test(x[:8], x[8:], p=p, paired=paired, n_permutations=99, random_state=k).p_value[0]
        for k, x in enumerate(rng.normal(size=(300, 16, 5)))
    ]
    assert kstest(values, "uniform").pvalue > 0.01
    assert np.mean(np.array(values) <= 0.05) < 0.1


def test_a_difference_is_found_in_its_layer_alone():
    result = permutation_test(activation_landscapes(15), activation_landscapes(15, 2.0, seed=1), random_state=0)
    assert result.layers == ("layer0", "layer1", "layer2") and result.degrees == ((0, 1),) * 3
    assert result.p_value[2] == 1 / 10000 and result.adjusted[2] == pytest.approx(3 / 10000)
    assert (result.p_value[:2] > 0.05).all()


def test_the_same_samples_twice_are_as_close_as_can_be():
    for p in (1, 2, np.inf):
        result = permutation_test(np.ones((4, 3)), np.ones((5, 3)), p=p)
        assert result.p_value[0] == 1 and result.statistic[0] == 0
        x = np.random.default_rng(0).normal(size=(4, 3)) * 1e-9 + 1e3
        assert permutation_test(x, x, p=p).p_value[0] == 1


@pytest.mark.parametrize("p", [1, 2, 7, np.inf])
def test_units_do_not_matter(p):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(4, 3)) + 0.5
    expected = permutation_test(a, b, p=p)
    for scale in (1e-100, 1e100):
        found = permutation_test(scale * a, scale * b, p=p)
        assert found.p_value[0] == expected.p_value[0]
        assert found.statistic[0] == pytest.approx(scale * expected.statistic[0])


def test_null_is_that_of_the_p_value():
    result = permutation_test(activation_landscapes(4), activation_landscapes(3, seed=1), per="all", p=1)
    assert result.null.shape == (35, 1)
    assert result.p_value[0] == np.mean(result.null[:, 0] >= result.statistic[0] * (1 - 1e-9))


def test_results_are_seeded_and_do_not_depend_on_batches(monkeypatch):
    from sktopo.diagrams import permutation

    a, b = activation_landscapes(9), activation_landscapes(9, 0.3, seed=1)
    whole = permutation_test(a, b, p=3, n_permutations=500, random_state=7)
    monkeypatch.setattr(permutation, "CELLS", 20_000)
    parts = permutation_test(a, b, p=3, n_permutations=500, random_state=7)
    np.testing.assert_allclose(whole.null, parts.null, rtol=1e-12)
    np.testing.assert_array_equal(whole.p_value, parts.p_value)
    assert (permutation_test(a, b, p=3, n_permutations=500, random_state=8).null != whole.null).any()


# -- what is tested --------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [1, 2, 3])
def test_statistics_are_norms_of_the_difference_of_means(p):
    a, b = activation_landscapes(5), activation_landscapes(6, 1.0, seed=1)
    difference = ActivationLandscapes(a.mean().values - b.mean().values, a.grid, a.layers, a.degrees)
    norms = difference.norm(p)[0]
    by_block = permutation_test(a, b, p=p, per="block")
    np.testing.assert_allclose(by_block.statistic, norms.ravel(), rtol=1e-9)
    assert by_block.layers[:2] == ("layer0", "layer0") and by_block.degrees[:2] == ((0,), (1,))
    np.testing.assert_allclose(permutation_test(a, b, p=p).statistic, (norms**p).sum(axis=1) ** (1 / p), rtol=1e-9)
    whole = permutation_test(a, b, p=p, per="all")
    assert whole.layers == ("all",) and whole.statistic[0] == pytest.approx((norms**p).sum() ** (1 / p))


def test_exact_landscapes_are_compared_by_their_inner_products():
    rng = np.random.default_rng(0)
    groups = [
        [PersistenceLandscape.from_pairs(np.sort(rng.random((6, 2)) * width, axis=1)) for _ in range(4)]
        for width in (1.0, 1.6)
    ]
    result = permutation_test(*groups)
    means = [sum(group) / 4 for group in groups]
    assert result.statistic[0] == pytest.approx(means[0].distance(means[1]))
    grid = np.linspace(0, 1.6, 4001)
    values = [[np.pad(x(grid), ((0, 6 - x.n_levels), (0, 0))) for x in group] for group in groups]
    assert result.p_value[0] == permutation_test(*values).p_value[0]
    with pytest.raises(ValueError, match="compared with p=2"):
        permutation_test(*groups, p=1)


def test_strata_keep_their_samples_together():
    """Between the strata lies all the difference, and within them there is none."""
    a, b = np.array([[0.0], [0.1], [0.2], [9.0]]), np.array([[0.15], [9.1], [9.2], [9.3]])
    free, held = permutation_test(a, b), permutation_test(a, b, strata=([0, 0, 0, 1], [0, 1, 1, 1]))
    assert held.n_permutations == 16 and free.n_permutations == 70
    assert held.statistic == free.statistic
    by_hand = []
    for low in range(4):
        for high in range(4):
            lows, highs = [0, 0.1, 0.2, 0.15], [9, 9.1, 9.2, 9.3]
            first = sum(lows) - lows[low] + highs[high]
            by_hand.append(abs(first - (sum(lows) + sum(highs) - first)) / 4)
    assert held.p_value[0] == np.mean(np.array(by_hand) >= held.statistic[0] - 1e-9)


# -- relabellings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("strata", [[0] * 6, [0, 1, 2, 0, 1, 2], [3, 3, 1, 1, 1, 3]])
def test_all_relabellings_are_all_and_different(strata):
    first, strata = np.array([1, 1, 1, 0, 0, 0], dtype=bool), np.array(strata)
    masks = np.concatenate(list(all_relabellings(first, strata, 4)))
    expected = {
        tuple(mask)
        for mask in itertools.product([False, True], repeat=6)
        if all(sum(np.array(mask)[strata == s]) == first[strata == s].sum() for s in strata)
    }
    assert {tuple(mask) for mask in masks.tolist()} == expected
    assert len(masks) == len(expected) == n_relabellings(first, strata)


@pytest.mark.parametrize("strata", [[0] * 5, [0, 1, 0, 1, 1]])
def test_random_relabellings_are_equally_likely(strata):
    first, strata = np.array([1, 1, 0, 0, 0], dtype=bool), np.array(strata)
    masks = np.concatenate(list(random_relabellings(first, strata, 6000, 999, np.random.RandomState(0))))
    assert len(masks) == 6000
    _, counts = np.unique(masks, axis=0, return_counts=True)
    n = n_relabellings(first, strata)
    assert len(counts) == n and (np.abs(counts - 6000 / n) < 4.5 * np.sqrt(6000 / n)).all()


# -- corrections -----------------------------------------------------------------------------------------


def test_holm_and_benjamini_hochberg_by_hand():
    p_values = np.array([0.01, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(holm(p_values), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(benjamini_hochberg(p_values), [0.02, 0.04, 0.04, 0.02])
    np.testing.assert_allclose(holm([0.5, 0.6]), [1, 1])


def test_holm_is_its_definition():
    rng = np.random.default_rng(0)
    for n in (1, 2, 5, 30):
        p_values = rng.integers(1, 12, n) / 50
        np.testing.assert_allclose(holm(p_values), oracle.holm(p_values.tolist()))


def test_table_and_adjusted_carry_the_corrections():
    a, b = activation_landscapes(6), activation_landscapes(6, 1.0, seed=1)
    results = {
        name: permutation_test(a, b, correction=name, per="block") for name in ("holm", "benjamini_hochberg", None)
    }
    table = results["holm"].table()
    assert table.columns.tolist() == ["layer", "degrees", "statistic", "p_value", "holm", "benjamini_hochberg"]
    assert table["degrees"].tolist() == ["0", "1"] * 3 and table["layer"].iloc[-1] == "layer2"
    np.testing.assert_array_equal(table["holm"], results["holm"].adjusted)
    np.testing.assert_array_equal(table["benjamini_hochberg"], results["benjamini_hochberg"].adjusted)
    np.testing.assert_array_equal(table["p_value"], results[None].adjusted)


# -- errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, message",
    [
        ({"p": 0.5}, "order p must be"),
        ({"per": "degree"}, "per must be"),
        ({"n_permutations": 0}, "n_permutations must be"),
        ({"n_permutations": 1.5}, "n_permutations must be"),
        ({"correction": "bonferroni"}, "correction must be"),
        ({"correction": ["holm"]}, "correction must be"),
        ({"per": np.array([1, 2])}, "per must be"),
        ({"n_permutations": np.array([1, 2])}, "n_permutations must be"),
        ({"strata": 3}, "strata must be a pair"),
        ({"paired": True}, "groups of the same size. Got 3 and 4"),
        ({"strata": ([0, 1], [0, 1])}, "strata must be a pair of 3 and 4 labels"),
    ],
)
def test_wrong_options_are_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        permutation_test(np.ones((3, 2)), np.zeros((4, 2)), **options)


def test_wrong_groups_are_an_error():
    with pytest.raises(ValueError, match="of the same shape in both"):
        permutation_test(np.ones((3, 2)), np.ones((3, 3)))
    with pytest.raises(ValueError, match="Groups must have samples"):
        permutation_test(np.ones((0, 2)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="NaN or infinity"):
        permutation_test([[1.0]], [[np.nan]])
    with pytest.raises(ValueError, match="paired=True or strata"):
        permutation_test([[1.0]], [[2.0]], paired=True, strata=([0], [0]))
    landscapes = activation_landscapes(3)
    with pytest.raises(ValueError, match="Both groups must have samples"):
        permutation_test(landscapes, landscapes[:0])
    for a, b in ((landscapes, landscapes.values), (landscapes.values, landscapes)):
        with pytest.raises(TypeError, match="Expected ActivationLandscapes"):
            permutation_test(a, b)
    for n_permutations in ("all", 10**12):
        with pytest.raises(ValueError, match="ways to deal the samples, and at most 3000000.*n_permutations=9999"):
            permutation_test(np.ones((20, 1)), np.ones((20, 1)), n_permutations=n_permutations)


def test_diagrams_are_no_vectors():
    """numpy would read them as padded arrays of births, deaths and degrees, and mean those."""
    diagrams = Diagrams.from_list([np.array([[0.0, 1.0 + i, 0]]) for i in range(4)])
    for a, b in ((diagrams[:2], diagrams[2:]), (diagrams[:2], np.ones((2, 1, 3))), (np.ones((2, 1, 3)), diagrams[2:])):
        with pytest.raises(TypeError, match="Diagrams have no mean.*ActivationLandscapes.from_diagrams"):
            permutation_test(a, b)


def test_exact_landscapes_do_not_mix_with_anything_else():
    tents = [PersistenceLandscape.from_pairs([[0, 2]])] * 2
    for a, b in ((tents, [[1.0], [2.0]]), ([1.0], tents), (tents[0], tents), ([tents[0], 1.0], tents)):
        with pytest.raises(TypeError, match="compared with each other only"):
            permutation_test(a, b)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_units_of_exact_landscapes_do_not_matter(scale):
    tents = [PersistenceLandscape.from_pairs([[0, 1 + i]]) for i in range(8)]
    result = permutation_test(tents[:4], tents[4:])
    scaled = permutation_test([scale * tent for tent in tents[:4]], [scale * tent for tent in tents[4:]])
    assert scaled.p_value[0] == result.p_value[0] < 0.1
    np.testing.assert_allclose(scaled.statistic, scale * result.statistic)
