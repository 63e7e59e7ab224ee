"""Slow twins of the vectorizer, one diagram at a time, from the definitions. Imports numpy only."""

import numpy as np


def landscape(pairs, grid, n_levels):
    """Largest tents at each grid point; shape (n_levels, len(grid))."""
    out = np.zeros((n_levels, len(grid)))
    for t, point in enumerate(grid):
        tents = sorted((max(0.0, min(point - b, d - point)) for b, d in pairs), reverse=True)
        for level, height in enumerate(tents[:n_levels]):
            out[level, t] = height
    return out


def statistics(pairs, n_essential, alpha):
    """One row of barcode statistics in the documented order."""
    pairs = np.asarray(pairs, dtype=float).reshape(-1, 2)
    birth, death = pairs[:, 0], pairs[:, 1]
    lifetimes = death - birth
    row = [len(pairs), n_essential]
    share = lifetimes[lifetimes > 0] / lifetimes.sum() if lifetimes.sum() > 0 else np.empty(0)
    row.append(float(-(share * np.log(share)).sum()))
    for values in (birth, death, (birth + death) / 2, lifetimes):
        if len(values) == 0:
            row += [0.0] * 8
        else:
            quantiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
            row += [values.sum(), values.mean(), values.std(), *quantiles]
    row.append(float((lifetimes**alpha).sum()))
    return np.array(row)
