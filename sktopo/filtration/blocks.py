"""A block of memory per thread for the sweep, which a thread keeps from one input to the next, and from call to call.

No estimator holds it: copies and pickles know nothing of it, and it goes when its thread does.
"""

import threading

import numpy as np

__all__ = ["NO_BLOCK", "block_of_thread", "doubles_of_thread", "make_room"]

MOST = 1 << 26  # bytes that a thread may keep; larger graphs allocate what they need for every input
NO_BLOCK = np.empty(0, dtype=np.uint8)

_of_thread = threading.local()


def block_of_thread():
    """The thread's block; empty until `make_room` was told what is needed."""
    return getattr(_of_thread, "block", NO_BLOCK)


def make_room(n_bytes):
    """Let the thread's block have at least so many bytes from the next time on."""
    if len(block_of_thread()) < n_bytes <= MOST:
        _of_thread.block = np.empty(n_bytes, dtype=np.uint8)


def doubles_of_thread(n):
    """Room for n numbers of float64, which the thread keeps for the next time if it is not too large."""
    room = getattr(_of_thread, "doubles", NO_BLOCK)
    if len(room) < n:
        room = np.empty(n)
        if room.nbytes <= MOST:
            _of_thread.doubles = room
    return room[:n]
