"""scikit-learn's handwritten digits as images for a convolutional network."""

import numpy as np
from sklearn.datasets import load_digits

__all__ = ["load_digits_images"]


def load_digits_images():
    """Load the 1,797 handwritten digits of scikit-learn as images with one channel.

    Returns
    -------
    images : float32 ndarray of shape (1797, 1, 8, 8)
        Grey values in [0, 1].
    labels : int64 ndarray of shape (1797,)
        The digit, 0 to 9.

    References
    ----------
    Alpaydin, Kaynak. Optical recognition of handwritten digits. UCI Machine Learning Repository, 1998.

    Examples
    --------
    >>> from sktopo.datasets import load_digits_images
    >>> images, labels = load_digits_images()
    >>> images.shape, str(images.dtype), float(images.max())
    ((1797, 1, 8, 8), 'float32', 1.0)
    """
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[:, None]
    return images, digits.target.astype(np.int64)
