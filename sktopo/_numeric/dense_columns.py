"""Columns of a dense operator: a row of the weight matrix, chunk by chunk.

Of every chunk of sources the largest weight and the largest h are known, and it is skipped where their product is below
what has been found. Products are compared as integers, in whose order the bits of positive floats are: processors
take the largest of many at a time.
"""

import numpy as np

from sktopo._numeric.bucket_queue import SMALLEST
from sktopo._numeric.columns import ASKING, UNKNOWN
from sktopo._numeric.jit import inner, leaf
from sktopo._numeric.tables import (
    BOUND_AT,
    CHUNK,
    H_BOUND_AT,
    N_IN,
    N_OUT,
    N_PLACES,
    SOURCE_AT,
    SPREAD_AT,
    TARGET_AT,
    WEIGHT_AT,
)

__all__ = ["chunk_maxima", "dense_asking_price", "heaviest_dense", "scan_dense"]

AT_ONCE = 8  # products that are compared in the time of a row's step


@leaf
def dense_asking_price(op, outside):
    """What asking some results for their heaviest in-edges costs, in row steps."""
    return outside * (ASKING + op[N_IN] // 32)


@leaf
def chunk_maxima(op, spread, h_bounds):
    """Largest h of every chunk of a dense operator's sources."""
    n_in = op[N_IN]
    n_chunks = (n_in + CHUNK - 1) // CHUNK
    for p in range(op[N_PLACES] // n_in):
        at = op[SPREAD_AT] + p * n_in
        for c in range(n_chunks):
            largest = 0.0
            for k in range(at + c * CHUNK, at + min(n_in, (c + 1) * CHUNK)):
                largest = max(largest, spread[k])
            h_bounds[op[H_BOUND_AT] + p * n_chunks + c] = largest


@inner
def _largest_product(weights, weight_at, h, h_at, n):
    """Bits of the largest of n products."""
    weight_at, h_at = np.uint64(weight_at), np.uint64(h_at)
    largest = np.int64(0)
    for i in range(np.uint64(n)):
        largest = max(largest, np.float64(weights[weight_at + i] * h[h_at + i]).view(np.int64))
    return largest


@inner
def _locate(weights, weight_at, h, h_at, n, largest):
    """How many products have these bits, the sum of their places, and the bits of the largest other product."""
    weight_at, h_at = np.uint64(weight_at), np.uint64(h_at)
    count, place, other = np.int64(0), np.int64(0), np.int64(0)
    for i in range(np.uint64(n)):
        bits = np.float64(weights[weight_at + i] * h[h_at + i]).view(np.int64)
        same = bits == largest
        count += np.int64(same)
        place += np.int64(i) if same else np.int64(0)
        other = max(other, np.int64(0) if same else bits)
    return count, place, other


@inner
def heaviest_dense(tables, o, due, stop, least, answering):
    """What `heaviest_conv` does, for the results of a dense operator."""
    op, weights, bounds, source_units = tables.ops[o], tables.weights, tables.bounds, tables.source_units
    column_phi, column_u, column_second = answering.column_phi, answering.column_u, answering.column_second
    spread, h_bounds, least_o = answering.spread, answering.h_bounds, least[o]
    n_in, n_out = op[N_IN], op[N_OUT]
    n_chunks = (n_in + CHUNK - 1) // CHUNK
    looked = 0
    for d in range(stop):
        j = due[d]
        position, row = (j - op[TARGET_AT]) // n_out, (j - op[TARGET_AT]) % n_out
        weight_at, h_at = op[WEIGHT_AT] + row * n_in, op[SPREAD_AT] + position * n_in
        bound_at, h_bound_at = op[BOUND_AT] + row * n_chunks, op[H_BOUND_AT] + position * n_chunks
        promising, bound = 0, -1.0
        for c in range(n_chunks):
            product = np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c]
            if product > bound:
                promising, bound = c, product
        best_c, second, c = promising, 0.0, promising * CHUNK
        best = _largest_product(weights, weight_at + c, spread, h_at + c, min(CHUNK, n_in - c))
        looked += CHUNK
        phi = np.int64(best).view(np.float64)
        for c in range(n_chunks):
            product = np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c]
            if c == promising:
                continue
            if product < phi or product == 0.0:
                second = max(second, product)
                continue
            looked += CHUNK
            bits = _largest_product(
                weights, weight_at + c * CHUNK, spread, h_at + c * CHUNK, min(CHUNK, n_in - c * CHUNK)
            )
            if bits > best:
                best, best_c, second, phi = bits, c, max(second, phi), np.int64(bits).view(np.float64)
            else:
                second = max(second, np.int64(bits).view(np.float64))
        c = best_c * CHUNK
        count, place, other = _locate(weights, weight_at + c, spread, h_at + c, min(CHUNK, n_in - c), best)
        second = max(second, np.int64(other).view(np.float64))
        source = op[SOURCE_AT] + position * n_in + c + place
        column_phi[j] = phi if phi >= least_o else 0.0
        column_u[j] = source_units[source] if count == 1 and second < phi else UNKNOWN
        column_second[j] = second
    answering.touched[o] += looked
    answering.spent[o] += looked // AT_ONCE + ASKING * stop


@inner
def scan_dense(tables, o, due, start, stop, lo, label, giant_label, least, answering, buffer, n):
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
    op, lightest = tables.ops[o], max(SMALLEST, least[o])
    weights, bounds = tables.weights, tables.bounds
    source_units, target_units = tables.source_units, tables.target_units
    column_phi, column_u, column_second = answering.column_phi, answering.column_u, answering.column_second
    spread, h_bounds = answering.spread, answering.h_bounds
    n_in, n_out = op[N_IN], op[N_OUT]
    n_chunks = (n_in + CHUNK - 1) // CHUNK
    buffer_phi, buffer_u, buffer_v, room_for = buffer.phi, buffer.u, buffer.v, len(buffer.phi) - n_in
    looked = 0
    for d in range(start, stop):
        if n > room_for:
            stop = d
            break
        j = due[d]
        position, row = (j - op[TARGET_AT]) // n_out, (j - op[TARGET_AT]) % n_out
        weight_at, source_at = op[WEIGHT_AT] + row * n_in, op[SOURCE_AT] + position * n_in
        h_at = op[SPREAD_AT] + position * n_in
        bound_at, h_bound_at = op[BOUND_AT] + row * n_chunks, op[H_BOUND_AT] + position * n_chunks
        v = target_units[j]
        own = label[v]
        best, best_u, done = lightest, np.int32(-1), False
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
                phi = np.float64(weights[weight_at + k]) * spread[h_at + k]
                if phi >= best:
                    u = source_units[source_at + k]
                    if label[u] == own:
                        continue
                    if phi < lo:
                        if phi > best or best_u < 0 or u < best_u:
                            best, best_u = phi, u
                        continue
                    buffer_phi[n], buffer_u[n], buffer_v[n] = phi, u, v
                    n += 1
                    if label[u] == giant_label:
                        done, best = True, max(best, lo)
        column_phi[j], column_u[j] = 0.0 if done or best_u < 0 else best, best_u
        column_second[j] = column_phi[j]
    answering.touched[o] += looked
    answering.spent[o] += looked // AT_ONCE + ASKING * (stop - start)
    return stop, n
