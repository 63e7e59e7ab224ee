"""The heaviest in-edge of results of a dense operator, chunk by chunk of their sources.

Products are compared as integers, in whose order the bits of positive floats are: processors take the largest of many
at a time. Chunks whose bound is below what has been found are skipped. What lies in components is not asked, see
`planes`.
"""

import numpy as np

from sktopo._numeric.jit import inner, inset, leaf
from sktopo._numeric.memory import doubles
from sktopo._numeric.planes import UNKNOWN
from sktopo._numeric.tables import BOUND_AT, CHUNK, H_BOUND_AT, N_IN, N_OUT, N_SOURCE, SOURCE_AT, TARGET_AT, WEIGHT_AT

__all__ = ["chunk_maxima", "heaviest_by_chunks"]


@leaf
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


@inset
def heaviest_by_chunks(tables, op, due, stop, h, least, answering, memory):
    """For each result of `due[:stop]` its heaviest in-edge, wherever it comes from.

    Leaves in `answering` its weight (0 if there is none of at least `least`) and source, which is UNKNOWN if several
    are as heavy, and a bound of all others.

    Returns
    -------
    int
        Number of products that were compared.
    """
    weights, bounds, source_units = tables.weights, tables.bounds, tables.source_units
    column_phi, column_u, column_second = answering.column_phi, answering.column_u, answering.column_second
    h_bounds = answering.h_bounds
    n_in, n_out, n_source, sources_at = op[N_IN], op[N_OUT], op[N_SOURCE], op[SOURCE_AT]
    n_chunks = (n_in + CHUNK - 1) // CHUNK
    existing = doubles(memory, n_source)
    for k in range(n_source):
        existing[k] = h[sources_at + k] if source_units[sources_at + k] >= 0 else 0.0
    looked = 0
    for d in range(stop):
        j = due[d]
        position, row = (j - op[TARGET_AT]) // n_out, (j - op[TARGET_AT]) % n_out
        weight_at, h_at = op[WEIGHT_AT] + row * n_in, position * n_in
        bound_at, h_bound_at = op[BOUND_AT] + row * n_chunks, op[H_BOUND_AT] + position * n_chunks
        promising, bound = 0, -1.0
        for c in range(n_chunks):
            product = np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c]
            if product > bound:
                promising, bound = c, product
        best_c, second, c = promising, 0.0, promising * CHUNK
        best = _largest_product(weights, weight_at + c, existing, h_at + c, min(CHUNK, n_in - c))
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
                weights, weight_at + c * CHUNK, existing, h_at + c * CHUNK, min(CHUNK, n_in - c * CHUNK)
            )
            if bits > best:
                best, best_c, second, phi = bits, c, max(second, phi), np.int64(bits).view(np.float64)
            else:
                second = max(second, np.int64(bits).view(np.float64))
        c = best_c * CHUNK
        count, place, other = _locate(weights, weight_at + c, existing, h_at + c, min(CHUNK, n_in - c), best)
        second = max(second, np.int64(other).view(np.float64))
        column_phi[j] = phi if phi >= least else 0.0
        column_u[j] = source_units[sources_at + h_at + c + place] if count == 1 and second < phi else UNKNOWN
        column_second[j] = second
    return looked
