"""Small fitted Mappers whose loops, branches and doubtful edges are known, and what belongs to their inputs."""

from functools import cache

import numpy as np

from sktopo import Activations, Mapper

N_INPUTS = 240
CLASSES = np.array(["ant", "bee", "cat", "cow", "dog"])


def second_coordinate(points):
    return points[:, 1]


def _angles(rng):
    return rng.uniform(0, 2 * np.pi, N_INPUTS)


def activations(seed=0):
    """Layers of the same inputs: a circle seen from two positions, three arms, and a cloud without any shape."""
    rng = np.random.default_rng(seed)
    angle = _angles(rng)
    two = angle[:, None] + rng.normal(scale=0.15, size=(N_INPUTS, 2))
    circle = np.stack([np.cos(two), np.sin(two)], axis=1) + rng.normal(scale=0.06, size=(N_INPUTS, 2, 2))
    turn = angle * 3 / (2 * np.pi)
    ends = np.array([[0.0, -1.5], [-1.0, 1.0], [1.0, 1.0]])[turn.astype(int)]
    arms = ends * (0.05 + turn % 1)[:, None] + rng.normal(scale=0.06, size=(N_INPUTS, 2))
    cloud = rng.normal(size=(N_INPUTS, 3))
    layers = {"conv": circle[:, :, None, :], "fc": arms, "out": cloud}
    return Activations({name: values.astype(np.float32) for name, values in layers.items()})


def classes(seed=0):
    """One of five sectors of the circle."""
    return CLASSES[(_angles(np.random.default_rng(seed)) * 5 / (2 * np.pi)).astype(int)]


@cache
def mapper(n_intervals=6, eps=0.15, n_resamples=30, labelled=True):
    """Graphs of "conv" (a loop, two points an input), "fc" (a branch) and "out" (edges that do not come again)."""
    found = Mapper(
        second_coordinate,
        sampling="all_positions",
        n_intervals=n_intervals,
        overlap=0.4,
        eps=eps,
        min_samples=4,
        n_resamples=n_resamples,
    )
    layers = activations()
    found.fit(layers, classes() if labelled else None)
    loose = Mapper("pca", n_components=2, n_intervals=4, overlap=0.4, eps=0.55, min_samples=4, n_resamples=n_resamples)
    loose.fit(layers["out"], classes() if labelled else None)
    found.graphs_["out"] = loose.graph_
    return found


def graphs(**parameters):
    """{layer: MapperGraph}."""
    return dict(mapper(**parameters).graphs_)


def images():
    """Of input i an image that is grey i all over, so that a picture says whose it is."""
    return np.broadcast_to(np.arange(N_INPUTS, dtype=np.uint8)[:, None, None], (N_INPUTS, 8, 8)).copy()


def names():
    return [f"input {i}" for i in range(N_INPUTS)]


def columns():
    """A number and a category."""
    return {"brightness": np.linspace(0.0, 1.0, N_INPUTS), "kind": np.where(np.arange(N_INPUTS) % 3 == 0, "x", "y")}


# What the graphs say, computed here from memberships alone


def inputs_of(graph, nodes):
    """Inputs with a point in one of the nodes, rising."""
    nodes = np.atleast_1d(np.asarray(nodes, dtype=int))
    points = np.concatenate([graph.members(int(node)) for node in nodes]) if len(nodes) else np.zeros(0, dtype=int)
    return np.unique(graph.of_input[points])


def traced_shares(graphs, layer, nodes):
    """{other layer: {node: share of its inputs that are among those of the chosen nodes}}, without zeros."""
    chosen, found = inputs_of(graphs[layer], nodes), {}
    for name, graph in graphs.items():
        if name != layer:
            shares = [np.isin(inputs_of(graph, node), chosen).mean() for node in range(graph.n_nodes)]
            found[name] = {node: share for node, share in enumerate(shares) if share > 0}
    return found


def kept_edges(graph, *, jaccard=0.0, intersection=0, support=0.0):
    """Pairs of nodes whose edge reaches all three limits."""
    kept = (graph.jaccard >= jaccard) & (graph.intersection >= intersection)
    if graph.support is not None:
        kept &= graph.support >= support
    return {tuple(pair) for pair in graph.edges[kept].tolist()}


def class_counts(graph, nodes):
    """{class: points of it in the nodes, every point once}."""
    points = np.unique(np.concatenate([graph.members(int(node)) for node in np.atleast_1d(nodes)]))
    found, counts = np.unique(classes()[graph.of_input[points]], return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
