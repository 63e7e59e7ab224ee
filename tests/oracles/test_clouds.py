"""The slow twins of cloud filtrations on cases worked by hand."""

import numpy as np
import pytest

from tests.oracles.clouds import (
    bottleneck,
    corrected_resistance,
    covered_share,
    distances_of,
    farthest_points,
    neighbours,
    rips_persistence,
    shortest_paths,
)

SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
LINE = np.abs(np.subtract.outer([0.0, 1.0, 3.0, 7.0], [0.0, 1.0, 3.0, 7.0]))


def test_a_square_has_one_loop():
    pairs = rips_persistence(distances_of(SQUARE))
    np.testing.assert_allclose(pairs[0], [[0, 1], [0, 1], [0, 1], [0, np.inf]])
    np.testing.assert_allclose(pairs[1], [[1, np.sqrt(2)]])


def test_an_octahedron_has_one_void():
    corners = np.concatenate([np.eye(3), -np.eye(3)])
    pairs = rips_persistence(distances_of(corners), max_degree=2)
    np.testing.assert_allclose(pairs[2], [[np.sqrt(2), 2]])


def test_classes_alive_at_the_largest_value_never_die():
    pairs = rips_persistence(distances_of(SQUARE), max_value=1.0)
    np.testing.assert_array_equal(pairs[1], [[1, np.inf]])
    assert np.isinf(rips_persistence(distances_of(SQUARE), max_value=0.5)[0][:, 1]).sum() == 4


def test_a_projective_plane_has_a_loop_over_two_elements_only():
    distances = projective_plane()
    np.testing.assert_array_equal(rips_persistence(distances, field=2)[1], [[1.0, 2.0]])
    np.testing.assert_array_equal(rips_persistence(distances, field=3)[1], np.empty((0, 2)))


def projective_plane():
    """Distances of the barycentric subdivision of the six-vertex plane: 1 along an inclusion of faces, else 2."""
    facets = "012 023 034 045 051 124 235 341 452 513".split()
    faces = {frozenset(facet) for facet in facets}
    faces |= {frozenset(pair) for facet in facets for pair in (facet[:2], facet[1:], facet[::2])}
    faces |= {frozenset(vertex) for vertex in "012345"}
    faces = sorted(faces, key=sorted)
    return np.array([[0.0 if a == b else 1.0 if a < b or b < a else 2.0 for a in faces] for b in faces])


def test_bottleneck_of_a_moved_point_and_of_the_diagonal():
    assert bottleneck([[0, 4]], [[1, 4.5]]) == 1.0
    assert bottleneck([[0, 4]], np.empty((0, 2))) == 2.0
    assert bottleneck([[0, 4], [5, 5.5]], [[0, 4]]) == 0.25


def test_half_a_pixel_is_half_a_share():
    np.testing.assert_allclose(covered_share([[1, 0, 1]], (1, 2)), [[2 / 3, 2 / 3]])


def test_neighbours_and_paths_on_a_line():
    np.testing.assert_array_equal(neighbours(LINE, 1), np.abs(np.subtract.outer(range(4), range(4))) == 1)
    np.testing.assert_array_equal(shortest_paths(LINE, 1), LINE)
    apart = np.array([[0.0, 1.0, 9.0, 9.0], [1.0, 0.0, 9.0, 9.0], [9.0, 9.0, 0.0, 2.0], [9.0, 9.0, 2.0, 0.0]])
    assert np.isinf(shortest_paths(apart, 1)).sum() == 8


def test_resistance_of_a_path_is_its_length():
    # Path of three: r(0, 2) = 2, degrees 1, 2, 1: 2 - 1 - 1 = 0; r(0, 1) = 1: 1 - 1 - 1/2 + 2/2 = 1/2.
    np.testing.assert_allclose(
        corrected_resistance(LINE[:3, :3], 1), [[0, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0]], atol=1e-12
    )


@pytest.mark.parametrize("start", [0, 3])
def test_farthest_points_of_a_line(start):
    chosen, radius = farthest_points(LINE, 2, start)
    assert (chosen, radius) == ([start, 3 - start], 3.0)
