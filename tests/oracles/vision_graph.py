"""Slow twins of the building blocks of vision networks: numpy arrays with a vertex beside every element.

Each twin is a function of (graph, x, weights), written from the block's definition, that says by hand which scale is
folded where and which units a sum shares. `weights` is the block's state dictionary as float64 arrays. Imports numpy
only.
"""

import itertools
from math import erf, sqrt

import numpy as np


class Marked:
    """Values and, in an array of the same shape, the vertices of their elements."""

    def __init__(self, value, units):
        self.value, self.units = value, units

    def moved(self, move):
        """Elements that go elsewhere take their vertices along."""
        return Marked(move(self.value), move(self.units))

    def changed(self, change):
        """Elements that change their values keep their vertices."""
        return Marked(change(self.value), self.units)


class Graph:
    """Collects (u, v, phi)."""

    def __init__(self):
        self.edges, self._next = [], 0

    def new(self, value):
        units = np.arange(self._next, self._next + value.size).reshape(value.shape)
        self._next += value.size
        return Marked(value, units)

    def edge(self, u, v, weight, h):
        if weight * h != 0:
            self.edges.append((int(u), int(v), abs(float(weight * h))))

    def dense(self, x, weight, bias, scale=None):
        """A linear map of the last axis; `scale` is folded into the rows of the weight, and not into the values."""
        out = self.new(x.value @ weight.T + bias)
        folded = weight if scale is None else weight * scale[:, None]
        for place in np.ndindex(x.value.shape[:-1]):
            for j, k in itertools.product(*map(range, weight.shape)):
                self.edge(x.units[place][k], out.units[place][j], folded[j, k], x.value[place][k])
        return out

    def conv(self, x, weight, bias=None, scale=None, stride=1, padding=0, groups=1):
        """A convolution of (channels, height, width), tap by tap."""
        n_out, per_group, kh, kw = weight.shape
        height, width = ((n + 2 * padding - k) // stride + 1 for n, k in zip(x.value.shape[1:], (kh, kw), strict=True))
        out = self.new(np.zeros((n_out, height, width)) + (0 if bias is None else bias[:, None, None]))
        folded = weight if scale is None else weight * scale[:, None, None, None]
        for o, c, a, b in itertools.product(*map(range, weight.shape)):
            source = o // (n_out // groups) * per_group + c
            for i, j in itertools.product(range(height), range(width)):
                at = (source, i * stride - padding + a, j * stride - padding + b)
                if 0 <= at[1] < x.value.shape[1] and 0 <= at[2] < x.value.shape[2]:
                    out.value[o, i, j] += weight[o, c, a, b] * x.value[at]
                    self.edge(x.units[at], out.units[o, i, j], folded[o, c, a, b], x.value[at])
        return out

    def join(self, branch, other):
        """A sum that shares the units of `branch`, the other joined by edges of weight 1."""
        for u, v, h in zip(other.units.ravel(), branch.units.ravel(), other.value.ravel(), strict=True):
            self.edge(u, v, 1.0, h)
        return branch.changed(lambda value: value + other.value)

    def share(self, one, other):
        """A sum of two branches that both were made for it: the units of `other` become those of `one`."""
        same = dict(zip(other.units.ravel().tolist(), one.units.ravel().tolist(), strict=True))
        self.edges = [(same.get(u, u), same.get(v, v), phi) for u, v, phi in self.edges]
        return one.changed(lambda value: value + other.value)


def gelu(value):
    return value * (1 + np.vectorize(erf)(value / sqrt(2))) / 2


def layer_norm(value, weight, bias, eps):
    """Over the last axis."""
    centred = value - value.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * weight + bias


def norm_scale(w, name):
    return w[f"{name}.weight"] / np.sqrt(w[f"{name}.running_var"] + 1e-5)


def batch_norm(w, name):
    scale = norm_scale(w, name)
    shift = w[f"{name}.bias"] - w[f"{name}.running_mean"] * scale
    return lambda value: value * scale[:, None, None] + shift[:, None, None]


def conv_norm(graph, x, w, conv, norm, **options):
    """A convolution with a batch normalisation folded into it."""
    out = graph.conv(x, w[f"{conv}.weight"], scale=norm_scale(w, norm), **options)
    return out.changed(batch_norm(w, norm))


def basic_block(graph, x, w, stride):
    """With a projection, whose units are those of the other branch."""
    out = conv_norm(graph, x, w, "conv1", "bn1", stride=stride, padding=1).changed(lambda v: np.maximum(v, 0))
    out = conv_norm(graph, out, w, "conv2", "bn2", padding=1)
    skip = conv_norm(graph, x, w, "downsample.0", "downsample.1", stride=stride)
    return graph.share(out, skip).changed(lambda v: np.maximum(v, 0))


def inverted_residual(graph, x, w):
    def six(v):
        return np.clip(v, 0, 6)

    out = conv_norm(graph, x, w, "conv.0.0", "conv.0.1").changed(six)
    n_hidden = len(out.value)
    out = conv_norm(graph, out, w, "conv.1.0", "conv.1.1", padding=1, groups=n_hidden).changed(six)
    return graph.join(conv_norm(graph, out, w, "conv.2.0", "conv.2.1"), x)


def dense_layers(graph, x, w, n_layers):
    """Each layer reads all before it; its first normalisation has nothing to fold into."""
    for i in range(n_layers):
        name = f"{i}."
        out = x.changed(batch_norm(w, name + "norm1")).changed(lambda v: np.maximum(v, 0))
        out = conv_norm(graph, out, w, name + "conv1", name + "norm2").changed(lambda v: np.maximum(v, 0))
        out = graph.conv(out, w[name + "conv2.weight"], padding=1)
        x = Marked(np.concatenate([x.value, out.value]), np.concatenate([x.units, out.units]))
    return x


def convnext_block(graph, x, w):
    """The normalised values keep their units; the layer scale is folded into the last linear map."""
    out = graph.conv(x, w["dwconv.weight"], w["dwconv.bias"], padding=3, groups=len(x.value))
    out = out.moved(lambda a: a.transpose(1, 2, 0))
    out = out.changed(lambda v: layer_norm(v, w["norm.weight"], w["norm.bias"], 1e-6))
    out = graph.dense(out, w["pwconv1.weight"], w["pwconv1.bias"]).changed(gelu)
    out = graph.dense(out, w["pwconv2.weight"], w["pwconv2.bias"], scale=w["gamma"])
    out = out.changed(lambda v: v * w["gamma"]).moved(lambda a: a.transpose(2, 0, 1))
    return graph.join(out, x)


def mixer_block(graph, x, w):
    for norm, part, move in (("norm1", "tokens", lambda a: a.T), ("norm2", "channels", lambda a: a)):
        weight, bias = w[f"{norm}.weight"], w[f"{norm}.bias"]
        out = x.changed(lambda v, weight=weight, bias=bias: layer_norm(v, weight, bias, 1e-5)).moved(move)
        out = graph.dense(out, w[f"{part}.0.weight"], w[f"{part}.0.bias"]).changed(gelu)
        out = graph.dense(out, w[f"{part}.3.weight"], w[f"{part}.3.bias"]).moved(move)
        x = graph.join(out, x)
    return x
