"""What a cut list leaves out: the light out-edges of a source of a dense operator, read from the weights."""

import numpy as np

from sktopo._numeric.jit import inner
from sktopo._numeric.tables import N_IN, N_OUT, SOURCE_AT, TARGET_AT, WEIGHT_AT

__all__ = ["offer_remainder"]


@inner
def offer_remainder(tables, op, k, h_k, floor, least, label, giant_label, buffer, n):
    """Offer every out-edge of source k of at least `floor` that leaves its component, listed or not.

    The buffer has room for all of them.

    Returns
    -------
    n : int
        Number of edges in the buffer.
    phi
        The heaviest edge that leaves below `floor`; 0 if there is none, or if an edge into the giant component was
        offered: from then on the columns of the results outside it see to the rest.
    """
    position, column = (k - op[SOURCE_AT]) // op[N_IN], (k - op[SOURCE_AT]) % op[N_IN]
    first = op[TARGET_AT] + position * op[N_OUT]
    u = tables.source_units[k]
    heaviest, resting = 0.0, False
    for j in range(op[N_OUT]):
        phi = np.float64(tables.weights[op[WEIGHT_AT] + j * op[N_IN] + column]) * h_k
        if not (phi > heaviest and phi >= least):
            continue
        v = tables.target_units[first + j]
        if label[v] == label[u]:
            continue
        if phi < floor:
            heaviest = phi
            continue
        buffer.phi[n], buffer.u[n], buffer.v[n] = phi, u, v
        n += 1
        resting |= label[v] == giant_label
    return n, 0.0 if resting else heaviest
