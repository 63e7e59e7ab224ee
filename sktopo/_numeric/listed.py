"""Edges of operators with fixed weights, pooling and residual sums: weighed for some inputs at a time.

Elements of a source are read in *windows*. Of a max pooling's window one edge exists, that of the first element at
which the value is largest; elsewhere every element is a window of its own.
"""

import numpy as np

from sktopo._numeric.jit import leaf

__all__ = ["weigh_listed"]


@leaf
def weigh_listed(values, window_at, element, weight, u, v, scale, least, starts, counts, to_phi, to_u, to_v):
    """Append the edges that exist, |weight * value| * scale > 0 and of at least `least`, to those of each input.

    Parameters
    ----------
    values : array of shape (n_inputs, n_elements)
    window_at : int64 array of shape (n_windows + 1,)
        Where in the next arrays each window begins.
    element, weight, u, v : arrays
        Place in `values`, weight >= 0, and vertices of every edge; an edge of a vertex u < 0 does not exist.
    scale, least : float
    starts, counts : int64 arrays of shape (n_inputs,)
        Where an input's edges begin in the next arrays, and how many there are; counts are raised.
    to_phi, to_u, to_v : arrays
    """
    for one in range(len(values)):
        n = starts[one] + counts[one]
        for window in range(len(window_at) - 1):
            first, stop = window_at[window], window_at[window + 1]
            chosen = first
            for e in range(first + 1, stop):
                chosen = e if values[one, element[e]] > values[one, element[chosen]] else chosen
            if first < stop and u[chosen] >= 0:
                phi = weight[chosen] * abs(np.float64(values[one, element[chosen]])) * scale
                to_phi[n], to_u[n], to_v[n] = phi, u[chosen], v[chosen]
                n += phi > 0.0 and phi >= least
        counts[one] = n - starts[one]
