"""Columns: the in-edges of a result element, read from the weights where they lie."""

import numpy as np

from sktopo._numeric.bucket_queue import SMALLEST
from sktopo._numeric.jit import inner, leaf
from sktopo._numeric.tables import (
    BOUND_AT,
    C_IN,
    C_OUT,
    CHUNK,
    DENSE,
    DILATION_D,
    H_BOUND_AT,
    IN_D,
    KERNEL_D,
    KIND,
    N_IN,
    N_OUT,
    OUT_D,
    PAD_D,
    SOURCE_AT,
    STRIDE_D,
    TARGET_AT,
    WEIGHT_AT,
)

__all__ = ["column_length", "column_price", "scan_conv", "scan_dense"]


@inner
def column_price(op):
    """What scanning a column costs, in row steps."""
    if op[KIND] == DENSE:
        return 40 + op[N_IN] // 8
    lines = op[C_IN] * op[KERNEL_D] * op[KERNEL_D + 1]  # each in another place of memory
    return 16 + 4 * lines + lines * op[KERNEL_D + 2] // 2


@leaf
def column_length(op):
    """Number of edges that one column may offer."""
    if op[KIND] == DENSE:
        return op[N_IN]
    return op[C_IN] * op[KERNEL_D] * op[KERNEL_D + 1] * op[KERNEL_D + 2]


@inner
def scan_dense(tables, o, due, start, stop, lo, h, label, giant_label, least, answering, buffer, n):
    """Offer every edge of at least `lo` that comes into the results `due[start:stop]` from another component.

    Of every result it leaves in `answering` the heaviest edge from another component below `lo`; phi is 0 if there is
    none, or if an edge from the giant component was offered: from then on the rows outside it see to the rest.

    Returns
    -------
    d : int
        Where to go on once the buffer has been thinned; `stop` when all is done.
    n : int
        Number of edges in the buffer.
    """
    op, least_o = tables.ops[o], least[o]
    weights, source_units, bounds = tables.weights, tables.source_units, tables.bounds
    h_bounds, column_phi = answering.h_bounds, answering.column_phi
    column_u, column_second = answering.column_u, answering.column_second
    n_in, n_out = op[N_IN], op[N_OUT]
    n_chunks = (n_in + CHUNK - 1) // CHUNK
    buffer_phi, buffer_u, buffer_v, room_for = buffer.phi, buffer.u, buffer.v, len(buffer.phi) - n_in
    looked = 0
    for d in range(start, stop):
        if n > room_for:
            stop = d
            break
        position, row = (due[d] - op[TARGET_AT]) // n_out, (due[d] - op[TARGET_AT]) % n_out
        weight_at, source_at = op[WEIGHT_AT] + row * n_in, op[SOURCE_AT] + position * n_in
        bound_at, h_bound_at = op[BOUND_AT] + row * n_chunks, op[H_BOUND_AT] + position * n_chunks
        v = tables.target_units[due[d]]
        own = label[v]
        best, best_u, done = SMALLEST, np.int32(-1), False
        promising = 0
        for c in range(1, n_chunks):
            if np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c] > (
                np.float64(bounds[bound_at + promising]) * h_bounds[h_bound_at + promising]
            ):
                promising = c
        for i in range(n_chunks):  # the most promising chunk first: it shortens the rest
            c = (promising + i) % n_chunks
            if not np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c] >= best:
                continue
            looked += CHUNK
            for k in range(c * CHUNK, min(n_in, (c + 1) * CHUNK)):
                phi = np.float64(weights[weight_at + k]) * h[source_at + k]
                if phi >= best and phi >= least_o:
                    u = source_units[source_at + k]
                    if u < 0 or label[u] == own:
                        continue
                    if phi < lo:
                        if phi > best or best_u < 0 or u < best_u:
                            best, best_u = phi, u
                        continue
                    buffer_phi[n], buffer_u[n], buffer_v[n] = phi, u, v
                    n += 1
                    done |= label[u] == giant_label
        column_phi[due[d]], column_u[due[d]] = 0.0 if done or best_u < 0 else best, best_u
        column_second[due[d]] = column_phi[due[d]]
    answering.touched[o] += looked
    return stop, n


@inner
def scan_conv(tables, o, due, start, stop, lo, h, label, giant_label, least, answering, buffer, n):
    """The same for the results of a convolution."""
    op, least_o = tables.ops[o], least[o]
    weights, source_units = tables.weights, tables.source_units
    column_phi, column_u, column_second = answering.column_phi, answering.column_u, answering.column_second
    c_in, n0, n1, n2 = op[C_IN], op[IN_D], op[IN_D + 1], op[IN_D + 2]
    k0, k1, k2 = op[KERNEL_D], op[KERNEL_D + 1], op[KERNEL_D + 2]
    d0, d1, d2 = op[DILATION_D], op[DILATION_D + 1], op[DILATION_D + 2]
    line, plane = op[OUT_D + 2], op[OUT_D + 1] * op[OUT_D + 2]
    buffer_phi, buffer_u, buffer_v, room_for = buffer.phi, buffer.u, buffer.v, len(buffer.phi) - column_length(op)
    looked = 0
    for d in range(start, stop):
        if n > room_for:
            stop = d
            break
        j = due[d] - op[TARGET_AT]
        channel, position = j // (op[OUT_D] * plane), j % (op[OUT_D] * plane)
        x0 = position // plane * op[STRIDE_D] - op[PAD_D]
        x1 = position % plane // line * op[STRIDE_D + 1] - op[PAD_D + 1]
        x2 = position % line * op[STRIDE_D + 2] - op[PAD_D + 2]
        first0, last0 = _taps_inside(x0, n0, k0, d0)
        first1, last1 = _taps_inside(x1, n1, k1, d1)
        first2, last2 = _taps_inside(x2, n2, k2, d2)
        first_in = channel // op[C_OUT] * c_in
        v = tables.target_units[due[d]]
        own = label[v]
        best, best_u, done = SMALLEST, np.int32(-1), False
        for c in range(c_in):
            for t0 in range(first0, last0):
                for t1 in range(first1, last1):
                    weight_at = op[WEIGHT_AT] + (((channel * c_in + c) * k0 + t0) * k1 + t1) * k2
                    source_at = op[SOURCE_AT] + (((first_in + c) * n0 + x0 + t0 * d0) * n1 + x1 + t1 * d1) * n2 + x2
                    for t2 in range(first2, last2):
                        k = source_at + t2 * d2
                        phi = np.float64(weights[weight_at + t2]) * h[k]
                        if phi >= best and phi >= least_o:
                            u = source_units[k]
                            if u < 0 or label[u] == own:
                                continue
                            if phi < lo:
                                if phi > best or best_u < 0 or u < best_u:
                                    best, best_u = phi, u
                                continue
                            buffer_phi[n], buffer_u[n], buffer_v[n] = phi, u, v
                            n += 1
                            done |= label[u] == giant_label
        column_phi[due[d]], column_u[due[d]] = 0.0 if done or best_u < 0 else best, best_u
        column_second[due[d]] = column_phi[due[d]]
        looked += c_in * (last0 - first0) * (last1 - first1) * (last2 - first2)
    answering.touched[o] += looked
    return stop, n


@leaf
def _taps_inside(start, n_in, n_taps, dilation):
    """First and one past the last tap of one axis that read inside the image."""
    if dilation == 1:  # the usual case needs no divisions, which would cost as much as the scan
        return max(0, -start), min(n_taps, n_in - start)
    first = max(0, -(start // dilation))
    last = min(n_taps, (n_in - 1 - start) // dilation + 1)
    return first, last
