"""How a container is indexed along its samples: with everything that scikit-learn's splitters use."""

import numbers

import numpy as np

__all__ = ["sample_index"]


def sample_index(key, n_samples, otherwise):
    """Turn any index along the first axis into a slice or an index array.

    Parameters
    ----------
    key : int, slice, sequence of int or bool, or (such a key, Ellipsis)
        scikit-learn asks for ``X[index, ...]`` as well as for ``X[index]``.
    n_samples : int
    otherwise : str
        A sentence that says how the container is indexed, for keys of another kind.

    Returns
    -------
    slice or ndarray

    Raises
    ------
    IndexError
        If the key is of another kind, or a sample does not exist.
    """
    if isinstance(key, tuple) and len(key) == 2 and key[1] is Ellipsis:
        key = key[0]
    if isinstance(key, str | tuple):
        raise IndexError(f"{otherwise} Got {key!r} instead.")
    if isinstance(key, slice):
        return key
    if isinstance(key, numbers.Integral):
        if not -n_samples <= key < n_samples:
            raise IndexError(f"Sample {key} does not exist: there are {n_samples} samples.")
        return slice(int(key) % n_samples, int(key) % n_samples + 1)
    return _index_array(np.asarray(key), key, n_samples)


def _index_array(index, key, n_samples):
    index = index if index.size else index.astype(np.intp)
    if index.ndim != 1 or index.dtype.kind not in "iub":
        raise IndexError(f"Samples are chosen by integers or booleans in one dimension. Got {key!r} instead.")
    if index.dtype == bool and len(index) != n_samples:
        raise IndexError(f"The mask has {len(index)} entries for {n_samples} samples.")
    return index
