"""The norm of a spanning tree's persistences, where all units are born at 1."""

import numbers

import numpy as np

__all__ = ["check_power", "tree_norm"]


def check_power(p, function):
    """The power of a norm is a number from 1 to infinity."""
    if isinstance(p, bool) or not isinstance(p, numbers.Real) or not p >= 1:
        raise ValueError(f"The 'p' parameter of {function} must be a number >= 1, or infinity. Got {p!r} instead.")


def tree_norm(tree, n_units, p, normalize):
    """p-norm of 1 - death over all units.

    Parameters
    ----------
    tree : ndarray of shape (n_edges,)
        Weights of a maximum spanning forest, at most 1. The n_units - n_edges units that no edge of it ends, one per
        component, die at 0.
    n_units : int
    p : float
    normalize : bool
        Divide by (n_units - 1) ** (1 / p).
    """
    deaths = np.zeros(n_units)
    deaths[: len(tree)] = tree
    norm = float(np.linalg.norm(1.0 - deaths, ord=p))
    return norm / (n_units - 1) ** (1.0 / p) if normalize else norm
