"""Slow twin of the plan: every edge of a Network's operators, from their definitions. Imports numpy only."""

import itertools

import numpy as np


def edges_of(operators, values, *, least=None):
    """Edges of several operators for one input.

    Parameters
    ----------
    operators : sequence of Operator
    values : dict of str to ndarray
        The flat source values.
    least : dict of str to float or None
        Per operator, the lightest edge that exists.

    Returns
    -------
    phi, u, v : ndarray
        One entry per edge with phi > 0, parallel edges included.
    """
    parts = [(np.empty(0), np.empty(0, dtype=int), np.empty(0, dtype=int))]
    for operator in operators:
        h = np.asarray(values[operator.source], dtype=np.float64)
        weight, source, target = {"dense": _dense, "conv": _conv, "sparse": _sparse, "max": _max}[operator.kind](
            operator, h
        )
        phi = np.abs(weight.astype(np.float64)) * np.abs(h[source])
        u, v = operator.source_units[source], operator.target_units[target]
        exists = (phi > 0) & (u >= 0) & (phi >= (least or {}).get(operator.name, 0.0))
        parts.append((phi[exists], u[exists], v[exists]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _dense(operator, h):
    n_out, n_in = operator.weight.shape
    where = [np.arange(size) for size in (operator.n_positions, n_out, n_in)]
    p, j, k = (grid.ravel() for grid in np.meshgrid(*where, indexing="ij"))
    return operator.weight[j, k], p * n_in + k, p * n_out + j


def _conv(operator, h):
    """Tap by tap: which element of the image does each output position read?"""
    c_out, per_group, *kernel = operator.weight.shape
    positions = np.indices(operator.out_shape[1:]).reshape(len(kernel), -1)
    parts = []
    for o, c, *tap in itertools.product(range(c_out), range(per_group), *map(range, kernel)):
        channel = o // (c_out // operator.groups) * per_group + c
        axes = zip(positions, operator.stride, operator.padding, tap, operator.dilation, strict=True)
        place = [at * stride - padding[0] + t * dilation for at, stride, padding, t, dilation in axes]
        inside = np.all([(x >= 0) & (x < n) for x, n in zip(place, operator.in_shape[1:], strict=True)], axis=0)
        source = np.ravel_multi_index([np.full(inside.sum(), channel), *(x[inside] for x in place)], operator.in_shape)
        target = np.ravel_multi_index([np.full(inside.sum(), o), *positions[:, inside]], operator.out_shape)
        parts.append((np.full(inside.sum(), operator.weight[(o, c, *tap)]), source, target))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _sparse(operator, h):
    target = np.repeat(np.arange(len(operator.indptr) - 1), np.diff(operator.indptr))
    return operator.weights, operator.indices, target


def _max(operator, h):
    """The first of the largest elements of each row."""
    rows = [np.arange(a, b) for a, b in itertools.pairwise(operator.indptr)]
    target = np.array([j for j, row in enumerate(rows) if len(row)], dtype=int)
    chosen = np.array([row[np.argmax(h[operator.indices[row]])] for row in rows if len(row)], dtype=int)
    return operator.weights[chosen], operator.indices[chosen], target
