"""DiagramsToGiotto: the step between a sktopo filtration and giotto-tda's transformers.

Diagrams go in, giotto-tda's padded array comes out, with a width fixed in fit.
"""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._base import ContainerOutputMixin
from sktopo.diagrams.convert import padded_array
from sktopo.diagrams.essential import check_essential, with_finite_deaths
from sktopo.diagrams.reading import align_blocks, read_diagrams

__all__ = ["DiagramsToGiotto"]


class DiagramsToGiotto(ContainerOutputMixin, TransformerMixin, BaseEstimator):
    """Turn Diagrams into giotto-tda's array of shape (n_samples, width, 3).

    giotto-tda tells diagrams apart by the homology dimension in the third column alone. Where the blocks passed on
    differ in degree, the column holds the degree. Where several layers share a degree, every block gets a number of
    its own: its position in ``blocks_``.

    Parameters
    ----------
    essential : {"cap", "drop"} or float, default="cap"
        giotto-tda has no essential classes. "cap": they die where the filtration ends; "drop": they are left out; a
        number: they die there, and a class born after it dies at once.
    layer : str, sequence of str or None, default=None
        Layers to pass on; None passes all.
    degree : int, sequence of int or None, default=None
        Homology degrees to pass on; None passes all.

    Attributes
    ----------
    blocks_ : tuple of (str, int)
        Layer and degree of each block that is passed on.
    homology_dimensions_ : tuple of int
        What stands for each block in the third column; giotto-tda's estimators name their output by it.
    widths_ : ndarray of shape (n_blocks,)
        Rows per block: the most that a sample can have, where the filtration knows it, else the most seen in fit.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    Diagrams.to_giotto, Diagrams.from_giotto

    Notes
    -----
    Rows beyond a sample's pairs hold (end, end, dimension), pairs of zero persistence, which giotto-tda ignores.
    Pairs of a superlevel filtration are passed on as stored, in values of -phi, since giotto-tda wants
    birth <= death. A matrix X is read as lifetimes: the value v is the pair (min(0, v), max(0, v)).

    A sample with more pairs than its widths is an error in ``transform``: fit on samples that include the largest
    diagrams. It cannot happen after :class:`GraphFiltration`, which knows the most that a network can have.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import DiagramsToGiotto
    >>> DiagramsToGiotto().fit_transform([np.array([[0.0, 1.0, 0]]), np.empty((0, 3))])
    array([[[0., 1., 0.]],
           [[0., 0., 0.]]])
    """

    def __init__(self, *, essential="cap", layer=None, degree=None):
        self.essential = essential
        self.layer = layer
        self.degree = degree

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
        check_essential(self)
        diagrams = read_diagrams(self, X, reset=True)
        if self._selecting():
            diagrams = diagrams.select(layer=self.layer, degree=self.degree)
        self.blocks_ = diagrams.blocks
        degrees = tuple(degree for _, degree in self.blocks_)
        distinct = len(set(degrees)) == len(degrees)
        self.homology_dimensions_ = degrees if distinct else tuple(range(len(degrees)))
        known = diagrams.counts.max(axis=0) if diagrams.max_pairs is None else diagrams.max_pairs
        self.widths_ = np.maximum(known, 1)  # giotto-tda wants every homology dimension present
        return self

    def transform(self, X):
        """The padded array.

        Parameters
        ----------
        X : as in fit

        Returns
        -------
        ndarray of shape (n_samples, widths_.sum(), 3)
            Rows (birth, death, homology dimension).
        """
        check_is_fitted(self, "blocks_")
        diagrams = read_diagrams(self, X, reset=False)
        diagrams = align_blocks(self, diagrams, self.blocks_, selecting=self._selecting())
        array = padded_array(with_finite_deaths(diagrams, self.essential), self.widths_)
        array[:, :, 2] = np.repeat(self.homology_dimensions_, self.widths_)
        return array

    def _selecting(self):
        return self.layer is not None or self.degree is not None
