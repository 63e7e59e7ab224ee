"""The forest of one matrix against Prim's algorithm."""

import numpy as np
import pytest

from sktopo._numeric import matrix_forest as module
from sktopo._numeric.matrix_forest import forest_of_matrix
from tests.oracles.elder_rule import forest_weights
from tests.oracles.static_scores import matrix_edges

KINDS = {
    "ties": lambda rng, shape: rng.integers(-3, 4, size=shape).astype("float32"),
    "normal": lambda rng, shape: rng.normal(size=shape),
    "columns": lambda rng, shape: rng.normal(size=shape) * np.exp(3 * rng.normal(size=shape[1])),
    "rows": lambda rng, shape: rng.normal(size=shape) * np.exp(3 * rng.normal(size=(shape[0], 1))),
    "sparse": lambda rng, shape: rng.normal(size=shape) * (rng.random(shape) < 0.1),
    "weak unit": lambda rng, shape: np.concatenate([np.full((1, shape[1]), 1e-9), rng.normal(size=shape)]),
    "equal": lambda rng, shape: np.full(shape, -2.0),
    "zero": lambda rng, shape: np.zeros(shape),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 3), (20, 24)])
@pytest.mark.parametrize("edges_per_vertex", [0.1, 1, 6])  # few: then exits matter on a small matrix
def test_forest_weights_equal_prims(kind, shape, edges_per_vertex, monkeypatch):
    monkeypatch.setattr(module, "EDGES_PER_VERTEX", edges_per_vertex)
    weight = KINDS[kind](np.random.default_rng(1), shape)
    before = weight.copy()
    tree = forest_of_matrix(weight)
    edges = [edge for edge in matrix_edges(weight) if edge[2] > 0]
    np.testing.assert_array_equal(tree, forest_weights(edges)[::-1])
    np.testing.assert_array_equal(weight, before)
