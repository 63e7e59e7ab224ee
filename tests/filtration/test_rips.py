"""Vietoris-Rips pairs: cases worked by hand, the slow twin, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sktopo.filtration import rips
from sktopo.filtration.rips import rips_pairs
from tests.oracles.rips import direct_distances, kruskal_deaths, rips_twin


def stacked(pairs):
    """{degree: array of shape (n_pairs, 2)}"""
    return {degree: np.column_stack(both) for degree, both in pairs.items()}


def assert_same_pairs(found, expected, **tolerance):
    assert found.keys() == expected.keys()
    for degree in found:
        np.testing.assert_allclose(found[degree], expected[degree], **{"rtol": 1e-12, **tolerance})


def cloud(kind, n=24, seed=0):
    rng = np.random.default_rng(seed)
    if kind == "normal":
        return rng.normal(size=(n, 3))
    if kind == "lattice":
        return rng.integers(0, 4, size=(n, 2)).astype(float)
    if kind == "duplicates":
        return rng.normal(size=(5, 3))[rng.integers(0, 5, size=n)]
    if kind == "line":
        return np.arange(n)[:, None] * np.array([[1.0, 2.0, -1.0]])
    if kind == "circle":
        angle = rng.uniform(0, 2 * np.pi, size=n)
        return np.column_stack([np.cos(angle), np.sin(angle)])
    if kind == "clusters":
        return 10 * rng.normal(size=(3, 4))[rng.integers(0, 3, size=n)] + 1e-3 * rng.normal(size=(n, 4))
    if kind == "wide":
        return rng.normal(size=(n, 200))
    if kind == "simplex":
        return np.eye(n)
    raise ValueError(kind)


KINDS = ("normal", "lattice", "duplicates", "line", "circle", "clusters", "wide", "simplex")


def test_no_point_has_no_pairs():
    for birth, death in rips_pairs(points=np.empty((0, 3))).values():
        assert len(birth) == len(death) == 0


@pytest.mark.parametrize("cut", ["enclosing", None])
def test_one_point_is_one_essential_class(cut):
    found = stacked(rips_pairs(points=np.ones((1, 3)), cut=cut))
    assert found[0].tolist() == [[0, np.inf]]
    assert found[1].shape == (0, 2)


def test_two_points_merge_at_their_distance():
    found = stacked(rips_pairs(points=np.array([[0.0, 0.0], [3.0, 4.0]], dtype=np.float32)))
    assert found[0].tolist() == [[0, 5], [0, np.inf]]
    assert found[1].shape == (0, 2)


def test_regular_polygon_has_one_cycle_until_a_third_of_it_is_spanned():
    angle = 2 * np.pi * np.arange(12) / 12
    found = stacked(rips_pairs(points=np.column_stack([np.cos(angle), np.sin(angle)])))[1]
    found = found[found[:, 1] - found[:, 0] > 1e-9]
    np.testing.assert_allclose(found, [[2 * np.sin(np.pi / 12), np.sqrt(3)]])


def test_cycle_graph_with_unit_distances_has_an_integer_pair():
    steps = abs(np.subtract.outer(np.arange(9), np.arange(9)))
    found = stacked(rips_pairs(distances=np.minimum(steps, 9 - steps).astype(float)))
    assert found[1].tolist() == [[1, 3]]
    assert found[0].tolist() == [[0, 1]] * 8 + [[0, np.inf]]


def test_grid_has_a_cycle_per_cell_and_nothing_else():
    points = np.stack(np.meshgrid(np.arange(5.0), np.arange(4.0)), axis=-1).reshape(-1, 2)
    found = stacked(rips_pairs(points=points))[1]
    assert found.tolist() == [[1, np.sqrt(2)]] * 12


def test_infinite_distances_leave_components_and_cycles():
    square = np.array([[0, 1, 9, 1], [1, 0, 1, 9], [9, 1, 0, 1], [1, 9, 1, 0]], dtype=float)
    distances = np.full((8, 8), np.inf)
    distances[:4, :4] = distances[4:, 4:] = np.where(square == 9, np.inf, square)
    found = stacked(rips_pairs(distances=distances))
    assert found[0].tolist() == [[0, 1]] * 6 + [[0, np.inf]] * 2
    assert found[1].tolist() == [[1, np.inf]] * 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", ["enclosing", None])
def test_pairs_are_the_slow_twins(kind, cut):
    points = cloud(kind)
    assert_same_pairs(stacked(rips_pairs(points=points, cut=cut)), rips_twin(direct_distances(points)), atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_of_a_matrix_are_exact(kind):
    distances = direct_distances(cloud(kind, seed=1))
    assert_same_pairs(stacked(rips_pairs(distances=distances)), rips_twin(distances), rtol=0)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), n=st.integers(1, 11), most=st.integers(1, 6))
def test_small_matrices_with_many_ties_and_no_geometry(data, n, most):
    values = data.draw(st.lists(st.integers(0, most), min_size=n * n, max_size=n * n))
    distances = np.array(values, dtype=float).reshape(n, n)
    distances = np.triu(distances, 1) + np.triu(distances, 1).T
    distances[distances == most] = np.inf
    np.fill_diagonal(distances, 0)
    max_value = data.draw(st.sampled_from([np.inf, 0.0, 1.0, 3.0]))
    cut = data.draw(st.sampled_from(["enclosing", None]))
    found = stacked(rips_pairs(distances=distances, max_value=max_value, cut=cut))
    assert_same_pairs(found, rips_twin(distances, max_value), rtol=0)


@pytest.mark.parametrize("max_value", [0.0, 0.7, 1.2, 2.0])
@pytest.mark.parametrize("cut", ["enclosing", None])
def test_what_lives_at_the_largest_value_is_essential(max_value, cut):
    points = cloud("normal", seed=2)
    found = stacked(rips_pairs(points=points, max_value=max_value, cut=cut))
    assert_same_pairs(found, rips_twin(direct_distances(points), max_value))
    assert_same_pairs({0: stacked(rips_pairs(points=points, degrees=(0,), max_value=max_value))[0]}, {0: found[0]})


@pytest.mark.parametrize("kind", KINDS)
def test_degree_zero_alone_is_kruskals(kind, monkeypatch):
    points = cloud(kind, n=60)
    expected = np.append(kruskal_deaths(direct_distances(points)), np.inf)
    for limit in (4096, 10):  # by the matrix, by near points
        monkeypatch.setattr(rips, "MATRIX_POINTS", limit)
        birth, death = rips_pairs(points=points, degrees=(0,), keep_zeros=True)[0]
        np.testing.assert_allclose(death, expected, rtol=1e-12, atol=1e-14)
        assert not birth.any()
    np.testing.assert_allclose(rips_pairs(points=points, keep_zeros=True)[0][1], expected, rtol=1e-12, atol=1e-14)


def test_duplicates_give_pairs_only_when_asked():
    points = np.array([[1.0], [1.0], [3.0], [1.0]])
    for degrees in ((0,), (0, 1)):
        assert rips_pairs(points=points, degrees=degrees)[0][1].tolist() == [2, np.inf]
        assert rips_pairs(points=points, degrees=degrees, keep_zeros=True)[0][1].tolist() == [0, 0, 2, np.inf]


def test_degrees_come_as_asked_for():
    points = cloud("circle")
    both = rips_pairs(points=points)
    assert [*both] == [0, 1]
    assert [*rips_pairs(points=points, degrees=(1,))] == [1]
    assert [*rips_pairs(points=points, degrees=())] == []
    np.testing.assert_array_equal(rips_pairs(points=points, degrees=(1,))[1], both[1])


def test_an_offset_does_no_harm():
    points = np.round(cloud("normal", n=40) * 2**10) / 2**10  # so that adding 1e8 does not round
    expected = rips_twin(direct_distances(points))
    assert_same_pairs(stacked(rips_pairs(points=points + 1e8)), expected)


def test_duplicates_far_from_the_origin_are_at_distance_zero():
    points = np.repeat(cloud("normal", n=10), 3, axis=0) + 1e8
    assert (rips_pairs(points=points, keep_zeros=True)[0][1] == 0).sum() == 20


def test_isometries_keep_and_scaling_scales():
    points = cloud("normal", n=40, seed=3)
    rotation = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0]
    expected = stacked(rips_pairs(points=points))
    moved = np.random.default_rng(5).permutation(points @ rotation.T + 3.0)
    assert_same_pairs(stacked(rips_pairs(points=moved)), expected)
    for scale in (1e-60, 3.0, 1e60):
        scaled = stacked(rips_pairs(points=scale * points))
        assert_same_pairs(scaled, {degree: scale * pairs for degree, pairs in expected.items()})


def test_degree_zero_is_stable():
    points = cloud("normal", n=80, seed=6)
    noise = np.random.default_rng(7).normal(size=points.shape)
    noise *= 0.01 / np.linalg.norm(noise, axis=1, keepdims=True)
    before, after = (rips_pairs(points=p, degrees=(0,))[0][1][:-1] for p in (points, points + noise))
    assert 0 < abs(before - after).max() <= 0.02  # each distance changes by two steps at most


def test_single_precision_points_are_computed_in_double():
    points = cloud("wide").astype(np.float32)
    assert_same_pairs(stacked(rips_pairs(points=points)), stacked(rips_pairs(points=points.astype(np.float64))), rtol=0)


def test_input_is_left_as_found():
    points = cloud("normal")
    distances = direct_distances(points)
    kept = points.copy(), distances.copy()
    rips_pairs(points=points)
    rips_pairs(distances=distances)
    np.testing.assert_array_equal(points, kept[0])
    np.testing.assert_array_equal(distances, kept[1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either 'points' or 'distances'"),
        ({"points": np.eye(2), "distances": np.eye(2)}, "either 'points' or 'distances'"),
        ({"points": np.eye(2), "degrees": (0, 2)}, "must be among 0 and 1. Got \\(0, 2\\) instead"),
        ({"points": np.eye(2), "cut": "radius"}, "'cut' parameter of rips_pairs must be one of"),
        ({"points": np.zeros((70_000, 1))}, "at most 65535 points. Got 70000"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        rips_pairs(**arguments)
