"""DiagramsToGiotto: the step between a sktopo filtration and giotto-tda's transformers.

Diagrams go in, giotto-tda's padded array comes out, with a width fixed in fit.
"""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._base import ContainerOutputMixin, check_matrix
from sktopo.diagrams.container import Diagrams, as_diagrams, holds_diagrams
from sktopo.diagrams.convert import padded_array, with_finite_deaths

__all__ = ["DiagramsToGiotto"]


class DiagramsToGiotto(ContainerOutputMixin, TransformerMixin, BaseEstimator):
    """Turn Diagrams into giotto-tda's array of shape (n_samples, width, 3).

    giotto-tda tells diagrams apart by homology degree alone, so each block (layer, degree) gets a number of its own
    in the third column: the position of the block, ``blocks_[number]``.

    Parameters
    ----------
    essential : {"cap", "drop"} or float, default="cap"
        giotto-tda has no essential classes. "cap": they die where the filtration ends; "drop": they are left out; a
        number: they die there.
    layer : str, list of str or None, default=None
        Layers to pass on; None passes all.

    Attributes
    ----------
    blocks_ : tuple of (str, int)
        The block behind each number in the third column.
    widths_ : ndarray of shape (n_blocks,)
        Rows per block: the most that a sample can have, where the filtration knows it, else the most seen in fit.

    Raises
    ------
    ValueError
        In ``transform``, if a sample has more pairs than fit in the widths; fit on more samples then.

    See Also
    --------
    Diagrams.to_giotto, Diagrams.from_giotto

    Notes
    -----
    Rows beyond a sample's pairs hold (end, end, number), pairs of zero persistence, which giotto-tda ignores.
    A matrix X is read as lifetimes: the value v is the pair (min(0, v), max(0, v)).

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import DiagramsToGiotto
    >>> DiagramsToGiotto().fit_transform([np.array([[0.0, 1.0, 0]]), np.empty((0, 3))])
    array([[[0., 1., 0.]],
           [[0., 0., 0.]]])
    """

    def __init__(self, *, essential="cap", layer=None):
        self.essential = essential
        self.layer = layer

    def fit(self, X, y=None):
        """Fix the blocks and the number of rows for each.

        Parameters
        ----------
        X : Diagrams, list of arrays with rows (birth, death, degree), or matrix of lifetimes
        y : ignored

        Returns
        -------
        self : DiagramsToGiotto
        """
        number = isinstance(self.essential, numbers.Real) and np.isfinite(self.essential)
        if not number and self.essential not in ("cap", "drop"):
            raise ValueError(
                "The 'essential' parameter of DiagramsToGiotto must be 'cap', 'drop' or a finite number. "
                f"Got {self.essential!r} instead."
            )
        diagrams = self._read(X, reset=True)
        self.blocks_ = diagrams.blocks
        known = diagrams.max_pairs
        self.widths_ = np.array(diagrams.counts.max(axis=0, initial=1) if known is None else known)
        self.widths_ = np.maximum(self.widths_, 1)  # giotto-tda wants every degree present
        return self

    def transform(self, X):
        """The padded array.

        Parameters
        ----------
        X : as in fit

        Returns
        -------
        ndarray of shape (n_samples, widths_.sum(), 3)
        """
        check_is_fitted(self, "blocks_")
        diagrams = self._read(X, reset=False)
        if diagrams.blocks != self.blocks_:
            raise ValueError(
                f"DiagramsToGiotto was fitted on the blocks {self.blocks_} and got {diagrams.blocks}. Fit it again."
            )
        finite = with_finite_deaths(diagrams, self.essential)
        if (finite.counts > self.widths_).any():
            sample, block = np.argwhere(finite.counts > self.widths_)[0]
            raise ValueError(
                f"Diagram {sample} has {finite.counts[sample, block]} pairs in block {self.blocks_[block]}, more than "
                f"the {self.widths_[block]} rows fixed in fit. Fit on samples that include the largest diagrams."
            )
        array = padded_array(finite, self.widths_)
        array[:, :, 2] = np.repeat(np.arange(len(self.blocks_)), self.widths_)
        return array

    def _read(self, X, *, reset):
        if holds_diagrams(X):
            diagrams = as_diagrams(X)
        else:
            values = check_matrix(self, X, reset=reset)
            birth, death = np.minimum(values, 0.0).ravel(), np.maximum(values, 0.0).ravel()
            width = values.shape[1]
            diagrams = Diagrams(birth, death, np.arange(len(values) + 1) * width, [("lifetimes", 0)], max_pairs=[width])
        if self.layer is not None:
            diagrams = diagrams.select(layer=self.layer)
        return diagrams
