"""What filtrations refuse, each with a sentence that says the cure."""

import numpy as np
from scipy import sparse

__all__ = ["check_adjacency", "check_network", "check_option", "check_recorded", "check_weights"]


def check_option(estimator, name, allowed):
    """A parameter must be one of a few values."""
    value = getattr(estimator, name)
    if not (value is None or isinstance(value, str)) or value not in allowed:
        options = ", ".join(repr(option) for option in allowed)
        raise ValueError(
            f"The {name!r} parameter of {type(estimator).__name__} must be one of {options}. Got {value!r} instead."
        )


def check_network(X, who="GraphFiltration"):
    """The Network of Activations, or the reason why there is none."""
    if X.network is None:
        reason = X.network_error or "these Activations carry no description of the network that made them."
        raise ValueError(f"{who} needs the network's graph. {reason}")
    if len(X) == 0:
        raise ValueError("Found Activations with 0 sample(s), while at least one is required.")
    return X.network


def check_weights(network):
    """Weights must be finite."""
    for operator in network.operators:
        if not np.isfinite(operator.weights_array).all():
            raise ValueError(
                f"The weights of {operator.name!r} contain NaN or infinity. Train the network again or repair them."
            )


def check_recorded(X, operators, who="GraphFiltration"):
    """Every value that an operator reads must have been recorded, with the right size, and be finite."""
    reads = {}
    for operator in operators:
        pairs = operator.reads if hasattr(operator, "reads") else [(operator.name, operator.source)]
        for name, source in pairs:
            reads.setdefault(source, name)
    for source, name in reads.items():
        if source not in X.layers:
            raise ValueError(
                f"{who} needs the values of {source!r}, which feed {name!r}, and they were not recorded. "
                "Use ActivationExtractor(model, layers='auto')."
            )
        _check_finite(X[source], source)


def _check_finite(values, layer):
    if np.isfinite(np.sum(values, dtype=np.float64)):  # a sum is finite only if every term is, up to overflow
        return
    finite = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    if not finite.all():
        sample = int(np.flatnonzero(~finite)[0])
        raise ValueError(f"Layer {layer!r} contains NaN or infinity in sample {sample}. Remove or repair that input.")


def check_adjacency(X):
    """A list of square, symmetric, real, finite sparse matrices, as CSR."""
    graphs = []
    for i, graph in enumerate(X):
        if graph.ndim != 2 or graph.shape[0] != graph.shape[1]:
            raise ValueError(f"Graph {i} must be a square adjacency matrix. Got shape {graph.shape} instead.")
        if np.iscomplexobj(graph.data):
            raise ValueError(f"Graph {i}: complex data not supported.")
        graph = sparse.csr_matrix(graph)
        if not np.isfinite(graph.data).all():
            raise ValueError(f"Graph {i} contains NaN or infinity.")
        if abs(graph - graph.T).nnz:
            raise ValueError(
                f"Graph {i} is not symmetric. Edges have no direction: give graph + graph.T, or graph.maximum(graph.T)."
            )
        graphs.append(graph)
    return graphs
