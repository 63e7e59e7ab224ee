"""Other libraries' ways to the spanning forest of a weighted graph.

Every peer is given what it likes best, made outside its time: `prepare(u, v, phi, n_vertices)` returns a call without
arguments that is timed, and the weights phi of the forest that it found.
"""

import importlib.util

import numpy as np
from numba import njit
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree

__all__ = ["PEERS", "available"]


def _turned(phi):
    """Heaviest first becomes lightest first, and no weight is zero."""
    return phi.max() + 1.0 - phi


def _csr(u, v, phi, n_vertices):
    return sparse.csr_matrix((_turned(phi), (u, v)), shape=(n_vertices, n_vertices))


def scipy_tree(u, v, phi, n_vertices):
    matrix, top = _csr(u, v, phi, n_vertices), phi.max() + 1.0
    return lambda: top - minimum_spanning_tree(matrix).data


def gudhi_batch(u, v, phi, n_vertices):
    """A SimplexTree filled from arrays, and its persistence."""
    import gudhi

    vertices = np.unique([u, v])

    def run():
        tree = gudhi.SimplexTree()
        tree.insert_batch(vertices[None, :], np.full(len(vertices), -phi.max()))
        tree.insert_batch(np.stack([u, v]), -phi)
        return _gudhi_deaths(tree)

    return run


def gudhi_edges(u, v, phi, n_vertices):
    """The same, edge by edge, as the published code does."""
    import gudhi

    vertices = np.unique([u, v]).tolist()
    edges = list(zip(u.tolist(), v.tolist(), (-phi).tolist(), strict=True))
    top = -float(phi.max())

    def run():
        tree = gudhi.SimplexTree()
        for vertex in vertices:
            tree.insert([vertex], top)
        for a, b, value in edges:
            tree.insert([a, b], value)
        return _gudhi_deaths(tree)

    return run


def _gudhi_deaths(tree):
    tree.compute_persistence(homology_coeff_field=2, min_persistence=-1.0)
    deaths = tree.persistence_intervals_in_dimension(0)[:, 1]
    return -deaths[np.isfinite(deaths)]


def ripser_sparse(u, v, phi, n_vertices):
    from ripser import ripser

    matrix, top = _csr(u, v, phi, n_vertices), phi.max() + 1.0

    def run():
        deaths = ripser(matrix, distance_matrix=True, maxdim=0)["dgms"][0][:, 1]
        return top - deaths[np.isfinite(deaths)]

    return run


def pyflagser_sparse(u, v, phi, n_vertices):
    from pyflagser import flagser_weighted

    matrix, top = _csr(u, v, phi, n_vertices), phi.max() + 1.0

    def run():
        found = flagser_weighted(matrix, max_dimension=0, directed=False, filtration="max", coeff=2)["dgms"][0]
        return top - found[np.isfinite(found[:, 1]), 1]

    return run


def igraph_tree(u, v, phi, n_vertices):
    import igraph

    graph, weights = igraph.Graph(n_vertices, np.stack([u, v], axis=1)), _turned(phi).tolist()
    return lambda: phi[graph.spanning_tree(weights=weights, return_tree=False)]


def argsort_kruskal(u, v, phi, n_vertices):
    """NumPy's fastest sort and a union-find in numba that stops when the tree is whole: what fits into twenty lines."""
    negated = -phi
    most = len(np.unique([u, v])) - 1  # a graph of several components has fewer, and is read to its end
    return lambda: phi[_kruskal(np.argsort(negated), u, v, n_vertices, most)]


@njit
def _kruskal(order, u, v, n_vertices, most):
    parent, chosen, n = np.arange(n_vertices), np.empty(most, dtype=np.int64), 0
    for e in order:
        a, b = u[e], v[e]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a != b:
            parent[a] = b
            chosen[n] = e
            n += 1
            if n == most:
                break
    return chosen[:n]


# name: (module it needs, preparation, most edges that it is timed on)
PEERS = {
    "SciPy": ("scipy", scipy_tree, np.inf),
    "argsort + numba": ("numba", argsort_kruskal, np.inf),
    "igraph": ("igraph", igraph_tree, 3e6),
    "GUDHI, batch": ("gudhi", gudhi_batch, 3e6),
    "GUDHI, by edge": ("gudhi", gudhi_edges, 3e6),
    "ripser": ("ripser", ripser_sparse, 3e6),
    "pyflagser": ("pyflagser", pyflagser_sparse, 3e6),
}


def available(name, n_edges):
    """Whether a peer is installed and can take so many edges in seconds."""
    module, _, most = PEERS[name]
    return n_edges <= most and importlib.util.find_spec(module) is not None
