"""L1 distances of step functions, the integral of every one-dimensional transport between measures of equal mass.

Axes: s = functions' owners (one diagram each), d = directions, one step function per owner and direction.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["step_distances"]


@kernel
def step_distances(x, x_heights, x_at, y, y_heights, y_at, n_directions, begin, end, symmetric, out):
    """Add the integrals of |f - g| over all directions to rows `begin` to `end` of the matrix `out`.

    Two sorted lists of jumps are merged. The merge of one direction is a chain in which every step waits for the
    last, so five directions go side by side: they have the same number of steps.

    Parameters
    ----------
    x : float64 array
        Sorted places of the jumps, each list closed by an infinity; owner after owner, direction after direction
        within.
    x_heights : float32 array
        Height before each jump; before the infinity, that after the last.
    x_at : int64 array of shape (n_owners + 1,)
        Where each owner begins; it has `n_directions` lists of the same length.
    y, y_heights, y_at : as for x
    symmetric : bool
        Only the part above the diagonal is filled.

    Notes
    -----
    The result is the same to the last bit if x and y change places: equal places make gaps of zero.
    """
    last, one = n_directions - 1, np.uint64(1)
    for i in range(begin, end):
        la = (x_at[i + 1] - x_at[i]) // n_directions
        for j in range(i + 1 if symmetric else 0, len(y_at) - 1):
            lb = (y_at[j + 1] - y_at[j]) // n_directions
            total = 0.0
            for d in range(0, n_directions, 5):
                a0, b0 = np.uint64(x_at[i] + la * d), np.uint64(y_at[j] + lb * d)
                a1, b1 = np.uint64(x_at[i] + la * min(d + 1, last)), np.uint64(y_at[j] + lb * min(d + 1, last))
                a2, b2 = np.uint64(x_at[i] + la * min(d + 2, last)), np.uint64(y_at[j] + lb * min(d + 2, last))
                a3, b3 = np.uint64(x_at[i] + la * min(d + 3, last)), np.uint64(y_at[j] + lb * min(d + 3, last))
                a4, b4 = np.uint64(x_at[i] + la * min(d + 4, last)), np.uint64(y_at[j] + lb * min(d + 4, last))
                s0, s1, s2, s3, s4 = 0.0, 0.0, 0.0, 0.0, 0.0
                v0, v1, v2 = min(x[a0], y[b0]), min(x[a1], y[b1]), min(x[a2], y[b2])
                v3, v4 = min(x[a3], y[b3]), min(x[a4], y[b4])
                for _ in range(la + lb - 2):
                    p, q = x[a0], y[b0]
                    place, moved = p if p <= q else q, np.uint64(p <= q)
                    s0 += abs(x_heights[a0] - y_heights[b0]) * (place - v0)
                    v0 = place
                    a0 += moved
                    b0 += one - moved
                    p, q = x[a1], y[b1]
                    place, moved = p if p <= q else q, np.uint64(p <= q)
                    s1 += abs(x_heights[a1] - y_heights[b1]) * (place - v1)
                    v1 = place
                    a1 += moved
                    b1 += one - moved
                    p, q = x[a2], y[b2]
                    place, moved = p if p <= q else q, np.uint64(p <= q)
                    s2 += abs(x_heights[a2] - y_heights[b2]) * (place - v2)
                    v2 = place
                    a2 += moved
                    b2 += one - moved
                    p, q = x[a3], y[b3]
                    place, moved = p if p <= q else q, np.uint64(p <= q)
                    s3 += abs(x_heights[a3] - y_heights[b3]) * (place - v3)
                    v3 = place
                    a3 += moved
                    b3 += one - moved
                    p, q = x[a4], y[b4]
                    place, moved = p if p <= q else q, np.uint64(p <= q)
                    s4 += abs(x_heights[a4] - y_heights[b4]) * (place - v4)
                    v4 = place
                    a4 += moved
                    b4 += one - moved
                total += s0
                if d + 1 <= last:
                    total += s1
                if d + 2 <= last:
                    total += s2
                if d + 3 <= last:
                    total += s3
                if d + 4 <= last:
                    total += s4
            out[i, j] += total
