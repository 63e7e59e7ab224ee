"""Choosing layers: by name, glob, regular expression, type, test, position, or "all" and "auto"."""

import difflib
import fnmatch
import inspect
import re
from collections import namedtuple

__all__ = ["LayerInfo", "list_layers", "select_layers"]

LayerInfo = namedtuple("LayerInfo", ["name", "type", "n_parameters"])


def list_layers(model):
    """The layers of a network that can be recorded by name or position.

    Parameters
    ----------
    model : torch.nn.Module

    Returns
    -------
    list of LayerInfo
        ``(name, type, n_parameters)`` of every submodule in the order of definition; shared modules once.
        Parameters of a container include those of its parts. An integer in ``layers=`` is a position here.

    Examples
    --------
    >>> import torch
    >>> from sktopo import list_layers
    >>> for layer in list_layers(torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU())):
    ...     print(layer)
    LayerInfo(name='0', type='Linear', n_parameters=15)
    LayerInfo(name='1', type='ReLU', n_parameters=0)
    """
    return [
        LayerInfo(name, type(module).__name__, sum(p.numel() for p in module.parameters()))
        for name, module in model.named_modules()
        if name
    ]


def select_layers(model, layers, description, *, capture="output"):
    """Names of the values to record, in the order of execution.

    Parameters
    ----------
    model : torch.nn.Module
    layers : str, int, re.Pattern, type, callable, or sequence of these
    description : Description
        What the first run told.
    capture : {"output", "input"}

    Returns
    -------
    tuple of str

    Raises
    ------
    ValueError
        If something selects nothing; the message offers the closest names.
    """
    modules = {name: module for name, module in model.named_modules() if name}
    available = description.values if capture == "output" else description.inputs
    if isinstance(layers, str) and layers == "auto":
        if capture == "input":
            raise ValueError("layers='auto' chooses outputs. Name the layers, or use capture='output'.")
        if not description.auto_layers:
            raise ValueError(
                f"layers='auto' finds nothing to record: the network, of type {type(model).__name__}, or forward= "
                "returned no tensor that a call of torch was seen to make. Return its output, name the layers, and "
                "give the network itself rather than its compiled script."
            )
        return description.auto_layers
    wanted = layers if isinstance(layers, list | tuple) else [layers]
    if not wanted:
        raise ValueError("layers is empty. Name at least one layer, or use layers='auto'.")
    chosen = set()
    for one in wanted:
        chosen.update(_select_one(one, modules, available, description))
    return tuple(name for name in available if name in chosen)


def _select_one(one, modules, available, description):
    if isinstance(one, str) and one == "auto":
        return description.auto_layers
    if isinstance(one, str) and one in available:
        return _values_of([one], available)
    paths = _paths(one, modules, available)
    found = _values_of(paths, available)
    if len(paths) > 1:  # what is the same for every input, such as an embedding of positions, only by its own name
        found = [name for name in found if name not in description.fixed] or found
    if found:
        return found
    if paths:
        raise ValueError(
            f"Layer {paths[0]!r} exists but was not called in the forward pass, so it has no activations. "
            "Choose layers that the network uses."
        )
    names = [*modules, *(name for name in available if name not in modules)]
    close = difflib.get_close_matches(str(one), names, n=3, cutoff=0.3) or names[:8]
    raise ValueError(f"No layer matches {one!r}. Closest names: {', '.join(close)}. list_layers(model) shows all.")


def _paths(one, modules, available):
    """Module paths (or value names) that a selector means."""
    if isinstance(one, bool):
        raise ValueError(f"A layer is chosen by name, position, pattern, type or test. Got {one!r} instead.")
    if isinstance(one, int):
        names = list(modules)
        if not -len(names) <= one < len(names):
            raise ValueError(f"Layer {one} does not exist: the network has {len(names)} layers, counted from 0.")
        return [names[one]]
    if isinstance(one, re.Pattern):
        return [name for name in dict.fromkeys([*modules, *available]) if one.search(name)]
    if inspect.isclass(one):
        return [name for name, module in modules.items() if isinstance(module, one)]
    if callable(one):
        return [name for name, module in modules.items() if one(name, module)]
    if not isinstance(one, str):
        raise ValueError(f"A layer is chosen by name, position, pattern, type or test. Got {one!r} instead.")
    if one == "all":
        return [name for name, module in modules.items() if not any(True for _ in module.children())]
    if one in modules:
        return [one]
    return [name for name in dict.fromkeys([*modules, *available]) if fnmatch.fnmatchcase(name, one)]


def _values_of(paths, available):
    """Values of these names, of their later calls ("relu:1") and of their parts ("lstm[0]")."""
    pattern = re.compile("|".join(rf"{re.escape(path)}(:\d+)?(\[[^\]]*\])*" for path in paths) or r"(?!)")
    return [name for name in available if pattern.fullmatch(name)]
