"""PersistenceDiagramDisplay: births against deaths, with essential classes on a line of their own."""

import numpy as np

from sktopo.diagrams.reading import as_diagrams

__all__ = ["PersistenceDiagramDisplay"]


class PersistenceDiagramDisplay:
    """Persistence diagram of one sample, all layers and degrees in one picture.

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
    ax_ : matplotlib Axes
        After :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    Notes
    -----
    Time runs away from the diagonal: upwards, or downwards where phi falls from the strongest edge on. Essential
    classes lie on a dashed line at that far side, beyond every finite death.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import PersistenceDiagramDisplay
    >>> display = PersistenceDiagramDisplay.from_diagrams([np.array([[0.0, 1.0, 0], [0.0, np.inf, 0]])])
    >>> display.ax_.get_xlabel()
    'birth'
    """

    def __init__(self, diagrams):
        diagrams = as_diagrams(diagrams)
        if len(diagrams) != 1:
            raise ValueError(f"A persistence diagram is of one sample; got {len(diagrams)}. Choose one: diagrams[i].")
        self.negated_ = diagrams.negated
        sign = -1.0 if diagrams.negated else 1.0
        self.pairs_ = {block: sign * diagrams.pairs(*block) for block in diagrams.blocks}

    @classmethod
    def from_diagrams(cls, diagrams, *, sample=0, ax=None, **kwargs):
        """Draw one sample of Diagrams.

        Parameters
        ----------
        diagrams : Diagrams, or what :class:`PersistenceVectorizer` accepts as diagrams
        sample : int, default=0
        ax : matplotlib axes or None, default=None
        **kwargs
            Handed to ``ax.scatter``.

        Returns
        -------
        PersistenceDiagramDisplay
        """
        return cls(as_diagrams(diagrams)[sample]).plot(ax=ax, **kwargs)

    @classmethod
    def from_estimator(cls, estimator, X, *, sample=0, ax=None, **kwargs):
        """Draw the diagram that a fitted filtration, or a pipeline ending in one, gives for one input.

        Parameters
        ----------
        estimator : fitted estimator whose ``transform`` gives Diagrams
        X : what it transforms
        sample, ax, **kwargs : as in :meth:`from_diagrams`

        Returns
        -------
        PersistenceDiagramDisplay
        """
        return cls.from_diagrams(estimator.transform(X[sample : sample + 1]), ax=ax, **kwargs)

    def plot(self, *, ax=None, **kwargs):
        """Draw, on `ax` or on new axes.

        Parameters
        ----------
        ax : matplotlib axes or None, default=None
        **kwargs
            Handed to ``ax.scatter``.

        Returns
        -------
        self : PersistenceDiagramDisplay
        """
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots()
        low, high, line = self._limits()
        ax.plot([low, high], [low, high], color="0.6", linewidth=0.8)
        for (layer, degree), pairs in self.pairs_.items():
            death = np.where(np.isinf(pairs[:, 1]), line, pairs[:, 1])
            ax.scatter(pairs[:, 0], death, **{"s": 14, "alpha": 0.7, "label": f"{layer} H{degree}", **kwargs})
        if any(np.isinf(pairs).any() for pairs in self.pairs_.values()):
            ax.axhline(line, color="0.6", linewidth=0.8, linestyle="--")
            beside = ("axes fraction", "data")
            ax.annotate("never dies", (1.01, line), xycoords=beside, fontsize="small", color="0.4", va="center")
        unit = " (phi)" if self.negated_ else ""
        ax.set(xlabel=f"birth{unit}", ylabel=f"death{unit}")
        ax.set_aspect("equal", adjustable="box")
        ax.legend(fontsize="small", loc="best")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _limits(self):
        """Ends of the diagonal, and where the line of essential classes goes."""
        values = np.concatenate([pairs.ravel() for pairs in self.pairs_.values()])
        values = values[np.isfinite(values)]
        low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
        if self.negated_:
            low = min(low, 0.0)  # where phi ends
        margin = 0.05 * (high - low or 1.0)
        return low - margin, high + margin, low - 2 * margin if self.negated_ else high + 2 * margin
