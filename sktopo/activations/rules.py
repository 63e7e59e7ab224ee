"""From the name of a called function to what it does to vertices."""

from sktopo.activations import elementwise, pooling, reshaping, scaling, sums, weighted
from sktopo.activations.vertices import Undescribable, only

__all__ = ["SUPPORTED", "interpret"]

SUPPORTED = (
    "linear and convolution layers, max, average and adaptive pooling, means over axes, batch normalisation "
    "in eval mode, layer and group normalisation, element-wise activations, dropout, products with constants, "
    "reshaping, slicing, padding with zeros, sums (residual) and concatenation"
)
_ATTENTION = "scaled_dot_product_attention multi_head_attention_forward native_multi_head_attention".split()
_RECURRENT = "lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell".split()
_PRODUCTS = "einsum bmm baddbmm bilinear tensordot outer chain_matmul linalg_multi_dot glu".split()
_NOT_YET = {
    **dict.fromkeys(_ATTENTION, "attention weighs activations with activations, which is not described yet"),
    **dict.fromkeys(_RECURRENT, "recurrent layers are not described yet"),
}

_RULES = {
    **elementwise.RULES,
    **reshaping.RULES,
    **sums.RULES,
    **weighted.RULES,
    **pooling.RULES,
    **scaling.RULES,
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
    if call.function in _NOT_YET:
        raise Undescribable(_NOT_YET[call.function])
    if call.function in _PRODUCTS:
        only(operands)
    if call.function not in _RULES:
        raise Undescribable(f"the function '{call.function}' is not supported")
    _RULES[call.function](builder, call, operands, results)
