"""From diagrams to landscapes at the points of common grids, and the weights of those points."""

import numbers

import numpy as np

from sktopo._numeric.exact_landscape import landscapes_on_grids
from sktopo.diagrams.essential import is_end, with_finite_deaths
from sktopo.diagrams.landscape_corners import check_n_levels
from sktopo.diagrams.ragged import offsets_of, segments_of
from sktopo.diagrams.reading import as_diagrams

__all__ = ["check_grid", "finite_diagrams", "landscape_values", "quadrature", "sorted_bars"]

N_POINTS = 200


def landscape_values(diagrams, n_levels, grid, shared_grid, essential, max_memory):
    """Arguments of ActivationLandscapes: values, grid, layers, degrees."""
    check_n_levels("n_levels", n_levels)
    finite = finite_diagrams(diagrams, essential)
    layers, degrees = finite.layers, finite.degrees
    birth, death, offsets = sorted_bars(_every_block(finite))
    if grid is None or isinstance(grid, numbers.Integral):
        blocks = len(finite), len(layers), len(degrees)
        grid = grid_of(birth, death, offsets, N_POINTS if grid is None else grid, blocks, shared_grid)
    grid = check_grid(grid, len(layers), len(degrees))
    if n_levels is None:
        n_levels = max(deepest(birth, death, offsets), 1)
    shape = (len(finite), len(layers), len(degrees), int(n_levels), grid.shape[2])
    _check_memory(shape, max_memory)
    grids = np.array(grid.reshape(-1, grid.shape[2]))
    values = landscapes_on_grids(birth, death, offsets, grids, np.int64(n_levels))
    return values.reshape(shape), grid, layers, degrees


def _every_block(diagrams):
    """Diagrams with a block for every layer and degree, layer after layer; empty where there was none."""
    blocks = [(layer, degree) for layer in diagrams.layers for degree in diagrams.degrees]
    if diagrams.blocks == tuple(blocks):
        return diagrams
    place = {block: j for j, block in enumerate(diagrams.blocks)}
    chosen = [place.get(block, -1) for block in blocks]
    return diagrams.take_segments(segments_of(range(len(diagrams)), chosen, len(place)), blocks)


def finite_diagrams(diagrams, essential):
    """Diagrams of any format under a policy for essential classes that leaves none."""
    if not is_end(essential) and not (isinstance(essential, str) and essential in ("error", "cap", "drop")):
        raise ValueError(f"essential must be 'error', 'cap', 'drop' or a finite number. Got {essential!r} instead.")
    diagrams = as_diagrams(diagrams)
    n_essential = int(np.isinf(diagrams.death).sum())
    if isinstance(essential, str) and essential == "error" and n_essential:
        raise ValueError(
            f"There are {n_essential} essential classes (death = inf), whose tents never end. Choose what becomes "
            "of them: essential='drop', 'cap' (they die where the filtration ends), or the number at which they die."
        )
    return with_finite_deaths(diagrams, essential)


def sorted_bars(finite):
    """Births, deaths and offsets of the pairs of positive persistence, sorted by birth within each segment."""
    kept = finite.birth < finite.death
    offsets = offsets_of(kept)[finite.offsets]
    birth, death = finite.birth[kept], finite.death[kept]
    order = np.arange(len(birth))
    for first, last in zip(offsets[:-1], offsets[1:], strict=True):  # many short sorts are faster than one long one
        order[first:last] = first + np.argsort(birth[first:last])
    return birth[order], death[order], offsets


def deepest(birth, death, offsets):
    """Most pairs of any diagram that are alive at once: its number of levels."""
    best = 0
    for first, last in zip(offsets[:-1], offsets[1:], strict=True):
        dead = np.searchsorted(np.sort(death[first:last]), birth[first:last], side="right")
        best = max(best, int((np.arange(1, last - first + 1) - dead).max(initial=0)))
    return best


def grid_of(birth, death, offsets, n_points, shape, shared_grid):
    """Equally spaced points over the range of each degree, or of each layer and degree.

    `shape` is (n_samples, n_layers, n_degrees) of the segments; bars are sorted.
    """
    if isinstance(n_points, bool) or n_points < 2:
        raise ValueError(f"grid must be a number of points >= 2, or the points themselves. Got {n_points!r} instead.")
    low, high = np.full(len(offsets) - 1, np.inf), np.full(len(offsets) - 1, -np.inf)
    full = np.flatnonzero(np.diff(offsets))
    low[full] = birth[offsets[full]]
    high[full] = np.maximum.reduceat(death, offsets[full]) if len(full) else []
    axes = (0, 1) if shared_grid else 0
    low, high = low.reshape(shape).min(axis=axes, initial=np.inf), high.reshape(shape).max(axis=axes, initial=-np.inf)
    low, high = np.where(low < high, low, 0.0), np.where(low < high, high, 1.0)  # nothing to see: any range will do
    return np.linspace(low, high, n_points, axis=-1)


def check_grid(grid, n_layers, n_degrees):
    """Finite ascending points of shape (n_layers, n_degrees, n_t), from fewer axes if need be."""
    grid = np.asarray(grid, dtype=np.float64)
    shapes = [(), (n_degrees,), (n_layers, n_degrees)]
    if grid.ndim == 0:
        raise ValueError(f"A number of grid points must be an integer >= 2. Got {grid} instead.")
    if grid.ndim > 3 or grid.shape[:-1] != shapes[grid.ndim - 1] or grid.shape[-1] < 2:
        raise ValueError(
            f"grid must be a number of points, or the points: shape (n_t,), ({n_degrees} degrees, n_t) or "
            f"({n_layers} layers, {n_degrees} degrees, n_t), n_t >= 2. Got shape {grid.shape} instead."
        )
    if not np.isfinite(grid).all() or (np.diff(grid, axis=-1) <= 0).any():
        raise ValueError("The points of grid must be finite and ascend strictly.")
    return np.broadcast_to(grid, (n_layers, n_degrees, grid.shape[-1]))


def quadrature(grid):
    """Weights of the trapezoid rule along the last axis: how much of the line is nearest to each point."""
    halves = np.diff(grid, axis=-1) / 2
    pad = [(0, 0)] * (grid.ndim - 1)
    return np.pad(halves, [*pad, (0, 1)]) + np.pad(halves, [*pad, (1, 0)])


def _check_memory(shape, max_memory):
    need = 8.0 * np.prod([float(length) for length in shape])
    if need > max_memory:
        n, n_layers, n_degrees, n_levels, n_t = shape
        raise ValueError(
            f"Landscapes of {n} samples, {n_layers} layers, {n_degrees} degrees, {n_levels} levels and {n_t} points "
            f"take {need / 2**20:.0f} MiB, and max_memory is {max_memory / 2**20:.0f} MiB. Use fewer levels "
            f"(n_levels={max(1, int(n_levels * max_memory / need))}) or grid points, or raise max_memory."
        )
