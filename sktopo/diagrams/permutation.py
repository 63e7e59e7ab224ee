"""permutation_test: do two groups of landscapes, or of any vectors, have the same mean?

If group labels mean nothing, every way to deal them is as likely as the observed one. So the p-value is the share of
ways whose means are at least as far apart: nothing is assumed of the distribution.
"""

import numbers
from dataclasses import dataclass, field

import numpy as np
from sklearn.utils import check_random_state

from sktopo.diagrams.comparisons import comparisons
from sktopo.diagrams.corrections import CORRECTIONS, benjamini_hochberg, holm
from sktopo.diagrams.orders import check_order
from sktopo.diagrams.relabellings import all_relabellings, n_relabellings, random_relabellings

__all__ = ["PermutationTest", "permutation_test"]

MOST = 3 * 10**6  # ways that are enumerated when asked for; 12 and 12 samples have fewer
CELLS = 2**21  # numbers that one array of relabellings may have


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """What :func:`permutation_test` found; arrays have one entry per test.

    Parameters
    ----------
    statistic : ndarray of shape (n_tests,)
        Distance between the mean of the one group and that of the other.
    p_value : ndarray of shape (n_tests,)
    adjusted : ndarray of shape (n_tests,)
        P-values corrected for the number of tests, in the way asked for.
    layers : tuple
        Layer of each test, or "all".
    degrees : tuple
        Homology degrees in each test, a tuple of tuples; empty for plain vectors.
    exact : bool
        Whether every relabelling was looked at.
    n_permutations : int
        How many were.
    null : ndarray of shape (n_permutations, n_tests)
        The statistic of each relabelling.
    """

    statistic: np.ndarray
    p_value: np.ndarray
    adjusted: np.ndarray
    layers: tuple
    degrees: tuple
    exact: bool
    n_permutations: int
    null: np.ndarray = field(repr=False)

    def table(self):
        """The tests as a pandas data frame, with both corrections.

        Returns
        -------
        DataFrame
            Columns layer, degrees, statistic, p_value, holm, benjamini_hochberg.
        """
        import pandas

        return pandas.DataFrame(
            {
                "layer": self.layers,
                "degrees": [", ".join(map(str, degrees)) for degrees in self.degrees],
                "statistic": self.statistic,
                "p_value": self.p_value,
                "holm": holm(self.p_value),
                "benjamini_hochberg": benjamini_hochberg(self.p_value),
            }
        )


def permutation_test(
    a,
    b,
    *,
    p=2,
    per="layer",
    n_permutations=9999,
    correction="holm",
    paired=False,
    strata=None,
    random_state=None,
):
    """Test whether two groups have the same mean, by dealing their samples anew.

    Parameters
    ----------
    a, b : ActivationLandscapes, lists of PersistenceLandscape, or array-like of shape (n_samples, ...)
        The groups, of any sizes. Landscapes must be of the same layers, degrees, levels and grid. All axes of an array
        but the first are one vector. Diagrams are refused, since they have no mean; so do not give them as arrays.
    p : float, default=2
        The statistic is the L^p distance of the two means; at least 1, or inf. Lists of exact landscapes have p = 2.
    per : {"layer", "block", "all"}, default="layer"
        One test for each layer (all degrees and levels together), for each layer and degree, or one for everything.
        Other groups than ActivationLandscapes make one test.
    n_permutations : int or "all", default=9999
        If there are no more ways to deal the samples than that, all are looked at and the p-value is exact.
        Otherwise so many random ones are drawn. "all" looks at all. More than three million are not looked at.
    correction : {"holm", "benjamini_hochberg"} or None, default="holm"
        How `adjusted` allows for several tests: Holm's bounds the chance of any false alarm, Benjamini and Hochberg's
        the share of false alarms among alarms.
    paired : bool, default=False
        Whether ``a[i]`` and ``b[i]`` belong together, early and late networks of one seed for example: they are only
        dealt among themselves.
    strata : pair of array-like of shapes (n_a,) and (n_b,), or None, default=None
        Labels of the samples of `a` and of `b`, which are only dealt to samples of the same label.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    PermutationTest
        With `statistic`, `p_value`, `adjusted`, `layers`, and :meth:`PermutationTest.table`.

    Raises
    ------
    ValueError
        If a parameter cannot be used or the groups do not fit each other.

    Notes
    -----
    All tests look at the same relabellings. Of n random ones of which r are at least as far apart as what was observed,
    the p-value is (r + 1) / (n + 1), which is never too small; of all, their share, which includes the observed one.
    Distances that differ by rounding only count as equal.

    Cost: with p = 2 a product with the Gram matrix, N ** 2 operations per relabelling and test for N samples; otherwise
    N times the number of values.

    References
    ----------
    Bubenik. Statistical topological data analysis using persistence landscapes. JMLR 16, 2015.

    Phipson and Smyth. Permutation p-values should never be zero. Statistical Applications in Genetics and Molecular
    Biology 9, 2010.

    Holm. A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6, 1979.

    Benjamini and Hochberg. Controlling the false discovery rate. Journal of the Royal Statistical Society B 57, 1995.

    Examples
    --------
    >>> from sktopo import permutation_test
    >>> result = permutation_test([[1.0], [2.0], [3.0]], [[7.0], [8.0], [9.0]])
    >>> result.statistic.tolist(), result.p_value.tolist(), result.n_permutations
    ([6.0], [0.1], 20)
    """
    p = check_order(p)
    _check(per, n_permutations, correction)
    tests = comparisons(a, b, p, per)
    first = np.arange(len(a) + len(b)) < len(a)
    strata = _strata(len(a), len(b), paired, strata)
    total = n_relabellings(first, strata)
    exact = isinstance(n_permutations, str) or total <= n_permutations
    size = max(1, CELLS // max(test.distance.width for test in tests))
    if exact:
        masks = all_relabellings(first, strata, size)
    else:
        masks = random_relabellings(first, strata, n_permutations, size, check_random_state(random_state))
    if exact and total > MOST:
        raise ValueError(
            f"There are {total} ways to deal the samples, and at most {MOST} are looked at one by one. "
            "Draw some at random: n_permutations=9999."
        )
    observed = np.array([test.distance(first[None])[0] for test in tests])
    null = np.concatenate([np.stack([test.distance(mask) for test in tests], axis=1) for mask in masks])
    slack = [test.distance.slack(value) for test, value in zip(tests, observed, strict=True)]
    as_far = (null >= observed - slack).sum(axis=0)
    p_value = as_far / total if exact else (as_far + 1) / (n_permutations + 1)
    both = np.vstack([observed, null])
    both = np.stack([test.distance.units(column) for test, column in zip(tests, both.T, strict=True)], axis=1)
    layers, degrees = tuple(test.layer for test in tests), tuple(test.degrees for test in tests)
    adjusted = CORRECTIONS[correction](p_value)
    return PermutationTest(both[0], p_value, adjusted, layers, degrees, bool(exact), len(null), both[1:])


def _check(per, n_permutations, correction):
    if not isinstance(per, str) or per not in ("layer", "block", "all"):
        raise ValueError(f"per must be 'layer', 'block' or 'all'. Got {per!r} instead.")
    whole = isinstance(n_permutations, numbers.Integral) and not isinstance(n_permutations, bool)
    every = isinstance(n_permutations, str) and n_permutations == "all"
    if not every and not (whole and n_permutations >= 1):
        raise ValueError(f"n_permutations must be an integer >= 1 or 'all'. Got {n_permutations!r} instead.")
    if correction is not None and not (isinstance(correction, str) and correction in CORRECTIONS):
        raise ValueError(f"correction must be 'holm', 'benjamini_hochberg' or None. Got {correction!r} instead.")


def _strata(n_a, n_b, paired, strata):
    """A label for each sample of both groups."""
    if strata is None and not paired:
        return np.zeros(n_a + n_b, dtype=np.intp)
    if paired:
        if strata is not None:
            raise ValueError("Pairs are strata of their own: give paired=True or strata, not both.")
        if n_a != n_b:
            raise ValueError(f"paired=True needs groups of the same size. Got {n_a} and {n_b} samples.")
        return np.tile(np.arange(n_a), 2)
    labels = [np.asarray(part) for part in strata] if isinstance(strata, tuple | list) else []
    if [part.shape for part in labels] != [(n_a,), (n_b,)]:
        raise ValueError(f"strata must be a pair of {n_a} and {n_b} labels, one for each sample of a and of b.")
    return np.unique(np.concatenate(labels), return_inverse=True)[1]
