"""Degree-0 persistence of the activation graph of one image: sktopo beside SciPy and GUDHI, in one process.

The network is the CCFF of Gebhart et al. on 28 x 28 images (two convolutions, 1452 -> 256 -> 10, no bias, ReLU), with
weights trained for a few seconds on scikit-learn's digits enlarged to 28 x 28, and with random ones. One thread each.

What is timed. sktopo: from recorded activations to Diagrams. SciPy: `minimum_spanning_tree` of a sparse matrix that
lies ready, so neither edge weights nor the matrix are in its time, and it gives the forest alone. GUDHI: a SimplexTree
from arrays that lie ready (batch insertion) and its persistence. "assembled" adds the edge weights and the matrix,
which are new for every image.
"""

import numpy as np
import torch
from harness import report, seconds
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.datasets import load_digits
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.datasets import train_network

N_IMAGES = 16


def ccff(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 3, 5, bias=False), nn.ReLU(), nn.Conv2d(3, 3, 3, bias=False), nn.ReLU(), nn.Flatten(),
        nn.Linear(1452, 256, bias=False), nn.ReLU(), nn.Linear(256, 10, bias=False),
    ).eval()  # fmt: skip


def images():
    digits = load_digits()
    small = torch.as_tensor(digits.images / 16.0, dtype=torch.float32)[:, None]
    return nn.functional.interpolate(small, size=(28, 28), mode="bilinear").numpy(), digits.target


class ExplicitGraph:
    """Every edge of the network, written out once; only its weights change with the image."""

    def __init__(self, network):
        self.network = network
        rows = [self._edges(operator) for operator in network.operators]
        self.u, self.v = (np.concatenate([row[i] for row in rows]) for i in (0, 1))
        self.weight = np.concatenate([row[2] for row in rows]).astype(np.float64)
        self.parts = [(operator.source, row[3]) for operator, row in zip(network.operators, rows, strict=True)]

    def _edges(self, operator):
        if operator.kind == "dense":
            n_out, n_in = operator.weight.shape
            k, j = np.tile(np.arange(n_in), n_out), np.repeat(np.arange(n_out), n_in)
            return operator.source_units[k], operator.target_units[j], np.abs(operator.weight).ravel(), k
        n_out, n_in, height, width = operator.weight.shape
        o, c, a, b, y, x = np.indices((n_out, n_in, height, width, *operator.out_shape[1:])).reshape(6, -1)
        k = np.ravel_multi_index((c, y + a, x + b), operator.in_shape)
        j = np.ravel_multi_index((o, y, x), operator.out_shape)
        return operator.source_units[k], operator.target_units[j], np.abs(operator.weight[o, c, a, b]), k

    def weigh(self, activations, i):
        h = [np.abs(activations[source][i].ravel().astype(np.float64))[k] for source, k in self.parts]
        phi = self.weight * np.concatenate(h)
        kept = phi > 0
        return self.u[kept], self.v[kept], phi[kept]

    def matrix(self, u, v, phi):
        """Weights turned round, so that SciPy's minimum tree is our maximum tree; no zero weight."""
        size = self.network.n_vertices
        return sparse.csr_matrix((phi.max() + 1.0 - phi, (u, v)), shape=(size, size))


def gudhi_persistence(u, v, phi, n_vertices):
    import gudhi

    tree = gudhi.SimplexTree()
    birth = np.zeros(n_vertices)
    np.maximum.at(birth, u, phi)
    np.maximum.at(birth, v, phi)
    active = np.flatnonzero(birth)
    tree.insert_batch(active[None, :], -birth[active])
    tree.insert_batch(np.stack([u, v]), -phi)
    tree.compute_persistence(homology_coeff_field=2, min_persistence=0.0)
    return tree.persistence_intervals_in_dimension(0)


def measure(name, model, pictures):
    activations = ActivationExtractor(model, layers="auto").fit_transform(pictures)
    filtration = GraphFiltration().fit(activations)
    explicit = ExplicitGraph(activations.network)
    edges = [explicit.weigh(activations, i) for i in range(N_IMAGES)]
    matrices = [explicit.matrix(*edge) for edge in edges]
    check(filtration.transform(activations), matrices, edges, activations.network.n_vertices)
    n_vertices = activations.network.n_vertices
    runs = {
        "sktopo": lambda: filtration.transform(activations),
        "scipy": lambda: [minimum_spanning_tree(matrix) for matrix in matrices],
        "scipy, assembled": lambda: [
            minimum_spanning_tree(explicit.matrix(*explicit.weigh(activations, i))) for i in range(N_IMAGES)
        ],
        "gudhi": lambda: [gudhi_persistence(*edge, n_vertices) for edge in edges],
    }
    times = {who: seconds(run, repeats=5) for who, run in runs.items()}
    ours = times["sktopo"]["median"]
    return [
        {
            "weights": name,
            "edges": len(edges[0][2]),
            "method": who,
            "ms per image": 1e3 * spent["median"] / N_IMAGES,
            "times sktopo": spent["median"] / ours,
        }
        for who, spent in times.items()
    ]


def check(diagrams, matrices, edges, n_vertices):
    """All methods answer the same before they are timed."""
    for i in (0, 1):
        intervals = gudhi_persistence(*edges[i], n_vertices)
        intervals = intervals[intervals[:, 0] < intervals[:, 1]]
        ours = diagrams[i].pairs()
        order = np.lexsort((intervals[:, 1], intervals[:, 0]))
        np.testing.assert_array_equal(ours, intervals[order])
        top = edges[i][2].max() + 1.0
        forest = np.sort(top - minimum_spanning_tree(matrices[i]).data)
        deaths = -ours[np.isfinite(ours[:, 1]), 1]
        assert np.isin(np.round(deaths, 9), np.round(forest, 9)).all()


if __name__ == "__main__":
    torch.set_num_threads(1)
    pictures, labels = images()
    trained = train_network(ccff(), pictures[:1000], labels[:1000], epochs=5)
    rows = measure("trained", trained, pictures[-N_IMAGES:]) + measure("random", ccff(), pictures[-N_IMAGES:])
    report("graph_persistence", rows, __doc__)
