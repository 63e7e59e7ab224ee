"""PersistenceLandscape, mean_landscape and landscape_norm: closed forms, laws and manners."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sktopo import (
    ActivationLandscapes,
    DiagramDistance,
    Diagrams,
    PersistenceLandscape,
    landscape_norm,
    mean_landscape,
)
from tests.oracles import landscapes as oracle

pair = st.tuples(st.integers(-4, 4), st.integers(0, 5)).map(lambda p: (p[0], p[0] + p[1]))
lattice = st.lists(pair, max_size=7).map(lambda pairs: np.array(pairs, dtype=float).reshape(-1, 2))
ORDERS = [1, 1.5, 2, 3, 4.7]


def random_pairs(n, seed=0):
    rng = np.random.default_rng(seed)
    birth = rng.normal(size=n)
    return np.column_stack([birth, birth + rng.exponential(size=n)])


def of(pairs, **options):
    return PersistenceLandscape.from_pairs(pairs, **options)


def test_touching_tents_leave_no_peak_on_the_second_level():
    """A bar twice, and one that begins where it ends: nothing is above zero twice but the repeated bar."""
    levels = of([(0, 1), (0, 1), (1, 2)]).levels
    assert [level.tolist() for level in levels] == [
        [[0, 0], [0.5, 0.5], [1, 0], [1.5, 0.5], [2, 0]],
        [[0, 0], [0.5, 0.5], [1, 0]],
    ]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(pairs=lattice)
def test_values_are_the_largest_tents(pairs):
    landscape, t = of(pairs), np.arange(-20, 50) / 4
    assert landscape(t).shape == (landscape.n_levels, 70)
    np.testing.assert_array_equal(landscape(t), oracle.levels_at(pairs, t, 9)[: landscape.n_levels])
    assert not oracle.levels_at(pairs, t, 9)[landscape.n_levels :].any()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(pairs=lattice, p=st.sampled_from(ORDERS))
def test_integrals_over_all_levels_have_their_closed_form(pairs, p):
    half = (pairs[:, 1] - pairs[:, 0]) / 2
    energy = (2 / (p + 1) * half ** (p + 1)).sum()
    landscape = of(pairs)
    assert landscape.integral(p) == pytest.approx(energy, rel=1e-12, abs=1e-14)
    assert landscape.norm(p) == pytest.approx(energy ** (1 / p), rel=1e-12, abs=1e-14)
    assert landscape.norm(np.inf) == half.max(initial=0)
    assert landscape.inner(landscape) == pytest.approx((half**3).sum() * 2 / 3, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("p", ORDERS)
def test_norms_of_differences_equal_dense_quadrature(p):
    a, b = of(random_pairs(30)), of(random_pairs(20, seed=1))
    difference = 2 * a - b / 3
    grid = np.linspace(-5, 10, 150_001)
    values = np.abs(difference(grid)) ** p
    assert difference.norm(p) == pytest.approx((values.sum() * (grid[1] - grid[0])) ** (1 / p), rel=1e-6)
    assert difference.norm(np.inf) == pytest.approx(np.abs(difference(grid)).max(), rel=1e-3)
    assert a.distance(b, p) == (a - b).norm(p)


def test_no_power_under_or_overflows():
    for scale in (1e-200, 1e200):
        landscape = of(np.array([[0, 2.0], [1, 2]]) * scale)
        assert landscape.norm(30) == pytest.approx(scale * scale ** (1 / 30) * of([[0, 2.0], [1, 2]]).norm(30))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(a=lattice, b=lattice, c=lattice, p=st.sampled_from([*ORDERS, np.inf]))
def test_landscapes_are_a_normed_space(a, b, c, p):
    a, b, c = of(a), of(b), of(c)
    t = np.arange(-40, 90) / 8
    total = 2 * a + b - c / 4
    n = max(a.n_levels, b.n_levels, c.n_levels)
    values = [np.pad(x(t), ((0, n - x.n_levels), (0, 0))) for x in (a, b, c)]
    np.testing.assert_array_equal(
        np.pad(total(t), ((0, n - total.n_levels), (0, 0))), 2 * values[0] + values[1] - values[2] / 4
    )
    assert a.distance(c, p) <= a.distance(b, p) + b.distance(c, p) + 1e-12
    assert (3 * a).norm(p) == pytest.approx((a * -3).norm(p)) and (3 * a).norm(p) == pytest.approx(3 * a.norm(p))
    assert (a + b).inner(c) == pytest.approx(a.inner(c) + b.inner(c), abs=1e-12)
    assert a.inner(b) ** 2 <= a.inner(a) * b.inner(b) + 1e-9
    assert a.distance(b) ** 2 == pytest.approx(a.inner(a) + b.inner(b) - 2 * a.inner(b), abs=1e-9)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(a=lattice, b=lattice)
def test_landscapes_are_no_further_apart_than_their_diagrams(a, b):
    rows = [np.column_stack([pairs, np.zeros(len(pairs))]) for pairs in (a, b)]
    bottleneck = DiagramDistance("bottleneck").fit_transform(rows)[0, 1]
    assert of(a).distance(of(b), np.inf) <= bottleneck


def test_distances_agree_with_those_between_diagrams():
    diagrams = [random_pairs(25, seed) for seed in range(4)]
    rows = [np.column_stack([pairs, np.zeros(25)]) for pairs in diagrams]
    for p in (1, 2, 3.5, np.inf):
        theirs = DiagramDistance("landscape", order=p, n_levels=None).fit_transform(rows)
        ours = [[of(a).distance(of(b), p) for b in diagrams] for a in diagrams]
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_mean_is_the_mean_of_values(count):
    landscapes = [of(random_pairs(10 + k, seed=k)) for k in range(count)]
    mean, t = mean_landscape(landscapes), np.linspace(-4, 6, 999)
    values = [np.pad(x(t), ((0, mean.n_levels - x.n_levels), (0, 0))) for x in landscapes]
    np.testing.assert_allclose(mean(t), np.mean(values, axis=0), rtol=1e-12, atol=1e-13)
    assert mean_landscape(iter(landscapes)) == mean


def test_mean_of_the_same_landscape_is_that_landscape():
    landscape = of(random_pairs(40))
    assert mean_landscape([landscape] * 8) == landscape


def test_mean_of_nothing_or_of_something_else_is_an_error():
    for wrong in ([], [of([[0, 1]]), 3]):
        with pytest.raises(ValueError, match="at least one PersistenceLandscape"):
            mean_landscape(wrong)


def test_first_levels_are_those_of_all_and_missing_ones_are_zero():
    pairs = random_pairs(20)
    every = of(pairs)
    for n_levels in (1, 3, every.n_levels, every.n_levels + 4):
        some, t = of(pairs, n_levels=n_levels), np.linspace(-3, 5, 500)
        assert some.n_levels == len(some.levels) == n_levels
        kept = min(n_levels, every.n_levels)
        np.testing.assert_array_equal(some(t)[:kept], every(t)[:kept])
        assert not some(t)[kept:].any()
    assert of(pairs, n_levels=every.n_levels + 4) == every
    assert of(pairs, n_levels=3) != every


@pytest.mark.parametrize("pairs", [[], np.empty((0, 2)), [[1, 1], [2, 2]]])
def test_a_diagram_without_persistence_is_zero(pairs):
    zero = of(pairs)
    assert zero.n_levels == zero.n_breakpoints == 0 and zero([0.0, 1.0]).shape == (0, 2)
    assert zero.norm(3) == zero.norm(np.inf) == zero.integral() == zero.inner(of([[0, 1]])) == 0
    assert zero == of([], n_levels=2) and (zero + of([[0, 1]])) == of([[0, 1]])
    assert repr(zero) == "PersistenceLandscape(0 levels, zero)"


def test_essential_classes_need_a_policy():
    pairs = [[0, 2], [1, np.inf]]
    with pytest.raises(ValueError, match="1 essential classes .* essential='drop'"):
        of(pairs)
    assert of(pairs, essential="drop") == of([[0, 2]])
    assert of(pairs, essential=5) == of([[0, 2], [1, 5]])
    assert of(pairs, essential=0.5) == of([[0, 2]])
    with pytest.raises(ValueError, match="essential must be"):
        of(pairs, essential="cap")


def test_what_does_not_fit_is_refused_and_the_cure_works():
    pairs = random_pairs(200)
    with pytest.raises(ValueError, match="n_levels=") as error:
        of(pairs, max_memory=20_000)
    fitting = int(str(error.value).split("n_levels=")[1].split()[0])
    assert 16 * of(pairs, n_levels=fitting, max_memory=20_000).n_breakpoints <= 20_000
    with pytest.raises(ValueError, match=f"n_levels={fitting} fits"):
        of(pairs, n_levels=fitting + 1, max_memory=20_000)
    with pytest.raises(ValueError, match="Raise max_memory"):
        of(pairs, max_memory=100)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: of([[0, 1, 2]]), "shape"),
        (lambda: of([[0, 1], [3, 2]]), "death < birth in row 1"),
        (lambda: of([[np.nan, 1]]), "NaN"),
        (lambda: of([[-np.inf, 1]]), "infinite birth"),
        (lambda: of([[0, 1]], n_levels=0), "n_levels must be an integer >= 1 or None"),
        (lambda: of([[0, 1]]).norm(0.5), "order p must be a number >= 1, or inf"),
        (lambda: of([[0, 1]]).integral(np.inf), "order p must be a finite number >= 1"),
        (lambda: of([[0, 1]])([[0.0]]), "one dimension"),
        (lambda: of([[0, 1]])([np.nan]), "none NaN"),
        (lambda: of([[0, 1]]) / 0, "other than 0"),
        (lambda: of([[0, 1]]) * np.inf, "finite number"),
        (lambda: PersistenceLandscape([[[0, 0], [1, 1]]]), "Level 0: the first and last value must be 0"),
        (lambda: PersistenceLandscape([[[1, 0], [0, 0]]]), "Level 0: t must ascend"),
        (lambda: PersistenceLandscape([[[0, 0]], [1, 2]]), "Level 1: expected finite rows"),
    ],
)
def test_wrong_input_is_an_error_that_says_what(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_landscapes_are_no_numbers():
    landscape = of([[0, 1]])
    for wrong in (
        lambda: landscape + 1,
        lambda: landscape - "a",
        lambda: landscape * landscape,
        lambda: landscape / "a",
    ):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError):
        hash(landscape)
    assert landscape != 1


def test_numbers_of_numpy_multiply_from_either_side():
    landscape = of([[0, 2]])
    assert np.float64(2) * landscape == landscape * np.float32(2) == landscape * 2 == landscape + landscape
    assert sum([landscape, landscape]) == 2 * landscape and -landscape == landscape * -1


def test_given_levels_come_back_and_equality_is_of_functions():
    landscape = of(random_pairs(9))
    again = PersistenceLandscape(landscape.levels)
    assert again == landscape and again != of(random_pairs(8))
    assert PersistenceLandscape([[[0, 0], [1, 1], [2, 2], [4, 0]], []]) == of([[0, 4]])


def test_levels_are_copies():
    landscape = of([[0, 2]])
    landscape.levels[0][:] = 7
    assert landscape == of([[0, 2]])


def test_pickles_and_copies_are_equal():
    landscape = of(random_pairs(9))
    assert pickle.loads(pickle.dumps(landscape)) == copy.deepcopy(landscape) == landscape


def test_input_is_left_as_it_was():
    pairs = random_pairs(9)[::-1].copy()
    before = pairs.copy()
    of(pairs)
    np.testing.assert_array_equal(pairs, before)


def test_a_sample_of_diagrams_makes_a_landscape():
    diagrams = Diagrams([0.0, 1.0, 5.0], [4.0, 3.0, 6.0], [0, 2, 3], [("conv1", 0), ("conv1", 1)])
    assert of(diagrams[0].pairs("conv1", 0)) == of([[0, 4], [1, 3]])


# -- landscape_norm --------------------------------------------------------------------------------------


def blocks_of(seed=0):
    """Three samples of two layers and two degrees, of which one block is missing."""
    rng = np.random.default_rng(seed)
    counts = [5, 0, 7, 9, 3, 1, 0, 4, 2]
    birth = rng.normal(size=sum(counts))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return Diagrams(birth, birth + rng.exponential(size=len(birth)), offsets, [("a", 0), ("a", 1), ("b", 1)])


@pytest.mark.parametrize("p", [1, 2, 3.3, np.inf])
@pytest.mark.parametrize("n_levels", [None, 1, 2, 50])
def test_norms_of_diagrams_are_those_of_their_landscapes(p, n_levels):
    diagrams = blocks_of()
    norms = landscape_norm(diagrams, p, n_levels=n_levels)
    assert norms.shape == (3, 2, 2) and not norms[:, 1, 0].any()
    for i in range(3):
        for layer, degree in diagrams.blocks:
            expected = of(diagrams[i].pairs(layer, degree), n_levels=n_levels).norm(p)
            assert norms[i, "ab".index(layer), degree] == pytest.approx(expected, rel=1e-12)


def test_norms_of_landscapes_are_their_own():
    landscape = of([[0, 2]])
    assert landscape_norm(landscape, 3) == landscape.norm(3)
    grid = ActivationLandscapes.from_diagrams(blocks_of(), 4, grid=50)
    np.testing.assert_array_equal(landscape_norm(grid, 1), grid.norm(1))
    with pytest.raises(ValueError, match="n_levels chooses levels of diagrams"):
        landscape_norm(grid, n_levels=2)


def test_norms_follow_the_policy_for_essential_classes():
    diagrams = Diagrams([0.0, 0.0], [2.0, np.inf], [0, 2], [("a", 0)], end=4.0)
    with pytest.raises(ValueError, match="essential"):
        landscape_norm(diagrams)
    found = [landscape_norm(diagrams, np.inf, essential=policy)[0, 0, 0] for policy in ("cap", "drop", 10.0)]
    assert found == [2, 1, 5]


@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("n_levels", [None, 2])
def test_norms_of_very_small_and_large_pairs_are_neither_zero_nor_infinite(scale, n_levels):
    rows = [np.array([[0, 2, 0], [1, 2, 0], [0, 1, 0]]) * [scale, scale, 1]]
    unit = landscape_norm([rows[0] / [scale, scale, 1]], 9, n_levels=n_levels)
    np.testing.assert_allclose(landscape_norm(rows, 9, n_levels=n_levels), unit * scale * scale ** (1 / 9), rtol=1e-9)


def test_levels_that_jump_are_refused():
    """Sums and inner products are of continuous functions; a corner given twice is one corner."""
    with pytest.raises(ValueError, match="Level 0: it jumps at t=1"):
        PersistenceLandscape([[[0, 0], [1, 1], [1, 0.5], [2, 0]]])
    twice = PersistenceLandscape([[[0, 0], [1, 1], [1, 1], [2, 0]]])
    assert twice == PersistenceLandscape.from_pairs([[0, 2]]) and (twice + twice).norm(1) == 2.0


def test_only_landscapes_are_compared_with_landscapes():
    tent = PersistenceLandscape.from_pairs([[0, 2]])
    for call in (tent.inner, tent.distance):
        with pytest.raises(TypeError, match="Expected another PersistenceLandscape. Got int"):
            call(3)
    for one in (tent, None, 3):
        with pytest.raises(TypeError, match="a sequence of PersistenceLandscape"):
            mean_landscape(one)


@pytest.mark.parametrize("essential", [np.array([1.0, 2.0]), True, None])
def test_an_end_of_essential_classes_is_one_number(essential):
    with pytest.raises(ValueError, match="must be 'error', 'drop' or a finite number"):
        PersistenceLandscape.from_pairs([[0, np.inf]], essential=essential)
    with pytest.raises(ValueError, match="must be 'error', 'cap', 'drop' or a finite number"):
        landscape_norm([np.array([[0, np.inf, 0]])], essential=essential)
