"""What distances see of a block of diagrams: sorted points off the diagonal, and the births of essential classes."""

from typing import NamedTuple

import numpy as np

from sktopo.diagrams.ragged import offsets_of

__all__ = ["Points", "points_of"]


class Points(NamedTuple):
    """One diagram per sample, flat, sorted by (birth, death) within each.

    Points on the diagonal are left out: a diagram is a multiset up to those, and every distance agrees.

    Attributes
    ----------
    birth, death : float64 (n_points,)
        Finite, birth < death.
    offsets : int64 (n_samples + 1,)
    essential : float64 (n_essential,)
        Births of the classes that never die, sorted within each sample.
    essential_offsets : int64 (n_samples + 1,)
    """

    birth: np.ndarray
    death: np.ndarray
    offsets: np.ndarray
    essential: np.ndarray
    essential_offsets: np.ndarray

    @property
    def n_samples(self):
        return len(self.offsets) - 1

    @property
    def n_essential(self):
        """Number of essential classes of each sample."""
        return np.diff(self.essential_offsets)

    def take(self, samples):
        """Points of some samples, an array of their numbers."""
        finite, offsets = _chosen(self.offsets, samples)
        infinite, essential_offsets = _chosen(self.essential_offsets, samples)
        return Points(self.birth[finite], self.death[finite], offsets, self.essential[infinite], essential_offsets)


def points_of(diagrams, block):
    """Points of one block (by its number) of Diagrams."""
    n_blocks = len(diagrams.blocks)
    counts = diagrams.counts[:, block]
    starts = diagrams.offsets[block:-1:n_blocks]
    sample = np.repeat(np.arange(len(counts)), counts)
    chosen = np.arange(len(sample)) + np.repeat(starts - offsets_of(counts)[:-1], counts)
    birth, death = diagrams.birth[chosen] + 0.0, diagrams.death[chosen] + 0.0  # no negative zeros
    order = np.lexsort((death, birth, sample))
    birth, death, sample = birth[order], death[order], sample[order]
    infinite = np.isinf(death)
    finite = ~infinite & (birth < death)
    bounds = np.arange(len(counts) + 1)
    return Points(
        birth[finite],
        death[finite],
        np.searchsorted(sample[finite], bounds),
        birth[infinite],
        np.searchsorted(sample[infinite], bounds),
    )


def _chosen(offsets, samples):
    sizes = np.diff(offsets)[samples]
    result = offsets_of(sizes)
    return np.arange(result[-1]) + np.repeat(offsets[:-1][samples] - result[:-1], sizes), result
