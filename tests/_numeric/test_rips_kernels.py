"""Parts of the Rips computation against definitions."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from sktopo._numeric import edge_ranks
from sktopo._numeric.edge_ranks import BLOCK, NO_EDGE, rank_matrix, sort_edges
from sktopo._numeric.farthest import farthest_points
from sktopo._numeric.forest_of_points import forest_of_points
from sktopo._numeric.neighbourhood_graph import empty_lunes, split_by_tree
from sktopo._numeric.prim import tree_of_matrix
from sktopo._numeric.rips_degree_one import (
    ABSENT,
    CANCELLED,
    NONE,
    PRESENT,
    SHIFT,
    VERTEX,
    add_cursor,
    next_coface,
    replace_first,
    with_room,
)
from tests.oracles.rips import direct_distances, farthest_twin, kruskal_deaths


def matrix(kind, n=40, seed=0):
    rng = np.random.default_rng(seed)
    points = {
        "normal": lambda: rng.normal(size=(n, 3)),
        "lattice": lambda: rng.integers(0, 4, size=(n, 3)).astype(float),
        "equal": lambda: np.eye(n),
        "nearly equal": lambda: np.eye(n) + 1e-9 * rng.normal(size=(n, n)),
        "outlier": lambda: np.vstack([rng.normal(size=(n - 1, 2)), [[1e9, 1e9]]]),
        "duplicates": lambda: np.zeros((n, 2)),
    }[kind]()
    return direct_distances(points)


KINDS = ("normal", "lattice", "equal", "nearly equal", "outlier", "duplicates")


def order_of(distances, longest=np.inf):
    pairs = combinations(range(len(distances)), 2)
    return sorted((distances[i, j], i, j) for i, j in pairs if distances[i, j] <= min(longest, 1e300))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("longest", [np.inf, 1.5])
def test_edges_are_sorted_by_length_then_vertices(kind, longest):
    distances = matrix(kind)
    edges = sort_edges(distances, longest)
    assert [(e >> 16, e & 0xFFFF) for e in edges.tolist()] == [edge[1:] for edge in order_of(distances, longest)]


def test_no_edge_and_one_edge_are_sorted():
    assert len(sort_edges(np.zeros((1, 1)), np.inf)) == 0
    assert sort_edges(np.array([[0.0, 2.0], [2.0, 0.0]]), 2.0).tolist() == [1]
    assert len(sort_edges(np.array([[0.0, np.inf], [np.inf, 0.0]]), np.inf)) == 0


def test_lengths_whose_difference_is_subnormal_are_sorted():
    distances = np.array([[0.0, 1e-310, 3e-310], [1e-310, 0.0, 2e-310], [3e-310, 2e-310, 0.0]])
    assert sort_edges(distances, np.inf).tolist() == [1, (1 << 16) | 2, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_many_edges_take_a_third_digit(kind, monkeypatch):
    distances = matrix(kind)
    expected = sort_edges(distances, np.inf)
    monkeypatch.setattr(edge_ranks, "FEW_EDGES", 10)
    np.testing.assert_array_equal(sort_edges(distances, np.inf), expected)


def ranked(kind, seed=0):
    distances = matrix(kind, seed=seed)
    edges = sort_edges(distances, np.inf)
    label = np.random.default_rng(1).permutation(len(distances))
    before = edges.copy()
    return distances, before, edges, label, rank_matrix(edges, label)


@pytest.mark.parametrize("kind", KINDS)
def test_ranks_are_places_under_new_names(kind):
    distances, before, edges, label, rank = ranked(kind)
    n = len(distances)
    assert rank.shape == (n, -(-n // BLOCK) * BLOCK)
    for place, (old, new) in enumerate(zip(before.tolist(), edges.tolist(), strict=True)):
        i, j = label[old >> 16], label[old & 0xFFFF]
        assert rank[i, j] == rank[j, i] == place
        assert {new >> 16, new & 0xFFFF} == {i, j}
    assert (np.diag(rank) == NO_EDGE).all()
    assert (rank[:, n:] == NO_EDGE).all()


@pytest.mark.parametrize("kind", KINDS)
def test_edges_with_empty_lunes_are_those_of_the_definition(kind):
    distances, _, edges, _, rank = ranked(kind)
    n, expected = len(distances), []
    for place, edge in enumerate(edges.tolist()):
        a, b = edge >> 16, edge & 0xFFFF
        if not any(max(rank[a, k], rank[b, k]) < place for k in range(n)):
            expected.append(place)
    assert empty_lunes(rank).tolist() == expected


@pytest.mark.parametrize("kind", KINDS)
def test_spanning_tree_lies_in_the_relative_neighbourhood_graph(kind):
    distances, before, edges, _, rank = ranked(kind)
    candidates = empty_lunes(rank)
    forest, others = split_by_tree(candidates, edges, len(distances))
    np.testing.assert_array_equal(np.sort(np.concatenate([forest, others])), candidates)
    lengths = distances[before[forest] >> 16, before[forest] & 0xFFFF]
    np.testing.assert_array_equal(lengths, kruskal_deaths(distances))


def test_more_empty_lunes_than_were_expected_are_kept():
    # Two clusters whose points are all equally far across: by ties nearly every such edge has a point in its lune, but
    # without edges inside the clusters none has.
    n = 30
    distances = np.full((n, n), np.inf)
    distances[: n // 2, n // 2 :] = distances[n // 2 :, : n // 2] = 1.0
    edges = sort_edges(distances, np.inf)
    rank = rank_matrix(edges, np.arange(n))
    assert len(empty_lunes(rank)) == (n // 2) ** 2 > 4 * n + 16


@pytest.mark.parametrize("kind", ["normal", "lattice"])
def test_cofaces_come_once_each_and_in_order(kind):
    distances, _, edges, _, rank = ranked(kind)
    n = len(distances)
    for edge in range(0, len(edges), 37):
        a, b = edges[edge] >> 16, edges[edge] & 0xFFFF
        expected = []
        for k in set(range(n)) - {a, b}:
            longest = int(max(edge, rank[a, k], rank[b, k]))
            opposite = ({int(a), int(b), k} - {int(edges[longest]) >> 16, int(edges[longest]) & 0xFFFF}).pop()
            expected.append((longest << SHIFT) | opposite)
        expected = [*sorted(expected), NONE]
        for before, after in pairwise(expected):
            assert next_coface(rank.ravel(), edges, rank.shape[1], edge, before) == after
        lune_passed = (edge << SHIFT) | VERTEX
        after = next_coface(rank.ravel(), edges, rank.shape[1], edge, lune_passed)
        assert after == next(triangle for triangle in expected if triangle > lune_passed)


def new_heap(room=300):
    return np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64), np.zeros(room, dtype=np.uint8)


def test_heap_keeps_the_smallest_first():
    rng = np.random.default_rng(0)
    triangles, edges, state = new_heap()
    items, n = {edge: int(triangle) for edge, triangle in enumerate(rng.integers(0, 90, size=200))}, np.int64(0)
    for edge, triangle in items.items():
        n = add_cursor(triangles, edges, n, state, triangle, edge)
    assert n == 200
    for edge in range(200, 260):  # what is smallest makes way
        assert triangles[0] == min(items.values()) == items.pop(int(edges[0]))
        items[edge] = int(rng.integers(0, 90))
        replace_first(triangles, edges, n, items[edge], edge)
    assert dict(zip(edges[:n].tolist(), triangles[:n].tolist(), strict=True)) == items


def test_an_edge_added_twice_is_gone_and_comes_back_the_third_time():
    triangles, edges, state = new_heap()
    n = add_cursor(triangles, edges, np.int64(0), state, 7, 3)
    for expected in (CANCELLED, PRESENT, CANCELLED):
        assert add_cursor(triangles, edges, n, state, 7, 3) == 1
        assert state[3] == expected
    assert add_cursor(triangles, edges, n, state, NONE, 4) == 1  # without a coface left there is nothing to add
    assert state[4] == ABSENT


def test_arrays_grow_when_they_are_full():
    values = np.arange(4)
    assert with_room(values, 3) is values
    longer = with_room(values, 4)
    assert len(longer) > 4
    assert longer[:4].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", KINDS)
def test_tree_by_prim_is_that_by_kruskal(kind):
    distances = matrix(kind)
    np.testing.assert_array_equal(np.sort(tree_of_matrix(distances)[1][1:]), kruskal_deaths(distances))


def test_vertices_that_nothing_joins_have_infinite_edges():
    distances = np.full((4, 4), np.inf)
    distances[0, 2] = distances[2, 0] = 3.0
    np.testing.assert_array_equal(np.sort(tree_of_matrix(distances)[1][1:]), [3.0, np.inf, np.inf])
    assert len(tree_of_matrix(np.zeros((1, 1)))[1][1:]) == 0


@pytest.mark.parametrize("n_near", [1, 2, 12, 90])
@pytest.mark.parametrize("tile", [7, 1024])
@pytest.mark.parametrize("kind", ["normal", "clusters", "lattice", "duplicates", "line"])
def test_tree_of_points_needs_no_matrix(n_near, tile, kind):
    rng = np.random.default_rng(2)
    points = {
        "normal": rng.normal(size=(80, 4)),
        "clusters": 1e3 * rng.normal(size=(4, 3))[np.arange(80) % 4] + rng.normal(size=(80, 3)),
        "lattice": rng.integers(0, 4, size=(80, 3)).astype(float),
        "duplicates": rng.normal(size=(6, 3))[np.arange(80) % 6],
        "line": np.arange(80.0)[:, None] ** 1.5,
    }[kind]
    found = np.sort(forest_of_points(points, n_near=n_near, tile=tile))
    np.testing.assert_allclose(found, kruskal_deaths(direct_distances(points)), rtol=1e-12)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tree_of_few_points(n):
    assert forest_of_points(3.0 * np.arange(n)[:, None]).tolist() == [3.0] * max(n - 1, 0)


@pytest.mark.parametrize("kind", ["normal", "lattice", "duplicates"])
@pytest.mark.parametrize("first", [0, 7])
def test_farthest_points_are_the_slow_twins(kind, first):
    rng = np.random.default_rng(3)
    points = {
        "normal": rng.normal(size=(50, 4)),
        "lattice": rng.integers(0, 5, size=(50, 2)).astype(np.float32),
        "duplicates": np.arange(50.0)[:, None] % 7,
    }[kind]
    distances = direct_distances(points)
    expected = farthest_twin(distances, 50, first)
    for arguments in ({"points": points}, {"distances": distances}):
        chosen, radius = farthest_points(50, first=first, **arguments)
        np.testing.assert_array_equal(chosen, expected[0])
        np.testing.assert_allclose(radius, expected[1], rtol=1e-12)
    np.testing.assert_array_equal(farthest_points(9, points=points, first=first)[0], expected[0][:9])
    np.testing.assert_array_equal(distances, direct_distances(points))
