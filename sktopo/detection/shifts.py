"""Shifts of inputs, to judge detectors by: noise, blur, shuffled pixels, inversion, classes left out of training."""

import numpy as np
from scipy.ndimage import gaussian_filter

from sktopo.detection.inputs import check_clip, check_size, clipped

__all__ = ["add_noise", "blur", "invert", "shuffle_pixels", "unseen_classes"]


def add_noise(X, scale, *, clip=(0.0, 1.0), random_state=0):
    """Add Gaussian noise.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
    scale : float
        Standard deviation.
    clip : (float, float) or None, default=(0.0, 1.0)
        Least and largest value that an input can have. Inputs that lie outside are refused.
    random_state : int, default=0

    Returns
    -------
    ndarray of the shape and type of X
    """
    X = np.asarray(X)
    check_size("add_noise", "scale", scale)
    check_clip("add_noise", X, clip)
    noisy = X + scale * np.random.default_rng(random_state).normal(size=X.shape)
    noisy = clipped(noisy, clip)
    return (noisy if X.dtype.kind == "f" else np.round(noisy)).astype(X.dtype)


def blur(X, scale):
    """Blur images by a Gaussian on their last two axes.

    Parameters
    ----------
    X : array-like of shape (n_samples, ..., height, width)
    scale : float
        Standard deviation of the Gaussian, in pixels.

    Returns
    -------
    ndarray of the shape and type of X
    """
    X = np.asarray(X)
    check_size("blur", "scale", scale)
    if X.ndim < 3:
        raise ValueError(f"blur takes images, whose last two axes are height and width. Got shape {X.shape} instead.")
    smooth = gaussian_filter(X.astype(np.float64), (0,) * (X.ndim - 2) + (scale, scale), mode="nearest")
    return (smooth if X.dtype.kind == "f" else np.round(smooth)).astype(X.dtype)


def shuffle_pixels(X, *, random_state=0):
    """Put the values of every input in another order, one and the same for all.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
    random_state : int, default=0

    Returns
    -------
    ndarray of the shape and type of X

    Examples
    --------
    >>> from sktopo.detection.shifts import shuffle_pixels
    >>> shuffle_pixels([[1, 2, 3], [4, 5, 6]])
    array([[3, 1, 2],
           [6, 4, 5]])
    """
    X = np.asarray(X)
    flat = X.reshape(len(X), -1)
    return flat[:, np.random.default_rng(random_state).permutation(flat.shape[1])].reshape(X.shape)


def invert(X, *, clip=(0.0, 1.0)):
    """Exchange dark and bright.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
    clip : (float, float), default=(0.0, 1.0)
        Least and largest value that an input can have. Inputs that lie outside are refused.

    Returns
    -------
    ndarray of the shape and type of X
    """
    X = np.asarray(X)
    if clip is None:
        raise ValueError("invert mirrors values within a range, and clip is None. Give (least, largest).")
    check_clip("invert", X, clip)
    return (clip[0] + clip[1] - X).astype(X.dtype)


def unseen_classes(X, y, classes):
    """Part inputs of classes that training is to leave out from the others.

    Parameters
    ----------
    X : array-like or container of n_samples
    y : array-like of shape (n_samples,)
        Classes.
    classes : sequence
        Those to leave out.

    Returns
    -------
    X_seen, y_seen, X_unseen : as X, as y, as X
        ``y_seen`` is numbered anew from 0, so that a network needs no logits for classes it never sees.

    Examples
    --------
    >>> from sktopo.detection.shifts import unseen_classes
    >>> unseen_classes([[0.0], [1.0], [2.0]], [7, 8, 9], [8])
    (array([[0.],
           [2.]]), array([0, 1]), array([[1.]]))
    """
    X = X if hasattr(X, "layers") else np.asarray(X)
    y = np.asarray(y)
    missing = [label for label in classes if label not in y]
    if missing:
        raise ValueError(f"Classes {missing} are to be left out, and no input has them. y has {np.unique(y).tolist()}.")
    unseen = np.isin(y, list(classes))
    if unseen.all():
        raise ValueError("All classes are to be left out. Leave some for training.")
    return X[~unseen], np.unique(y[~unseen], return_inverse=True)[1], X[unseen]
