"""Short cycles of a graph that span its loops: those that no filled triangle accounts for.

Three nodes with a common point bound a filled triangle of the nerve, which is no hole. Cycles are vectors over the
field of two elements, one bit per edge; triangles come first, then cycles by length, and what is independent of all
before is a loop.
"""

from itertools import combinations

import numpy as np

__all__ = ["count_loops", "filled_triangles", "loops"]


def filled_triangles(membership, edges):
    """Triples (u, v, w), u < v < w, of nodes that share a point and are joined."""
    by_point = membership.tocsc()
    counts, joined, found = np.diff(by_point.indptr), set(map(tuple, edges.tolist())), set()
    for count in np.unique(counts[counts > 2]):
        starts = by_point.indptr[:-1][counts == count]
        together = np.sort(by_point.indices[starts[:, None] + np.arange(count)], axis=1)
        for nodes in np.unique(together, axis=0).tolist():
            found.update(combinations(nodes, 3))
    return sorted(t for t in found if all(pair in joined for pair in combinations(t, 2)))


def loops(n_nodes, edges, triangles):
    """A short cycle for every independent loop, shortest first, each as a list of nodes in its order.

    Parameters
    ----------
    n_nodes : int
    edges : int64 ndarray of shape (n_edges, 2)
    triangles : list of triples

    Returns
    -------
    list of list of int

    Notes
    -----
    Candidates are the cycles that an edge closes in a tree of shortest paths, of trees from all nodes that more than
    two edges of cycles meet: every cycle holds one, or is a component's only one.
    """
    bit = {pair: 1 << place for place, pair in enumerate(map(tuple, edges.tolist()))}
    basis = {}
    for triangle in triangles:
        _add(basis, sum(bit[pair] for pair in combinations(triangle, 2)))
    neighbours = _core(n_nodes, edges)
    rank = len(edges) - n_nodes + _n_components(n_nodes, edges)
    if len(basis) == rank:
        return []
    candidates = {}
    for root in _roots(neighbours):
        for cycle in _cycles_from(root, neighbours):
            vector = sum(bit[tuple(sorted(pair))] for pair in zip(cycle, cycle[1:] + cycle[:1], strict=True))
            candidates.setdefault(vector, cycle)
    found = []
    for vector, cycle in sorted(candidates.items(), key=lambda item: (len(item[1]), sorted(item[1]))):
        if len(basis) == rank:
            break
        if _add(basis, vector):
            found.append(cycle)
    return found


def count_loops(n_nodes, edges, triangles):
    """Number of what `loops` returns, without looking for the cycles."""
    bit = {pair: 1 << place for place, pair in enumerate(map(tuple, edges.tolist()))}
    basis = {}
    for triangle in triangles:
        _add(basis, sum(bit[pair] for pair in combinations(triangle, 2)))
    return len(edges) - n_nodes + _n_components(n_nodes, edges) - len(basis)


def _add(basis, vector):
    """Reduce by the basis, {highest bit: vector}; whether something was left, which is then part of it."""
    while vector:
        top = vector.bit_length()
        if top not in basis:
            basis[top] = vector
            return True
        vector ^= basis[top]
    return False


def _core(n_nodes, edges):
    """Neighbours of every node after leaves are cut for as long as there are any: rising lists, empty for the rest."""
    neighbours = [set() for _ in range(n_nodes)]
    for u, v in edges.tolist():
        neighbours[u].add(v)
        neighbours[v].add(u)
    leaves = [v for v in range(n_nodes) if len(neighbours[v]) == 1]
    while leaves:
        leaf = leaves.pop()
        for other in neighbours[leaf]:
            neighbours[other].discard(leaf)
            if len(neighbours[other]) == 1:
                leaves.append(other)
        neighbours[leaf] = set()
    return [sorted(nodes) for nodes in neighbours]


def _n_components(n_nodes, edges):
    parent = list(range(n_nodes))

    def root(v):
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        return v

    for u, v in edges.tolist():
        parent[root(u)] = root(v)
    return sum(parent[v] == v for v in range(n_nodes))


def _roots(neighbours):
    """Nodes where cycles meet; of a component that is one cycle, its first node."""
    roots = [v for v, others in enumerate(neighbours) if len(others) > 2]
    seen = set()
    for root in roots:
        _reach(root, neighbours, seen)
    for v, others in enumerate(neighbours):
        if others and v not in seen:
            roots.append(v)
            _reach(v, neighbours, seen)
    return roots


def _reach(root, neighbours, seen):
    open_ = [root]
    while open_:
        v = open_.pop()
        if v not in seen:
            seen.add(v)
            open_ += neighbours[v]


def _cycles_from(root, neighbours):
    """Cycles through the root that one edge closes in its tree of shortest paths, as lists of nodes."""
    parent, branch, order = {root: None}, {root: None}, [root]
    for v in order:
        for w in neighbours[v]:
            if w not in parent:
                parent[w], branch[w] = v, w if v == root else branch[v]
                order.append(w)
    for v in order:
        for w in neighbours[v]:
            if v < w and parent[v] != w and parent[w] != v and branch[v] != branch[w] and root not in (v, w):
                yield [*reversed(_path(v, parent)), *_path(w, parent)[:-1]]


def _path(v, parent):
    """Nodes from v to the root."""
    path = []
    while v is not None:
        path.append(v)
        v = parent[v]
    return path
