"""Where nodes are drawn: by stress majorization within a component, components side by side.

Stress asks that nodes be as far apart on the page as there are edges between them; it is made smaller by solving a
linear system at a time (Gansner, Koren, North. Graph drawing by stress majorization. GD 2004). Large components begin
with their distances to a few pivots (Brandes, Pich. Eigensolver methods for progressive multidimensional scaling of
large data. GD 2006), and only pairs of neighbours and pairs with a pivot count, which stands for the nodes around it
(Ortmann, Klimenta, Brandes. A sparse stress model. GD 2016).
"""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import shortest_path
from scipy.sparse.linalg import splu

__all__ = ["node_positions"]

MOST_BY_ALL_PAIRS = 400
N_STEPS = 60
N_PIVOTS = 60
GAP = 1.0  # between components, in edge lengths


def node_positions(graph, random_state=0):
    """Place every node in the unit square.

    Parameters
    ----------
    graph : MapperGraph
    random_state : int, default=0
        Of the small displacements that tell apart nodes at the same distances from all others.

    Returns
    -------
    float64 ndarray of shape (n_nodes, 2)
    """
    place = np.zeros((graph.n_nodes, 2))
    adjacency, component = graph.adjacency(), graph.components
    rng = np.random.RandomState(random_state)
    boxes = []
    for c in range(graph.n_components):
        nodes = np.flatnonzero(component == c)
        place[nodes] = _turned(_component(adjacency[nodes][:, nodes], rng), graph.lens[nodes, 0])
        boxes.append(nodes)
    _side_by_side(place, boxes)
    extent = place.max(axis=0, initial=0.0)
    return np.clip(place / max(extent.max(initial=0.0), 1e-9), 0.0, 1.0)


def _component(adjacency, rng):
    n = adjacency.shape[0]
    if n <= 2:
        return np.stack([np.arange(n, dtype=np.float64), np.zeros(n)], axis=1)
    jitter = 0.05 * rng.standard_normal((n, 2))
    if n <= MOST_BY_ALL_PAIRS:
        hops = shortest_path(adjacency, unweighted=True)
        return _by_stress(*_all_pairs(hops), _by_pivots(hops) + jitter)
    pivots, hops = _pivots(adjacency)
    return _by_stress(*_pairs_with_pivots(adjacency, pivots, hops), _by_pivots(hops) + jitter)


def _pivots(adjacency):
    """Nodes each as far as can be from those before, and the hops (n, n_pivots) to them."""
    pivots, hops = [0], [shortest_path(adjacency, unweighted=True, indices=0)]
    while len(pivots) < N_PIVOTS:
        pivots.append(int(np.min(hops, axis=0).argmax()))
        hops.append(shortest_path(adjacency, unweighted=True, indices=pivots[-1]))
    return np.array(pivots), np.stack(hops, axis=1)


def _by_pivots(hops):
    """Two principal coordinates of doubly centred squared distances to pivots."""
    squares = hops**2
    centred = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1, keepdims=True) + squares.mean())
    _, vectors = np.linalg.eigh(centred.T @ centred)
    place = centred @ vectors[:, :-3:-1]
    return place * (hops.mean() / max(np.abs(place).mean(), 1e-12))


def _all_pairs(hops):
    """Pairs of nodes with their hops and weights."""
    u, v = np.triu_indices(len(hops), 1)
    return u, v, hops[u, v], 1.0 / hops[u, v] ** 2


def _pairs_with_pivots(adjacency, pivots, hops):
    """Neighbours, and every node with every pivot, counted once for each node it is nearest to."""
    around = np.bincount(hops.argmin(axis=1), minlength=len(pivots))
    near = sparse.triu(adjacency, 1).tocoo()
    u, k = np.nonzero(hops > 1)
    u, v = np.append(near.row, u), np.append(near.col, pivots[k])
    distance = np.append(np.ones(near.nnz), hops[hops > 1])
    count = np.append(np.ones(near.nnz), around[k])
    return u, v, distance, count / distance**2


def _by_stress(u, v, hops, weights, place):
    """Places of less stress, the sum over pairs of weight times squared difference of distance and hops."""
    n, pairs = len(place), np.arange(len(u))
    ends = sparse.csr_matrix(
        (np.repeat([1.0, -1.0], len(u)), (np.append(u, v), np.append(pairs, pairs))), shape=(n, len(u))
    )
    pull = ends @ sparse.diags(weights)
    # The first node stays where it is: only differences matter.
    solve = splu((pull @ ends.T)[1:, 1:].tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve
    place = place - place[0]
    for _ in range(N_STEPS):
        difference = place[u] - place[v]
        length = np.maximum(np.sqrt((difference**2).sum(axis=1)), 1e-9)
        place[1:] = solve((pull @ (difference * (hops / length)[:, None]))[1:])
    return place


def _turned(place, lens):
    """With the direction in which the lens rises to the right, if it rises anywhere."""
    place = place - place.mean(axis=0)
    slope = place.T @ (lens - lens.mean())
    length = np.hypot(*slope)
    if length < 1e-9:
        return place
    right = slope / length
    return place @ np.array([[right[0], -right[1]], [right[1], right[0]]])


def _side_by_side(place, boxes):
    """Move components to shelves, the largest first, about as wide as they are high in all."""
    sizes = [np.ptp(place[nodes], axis=0) + GAP for nodes in boxes]
    width = max([np.sqrt(sum(w * h for w, h in sizes)) * 1.3, *(w for w, _ in sizes), 0.0])
    x = y = shelf = 0.0
    for c in sorted(range(len(boxes)), key=lambda c: (-sizes[c][1], -len(boxes[c]), c)):
        w, h = sizes[c]
        if x + w > width and x > 0:
            x, y, shelf = 0.0, y + shelf, 0.0
        nodes = boxes[c]
        place[nodes] += np.array([x, y]) + GAP / 2 - place[nodes].min(axis=0)
        x, shelf = x + w, max(shelf, h)
