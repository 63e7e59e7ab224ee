"""Random networks beside their explicit graphs, and diagrams in a form to compare with the oracle's."""

import numpy as np

from sktopo import ActivationExtractor
from tests.networks import ListNetwork, random_conv_net, random_input, random_mlp
from tests.oracles.activation_graph import explicit_graph
from tests.oracles.elder_rule import persistence

MAKERS = {"mlp": random_mlp, "conv": random_conv_net}


def make_case(maker, seed):
    """Steps of a random network, and two inputs."""
    rng = np.random.default_rng(seed)
    steps, shape = MAKERS[maker](rng)
    return steps, random_input(rng, (2, *shape))


def record(steps, x):
    """Activations of a list of steps."""
    return ActivationExtractor(ListNetwork(steps)).fit_transform(x)


def graphs_of(steps, x):
    """The explicit edges (position, u, v, phi) of every sample."""
    return [explicit_graph(steps, one)[0] for one in x]


def phi_pairs(diagrams, layer):
    """Finite pairs and essential births of one sample, in units of phi, in the oracle's order."""
    pairs = -diagrams.pairs(layer, 0)
    finite = pairs[np.isfinite(pairs[:, 1])]
    essential = pairs[np.isinf(pairs[:, 1]), 0]
    return np.array(sorted(finite.tolist(), reverse=True)).reshape(-1, 2), np.sort(essential)[::-1]


def assert_same(diagrams, layer, edges, births="edge"):
    """Whether the degree-0 pairs of one sample are those of an edge list (u, v, phi)."""
    pairs, essential = phi_pairs(diagrams, layer)
    expected_pairs, expected_essential = persistence(edges, births)
    np.testing.assert_array_equal(pairs, expected_pairs)
    np.testing.assert_array_equal(essential, expected_essential)
