"""PersistenceVectorizer: diagrams to a feature matrix of fixed width.

Diagrams of any kind go in, a matrix comes out, with a name for every column. Grids, centres and blocks are
learnt from the training diagrams alone. The methods are in ``sktopo.diagrams.vectors``, one idea to a file.
"""

import functools

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo.diagrams.essential import check_essential, learn_caps
from sktopo.diagrams.reading import read_again, read_diagrams
from sktopo.diagrams.vectors.chunks import chunks_of
from sktopo.diagrams.vectors.parameters import check_parameters
from sktopo.diagrams.vectors.table import METHODS

__all__ = ["PersistenceVectorizer"]

TOO_LARGE = (
    ": births and deaths, or powers of them, leave the range of float64. Divide them by their scale before, for "
    "example by the largest death of the training diagrams."
)


class PersistenceVectorizer(TransformerMixin, BaseEstimator):
    """Turn persistence diagrams into a matrix of features.

    Parameters
    ----------
    method : str, default="statistics"
        What becomes of each block, one layer and degree:

        - "statistics": the number of classes and of essential classes, the persistent entropy in nats, sum, mean,
          standard deviation, minimum, quartiles and maximum of birth, death, midlife and persistence, and the total
          persistence, the sum of persistence ** `alpha`.
        - "landscape": the first `n_levels` persistence landscapes at `n_bins` grid points, exact there.
        - "silhouette": the mean of all tents, weighted by persistence ** `power`, at the grid points.
        - "betti": the number of pairs with birth <= t < death at the grid points t.
        - "euler": the alternating sum of Betti curves over the degrees, one curve per layer.
        - "entropy", "entropy_curve": the persistent entropy; what the pairs alive at t contribute to it.
        - "lifetimes": the `n_lifetimes` largest persistences.
        - "total": the total persistence alone.
        - "image": Gaussians weighted by persistence ** `power`, integrated over `resolution` pixels.
        - "heat": Gaussians less their mirror images beyond the diagonal, integrated over pixels above it.
        - "atol": contrast functions of `n_centers` centres that k-means learns.
        - "template": sums of `template` functions on a grid over the points.
        - "tropical": seven sums and maxima of births and persistences.
        - "complex_polynomial": the first `n_coefficients` of the polynomial with the points as roots.
    essential : {"cap", "drop"} or float, default="cap"
        What becomes of essential classes (death = inf) before anything is measured. "cap": they die where the
        filtration ends, or, where the diagrams do not say, at the largest finite value of their block seen in fit.
        "drop": they are left out. A number: they die there. A class born after its cap dies at once.
        "essential_count" counts them in any case; "count" counts those that are left out not.
    alpha : float, default=2.0
        Exponent of the total persistence; "statistics" and "total".
    midlife_power : float, default=0.0
        Every term of "total" is multiplied by abs((birth + death) / 2) ** `midlife_power`.
    n_levels : int, default=5
        Number of landscapes.
    n_bins : int, default=100
        Number of grid points of all curves, per block from the smallest birth to the largest death seen in fit.
    l2_weighted : bool, default=False
        Multiply curves by the square roots of the trapezoid rule's weights, so that the Euclidean norm of the vector is
        the L2 norm of the curve on the grid, and inner products are integrals; see Notes for the error.
    power : float, default=1.0
        Exponent of the weights of "silhouette" and "image"; 0 weighs all pairs off the diagonal alike.
    normalize : bool, default=False
        Divide "entropy" and "entropy_curve" by the logarithm of the number of pairs of positive persistence, the most
        that the entropy can be.
    n_lifetimes : int, default=10
        How many persistences "lifetimes" keeps.
    resolution : int or (int, int), default=20
        Number of pixels of "image" and of functions of "template" along births and along persistences; one number
        for "heat".
    sigma : "median" or float, default="median"
        Standard deviation of the Gaussians of "image" and "heat", in filtration values; "median" is the median of the
        positive persistences of the block in fit.
    n_centers : int, default=10
        Number of centres of "atol" per block.
    contrast : {"gaussian", "laplacian", "indicator"}, default="gaussian"
        Of r, the distance to a centre over half the distance of that centre to the next: exp(-r ** 2), exp(-r), or 1 up
        to r = 1 and falling to 0 at r = 2.
    template : {"tent", "chebyshev"}, default="tent"
        Tents one grid step wide on each side, or absolute values of Lagrange polynomials of Chebyshev's nodes.
    slope : float, default=28.0
        In "tropical": births, counted from the smallest in fit, enter as min(slope * persistence, birth).
    polynomial_type : {"R", "S", "T"}, default="R"
        Roots of "complex_polynomial": "R" birth + i death; "S" and "T" the published transforms of these that send
        the diagonal to 0.
    n_coefficients : int, default=10
        How many coefficients after the leading one, each as real and imaginary part.
    random_state : int, RandomState instance or None, default=None
        Seed of k-means in "atol".
    sparse_output : bool, default=False
        Give a CSR matrix: worth it for "template", "betti", "landscape" or narrow images, where most entries are 0.

    Attributes
    ----------
    blocks_ : tuple of (str, int)
        Layer and degree of each block of the fitted diagrams.
    negated_ : bool
        Whether the fitted diagrams are of a superlevel filtration.
    caps_ : ndarray of shape (n_blocks,)
        Where essential classes die; unused with ``essential="drop"``.
    grids_ : ndarray of shape (n_blocks, n_bins)
        Grid points of each block; curves only. A block without pairs in fit has a grid of zeros.
    sigmas_ : ndarray of shape (n_blocks,)
        Standard deviations; "image" and "heat".
    ranges_ : ndarray of shape (n_blocks, 2, 2)
        What pixels or template functions span: least and largest birth, least and largest persistence (of death for
        "heat"). Pixels reach two standard deviations beyond the points of fit.
    centers_ : ndarray of shape (n_blocks, n_centers, 2)
        Birth and death of the centres of "atol", sorted.
    widths_ : ndarray of shape (n_blocks, n_centers)
        Half the distance of each centre to the nearest other; 0 for centres that are missing because the block
        had fewer distinct points.
    origins_ : ndarray of shape (n_blocks,)
        From where "tropical" counts births.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    GraphFiltration : Makes diagrams of a network's graph.
    DiagramGram : Gram matrices of diagrams, without vectors.

    Notes
    -----
    Diagrams of a superlevel filtration of phi (``diagrams.negated``) are measured as they are stored, in values of
    -phi. So ``birth_min`` equals ``diagrams.birth.min()``: -5.4 means that the strongest edge has phi = 5.4, and
    birth <= death holds in every feature. Persistence, entropy and the shape of landscapes are the same either way.
    Births may have any sign for every method.

    An empty diagram gives zeros, also where a mean of nothing is undefined. The width depends on what was seen in
    fit alone: X of `transform` must have the same layers; a degree of which it has no pair counts as empty.

    A matrix X is read row by row: the value v is the pair (min(0, v), max(0, v)) of degree 0, so abs(v) is a lifetime.

    Exactness. Curves are exact at their grid points; a silhouette is rounded like a sum of numbers as large as the grid
    is wide. With `l2_weighted` the trapezoid rule stands for the integral. With h the grid step and w the grid's width,
    the square of the norm of one level of a landscape is off by at most h ** 2 (w / 6 + (sum of the heights of its
    corners) / 2), so twice as many points leave a quarter of it; step functions err in proportion to h. Pixels hold
    integrals of Gaussians to rounding, so an image sums to the weight that falls into it.

    Additive, the vector of a union of diagrams being the sum of their vectors: "betti", "euler", "total", "image",
    "heat", "atol" and "template". Continuous, so that short-lived pairs matter little: landscapes, lifetimes, heat,
    templates, silhouettes and images with `power` > 0, "S" and "T". Pairs on the diagonal count in "statistics",
    "atol" and "R".

    Cost: statistics sort each diagram once per quantity; a landscape touches, for each pair, the grid points under
    its tent, other curves two or three; an image every pixel; k-means of "atol" is the slowest to fit. Nothing is
    padded: beside X and the result there is what 65,536 pairs and a million numbers of the result need, but for k-means
    and medians, which see all pairs of a block at once. Repeated pairs count as often as they occur.

    References
    ----------
    Bubenik. Statistical topological data analysis using persistence landscapes. JMLR 16, 2015.

    Chazal, Fasy, Lecci, Rinaldo, Wasserman. Stochastic convergence of persistence landscapes and silhouettes. SoCG
    2014.

    Adams et al. Persistence images: a stable vector representation of persistent homology. JMLR 18, 2017.

    Reininghaus, Huber, Bauer, Kwitt. A stable multi-scale kernel for topological machine learning. CVPR 2015.

    Atienza, Gonzalez-Diaz, Soriano-Trigueros. On the stability of persistent entropy and new summary functions for
    topological data analysis. Pattern Recognition 107, 2020.

    Royer, Chazal, Levrard, Umeda, Ike. ATOL: measure vectorization for automatic topologically-oriented learning.
    AISTATS 2021.

    Perea, Munch, Khasawneh. Approximating continuous functions on persistence diagrams using template functions.
    Foundations of Computational Mathematics 23, 2023.

    Kalisnik. Tropical coordinates on the space of persistence barcodes. Foundations of Computational Mathematics 19,
    2019.

    Di Fabio, Ferri. Comparing persistence diagrams through complex vectors. ICIAP 2015.

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

    def __init__(
        self,
        method="statistics",
        *,
        essential="cap",
        alpha=2.0,
        midlife_power=0.0,
        n_levels=5,
        n_bins=100,
        l2_weighted=False,
        power=1.0,
        normalize=False,
        n_lifetimes=10,
        resolution=20,
        sigma="median",
        n_centers=10,
        contrast="gaussian",
        template="tent",
        slope=28.0,
        polynomial_type="R",
        n_coefficients=10,
        random_state=None,
        sparse_output=False,
    ):
        self.method = method
        self.essential = essential
        self.alpha = alpha
        self.midlife_power = midlife_power
        self.n_levels = n_levels
        self.n_bins = n_bins
        self.l2_weighted = l2_weighted
        self.power = power
        self.normalize = normalize
        self.n_lifetimes = n_lifetimes
        self.resolution = resolution
        self.sigma = sigma
        self.n_centers = n_centers
        self.contrast = contrast
        self.template = template
        self.slope = slope
        self.polynomial_type = polynomial_type
        self.n_coefficients = n_coefficients
        self.random_state = random_state
        self.sparse_output = sparse_output

    def fit(self, X, y=None):
        """Learn the blocks, where essential classes end, and the grids.

        Parameters
        ----------
        X : Diagrams, list of arrays with rows (birth, death, degree), giotto-tda array, or matrix of lifetimes
            One diagram is a list of one array: an array of shape (n_pairs, 3) is read as a matrix.
        y : ignored

        Returns
        -------
        self : PersistenceVectorizer

        Raises
        ------
        ValueError
            If a parameter or `X` cannot be used, or what is learnt from it leaves the range of float64.
        """
        check_parameters(self)
        check_essential(self)
        diagrams = read_diagrams(self, X, reset=True)
        self.blocks_ = diagrams.blocks
        self.negated_ = diagrams.negated
        self.caps_ = learn_caps(diagrams, self.essential)
        self._policy = "drop" if self.essential == "drop" else self.caps_
        self._vectors = METHODS[self.method](self.get_params(deep=False))
        with np.errstate(over="ignore", invalid="ignore"):
            self._vectors.fit(self.blocks_, functools.partial(chunks_of, diagrams, self._policy))
        self._show_what_was_learnt()
        return self

    def _show_what_was_learnt(self):
        for name in {name for method in METHODS.values() for name in method.shows} & {*vars(self)}:
            delattr(self, name)  # of another method, fitted before
        for name in self._vectors.shows:
            setattr(self, name, getattr(self._vectors, name))
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} of PersistenceVectorizer is not finite{TOO_LARGE}")

    def transform(self, X):
        """Features of each sample's diagrams.

        Parameters
        ----------
        X : as in fit
            With the blocks seen in fit; blocks that are missing from a list count as empty.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Or CSR matrix, with ``sparse_output=True``.

        Raises
        ------
        ValueError
            If `X` cannot be used or has other layers, or a feature leaves the range of float64.
        """
        diagrams = read_again(self, X)
        width = len(self._vectors.names(self.blocks_))
        rows = self._rows(chunks_of(diagrams, self._policy, width))
        if self.sparse_output:
            parts = [sparse.csr_matrix(part) for _, part in rows]
            return sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix((0, width))
        features = np.zeros((len(diagrams), width))
        for samples, part in rows:
            features[samples] = part
        return features

    def _rows(self, chunks):
        """Samples of each chunk, and their rows."""
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            prepared = self._vectors.prepare()
        for chunk in chunks:
            with np.errstate(over="ignore", invalid="ignore"):
                rows = self._vectors.transform(chunk, prepared)
            if not np.isfinite(rows).all():
                sample, column = np.argwhere(~np.isfinite(rows))[0]
                name = self._vectors.names(self.blocks_)[column]
                raise ValueError(f"{name} of sample {chunk.samples.start + sample} is not finite{TOO_LARGE}")
            yield chunk.samples, rows

    def get_feature_names_out(self, input_features=None):
        """Names such as ``conv1__H0__persistence_mean`` and ``conv1__H0__landscape_1_37``.

        Levels, lifetimes and coefficients count from 1; grid points, pixels and centres from 0. A pixel is
        ``image_{persistence}_{birth}``: the image of a block, of shape (n_persistences, n_births), row by row.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self, "blocks_")
        return np.array(self._vectors.names(self.blocks_), dtype=object)
