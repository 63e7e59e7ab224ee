"""Arms of a graph's branches: what is reached from a branch through a few of its neighbours, up to the next branches.

Without the branches a graph falls into components, and an arm is a union of these and of branches next to it. One
component of a large graph is an arm of many branches, so each is looked at once.
"""

import numpy as np

__all__ = ["Arms"]


class Arms:
    """Arms by the neighbours of a branch that they begin with.

    Parameters
    ----------
    graph : MapperGraph
    neighbours : list of dict
        Of every node, its neighbours.
    branching : set of int
        Nodes that no arm passes.
    """

    def __init__(self, graph, neighbours, branching):
        self.graph = graph
        self.branching = branching
        self.component, self.parts = _components(neighbours, branching)
        self.points = [_points(graph, part) for part in self.parts]
        self._held = np.zeros(graph.n_points, dtype=bool)
        self._known = {}

    def nodes(self, start):
        """Nodes of an arm, rising."""
        key = self._pieces(start)
        if key not in self._known:
            pieces, single = key
            self._known[key] = tuple(sorted([*single, *(node for piece in pieces for node in self.parts[piece])]))
        return self._known[key]

    def size(self, starts, own):
        """How many points arms hold together beside those of a node, given by its points."""
        keys = [self._pieces(start) for start in starts]
        pieces = {piece for pieces, _ in keys for piece in pieces}
        held = [self.points[piece] for piece in pieces]
        held += [self.graph.members(node) for node in {node for _, single in keys for node in single}]
        for points in held:
            self._held[points] = True
        self._held[own] = False
        count = int(np.count_nonzero(self._held))
        for points in held:
            self._held[points] = False
        return count

    def _pieces(self, start):
        """Components that an arm goes through, and branches that it begins with: there it ends at once."""
        pieces = frozenset(self.component[v] for v in start if v not in self.branching)
        return pieces, tuple(v for v in start if v in self.branching)


def _components(neighbours, branching):
    """{node: its component} of what is left without some nodes, and the nodes of each component."""
    component, parts = {}, []
    for root in range(len(neighbours)):
        if root in branching or root in component:
            continue
        component[root], part = len(parts), [root]
        for v in part:
            for w in neighbours[v]:
                if w not in branching and w not in component:
                    component[w] = len(parts)
                    part.append(w)
        parts.append(part)
    return component, parts


def _points(graph, nodes):
    """Points that nodes hold, each once."""
    held = graph.membership[nodes].indices
    return np.unique(held) if len(nodes) > 1 else held
