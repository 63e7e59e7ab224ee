"""Every distance against its slow twin, and the laws that distances between diagrams obey."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sktopo import DiagramDistance, DiagramGram
from sktopo.diagrams.metrics import METRICS, SMOOTHED
from tests.oracles import diagram_distances as oracle

CASES = settings(max_examples=60, deadline=None, derandomize=True)
TRUE_METRICS = [name for name in METRICS if name != "fisher"]

whole = st.tuples(st.integers(-4, 4), st.integers(1, 5)).map(lambda p: (p[0], p[0] + p[1]))
real = st.tuples(st.floats(-3, 3), st.floats(0.01, 3)).map(lambda p: (p[0], p[0] + p[1]))
level = st.integers(1, 6).map(lambda death: (0, death))


def diagrams(most=4):
    """Diagrams of integers (ties), of reals, or born all at zero."""
    return st.one_of(st.lists(kind, max_size=most) for kind in (whole, real, level))


pairs_of_diagrams = st.tuples(diagrams(), diagrams())


def rows(points, degree=1):
    """Rows (birth, death, degree) from pairs."""
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    return np.column_stack([points, np.full(len(points), degree)])


def matrix(samples, metric, **options):
    return DiagramDistance(metric=metric, **options).fit_transform([rows(sample) for sample in samples])


def distance(a, b, metric, **options):
    return matrix([a, b], metric, **options)[0, 1]


def random_diagrams(n_samples, n_points, seed=0):
    rng = np.random.default_rng(seed)
    births = [rng.normal(size=rng.integers(0, n_points + 1)) for _ in range(n_samples)]
    return [np.column_stack([birth, birth + rng.exponential(0.4, len(birth))]) for birth in births]


@CASES
@given(two=pairs_of_diagrams, order=st.sampled_from([1.0, 1.5, 2.0, 3.0]), ground=st.sampled_from(["max", "euclidean"]))
def test_wasserstein_is_the_best_of_all_matchings(two, order, ground):
    ours = distance(*two, "wasserstein", order=order, ground=ground)
    assert ours == pytest.approx(oracle.wasserstein(*two, order, ground), rel=1e-9, abs=1e-9)


@CASES
@given(two=pairs_of_diagrams)
def test_bottleneck_is_the_best_of_all_matchings(two):
    assert distance(*two, "bottleneck") == pytest.approx(oracle.bottleneck(*two), rel=1e-12, abs=1e-12)


@CASES
@given(two=pairs_of_diagrams, n_directions=st.integers(1, 9))
def test_sliced_wasserstein_equals_its_definition(two, n_directions):
    ours = distance(*two, "sliced_wasserstein", n_directions=n_directions)
    assert ours == pytest.approx(oracle.sliced_wasserstein(*two, n_directions), rel=1e-9, abs=1e-9)


@CASES
@given(two=pairs_of_diagrams)
def test_betti_distance_equals_its_definition(two):
    assert distance(*two, "betti") == pytest.approx(oracle.betti(*two), rel=1e-9, abs=1e-9)


@CASES
@given(two=pairs_of_diagrams, sigma=st.sampled_from([0.3, 1.0, 2.5]))
def test_fisher_distance_equals_its_definition(two, sigma):
    assert distance(*two, "fisher", sigma=sigma) == pytest.approx(oracle.fisher(*two, sigma), abs=1e-7)


@CASES
@given(two=pairs_of_diagrams, order=st.sampled_from([1.0, 2.0, 2.5, np.inf]), n_levels=st.sampled_from([None, 1, 2]))
def test_landscape_distance_equals_its_definition(two, order, n_levels):
    ours = distance(*two, "landscape", order=order, n_levels=n_levels)
    assert ours == pytest.approx(oracle.landscape_distance(*two, order, n_levels), rel=2e-3, abs=2e-3)


@pytest.mark.parametrize("order", [1.0, 1.5, 2.0, 3.0])
def test_distance_of_landscapes_to_nothing_has_its_closed_form(order):
    """Over all levels the integral of the p-th powers is the sum of 2 / (p + 1) * (persistence / 2) ** (p + 1)."""
    for points in random_diagrams(6, 40):
        lengths = points[:, 1] - points[:, 0]
        expected = (2 / (order + 1) * (lengths / 2) ** (order + 1)).sum() ** (1 / order)
        assert distance(points, [], "landscape", order=order, n_levels=None) == pytest.approx(expected, rel=1e-9)


def test_repeated_bars_make_no_false_peak():
    """{(0, 1), (0, 1), (1, 2)}: the second landscape is one tent, where persim finds two."""
    one_tent = distance([(0, 1), (0, 1), (1, 2)], [(0, 1), (1, 2)], "landscape", n_levels=None, order=1)
    assert one_tent == pytest.approx(0.25)


def one_by_one(samples, kernel):
    return np.array([[kernel(a, b) for b in samples] for a in samples])


@pytest.mark.parametrize("sigma", [0.02, 0.4, 3.0])
@pytest.mark.parametrize("n_points", [6, 30])
def test_inner_products_equal_their_definition(sigma, n_points):
    samples = random_diagrams(5, n_points)
    options = dict(bandwidth=None, sigma=sigma)
    ours = DiagramGram(metric="scale_space", **options).fit_transform([rows(sample) for sample in samples])
    expected = one_by_one(samples, lambda a, b: oracle.scale_space_kernel(a, b, sigma**2 / 4))
    np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-13 * expected.max())
    weighted = DiagramGram(metric="weighted_gaussian", weight_scale=0.7, weight_power=2.0, **options)
    ours = weighted.fit_transform([rows(sample) for sample in samples])
    expected = one_by_one(
        samples, lambda a, b: oracle.weighted_gaussian_kernel(a, b, sigma, scale=1 / 0.7**2, power=2.0)
    )
    np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-13 * expected.max())


@pytest.mark.parametrize("metric", ["scale_space", "weighted_gaussian"])
@pytest.mark.parametrize("budget", [0, 2**27])
def test_grid_and_pairs_of_points_give_the_same_inner_products(metric, budget, monkeypatch):
    monkeypatch.setattr("sktopo.diagrams.smoothing.MOST_VALUES", budget)
    monkeypatch.setattr("sktopo.diagrams.smoothing.PAIR_COST", np.inf)
    samples = [rows(sample) for sample in random_diagrams(8, 25, seed=3)]
    gram = DiagramGram(metric=metric, bandwidth=None, sigma=0.3).fit(samples)
    np.testing.assert_allclose(gram.transform(samples[:3]), gram.fit_transform(samples)[:3], rtol=1e-12)
    inner = gram.fit_transform(samples)
    expected = np.sqrt(np.maximum(0, np.diag(inner)[:, None] + np.diag(inner) - 2 * inner))
    ours = DiagramDistance(metric=metric, sigma=0.3)
    np.testing.assert_allclose(ours.fit_transform(samples), expected, atol=1e-6 * expected.max())
    np.testing.assert_allclose(ours.transform(samples[:3]), ours.fit_transform(samples)[:3], atol=1e-7 * expected.max())
    reference = np.array(
        [
            [oracle.scale_space_kernel(a, b, 0.3**2 / 4) for b in random_diagrams(8, 25, 3)[:2]]
            for a in random_diagrams(8, 25, 3)[:2]
        ]
    )
    if metric == "scale_space":
        np.testing.assert_allclose(inner[:2, :2], reference, rtol=1e-10, atol=1e-14)


# -- laws ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", METRICS)
def test_distances_are_symmetric_with_a_zero_diagonal_from_either_side(metric):
    samples = [rows(sample) for sample in random_diagrams(12, 20)]
    transformer = DiagramDistance(metric=metric)
    square = transformer.fit_transform(samples)
    assert np.array_equal(square, square.T) and not np.diag(square).any()
    assert (square[~np.eye(12, dtype=bool)] >= 0).all()
    again = transformer.transform(samples)
    assert not np.diag(again).any()
    if metric not in SMOOTHED:  # a product of two matrices is symmetric up to rounding
        assert np.array_equal(again, square)
    np.testing.assert_allclose(again, square, rtol=1e-9)


@pytest.mark.parametrize("metric", TRUE_METRICS)
def test_triangle_inequality(metric):
    square = matrix(random_diagrams(14, 12, seed=1), metric)
    detours = (square[:, :, None] + square[None, :, :]).min(axis=1)
    assert (square <= detours + 1e-9 * square.max()).all()


@pytest.mark.parametrize("metric", METRICS)
def test_points_on_the_diagonal_and_their_order_do_not_matter(metric):
    rng = np.random.default_rng(2)
    samples = random_diagrams(5, 15, seed=2)
    shuffled = [np.concatenate([sample, np.repeat(rng.normal(size=(3, 1)), 2, axis=1)]) for sample in samples]
    shuffled = [sample[rng.permutation(len(sample))] for sample in shuffled]
    np.testing.assert_array_equal(matrix(shuffled, metric), matrix(samples, metric))


@pytest.mark.parametrize(
    ("metric", "power"),
    [("sliced_wasserstein", 1), ("wasserstein", 1), ("bottleneck", 1), ("betti", 1), ("landscape", 1.5), ("fisher", 0)],
)
def test_scaling_all_values_scales_distances(metric, power):
    samples = random_diagrams(6, 15, seed=3)
    scaled = matrix([4 * sample for sample in samples], metric)
    np.testing.assert_allclose(scaled, 4**power * matrix(samples, metric), rtol=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_moving_all_values_changes_nothing(metric):
    samples = random_diagrams(6, 15, seed=4)
    moved = matrix([sample - 16 for sample in samples], metric, sigma=0.5)
    np.testing.assert_allclose(moved, matrix(samples, metric, sigma=0.5), rtol=1e-7, atol=1e-7)


def test_moving_points_moves_diagrams_by_no_more():
    rng = np.random.default_rng(5)
    for points in random_diagrams(10, 30, seed=5):
        noise = rng.uniform(-1e-3, 1e-3, points.shape)
        moved = points + noise
        moved = moved[moved[:, 0] <= moved[:, 1]]
        assert distance(points, moved, "bottleneck") <= np.abs(noise).max(initial=0.0) + 1e-12


def test_distances_come_in_their_known_order():
    samples = random_diagrams(10, 25, seed=6)
    bottleneck = matrix(samples, "bottleneck")
    w1, w2, w9 = (matrix(samples, "wasserstein", order=order) for order in (1, 2, 9))
    slack = 1e-12
    assert (bottleneck <= w9 + slack).all() and (w9 <= w2 + slack).all() and (w2 <= w1 + slack).all()
    sliced = matrix(samples, "sliced_wasserstein")
    euclidean = matrix(samples, "wasserstein", order=1, ground="euclidean")
    assert (sliced <= 2 * np.sqrt(2) * euclidean + slack).all()  # Carriere et al., theorem 3.4


@pytest.mark.parametrize("metric", ["wasserstein", "bottleneck"])
@pytest.mark.parametrize("order", [1.0, 2.0])
def test_the_line_agrees_with_the_plane(metric, order):
    """A diagram whose births are all equal takes a way of its own; one birth that differs by little does not."""
    rng = np.random.default_rng(7)
    for n, m in ((1, 1), (9, 14), (40, 40), (60, 0), (0, 3)):
        a, b = (np.column_stack([np.zeros(k), rng.exponential(size=k)]) for k in (n, m))
        tilted = a - [1e-13, 0.0] * (np.arange(n) == 0)[:, None] if n else a
        assert distance(a, b, metric, order=order) == pytest.approx(
            distance(tilted, b if n else b - [[1e-13, 0]] * np.eye(m, 1), metric, order=order), rel=1e-10
        )


def test_repeats_of_integers_match_themselves():
    points = [(0, 2)] * 3 + [(1, 2)] * 2
    for metric in METRICS:
        assert distance(points, points, metric) == 0.0
    assert distance(points, points[1:], "wasserstein", order=1) == 1.0
    assert distance(points, points[1:], "bottleneck") == 1.0


# -- essential classes --------------------------------------------------------------------------------


def with_essential(points, births):
    return rows([*points, *[(birth, np.inf) for birth in births]])


@pytest.mark.parametrize("metric", METRICS)
def test_different_numbers_of_essential_classes_are_infinitely_far_apart(metric):
    samples = [with_essential([(0, 1)], [0.0]), with_essential([(0, 1)], []), with_essential([(0, 2)], [0.5])]
    square = DiagramDistance(metric=metric).fit_transform(samples)
    assert np.isinf(square[[0, 1], [1, 2]]).all()
    assert np.isfinite(square[0, 2]) and square[0, 2] > 0
    assert np.isfinite(DiagramDistance(metric=metric, essential="drop").fit_transform(samples)).all()
    assert np.isfinite(DiagramDistance(metric=metric, essential="cap").fit_transform(samples)).all()
    assert DiagramDistance(metric=metric, mismatch=7.0).fit_transform(samples)[0, 1] == 7.0


@pytest.mark.parametrize("metric", METRICS)
def test_essential_classes_with_other_births_are_apart(metric):
    """persim drops them and finds nothing."""
    samples = [with_essential([(0, 1)], [0.0, 1.0]), with_essential([(0, 1)], [0.0, 1.5])]
    assert DiagramDistance(metric=metric, sigma=1.0).fit_transform(samples)[0, 1] > 0.05


@pytest.mark.parametrize(("metric", "order"), [("wasserstein", 1), ("wasserstein", 2), ("bottleneck", 2), ("betti", 2)])
def test_comparing_essential_classes_is_the_limit_of_capping_them_late(metric, order):
    rng = np.random.default_rng(8)
    samples = [with_essential(points, rng.normal(size=2)) for points in random_diagrams(5, 4, seed=8)]
    compared = DiagramDistance(metric=metric, order=order).fit_transform(samples)
    capped = DiagramDistance(metric=metric, order=order, essential=1e3).fit_transform(samples)
    np.testing.assert_allclose(compared, capped, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("metric", "far", "rel"), [("sliced_wasserstein", 1e7, 2e-3), ("scale_space", 1e3, 1e-9)])
def test_comparing_essential_classes_is_nearly_the_limit_of_capping_them_late(metric, far, rel):
    rng = np.random.default_rng(9)
    samples = [with_essential(points, rng.normal(size=2)) for points in random_diagrams(5, 4, seed=9)]
    options = dict(metric=metric, n_directions=1999, sigma=0.5)  # no finite number of directions is quite enough
    compared = DiagramDistance(**options).fit_transform(samples)
    capped = DiagramDistance(essential=far, **options).fit_transform(samples)
    np.testing.assert_allclose(compared, capped, rtol=rel)


# -- the grid -----------------------------------------------------------------------------------------


def test_the_grid_is_a_lower_bound_that_converges_and_states_its_error():
    samples = [rows(sample) for sample in random_diagrams(30, 60, seed=10)]
    exact = DiagramDistance().fit_transform(samples)
    assert DiagramDistance().fit(samples).error_ is None
    apart = exact > 0
    last = np.inf
    for n_cells in (16, 64, 512):
        grid = DiagramDistance(method="grid", n_cells=n_cells)
        approximate = grid.fit_transform(samples)
        assert np.array_equal(approximate, approximate.T)
        assert (approximate <= exact * (1 + 1e-5)).all()
        shortfall = 1 - approximate[apart] / exact[apart]
        stated = grid.error_["diagram", 1]
        assert stated["mean"] == pytest.approx(shortfall.mean(), abs=1e-5)
        assert stated["max"] == pytest.approx(shortfall.max(), abs=1e-5)
        assert shortfall.max() < last
        last = shortfall.max()
    assert last < 0.05


def test_the_grid_takes_diagrams_far_from_what_was_fitted():
    samples = [rows(sample) for sample in random_diagrams(5, 10, seed=11)]
    strange = [rows([(-1e6, 1e6)]), rows([(30, 31)]), rows([])]
    grid, exact = DiagramDistance(method="grid").fit(samples), DiagramDistance().fit(samples)
    assert (grid.transform(strange) <= exact.transform(strange) * (1 + 1e-6)).all()
    np.testing.assert_array_equal(grid.transform(strange)[0], exact.transform(strange)[0])
    np.testing.assert_allclose(grid.transform(strange), exact.transform(strange), rtol=0.3)


def test_the_grid_of_nothing_is_nothing():
    grid = DiagramDistance(method="grid").fit([np.empty((0, 3))] * 2)
    assert not grid.transform([np.empty((0, 3))]).any()
    assert grid.error_["diagram", 0] == {"mean": 0.0, "max": 0.0}
