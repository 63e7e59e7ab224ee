"""Prim's algorithm against the definition of a minimum spanning tree, small enough to run as plain Python too."""

import numpy as np
import pytest

from sktopo._numeric.prim import tree_of_matrix
from tests.oracles.elder_rule import forest_weights
from tests.oracles.similarity import joining_levels


def random_weights(seed):
    """Symmetric integers, so that many are equal, and zeros off the diagonal."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    weights = np.triu(rng.integers(0, 5, size=(n, n)), 1).astype(float)
    return weights + weights.T


@pytest.mark.parametrize("seed", range(20))
def test_weights_are_those_of_a_minimum_spanning_tree(seed):
    weights = random_weights(seed)
    order, levels = tree_of_matrix(weights)
    n = len(weights)
    assert sorted(order.tolist()) == list(range(n))
    # the oracle grows a maximum forest of positive weights, so that 9 - w is the strength of an edge
    edges = [(i, j, 9.0 - weights[i, j]) for i in range(n) for j in range(i)]
    np.testing.assert_array_equal(np.sort(levels[1:]), np.sort(9.0 - np.array(forest_weights(edges), dtype=float)))


@pytest.mark.parametrize("seed", range(20))
def test_largest_weight_between_two_places_is_where_they_join(seed):
    weights = random_weights(seed)
    order, levels = tree_of_matrix(weights)
    expected = np.zeros_like(weights)
    expected[np.triu_indices(len(weights), 1)] = joining_levels(weights)
    for a in range(len(order)):
        for b in range(a + 1, len(order)):
            i, j = sorted((order[a], order[b]))
            assert levels[a + 1 : b + 1].max() == expected[i, j]


def test_one_point_is_a_tree():
    order, levels = tree_of_matrix(np.zeros((1, 1)))
    assert order.tolist() == [0] and levels.tolist() == [0.0]
