"""The lists of a convolution: which taps leave a source, by its channel and stride phase; and where results read."""

import itertools
from dataclasses import dataclass

import numpy as np

from sktopo._numeric.tables import FIELD

__all__ = ["Phase", "Planes", "packed", "phases_of", "plane_shape", "planes_of", "three"]


@dataclass(frozen=True)
class Phase:
    """Sources at equal positions modulo the stride: the taps that reach a result are the same for all of them.

    Axes: c = input channel, i = list entry (output channel of the group × tap), s = source position of the phase,
    d = depth, height, width.

    Attributes
    ----------
    weights : array (c, i)
    results : int array (c, i)
        Flat output position of each entry, relative to that of the zeroth tap.
    before : int array (i, d)
        How far a tap lies before the zeroth one, in output positions.
    positions : int array (s,)
        Flat source positions.
    corner : int array (s,)
        Output position of the zeroth tap, packed; -1 where no tap falls off the image.
    """

    weights: np.ndarray
    results: np.ndarray
    before: np.ndarray
    positions: np.ndarray
    corner: np.ndarray


@dataclass(frozen=True)
class Planes:
    """The sources of a convolution, padded and cut into stride phases, see `sorted_columns`.

    Axes: c = input channel, p = place of a plane, t = tap.

    Attributes
    ----------
    sources : int array (c, p)
        Source at every place; -1 if there is none.
    window : int array (t,)
        How far from a result each tap reads.
    shape : int array (3,)
        Depth, height and width of one stride phase.
    """

    sources: np.ndarray
    window: np.ndarray
    shape: np.ndarray


def three(values, filler):
    """Sizes along depth, height and width."""
    return np.array([filler] * (3 - len(values)) + list(values))


def phases_of(operator, weight):
    """Every stride phase of a convolution with this weight, and every source's flat position of the zeroth tap."""
    groups, c_in, c_out = operator.groups, weight.shape[1], weight.shape[0] // operator.groups
    n, out = three(operator.in_shape[1:], 1), three(operator.out_shape[1:], 1)
    kernel, stride, dilation = three(weight.shape[2:], 1), three(operator.stride, 1), three(operator.dilation, 1)
    padding = three([side for side, _ in operator.padding], 0)
    # One row per input channel: the output channels of its group, and the taps.
    rows = weight.reshape(groups, c_out, c_in, *kernel).swapaxes(1, 2).reshape(groups * c_in, c_out, *kernel)
    channel_at = (np.repeat(np.arange(groups), c_in)[:, None] * c_out + np.arange(c_out)) * out.prod()
    where = np.indices(n).reshape(3, -1).T + padding
    corner, phase = where // stride, where % stride
    steps = np.array([out[1] * out[2], out[2], 1])
    phases = []
    for p in itertools.product(*map(range, stride)):
        taps = _taps_of_phase(p, kernel, stride, dilation)
        before = (taps * dilation - p) // stride
        positions = np.flatnonzero((phase == p).all(axis=1))
        results = channel_at[:, :, None] - before @ steps
        phases.append(
            Phase(
                rows[:, :, taps[:, 0], taps[:, 1], taps[:, 2]].reshape(len(rows), -1),
                results.reshape(len(rows), -1),
                np.tile(before, (c_out, 1)),
                positions,
                _border(corner[positions], before, out),
            )
        )
    return phases, corner @ steps


def plane_shape(operator):
    """Depth, height and width of one stride phase of a convolution's plane: the farthest tap of the last result."""
    out, kernel = three(operator.out_shape[1:], 1), three(operator.weight.shape[2:], 1)
    return out + (kernel - 1) * three(operator.dilation, 1) // three(operator.stride, 1)


def planes_of(operator):
    """The planes of a convolution; results and places are counted in strides from the same corner."""
    n, shape = three(operator.in_shape[1:], 1), plane_shape(operator)
    kernel, stride = three(operator.weight.shape[2:], 1), three(operator.stride, 1)
    dilation, padding = three(operator.dilation, 1), three([side for side, _ in operator.padding], 0)
    taps = np.indices(kernel).reshape(3, -1).T * dilation
    window = np.ravel_multi_index((*(taps % stride).T, *(taps // stride).T), (*stride, *shape))
    axes = [  # along each axis, the source position at every (phase, place); outside of the image where there is none
        np.arange(shape[i]) * stride[i] + np.arange(stride[i])[:, None] - padding[i] for i in range(3)
    ]
    z, y, x = (axis.reshape(np.insert([1] * 4, [i, i + 2], axis.shape)) for i, axis in enumerate(axes))
    exists = np.ones(1, dtype=bool)
    for position, size in zip((z, y, x), n, strict=True):
        exists = exists & (position >= 0) & (position < size)
    places = np.where(exists, (z * n[1] + y) * n[2] + x, -1).ravel()
    channels = np.arange(operator.in_shape[0])[:, None] * n.prod()
    return Planes(np.where(places >= 0, places + channels, -1), window, shape)


def _taps_of_phase(phase, kernel, stride, dilation):
    """Positions in the kernel whose distance from the zeroth tap brings them to a result of this phase."""
    axes = [
        np.flatnonzero((np.arange(size) * step - start) % apart == 0)
        for size, step, apart, start in zip(kernel, dilation, stride, phase, strict=True)
    ]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def packed(places):
    """Three coordinates in one integer, see `tables`."""
    return (places.astype(np.int64) << (FIELD * np.arange(3))).sum(axis=-1)


def _border(corner, before, out):
    """The corners, -1 where every tap stays on the image."""
    if len(before) == 0:
        return np.full(len(corner), -1)
    on_image = (corner >= before.max(axis=0)) & (corner - before.min(axis=0) < out)
    return np.where(on_image.all(axis=1), -1, packed(corner))
