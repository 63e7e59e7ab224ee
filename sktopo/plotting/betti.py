"""BettiCurveDisplay: how many classes are alive at each value of the filtration."""

import numpy as np

from sktopo.diagrams.reading import as_diagrams
from sktopo.plotting.common import (
    Panels,
    axes_for,
    block_label,
    block_styles,
    legend_place,
    legend_width,
    over,
    panels_of,
    run_steps,
    sample_of,
    span_of,
    unit_of,
)

__all__ = ["BettiCurveDisplay"]


class BettiCurveDisplay(Panels):
    """Betti curves, as the step functions they are, of one sample or the mean over several.

    Parameters
    ----------
    diagrams : Diagrams
        The curves are means over the samples. Use :meth:`from_diagrams` or :meth:`from_estimator` to make a display
        and draw it.

    Attributes
    ----------
    curves_ : dict of (str, int) to ndarray of shape (n_jumps, 2)
        By block the places where the curve jumps, in the order of time, and its value from there on; before the first
        it is 0. Where the filtration is superlevel (``negated``), places are values of phi and fall.
    negated_ : bool
        Whether the axis is in phi.
    ax_ : matplotlib Axes, or array of them
        After :meth:`plot`; an array where there are several panels.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    BarcodeDisplay : The classes themselves.

    Notes
    -----
    A class counts from its birth on and no longer at its death; an essential class to the end. Nothing is sampled on a
    grid. Cost: sorting the pairs. Time runs to the right; where it is phi that falls, the axis is turned.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import BettiCurveDisplay
    >>> display = BettiCurveDisplay.from_diagrams([np.array([[0.0, np.inf, 0], [0.0, 2.0, 0], [1.0, 2.0, 0]])])
    >>> display.curves_["diagram", 0]
    array([[0., 2.],
           [1., 3.],
           [2., 1.]])
    """

    def __init__(self, diagrams):
        diagrams = as_diagrams(diagrams)
        if len(diagrams) == 0:
            raise ValueError("Betti curves are of at least one sample. Got diagrams of 0 samples instead.")
        self.negated_ = diagrams.negated
        self.curves_ = {block: _betti_curve(diagrams, block) for block in diagrams.blocks}

    @classmethod
    def from_diagrams(cls, diagrams, *, sample=0, layer=None, degree=None, ax=None, **kwargs):
        """Draw the curves of one sample of Diagrams, or of all.

        Parameters
        ----------
        diagrams : Diagrams, or what :class:`PersistenceVectorizer` accepts as diagrams
        sample : int or None, default=0
            None draws the mean over all samples.
        layer, degree : default=None
            Blocks to draw, as in :meth:`Diagrams.select`; None takes all.
        ax, **kwargs : as in :meth:`plot`

        Returns
        -------
        BettiCurveDisplay
        """
        diagrams = as_diagrams(diagrams)
        diagrams = diagrams if sample is None else sample_of(diagrams, sample)
        if layer is not None or degree is not None:
            diagrams = diagrams.select(layer=layer, degree=degree)
        return cls(diagrams).plot(ax=ax, **kwargs)

    @classmethod
    def from_estimator(cls, estimator, X, *, sample=0, layer=None, degree=None, ax=None, **kwargs):
        """Draw the curves of the diagrams that a fitted filtration gives.

        Parameters
        ----------
        estimator : fitted estimator whose ``transform`` gives Diagrams, or fitted pipeline with such a step
            Steps behind the diagrams, such as a vectorizer and a classifier, are not run.
        X : what it transforms
        sample, layer, degree, ax, **kwargs : as in :meth:`from_diagrams`

        Returns
        -------
        BettiCurveDisplay
        """
        diagrams = run_steps(estimator, X if sample is None else sample_of(X, sample))
        return cls.from_diagrams(
            diagrams, sample=None if sample is None else 0, layer=layer, degree=degree, ax=ax, **kwargs
        )

    def plot(self, *, ax=None, split_by=None, **kwargs):
        """Draw, on `ax` or on new axes.

        Parameters
        ----------
        ax : matplotlib axes, or sequence of them, one per panel, or None, default=None
        split_by : {"layer", "degree", "block"} or None, default=None
            One panel each, all with the same horizontal limits; None draws one picture.
        **kwargs
            Handed to ``ax.step``.

        Returns
        -------
        self : BettiCurveDisplay
        """
        panels = panels_of(self, self.curves_, split_by)
        names = legend_width(max(len(blocks) for _, blocks in panels))
        axes = axes_for(self, ax, len(panels), size=(4.5 + names, 3.2), alone=(6.0 + names, 3.6))
        from matplotlib.lines import Line2D

        styles, (start, end) = block_styles(self.curves_), self._ends()
        for one, (title, blocks) in zip(axes, panels, strict=True):
            for block in blocks:
                places, heights = self.curves_[block].T
                own = {name: styles[block][name] for name in ("color", "linestyle")}
                if split_by in ("degree", "block"):
                    own["linestyle"] = "-"  # the title tells the degree
                style = over({"linewidth": 1.4, "label": block_label(*block, split_by), **own}, kwargs, Line2D)
                last = heights[-1] if len(heights) else 0.0
                one.step([start, *places, end], [0.0, *heights, last], where="post", **style)
            one.set(xlim=(start, end), title=title, xlabel=f"filtration value{unit_of(self.negated_)}")
            one.set_ylim(bottom=0.0)
            one.set_ylabel("classes alive")
            one.legend(fontsize="small", **legend_place(len(blocks)))
        return self._keep(axes)

    def _ends(self):
        """Limits of the axis in the order of time."""
        places = np.concatenate([curve[:, 0] for curve in self.curves_.values()])
        start, end = span_of(places, self.negated_)
        margin = 0.04 * ((end - start) or (-1.0 if self.negated_ else 1.0))
        return start - margin, end + margin


def _betti_curve(diagrams, block):
    """Jumps and values of the mean curve of one block; a class that dies at once is never alive."""
    chosen = diagrams.select(layer=block[0], degree=block[1])
    finite = np.isfinite(chosen.death)
    places = np.concatenate([chosen.birth, chosen.death[finite]])
    steps = np.concatenate([np.ones(len(chosen.birth)), -np.ones(np.count_nonzero(finite))])
    distinct, which = np.unique(places, return_inverse=True)
    jumps = np.bincount(which, weights=steps, minlength=len(distinct))
    heights = np.cumsum(jumps) / len(diagrams)
    sign = -1.0 if diagrams.negated else 1.0
    return np.column_stack([sign * distinct, heights])[jumps != 0]
