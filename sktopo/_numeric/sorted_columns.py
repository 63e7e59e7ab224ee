"""Columns in lists, heaviest first, which are read until no other in-edge can matter.

The order of the weights of an output channel is the same for all of its results, and fixed at fit. A result reads them
in this order. What is left is at most the next weight times the largest h that the result reads, its *reach*; once this
is below what was found, the rest need not be looked at. In wide layers that is soon. Lists exist where several results
share them: for convolutions, and for dense operators with several positions.

One channel of a convolution's sources, padded with zeros and cut into stride phases, is a *plane*: a tap reads it at a
fixed distance from the result.
"""

import numpy as np

from sktopo._numeric.bucket_queue import SMALLEST
from sktopo._numeric.columns import ASKING, UNKNOWN, offer_or_remember
from sktopo._numeric.jit import inner, leaf
from sktopo._numeric.tables import (
    C_IN,
    C_OUT,
    COLUMN_AT,
    DENSE,
    H_BOUND_AT,
    KIND,
    LENGTH,
    N_IN,
    N_OUT,
    N_PLACES,
    N_TAPS,
    OUT_D,
    PLANE,
    PLANE_D,
    SPREAD_AT,
    TARGET_AT,
    WINDOW_AT,
)

__all__ = ["heaviest_in_lists", "position_maxima", "price_of_lists", "scan_lists", "window_maxima"]


@leaf
def price_of_lists(op, outside):
    """What asking some results for their heaviest in-edges costs, in row steps: an estimate."""
    bounds = op[N_PLACES]
    if op[KIND] != DENSE:
        n_windows = op[N_PLACES] // (op[C_IN] * op[PLANE]) * op[OUT_D] * op[OUT_D + 1] * op[OUT_D + 2]
        bounds += n_windows * op[N_TAPS] // 8
    return outside * (ASKING + op[LENGTH] // 8) + bounds


@inner
def position_maxima(op, spread, h_bounds):
    """The reach of every result of a dense operator: one number for all results of a position."""
    n_in, at = op[N_IN], op[SPREAD_AT]
    for position in range(op[N_PLACES] // n_in):
        largest = 0.0
        for k in range(at + position * n_in, at + (position + 1) * n_in):
            largest = max(largest, spread[k])
        h_bounds[op[H_BOUND_AT] + position] = largest


@inner
def window_maxima(op, window, spread, strongest, h_bounds):
    """The reach of every result of a convolution: one number for all output channels of a group.

    Parameters
    ----------
    window : int32 array
        `Tables.window`.
    strongest : float64 array
        To work in: at every place of a plane, the largest h of a group's channels.
    """
    plane, n_taps, c_in, n_lines, n2 = op[PLANE], op[N_TAPS], op[C_IN], op[OUT_D] * op[OUT_D + 1], op[OUT_D + 2]
    for group in range(op[N_PLACES] // (c_in * plane)):
        for place in range(plane):
            strongest[place] = 0.0
        for c in range(c_in):
            at = np.uint64(op[SPREAD_AT] + (group * c_in + c) * plane)
            for place in range(np.uint64(plane)):
                h = spread[at + place]
                strongest[place] = h if h > strongest[place] else strongest[place]
        for line in range(n_lines):
            bound_at = np.uint64(op[H_BOUND_AT] + (group * n_lines + line) * n2)
            y0, y1 = line // op[OUT_D + 1], line % op[OUT_D + 1]
            line_at = (y0 * op[PLANE_D + 1] + y1) * op[PLANE_D + 2]
            for y2 in range(np.uint64(n2)):
                h_bounds[bound_at + y2] = 0.0
            for t in range(n_taps):
                at = np.uint64(line_at + window[op[WINDOW_AT] + t])
                for y2 in range(np.uint64(n2)):
                    h = strongest[at + y2]
                    h_bounds[bound_at + y2] = h if h > h_bounds[bound_at + y2] else h_bounds[bound_at + y2]


@inner
def _read_from(op, result):
    """Where a result's list begins, its place in the spread sources, and that of its reach.

    The fourth number says how many results, with this one, read the same list, each one place further.
    """
    if op[KIND] == DENSE:
        position, unit = result // op[N_OUT], result % op[N_OUT]
        return (
            op[COLUMN_AT] + unit * op[LENGTH],
            op[SPREAD_AT] + position * op[N_IN],
            op[H_BOUND_AT] + position,
            np.int64(1),
        )
    n_positions = op[OUT_D] * op[OUT_D + 1] * op[OUT_D + 2]
    channel, position = result // n_positions, result % n_positions
    group, y01 = channel // op[C_OUT], position // op[OUT_D + 2]
    y0, y1, y2 = y01 // op[OUT_D + 1], y01 % op[OUT_D + 1], position % op[OUT_D + 2]
    place = (y0 * op[PLANE_D + 1] + y1) * op[PLANE_D + 2] + y2
    return (
        op[COLUMN_AT] + channel * op[LENGTH],
        op[SPREAD_AT] + group * op[C_IN] * op[PLANE] + place,
        op[H_BOUND_AT] + group * n_positions + position,
        op[OUT_D + 2] - y2,
    )


@inner
def heaviest_in_lists(tables, o, due, stop, least, answering):
    """For each result of `due[:stop]` its heaviest in-edge, wherever it comes from.

    Leaves in `answering` its weight (0 if there is none of at least `least`) and source, which is UNKNOWN if several
    are as heavy, and a bound of all others.
    """
    op, column_w, column_place = tables.ops[o], tables.column_w, tables.column_place
    source_units, spread_source = tables.source_units, tables.spread_source
    column_phi, column_u, column_second = answering.column_phi, answering.column_u, answering.column_second
    spread, h_bounds, least_o, length = answering.spread, answering.h_bounds, least[o], op[LENGTH]
    looked, first, last, list_at, first_place, first_bound = 0, np.int64(0), np.int64(0), np.int64(0), 0, 0
    for d in range(stop):
        j = np.int64(due[d])
        if not first <= j < last:  # results of one line follow each other
            list_at, first_place, first_bound, n_alike = _read_from(op, j - op[TARGET_AT])
            first, last = j, j + n_alike
        place, reach = first_place + j - first, h_bounds[first_bound + j - first]
        best, second, best_i, i, end = 0.0, 0.0, list_at, list_at, list_at + length
        while i < end:
            w = np.float64(column_w[np.uint64(i)])
            bound = w * reach
            if bound < best or bound == 0.0:
                second = bound if bound > second else second
                break
            # Without a branch, which would be guessed wrongly whenever a product is larger than those before.
            phi = w * spread[np.uint64(place + column_place[np.uint64(i)])]
            lighter = best if phi > best else phi
            second = lighter if lighter > second else second
            best_i = i if phi > best else best_i
            best = phi if phi > best else best
            i += 1
        looked += i - list_at
        source = spread_source[place + column_place[best_i]]
        column_phi[j] = best if best >= least_o else 0.0
        column_u[j] = source_units[source] if second < best else UNKNOWN
        column_second[j] = second
    answering.touched[o] += looked
    answering.spent[o] += looked + ASKING * stop


@inner
def scan_lists(tables, o, due, start, stop, lo, label, giant_label, least, answering, buffer, n):
    """What `scan_chunks` does, for results whose in-edges are listed."""
    op, column_w, column_place = tables.ops[o], tables.column_w, tables.column_place
    source_units, target_units, spread_source = tables.source_units, tables.target_units, tables.spread_source
    column_phi, column_u, column_second = answering.column_phi, answering.column_u, answering.column_second
    spread, h_bounds, lightest, length = answering.spread, answering.h_bounds, least[o], op[LENGTH]
    buffer_phi, buffer_u, buffer_v, room_for = buffer.phi, buffer.u, buffer.v, len(buffer.phi) - length
    looked = 0
    for d in range(start, stop):
        if n > room_for:
            stop = d
            break
        j = np.int64(due[d])
        list_at, place, bound_at, _ = _read_from(op, j - op[TARGET_AT])
        reach, v = h_bounds[bound_at], target_units[j]
        own = label[v]
        best, best_u, done, i, end = max(SMALLEST, lightest), np.int32(-1), False, list_at, list_at + length
        while i < end:
            w = np.float64(column_w[i])
            if w * reach < best:
                break
            at = place + column_place[i]
            phi = w * spread[at]
            i += 1
            if phi >= best:
                best, best_u, done, n = offer_or_remember(
                    phi, source_units[spread_source[at]], v, lo, label, own, giant_label, best, best_u, done,
                    buffer_phi, buffer_u, buffer_v, n,
                )  # fmt: skip
        looked += i - list_at
        column_phi[j], column_u[j] = 0.0 if done or best_u < 0 else best, best_u
        column_second[j] = column_phi[j]
    answering.touched[o] += looked
    answering.spent[o] += looked + ASKING * (stop - start)
    return stop, n
