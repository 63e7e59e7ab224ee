"""Only the weights that training moved least: the under-optimised edges of Goibert, Ricatte and Dohmatob.

A mask of weights, not of edges: a weight that is dropped becomes zero, and zeros are no edges, for every place of a
convolution and every input.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sktopo.filtration.checks import check_names, check_shares, closest

__all__ = ["under_optimised"]


def under_optimised(operators, quantile, initial):
    """The operators with the weights of weighted ones dropped where training increased them most.

    Parameters
    ----------
    operators : list of Operator
    quantile : float or dict of str to float
        Share of each operator's non-zero weights that is kept; operators that a dict does not name keep all.
    initial : None, Network, or dict of str to array-like
        Weights before training.

    Returns
    -------
    list of Operator
    """
    check_shares("edge_quantile", quantile)
    names = [operator.name for operator in operators if operator.weighted]
    _check_initial(initial)
    if isinstance(quantile, dict):
        check_names("edge_quantile", quantile, names)
    shares = quantile if isinstance(quantile, dict) else dict.fromkeys(names, quantile)
    return [
        replace(o, weight=_masked(o, shares[o.name], initial)) if o.weighted and o.name in shares else o
        for o in operators
    ]


def _masked(operator, share, initial):
    growth = np.abs(operator.weight.astype(np.float64))
    if initial is not None:
        growth -= np.abs(_initial_weight(operator, initial))
    growths = np.sort(growth[operator.weight != 0])
    if not len(growths):
        return operator.weight
    most = growths[max(1, math.ceil(share * len(growths))) - 1]
    return np.where(growth <= most, operator.weight, np.zeros((), operator.weight.dtype))


def _check_initial(initial):
    if initial is None or hasattr(initial, "operators") or (isinstance(initial, Mapping) and len(initial)):
        return
    raise ValueError(
        "The 'initial' parameter of GraphFiltration must be None, the Network of the untrained model "
        "(ActivationExtractor(model).fit(X[:1]).network_, made before training), or weights by operator, such as a "
        f"state dict. Got {'an empty ' if isinstance(initial, Mapping) else ''}{type(initial).__name__} instead."
    )


def _initial_weight(operator, initial):
    """The array of an operator's weights before training, in float64."""
    if hasattr(initial, "operators"):
        initial = {o.name: o.weight for o in initial.operators if o.weighted}
    plain = operator.name.split(":")[0]  # a module that is called again has the same weights
    keys = [key for key in (operator.name, plain, f"{plain}.weight") if key in initial]
    if not keys:
        raise ValueError(
            f"The 'initial' parameter of GraphFiltration has no weights for {operator.name!r}. "
            f"Closest names: {closest(operator.name, [str(key) for key in initial])}."
        )
    weight = initial[keys[0]]
    if hasattr(weight, "detach"):  # a tensor of a state dict, on any device and of any type
        weight = weight.detach().cpu().double().numpy()
    weight = np.asarray(weight, dtype=np.float64)
    if weight.shape != operator.weight.shape:
        raise ValueError(
            f"The 'initial' weights of {operator.name!r} have shape {weight.shape}, and its weights have shape "
            f"{operator.weight.shape}. Give the weights of the same network before training."
        )
    if not np.isfinite(weight).all():
        raise ValueError(f"The 'initial' weights of {operator.name!r} contain NaN or infinity.")
    return weight
