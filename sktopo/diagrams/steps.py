"""Step functions that jump at points of diagrams, and the L1 distances of those."""

import numpy as np

from sktopo._numeric.step_functions import step_distances
from sktopo.diagrams.pairs import fill_matrix
from sktopo.diagrams.ragged import offsets_of

__all__ = ["Steps", "add_distances", "joined", "sorted_steps"]


class Steps:
    """Step functions of each sample and direction.

    Attributes
    ----------
    places, heights : float64 and float32 arrays
        Sorted jumps and the height before each, closed by an infinity; sample after sample, direction after direction.
    starts : int64 array of shape (n_samples + 1,)
    n_directions : int
    """

    def __init__(self, places, heights, starts, n_directions):
        self.places, self.heights = places, heights
        self.starts, self.n_directions = starts, n_directions


def sorted_steps(places, signs, offsets):
    """Step functions from their jumps in any order.

    Parameters
    ----------
    places : ndarray of shape (n_directions, n_jumps)
    signs : ndarray of shape (n_jumps,)
        The height of each jump, the same in all directions.
    offsets : ndarray of shape (n_samples + 1,)

    Returns
    -------
    Steps
    """
    n_directions = len(places)
    starts = n_directions * (offsets + np.arange(len(offsets)))
    flat, heights = np.full(starts[-1], np.inf), np.zeros(starts[-1], dtype=np.float32)
    for first, last, at, end in zip(offsets[:-1], offsets[1:], starts[:-1], starts[1:], strict=True):
        own = places[:, first:last]
        order = np.argsort(own, axis=1)
        flat[at:end].reshape(n_directions, -1)[:, :-1] = np.take_along_axis(own, order, axis=1)
        np.cumsum(signs[first:last][order], axis=1, out=heights[at:end].reshape(n_directions, -1)[:, 1:])
    return Steps(flat, heights, starts, n_directions)


def joined(offsets, *parts):
    """Concatenate ragged arrays sample by sample: offsets of the result, and the order of the joined elements.

    `offsets` is a list with the offsets of each part; `parts` are their elements.
    """
    sample = np.concatenate([np.repeat(np.arange(len(at) - 1), np.diff(at)) for at in offsets])
    order = np.argsort(sample, kind="stable")
    return offsets_of(sum(np.diff(at) for at in offsets)), [np.concatenate(part, axis=-1)[..., order] for part in parts]


def add_distances(x, y, n_jobs):
    """Sums over directions of the L1 distances of step functions; `y` is None for those among `x`."""
    symmetric = y is None
    y = x if symmetric else y

    def fill(begin, end, out):
        step_distances(
            x.places, x.heights, x.starts, y.places, y.heights, y.starts, x.n_directions, begin, end, symmetric, out
        )

    return fill_matrix(fill, len(x.starts) - 1, len(y.starts) - 1, symmetric=symmetric, n_jobs=n_jobs)
