"""Arrays that kernels read, of one type wherever they come from.

numba compiles a kernel anew for each mixture of arrays that can be written to and of those that cannot, and the sweep
takes ten seconds. Arrays that were just made can be written to; those that joblib or dask hands from process to process
often cannot. So none can.
"""

from dataclasses import fields

import numpy as np

__all__ = ["Frozen", "read_only"]


def read_only(array):
    """The same memory as an array that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


class Frozen:
    """Dataclasses whose arrays, alone or in tuples of arrays, are read-only; copies and pickles of them, too."""

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                setattr(self, field.name, read_only(value))
            elif hasattr(value, "_fields") and all(isinstance(part, np.ndarray) for part in value):
                setattr(self, field.name, type(value)(*map(read_only, value)))

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.__post_init__()
