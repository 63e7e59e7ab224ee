"""Nodes of a MapperGraph on a page: what colours them, how large they are, and what is drawn in them."""

import numpy as np
from scipy import sparse

__all__ = ["COLOR_BY", "category_colours", "node_colours", "node_radii", "over_inputs"]

COLOR_BY = ("lens", "class", "shares", "presence", "majority", "entropy", "target", "size", "component")
# Okabe and Ito's (black as grey), then Tol's muted scheme: the colours of the explorer's page.
CATEGORIES = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#8a8f98"),
    *("#882255", "#999933", "#332288", "#44aa99", "#cc6677", "#117733", "#ddcc77", "#aa4499"),
)
UNCLASSED = "#b4b8bf"


def node_colours(graph, color_by):
    """What a graph's nodes are coloured by.

    Parameters
    ----------
    graph : MapperGraph
    color_by : str or array-like of shape (n_nodes,) or (n_inputs,)

    Returns
    -------
    values : float64 ndarray of shape (n_nodes,), or None
        Of a scale of colours.
    categories : int64 ndarray of shape (n_nodes,) or None
        Numbers of classes.
    names : list of str
        Of the classes, or one that the scale has.
    """
    if not isinstance(color_by, str):
        return _given(graph, np.asarray(color_by)), None, [""]
    if color_by not in COLOR_BY:
        raise ValueError(
            f"The 'color_by' of MapperDisplay must be one of {COLOR_BY}, or a value for every node or every input. "
            f"Got {color_by!r} instead."
        )
    if color_by in ("class", "shares", "presence", "majority", "entropy") and graph.classes is None:
        raise ValueError(f"color_by={color_by!r} needs classes. Fit the Mapper with them: Mapper(...).fit(X, y).")
    if color_by == "target" and graph.target_mean is None:
        raise ValueError("color_by='target' needs a continuous y. Fit the Mapper with it: Mapper(...).fit(X, y).")
    if color_by in ("class", "shares"):
        return None, graph.class_counts.argmax(axis=1), [str(label) for label in graph.classes]
    values = {
        "lens": lambda: graph.lens[:, 0],
        "target": lambda: graph.target_mean,
        "size": lambda: graph.size,
        "component": lambda: graph.components,
    }.get(color_by, lambda: graph.purity[color_by])()
    return np.asarray(values, dtype=np.float64), None, [_scale_name(color_by)]


def _scale_name(color_by):
    named = {"target": "mean of y", "size": "members", "lens": "lens"}
    purity = {
        "presence": "1 / classes present",
        "majority": "share of the largest class",
        "entropy": "purity by entropy",
    }
    return {**named, **purity}.get(color_by, color_by)


def _given(graph, values):
    """A value per node, or the mean of the values of a node's inputs."""
    n_inputs = int(graph.of_input.max(initial=-1)) + 1
    if values.ndim == 1 and values.dtype.kind in "biuf":
        if len(values) == graph.n_nodes:
            return values.astype(np.float64)
        if len(values) == n_inputs:
            return over_inputs(graph, values)
    raise ValueError(
        f"The 'color_by' of MapperDisplay must hold a number for each of the {graph.n_nodes} nodes or of the "
        f"{n_inputs} inputs. Got an array of shape {values.shape} of {values.dtype} instead."
    )


def over_inputs(graph, values):
    """Mean over the members of every node of what is known of their inputs; shape (n_nodes, ...)."""
    values = np.asarray(values, dtype=np.float64)
    flat = values.reshape(len(values), -1)
    n = graph.n_points
    inputs = sparse.csr_matrix((np.ones(n), (np.arange(n), graph.of_input)), shape=(n, len(values)))
    sums = np.asarray((graph.membership.astype(np.float64) @ inputs) @ flat)
    return (sums / np.maximum(graph.size, 1)[:, None]).reshape(graph.n_nodes, *values.shape[1:])


def category_colours(n):
    """Colours of n classes: sixteen that can be told apart, and around again."""
    return [CATEGORIES[i % len(CATEGORIES)] for i in range(n)]


def node_radii(graph, positions, largest):
    """Radii in the units of the positions: areas in proportion to members, but for the smallest."""
    if graph.n_nodes == 0:
        return np.empty(0)
    if largest is None:
        lengths = np.linalg.norm(np.diff(positions[graph.edges], axis=1)[:, 0], axis=1)
        room = 0.45 * np.median(lengths) if len(lengths) else 0.3 / np.sqrt(graph.n_nodes)
        largest = float(np.clip(room, 0.006, 0.06))
    return largest * np.maximum(np.sqrt(graph.size / graph.size.max()), 0.25)
