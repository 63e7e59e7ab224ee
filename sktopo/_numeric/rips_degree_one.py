"""Degree 1 of the Vietoris-Rips filtration: columns of the coboundary matrix, reduced without being written down.

A triangle is named by the rank of its longest edge and its opposite vertex, packed in one integer; integers in order
are triangles in a filtration order. A column is the coboundary of a set of edges, kept as cursors: each edge with the
first of its cofaces that has not been passed, in a heap. The smallest triangle that an odd number of cursors stands at
is the column's pivot. Edges of the relative neighbourhood graph outside the spanning tree make the columns; where
another column has the pivot already it is added, and where an edge is paired with it at once that edge's cursor is, see
`neighbourhood_graph`.

An edge that is added twice is gone. Its cursor stays in the heap, out of count, until it is met or the edge comes back:
without this, columns of sums of columns double and double.

Axes: c = columns, h = places of the heap, k = points.
"""

import numpy as np

from sktopo._numeric.edge_ranks import NO_EDGE
from sktopo._numeric.jit import kernel

__all__ = ["pair_columns"]

SHIFT = 17  # bits of a triangle's opposite vertex
VERTEX = (1 << SHIFT) - 1
NONE = np.int64(2**62)  # beyond every triangle
ABSENT, PRESENT, CANCELLED = np.uint8(0), np.uint8(1), np.uint8(2)  # an edge's cursor: not in the heap, counted, not so


def pair_columns(columns, edges, rank):
    """Longest edge of the triangle at which each class ends.

    Parameters
    ----------
    columns : int64 ndarray of shape (n_columns,)
        Ranks of the edges at which classes may begin, ascending.
    edges : uint32 ndarray of shape (n_edges,)
        Ends of the edge of each rank.
    rank : int32 ndarray of shape (n_points, stride)

    Returns
    -------
    int64 ndarray of shape (n_columns,)
        Ranks; -1 for a class that does not end.
    """
    return _pair_columns(columns, edges, rank.ravel(), np.int64(rank.shape[1]))


@kernel
def _pair_columns(columns, edges, rank, stride):
    ends = np.full(len(columns), -1)
    slots = np.full(4 * len(columns) + 16, -1)  # a table from pivots to columns
    pivots = np.empty(len(columns), dtype=np.int64)
    kept_at = np.zeros((len(columns), 2), dtype=np.int64)  # where a column's cursors lie
    kept_triangle, kept_edge, n_kept = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64), 0
    heap_triangle, heap_edge = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    state = np.zeros(len(edges), dtype=np.uint8)
    for c in range(len(columns) - 1, -1, -1):
        first = next_coface(rank, edges, stride, columns[c], (columns[c] << SHIFT) | VERTEX)
        n = add_cursor(heap_triangle, heap_edge, np.int64(0), state, first, columns[c])
        while n > 0:
            triangle = heap_triangle[0]
            odd, n = pass_triangle(heap_triangle, heap_edge, n, state, rank, edges, stride)
            if not odd:
                continue
            longest = triangle >> SHIFT
            if is_first_coface(rank, edges, stride, triangle):
                following = next_coface(rank, edges, stride, longest, triangle)
                n = add_cursor(heap_triangle, heap_edge, n, state, following, longest)
                heap_triangle, heap_edge = with_room(heap_triangle, n), with_room(heap_edge, n)
                continue
            slot = slot_of(slots, pivots, triangle)
            other = slots[slot]
            if other < 0:
                slots[slot], pivots[c], ends[c] = c, triangle, longest
                kept_triangle, kept_edge = with_room(kept_triangle, n_kept + n), with_room(kept_edge, n_kept + n)
                kept_at[c, 0] = n_kept
                for h in range(n):
                    if state[heap_edge[h]] == PRESENT:
                        kept_triangle[n_kept], kept_edge[n_kept] = heap_triangle[h], heap_edge[h]
                        n_kept += 1
                    state[heap_edge[h]] = ABSENT
                kept_at[c, 1] = n_kept
                break
            for h in range(kept_at[other, 0], kept_at[other, 1]):
                n = add_cursor(heap_triangle, heap_edge, n, state, kept_triangle[h], kept_edge[h])
                heap_triangle, heap_edge = with_room(heap_triangle, n), with_room(heap_edge, n)
    return ends


@kernel
def slot_of(slots, pivots, triangle):
    """The slot that a pivot has, or the free one that it would take."""
    slot = (5 * (triangle >> SHIFT) + (triangle & VERTEX)) % len(slots)
    while slots[slot] >= 0 and pivots[slots[slot]] != triangle:
        slot = (slot + 1) % len(slots)
    return slot


@kernel
def with_room(values, n):
    """The array itself if it has room for a value at n, or a longer copy."""
    if n < len(values):
        return values
    longer = np.empty(2 * n, dtype=values.dtype)
    for k in range(len(values)):
        longer[k] = values[k]
    return longer


@kernel
def add_cursor(heap_triangle, heap_edge, n, state, triangle, edge):
    """Add an edge, at its first coface that has not been passed, to a column with a heap of n; the new size."""
    if state[edge] != ABSENT:
        state[edge] = PRESENT + CANCELLED - state[edge]
        return n
    if triangle == NONE:
        return n
    state[edge] = PRESENT
    at = n
    while at > 0 and heap_triangle[(at - 1) >> 1] > triangle:
        above = (at - 1) >> 1
        heap_triangle[at], heap_edge[at] = heap_triangle[above], heap_edge[above]
        at = above
    heap_triangle[at], heap_edge[at] = triangle, edge
    return n + 1


@kernel
def pass_triangle(heap_triangle, heap_edge, n, state, rank, edges, stride):
    """Move every cursor on that stands at the heap's smallest triangle: (whether an odd number counts, new size)."""
    triangle, odd = heap_triangle[0], False
    while n > 0 and heap_triangle[0] == triangle:
        edge, following = heap_edge[0], NONE
        if state[edge] == PRESENT:
            odd = not odd
            following = next_coface(rank, edges, stride, edge, triangle)
        if following == NONE:
            state[edge] = ABSENT
            n -= 1
            following, edge = heap_triangle[n], heap_edge[n]
        replace_first(heap_triangle, heap_edge, n, following, edge)
    return odd, n


@kernel
def replace_first(heap_triangle, heap_edge, n, triangle, edge):
    """Put a cursor into a heap of n in the place of the smallest."""
    at, below = 0, 1
    while below < n:
        if below + 1 < n and heap_triangle[below + 1] < heap_triangle[below]:
            below += 1
        if triangle <= heap_triangle[below]:
            break
        heap_triangle[at], heap_edge[at] = heap_triangle[below], heap_edge[below]
        at, below = below, 2 * below + 1
    heap_triangle[at], heap_edge[at] = triangle, edge


@kernel
def is_first_coface(rank, edges, stride, triangle):
    """Whether no vertex before the triangle's opposite one lies in the lune of its longest edge."""
    longest, opposite = triangle >> SHIFT, triangle & VERTEX
    edge = np.int64(edges[longest])
    at_a, at_b = (edge >> 16) * stride, (edge & 0xFFFF) * stride
    k = 0
    while k < opposite and max(rank[at_a + k], rank[at_b + k]) > longest:
        k += 1
    return k == opposite


@kernel
def next_coface(rank, edges, stride, edge, triangle):
    """The first triangle after a given one that has the edge in its boundary; NONE if there is none.

    First come the triangles whose longest edge it is, one for each point of its lune. Then come those with a longer
    edge, and that edge tells which triangle it is: its other end is the third point.
    """
    a, b = np.int64(edges[edge]) >> 16, np.int64(edges[edge]) & 0xFFFF
    at_a, at_b = np.uint64(a * stride), np.uint64(b * stride)
    longest, opposite = triangle >> SHIFT, triangle & VERTEX
    if longest == edge:
        for k in range(opposite + 1, stride):
            if max(rank[at_a + np.uint64(k)], rank[at_b + np.uint64(k)]) < edge:
                return (edge << SHIFT) | k
    else:
        own = end_off(np.int64(edges[longest]), a, b)
        if own > opposite:
            third = (np.int64(edges[longest]) >> 16) + (np.int64(edges[longest]) & 0xFFFF) - (a + b - own)
            if rank[own * stride + third] < longest:
                return (longest << SHIFT) | own
    least, after = NO_EDGE, np.int32(longest)
    for k in range(np.uint64(stride)):
        longer = max(rank[at_a + np.uint64(k)], rank[at_b + np.uint64(k)])
        least = min(least, longer if longer > after else NO_EDGE)
    if least == NO_EDGE:
        return NONE
    return (np.int64(least) << SHIFT) | end_off(np.int64(edges[least]), a, b)


@kernel
def end_off(longest, a, b):
    """Which of a and b does not lie on an edge that shares one of them; -1 if it shares none."""
    i, j = longest >> 16, longest & 0xFFFF
    if a in (i, j):
        return b
    return a if b in (i, j) else -1
