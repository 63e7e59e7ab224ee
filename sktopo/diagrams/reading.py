"""One entrance for diagrams of any format: what every stage that takes diagrams does with its X first."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sktopo._base import check_matrix
from sktopo.diagrams.container import Diagrams
from sktopo.diagrams.convert import is_list_of_gudhi, is_list_of_rows
from sktopo.diagrams.ragged import segments_of

__all__ = ["align_blocks", "as_diagrams", "from_lifetimes", "read_again", "read_diagrams"]


def as_diagrams(X):
    """Diagrams from what any stage accepts.

    Parameters
    ----------
    X : Diagrams, list of array-like of shape (n_pairs, 3), or ndarray of shape (n_samples, n_pairs, 3)
        Rows are (birth, death, degree); a three-dimensional array is giotto-tda's, with its padding. An array of
        objects is a list.

    Returns
    -------
    Diagrams

    Raises
    ------
    ValueError
        If `X` is none of these.
    """
    X = _unpacked(X)
    if isinstance(X, Diagrams):
        return X
    if isinstance(X, np.ndarray) and X.ndim == 3:
        return Diagrams.from_giotto(X)
    if isinstance(X, list | tuple):
        if is_list_of_gudhi(X):
            raise ValueError(
                "Expected arrays with rows (birth, death, degree). Got GUDHI's [(degree, (birth, death)), ...]: "
                "give Diagrams.from_gudhi(X)."
            )
        return Diagrams.from_list(X)
    raise ValueError(
        "Expected Diagrams, a list of arrays with rows (birth, death, degree), or a giotto-tda array of "
        f"shape (n_samples, n_pairs, 3). Got {type(X).__name__} instead."
    )


def _unpacked(X):
    """A list of what an array of objects holds, which is how numpy keeps arrays of several lengths; or X itself."""
    return list(X) if isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype == object else X


def from_lifetimes(values):
    """Diagrams of a matrix: the value v is the pair (min(0, v), max(0, v)) of degree 0, so abs(v) is a lifetime."""
    n_samples, width = values.shape
    birth, death = np.minimum(values, 0.0).ravel(), np.maximum(values, 0.0).ravel()
    return Diagrams(birth, death, np.arange(n_samples + 1) * width, [("lifetimes", 0)], max_pairs=[width])


def read_diagrams(estimator, X, *, reset):
    """Diagrams from the X of an estimator: any format of :func:`as_diagrams`, or a matrix of lifetimes."""
    X = _unpacked(X)
    if isinstance(X, list | tuple) and len(X) == 0:
        raise ValueError("Found a list with 0 sample(s), while at least one diagram is required.")
    if _is_of_diagrams(X):
        diagrams = as_diagrams(X)
        for name in ("n_features_in_", "feature_names_in_"):
            if reset and hasattr(estimator, name):
                delattr(estimator, name)  # of a matrix, fitted before
    else:
        _refuse_one_diagram(X)
        diagrams = from_lifetimes(check_matrix(estimator, X, reset=reset))
    if len(diagrams) == 0 and reset:
        raise ValueError("Found diagrams with 0 sample(s), while at least one is required.")
    return diagrams


def _is_of_diagrams(X):
    if isinstance(X, Diagrams) or (isinstance(X, np.ndarray) and X.ndim == 3):
        return True
    return isinstance(X, list | tuple) and (is_list_of_gudhi(X) or is_list_of_rows(X))


def _refuse_one_diagram(X):
    """A matrix of three columns with infinity in the second can only be a diagram that stands alone."""
    if (
        isinstance(X, np.ndarray)
        and X.ndim == 2
        and X.shape[1] == 3
        and X.dtype.kind == "f"
        and np.isinf(X[:, 1]).any()
    ):
        raise ValueError(
            "An array of shape (n, 3) is read as a matrix of lifetimes, and this one contains infinity. If it is one "
            "diagram with rows (birth, death, degree), give a list of one array: [diagram]."
        )


def read_again(estimator, X):
    """Diagrams of the blocks and the kind of filtration that an estimator was fitted on: `blocks_` and `negated_`."""
    check_is_fitted(estimator, "blocks_")
    diagrams = align_blocks(estimator, read_diagrams(estimator, X, reset=False), estimator.blocks_)
    if diagrams.negated != estimator.negated_:
        raise ValueError(
            f"{type(estimator).__name__} was fitted on diagrams with negated={estimator.negated_} and got "
            f"negated={diagrams.negated}. Births of one are not comparable with births of the other: fit it again."
        )
    return diagrams


def align_blocks(estimator, diagrams, blocks, *, selecting=False):
    """Diagrams with exactly the fitted blocks, in their order.

    A degree that no sample of this batch has makes no block in a list, so a missing degree of a known layer
    counts as empty. A missing layer is an error, and so are pairs in an unknown block unless `selecting`.
    """
    if diagrams.blocks == blocks:
        return diagrams
    place = {block: j for j, block in enumerate(diagrams.blocks)}
    unknown = [block for block, j in place.items() if block not in blocks and diagrams.counts[:, j].any()]
    missing = {layer for layer, _ in blocks} - set(diagrams.layers)
    if missing or (unknown and not selecting):
        raise ValueError(
            f"{type(estimator).__name__} was fitted on the blocks {blocks} and got {diagrams.blocks}. "
            "Give diagrams of the same layers and degrees, or fit it again."
        )
    n_samples, n_blocks = diagrams.shape
    # A segment of no pairs stands in for every block that is missing.
    chosen = [place.get(block, -1) for block in blocks]
    return diagrams.take_segments(segments_of(range(n_samples), chosen, n_blocks), blocks)
