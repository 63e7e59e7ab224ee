"""PersistentSubgraphs against its definition, the case worked by hand, unknown edges and names."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from sktopo import ActivationExtractor, GraphFiltration, PersistentSubgraphs
from sktopo.datasets import load_digits_images, make_ccff
from tests.filtration.test_graph import hand_network
from tests.filtration.test_merge_tree import MAKERS
from tests.networks import ListNetwork, random_input
from tests.oracles.activation_graph import explicit_graph
from tests.oracles.merge_tree import subgraph_row

MODES = ("basin", "component")
WEIGHTS = ("one", "lifetime", "lifetime_phi")


def as_dicts(subgraphs, rows):
    """Each row as a dict from edge to entry."""
    edges = [tuple(edge) for edge in subgraphs.edges_.tolist()]
    return [{edges[j]: rows[i, j] for j in rows[i].indices} for i in range(rows.shape[0])]


@pytest.mark.parametrize("maker", MAKERS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_rows_equal_their_definition(maker, seed):
    rng = np.random.default_rng(seed)
    steps, shape = MAKERS[maker](rng)
    x = random_input(rng, (2, *shape))
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    graphs = [[edge[1:] for edge in explicit_graph(steps, row)[0]] for row in x]
    for mode in MODES:
        for weight in WEIGHTS:
            select = [None, 1, 2][int(rng.integers(3))]
            by = str(rng.choice(["lifetime", "birth"]))
            options = dict(mode=mode, weight=weight, select=select, select_by=by)
            expected = [subgraph_row(graph, **options) for graph in graphs]
            raw = PersistentSubgraphs(**options, norm=None)
            for ours, theirs in zip(as_dicts(raw, raw.fit_transform(activations)), expected, strict=True):
                assert ours == pytest.approx(theirs, rel=1e-12)
            scaled = PersistentSubgraphs(**options)
            for ours, theirs in zip(as_dicts(scaled, scaled.fit_transform(activations)), expected, strict=True):
                length = np.linalg.norm([*theirs.values()])
                assert ours == pytest.approx({edge: value / length for edge, value in theirs.items()}, rel=1e-12)
            assert {tuple(edge) for edge in raw.edges_.tolist()} == {edge for row in expected for edge in row}


@pytest.fixture
def by_hand():
    return ActivationExtractor(hand_network(), dtype="float64").fit_transform([[1.0, 2.0]])


X0, X1, A0, A1, Y0, Y1 = range(6)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {(X0, A1): 1, (X1, A0): 1, (A0, Y0): 1, (A1, Y1): 1}),
        ({"weight": "lifetime"}, {(X0, A1): 1, (X1, A0): 0.7 / 5.4, (A0, Y0): 0.7 / 5.4, (A1, Y1): 1}),
        (
            {"weight": "lifetime_phi"},
            {(X0, A1): 5.4 * 3, (X1, A0): 0.7 * 2, (A0, Y0): 0.7 * 2.5, (A1, Y1): 5.4 * 5.4},
        ),
        ({"select": 1}, {(X0, A1): 1, (A1, Y1): 1}),
        ({"mode": "component"}, {(X0, A1): 1, (X1, A0): 2, (A0, Y0): 2, (A1, Y0): 1, (A1, Y1): 1}),
        ({"mode": "component", "select": 1}, {(X0, A1): 1, (X1, A0): 1, (A0, Y0): 1, (A1, Y0): 1, (A1, Y1): 1}),
        ({"include_input": False}, {(A0, Y0): 1, (A1, Y1): 1}),
    ],
    ids=str,
)
def test_network_worked_by_hand(by_hand, options, expected):
    subgraphs = PersistentSubgraphs(norm=None, **options)
    (row,) = as_dicts(subgraphs, subgraphs.fit_transform(by_hand))
    assert row == pytest.approx(expected, rel=1e-12)


def digits(n):
    images, _ = load_digits_images()
    return ActivationExtractor(make_ccff()).fit_transform(images[:n])


def test_number_of_edges_is_active_units_less_generators():
    activations = digits(5)
    rows = PersistentSubgraphs(norm=None).fit_transform(activations)
    for i, trees in enumerate(GraphFiltration().fit(activations).merge_trees(activations)):
        tree = trees["network", 0]
        assert rows[i].nnz == len(tree.vertices) - len(tree)


def test_product_of_a_new_row_with_a_fitted_one_is_the_exact_cosine_whatever_is_unknown():
    activations = digits(12)
    subgraphs = PersistentSubgraphs(weight="lifetime").fit(activations[:6])
    assert subgraphs.count_unknown(activations[6:]).min() > 0
    gram = (subgraphs.transform(activations[6:]) @ subgraphs.transform(activations[:6]).T).toarray()
    whole = PersistentSubgraphs(weight="lifetime").fit_transform(activations)
    np.testing.assert_allclose(gram, (whole[6:] @ whole[:6].T).toarray(), rtol=1e-12)
    np.testing.assert_allclose(np.sqrt(whole.multiply(whole).sum(axis=1)), 1.0, rtol=1e-12)


def test_unknown_edges_are_counted_and_reported_and_change_nothing_fitted():
    activations = digits(8)
    subgraphs = PersistentSubgraphs(norm=None).fit(activations[:3])
    edges = subgraphs.edges_.copy()
    n_unknown = subgraphs.count_unknown(activations)
    assert (n_unknown[:3] == 0).all() and n_unknown[3:].sum() > 0
    whole = PersistentSubgraphs(norm=None).fit_transform(activations)
    np.testing.assert_array_equal(n_unknown, whole.getnnz(axis=1) - subgraphs.transform(activations).getnnz(axis=1))
    message = f"{n_unknown.sum()} edges, in {(n_unknown > 0).sum()} of 8 samples, were not seen in fit"
    with pytest.warns(UserWarning, match=message) as warned:
        subgraphs.set_params(unknown="warn").transform(activations)
    assert warned[0].filename == __file__  # of who calls, not of scikit-learn's wrapper
    with pytest.raises(ValueError, match=message):
        subgraphs.set_params(unknown="error").transform(activations)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        subgraphs.set_params(unknown="warn").transform(activations[:3])
    np.testing.assert_array_equal(subgraphs.edges_, edges)


def test_names_are_made_when_asked_for():
    activations = digits(3)
    subgraphs = PersistentSubgraphs().fit(activations)
    network = activations.network
    object.__setattr__(subgraphs._network, "vertex_names", lambda vertices: 1 / 0)  # nobody asks during these
    subgraphs.set_output(transform="default").transform(activations)
    object.__delattr__(subgraphs._network, "vertex_names")
    names = subgraphs.get_feature_names_out()
    assert len(set(names)) == len(names) == len(subgraphs.edges_)
    layers = {layer.name: layer for layer in network.units}
    for name, edge in list(zip(names, subgraphs.edges_.tolist(), strict=True))[::17]:
        for end, vertex in zip(name.split("→"), edge, strict=True):
            layer, place = end.removesuffix("]").split("[")
            inside = np.ravel_multi_index([int(k) for k in place.split(",")], layers[layer].shape)
            assert layers[layer].offset + inside == vertex
    assert any(name.startswith("input[0,") and "→conv1[" in name for name in names)


def test_names_of_other_graphs_are_their_vertices():
    subgraphs = PersistentSubgraphs().fit([[1.0, 0.0, 2.0]])
    assert subgraphs.get_feature_names_out().tolist() == ["0→1", "2→3"]


def test_fit_transform_finds_each_forest_once(monkeypatch):
    calls = []
    original = GraphFiltration._forest
    monkeypatch.setattr(GraphFiltration, "_forest", lambda *args: calls.append(1) or original(*args))
    PersistentSubgraphs().fit_transform(digits(4))
    assert len(calls) == 4


def test_the_fitted_estimator_keeps_no_second_copy_of_the_weights():
    assert PersistentSubgraphs().fit(digits(2))._network.operators == ()


def test_a_dead_network_has_an_empty_row():
    activations = ActivationExtractor(hand_network()).fit_transform(np.array([[0.0, 0.0], [1.0, 2.0]]))
    for mode in MODES:
        rows = PersistentSubgraphs(mode=mode).fit_transform(activations)
        assert rows[0].nnz == 0 and rows[1].nnz > 0
    assert PersistentSubgraphs().fit_transform(activations[:1]).shape == (1, 0)


def test_larger_graphs_than_in_fit_have_unknown_edges():
    def path(n):
        return sparse.diags([np.arange(1.0, n), np.arange(1.0, n)], [-1, 1]).tocsr()

    subgraphs = PersistentSubgraphs(norm=None).fit([path(3)])
    assert subgraphs.transform([path(6)]).toarray().tolist() == [[1, 1]]
    assert subgraphs.count_unknown([path(6), path(2)]).tolist() == [3, 0]
    rows, n_unknown = subgraphs.transform_and_count([path(6), path(2)])
    assert n_unknown.tolist() == [3, 0] and (rows != subgraphs.transform([path(6), path(2)])).nnz == 0


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"mode": "tree"}, "'mode' parameter of PersistentSubgraphs must be one of 'basin', 'component'. Got 'tree'"),
        ({"weight": "phi"}, "'weight' parameter"),
        ({"select": 0}, "'select' parameter of PersistentSubgraphs must be None or an integer >= 1"),
        ({"select": True}, "'select' parameter"),
        ({"select_by": "death"}, "'select_by' parameter"),
        ({"norm": "l1"}, "'norm' parameter"),
        ({"unknown": "drop"}, "'unknown' parameter"),
    ],
)
def test_a_wrong_parameter_is_an_error(by_hand, parameters, message):
    with pytest.raises(ValueError, match=message):
        PersistentSubgraphs(**parameters).fit(by_hand)


def test_another_network_at_transform_is_refused(by_hand):
    model = hand_network()
    with torch.no_grad():
        model[0].weight.mul_(2)
    other = ActivationExtractor(model, dtype="float64").fit_transform([[1.0, 2.0]])
    with pytest.raises(ValueError, match="come from another network"):
        PersistentSubgraphs().fit(by_hand).transform(other)


def test_a_linear_classifier_reads_the_rows():
    images, labels = load_digits_images()
    pipeline = make_pipeline(ActivationExtractor(make_ccff()), PersistentSubgraphs(), SVC(kernel="linear"))
    assert pipeline.fit(images[:300], labels[:300]).score(images[300:500], labels[300:500]) > 0.5


def test_layers_leave_out_the_edges_of_the_others():
    activations = digits(5)
    every = PersistentSubgraphs().fit(activations).get_feature_names_out()
    some = PersistentSubgraphs(layers=["fc1"]).fit(activations).get_feature_names_out()
    targets = {name.split("→")[1].split("[")[0] for name in some}
    assert len(targets) == 1 and len(some) < len(every)
    assert targets < {name.split("→")[1].split("[")[0] for name in every}


@pytest.mark.parametrize(
    ("X", "parameters", "message"),
    [
        (None, {}, "PersistentSubgraphs expects Activations"),
        (np.zeros((2, 3, 3)), {}, "PersistentSubgraphs expects Activations"),
        ([[1.0, 2.0]], {"n_jobs": 0}, "'n_jobs' parameter of PersistentSubgraphs"),
        ([[1.0, 2.0]], {"include_input": 3}, "'include_input' parameter of PersistentSubgraphs"),
    ],
)
def test_errors_name_the_estimator_that_was_called(X, parameters, message):
    with pytest.raises(ValueError, match=message):
        PersistentSubgraphs(**parameters).fit(X)


def test_an_unknown_layer_is_named_with_the_closest_ones():
    with pytest.raises(ValueError, match="'layers' parameter of PersistentSubgraphs names 'fcl'.* Closest names: fc"):
        PersistentSubgraphs(layers="fcl").fit(digits(2))


def test_another_width_at_transform_names_the_estimator():
    with pytest.raises(ValueError, match="PersistentSubgraphs is expecting 2 features"):
        PersistentSubgraphs().fit([[1.0, 2.0]]).transform([[1.0, 2.0, 3.0]])
