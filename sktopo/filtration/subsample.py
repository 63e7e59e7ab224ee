"""Which points stand for a large cloud, and how far the others are from them.

The choice depends on the seed, the repeat and the number of points, and on nothing else ("random"), or on these and on
the distances ("maxmin"). So a sample alone gets the choice that it gets in a batch, samples and layers with as many
points get the same random choice, and moving or scaling a cloud changes nothing.
"""

import numpy as np

from sktopo._numeric.farthest import farthest_points

__all__ = ["chosen_by_distances", "chosen_points", "covering_radius", "random_choice", "stream"]

POSITIONS, CHOICE = 0, 1  # streams of random numbers that do not disturb each other


def stream(seed, repeat, purpose):
    """The random numbers of one repeat."""
    return np.random.default_rng([seed, repeat, purpose])


def random_choice(n_points, n_chosen, rng):
    """Different points, in rising order."""
    return np.sort(rng.choice(n_points, size=n_chosen, replace=False))


def chosen_points(points, n_chosen, rng):
    """Farthest-point choice by Euclidean distance: (indices in rising order, covering radius)."""
    chosen, radius = farthest_points(n_chosen, points=points, first=int(rng.integers(len(points))))
    return np.sort(chosen), float(radius[-1])


def chosen_by_distances(distances, n_chosen, rng):
    """Farthest-point choice in a matrix: (indices in rising order, covering radius)."""
    chosen, radius = farthest_points(n_chosen, distances=distances, first=int(rng.integers(len(distances))))
    return np.sort(chosen), float(radius[-1])


def covering_radius(points, chosen, distances_of):
    """Largest distance of a point to the chosen ones, a block of points at a time."""
    block = max(1, 2**20 // len(chosen))
    radius = 0.0
    for start in range(0, len(points), block):
        radius = max(radius, distances_of(points[start : start + block], points[chosen]).min(axis=1).max())
    return float(radius)
