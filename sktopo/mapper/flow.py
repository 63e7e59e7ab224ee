"""Flow: how many inputs the nodes of two graphs have in common, such as those of a layer and of the next."""

import numpy as np
from scipy import sparse

from sktopo.mapper.graph import MapperGraph

__all__ = ["node_flow"]


def node_flow(source, target):
    """Inputs that are in a node of one graph and in a node of another.

    Parameters
    ----------
    source, target : MapperGraph
        Of the same inputs in the same order, such as two layers of one :class:`Mapper`. How many points an input has in
        each does not matter.

    Returns
    -------
    csr_matrix of int64 of shape (n_source_nodes, n_target_nodes)
        Every input counts once for each pair of nodes that both hold a point of it.

    Raises
    ------
    TypeError
        If one of them is no graph.
    ValueError
        If the graphs are of different numbers of inputs, or know different classes.

    Notes
    -----
    One product of sparse matrices; the cost is, summed over inputs, the number of source nodes times the number of
    target nodes that hold the input. An input that is in several nodes counts in several rows, so that rows may add
    up to more than their node holds; and to less, where inputs are in no node of the target.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Activations, Mapper, node_flow
    >>> values = np.concatenate([np.linspace(0, 1, 30), np.linspace(3, 4, 30)])[:, None]
    >>> layers = Activations({"apart": values, "folded": np.minimum(values, 4 - values)})
    >>> mapper = Mapper(lambda points: points[:, 0], n_intervals=1, eps=0.5).fit(layers)
    >>> node_flow(mapper.graphs_["apart"], mapper.graphs_["folded"]).toarray()
    array([[30],
           [30]])
    """
    _check_same_inputs(source, target)
    ours, theirs = _nodes_by_inputs(source), _nodes_by_inputs(target)
    flow = sparse.csr_matrix(ours @ theirs.T, dtype=np.int64)
    flow.sort_indices()
    return flow


def _check_same_inputs(source, target):
    for name, graph in (("source", source), ("target", target)):
        if not isinstance(graph, MapperGraph):
            raise TypeError(
                f"The {name} must be a MapperGraph, such as mapper.graphs_['conv1']. "
                f"Got {type(graph).__name__} instead."
            )
    counts = _n_inputs(source), _n_inputs(target)
    if counts[0] != counts[1]:
        raise ValueError(
            f"The source is a graph of {counts[0]} inputs and the target of {counts[1]}. Give two graphs of the same "
            "inputs, such as two layers of one Mapper."
        )
    known = [graph.classes for graph in (source, target) if graph.classes is not None]
    if len(known) == 2 and not np.array_equal(*known):
        raise ValueError(
            f"The source knows the classes {known[0].tolist()} and the target {known[1].tolist()}, so their inputs "
            "differ. Give two graphs of the same inputs, such as two layers of one Mapper."
        )


def _n_inputs(graph):
    return int(graph.of_input.max(initial=-1)) + 1


def _nodes_by_inputs(graph):
    """Sparse matrix (n_nodes, n_inputs) of ones where the node holds a point of the input."""
    held = graph.membership.tocoo()
    matrix = sparse.csr_matrix(
        (np.ones(len(held.row), dtype=np.int64), (held.row, graph.of_input[held.col])),
        shape=(graph.n_nodes, _n_inputs(graph)),
    )
    matrix.data[:] = 1  # several points of one input are one input
    return matrix
