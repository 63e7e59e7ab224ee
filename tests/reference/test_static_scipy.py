"""Neural persistence against SciPy's spanning tree of the layer's graph, written out."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree

from sktopo import deep_graph_persistence, neural_persistence


def scipy_tree(weight):
    """Weights of the maximum spanning tree, heaviest first; SciPy takes no edge of cost zero, so costs start at 1."""
    n_out, n_in = weight.shape
    top = abs(weight).max() + 1.0
    u, v = np.tile(np.arange(n_in), n_out), n_in + np.repeat(np.arange(n_out), n_in)
    graph = sparse.csr_matrix((top - abs(weight).ravel(), (u, v)), shape=(n_in + n_out, n_in + n_out))
    return np.sort(top - minimum_spanning_tree(graph).data)[::-1]


@pytest.mark.parametrize("shape", [(1, 1), (10, 300), (200, 128), (257, 64)])
@pytest.mark.parametrize("heavy", [False, True])
def test_trees_and_scores(shape, heavy):
    rng = np.random.default_rng(0)
    weight = rng.normal(size=shape) * (np.exp(rng.normal(size=shape[1])) if heavy else 1.0)
    result = neural_persistence({"fc": weight, "largest": [[8 * abs(weight).max()]]})
    tree = scipy_tree(weight)
    np.testing.assert_allclose(result.trees[0], tree, rtol=1e-12)
    persistence = np.append(1 - tree / result.scale, 1.0)
    assert result.scores[0] == pytest.approx(np.linalg.norm(persistence) / np.sqrt(sum(shape) - 1), rel=1e-12)


def test_tree_of_path_values():
    rng = np.random.default_rng(1)
    result = deep_graph_persistence({"a": rng.normal(size=(30, 40)), "b": rng.normal(size=(20, 30))})
    np.testing.assert_allclose(result.tree, scipy_tree(result.matrix.T), rtol=1e-12)
