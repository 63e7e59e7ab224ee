"""Arithmetic of ragged arrays: one flat array, and offsets that say where each segment begins.

Segment ``sample * n_blocks + block`` holds the pairs of one sample and one block.
"""

import numpy as np

__all__ = ["gather", "offsets_of", "segments_of", "spread"]


def offsets_of(sizes):
    """Offsets of segments of the given sizes, one more than there are segments."""
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])


def segments_of(samples, blocks, n_blocks):
    """Numbers of the segments of some samples and blocks, sample after sample; -1 for a block of -1."""
    samples, blocks = np.asarray(samples, dtype=np.intp), np.asarray(blocks, dtype=np.intp)
    return np.where(blocks < 0, -1, samples[:, None] * n_blocks + blocks).ravel()


def gather(offsets, segments):
    """Where the elements of some segments lie, and the offsets they get; segment -1 is empty."""
    there = segments >= 0
    starts = np.where(there, offsets[segments], 0)
    sizes = np.where(there, np.append(np.diff(offsets), 0)[segments], 0)
    result = offsets_of(sizes)
    return np.repeat(starts - result[:-1], sizes) + np.arange(result[-1]), result


def spread(values, offsets):
    """Give every element the value of its block, ``values`` being one per block."""
    n_samples = (len(offsets) - 1) // len(values)
    return np.repeat(np.tile(values, n_samples), np.diff(offsets))
