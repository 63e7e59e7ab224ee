"""Distances along the graph that joins every point to its nearest neighbours.

They see the shape that the points lie on rather than the space around it. Effective resistance after von Luxburg, Radl
and Hein, JMLR 15, 2014, and, for persistent homology, Damrich, Berens and Kobak, arXiv 2311.03087.
"""

import numpy as np
from scipy import sparse
from scipy.linalg import eigh
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.spatial.distance import pdist, squareform

__all__ = ["GRAPH_METRICS", "effective_resistance", "knn_geodesic", "neighbour_graph"]


def neighbour_graph(distances, n_neighbors):
    """Which pairs are joined: one of the two is at most as far from the other as its k-th nearest neighbour.

    Points as far as the k-th neighbour are neighbours too, so that ties do not make the graph depend on the order.

    Returns
    -------
    ndarray of bool of shape (n_points, n_points)
        Symmetric, False on the diagonal.
    """
    n = len(distances)
    k = min(n_neighbors, n - 1)
    if k == 0:
        return np.zeros((n, n), dtype=bool)
    near = distances <= np.partition(distances, k, axis=1)[:, [k]]  # entry 0 is the point itself
    near |= near.T
    np.fill_diagonal(near, False)
    return near


def knn_geodesic(distances, n_neighbors):
    """Lengths of shortest paths in the neighbour graph, with distances as lengths of edges; inf where there is none."""
    rows, columns = np.nonzero(neighbour_graph(distances, n_neighbors))
    # Explicit zeros of a sparse matrix are edges of length zero: duplicates.
    graph = sparse.csr_matrix((distances[rows, columns], (rows, columns)), shape=distances.shape)
    paths = shortest_path(graph, method="D", directed=False)
    return np.minimum(paths, paths.T)  # the same sum is rounded differently from either end


def effective_resistance(distances, n_neighbors):
    """Root of the corrected effective resistance of the neighbour graph, whose edges conduct 1; inf across parts.

    The resistance r of two vertices of degrees p and q, joined by a edges (0 or 1), less what only their own degrees
    contribute: ``r - 1/p - 1/q + 2a/(pq)``. It is the squared distance of the vertices u, v after the embedding by all
    eigenvectors x of the normalised adjacency matrix but the first, ``x[u] / sqrt(p) * sqrt(m**2 / (1 - m))``, with m
    their eigenvalues. The root is a metric; so taken, it also has no cancellation.
    """
    joined = neighbour_graph(distances, n_neighbors)
    n_parts, part = connected_components(sparse.csr_matrix(joined), directed=False)
    result = np.full(distances.shape, np.inf)
    for i in range(n_parts):
        members = np.flatnonzero(part == i)
        result[np.ix_(members, members)] = squareform(pdist(_embedding(joined[np.ix_(members, members)])))
    return result


def _embedding(joined):
    """Coordinates of the vertices of a connected graph, see `effective_resistance`."""
    if len(joined) == 1:
        return np.zeros((1, 1))
    root = np.sqrt(joined.sum(axis=1))
    values, vectors = eigh(joined / np.outer(root, root))
    values, vectors = values[:-1], vectors[:, :-1]  # the last is 1, belongs to `root` and tells vertices not apart
    return vectors / root[:, None] * (np.abs(values) / np.sqrt(1 - values))


GRAPH_METRICS = {"knn_geodesic": knn_geodesic, "effective_resistance": effective_resistance}
