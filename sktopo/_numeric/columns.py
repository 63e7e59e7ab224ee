"""Columns: the in-edges of a result element. What all of them have in common.

While an operator's columns answer, its sources are *spread*: each h lies where results read it, and zeros lie where
there is no source. `sorted_columns` and `chunked_columns` have the rest, each the same three things: bounds of what
results read, the heaviest in-edge of results whatever component it comes from, and all edges of a block.
"""

from sktopo._numeric.jit import inset, leaf
from sktopo._numeric.tables import N_PLACES, SPREAD_AT

__all__ = ["ASKING", "UNKNOWN", "offer_or_remember", "spread_sources"]

UNKNOWN = -1  # the other end of an edge of which only a bound is known
ASKING = 24  # what asking a result costs besides looking at edges, in row steps


@leaf
def spread_sources(op, spread_source, h, spread):
    """Put every h of an operator where its results read it."""
    for place in range(op[SPREAD_AT], op[SPREAD_AT] + op[N_PLACES]):
        k = spread_source[place]
        spread[place] = h[k] if k >= 0 else 0.0


@inset
def offer_or_remember(
    phi, u, v, lo, label, own, giant_label, best, best_u, done, buffer_phi, buffer_u, buffer_v, n
):  # fmt: skip
    """Offer an in-edge of result v that leaves its component if it weighs at least `lo`, else keep the heaviest one.

    Parameters
    ----------
    best, best_u : float, int
        The heaviest of those below `lo` so far, the first of equals; or, once `done`, the least that is to be offered.
    done : bool
        Whether an edge from the giant component was offered.
    n : int
        Number of edges in the buffer.

    Returns
    -------
    best, best_u, done, n
    """
    if label[u] != own:
        if phi >= lo:
            buffer_phi[n], buffer_u[n], buffer_v[n] = phi, u, v
            n += 1
            if label[u] == giant_label:
                done, best = True, max(best, lo)
        elif phi > best or best_u < 0 or u < best_u:
            best, best_u = phi, u
    return best, best_u, done, n
