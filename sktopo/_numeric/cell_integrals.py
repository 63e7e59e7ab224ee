"""Step functions averaged over cells of a grid, in integers, and L1 distances of those.

|integral of f - g over a cell| is at most the integral of |f - g|, so the distance of the averages is never larger than
that of the functions. Integers, because their sums may be taken in any order: the machine adds sixteen at a time.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["cell_integrals", "integer_distances"]


@kernel
def cell_integrals(birth, death, offsets, cosine, sine, low, pace, cell_of, ends, scale, first, out):
    """Scaled integrals over cells of each diagram's step function in one direction, rounded to integers.

    The function jumps up at the projection of every point and down at that of its nearest point of the diagonal, so it
    vanishes at both ends.

    Parameters
    ----------
    birth, death : float64 arrays of shape (n_points,)
    offsets : int64 array of shape (n_diagrams + 1,)
    cosine, sine : float
        The direction.
    low, pace : float
        Where the first cell ends, and how many slots there are per unit from there on.
    cell_of : int32 array of shape (n_slots + 2,)
        The cell of each slot; the first entry is for all that lies before `low`, the last for what lies after all
        slots.
    ends : float64 array of shape (n_cells,)
        Where each cell ends, not decreasing; the last cell has no end, and its entry is where it begins.
    scale : float
    first : int
        Column of the first cell in `out`.
    out : int32 array of shape (n_diagrams, at least first + n_cells)
        Receives the integrals.
    """
    n_cells, n_slots = len(ends), len(cell_of) - 2
    beyond = n_slots + 1.0
    integral, jump = np.zeros(n_cells), np.zeros(n_cells)
    middle = (cosine + sine) / 2.0
    for s in range(len(offsets) - 1):
        for k in range(offsets[s], offsets[s + 1]):
            up = birth[k] * cosine + death[k] * sine
            down = (birth[k] + death[k]) * middle
            c = cell_of[np.uint64(min(max((up - low) * pace + 1.0, 0.0), beyond))]
            jump[c] += 1.0
            integral[c] += ends[c] - up
            # In the last cell the function is minus what has yet to come, which is the same expression.
            c = cell_of[np.uint64(min(max((down - low) * pace + 1.0, 0.0), beyond))]
            jump[c] -= 1.0
            integral[c] -= ends[c] - down
        height, before = 0.0, low
        for c in range(n_cells):
            out[s, first + c] = np.int32(np.rint((integral[c] + height * (ends[c] - before)) * scale))
            height += jump[c]
            before = ends[c]
            integral[c], jump[c] = 0.0, 0.0


@kernel
def integer_distances(x, y, begin, end, symmetric, out):
    """Sums of |x - y| of rows `begin` to `end`, above the diagonal only if `symmetric`.

    No sum may reach 2 ** 31.
    """
    width = x.shape[1]
    for i0 in range(begin, end, 16):  # blocks of rows stay in the cache
        for j0 in range(0, len(y), 16):
            for i in range(i0, min(i0 + 16, end)):
                row = x[i]
                for j in range(max(j0, i + 1) if symmetric else j0, min(j0 + 16, len(y))):
                    other = y[j]
                    total = np.int32(0)
                    for k in range(width):
                        gap = np.int32(row[k] - other[k])
                        total = np.int32(total + max(gap, np.int32(-gap)))
                    out[i, j] = total
