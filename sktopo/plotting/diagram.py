"""PersistenceDiagramDisplay: births against deaths, with essential classes on a line of their own."""

import numbers

import numpy as np

from sktopo.plotting.common import (
    MAX_LEGEND,
    BlockDisplay,
    axes_for,
    block_label,
    block_styles,
    legend_place,
    legend_width,
    over,
    panels_of,
    unit_of,
)

__all__ = ["PersistenceDiagramDisplay"]

MULTIPLICITIES = ("size", "count", "alpha")


class PersistenceDiagramDisplay(BlockDisplay):
    """Persistence diagram of one sample, all layers and degrees in one picture or in a row of pictures.

    Parameters
    ----------
    diagrams : Diagrams of one sample
        Use :meth:`from_diagrams` or :meth:`from_estimator` to make a display and draw it.

    Attributes
    ----------
    pairs_ : dict of (str, int) to ndarray of shape (n_pairs, 2)
        What is drawn, by block. Where the filtration is superlevel (``negated``), these are values of phi:
        birth >= death, and an essential class has death -inf.
    negated_ : bool
        Whether the axes are in phi.
    ax_ : matplotlib Axes, or array of them
        After :meth:`plot`; an array where there are several panels.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    BarcodeDisplay : The same pairs as bars.
    PersistenceImageDisplay : The same pairs, smoothed.

    Notes
    -----
    Time runs away from the diagonal: upwards, or downwards where phi falls from the strongest edge on. Essential
    classes lie on a dashed line at that far side, beyond every finite death, which is labelled "∞" (or "−∞", where
    phi falls). Layers have colours and degrees markers; in a picture of one layer, degrees have colours.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import PersistenceDiagramDisplay
    >>> display = PersistenceDiagramDisplay.from_diagrams([np.array([[0.0, 1.0, 0], [0.0, np.inf, 0]])])
    >>> display.ax_.get_xlabel()
    'birth'
    """

    def plot(self, *, ax=None, split_by=None, multiplicity="size", max_points=5000, n_cells=60, **kwargs):
        """Draw, on `ax` or on new axes.

        Parameters
        ----------
        ax : matplotlib axes, or sequence of them, one per panel, or None, default=None
        split_by : {"layer", "degree", "block"} or None, default=None
            One panel each, all with the same limits; None draws one picture.
        multiplicity : {"size", "count", "alpha"}, default="size"
            How to show that m pairs coincide. "size": one point, its area times 1 + log2(m); if they are of several
            blocks, one point within another. "count": that, and "×m" beside it. "alpha": m points over one another,
            each of them faint.
        max_points : int or None, default=5000
            A block of more pairs is drawn as a density: pairs per cell of a grid, in colours on a logarithmic scale,
            its essential classes along their line too. None never does.
        n_cells : int, default=60
            Number of the density's cells along each axis.
        **kwargs
            Handed to ``ax.scatter``.

        Returns
        -------
        self : PersistenceDiagramDisplay

        Raises
        ------
        ValueError
            If an option cannot be used.
        """
        _check(multiplicity, max_points, n_cells)
        panels = panels_of(self, self.pairs_, split_by)
        names = legend_width(max(len(blocks) for _, blocks in panels))
        axes = axes_for(self, ax, len(panels), size=(4.0 + 1.2 * names, 4.0), alone=(5.0 + 1.2 * names, 4.2))
        styles, limits = block_styles(self.pairs_), self._limits()
        dense = {block for block, pairs in self.pairs_.items() if max_points is not None and len(pairs) > max_points}
        self._plot_densities(axes, panels, dense, limits, n_cells)
        for one, (title, blocks) in zip(axes, panels, strict=True):
            own = {}
            for block in blocks:
                own[block] = styles[block]["color"], styles[block]["marker"], self._label(block, split_by)
            self._scatter(one, own, dense, limits[2], multiplicity, kwargs)
            self._frame(one, blocks, limits)
            one.set_title(title)
        return self._keep(axes)

    def _scatter(self, ax, styles, dense, line, multiplicity, kwargs):
        """The small blocks as points, and names for the large ones."""
        points = {block: self._points(block, line) for block in styles if block not in dense}
        if multiplicity != "alpha":
            points, counts = _coinciding(points)
        faint = 0.25 if multiplicity == "alpha" else 0.7
        for block, (colour, marker, label) in styles.items():
            if block in dense:
                ax.scatter([], [], s=14, color="0.5", marker="s", label=f"{label} (density)")
                continue
            style = {"s": 14, "alpha": faint, "linewidths": 0, "color": colour, "marker": marker, "label": label}
            style = _for_scatter(style, kwargs)
            if multiplicity != "alpha" and (counts[block] > 1).any():
                style["s"] = style["s"] * (1.0 + np.log2(counts[block]))
            ax.scatter(*points[block].T, **style)
        if multiplicity == "count":
            _write_counts(ax, points, counts)

    def _label(self, block, split_by):
        return block_label(*block, split_by) + ("" if len(self.pairs_[block]) else " (empty)")

    def _points(self, block, line):
        """Where the pairs of a block lie in the picture."""
        birth, death = self.pairs_[block].T
        return np.column_stack([birth, np.where(np.isinf(death), line, death)])

    def _plot_densities(self, axes, panels, dense, limits, n_cells):
        """The large blocks of each panel taken together, all panels in the same colours."""
        low, high, line = limits
        edges = np.linspace(low, high, n_cells + 1)
        counts = []
        for _, blocks in panels:
            pairs = np.concatenate([np.empty((0, 2)), *(self.pairs_[block] for block in blocks if block in dense)])
            finite = np.isfinite(pairs[:, 1])
            square, _, _ = np.histogram2d(*pairs[finite].T, bins=(edges, edges))
            counts.append((square.T, np.histogram(pairs[~finite, 0], bins=edges)[0][None]))
        if not dense:
            return
        from matplotlib.colors import LogNorm

        top = max(part.max() for parts in counts for part in parts)
        style = {"norm": LogNorm(1, max(top, 10)), "cmap": "viridis_r", "rasterized": True}
        half = (edges[1] - edges[0]) / 2
        for ax, (square, strip) in zip(axes, counts, strict=True):
            mesh = ax.pcolormesh(edges, edges, np.ma.masked_equal(square, 0), **style)
            ax.pcolormesh(edges, [line - half, line + half], np.ma.masked_equal(strip, 0), zorder=2, **style)
        axes[0].figure.colorbar(mesh, ax=list(axes), label="pairs per cell", shrink=0.8)

    def _frame(self, ax, blocks, limits):
        """Diagonal, the line of essential classes, labels and legend."""
        low, high, line = limits
        ax.plot([low, high], [low, high], color="0.6", linewidth=0.8, zorder=0)
        if any(np.isinf(self.pairs_[block]).any() for block in blocks):
            ax.axhline(line, color="0.6", linewidth=0.8, linestyle="--", zorder=0)
            beside = ("axes fraction", "data")
            name = "−∞" if self.negated_ else "∞"
            ax.annotate(name, (1.01, line), xycoords=beside, fontsize="large", color="0.3", va="center")
        margin = (high - low) / 22
        reach = (low, high, line - margin, line + margin)
        ax.set(xlim=(low, high), ylim=(min(reach), max(reach)))
        ax.set(xlabel=f"birth{unit_of(self.negated_)}", ylabel=f"death{unit_of(self.negated_)}")
        ax.set_aspect("equal", adjustable="box")
        # No pair lies on the other side of the diagonal, so there is always room.
        place = {"loc": "upper left" if self.negated_ else "lower right"}
        if len(blocks) > MAX_LEGEND:
            place = {**legend_place(len(blocks)), "bbox_to_anchor": (1.1, 1.0)}  # to the right of the sign ∞
        legend = ax.legend(fontsize="small", **place)
        for handle in legend.legend_handles:
            if hasattr(handle, "set_sizes"):
                handle.set_sizes([20])
                handle.set_alpha(1.0)

    def _limits(self):
        """Ends of the diagonal, and where the line of essential classes goes."""
        values = self._finite_values()
        low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
        if self.negated_:
            low = min(low, 0.0)  # where phi ends
        margin = 0.05 * (high - low or 1.0)
        return low - margin, high + margin, low - 2 * margin if self.negated_ else high + 2 * margin


def _check(multiplicity, max_points, n_cells):
    """Refuse options that cannot be used."""
    must = None
    if multiplicity not in MULTIPLICITIES:
        must = "multiplicity", "one of 'size', 'count', 'alpha'", multiplicity
    elif max_points is not None and (not isinstance(max_points, numbers.Integral) or max_points < 0):
        must = "max_points", "an integer >= 0, or None for never a density", max_points
    elif not isinstance(n_cells, numbers.Integral) or n_cells < 1:
        must = "n_cells", "an integer >= 1", n_cells
    if must:
        name, wanted, got = must
        raise ValueError(f"The {name!r} of PersistenceDiagramDisplay must be {wanted}. Got {got!r} instead.")


def _coinciding(points):
    """The distinct points of each block, and how many pairs of it and of the later blocks lie there.

    So where blocks coincide, the later and smaller mark leaves a rim of the earlier one.
    """
    rows = np.concatenate([np.empty((0, 2)), *points.values()])
    _, place, left = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    place, start = place.reshape(-1), 0
    distinct, counts = {}, {}
    for block, own in points.items():
        here = place[start : start + len(own)]
        at, first, n_own = np.unique(here, return_index=True, return_counts=True)
        order = np.argsort(first)  # as they are stored
        distinct[block], counts[block] = own[first[order]], left[at[order]]
        left[at] -= n_own
        start += len(own)
    return distinct, counts


def _write_counts(ax, points, counts):
    """Beside every place of several pairs their number; the first block there knows all of them."""
    written = set()
    for block in points:
        for place, count in zip(map(tuple, points[block].tolist()), counts[block], strict=True):
            if count > 1 and place not in written:
                beside = {"xytext": (5, 3), "textcoords": "offset points"}
                ax.annotate(f"×{count}", place, fontsize="x-small", color="0.2", **beside)
            written.add(place)


def _for_scatter(defaults, given):
    """Options for scatter: what is given wins, and "c" stands for "color"."""
    from matplotlib.collections import PathCollection

    style = over(defaults, given, PathCollection)
    if "c" in style:
        style.pop("color", None)
    return style
