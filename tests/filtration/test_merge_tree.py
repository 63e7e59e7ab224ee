"""Merge trees against their definition, and the structure facts that make the fast route exact."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from sktopo import ActivationExtractor, GraphFiltration
from tests.filtration.test_graph import hand_network
from tests.networks import ListNetwork, operator_names, random_conv_net, random_input, random_mlp
from tests.oracles.activation_graph import explicit_graph
from tests.oracles.merge_tree import classes, components, forest, peaks, strongest_edges

MAKERS = {"mlp": random_mlp, "conv": random_conv_net}
networks = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def trees_and_edges(maker, seed):
    """Small integers as weights and inputs: ties, zeros and dead units are common."""
    rng = np.random.default_rng(seed)
    steps, shape = MAKERS[maker](rng)
    x = random_input(rng, (2, *shape))
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    trees = GraphFiltration().fit(activations).merge_trees(activations)
    graphs = [explicit_graph(steps, row)[0] for row in x]
    return steps, activations, [tree["network", 0] for tree in trees], graphs


def pairs(edges):
    """Oracle edges as sorted (lower, upper, phi)."""
    return sorted((min(u, v), max(u, v), phi) for u, v, phi in edges)


def rows(tree, positions):
    return sorted((int(u), int(v), float(phi)) for (u, v), phi in zip(tree.edges[positions], tree.phi[positions]))  # noqa: B905


def assert_equals_definition(tree, edges):
    expected = classes(edges)
    assert rows(tree, slice(None)) == pairs(forest(edges))
    assert len(tree) == len(expected)
    for i, one in enumerate(expected):
        assert (tree.birth[i], tree.death[i]) == (one["birth"], one["death"])
        assert rows(tree, tree.peak[i : i + 1]) == pairs([one["peak"]])
        assert tree.parent[i] == (-1 if one["parent"] is None else one["parent"])
        assert (tree.merge[i] < 0) == (one["merge"] is None)
        if one["merge"]:
            assert rows(tree, tree.merge[i : i + 1]) == pairs([one["merge"]])
        assert rows(tree, tree.component(i)) == pairs(one["component"])
        assert rows(tree, tree.basin(i)) == pairs(one["basin"])
        assert set(tree.vertices[tree.start[i] : tree.stop[i]].tolist()) == one["vertices"]
        basin = slice(tree.basin_start[i], tree.basin_start[i + 1])
        assert set(tree.basin_vertices[basin].tolist()) == one["basin_vertices"]


@pytest.mark.parametrize("maker", MAKERS)
@networks
@given(seed=st.integers(0, 2**32 - 1))
def test_merge_trees_of_networks_equal_their_definition(maker, seed):
    _, _, trees, graphs = trees_and_edges(maker, seed)
    for tree, graph in zip(trees, graphs, strict=True):
        assert_equals_definition(tree, [edge[1:] for edge in graph])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_merge_trees_of_graphs_full_of_ties_equal_their_definition(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 13))
    dense = np.triu(rng.integers(0, 4, size=(size, size)) * (rng.random((size, size)) < 0.4), 1).astype(float)
    graph = sparse.csr_matrix(dense + dense.T)
    tree = GraphFiltration().fit([graph]).merge_trees([graph])[0]["graph", 0]
    u, v = np.nonzero(dense)
    assert_equals_definition(tree, list(zip(u.tolist(), v.tolist(), dense[u, v].tolist(), strict=True)))


@pytest.mark.parametrize("maker", MAKERS)
@networks
@given(seed=st.integers(0, 2**32 - 1))
def test_structure_of_strongest_edges(maker, seed):
    """Facts 1 to 3: strongest edges, their components, and what the forest holds besides."""
    _, _, trees, graphs = trees_and_edges(maker, seed)
    for tree, graph in zip(trees, graphs, strict=True):
        edges = [edge[1:] for edge in graph]
        strongest, generators = strongest_edges(edges), peaks(edges)
        active = {w for edge in edges for w in edge[:2]}
        assert len(strongest) == len(active) - len(generators)
        parts = {id(part): part for part in components(strongest).values()}.values()
        assert sorted(sum(peak[0] in part for peak in generators) for part in parts) == [1] * len(generators)
        in_basins = np.concatenate([tree.basin(i) for i in range(len(tree))] or [np.empty(0, int)])
        assert len(in_basins) == len(active) - len(tree)
        assert set(pairs(strongest)) <= set(rows(tree, in_basins))
        others = np.setdiff1d(np.arange(len(tree.phi)), in_basins)
        np.testing.assert_array_equal(np.sort(tree.phi[others]), np.sort(tree.death[np.isfinite(tree.death)]))


@pytest.mark.parametrize("maker", MAKERS)
@networks
@given(seed=st.integers(0, 2**32 - 1))
def test_structure_of_forests(maker, seed):
    """Facts 4 and 5: all vertices born first, and the forest of the layers' forests."""
    steps, activations, trees, graphs = trees_and_edges(maker, seed)
    deaths = GraphFiltration(births="all").fit_transform(activations)
    layers = GraphFiltration(scope="layer").fit(activations).merge_trees(activations)
    names = operator_names(steps)
    for i, tree in enumerate(trees):
        death = -deaths[i].death
        np.testing.assert_array_equal(np.sort(death[np.isfinite(death)]), np.sort(tree.phi))
        union = []
        for position, name in names.items():
            own = [edge[1:] for edge in graphs[i] if edge[0] == position]
            if (name, 0) in layers[i]:
                assert rows(layers[i][name, 0], slice(None)) == pairs(forest(own))
            union += forest(own)
        assert pairs(forest(union)) == rows(tree, slice(None))


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("seed", range(5))
def test_pairs_are_those_of_the_diagrams(maker, seed):
    _, activations, trees, _ = trees_and_edges(maker, seed)
    diagrams = GraphFiltration().fit_transform(activations)
    for i, tree in enumerate(trees):
        ours = np.stack([tree.birth, tree.death], axis=1)
        theirs = -diagrams[i].pairs("network", 0)
        assert sorted(map(tuple, ours)) == sorted(map(tuple, theirs))
        assert (np.diff(tree.birth) <= 0).all()


@pytest.mark.parametrize("options", [{"normalize": "sample", "keep": 0.3}, {"normalize": "layer"}, {"keep": 2.0}])
def test_options_of_the_filtration_hold_for_its_trees(options):
    _, activations, _, _ = trees_and_edges("conv", 11)
    filtration = GraphFiltration(**options).fit(activations)
    diagrams = filtration.transform(activations)
    for i, trees in enumerate(filtration.merge_trees(activations)):
        tree = trees["network", 0]
        ours = np.stack([tree.birth, tree.death], axis=1)
        assert len(ours)
        assert sorted(map(tuple, ours)) == sorted(map(tuple, -diagrams[i].pairs("network", 0)))


@pytest.mark.parametrize("seed", range(5))
def test_slices_are_nested_or_disjoint_and_each_lies_in_its_parent_unless_both_die_at_once(seed):
    _, _, trees, _ = trees_and_edges("conv", seed)
    for tree in trees:
        assert len(tree) > 1
        for i in range(len(tree)):
            p = tree.parent[i]
            assert p < i
            if p >= 0 and tree.death[p] < tree.death[i]:
                assert tree.start[p] < tree.start[i] < tree.stop[i] <= tree.stop[p]
            for j in range(i):
                a, b = sorted([(tree.start[i], tree.stop[i]), (tree.start[j], tree.stop[j])])
                assert b[0] >= a[1] or b[1] <= a[1]
        np.testing.assert_array_equal(np.sort(tree.vertices), np.sort(tree.basin_vertices))
        np.testing.assert_array_equal(tree.links[tree.start], tree.merge)
        np.testing.assert_array_equal(tree.basin_links[tree.basin_start[:-1]], tree.merge)


def test_network_worked_by_hand():
    activations = ActivationExtractor(hand_network(), dtype="float64").fit_transform([[1.0, 2.0]])
    tree = GraphFiltration().fit(activations).merge_trees(activations)[0]["network", 0]
    x0, x1, a0, a1, y0, y1 = range(6)
    np.testing.assert_allclose(tree.birth, [5.4, 2.5], rtol=1e-14)
    np.testing.assert_allclose(tree.death, [-np.inf, 1.8], rtol=1e-14)
    np.testing.assert_allclose(tree.lifetime, [5.4, 0.7], rtol=1e-14)
    assert tree.parent.tolist() == [-1, 0]
    assert tree.edges[tree.basin(0)].tolist() == [[a1, y1], [x0, a1]]
    assert tree.edges[tree.basin(1)].tolist() == [[a0, y0], [x1, a0]]
    assert tree.edges[tree.merge[1]].tolist() == [a1, y0]
    assert sorted(tree.component(0).tolist()) == [0, 1, 2, 3, 4]
    assert tree.component(1).tolist() == tree.basin(1).tolist()
    assert activations.network.vertex_names(tree.edges[0]).tolist() == ["0[1]", "2[1]"]


def test_of_equal_births_the_earlier_peak_is_the_elder():
    rows_ = [[2.0, 1.0, 2.0]]
    tree = GraphFiltration().fit(rows_).merge_trees(rows_)[0]["graph", 0]
    assert tree.edges[tree.peak].tolist() == [[0, 1], [2, 3]]
    assert tree.parent.tolist() == [-1, 0]


def test_a_peak_of_zero_persistence_belongs_to_the_basin_it_merges_into():
    # Three edges of weight 2, of which 2-3 comes last: 0-2 and 1-3 are both peaks.
    dense = np.zeros((5, 5))
    dense[0, 2] = dense[1, 3] = dense[2, 3] = 2.0
    dense[3, 4] = 1.0
    graph = sparse.csr_matrix(dense + dense.T)
    tree = GraphFiltration().fit([graph]).merge_trees([graph])[0]["graph", 0]
    assert len(tree) == 1 and len(peaks([(0, 2, 2.0), (1, 3, 2.0), (2, 3, 2.0)])) == 2
    assert sorted(map(tuple, tree.edges[tree.basin(0)].tolist())) == [(0, 2), (1, 3), (2, 3), (3, 4)]


def test_a_function_takes_the_place_of_the_trees():
    x = np.random.default_rng(0).random((4, 6))
    filtration = GraphFiltration(n_jobs=2).fit(x)
    assert filtration.merge_trees(x, apply=len) == [
        {("graph", 0): len(t["graph", 0])} for t in filtration.merge_trees(x)
    ]


def test_a_dead_network_has_an_empty_tree():
    tree = GraphFiltration().fit(np.zeros((1, 3))).merge_trees(np.zeros((1, 3)))[0]["graph", 0]
    assert len(tree) == 0 and len(tree.vertices) == 0 and tree.basin_start.tolist() == [0]


def test_trees_of_vertices_that_are_all_born_first_are_refused():
    x = np.ones((1, 3))
    with pytest.raises(ValueError, match="Use births='edge'"):
        GraphFiltration(births="all").fit(x).merge_trees(x)


def test_larger_graphs_than_in_fit():
    def path(n):
        return sparse.diags([np.arange(1.0, n), np.arange(1.0, n)], [-1, 1]).tocsr()

    tree = GraphFiltration().fit([path(3)]).merge_trees([path(6)])[0]["graph", 0]
    assert tree.vertices.tolist() == [4, 5, 3, 2, 1, 0]
