"""Arrays as short texts: little-endian bytes in base64, or gaps of rising numbers in as few bytes as they need.

A page of 300,000 samples would be mostly lists of members. As decimal numbers they take seven bytes each; members rise,
and their gaps mostly fit in one.
"""

import base64

import numpy as np

__all__ = ["packed", "packed_integers", "packed_numbers", "packed_rows"]

UNSIGNED = {"u8": np.uint8, "u16": np.uint16, "u32": np.uint32}
FLOATS = {"f32": "<f4", "f16": "<f2"}
# A byte holds seven bits of a gap; five of them hold 35, more than a point number of 32 bits needs.
MOST_BYTES = 5
MANY = 20_000  # numbers, from which on rounding them is worth it


def packed(values, kind="f32"):
    """Numbers as 32-bit or 16-bit floats.

    Parameters
    ----------
    values : array-like of shape (n,)
    kind : {"f32", "f16"}, default="f32"

    Returns
    -------
    dict
        ``t``, the kind; ``n``, the length; ``b``, the bytes in base64.
    """
    values = np.asarray(values, dtype=FLOATS[kind])
    return {"t": kind, "n": len(values), "b": _text(values)}


def packed_integers(values):
    """Numbers from 0 as the shortest unsigned integers that hold the largest.

    Parameters
    ----------
    values : array-like of int of shape (n,)

    Returns
    -------
    dict
    """
    values = np.asarray(values)
    largest = int(values.max(initial=0))
    kind = next(name for name, dtype in UNSIGNED.items() if largest <= np.iinfo(dtype).max)
    return {"t": kind, "n": len(values), "b": _text(values.astype(np.dtype(UNSIGNED[kind]).newbyteorder("<")))}


def packed_numbers(values):
    """Numbers in as few bytes as they need.

    Parameters
    ----------
    values : array of shape (n,)

    Returns
    -------
    dict
        As in `packed_integers` where they are natural numbers, or as 32-bit floats. More than 20,000 numbers are
        rounded to 65,535ths of their range, if these are finer than a thousandth of what the middle half of the numbers
        spans: then they are ``low`` plus ``step`` times the integers.
    """
    if values.dtype.kind in "iu" and values.min(initial=0) >= 0 and values.max(initial=0) < 2**32:
        return packed_integers(values)
    if len(values) <= MANY:
        return packed(values)
    values = values.astype(np.float64)
    low, first, third, high = np.quantile(values, [0, 0.25, 0.75, 1])
    step = (high - low) / 65535
    if not 0 < step <= (third - first) / 1000:
        return packed(values)
    return packed_integers(np.rint((values - low) / step)) | {"low": low, "step": step}


def packed_rows(indptr, indices):
    """Rows of rising numbers, as in a CSR matrix with sorted indices.

    Parameters
    ----------
    indptr : int array of shape (n_rows + 1,)
    indices : int array of shape (n,)

    Returns
    -------
    dict
        As in `packed`, with ``rows``, the length of each row. Each number is written as its distance from the one
        before in its row, the first as it is, in LEB128: seven bits a byte, the lowest first, the top bit set where
        more follow.
    """
    indices, indptr = np.asarray(indices, dtype=np.int64), np.asarray(indptr, dtype=np.int64)
    gaps = np.diff(indices, prepend=0)
    starts = indptr[:-1][np.diff(indptr) > 0]
    gaps[starts] = indices[starts]
    lengths = np.diff(indptr).tolist()
    return {"t": "varint-delta", "n": len(indices), "b": _text(_leb128(gaps)), "rows": lengths}


def _leb128(numbers):
    """Bytes of the numbers, one after the other."""
    size = np.ones(len(numbers), dtype=np.int64)
    for k in range(1, MOST_BYTES):
        size += numbers >= 1 << (7 * k)
    first = np.cumsum(size) - size
    written = np.zeros(int(size.sum()), dtype=np.uint8)
    for k in range(MOST_BYTES):
        has = size > k
        more = np.where(size[has] > k + 1, 0x80, 0)
        written[first[has] + k] = ((numbers[has] >> (7 * k)) & 0x7F) | more
    return written


def _text(array):
    return base64.b64encode(array.tobytes()).decode("ascii")
