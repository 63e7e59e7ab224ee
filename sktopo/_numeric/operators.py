"""Out-edges and in-edges of a graph's vertices, read from operators instead of from an edge list.

One row of the integer table `ops` describes an operator; its columns are named below. Weights are
absolute values. `h` holds the absolute value of every operator's source elements, one operator after
the other. Each source unit's (for a convolution, each input channel's) out-edges are listed by falling weight: `list_w`
with `list_j`, the result, or for a convolution with `taps`, rows (output channel, offsets along d, h, w).
Axes: k = source element, j = result element, d h w = depth, height, width (unused axes are 1).
"""

import numpy as np

from sktopo._numeric.jit import kernel

# Columns of `ops` for every operator.
KIND, N_SOURCE, N_TARGET, SOURCE_AT, TARGET_AT, WEIGHT_AT, LIST_AT, BOUND_AT = range(8)
# A dense operator: result p * N_OUT + j reads source p * N_IN + k.
N_IN, N_OUT, H_BOUND_AT, VERTEX_AT = 8, 9, 10, 11
# A convolution: channels per group, then three entries for each of these.
C_IN, C_OUT, IN_D, OUT_D, KERNEL_D, STRIDE_D, PAD_D, DILATION_D, GROUPS, TAPS_AT = 8, 9, 10, 13, 16, 19, 22, 25, 28, 29
N_COLUMNS = 30

DENSE, CONV = 0, 1
CHUNK = 64  # source elements that share one bound


@kernel
def next_out_edge(op, k, start, h_k, label, own, target_units, list_w, list_j, taps, least):
    """First edge of source `k`, from list entry `start` on, that leaves component `own`.

    Returns (entry, phi, vertex); phi is 0 when there is none. Lists are sorted by falling weight, so the
    first is the heaviest, and entries passed over can be forgotten: components only grow.
    """
    if op[KIND] == DENSE:
        n_in, length = op[N_IN], op[N_OUT]
        at = op[LIST_AT] + (k % n_in) * length
        list_at = op[VERTEX_AT] + (k % n_in) * length
        target_at = op[TARGET_AT] + (k // n_in) * length
        for i in range(start, length):
            phi = np.float64(list_w[at + i]) * h_k
            if not (phi > 0.0 and phi >= least):
                return length, 0.0, -1
            vertex = target_units[target_at + list_j[list_at + i]]
            if label[vertex] != own:
                return i, phi, vertex
        return length, 0.0, -1
    size = op[IN_D] * op[IN_D + 1] * op[IN_D + 2]
    channel, position = k // size, k % size
    y0 = position // (op[IN_D + 1] * op[IN_D + 2]) + op[PAD_D]
    y1 = position // op[IN_D + 2] % op[IN_D + 1] + op[PAD_D + 1]
    y2 = position % op[IN_D + 2] + op[PAD_D + 2]
    n_taps = op[KERNEL_D] * op[KERNEL_D + 1] * op[KERNEL_D + 2]
    length = op[C_OUT] * n_taps
    at = op[LIST_AT] + channel * length
    taps_at = op[TAPS_AT] + channel * length
    s0, s1, s2 = op[STRIDE_D], op[STRIDE_D + 1], op[STRIDE_D + 2]
    end0, end1, end2 = op[OUT_D] * s0, op[OUT_D + 1] * s1, op[OUT_D + 2] * s2
    strided = s0 > 1 or s1 > 1 or s2 > 1
    for i in range(start, length):
        z0, z1, z2 = y0 - taps[taps_at + i, 1], y1 - taps[taps_at + i, 2], y2 - taps[taps_at + i, 3]
        if z0 < 0 or z1 < 0 or z2 < 0 or z0 >= end0 or z1 >= end1 or z2 >= end2:
            continue
        if strided:
            if z0 % s0 or z1 % s1 or z2 % s2:
                continue
            z0, z1, z2 = z0 // s0, z1 // s1, z2 // s2
        j = ((taps[taps_at + i, 0] * op[OUT_D] + z0) * op[OUT_D + 1] + z1) * op[OUT_D + 2] + z2
        vertex = target_units[op[TARGET_AT] + j]
        if label[vertex] != own:
            phi = np.float64(list_w[at + i]) * h_k
            if not (phi > 0.0 and phi >= least):
                return length, 0.0, -1
            return i, phi, vertex
    return length, 0.0, -1


@kernel
def best_in_edge(op, j, h, h_bounds, label, own, source_units, weights, bounds, floor, least):
    """Heaviest edge into result `j` from outside component `own`, if heavier than `floor`.

    Returns (phi, vertex); phi is `floor` when there is none.
    """
    if op[KIND] == DENSE:
        return _best_in_edge_dense(op, j, h, h_bounds, label, own, source_units, weights, bounds, floor, least)
    return _best_in_edge_conv(op, j, h, label, own, source_units, weights, floor, least)


@kernel
def _best_in_edge_dense(op, j, h, h_bounds, label, own, source_units, weights, bounds, floor, least):
    n_in = op[N_IN]
    position, row = j // op[N_OUT], j % op[N_OUT]
    n_chunks = (n_in + CHUNK - 1) // CHUNK
    weight_at = op[WEIGHT_AT] + row * n_in
    source_at = op[SOURCE_AT] + position * n_in
    bound_at = op[BOUND_AT] + row * n_chunks
    h_bound_at = op[H_BOUND_AT] + position * n_chunks
    best, vertex = floor, -1
    for c in range(n_chunks):
        if not np.float64(bounds[bound_at + c]) * h_bounds[h_bound_at + c] > best:
            continue
        for k in range(c * CHUNK, min(n_in, (c + 1) * CHUNK)):
            phi = np.float64(weights[weight_at + k]) * h[source_at + k]
            if phi > best and phi >= least:
                unit = source_units[source_at + k]
                if unit >= 0 and label[unit] != own:
                    best, vertex = phi, unit
    return best, vertex


@kernel
def _best_in_edge_conv(op, j, h, label, own, source_units, weights, floor, least):
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
    best, vertex = floor, -1
    for c in range(op[C_IN]):
        for t0 in range(first0, last0):
            for t1 in range(first1, last1):
                weight_at = op[WEIGHT_AT] + (((channel * op[C_IN] + c) * k0 + t0) * k1 + t1) * k2
                line = ((first_in + c) * n0 + x0 + t0 * d0) * n1 + x1 + t1 * d1
                source_at = op[SOURCE_AT] + line * n2 + x2
                for t2 in range(first2, last2):
                    k = source_at + t2 * d2
                    phi = np.float64(weights[weight_at + t2]) * h[k]
                    if phi > best and phi >= least:
                        unit = source_units[k]
                        if unit >= 0 and label[unit] != own:
                            best, vertex = phi, unit
    return best, vertex


@kernel
def _taps_inside(start, n_in, n_taps, dilation):
    """First and one past the last tap of one axis that read inside the image."""
    if dilation == 1:  # the usual case needs no divisions, which would cost as much as the scan
        return max(0, -start), min(n_taps, n_in - start)
    first = max(0, -(start // dilation))
    last = min(n_taps, (n_in - 1 - start) // dilation + 1)
    return first, last
