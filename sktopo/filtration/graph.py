"""GraphFiltration: degree-0 persistence of a network's own graph, weighted by |w h| on each input.

Activations (or any weighted graphs) go in, Diagrams come out. The finite deaths are the edges of a
maximum spanning forest, which is found without listing the network's edges. After Gebhart, Schrater and
Hylton, arXiv 1901.09496.
"""

import numbers

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._base import ContainerOutputMixin, check_matrix
from sktopo.diagrams.container import Diagrams
from sktopo.filtration.checks import (
    check_adjacency,
    check_network,
    check_option,
    check_recorded,
    check_weights,
)
from sktopo.filtration.merge_tree import tree_of
from sktopo.filtration.pairs import pairs_of, strongest_edge
from sktopo.filtration.plan import plan_listed, plan_operators

__all__ = ["GraphFiltration"]


class GraphFiltration(ContainerOutputMixin, TransformerMixin, BaseEstimator):
    """Persistent homology, in degree 0, of a network's activation graph.

    Vertices are the network's units. An edge joins unit u to unit v that it feeds through weight w and has the
    filtration value phi = abs(w * h), where h is what enters the operator: the activation of u. The filtration
    adds the strongest edges first.

    Parameters
    ----------
    scope : {"network", "layer"}, default="network"
        "network" gives one diagram of the whole graph, the block ("network", 0); "layer" gives one diagram per
        weighted operator (dense, convolution), of that operator's edges alone, named after it.
    births : {"edge", "all"}, default="edge"
        "edge": a vertex is born at its strongest edge, and pairs of zero persistence are left out. "all": every
        vertex that has an edge is born at the strongest edge of the graph, so that the deaths are all weights of
        the maximum spanning forest.
    include_input : bool, default=True
        False leaves out the edges that start at the network's input.
    normalize : {"sample", "layer"} or None, default=None
        "sample" divides each sample's phi by its largest of the block; "layer" divides each operator's phi by
        the mean, over the samples of fit, of its largest.
    keep : float, dict of str to float, or None, default=None
        Only edges with phi >= keep exist, after normalisation; a dict gives thresholds per operator.
    n_jobs : int or None, default=None
        Threads over samples. The result does not depend on it.

    Attributes
    ----------
    blocks_ : tuple of (str, int)
        Blocks of the diagrams: (layer, degree).
    scales_ : dict of str to float
        Factor per operator, learnt by ``normalize="layer"``; empty otherwise.
    input_kind_ : {"activations", "adjacency", "matrix"}
        What was fitted.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    ActivationExtractor : Records what this filtration needs, with ``layers="auto"``.
    PersistenceVectorizer : Turns the diagrams into a matrix.

    Notes
    -----
    Superlevel filtration, stored as the sublevel filtration of -phi (``diagrams.negated``): birth = -phi. Exact
    zeros are no edges, and units without edges are never born. Each connected component is one essential class.
    Products are taken in float64, which is exact for float32 networks; nothing is approximated.

    Cost: sorting each unit's edges once in ``fit`` (three copies of the weights), then per sample a
    few passes over the vertices and a small part of the edges.

    References
    ----------
    Gebhart, Schrater, Hylton. Characterizing the shape of activation space in deep neural networks.
    arXiv 1901.09496, 2019.

    Examples
    --------
    >>> import torch
    >>> from sktopo import ActivationExtractor, GraphFiltration
    >>> model = torch.nn.Sequential(
    ...     torch.nn.Linear(2, 2, bias=False), torch.nn.ReLU(), torch.nn.Linear(2, 2, bias=False)
    ... )
    >>> with torch.no_grad():
    ...     _ = model[0].weight.copy_(torch.tensor([[0.5, 1.0], [3.0, 0.3]]))
    ...     _ = model[2].weight.copy_(torch.tensor([[1.0, -0.5], [0.3, 1.5]]))
    >>> activations = ActivationExtractor(model).fit_transform([[1.0, 2.0]])
    >>> diagrams = GraphFiltration().fit_transform(activations)
    >>> (-diagrams[0].pairs("network", 0)).round(4)
    array([[ 5.4, -inf],
           [ 2.5,  1.8]])
    """

    def __init__(self, *, scope="network", births="edge", include_input=True, normalize=None, keep=None, n_jobs=None):
        self.scope = scope
        self.births = births
        self.include_input = include_input
        self.normalize = normalize
        self.keep = keep
        self.n_jobs = n_jobs

    def fit(self, X, y=None):
        """Check the network and prepare its edges.

        Parameters
        ----------
        X : Activations, list of sparse matrices, or array-like of shape (n_samples, n_features)
            Activations with a Network; or symmetric weighted adjacency matrices, one per sample; or a matrix, of
            which each row holds the weights of the edges of a path graph.
        y : ignored

        Returns
        -------
        self : GraphFiltration

        Raises
        ------
        ValueError
            If a parameter or `X` cannot be used; the message says what to do.
        """
        check_option(self, "scope", ("network", "layer"))
        check_option(self, "births", ("edge", "all"))
        check_option(self, "normalize", (None, "sample", "layer"))
        self.input_kind_ = _kind_of(X)
        self.scales_ = {}
        if self.input_kind_ == "activations":
            self._fit_network(X)
        else:
            self._fit_graphs(X)
        self.blocks_ = tuple((plan.layer, 0) for plan in self._plans)
        self._thresholds()
        if self.normalize == "layer":
            self.scales_ = self._learn_scales(X)
        return self

    def _fit_network(self, X):
        network = check_network(X)
        check_weights(network)
        operators = network.operators
        if not self.include_input:
            first = network.units[0]
            operators = [o for o in operators if not _reads(o, first)]
        weighted = [operator for operator in operators if operator.weighted]
        if not weighted:
            raise ValueError(
                "The graph has no weighted operator left with include_input=False: the network has one "
                "weighted layer, and it reads the input. Use include_input=True."
            )
        check_recorded(X, operators if self.scope == "network" else weighted)
        groups = [("network", operators)] if self.scope == "network" else [(o.name, [o]) for o in weighted]
        self._plans = [plan_operators(layer, group) for layer, group in groups]
        self.network_digest_ = network.digest

    def _fit_graphs(self, X):
        X = self._check_graphs(X, reset=True)
        sizes = [X.shape[1] + 1] if self.input_kind_ == "matrix" else [graph.shape[0] for graph in X]
        self._plans = [plan_listed("graph", max(sizes))]

    def _check_graphs(self, X, *, reset):
        if self.input_kind_ == "adjacency":
            return check_adjacency(X)
        return np.abs(check_matrix(self, X, reset=reset))

    def _thresholds(self):
        """(threshold for all, thresholds per operator), checked."""
        known = [name for plan in self._plans for name in (plan.operators or ("graph",))]
        named = self.keep if isinstance(self.keep, dict) else {}
        unknown = [name for name in named if name not in known]
        if unknown:
            raise ValueError(f"keep names operators that the graph does not have: {unknown}. It has {known}.")
        values = [*named.values()] if named else [0.0 if self.keep is None or self.keep == {} else self.keep]
        if not all(isinstance(value, numbers.Real) and 0 <= value < np.inf for value in values):
            raise ValueError(
                "The 'keep' parameter of GraphFiltration must be None, a finite number >= 0, or a dict of such "
                f"numbers by operator. Got {self.keep!r} instead."
            )
        return (0.0, named) if isinstance(self.keep, dict) else (float(values[0]), {})

    def _learn_scales(self, X):
        """One over the mean, over samples, of each operator's largest phi."""
        if self.input_kind_ != "activations":
            tops = [phi.max(initial=0.0) for phi, _, _ in self._listed_of(self._check_graphs(X, reset=False))]
            return {"graph": 1.0 / np.mean(tops) if np.mean(tops) > 0 else 1.0}
        names = {name for plan in self._plans for name in plan.operators}
        scales = {}
        for operator in check_network(X).operators:
            if operator.name in names:
                plan = plan_operators(operator.name, [operator])
                tops = [strongest_edge(plan.forest(_reader(X, i), {}, {})) for i in range(len(X))]
                scales[operator.name] = 1.0 / np.mean(tops) if np.mean(tops) > 0 else 1.0
        return scales

    def transform(self, X):
        """Diagrams of each sample's graph.

        Parameters
        ----------
        X : as in fit
            Of the same kind, and for Activations of the same network.

        Returns
        -------
        Diagrams of shape (n_samples, n_blocks)
            Pairs of a block are ordered by birth, strongest first.

        Raises
        ------
        ValueError
            If X is of another kind or network than in fit, or holds NaN or infinity.
        """
        check_is_fitted(self)
        samples = self._samples(X)
        return self._collect(self._run(samples, self._pairs), X)

    def merge_trees(self, X, *, apply=None):
        """Merge tree of each sample's graph: which class dies into which, and what belongs to it.

        Vertices are born at their strongest edge; this needs ``births="edge"``.

        Parameters
        ----------
        X : as in fit
            Of the same kind, and for Activations of the same network.
        apply : callable or None, default=None
            Called with each :class:`MergeTree`, in the threads of `n_jobs`; its results take the trees' places, so
            that one tree at a time is in memory.

        Returns
        -------
        list of dict of (str, int) to MergeTree
            One dict per sample, by block.

        Raises
        ------
        ValueError
            As in :meth:`transform`, and with ``births="all"``.

        Examples
        --------
        The second row's path graph has the peaks 3 and 2, which meet at the edge of weight 1.

        >>> from sktopo import GraphFiltration
        >>> rows = [[1.0, 2.0, 0.0], [3.0, 1.0, 2.0]]
        >>> tree = GraphFiltration().fit(rows).merge_trees(rows)[1]["graph", 0]
        >>> tree.birth, tree.death, tree.parent
        (array([3., 2.]), array([-inf,   1.]), array([-1,  0]))
        >>> tree.edges[tree.component(0)], tree.edges[tree.basin(0)]
        (array([[0, 1],
               [1, 2],
               [2, 3]]), array([[0, 1]]))
        """
        check_is_fitted(self)
        if self.births == "all":
            raise ValueError(
                "Merge trees are of vertices born at their strongest edge, and this GraphFiltration has births='all'. "
                "Use births='edge'."
            )

        def read(forest, plan, divisor, keep):
            tree = tree_of(forest, plan.vertices, divisor=divisor, keep=keep)
            return tree if apply is None else apply(tree)

        return [dict(zip(self.blocks_, trees, strict=True)) for trees in self._run(self._samples(X), read)]

    def _samples(self, X):
        """What `_forest` reads, for each sample; X checked."""
        kind = _kind_of(X)
        if kind != self.input_kind_:
            raise ValueError(f"GraphFiltration was fitted on {self.input_kind_} and got {kind}. Fit it again.")
        if kind == "activations":
            network = check_network(X)
            if network.digest != self.network_digest_:
                raise ValueError(
                    "These activations come from another network than the one GraphFiltration was fitted on "
                    "(its weights or layers differ). Fit it on activations of this network."
                )
            check_recorded(X, [_Need(plan) for plan in self._plans])
            return [_reader(X, i) for i in range(len(X))]
        return self._listed_of(self._check_graphs(X, reset=False))

    def _run(self, samples, read):
        """Per sample, what `read` makes of the forest of every block."""
        threshold, named = self._thresholds()
        n_jobs = min(effective_n_jobs(self.n_jobs), max(1, len(samples)))
        if n_jobs == 1:
            return [self._sample(sample, threshold, named, read) for sample in samples]
        work = (delayed(self._sample)(sample, threshold, named, read) for sample in samples)
        return Parallel(n_jobs=n_jobs, backend="threading", batch_size=max(1, len(samples) // (4 * n_jobs)))(work)

    def _sample(self, sample, threshold, named, read):
        return [self._block(plan, sample, threshold, named, read) for plan in self._plans]

    def _block(self, plan, sample, threshold, named, read):
        forest = self._forest(plan, sample, {} if self.normalize == "sample" else named)
        divisor = 1.0
        if self.normalize == "sample" and strongest_edge(forest) > 0:
            divisor = strongest_edge(forest)
            if named:
                forest = self._forest(plan, sample, {name: value * divisor for name, value in named.items()})
        return read(forest, plan, divisor, threshold)

    def _pairs(self, forest, plan, divisor, keep):
        return pairs_of(forest, self.births, divisor=divisor, keep=keep)

    def _forest(self, plan, sample, least):
        if self.input_kind_ == "activations":
            return plan.forest(sample, self.scales_, least)
        phi, u, v = sample
        phi = phi * self.scales_.get("graph", 1.0)
        kept = (phi > 0) & (phi >= least.get("graph", 0.0))
        n_vertices = max(plan.n_vertices, int(v.max(initial=-1)) + 1, int(u.max(initial=-1)) + 1)
        if n_vertices != plan.n_vertices:
            plan = plan_listed("graph", n_vertices)
        return plan.forest_of(np.empty(0), [(phi[kept], u[kept], v[kept])], np.empty(0))

    def _listed_of(self, X):
        """Edges (phi, u, v) of each sample's own graph."""
        if self.input_kind_ == "matrix":
            u = np.arange(X.shape[1])
            return [(row, u, u + 1) for row in X]
        upper = [sparse.triu(graph, k=1).tocoo() for graph in X]
        return [(np.abs(g.data).astype(np.float64), g.row.astype(np.int64), g.col.astype(np.int64)) for g in upper]

    def _collect(self, parts, X):
        sizes = [plan.n_vertices for plan in self._plans]
        if self.input_kind_ == "adjacency":
            sizes = [max(sizes[0], *(graph.shape[0] for graph in X))] if len(X) else sizes
        flat = [pairs for blocks in parts for pairs in blocks]
        counts = [len(birth) for birth, _ in flat]
        return Diagrams(
            -np.concatenate([birth for birth, _ in flat] + [np.empty(0)]),
            -np.concatenate([death for _, death in flat] + [np.empty(0)]),
            np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
            self.blocks_,
            negated=True,
            end=0.0,
            # A class born at an edge has at least that edge's two vertices.
            max_pairs=sizes if self.births == "all" else [size // 2 for size in sizes],
        )

    def __sklearn_is_fitted__(self):
        return hasattr(self, "blocks_")


class _Need:
    """What a plan reads, in the shape of an operator."""

    def __init__(self, plan):
        self.reads = [*zip(plan.names, plan.sources, strict=True), *((e.name, e.source) for e in plan.listed)]


def _reads(operator, layer):
    """Whether an operator's sources are units of a layer."""
    units = operator.source_units[operator.source_units >= 0]
    return len(units) > 0 and bool(((units >= layer.offset) & (units < layer.offset + layer.size)).any())


def _reader(X, i):
    """Flat recorded values of sample i, by name."""
    return lambda source: np.asarray(X[source][i]).ravel()


def _kind_of(X):
    if hasattr(X, "layers") and hasattr(X, "network"):
        return "activations"
    if isinstance(X, list | tuple) and len(X) == 0:
        raise ValueError("Found a list with 0 sample(s), while at least one graph is required.")
    if X is None or isinstance(X, dict) or (isinstance(X, np.ndarray) and X.ndim > 2):
        found = f"an array with {X.ndim} axes" if isinstance(X, np.ndarray) else type(X).__name__
        raise ValueError(
            "GraphFiltration expects Activations, a list of sparse adjacency matrices, or a matrix. "
            f"Got {found} instead. Record a network's activations with ActivationExtractor first."
        )
    if isinstance(X, list | tuple) and all(sparse.issparse(graph) for graph in X):
        return "adjacency"
    return "matrix"
