"""Which elements of the input can reach given units, along all operators of a Network."""

import numpy as np

__all__ = ["receptive_field"]


def receptive_field(network, vertices):
    """Mask of the input elements from which a path of nonzero weights leads to any of these vertices.

    Parameters
    ----------
    network : Network
    vertices : array-like of int

    Returns
    -------
    bool ndarray of the input's shape
        Vertices of the input are in their own field.
    """
    reached = np.zeros(network.n_vertices, dtype=bool)
    reached[np.asarray(vertices, dtype=np.int64)] = True
    for operator in reversed(network.operators):  # in order of execution: sources come before targets
        wanted = reached[operator.target_units]
        if wanted.any():
            read = _READERS[operator.kind](operator, wanted)
            units = operator.source_units[read]
            reached[units[units >= 0]] = True
    layer = network.units[0]
    return reached[layer.offset : layer.offset + layer.size].reshape(layer.shape)


def _read_by_dense(operator, wanted):
    wanted = wanted.reshape(operator.n_positions, -1)
    return ((wanted.astype(np.float64) @ (operator.weight != 0)) > 0).ravel()


def _read_by_conv(operator, wanted):
    """Tap by tap: the source positions that a tap of the wanted results falls on."""
    weight = operator.weight != 0
    groups, per_group = operator.groups, weight.shape[1]
    wanted = wanted.reshape(groups, -1, *operator.out_shape[1:])
    read = np.zeros((groups, per_group, *operator.in_shape[1:]), dtype=bool)
    weight = weight.reshape(groups, -1, *weight.shape[1:])
    for tap in np.ndindex(*operator.weight.shape[2:]):
        joins = weight[(slice(None), slice(None), slice(None), *tap)]  # g, o, c
        hits = np.einsum("goc,go...->gc...", joins.astype(np.int64), wanted.astype(np.int64)) > 0
        group, channel, *where = np.nonzero(hits)
        places = [
            out * stride - before + k * dilation
            for out, stride, (before, _), k, dilation in zip(
                where, operator.stride, operator.padding, tap, operator.dilation, strict=True
            )
        ]
        inside = np.all(
            [(place >= 0) & (place < n) for place, n in zip(places, operator.in_shape[1:], strict=True)], axis=0
        )
        read[(group[inside], channel[inside], *(place[inside] for place in places))] = True
    return read.ravel()


def _read_by_list(operator, wanted):
    read = np.zeros(len(operator.source_units), dtype=bool)
    read[operator.indices[np.repeat(wanted, np.diff(operator.indptr)) & (operator.weights != 0)]] = True
    return read


_READERS = {"dense": _read_by_dense, "conv": _read_by_conv, "sparse": _read_by_list, "max": _read_by_list}
