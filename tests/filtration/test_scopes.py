"""Which operators' edges make which diagram: scope="block" and layers=."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.datasets import make_residual_cnn
from tests.graph_cases import MAKERS, assert_same, graphs_of, make_case, record
from tests.networks import operator_names
from tests.oracles.blocks import blocks
from tests.vision_networks import VISION

IMAGES = np.random.default_rng(0).random((3, 1, 8, 8))


def two_or_more(maker, seed):
    """A case with at least two weighted steps."""
    while True:
        steps, x = make_case(maker, seed)
        if len(steps) > 1:
            return steps, x
        seed += 1


@pytest.mark.parametrize("maker", MAKERS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_blocks_equal_those_of_the_explicit_graph(maker, seed):
    steps, x = two_or_more(maker, seed)
    names, expected = operator_names(steps), blocks(steps)
    diagrams = GraphFiltration(scope="block").fit_transform(record(steps, x))
    assert diagrams.layers == tuple(f"{names[a]}→{names[b]}" for a, b in sorted(expected))
    for i, edges in enumerate(graphs_of(steps, x)):
        for (a, b), members in expected.items():
            own = [edge[1:] for edge in edges if edge[0] in members]
            assert_same(diagrams[i], f"{names[a]}→{names[b]}", own)


def test_blocks_of_a_residual_network():
    filtration = GraphFiltration(scope="block").fit(ActivationExtractor(make_residual_cnn(3)).fit_transform(IMAGES))
    assert {plan.layer: plan.operators for plan in filtration._plans} == {
        "stem.0→block1.conv1": ("stem.0", "block1.conv1"),
        "block1.conv1→block1.conv2": ("block1.conv1", "block1.conv2", "block1.add()"),
        "block1.conv2→block2.conv1": ("block1.conv2", "block2.conv1"),
        "block1.conv2→block2.shortcut.0": ("block1.conv2", "block2.shortcut.0"),
        "block2.conv1→block2.conv2": ("block2.conv1", "block2.conv2"),
        "block2.conv2→fc": ("block2.conv2", "fc", "pool"),
        "block2.shortcut.0→fc": ("block2.shortcut.0", "fc", "pool"),
    }


class TwoPools(nn.Module):
    """A pooling of its own before each of two readers, and one reader without."""

    def __init__(self):
        super().__init__()
        self.stem, self.one, self.two, self.three = (nn.Conv2d(i, 2, 1) for i in (1, 2, 2, 2))
        self.max, self.mean = nn.MaxPool2d(2), nn.AvgPool2d(2)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        return torch.cat([self.one(self.max(x)), self.two(self.mean(x)), self.three(x[..., ::2, ::2])], dim=1)


def test_a_block_has_only_the_poolings_on_its_own_way():
    filtration = GraphFiltration(scope="block").fit(ActivationExtractor(TwoPools()).fit_transform(IMAGES))
    assert {plan.layer: plan.operators[2:] for plan in filtration._plans} == {
        "stem→one": ("max",),
        "stem→two": ("mean",),
        "stem→three": (),
    }


@pytest.mark.parametrize("name", VISION)
def test_in_real_architectures_every_weighted_operator_is_in_a_block(name):
    make, shape = VISION[name]
    torch.manual_seed(0)
    activations = ActivationExtractor(make().eval()).fit_transform(np.random.default_rng(0).random((1, *shape)))
    filtration = GraphFiltration(scope="block").fit(activations)
    inside = {operator for plan in filtration._plans for operator in plan.names}
    assert inside == {operator.name for operator in activations.network.weighted}
    assert all(len(plan.names) == 2 for plan in filtration._plans)


@pytest.mark.parametrize("scope", ["network", "block", "layer"])
def test_layers_leave_the_edges_of_the_other_operators_out(scope):
    for seed in range(6):
        steps, x = make_case("conv", seed)
        names = operator_names(steps)
        chosen = [p for p in names if p in (0, 3, 4)]  # the two convolutions, and the sum if there is one
        diagrams = GraphFiltration(scope=scope, layers=[names[p] for p in chosen]).fit_transform(record(steps, x))
        for i, edges in enumerate(graphs_of(steps, x)):
            wanted = {"network": {"network": chosen}, "block": {f"{names[0]}→{names[3]}": chosen}}.get(
                scope, {names[0]: [0], names[3]: [3]}
            )
            assert diagrams.layers == tuple(wanted)
            for layer, members in wanted.items():
                assert_same(diagrams[i], layer, [edge[1:] for edge in edges if edge[0] in members])


def test_operators_that_are_left_out_have_no_tables_and_need_no_recording():
    model = make_residual_cnn(3)
    activations = ActivationExtractor(model, layers=["block2.relu2", "pool", "fc", "flatten"]).fit_transform(IMAGES)
    filtration = GraphFiltration(layers=["pool", "fc"]).fit(activations)
    assert filtration._plans[0].operators == ("fc", "pool")
    assert len(filtration._plans[0].tables.weights) == model.fc.weight.numel()
    assert filtration.transform(activations) == GraphFiltration(layers=["fc", "pool"]).fit_transform(
        ActivationExtractor(model).fit_transform(IMAGES)
    )


def test_what_was_not_recorded_can_be_left_out_as_the_message_says():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    activations = ActivationExtractor(model, layers=["1"]).fit_transform(np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"'input', which feed '0'.*layers='auto'.*GraphFiltration\(layers=\['2'\]\)"):
        GraphFiltration().fit(activations)
    assert GraphFiltration(layers=["2"]).fit_transform(activations).shape == (2, 1)


def test_one_layer_may_be_given_by_its_name():
    activations = ActivationExtractor(make_residual_cnn(3)).fit_transform(IMAGES)
    one = GraphFiltration(layers="fc", scope="layer").fit_transform(activations)
    assert one.blocks == (("fc", 0),)
    whole = GraphFiltration(scope="layer").fit_transform(activations)
    assert all((one[i].pairs("fc") == whole[i].pairs("fc")).all() for i in range(3))


def test_without_input_a_block_of_the_first_operator_is_gone():
    activations = ActivationExtractor(make_residual_cnn(3)).fit_transform(IMAGES)
    whole = GraphFiltration(scope="block").fit(activations)
    without = GraphFiltration(scope="block", include_input=False).fit(activations)
    assert without.blocks_ == whole.blocks_[1:]


def test_thresholds_may_only_name_chosen_operators():
    activations = ActivationExtractor(make_residual_cnn(3)).fit_transform(IMAGES)
    with pytest.raises(ValueError, match="'keep' parameter of GraphFiltration names 'block1.conv1'.*Closest names: fc"):
        GraphFiltration(layers=["fc"], keep={"block1.conv1": 1.0}).fit(activations)
