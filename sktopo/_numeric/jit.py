"""The one place that knows numba's options.

Compiled lazily and cached on disk; without the interpreter lock, so that threads help; never fastmath,
since persistence compares exactly and uses infinity.

What makes the kernels fast: in a hot loop no array is passed to a function or taken out of a tuple, since each time
a reference to it is counted, by an atomic operation that costs more than most loop bodies. Arrays are named before the
loop, and what is called within it takes numbers.
"""

from numba import njit

__all__ = ["kernel"]

kernel = njit(cache=True, nogil=True, error_model="numpy")
