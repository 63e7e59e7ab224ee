"""SubgraphOverlap: how much of an input's persistent subgraphs is what its class usually has.

After Gebhart, Schrater and Hylton, arXiv 1901.09496, who compare subgraphs of adversarial inputs with those of classes.
"""

import numbers

import numpy as np
from scipy import sparse

from sktopo.detection.base import Detector
from sktopo.detection.classes import known_class
from sktopo.filtration.subgraphs import PersistentSubgraphs

__all__ = ["SubgraphOverlap"]


class SubgraphOverlap(Detector):
    """Similarity of an input's persistent subgraphs with those of the class that the network predicts.

    Parameters
    ----------
    measure : {"similarity", "difference"}, default="similarity"
        "similarity": mean cosine similarity with the inputs of fit of that class. "difference": minus the share of the
        input's edges that at most `min_share` of them have.
    min_share : float in [0, 1), default=0.0
        For "difference": an edge is the class's if more than this share of its inputs have it.
    mode, weight, select, select_by, include_input, layers, n_jobs
        As in :class:`PersistentSubgraphs`. For "difference" only which edges there are counts.
    logits : str or int, default=-1
        The layer that holds the logits, by name or by position among the recorded ones.
    contamination : float in (0, 0.5], default=0.1
        Share of the inputs of fit that `predict` calls outliers.

    Attributes
    ----------
    subgraphs_ : PersistentSubgraphs
        Fitted.
    classes_ : int ndarray of shape (n_classes,)
        Classes that the network predicted in fit.
    means_ : ndarray of shape (n_classes, n_edges)
        Mean row of every class, or with "difference" whether the edge is the class's.
    offset_ : float
        The threshold on the score.
    layers_ : tuple of str
        Layers of the Activations that were fitted; empty for a matrix.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    PersistentSubgraphs, TopologicalUncertainty

    Notes
    -----
    Edges that no input of fit had count in the length of a row and in the number of its edges. An input whose predicted
    class no input of fit had is compared with the class that it resembles most. An input without edges has similarity
    and difference 0.

    Examples
    --------
    >>> from sktopo import SubgraphOverlap
    >>> rows = [[3.0, 2.0, 0.0], [3.0, 1.0, 0.0]]
    >>> SubgraphOverlap().fit(rows).score_samples([[3.0, 2.0, 0.0], [0.0, 1.0, 5.0]]).round(3)
    array([1. , 0.5])
    >>> SubgraphOverlap(measure="difference").fit(rows).score_samples([[3.0, 2.0, 0.0], [0.0, 1.0, 5.0]])
    array([ 0. , -0.5])
    """

    def __init__(
        self,
        *,
        measure="similarity",
        min_share=0.0,
        mode="basin",
        weight="one",
        select=None,
        select_by="lifetime",
        include_input=True,
        layers=None,
        n_jobs=None,
        logits=-1,
        contamination=0.1,
    ):
        self.measure = measure
        self.min_share = min_share
        self.mode = mode
        self.weight = weight
        self.select = select
        self.select_by = select_by
        self.include_input = include_input
        self.layers = layers
        self.n_jobs = n_jobs
        self.logits = logits
        self.contamination = contamination

    def _check_parameters(self):
        super()._check_parameters()
        if not isinstance(self.measure, str) or self.measure not in ("similarity", "difference"):
            raise ValueError(
                "The 'measure' parameter of SubgraphOverlap must be 'similarity' or 'difference'. "
                f"Got {self.measure!r} instead."
            )
        share = self.min_share
        if not isinstance(share, numbers.Real) or isinstance(share, bool) or not 0 <= share < 1:
            raise ValueError(f"The 'min_share' parameter of SubgraphOverlap must be in [0, 1). Got {share!r} instead.")

    def _learn(self, points):
        names = ("mode", "weight", "select", "select_by", "include_input", "layers", "n_jobs")
        self.subgraphs_ = PersistentSubgraphs(**{name: getattr(self, name) for name in names})
        rows = self.subgraphs_.fit_transform(points.X)
        self.classes_, members = np.unique(points.predicted, return_inverse=True)
        n_members = np.bincount(members)[:, None]
        of_class = sparse.csr_matrix((np.ones(len(members)), (members, np.arange(len(members)))))
        if self.measure == "difference":
            rows.data[:] = 1.0
            self.means_ = ((of_class @ rows).toarray() > self.min_share * n_members).astype(np.float64)
        else:
            self.means_ = (of_class @ rows).toarray() / n_members

    def _score(self, points):
        self.subgraphs_.set_params(n_jobs=self.n_jobs)
        rows, n_unknown = self.subgraphs_.transform_and_count(points.X)
        if self.measure == "difference":
            rows.data[:] = 1.0
            n_edges = np.diff(rows.indptr) + n_unknown
            scores = rows @ self.means_.T / np.maximum(n_edges, 1)[:, None] - (n_edges > 0)[:, None]
        else:
            scores = rows @ self.means_.T
        return scores[np.arange(len(points)), known_class(points.predicted, self.classes_, -scores)]
