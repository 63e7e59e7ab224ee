"""What acts on each element alone passes vertices through: the unit before a ReLU is the unit after it."""

import torch

from sktopo.activations.vertices import Undescribable, only

__all__ = ["RULES", "pass_through"]

FUNCTIONS = (
    "relu relu6 leaky_relu elu selu celu gelu silu mish hardswish hardtanh hardsigmoid softplus softsign "
    "tanhshrink softshrink hardshrink logsigmoid log_sigmoid prelu rrelu threshold sigmoid tanh softmax "
    "log_softmax softmin abs absolute neg negative exp log log1p sqrt rsqrt square reciprocal sin cos clamp "
    "clamp_min clamp_max clip pow erf dropout alpha_dropout feature_dropout feature_alpha_dropout dropout1d "
    "dropout2d dropout3d clone detach contiguous to float double half bfloat16 type type_as requires_grad cpu cuda "
    "nan_to_num data identity".split()
)
# Of several values too, as long as they are values of the same units: x * sigmoid(x), x * (x > 0).
GATES = (
    "mul multiply rmul div divide true_divide truediv rtruediv maximum minimum gt ge lt le where masked_fill".split()
)


def pass_through(builder, call, operands, results, *, linear=False):
    source = only(operands)
    for result in results:
        if result.tensor.shape != source.tensor.shape:
            raise Undescribable("its result has another shape than its input")
        result.inherit(source, source.shadow, linear=linear)


def gate(builder, call, operands, results):
    result = results[0]
    shadows = [value.shadow.expand(result.tensor.shape) for value in operands]
    if any(not torch.equal(shadow, shadows[0]) for shadow in shadows):
        only(operands)
    result.inherit(operands[0], shadows[0], linear=False)


RULES = {**dict.fromkeys(FUNCTIONS, pass_through), **dict.fromkeys(GATES, gate)}
