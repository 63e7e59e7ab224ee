"""ActivationLandscapes: landscapes of many networks, layers and degrees as one array, with a geometry.

Wheeler, Bouza and Bubenik put the landscapes of all layers of a network side by side: a vector per network, whose mean
over seeds, norm per layer and inner products are meant. Grids are common, so that these are defined.
"""

import numpy as np

from sktopo._samples import sample_index
from sktopo.diagrams.bands import bands_of
from sktopo.diagrams.landscape_grid import check_grid, landscape_values, quadrature
from sktopo.diagrams.orders import check_order
from sktopo.diagrams.reading import as_diagrams

__all__ = ["ActivationLandscapes"]


class ActivationLandscapes:
    """Landscapes of n samples (networks, say) in blocks of one layer and one degree, on common grids.

    :meth:`from_diagrams` makes it; the constructor takes an array that is there already.

    Parameters
    ----------
    values : array-like of shape (n_samples, n_layers, n_degrees, n_levels, n_t)
    grid : array-like of shape (n_t,), (n_degrees, n_t) or (n_layers, n_degrees, n_t)
        Ascending filtration values of the last axis.
    layers : sequence of str
    degrees : sequence of int
    negated : bool, default=False
        True where the grid is of values of -phi, because the diagrams are of a superlevel filtration of phi.
    groups : sequence or None, default=None
        What each sample stands for.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_layers, n_degrees, n_levels, n_t)
        Read-only. A layer, degree or level that a sample does not have is zero.
    grid : ndarray of shape (n_layers, n_degrees, n_t)
        With `shared_grid` the same for all layers of a degree, which comparing layers needs.
    layers, degrees : tuple
    groups : tuple or None
        What the samples stand for, after :meth:`mean`.
    shape : tuple of int
        ``(n_samples, n_layers)``.

    See Also
    --------
    PersistenceLandscape : One landscape, exact on the whole line.
    permutation_test : Are two groups of networks different, layer by layer?
    landscape_norm : Exact norms, from diagrams, without a grid.

    Notes
    -----
    Values are exact at the grid's points. Norms and inner products are integrals by the trapezoid rule, that is of the
    step functions that have the value of the nearest grid point. Landscapes rise and fall by at most 1, so this differs
    from the exact norm over the grid's range by no more than :meth:`error_bound`. One rule carries everything, so
    ``norm(2) ** 2`` summed over blocks is the diagonal of :meth:`gram`, which is the product of :meth:`to_2d` with its
    transpose.

    Samples are indexed like an array, also by scikit-learn's splitters. Grids of training and test data must be the
    same: ``ActivationLandscapes.from_diagrams(test, grid=train.grid)``.

    References
    ----------
    Wheeler, Bouza and Bubenik. Activation landscapes as a topological summary of neural network performance. IEEE Big
    Data 2021.

    Bubenik. Statistical topological data analysis using persistence landscapes. JMLR 16, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import ActivationLandscapes, Diagrams
    >>> birth, death = np.zeros(4), np.array([2.0, 4.0, 2.0, 2.0])
    >>> diagrams = Diagrams(birth, death, [0, 1, 2, 3, 4], [("hidden", 1), ("output", 1)])
    >>> landscapes = ActivationLandscapes.from_diagrams(diagrams, n_levels=2, grid=401)
    >>> landscapes
    ActivationLandscapes(2 samples, 2 layers, degrees (1,), 2 levels, 401 grid points)
    >>> landscapes.norm(p=2)[..., 0].round(2).tolist()
    [[0.82, 2.31], [0.82, 0.82]]
    >>> landscapes.gram().round(2).tolist()
    [[6.0, 1.67], [1.67, 1.33]]
    """

    __array_ufunc__ = None

    def __init__(self, values, grid, layers, degrees, *, negated=False, groups=None):
        self.layers = tuple(str(layer) for layer in layers)
        self.degrees = tuple(int(degree) for degree in degrees)
        self.negated = bool(negated)
        self.groups = None if groups is None else tuple(groups)
        self.values = _frozen(values)
        if self.values.ndim != 5 or self.values.shape[1:3] != (len(self.layers), len(self.degrees)):
            raise ValueError(
                f"values must have the shape (n_samples, {len(self.layers)} layers, {len(self.degrees)} degrees, "
                f"n_levels, n_t). Got {self.values.shape} instead."
            )
        if not np.isfinite(self.values).all():
            raise ValueError("values contains NaN or infinity.")
        self.grid = _frozen(check_grid(grid, len(self.layers), len(self.degrees)))
        if self.grid.shape[2] != self.values.shape[4]:
            raise ValueError(f"The grid has {self.grid.shape[2]} points for {self.values.shape[4]} values.")

    @classmethod
    def from_diagrams(cls, diagrams, n_levels=10, *, grid=None, shared_grid=True, essential="error", max_memory=2**31):
        """Landscapes of diagrams at the points of a grid.

        Parameters
        ----------
        diagrams : Diagrams, list of arrays with rows (birth, death, degree), or giotto-tda array
            One sample per network; blocks of any layers and degrees.
        n_levels : int or None, default=10
            None takes as many as any diagram has.
        grid : None, int, or array-like of shape (n_t,), (n_degrees, n_t) or (n_layers, n_degrees, n_t), default=None
            A number of points (None: 200), equally spaced from the smallest birth to the largest death; or the
            ascending points themselves.
        shared_grid : bool, default=True
            Whether the range is that of a degree in all layers, or that of each layer and degree.
        essential : {"error", "cap", "drop"} or float, default="error"
            What becomes of essential classes. "cap": they die where the filtration ends (``diagrams.end``). "drop":
            they are left out. A number: they die there. A class that is born later dies at once.
        max_memory : float, default=2**31
            Bytes that `values` may take.

        Returns
        -------
        ActivationLandscapes
        """
        diagrams = as_diagrams(diagrams)
        found = landscape_values(diagrams, n_levels, grid, shared_grid, essential, max_memory)
        return cls(*found, negated=diagrams.negated)

    # -- an array along the samples ---------------------------------------------------------------

    @property
    def shape(self):
        return self.values.shape[:2]

    @property
    def ndim(self):
        """Number of axes of ``shape``: always 2."""
        return 2

    @property
    def n_levels(self):
        return self.values.shape[3]

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key):
        index = sample_index(
            key, len(self), "ActivationLandscapes are indexed by sample; use select(layer=, degree=) for blocks."
        )
        groups = None if self.groups is None else [self.groups[i] for i in np.arange(len(self))[index]]
        return self._like(self.values[index], groups=groups)

    def _like(self, values, groups=None):
        return ActivationLandscapes(values, self.grid, self.layers, self.degrees, negated=self.negated, groups=groups)

    def select(self, *, layer=None, degree=None):
        """Some layers and degrees.

        Parameters
        ----------
        layer : str, sequence of str or None, default=None
        degree : int, sequence of int or None, default=None

        Returns
        -------
        ActivationLandscapes
            In the order asked for.
        """
        layers = self.layers if layer is None else (layer,) if isinstance(layer, str) else tuple(layer)
        degrees = self.degrees if degree is None else tuple(np.atleast_1d(degree).tolist())
        unknown = [name for name in layers if name not in self.layers] + [g for g in degrees if g not in self.degrees]
        if unknown:
            raise ValueError(f"There is no {unknown[0]!r}: layers are {self.layers}, degrees {self.degrees}.")
        rows, columns = [self.layers.index(name) for name in layers], [self.degrees.index(g) for g in degrees]
        values = self.values[:, rows][:, :, columns]
        grid = self.grid[rows][:, columns]
        return ActivationLandscapes(values, grid, layers, degrees, negated=self.negated, groups=self.groups)

    @classmethod
    def concatenate(cls, parts):
        """Join landscapes on the same grid along the samples.

        Parameters
        ----------
        parts : sequence of ActivationLandscapes

        Returns
        -------
        ActivationLandscapes
        """
        parts = list(parts)
        if not parts:
            raise ValueError("There is nothing to concatenate: give at least one ActivationLandscapes.")
        for part in parts[1:]:
            parts[0].check_comparable(part)
        known = all(part.groups is not None for part in parts)
        groups = [label for part in parts for label in part.groups] if known else None
        return parts[0]._like(np.concatenate([part.values for part in parts]), groups=groups)

    # -- statistics -------------------------------------------------------------------------------

    def mean(self, groups=None):
        """Mean landscape of each group of samples, over seeds for example.

        Parameters
        ----------
        groups : array-like of shape (n_samples,) or None, default=None
            Labels; None takes all samples together.

        Returns
        -------
        ActivationLandscapes
            One sample per group; its `groups` are the sorted labels.
        """
        if len(self) == 0:
            raise ValueError("The mean of no samples is not defined: give at least one.")
        if groups is None:
            return self._like(self.values.mean(axis=0, keepdims=True))
        labels, members = _grouped(groups, len(self))
        return self._like(np.stack([self.values[rows].mean(axis=0) for rows in members]), groups=labels)

    def bands(
        self, groups=None, *, method="bootstrap", confidence=0.95, over="block", n_bootstrap=1000, random_state=None
    ):
        """Mean landscapes with a lower and an upper function.

        Parameters
        ----------
        groups : as in :meth:`mean`
        method : {"bootstrap", "quantile"}, default="bootstrap"
            "bootstrap": a confidence band of the mean, by the multiplier bootstrap: with probability `confidence` it
            holds the whole true mean landscape at once. "quantile": for each t, between which values the samples
            themselves lie, leaving out (1 - `confidence`) / 2 on either side.
        confidence : float, default=0.95
        over : {"level", "block", "all"}, default="block"
            What a bootstrap band holds at once, beside all t: one level, all levels of a layer and degree, or all.
        n_bootstrap : int, default=1000
        random_state : int, RandomState instance or None, default=None

        Returns
        -------
        LandscapeBands
            With `mean`, `lower` and `upper`, each of shape (n_groups, n_layers, n_degrees, n_levels, n_t), and `grid`.

        Notes
        -----
        The bootstrap is right for many samples. For few it holds the mean too seldom: 95 % bands of 3, 5 and 10 random
        diagrams held it in 89 %, 92 % and 95 % of 1,000 runs.

        References
        ----------
        Chazal, Fasy, Lecci, Rinaldo and Wasserman. Stochastic convergence of persistence landscapes and silhouettes.
        SoCG 2014.
        """
        labels, members = (None, [np.arange(len(self))]) if groups is None else _grouped(groups, len(self))
        return bands_of(self, labels, members, method, confidence, over, n_bootstrap, random_state)

    def norm(self, p=2):
        """L^p norm of each sample's layers and degrees, all levels together: their topological complexity.

        Parameters
        ----------
        p : float, default=2
            At least 1; inf is the largest absolute value.

        Returns
        -------
        ndarray of shape (n_samples, n_layers, n_degrees)
        """
        p = check_order(p)
        size = np.abs(self.values)
        top = size.max(axis=(3, 4), initial=0.0)
        if np.isinf(p):
            return top
        scale = np.where(top > 0, top, 1.0)  # no power underflows
        powers = (size / scale[..., None, None]) ** p
        return scale * np.einsum("sldkt,ldt->sld", powers, quadrature(self.grid)) ** (1 / p)

    def error_bound(self, p=2):
        """How far a norm over the grid's range can be from :meth:`norm`, for landscapes and their means.

        Parameters
        ----------
        p : float, default=2

        Returns
        -------
        ndarray of shape (n_layers, n_degrees)
            For n_levels levels on a uniform grid of step h and length T, h / 2 * (n_levels * T / (p + 1)) ** (1 / p).
        """
        p = check_order(p)
        halves = np.diff(self.grid, axis=2) / 2
        if np.isinf(p):
            return halves.max(axis=2, initial=0.0)
        return (self.n_levels * 2 / (p + 1) * (halves ** (p + 1)).sum(axis=2)) ** (1 / p)

    def to_2d(self):
        """Features whose Euclidean inner product is the L^2 inner product: for PCA, or any linear model.

        Returns
        -------
        ndarray of shape (n_samples, n_layers * n_degrees * n_levels * n_t)
            Values times the root of what each grid point stands for.
        """
        weighted = self.values * np.sqrt(quadrature(self.grid))[None, :, :, None, :]
        return weighted.reshape(len(self), int(np.prod(self.values.shape[1:])))

    def from_2d(self, features):
        """Landscapes on this grid from rows like those of :meth:`to_2d`: principal components, say, to look at.

        Parameters
        ----------
        features : array-like of shape (n_rows, n_features)

        Returns
        -------
        ActivationLandscapes
            One sample per row.
        """
        features = np.asarray(features, dtype=np.float64)
        if features.ndim != 2 or features.shape[1] != np.prod(self.values.shape[1:]):
            raise ValueError(f"Expected rows like those of to_2d(). Got shape {features.shape} instead.")
        values = features.reshape(len(features), *self.values.shape[1:])
        return self._like(values / np.sqrt(quadrature(self.grid))[None, :, :, None, :])

    def gram(self, other=None):
        """L^2 inner products between samples, summed over layers and degrees.

        Parameters
        ----------
        other : ActivationLandscapes or None, default=None
            Of the same layers, degrees, levels and grid; None takes these samples.

        Returns
        -------
        ndarray of shape (n_samples, n_other)
            Positive semi-definite, for ``SVC(kernel="precomputed")``.
        """
        own = self.to_2d()
        if other is None:
            return own @ own.T
        self.check_comparable(other)
        return own @ other.to_2d().T

    def check_comparable(self, other):
        """Refuse landscapes of other layers, degrees, levels, grids or sign of the filtration."""
        if not isinstance(other, ActivationLandscapes):
            raise TypeError(f"Expected ActivationLandscapes. Got {type(other).__name__} instead.")
        for name in ("layers", "degrees", "n_levels", "negated"):
            if getattr(self, name) != getattr(other, name):
                raise ValueError(
                    f"These landscapes differ in {name}: {getattr(self, name)} and {getattr(other, name)}."
                )
        if not np.array_equal(self.grid, other.grid):
            raise ValueError(
                "These landscapes are on different grids. Give the second the grid of the first: "
                "ActivationLandscapes.from_diagrams(diagrams, grid=first.grid)."
            )

    # -- manners ----------------------------------------------------------------------------------

    def __eq__(self, other):
        if not isinstance(other, ActivationLandscapes):
            return NotImplemented
        return (
            (self.layers, self.degrees, self.negated, self.groups)
            == (other.layers, other.degrees, other.negated, other.groups)
            and np.array_equal(self.grid, other.grid)
            and np.array_equal(self.values, other.values)
        )

    __hash__ = None

    def __setstate__(self, state):
        self.__dict__.update(state)
        for array in (self.values, self.grid):  # pickling forgets that they are read-only
            array.flags.writeable = False

    def __repr__(self):
        n, n_layers, _, n_levels, n_t = self.values.shape
        return (
            f"ActivationLandscapes({n} sample{'s' * (n != 1)}, {n_layers} layer{'s' * (n_layers != 1)}, "
            f"degrees {self.degrees}, {n_levels} level{'s' * (n_levels != 1)}, {n_t} grid points)"
        )


def _grouped(groups, n_samples):
    """Sorted labels, and the rows of each."""
    groups = np.asarray(groups)
    if groups.shape != (n_samples,):
        raise ValueError(f"groups must have one label for each of the {n_samples} samples. Got shape {groups.shape}.")
    labels, place = np.unique(groups, return_inverse=True)
    return labels.tolist(), [np.flatnonzero(place == k) for k in range(len(labels))]


def _frozen(values):
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array
