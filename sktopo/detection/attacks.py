"""Attacks on a network, to judge detectors by: gradients of our own, and two stronger ones through a library.

Inputs go in, inputs of the same shape and type come out, one for each, whether or not the attack succeeded;
`successful` tells which did. The network is left as it was. FGSM, PGD and noise need torch alone; DeepFool and the
attack of Carlini and Wagner come from the adversarial-robustness-toolbox (``pip install sktopo[attacks]``).
"""

import numpy as np

from sktopo.detection.forward import by_gradient, logits_of
from sktopo.detection.inputs import check_clip, check_count, check_inputs, check_size, clipped
from sktopo.detection.toolbox import attacked_by, toolbox

__all__ = ["carlini_wagner", "deepfool", "equal_norm_noise", "fgsm", "pgd", "predictions", "successful"]

TINY = np.finfo(np.float64).tiny


def fgsm(model, X, eps, *, y=None, clip=(0.0, 1.0), batch_size=256):
    """Fast gradient sign method: one step of size `eps` along the sign of the loss's gradient.

    Parameters
    ----------
    model : torch.nn.Module
        From inputs to logits.
    X : array-like of shape (n_samples, ...)
        Inputs, such as images in [0, 1].
    eps : float
        Largest change of a value.
    y : array-like of int of shape (n_samples,) or None, default=None
        Classes to lead away from; None stands for those that the network predicts.
    clip : (float, float) or None, default=(0.0, 1.0)
        Least and largest value that an input can have. Inputs that lie outside are refused.
    batch_size : int, default=256
        The result does not depend on it.

    Returns
    -------
    ndarray of the shape and type of X

    References
    ----------
    Goodfellow, Shlens, Szegedy. Explaining and harnessing adversarial examples. ICLR 2015, arXiv 1412.6572.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.datasets import load_digits_images, make_mlp
    >>> from sktopo.detection.attacks import fgsm
    >>> images, _ = load_digits_images()
    >>> round(float(np.abs(fgsm(make_mlp(), images[:10], 0.1) - images[:10]).max()), 6)
    0.1
    """
    check_size("fgsm", "eps", eps)
    X = check_inputs(X)
    check_clip("fgsm", X, clip)
    return by_gradient(
        model, X, y, batch_size, lambda batch, gradient: clipped(_step(batch, gradient, eps, "linf"), clip)
    )


def pgd(
    model,
    X,
    eps,
    *,
    norm="linf",
    y=None,
    steps=20,
    step_size=None,
    random_start=True,
    clip=(0.0, 1.0),
    batch_size=256,
    random_state=0,
):
    """Projected gradient descent: many steps that increase the loss, within a ball around the input.

    Parameters
    ----------
    model : torch.nn.Module
        From inputs to logits.
    X : array-like of shape (n_samples, ...)
        Inputs, such as images in [0, 1].
    eps : float
        Radius of the ball.
    norm : {"linf", "l2"}, default="linf"
        Largest change of a value, or Euclidean length of the change.
    y : array-like of int of shape (n_samples,) or None, default=None
        Classes to lead away from; None stands for those that the network predicts.
    steps : int, default=20
    step_size : float or None, default=None
        None stands for ``2.5 * eps / steps``.
    random_start : bool, default=True
        Start at a random point of the ball instead of the input.
    clip : (float, float) or None, default=(0.0, 1.0)
        Least and largest value that an input can have. Inputs that lie outside are refused.
    batch_size : int, default=256
        The result does not depend on it.
    random_state : int, default=0
        Of the start.

    Returns
    -------
    ndarray of the shape and type of X

    References
    ----------
    Madry, Makelov, Schmidt, Tsipras, Vladu. Towards deep learning models resistant to adversarial attacks. ICLR 2018,
    arXiv 1706.06083.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.datasets import load_digits_images, make_mlp
    >>> from sktopo.detection.attacks import pgd
    >>> images, _ = load_digits_images()
    >>> change = pgd(make_mlp(), images[:10], 1.0, norm="l2", clip=None) - images[:10]
    >>> bool(np.linalg.norm(change.reshape(10, -1), axis=1).max() <= 1.0001)
    True
    """
    check_size("pgd", "eps", eps)
    if norm not in ("linf", "l2"):
        raise ValueError(f"The 'norm' of pgd must be 'linf' or 'l2'. Got {norm!r} instead.")
    check_count("pgd", "steps", steps)
    step_size = 2.5 * eps / steps if step_size is None else step_size
    check_size("pgd", "step_size", step_size, positive=eps > 0)
    X = check_inputs(X)
    check_clip("pgd", X, clip)
    y = predictions(model, X, batch_size=batch_size) if y is None else y
    attacked = _in_ball(X, _start(X, eps, norm, random_state) if random_start else X, eps, norm, clip)
    for _ in range(steps):
        moved = by_gradient(
            model, attacked, y, batch_size, lambda batch, gradient: _step(batch, gradient, step_size, norm)
        )
        attacked = _in_ball(X, moved, eps, norm, clip)
    return attacked


def deepfool(model, X, *, clip=(0.0, 1.0), n_classes=None, max_iter=50, overshoot=0.02, batch_size=256):
    """DeepFool: a small change that leads over the nearest boundary between classes, in the L2 norm.

    Parameters
    ----------
    model : torch.nn.Module
        From inputs to logits.
    X : array-like of shape (n_samples, ...)
        Inputs, such as images in [0, 1].
    clip : (float, float) or None, default=(0.0, 1.0)
        Least and largest value that an input can have. Inputs that lie outside are refused.
    n_classes : int or None, default=None
        Number of logits; None runs the network to see.
    max_iter : int, default=50
    overshoot : float, default=0.02
        How far beyond the boundary, as a share of the change.
    batch_size : int, default=256

    Returns
    -------
    ndarray of the shape and type of X

    Raises
    ------
    ImportError
        Without the adversarial-robustness-toolbox.

    References
    ----------
    Moosavi-Dezfooli, Fawzi, Frossard. DeepFool: a simple and accurate method to fool deep neural networks. CVPR 2016,
    arXiv 1511.04599.
    """
    evasion = toolbox()
    options = {"max_iter": max_iter, "epsilon": overshoot, "batch_size": batch_size, "verbose": False}
    return attacked_by(lambda net: evasion.DeepFool(net, **options), "deepfool", model, X, clip, n_classes)


def carlini_wagner(model, X, *, clip=(0.0, 1.0), n_classes=None, confidence=0.0, max_iter=20, batch_size=256):
    """The L2 attack of Carlini and Wagner: the least change that makes another class win by a margin.

    Parameters
    ----------
    model : torch.nn.Module
        From inputs to logits.
    X : array-like of shape (n_samples, ...)
        Inputs, such as images in [0, 1].
    clip : (float, float) or None, default=(0.0, 1.0)
        Least and largest value that an input can have. Inputs that lie outside are refused.
    n_classes : int or None, default=None
        Number of logits; None runs the network to see.
    confidence : float, default=0.0
        The margin.
    max_iter : int, default=20
    batch_size : int, default=256

    Returns
    -------
    ndarray of the shape and type of X

    Raises
    ------
    ImportError
        Without the adversarial-robustness-toolbox.

    References
    ----------
    Carlini, Wagner. Towards evaluating the robustness of neural networks. S&P 2017, arXiv 1608.04644.
    """
    evasion = toolbox()
    options = {"confidence": confidence, "max_iter": max_iter, "batch_size": batch_size, "verbose": False}
    return attacked_by(lambda net: evasion.CarliniL2Method(net, **options), "carlini_wagner", model, X, clip, n_classes)


def equal_norm_noise(X, attacked, *, clip=(0.0, 1.0), random_state=0):
    """Copies of inputs with Gaussian noise whose Euclidean length is that of each attack's change.

    Parameters
    ----------
    X, attacked : array-like of shape (n_samples, ...)
        Inputs before and after an attack.
    clip : (float, float) or None, default=(0.0, 1.0)
        Least and largest value that an input can have. Noise that leaves them is cut off and lengthened again, a few
        times, so that its length is right where there is room for it.
    random_state : int, default=0

    Returns
    -------
    ndarray of the shape and type of X

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.detection.attacks import equal_norm_noise
    >>> X = np.full((2, 100), 0.5)
    >>> noisy = equal_norm_noise(X, X + [[0.01], [0.02]])
    >>> np.linalg.norm(noisy - X, axis=1).round(6)
    array([0.1, 0.2])
    """
    X, attacked = check_inputs(X), check_inputs(attacked)
    check_clip("equal_norm_noise", X, clip)
    if X.shape != attacked.shape:
        raise ValueError(f"X and attacked must have one shape. Got {X.shape} and {attacked.shape}.")
    wanted = _lengths(attacked - X)
    noise = np.random.default_rng(random_state).normal(size=X.shape)
    for _ in range(10):
        noise = noise * (wanted / np.maximum(_lengths(noise), np.finfo(float).tiny))
        noise = clipped(X + noise, clip) - X
    return (X + noise).astype(X.dtype)


def predictions(model, X, *, batch_size=256):
    """Classes that a network predicts.

    Parameters
    ----------
    model : torch.nn.Module
        From inputs to logits.
    X : array-like of shape (n_samples, ...)
    batch_size : int, default=256

    Returns
    -------
    int64 ndarray of shape (n_samples,)
    """
    return logits_of(model, X, batch_size).argmax(axis=1)


def successful(model, X, attacked, y, *, batch_size=256):
    """Which attacks count: the input was classified rightly, and its attacked copy is not.

    Parameters
    ----------
    model : torch.nn.Module
        From inputs to logits.
    X, attacked : array-like of shape (n_samples, ...)
        Inputs before and after the attack.
    y : array-like of int of shape (n_samples,)
        True classes.
    batch_size : int, default=256

    Returns
    -------
    bool ndarray of shape (n_samples,)
    """
    before, after = (predictions(model, inputs, batch_size=batch_size) for inputs in (X, attacked))
    return (before == np.asarray(y)) & (after != np.asarray(y))


def _step(X, gradient, size, norm):
    """A step of some size up the gradient; where it is zero there is no way up, and no step."""
    if norm == "linf":
        return X + size * np.sign(gradient)
    return X + size * gradient / np.maximum(_lengths(gradient), TINY)


def _start(X, eps, norm, random_state):
    """Random points of the balls around the inputs."""
    rng = np.random.default_rng(random_state)
    if norm == "linf":
        return X + rng.uniform(-eps, eps, size=X.shape)
    noise = rng.normal(size=X.shape)
    radii = eps * rng.random((len(X),) + (1,) * (X.ndim - 1)) ** (1 / max(1, X[:1].size))
    return X + noise * radii / _lengths(noise)


def _in_ball(X, moved, eps, norm, clip):
    """The nearest points that are in the balls and the range of values."""
    change = moved - X
    if norm == "linf":
        change = np.clip(change, -eps, eps)
    else:
        change = change * np.minimum(1.0, eps / np.maximum(_lengths(change), TINY))
    return clipped(X + change, clip).astype(X.dtype)


def _lengths(changes):
    """Euclidean length of every input's change, in the shape that multiplies them."""
    flat = np.linalg.norm(changes.reshape(len(changes), -1).astype(np.float64), axis=1)
    return flat.reshape((-1,) + (1,) * (changes.ndim - 1))
