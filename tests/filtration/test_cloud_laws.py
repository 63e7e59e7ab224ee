"""Laws of Rips persistence, and the slow twin that reduces every boundary matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sktopo import CloudFiltration
from tests.clouds import assert_same_pairs, circle, expected_pairs, integer_clouds, pairs_of, real_clouds, rotation
from tests.oracles.clouds import bottleneck, distances_of

few = settings(max_examples=40, deadline=None)


@given(st.one_of(integer_clouds, real_clouds), st.sampled_from([(0,), (1,), (0, 1), (0, 1, 2)]))
@few
def test_pairs_equal_the_reduced_boundary_matrix(cloud, degrees):
    assert_same_pairs(pairs_of(cloud, degrees=degrees), expected_pairs(cloud, max_degree=max(degrees)))


@given(st.one_of(integer_clouds, real_clouds), st.floats(0, 12))
@few
def test_what_is_alive_at_max_value_never_dies(cloud, max_value):
    distances = distances_of(cloud)
    if np.isclose(distances, max_value, rtol=1e-9, atol=0).any():
        max_value *= 1.0 + 1e-6  # the twin's distances are rounded in another order
    assert_same_pairs(pairs_of(cloud, max_value=max_value), expected_pairs(cloud, max_value=max_value))


def test_an_edge_as_long_as_max_value_enters():
    square = [[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 3.0]]
    pairs = pairs_of(square, max_value=3.0)
    np.testing.assert_array_equal(pairs[0][:, 1], [3.0, 3.0, 3.0, np.inf])
    np.testing.assert_array_equal(pairs[1], [[3.0, np.inf]])
    assert np.isinf(pairs_of(square, max_value=np.nextafter(3.0, 0))[0]).sum() == 4
    assert CloudFiltration(max_value=3.0).fit_transform([square]).end == 3.0


@given(real_clouds, st.integers(0, 2**32 - 1), st.floats(0, 3))
@few
def test_moving_points_by_e_moves_pairs_by_at_most_2e(cloud, seed, size):
    steps = np.random.default_rng(seed).normal(size=cloud.shape)
    moved = cloud + size * steps / np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-300)
    before, after = pairs_of(cloud), pairs_of(moved)
    bound = 2 * np.linalg.norm(moved - cloud, axis=1).max() + 1e-9
    for degree in (0, 1):
        finite = [d[np.isfinite(d[:, 1])] for d in (before[degree], after[degree])]
        assert bottleneck(*finite) <= bound


@given(real_clouds, st.integers(0, 2**32 - 1))
@few
def test_rotations_reflections_shifts_and_orders_change_nothing(cloud, seed):
    rng = np.random.default_rng(seed)
    moved = rng.permutation(cloud) @ rotation(cloud.shape[1], seed) + rng.normal(size=cloud.shape[1])
    assert_same_pairs(pairs_of(moved), pairs_of(cloud), atol=1e-6)


@pytest.mark.parametrize(
    "options", [{}, {"max_points": 12, "random_state": 3}, {"max_points": 12, "subsample": "maxmin", "random_state": 1}]
)
@pytest.mark.parametrize("factor", [0.25, 3.0, 1e-160, 1e160])
def test_scaling_a_cloud_scales_its_pairs(options, factor):
    cloud = circle(30, 0.1)
    pairs, scaled = pairs_of(cloud, **options), pairs_of(factor * cloud, **options)
    for degree in (0, 1):
        np.testing.assert_allclose(scaled[degree] / factor, pairs[degree], rtol=1e-12)


@given(integer_clouds, st.integers(1, 4))
@few
def test_duplicates_change_nothing(cloud, times):
    repeated, once = pairs_of(np.repeat(cloud, times, axis=0)), pairs_of(np.unique(cloud, axis=0))
    for degree in (0, 1):
        np.testing.assert_array_equal(repeated[degree], once[degree])


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "correlation", "manhattan"])
@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_duplicates_far_from_the_origin_are_at_distance_zero(metric, offset):
    cloud = np.repeat(np.random.default_rng(0).normal(size=(6, 5)), 4, axis=0) + offset
    pairs = pairs_of(cloud, metric=metric)
    assert len(pairs[0]) == 6


def test_an_offset_of_1e8_costs_what_the_coordinates_lose_and_no_more():
    cloud = circle(40, 0.05)
    far = cloud + 1e8
    exact = far - 1e8  # the points that are left after rounding, near the origin
    for degree, pairs in pairs_of(far).items():
        np.testing.assert_allclose(pairs, pairs_of(exact)[degree], rtol=1e-12)


def test_one_point_is_one_class_that_never_dies():
    pairs = pairs_of([[1.0, 2.0]], degrees=(0, 1, 2))
    np.testing.assert_array_equal(pairs[0], [[0.0, np.inf]])
    assert len(pairs[1]) == len(pairs[2]) == 0


@pytest.mark.parametrize("engine", ["own", "gudhi"])
def test_collinear_points_die_at_their_gaps_and_have_no_loop(engine):
    places = np.array([0.0, 1.0, 3.0, 7.0, 7.5])
    pairs = pairs_of(places[:, None] * [[3.0, 4.0]], engine=engine)
    np.testing.assert_array_equal(pairs[0][:, 1], [2.5, 5.0, 10.0, 20.0, np.inf])
    assert len(pairs[1]) == 0


@pytest.mark.parametrize("engine", ["own", "gudhi"])
def test_every_square_of_a_lattice_is_a_loop(engine):
    lattice = np.stack(np.meshgrid(np.arange(5.0), np.arange(6.0)), axis=-1).reshape(-1, 2)
    pairs = pairs_of(lattice, engine=engine)
    np.testing.assert_array_equal(pairs[0], [[0.0, 1.0]] * 29 + [[0.0, np.inf]])
    np.testing.assert_array_equal(pairs[1], [[1.0, np.sqrt(2.0)]] * 20)


def test_an_octahedron_has_a_void():
    pairs = pairs_of(np.concatenate([np.eye(3), -np.eye(3)]), degrees=(2,))
    np.testing.assert_array_equal(pairs[2], [[np.sqrt(2.0), 2.0]])


def test_float32_is_close_to_float64():
    wide = [circle(50, 0.1, seed) for seed in range(3)]
    narrow = [cloud.astype(np.float32) for cloud in wide]
    for options in ({}, {"max_points": 20, "random_state": 0}):
        for a, b in zip(wide, narrow, strict=True):
            assert_same_pairs(pairs_of(b, **options), pairs_of(a, **options), rtol=1e-5, atol=1e-5)


def test_integers_and_half_precision_are_read_as_they_are():
    cloud = np.array([[0, 0], [3, 4], [6, 8]])
    for dtype in ("int8", "uint8", "float16", "int64"):
        np.testing.assert_array_equal(pairs_of(cloud.astype(dtype))[0], [[0, 5], [0, 5], [0, np.inf]])
