"""Receptive fields against a walk over the explicit edges."""

import numpy as np
import pytest

from sktopo import ActivationExtractor
from sktopo.filtration.receptive import receptive_field
from tests.networks import ListNetwork, random_conv_net, random_mlp
from tests.oracles.activation_graph import explicit_graph


def walk_back(steps, shape, vertex):
    """Input elements that reach a vertex, over the edges of an input that is nowhere zero, without dead units."""
    steps = [(kind, options) for kind, options in steps if kind != "relu"]
    edges = set()
    for seed in range(12):  # different inputs, for the different choices of a max pooling
        x = np.random.default_rng(seed).normal(size=shape)
        edges |= {(u, v) for _, u, v, _ in explicit_graph(steps, x)[0]}
    reached, front = {vertex}, {vertex}
    while front:
        front = {u for u, v in edges if v in front} - reached
        reached |= front
    return np.isin(np.arange(np.prod(shape)), list(reached)).reshape(shape)


@pytest.mark.parametrize("maker", [random_mlp, random_conv_net])
@pytest.mark.parametrize("seed", range(6))
def test_fields_equal_a_walk_over_the_edges(maker, seed):
    rng = np.random.default_rng(seed)
    steps, shape = maker(rng)
    steps = [(kind, dict(options)) for kind, options in steps]
    network = ActivationExtractor(ListNetwork(steps)).fit(np.ones((1, *shape), dtype="float32")).network_
    for vertex in rng.choice(network.n_vertices, size=min(6, network.n_vertices), replace=False):
        field = receptive_field(network, [vertex])
        assert field.shape == shape
        np.testing.assert_array_equal(field, walk_back(steps, shape, int(vertex)))


def test_field_of_two_units_is_the_union_and_an_input_is_in_its_own():
    steps, shape = random_conv_net(np.random.default_rng(3))
    network = ActivationExtractor(ListNetwork(steps)).fit(np.ones((1, *shape), dtype="float32")).network_
    a, b = network.units[1].offset, network.units[1].offset + 5
    both = receptive_field(network, [a, b])
    np.testing.assert_array_equal(both, receptive_field(network, [a]) | receptive_field(network, [b]))
    assert np.flatnonzero(receptive_field(network, [7])).tolist() == [7]
