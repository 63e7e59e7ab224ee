"""Slow twin of Rips persistence: all simplices in a list, the boundary matrix reduced column by column. numpy only."""

from itertools import combinations

import numpy as np


def distances_of(points):
    """Euclidean distances, pair by pair from the definition."""
    points = np.asarray(points, dtype=np.float64)
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))


def rips_persistence(distances, max_degree=1, max_value=np.inf, field=2):
    """{degree: sorted array of (birth, death)} of positive persistence, over the integers modulo a prime."""
    simplices = _filtration(np.asarray(distances, dtype=np.float64), max_degree, max_value)
    position = {simplex: i for i, (_, _, simplex) in enumerate(simplices)}
    lowest, pairs, killed = {}, {degree: [] for degree in range(max_degree + 1)}, set()
    for j, (value, size, simplex) in enumerate(simplices):
        column = {}
        if size > 1:
            for i in range(size):
                column[position[simplex[:i] + simplex[i + 1 :]]] = (-1) ** i % field
        low = _reduce(column, lowest, field)
        if low is not None:
            lowest[low] = column
            killed.update((low, j))
            birth, born, _ = simplices[low]
            if birth < value:
                pairs[born - 1].append((birth, value))
    for j, (value, size, _) in enumerate(simplices):
        if j not in killed and size <= max_degree + 1:
            pairs[size - 1].append((value, np.inf))
    return {degree: np.array(sorted(found)).reshape(-1, 2) for degree, found in pairs.items()}


def _filtration(distances, max_degree, max_value):
    """(value, number of vertices, simplex) in an order in which faces come first."""
    simplices = []
    for size in range(1, max_degree + 3):
        for simplex in combinations(range(len(distances)), size):
            value = max((distances[a, b] for a, b in combinations(simplex, 2)), default=0.0)
            if value <= max_value and value < np.inf:
                simplices.append((value, size, simplex))
    return sorted(simplices)


def _reduce(column, lowest, field):
    """Reduce a column {row: coefficient} in place; its lowest row, None for a column of zeros."""
    while column:
        low = max(column)
        if low not in lowest:
            return low
        other = lowest[low]
        factor = column[low] * pow(other[low], -1, field) % field
        for row, coefficient in other.items():
            value = (column.get(row, 0) - factor * coefficient) % field
            if value:
                column[row] = value
            else:
                column.pop(row, None)
    return None


def bottleneck(first, second):
    """Bottleneck distance of two finite diagrams: the least value at which a perfect matching exists."""
    first, second = (np.asarray(d, dtype=np.float64).reshape(-1, 2) for d in (first, second))
    n, m = len(first), len(second)
    cost = np.zeros((n + m, n + m))
    cost[:n, :m] = np.abs(first[:, None] - second[None]).max(axis=2) if n and m else 0
    cost[:n, m:] = ((first[:, 1] - first[:, 0]) / 2)[:, None]
    cost[n:, :m] = ((second[:, 1] - second[:, 0]) / 2)[None]
    for value in np.unique(cost):
        if _has_matching(cost <= value):
            return float(value)
    return 0.0


def _has_matching(allowed):
    """Whether every row gets a column of its own, by augmenting paths."""
    row_of = {}

    def place(row, seen):
        for column in np.flatnonzero(allowed[row]):
            if column not in seen:
                seen.add(column)
                if column not in row_of or place(row_of[column], seen):
                    row_of[column] = row
                    return True
        return False

    return all(place(row, set()) for row in range(len(allowed)))


def covered_share(mask, grid):
    """Share of every cell of a 2-d grid that a mask covers, on pixels cut so small that no cell cuts one."""
    (h, w), (rows, columns) = np.shape(mask), grid
    fine = np.repeat(np.repeat(np.asarray(mask, dtype=np.float64), rows, axis=0), columns, axis=1)
    return np.array(
        [[fine[i * h : (i + 1) * h, j * w : (j + 1) * w].mean() for j in range(columns)] for i in range(rows)]
    )


def neighbours(distances, k):
    """Pairs of which one is at most as far from the other as that one's k-th nearest neighbour."""
    n = len(distances)
    reach = [sorted(distances[i, j] for j in range(n) if j != i)[min(k, n - 1) - 1] if n > 1 else 0 for i in range(n)]
    return np.array([[i != j and distances[i, j] <= max(reach[i], reach[j]) for j in range(n)] for i in range(n)])


def shortest_paths(distances, k):
    """Floyd's algorithm on the neighbour graph."""
    length = np.where(neighbours(distances, k), distances, np.inf)
    np.fill_diagonal(length, 0.0)
    for middle in range(len(length)):
        length = np.minimum(length, length[:, [middle]] + length[[middle]])
    return length


def corrected_resistance(distances, k):
    """Effective resistance by the Laplacian's pseudo-inverse, less the degrees' part; for a connected graph."""
    joined = neighbours(distances, k).astype(np.float64)
    degree = joined.sum(axis=1)
    inverse = np.linalg.pinv(np.diag(degree) - joined)
    resistance = np.diag(inverse)[:, None] + np.diag(inverse) - 2 * inverse
    own = 1 / degree
    corrected = resistance - own[:, None] - own + 2 * joined * own[:, None] * own
    return corrected * (1 - np.eye(len(corrected)))


def farthest_points(distances, n_chosen, start):
    """(chosen points, largest distance of any point to them), every step from the definition."""
    chosen = [start]
    while len(chosen) < n_chosen:
        chosen.append(int(np.argmax(distances[:, chosen].min(axis=1))))
    return chosen, float(distances[:, chosen].min(axis=1).max())
