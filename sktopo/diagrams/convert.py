"""Diagrams in other people's formats: plain functions on arrays, used by the container."""

import numpy as np

from sktopo.diagrams.ragged import offsets_of, spread

__all__ = [
    "arrays_from_rows",
    "gudhi_from_rows",
    "is_list_of_gudhi",
    "is_list_of_rows",
    "padded_array",
    "rows_from_diagrams",
    "rows_from_giotto",
    "rows_from_gudhi",
]


def is_list_of_rows(X):
    """Whether `X` looks like a list of (k, 3) arrays, some or all of them empty, rather than a matrix."""
    if not isinstance(X, list | tuple) or is_list_of_gudhi(X):
        return False
    return all(np.ndim(rows) == 2 or np.size(rows) == 0 for rows in X)


def is_list_of_gudhi(X):
    """Whether `X` looks like a list of GUDHI's ``[(degree, (birth, death)), ...]``."""
    firsts = [sample[0] for sample in X if isinstance(sample, list | tuple) and len(sample)]
    return bool(firsts) and all(isinstance(pair, tuple) and len(pair) == 2 and np.ndim(pair[1]) == 1 for pair in firsts)


def arrays_from_rows(diagrams, *, layer, degrees):
    """(birth, death, offsets, blocks) from one array of rows (birth, death, degree) per sample."""
    samples = [_checked_rows(rows, i) for i, rows in enumerate(diagrams)]
    if degrees is None:
        degrees = sorted({int(g) for rows in samples for g in np.unique(rows[:, 2])}) or [0]
    parts, sizes = [], []
    for i, rows in enumerate(samples):
        if not np.isin(rows[:, 2], degrees).all():
            raise ValueError(f"Diagram {i} has a degree that is not among {tuple(degrees)}.")
        for degree in degrees:
            chosen = rows[rows[:, 2] == degree, :2]
            parts.append(chosen)
            sizes.append(len(chosen))
    pairs = np.concatenate(parts) if parts else np.empty((0, 2))
    return pairs[:, 0], pairs[:, 1], offsets_of(sizes), [(layer, degree) for degree in degrees]


def _checked_rows(rows, sample):
    rows = np.asarray(rows, dtype=np.float64)
    if rows.size == 0:
        return np.empty((0, 3))
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(
            f"Diagram {sample} must have rows (birth, death, degree), shape (n_pairs, 3). "
            f"Got shape {rows.shape} instead."
        )
    degree = rows[:, 2]
    if not ((degree >= 0) & (degree == np.floor(degree))).all():
        raise ValueError(f"Diagram {sample}: degrees must be integers from 0 upwards.")
    return rows


def rows_from_giotto(X):
    """Per sample the rows of giotto-tda's padded array that are off the diagonal, and its degrees."""
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 3 or X.shape[2] != 3:
        raise ValueError(f"giotto-tda's diagrams have shape (n_samples, n_pairs, 3). Got shape {X.shape} instead.")
    if len(X) == 0:
        raise ValueError("Found array with 0 sample(s): at least one diagram is needed.")
    # A degree that is only padding keeps its block, or train and test would disagree about blocks.
    return [sample[sample[:, 0] != sample[:, 1]] for sample in X], [int(g) for g in np.unique(X[:, :, 2])]


def rows_from_gudhi(persistences):
    """Per sample the rows of GUDHI's list [(degree, (birth, death)), ...]."""
    try:
        rows = [[(b, d, degree) for degree, (b, d) in sample] for sample in persistences]
    except (TypeError, ValueError) as error:
        raise ValueError(
            "from_gudhi expects a list with one entry per sample, each GUDHI's [(degree, (birth, death)), ...]. "
            "For one sample give [simplex_tree.persistence()]."
        ) from error
    return [np.array(sample, dtype=float).reshape(-1, 3) for sample in rows]


def gudhi_from_rows(samples):
    """Per sample GUDHI's list [(degree, (birth, death)), ...]."""
    return [[(int(g), (float(b), float(d))) for b, d, g in rows] for rows in samples]


def rows_from_diagrams(diagrams):
    """One array with rows (birth, death, degree) per sample, blocks one after the other."""
    degrees = np.array([degree for _, degree in diagrams.blocks], dtype=np.float64)
    rows = np.stack([diagrams.birth, diagrams.death, spread(degrees, diagrams.offsets)], axis=1)
    return np.split(rows, diagrams.offsets[len(diagrams.blocks) : -1 : len(diagrams.blocks)]) if len(diagrams) else []


def padded_array(diagrams, widths=None):
    """giotto-tda's array (n_samples, sum of widths, 3), padded with (end, end, degree)."""
    counts = diagrams.counts
    if widths is None:
        widths = counts.max(axis=0, initial=0) if diagrams.max_pairs is None else diagrams.max_pairs
    _check_widths(diagrams, counts, np.asarray(widths))
    starts = offsets_of(widths)
    padding = diagrams.end or 0.0
    out = np.full((len(diagrams), starts[-1], 3), padding)
    for j, (_, degree) in enumerate(diagrams.blocks):
        out[:, starts[j] : starts[j + 1], 2] = degree
    within = np.arange(len(diagrams.birth)) - np.repeat(diagrams.offsets[:-1], counts.ravel())
    column = spread(starts[:-1], diagrams.offsets) + within
    sample = np.repeat(np.arange(len(diagrams)), counts.sum(axis=1))
    out[sample, column, 0] = diagrams.birth
    out[sample, column, 1] = diagrams.death
    return out


def _check_widths(diagrams, counts, widths):
    if (counts > widths).any():
        sample, block = np.argwhere(counts > widths)[0]
        layer, degree = diagrams.blocks[block]
        raise ValueError(
            f"Diagram {sample} has {counts[sample, block]} pairs of layer {layer!r}, degree {degree}, more than the "
            f"{widths[block]} rows that are fixed for it. Fit on samples that include the largest diagrams."
        )
