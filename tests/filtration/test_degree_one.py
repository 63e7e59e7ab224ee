"""Degree 1: births and counts of cycles against the explicit graph."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.datasets import make_ccff, make_residual_cnn
from sktopo.filtration.census import census_of
from tests.graph_cases import MAKERS, assert_same, graphs_of, make_case, record
from tests.networks import operator_names
from tests.oracles.cycles import cycle_births, euler_count
from tests.vision_networks import VISION

IMAGES = np.random.default_rng(0).random((5, 1, 8, 8))
OPTIONS = {
    "plain": {},
    "keep": {"keep": 2.5},
    "all": {"births": "all", "keep": 2.0},
    "no-input": {"include_input": False},
}


def births_of(diagrams, layer):
    """The phi at which degree-1 classes of one sample are born, falling, after a look at their deaths."""
    pairs = diagrams.pairs(layer, 1)
    assert np.isposinf(pairs[:, 1]).all()
    return -pairs[:, 0]


@pytest.mark.parametrize("maker", MAKERS)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_births_equal_those_of_the_explicit_graph(maker, seed):
    steps, x = make_case(maker, seed)
    activations, names = record(steps, x), operator_names(steps)
    whole = GraphFiltration(degrees=(0, 1)).fit(activations)
    layers = GraphFiltration(scope="layer", degrees=(0, 1)).fit_transform(activations)
    diagrams, counts = whole.transform(activations), whole.count_cycles(activations)
    for i, edges in enumerate(graphs_of(steps, x)):
        expected = cycle_births([edge[1:] for edge in edges])
        np.testing.assert_array_equal(births_of(diagrams[i], "network"), expected)
        assert counts[i, 0] == len(expected) == euler_count([edge[1:] for edge in edges])
        for position, (kind, _) in enumerate(steps):
            if kind in ("dense", "conv"):
                own = cycle_births([edge[1:] for edge in edges if edge[0] == position])
                np.testing.assert_array_equal(births_of(layers[i], names[position]), own)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("seed", range(8))
def test_births_and_counts_under_the_other_options(options, seed):
    steps, x = make_case("conv", seed)
    activations = record(steps, x)
    with_births = GraphFiltration(degrees=(0, 1), **options).fit(activations)
    diagrams = with_births.transform(activations)
    counts = GraphFiltration(**options).fit(activations).count_cycles(activations)
    np.testing.assert_array_equal(counts, with_births.count_cycles(activations))
    for i, edges in enumerate(graphs_of(steps, x)):
        if options.get("include_input") is False:
            edges = [edge for edge in edges if edge[0] != 0]
        edges = [edge[1:] for edge in edges if edge[3] >= options.get("keep", 0)]
        np.testing.assert_array_equal(births_of(diagrams[i], "network"), cycle_births(edges))
        assert counts[i, 0] == euler_count(edges)
        assert_same(diagrams[i].select(degree=0), "network", edges, options.get("births", "edge"))


@pytest.mark.parametrize("keep", [0.3, "named"])
def test_thresholds_after_normalisation_by_sample(keep):
    for seed in range(8):
        steps, x = make_case("conv", seed)
        activations, names, last = record(steps, x), operator_names(steps), len(steps) - 1
        value = {names[last]: 1 / 3} if keep == "named" else keep
        filtration = GraphFiltration(degrees=(0, 1), normalize="sample", keep=value).fit(activations)
        diagrams, counts = filtration.transform(activations), filtration.count_cycles(activations)
        for i, edges in enumerate(graphs_of(steps, x)):
            top = max((edge[3] for edge in edges), default=1.0)
            edges = [
                (u, v, phi / top)
                for o, u, v, phi in edges
                if phi / top >= (keep if keep != "named" else 1 / 3 if o == last else 0)
            ]
            np.testing.assert_array_equal(births_of(diagrams[i], "network"), cycle_births(edges))
            assert counts[i, 0] == len(cycle_births(edges))


def test_degree_one_alone_and_the_order_of_blocks():
    activations = ActivationExtractor(make_ccff()).fit_transform(IMAGES)
    both = GraphFiltration(scope="layer", degrees=[1, 0]).fit_transform(activations)
    assert both.blocks[:4] == (("conv1", 0), ("conv1", 1), ("conv2", 0), ("conv2", 1))
    one = GraphFiltration(scope="layer", degrees=(1,)).fit_transform(activations)
    zero = GraphFiltration(scope="layer").fit_transform(activations)
    assert both.select(degree=1) == one and both.select(degree=0) == zero


def test_max_pairs_bound_degree_one():
    activations = ActivationExtractor(make_residual_cnn(3)).fit_transform(IMAGES)
    diagrams = GraphFiltration(scope="block", degrees=(0, 1)).fit_transform(activations)
    assert (diagrams.counts <= diagrams.max_pairs).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), keep=st.sampled_from([None, 2.0]))
def test_any_weighted_graph(seed, keep):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 9))
    dense = np.triu(rng.integers(0, 4, size=(size, size)) * (rng.random((size, size)) < 0.7), 1).astype(float)
    graphs = [sparse.csr_matrix(dense + dense.T)]
    filtration = GraphFiltration(degrees=(0, 1), keep=keep).fit(graphs)
    diagrams = filtration.transform(graphs)
    edges = [(u, v, dense[u, v]) for u, v in zip(*np.nonzero(dense), strict=True) if dense[u, v] >= (keep or 0)]
    np.testing.assert_array_equal(births_of(diagrams, "graph"), cycle_births(edges))
    assert filtration.count_cycles(graphs).tolist() == [[euler_count(edges)]]
    assert (diagrams.counts <= diagrams.max_pairs).all()


def test_a_path_has_no_cycles():
    rows = np.ones((3, 5))
    filtration = GraphFiltration(degrees=(0, 1)).fit(rows)
    assert filtration.count_cycles(rows).tolist() == [[0], [0], [0]]
    assert filtration.transform(rows).counts.tolist() == [[1, 0]] * 3


def test_products_that_round_to_zero_are_no_edges():
    """float64 weights and activations so small that abs(w h) is zero."""
    activations = tiny_network_on([[1e-200, 1.0], [1.0, 1.0]])
    filtration = GraphFiltration(degrees=(0, 1)).fit(activations)
    assert filtration.count_cycles(activations).tolist() == [[1], [2]]
    assert filtration.transform(activations).select(degree=1).counts.tolist() == [[1], [2]]


def tiny_network_on(x):
    model = torch.nn.Linear(2, 3, bias=False).double()
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 1.0], [1.0, 1.0], [1e-200, 1.0]], dtype=torch.float64))
    return ActivationExtractor(torch.nn.Sequential(model), dtype="float64").fit_transform(np.array(x))


def test_too_many_births_are_refused_with_a_cure_and_counted_all_the_same():
    activations = ActivationExtractor(make_ccff()).fit_transform(IMAGES)
    filtration = GraphFiltration(degrees=(0, 1), max_memory=10_000).fit(activations)
    with pytest.raises(ValueError, match=r"would take about .* GiB, above max_memory=10000 .*Use count_cycles\(X\)"):
        filtration.transform(activations)
    counts = filtration.count_cycles(activations)
    assert counts.dtype == np.int64 and counts.shape == (5, 1) and (counts > 1000).all()
    few = filtration.set_params(keep_quantile=0.999).fit(activations).transform(activations)
    assert few.counts.shape == (5, 2)


def test_the_estimate_of_memory_grows_with_the_samples():
    activations = ActivationExtractor(make_ccff()).fit_transform(IMAGES)
    filtration = GraphFiltration(degrees=(0, 1), max_memory=500_000).fit(activations)
    assert filtration.transform(activations[:1]).counts[0, 1] > 1000
    with pytest.raises(ValueError, match="transform fewer samples at a time"):
        filtration.transform(activations)


@pytest.mark.parametrize("name", VISION)
def test_a_census_knows_how_many_edges_every_operator_has(name):
    """On values without a zero the census counts what the network's description says."""
    make, shape = VISION[name]
    torch.manual_seed(0)
    network = ActivationExtractor(make().eval()).fit(np.zeros((1, *shape), dtype=np.float32)).network_
    for operator in network.operators:
        census = census_of(operator)
        ones = census.read(lambda source: np.ones(np.prod(network.shapes[source])))
        constant = (operator.source_units < 0).any()
        assert constant or census.count(ones) == census.most() == operator.n_edges


def test_constants_have_no_edges_and_close_no_cycle():
    """Padding with a constant makes the edges of padding with zeros."""
    conv = torch.nn.Conv2d(1, 2, 3, bias=False)
    padded = torch.nn.Sequential(torch.nn.ConstantPad2d(1, 5.0), conv)
    options = {"degrees": (0, 1), "normalize": "layer_rms", "keep_quantile": 0.3}
    constant = GraphFiltration(**options).fit(ActivationExtractor(padded).fit_transform(IMAGES))
    zeros = torch.nn.Conv2d(1, 2, 3, padding=1, bias=False)
    zeros.weight = conv.weight
    plain = GraphFiltration(**options).fit(ActivationExtractor(torch.nn.Sequential(zeros)).fit_transform(IMAGES))
    assert [*constant.thresholds_.values()] == [*plain.thresholds_.values()]
    x = ActivationExtractor(padded).fit_transform(IMAGES)
    y = ActivationExtractor(torch.nn.Sequential(zeros)).fit_transform(IMAGES)
    assert constant.transform(x) == plain.transform(y)


def test_counts_of_no_samples():
    activations = ActivationExtractor(make_ccff()).fit_transform(IMAGES)
    filtration = GraphFiltration(scope="layer").fit(activations)
    with pytest.raises(ValueError, match="0 sample"):
        filtration.count_cycles(activations[:0])
