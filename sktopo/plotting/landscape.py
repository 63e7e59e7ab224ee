"""LandscapeDisplay: levels of persistence landscapes, or means of them with bands."""

import numbers

import numpy as np

from sktopo.diagrams.activation_landscapes import ActivationLandscapes
from sktopo.diagrams.landscape import PersistenceLandscape
from sktopo.diagrams.reading import as_diagrams
from sktopo.plotting.common import (
    Panels,
    axes_for,
    block_label,
    chosen_blocks,
    colours_of,
    fitted_vectorizer,
    legend_place,
    legend_width,
    over,
    panels_of,
    run_steps,
    sample_of,
    unit_of,
)
from sktopo.plotting.landscape_curves import (
    exact_levels,
    exact_means,
    finite,
    grid_means,
    sampled,
    vectorized,
)

__all__ = ["LandscapeDisplay"]


class LandscapeDisplay(Panels):
    """Persistence landscapes, level by level: of one sample, or means of groups of samples with bands.

    Parameters
    ----------
    curves : dict of (group, str, int) to list of ndarray of shape (n_points, 2)
        By group, layer and degree the levels as rows (t, value), linear in between. Use :meth:`from_landscapes`,
        :meth:`from_diagrams` or :meth:`from_estimator` to make a display and draw it.
    bands : dict of (group, str, int) to list of ndarray of shape (n_points, 3), or None, default=None
        Rows (t, lower, upper).
    negated : bool, default=False
        Whether t is -phi, and the axis to be labelled in phi.
    label : str, default="landscape"
        What the curves are, for the axis.
    band_label : str, default=""
        What the bands are, for the legend.

    Attributes
    ----------
    curves_, bands_, negated_, label_, band_label_
        As given.
    ax_ : matplotlib Axes, or array of them
        After :meth:`plot`; an array where there are several panels.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    PersistenceLandscape : One landscape, exact.
    ActivationLandscapes : Many on common grids, with means and bands.

    Notes
    -----
    Groups have colours, and levels grow paler; a landscape that is alone has colours by level. Time runs to the right;
    where it is phi that falls, the axis is turned.

    Examples
    --------
    >>> from sktopo import LandscapeDisplay, PersistenceLandscape
    >>> display = LandscapeDisplay.from_landscapes(PersistenceLandscape.from_pairs([[0, 4], [1, 3]]))
    >>> [line.get_ydata().tolist() for line in display.ax_.lines]
    [[0.0, 2.0, 0.0], [0.0, 1.0, 0.0]]
    """

    def __init__(self, curves, *, bands=None, negated=False, label="landscape", band_label=""):
        self.curves_ = curves
        self.bands_ = {} if bands is None else bands
        self.negated_ = bool(negated)
        self.label_ = label
        self.band_label_ = band_label

    @classmethod
    def from_landscapes(
        cls,
        landscapes,
        *,
        groups=None,
        band=None,
        confidence=0.95,
        random_state=None,
        negated=None,
        ax=None,
        **kwargs,
    ):
        """Draw landscapes that are there already.

        Parameters
        ----------
        landscapes : PersistenceLandscape, sequence of them, dict of names to either, or ActivationLandscapes
            Of a sequence the mean is drawn; the names of a dict are groups.
        groups : array-like of shape (n_samples,) or None, default=None
            Labels of the samples of ActivationLandscapes, or of a sequence; None takes the mean of all, or, of
            ActivationLandscapes that are means of groups, each by itself.
        band : {"bootstrap", "quantile"} or None, default=None
            As the `method` of :meth:`ActivationLandscapes.bands`: a confidence band of the mean, or where the samples
            lie. Bands of exact landscapes are computed at 400 points.
        confidence : float, default=0.95
        random_state : int, RandomState instance or None, default=None
            Of the bootstrap.
        negated : bool or None, default=None
            Whether the landscapes are of a superlevel filtration of phi: their t is -phi. None takes what
            ActivationLandscapes say of themselves, and False for exact landscapes, which do not know.
        ax, **kwargs : as in :meth:`plot`

        Returns
        -------
        LandscapeDisplay
        """
        options = {"band": band, "confidence": confidence, "random_state": random_state}
        if isinstance(landscapes, ActivationLandscapes):
            blocks = {
                (layer, degree): landscapes.select(layer=layer, degree=degree)
                for layer in landscapes.layers
                for degree in landscapes.degrees
            }
            curves, bands = grid_means(blocks, groups, **options)
            mean = landscapes.groups is None and len(landscapes) > 1
        else:
            curves, bands = exact_means(landscapes, groups, **options)
            mean = not isinstance(landscapes, PersistenceLandscape | dict)
        negated = getattr(landscapes, "negated", False) if negated is None else negated
        return cls(curves, bands=bands, negated=negated, **_names(mean, band, confidence)).plot(ax=ax, **kwargs)

    @classmethod
    def from_diagrams(
        cls,
        diagrams,
        *,
        sample=None,
        groups=None,
        layer=None,
        degree=None,
        essential="cap",
        n_levels=3,
        band=None,
        confidence=0.95,
        random_state=None,
        ax=None,
        **kwargs,
    ):
        """Draw the landscapes of Diagrams.

        Parameters
        ----------
        diagrams : Diagrams, or what :class:`PersistenceVectorizer` accepts as diagrams
        sample : int or None, default=None
            One sample, exactly; None draws the mean over all, at 400 points. One sample that is alone is drawn exactly.
        groups : array-like of shape (n_samples,) or None, default=None
            Labels; a mean for each.
        layer, degree : default=None
            Blocks to draw, as in :meth:`Diagrams.select`; None takes all.
        essential : {"cap", "drop"} or float, default="cap"
            What becomes of essential classes, whose tents never end. "cap": they die where the filtration ends, or,
            where the diagrams do not say, at the largest finite value of their block. "drop": they are left out. A
            number: they die there.
        n_levels : int, default=3
            How many levels.
        band, confidence, random_state : as in :meth:`from_landscapes`
        ax, **kwargs : as in :meth:`plot`

        Returns
        -------
        LandscapeDisplay
        """
        diagrams = as_diagrams(diagrams)
        diagrams = diagrams if sample is None else sample_of(diagrams, sample)
        if layer is not None or degree is not None:
            diagrams = diagrams.select(layer=layer, degree=degree)
        bounded = finite(diagrams, essential)
        kwargs = {"n_levels": n_levels, **kwargs}
        if len(diagrams) == 1 and groups is None and band is None:
            return cls(exact_levels(bounded, n_levels), negated=diagrams.negated).plot(ax=ax, **kwargs)
        curves, bands = grid_means(sampled(bounded, n_levels), groups, band, confidence, random_state)
        names = _names(True, band, confidence)
        return cls(curves, bands=bands, negated=diagrams.negated, **names).plot(ax=ax, **kwargs)

    @classmethod
    def from_estimator(cls, estimator, X, *, sample=None, groups=None, band=None, ax=None, **kwargs):
        """Draw the landscapes that a fitted vectorizer, or a pipeline with a filtration, gives.

        Parameters
        ----------
        estimator : fitted PersistenceVectorizer(method="landscape"), pipeline with one, or fitted filtration
            A vectorizer's own grid, levels and policy for essential classes are used; a filtration's diagrams are drawn
            as by :meth:`from_diagrams`. Steps behind them, such as a classifier, are not run.
        X : what it transforms
        sample, groups, band, ax, **kwargs : as in :meth:`from_diagrams`

        Returns
        -------
        LandscapeDisplay

        Raises
        ------
        ValueError
            If neither diagrams nor landscapes come out.
        """
        X = X if sample is None else sample_of(X, sample)
        vectorizer = fitted_vectorizer(estimator, "landscape")
        diagrams = X if vectorizer is estimator else run_steps(estimator, X)
        if vectorizer is None:
            return cls.from_diagrams(diagrams, groups=groups, band=band, ax=ax, **kwargs)
        confidence, random_state = kwargs.pop("confidence", 0.95), kwargs.pop("random_state", None)
        blocks = vectorized(vectorizer, diagrams)
        wanted = chosen_blocks(blocks, kwargs.pop("layer", None), kwargs.pop("degree", None))
        curves, bands = grid_means({block: blocks[block] for block in wanted}, groups, band, confidence, random_state)
        names = _names(len(diagrams) > 1, band, confidence)
        return cls(curves, bands=bands, negated=vectorizer.negated_, **names).plot(ax=ax, **kwargs)

    def plot(self, *, ax=None, split_by="block", n_levels=5, **kwargs):
        """Draw, on `ax` or on new axes.

        Parameters
        ----------
        ax : matplotlib axes, or sequence of them, one per panel, or None, default=None
        split_by : {"block", "layer", "degree"} or None, default="block"
            One panel for each layer and degree, for each layer, for each degree; None draws one picture.
        n_levels : int or None, default=5
            At most so many levels, from the first; the legend says of how many. None draws all.
        **kwargs
            Handed to ``ax.plot``.

        Returns
        -------
        self : LandscapeDisplay

        Raises
        ------
        ValueError
            If an option cannot be used.
        """
        if n_levels is not None and (not isinstance(n_levels, numbers.Integral) or n_levels < 1):
            raise ValueError(
                "The 'n_levels' of LandscapeDisplay must be an integer >= 1, or None for all. "
                f"Got {n_levels!r} instead."
            )
        panels = panels_of(self, dict.fromkeys(key[1:] for key in self.curves_), split_by)
        labels = self._labels(panels, split_by)
        names = list(dict.fromkeys(labels.values()))
        beside = legend_width(len(names))
        axes = axes_for(self, ax, len(panels), size=(4.0 + beside, 3.0), alone=(6.0 + beside, 3.8))
        colours, known = dict(zip(names, colours_of(len(names)), strict=True)), set()
        for one, (title, blocks) in zip(axes, panels, strict=True):
            keys = [key for key in self.curves_ if key[1:] in blocks]
            for key in keys:
                colour = colours[labels[key]] if len(names) > 1 else None
                self._plot_levels(one, key, labels[key], colour, n_levels, kwargs)
            self._frame(one, keys, n_levels, title)
            self._name(one, keys, n_levels, known)
        return self._keep(axes)

    def _labels(self, panels, split_by):
        """What tells curves apart: the group where there are several, and the block where the title does not."""
        several = len({key[0] for key in self.curves_}) > 1
        labels = {}
        for _, blocks in panels:
            for key in self.curves_:
                if key[1:] in blocks:
                    parts = [str(key[0])] if several else []
                    parts += [block_label(*key[1:], split_by)] if len(blocks) > 1 else []
                    labels[key] = ", ".join(parts)
        return labels

    def _plot_levels(self, ax, key, label, colour, n_levels, kwargs):
        from matplotlib.lines import Line2D

        levels, bands = self.curves_[key][:n_levels], self.bands_.get(key, [])[:n_levels]
        colours = colours_of(len(levels)) if colour is None else [colour] * len(levels)
        fade = np.ones(len(levels)) if colour is None else np.maximum(0.65 ** np.arange(len(levels)), 0.25)
        for k, (level, own) in enumerate(zip(levels, colours, strict=True)):
            if len(level) == 0:  # zero everywhere
                continue
            name = f"level {k + 1}" if colour is None else label if k == 0 else "_level"
            style = {"color": own, "alpha": fade[k], "linewidth": 1.6, "label": name, "zorder": 3 - k / 100}
            ax.plot(self._sign * level[:, 0], level[:, 1], **over(style, kwargs, Line2D))
            if k < len(bands):
                places, lower, upper = bands[k].T
                ax.fill_between(self._sign * places, lower, upper, color=own, alpha=0.22 * fade[k], linewidth=0)

    def _frame(self, ax, keys, n_levels, title):
        places = np.concatenate([level[:, 0] for key in keys for level in self.curves_[key]] or [np.empty(0)])
        low, high = (places.min(), places.max()) if len(places) else (0.0, 1.0)
        margin = 0.03 * (high - low or 1.0)
        ax.set(xlim=(self._sign * (low - margin), self._sign * (high + margin)), title=title)
        ax.set(xlabel=f"filtration value{unit_of(self.negated_)}", ylabel=self.label_)

    def _name(self, ax, keys, n_levels, known):
        """A legend, unless earlier panels have explained all that is here, and how many levels are not shown."""
        handles, labels = ax.get_legend_handles_labels()
        if {*labels} <= known:
            handles, labels = [], []
        elif self.band_label_:
            from matplotlib.patches import Patch

            handles, labels = [*handles, Patch(color="0.5", alpha=0.3, linewidth=0)], [*labels, self.band_label_]
        known.update(labels)
        most = max((len(self.curves_[key]) for key in keys), default=0)
        title = f"first {n_levels} of {most} levels" if n_levels is not None and most > n_levels else None
        if title or labels:
            place = legend_place(len(labels))
            ax.legend(handles, labels, fontsize="small", title=title, title_fontsize="small", **place)

    @property
    def _sign(self):
        return -1.0 if self.negated_ else 1.0


def _names(mean, band, confidence):
    """What the curves and bands are, in words."""
    percent = f"{100 * confidence:g} %"
    bands = {None: "", "bootstrap": f"{percent} confidence band", "quantile": f"middle {percent} of samples"}
    return {"label": "mean landscape" if mean or band else "landscape", "band_label": bands[band]}
