"""Diagrams a few samples at a time, with finite deaths: what vectors need beside the input stays small."""

from typing import NamedTuple

import numpy as np

from sktopo.diagrams.ragged import offsets_of, spread

__all__ = ["Chunk", "chunks_of"]

MOST_PAIRS = 2**16  # of a chunk, unless one sample alone has more
MOST_CELLS = 2**20  # of the rows that are made of a chunk, unless one row alone has more


class Chunk(NamedTuple):
    """Pairs of some samples, flat.

    Attributes
    ----------
    samples : slice
        Which samples of the whole these are.
    birth, death : float64 arrays of shape (n_pairs,)
        Finite, and read-only like those of Diagrams, so that one compiled kernel serves both.
    offsets : int64 array of shape (n_samples * n_blocks + 1,)
    blocks : tuple of (str, int)
    n_essential : int64 array of shape (n_samples * n_blocks,)
        Essential classes of each segment, whether capped or left out.
    """

    samples: slice
    birth: np.ndarray
    death: np.ndarray
    offsets: np.ndarray
    blocks: tuple
    n_essential: np.ndarray

    @property
    def persistence(self):
        return self.death - self.birth

    def shaped(self, values):
        """One row per sample from an array whose first axis are segments."""
        n_samples = (len(self.offsets) - 1) // len(self.blocks)
        return values.reshape(n_samples, int(np.prod(values.shape[1:])) * len(self.blocks))

    def of_block(self, block):
        """Where the pairs of one block are, a mask."""
        sizes = np.diff(self.offsets)
        return np.repeat(np.arange(len(sizes)) % len(self.blocks) == block, sizes)


def chunks_of(diagrams, essential, width=1):
    """Chunks of diagrams, in order.

    Parameters
    ----------
    diagrams : Diagrams
    essential : "drop" or ndarray of shape (n_blocks,)
        What becomes of essential classes: left out, or dead where their block's number says, but not before birth.
    width : int, default=1
        Length of the row that is made of a sample: many small diagrams may make long rows.

    Yields
    ------
    Chunk
    """
    n_blocks = len(diagrams.blocks)
    starts, most_samples = diagrams.offsets[::n_blocks], max(1, MOST_CELLS // width)
    begin = 0
    while begin < len(diagrams):
        end = int(np.searchsorted(starts, starts[begin] + MOST_PAIRS, side="right")) - 1
        end = max(begin + 1, min(end, begin + most_samples))
        pairs = slice(starts[begin], starts[end])
        offsets = diagrams.offsets[begin * n_blocks : end * n_blocks + 1] - starts[begin]
        parts = diagrams.birth[pairs], diagrams.death[pairs], offsets
        yield Chunk(slice(begin, end), *_finite(*parts, diagrams.blocks, essential))
        begin = end


def _finite(birth, death, offsets, blocks, essential):
    infinite = np.isinf(death)
    if not infinite.any():
        return birth, death, offsets, blocks, np.zeros(len(offsets) - 1, dtype=np.int64)
    before = offsets_of(infinite)[offsets]
    if isinstance(essential, str):
        birth, death, offsets = birth[~infinite], death[~infinite], offsets - before
    else:
        death = np.where(infinite, np.maximum(spread(essential, offsets), birth), death)
    birth.flags.writeable = death.flags.writeable = False
    return birth, death, offsets, blocks, np.diff(before)
