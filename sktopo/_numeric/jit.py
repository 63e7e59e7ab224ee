"""The one place that knows numba's options.

Compiled lazily and cached on disk; without the interpreter lock, so that threads help; never fastmath,
since persistence compares exactly and uses infinity.

What makes the kernels fast: in a hot loop of a `kernel` no array is passed to a function or taken out of a tuple, since
each time a reference to it is counted, by an atomic operation that costs more than most loop bodies. Arrays are named
before the loop, and what is called within it takes numbers.

An `inset` is compiled as a part of every function that calls it, never on its own. Code is optimised again in every
function that calls it, directly or not, so a deep tree of calls takes several times as long to compile as a flat one:
what only decides whom to call, with two dozen arrays to hand on, is an inset.

A `leaf` counts no references. It makes no arrays but views, and returns numbers only; those it is given belong to a
caller that keeps them for as long as the leaf runs, so there is nothing to count. numba refuses to compile a leaf that
allocates. Code that counts takes half as long again to compile, and where it passes on two dozen arrays in tuples it
does little but count.

An `inner` is a leaf that kernels call and Python never does: it has no entrance for Python, which would take a quarter
of the time to compile, as arguments are tuples of dozens of arrays. Called from Python it would crash.
"""

from numba import njit

__all__ = ["inner", "inset", "kernel", "leaf"]

# None has an entrance for C, which nobody uses. What a function says of `_nrt` (numba's run time, which counts) is
# handed on to those it calls that say nothing.
OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
kernel = njit(cache=True, _nrt=True, **OPTIONS)
inset = njit(inline="always", _nrt=False, **OPTIONS)
leaf = njit(cache=True, _nrt=False, **OPTIONS)
inner = njit(cache=True, _nrt=False, no_cpython_wrapper=True, **OPTIONS)
