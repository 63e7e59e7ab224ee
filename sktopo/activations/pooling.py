"""Pooling and reductions over axes: edges of fixed weight from every element of a window, or from the largest."""

from functools import partial

import numpy as np

from sktopo.activations.network import MaxOperator, SparseOperator
from sktopo.activations.vertices import Undescribable, only
from sktopo.activations.windows import adaptive_windows, axis_windows, per_axis, pooling_rows

__all__ = ["RULES"]


def max_pool(builder, call, operands, results):
    axes = _geometry(call, operands, results)
    dilation = per_axis(call.argument(4, "dilation", 1), len(axes))
    windows = [axis_windows(*axis, d) for axis, d in zip(axes, dilation, strict=True)]
    _pool(builder, MaxOperator, operands, results[0], windows)


def avg_pool(builder, call, operands, results):
    axes = _geometry(call, operands, results)
    divisors = None
    override = call.argument(6, "divisor_override", None) if len(axes) > 1 else None
    if override:
        divisors = np.full(int(np.prod([n_out for _, n_out, *_ in axes])), float(override))
    elif call.argument(5, "count_include_pad", True):
        # Padding counts, but what ceil_mode adds beyond the padding does not.
        counts = [np.minimum(np.arange(o) * s - p + k, n + p) - (np.arange(o) * s - p) for n, o, k, s, p in axes]
        divisors = np.ravel(np.prod(np.meshgrid(*counts, indexing="ij"), axis=0))
    _pool(builder, SparseOperator, operands, results[0], [axis_windows(*axis) for axis in axes], divisors)


def adaptive_pool(kind, builder, call, operands, results):
    n_axes = _n_axes(call)
    sizes = zip(only(operands).tensor.shape[-n_axes:], results[0].tensor.shape[-n_axes:], strict=True)
    _pool(builder, kind, operands, results[0], [adaptive_windows(n_in, n_out) for n_in, n_out in sizes])


def reduction(builder, call, operands, results):
    """A mean, sum or maximum over axes."""
    source, result = only(operands), results[0]
    axes = call.argument(1, "dim", call.argument(1, "axis", None))
    axes = range(source.tensor.ndim) if axes is None else [axes] if isinstance(axes, int) else axes
    axes = sorted(axis % source.tensor.ndim for axis in axes)
    if 0 in axes:
        raise Undescribable("it goes over the batch axis")
    elements = np.arange(source.tensor.numel()).reshape(tuple(source.tensor.shape))
    rows = np.moveaxis(elements, axes, range(-len(axes), 0)).reshape(result.tensor.numel(), -1)
    size = rows.shape[1]
    builder.new_layer(result)
    builder.add_operator(
        MaxOperator if call.function in ("amax", "max") else SparseOperator,
        result,
        source,
        indptr=np.arange(len(rows) + 1, dtype=np.int64) * size,
        indices=rows.ravel().astype(np.int64),
        weights=np.full(rows.size, 1.0 / size if call.function == "mean" else 1.0),
    )


def _n_axes(call):
    return int(call.function.removesuffix("_with_indices")[-2])


def _geometry(call, operands, results):
    """Per axis (size, size of the result, kernel, stride, padding)."""
    n_axes = _n_axes(call)
    kernel = per_axis(call.argument(1, "kernel_size"), n_axes)
    stride = call.argument(2, "stride", None)
    stride = kernel if stride in (None, [], ()) else per_axis(stride, n_axes)
    padding = per_axis(call.argument(3, "padding", 0), n_axes)
    n_in, n_out = only(operands).tensor.shape[-n_axes:], results[0].tensor.shape[-n_axes:]
    return list(zip(n_in, n_out, kernel, stride, padding, strict=True))


def _pool(builder, kind, operands, result, windows, divisors=None):
    source = only(operands)
    shape = tuple(source.tensor.shape)
    spatial = shape[len(shape) - len(windows) :]
    n_channels = int(np.prod(shape[: len(shape) - len(windows)]))
    indptr, indices = pooling_rows(n_channels, spatial, windows)
    sizes = np.diff(indptr)
    if kind is MaxOperator:
        weights = np.ones(len(indices), dtype=np.float32)
    else:
        divisors = sizes if divisors is None else np.tile(divisors, n_channels)
        weights = np.repeat(1.0 / divisors, sizes)
    builder.new_layer(result)
    builder.add_operator(kind, result, source, indptr=indptr, indices=indices, weights=weights)


RULES = {
    **dict.fromkeys(("mean", "sum", "amax", "max"), reduction),
    **{f"max_pool{n}d{suffix}": max_pool for n in (1, 2, 3) for suffix in ("", "_with_indices")},
    **{f"avg_pool{n}d": avg_pool for n in (1, 2, 3)},
    **{f"adaptive_avg_pool{n}d": partial(adaptive_pool, SparseOperator) for n in (1, 2, 3)},
    **{f"adaptive_max_pool{n}d": partial(adaptive_pool, MaxOperator) for n in (1, 2, 3)},
}
