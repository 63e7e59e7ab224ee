"""Columns read from the weight matrix in chunks: of dense operators with one position, where lists serve one result.

Of every chunk of sources the largest weight and the largest h are known, and it is skipped where their product is below
what has been found. Products are compared as integers, in whose order the bits of positive floats are: processors
take the largest of many at a time.
"""

import numpy as np

from sktopo._numeric.bucket_queue import SMALLEST
from sktopo._numeric.columns import ASKING, UNKNOWN, offer_or_remember
from sktopo._numeric.jit import inner, leaf
from sktopo._numeric.tables import (
    BOUND_AT,
    CHUNK,
    H_BOUND_AT,
    LENGTH,
    SOURCE_AT,
    SPREAD_AT,
    TARGET_AT,
    WEIGHT_AT,
)

__all__ = ["chunk_maxima", "heaviest_in_chunks", "price_of_chunks", "scan_chunks"]

AT_ONCE = 8  # products that are compared in the time of a row's step


@leaf
def price_of_chunks(op, outside):
    """What asking some results for their heaviest in-edges costs, in row steps."""
    return outside * (ASKING + op[LENGTH] // 32)


@leaf
def chunk_maxima(op, spread, h_bounds):
    """Largest h of every chunk of an operator's sources."""
    at = op[SPREAD_AT]
    for c in range((op[LENGTH] + CHUNK - 1) // CHUNK):
        largest = 0.0
        for k in range(at + c * CHUNK, at + min(op[LENGTH], (c + 1) * CHUNK)):
            largest = max(largest, spread[k])
        h_bounds[op[H_BOUND_AT] + c] = largest


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
def heaviest_in_chunks(tables, o, due, stop, least, answering):
    """What `heaviest_in_lists` does, for results whose in-edges are read in chunks."""
    op, weights, bounds, source_units = tables.ops[o], tables.weights, tables.bounds, tables.source_units
    column_phi, column_u, column_second = answering.column_phi, answering.column_u, answering.column_second
    spread, h_bounds, least_o = answering.spread, answering.h_bounds, least[o]
    length, h_at, h_bound_at = op[LENGTH], op[SPREAD_AT], op[H_BOUND_AT]
    n_chunks = (length + CHUNK - 1) // CHUNK
    looked = 0
    for d in range(stop):
        j = due[d]
        weight_at = op[WEIGHT_AT] + (j - op[TARGET_AT]) * length
        bound_at = op[BOUND_AT] + (j - op[TARGET_AT]) * n_chunks
        promising, bound = 0, -1.0
        for c in range(n_chunks):
            product = np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c]
            if product > bound:
                promising, bound = c, product
        best_c, second, c = promising, 0.0, promising * CHUNK
        best = _largest_product(weights, weight_at + c, spread, h_at + c, min(CHUNK, length - c))
        looked += min(CHUNK, length - c)
        phi = np.int64(best).view(np.float64)
        for c in range(n_chunks):
            product = np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c]
            if c == promising:
                continue
            if product < phi or product == 0.0:
                second = max(second, product)
                continue
            first, n = c * CHUNK, min(CHUNK, length - c * CHUNK)
            looked += n
            bits = _largest_product(weights, weight_at + first, spread, h_at + first, n)
            if bits > best:
                best, best_c, second, phi = bits, c, max(second, phi), np.int64(bits).view(np.float64)
            else:
                second = max(second, np.int64(bits).view(np.float64))
        c = best_c * CHUNK
        count, place, other = _locate(weights, weight_at + c, spread, h_at + c, min(CHUNK, length - c), best)
        second = max(second, np.int64(other).view(np.float64))
        column_phi[j] = phi if phi >= least_o else 0.0
        column_u[j] = source_units[op[SOURCE_AT] + c + place] if count == 1 and second < phi else UNKNOWN
        column_second[j] = second
    answering.touched[o] += looked
    answering.spent[o] += looked // AT_ONCE + ASKING * stop


@inner
def scan_chunks(tables, o, due, start, stop, lo, label, giant_label, least, answering, buffer, n):
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
    length, source_at, h_at, h_bound_at = op[LENGTH], op[SOURCE_AT], op[SPREAD_AT], op[H_BOUND_AT]
    n_chunks = (length + CHUNK - 1) // CHUNK
    buffer_phi, buffer_u, buffer_v, room_for = buffer.phi, buffer.u, buffer.v, len(buffer.phi) - length
    looked = 0
    for d in range(start, stop):
        if n > room_for:
            stop = d
            break
        j = due[d]
        weight_at = op[WEIGHT_AT] + (j - op[TARGET_AT]) * length
        bound_at = op[BOUND_AT] + (j - op[TARGET_AT]) * n_chunks
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
            looked += min(CHUNK, length - c * CHUNK)
            for k in range(c * CHUNK, min(length, (c + 1) * CHUNK)):
                phi = np.float64(weights[weight_at + k]) * spread[h_at + k]
                if phi >= best:
                    best, best_u, done, n = offer_or_remember(
                        phi, source_units[source_at + k], v, lo, label, own, giant_label, best, best_u, done,
                        buffer_phi, buffer_u, buffer_v, n,
                    )  # fmt: skip
        column_phi[j], column_u[j] = 0.0 if done or best_u < 0 else best, best_u
        column_second[j] = column_phi[j]
    answering.touched[o] += looked
    answering.spent[o] += looked // AT_ONCE + ASKING * (stop - start)
    return stop, n
