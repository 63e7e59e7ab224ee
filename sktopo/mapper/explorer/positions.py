"""Where nodes are drawn: by stress majorization within a component, components side by side.

Stress asks that nodes be as far apart on the page as there are edges between them; it is made smaller by solving a
linear system at a time (Gansner, Koren, North. Graph drawing by stress majorization. GD 2004). Large components are
placed by their distances to a few pivots alone (Brandes, Pich. Eigensolver methods for progressive multidimensional
scaling of large data. GD 2006).
"""

import numpy as np
from scipy.sparse.csgraph import shortest_path

__all__ = ["node_positions"]

MOST_BY_STRESS = 1200
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
    if n > MOST_BY_STRESS:
        pivots = rng.choice(n, N_PIVOTS, replace=False)
        return _by_pivots(shortest_path(adjacency, unweighted=True, indices=pivots).T) + jitter
    hops = shortest_path(adjacency, unweighted=True)
    return _by_stress(hops, _by_pivots(hops) + jitter)


def _by_pivots(hops):
    """Two principal coordinates of doubly centred squared distances to pivots."""
    squares = hops**2
    centred = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1, keepdims=True) + squares.mean())
    _, vectors = np.linalg.eigh(centred.T @ centred)
    place = centred @ vectors[:, :-3:-1]
    return place * (hops.mean() / max(np.abs(place).mean(), 1e-12))


def _by_stress(hops, place):
    n = len(hops)
    weights = 1.0 / np.where(hops > 0, hops, 1.0) ** 2
    np.fill_diagonal(weights, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.inv(laplacian + 1.0 / n) - 1.0 / n
    pull = weights * hops
    for _ in range(N_STEPS):
        difference = place[:, None, :] - place[None, :, :]
        ratio = pull / np.maximum(np.sqrt((difference**2).sum(axis=2)), 1e-9)
        place = inverse @ (ratio.sum(axis=1)[:, None] * place - ratio @ place)
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
