"""What the page is told: graphs, members and labels as plain numbers and texts that JSON can hold."""

import numpy as np

from sktopo.mapper.explorer.packing import packed_integers, packed_rows
from sktopo.mapper.explorer.positions import node_positions
from sktopo.mapper.features import find_branches, find_leaves, find_loops
from sktopo.mapper.flow import node_flow

__all__ = ["layer_payload", "settings_payload"]

# A page of JSON does not gain by more digits.
DIGITS = 6


def settings_payload(settings, min_support, random_state):
    """Every setting with its layers.

    Parameters
    ----------
    settings : list of (str, dict of str to number, dict of str to MapperGraph)
        Name, statistics and graphs by layer.
    min_support : float
    random_state : int

    Returns
    -------
    list of dict
    """
    found = []
    for name, statistics, graphs in settings:
        layers = [layer_payload(layer, graph, min_support, random_state) for layer, graph in graphs.items()]
        for here, (below, above) in zip(
            layers, zip(graphs.items(), list(graphs.items())[1:], strict=False), strict=False
        ):
            here["flow"] = {"to": above[0], "edges": _triples(node_flow(below[1], above[1]))}
        found.append(
            {"name": str(name), "stats": {key: plain(value) for key, value in statistics.items()}, "layers": layers}
        )
    return found


def layer_payload(name, graph, min_support, random_state):
    """One graph.

    Parameters
    ----------
    name : str
    graph : MapperGraph
    min_support : float
        Of the loops, branches and leaves that are listed, where the graph knows support.
    random_state : int
        Of the positions.

    Returns
    -------
    dict
    """
    n_dimensions = graph.lens.shape[1]
    identity = np.array_equal(graph.of_input, np.arange(graph.n_points))
    return {
        "name": str(name),
        "n_points": graph.n_points,
        "coverage": plain(graph.coverage),
        "noise_share": plain(graph.noise_share),
        "lens_names": ["lens"] if n_dimensions == 1 else [f"lens {j}" for j in range(n_dimensions)],
        "nodes": _nodes(graph, random_state),
        "edges": _edges(graph),
        "point_input": None if identity else packed_integers(graph.of_input),
        "point_position": None if (graph.position < 0).all() else packed_integers(graph.position),
        "features": _features(graph, min_support),
        "nulls": None,
        "flow": None,
        "projections": [],
    }


def plain(value):
    """A number or a list of numbers as JSON has them: what is not finite becomes null."""
    if np.ndim(value):
        return [plain(v) for v in np.asarray(value).tolist()]
    if isinstance(value, bool | int | np.integer):
        return int(value)
    value = float(value)
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None


def _nodes(graph, random_state):
    place = node_positions(graph, random_state)
    membership = graph.membership.sorted_indices()
    return {
        "n": graph.n_nodes,
        "x": plain(place[:, 0]),
        "y": plain(place[:, 1]),
        "size": plain(graph.size),
        "lens": [plain(column) for column in graph.lens.T],
        "noise": plain(graph.is_noise),
        "component": plain(graph.components),
        "medoid": plain(graph.medoid),
        "members": packed_rows(membership.indptr, membership.indices),
        "class_counts": None if graph.class_counts is None else graph.class_counts.tolist(),
        "purity": {key: plain(values) for key, values in graph.purity.items()},
        "target_mean": None if graph.target_mean is None else plain(graph.target_mean),
        "mean_images": None,
    }


def _edges(graph):
    return {
        "u": graph.edges[:, 0].tolist(),
        "v": graph.edges[:, 1].tolist(),
        "intersection": plain(graph.intersection),
        "jaccard": plain(graph.jaccard),
        "support": None if graph.support is None else plain(graph.support),
    }


def _features(graph, min_support):
    least = 0.0 if graph.support is None else min_support
    found = [feature for find in (find_loops, find_branches, find_leaves) for feature in find(graph, min_support=least)]
    return [
        {
            "kind": feature.kind,
            "nodes": list(feature.nodes),
            "arms": [list(arm) for arm in feature.arms],
            "size": feature.size,
            "support": None if feature.support is None else plain(feature.support),
            "separation": None if feature.separation is None else plain(feature.separation),
        }
        for feature in found
    ]


def _triples(matrix):
    found = matrix.tocoo()
    return np.stack([found.row, found.col, found.data], axis=1).tolist()
