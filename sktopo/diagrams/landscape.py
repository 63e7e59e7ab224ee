"""PersistenceLandscape: the exact landscape of one diagram, and sums, norms and distances of landscapes.

Landscapes are a vector space of functions, so they have means, inner products and L^p norms, which diagrams have not.
After Bubenik, Statistical topological data analysis using persistence landscapes, JMLR 16, 2015.
"""

import numbers
from collections.abc import Iterable

import numpy as np

from sktopo._numeric.piecewise_linear import inner_product, power_integral, weighted_sum
from sktopo.diagrams.activation_landscapes import ActivationLandscapes
from sktopo.diagrams.landscape_corners import corners_of_levels, corners_of_pairs
from sktopo.diagrams.orders import check_order

__all__ = ["PersistenceLandscape", "mean_landscape"]


class PersistenceLandscape:
    """Piecewise linear functions in levels, exact: the landscape of a diagram, or a combination of such.

    The k-th level of a diagram's landscape is the k-th largest of the tents max(0, min(t - birth, death - t)) of its
    pairs. :meth:`from_pairs` makes it.

    Parameters
    ----------
    levels : sequence of array-like of shape (n_breakpoints, 2)
        Rows (t, value) of each level, t ascending, without jumps; the first and last value are 0 and so is the level
        beyond. A level without rows is zero.

    Attributes
    ----------
    levels : list of ndarray of shape (n_breakpoints, 2)
        Arrays of their own; the landscape does not change with them.
    n_levels : int
        Number of levels. Higher levels count as zero.
    n_breakpoints : int
        In all levels together.

    See Also
    --------
    ActivationLandscapes : Landscapes of many networks, layers and degrees on common grids.
    mean_landscape : Pointwise mean.

    Notes
    -----
    Nothing is sampled: values, sums, inner products, norms of every order and distances are exact up to rounding, also
    where a difference changes its sign inside a segment, and also for repeated, touching and nested pairs.

    Two landscapes are equal where they have the same value at every breakpoint of either, to the last bit; a level that
    is zero counts as missing. Use :meth:`distance` for "nearly equal".

    Cost: `n_levels` levels of n pairs take O(n log n + n * n_levels) time, and 16 bytes for each of at most
    3 * n * n_levels breakpoints. All levels take time and breakpoints as there are pairs that overlap, up to about
    n ** 2: 5 ms and 13 MB for 2,000 pairs of which 600 are alive at once, 180 ms and 300 MB for 20,000 of which 1,200.
    So breakpoints are counted first and refused above `max_memory`. Sums and inner products take time linear in
    breakpoints.

    References
    ----------
    Bubenik. Statistical topological data analysis using persistence landscapes. JMLR 16, 2015.

    Bubenik and Dlotko. A persistence landscapes toolbox for topological statistics. Journal of Symbolic Computation 78,
    2017.

    Examples
    --------
    >>> from sktopo import PersistenceLandscape
    >>> landscape = PersistenceLandscape.from_pairs([[0, 4], [1, 3]])
    >>> landscape
    PersistenceLandscape(2 levels, 6 breakpoints, t from 0 to 4)
    >>> landscape([1.0, 2.0, 2.5]).tolist()
    [[1.0, 2.0, 1.5], [0.0, 1.0, 0.5]]
    >>> landscape.integral()
    5.0
    >>> other = PersistenceLandscape.from_pairs([[0, 4]])
    >>> round(landscape.distance(other, p=2), 4)
    0.8165
    """

    __array_ufunc__ = None  # numpy scalars leave `2.0 * landscape` to us

    def __init__(self, levels):
        self._take(*corners_of_levels(levels))

    @classmethod
    def from_pairs(cls, pairs, n_levels=None, *, essential="error", max_memory=2**30):
        """Landscape of one diagram.

        Parameters
        ----------
        pairs : array-like of shape (n_pairs, 2)
            Rows (birth, death), finite births, birth <= death; death = inf for an essential class. For Diagrams:
            ``diagrams[i].pairs(layer, degree)``.
        n_levels : int or None, default=None
            How many levels; where the diagram has fewer, the rest is zero. None makes all that are not zero.
        essential : {"error", "drop"} or float, default="error"
            What becomes of essential classes. "drop": they are left out. A number: they die there, or at once if
            they are born later.
        max_memory : float, default=2**30
            Bytes that the breakpoints may take.

        Returns
        -------
        PersistenceLandscape

        Raises
        ------
        ValueError
            If a parameter or pair cannot be used, an essential class has no policy, or the breakpoints would take
            more than `max_memory`; the message says how many levels fit.
        """
        return cls._of(*corners_of_pairs(pairs, n_levels, essential, max_memory))

    @classmethod
    def _of(cls, place, value, starts):
        """From flat corners that are known to be right."""
        self = cls.__new__(cls)
        self._take(place, value, starts)
        return self

    def _take(self, place, value, starts):
        self._flat = place, value, starts

    @property
    def levels(self):
        return [np.stack(corners, axis=1) for corners in self._each()]

    def _each(self):
        """Places and values of each level."""
        place, value, starts = self._flat
        return [(place[a:b], value[a:b]) for a, b in zip(starts[:-1], starts[1:], strict=True)]

    @property
    def n_levels(self):
        return len(self._flat[2]) - 1

    @property
    def n_breakpoints(self):
        return len(self._flat[0])

    def __call__(self, t):
        """Values at any places.

        Parameters
        ----------
        t : array-like of shape (n_t,), or a number

        Returns
        -------
        ndarray of shape (n_levels, n_t)
        """
        t = np.atleast_1d(np.asarray(t, dtype=np.float64))
        if t.ndim != 1 or np.isnan(t).any():
            raise ValueError(f"A landscape is evaluated at numbers in one dimension, none NaN. Got shape {t.shape}.")
        out = np.zeros((self.n_levels, len(t)))
        for row, (place, value) in zip(out, self._each(), strict=True):
            if len(place):
                row[:] = np.interp(t, place, value, left=0.0, right=0.0)
        return out

    # -- a vector space ---------------------------------------------------------------------------

    def _combined(self, other, a, b):
        return self._of(*weighted_sum(*self._flat, *other._flat, a, b))

    def __add__(self, other):
        if isinstance(other, numbers.Real) and other == 0:  # so that sum() works
            return self
        return self._combined(other, 1.0, 1.0) if isinstance(other, PersistenceLandscape) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other):
        return self._combined(other, 1.0, -1.0) if isinstance(other, PersistenceLandscape) else NotImplemented

    def __mul__(self, factor):
        if not isinstance(factor, numbers.Real):
            return NotImplemented
        if not np.isfinite(factor):
            raise ValueError(f"A landscape is multiplied by a finite number. Got {factor!r} instead.")
        place, value, starts = self._flat
        return self._of(place, float(factor) * value, starts)

    __rmul__ = __mul__

    def __truediv__(self, divisor):
        if not isinstance(divisor, numbers.Real):
            return NotImplemented
        if divisor == 0 or not np.isfinite(divisor):
            raise ValueError(f"A landscape is divided by a finite number other than 0. Got {divisor!r} instead.")
        place, value, starts = self._flat
        return self._of(place, value / float(divisor), starts)

    def __neg__(self):
        return self * -1.0

    # -- measures ---------------------------------------------------------------------------------

    def integral(self, p=1):
        """Sum over levels of the integrals of abs(value) ** p.

        Parameters
        ----------
        p : float, default=1
            At least 1 and finite.

        Returns
        -------
        float
            For the full landscape of a diagram, the sum over its pairs of 2 / (p + 1) * (persistence / 2) ** (p + 1).
        """
        return float(power_integral(*self._flat, check_order(p, finite=True), 1.0))

    def norm(self, p=2):
        """L^p norm over all levels and the whole line.

        Parameters
        ----------
        p : float, default=2
            At least 1; inf is the largest absolute value.

        Returns
        -------
        float
        """
        p = check_order(p)
        top = float(np.abs(self._flat[1]).max(initial=0.0))
        if np.isinf(p) or top == 0.0:
            return top
        return float(top * power_integral(*self._flat, p, top) ** (1.0 / p))  # scaled, so that no power underflows

    def inner(self, other):
        """L^2 inner product: the sum over levels of the integrals of the product.

        Parameters
        ----------
        other : PersistenceLandscape

        Returns
        -------
        float
        """
        return float(inner_product(*self._flat, *_landscape(other)._flat))

    def distance(self, other, p=2):
        """L^p norm of the difference.

        Parameters
        ----------
        other : PersistenceLandscape
        p : float, default=2
            At least 1; inf is the largest difference, which is never more than the bottleneck distance.

        Returns
        -------
        float
        """
        return (self - _landscape(other)).norm(p)

    # -- manners ----------------------------------------------------------------------------------

    def __eq__(self, other):
        if not isinstance(other, PersistenceLandscape):
            return NotImplemented
        return self.distance(other, np.inf) == 0.0

    __hash__ = None

    def __repr__(self):
        plural = "" if self.n_levels == 1 else "s"
        if not self.n_breakpoints:
            return f"PersistenceLandscape({self.n_levels} level{plural}, zero)"
        low, high = self._flat[0].min(), self._flat[0].max()
        return (
            f"PersistenceLandscape({self.n_levels} level{plural}, {self.n_breakpoints} breakpoints, "
            f"t from {low:g} to {high:g})"
        )


def _landscape(other):
    if not isinstance(other, PersistenceLandscape):
        raise TypeError(f"Expected another PersistenceLandscape. Got {type(other).__name__} instead.")
    return other


def mean_landscape(landscapes):
    """Pointwise mean of landscapes.

    Parameters
    ----------
    landscapes : ActivationLandscapes, or non-empty sequence of PersistenceLandscape

    Returns
    -------
    ActivationLandscapes of one sample, or PersistenceLandscape
        Exact: its breakpoints are those of all.

    References
    ----------
    Bubenik. Statistical topological data analysis using persistence landscapes. JMLR 16, 2015.

    Examples
    --------
    >>> from sktopo import PersistenceLandscape, mean_landscape
    >>> tents = [PersistenceLandscape.from_pairs([[0, 2]]), PersistenceLandscape.from_pairs([[2, 4]])]
    >>> mean_landscape(tents)([1.0, 2.0, 3.0]).tolist()
    [[0.5, 0.0, 0.5]]
    """
    if isinstance(landscapes, ActivationLandscapes):
        return landscapes.mean()
    if isinstance(landscapes, PersistenceLandscape) or not isinstance(landscapes, Iterable):
        raise TypeError(
            "Expected ActivationLandscapes, or a sequence of PersistenceLandscape. "
            f"Got {type(landscapes).__name__} instead."
        )
    sums = list(landscapes)
    wrong = [type(item).__name__ for item in sums if not isinstance(item, PersistenceLandscape)]
    if not sums or wrong:
        raise ValueError(f"Expected at least one PersistenceLandscape, and nothing else. Got {wrong or 'none'}.")
    count = len(sums)
    while len(sums) > 1:  # in pairs, so that each breakpoint is copied log(count) times
        sums = [sum(sums[k : k + 2]) for k in range(0, len(sums), 2)]
    return sums[0] / count
