"""What only moves elements moves their vertices: the call is repeated on the shadow."""

import torch

from sktopo.activations.vertices import Undescribable

__all__ = ["RULES"]

FUNCTIONS = (
    "view reshape flatten unflatten permute transpose t T mT swapaxes swapdims movedim moveaxis squeeze "
    "unsqueeze getitem narrow select cat concat concatenate stack hstack vstack chunk split tensor_split "
    "unbind pad expand expand_as repeat repeat_interleave tile flip roll rot90 view_as reshape_as ravel pixel_shuffle "
    "pixel_unshuffle channel_shuffle diagonal index_select unfold interpolate".split()
)


def reshuffle(builder, call, operands, results):
    args, kwargs = _with_shadows(call, operands)
    if call.function == "pad":
        args, kwargs = _zero_padding(args, kwargs)
    if call.function == "interpolate" and not str(kwargs.get("mode", "nearest")).startswith("nearest"):
        raise Undescribable("it blends elements; only mode='nearest' is supported")
    outcome = call.func(*args, **kwargs)
    outcome = [outcome] if isinstance(outcome, torch.Tensor) else list(outcome)
    for result, shadow in zip(results, outcome, strict=True):
        if shadow.shape != result.tensor.shape:
            raise Undescribable("it reads the bytes of the elements")
        result.inherit(operands[0], shadow.clone(), linear=operands[0].linear)
        result.fresh = result.fresh and len(operands) == 1


def _with_shadows(call, operands):
    """The arguments with shadows in place of values and zeros in place of other numbers."""
    # Contiguous, so that every view of the value is one of its shadow.
    shadows = {id(value.tensor): value.shadow.contiguous() for value in operands}

    def swap(item):
        if isinstance(item, torch.Tensor):
            if id(item) in shadows:
                return shadows[id(item)]
            return torch.zeros(item.shape, dtype=torch.float64) if item.is_floating_point() else item.cpu()
        if isinstance(item, list | tuple) and type(item) in (list, tuple):
            return type(item)(swap(part) for part in item)
        return item

    return swap(call.args), {key: swap(item) for key, item in call.kwargs.items()}


def _zero_padding(args, kwargs):
    """The arguments of a padding whose filler is a constant, whatever its value."""
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "constant")
    widths = args[1] if len(args) > 1 else kwargs["pad"]
    return (args[0], widths), {"mode": mode}


RULES = dict.fromkeys(FUNCTIONS, reshuffle)
