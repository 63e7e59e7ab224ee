"""What attacks and shifts demand of the inputs that they change, and of the numbers that they are told."""

import numbers

import numpy as np

__all__ = ["check_classes", "check_clip", "check_count", "check_inputs", "check_size", "clipped"]

SLACK = 1e-6  # of the range: what rounding in single precision may put beside it


def check_inputs(X):
    """Finite floating-point inputs, at least one, as one contiguous array."""
    X = np.asarray(X)
    if X.dtype.kind != "f":
        raise ValueError(
            f"Inputs must be floating-point numbers, such as images in [0, 1]. Got type {X.dtype} instead."
        )
    if X.ndim < 2 or len(X) == 0 or not np.isfinite(X).all():
        raise ValueError(
            f"Inputs must be finite, at least one, with samples along the first axis. Got shape {X.shape}"
            f"{'' if np.isfinite(X).all() else ' with NaN or infinity'}."
        )
    return np.ascontiguousarray(X)


def check_clip(who, X, clip):
    """The range of values holds the inputs: cutting off what lies outside would change them more than was asked for."""
    if clip is None:
        return
    if np.shape(clip) != (2,) or not clip[0] < clip[1]:
        raise ValueError(f"The 'clip' of {who} must be None or (least, largest), least first. Got {clip!r} instead.")
    least, largest = (float(X.min()), float(X.max())) if X.size else clip
    slack = SLACK * (clip[1] - clip[0])
    if least < clip[0] - slack or largest > clip[1] + slack:
        raise ValueError(
            f"{who} keeps values within clip={clip}, and the inputs have values from {least:g} to {largest:g}. Give "
            "the range that your inputs can have as clip, or clip=None."
        )


def check_classes(y, n_inputs):
    """One class for each input, as int64."""
    y = np.asarray(y)
    if y.shape != (n_inputs,):
        raise ValueError(f"y must hold one class for each of the {n_inputs} inputs. Got shape {y.shape} instead.")
    if y.dtype.kind not in "iu" or y.min() < 0:
        raise ValueError(f"y must hold the positions of logits, integers from 0. Got {y[:5]!r} instead.")
    return y.astype(np.int64)


def check_size(who, name, value, *, positive=False):
    """A finite number >= 0, or > 0."""
    fits = isinstance(value, numbers.Real) and not isinstance(value, bool) and 0 <= value < np.inf
    if not fits or (positive and value == 0):
        raise ValueError(
            f"The {name!r} of {who} must be a number {'>' if positive else '>='} 0. Got {value!r} instead."
        )


def check_count(who, name, value):
    """A positive integer."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"The {name!r} of {who} must be a positive integer. Got {value!r} instead.")


def clipped(values, clip):
    return values if clip is None else np.clip(values, *clip)
