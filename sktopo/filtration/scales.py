"""What `normalize` learns in fit: one factor per operator.

Only factors, no shifts: phi = 0 means that there is no edge, and a shift would move that. For the same reason
"layer_rms" divides by the root mean square and not by the standard deviation, which is about a mean that is not
taken off, and is zero where all edges are equally strong.
"""

import numpy as np

__all__ = ["learn_scales"]


def learn_scales(normalize, censuses, samples, run):
    """Factor per operator's name.

    Parameters
    ----------
    normalize : {"layer", "layer_rms"}
    censuses : list of census
    samples : list of samples
    run : callable
        ``run(function, samples)`` is the list of ``function(sample)``.
    """
    measure = _strongest if normalize == "layer" else _squares
    rows = np.array(run(lambda sample: [measure(census, sample) for census in censuses], samples))
    totals = {}
    for j, census in enumerate(censuses):  # two branches of a sum have one name
        totals.setdefault(census.name, []).append(rows[:, j])
    size = _mean_strongest if normalize == "layer" else _root_mean_square
    with np.errstate(over="ignore"):
        sizes = {name: size(np.array(parts)) for name, parts in totals.items()}
    return {name: _factor(name, sizes[name], np.any(parts)) for name, parts in totals.items()}


def _factor(name, size, has_edges):
    if not has_edges:
        return 1.0
    with np.errstate(divide="ignore", over="ignore"):
        factor = float(1.0 / np.float64(size))
    if not 0.0 < factor < np.inf:
        raise ValueError(
            f"The edges of {name!r} are too strong or too weak to be normalised: their size is {size:g}. Rescale the "
            "network's weights or the inputs, or use normalize=None or 'sample'."
        )
    return factor


def _strongest(census, sample):
    return census.strongest(census.read(sample))


def _mean_strongest(parts):
    return float(parts.max(axis=0).mean())


def _squares(census, sample):
    read = census.read(sample)
    return census.sum_of_squares(read), census.count(read)


def _root_mean_square(parts):
    squares, count = parts.sum(axis=(0, 1))
    return float(np.sqrt(squares / count)) if count else 0.0
