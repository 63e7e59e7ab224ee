"""The one place that knows numba's options.

Compiled lazily and cached on disk; without the interpreter lock, so that threads help; never fastmath,
since persistence compares exactly and uses infinity.
"""

from numba import njit

__all__ = ["kernel"]

kernel = njit(cache=True, nogil=True, error_model="numpy")
