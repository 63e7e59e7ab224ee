"""Torch networks built from the same plain lists that the oracle reads, with random integer weights.

Small integers make every product and sum exact in float32, so that answers can be compared for equality, and
make ties and dead units common.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SMALL = (-2, 3)


def integers(rng, *shape):
    return rng.integers(*SMALL, size=shape).astype("float64")


class ListNetwork(nn.Module):
    """Runs a list of steps, convolutions and dense layers as modules, everything else as functions."""

    def __init__(self, steps):
        super().__init__()
        self.steps = [(kind, {k: v for k, v in options.items() if k != "weight"}) for kind, options in steps]
        self.layers = nn.ModuleDict()
        for position, (kind, options) in enumerate(steps):
            if kind == "dense":
                self.layers[f"step{position}"] = _dense(options["weight"])
            elif kind == "conv":
                self.layers[f"step{position}"] = _conv(**options)
        self.eval()

    def forward(self, x):
        saved = {}
        for position, (kind, options) in enumerate(self.steps):
            if kind in ("dense", "conv"):
                x = self.layers[f"step{position}"](x)
            elif kind == "relu":
                x = F.relu(x)
            elif kind == "flatten":
                x = torch.flatten(x, 1)
            elif kind == "save":
                saved[options["name"]] = x
            elif kind == "add":
                x = x + saved[options["name"]]
            elif kind == "concat":
                x = torch.cat([x, saved[options["name"]]], dim=1)
            elif kind == "maxpool":
                x = F.max_pool2d(x, options["size"], options["stride"])
            elif kind == "avgpool":
                x = F.avg_pool2d(x, options["size"], options["stride"])
        return x


def _dense(weight):
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight.data = torch.as_tensor(weight, dtype=torch.float32)
    return layer


def _conv(weight, stride=1, padding=0, dilation=1, groups=1, scale=None):
    n_out, per_group, *kernel = weight.shape
    layer = nn.Conv2d(
        per_group * groups, n_out, kernel, stride=stride, padding=padding, dilation=dilation, groups=groups, bias=False
    )
    layer.weight.data = torch.as_tensor(weight, dtype=torch.float32)
    if scale is None:
        return layer
    norm = nn.BatchNorm2d(n_out, eps=0.0)
    norm.weight.data = torch.as_tensor(scale, dtype=torch.float32)
    return nn.Sequential(layer, norm)


def operator_names(steps):
    """Name of every operator's step, as the tracer calls it, by position."""
    names, counts = {}, {}
    for position, (kind, options) in enumerate(steps):
        function = {"add": "add", "maxpool": "max_pool2d", "avgpool": "avg_pool2d"}.get(kind)
        if kind in ("dense", "conv"):
            inner = ".0" if options.get("scale") is not None else ""
            names[position] = f"layers.step{position}{inner}"
        elif function:
            count = counts.get(function, 0)
            counts[function] = count + 1
            names[position] = f"{function}()" + (f":{count}" if count else "")
    return names


def random_mlp(rng):
    sizes = rng.integers(1, 7, size=rng.integers(2, 5))
    steps = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        steps += [("dense", {"weight": integers(rng, n_out, n_in)}), ("relu", {})]
    return steps[: len(steps) - 1], (int(sizes[0]),)


def random_conv_net(rng):
    """Convolutions with every option, pooling, a residual sum, a concatenation and a dense head."""
    groups = int(rng.integers(1, 3))
    channels = 2 * groups
    options = dict(
        stride=int(rng.integers(1, 3)), padding=int(rng.integers(0, 3)), dilation=int(rng.integers(1, 3)), groups=groups
    )
    steps = [("conv", {"weight": integers(rng, channels, 2 // groups, 3, int(rng.integers(1, 4))), **options})]
    if rng.random() < 0.5:
        steps[0][1]["scale"] = rng.choice([-2.0, -1.0, 0.5, 2.0], size=channels)
    steps += [("relu", {}), ("save", {"name": "skip"})]
    steps += [("conv", {"weight": integers(rng, channels, channels, 3, 3), "padding": 1})]
    steps += [(str(rng.choice(["add", "concat"])), {"name": "skip"}), ("relu", {})]
    width = channels if steps[-2][0] == "add" else 2 * channels
    steps += [(str(rng.choice(["maxpool", "avgpool"])), {"size": 2, "stride": int(rng.integers(1, 3))})]
    shape = (2, 7, 7)
    size = _flat_size(steps, shape)
    assert size % width == 0
    return [*steps, ("flatten", {}), ("dense", {"weight": integers(rng, 3, size)})], shape


def _flat_size(steps, shape):
    with torch.no_grad():
        return ListNetwork(steps)(torch.zeros(1, *shape)).numel()


def random_input(rng, shape):
    return rng.integers(-2, 4, size=shape).astype(np.float32)
