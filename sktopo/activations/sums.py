"""Sums: the sum's unit has the edges of each branch, and what others read too is joined by edges of weight 1.

A factor of a term (``alpha``, a minus) is folded into the branch, or is the weight of its edges. An added constant,
such as a bias or a positional parameter, makes no edge. The sum of functions of the same units passes them through.
"""

import numpy as np
import torch

from sktopo.activations.elementwise import gate
from sktopo.activations.network import SparseOperator
from sktopo.activations.scaling import rescale, try_fold
from sktopo.activations.vertices import Undescribable

__all__ = ["RULES"]

# What the first and the second argument are multiplied with, up to alpha.
_SIGNS = {"add": (1, 1), "radd": (1, 1), "sub": (1, -1), "subtract": (1, -1), "rsub": (-1, 1)}


def add(builder, call, operands, results):
    terms = _terms(call, operands)
    if len(terms) == 1:
        (source, factor), result = terms[0], results[0]
        rescale(builder, source, result, torch.tensor(factor, dtype=torch.float64))
    elif _same_units([value for value, _ in terms], results[0]):
        gate(builder, call, operands, results)
    else:
        _join(builder, terms, results[0])


def _same_units(values, result):
    """Whether a sum is a function of each unit alone, such as y + y**3."""
    shadows = [value.shadow.expand(result.tensor.shape) for value in values]
    return torch.equal(*shadows)


def _terms(call, operands):
    """Pairs (value, what the sum multiplies it with) of the terms that depend on the input."""
    factors = [float(sign) for sign in _SIGNS[call.function]]
    factors[0 if call.function == "rsub" else 1] *= call.kwargs.get("alpha", 1)
    values = {id(value.tensor): value for value in operands}
    arguments = call.argument(0, "input"), call.argument(1, "other")
    terms = [(values[id(item)], factor) for item, factor in zip(arguments, factors, strict=True) if id(item) in values]
    if len({id(value) for value, _ in terms}) < len(operands):
        raise Undescribable("its terms are not its first two arguments")
    return terms


def _join(builder, terms, result):
    own = [_is_own(builder, value, factor, terms, result) for value, factor in terms]
    if any(own):
        builder.adopt(result, [value for (value, _), is_own in zip(terms, own, strict=True) if is_own])
    else:
        builder.new_layer(result)
    shape, size = result.tensor.shape, result.tensor.numel()
    for (value, factor), is_own in zip(terms, own, strict=True):
        if not is_own:
            elements = torch.arange(value.tensor.numel()).reshape(value.tensor.shape).expand(shape)
            builder.add_operator(
                SparseOperator,
                result,
                value,
                indptr=np.arange(size + 1, dtype=np.int64),
                indices=elements.numpy().ravel().copy(),
                weights=np.full(size, factor),
            )


def _is_own(builder, value, factor, terms, result):
    """Whether a term's units can be the sum's: they were made for it, and its factor is in their weights."""
    if terms[0][0] is terms[-1][0] or value.tensor.shape != result.tensor.shape or not value.is_branch():
        return False
    return factor == 1 or try_fold(builder, value, torch.tensor(factor, dtype=torch.float64))


RULES = dict.fromkeys(_SIGNS, add)
