"""Columns: the in-edges of a result element, read from the weights where they lie."""

import numpy as np

from sktopo._numeric.bucket_queue import SMALLEST
from sktopo._numeric.buffer import thin_buffer
from sktopo._numeric.jit import kernel
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
    N_SOURCE,
    OUT_D,
    PAD_D,
    SOURCE_AT,
    STRIDE_D,
    TARGET_AT,
    WEIGHT_AT,
)

__all__ = ["chunk_maxima", "column_price", "offer_column"]


@kernel
def column_price(op):
    """What `offer_column` costs, in row steps."""
    if op[KIND] == DENSE:
        return 40 + op[N_IN] // 8
    return 40 + op[C_IN] * op[KERNEL_D] * op[KERNEL_D + 1] * op[KERNEL_D + 2] // 2


@kernel
def chunk_maxima(op, h, h_bounds):
    """Largest h of every chunk of a dense operator's sources."""
    n_in = op[N_IN]
    n_chunks = (n_in + CHUNK - 1) // CHUNK
    for p in range(op[N_SOURCE] // n_in):
        at = op[SOURCE_AT] + p * n_in
        for c in range(n_chunks):
            largest = 0.0
            for k in range(at + c * CHUNK, at + min(n_in, (c + 1) * CHUNK)):
                largest = max(largest, h[k])
            h_bounds[op[H_BOUND_AT] + p * n_chunks + c] = largest


@kernel
def offer_column(tables, o, j, h, h_bounds, label, giant_label, lo, least, touched, buffer, n):
    """Offer every edge into result j of operator o of at least `lo` that comes from another component.

    Returns
    -------
    n : int
        Number of edges in the buffer.
    phi, u
        The heaviest edge from another component below `lo`; phi is 0 if there is none, or if an edge from the
        giant component was offered: from then on the rows outside it see to the rest.
    """
    op, place = tables.ops[o], j - tables.ops[o, TARGET_AT]
    if op[KIND] == DENSE:
        n, phi, u, looked = _offer_dense(tables, op, place, h, h_bounds, label, giant_label, lo, least[o], buffer, n)
    else:
        n, phi, u, looked = _offer_conv(tables, op, place, h, label, giant_label, lo, least[o], buffer, n)
    touched[o] += looked
    return n, phi, u


@kernel
def _offer_dense(tables, op, j, h, h_bounds, label, giant_label, lo, least, buffer, n):
    n_in = op[N_IN]
    position, row = j // op[N_OUT], j % op[N_OUT]
    n_chunks = (n_in + CHUNK - 1) // CHUNK
    weight_at = op[WEIGHT_AT] + row * n_in
    source_at = op[SOURCE_AT] + position * n_in
    bound_at = op[BOUND_AT] + row * n_chunks
    h_bound_at = op[H_BOUND_AT] + position * n_chunks
    weights, source_units = tables.weights, tables.source_units
    v = tables.target_units[op[TARGET_AT] + j]
    own = label[v]
    bounds, best, best_u, done, looked = tables.bounds, SMALLEST, np.int32(-1), False, 0
    for c in range(n_chunks):
        if not np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c] >= best:
            continue
        looked += CHUNK
        for k in range(c * CHUNK, min(n_in, (c + 1) * CHUNK)):
            phi = np.float64(weights[weight_at + k]) * h[source_at + k]
            if phi >= best and phi >= least:
                u = source_units[source_at + k]
                if u < 0 or label[u] == own:
                    continue
                if phi < lo:
                    if phi > best or best_u < 0 or u < best_u:
                        best, best_u = phi, u
                    continue
                if n == len(buffer.phi):
                    n = thin_buffer(buffer, n, label)
                buffer.phi[n], buffer.u[n], buffer.v[n] = phi, u, v
                n += 1
                done |= label[u] == giant_label
    return n, 0.0 if done or best_u < 0 else best, best_u, looked


@kernel
def _offer_conv(tables, op, j, h, label, giant_label, lo, least, buffer, n):
    # Read once: the compiler cannot know that no store below changes them.
    n0, n1, n2 = op[IN_D], op[IN_D + 1], op[IN_D + 2]
    k0, k1, k2 = op[KERNEL_D], op[KERNEL_D + 1], op[KERNEL_D + 2]
    d0, d1, d2 = op[DILATION_D], op[DILATION_D + 1], op[DILATION_D + 2]
    plane = op[OUT_D + 1] * op[OUT_D + 2]
    channel, position = j // (op[OUT_D] * plane), j % (op[OUT_D] * plane)
    x0 = position // plane * op[STRIDE_D] - op[PAD_D]
    x1 = position // op[OUT_D + 2] % op[OUT_D + 1] * op[STRIDE_D + 1] - op[PAD_D + 1]
    x2 = position % op[OUT_D + 2] * op[STRIDE_D + 2] - op[PAD_D + 2]
    first0, last0 = _taps_inside(x0, n0, k0, d0)
    first1, last1 = _taps_inside(x1, n1, k1, d1)
    first2, last2 = _taps_inside(x2, n2, k2, d2)
    first_in = channel // op[C_OUT] * op[C_IN]
    weights, source_units = tables.weights, tables.source_units
    v = tables.target_units[op[TARGET_AT] + j]
    own = label[v]
    best, best_u, done = SMALLEST, np.int32(-1), False
    for c in range(op[C_IN]):
        for t0 in range(first0, last0):
            for t1 in range(first1, last1):
                weight_at = op[WEIGHT_AT] + (((channel * op[C_IN] + c) * k0 + t0) * k1 + t1) * k2
                line = ((first_in + c) * n0 + x0 + t0 * d0) * n1 + x1 + t1 * d1
                source_at = op[SOURCE_AT] + line * n2 + x2
                for t2 in range(first2, last2):
                    k = source_at + t2 * d2
                    phi = np.float64(weights[weight_at + t2]) * h[k]
                    if phi >= best and phi >= least:
                        u = source_units[k]
                        if u < 0 or label[u] == own:
                            continue
                        if phi < lo:
                            if phi > best or best_u < 0 or u < best_u:
                                best, best_u = phi, u
                            continue
                        if n == len(buffer.phi):
                            n = thin_buffer(buffer, n, label)
                        buffer.phi[n], buffer.u[n], buffer.v[n] = phi, u, v
                        n += 1
                        done |= label[u] == giant_label
    looked = op[C_IN] * (last0 - first0) * (last1 - first1) * (last2 - first2)
    return n, 0.0 if done or best_u < 0 else best, best_u, looked


@kernel
def _taps_inside(start, n_in, n_taps, dilation):
    """First and one past the last tap of one axis that read inside the image."""
    if dilation == 1:  # the usual case needs no divisions, which would cost as much as the scan
        return max(0, -start), min(n_taps, n_in - start)
    first = max(0, -(start // dilation))
    last = min(n_taps, (n_in - 1 - start) // dilation + 1)
    return first, last
