"""Deep graph persistence: the spanning tree of all best paths from inputs to outputs.

A path is as good as its lightest edge, and of all paths that join an input unit to an output unit the best one
counts. After Girrbach et al., arXiv 2307.10865.
"""

from dataclasses import replace
from functools import cached_property, reduce

import numpy as np
from sklearn.utils import Bunch

from sktopo._numeric.matrix_forest import forest_of_matrix
from sktopo._numeric.max_min import BLOCK, carry_edges, carry_operator, max_min_product
from sktopo.filtration.checks import check_network, check_recorded
from sktopo.filtration.plan import plan_operators
from sktopo.filtration.tree_norm import check_power, tree_norm
from sktopo.filtration.weights import chained, checked, network_of

__all__ = ["deep_graph_persistence"]


def deep_graph_persistence(model, *, p=2, normalize=True, standardize=False, per_input=False):
    """Persistence of the paths through a whole network.

    The matrix of path values has an entry for every input unit and output unit: over all paths that lead forward from
    one to the other, the largest value of the smallest absolute weight on the path. It is taken as the weights of one
    dense layer, whose maximum spanning tree is scored as in :func:`neural_persistence`.

    Parameters
    ----------
    model : torch.nn.Module, Network, Activations, fitted ActivationExtractor, or dict of str to array
        As in :func:`neural_persistence`. Layers of a bare module or dict must be dense and each feed the next;
        convolutions, pooling and branches need a description.
    p : float, default=2
        Power of the norm, at least 1.
    normalize : bool, default=True
        Divide by ``(n_inputs + n_outputs - 1) ** (1 / p)``.
    standardize : bool, default=False
        Shift and scale the weights of each layer to mean 0 and standard deviation 1 first, as Girrbach et al. do to be
        rid of the variance of the weights.
    per_input : bool, default=False
        Weigh the edges by ``abs(w * h)``, with h what enters the layer, as in :class:`GraphFiltration`; one score per
        sample. Needs Activations with ``layers="auto"``.

    Returns
    -------
    result : :class:`~sklearn.utils.Bunch`
        score : float, or ndarray of shape (n_samples,) with `per_input`
            Deep graph persistence.
        matrix : ndarray of shape (n_inputs, n_outputs), or (n_samples, n_inputs, n_outputs)
            Path values in units of the weights; 0 where no path leads.
        tree : ndarray, or list of ndarray
            Weights of the maximum spanning tree of the matrix, heaviest first.
        scale : float, or ndarray of shape (n_samples,)
            The largest edge of the network, which matrix and tree are divided by for the score.

    Raises
    ------
    ValueError
        If layers do not chain, weights are NaN, infinite or all zero, or values were not recorded.

    See Also
    --------
    neural_persistence : Each layer by itself.

    Notes
    -----
    Without input, whatever is neither dense nor a convolution (pooling, the identity branch of a residual sum) lets
    every path pass as it is, max pooling from every element of its window. With `per_input` their edges weigh what they
    weigh in GraphFiltration, and count for the scale. Input units are those of layers that no operator makes, output
    units those of layers that feed none. An input on which nothing is active has the scale 0, and no tree.

    Cost: each edge times the number of outputs (for dense layers in a row, of inputs if there are fewer) at most. An
    edge lighter than all that a unit's paths have already is passed over; nothing is approximated and no edge list is
    made.

    References
    ----------
    Girrbach, Christensen, Winther, Akata, Koepke. Addressing caveats of neural persistence with deep graph persistence.
    TMLR 2023, arXiv 2307.10865.

    Examples
    --------
    >>> from sktopo import deep_graph_persistence
    >>> result = deep_graph_persistence({"hidden": [[0.5, -1.0], [4.0, 0.2]], "output": [[2.0, -3.0]]})
    >>> result.matrix.tolist(), result.scale
    ([[3.0], [1.0]], 4.0)
    >>> round(result.score, 4)
    0.9014
    """
    check_power(p, "deep_graph_persistence")
    graph = _Paths(model, standardize)
    if not per_input:
        return _score(*graph.static(), p, normalize)
    if not (hasattr(model, "layers") and hasattr(model, "network")):
        raise ValueError(
            "per_input=True needs recorded activations. Give ActivationExtractor(model, layers='auto')"
            f".fit_transform(X). Got {type(model).__name__} instead."
        )
    check_network(model, "deep_graph_persistence")
    check_recorded(model, graph.operators, "deep_graph_persistence")
    results = [_score(*graph.on_input(model, i), p, normalize) for i in range(len(model))]
    return Bunch(
        score=np.array([result.score for result in results]),
        matrix=np.array([result.matrix for result in results]),
        tree=[result.tree for result in results],
        scale=np.array([result.scale for result in results]),
    )


def _score(matrix, scale, p, normalize):
    tree = forest_of_matrix(matrix.T)
    score = tree_norm(tree / scale if scale > 0 else tree, sum(matrix.shape), p, normalize)
    return Bunch(score=score, matrix=matrix, tree=tree, scale=scale)


class _Paths:
    """A network's plan, its operators in order, and its input and output units among the plan's vertices."""

    def __init__(self, model, standardize):
        network = network_of(model)
        operators = chained(model) if network is None else network.operators
        checked([operator for operator in operators if operator.weighted])
        if standardize:
            operators = [_standardized(operator) if operator.weighted else operator for operator in operators]
        self.operators = list(operators)
        self.ends = _ends(network, operators)

    @cached_property
    def plan(self):
        """The plan, which dense layers in a row can do without."""
        return plan_operators("network", self.operators)

    @cached_property
    def local_ends(self):
        """Input and output units by the plan's numbers."""
        vertices = _vertices([o.source_units for o in self.operators], [o.target_units for o in self.operators])
        return [np.searchsorted(vertices, units) for units in self.ends]

    def static(self):
        """(path values, largest weight) without input."""
        largest = max(float(np.abs(o.weight).max()) for o in self.operators if o.weighted)
        if _is_row(self.operators, self.ends):
            return _multiplied([np.abs(operator.weight) for operator in self.operators]), largest
        dtype = self.plan.tables.list_w.dtype
        listed = [(edges.u >= 0, edges.u, edges.v) for edges in self.plan.listed]
        listed = [(np.full(kept.sum(), largest, dtype), u[kept], v[kept]) for kept, u, v in listed]
        return self._values(np.ones(len(self.plan.tables.row_list), dtype), listed, largest), largest

    def on_input(self, X, i):
        """(path values, strongest edge) on sample i of Activations."""

        def values_of(source):
            return np.asarray(X[source][i]).ravel()

        h = np.concatenate([np.abs(values_of(source).astype(np.float64)) for source in self.plan.sources])
        listed = [edges.weigh(values_of(edges.source)) for edges in self.plan.listed]
        forest = self.plan.forest_of(h, listed, np.zeros(len(self.plan.names)))
        strongest = float(forest.forest_phi[0]) if forest.counts[0] else 0.0
        return self._values(h, listed, strongest), strongest

    def _values(self, h, listed, largest):
        """Best path value of every (input, output), a block of outputs at a time."""
        outputs = self.local_ends[1]
        blocks = [outputs[at : at + BLOCK] for at in range(0, len(outputs), BLOCK)]
        return np.concatenate([self._block(outputs, h, listed, largest) for outputs in blocks], axis=1)

    def _block(self, outputs, h, listed, largest):
        reach = np.zeros((self.plan.n_vertices, len(outputs)), dtype=h.dtype)
        reach[outputs, np.arange(len(outputs))] = largest
        tables, o, e = self.plan.tables, len(self.plan.names), len(listed)
        for operator in reversed(self.operators):
            if operator.weighted:
                o -= 1
                carry_operator(tables, o, h, reach)
            else:
                e -= 1
                carry_edges(*listed[e], reach)
        return reach[self.local_ends[0]].astype(np.float64)


def _is_row(operators, ends):
    """Whether all layers are dense and each reads what the one before it makes, and nothing else."""
    if not all(operator.kind == "dense" and operator.n_positions == 1 for operator in operators):
        return False
    met = [*(operator.source_units for operator in operators), ends[1]]
    made = [ends[0], *(operator.target_units for operator in operators)]
    return all(np.array_equal(a, b) for a, b in zip(met, made, strict=True))


def _multiplied(weights):
    """(max, min) product of matrices (n_out, n_in), from the end that has fewer units, as (n_inputs, n_outputs)."""
    dtype = np.result_type(*weights)
    weights = [weight.astype(dtype, copy=False) for weight in weights]
    if len(weights[-1]) <= weights[0].shape[1]:
        product = reduce(max_min_product, reversed(weights))
    else:
        product = reduce(lambda right, left: max_min_product(left, right), weights)
    return product.T.astype(np.float64)


def _standardized(operator):
    weight = operator.weight.astype(np.float64)
    if weight.std() == 0:
        raise ValueError(
            f"All weights of {operator.name!r} are equal and cannot be standardized: use standardize=False."
        )
    return replace(operator, weight=(weight - weight.mean()) / weight.std())


def _ends(network, operators):
    """Vertices of the layers that no operator makes, and of those that feed none."""
    if network is None:
        return operators[0].source_units, operators[-1].target_units
    fed = _vertices([operator.source_units for operator in operators])
    made = _vertices([operator.target_units for operator in operators])
    first, last = [], []
    for layer in network.units:
        units = np.arange(layer.offset, layer.offset + layer.size)
        is_fed, is_made = np.isin(units, fed).any(), np.isin(units, made).any()
        if is_fed != is_made:
            (first if is_fed else last).append(units)
    return np.concatenate(first), np.concatenate(last)


def _vertices(*arrays):
    vertices = np.unique(np.concatenate([units for group in arrays for units in group]))
    return vertices[vertices >= 0]
