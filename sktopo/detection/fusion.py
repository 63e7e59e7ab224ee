"""FusedDetector: one score from several detectors, by ranks or by a logistic model of a known attack."""

import numbers

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.metaestimators import _BaseComposition

from sktopo._base import check_matrix
from sktopo.detection.base import Detector
from sktopo.detection.reading import flat

__all__ = ["FusedDetector", "fuse"]


def fuse(*detectors, method="rank", cv=5, C=1.0, contamination=0.1):
    """A FusedDetector of some detectors, named after their classes.

    Parameters
    ----------
    *detectors : outlier detectors
    method, cv, C, contamination : as in FusedDetector

    Returns
    -------
    FusedDetector

    Examples
    --------
    >>> from sktopo import Energy, MaxLogit, fuse
    >>> [name for name, _ in fuse(Energy(), MaxLogit(), Energy(temperature=2.0)).detectors]
    ['energy-1', 'maxlogit', 'energy-2']
    """
    names = [type(detector).__name__.lower() for detector in detectors]
    numbered = [
        f"{name}-{names[: i + 1].count(name)}" if names.count(name) > 1 else name for i, name in enumerate(names)
    ]
    pairs = list(zip(numbered, detectors, strict=True))
    return FusedDetector(pairs, method=method, cv=cv, C=C, contamination=contamination)


class FusedDetector(_BaseComposition, Detector):
    """Several detectors in one.

    Parameters
    ----------
    detectors : list of (str, estimator)
        Outlier detectors with ``score_samples``.
    method : {"rank", "logistic"}, default="rank"
        "rank": mean over detectors of the share of the normal inputs of fit that score lower. "logistic": a logistic
        model of the standardised scores, which takes abnormal inputs in fit.
    cv : int or "prefit", default=5
        Folds: a normal input's scores for the fusion come from detectors that were fitted without it. "prefit": the
        detectors are fitted already, on other inputs, and `fit` learns only how their scores are joined.
    C : float, default=1.0
        Inverse strength of the logistic model's penalty.
    contamination : float in (0, 0.5], default=0.1
        Share of the normal inputs of fit that `predict` calls outliers.

    Attributes
    ----------
    detectors_ : dict of str to estimator
        Fitted on all normal inputs; with ``cv="prefit"`` those that were given.
    reference_ : ndarray of shape (n_detectors, n_normal)
        Scores of normal inputs by detectors that have not seen them, sorted.
    model_ : Pipeline or None
        The logistic model.
    offset_ : float
        The threshold on the score.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    fuse : The same without naming detectors.

    Notes
    -----
    Tune on one attack and judge on others: what is given as abnormal here must not be what it is judged by.

    A network knows the images that it was trained on better than others, and attacks are made of others. So a logistic
    model of the two may learn which images are new. Fit detectors on the network's training images, and the fusion with
    ``cv="prefit"`` on held-out ones, clean and attacked. A clone of such a fused detector has unfitted members, as of
    scikit-learn's prefit stacking, so tune members first.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Energy, KNNDistance, fuse
    >>> rng = np.random.default_rng(0)
    >>> normal, abnormal = rng.normal(size=(100, 3)), rng.normal(size=(50, 3)) + [0, 3, 0]
    >>> X, y = np.concatenate([normal, abnormal]), np.repeat([1, -1], [100, 50])
    >>> detector = fuse(Energy(), KNNDistance(n_neighbors=5, normalize=False), method="logistic").fit(X, y)
    >>> detector.predict([[0.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
    array([ 1, -1])
    """

    def __init__(self, detectors, *, method="rank", cv=5, C=1.0, contamination=0.1):
        self.detectors = detectors
        self.method = method
        self.cv = cv
        self.C = C
        self.contamination = contamination

    _required_parameters = ["detectors"]

    def fit(self, X, y=None, *, groups=None):
        """Fit every detector on the normal inputs, and how their scores are joined.

        Parameters
        ----------
        X : Activations, array-like, or whatever the detectors read
        y : array-like of shape (n_samples,) or None, default=None
            -1 marks abnormal inputs, as scikit-learn's outlier detectors do; all others are normal. None: all are.
        groups : array-like of shape (n_samples,) or None, default=None
            Normal inputs of one group, such as the clean and the noisy copy of an image, are in one fold. None: every
            input is its own group.

        Returns
        -------
        self : FusedDetector

        Raises
        ------
        ValueError
            If a parameter or `X` cannot be used, or abnormal inputs are needed and missing.
        """
        self._check_parameters()
        X = self._read(X, reset=True)
        normal = self._normal(X, y)
        members = X[normal]
        if self.cv == "prefit":
            self.detectors_ = dict(self.detectors)
            own = self._scores(members)
        else:
            own = self._out_of_fold(members, self._folds(normal, groups))
            self.detectors_ = {name: clone(detector).fit(members) for name, detector in self.detectors}
        self.reference_ = np.sort(own, axis=1)
        self.model_ = self._logistic(own, self._scores(X[~normal])) if self.method == "logistic" else None
        self.offset_ = float(np.quantile(self._checked(self._score(members)), self.contamination))
        return self

    def get_params(self, deep=True):
        """Parameters, those of the detectors included, as ``name__parameter``.

        Parameters
        ----------
        deep : bool, default=True

        Returns
        -------
        dict of str to value
        """
        return self._get_params("detectors", deep=deep)

    def set_params(self, **parameters):
        """Set parameters, those of the detectors included.

        Parameters
        ----------
        **parameters : as get_params names them

        Returns
        -------
        self : FusedDetector
        """
        self._set_params("detectors", **parameters)
        return self

    def _check_parameters(self):
        super()._check_parameters()
        if not _are_named_detectors(self.detectors):
            raise ValueError(
                "The 'detectors' parameter of FusedDetector must be a list of (name, detector) with different names, "
                f"of detectors with score_samples. Got {self.detectors!r} instead. fuse(...) makes the names."
            )
        if not isinstance(self.method, str) or self.method not in ("rank", "logistic"):
            raise ValueError(
                f"The 'method' parameter of FusedDetector must be 'rank' or 'logistic'. Got {self.method!r} instead."
            )
        folds = isinstance(self.cv, numbers.Integral) and not isinstance(self.cv, bool) and self.cv >= 2
        if not folds and not (isinstance(self.cv, str) and self.cv == "prefit"):
            raise ValueError(
                f"The 'cv' parameter of FusedDetector must be an integer >= 2 or 'prefit'. Got {self.cv!r} instead."
            )

    def _read(self, X, *, reset):
        """Something that rows can be chosen of; what is in it, the detectors check.

        All but NaN: a detector that sees some of the inputs would count samples among those.
        """
        if hasattr(X, "layers") and hasattr(X, "network"):
            for layer in X.layers:
                flat(X, layer)
            return X
        return check_matrix(self, X, reset=reset) if np.asarray(X).ndim <= 2 else np.asarray(X)

    def _normal(self, X, y):
        """Which inputs are normal."""
        normal = np.ones(len(X), dtype=bool) if y is None else np.asarray(y) != -1
        if normal.shape != (len(X),):
            raise ValueError(f"y must hold one number for each of the {len(X)} inputs. Got shape {normal.shape}.")
        if self.method == "logistic" and normal.all():
            raise ValueError(
                "FusedDetector(method='logistic') needs abnormal inputs in fit: give y with -1 for them. Tune it with "
                "GroupKFold, since NoveltyFold keeps them out of fit."
            )
        least = 1 if self.cv == "prefit" else self.cv
        if normal.sum() < least:
            raise ValueError(
                f"FusedDetector(cv={self.cv!r}) needs at least {least} normal inputs in fit. Got n_samples = "
                f"{normal.sum()}."
            )
        return normal

    def _folds(self, normal, groups):
        """(fit, held out) positions among the normal inputs, groups kept together."""
        groups = np.arange(len(normal)) if groups is None else np.asarray(groups)
        if groups.shape != normal.shape:
            raise ValueError(f"groups must hold one entry for each of the {len(normal)} inputs. Got {groups.shape}.")
        names, members = np.unique(groups[normal], return_inverse=True)
        if len(names) < self.cv:
            raise ValueError(f"FusedDetector(cv={self.cv}) needs at least {self.cv} groups. Got {len(names)}.")
        for _, held_out in KFold(self.cv, shuffle=True, random_state=0).split(np.zeros((len(names), 1))):
            judged = np.isin(members, held_out)
            yield np.flatnonzero(~judged), np.flatnonzero(judged)

    def _out_of_fold(self, members, folds):
        """Scores of shape (n_detectors, n_normal) by detectors that have not seen the input."""
        scores = np.empty((len(self.detectors), len(members)))
        for fit, held_out in folds:
            for row, (_, detector) in zip(scores, self.detectors, strict=True):
                row[held_out] = clone(detector).fit(members[fit]).score_samples(members[held_out])
        return scores

    def _logistic(self, normal, abnormal):
        labels = np.repeat([1, 0], [normal.shape[1], abnormal.shape[1]])
        model = make_pipeline(StandardScaler(), LogisticRegression(C=self.C, class_weight="balanced"))
        return model.fit(np.concatenate([normal, abnormal], axis=1).T, labels)

    def _scores(self, X):
        return np.stack([detector.score_samples(X) for detector in self.detectors_.values()])

    def _score(self, X):
        scores = self._scores(X)
        if self.model_ is not None:
            return self.model_.decision_function(scores.T)
        pairs = zip(self.reference_, scores, strict=True)
        ranks = [np.searchsorted(known, row, side) for known, row in pairs for side in ("left", "right")]
        return np.mean(ranks, axis=0) / self.reference_.shape[1]


def _are_named_detectors(pairs):
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        return False
    fit = all(isinstance(name, str) and hasattr(detector, "score_samples") for name, detector in pairs)
    return fit and len(pairs) > 0 and len(dict(pairs)) == len(pairs)
