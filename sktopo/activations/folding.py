"""Batch normalisation: its scale multiplies the weights of the operators that feed it."""

import numpy as np
import torch

from sktopo.activations.elementwise import pass_through
from sktopo.activations.network import ConvOperator, DenseOperator
from sktopo.activations.vertices import Undescribable, only, vertices_of

__all__ = ["RULES"]


def batch_norm(builder, call, operands, results):
    source, result = only(operands), results[0]
    if call.argument(5, "training", False):
        raise Undescribable(
            "it uses the statistics of the batch: call model.eval(), and keep running statistics "
            "(track_running_stats=True)"
        )
    variance = call.argument(2, "running_var")
    scale = torch.rsqrt(variance.detach().double() + call.argument(7, "eps", 1e-5))
    weight = call.argument(3, "weight", None)
    if weight is not None:
        scale = scale * weight.detach().double()
    shape = [1, -1] + [1] * (result.tensor.ndim - 2)
    pass_through(builder, call, operands, results, linear=_fold(builder, source, scale.cpu().reshape(shape)))


def _fold(builder, source, scale):
    """Multiply the weights that feed a value by a scale that broadcasts to it; whether that could be done."""
    if not (source.linear and source.is_branch()):
        return False
    factor = np.ones(source.layer.size)
    per_element = scale.expand(source.tensor.shape).numpy().ravel()
    factor[vertices_of(source.shadow) - source.layer.start] = per_element
    feeding = builder.feeding(source.layer)
    scaled = [_scaled(draft, factor[draft.target_units - source.layer.start]) for draft in feeding]
    # A normalisation after flattening has a scale per position, which a shared weight cannot take.
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


RULES = {"batch_norm": batch_norm}
