"""What a point of an activation cloud is: five meanings, one function each.

A layer of a set of inputs is an array (n_inputs, ...). A *spatial activation* is the vector of all channels at one
position. After Purvine et al., arXiv 2212.00222.
"""

import numpy as np

from sktopo.filtration.masks import inside

__all__ = ["ONE_PER_INPUT", "POINTS", "grid_of", "n_points_of", "points_of", "positions_of", "width_of"]

ONE_PER_INPUT = ("flat", "mean", "top_l2", "random")
POINTS = ("all", "mask", *ONE_PER_INPUT)


def channels_axis(shape, channels):
    """Axis of the channels in the shape of one input: "first", "last", or by the number of axes ("auto")."""
    first = len(shape) > 2 if channels == "auto" else channels == "first"
    return 0 if first else len(shape) - 1


def grid_of(shape, channels):
    """Sizes of the axes of one input that are positions: (h, w) of an image, (t,) of tokens, () of a dense layer."""
    axis = channels_axis(shape, channels)
    return tuple(shape[:axis]) + tuple(shape[axis + 1 :])


def positions_of(values, channels):
    """Spatial activations, an array (n_inputs, n_positions, n_channels); a dense layer has one position."""
    if values.ndim == 1:
        return values[:, None, None]
    axis = channels_axis(values.shape[1:], channels) + 1
    return np.moveaxis(values, axis, -1).reshape(len(values), -1, values.shape[axis])


def points_of(values, points, *, channels="auto", mask=None, side="inside", rng=None):
    """The cloud of a set of inputs.

    Parameters
    ----------
    values : ndarray of shape (n_inputs, ...)
    points : str
        One of POINTS.
    channels : {"auto", "first", "last"}
    mask : ndarray of bool of shape (n_inputs, *size) or None
        Needed by "mask".
    side : {"inside", "outside"}
    rng : numpy.random.Generator or None
        Needed by "random".

    Returns
    -------
    ndarray of shape (n_points, n_coordinates)
    """
    if points == "flat":
        return values.reshape(len(values), -1)
    positions = positions_of(values, channels)
    if points == "mean":
        return positions.mean(axis=1, dtype=np.float64)
    if points == "all":
        return positions.reshape(-1, positions.shape[-1])
    if points == "mask":
        chosen = inside(mask, grid_of(values.shape[1:], channels), side)
        return positions[chosen.reshape(positions.shape[:2])]
    return positions[np.arange(len(values)), _one_position(positions, points, rng)]


def _one_position(positions, points, rng):
    """Of every input the position of largest norm (the first of equals), or a random one."""
    if points == "random":
        return rng.integers(positions.shape[1], size=len(positions))
    wide = positions.astype(np.float64, copy=False)
    largest = np.abs(wide).max(axis=(1, 2), initial=0.0, keepdims=True)
    return ((wide / np.where(largest > 0, largest, 1.0)) ** 2).sum(axis=2).argmax(axis=1)


def width_of(values, points, channels="auto"):
    """How many coordinates a point has."""
    shape = values.shape[1:]
    if points == "flat" or not shape:
        return int(np.prod(shape, dtype=np.int64))
    return shape[channels_axis(shape, channels)]


def n_points_of(values, points, *, channels="auto", mask=None, side="inside"):
    """How many points `points_of` will give, from shapes and masks alone."""
    if points in ONE_PER_INPUT:
        return len(values)
    grid = grid_of(values.shape[1:], channels) if values.ndim > 1 else ()
    if points == "mask":
        return int(inside(mask, grid, side).sum())
    return len(values) * int(np.prod(grid, dtype=np.int64))
