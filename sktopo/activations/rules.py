"""From the name of a called function to what it does to vertices."""

from sktopo.activations import elementwise, folding, pooling, reshaping, sums, weighted
from sktopo.activations.vertices import Undescribable

__all__ = ["SUPPORTED", "interpret"]

SUPPORTED = (
    "linear and convolution layers, max, average and adaptive pooling, means over axes, batch normalisation "
    "in eval mode, element-wise activations, dropout, reshaping, slicing, padding with zeros, sums (residual) "
    "and concatenation"
)

_RULES = {
    **elementwise.RULES,
    **reshaping.RULES,
    **sums.RULES,
    **weighted.RULES,
    **pooling.RULES,
    **folding.RULES,
}


def interpret(builder, call, operands, results):
    """Give the results of one call their vertices; raise Undescribable where that cannot be done.

    Parameters
    ----------
    builder : VertexBuilder
        Gets the call's layers and operators.
    call : Call
    operands : list of Value
        Tensors among the arguments that carry vertices.
    results : list of Value
    """
    if call.function not in _RULES:
        raise Undescribable(f"the function '{call.function}' is not supported")
    _RULES[call.function](builder, call, operands, results)
