"""TopologicalUncertainty: how far the spanning trees of an input's activation graph are from those of its class.

Activations go in. The persistence of every layer's graph, with all units there from the start, is the sorted list of
its maximum spanning tree's weights, so the distance of two diagrams is that of two sorted lists. After Lacombe, Ike,
Carriere, Chazal, Glisse and Umeda, arXiv 2105.04404.
"""

import numbers

import numpy as np

from sktopo.detection.base import Detector
from sktopo.detection.classes import known_class
from sktopo.filtration.graph import GraphFiltration

__all__ = ["TopologicalUncertainty"]


class TopologicalUncertainty(Detector):
    r"""Distance of an input's layer-wise spanning trees to the mean trees of the class that the network predicts.

    For every weighted layer the edges between its units weigh ``abs(w * h)``; the weights of the maximum spanning
    tree, sorted, are compared with their mean over the inputs of fit that the network puts into the same class.

    Parameters
    ----------
    layers : str, sequence of str, or None, default=None
        Names of the operators whose trees count, as in :class:`GraphFiltration`; None takes all weighted ones.
    p : {1, 2}, default=2
        Distance of two lists. 2: Euclidean, to the mean; 1: sum of absolute differences, to the median.
    logits : str or int, default=-1
        The layer that holds the logits, by name or by position among the recorded ones.
    contamination : float in (0, 0.5], default=0.1
        Share of the inputs of fit that `predict` calls outliers.
    n_jobs : int or None, default=None
        Threads over samples. The result does not depend on it.

    Attributes
    ----------
    classes_ : int ndarray of shape (n_classes,)
        Classes that the network predicted in fit.
    centers_ : dict of str to ndarray of shape (n_classes, n_weights)
        Per layer and class, the mean or median list, heaviest weight first.
    filtration_ : GraphFiltration
        Fitted; it makes the trees.
    offset_ : float
        The threshold on the score.
    layers_ : tuple of str
        Layers of the Activations that were fitted; empty for a matrix.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    GraphFiltration : ``scope="layer", births="all"`` gives the same trees as diagrams.

    Notes
    -----
    The score is minus the mean over layers of :math:`\lVert t - c \rVert_p / n`, with t the list of n weights and c
    that of the class. A graph with parts that no edge joins is completed by edges of weight 0, as if dead units hung on
    the tree by zero weights. An input whose predicted class no input of fit had is compared with the nearest class.
    A row of a matrix is read as the edge weights of a path graph, and all rows are of one class.

    Cost: a spanning forest per layer and input, as in GraphFiltration. Memory in fit: 8 bytes per input and unit.

    References
    ----------
    Lacombe, Ike, Carriere, Chazal, Glisse, Umeda. Topological uncertainty: monitoring trained neural networks through
    persistence of activation graphs. IJCAI 2021, arXiv 2105.04404.

    Examples
    --------
    >>> from sktopo import ActivationExtractor, TopologicalUncertainty
    >>> from sktopo.datasets import load_digits_images, make_mlp, train_network
    >>> images, digits = load_digits_images()
    >>> model = train_network(make_mlp(), images[:1000], digits[:1000], epochs=10)
    >>> extractor = ActivationExtractor(model).fit(images)
    >>> detector = TopologicalUncertainty().fit(extractor.transform(images[:1000]))
    >>> normal = detector.score_samples(extractor.transform(images[1000:]))
    >>> inverted = detector.score_samples(extractor.transform(1 - images[1000:]))
    >>> bool(normal.mean() > inverted.mean())
    True
    """

    def __init__(self, *, layers=None, p=2, logits=-1, contamination=0.1, n_jobs=None):
        self.layers = layers
        self.p = p
        self.logits = logits
        self.contamination = contamination
        self.n_jobs = n_jobs

    def layer_scores(self, X):
        """What every layer adds to the score.

        Parameters
        ----------
        X : as in fit

        Returns
        -------
        float64 ndarray of shape (n_samples, n_layers)
            Columns in the order of ``centers_``; their mean is the score.
        """
        self._check_is_fitted()
        return self._layer_scores(self._read(X, reset=False))

    def _check_parameters(self):
        super()._check_parameters()
        if isinstance(self.p, bool) or not isinstance(self.p, numbers.Real) or self.p not in (1, 2):
            raise ValueError(f"The 'p' parameter of TopologicalUncertainty must be 1 or 2. Got {self.p!r} instead.")

    def _learn(self, points):
        self.filtration_ = GraphFiltration(scope="layer", births="all", layers=self.layers, n_jobs=self.n_jobs)
        self.filtration_.fit(points.X)
        center = np.mean if self.p == 2 else np.median
        self.classes_ = np.unique(points.predicted)
        self.centers_ = {
            layer: np.stack([center(lists[points.predicted == label], axis=0) for label in self.classes_])
            for layer, lists in self._trees(points)
        }

    def _score(self, points):
        return self._layer_scores(points).mean(axis=1)

    def _layer_scores(self, points):
        trees = dict(self._trees(points))
        own = self._own_class(points.predicted, trees)
        distances = [_distances(lists, self.centers_[layer][own], self.p) for layer, lists in trees.items()]
        return -np.stack(distances, axis=1)

    def _own_class(self, predicted, trees):
        """Position in ``classes_`` of the predicted class, or of the nearest where fit did not see it."""
        nearness = np.zeros((len(predicted), len(self.classes_)))
        unseen = ~np.isin(predicted, self.classes_)
        if unseen.any():
            for layer, lists in trees.items():
                for k, center in enumerate(self.centers_[layer]):
                    nearness[unseen, k] += _distances(lists[unseen], center, self.p)
        return known_class(predicted, self.classes_, nearness)

    def _trees(self, points):
        """(layer, sorted weights of shape (n_samples, n_weights)) of every layer."""
        diagrams = self.filtration_.set_params(n_jobs=self.n_jobs).transform(points.X)
        for j, (layer, _) in enumerate(diagrams.blocks):
            yield layer, _sorted_weights(diagrams, j)


def _distances(lists, centers, p):
    """Distance of every list to its center, per weight."""
    differences = lists - centers
    if p == 2:
        return np.sqrt(np.einsum("ij,ij->i", differences, differences)) / lists.shape[1]
    return np.abs(differences, out=differences).sum(axis=1) / lists.shape[1]


def _sorted_weights(diagrams, block):
    """Weights of each sample's tree, heaviest first and filled up with zeros, from deaths of classes born at once."""
    weights = np.zeros((len(diagrams), max(1, diagrams.max_pairs[block] - 1)))
    starts, stops = (diagrams.offsets[block + side :: len(diagrams.blocks)] for side in (0, 1))
    for row, start, stop in zip(weights, starts, stops, strict=False):  # starts has the end of all, too
        deaths = diagrams.death[start:stop]  # strongest first, then the essential classes
        n_edges = np.searchsorted(deaths, np.inf)
        row[:n_edges] = -deaths[:n_edges]
    return weights
