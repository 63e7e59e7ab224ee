"""The tables of an operator graph: everything the kernels read, built once per network.

An operator joins source elements k to result elements j. The out-edges of k are its *row*: one list of
(weight, result), heaviest first, since the order of |w h| within a row is that of |w| on every input. A list
is shared by all source elements that see the same weights: by all positions of a dense operator, by all places
of one channel and stride phase of a convolution. The in-edges of j are its *column*, read from the weights.
Weights are absolute values.
"""

from typing import NamedTuple

import numpy as np

__all__ = [
    "BOUND_AT",
    "CHUNK",
    "COLUMN_AT",
    "CONV",
    "CUT",
    "C_IN",
    "C_OUT",
    "DENSE",
    "FIELD",
    "GUARDS",
    "H_BOUND_AT",
    "KIND",
    "LAST",
    "LENGTH",
    "N_COLUMNS",
    "N_IN",
    "N_OUT",
    "N_PLACES",
    "N_SOURCE",
    "N_TAPS",
    "N_TARGET",
    "OUT_D",
    "PLANE",
    "PLANE_D",
    "SOURCE_AT",
    "SPREAD_AT",
    "TAPS_AT",
    "TARGET_AT",
    "Tables",
    "UNITS_AT",
    "WEIGHT_AT",
    "WINDOW_AT",
]

# Columns of `ops`, one row per operator. Every kind has these; UNITS_AT is the vertex of the first result where
# the results are numbered one after the other, else -1; N_PLACES is the number of places of its spread sources, which
# begin at SPREAD_AT; LENGTH is the number of a result's in-edges, COLUMN_AT where the lists of columns begin, or -1 if
# columns are read in chunks; CUT is 1 where the lists of rows hold only the heaviest weights:
KIND, N_SOURCE, N_TARGET, SOURCE_AT, TARGET_AT, UNITS_AT, SPREAD_AT, N_PLACES, H_BOUND_AT = range(9)
LENGTH, COLUMN_AT, CUT = range(9, 12)
# Dense: result p * N_OUT + j reads sources p * N_IN + k.
N_IN, N_OUT, WEIGHT_AT, BOUND_AT = range(12, 16)
# Convolution: channels per group, where its taps are less where its lists are, the last output position, packed, where
# its window begins, taps of a kernel, places of a plane; then three entries (depth, height, width; 1 if unused) for the
# output and for one stride phase of a plane.
C_IN, C_OUT, TAPS_AT, LAST, WINDOW_AT, N_TAPS, PLANE, OUT_D, PLANE_D = (*range(12, 20), 22)
N_COLUMNS = 25

DENSE, CONV = 0, 1
# Three coordinates below 2 ** 20 in one integer, with a guard bit above each: a subtraction leaves the guard bit
# only where the difference is not negative.
FIELD = 21
GUARDS = (1 << 20) | (1 << 41) | (1 << 62)

CHUNK = 64  # source elements of a dense operator that share one bound


class Tables(NamedTuple):
    """Flat arrays over all operators; axes: o = operator, k = source, j = result, l = list, i = list entry, p = place.

    Attributes
    ----------
    ops : int64 (o, N_COLUMNS)
    source_units, target_units : int32 (k,), (j,)
        Vertex of every element; -1 for a constant.
    row_op : int32 (k,)
    row_list : int32 (k,)
        The list of k's out-edges.
    row_base : int32 (k,)
        What is added to a list's `list_j` to find the result's vertex, or where vertices are not in sequence
        its place in `target_units`.
    row_corner : int64 (k,)
        For sources near the border of a convolution, the output position of its zeroth tap, packed; taps that
        fall off the image are skipped. -1 means that none does.
    list_at : int64 (l + 1,)
    list_w : float32 or float64 (i,)
    list_j : int32 (i,)
    list_tap : int64 (i of convolutions,)
        How far a tap lies before the zeroth one, in output positions, packed.
    weights : float32 or float64
        Row-major (result, source) matrices of dense operators, for columns.
    bounds : as weights
        Largest weight of every chunk of a row of `weights`.
    column_w : as weights
        Of every output channel of a convolution, and of every unit of a dense operator with several positions, the
        weights of the in-edges, heaviest first.
    column_place : int32, as column_w
        How far from the result these read, in places.
    window : int32
        How far from the result a convolution's taps read in one plane, in no order.
    spread_source : int32 (p,)
        The source at every place, see `columns`; -1 if there is none, or it is a constant.
    """

    ops: np.ndarray
    source_units: np.ndarray
    target_units: np.ndarray
    row_op: np.ndarray
    row_list: np.ndarray
    row_base: np.ndarray
    row_corner: np.ndarray
    list_at: np.ndarray
    list_w: np.ndarray
    list_j: np.ndarray
    list_tap: np.ndarray
    weights: np.ndarray
    bounds: np.ndarray
    column_w: np.ndarray
    column_place: np.ndarray
    window: np.ndarray
    spread_source: np.ndarray
