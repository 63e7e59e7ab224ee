"""GraphFiltration: degree-0 persistence of a network's own graph, weighted by |w h| on each input.

Activations (or any weighted graphs) go in, Diagrams come out. The finite deaths are the edges of a
maximum spanning forest, which is found without listing the network's edges. After Gebhart, Schrater and
Hylton, arXiv 1901.09496.
"""

from dataclasses import replace

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._base import ContainerOutputMixin, check_matrix
from sktopo.filtration.census import GivenCensus, census_of
from sktopo.filtration.checks import (
    check_adjacency,
    check_degrees,
    check_flag,
    check_max_memory,
    check_n_jobs,
    check_network,
    check_option,
    check_recorded,
    check_weights,
)
from sktopo.filtration.plan import plan_listed, plan_operators
from sktopo.filtration.samples import kind_of, listed_samples, recorded_samples
from sktopo.filtration.sampling import SampleSteps
from sktopo.filtration.scales import learn_scales
from sktopo.filtration.scopes import chosen_operators, groups_of
from sktopo.filtration.thresholds import learn_thresholds
from sktopo.filtration.under_optimised import under_optimised

__all__ = ["GraphFiltration"]


class GraphFiltration(SampleSteps, ContainerOutputMixin, TransformerMixin, BaseEstimator):
    """Persistent homology, in degrees 0 and 1, of a network's activation graph.

    Vertices are the network's units. An edge joins unit u to unit v that it feeds through weight w and has the
    filtration value phi = abs(w * h), where h is what enters the operator: the activation of u. The filtration
    adds the strongest edges first.

    Parameters
    ----------
    scope : {"network", "block", "layer"}, default="network"
        One diagram of the whole graph, named "network"; or one per pair of consecutive weighted operators (dense,
        convolution), named "conv1→conv2"; or one per weighted operator, of its edges alone, named after it. See Notes.
    births : {"edge", "all"}, default="edge"
        "edge": a vertex is born at its strongest edge, and pairs of zero persistence are left out. "all": every
        vertex that has an edge is born at the strongest edge of the graph, so that the deaths are all weights of
        the maximum spanning forest.
    include_input : bool, default=True
        False leaves out the edges that start at the network's input.
    normalize : {"sample", "layer", "layer_rms"} or None, default=None
        "sample" divides each sample's phi by its largest of the block; "layer" divides each operator's phi by
        the mean, over the samples of fit, of its largest; "layer_rms" by the root mean square of its phi over all
        edges of all samples of fit.
    keep : float, dict of str to float, or None, default=None
        Only edges with phi >= keep exist, after normalisation; a dict gives thresholds per operator.
    n_jobs : int or None, default=None
        Threads over samples. The result does not depend on it.
    layers : str, sequence of str, or None, default=None
        Names of the operators whose edges make the graph, poolings and sums ("add()") included; None takes all.
        What the others read need not be recorded.
    degrees : sequence of int, default=(0,)
        Degrees of homology, of 0 and 1. Degree 1 adds a block (layer, 1) after each (layer, 0).
    keep_quantile : float in (0, 1), dict of str to float, or None, default=None
        Only edges that are at least as strong as this quantile of their operator's phi over the samples of fit exist.
        A dict gives quantiles for some operators. Applied before "sample" normalisation, and together with `keep`.
    edges : {"under_optimised"} or None, default=None
        "under_optimised" keeps, of each weighted operator, only the weights that training increased least: those
        whose abs(w) - abs(w before training) is at most the `edge_quantile` of the operator's non-zero weights.
    edge_quantile : float in (0, 1) or dict of str to float, default=0.1
        Used with `edges`. A dict gives quantiles for some operators; the others keep all weights.
    initial : Network, dict of str to array-like, or None, default=None
        Used with `edges`: the weights before training, as the Network of the model then, or by operator, or a state
        dict. None takes abs(w) alone. Where batch normalisation is folded into the weights, give the Network.
    max_memory : int, default=2**31
        Bytes that the sorted edges of each block may take in memory, and bytes that the births of degree 1 may. Above
        it, dense layers list only each unit's heaviest edges, and lighter ones are looked up in the weights when
        needed: the result is the same. Births of degree 1 that need more are refused.

    Attributes
    ----------
    blocks_ : tuple of (str, int)
        Blocks of the diagrams: (layer, degree).
    scales_ : dict of str to float
        Factor per operator, learnt by ``normalize="layer"`` and ``"layer_rms"``; empty otherwise.
    thresholds_ : dict of str to float
        Lightest phi that exists per operator, learnt by `keep_quantile`, after `scales_`; empty otherwise.
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
    Products are taken in float64, which is exact for float32 networks; nothing is approximated. Given graphs make one
    block, "graph", whose edges are one operator of that name; `scope`, `layers`, `include_input` and `edges` do not
    concern them.

    **Blocks.** Weighted operators A and B are consecutive if B reads a layer of units that A makes, or that
    poolings and the like make of these. Their graph has the edges of both, of what lies between, and of every
    operator without learned weights that joins layers of the block. In a chain: each layer and the next. In a
    residual network: the two convolutions inside an identity branch make a block with that branch; a sum's units are
    those of the convolution before it, which therefore makes a block with every operator that reads the sum.

    **Degree 1** of a graph has essential classes only, abs(E) - abs(V) + c of them, with E edges, V vertices that have
    an edge and c components. Each is born at an edge outside the maximum spanning forest. Two edges between the
    same two units count as two. Where only their number is wanted, :meth:`count_cycles` lists no edges.

    **Quantiles** are phi of edges, exactly: the least phi such that at least the share q of all is not above it.

    Cost: sorting each unit's edges once in ``fit`` (about 10 ns per weight and 12 bytes of memory for a dense
    layer; up to three times as much for a convolution, whose weights are few), then per sample a time that grows with
    the vertices, about 0.1 microseconds each, rather than with the edges, of which a small part is looked at. Degree 1:
    listing and sorting all edges of every sample, and diagrams of 16 bytes per edge.
    `keep_quantile`: about thirty counts of the edges of each sample in ``fit``, each with one bisection per unit.

    References
    ----------
    Gebhart, Schrater, Hylton. Characterizing the shape of activation space in deep neural networks.
    arXiv 1901.09496, 2019.

    Goibert, Ricatte, Dohmatob. An adversarial robustness perspective on the topology of neural networks.
    arXiv 2211.02675, 2022. (Under-optimised edges.)

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

    def __init__(
        self,
        *,
        scope="network",
        births="edge",
        include_input=True,
        normalize=None,
        keep=None,
        n_jobs=None,
        layers=None,
        degrees=(0,),
        keep_quantile=None,
        edges=None,
        edge_quantile=0.1,
        initial=None,
        max_memory=2**31,
    ):
        self.scope = scope
        self.births = births
        self.include_input = include_input
        self.normalize = normalize
        self.keep = keep
        self.n_jobs = n_jobs
        self.layers = layers
        self.degrees = degrees
        self.keep_quantile = keep_quantile
        self.edges = edges
        self.edge_quantile = edge_quantile
        self.initial = initial
        self.max_memory = max_memory

    def fit(self, X, y=None):
        """Check the network and prepare its edges.

        Parameters
        ----------
        X : Activations, list of sparse matrices, or array-like of shape (n_samples, n_features)
            Activations with a Network; or symmetric weighted adjacency matrices, one per sample; or a matrix, of
            which each row holds the weights of the edges of a path graph. Of given weights the absolute value is
            taken; diagonals are left out.
        y : ignored

        Returns
        -------
        self : GraphFiltration

        Raises
        ------
        ValueError
            If a parameter or `X` cannot be used; the message says what to do.
        """
        check_option(self, "scope", ("network", "block", "layer"))
        check_option(self, "births", ("edge", "all"))
        check_option(self, "normalize", (None, "sample", "layer", "layer_rms"))
        check_option(self, "edges", (None, "under_optimised"))
        check_flag(self, "include_input")
        check_n_jobs(self)
        degrees = check_degrees(self.degrees)
        check_max_memory(self.max_memory)
        self.input_kind_ = kind_of(X, type(self).__name__)
        self.scales_, self.thresholds_ = {}, {}
        if self.input_kind_ == "activations":
            operators = self._fit_network(X)
            censuses = [census_of(operator) for operator in operators] if self._needs_censuses(degrees) else []
        else:
            censuses = self._fit_graphs(X)
        self._check_keep()
        self._learn(X, censuses)
        self._censuses = [census.sort() for census in censuses] if 1 in degrees else None
        self.blocks_ = tuple((plan.layer, degree) for plan in self._plans for degree in degrees)
        return self

    def _needs_censuses(self, degrees):
        return 1 in degrees or self.keep_quantile is not None or self.normalize in ("layer", "layer_rms")

    def _fit_network(self, X):
        """Make plans; returns the graph's operators."""
        network = check_network(X, type(self).__name__)
        chosen = chosen_operators(network, self.layers, self.include_input, type(self).__name__)
        check_weights(chosen)
        groups = groups_of(network, chosen, self.scope)
        used = {id(operator) for _, group in groups for operator in group}
        self._positions = [i for i, operator in enumerate(network.operators) if id(operator) in used]
        self._weights = {}
        operators = self._operators_of(network)
        check_recorded(X, operators, type(self).__name__)
        at = {id(network.operators[i]): j for j, i in enumerate(self._positions)}
        self._members = [[at[id(operator)] for operator in group] for _, group in groups]
        if self.edges is not None:
            operators = under_optimised(operators, self.edge_quantile, self.initial)
            self._weights = {i: o.weight for i, o in zip(self._positions, operators, strict=True) if o.weighted}
        self._plans = [
            plan_operators(layer, [operators[j] for j in members], self.max_memory)
            for (layer, _), members in zip(groups, self._members, strict=True)
        ]
        self.network_digest_ = network.digest
        return operators

    def _operators_of(self, network):
        """The graph's operators, with the weights that are left."""
        return [
            replace(network.operators[i], weight=self._weights[i]) if i in self._weights else network.operators[i]
            for i in self._positions
        ]

    def _fit_graphs(self, X):
        X = self._check_graphs(X, reset=True)
        n_vertices = X.shape[1] + 1 if self.input_kind_ == "matrix" else max(graph.shape[0] for graph in X)
        self._plans = [plan_listed("graph", n_vertices)]
        self._members = [[0]]
        return [GivenCensus()]

    def _check_graphs(self, X, *, reset):
        if self.input_kind_ == "adjacency":
            return check_adjacency(X)
        return np.abs(check_matrix(self, X, reset=reset))

    def _learn(self, X, censuses):
        if self.keep_quantile is None and self.normalize not in ("layer", "layer_rms"):
            return
        samples = self._samples_of(X)
        if self.normalize in ("layer", "layer_rms"):
            self.scales_ = learn_scales(self.normalize, censuses, samples, self._run)
        if self.keep_quantile is not None:
            self.thresholds_ = learn_thresholds(self.keep_quantile, censuses, self.scales_, samples, self._run)

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
            If X is of another kind or network than in fit, holds NaN or infinity, or has more births of degree 1
            than fit into `max_memory`.
        """
        samples = self._checked_samples(X)
        if self._censuses is not None:
            self._check_memory(samples)
        return self._collect(self._pairs(samples, X), X)

    def count_cycles(self, X):
        """Number of independent cycles of each sample's graphs: its classes of degree 1, without their births.

        Parameters
        ----------
        X : as in transform

        Returns
        -------
        ndarray of int64 of shape (n_samples, n_layers)
            One column per layer of ``blocks_``, whatever its degrees: abs(E) - abs(V) + c.

        Raises
        ------
        ValueError
            As in transform.

        Notes
        -----
        No edge is listed. Cost: a spanning forest, and a product per unit, or with thresholds a bisection in the
        unit's sorted weights; these are sorted anew in each call unless 1 is in `degrees`.

        Examples
        --------
        >>> from scipy import sparse
        >>> from sktopo import GraphFiltration
        >>> square = sparse.csr_matrix([[0, 1, 0, 2], [1, 0, 3, 0], [0, 3, 0, 4], [2, 0, 4, 0]])
        >>> GraphFiltration().fit([square]).count_cycles([square])
        array([[1]])
        """
        samples, censuses = self._checked_samples(X), self._censuses
        if censuses is None:
            censuses = self._new_censuses(X)
            if self.thresholds_ or self.keep:
                censuses = [census.sort() for census in censuses]
        counts = self._run(lambda sample: self._count(sample, censuses), samples)
        return np.array(counts, dtype=np.int64).reshape(len(samples), len(self._plans))

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
        if self.births == "all":
            raise ValueError(
                "Merge trees are of vertices born at their strongest edge, and this GraphFiltration has births='all'. "
                "Use births='edge'."
            )
        return self._run(lambda sample: self._trees(sample, apply), self._checked_samples(X))

    def _new_censuses(self, X):
        if self.input_kind_ != "activations":
            return [GivenCensus()]
        return [census_of(operator) for operator in self._operators_of(X.network)]

    def _checked_samples(self, X):
        """Samples of an X that is fit to be transformed."""
        check_is_fitted(self)
        self._check_keep()  # it may have been set since, and so may n_jobs
        check_n_jobs(self)
        kind = kind_of(X, type(self).__name__)
        if kind != self.input_kind_:
            raise ValueError(f"{type(self).__name__} was fitted on {self.input_kind_} and got {kind}. Fit it again.")
        if kind == "activations":
            network = check_network(X, type(self).__name__)
            if network.digest != self.network_digest_:
                raise ValueError(
                    f"These activations come from another network than the one {type(self).__name__} was fitted on "
                    "(its weights or layers differ). Fit it on activations of this network."
                )
            check_recorded(X, [network.operators[i] for i in self._positions], type(self).__name__)
        return self._samples_of(X)

    def _samples_of(self, X):
        if self.input_kind_ == "activations":
            return recorded_samples(X)
        return listed_samples(self._check_graphs(X, reset=False), self.input_kind_)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "blocks_")
