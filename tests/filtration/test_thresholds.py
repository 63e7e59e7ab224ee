"""What fit learns: quantiles, scales, and the under-optimised weights, against the explicit graph."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.datasets import make_ccff
from sktopo.filtration import thresholds
from sktopo.filtration.thresholds import least_kept
from tests.graph_cases import MAKERS, assert_same, graphs_of, make_case, phi_pairs, record
from tests.networks import operator_names
from tests.oracles.activation_graph import explicit_graph
from tests.oracles.cycles import cycle_births, least_grown, quantile
from tests.oracles.elder_rule import persistence

IMAGES = np.random.default_rng(0).random((5, 1, 8, 8))


def phi_by_operator(graphs):
    """All phi of all samples, per operator."""
    return {
        o: np.array([e[3] for edges in graphs for e in edges if e[0] == o]) for o in {e[0] for g in graphs for e in g}
    }


@pytest.mark.parametrize("few", [thresholds.FEW, 3], ids=["listed", "bisected"])
@pytest.mark.parametrize("maker", MAKERS)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.1, 0.5, 0.77]))
def test_thresholds_are_quantiles_of_all_edges_of_fit(few, maker, seed, share):
    steps, x = make_case(maker, seed)
    activations, names, graphs = record(steps, x), operator_names(steps), graphs_of(steps, x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thresholds, "FEW", few)
        filtration = GraphFiltration(keep_quantile=share, degrees=(0, 1)).fit(activations)
    expected = {o: quantile(phi, share) for o, phi in phi_by_operator(graphs).items()}
    assert filtration.thresholds_ == {names[o]: value for o, value in expected.items()}
    diagrams = filtration.transform(activations)
    for i, edges in enumerate(graphs):
        left = [edge[1:] for edge in edges if edge[3] >= expected[edge[0]]]
        assert_same(diagrams[i].select(degree=0), "network", left)
        np.testing.assert_array_equal(-diagrams[i].pairs("network", 1)[:, 0], cycle_births(left))


@pytest.mark.parametrize("normalize", [None, "layer", "layer_rms"])
def test_a_quantile_is_the_phi_of_an_edge_after_scaling(normalize):
    activations = ActivationExtractor(make_ccff()).fit_transform(IMAGES)
    filtration = GraphFiltration(scope="layer", normalize=normalize, keep_quantile=0.9, degrees=(0, 1)).fit(activations)
    every = GraphFiltration(scope="layer", normalize=normalize, births="all", degrees=(0, 1)).fit_transform(activations)
    for layer in every.layers:
        h0, h1 = every.select(layer=layer, degree=0), every.select(layer=layer, degree=1)
        phi = -np.concatenate([h0.death[np.isfinite(h0.death)], h1.birth])
        assert filtration.thresholds_[layer] == quantile(phi, 0.9)


def test_a_quantile_of_some_operators_leaves_the_others_alone():
    activations = ActivationExtractor(make_ccff()).fit_transform(IMAGES)
    filtration = GraphFiltration(scope="layer", keep_quantile={"fc1": 0.5}).fit(activations)
    assert list(filtration.thresholds_) == ["fc1"]
    assert filtration.transform(activations).select(layer="conv2") == GraphFiltration(scope="layer").fit_transform(
        activations
    ).select(layer="conv2")


def test_the_larger_of_keep_and_quantile_counts():
    steps, x = make_case("conv", 4)
    activations, graphs, last = record(steps, x), graphs_of(steps, x), len(steps) - 1
    learnt = quantile(phi_by_operator(graphs)[last], 0.5)
    for keep in (learnt / 2, learnt * 2):
        filtration = GraphFiltration(keep_quantile={operator_names(steps)[last]: 0.5}, keep=keep).fit(activations)
        diagrams = filtration.transform(activations)
        for i, edges in enumerate(graphs):
            left = [e[1:] for e in edges if e[3] >= max(keep, learnt if e[0] == last else 0)]
            assert_same(diagrams[i], "network", left)


def test_a_quantile_goes_before_normalisation_by_sample():
    steps, x = make_case("conv", 7)
    activations, graphs = record(steps, x), graphs_of(steps, x)
    limits = {o: quantile(phi, 0.6) for o, phi in phi_by_operator(graphs).items()}
    diagrams = GraphFiltration(normalize="sample", keep_quantile=0.6, keep=0.5).fit_transform(activations)
    for i, edges in enumerate(graphs):
        left = [edge[1:] for edge in edges if edge[3] >= limits[edge[0]]]
        top = max(phi for _, _, phi in left)
        assert_same(diagrams[i], "network", [(u, v, phi / top) for u, v, phi in left if phi / top >= 0.5])


def test_quantiles_of_given_graphs():
    rng = np.random.default_rng(0)
    dense = np.triu(rng.integers(0, 9, size=(4, 7, 7)), 1).astype(float)
    graphs = [sparse.csr_matrix(one + one.T) for one in dense]
    assert GraphFiltration(keep_quantile=0.3).fit(graphs).thresholds_ == {"graph": quantile(dense[dense > 0], 0.3)}


def test_an_operator_without_an_edge_has_no_threshold():
    model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU(), nn.Linear(2, 2))
    nn.init.constant_(model[0].weight, -1.0)
    activations = ActivationExtractor(model).fit_transform(np.ones((2, 2)))
    filtration = GraphFiltration(keep_quantile=0.5).fit(activations)
    assert filtration.thresholds_ == {"0": 1.0}
    assert GraphFiltration(normalize="layer_rms").fit(activations).scales_ == {"0": 1.0, "2": 1.0}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(keep=st.floats(0, 1e3), divisor=st.floats(1e-3, 1e3))
def test_the_least_kept_phi_is_kept_and_the_one_before_is_not(keep, divisor):
    least = least_kept(keep, divisor)
    assert least / divisor >= keep
    assert least == 0 or np.nextafter(least, 0) / divisor < keep


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("seed", range(6))
def test_layer_rms_divides_by_the_root_mean_square_of_all_edges_of_fit(maker, seed):
    steps, x = make_case(maker, seed)
    names, graphs = operator_names(steps), graphs_of(steps, x)
    filtration = GraphFiltration(normalize="layer_rms", births="all").fit(record(steps, x))
    scales = {o: 1 / np.sqrt(np.mean(phi**2)) for o, phi in phi_by_operator(graphs).items()}
    for o, scale in scales.items():
        assert filtration.scales_[names[o]] == pytest.approx(scale, rel=1e-12)
    diagrams = filtration.transform(record(steps, x))
    for i, edges in enumerate(graphs):
        pairs, _ = phi_pairs(diagrams[i], "network")
        expected, _ = persistence([(u, v, phi * scales[o]) for o, u, v, phi in edges], "all")
        np.testing.assert_allclose(pairs, expected, rtol=1e-12)


def masked(steps, initial, share):
    return [
        (kind, {**options, "weight": least_grown(options["weight"], initial[p], share)} if p in initial else options)
        for p, (kind, options) in enumerate(steps)
    ]


@pytest.mark.parametrize("how", ["none", "names", "state", "network"])
@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("seed", range(5))
def test_under_optimised_edges_are_those_of_the_weights_that_grew_least(how, maker, seed):
    steps, x = make_case(maker, seed)
    for _, options in steps:
        options.pop("scale", None)
    names, rng = operator_names(steps), np.random.default_rng(seed)
    before = {
        p: rng.integers(-2, 3, size=options["weight"].shape) * (0.0 if how == "none" else 1.0)
        for p, (_, options) in enumerate(steps)
        if "weight" in options
    }
    activations = record(steps, x)
    start = [(kind, {**o, "weight": before[p]} if p in before else o) for p, (kind, o) in enumerate(steps)]
    initial = {
        "none": None,
        "names": {names[p]: weight for p, weight in before.items()},
        "state": {f"{names[p]}.weight": torch.tensor(weight) for p, weight in before.items()},
        "network": record(start, x).network,
    }[how]
    filtration = GraphFiltration(edges="under_optimised", edge_quantile=0.4, initial=initial, degrees=(0, 1))
    diagrams = filtration.fit_transform(activations)
    left = masked(steps, before, 0.4)
    for i, edges in enumerate(graphs_of(steps, x)):
        weights = kept_edges(steps, left, x[i])
        assert sorted(weights) == sorted(edge for edge in edges if edge in weights)
        assert_same(diagrams[i].select(degree=0), "network", [edge[1:] for edge in weights])
        assert filtration.count_cycles(activations)[i, 0] == len(cycle_births([edge[1:] for edge in weights]))


def kept_edges(steps, left, x):
    """Edges of the network's own activations whose weights are left: the same steps with a weight per edge."""
    mask = [
        (kind, {**options, "kept": left[p][1]["weight"] != 0} if "weight" in options else options)
        for p, (kind, options) in enumerate(steps)
    ]
    return explicit_graph(mask, x)[0]


def test_a_dict_of_edge_quantiles_masks_only_its_operators():
    activations = ActivationExtractor(make_ccff()).fit_transform(IMAGES)
    whole = GraphFiltration(scope="layer").fit_transform(activations)
    some = GraphFiltration(scope="layer", edges="under_optimised", edge_quantile={"fc1": 0.05}).fit_transform(
        activations
    )
    assert some.select(layer="fc2") == whole.select(layer="fc2")
    assert some.select(layer="fc1") != whole.select(layer="fc1")


def test_a_trained_network_with_batch_normalisation_takes_the_network_before_training():
    def make():
        torch.manual_seed(0)
        return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(72, 3)).eval()

    before, model = ActivationExtractor(make()).fit(IMAGES).network_, make()
    with torch.no_grad():
        model[0].weight[0] *= 3.0
    activations = ActivationExtractor(model).fit_transform(IMAGES)
    filtration = GraphFiltration(edges="under_optimised", edge_quantile=0.5, initial=before).fit(activations)
    assert (filtration._weights[0][0] == 0).all() and (filtration._weights[0][1] != 0).all()


@pytest.mark.parametrize("keep", [-1.0, {"no_such_layer": 0.5}])
@pytest.mark.parametrize("road", ["transform", "count_cycles", "merge_trees"])
def test_a_threshold_that_was_set_after_fit_is_checked_on_every_road(keep, road):
    filtration = GraphFiltration().fit([[1.0, 2.0]]).set_params(keep=keep)
    with pytest.raises(ValueError, match="'keep' parameter"):
        getattr(filtration, road)([[1.0, 2.0]])


@pytest.mark.parametrize("kind", [int, np.float32, np.int64, Fraction, bool])
def test_thresholds_may_be_any_real_numbers(kind):
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 3))
    activations = ActivationExtractor(model.eval()).fit_transform(IMAGES)
    names = [operator.name for operator in activations.network.operators]
    for normalize in (None, "sample"):
        same = [
            GraphFiltration(keep=dict.fromkeys(names, one), normalize=normalize).fit_transform(activations)
            for one in (1.0, kind(1))
        ]
        np.testing.assert_array_equal(same[0].birth, same[1].birth)
        np.testing.assert_array_equal(same[0].death, same[1].death)
