"""Sums: the sum's unit has the edges of each branch, and what others read too is joined by edges of weight 1."""

import numpy as np
import torch

from sktopo.activations.elementwise import pass_through
from sktopo.activations.network import SparseOperator
from sktopo.activations.vertices import vertices_of

__all__ = ["RULES"]


def add(builder, call, operands, results):
    result = results[0]
    if len(operands) == 1 and _count_tensors(call) <= 1:  # a number or a bias is added
        pass_through(builder, call, operands, results, linear=operands[0].linear)
        return
    if len(operands) == 1:
        operands = operands * sum(item is operands[0].tensor for item in call.args)
    if len(operands) == 1:
        result.inherit(operands[0], operands[0].shadow.expand(result.tensor.shape), linear=operands[0].linear)
        return
    _join(builder, call, operands, result)


def _join(builder, call, operands, result):
    shape = result.tensor.shape
    own = [value.is_branch() and value.tensor.shape == shape for value in operands]
    if operands[0] is operands[-1]:
        own = [False] * len(operands)
    if any(own):
        builder.adopt(result, [value for value, is_own in zip(operands, own, strict=True) if is_own])
    else:
        builder.new_layer(result)
    size = len(vertices_of(result.shadow))
    for value, is_own in zip(operands, own, strict=True):
        if not is_own:
            elements = torch.arange(value.tensor.numel()).reshape(value.tensor.shape).expand(shape)
            builder.add_operator(
                SparseOperator,
                result,
                value,
                indptr=np.arange(size + 1, dtype=np.int64),
                indices=elements.numpy().ravel().copy(),
                weights=np.full(size, _factor(call, value), dtype=np.float32),
            )


def _factor(call, value):
    """What a sum multiplies one of its terms with: ``alpha``, and -1 for what is subtracted."""
    other = call.args[1] if len(call.args) > 1 else call.kwargs.get("other")
    if value.tensor is not other or value.tensor is call.args[0]:
        return -1.0 if call.function == "rsub" else 1.0
    alpha = float(call.kwargs.get("alpha", 1.0))
    return -alpha if call.function in ("sub", "subtract") else alpha


def _count_tensors(call):
    return sum(isinstance(item, torch.Tensor) and item.ndim > 0 for item in call.args)


RULES = dict.fromkeys(("add", "sub", "radd", "rsub", "subtract"), add)
