"""Operators with learned weights: dense layers, products with a matrix, convolutions."""

import numpy as np

from sktopo.activations.network import ConvOperator, DenseOperator
from sktopo.activations.vertices import Undescribable, constant, only
from sktopo.activations.windows import per_axis

__all__ = ["RULES"]


def linear(builder, call, operands, results):
    _dense(builder, call, call.argument(0, "input"), call.argument(1, "weight"), operands, results)


def matmul(builder, call, operands, results):
    weight = call.argument(1, "mat2" if call.function == "mm" else "other")
    _dense(builder, call, call.argument(0, "input"), weight, operands, results, transposed=True)


def addmm(builder, call, operands, results):
    if call.argument(4, "alpha", 1) != 1:
        raise Undescribable("only alpha=1 is supported")
    _dense(builder, call, call.argument(1, "mat1"), call.argument(2, "mat2"), operands, results, transposed=True)


def _dense(builder, call, factor, weight, operands, results, *, transposed=False):
    source = only(operands)
    if weight is source.tensor and factor is weight:
        raise Undescribable("it multiplies activations with themselves")
    if factor is not source.tensor:
        raise Undescribable("only activations @ weights is supported, with the weights on the right")
    if weight.ndim != 2:
        raise Undescribable(f"its weight has {weight.ndim} axes instead of 2")
    weight = _numpy(call, weight)
    weight = np.ascontiguousarray(weight.T) if transposed else weight
    builder.new_layer(results[0])
    n_positions = source.tensor.numel() // weight.shape[1]
    builder.add_operator(DenseOperator, results[0], source, weight=weight, n_positions=n_positions)


def convolution(builder, call, operands, results):
    source, weight = only(operands), call.argument(1, "weight")
    n_axes = weight.ndim - 2
    if weight is source.tensor:
        raise Undescribable("its weights are computed from the input")
    if source.tensor.ndim != n_axes + 2:
        raise Undescribable("its input has no batch axis (images need one of channels, too: X[:, None] for grey ones)")
    dilation = per_axis(call.argument(5, "dilation", 1), n_axes)
    builder.new_layer(results[0])
    builder.add_operator(
        ConvOperator,
        results[0],
        source,
        weight=_numpy(call, weight),
        in_shape=tuple(source.tensor.shape[1:]),
        out_shape=tuple(results[0].tensor.shape[1:]),
        stride=per_axis(call.argument(3, "stride", 1), n_axes),
        padding=_padding(call.argument(4, "padding", 0), weight.shape[2:], dilation),
        dilation=dilation,
        groups=int(call.argument(6, "groups", 1)),
    )


def _padding(padding, kernel, dilation):
    """Zeros before and after, per axis."""
    if padding == "same":
        totals = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        return tuple((total // 2, total - total // 2) for total in totals)
    return tuple((p, p) for p in per_axis(0 if padding == "valid" else padding, len(kernel)))


def _numpy(call, weight):
    weight = constant(call, weight)
    return (weight.float() if weight.itemsize < 4 else weight).numpy().copy()


RULES = {
    "linear": linear,
    "matmul": matmul,
    "mm": matmul,
    "addmm": addmm,
    **{f"conv{n}d": convolution for n in (1, 2, 3)},
}
