"""Masks over an input, brought to the grid of a layer: by the share of each cell that the mask covers."""

import numpy as np

__all__ = ["covered_share", "inside"]


def covered_share(masks, grid):
    """Share of every cell of a coarser or finer grid that a mask covers.

    Parameters
    ----------
    masks : ndarray of bool of shape (n_inputs, *size)
    grid : tuple of int
        Cells along each axis of `size`. Both grids fill the same box, so that cell i of n covers [i/n, (i+1)/n].

    Returns
    -------
    ndarray of float64 of shape (n_inputs, *grid)
        Each pixel counts with the part of it that lies in the cell, as in area interpolation.
    """
    shares = np.asarray(masks, dtype=np.float64)
    for axis, n_cells in enumerate(grid, start=1):
        overlap = _overlap(n_cells, shares.shape[axis])
        shares = np.moveaxis(np.moveaxis(shares, axis, -1) @ overlap.T, -1, axis)
    return shares


def _overlap(n_cells, n_pixels):
    """Share of each cell that lies in each pixel, along one axis; in units in which both are whole numbers."""
    cell, pixel = np.arange(n_cells)[:, None] * n_pixels, np.arange(n_pixels) * n_cells
    common = np.minimum(cell + n_pixels, pixel + n_cells) - np.maximum(cell, pixel)
    return np.maximum(common, 0) / n_pixels


def inside(masks, grid, side):
    """Cells of which the mask covers at least half ("inside"), or the others ("outside")."""
    # The shares of a cell add up with rounding, and exactly one half is inside.
    covered = covered_share(masks, grid) >= 0.5 - 1e-9
    return covered if side == "inside" else ~covered
