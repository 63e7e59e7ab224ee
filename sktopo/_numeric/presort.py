"""Lists of weights, each sorted heaviest first; equal weights stay in their order.

The bits of non-negative floats order like integers, so long lists of float32 are sorted by three counting
passes over 11 bits each, which takes a fraction of the time of a comparison sort.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["sorted_lists"]

DIGIT = 11
SHORT = 48  # lists up to this length are sorted by insertion


def sorted_lists(weights):
    """Sort every row of a matrix of non-negative weights.

    Returns
    -------
    sorted : array like weights
    order : int32 array of the same shape
        Position of each sorted weight in its row.
    """
    order = np.empty(weights.shape, dtype=np.int32)
    if weights.dtype == np.float32:
        result = np.ascontiguousarray(weights)
        if result is weights or result.base is not None:
            result = result.copy()
        _sort_lists(result.view(np.uint32), order)
        return result, order
    order[:] = np.argsort(-weights, axis=1, kind="stable")
    return np.take_along_axis(weights, order, axis=1), order


@kernel
def _sort_lists(keys, order):
    n = keys.shape[1]
    other_keys, other_order = np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.int32)
    counts = np.empty((3, 1 << DIGIT), dtype=np.int32)
    for row in range(len(keys)):
        if n <= SHORT:
            _insertion(keys[row], order[row])
        else:
            _radix(keys[row], order[row], other_keys, other_order, counts)


@kernel
def _insertion(keys, order):
    for i in range(len(keys)):
        key, at = keys[i], i
        while at > 0 and keys[at - 1] < key:
            keys[at], order[at] = keys[at - 1], order[at - 1]
            at -= 1
        keys[at], order[at] = key, i


@kernel
def _radix(keys, order, other_keys, other_order, counts):
    n, mask = len(keys), (1 << DIGIT) - 1
    counts[:] = 0
    for i in range(n):
        key = ~keys[i]  # heaviest first
        for digit in range(3):
            counts[digit, (key >> np.uint32(DIGIT * digit)) & mask] += 1
        order[i] = i
    for digit in range(3):
        at = 0
        for value in range(1 << DIGIT):
            count = counts[digit, value]
            counts[digit, value] = at
            at += count
        shift = np.uint32(DIGIT * digit)
        source, source_order, target, target_order = keys, order, other_keys, other_order
        if digit == 1:
            source, source_order, target, target_order = other_keys, other_order, keys, order
        for i in range(n):
            value = (~source[i] >> shift) & mask
            at = counts[digit, value]
            counts[digit, value] += 1
            target[at], target_order[at] = source[i], source_order[i]
    keys[:] = other_keys
    order[:] = other_order
