"""From pairs of one diagram, or given levels, to the checked flat corners of a landscape."""

import numbers

import numpy as np

from sktopo._numeric.exact_landscape import count_corners, landscape_levels
from sktopo.diagrams.essential import is_end

__all__ = ["check_n_levels", "corners_of_levels", "corners_of_pairs"]

BYTES = 16  # per corner: place and value
ENDLESS = np.iinfo(np.int64).max


def corners_of_pairs(pairs, n_levels, essential, max_memory):
    """Flat corners (place, value, starts) of the landscape of one diagram."""
    check_n_levels("n_levels", n_levels)
    birth, death = _bars(_checked_pairs(pairs), essential)
    wanted = ENDLESS if n_levels is None else int(n_levels)
    most = int(min(max_memory / BYTES, 2**62))
    starts = count_corners(birth, death, np.int64(wanted), np.int64(most))
    if starts[-1] > most:
        _refuse(birth, death, starts, wanted, max_memory)
    place, value = landscape_levels(birth, death, starts)
    if n_levels is not None:  # levels that the diagram does not have
        starts = np.append(starts, np.full(wanted + 1 - len(starts), starts[-1]))
    return place, value, starts


def _checked_pairs(pairs):
    pairs = np.asarray(pairs, dtype=np.float64)
    if pairs.size == 0:
        return pairs.reshape(0, 2)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError(f"Expected pairs as rows (birth, death), shape (n_pairs, 2). Got shape {pairs.shape} instead.")
    wrong = ~(pairs[:, 0] <= pairs[:, 1]) | np.isinf(pairs[:, 0])
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        birth, death = pairs[row]
        what = "death < birth" if death < birth else "NaN or an infinite birth"
        raise ValueError(f"Pairs: {what} in row {row} (birth={birth:g}, death={death:g}).")
    return pairs


def _bars(pairs, essential):
    """Births and deaths of pairs of positive persistence under a policy, sorted by birth."""
    birth, death = pairs.T
    infinite = np.isinf(death)
    if is_end(essential):
        death = np.where(infinite, float(essential), death)
    elif not isinstance(essential, str) or essential not in ("error", "drop"):
        raise ValueError(f"essential must be 'error', 'drop' or a finite number. Got {essential!r} instead.")
    elif infinite.any() and essential == "error":
        raise ValueError(
            f"There are {infinite.sum()} essential classes (death = inf), whose tents never come down. Choose what "
            "becomes of them: essential='drop', or the number at which they die."
        )
    kept = (birth < death) & np.isfinite(death)
    order = np.argsort(birth[kept], kind="stable")
    return birth[kept][order], death[kept][order]


def _refuse(birth, death, starts, wanted, max_memory):
    """The breakpoints do not fit: say how many there may be, and how many levels do fit."""
    alive = np.arange(1, len(birth) + 1) - np.searchsorted(np.sort(death), birth, side="right")
    most = 3 * np.minimum(alive, wanted).sum()
    fitting = len(starts) - 2  # the last level that was counted is too much
    cure = f"n_levels={fitting} fits; use it, or raise" if fitting else "Raise"
    raise ValueError(
        f"The landscape of {len(birth)} pairs has at least {starts[-1]} breakpoints (and at most {most}), which take "
        f"{BYTES * starts[-1]:.3g} bytes or more; max_memory is {max_memory:.3g} bytes. {cure} max_memory."
    )


def corners_of_levels(levels):
    """Flat corners of given levels, or an error that names the level."""
    levels = [np.array(level, dtype=np.float64) for level in levels]
    levels = [level.reshape(0, 2) if level.size == 0 else level for level in levels]
    for k, level in enumerate(levels):
        if level.ndim != 2 or level.shape[1] != 2 or not np.isfinite(level).all():
            raise ValueError(f"Level {k}: expected finite rows (t, value). Got shape {level.shape}.")
        if (np.diff(level[:, 0]) < 0).any():
            raise ValueError(f"Level {k}: t must ascend.")
        jumps = (np.diff(level[:, 0]) == 0) & (np.diff(level[:, 1]) != 0)
        if jumps.any():
            place = level[np.flatnonzero(jumps)[0], 0]
            raise ValueError(f"Level {k}: it jumps at t={place:g}, and levels are continuous. Give each t one value.")
        if len(level) and (level[0, 1] != 0 or level[-1, 1] != 0):
            raise ValueError(f"Level {k}: the first and last value must be 0, since the level is zero beyond.")
    corners = np.concatenate([*levels, np.empty((0, 2))])
    starts = np.concatenate([[0], np.cumsum([len(level) for level in levels], dtype=np.int64)]).astype(np.int64)
    return corners[:, 0].copy(), corners[:, 1].copy(), starts


def check_n_levels(name, n_levels):
    """None, or an integer of at least 1."""
    whole = isinstance(n_levels, numbers.Integral) and not isinstance(n_levels, bool)
    if n_levels is not None and not (whole and n_levels >= 1):
        raise ValueError(f"{name} must be an integer >= 1 or None. Got {n_levels!r} instead.")
