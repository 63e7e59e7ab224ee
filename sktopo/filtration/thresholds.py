"""The lightest edges that exist: `keep` as the user gives it, `keep_quantile` as fit learns it.

A quantile of all phi of all samples is found without their list. The number of edges above a threshold is cheap
(`census`) and falls as the threshold rises, so the quantile is bisected on the bits of float64, whose order is that
of the numbers, until few enough edges are left to be written out. It is exact: the phi of an edge.
"""

import math
import numbers

import numpy as np

from sktopo.filtration.checks import check_names, check_shares

__all__ = ["check_keep", "given_thresholds", "learn_thresholds", "least_kept", "merge_thresholds"]

FEW = 1 << 16  # edges that are written out rather than bisected further


def check_keep(keep, known):
    """Thresholds must be numbers, and those of a dict must be of operators that are known."""
    values = keep.values() if isinstance(keep, dict) else [] if keep is None else [keep]
    if not all(isinstance(value, numbers.Real) and 0 <= value < np.inf for value in values):
        raise ValueError(
            "The 'keep' parameter of GraphFiltration must be None, a finite number >= 0, or a dict of such "
            f"numbers by operator. Got {keep!r} instead."
        )
    if isinstance(keep, dict):
        check_names("keep", keep, known)


def given_thresholds(keep):
    """(threshold for all, thresholds per operator)."""
    if isinstance(keep, dict):
        return 0.0, {name: float(value) for name, value in keep.items()}
    return float(keep or 0.0), {}


def merge_thresholds(*parts):
    """The larger threshold of each operator."""
    parts = [part for part in parts if part]
    if len(parts) == 1:
        return parts[0]
    merged = {}
    for part in parts:
        for name, value in part.items():
            merged[name] = max(value, merged.get(name, 0.0))
    return merged


def least_kept(keep, divisor):
    """The least phi with phi / divisor >= keep, where the division rounds."""
    least = keep * divisor
    while least / divisor < keep:
        least = np.nextafter(least, np.inf)
    while least > 0 and np.nextafter(least, 0.0) / divisor >= keep:
        least = np.nextafter(least, 0.0)
    return float(least)


def learn_thresholds(shares, censuses, scales, samples, run):
    """The quantile of each operator's positive phi over all samples.

    Parameters
    ----------
    shares : float in (0, 1) or dict of str to float
        Quantile, for all operators or by name.
    censuses : list of census
    scales : dict of str to float
    samples : list of samples
    run : callable
        ``run(function, samples)`` is the list of ``function(sample)``.

    Returns
    -------
    dict of str to float
        An operator without a positive phi has none.
    """
    check_shares("keep_quantile", shares, optional=True)
    names = list(dict.fromkeys(census.name for census in censuses))
    if isinstance(shares, dict):
        check_names("keep_quantile", shares, names)
    else:
        shares = dict.fromkeys(names, shares)
    found = {}
    for name, share in shares.items():
        own = [census.sort() for census in censuses if census.name == name]
        edges = _Edges(own, scales.get(name, 1.0), samples, run)
        if edges.count(0.0):
            found[name] = _quantile(edges, share)
    return found


class _Edges:
    """All edges of some operators on all samples."""

    def __init__(self, censuses, scale, samples, run):
        self._censuses, self._scale, self._samples, self._run = censuses, scale, samples, run

    def _each(self, function):
        parts = self._run(lambda s: [function(c, c.read(s, self._scale)) for c in self._censuses], self._samples)
        return [part for sample in parts for part in sample]

    def count(self, least):
        return sum(self._each(lambda census, read: census.count(read, least)))

    def strongest(self):
        return max(self._each(lambda census, read: census.strongest(read)))

    def between(self, low, high):
        """The phi with low <= phi < high, rising; they are gathered sample by sample."""

        def inside(census, read):
            phi = census.phi(read, low)
            return phi[phi < high]

        return np.sort(np.concatenate(self._each(inside)))


def _quantile(edges, share):
    """The least phi such that at least this share of all phi are not above it."""
    total = edges.count(0.0)
    rank = total - max(1, math.ceil(share * total)) + 1  # counted from the strongest
    low, n_low = 1, total
    high, n_high = _bits(np.nextafter(edges.strongest(), np.inf)), 0
    # At least `rank` edges are at or above low, fewer at or above high.
    while high - low > 1 and n_low - n_high > FEW:
        middle = (low + high) // 2
        n_middle = edges.count(_float(middle))
        if n_middle >= rank:
            low, n_low = middle, n_middle
        else:
            high, n_high = middle, n_middle
    if high - low == 1:
        return _float(low)
    return float(edges.between(_float(low), _float(high))[-(rank - n_high)])


def _bits(value):
    return int(np.float64(value).view(np.int64))


def _float(bits):
    return float(np.int64(bits).view(np.float64))
