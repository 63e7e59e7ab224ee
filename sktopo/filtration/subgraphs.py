"""PersistentSubgraphs: which edges of a network belong to long-lived parts of its graph, one sparse row per input.

The linear kernel of two rows is the cosine similarity of two inputs' persistent subgraphs. After Gebhart, Schrater
and Hylton, arXiv 1901.09496.
"""

import copy
import numbers
import warnings
from dataclasses import replace

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from sktopo._numeric.merge_tree import sum_over_slices
from sktopo.filtration.checks import check_option
from sktopo.filtration.graph import GraphFiltration

__all__ = ["PersistentSubgraphs"]


class _Forests(GraphFiltration):
    """Spanning forests and their merge trees."""


_Forests.__name__ = "PersistentSubgraphs"  # errors name the estimator that the user called


class PersistentSubgraphs(TransformerMixin, BaseEstimator):
    """Edges of each input's persistent subgraphs, as one row of a sparse matrix.

    The classes of degree-0 persistence of the activation graph, see :class:`GraphFiltration`, each come with a
    subgraph. A column is an edge between two units; an entry says how much the edge belongs to the subgraphs of the
    selected classes.

    Parameters
    ----------
    mode : {"basin", "component"}, default="basin"
        "basin": a class has the edges that grow from its peak by taking every vertex in at its strongest edge. Basins
        are disjoint. "component": a class has the forest's edges in its component just before it dies; the whole
        tree, for an essential class. Components are nested.
    weight : {"one", "lifetime", "lifetime_phi"}, default="one"
        What a class gives each edge of its subgraph: 1; its lifetime over the sample's longest; or its
        lifetime times the edge's phi. An edge in several nested components takes the sum.
    select : int or None, default=None
        Number of classes per sample; None takes all. If equals compete, the earlier peak wins.
    select_by : {"lifetime", "birth"}, default="lifetime"
        Take the classes with the longest lifetimes, or with the strongest births.
    include_input : bool, default=True
        False leaves out the edges that start at the network's input.
    norm : {"l2"} or None, default="l2"
        "l2" scales each row to Euclidean length 1; a row without edges stays zero.
    unknown : {"ignore", "warn", "error"}, default="ignore"
        What `transform` does with edges that no sample of fit had, which have no column. They count in the row's
        length, so the product with a row of fit is exact whatever is unknown. See :meth:`count_unknown`.
    n_jobs : int or None, default=None
        Threads over samples. The result does not depend on it.
    layers : str, sequence of str, or None, default=None
        Names of the operators whose edges make the graph, as in :class:`GraphFiltration`; None takes all.

    Attributes
    ----------
    edges_ : int64 ndarray of shape (n_features, 2)
        Vertices of each column's edge, the lower number first, in rising order.
    input_kind_ : {"activations", "adjacency", "matrix"}
        What was fitted.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    GraphFiltration : Births and deaths alone; its method ``merge_trees`` gives each class's subgraph.
    SubgraphDisplay : Pictures of a subgraph.

    Notes
    -----
    The lifetime of an essential class is its birth: phi ends at 0. Pairs of zero persistence are no classes; see
    :class:`MergeTree` for what becomes of their edges, and for ties.

    The row is the sum over classes of weight times indicator. With ``mode="basin"``, ``weight="one"`` and all classes
    its edges are, without ties, each active unit's strongest, and their number is that of the active units less
    that of the classes.

    Similarity of inputs is the rows' linear kernel: ``rows @ rows.T``, ``SVC(kernel="linear")``, ``LinearSVC()``.

    Cost: as GraphFiltration, plus a pass over the vertices and a sort of each row. Memory: 12 bytes per entry, of
    which a row has at most as many as there are active units.

    References
    ----------
    Gebhart, Schrater, Hylton. Characterizing the shape of activation space in deep neural networks.
    arXiv 1901.09496, 2019.

    Examples
    --------
    >>> import torch
    >>> from sktopo import ActivationExtractor, PersistentSubgraphs
    >>> model = torch.nn.Sequential(
    ...     torch.nn.Linear(2, 2, bias=False), torch.nn.ReLU(), torch.nn.Linear(2, 2, bias=False)
    ... )
    >>> with torch.no_grad():
    ...     _ = model[0].weight.copy_(torch.tensor([[0.5, 1.0], [3.0, 0.3]]))
    ...     _ = model[2].weight.copy_(torch.tensor([[1.0, -0.5], [0.3, 1.5]]))
    >>> activations = ActivationExtractor(model).fit_transform([[1.0, 2.0]])
    >>> subgraphs = PersistentSubgraphs(weight="lifetime", norm=None)
    >>> rows = subgraphs.fit_transform(activations)
    >>> print(*subgraphs.get_feature_names_out(), sep="  ")
    input[0]→0[1]  input[1]→0[0]  0[0]→2[0]  0[1]→2[1]
    >>> rows.toarray().round(2)
    array([[1.  , 0.13, 0.13, 1.  ]])
    """

    def __init__(
        self,
        *,
        mode="basin",
        weight="one",
        select=None,
        select_by="lifetime",
        include_input=True,
        norm="l2",
        unknown="ignore",
        n_jobs=None,
        layers=None,
    ):
        self.mode = mode
        self.weight = weight
        self.select = select
        self.select_by = select_by
        self.include_input = include_input
        self.norm = norm
        self.unknown = unknown
        self.n_jobs = n_jobs
        self.layers = layers

    def fit(self, X, y=None):
        """Learn which edges there are.

        Parameters
        ----------
        X : Activations, list of sparse matrices, or array-like of shape (n_samples, n_features)
            Activations with a Network; or symmetric weighted adjacency matrices, one per sample; or a matrix, of
            which each row holds the weights of the edges of a path graph. Of given weights the absolute value is
            taken; diagonals are left out.
        y : ignored

        Returns
        -------
        self : PersistentSubgraphs

        Raises
        ------
        ValueError
            If a parameter or `X` cannot be used; the message says what to do.
        """
        self._learn(X)
        return self

    def fit_transform(self, X, y=None):
        """Learn which edges there are and make the rows, in one pass.

        Parameters
        ----------
        X, y : as in fit

        Returns
        -------
        csr_matrix of shape (n_samples, n_features), float64
        """
        samples = self._learn(X)
        return self._matrix(samples)[0]

    def transform(self, X):
        """Rows of each sample's subgraphs.

        Parameters
        ----------
        X : as in fit
            Of the same kind, and for Activations of the same network.

        Returns
        -------
        csr_matrix of shape (n_samples, n_features), float64

        Raises
        ------
        ValueError
            If X is of another kind or network than in fit, or holds NaN or infinity; with ``unknown="error"`` also if
            it has edges that were not seen in fit.
        """
        rows, n_unknown = self.transform_and_count(X)
        if self.unknown != "ignore" and n_unknown.any():
            self._report(n_unknown)
        return rows

    def count_unknown(self, X):
        """Number of edges of each sample's subgraphs that no sample of fit had.

        Parameters
        ----------
        X : as in transform

        Returns
        -------
        int64 ndarray of shape (n_samples,)
        """
        return self.transform_and_count(X)[1]

    def transform_and_count(self, X):
        """Rows, and the number of edges that they lack since no sample of fit had them, in one pass.

        Parameters
        ----------
        X : as in transform

        Returns
        -------
        rows : csr_matrix of shape (n_samples, n_features), float64
            Whatever `unknown` says.
        n_unknown : int64 ndarray of shape (n_samples,)
        """
        check_is_fitted(self, "edges_")
        self._check_parameters()
        return self._matrix(self._entries(X))

    def get_feature_names_out(self, input_features=None):
        """Names such as ``conv1[3,4,5]→conv2[7,2,2]``, made when asked for; ``3→7`` for other graphs.

        Parameters
        ----------
        input_features : ignored, but checked where X is a matrix

        Returns
        -------
        ndarray of object (str) of shape (n_features,)
        """
        check_is_fitted(self, "edges_")
        if self.input_kind_ == "matrix":
            _check_feature_names_in(self, input_features)
        named = self._network is not None
        ends = self._network.vertex_names(self.edges_) if named else self.edges_.astype(str)
        return np.array([f"{lower}→{upper}" for lower, upper in ends], dtype=object)

    def _learn(self, X):
        """Fit; returns the entries of every sample."""
        self._check_parameters()
        self._filtration = _Forests(layers=self.layers, include_input=self.include_input, n_jobs=self.n_jobs).fit(X)
        for name in ("input_kind_", "n_features_in_", "feature_names_in_"):
            if hasattr(self._filtration, name):
                setattr(self, name, getattr(self._filtration, name))
        # Names need the layers of units alone, not the weights.
        self._network = replace(X.network, operators=()) if self.input_kind_ == "activations" else None
        samples = self._entries(X)
        keys = np.unique(np.concatenate([keys for keys, _ in samples]))
        self.edges_ = np.stack([keys >> 32, keys & 0xFFFFFFFF], axis=1)
        return samples

    def _check_parameters(self):
        check_option(self, "mode", ("basin", "component"))
        check_option(self, "weight", ("one", "lifetime", "lifetime_phi"))
        check_option(self, "select_by", ("lifetime", "birth"))
        check_option(self, "norm", ("l2", None))
        check_option(self, "unknown", ("ignore", "warn", "error"))
        if self.select is not None and not (
            isinstance(self.select, numbers.Integral) and not isinstance(self.select, bool) and self.select >= 1
        ):
            raise ValueError(
                "The 'select' parameter of PersistentSubgraphs must be None or an integer >= 1. "
                f"Got {self.select!r} instead."
            )

    def _entries(self, X):
        """(keys, values) of each sample; a key packs an edge's two vertices and sorts as they do."""
        filtration = copy.copy(self._filtration).set_params(n_jobs=self.n_jobs)  # may have changed since fit
        trees = filtration.merge_trees(X, apply=self._of_tree)
        return [next(iter(blocks.values())) for blocks in trees]

    def _of_tree(self, tree):
        chosen = self._chosen(tree)
        if self.mode == "basin":
            start, stop, links = tree.basin_start[chosen], tree.basin_start[chosen + 1], tree.basin_links
        else:
            start, stop, links = tree.start[chosen], tree.stop[chosen], tree.links
        weight = np.ones(len(chosen)) if self.weight == "one" else tree.lifetime[chosen]
        top = tree.phi[0] if len(tree) else 1.0  # the longest lifetime too: that class never dies
        if self.weight == "lifetime" or self.norm:
            weight = weight / top if self.weight != "one" else weight
        count, total = sum_over_slices(start, stop, weight, len(links))
        edges, values = links[count > 0], total[count > 0]
        if self.weight == "lifetime_phi":
            values = values * (tree.phi[edges] / top if self.norm else tree.phi[edges])
        if self.norm and values.any():
            values = values / np.linalg.norm(values)
        keys = (tree.edges[edges, 0] << 32) | tree.edges[edges, 1]
        order = np.argsort(keys)
        return keys[order], values[order]

    def _chosen(self, tree):
        """Selected classes, in the order of their slices."""
        rank = -(tree.lifetime if self.select_by == "lifetime" else tree.birth)
        chosen = np.argsort(rank, kind="stable")[: self.select]
        return chosen[np.argsort((tree.basin_start if self.mode == "basin" else tree.start)[chosen])]

    def _matrix(self, samples):
        """Rows over the known edges, and how many unknown ones each sample has."""
        known = (self.edges_[:, 0] << 32) | self.edges_[:, 1]
        sizes = np.array([len(keys) for keys, _ in samples], dtype=np.int64)
        keys = np.concatenate([keys for keys, _ in samples])
        values = np.concatenate([values for _, values in samples])
        column = np.searchsorted(known, keys)
        seen = np.zeros(len(keys), dtype=bool)
        inside = column < len(known)
        seen[inside] = known[column[inside]] == keys[inside]
        before = np.concatenate([[0], np.cumsum(seen)])[np.concatenate([[0], np.cumsum(sizes)])]
        rows = sparse.csr_matrix((values[seen], column[seen], before), shape=(len(samples), len(known)))
        return rows, sizes - np.diff(before)

    def _report(self, n_unknown):
        message = (
            f"{n_unknown.sum()} edges, in {np.count_nonzero(n_unknown)} of {len(n_unknown)} samples, were not seen in "
            "fit and have no column; they count in the length of their rows alone. Fit on more inputs, or use "
            "unknown='ignore'."
        )
        if self.unknown == "error":
            raise ValueError(message)
        warnings.warn(message, UserWarning, stacklevel=4)  # of _report, transform and what set_output wraps
