"""Memory to work in that is lent to one thread at a time and kept for the next one, from call to call.

New pages for every call would take a quarter of the time of a large convolution. No estimator holds this memory: copies
and pickles know nothing of it. Whoever borrows copies what outlives the loan.
"""

import contextlib
import functools
import os
import threading

import numpy as np

from sktopo._numeric.workspace import new_workspace, size_of

__all__ = ["borrowed_doubles", "borrowed_workspace"]

KEPT = 1 << 28  # bytes; the longest unused go first, and larger graphs allocate what they need for every batch


class Lender:
    """Keeps what is returned, by a key that says what it is good for."""

    def __init__(self):
        self.lock, self.kept = threading.Lock(), []

    @contextlib.contextmanager
    def lend(self, key, n_bytes, make):
        """A context with what `make()` makes, or what was returned under the same key."""
        with self.lock:
            at = next((i for i, (other, _, _) in enumerate(self.kept) if other == key), None)
            loan = None if at is None else self.kept.pop(at)[2]
        loan = make() if loan is None else loan
        yield loan  # after an error it is dropped
        if n_bytes <= KEPT:
            with self.lock:
                self.kept.insert(0, (key, n_bytes, loan))
                while sum(size for _, size, _ in self.kept) > KEPT:
                    self.kept.pop()


_size_of = functools.lru_cache(size_of)  # asked for with every batch
_lender = Lender()
if hasattr(os, "register_at_fork"):  # a lock that another thread held would never be free in the child
    os.register_at_fork(after_in_child=_lender.__init__)


def borrowed_workspace(sizes):
    """A context with a Workspace of these sizes."""
    sizes = sizes._replace(n_listed=_rounded_up(sizes.n_listed))
    return _lender.lend(sizes, _size_of(sizes), lambda: new_workspace(sizes))


def borrowed_doubles(n):
    """A context with room for at least n numbers of float64."""
    n = _rounded_up(n)
    return _lender.lend(n, 8 * n, lambda: np.empty(n))


def _rounded_up(n):
    """A power of two, or 0, so that few sizes are asked for."""
    return 1 << (n - 1).bit_length() if n else 0
