"""Short cycles of a graph that span its loops: those that no filled triangle accounts for.

Three nodes with a common point bound a filled triangle of the nerve, which is no hole. What a cycle goes around is told
by one bit per hole, and every edge has such bits, its annotation, so that those of a cycle are the exclusive or of its
edges' (Busaryev, Cabello, Chen, Dey, Wang. Annotating simplices with a homology basis and its applications. SWAT 2012).
The shortest cycle with a bit set is a loop; it is filled, which takes a bit from the annotations, until none is left.
"""

from functools import reduce
from itertools import combinations
from operator import xor

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
    Candidates are the cycles that an edge closes in a tree of shortest paths. The shortest cycle that goes around
    anything is among those of any of its nodes (Erickson, Whittlesey. Greedy optimal homotopy and homology generators.
    SODA 2005), and it has an edge with an annotation, so that trees from one end of these edges are enough. Trees are
    grown to depth 2, 4, 8, ...: most loops are short, and once they are filled few edges have annotations.
    """
    neighbours = _neighbours(n_nodes, edges)
    annotation = _annotations(neighbours, triangles)
    found, depth = [], 2
    while annotation:
        candidates = _candidates(neighbours, annotation, depth)
        accepted = _independent(candidates)
        found += [cycle for _, cycle in accepted]
        annotation = _filled(annotation, [bits for bits, _ in accepted])
        depth *= 2
    return found


def count_loops(n_nodes, edges, triangles):
    """Number of what `loops` returns, without looking for the cycles: there is a bit for each."""
    annotation = _annotations(_neighbours(n_nodes, edges), triangles)
    return max((bits.bit_length() for bits in annotation.values()), default=0)


def _neighbours(n_nodes, edges):
    neighbours = [[] for _ in range(n_nodes)]
    for u, v in edges.tolist():
        neighbours[u].append(v)
        neighbours[v].append(u)
    return [sorted(nodes) for nodes in neighbours]


# -- annotations: {(u, v): bits}, u < v, of edges that have a bit set -------------------------------------------------


def _annotations(neighbours, triangles):
    """Edges of a spanning forest have no bits, the others one each; triangles are relations between these."""
    tree = _spanning_forest(neighbours)
    closing = [(u, v) for u, nodes in enumerate(neighbours) for v in nodes if u < v and (u, v) not in tree]
    bit = {edge: 1 << place for place, edge in enumerate(closing)}
    basis = {}
    for triangle in triangles:
        _add(basis, _sum(bit.get(edge, 0) for edge in combinations(triangle, 2)))
    return {edge: bits for edge, bits in zip(closing, _modulo(len(closing), basis), strict=True) if bits}


def _spanning_forest(neighbours):
    seen, tree = set(), set()
    for root in range(len(neighbours)):
        order = [] if root in seen else [root]
        seen.add(root)
        for v in order:
            for w in neighbours[v]:
                if w not in seen:
                    seen.add(w)
                    tree.add((min(v, w), max(v, w)))
                    order.append(w)
    return tree


def _modulo(n_bits, basis):
    """What each bit is, in terms of those that lead no vector of the basis, numbered from 0."""
    meaning, n_free = [], 0
    for place in range(n_bits):
        if place + 1 in basis:
            rest = basis[place + 1] ^ (1 << place)
            meaning.append(_sum(meaning[lower] for lower in _places(rest)))
        else:
            meaning.append(1 << n_free)
            n_free += 1
    return meaning


def _filled(annotation, cycles):
    """Annotations after these cycles go around nothing any more."""
    basis = {}
    for bits in cycles:
        _add(basis, bits)
    tops = sorted(basis, reverse=True)
    reduced = {}
    for edge, bits in annotation.items():
        for top in tops:
            if bits >> (top - 1) & 1:
                bits ^= basis[top]
        if bits:
            reduced[edge] = bits
    return reduced


def _add(basis, vector):
    """Reduce by the basis, {highest bit: vector}; whether something was left, which is then part of it."""
    while vector:
        top = vector.bit_length()
        if top not in basis:
            basis[top] = vector
            return True
        vector ^= basis[top]
    return False


def _sum(vectors):
    return reduce(xor, vectors, 0)


def _places(vector):
    while vector:
        top = vector.bit_length() - 1
        yield top
        vector ^= 1 << top


# -- candidates ------------------------------------------------------------------------------------------------------


def _candidates(neighbours, annotation, depth):
    """{bits: shortest cycle with them}, of cycles that edges close in trees of this depth."""
    best = {}
    for root in sorted({u for u, _ in annotation}):
        for bits, v, w, parent, length in _closing(root, neighbours, annotation, depth):
            if bits in best and len(best[bits]) < length:
                continue
            cycle = [*reversed(_path(v, parent)), *_path(w, parent)[:-1]]
            if bits not in best or _rank(cycle) < _rank(best[bits]):
                best[bits] = cycle
    return best


def _closing(root, neighbours, annotation, depth):
    """Edges v, w that close a cycle through the root which goes around something, with its bits and its length."""
    parent, level, branch, passed, order = {root: None}, {root: 0}, {root: None}, {root: 0}, [root]
    for v in order:
        for w in neighbours[v]:
            if w in level:
                if parent[v] == w or branch[v] == branch[w] or w == root or v == root:
                    continue
                bits = passed[v] ^ passed[w] ^ annotation.get((min(v, w), max(v, w)), 0)
                if bits and (level[w] < level[v] or (level[w] == level[v] and w < v)):
                    yield bits, v, w, parent, level[v] + level[w] + 1
            elif level[v] < depth:
                parent[w], level[w], branch[w] = v, level[v] + 1, w if v == root else branch[v]
                passed[w] = passed[v] ^ annotation.get((min(v, w), max(v, w)), 0)
                order.append(w)


def _independent(candidates):
    """The shortest cycles that are not sums of shorter ones, as (bits, cycle)."""
    basis, accepted = {}, []
    for bits, cycle in sorted(candidates.items(), key=lambda item: _rank(item[1])):
        if _add(basis, bits):
            accepted.append((bits, cycle))
    return accepted


def _rank(cycle):
    return len(cycle), sorted(cycle)


def _path(v, parent):
    """Nodes from v to the root."""
    path = []
    while v is not None:
        path.append(v)
        v = parent[v]
    return path
