"""Products with constants multiply the weights of what feeds them: batch normalisation, layer scale, a negative sign.

Where there is nothing to fold into (several readers, an activation function between, a scale per position
that a shared weight cannot take) the vertices pass through: the next operator reads the rescaled value, so that
its abs(w * h) is exact without the fold, and a sum joins the rescaled value by edges of weight 1.
"""

import numpy as np
import torch

from sktopo.activations.elementwise import gate
from sktopo.activations.network import ConvOperator, DenseOperator
from sktopo.activations.vertices import Undescribable, constant, only, vertices_of

__all__ = ["RULES", "rescale", "try_fold"]

_DIVISIONS = ("div", "divide", "true_divide", "truediv")
_REVERSED = ("rdiv", "rtruediv")  # a constant divided by activations
_SIGNS = ("neg", "negative")


def batch_norm(builder, call, operands, results):
    if call.argument(5, "training", False):
        raise Undescribable(
            "it uses the statistics of the batch: call model.eval(), and keep running statistics "
            "(track_running_stats=True)"
        )
    scale = torch.rsqrt(constant(call, call.argument(2, "running_var")).double() + call.argument(7, "eps", 1e-5))
    weight = call.argument(3, "weight", None)
    if weight is not None:
        scale = scale * constant(call, weight).double()
    shape = [1, -1] + [1] * (results[0].tensor.ndim - 2)
    rescale(builder, only(operands), results[0], scale.reshape(shape))


def product(builder, call, operands, results):
    """A product or quotient; of activations and a constant it is a scale, of values of the same units a gate."""
    scale = _constant_scale(call, operands)
    if scale is None:
        gate(builder, call, operands, results)
    else:
        rescale(builder, operands[0], results[0], scale)


def sign(builder, call, operands, results):
    rescale(builder, only(operands), results[0], torch.tensor(-1.0))


def _constant_scale(call, operands):
    """What the activations are multiplied with, None where that is not a constant."""
    factors = call.argument(0, "input"), call.argument(1, "other")
    constants = [factor for factor in factors if all(factor is not value.tensor for value in operands)]
    if len(constants) != 1 or call.function in _REVERSED or call.kwargs.get("rounding_mode"):
        return None
    scale = constant(call, torch.as_tensor(constants[0])).double()
    if call.function not in _DIVISIONS:
        return scale
    return None if constants[0] is factors[0] else 1.0 / scale


def rescale(builder, source, result, scale):
    """Hand vertices on to a source times a scale (plus any constant), folding the scale where that is possible."""
    result.inherit(source, source.shadow.expand(result.tensor.shape), linear=source.linear)
    if (scale == 1).all():
        return
    folded = source.tensor.shape == result.tensor.shape and try_fold(builder, source, scale)
    result.linear, result.fresh = folded, result.fresh and folded


def try_fold(builder, source, scale):
    """Multiply the weights that feed a value by a scale that broadcasts to it; whether that could be done."""
    if not (source.linear and source.is_branch()):
        return False
    factor = np.ones(source.layer.size)
    per_element = scale.expand(source.tensor.shape).numpy().ravel()
    factor[vertices_of(source.shadow) - source.layer.start] = per_element
    feeding = builder.feeding(source.layer)
    scaled = [_scaled(draft, factor[draft.target_units - source.layer.start]) for draft in feeding]
    # After flattening a scale may differ between positions, which a shared weight cannot take.
    if any(fields is None for fields in scaled):
        return False
    for draft, fields in zip(feeding, scaled, strict=True):
        draft.fields.update(fields)
    return True


def _scaled(draft, factor):
    """The weights times one factor per result element, None where positions sharing a weight differ."""
    if draft.kind not in (DenseOperator, ConvOperator):
        fields = draft.fields
        return {"weights": fields["weights"] * np.repeat(factor, np.diff(fields["indptr"]))}
    weight = draft.fields["weight"]
    n_out = weight.shape[0]
    by_output = factor.reshape(-1, n_out) if draft.kind is DenseOperator else factor.reshape(n_out, -1).T
    if not (by_output == by_output[:1]).all():
        return None
    scaled = weight * by_output[0].reshape((-1,) + (1,) * (weight.ndim - 1))
    return {"weight": scaled.astype(weight.dtype)}


RULES = {
    "batch_norm": batch_norm,
    **dict.fromkeys(("mul", "multiply", "rmul", *_DIVISIONS, *_REVERSED), product),
    **dict.fromkeys(_SIGNS, sign),
}
