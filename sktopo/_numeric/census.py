"""Counting and listing edges |w| h of sources whose lists of weights are sorted heaviest first.

Axes: k = source elements, l = lists, i = list entries. An edge exists if its phi is positive and at least `least`;
along a list phi falls, so that the edges that exist are a list's beginning, found by bisection. Products are
taken as the sweep takes them, in float64, so that its forest is a part of what is listed here, bit for bit.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["count_edges", "list_edges", "without"]


@kernel
def _end_of_edges(list_w, start, stop, h, least):
    """Where the edges that exist end."""
    while start < stop:
        middle = (start + stop) // 2
        phi = np.float64(list_w[middle]) * h
        if phi > 0.0 and phi >= least:
            start = middle + 1
        else:
            stop = middle
    return start


@kernel
def count_edges(list_at, list_w, source_list, h, least):
    """Number of edges that exist.

    Parameters
    ----------
    list_at : int64 array of shape (n_lists + 1,)
    list_w : float array of shape (n_entries,)
    source_list : integer array of shape (n_sources,)
    h : float64 array of shape (n_sources,)
        Not negative.
    least : float

    Returns
    -------
    int
    """
    n = 0
    for k in range(len(h)):
        if h[k] > 0.0:
            start, stop = list_at[source_list[k]], list_at[source_list[k] + 1]
            n += _end_of_edges(list_w, start, stop, h[k], least) - start
    return n


@kernel
def list_edges(list_at, list_w, source_list, h, least, phi):
    """Write the phi of every edge that exists into an array; see `count_edges` for how long it must be.

    Returns
    -------
    int
        Number of edges written.
    """
    n = 0
    for k in range(len(h)):
        if h[k] > 0.0:
            start, stop = list_at[source_list[k]], list_at[source_list[k] + 1]
            for i in range(start, _end_of_edges(list_w, start, stop, h[k], least)):
                phi[n] = np.float64(list_w[i]) * h[k]
                n += 1
    return n


@kernel
def without(values, removed):
    """The multiset difference of two falling arrays, of which the second is a part of the first; falling."""
    rest = np.empty(len(values) - len(removed))
    n, at = 0, 0
    for value in values:
        if at < len(removed) and removed[at] == value:
            at += 1
        else:
            rest[n] = value
            n += 1
    return rest
