"""How much each block of diagrams counts where distances or Gram matrices of several are combined."""

import numbers

import numpy as np

__all__ = ["block_weights"]


def block_weights(estimator, blocks):
    """One weight per block, from the `weights` parameter of an estimator.

    Parameters
    ----------
    estimator : estimator
        Its `weights` is None, one number per block, or a dict from layers, degrees and blocks to numbers, which
        are multiplied where several apply; what is not named counts 1.
    blocks : sequence of (str, int)

    Returns
    -------
    ndarray of shape (n_blocks,)
    """
    weights, who = estimator.weights, type(estimator).__name__
    if weights is None:
        return np.ones(len(blocks))
    if isinstance(weights, dict):
        result = _by_name(weights, blocks, who)
    else:
        result = np.asarray(weights, dtype=np.float64)
        if result.shape != (len(blocks),):
            raise ValueError(
                f"The 'weights' parameter of {who} must have one number for each of the {len(blocks)} blocks {blocks}. "
                f"Got {weights!r} instead."
            )
    if not (np.isfinite(result) & (result >= 0)).all() or not result.any():
        raise ValueError(
            f"The 'weights' parameter of {who} must be finite numbers, none negative and not all zero. Got {weights!r}."
        )
    return result


def _by_name(weights, blocks, who):
    known = {*blocks, *(layer for layer, _ in blocks), *(degree for _, degree in blocks)}
    unknown = [key for key in weights if key not in known]
    if unknown:
        raise ValueError(
            f"The 'weights' parameter of {who} names {unknown}, which is no layer, degree or block (layer, degree) of "
            f"the diagrams. The blocks are {blocks}."
        )
    wrong = [value for value in weights.values() if not isinstance(value, numbers.Real)]
    if wrong:
        raise ValueError(f"The 'weights' parameter of {who} must map to numbers. Got {wrong[0]!r} instead.")
    result = np.ones(len(blocks))
    for j, (layer, degree) in enumerate(blocks):
        for key in (layer, degree, (layer, degree)):
            result[j] *= weights.get(key, 1.0)
    return result
