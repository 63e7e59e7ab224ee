"""What detectors read: the flat values of layers, the logits, and the class that the network predicts."""

import math
import numbers
from dataclasses import dataclass

import numpy as np

from sktopo._base import check_matrix

__all__ = ["Points", "read_points"]


@dataclass(frozen=True, eq=False)
class Points:
    """Inputs as points, layer by layer.

    Attributes
    ----------
    X : Activations or ndarray
        As given, for those who pass it on to a filtration.
    logits : float64 ndarray of shape (n_samples, n_classes)
    predicted : int ndarray of shape (n_samples,)
        Class that the network predicts; 0 for all rows of a matrix, which says nothing of classes.
    """

    X: object
    logits: np.ndarray
    predicted: np.ndarray

    def __len__(self):
        return len(self.logits)

    @property
    def is_matrix(self):
        return isinstance(self.X, np.ndarray)

    @property
    def layers(self):
        """Names of the layers; none of a matrix."""
        return () if self.is_matrix else self.X.layers

    def chosen(self, layers, who):
        """Names of the layers that a parameter lists by name or position; None takes all."""
        if self.is_matrix:
            return ["X"]
        if layers is None:
            return list(self.X.layers)
        if isinstance(layers, str | numbers.Integral):
            layers = [layers]
        if not isinstance(layers, list | tuple) or not layers:
            raise ValueError(
                f"The 'layers' parameter of {who} must be None, or names or positions of recorded layers: "
                f"{', '.join(self.X.layers)}. Got {layers!r} instead."
            )
        return list(dict.fromkeys(named_layer(self.X, which, "layers", who) for which in layers))

    def layer(self, which, who):
        """float64 matrix of shape (n_samples, n_units) of a layer, by name or by position.

        Of a matrix, every layer is the matrix itself.
        """
        if self.is_matrix:
            return self.X
        return flat(self.X, named_layer(self.X, which, "layer", who))

    def rounding(self, which, who):
        """Relative precision of a layer's values, as they were recorded."""
        values = self.X if self.is_matrix else self.X[named_layer(self.X, which, "layer", who)]
        return float(np.finfo(values.dtype if values.dtype.kind == "f" else np.float64).eps)


def read_points(estimator, X, logits, *, reset):
    """Points from Activations or a matrix.

    Parameters
    ----------
    estimator : Detector
        Keeps ``layers_``, and scikit-learn's attributes of a matrix, when `reset`.
    X : Activations or array-like
    logits : str or int
        The layer that holds the logits, by name or position.
    reset : bool
        True in fit.

    Returns
    -------
    Points
    """
    who = type(estimator).__name__
    if hasattr(X, "layers") and hasattr(X, "network"):
        if len(X) == 0:
            raise ValueError("Found Activations with 0 sample(s), while at least one is required.")
        _check_layers(estimator, X, reset, who)
        values = flat(X, named_layer(X, logits, "logits", who))
        return Points(X, values, values.argmax(axis=1))
    if not reset and getattr(estimator, "layers_", ()):
        raise ValueError(f"{who} was fitted on Activations and got a matrix. Give Activations of the same layers.")
    matrix = check_matrix(estimator, X, reset=reset)
    if reset:
        estimator.layers_ = ()
    return Points(matrix, matrix, np.zeros(len(matrix), dtype=np.int64))


def named_layer(activations, which, parameter, who):
    """Name of a layer that a parameter gives by name or position."""
    layers = activations.layers
    if isinstance(which, str):
        try:
            activations.require(which)
        except KeyError as error:
            raise ValueError(f"The {parameter!r} parameter of {who}: {error.args[0]}") from None
        return which
    if isinstance(which, numbers.Integral) and not isinstance(which, bool) and -len(layers) <= which < len(layers):
        return layers[which]
    raise ValueError(
        f"The {parameter!r} parameter of {who} must be the name of a layer or its position among the {len(layers)} "
        f"that were recorded: {', '.join(layers)}. Got {which!r} instead."
    )


def flat(activations, layer):
    """A layer as a finite float64 matrix with a row per input."""
    values = activations[layer]
    matrix = np.asarray(values, dtype=np.float64).reshape(len(values), math.prod(values.shape[1:]))
    wrong = ~np.isfinite(matrix).all(axis=1)
    if wrong.any():
        sample = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"Layer {layer!r} contains NaN or infinity in sample {sample}. Remove or repair that input.")
    return matrix


def _check_layers(estimator, X, reset, who):
    if reset:
        estimator.layers_ = X.layers
        estimator._layer_shapes = _shapes(X)
        return
    if estimator.layers_ != X.layers:
        fitted = f"layers {estimator.layers_}" if estimator.layers_ else "a matrix"
        raise ValueError(
            f"{who} was fitted on {fitted} and got layers {X.layers}. Record the same layers, or fit again."
        )
    for layer, before, now in zip(X.layers, estimator._layer_shapes, _shapes(X), strict=True):
        if before != now:
            raise ValueError(
                f"{who} was fitted on activations of shape {before} in layer {layer!r} and got {now}. Record the same "
                "network on inputs of the same shape, or fit again."
            )


def _shapes(X):
    """Shape of one input's values in every layer."""
    return tuple(X[layer].shape[1:] for layer in X.layers)
