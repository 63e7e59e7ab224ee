"""Forests and pairs against SciPy's spanning tree and GUDHI's persistence of the graph with every edge written out."""

import gudhi
import numpy as np
import pytest
import torch
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.datasets import make_ccff, make_residual_cnn
from sktopo.filtration.pairs import pairs_of
from sktopo.filtration.plan import plan_operators
from tests.operators import FAMILIES, NUMBERINGS, NUMBERS, random_graph
from tests.oracles.operator_edges import edges_of


def heaviest(phi, u, v):
    """Parallel edges reduced to the heaviest."""
    ends = np.sort([u, v], axis=0)
    order = np.lexsort((-phi, ends[1], ends[0]))
    phi, ends = phi[order], ends[:, order]
    first = np.ones(len(phi), dtype=bool)
    first[1:] = (np.diff(ends) != 0).any(axis=0)
    return phi[first], *ends[:, first]


def scipy_weights(phi, u, v):
    """Weights of SciPy's minimum spanning tree of -phi, rising."""
    if len(phi) == 0:
        return np.empty(0)
    phi, u, v = heaviest(phi, u, v)
    names, ends = np.unique([u, v], return_inverse=True)
    u, v = ends.reshape(2, -1)
    graph = sparse.csr_matrix((-phi, (u, v)), shape=(len(names), len(names)))
    return np.sort(-minimum_spanning_tree(graph).data)


def gudhi_pairs(phi, u, v):
    """Sorted pairs in degree 0 of -phi, where vertices are born at their strongest edge."""
    tree = gudhi.SimplexTree()
    phi, u, v = heaviest(phi, u, v)
    for vertex in np.unique([u, v]):
        tree.insert([vertex], -phi[(u == vertex) | (v == vertex)].max())
    for weight, a, b in zip(phi, u, v, strict=True):
        tree.insert([a, b], -weight)
    tree.compute_persistence(persistence_dim_max=True)
    return sorted(map(tuple, tree.persistence_intervals_in_dimension(0)))


def forest(operators, values):
    return plan_operators("network", operators).forest(values.__getitem__, {}, {})


def networks(n_seeds):
    """Every family with every kind of weight, `n_seeds` times; dtype, numbering and values take turns."""
    for seed in range(n_seeds):
        for i, family in enumerate(FAMILIES):
            for j, numbers in enumerate(NUMBERS):
                turn = seed + i + j
                values = ("normal", "quantised", "heavy", "sparse", "wide", "equal")[turn % 6]
                dtype = ("float32", "float64")[turn // 2 % 2]
                yield random_graph(1000 * seed + turn, family, numbers, values, dtype, NUMBERINGS[turn % 4])


def test_weights_are_scipys_bit_for_bit_on_many_networks():
    n_networks, n_edges = 0, 0
    for operators, values in networks(6):
        edges = edges_of(operators, values)
        components = forest(operators, values)
        ours = np.sort(components.forest_phi[: components.counts[0]])
        np.testing.assert_array_equal(ours, scipy_weights(*edges))
        n_networks += len(edges[0]) > 0
        n_edges += len(edges[0])
    assert n_networks > 500 and n_edges > 250_000


def test_pairs_are_gudhis_bit_for_bit():
    n_pairs = 0
    for operators, values in networks(1):
        edges = edges_of(operators, values)
        if len(edges[0]) < 3000:
            birth, death = pairs_of(forest(operators, values), "edge")
            ours = sorted(zip((-birth).tolist(), (-death).tolist(), strict=True))
            assert ours == [pair for pair in gudhi_pairs(*edges) if pair[0] < pair[1]]
            n_pairs += len(ours)
    assert n_pairs > 1000


class Mixed(nn.Module):
    """Every kind of layer in one model: grouped, dilated and strided convolutions, pooling, a sum, tokens."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.grouped = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4)
        self.depthwise = nn.Conv2d(8, 16, (1, 3), padding=(0, 1), groups=8)
        self.token = nn.Linear(16, 5)
        self.head = nn.Linear(5, 4)

    def forward(self, x):
        x = torch.relu(self.norm(self.stem(x)))
        x = torch.relu(self.grouped(x)) + x
        x = nn.functional.max_pool2d(self.depthwise(x), 2)
        x = torch.relu(self.token(x.flatten(2).transpose(1, 2)))
        return self.head(x.mean(1))


def mlp(dtype):
    return nn.Sequential(nn.Linear(30, 60), nn.ReLU(), nn.Linear(60, 40), nn.GELU(), nn.Linear(40, 5)).to(dtype)


def conv1d():
    return nn.Sequential(nn.Conv1d(3, 6, 5, stride=2, padding=3), nn.ReLU(), nn.AvgPool1d(2), nn.Conv1d(6, 4, 3))


def conv3d():
    return nn.Sequential(nn.Conv3d(1, 4, 3, stride=(1, 2, 2), padding=1), nn.ReLU(), nn.Conv3d(4, 2, 2, dilation=2))


MODELS = {
    "mlp": (lambda: mlp(torch.float32), (30,)),
    "mlp in float64": (lambda: mlp(torch.float64), (30,)),
    "mixed": (Mixed, (2, 12, 12)),
    "conv1d": (conv1d, (3, 24)),
    "conv3d": (conv3d, (1, 5, 8, 8)),
    "ccff": (make_ccff, (1, 8, 8)),
    "residual": (lambda: make_residual_cnn(3), (1, 8, 8)),
}


@pytest.mark.parametrize("name", MODELS)
def test_diagrams_of_torch_models_are_scipys_bit_for_bit(name):
    make, shape = MODELS[name]
    torch.manual_seed(0)
    model = make().eval()
    x = np.random.default_rng(0).normal(size=(3, *shape))
    dtype = "float64" if "float64" in name else "float32"
    activations = ActivationExtractor(model, dtype=dtype).fit_transform(x)
    diagrams = GraphFiltration(births="all").fit_transform(activations)
    layers = GraphFiltration(births="all", scope="layer").fit_transform(activations)
    for i in range(len(x)):
        values = {source: activations[source][i].ravel() for source in activations.network.sources}
        operators = activations.network.operators
        np.testing.assert_array_equal(
            finite_deaths(diagrams[i], "network"), scipy_weights(*edges_of(operators, values))
        )
        for operator in activations.network.weighted:
            expected = scipy_weights(*edges_of([operator], values))
            np.testing.assert_array_equal(finite_deaths(layers[i], operator.name), expected)


def finite_deaths(diagram, layer):
    deaths = -diagram.pairs(layer, 0)[:, 1]
    return np.sort(deaths[np.isfinite(deaths)])


@pytest.mark.parametrize("numbers", ["normal", "heavy", "quantised", "sparse"])
def test_adjacency_matrices_have_scipys_weights(numbers):
    rng = np.random.default_rng(3)
    for _ in range(20):
        n = int(rng.integers(1, 60))
        upper = sparse.triu(sparse.random(n, n, density=0.2, random_state=rng, format="csr"), k=1).tocoo()
        upper.data = 1.0 + rng.integers(0, 3, len(upper.data)) if numbers == "quantised" else rng.normal(size=upper.nnz)
        if numbers == "heavy":
            upper.data = 10.0 ** (60 * upper.data)
        graph = (upper + upper.T).tocsr()
        diagrams = GraphFiltration(births="all").fit_transform([graph])
        expected = scipy_weights(np.abs(upper.data), upper.row, upper.col)
        np.testing.assert_array_equal(finite_deaths(diagrams[0], "graph"), expected)
