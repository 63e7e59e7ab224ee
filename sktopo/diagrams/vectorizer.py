"""PersistenceVectorizer: diagrams to a feature matrix of fixed width.

Diagrams of any kind go in, a matrix comes out, with a name for every column. Grids and blocks are
learnt from the training diagrams alone. Landscapes after Bubenik, JMLR 16, 2015.
"""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._numeric.landscape import landscapes
from sktopo.diagrams.essential import check_essential, learn_caps, with_finite_deaths
from sktopo.diagrams.ragged import offsets_of
from sktopo.diagrams.reading import align_blocks, read_diagrams
from sktopo.diagrams.statistics import STATISTICS, barcode_statistics

__all__ = ["PersistenceVectorizer"]


class PersistenceVectorizer(TransformerMixin, BaseEstimator):
    """Turn persistence diagrams into a matrix of features.

    Parameters
    ----------
    method : {"statistics", "landscape"}, default="statistics"
        "statistics": for each block the number of classes and of essential classes, the persistent entropy in nats,
        sum, mean, standard deviation, minimum, quartiles and maximum of birth, death, midlife and persistence, and
        the total persistence, the sum of persistence ** `alpha`. "landscape": for each block the first `n_levels`
        persistence landscapes, exact at `n_bins` grid points.
    essential : {"cap", "drop"} or float, default="cap"
        What becomes of essential classes (death = inf) before anything is measured. "cap": they die where the
        filtration ends, or, where the diagrams do not say, at the largest finite value of their block seen in fit.
        "drop": they are left out. A number: they die there. A class born after its cap dies at once.
        "essential_count" counts them in any case; "count" counts those that are left out not.
    alpha : float, default=2.0
        Exponent of the total persistence; "statistics" only.
    n_levels : int, default=5
        Number of landscapes; "landscape" only.
    n_bins : int, default=100
        Number of grid points per block, from the smallest birth to the largest death seen in fit; "landscape" only.

    Attributes
    ----------
    blocks_ : tuple of (str, int)
        Layer and degree of each block of the fitted diagrams.
    negated_ : bool
        Whether the fitted diagrams are of a superlevel filtration.
    caps_ : ndarray of shape (n_blocks,)
        Where essential classes die; unused with ``essential="drop"``.
    grids_ : ndarray of shape (n_blocks, n_bins)
        Grid points of each block; "landscape" only. A block without pairs in fit has a grid of zeros.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    GraphFiltration : Makes diagrams of a network's graph.

    Notes
    -----
    Diagrams of a superlevel filtration of phi (``diagrams.negated``) are measured as they are stored, in values of
    -phi. So ``birth_min`` equals ``diagrams.birth.min()``: -5.4 means that the strongest edge has phi = 5.4, and
    birth <= death holds in every feature. Persistence, entropy and the shape of landscapes are the same either way.

    An empty diagram gives zeros, also where a mean of nothing is undefined. The width depends on what was seen in
    fit alone: X of `transform` must have the same layers; a degree of which it has no pair counts as empty.

    A matrix X is read row by row: the value v is the pair (min(0, v), max(0, v)) of degree 0, so abs(v) is a lifetime.

    Cost: statistics sort each diagram once per quantity; a landscape touches, for each pair, the grid points under
    its tent. Nothing is padded. Repeated pairs count as often as they occur.

    References
    ----------
    Bubenik. Statistical topological data analysis using persistence landscapes. JMLR 16, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import PersistenceVectorizer
    >>> diagrams = [np.array([[0.0, 4.0, 0], [1.0, 3.0, 0]]), np.array([[0.0, 2.0, 0]])]
    >>> vectorizer = PersistenceVectorizer(method="landscape", n_levels=2, n_bins=5)
    >>> vectorizer.fit_transform(diagrams)
    array([[0., 1., 2., 1., 0., 0., 0., 1., 0., 0.],
           [0., 1., 0., 0., 0., 0., 0., 0., 0., 0.]])
    >>> print(vectorizer.get_feature_names_out()[0])
    diagram__H0__landscape_1_0
    """

    def __init__(self, method="statistics", *, essential="cap", alpha=2.0, n_levels=5, n_bins=100):
        self.method = method
        self.essential = essential
        self.alpha = alpha
        self.n_levels = n_levels
        self.n_bins = n_bins

    def fit(self, X, y=None):
        """Learn the blocks, where essential classes end, and the grids.

        Parameters
        ----------
        X : Diagrams, list of arrays with rows (birth, death, degree), giotto-tda array, or matrix of lifetimes
        y : ignored

        Returns
        -------
        self : PersistenceVectorizer

        Raises
        ------
        ValueError
            If a parameter or `X` cannot be used.
        """
        self._check_parameters()
        diagrams = read_diagrams(self, X, reset=True)
        self.blocks_ = diagrams.blocks
        self.negated_ = diagrams.negated
        self.caps_ = learn_caps(diagrams, self.essential)
        if self.method == "landscape":
            self.grids_ = self._learn_grids(self._finite(diagrams))
        return self

    def transform(self, X):
        """Features of each sample's diagrams.

        Parameters
        ----------
        X : as in fit
            With the blocks seen in fit; blocks that are missing from a list count as empty.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self, "blocks_")
        diagrams = align_blocks(self, read_diagrams(self, X, reset=False), self.blocks_)
        if diagrams.negated != self.negated_:
            raise ValueError(
                f"PersistenceVectorizer was fitted on diagrams with negated={self.negated_} and got "
                f"negated={diagrams.negated}. Births of one are not comparable with births of the other: fit it again."
            )
        finite = self._finite(diagrams)
        if self.method == "landscape":
            features = landscapes(finite.birth, finite.death, finite.offsets, self.grids_, self.n_levels)
        else:
            infinite = offsets_of(np.isinf(diagrams.death))
            n_essential = np.diff(infinite[diagrams.offsets])
            features = barcode_statistics(finite.birth, finite.death, finite.offsets, n_essential, self.alpha)
        return features.reshape(len(diagrams), len(self.blocks_) * self._columns_per_block())

    def _columns_per_block(self):
        return self.n_levels * self.n_bins if self.method == "landscape" else len(STATISTICS) + 1

    def get_feature_names_out(self, input_features=None):
        """Names such as ``conv1__H0__persistence_mean`` and ``conv1__H0__landscape_1_37``.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self, "blocks_")
        if self.method == "landscape":
            columns = [f"landscape_{k + 1}_{t}" for k in range(self.n_levels) for t in range(self.n_bins)]
        else:
            columns = [*STATISTICS, "total_persistence"]
        return np.array([f"{layer}__H{g}__{column}" for layer, g in self.blocks_ for column in columns], dtype=object)

    def _check_parameters(self):
        if self.method not in ("statistics", "landscape"):
            raise ValueError(
                "The 'method' parameter of PersistenceVectorizer must be 'statistics' or 'landscape'. "
                f"Got {self.method!r} instead."
            )
        for name, least in (("n_levels", 1), ("n_bins", 2)):
            value = getattr(self, name)
            if not isinstance(value, numbers.Integral) or value < least:
                raise ValueError(
                    f"The {name!r} parameter of PersistenceVectorizer must be an integer >= {least}. "
                    f"Got {value!r} instead."
                )
        if not isinstance(self.alpha, numbers.Real) or not 0 < self.alpha < np.inf:
            raise ValueError(f"The 'alpha' parameter of PersistenceVectorizer must be positive. Got {self.alpha!r}.")
        check_essential(self)

    def _finite(self, diagrams):
        return with_finite_deaths(diagrams, "drop" if self.essential == "drop" else self.caps_)

    def _learn_grids(self, finite):
        grids = np.zeros((len(finite.blocks), self.n_bins))
        for j, (layer, degree) in enumerate(finite.blocks):
            block = finite.select(layer=layer, degree=degree)
            if len(block.birth):
                grids[j] = np.linspace(block.birth.min(), block.death.max(), self.n_bins)
        return grids
