"""The heaviest in-edge of every result of a convolution at once: whole planes are multiplied and compared.

One channel of sources, padded with zeros and cut into stride phases, is a plane; a tap reads it at a fixed distance
from the result. So one tap's products for all results of a channel are one array times one number, which the processor
does several at a time, at a small part of the price of a row's step. What lies in components is not asked: the
heaviest of all in-edges bounds those that leave, and late in the sweep most results outside are single vertices, from
which all edges leave.

Planes and products are float32, of which a processor takes twice as many at a time. Both factors are divided by the
largest of their kind and, unless they are zero, kept above 2 ** -60, so that no product over- or underflows, and zeros
are those that were. An exact product is then less than 1 + 2 ** -20 times what was found, see docs/threshold_sweep.rst.
So what was found chooses three taps, whose exact products are formed anew, and bounds all others; if the bound is not
below the best of the three, the source counts as unknown, and the larger of both as the weight.
"""

import numpy as np

from sktopo._numeric.jit import inner, inset, leaf
from sktopo._numeric.memory import doubles, ints, longs
from sktopo._numeric.tables import (
    C_IN,
    C_OUT,
    DILATION_D,
    IN_D,
    KERNEL_D,
    N_SOURCE,
    N_TARGET,
    OUT_D,
    PAD_D,
    SOURCE_AT,
    STRIDE_D,
    TARGET_AT,
    WEIGHT_AT,
)

__all__ = ["UNKNOWN", "heaviest_by_planes", "planes_price"]

GROUP = 3  # taps whose products are compared in one pass
STRIP = np.int64(544)  # places of a plane that are worked on together: their maxima stay in the nearest cache
UNKNOWN = -1  # the other end of an edge of which only a bound is known
FAINTEST = 2.0**-60  # of the scaled factors
SLACK = 1.0 + 2.0**-20


@leaf
def _plane_size(op):
    """Places of one stride phase that results read, along each axis."""
    return (
        op[OUT_D] + (op[KERNEL_D] - 1) * op[DILATION_D] // op[STRIDE_D],
        op[OUT_D + 1] + (op[KERNEL_D + 1] - 1) * op[DILATION_D + 1] // op[STRIDE_D + 1],
        op[OUT_D + 2] + (op[KERNEL_D + 2] - 1) * op[DILATION_D + 2] // op[STRIDE_D + 2],
    )


@leaf
def _n_places(op):
    """Places of all planes; more than there are sources where strides are longer than images."""
    n_channels = op[N_SOURCE] // (op[IN_D] * op[IN_D + 1] * op[IN_D + 2])
    size0, size1, size2 = _plane_size(op)
    return n_channels * size0 * size1 * size2 * op[STRIDE_D] * op[STRIDE_D + 1] * op[STRIDE_D + 2]


@leaf
def _n_groups(op):
    return (op[KERNEL_D] * op[KERNEL_D + 1] * op[KERNEL_D + 2] + GROUP - 1) // GROUP


@leaf
def _span(op):
    """From the first result's place in a plane to one past the last's."""
    _, n1, n2 = _plane_size(op)
    return ((op[OUT_D] - 1) * n1 + op[OUT_D + 1] - 1) * n2 + op[OUT_D + 2]


@leaf
def planes_price(op):
    """What `heaviest_by_planes` costs, in row steps."""
    n_channels = op[N_TARGET] // (op[OUT_D] * op[OUT_D + 1] * op[OUT_D + 2])
    span = _span(op)
    passes = n_channels * op[C_IN] * _n_groups(op)
    return passes * (span // 10 + 8 * ((span + STRIP - 1) // STRIP)) + 2 * _n_places(op)


@leaf
def _scaled(x, unit):
    """x / unit, rounded, but not to zero."""
    return np.float32(max(x / unit, FAINTEST) if x > 0.0 else 0.0)


@leaf
def _unit(values, start, n):
    """What some factors are divided by: the largest; not so small that bounds could underflow."""
    unit = 1e-120
    for i in range(start, start + n):
        unit = max(unit, np.float64(values[i]))
    return unit


@inner
def _fill_planes(op, h, unit, source_units, planes):
    """Every channel of sources by stride phases, with zeros where there is no source."""
    n0, n1, n2 = op[IN_D], op[IN_D + 1], op[IN_D + 2]
    size0, size1, size2 = _plane_size(op)
    s0, s1, s2 = op[STRIDE_D], op[STRIDE_D + 1], op[STRIDE_D + 2]
    pad0, pad1, pad2 = op[PAD_D], op[PAD_D + 1], op[PAD_D + 2]
    at = 0
    for c in range(op[N_SOURCE] // (n0 * n1 * n2)):
        for phase in range(s0 * s1 * s2):
            p0, p1, p2 = phase // (s1 * s2) - pad0, phase // s2 % s1 - pad1, phase % s2 - pad2
            for y0 in range(size0):
                for y1 in range(size1):
                    x0, x1 = y0 * s0 + p0, y1 * s1 + p1
                    inside = 0 <= x0 < n0 and 0 <= x1 < n1
                    line = op[SOURCE_AT] + ((c * n0 + x0) * n1 + x1) * n2
                    for y2 in range(size2):
                        x2 = y2 * s2 + p2
                        exists = inside and 0 <= x2 < n2 and source_units[line + x2] >= 0
                        planes[at] = _scaled(h[line + x2] if exists else 0.0, unit)
                        at += 1


@inner
def _tap_places(op, places, tap_sources):
    """How far into the planes of a channel, and among its sources, each tap reads.

    Taps that fill up the last group read at 0.
    """
    k1, k2 = op[KERNEL_D + 1], op[KERNEL_D + 2]
    s0, s1, s2 = op[STRIDE_D], op[STRIDE_D + 1], op[STRIDE_D + 2]
    size0, size1, size2 = _plane_size(op)
    for t in range(len(places)):
        places[t], tap_sources[t] = 0, 0
        if t < op[KERNEL_D] * k1 * k2:
            x0, x1, x2 = t // (k1 * k2) * op[DILATION_D], t // k2 % k1 * op[DILATION_D + 1], t % k2 * op[DILATION_D + 2]
            phase = (x0 % s0 * s1 + x1 % s1) * s2 + x2 % s2
            places[t] = ((phase * size0 + x0 // s0) * size1 + x1 // s1) * size2 + x2 // s2
            tap_sources[t] = (x0 * op[IN_D + 1] + x1) * op[IN_D + 2] + x2


@inner
def _compare(planes, at_0, at_1, at_2, w_0, w_1, w_2, group, n, first, second, winner):
    """Enter the products of three taps into the two largest so far, and the group that the largest comes from."""
    at_0, at_1, at_2 = np.uint64(at_0), np.uint64(at_1), np.uint64(at_2)
    for i in range(np.uint64(n)):
        a, b, c = w_0 * planes[at_0 + i], w_1 * planes[at_1 + i], w_2 * planes[at_2 + i]
        a = a if a > b else b
        a = a if a > c else c
        old, other = first[i], second[i]
        other = other if other > a else a
        second[i] = old if a > old else other
        winner[i] = group if a > old else winner[i]
        first[i] = a if a > old else old


@leaf
def _least(bits, n):
    """Smallest of some positive floats, seen as integers, of which processors compare many at a time."""
    least = bits[0]
    for i in range(n):
        least = min(least, bits[i])
    return least


@inner
def _prepare_strip(op, channel, start, n, label, target_units, giant_label, first, second, winner):
    """Nothing found yet for results outside the giant component, and nothing sought elsewhere.

    Returns
    -------
    int
        Number of results outside.
    """
    _, size1, size2 = _plane_size(op)
    outside, y2, line = 0, start % size2, start // size2
    results_at, _ = _line(op, channel, line, size1)
    n_results = op[OUT_D + 2] if line % size1 < op[OUT_D + 1] else 0  # in this line
    for i in range(n):
        first[i], second[i], winner[i] = np.inf, 0.0, 0
        if y2 < n_results and label[target_units[results_at + y2]] != giant_label:
            first[i] = 0.0
            outside += 1
        y2 += 1
        if y2 == size2:
            y2 = 0
            line += 1
            results_at, _ = _line(op, channel, line, size1)
            n_results = op[OUT_D + 2] if line % size1 < op[OUT_D + 1] else 0
    return outside


@inner
def _keep_strip(
    op, channel, start, n, least, skipped, h_unit, w_unit, first, second, winner,
    planes, places, tap_sources, source_units, weights, h, column_phi, column_u, column_second,
):  # fmt: skip
    """Enter what was found for the results of a strip, with the exact products of the three taps."""
    _, size1, size2 = _plane_size(op)
    n0, n1, n2, s2 = op[IN_D], op[IN_D + 1], op[IN_D + 2], op[STRIDE_D + 2]
    c_in, n_taps, n_groups = op[C_IN], op[KERNEL_D] * op[KERNEL_D + 1] * op[KERNEL_D + 2], _n_groups(op)
    per_source = len(planes) // (op[N_SOURCE] // (n0 * n1 * n2))
    first_in = channel // op[C_OUT] * c_in
    weights_at = op[WEIGHT_AT] + channel * c_in * n_taps
    per_group = 1.0 / n_groups
    y2, line = start % size2, start // size2
    results_at, sources_at = _line(op, channel, line, size1)
    for i in range(n):
        if first[i] != np.inf:
            phi, other = 0.0, max(np.float64(second[i]), skipped) * SLACK * h_unit * w_unit
            c = np.int64((winner[i] + 0.5) * per_group)
            tap = (winner[i] - c * n_groups) * GROUP
            plane_at = (first_in + c) * per_source + start + i
            source_at = sources_at + y2 * s2 + (first_in + c) * n0 * n1 * n2
            weight_at, source = weights_at + c * n_taps, op[SOURCE_AT]
            for t in range(tap, tap + GROUP):  # without a branch, which would often be guessed wrongly
                exists = t < n_taps and planes[plane_at + places[t]] > 0.0
                k = source_at + tap_sources[t] if exists else op[SOURCE_AT]
                product = np.float64(weights[weight_at + min(t, n_taps - 1)]) * h[k]
                product = product if exists else 0.0
                other = max(other, min(phi, product))
                source = k if product > phi else source
                phi = max(phi, product)
            u = np.int64(source_units[source])
            j = results_at + y2
            column_phi[j] = max(phi, other) if max(phi, other) >= least else 0.0
            column_u[j] = u if other < phi else UNKNOWN
            column_second[j] = other
        y2 += 1
        if y2 == size2:
            y2 = 0
            line += 1
            results_at, sources_at = _line(op, channel, line, size1)


@inner
def _line(op, channel, line, size1):
    """Where a line's results begin, and, less what its channel and tap add, their sources."""
    y0, y1 = line // size1, line % size1
    results_at = op[TARGET_AT] + ((channel * op[OUT_D] + y0) * op[OUT_D + 1] + y1) * op[OUT_D + 2]
    x0, x1 = y0 * op[STRIDE_D] - op[PAD_D], y1 * op[STRIDE_D + 1] - op[PAD_D + 1]
    return results_at, op[SOURCE_AT] + (x0 * op[IN_D + 1] + x1) * op[IN_D + 2] - op[PAD_D + 2]


@inset
def heaviest_by_planes(tables, op, h, least, label, giant_label, answering, memory):
    """For every result outside the giant component, its heaviest in-edge, wherever it comes from.

    Leaves in `answering` its weight (0 if there is none of at least `least`) and source, which is UNKNOWN if several
    may be as heavy, and a bound of all others.

    Returns
    -------
    int
        Number of products that were compared.
    """
    source_units, target_units, weights = tables.source_units, tables.target_units, tables.weights
    column_phi, column_u, column_second = answering.column_phi, answering.column_u, answering.column_second
    c_in, n_taps, n_groups, span = (
        op[C_IN],
        op[KERNEL_D] * op[KERNEL_D + 1] * op[KERNEL_D + 2],
        _n_groups(op),
        _span(op),
    )
    size0, size1, size2 = _plane_size(op)
    per_channel = size0 * size1 * size2
    per_source = per_channel * op[STRIDE_D] * op[STRIDE_D + 1] * op[STRIDE_D + 2]
    n_sources = op[N_SOURCE] // (op[IN_D] * op[IN_D + 1] * op[IN_D + 2])
    n_results = op[N_TARGET] // (op[OUT_D] * op[OUT_D + 1] * op[OUT_D + 2])
    h_unit = _unit(h, op[SOURCE_AT], op[N_SOURCE])
    w_unit = _unit(weights, op[WEIGHT_AT], n_results * c_in * n_taps)
    planes = ints(memory, n_sources * per_source).view(np.float32)
    _fill_planes(op, h, h_unit, source_units, planes)
    places, tap_sources = longs(memory, n_groups * GROUP), longs(memory, n_groups * GROUP)
    w = ints(memory, n_groups * GROUP).view(np.float32)
    for t in range(n_taps, len(w)):
        w[t] = 0.0
    _tap_places(op, places, tap_sources)
    heaviest = doubles(memory, n_results * c_in)
    for at in range(len(heaviest)):
        largest = 0.0
        for t in range(n_taps):
            largest = max(largest, np.float64(weights[op[WEIGHT_AT] + at * n_taps + t]))
        heaviest[at] = _scaled(largest, w_unit)
    first_bits, winner = ints(memory, STRIP), ints(memory, STRIP)
    first, second = first_bits.view(np.float32), ints(memory, STRIP).view(np.float32)
    strongest, order = doubles(memory, n_sources), longs(memory, n_sources)
    margin, looked = per_channel - span, 0
    for start in range(0, span, STRIP):
        n = min(STRIP, span - start)
        _strongest_of_strip(planes, per_source, per_channel, start, min(per_channel, start + n + margin), strongest)
        for channel in range(n_results):
            first_in = channel // op[C_OUT] * c_in
            if channel % op[C_OUT] == 0:
                _by_strength(strongest, first_in, c_in, order)
            if not _prepare_strip(op, channel, start, n, label, target_units, giant_label, first, second, winner):
                continue
            skipped, smallest = 0.0, 0.0
            for i in range(c_in):
                c = order[i]
                bound = heaviest[channel * c_in + c] * strongest[first_in + c]
                if bound < smallest or bound == 0.0:
                    skipped = max(skipped, bound)
                    continue
                weight_at = op[WEIGHT_AT] + (channel * c_in + c) * n_taps
                for t in range(n_taps):
                    w[t] = _scaled(np.float64(weights[weight_at + t]), w_unit)
                at = (first_in + c) * per_source + start
                for g in range(n_groups):
                    _compare(
                        planes, at + places[3 * g], at + places[3 * g + 1], at + places[3 * g + 2],
                        w[3 * g], w[3 * g + 1], w[3 * g + 2], np.int32(c * n_groups + g), n, first, second, winner,
                    )  # fmt: skip
                looked += n_taps * n
                smallest = np.float64(np.int32(_least(first_bits, n)).view(np.float32))
            _keep_strip(
                op, channel, start, n, least, skipped, h_unit, w_unit, first, second, winner,
                planes, places, tap_sources, source_units, weights, h, column_phi, column_u, column_second,
            )  # fmt: skip
    return looked


@inner
def _strongest_of_strip(planes, per_source, per_channel, start, stop, strongest):
    """Largest h that a strip of results reads, by channel of sources."""
    for c in range(len(strongest)):
        largest = np.float32(0.0)
        for phase in range(c * per_source, (c + 1) * per_source, per_channel):
            for i in range(phase + start, phase + stop):
                largest = max(largest, planes[i])
        strongest[c] = largest


@inner
def _by_strength(strongest, first_in, c_in, order):
    """Channels of a group, strongest first."""
    for c in range(c_in):
        at = c
        while at > 0 and strongest[first_in + order[at - 1]] < strongest[first_in + c]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = c
