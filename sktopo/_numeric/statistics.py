"""Sorting every segment of a flat array, the one step of barcode statistics that numpy has no call for.

Axes: s = segments (sample and block), i = pairs.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["sort_segments"]

SHORT = 48  # segments up to this length are sorted by insertion


def sort_segments(values, offsets):
    """A copy of `values` in which each segment is ascending; segments that already are cost one pass.

    Parameters
    ----------
    values : float64 array of shape (n_pairs,)
        No NaN.
    offsets : int64 array of shape (n_segments + 1,)

    Returns
    -------
    float64 array of shape (n_pairs,)
    """
    out = np.array(values)  # whether the original may be written to or not, the kernel sees one type
    long = np.empty(len(offsets) - 1, dtype=np.int64)
    for s in long[: _sort_short(out, offsets, long)]:
        out[offsets[s] : offsets[s + 1]].sort()  # numpy's sort is faster than a compiled one, and compiled already
    return out


@kernel
def _sort_short(out, offsets, long):
    """Sort short segments in place; number of the others that are not in order, which are listed in `long`."""
    n_long = 0
    for s in range(len(offsets) - 1):
        start, stop = offsets[s], offsets[s + 1]
        for i in range(start + 1, stop):
            value, at = out[i], i
            if stop - start > SHORT and value < out[i - 1]:
                long[n_long] = s
                n_long += 1
                break
            while at > start and value < out[at - 1]:
                out[at] = out[at - 1]
                at -= 1
            out[at] = value
    return n_long
