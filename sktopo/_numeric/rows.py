"""Rows: the out-edges of a source element, walked heaviest first."""

import numpy as np

from sktopo._numeric.border import on_image
from sktopo._numeric.bucket_queue import ABSENT, SMALLEST, bucket_of
from sktopo._numeric.jit import inner, inset
from sktopo._numeric.remainder import offer_remainder
from sktopo._numeric.tables import CUT, LAST, N_OUT, N_SOURCE, SOURCE_AT, TAPS_AT, UNITS_AT

__all__ = ["offer_rows", "queue_rows"]

LOOK_AHEAD = 64  # edges inside the own component that are passed over at once; more wait for their bucket


@inner
def queue_rows(tables, o, h, least, entry, queue, earliest):
    """Put every row of operator o that does not wait already into the queue, at its next edge."""
    start, cut, lightest = tables.ops[o, SOURCE_AT], tables.ops[o, CUT], max(least[o], SMALLEST)
    list_at, list_w, row_list, source_units = tables.list_at, tables.list_w, tables.row_list, tables.source_units
    head, after, top, bits = queue.head, queue.after, queue.scale[0], queue.scale[1]
    for k in range(start, start + tables.ops[o, N_SOURCE]):
        if h[k] == 0.0:  # most of a layer, often; its list is far away in memory
            continue
        begin, stop = list_at[row_list[k]], list_at[row_list[k] + 1]
        i = begin + entry[k]
        if i == stop and i > begin and cut:
            i -= 1  # what is not listed is no heavier
        if source_units[k] >= 0 and i < stop and after[k] == ABSENT:
            phi = np.float64(list_w[i]) * h[k]
            if phi >= lightest:
                bucket = bucket_of(top, bits, phi, earliest)
                after[k] = head[bucket]
                head[bucket] = k


@inner
def offer_rows(tables, queue, d, n_due, bucket, lo, h, least, label, entry, answering, buffer, n):
    """Offer every edge of at least `lo`, the floor of the bucket, that leaves the component of the row's own source.

    The rows are those of `queue.due[d:n_due]`, or as many of them as the buffer has room for.

    Each row is queued again at the next edge that leaves. Where the operator's columns answer (`giant[o]` is a
    vertex of the giant component), a row inside the giant component is left to them, and a row outside rests
    once it has an edge into it. docs/threshold_sweep.rst proves that no edge of the forest is forgotten.

    Parameters
    ----------
    h : float64 array of shape (n_sources,)
    least : float64 array of shape (n_operators,)
    label : int32 array of shape (n_vertices,)
    entry : int32 array of shape (n_sources,)
        Place in its list of each row's next edge; all edges before it lie inside components.
    n : int
        Number of edges in the buffer.

    Returns
    -------
    d : int
        Where to go on once the buffer has been thinned; `n_due` when all is done.
    n : int
        Number of edges in the buffer.
    """
    ops, list_at, list_w, list_j, list_tap = tables.ops, tables.list_at, tables.list_w, tables.list_j, tables.list_tap
    row_op, row_list, row_base, row_corner = tables.row_op, tables.row_list, tables.row_base, tables.row_corner
    source_units, result_units = tables.source_units, tables.target_units
    buffer_phi, buffer_u, buffer_v = buffer.phi, buffer.u, buffer.v
    giant, waste, touched = answering.giant, answering.waste, answering.touched
    head, after, due, top, bits = queue.head, queue.after, queue.due, queue.scale[0], queue.scale[1]
    capacity = len(buffer_phi)
    known, giant_label, units_at, taps_at, last, cut, lightest = -1, np.int64(-1), 0, 0, 0, False, 0.0
    for one in range(d, n_due):
        k = np.int64(due[one])
        o = np.int64(row_op[k])
        if o != known:  # rows of one operator follow each other, mostly
            known, units_at, taps_at, last, cut = o, ops[o, UNITS_AT], ops[o, TAPS_AT], ops[o, LAST], ops[o, CUT] != 0
            giant_label = np.int64(label[giant[o]] if giant[o] >= 0 else -1)
            lightest = max(least[o], SMALLEST)
        floor = max(lo, lightest)
        u = source_units[k]
        own = label[u]
        if own == giant_label:
            continue
        h_k, base, corner = h[k], row_base[k], row_corner[k]
        start, stop = list_at[row_list[k]], list_at[row_list[k] + 1]
        full, resting, ahead, wasted = False, 0.0, 0, 0
        began = i = start + entry[k]
        if units_at >= 0 and giant_label < 0:  # the usual case, without what it does not need
            i, n, wasted = _offer_all(
                list_w, list_j, list_tap, label, buffer_phi, buffer_u, buffer_v,
                i, stop, n, h_k, floor, base, corner, taps_at, last, u, own,
            )  # fmt: skip
            if n < capacity:
                i, passed = _look_ahead(list_j, list_tap, label, i, stop, base, corner, taps_at, last, u, own)
                wasted += passed
                ahead = LOOK_AHEAD
        i, n, wasted, resting, full = _offer_until_at_rest(
            list_w, list_j, list_tap, label, result_units, buffer_phi, buffer_u, buffer_v, i, stop, n, h_k, floor,
            lightest, base, corner, taps_at, last, units_at, u, own, giant_label, ahead, wasted,
        )  # fmt: skip
        entry[k] = i - start
        # Where the row waits next: at edge i, or past the end of a cut list at what bounds or is the heaviest left.
        phi = 0.0
        if i < stop:
            phi = np.float64(list_w[i]) * h_k
        elif stop > start and cut:
            phi = np.float64(list_w[stop - 1]) * h_k
            full = (phi >= floor or began == stop) and capacity - n < ops[o, N_OUT]
            if not full and (phi >= floor or began == stop):
                touched[o] += ops[o, N_OUT]
                wasted += ops[o, N_OUT]  # otherwise no number of such scans would let columns take over
                floor = max(floor, resting)
                n, phi = offer_remainder(tables, ops[o], k, h_k, floor, lightest, label, giant_label, buffer, n)
        waste[o] += wasted
        touched[o] += i - began
        if full:
            return one, n
        if phi >= lightest and resting == 0.0:
            later = bucket_of(top, bits, phi, bucket)
            after[k] = head[later]
            head[later] = k
    return n_due, n


@inset
def _offer_all(
    list_w, list_j, list_tap, label, buffer_phi, buffer_u, buffer_v,
    i, stop, n, h_k, floor, base, corner, taps_at, last, u, own,
):  # fmt: skip
    """Offer the edges from i on that weigh at least `floor` and leave, as far as there is room.

    No branch decides what is offered, since it would often be guessed wrongly: `n` says what stays.

    Returns
    -------
    i, n : int
    wasted : int
        Edges inside the own component.
    """
    began, offered, n_off = i, n, 0
    while i < stop and n < len(buffer_phi):
        phi = np.float64(list_w[np.uint64(i)]) * h_k
        if phi < floor:
            break
        v = base + list_j[np.uint64(i)]
        if corner >= 0:
            on = on_image(corner, list_tap[np.uint64(i - taps_at)], last)
            n_off += not on
            v = v if on else np.int64(u)
        buffer_phi[np.uint64(n)], buffer_u[np.uint64(n)], buffer_v[np.uint64(n)] = phi, u, v
        n += label[np.uint64(v)] != own
        i += 1
    return i, n, i - began - (n - offered) - n_off


@inset
def _look_ahead(list_j, list_tap, label, i, stop, base, corner, taps_at, last, u, own):
    """Pass over edges inside the own component from i on; returns where it stops, and how many they were."""
    began, end, wasted = i, min(stop, i + LOOK_AHEAD), 0
    if corner < 0:
        while i < end and label[np.uint64(base + list_j[np.uint64(i)])] == own:
            i += 1
        wasted = i - began
    else:
        while i < end:
            on = on_image(corner, list_tap[np.uint64(i - taps_at)], last)
            v = base + list_j[np.uint64(i)] if on else np.int64(u)
            if label[np.uint64(v)] != own:
                break
            wasted += on
            i += 1
    return i, wasted


@inset
def _offer_until_at_rest(
    list_w, list_j, list_tap, label, result_units, buffer_phi, buffer_u, buffer_v, i, stop, n, h_k, floor,
    lightest, base, corner, taps_at, last, units_at, u, own, giant_label, ahead, wasted,
):  # fmt: skip
    """The same for any row: results may be numbered in any order, and an edge into the giant component is the last.

    Returns
    -------
    i, n, wasted : int
    resting : float
        Weight of an edge into the giant component, once there is one.
    full : bool
        Whether there was no room for edge i.
    """
    resting, full = 0.0, False
    while i < stop:
        phi = np.float64(list_w[i]) * h_k
        if phi < lightest or phi < resting or (phi < floor and ahead == LOOK_AHEAD):
            break
        if corner >= 0 and not on_image(corner, list_tap[i - taps_at], last):
            i += 1
            continue
        v = base + list_j[i] if units_at >= 0 else np.int64(result_units[base + list_j[i]])
        there = label[v]
        if there == own:
            wasted += 1
            ahead += phi < floor
        elif phi < floor:
            break
        else:
            if n == len(buffer_phi):
                full = True
                break
            buffer_phi[n], buffer_u[n], buffer_v[n] = phi, u, v
            n += 1
            if there == giant_label:
                resting = phi  # its equals are still offered, so that ties do not depend on modes
        i += 1
    return i, n, wasted, resting, full
