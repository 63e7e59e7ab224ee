"""Exact Wasserstein distances between diagrams: an assignment in which every point may also go to the diagonal.

With all points on the diagonal to begin with, a pair (i, j) changes the cost by d(i, j)^p - diag(i)^p - diag(j)^p, and
only pairs where this is negative can occur in an optimal matching. What remains is a sparse assignment problem whose
rows and columns may stay alone at cost zero. It is solved by shortest augmenting paths with dual prices (Jonker and
Volgenant, Computing 38, 1987): first every row bids for its best column, then the rows left over search.
"""

import numpy as np

from sktopo._numeric.geometry import diagonal_distance, ground_distance, power
from sktopo._numeric.jit import kernel

__all__ = ["transport_cost"]


@kernel
def transport_cost(ab, ad, bb, bd, order, euclidean):
    """Sum over an optimal partial matching of distance ** order, diagonal included.

    Parameters
    ----------
    ab, ad, bb, bd : float64 arrays
        Births and deaths of two diagrams, sorted by birth; finite, off the diagonal.
    order : float
    euclidean : bool
        Euclidean distances in the plane instead of the maximum norm.

    Returns
    -------
    float
    """
    starts, columns, costs = _useful_pairs(ab, ad, bb, bd, order, euclidean)
    mate = _assign(starts, columns, costs, len(bb))
    total = 0.0
    free = np.ones(len(bb), dtype=np.bool_)
    for i in range(len(ab)):
        j = mate[i]
        if j < 0:
            total += power(diagonal_distance(ab[i], ad[i], euclidean), order)
        else:
            free[j] = False
            total += power(ground_distance(ab[i], ad[i], bb[j], bd[j], euclidean), order)
    for j in range(len(bb)):
        if free[j]:
            total += power(diagonal_distance(bb[j], bd[j], euclidean), order)
    return total


@kernel
def _useful_pairs(ab, ad, bb, bd, order, euclidean):
    """Pairs cheaper than two trips to the diagonal, as rows of a sparse matrix of savings."""
    n, m = len(ab), len(bb)
    alone = np.empty(m)
    farthest = 0.0
    for j in range(m):
        alone[j] = power(diagonal_distance(bb[j], bd[j], euclidean), order)
        farthest = max(farthest, alone[j])
    starts = np.zeros(n + 1, dtype=np.int64)
    columns, costs = np.empty(4 * (n + m) + 16, dtype=np.int32), np.empty(4 * (n + m) + 16)
    count = 0
    for i in range(n):
        own = power(diagonal_distance(ab[i], ad[i], euclidean), order)
        first = np.searchsorted(bb, ab[i])
        if count + m > len(columns):
            columns, costs = _longer(columns, costs, count, count + m)
        for direction in range(2):  # outwards on both sides, until the births alone are too far apart
            step = 1 - 2 * direction
            j = first - direction
            while 0 <= j < m and power(abs(bb[j] - ab[i]), order) < own + farthest:
                cost = power(ground_distance(ab[i], ad[i], bb[j], bd[j], euclidean), order) - own - alone[j]
                if cost < 0.0:
                    columns[count] = j
                    costs[count] = cost
                    count += 1
                j += step
        starts[i + 1] = count
    return starts, columns[:count], costs[:count]


@kernel
def _longer(columns, costs, count, needed):
    size = max(2 * len(columns), needed)
    more_columns, more_costs = np.empty(size, dtype=np.int32), np.empty(size)
    for k in range(count):
        more_columns[k] = columns[k]
        more_costs[k] = costs[k]
    return more_columns, more_costs


@kernel
def _assign(starts, columns, costs, m):
    """The column of each row in a cheapest assignment, -1 for none."""
    n = len(starts) - 1
    mate, owner = np.full(n, -1, dtype=np.int64), np.full(m, -1, dtype=np.int64)
    paid, price = np.zeros(n), np.zeros(m)  # cost of the row's own pair; dual price of a column, never positive
    waiting = _bid(starts, columns, costs, mate, owner, paid, price)
    reach, previous = np.full(m, np.inf), np.empty(m, dtype=np.int64)
    entry, at = np.empty(m), np.empty(m, dtype=np.int64)
    done = np.zeros(m, dtype=np.bool_)
    for w in range(len(waiting)):
        root = waiting[w]
        n_seen, n_done = 0, 0
        row, debt = root, 0.0  # debt: reduced cost of the row's own pair less the length of the path to it
        bound, last_row, last_column = 0.0, root, -1  # the cheapest end so far: a row stays alone, or a free column
        while True:
            for k in range(np.uint64(starts[row]), np.uint64(starts[row + 1])):
                j = np.uint64(columns[k])
                length = costs[k] - price[j] - debt
                if length < bound and length < reach[j] and not done[j]:
                    if reach[j] == np.inf:
                        at[n_seen] = np.int64(j)
                        n_seen += 1
                    reach[j], previous[j], entry[j] = length, row, costs[k]
                    if owner[j] < 0:
                        bound, last_column = length, np.int64(j)
            nearest, place = bound, -1
            for s in range(n_done, n_seen):
                if reach[at[s]] < nearest:
                    nearest, place = reach[at[s]], s
            if place < 0:
                break
            j = at[place]
            at[place], at[n_done] = at[n_done], j
            done[j] = True
            n_done += 1
            row = owner[j]
            debt = paid[row] - price[j] - nearest
            if -debt < bound:
                bound, last_row, last_column = -debt, row, -1
        for s in range(n_seen):
            j = at[s]
            if s < n_done:
                price[j] += reach[j] - bound
            reach[j], done[j] = np.inf, False
        # Along the path every row gives up its column for the one that led on.
        j = last_column
        if j < 0:
            j = mate[last_row]
            mate[last_row] = -1
        while j >= 0:
            row = previous[j]
            following = mate[row]
            mate[row], owner[j], paid[row] = j, row, entry[j]
            j = following if row != root else -1
    return mate


@kernel
def _bid(starts, columns, costs, mate, owner, paid, price):
    """Rows take their best column, at a price that the second best would justify; returns who is left without."""
    n = len(mate)
    queue, left = np.arange(n), np.empty(n, dtype=np.int64)
    n_queue, n_left = n, 0
    bids = np.zeros(n, dtype=np.int64)  # bidding wars of tiny steps are left to the search
    for _ in range(2):
        n_left = 0
        k = 0
        while k < n_queue:
            row = queue[k]
            k += 1
            best, second, chosen, chosen_cost = 0.0, 0.0, -1, 0.0
            for e in range(np.uint64(starts[row]), np.uint64(starts[row + 1])):
                value = costs[e] - price[np.uint64(columns[e])]
                if value < best:
                    best, second, chosen, chosen_cost = value, best, np.int64(columns[e]), costs[e]
                elif value < second:
                    second = value
            if chosen < 0:
                continue
            bids[row] += 1
            loser = owner[chosen]
            if loser >= 0 and (best == second or bids[row] > 8):
                left[n_left] = row
                n_left += 1
                continue
            price[chosen] -= second - best
            mate[row], owner[chosen], paid[row] = chosen, row, chosen_cost
            if loser >= 0:
                mate[loser] = -1
                k -= 1
                queue[k] = loser
        for s in range(n_left):
            queue[s] = left[s]
        n_queue = n_left
    return left[:n_left].copy()
