"""One block of memory that serves many inputs, one after another.

Arrays that are allocated for every input are new pages each time, and the system's work for those takes longer than
what is computed in some of them. Whatever does not fit into the block is allocated.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import inset, kernel

__all__ = ["Memory", "doubles", "ints", "longs", "new_memory"]

LINE = 64  # bytes that a processor's cache holds together; arrays begin there


class Memory(NamedTuple):
    """`taken[0]` counts the bytes that were asked for, whether the block holds them or not."""

    block: np.ndarray
    taken: np.ndarray


@kernel
def new_memory(block):
    """The memory of an array of uint8, all of it free."""
    return Memory(block, np.zeros(1, dtype=np.int64))


@inset
def _take(memory, n_bytes):
    start = memory.taken[0]
    memory.taken[0] += (n_bytes + LINE - 1) // LINE * LINE
    return start


@kernel
def doubles(memory, n):
    """Room for n numbers of float64; they hold anything."""
    start = _take(memory, 8 * n)
    if memory.taken[0] > len(memory.block):
        return np.empty(n)
    return memory.block[start : start + 8 * n].view(np.float64)


@kernel
def longs(memory, n):
    """Room for n numbers of int64."""
    start = _take(memory, 8 * n)
    if memory.taken[0] > len(memory.block):
        return np.empty(n, dtype=np.int64)
    return memory.block[start : start + 8 * n].view(np.int64)


@kernel
def ints(memory, n):
    """Room for n numbers of int32."""
    start = _take(memory, 4 * n)
    if memory.taken[0] > len(memory.block):
        return np.empty(n, dtype=np.int32)
    return memory.block[start : start + 4 * n].view(np.int32)
