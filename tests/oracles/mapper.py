"""Mapper from its definitions: cover, clusters of every cell, nerve; loops over everything, numpy only."""

from itertools import combinations, permutations, product

import numpy as np


def kepler_intervals(low, high, n_intervals, overlap):
    """Equal parts of the range, each widened about its middle until a share `overlap` of it lies in the next."""
    part = (high - low) / n_intervals
    half = part / (1 - overlap) / 2
    return [(low + (i + 0.5) * part - half, low + (i + 0.5) * part + half) for i in range(n_intervals)]


def giotto_intervals(low, high, n_intervals, overlap):
    """Equal intervals that fill the range, the outer two endless."""
    length = (high - low) / (n_intervals - (n_intervals - 1) * overlap)
    ends = [(low + i * (1 - overlap) * length, low + i * (1 - overlap) * length + length) for i in range(n_intervals)]
    ends[0] = (-np.inf, ends[0][1])
    ends[-1] = (ends[-1][0], np.inf)
    return ends


def cells(lens, n_intervals, overlap, convention="kepler"):
    """{interval numbers: points that lie in the product of the intervals}, without the empty ones."""
    dimensions = []
    for column in lens.T:
        make = kepler_intervals if convention == "kepler" else giotto_intervals
        constant = column.min() == column.max()
        dimensions.append([(-np.inf, np.inf)] if constant else make(column.min(), column.max(), n_intervals, overlap))
    found = {}
    for numbers in product(*(range(len(ends)) for ends in dimensions)):
        held = [
            i
            for i in range(len(lens))
            if all(inside(lens[i, j], dimensions[j][numbers[j]], convention) for j in range(lens.shape[1]))
        ]
        if held:
            found[numbers] = held
    return found


def inside(value, ends, convention):
    return ends[0] <= value <= ends[1] if convention == "kepler" else ends[0] < value < ends[1]


def dbscan(points, eps, min_samples):
    """Labels: components of the core points; others go to the first cluster with a core point near; -1 for the rest."""
    n = len(points)
    near = [[j for j in range(n) if np.sqrt(((points[i] - points[j]) ** 2).sum()) <= eps] for i in range(n)]
    core = [len(near[i]) >= min_samples for i in range(n)]
    labels, next_label = [-1] * n, 0
    for i in range(n):
        if not core[i] or labels[i] >= 0:
            continue
        open_ = [i]
        while open_:
            at = open_.pop()
            if labels[at] >= 0:
                continue
            labels[at] = next_label
            open_ += [j for j in near[at] if core[j]]
        next_label += 1
    for i in range(n):
        reaching = [labels[j] for j in near[i] if core[j]]
        if not core[i] and reaching:
            labels[i] = min(reaching)
    return labels


def mapper(points, lens, n_intervals, overlap, eps, min_samples, *, convention="kepler", min_intersection=1):
    """(nodes as [(cell, set of points)], {pair of nodes: number of points in both}); points in the given order."""
    nodes = []
    for cell, held in cells(lens, n_intervals, overlap, convention).items():
        labels = dbscan(points[held], eps, min_samples)
        for label in range(max(labels) + 1):
            nodes.append((cell, {held[k] for k in range(len(held)) if labels[k] == label}))
    edges = {}
    for u in range(len(nodes)):
        for v in range(u + 1, len(nodes)):
            common = len(nodes[u][1] & nodes[v][1])
            if common >= min_intersection:
                edges[u, v] = common
    return nodes, edges


def cycle_rank(n_nodes, edges):
    """Edges that close a cycle, by adding them one by one."""
    component = list(range(n_nodes))
    closing = 0
    for u, v in edges:
        a, b = component[u], component[v]
        closing += a == b
        component = [a if c == b else c for c in component]
    return closing


def holes(n_nodes, edges, members):
    """First Betti number, over the field of two elements, of edges and of triangles whose nodes share a point."""
    edges = sorted(edges)
    triangles = [
        (u, v, w)
        for u, v in edges
        for w in range(v + 1, n_nodes)
        if (u, w) in edges and (v, w) in edges and members[u] & members[v] & members[w]
    ]
    boundary_1 = np.zeros((n_nodes, len(edges)), dtype=int)
    for j, (u, v) in enumerate(edges):
        boundary_1[[u, v], j] = 1
    boundary_2 = np.zeros((len(edges), len(triangles)), dtype=int)
    for j, (u, v, w) in enumerate(triangles):
        for pair in ((u, v), (u, w), (v, w)):
            boundary_2[edges.index(pair), j] = 1
    return len(edges) - rank_mod_2(boundary_1) - rank_mod_2(boundary_2)


def rank_mod_2(matrix):
    matrix, rank = matrix.copy() % 2, 0
    for j in range(matrix.shape[1]):
        rows = [i for i in range(rank, len(matrix)) if matrix[i, j]]
        if not rows:
            continue
        matrix[[rank, rows[0]]] = matrix[[rows[0], rank]]
        for i in range(len(matrix)):
            if i != rank and matrix[i, j]:
                matrix[i] ^= matrix[rank]
        rank += 1
    return rank


def edge_found_again(nodes, other_nodes, other_edges, edge):
    """Whether an edge is in the graph of a resample: both its nodes have a mutually best match there, and these are
    joined.

    Both graphs' nodes are pairs (cell, set of points); the last of equally good matches counts less.
    """

    def best(node, candidates):
        cell, points = node
        shared = [len(points & other) if cell == other_cell else 0 for other_cell, other in candidates]
        return shared.index(max(shared)) if shared and max(shared) else None

    matches = []
    for node in edge:
        match = best(nodes[node], other_nodes)
        if match is None or best(other_nodes[match], nodes) != node:
            return False
        matches.append(match)
    return tuple(sorted(matches)) in other_edges


def loop_lengths(n_nodes, edges, triangles):
    """Lengths of the shortest cycles that together with the triangles span all cycles, of all cycles there are."""
    cycles = [frozenset(map(frozenset, zip(c, c[1:] + c[:1], strict=True))) for c in _simple_cycles(n_nodes, edges)]
    span = {frozenset()}
    for triangle in triangles:
        span |= {known ^ frozenset(map(frozenset, combinations(triangle, 2))) for known in span}
    lengths = []
    for cycle in sorted(set(cycles), key=len):
        if cycle not in span:
            lengths.append(len(cycle))
            span |= {known ^ cycle for known in span}
    return lengths


def _simple_cycles(n_nodes, edges):
    joined = {frozenset(edge) for edge in edges}
    for length in range(3, n_nodes + 1):
        for nodes in permutations(range(n_nodes), length):
            around = zip(nodes, nodes[1:] + nodes[:1], strict=True)
            if nodes[0] == min(nodes) and all(frozenset(pair) in joined for pair in around):
                yield list(nodes)
