"""Neural persistence: how late the units of each layer join when its weights come heaviest first.

A network without input goes in, one number per layer comes out, from the maximum spanning tree of the layer's
graph. After Rieck et al., arXiv 1812.09764; `persistence_curve` follows it through a training run.
"""

import numbers

import numpy as np
from sklearn.utils import Bunch

from sktopo._numeric.matrix_forest import forest_of_matrix
from sktopo.filtration.deep_graph import deep_graph_persistence
from sktopo.filtration.plan import plan_operators
from sktopo.filtration.tree_norm import check_power, tree_norm
from sktopo.filtration.weights import weighted_operators

__all__ = ["neural_persistence", "persistence_curve"]


def neural_persistence(model, *, p=2, normalize=True, convolution="unrolled"):
    """Neural persistence of every weighted layer, and its mean.

    The absolute weights of the whole network are divided by the largest. All units of a layer's bipartite graph are
    there from the start, at 1; edges come heaviest first, and each edge of the maximum spanning tree ends one
    component at its weight. What never ends, ends at 0. The score is the p-norm of all persistences.

    Parameters
    ----------
    model : torch.nn.Module, Network, Activations, fitted ActivationExtractor, or dict of str to array
        Whose weights are meant. A dict holds arrays or tensors of shape (n_out, n_in), or is a state dict; entries
        with fewer than two axes (biases) are passed over. Of a module, linear and convolution layers count, in order
        of registration. A Network has batch normalisation folded into its weights, a bare module has not.
    p : float, default=2
        Power of the norm, at least 1; infinity gives the maximum.
    normalize : bool, default=True
        Divide by ``(n_units - 1) ** (1 / p)``, the bound of Rieck et al.
    convolution : {"unrolled", "matrix"}, default="unrolled"
        "unrolled" takes a convolution as what it is on its images: every place of every filter is an edge, which needs
        a description (Network, Activations, extractor). "matrix" takes its filters as a matrix of shape
        (n_channels_out, n_channels_in * n_taps).

    Returns
    -------
    result : :class:`~sklearn.utils.Bunch`
        layers : tuple of str
            Names of the layers.
        scores : ndarray of shape (n_layers,)
            Neural persistence per layer.
        mean : float
            Their mean, the score of the network.
        weight_std : ndarray of shape (n_layers,)
            Standard deviation of the layer's weights, divided by the largest absolute weight of the network: the
            plain number to compare the score with.
        trees : list of ndarray
            Weights of each layer's maximum spanning tree, heaviest first, as they are in the network.
        n_units : int ndarray of shape (n_layers,)
            Units in each layer's graph, inputs and outputs.
        scale : float
            The largest absolute weight of the network.

    Raises
    ------
    ValueError
        If there is no weighted layer, if weights are NaN, infinite or all zero, or if a convolution has no
        description.

    See Also
    --------
    deep_graph_persistence : The paths of the whole network in one graph.
    persistence_curve : The scores of many snapshots.
    GraphFiltration : The graph of a network on each input, weighted by activations.

    Notes
    -----
    As in the code that the authors released, the one class of the whole tree counts with persistence 1, as does every
    further component where zero weights or a convolution leave the graph in parts. So the score of the layer that
    has the largest weight is at most 1, and another layer's may exceed 1 by a factor of ``(n / (n - 1)) ** (1 / p)``.
    If all weights of a layer are c times the largest, its score is close to 1 - c. A dense layer that is applied at
    several positions counts once.

    Cost: a few passes over the weights of a dense layer, and sorting a small part of them; for an unrolled convolution,
    sorting its filters and a sweep as in GraphFiltration. Exact, in float64.

    References
    ----------
    Rieck, Togninalli, Bock, Moor, Horn, Gumbsch, Borgwardt. Neural persistence: a complexity measure for deep neural
    networks using algebraic topology. ICLR 2019, arXiv 1812.09764.

    Girrbach, Christensen, Winther, Akata, Koepke. Addressing caveats of neural persistence with deep graph persistence.
    TMLR 2023, arXiv 2307.10865.

    Examples
    --------
    >>> from sktopo import neural_persistence
    >>> result = neural_persistence({"hidden": [[0.5, -1.0], [4.0, 0.2]], "output": [[2.0, -2.0]]})
    >>> result.layers, result.scores.round(4), round(result.mean, 4)
    (('hidden', 'output'), array([0.8809, 0.866 ]), 0.8735)
    >>> [tree.tolist() for tree in result.trees]
    [[4.0, 1.0, 0.5], [2.0, 2.0]]
    """
    check_power(p, "neural_persistence")
    operators = weighted_operators(model, convolution)
    scale = max(float(np.abs(operator.weight).max()) for operator in operators)
    forests = [_forest(operator) for operator in operators]
    scores = np.array([tree_norm(tree / scale, n_units, p, normalize) for tree, n_units in forests])
    return Bunch(
        layers=tuple(operator.name for operator in operators),
        scores=scores,
        mean=float(scores.mean()),
        weight_std=np.array([float(operator.weight.std(dtype=np.float64)) / scale for operator in operators]),
        trees=[tree for tree, _ in forests],
        n_units=np.array([n_units for _, n_units in forests]),
        scale=scale,
    )


def persistence_curve(snapshots, *, measure="neural", **options):
    """Scores of a network at several times, such as the epochs of its training.

    Parameters
    ----------
    snapshots : iterable
        What :func:`neural_persistence` or :func:`deep_graph_persistence` accepts, one after the other. Each snapshot is
        scored before the next is asked for, so a generator may yield one and the same module after every epoch.
    measure : {"neural", "deep"}, default="neural"
        Which of the two functions scores a snapshot.
    **options
        Handed on to that function.

    Returns
    -------
    result : :class:`~sklearn.utils.Bunch`
        layers : tuple of str
            Names of the layers; ``("network",)`` for "deep".
        scores : ndarray of shape (n_snapshots, n_layers)
            Score per snapshot and layer.
        mean : ndarray of shape (n_snapshots,)
            Mean over layers, the score of the network.
        weight_std : ndarray of shape (n_snapshots, n_layers)
            For "neural" only.

    Raises
    ------
    ValueError
        If there is no snapshot, or the layers of two snapshots differ.

    See Also
    --------
    neural_persistence : The scores of one network.
    sktopo.datasets.train_epochs : Trains, and yields the network after every epoch.

    Examples
    --------
    >>> from sktopo import persistence_curve
    >>> from sktopo.datasets import load_digits_images, make_mlp, train_epochs
    >>> images, digits = load_digits_images()
    >>> curve = persistence_curve(train_epochs(make_mlp(), images[:500], digits[:500], epochs=3))
    >>> curve.layers, curve.scores.shape
    (('fc1', 'fc2', 'fc3'), (3, 3))
    """
    if measure not in ("neural", "deep"):
        raise ValueError(
            f"The 'measure' parameter of persistence_curve must be 'neural' or 'deep'. Got {measure!r} instead."
        )
    if measure == "deep" and options.get("per_input"):
        raise ValueError("persistence_curve scores networks without input. Leave out per_input=True.")
    rows = []
    for snapshot in _checked_snapshots(snapshots):
        rows.append(_row(snapshot, measure, options))
        if rows[-1].layers != rows[0].layers:
            raise ValueError(
                f"Snapshot {len(rows) - 1} has layers {rows[-1].layers}, the first one has {rows[0].layers}. Give "
                "snapshots of one network."
            )
    if not rows:
        raise ValueError("Found 0 snapshot(s), while at least one is required.")
    names = ["scores", "mean"] + (["weight_std"] if measure == "neural" else [])
    return Bunch(layers=rows[0].layers, **{name: np.array([row[name] for row in rows]) for name in names})


def _row(snapshot, measure, options):
    """What is kept of one snapshot; matrices and trees are not."""
    if measure == "neural":
        return neural_persistence(snapshot, **options)
    score = deep_graph_persistence(snapshot, **options).score
    return Bunch(layers=("network",), scores=np.array([score]), mean=score)


def _checked_snapshots(snapshots):
    """Snapshots one by one; a single network is refused, since a Sequential would iterate over its layers."""
    single = any(hasattr(snapshots, name) for name in ("named_modules", "keys", "operators", "network", "network_"))
    if single or isinstance(snapshots, str | numbers.Number) or not hasattr(snapshots, "__iter__"):
        raise ValueError(
            f"persistence_curve expects an iterable of snapshots. Got one {type(snapshots).__name__} instead. Call "
            "neural_persistence or deep_graph_persistence on it, or give a list."
        )
    return snapshots


def _forest(operator):
    """(weights of a maximum spanning forest, heaviest first; number of units) of one layer."""
    if operator.kind == "dense":
        return forest_of_matrix(operator.weight), sum(operator.weight.shape)
    plan = plan_operators(operator.name, [operator])
    components = plan.forest_of(np.ones(len(operator.source_units)), [], np.zeros(1))
    return components.forest_phi[: components.counts[0]].copy(), plan.n_vertices
