"""Loops, branches and leaves of a MapperGraph, ranked, with their size, support and class separation."""

import numbers
from dataclasses import dataclass

import numpy as np

from sktopo.mapper.arms import Arms
from sktopo.mapper.cycles import filled_triangles, loops

__all__ = ["GraphFeature", "find_branches", "find_leaves", "find_loops"]


@dataclass(frozen=True)
class GraphFeature:
    """A loop, a branch or a leaf of a MapperGraph.

    Attributes
    ----------
    kind : {"loop", "branch", "leaf"}
    nodes : tuple of int
        Of a loop, its nodes in cyclic order; of a branch, the node where it branches; of a leaf, the nodes from the tip
        to the last one before a branch.
    arms : tuple of tuple of int
        Of a branch, the nodes of each arm up to the next branch.
    size : int
        Points in its nodes and arms.
    support : float or None
        Share of the bootstrap resamples in which all of it was found again: each edge of a loop or leaf; of a branch,
        an edge into each of at least three arms. None without resamples.
    separation : float or None
        How far the classes differ along it, in [0, 1): mean total variation distance between the classes of a part and
        those of all parts, by size. Parts are a loop's nodes, a branch's arms, or a leaf and the rest of its component.
        None without classes.
    """

    kind: str
    nodes: tuple
    arms: tuple
    size: int
    support: float | None
    separation: float | None


def find_loops(graph, *, min_support=0.0):
    """Independent loops of a graph that no filled triangles account for.

    Parameters
    ----------
    graph : MapperGraph
    min_support : float, default=0.0
        Edges with less support are left out first, then loops with less. Needs ``Mapper(n_resamples=...)`` if positive.

    Returns
    -------
    list of GraphFeature
        Of the best support first, then the largest.

    Notes
    -----
    Three nodes that share a point bound a triangle of the nerve and make no hole; with a one-dimensional lens and an
    overlap of at most one half there are none. Loops are chosen short; which of several equally short ones is one that
    spans the same holes. The cost is that of a breadth-first search from one end of every edge around a
    hole: less than a second for thousands of nodes.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Mapper, find_loops
    >>> angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> graph = Mapper(lambda points: points[:, 0], n_intervals=5, eps=0.3, n_resamples=20).fit(circle).graph_
    >>> [(loop.nodes, loop.support) for loop in find_loops(graph, min_support=0.5)]
    [((0, 1, 3, 5, 7, 6, 4, 2), 1.0)]
    """
    kept = _kept_edges(graph, min_support)
    edges = graph.edges[kept]
    place = {pair: at for pair, at in zip(map(tuple, edges.tolist()), np.flatnonzero(kept).tolist(), strict=True)}
    found = []
    for cycle in loops(graph.n_nodes, edges, filled_triangles(graph.membership, edges)):
        start = cycle.index(min(cycle))
        cycle = cycle[start:] + cycle[:start]
        if cycle[-1] < cycle[1]:
            cycle = cycle[:1] + cycle[:0:-1]
        used = [place[tuple(sorted(pair))] for pair in zip(cycle, cycle[1:] + cycle[:1], strict=True)]
        parts = [(node,) for node in cycle]
        found.append(_feature(graph, "loop", tuple(cycle), (), _all_present(graph, used), parts))
    return _ranked(found, min_support)


def find_branches(graph, *, min_support=0.0, min_size=1):
    """Nodes where three or more arms meet.

    Parameters
    ----------
    graph : MapperGraph
    min_support : float, default=0.0
        Edges with less support are left out first, then branches with less. Needs ``Mapper(n_resamples=...)`` if
        positive.
    min_size : int, default=1
        An arm counts if it holds at least so many points that are not in the node.

    Returns
    -------
    list of GraphFeature
        Of the best support first, then the largest.

    Notes
    -----
    Neighbours that bound a filled triangle with the node, with which they all share a point, belong to one arm. A loop
    that leaves the node has two arms.
    """
    kept = _kept_edges(graph, min_support)
    neighbours = _neighbours(graph, kept)
    groups = _arm_starts(graph, kept, neighbours)
    branching = {v for v, starts in groups.items() if len(starts) > 2}
    arms = Arms(graph, neighbours, branching)
    found = []
    for v in sorted(branching):
        own = graph.members(v)
        starts = [start for start in groups[v] if arms.size([start], own) >= min_size]
        if len(starts) < 3:
            continue
        present = _arms_present(graph, v, starts, neighbours)
        parts = tuple(arms.nodes(start) for start in starts)
        found.append(_feature(graph, "branch", (v,), parts, present, parts, arms.size(starts, own) + len(own)))
    return _ranked(found, min_support)


def find_leaves(graph, *, min_support=0.0):
    """Ends of the graph: nodes with one neighbour, and what leads to them from the nearest branch.

    Parameters
    ----------
    graph : MapperGraph
    min_support : float, default=0.0
        Edges with less support are left out first, then leaves with less. Needs ``Mapper(n_resamples=...)`` if
        positive.

    Returns
    -------
    list of GraphFeature
        Of the best support first, then the largest.
    """
    neighbours = _neighbours(graph, _kept_edges(graph, min_support))
    component = graph.components
    found = []
    for tip in range(graph.n_nodes):
        if len(neighbours[tip]) != 1:
            continue
        nodes, used = _to_the_branch(tip, neighbours)
        rest = tuple(np.setdiff1d(np.flatnonzero(component == component[tip]), nodes).tolist())
        parts = [tuple(nodes), *([rest] if rest else [])]
        found.append(_feature(graph, "leaf", tuple(nodes), (), _all_present(graph, used), parts))
    return _ranked(found, min_support)


def _to_the_branch(tip, neighbours):
    """Nodes from a tip to the last one before a branch or another tip, and the edges up to that."""
    nodes, used = [tip], []
    while True:
        (ahead,) = (w for w in neighbours[nodes[-1]] if len(nodes) == 1 or w != nodes[-2])
        used.append(neighbours[nodes[-1]][ahead])
        if len(neighbours[ahead]) != 2:
            return nodes, used
        nodes.append(ahead)


def _kept_edges(graph, min_support):
    if not isinstance(min_support, numbers.Real) or not 0 <= min_support <= 1:
        raise ValueError(f"min_support must be a share in [0, 1]. Got {min_support!r} instead.")
    if min_support == 0:
        return np.ones(graph.n_edges, dtype=bool)
    if graph.support is None:
        raise ValueError("This graph knows no support of its edges. Make it with Mapper(n_resamples=100), say.")
    return graph.support >= min_support


def _neighbours(graph, kept):
    """Of every node {neighbour: number of the edge}, over the edges that are kept."""
    neighbours = [{} for _ in range(graph.n_nodes)]
    for place in np.flatnonzero(kept).tolist():
        u, v = graph.edges[place].tolist()
        neighbours[u][v] = neighbours[v][u] = place
    return neighbours


def _arm_starts(graph, kept, neighbours):
    """{node: its neighbours in groups}, joined within a group by filled triangles."""
    joined = {}
    for triangle in filled_triangles(graph.membership, graph.edges[kept]):
        for v in triangle:
            a, b = (w for w in triangle if w != v)
            joined.setdefault(v, []).append((a, b))
    groups = {}
    for v, others in enumerate(neighbours):
        group = {w: {w} for w in others}
        for a, b in joined.get(v, []):
            merged = group[a] | group[b]
            for w in merged:
                group[w] = merged
        groups[v] = sorted({tuple(sorted(nodes)) for nodes in group.values()})
    return groups


def _arms_present(graph, v, starts, neighbours):
    """In which resamples an edge goes from v into each of at least three arms."""
    if graph.edge_presence is None:
        return None
    into = [graph.edge_presence[:, [neighbours[v][w] for w in start]].any(axis=1) for start in starts]
    return np.sum(into, axis=0) >= 3


def _all_present(graph, used):
    return None if graph.edge_presence is None else graph.edge_presence[:, used].all(axis=1)


def _feature(graph, kind, nodes, arms, present, parts, size=None):
    if size is None:
        size = len(np.unique(graph.membership[list(nodes)].indices))
    support = None if present is None else float(present.mean())
    return GraphFeature(kind, nodes, arms, size, support, _separation(graph, parts))


def _separation(graph, parts):
    if graph.class_counts is None:
        return None
    counts = np.array([graph.class_counts[list(part)].sum(axis=0) for part in parts], dtype=np.float64)
    sizes = counts.sum(axis=1)
    shares = counts / sizes[:, None]
    overall = counts.sum(axis=0) / sizes.sum()
    return float(0.5 * np.abs(shares - overall).sum(axis=1) @ sizes / sizes.sum())


def _ranked(found, min_support):
    kept = [feature for feature in found if feature.support is None or feature.support >= min_support]
    return sorted(kept, key=lambda feature: (-(feature.support or 0.0), -feature.size, feature.nodes))
