"""Windows that slide along axes: their options, and which elements each result reads, in compressed rows."""

import numpy as np

__all__ = ["adaptive_windows", "axis_windows", "per_axis", "pooling_rows"]


def per_axis(value, n_axes):
    """An option as one integer per axis."""
    values = tuple(int(v) for v in value) if isinstance(value, list | tuple) else (int(value),)
    return values * n_axes if len(values) == 1 else values


def axis_windows(n_in, n_out, kernel, stride, padding, dilation=1):
    """Per output position the positions it reads along one axis, -1 where it reads padding."""
    position = np.arange(n_out)[:, None] * stride - padding + np.arange(kernel)[None, :] * dilation
    return [np.where((row >= 0) & (row < n_in), row, -1) for row in position]


def adaptive_windows(n_in, n_out):
    """Per output position the positions that adaptive pooling reads along one axis."""
    return [np.arange(i * n_in // n_out, -(-(i + 1) * n_in // n_out)) for i in range(n_out)]


def pooling_rows(n_channels, spatial, windows):
    """Compressed rows (indptr, indices) over elements of shape (channels, *spatial), in C order.

    Parameters
    ----------
    n_channels : int
    spatial : tuple of int
        Shape of one channel.
    windows : list of list of ndarray
        For each axis, for each output position, the positions read; -1 is left out.
    """
    per_position = []
    for where in np.ndindex(*[len(axis) for axis in windows]):
        chosen = [axis[i][axis[i] >= 0] for axis, i in zip(windows, where, strict=True)]
        per_position.append(np.ravel_multi_index(np.meshgrid(*chosen, indexing="ij"), spatial).ravel())
    sizes = np.tile([len(row) for row in per_position], n_channels)
    one_channel = np.concatenate(per_position)
    shifts = np.arange(n_channels)[:, None] * int(np.prod(spatial))
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), (shifts + one_channel).ravel()
