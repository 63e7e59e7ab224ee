"""What the sweep works in: arrays of sizes that a network determines, laid out once and used for input after input.

Kernels allocate nothing. New arrays for every input would be new pages each time, and the system's work for those takes
longer than what is computed in some of them; and where nothing is allocated, no references are counted.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.answering import Answering
from sktopo._numeric.bucket_queue import Queue, n_buckets
from sktopo._numeric.buffer import Buffer
from sktopo._numeric.components import RECORD, Components, start_components

__all__ = ["Sizes", "Workspace", "new_components", "new_workspace", "size_of"]

LINE = 64  # bytes that a processor's cache holds together; arrays begin there


class Sizes(NamedTuple):
    """How many there are of everything.

    The largest plane has `n_strongest` places, and up to `n_at_once` edges are offered at once.
    """

    n_vertices: int
    n_operators: int
    n_sources: int
    n_results: int
    n_places: int
    n_h_bounds: int
    n_strongest: int
    n_at_once: int
    n_listed: int
    bits: int


class Workspace(NamedTuple):
    """Everything that changes while the sweep runs; `entry` has the place in its list of each row's next edge."""

    components: Components
    rows: Queue
    columns: Queue
    listed: Queue
    entry: np.ndarray
    answering: Answering
    buffer: Buffer


class _Block:
    """Hands out arrays from one block of memory, one after the other; without a block it only counts."""

    def __init__(self, block=None):
        self.block, self.taken = block, 0

    def take(self, n, kind):
        start, n_bytes = self.taken, n * np.dtype(kind).itemsize
        self.taken += -(-n_bytes // LINE) * LINE
        return None if self.block is None else self.block[start : start + n_bytes].view(kind)

    def ints(self, n):
        return self.take(n, np.int32)

    def longs(self, n):
        return self.take(n, np.int64)

    def doubles(self, n):
        return self.take(n, np.float64)


def size_of(sizes):
    """Bytes of a workspace."""
    counted = _Block()
    _lay_out(sizes, counted)
    return counted.taken


def new_workspace(sizes):
    """A Workspace whose arrays hold anything."""
    block = np.empty(size_of(sizes) + LINE, dtype=np.uint8)
    return _lay_out(sizes, _Block(block[-block.ctypes.data % LINE :]))


def new_components(n_vertices):
    """Components in memory of their own, every vertex alone and unborn."""
    block = _Block()
    _lay_out_components(n_vertices, block)
    components = _lay_out_components(n_vertices, _Block(np.empty(block.taken, dtype=np.uint8)))
    start_components(components)
    return components


def _lay_out(sizes, block):
    n, capacity = sizes.n_operators, sizes.n_vertices + sizes.n_at_once
    return Workspace(
        components=_lay_out_components(sizes.n_vertices, block),
        rows=_lay_out_queue(sizes.n_sources, sizes.bits, block),
        columns=_lay_out_queue(sizes.n_results, sizes.bits, block),
        listed=_lay_out_queue(sizes.n_listed, sizes.bits, block),
        entry=block.ints(sizes.n_sources),
        answering=Answering(
            giant=block.ints(n),
            waste=block.longs(n),
            touched=block.longs(n),
            check_at=block.longs(n),
            spent=block.longs(n),
            budget=block.longs(n),
            reluctance=block.longs(n),
            column_phi=block.doubles(sizes.n_results),
            column_u=block.ints(sizes.n_results),
            column_second=block.doubles(sizes.n_results),
            column_op=block.ints(sizes.n_results),
            spread=block.doubles(sizes.n_places),
            h_bounds=block.doubles(sizes.n_h_bounds),
            strongest=block.doubles(sizes.n_strongest),
        ),
        buffer=Buffer(
            phi=block.doubles(capacity),
            u=block.ints(capacity),
            v=block.ints(capacity),
            other_phi=block.doubles(capacity),
            other_u=block.ints(capacity),
            other_v=block.ints(capacity),
            bins=block.ints(2 * capacity + 2),
            parent=block.ints(sizes.n_vertices),
        ),
    )


def _lay_out_components(n_vertices, block):
    return Components(
        label=block.ints(n_vertices),
        records=block.ints(RECORD * n_vertices),
        forest_phi=block.doubles(n_vertices),
        forest_u=block.ints(n_vertices),
        forest_v=block.ints(n_vertices),
        birth=block.doubles(n_vertices // 2 + 1),
        death=block.doubles(n_vertices // 2 + 1),
        counts=block.longs(3),
    )


def _lay_out_queue(n_events, bits, block):
    return Queue(
        head=block.ints(n_buckets(bits)), after=block.ints(n_events), due=block.ints(n_events), scale=block.longs(2)
    )
