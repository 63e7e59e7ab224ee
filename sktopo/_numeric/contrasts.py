"""Contrast functions of centres, summed over the points of each diagram (ATOL).

Axes: s = samples, p = points, c = centres.
"""

import math

from sktopo._numeric.jit import kernel

__all__ = ["CONTRASTS", "contrast_sums"]

CONTRASTS = ("gaussian", "laplacian", "indicator")


@kernel
def contrast_sums(birth, death, offsets, block, n_blocks, centers, widths, kind, out):
    """Sums over each sample's points of a function of distance / width, for every centre.

    Parameters
    ----------
    birth, death : float64 arrays of shape (n_points,)
    offsets : int64 array of shape (n_samples * n_blocks + 1,)
    block, n_blocks : int
        Only segments of this block are read.
    centers : float64 array of shape (n_centers, 2)
    widths : float64 array of shape (n_centers,)
        Positive; 0 for a centre that is none, whose sums are 0.
    kind : int
        Position in `CONTRASTS`: exp(-r ** 2), exp(-r), or 1 up to r = 1 and 0 from r = 2, straight between.
    out : float64 array of shape (n_samples, n_centers)
        Receives the sums.
    """
    for s in range(len(out)):
        begin, end = offsets[s * n_blocks + block], offsets[s * n_blocks + block + 1]
        for c in range(len(centers)):
            x, y = centers[c, 0], centers[c, 1]
            if widths[c] == 0.0:
                continue
            scale, total = 1.0 / widths[c], 0.0
            for p in range(begin, end):
                square = ((birth[p] - x) * scale) ** 2 + ((death[p] - y) * scale) ** 2
                if kind == 0:
                    total += math.exp(-square)
                elif kind == 1:
                    total += math.exp(-math.sqrt(square))
                else:
                    total += min(max(2.0 - math.sqrt(square), 0.0), 1.0)
            out[s, c] = total
