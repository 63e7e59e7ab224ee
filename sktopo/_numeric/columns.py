"""Columns: the in-edges of a result element. What all of them have in common.

While an operator's columns answer, its sources are *spread*: each h lies where results read it, and zeros lie where
there is no source. `sorted_columns` and `chunked_columns` have the rest, each the same three things: bounds of what
results read, the heaviest in-edge of results whatever component it comes from, and all edges of a block.
"""

from sktopo._numeric.jit import leaf
from sktopo._numeric.tables import N_PLACES, SPREAD_AT

__all__ = ["ASKING", "UNKNOWN", "spread_sources"]

UNKNOWN = -1  # the other end of an edge of which only a bound is known
ASKING = 24  # what asking a result costs besides looking at edges, in row steps


@leaf
def spread_sources(op, spread_source, h, spread):
    """Put every h of an operator where its results read it."""
    for place in range(op[SPREAD_AT], op[SPREAD_AT] + op[N_PLACES]):
        k = spread_source[place]
        spread[place] = h[k] if k >= 0 else 0.0
