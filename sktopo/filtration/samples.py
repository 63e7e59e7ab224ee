"""What GraphFiltration can be given, and one sample of it in the form that plans and censuses read.

A sample of Activations is a function from a recorded value's name to the flat array of one input; a sample of graphs
is the list of its edges, (phi, u, v).
"""

import numpy as np
from scipy import sparse

from sktopo.diagrams.container import Diagrams

__all__ = ["kind_of", "listed_samples", "recorded_batches", "recorded_samples"]


def kind_of(X, who="GraphFiltration"):
    """One of "activations", "adjacency" and "matrix"."""
    if hasattr(X, "layers") and hasattr(X, "network"):
        return "activations"
    if isinstance(X, list | tuple) and len(X) == 0:
        raise ValueError("Found a list with 0 sample(s), while at least one graph is required.")
    graphs = isinstance(X, list | tuple) and any(sparse.issparse(graph) or np.ndim(graph) > 1 for graph in X)
    if sparse.issparse(X) or (graphs and not all(sparse.issparse(graph) for graph in X)):
        raise ValueError(
            f"{who} takes adjacency matrices as a list of sparse matrices, one per sample, so that a dense "
            "matrix is not taken for one: [scipy.sparse.csr_matrix(graph) for graph in graphs]. Got "
            f"{'one sparse matrix' if sparse.issparse(X) else 'a list with something else in it'}."
        )
    if _is_no_matrix(X):
        found = f"an array with {X.ndim} axes" if isinstance(X, np.ndarray) else type(X).__name__
        raise ValueError(
            f"{who} expects Activations, a list of sparse adjacency matrices, or a matrix. "
            f"Got {found} instead. Record a network's activations with ActivationExtractor first."
        )
    return "adjacency" if graphs else "matrix"


def _is_no_matrix(X):
    """Whether X is something that no matrix can be made of, such as images, a network, or Diagrams."""
    if isinstance(X, np.ndarray):
        return X.ndim > 2
    return X is None or isinstance(X, dict | str | Diagrams) or callable(getattr(X, "parameters", None))


def recorded_samples(X):
    """One sample per input of Activations; arrays are read when a sample is."""
    return [_reader(X, i) for i in range(len(X))]


def recorded_batches(X, sizes):
    """Samples of Activations, so many of them together: (number, function from a name to one row per sample)."""
    return [(size, _reader_of_some(X, stop - size, stop)) for size, stop in zip(sizes, np.cumsum(sizes), strict=True)]


def _reader_of_some(X, start, stop):
    def read(source):
        rows = np.asarray(X[source][start:stop])
        return rows.reshape(len(rows), -1)

    return read


def _reader(X, i):
    return lambda source: np.asarray(X[source][i]).ravel()


def listed_samples(X, kind):
    """One sample per graph: a row of a matrix, or a checked sparse matrix."""
    if kind == "matrix":
        u = np.arange(X.shape[1])
        return [(row, u, u + 1) for row in X]
    upper = [sparse.triu(graph, k=1).tocoo() for graph in X]
    return [(np.abs(g.data.astype(np.float64)), g.row.astype(np.int64), g.col.astype(np.int64)) for g in upper]
