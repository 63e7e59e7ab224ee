"""ElbowDisplay: the curve of nearest-neighbour distances from which Mapper reads eps."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sktopo.mapper.elbow import elbow
from sktopo.plotting.common import Panels, axes_for

__all__ = ["ElbowDisplay"]


class ElbowDisplay(Panels):
    """Sorted distances to the ``min_samples``-th neighbour, and their knee.

    Parameters
    ----------
    curves : dict of str to array-like
        Sorted distances, by title.
    eps : dict of str to float, default={}
        Lines to be drawn at these heights, by title: the eps that was used.

    Attributes
    ----------
    curves_ : dict of str to float64 ndarray
    knee_ : dict of str to float
        Where each curve is farthest below its chord.
    ax_ : matplotlib Axes, or ndarray of Axes
        After :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    Mapper : With ``eps="elbow"``, keeps the curves in ``elbow_``.

    Notes
    -----
    A curve that bends sharply says that clusters have one scale; where it rises evenly the knee is arbitrary, and
    :func:`mapper_sweep` over ``eps_scale`` tells more.

    Examples
    --------
    >>> from sktopo import ElbowDisplay
    >>> display = ElbowDisplay({"X": [0.1, 0.1, 0.2, 0.9]}).plot()
    >>> display.knee_
    {'X': 0.2}
    """

    def __init__(self, curves, *, eps=None):
        self.curves_ = {title: np.asarray(curve, dtype=np.float64) for title, curve in curves.items()}
        self.knee_ = {title: elbow(curve) for title, curve in self.curves_.items()}
        self.eps_ = dict(eps or {})

    @classmethod
    def from_estimator(cls, mapper, *, layer=None, ax=None, **kwargs):
        """Draw the curves of a fitted Mapper.

        Parameters
        ----------
        mapper : Mapper, fitted with ``eps="elbow"``
        layer : str, sequence of str or None, default=None
            None draws all layers.
        ax, **kwargs : as in :meth:`plot`

        Returns
        -------
        ElbowDisplay
        """
        check_is_fitted(mapper, "graphs_")
        if not mapper.elbow_:
            raise ValueError("This Mapper was given its eps, or a clusterer without. Fit it with eps='elbow'.")
        names = list(mapper.elbow_) if layer is None else [layer] if isinstance(layer, str) else list(layer)
        unknown = [name for name in names if name not in mapper.elbow_]
        if unknown:
            raise ValueError(f"This Mapper has no layer {unknown[0]!r}. Choose one of {list(mapper.elbow_)}.")
        titles = {name: name if mapper.layers_ else "" for name in names}
        curves = {titles[name]: mapper.elbow_[name] for name in names}
        return cls(curves, eps={titles[name]: mapper.eps_[name] for name in names}).plot(ax=ax, **kwargs)

    def plot(self, *, ax=None, **kwargs):
        """Draw the curves, a panel each, on `ax` or on new axes.

        Parameters
        ----------
        ax : matplotlib axes, or one for each curve, or None, default=None
        **kwargs
            Handed to ``ax.plot``.

        Returns
        -------
        self : ElbowDisplay
        """
        axes = axes_for(self, ax, len(self.curves_), size=(4.0, 3.2), alone=(5.0, 4.0))
        for (title, curve), one in zip(self.curves_.items(), axes, strict=True):
            share = np.linspace(0.0, 1.0, len(curve))
            one.plot(share, curve, **{"color": "C0", **kwargs})
            one.plot(share[[0, -1]], curve[[0, -1]], color="0.7", linewidth=0.8)
            knee, used = self.knee_[title], self.eps_.get(title)
            one.axhline(knee, color="C1", linestyle=":", label=f"knee {knee:.3g}")
            if used is not None and used != knee:
                one.axhline(used, color="C3", linestyle="--", label=f"eps {used:.3g}")
            one.set(xlabel="share of the points", ylabel="distance to the neighbour", title=title)
            one.legend(frameon=False, loc="upper left")
        return self._keep(axes)
