"""Slow twin of merge trees and subgraph rows: every claim from its definition, by searching thresholds one by one.

An edge is a tuple (u, v, phi), u feeding v. Edges are ordered by falling phi, then u, then v. Imports numpy only.
"""

import numpy as np


def ordered(edges):
    """All edges once, heaviest first; equal ones by u, then v."""
    return sorted(set(edges), key=lambda edge: (-edge[2], edge[0], edge[1]))


def components(edges):
    """Connected components, as a dict from vertex to its set of vertices."""
    found = {}
    for _, found in growing(edges):  # noqa: B007
        pass
    return found


def growing(edges):
    """Per edge: the edge and the components once it is there; the same dict every time."""
    found = {}
    for edge in edges:
        u, v, _ = edge
        merged = found.get(u, {u}) | found.get(v, {v})
        found.update(dict.fromkeys(merged, merged))
        yield edge, found


def strongest_edges(edges):
    """A: of every vertex the strongest incident edge, the first of equals."""
    order = ordered(edges)
    vertices = {w for edge in order for w in edge[:2]}
    return {next(edge for edge in order if w in edge[:2]) for w in vertices}


def peaks(edges):
    """Mutually strongest edges, in order."""
    order = ordered(edges)
    first = {}
    for edge in order:
        for w in edge[:2]:
            first.setdefault(w, edge)
    return [edge for edge in order if first[edge[0]] == edge == first[edge[1]]]


def forest(edges):
    """The maximum spanning forest: edges whose ends no earlier edges connect."""
    tree, sizes = [], 0
    for edge, found in growing(ordered(edges)):
        n_merges = len(found) - len({id(component) for component in found.values()})
        if n_merges > sizes:
            tree.append(edge)
        sizes = n_merges
    return tree


def classes(edges):
    """Classes of positive persistence, in the order of their peaks.

    Returns
    -------
    list of dict
        peak, birth, death (-inf if it never dies), merge (edge or None), parent (position or None), component
        (forest edges joined to the peak by edges with phi > death) and basin (edges).
    """
    order, all_peaks, tree = ordered(edges), peaks(edges), forest(edges)
    deaths = _deaths(order, all_peaks)
    kept = [p for p, (merge, _) in enumerate(deaths) if merge is None or merge[2] < all_peaks[p][2]]
    zero = {merge for p, (merge, _) in enumerate(deaths) if p not in kept}
    joined = strongest_edges(edges) | zero
    basin_of = components(joined)
    found = []
    for p in kept:
        peak, (merge, parent) = all_peaks[p], deaths[p]
        death = -np.inf if merge is None else merge[2]
        component = components([edge for edge in order if edge[2] > death])[peak[0]]
        own = [edge for edge in tree if edge[2] > death and edge[0] in component]
        basin = [edge for edge in joined if edge[0] in basin_of[peak[0]]]
        found.append(
            dict(
                peak=peak,
                birth=peak[2],
                death=death,
                merge=merge,
                parent=None if parent is None else kept.index(parent),
                vertices=component,
                component=set(own),
                basin_vertices=basin_of[peak[0]],
                basin=set(basin),
            )
        )
    return found


def _deaths(order, all_peaks):
    """Per peak: the edge whose coming puts an earlier peak into its component, and the earliest such peak."""
    deaths, there = [(None, None)] * len(all_peaks), []
    for edge, found in growing(order):
        there += [p for p, peak in enumerate(all_peaks) if peak == edge]
        for p in there:
            elders = [q for q in there if q < p and all_peaks[q][0] in found[all_peaks[p][0]]]
            if elders and deaths[p] == (None, None):
                deaths[p] = edge, elders[0]
    return deaths


def subgraph_row(edges, mode, weight, select=None, select_by="lifetime"):
    """Unscaled feature of each edge (lower, upper): the sum over the selected classes whose subgraph holds it."""
    found = classes(edges)
    lifetimes = [c["birth"] - max(c["death"], 0.0) for c in found]
    key = lifetimes if select_by == "lifetime" else [c["birth"] for c in found]
    chosen = sorted(range(len(found)), key=lambda i: (-key[i], i))[:select]
    row = {}
    for i in chosen:
        for u, v, phi in found[i][mode]:
            value = {"one": 1.0, "lifetime": lifetimes[i] / max(lifetimes), "lifetime_phi": lifetimes[i] * phi}[weight]
            pair = (min(u, v), max(u, v))
            row[pair] = row.get(pair, 0.0) + value
    return row
