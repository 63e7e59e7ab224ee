"""What the page is told: graphs, members and labels as plain numbers and texts that JSON can hold."""

import numbers

import numpy as np

from sktopo.mapper.explorer.inputs import inputs_payload, read_classes
from sktopo.mapper.explorer.packing import packed_integers, packed_rows
from sktopo.mapper.explorer.positions import node_positions
from sktopo.mapper.explorer.projections import points_by_layer, project_nodes, project_points
from sktopo.mapper.explorer.settings import read_settings
from sktopo.mapper.explorer.sprites import mean_sheet, read_images, shown_inputs
from sktopo.mapper.features import find_branches, find_leaves, find_loops
from sktopo.mapper.graph import MapperGraph
from sktopo.mapper.node_statistics import class_counts, purities

__all__ = ["page_payload"]

# A page of JSON does not gain by more digits.
DIGITS = 6
KINDS = ("loop", "branch", "leaf")
MOST_NODES = 20_000  # in the table of each kind


def page_payload(
    graphs, *, y, points, images, texts, names, columns, nulls, title, min_support, n_projected, random_state
):
    """All that the page is told.

    Parameters
    ----------
    As in `explore`.

    Returns
    -------
    dict
        ``inputs``, what is known of every input, and ``settings``, each with its layers.
    """
    _check_numbers(min_support, n_projected, random_state)
    settings = read_settings(graphs)
    shown_graphs = [graph for _, _, layers in settings for graph in layers.values()]
    n_inputs = int(shown_graphs[0].of_input.max(initial=-1)) + 1  # every input has a point
    tiles = None if images is None else read_images(images, n_inputs)
    classes, class_of = read_classes(y, shown_graphs, n_inputs)
    # Points are those of the layer in every setting.
    clouds = points_by_layer(points, graphs, settings)
    projected = {layer: project_points(cloud, n_projected, random_state) for layer, cloud in clouds.items()}
    nulls = _nulls(nulls, settings, min_support)
    known = inputs_payload(
        n_inputs,
        classes=classes,
        class_of=class_of,
        names=names,
        texts=texts,
        columns=columns,
        tiles=tiles,
        shown=None if tiles is None else shown_inputs(shown_graphs, tiles),
    )

    def with_all(layer, graph):
        entry = _layer(layer, graph, min_support, random_state)
        if classes is not None:
            entry["nodes"]["purity"] = _purity(graph, class_of)
        entry["nodes"]["mean_images"] = None if tiles is None else mean_sheet(graph, tiles)
        entry["projections"] = projected.get(layer) or project_nodes(graph, random_state)
        return entry | {"nulls": nulls.get(layer)}

    made = [
        {"name": name, "stats": _plain_values(statistics), "layers": [with_all(*each) for each in layers.items()]}
        for name, statistics, layers in settings
    ]
    return {"version": 1, "title": str(title), "min_support": float(min_support), "inputs": known, "settings": made}


def _check_numbers(min_support, n_projected, random_state):
    if not isinstance(min_support, numbers.Real) or not 0 <= min_support <= 1:
        raise ValueError(f"min_support must be a share in [0, 1]. Got {min_support!r} instead.")
    for name, value, least in (("n_projected", n_projected, 1), ("random_state", random_state, 0)):
        if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be an integer from {least}. Got {value!r} instead.")


def _nulls(nulls, settings, min_support):
    """Loops and branches of null graphs, by layer."""
    if nulls is None:
        return {}
    layers = settings[0][2]
    by_layer = nulls if isinstance(nulls, dict) else {next(iter(layers)): nulls}
    unknown = [layer for layer in by_layer if str(layer) not in layers]
    if unknown:
        raise ValueError(f"nulls has graphs of {unknown}. Give them by layer: there are {list(layers)}.")
    strange = [type(g).__name__ for graphs in by_layer.values() for g in graphs if not isinstance(g, MapperGraph)]
    if strange:
        raise TypeError(f"nulls must hold graphs, as null_graphs returns them. Got {strange[0]} instead.")
    counted = {}
    for layer, graphs in by_layer.items():
        least = [0.0 if graph.support is None else min_support for graph in graphs]
        counted[str(layer)] = {
            "kind": "random points",
            "n": len(graphs),
            "loops": [len(find_loops(g, min_support=s)) for g, s in zip(graphs, least, strict=True)],
            "branches": [len(find_branches(g, min_support=s)) for g, s in zip(graphs, least, strict=True)],
        }
    return counted


def _layer(name, graph, min_support, random_state):
    n_dimensions = graph.lens.shape[1]
    identity = np.array_equal(graph.of_input, np.arange(graph.n_points))
    return {
        "name": name,
        "n_points": graph.n_points,
        "coverage": plain(graph.coverage),
        "noise_share": plain(graph.noise_share),
        "lens_names": ["lens"] if n_dimensions == 1 else [f"lens {j}" for j in range(n_dimensions)],
        "nodes": _nodes(graph, random_state),
        "edges": _edges(graph),
        "point_input": None if identity else packed_integers(graph.of_input),
        "point_position": None if (graph.position < 0).all() else packed_integers(graph.position),
        **_features(graph, min_support),
        "nulls": None,
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


def _plain_values(table):
    return {name: plain(values) for name, values in table.items()}


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
        "purity": _plain_values(graph.purity),
        "target_mean": None if graph.target_mean is None else plain(graph.target_mean),
        "mean_images": None,
    }


def _purity(graph, class_of):
    """By the classes that the page names, which need not be those that the graph was made with."""
    found, counts = class_counts(graph.membership, class_of[graph.of_input])
    known = counts[:, found >= 0]
    return _plain_values(purities(known))


def _edges(graph):
    return {
        "u": graph.edges[:, 0].tolist(),
        "v": graph.edges[:, 1].tolist(),
        "intersection": plain(graph.intersection),
        "jaccard": plain(graph.jaccard),
        "support": None if graph.support is None else plain(graph.support),
    }


def _features(graph, min_support):
    """The best of each kind, and how many there are."""
    least = 0.0 if graph.support is None else min_support
    found = {find: find(graph, min_support=least) for find in (find_loops, find_branches, find_leaves)}
    return {
        "features": [_feature(feature) for features in found.values() for feature in _best(features)],
        "n_features": {kind: len(features) for kind, features in zip(KINDS, found.values(), strict=True)},
    }


def _best(features):
    """As many as name MOST_NODES nodes together, and at least one: arms of a large graph may be most of it."""
    named = np.cumsum([len(f.nodes) + sum(map(len, f.arms)) for f in features])
    return features[: max(1, int(np.count_nonzero(named <= MOST_NODES)))]


def _feature(feature):
    return {
        "kind": feature.kind,
        "nodes": list(feature.nodes),
        "arms": [list(arm) for arm in feature.arms],
        "size": feature.size,
        "support": None if feature.support is None else plain(feature.support),
        "separation": None if feature.separation is None else plain(feature.separation),
    }
