"""PersistenceImageDisplay: persistence images as heat maps over birth and persistence."""

import numpy as np
from scipy import sparse

from sktopo.diagrams.reading import as_diagrams
from sktopo.diagrams.vectorizer import PersistenceVectorizer
from sktopo.plotting.common import (
    Panels,
    axes_for,
    block_label,
    chosen_blocks,
    fitted_vectorizer,
    run_steps,
    sample_of,
    unit_of,
)

__all__ = ["PersistenceImageDisplay"]


class PersistenceImageDisplay(Panels):
    """Persistence images, one panel per layer and degree.

    Parameters
    ----------
    images : dict of (str, int) to array-like of shape (n_persistences, n_births)
        By layer and degree, what falls into each pixel; rows are persistences, from the smallest. Use
        :meth:`from_diagrams` or :meth:`from_estimator` to make a display and draw it.
    ranges : dict of (str, int) to ((float, float), (float, float))
        Of the same keys: the births, and then the persistences, that the pixels span.
    negated : bool, default=False
        Whether births are values of -phi, and the axis to be labelled in phi.

    Attributes
    ----------
    images_ : dict of (str, int) to ndarray of shape (n_persistences, n_births)
    ranges_, negated_
        As given.
    ax_ : matplotlib Axes, or array of them
        After :meth:`plot`; an array where there are several panels.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    PersistenceVectorizer : Makes the images, with ``method="image"``.
    PersistenceDiagramDisplay : The pairs themselves.

    Notes
    -----
    Births come later to the right; where it is phi that falls, the axis is turned. Every panel has colours of its own:
    give ``vmin`` and ``vmax`` to compare panels.

    References
    ----------
    Adams et al. Persistence images: a stable vector representation of persistent homology. JMLR 18, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import PersistenceImageDisplay
    >>> rows = np.array([[0.0, 2.0, 1], [0.0, 2.0, 1]])
    >>> display = PersistenceImageDisplay.from_diagrams([rows], degree=1, resolution=10, sigma=0.1)
    >>> image = display.images_["diagram", 1]
    >>> image.shape, round(float(image.sum()), 1)
    ((10, 10), 3.7)
    """

    def __init__(self, images, ranges, *, negated=False):
        self.images_ = {block: np.asarray(image, dtype=np.float64) for block, image in images.items()}
        self.ranges_ = ranges
        self.negated_ = bool(negated)
        if not self.images_ or {*self.images_} != {*ranges} or any(image.ndim != 2 for image in self.images_.values()):
            raise ValueError(
                "PersistenceImageDisplay needs at least one image of two axes, and a range for each. Got images of "
                f"{[(block, image.shape) for block, image in self.images_.items()]} and ranges of {[*ranges]} instead."
            )

    @classmethod
    def from_diagrams(
        cls,
        diagrams,
        *,
        sample=0,
        layer=None,
        degree=None,
        resolution=50,
        sigma="median",
        power=1.0,
        essential="cap",
        ax=None,
        **kwargs,
    ):
        """Draw the images of one sample of Diagrams, or the mean over all.

        Parameters
        ----------
        diagrams : Diagrams, or what :class:`PersistenceVectorizer` accepts as diagrams
        sample : int or None, default=0
            None draws the mean over all samples.
        layer, degree : default=None
            Blocks to draw, as in :meth:`Diagrams.select`; None takes all.
        resolution, sigma, power, essential : as in :class:`PersistenceVectorizer`
        ax, **kwargs : as in :meth:`plot`

        Returns
        -------
        PersistenceImageDisplay
        """
        diagrams = as_diagrams(diagrams)
        diagrams = diagrams if sample is None else sample_of(diagrams, sample)
        if layer is not None or degree is not None:
            diagrams = diagrams.select(layer=layer, degree=degree)
        vectorizer = PersistenceVectorizer(
            "image", resolution=resolution, sigma=sigma, power=power, essential=essential
        )
        return cls(*_images(vectorizer.fit(diagrams), diagrams), negated=diagrams.negated).plot(ax=ax, **kwargs)

    @classmethod
    def from_estimator(cls, estimator, X, *, sample=0, layer=None, degree=None, ax=None, **kwargs):
        """Draw the images that a fitted vectorizer, or a pipeline with a filtration, gives.

        Parameters
        ----------
        estimator : fitted PersistenceVectorizer(method="image"), pipeline with one, or fitted filtration
            A vectorizer's own pixels are used; a filtration's diagrams are drawn as by :meth:`from_diagrams`. Steps
            behind them, such as a classifier, are not run.
        X : what it transforms
        sample, layer, degree, ax, **kwargs : as in :meth:`from_diagrams`

        Returns
        -------
        PersistenceImageDisplay
        """
        X = X if sample is None else sample_of(X, sample)
        vectorizer = fitted_vectorizer(estimator, "image")
        diagrams = X if vectorizer is estimator else run_steps(estimator, X)
        if vectorizer is None:
            return cls.from_diagrams(diagrams, sample=None, layer=layer, degree=degree, ax=ax, **kwargs)
        images, ranges = _images(vectorizer, diagrams)
        wanted = chosen_blocks(images, layer, degree)
        parts = [{block: part[block] for block in wanted} for part in (images, ranges)]
        return cls(*parts, negated=vectorizer.negated_).plot(ax=ax, **kwargs)

    def plot(self, *, ax=None, colorbar=True, **kwargs):
        """Draw, on `ax` or on new axes.

        Parameters
        ----------
        ax : matplotlib axes, or sequence of them, one per image, or None, default=None
        colorbar : bool, default=True
            Whether each panel gets a colour bar.
        **kwargs
            Handed to ``ax.imshow``.

        Returns
        -------
        self : PersistenceImageDisplay
        """
        axes = axes_for(self, ax, len(self.images_), size=(4.2, 3.4), alone=(5.2, 4.0))
        sign = -1.0 if self.negated_ else 1.0
        for one, (block, image) in zip(axes, self.images_.items(), strict=True):
            births, persistences = self.ranges_[block]
            extent = (sign * births[0], sign * births[1], *persistences)
            style = {"cmap": "Blues", "interpolation": "nearest", "aspect": "auto", **kwargs}
            if "norm" not in style:  # an image of nothing has the colour of nothing
                style = {"vmin": 0.0, "vmax": image.max() or 1.0, **style}
            drawn = one.imshow(image, origin="lower", extent=extent, **style)
            if colorbar:
                one.figure.colorbar(drawn, ax=one, label="weight per pixel")
            one.set(xlabel=f"birth{unit_of(self.negated_)}", ylabel="persistence", title=block_label(*block))
        return self._keep(axes)


def _images(vectorizer, diagrams):
    """Images and their ranges by block, from a fitted vectorizer; means over the samples."""
    features = vectorizer.transform(diagrams)
    features = features.toarray() if sparse.issparse(features) else features
    resolution = vectorizer.resolution
    n_births, n_persistences = (resolution, resolution) if np.ndim(resolution) == 0 else resolution
    images = features.mean(axis=0).reshape(len(vectorizer.blocks_), n_persistences, n_births)
    ranges = [tuple(map(tuple, span)) for span in vectorizer.ranges_.tolist()]
    return (dict(zip(vectorizer.blocks_, each, strict=True)) for each in (images, ranges))
