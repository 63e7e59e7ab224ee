"""What keeps an element an element passes its vertex through: the unit before a ReLU is the unit after it.

So it is with a normalisation by statistics of the input itself (layer, group, instance normalisation): it divides
by a number that differs from input to input, which no fixed weight can hold. The next operator reads the normalised
value, so that its abs(w * h) is exact, the normalisation's own scale included.
"""

import torch

from sktopo.activations.vertices import Undescribable, only

__all__ = ["RULES", "gate"]

FUNCTIONS = (
    "relu relu6 leaky_relu elu selu celu gelu silu mish hardswish hardtanh hardsigmoid softplus softsign "
    "tanhshrink softshrink hardshrink logsigmoid log_sigmoid prelu rrelu threshold sigmoid tanh softmax "
    "log_softmax softmin abs absolute exp expm1 log log1p log2 log10 sqrt rsqrt square reciprocal sin cos tan atan "
    "asinh sign clamp clamp_min clamp_max clip pow rpow float_power erf dropout alpha_dropout feature_dropout "
    "feature_alpha_dropout dropout1d dropout2d dropout3d clone detach contiguous to float double half bfloat16 type "
    "type_as requires_grad cpu cuda nan_to_num data identity positive".split()
)
NORMALISATIONS = "layer_norm group_norm instance_norm local_response_norm rms_norm normalize".split()
# Of several values too, as long as they are values of the same units: x * sigmoid(x), x * (x > 0).
GATES = "maximum minimum gt ge lt le where masked_fill".split()


def pass_through(builder, call, operands, results):
    source = only(operands)
    for result in results:
        if result.tensor.shape != source.tensor.shape:
            raise Undescribable("its result has another shape than its input")
        result.inherit(source, source.shadow, linear=False)


def normalise(builder, call, operands, results):
    pass_through(builder, call, operands, results)
    for result in results:
        result.fresh = False  # a sum joins the normalised value by edges: what feeds the unit is on another scale


def gate(builder, call, operands, results):
    result = results[0]
    shadows = [value.shadow.expand(result.tensor.shape) for value in operands]
    if any(not torch.equal(shadow, shadows[0]) for shadow in shadows):
        only(operands)
    result.inherit(operands[0], shadows[0], linear=False)


RULES = {
    **dict.fromkeys(FUNCTIONS, pass_through),
    **dict.fromkeys(NORMALISATIONS, normalise),
    **dict.fromkeys(GATES, gate),
}
