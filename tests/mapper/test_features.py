"""Loops, branches and leaves, their support, null models, and export."""

from itertools import combinations

import numpy as np
import pytest
from sklearn.base import clone

from sktopo import Activations, Mapper, MapperGraph, find_branches, find_leaves, find_loops, null_graphs
from sktopo.mapper.cycles import count_loops, filled_triangles, loops
from tests.mapper.shapes import circle, figure_eight, letter_y
from tests.oracles import mapper as oracle


def first(points):
    return points[:, 0]


def second(points):
    return points[:, 1]


SHAPES = {
    "circle": (circle, first, 1, 0),
    "figure eight": (figure_eight, first, 2, 2),
    "Y along its stem": (letter_y, second, 0, 1),
    "Y by length": (letter_y, "l2norm", 0, 1),
    "circle in two dimensions": (circle, "pca", 1, None),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SHAPES)
def test_shapes_have_their_supported_loops_and_branches(name, seed):
    make, lens, n_loops, n_branches = SHAPES[name]
    mapper = Mapper(lens, n_intervals=8, eps_scale=2.0, n_resamples=30)
    graph = mapper.fit(make(seed=seed)).graph_
    assert len(find_loops(graph, min_support=0.5)) == n_loops
    if n_branches is not None:
        assert len(find_branches(graph, min_support=0.5)) == n_branches
    if n_loops == 0:
        assert len(find_leaves(graph, min_support=0.5)) == 3


def random_graph(seed, d=2, n_intervals=5, n=150, overlap=0.45):
    points = np.random.default_rng(seed).uniform(size=(n, d))
    return Mapper("pca", n_intervals=n_intervals, overlap=overlap, eps=0.12, min_samples=3).fit(points).graph_


@pytest.mark.parametrize("seed", range(8))
def test_loops_are_as_many_as_holes_of_the_nerve(seed):
    graph = random_graph(seed, overlap=[0.45, 0.6][seed % 2])
    members = [set(graph.members(v).tolist()) for v in range(graph.n_nodes)]
    pairs = list(map(tuple, graph.edges.tolist()))
    assert len(find_loops(graph)) == oracle.holes(graph.n_nodes, pairs, members)
    assert len(filled_triangles(graph.membership, graph.edges)) > 0


def test_some_of_these_graphs_have_holes():
    assert sum(len(find_loops(random_graph(seed))) for seed in range(8)) > 3


@pytest.mark.parametrize("seed", range(4))
def test_loops_are_cycles_of_the_graph(seed):
    graph = random_graph(seed)
    joined = set(map(tuple, graph.edges.tolist()))
    for loop in find_loops(graph):
        assert len(set(loop.nodes)) == len(loop.nodes) > 2
        around = zip(loop.nodes, loop.nodes[1:] + loop.nodes[:1], strict=True)
        assert {tuple(sorted(pair)) for pair in around} <= joined
        assert loop.size == len(set.union(*(set(graph.members(v).tolist()) for v in loop.nodes)))


@pytest.mark.parametrize("seed", range(40))
def test_loops_are_the_shortest_cycles_that_triangles_do_not_fill(seed):
    rng = np.random.default_rng(seed)
    n, density, share = rng.integers(3, 7), rng.uniform(0.3, 1.0), rng.uniform()
    edges = [pair for pair in combinations(range(n), 2) if rng.uniform() < density]
    triangles = [
        t for t in combinations(range(n), 3) if set(combinations(t, 2)) <= set(edges) and rng.uniform() < share
    ]
    found = loops(n, np.array(edges, dtype=np.int64).reshape(-1, 2), triangles)
    assert [len(cycle) for cycle in found] == oracle.loop_lengths(n, edges, triangles)
    assert count_loops(n, np.array(edges, dtype=np.int64).reshape(-1, 2), triangles) == len(found)


@pytest.mark.parametrize("n_columns", [3, 40])
def test_small_loops_and_one_around_all_of_them_are_found(n_columns):
    """A ladder bent to a ring: a square between any two rungs, and the ring."""
    around = [(i, (i + 1) % n_columns) for i in range(n_columns)]
    edges = [(i, n_columns + i) for i in range(n_columns)]
    edges += [(min(a, b) + side, max(a, b) + side) for side in (0, n_columns) for a, b in around]
    found = loops(2 * n_columns, np.array(sorted(edges)), [])
    # Of a short ladder the squares are longer than its two rings.
    assert sorted(map(len, found)) == ([3, 3, 4, 4] if n_columns == 3 else [*[4] * n_columns, n_columns])


def hand_graph(edges, members, presence=None, counts=None):
    """A graph of given members and edges; what else it has is not looked at."""
    from scipy import sparse

    n, n_points = len(members), max(map(max, members)) + 1
    matrix = np.zeros((n, n_points), dtype=np.int8)
    for v, points in enumerate(members):
        matrix[v, list(points)] = 1
    zeros = np.zeros(n, dtype=np.int64)
    return MapperGraph(
        membership=sparse.csr_matrix(matrix),
        edges=np.array(edges),
        intersection=np.ones(len(edges), dtype=np.int64),
        jaccard=np.ones(len(edges)),
        cell=zeros[:, None],
        lens=zeros[:, None].astype(float),
        mean=zeros[:, None].astype(float),
        medoid=zeros,
        is_noise=zeros.astype(bool),
        noise_share=0.0,
        of_input=np.arange(n_points),
        position=np.zeros(n_points, dtype=np.int64),
        classes=None if counts is None else np.arange(len(counts[0])),
        class_counts=None if counts is None else np.array(counts),
        edge_presence=None if presence is None else np.array(presence, dtype=bool),
    )


STAR = dict(edges=[(0, 1), (0, 2), (0, 3), (3, 4)], members=[{0, 1, 2}, {0, 3}, {1, 4}, {2, 5}, {5, 6}])


def test_a_star_has_one_branch_and_three_leaves():
    presence = [[1, 1, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0], [1, 1, 1, 1]]
    counts = [[1, 1, 1], [2, 0, 0], [0, 2, 0], [0, 0, 2], [0, 0, 2]]
    graph = hand_graph(**STAR, presence=presence, counts=counts)
    (branch,) = find_branches(graph)
    assert (branch.nodes, branch.arms, branch.size, branch.support) == ((0,), ((1,), (2,), (3, 4)), 7, 0.75)
    # Arms of one class each, with 2, 2 and 4 of 8 points: 1 - the sum of squared shares.
    assert np.isclose(branch.separation, 1 - (1 / 16 + 1 / 16 + 1 / 4))
    leaves = {leaf.nodes: leaf.support for leaf in find_leaves(graph)}
    assert leaves == {(1,): 1.0, (2,): 1.0, (4, 3): 0.5}
    assert find_branches(graph, min_support=0.8) == []
    assert find_branches(graph, min_size=2) == []
    assert find_loops(graph) == []


def test_a_filled_triangle_is_one_arm_and_no_loop():
    """Nodes 0, 1, 2 share point 0; a third arm is at node 3."""
    graph = hand_graph([(0, 1), (0, 2), (0, 3), (1, 2)], [{0, 1}, {0, 2}, {0, 3}, {1, 4}])
    assert find_loops(graph) == [] and find_branches(graph) == []
    assert graph.cycle_rank == 1
    hollow = hand_graph([(0, 1), (0, 2), (0, 3), (1, 2)], [{0, 1, 2}, {0, 3}, {1, 3}, {2, 4}])
    assert [loop.nodes for loop in find_loops(hollow)] == [(0, 1, 2)]
    assert [branch.nodes for branch in find_branches(hollow)] == [(0,)]


def test_an_unsupported_loop_is_left_out():
    presence = [[1, 1, 1], [1, 1, 0], [1, 1, 0]]
    graph = hand_graph([(0, 1), (0, 2), (1, 2)], [{0, 1}, {0, 2}, {1, 2}], presence=presence)
    assert [round(loop.support, 2) for loop in find_loops(graph)] == [0.33]
    assert find_loops(graph, min_support=0.5) == []


def test_support_needs_resamples():
    with pytest.raises(ValueError, match=r"Make it with Mapper\(n_resamples=100\)"):
        find_loops(hand_graph(**STAR), min_support=0.5)
    with pytest.raises(ValueError, match="min_support must be a share"):
        find_loops(hand_graph(**STAR), min_support=2)


def test_edge_presence_is_that_of_the_definition():
    points = circle(120, noise=0.15)
    mapper = Mapper(first, n_intervals=4, eps=0.25, n_resamples=12, random_state=3).fit(points)
    graph, cloud = mapper.graph_, mapper._clouds["X"]
    nodes = [(tuple(graph.cell[v]), set(graph.members(v).tolist())) for v in range(graph.n_nodes)]
    order = np.lexsort(points.T[::-1])
    rng, expected = np.random.RandomState(3), []
    for _ in range(12):
        drawn = np.sort(rng.randint(len(points), size=len(points)))
        held = {  # under the intervals of the whole, not of what was drawn
            (k,): np.flatnonzero((cloud.values[drawn, 0] >= low) & (cloud.values[drawn, 0] <= high))
            for k, (low, high) in enumerate(oracle.kepler_intervals(points[:, 0].min(), points[:, 0].max(), 4, 0.3))
        }
        others = []
        for cell, rows in held.items():
            labels = np.array(oracle.dbscan(cloud.points[drawn[rows]], 0.25, 5))
            others += [(cell, set(order[drawn[rows[labels == k]]].tolist())) for k in range(labels.max() + 1)]
        joined = {(u, v) for u in range(len(others)) for v in range(u + 1, len(others)) if others[u][1] & others[v][1]}
        expected.append([oracle.edge_found_again(nodes, others, joined, edge) for edge in graph.edges.tolist()])
    assert graph.edge_presence.tolist() == expected
    assert 0 < np.mean(expected) < 1
    np.testing.assert_allclose(graph.support, np.mean(expected, axis=0))


@pytest.mark.parametrize("kind", ["gaussian", "permuted"])
def test_null_graphs_have_not_the_loop(kind):
    points = circle(400)
    mapper = Mapper(first, n_intervals=6, eps=0.3, n_resamples=10)
    assert len(find_loops(mapper.fit(points).graph_, min_support=0.5)) == 1
    nulls = null_graphs(mapper, points, kind=kind, n_graphs=4)
    assert len(nulls) == 4 and all(graph.n_points == 400 for graph in nulls)
    assert np.mean([len(find_loops(graph, min_support=0.9)) for graph in nulls]) < 0.6


def test_null_points_share_the_statistics_they_promise():
    from sktopo.mapper.nulls import _gaussian, _permuted

    points = np.random.default_rng(0).normal(size=(4000, 3)) @ np.array([[2.0, 1, 0], [0, 1, 0], [0, 0, 0.1]]) + 5
    rng = np.random.RandomState(0)
    drawn, permuted = _gaussian(points, rng), _permuted(points, rng)
    np.testing.assert_allclose(drawn.mean(axis=0), points.mean(axis=0), atol=0.2)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(points.T), atol=0.3)
    assert (np.sort(permuted, axis=0) == np.sort(points, axis=0)).all()
    assert abs(np.corrcoef(permuted.T)[0, 1]) < 0.1 < abs(np.corrcoef(points.T)[0, 1])
    wide = _gaussian(points[:2], rng)
    assert wide.shape == (2, 3)


def test_null_graphs_of_activations_come_by_layer_and_leave_the_mapper_alone():
    values = np.random.default_rng(0).normal(size=(50, 3, 2, 2)).astype(np.float32)
    mapper = Mapper(n_intervals=3)
    nulls = null_graphs(mapper, Activations({"conv": values, "fc": values[:, :, 0, 0]}), n_graphs=2, kind="permuted")
    assert {layer: len(graphs) for layer, graphs in nulls.items()} == {"conv": 2, "fc": 2}
    assert vars(mapper) == vars(clone(mapper))
    with pytest.raises(ValueError, match="kind must be one of"):
        null_graphs(mapper, values[:, :, 0, 0], kind="shuffled")


def full_graph():
    points = np.random.default_rng(0).normal(size=(150, 2))
    y = np.array(["<b>", "é", "c"])[np.arange(150) % 3]
    return Mapper("pca", eps=0.6, n_intervals=4, n_resamples=4, noise="node").fit(points, y).graph_


def test_json_keeps_everything(tmp_path):
    graph = full_graph()
    graph.to_json(tmp_path / "graph.json")
    for again in (MapperGraph.from_json(graph.to_json()), MapperGraph.from_json(tmp_path / "graph.json")):
        assert (again.membership != graph.membership).nnz == 0
        for name, value in vars(graph).items():
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(getattr(again, name), value)
                assert getattr(again, name).dtype == value.dtype
        assert again.purity["entropy"].tolist() == graph.purity["entropy"].tolist()
        assert repr(again) == repr(graph)
    with pytest.raises(ValueError, match="no graph that MapperGraph.to_json wrote"):
        MapperGraph.from_json("{}")


def test_networkx_and_graphml_have_nodes_edges_and_attributes(tmp_path):
    networkx = pytest.importorskip("networkx")
    graph = full_graph()
    made = graph.to_networkx()
    assert made.number_of_nodes() == graph.n_nodes and sorted(made.edges) == list(map(tuple, graph.edges.tolist()))
    assert networkx.number_connected_components(made) == graph.n_components
    assert len(networkx.cycle_basis(made)) == graph.cycle_rank
    u, v = graph.edges[0]
    assert made.edges[u, v] == {
        "intersection": graph.intersection[0],
        "jaccard": graph.jaccard[0],
        "support": graph.support[0],
    }
    graph.to_graphml(tmp_path / "graph.graphml")
    read = networkx.read_graphml(tmp_path / "graph.graphml")
    assert dict(read.nodes["0"]) == dict(made.nodes[0])
    assert made.nodes[0]["count_é"] == graph.class_counts[0][graph.classes.tolist().index("é")]


def test_unknown_node_is_an_index_error():
    with pytest.raises(IndexError, match="Node 999 does not exist"):
        full_graph().members(999)
