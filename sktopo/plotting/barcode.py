"""BarcodeDisplay: a bar per class, from its birth to its death."""

import numbers

import numpy as np

from sktopo.plotting.common import BlockDisplay, axes_for, block_label, block_styles, panels_of, span_of, unit_of

__all__ = ["BarcodeDisplay"]

LEAST_SHARE = 0.1  # of a panel's height for a block, however few bars it has: its name needs room


class BarcodeDisplay(BlockDisplay):
    """Barcode of one sample: blocks one below the other, the bars of each by birth and then by death.

    Parameters
    ----------
    diagrams : Diagrams of one sample
        Use :meth:`from_diagrams` or :meth:`from_estimator` to make a display and draw it.

    Attributes
    ----------
    pairs_ : dict of (str, int) to ndarray of shape (n_pairs, 2)
        Births and deaths by block, in the order of the bars from top to bottom. Where the filtration is superlevel
        (``negated``), these are values of phi: birth >= death, and an essential class has death -inf.
    negated_ : bool
        Whether the axis is in phi.
    drawn_ : dict of (str, int) to int ndarray
        Rows of ``pairs_`` that have a bar, after :meth:`plot`.
    ax_ : matplotlib Axes, or array of them
        After :meth:`plot`; an array where there are several panels.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    PersistenceDiagramDisplay : The same pairs as points.

    Notes
    -----
    Time runs to the right; where it is phi that falls, the axis is turned. The bar of an essential class is an arrow
    that goes beyond every finite death, and that of a class that dies at once a stroke across its row.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import BarcodeDisplay
    >>> rows = np.array([[1.0, 2.0, 0], [0.0, np.inf, 0], [0.0, 3.0, 0]])
    >>> BarcodeDisplay.from_diagrams([rows]).pairs_["diagram", 0]
    array([[ 0.,  3.],
           [ 0., inf],
           [ 1.,  2.]])
    """

    def __init__(self, diagrams):
        super().__init__(diagrams)
        for block, pairs in self.pairs_.items():
            birth, death = (self._sign * pairs).T
            self.pairs_[block] = pairs[np.lexsort((death, birth))]

    def plot(self, *, ax=None, split_by=None, max_bars=100, **kwargs):
        """Draw, on `ax` or on new axes.

        Parameters
        ----------
        ax : matplotlib axes, or sequence of them, one per panel, or None, default=None
        split_by : {"layer", "degree", "block"} or None, default=None
            One panel each, all with the same limits; None draws one picture.
        max_bars : int or None, default=100
            At most so many bars per block, the most persistent; the block's name says of how many. None draws all.
        **kwargs
            Handed to ``matplotlib.collections.LineCollection``, the bars of a block.

        Returns
        -------
        self : BarcodeDisplay

        Raises
        ------
        ValueError
            If an option cannot be used.
        """
        if max_bars is not None and (not isinstance(max_bars, numbers.Integral) or max_bars < 1):
            raise ValueError(
                f"The 'max_bars' of BarcodeDisplay must be an integer >= 1, or None for all. Got {max_bars!r} instead."
            )
        panels = panels_of(self, self.pairs_, split_by)
        axes = axes_for(self, ax, len(panels), size=(4.2, 3.6), alone=(6.5, 4.2))
        self.drawn_ = {block: self._longest(block, max_bars) for block in self.pairs_}
        styles = block_styles(self.pairs_)
        for one, (title, blocks) in zip(axes, panels, strict=True):
            colours = {block: styles[block]["color"] for block in blocks}
            self._plot_panel(one, colours, split_by, kwargs)
            one.set_title(title)
        return self._keep(axes)

    def _longest(self, block, max_bars):
        """Rows of the most persistent pairs, in the order of the bars; the earlier ones of equals."""
        pairs = self.pairs_[block]
        persistence = np.abs(pairs[:, 1] - pairs[:, 0])
        return np.sort(np.argsort(-persistence, kind="stable")[:max_bars])

    def _plot_panel(self, ax, colours, split_by, kwargs):
        from matplotlib.collections import LineCollection

        start, end = self._ends()
        total = max(sum(len(self.drawn_[block]) for block in colours), 1)
        height = ax.get_window_extent().height * 72 / ax.figure.dpi
        width = float(np.clip(0.6 * height / max(total, len(colours)), 0.4, 5.0))
        top, middles, names = 0.0, [], []
        for block, colour in colours.items():
            drawn = self.pairs_[block][self.drawn_[block]]
            room = max(len(drawn), LEAST_SHARE * total)
            rows = top + (room - len(drawn)) / 2 + np.arange(len(drawn)) + 0.5
            essential = np.isinf(drawn[:, 1])
            right = np.where(essential, end, drawn[:, 1])
            bars = [[(birth, row), (death, row)] for birth, death, row in zip(drawn[:, 0], right, rows, strict=True)]
            style = {"colors": colour, "linewidths": width, "capstyle": "butt", "label": "_bars", **kwargs}
            ax.add_collection(LineCollection(bars, **style))
            at_once = drawn[:, 0] == drawn[:, 1]  # a bar without length is a stroke across its row
            stroke = {"marker": "|", "s": max(3 * width, 4.0) ** 2, "color": colour, "linewidths": 1.0}
            ax.scatter(drawn[at_once, 0], rows[at_once], clip_on=False, zorder=3, **stroke)
            heads = {"marker": ">", "s": max(3 * width, 4.0) ** 2 / 2, "color": colour, "linewidths": 0}
            ax.scatter(right[essential], rows[essential], clip_on=False, zorder=3, **heads)
            middles.append(top + room / 2)
            names.append(self._name(block, split_by))
            top += room + 0.04 * total
        ax.set_yticks(middles, names, fontsize="small")
        ax.tick_params(axis="y", length=0)
        ax.set(xlim=(start, end), ylim=(top - 0.04 * total, 0.0), xlabel=f"filtration value{unit_of(self.negated_)}")
        for side in ("left", "right", "top"):
            ax.spines[side].set_visible(False)

    def _name(self, block, split_by):
        n_drawn, n_pairs = len(self.drawn_[block]), len(self.pairs_[block])
        name = block_label(*block, split_by)
        if n_pairs == 0:
            return f"{name}\nempty"
        return name if n_drawn == n_pairs else f"{name}\nlongest {n_drawn:,}\nof {n_pairs:,}"

    def _ends(self):
        """Limits of the axis in the order of time; arrows end at the second."""
        start, end = span_of(self._finite_values(), self.negated_)
        margin = 0.04 * ((end - start) or self._sign)
        essential = any(np.isinf(pairs).any() for pairs in self.pairs_.values())
        return start - margin, end + (3 * margin if essential else margin)
