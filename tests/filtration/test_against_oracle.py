"""The whole road from network to diagrams against the explicit edge list, exactly."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree

from sktopo import ActivationExtractor, GraphFiltration
from tests.graph_cases import MAKERS, assert_same, make_case, phi_pairs
from tests.networks import ListNetwork, operator_names
from tests.oracles.activation_graph import explicit_graph
from tests.oracles.elder_rule import forest_weights, persistence


@pytest.mark.parametrize("maker", MAKERS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_diagrams_equal_those_of_the_explicit_graph(maker, seed):
    steps, x = make_case(maker, seed)
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    names = operator_names(steps)
    whole = {b: GraphFiltration(births=b).fit_transform(activations) for b in ("edge", "all")}
    layers = GraphFiltration(scope="layer").fit_transform(activations)
    for i in range(len(x)):
        edges, output = explicit_graph(steps, x[i])
        np.testing.assert_array_equal(activations[activations.network.output][i].ravel(), output.ravel())
        for births, diagrams in whole.items():
            assert_same(diagrams[i], "network", [edge[1:] for edge in edges], births)
        for position, (kind, _) in enumerate(steps):
            if kind in ("dense", "conv"):
                own = [edge[1:] for edge in edges if edge[0] == position]
                assert_same(layers[i], names[position], own)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("seed", range(6))
def test_forest_weights_equal_scipys_and_prims(maker, seed):
    steps, x = make_case(maker, seed)
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    deaths = GraphFiltration(births="all").fit_transform(activations)
    for i in range(len(x)):
        edges = [edge[1:] for edge in explicit_graph(steps, x[i])[0]]
        ours = np.sort(phi_pairs(deaths[i], "network")[0][:, 1])
        np.testing.assert_array_equal(ours, forest_weights(edges))
        np.testing.assert_allclose(ours, scipy_forest(edges), rtol=1e-12)


def scipy_forest(edges):
    """SciPy's minimum spanning tree of (largest + 1 - phi), parallel edges reduced to their heaviest."""
    heaviest = {}
    for u, v, phi in edges:
        key = (min(u, v), max(u, v))
        heaviest[key] = max(heaviest.get(key, 0.0), phi)
    if not heaviest:
        return np.empty(0)
    size = max(v for _, v in heaviest) + 1
    top = max(heaviest.values()) + 1
    u, v = np.array(list(heaviest)).T
    graph = sparse.coo_matrix((top - np.array(list(heaviest.values())), (u, v)), shape=(size, size))
    return np.sort(top - minimum_spanning_tree(graph.tocsr()).data)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("seed", range(4))
def test_without_input_the_edges_of_the_first_operator_are_gone(maker, seed):
    steps, x = make_case(maker, seed + 20)
    if sum(kind in ("dense", "conv") for kind, _ in steps) < 2:
        steps, x = make_case("conv", seed)
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    diagrams = GraphFiltration(include_input=False).fit_transform(activations)
    for i in range(len(x)):
        edges = [edge[1:] for edge in explicit_graph(steps, x[i])[0] if edge[0] != 0]
        assert_same(diagrams[i], "network", edges)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("births", ["edge", "all"])
def test_keep_drops_the_edges_below_it(maker, births):
    steps, x = make_case(maker, 3)
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    for keep in (2.0, 3.5):
        diagrams = GraphFiltration(keep=keep, births=births).fit_transform(activations)
        for i in range(len(x)):
            edges = [edge[1:] for edge in explicit_graph(steps, x[i])[0] if edge[3] >= keep]
            assert_same(diagrams[i], "network", edges, births)


def test_keep_by_operator_drops_only_its_edges():
    steps, x = make_case("conv", 5)
    names = operator_names(steps)
    last = len(steps) - 1
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    diagrams = GraphFiltration(keep={names[last]: 4.0}).fit_transform(activations)
    for i in range(len(x)):
        edges = [edge[1:] for edge in explicit_graph(steps, x[i])[0] if edge[0] != last or edge[3] >= 4.0]
        assert_same(diagrams[i], "network", edges)


def test_normalize_by_sample_divides_by_the_largest_edge():
    steps, x = make_case("conv", 7)
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    diagrams = GraphFiltration(normalize="sample").fit_transform(activations)
    for i in range(len(x)):
        edges = [edge[1:] for edge in explicit_graph(steps, x[i])[0]]
        top = max(phi for _, _, phi in edges)
        assert_same(diagrams[i], "network", [(u, v, phi / top) for u, v, phi in edges])


def test_normalize_by_layer_divides_by_the_mean_largest_edge_of_fit():
    steps, x = make_case("conv", 8)
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    diagrams = GraphFiltration(normalize="layer").fit_transform(activations)
    graphs = [explicit_graph(steps, one)[0] for one in x]
    operators = {edge[0] for edges in graphs for edge in edges}
    scale = {
        o: 1 / np.mean([max((edge[3] for edge in edges if edge[0] == o), default=0.0) for edges in graphs])
        for o in operators
    }
    for i, edges in enumerate(graphs):
        pairs, essential = phi_pairs(diagrams[i], "network")
        expected, expected_essential = persistence([(u, v, phi * scale[o]) for o, u, v, phi in edges])
        np.testing.assert_allclose(essential, expected_essential, rtol=1e-12)
        kept = expected[expected[:, 0] - expected[:, 1] > 1e-9]
        found = pairs[pairs[:, 0] - pairs[:, 1] > 1e-9]
        np.testing.assert_allclose(found, kept, rtol=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_weighted_graph(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 9))
    dense = np.triu(rng.integers(0, 4, size=(size, size)) * (rng.random((size, size)) < 0.5), 1).astype(float)
    diagrams = GraphFiltration().fit_transform([sparse.csr_matrix(dense + dense.T)])
    u, v = np.nonzero(dense)
    assert_same(diagrams, "graph", list(zip(u.tolist(), v.tolist(), dense[u, v].tolist(), strict=True)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(values=st.lists(st.integers(-3, 3), min_size=1, max_size=9))
def test_a_matrix_row_is_a_path_graph(values):
    diagrams = GraphFiltration().fit_transform(np.array([values], dtype=float))
    edges = [(j, j + 1, float(abs(value))) for j, value in enumerate(values) if value]
    assert_same(diagrams, "graph", edges)


def hidden_community():
    """A layer of two communities; the smaller is tied to the larger less than within."""
    result, source = np.repeat([0, 1], [25, 2]), np.repeat([0, 1], [25, 10])
    x = np.random.default_rng(631).random((27, 35))
    own = np.where(source == 0, 3 * x, 4 + 2 * x)
    return 2.0 ** -np.where(result[:, None] == source, own, 8 + 2 * x)


def test_a_hidden_community_joins_by_its_heaviest_edge():
    weight = hidden_community().astype(np.float32).astype(float)
    activations = ActivationExtractor(ListNetwork([("dense", {"weight": weight})])).fit_transform(np.ones((1, 35)))
    deaths = GraphFiltration(births="all").fit_transform(activations)
    edges = [(k, 35 + j, weight[j, k]) for j in range(27) for k in range(35)]
    np.testing.assert_array_equal(np.sort(phi_pairs(deaths[0], "network")[0][:, 1]), forest_weights(edges))


def test_duplicate_entries_of_a_sparse_matrix_are_summed():
    twice = sparse.csr_matrix((np.ones(4), np.array([1, 1, 0, 0]), np.array([0, 2, 4])), shape=(2, 2))
    np.testing.assert_array_equal(-GraphFiltration().fit_transform([twice])[0].pairs("graph", 0), [[2, -np.inf]])


def test_the_least_integer_of_its_type_is_an_edge():
    graph = sparse.csr_matrix(np.array([[0, -128], [-128, 0]], dtype=np.int8))
    np.testing.assert_array_equal(-GraphFiltration().fit_transform([graph])[0].pairs("graph", 0), [[128, -np.inf]])


def test_keep_by_operator_keeps_an_edge_on_the_line():
    for seed in range(300):
        rng = np.random.default_rng(seed)
        row = rng.random((1, 8))
        phi = row[0] / row.max()
        keep = float(rng.choice(phi))
        diagrams = GraphFiltration(normalize="sample", births="all", keep={"graph": keep}).fit_transform(row)
        deaths = -diagrams[0].pairs("graph", 0)[:, 1]
        np.testing.assert_array_equal(np.sort(deaths[np.isfinite(deaths)]), np.sort(phi[phi >= keep]))
