"""What counts as a network's layers: Activations, a mapping of names to arrays, or a matrix of one-unit layers."""

from collections.abc import Mapping

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from sktopo._base import check_matrix
from sktopo.diagrams.container import Diagrams

__all__ = ["has_layers", "is_sets", "read_layers", "read_matrix"]


def has_layers(X):
    """Whether X brings named layers, as Activations, Diagrams and mappings do."""
    if sparse.issparse(X):  # one kind of which is a mapping
        return False
    return isinstance(X, Mapping | Diagrams) or isinstance(getattr(X, "layers", None), tuple) or is_sets(X)


def is_sets(X):
    """Whether X is a list of networks' activations on sets of inputs, as ``Activations.sets`` makes."""
    return isinstance(X, list | tuple) and len(X) > 0 and all(hasattr(x, "layers") or isinstance(x, Mapping) for x in X)


def read_layers(X):
    """Names and arrays of a network's layers; the columns of a plain matrix are layers of one unit.

    Parameters
    ----------
    X : Activations, mapping of str to array-like (n_samples, ...), or array-like of shape (n_samples, n_layers)

    Returns
    -------
    dict of str to array
    """
    if isinstance(X, Diagrams) or is_sets(X):
        raise ValueError(
            "This measure compares Activations of the same inputs. Got Diagrams or sets of Activations instead, which "
            "go with a distance between diagrams as measure."
        )
    if not has_layers(X):
        return read_matrix(None, X)
    layers = {str(name): values for name, values in X.items()}
    counts = {name: len(values) for name, values in layers.items()}
    if len(set(counts.values())) != 1:
        raise ValueError(f"Every layer must hold the same inputs, and there must be one. Got {counts} inputs instead.")
    return layers


def read_matrix(estimator, X):
    """Columns of a matrix as layers of one unit; with an estimator, it learns the columns as in any ``fit``."""
    names = getattr(X, "columns", None)
    checked = check_array(X, dtype=np.float64) if estimator is None else check_matrix(estimator, X, reset=True)
    if names is None:
        names = [f"x{j}" for j in range(checked.shape[1])]
    return {str(name): checked[:, [j]] for j, name in enumerate(names)}
