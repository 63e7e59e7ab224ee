"""Where nodes are drawn."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import connected_components, shortest_path

from sktopo.mapper.explorer import positions
from sktopo.mapper.explorer.positions import node_positions


def graph_of(n_nodes, edges, lens=None):
    """What positions read of a MapperGraph."""
    u, v = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    adjacency = sparse.csr_matrix((np.ones(2 * len(u)), (np.append(u, v), np.append(v, u))), (n_nodes, n_nodes))
    n_components, components = connected_components(adjacency, directed=False)
    lens = np.zeros(n_nodes) if lens is None else np.asarray(lens, dtype=np.float64)
    return SimpleNamespace(
        n_nodes=n_nodes,
        n_components=n_components,
        components=components,
        lens=lens[:, None],
        adjacency=lambda: adjacency,
    )


def chain(n_nodes):
    return [(i, i + 1) for i in range(n_nodes - 1)]


def comb(n_teeth, length):
    """A spine of nodes, each of which a tooth begins at."""
    n = n_teeth * length
    return n, [(i, i + 1) for i in range(n - 1) if (i + 1) % length] + [
        (i * length, (i + 1) * length) for i in range(n_teeth - 1)
    ]


def stress(place, hops):
    """From the definition."""
    total = 0.0
    for i, j in combinations(range(len(place)), 2):
        total += (np.hypot(*(place[i] - place[j])) / hops[i, j] - 1) ** 2
    return total


@pytest.mark.parametrize("n_nodes", [3, 50, 1500])
def test_a_chain_is_a_line_with_even_steps_in_which_the_lens_rises(n_nodes):
    lens = np.arange(n_nodes)[::-1]
    place = node_positions(graph_of(n_nodes, chain(n_nodes), lens))
    steps = -np.diff(place[:, 0])
    assert (steps > 0).all()
    assert steps == pytest.approx(steps.mean(), rel=0.05)
    assert np.ptp(place[:, 1]) < 0.05


def test_large_graphs_are_nearly_as_good_as_by_all_pairs(monkeypatch):
    n, edges = comb(20, 25)
    graph = graph_of(n, edges)
    hops = shortest_path(graph.adjacency(), unweighted=True)
    few = _scaled(node_positions(graph), hops)
    monkeypatch.setattr(positions, "MOST_BY_ALL_PAIRS", n)
    every = _scaled(node_positions(graph), hops)
    monkeypatch.setattr(positions, "N_STEPS", 0)
    start = _scaled(node_positions(graph), hops)
    assert stress(every, hops) < stress(few, hops) < 1.3 * stress(every, hops)
    assert stress(few, hops) < 0.8 * stress(start, hops)


def _scaled(place, hops):
    """To the size of least stress."""
    i, j = np.triu_indices(len(place), 1)
    ratio = np.hypot(*(place[i] - place[j]).T) / hops[i, j]
    return place * ratio.sum() / (ratio**2).sum()


def test_teeth_of_a_large_comb_do_not_fall_together():
    n, edges = comb(40, 25)
    place = node_positions(graph_of(n, edges))
    step = np.median([np.hypot(*(place[i] - place[j])) for i, j in edges])
    tips = place[24::25]
    assert min(np.hypot(*(p - q)) for p, q in combinations(tips, 2)) > step


@pytest.mark.parametrize("n_nodes", [40, 1500])
def test_positions_depend_on_the_seed_alone(n_nodes):
    graph = graph_of(n_nodes, chain(n_nodes))
    assert (node_positions(graph, 3) == node_positions(graph, 3)).all()
    assert (node_positions(graph, 3) != node_positions(graph, 4)).any()


def test_components_do_not_overlap():
    edges = [(0, 1), (1, 2), (2, 0), (2, 3), (4, 5), (6, 7), (7, 8), (8, 9), (9, 6)]
    graph = graph_of(12, edges)
    place = node_positions(graph)
    boxes = [place[graph.components == c] for c in range(graph.n_components)]
    for one, other in combinations(boxes, 2):
        apart = (one.max(axis=0) < other.min(axis=0)) | (other.max(axis=0) < one.min(axis=0))
        assert apart.any()


def test_no_nodes_have_no_positions():
    assert node_positions(graph_of(0, [])).shape == (0, 2)
