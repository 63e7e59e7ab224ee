"""Persistence landscapes at the points of a uniform grid, exact there.

Axes: s = segments (sample and block), t = grid points, level = 0 for the largest tent.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["landscapes"]


@kernel
def landscapes(birth, death, offsets, starts, steps, n_bins, n_levels):
    """The `n_levels` largest tents max(0, min(t - birth, death - t)) at every grid point.

    Parameters
    ----------
    birth, death : float64 arrays of shape (n_pairs,)
        Finite.
    offsets : int64 array of shape (n_segments + 1,)
    starts, steps : float64 arrays of shape (n_segments,)
        First grid point and step of each segment's grid.

    Returns
    -------
    float64 array of shape (n_segments, n_levels, n_bins)
    """
    n_segments = len(offsets) - 1
    out = np.zeros((n_segments, n_levels, n_bins))
    for s in range(n_segments):
        start, step = starts[s], steps[s]
        for i in range(offsets[s], offsets[s + 1]):
            first, last = 0, n_bins - 1
            if step > 0.0:  # only the points under the tent, one to spare on each side against rounding
                first = max(0, int(max((birth[i] - start) / step - 1.0, 0.0)))
                last = min(n_bins - 1, int(min((death[i] - start) / step + 1.0, float(n_bins))))
            for t in range(first, last + 1):
                point = start + t * step
                height = min(point - birth[i], death[i] - point)
                if height <= out[s, n_levels - 1, t]:
                    continue
                level = n_levels - 1
                while level > 0 and out[s, level - 1, t] < height:
                    out[s, level, t] = out[s, level - 1, t]
                    level -= 1
                out[s, level, t] = height
    return out
