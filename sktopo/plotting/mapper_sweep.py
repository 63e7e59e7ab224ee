"""MapperSweepDisplay: one column of a sweep over two of its settings, as a heat map."""

import numpy as np

from sktopo.plotting.common import Panels, axes_for

__all__ = ["MapperSweepDisplay"]


class MapperSweepDisplay(Panels):
    """Heat maps of a column of a MapperSweep: intervals across, overlap down, a panel for every other setting.

    Parameters
    ----------
    sweep : MapperSweep

    Attributes
    ----------
    sweep_ : MapperSweep
    values_ : dict of str to float64 ndarray of shape (n_rows, n_columns)
        What is shown, by title, after :meth:`plot`.
    ax_ : matplotlib Axes, or ndarray of Axes
        After :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    mapper_sweep : Makes the sweep.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Mapper, MapperSweepDisplay, mapper_sweep
    >>> angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> mapper = Mapper(lambda points: points[:, 0], eps=0.3)
    >>> sweep = mapper_sweep(mapper, circle, n_intervals=[2, 5], overlap=[0.2, 0.4])
    >>> MapperSweepDisplay.from_sweep(sweep, column="loops").values_
    {'': array([[0., 1.],
           [0., 1.]])}
    """

    def __init__(self, sweep):
        self.sweep_ = sweep

    @classmethod
    def from_sweep(cls, sweep, *, ax=None, **options):
        """Draw one column.

        Parameters
        ----------
        sweep : MapperSweep
        ax, **options : as in :meth:`plot`

        Returns
        -------
        MapperSweepDisplay
        """
        return cls(sweep).plot(ax=ax, **options)

    def plot(
        self,
        *,
        column="instability",
        layer=None,
        across="n_intervals",
        down="overlap",
        annotate=True,
        ax=None,
        **kwargs,
    ):
        """Draw the heat maps, on `ax` or on new axes.

        Parameters
        ----------
        column : str, default="instability"
            Of :meth:`MapperSweep.table`.
        layer : str or None, default=None
            None takes the last layer.
        across, down : str, default="n_intervals" and "overlap"
            Settings along the axes. One that the sweep does not vary has one row or column.
        annotate : bool, default=True
            Whether to write the numbers into the cells.
        ax : matplotlib axes, or one for each panel, or None, default=None
        **kwargs
            Handed to ``ax.imshow``.

        Returns
        -------
        self : MapperSweepDisplay
        """
        values = self.sweep_.column(column, layer)
        if any(isinstance(value, str) or value is None for value in values):
            raise ValueError(
                f"Column {column!r} of this sweep holds no numbers. Choose another one"
                + (", or sweep with n_subsamples=10." if column.startswith("instability") else ".")
            )
        panels = self._panels(values, across, down)
        axes = axes_for(self, ax, len(panels), size=(4.2, 3.6), alone=(5.0, 4.0))
        # One scale for all panels; an infinity would leave no colours for the rest.
        finite = np.concatenate([grid[np.isfinite(grid)] for grid, _, _ in panels.values()])
        kwargs = {"cmap": "viridis", "vmin": finite.min(initial=0.0), "vmax": finite.max(initial=0.0) or 1.0, **kwargs}
        for (title, (grid, columns, rows)), one in zip(panels.items(), axes, strict=True):
            image = one.imshow(grid, aspect="auto", **kwargs)
            one.set_xticks(range(len(columns)), columns)
            one.set_yticks(range(len(rows)), rows)
            one.set(xlabel=across, ylabel=down, title=title)
            if annotate:
                _write(one, grid, image)
        axes[0].figure.colorbar(image, ax=list(axes), label=column)
        self.values_ = {title: grid for title, (grid, _, _) in panels.items()}
        return self._keep(axes)

    def _panels(self, values, across, down):
        """{title: (grid, names of columns, names of rows)}."""
        settings = self.sweep_.settings
        for name in (across, down):
            if name not in ("n_intervals", "overlap", "eps", "eps_scale"):
                raise ValueError(f"A sweep has no setting {name!r}. Choose n_intervals, overlap, eps or eps_scale.")
        columns, rows = (list(dict.fromkeys(str(s.get(name, "")) for s in settings)) for name in (across, down))
        panels = {}
        for setting, value in zip(settings, values, strict=True):
            rest = {name: given for name, given in setting.items() if name not in (across, down)}
            title = ", ".join(f"{name}={given}" for name, given in rest.items())
            grid = panels.setdefault(title, (np.full((len(rows), len(columns)), np.nan), columns, rows))[0]
            grid[rows.index(str(setting.get(down, ""))), columns.index(str(setting.get(across, "")))] = value
        return panels


def _write(ax, grid, image):
    """Numbers in the cells, black on light colours and white on dark ones."""
    whole = np.all(grid == np.round(grid))
    for (i, j), value in np.ndenumerate(grid):
        luminance = np.dot(image.cmap(image.norm(value))[:3], (0.3, 0.6, 0.1))
        ax.text(
            j,
            i,
            f"{value:.0f}" if whole else f"{value:.2f}",
            ha="center",
            va="center",
            color="wk"[int(luminance > 0.5)],
        )
