"""PersistenceDiagramDisplay: births against deaths, with essential classes on a line of their own."""

import numpy as np

from sktopo.diagrams.container import as_diagrams

__all__ = ["PersistenceDiagramDisplay"]


class PersistenceDiagramDisplay:
    """Persistence diagram of one sample, all layers and degrees in one picture.

    Parameters
    ----------
    diagrams : Diagrams of one sample
        Use :meth:`from_diagrams` or :meth:`from_estimator` to make a display.

    Attributes
    ----------
    pairs_ : dict of (str, int) to ndarray of shape (n_pairs, 2)
        What is drawn, by block; values of phi where the filtration is superlevel.
    ax_, figure_ : matplotlib objects
        After :meth:`plot`.

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
        self.negated = diagrams.negated
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
        finite = np.concatenate([pairs[np.isfinite(pairs)] for pairs in self.pairs_.values()] + [np.zeros(1)])
        low, high = finite.min(), finite.max()
        margin = 0.05 * (high - low or 1.0)
        line = low - 2 * margin if self.negated else high + 2 * margin  # where essential classes are drawn
        ax.plot([low - margin, high + margin], [low - margin, high + margin], color="0.6", linewidth=0.8)
        essential = False
        for (layer, degree), pairs in self.pairs_.items():
            death = np.where(np.isinf(pairs[:, 1]), line, pairs[:, 1])
            essential |= bool(np.isinf(pairs[:, 1]).any())
            style = {"s": 14, "alpha": 0.7, "label": f"{layer} H{degree}"} | kwargs
            ax.scatter(pairs[:, 0], death, **style)
        if essential:
            ax.axhline(line, color="0.6", linewidth=0.8, linestyle="--")
            ax.annotate("never dies", (low - margin, line), fontsize="small", color="0.4", va="bottom")
        ax.set_xlabel("birth (phi)" if self.negated else "birth")
        ax.set_ylabel("death (phi)" if self.negated else "death")
        ax.set_aspect("equal", adjustable="box")
        ax.legend(fontsize="small", loc="best")
        self.ax_, self.figure_ = ax, ax.figure
        return self
