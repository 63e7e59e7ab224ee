"""The graphs that a page shows, however they are handed over: by setting, then by layer."""

import numpy as np

from sktopo.mapper.graph import MapperGraph

__all__ = ["read_settings"]

WANTED = (
    "graphs must be a fitted Mapper, a MapperGraph, a MapperSweep, a dict of graphs by layer, or a dict by name of any "
    "of these."
)


def read_settings(graphs):
    """Settings in order.

    Parameters
    ----------
    graphs : as in `explore`

    Returns
    -------
    list of (str, dict of str to number, dict of str to MapperGraph)
        Name, what a sweep says of the setting, and graphs by layer.

    Raises
    ------
    ValueError, TypeError
    """
    found = _settings(graphs)
    layers = list(found[0][2])
    for name, _, by_layer in found:
        if list(by_layer) != layers:
            raise ValueError(
                f"All settings must have the same layers, in the same order. {found[0][0]!r} has {layers} and {name!r} "
                f"has {list(by_layer)}."
            )
    _check_inputs(found)
    return found


def _settings(graphs):
    if hasattr(graphs, "settings") and hasattr(graphs, "graphs"):
        return [
            _setting_of_sweep(*each) for each in zip(graphs.settings, graphs.instability, graphs.graphs, strict=True)
        ]
    if isinstance(graphs, dict) and graphs and not all(isinstance(value, MapperGraph) for value in graphs.values()):
        return [(str(name), {}, _layers(value)) for name, value in graphs.items()]
    return [("graph", {}, _layers(graphs))]


def _setting_of_sweep(setting, instability, graphs):
    """Named by its parameters; what is said of it is the mean over layers."""
    statistics = {"coverage": np.mean([graph.coverage for graph in graphs.values()])}
    if instability:
        statistics["instability"] = np.mean([score for score, _ in instability.values()])
    return ", ".join(f"{name}={value}" for name, value in setting.items()), statistics, dict(graphs)


def _layers(graphs):
    if isinstance(graphs, MapperGraph):
        return {"X": graphs}
    if hasattr(graphs, "fit") and not hasattr(graphs, "graphs_"):
        raise ValueError("This Mapper is not fitted: call fit first.")
    by_layer = getattr(graphs, "graphs_", graphs)
    if not isinstance(by_layer, dict) or not by_layer or not all(isinstance(g, MapperGraph) for g in by_layer.values()):
        raise TypeError(f"{WANTED} Got {type(graphs).__name__} instead.")
    return {str(name): graph for name, graph in by_layer.items()}


def _check_inputs(settings):
    """Tracing goes through inputs, so all graphs must be of the same ones."""
    counts = {int(graph.of_input.max(initial=-1)) + 1 for _, _, layers in settings for graph in layers.values()}
    if len(counts) > 1:
        raise ValueError(
            f"All graphs must be of the same inputs. These are of {sorted(counts)}; fit one Mapper to all layers."
        )
