"""How a detector is to be judged: which inputs count, and splits that keep an image and its copies together."""

import numbers

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.utils import Bunch, check_random_state

from sktopo.detection.inputs import check_clip

__all__ = ["NoveltyFold", "adversarial_inputs", "auroc_scorer"]


def adversarial_inputs(model, X, y, attack, *, clip=(0.0, 1.0), random_state=0):
    """Inputs to judge detectors of attacks by: clean, noisy and attacked copies of the same images.

    Only images count that the network classifies rightly and that the attack makes it misclassify. Of each there is a
    noisy copy, whose noise is as long as the attack's change: a detector must not take noise for an attack.

    Parameters
    ----------
    model : torch.nn.Module
        From inputs to logits.
    X : array-like of shape (n_samples, ...)
        Inputs.
    y : array-like of int of shape (n_samples,)
        True classes.
    attack : callable
        ``attack(model, X)`` gives the attacked inputs, as ``functools.partial(pgd, eps=0.1)`` does.
    clip : (float, float) or None, default=(0.0, 1.0)
        Least and largest value that the noisy copies can have. Give it to the attack, too.
    random_state : int, default=0
        Of the noise.

    Returns
    -------
    inputs : :class:`~sklearn.utils.Bunch`
        clean, noisy, attacked : ndarray of shape (n_kept, ...)
            Row i of each is a copy of the same image.
        index : int ndarray of shape (n_kept,)
            Which images of X they are: the groups of a split by image.
        n_right, n_successful : int
            Images classified rightly, and those of them that the attack turned.

    Raises
    ------
    ValueError
        If no attack succeeds, or inputs lie outside of `clip`.

    Examples
    --------
    >>> from functools import partial
    >>> from sktopo.datasets import load_digits_images, make_mlp, train_network
    >>> from sktopo.detection.attacks import fgsm
    >>> from sktopo.detection.protocols import adversarial_inputs
    >>> images, digits = load_digits_images()
    >>> model = train_network(make_mlp(), images[:1000], digits[:1000], epochs=5)
    >>> inputs = adversarial_inputs(model, images[1000:], digits[1000:], partial(fgsm, eps=0.2))
    >>> inputs.clean.shape == inputs.noisy.shape == inputs.attacked.shape, inputs.n_right >= inputs.n_successful > 0
    (True, True)
    """
    from sktopo.detection.attacks import equal_norm_noise, predictions, successful

    X, y = np.asarray(X), np.asarray(y)
    if y.shape != (len(X),):
        raise ValueError(f"y must hold one class for each of the {len(X)} inputs. Got shape {y.shape} instead.")
    check_clip("adversarial_inputs", X, clip)
    attacked = attack(model, X)
    right = predictions(model, X) == y
    index = np.flatnonzero(successful(model, X, attacked, y))
    if len(index) == 0:
        raise ValueError(
            f"No attack succeeded on the {right.sum()} of {len(X)} inputs that are classified rightly. Make the attack "
            "stronger."
        )
    noisy = equal_norm_noise(X[index], attacked[index], clip=clip, random_state=random_state)
    return Bunch(
        clean=X[index],
        noisy=noisy,
        attacked=attacked[index],
        index=index,
        n_right=int(right.sum()),
        n_successful=len(index),
    )


def auroc_scorer(detector, X, y):
    """Area under the ROC curve of a fitted detector, as ``scoring=`` of scikit-learn's searches.

    scikit-learn's own "roc_auc" refuses outlier detectors before version 1.4.

    Parameters
    ----------
    detector : fitted estimator with decision_function, high for normal inputs
    X : inputs of both kinds
    y : array-like of shape (n_samples,)
        -1 marks abnormal inputs.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `y` has one kind of inputs alone.
    """
    if len(np.unique(np.asarray(y) != -1)) < 2:
        raise ValueError(
            "The area under the ROC curve needs normal and abnormal inputs, y of -1. Use NoveltyFold as cv."
        )
    return float(roc_auc_score(np.asarray(y) != -1, detector.decision_function(X)))


class NoveltyFold:
    """Splits for tuning detectors: fit on normal inputs alone, judge on held-out inputs of both kinds.

    It makes ``GridSearchCV(detector, grid, cv=NoveltyFold(), scoring=auroc_scorer).fit(X, y)`` honest, with y of 1 and
    -1: no abnormal input is ever in fit, and with `groups` no image has copies on both sides. Every split judges inputs
    of both kinds.

    Parameters
    ----------
    n_splits : int, default=5
    random_state : int or None, default=0
        Of the order of inputs or groups.

    Examples
    --------
    >>> from sktopo.detection.protocols import NoveltyFold
    >>> y = [1, 1, 1, 1, -1, -1, -1, -1]
    >>> for train, test in NoveltyFold(2).split(y, y, groups=[0, 1, 2, 3, 0, 1, 2, 3]):
    ...     print(train, test)
    [0 3] [1 2 5 6]
    [1 2] [0 3 4 7]
    """

    def __init__(self, n_splits=5, *, random_state=0):
        if not isinstance(n_splits, numbers.Integral) or isinstance(n_splits, bool) or n_splits < 2:
            raise ValueError(f"The 'n_splits' of NoveltyFold must be an integer >= 2. Got {n_splits!r} instead.")
        self.n_splits = n_splits
        self.random_state = random_state

    def get_n_splits(self, X=None, y=None, groups=None):
        """Number of splits.

        Parameters
        ----------
        X, y, groups : ignored

        Returns
        -------
        int
        """
        return self.n_splits

    def split(self, X, y=None, groups=None):
        """Indices of the inputs of fit and of those judged.

        Parameters
        ----------
        X : container of n_samples
            Not looked at.
        y : array-like of shape (n_samples,)
            -1 marks abnormal inputs.
        groups : array-like of shape (n_samples,) or None, default=None
            Inputs of one group stay together, as copies of one image should. None: every input is its own.

        Yields
        ------
        train, test : int ndarray
        """
        if y is None:
            raise ValueError("NoveltyFold judges normal inputs beside abnormal ones. Give y of both 1 and -1.")
        normal = np.asarray(y) != -1
        if normal.all() or not normal.any():
            raise ValueError("NoveltyFold judges normal inputs beside abnormal ones. Give y of both 1 and -1.")
        _, members = np.unique(np.arange(len(normal)) if groups is None else groups, return_inverse=True)
        if len(members) != len(normal):
            raise ValueError(f"groups must hold one entry for each of the {len(normal)} inputs. Got {len(members)}.")
        fold = self._fold_of_group(normal, members)[members]
        for k in range(self.n_splits):
            yield np.flatnonzero(normal & (fold != k)), np.flatnonzero(fold == k)

    def _fold_of_group(self, normal, members):
        """Fold of every group: those of normal inputs alone, of both kinds, of abnormal ones are dealt in turns."""
        n_groups = members.max() + 1
        has = [np.bincount(members[kind], minlength=n_groups) > 0 for kind in (normal, ~normal)]
        for kind, held in zip(("normal", "abnormal"), has, strict=True):
            if held.sum() < self.n_splits:
                raise ValueError(
                    f"NoveltyFold(n_splits={self.n_splits}) needs as many {kind} inputs or groups. Got {held.sum()}. "
                    "Give more, or a smaller n_splits."
                )
        order = check_random_state(self.random_state).permutation(n_groups)
        turn = has[1].astype(int) - has[0]  # those with both in between, so that each kind is dealt in one go
        order = order[np.argsort(turn[order], kind="stable")]
        fold = np.empty(n_groups, dtype=np.int64)
        fold[order] = np.arange(n_groups) % self.n_splits
        return fold
