"""The best one-to-one matching of the clusters of two Mappers, in all cells at once.

A point agrees if its clusters are matched in every cell that holds it, so that matchings of overlapping cells depend on
each other, and the best are hard to find in general. A linear program bounds what can agree from above. Its solution
is rounded and improved cell by cell, which reaches the bound in most cases; what is small is searched to the end.
"""

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse.csgraph import connected_components

__all__ = ["NO_NODE", "matching_distance"]

NO_NODE = -1
FEW_PAIRS = 100  # of nodes that may be matched, up to which all matchings are searched


def matching_distance(point, ours, theirs, n_points):
    """Smallest share of points that disagree, over matchings of our nodes with theirs, one to one in every cell.

    Parameters
    ----------
    point : int64 ndarray of shape (n_places,)
        A place is a point in one of its cells.
    ours, theirs : int64 ndarray of shape (n_places,)
        Node of each place, -1 for none; a node's places lie in one cell.
    n_points : int
        All points, also those in no cell, which agree.

    Returns
    -------
    distance, at_least : float in [0, 1]
        That of the best matching found, and a lower bound. Where they are equal it is the smallest.
    """
    if n_points == 0:
        return 0.0, 0.0
    lost = np.unique(point[(ours == NO_NODE) != (theirs == NO_NODE)])
    open_ = (ours != NO_NODE) & ~np.isin(point, lost)
    ours, theirs, point = ours[open_], theirs[open_], point[open_]
    width = theirs.max(initial=0) + 1
    pairs, pair = np.unique(ours * width + theirs, return_inverse=True)
    u, v = pairs // width, pairs % width
    # Two nodes that meet no others are matched in some best matching: it costs nothing.
    rival = (np.bincount(u, minlength=1)[u] > 1) | (np.bincount(v, minlength=1)[v] > 1)
    contested = rival[pair.ravel()]
    weight, needs = _alike(point[contested], pair.ravel()[contested])
    if len(weight) == 0:
        return len(lost) / n_points, len(lost) / n_points
    used, inverse = np.unique(needs[needs >= 0], return_inverse=True)
    needs[needs >= 0] = inverse.ravel()
    kept, at_most = Choice(weight, needs, u[used], v[used]).best()
    total = len(lost) + weight.sum()
    return float((total - kept) / n_points), float((total - at_most) / n_points)


def _alike(point, pair):
    """Points that need the same pairs of nodes to be matched: how many, and which pairs, as rows padded by -1."""
    if len(point) == 0:
        return np.empty(0, dtype=np.int64), np.empty((0, 1), dtype=np.int64)
    sort = np.lexsort((pair, point))
    point, pair = point[sort], pair[sort]
    start = np.flatnonzero(np.append(True, point[1:] != point[:-1]))
    count = np.diff(np.append(start, len(point)))
    table = np.full((len(start), count.max()), -1, dtype=np.int64)
    table[np.repeat(np.arange(len(start)), count), np.arange(len(point)) - np.repeat(start, count)] = pair
    needs, weight = np.unique(table, axis=0, return_counts=True)
    return weight, needs


class Choice:
    """Which pairs of nodes to match, so that most points have all that they need.

    Parameters
    ----------
    weight : int64 ndarray of shape (n_kinds,)
        Points of each kind.
    needs : int64 ndarray of shape (n_kinds, n_slots)
        Pairs that a kind needs, padded by -1.
    u, v : int64 ndarray of shape (n_pairs,)
        Our node and theirs. A node is matched at most once.
    """

    def __init__(self, weight, needs, u, v):
        self.weight, self.n_pairs = weight, len(u)
        self.kind, slot = np.nonzero(needs >= 0)
        self.pair = needs[self.kind, slot]
        self.u, self.v = np.unique(u, return_inverse=True)[1].ravel(), np.unique(v, return_inverse=True)[1].ravel()
        self.alone = np.bincount(self.pair, weights=weight[self.kind], minlength=self.n_pairs)
        self.blocks = self._blocks()

    def best(self):
        """Points of the best matching that is found, and an upper bound."""
        found = self._improve(self._assign(self.alone))
        if found == self.weight.sum():
            return found, found
        solution = self._program(whole=False)
        at_most = int(np.floor(-solution.fun + 1e-6))
        if found < at_most:
            shares = solution.x[: self.n_pairs]
            found = max(found, self._improve(self._assign(shares + 1e-9 * self.alone / self.alone.max())))
        if found < at_most and self.n_pairs <= FEW_PAIRS:
            found = at_most = round(-self._program(whole=True).fun)
        return found, at_most

    def _blocks(self):
        """Pairs in groups that share no node, each with the needs for one of its pairs; one cell's at most."""
        n = self.u.max() + 1
        graph = sparse.coo_matrix((np.ones(self.n_pairs), (self.u, n + self.v)), shape=(n + self.v.max() + 1,) * 2)
        block = connected_components(graph, directed=False)[1][self.u]
        return [(np.flatnonzero(block == b), np.flatnonzero(block[self.pair] == b)) for b in range(block.max() + 1)]

    def _assign(self, values):
        """Matching of largest sum of values, block by block."""
        matched = np.zeros(self.n_pairs, dtype=bool)
        for pairs, _ in self.blocks:
            matched[self._assign_block(pairs, values[pairs])] = True
        return matched

    def _assign_block(self, pairs, values):
        rows, row = np.unique(self.u[pairs], return_inverse=True)
        columns, column = np.unique(self.v[pairs], return_inverse=True)
        table, number = np.full((len(rows), len(columns)), -1.0), np.full((len(rows), len(columns)), -1)
        table[row.ravel(), column.ravel()], number[row.ravel(), column.ravel()] = values, pairs
        chosen = number[linear_sum_assignment(np.maximum(table, 0.0), maximize=True)]
        return chosen[chosen >= 0]

    def _improve(self, matched):
        """Match one block after the other anew, given the rest, until nothing is gained; the points that agree."""
        best = self._agreeing(matched)
        while True:
            for pairs, places in self.blocks:
                kind, pair = self.kind[places], self.pair[places]
                lacking = self._lacking(matched)[kind] - ~matched[pair]
                gain = np.bincount(pair, weights=self.weight[kind] * (lacking == 0), minlength=self.n_pairs)
                # Of equally good ones that which most points need at all.
                values = gain[pairs] * (1 + self.weight.sum()) + self.alone[pairs]
                matched[pairs] = False
                matched[self._assign_block(pairs, values)] = True
            found = self._agreeing(matched)
            if found <= best:
                return best
            best = found

    def _lacking(self, matched):
        """Of every kind the pairs it needs that are not matched."""
        return np.bincount(self.kind, weights=~matched[self.pair], minlength=len(self.weight))

    def _agreeing(self, matched):
        return int(self.weight[self._lacking(matched) == 0].sum())

    def _program(self, whole):
        """A variable in [0, 1] per pair, and one per kind, at most that of each pair it needs; whole numbers or not."""
        n, m, places = self.n_pairs, len(self.weight), np.arange(len(self.kind))
        ones, signs = np.ones(n), np.repeat([1.0, -1.0], len(places))
        once = [
            sparse.csr_matrix((ones, (node, np.arange(n))), shape=(node.max() + 1, n + m)) for node in (self.u, self.v)
        ]
        within = (signs, (np.append(places, places), np.append(n + self.kind, self.pair)))
        matrix = sparse.vstack([*once, sparse.csr_matrix(within, shape=(len(places), n + m))], format="csr")
        most = np.append(np.ones(matrix.shape[0] - len(places)), np.zeros(len(places)))
        return milp(
            np.append(np.zeros(n), -self.weight.astype(np.float64)),
            integrality=np.append(np.full(n, int(whole)), np.zeros(m)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, -np.inf, most),
            options={"mip_rel_gap": 0.0},
        )
