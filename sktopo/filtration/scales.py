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
    sizes = {name: size(np.array(parts)) for name, parts in totals.items()}
    return {name: 1.0 / size if size > 0 else 1.0 for name, size in sizes.items()}


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
