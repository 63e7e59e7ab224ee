"""Sorting every segment of a flat array, the one step of barcode statistics that numpy has no call for.

Axes: s = segments (sample and block), i = pairs.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["sort_segments"]


@kernel
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
    out = values.copy()
    for s in range(len(offsets) - 1):
        ascending = True
        for i in range(offsets[s] + 1, offsets[s + 1]):
            if out[i] < out[i - 1]:
                ascending = False
                break
        if not ascending:
            out[offsets[s] : offsets[s + 1]] = np.sort(out[offsets[s] : offsets[s + 1]])
    return out
