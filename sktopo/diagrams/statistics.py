"""Barcode statistics of ragged diagrams: one row of numbers per sample and block."""

import numpy as np

from sktopo._numeric.statistics import sort_segments

__all__ = ["STATISTICS", "barcode_statistics", "entropies", "entropy_terms", "segment_sums"]

QUANTITIES = ("birth", "death", "midlife", "persistence")
SUMMARIES = ("sum", "mean", "sd", "min", "q25", "median", "q75", "max")
STATISTICS = (
    "count",
    "essential_count",
    "entropy",
    *(f"{quantity}_{summary}" for quantity in QUANTITIES for summary in SUMMARIES),
)


def barcode_statistics(birth, death, offsets, n_essential, alpha):
    """Statistics of every segment of flat diagrams.

    Parameters
    ----------
    birth, death : ndarray of shape (n_pairs,)
        Finite.
    offsets : ndarray of shape (n_segments + 1,)
    n_essential : ndarray of shape (n_segments,)
    alpha : float
        Exponent of the total persistence that is appended: the sum of persistence ** alpha.

    Returns
    -------
    ndarray of shape (n_segments, len(STATISTICS) + 1)
        Zeros for an empty segment.
    """
    persistence = death - birth
    counts = np.diff(offsets)
    columns = [counts, n_essential, entropies(persistence, offsets)]
    for values in (birth, death, (birth + death) / 2, persistence):
        columns += _summaries(values, offsets)
    columns.append(segment_sums(persistence**alpha, offsets))
    return np.stack(columns, axis=1).astype(np.float64)


def segment_sums(values, offsets):
    """Sum of every segment, each added up alone so that it does not depend on its neighbours."""
    result = np.zeros(len(offsets) - 1)
    full = np.diff(offsets) > 0
    if full.any():
        result[full] = np.add.reduceat(values, offsets[:-1][full])
    return result


def _summaries(values, offsets):
    counts = np.diff(offsets)
    full = np.maximum(counts, 1)
    total = segment_sums(values, offsets)
    mean = total / full
    ordered = sort_segments(values, offsets)
    quantiles = [_quantiles(ordered, offsets, q) for q in (0.0, 0.25, 0.5, 0.75, 1.0)]
    # Measured in powers of two, which changes no digit, so that no square leaves the range of float64.
    unit = np.exp2(np.floor(np.log2(np.where(quantiles[-1] > quantiles[0], quantiles[-1] - quantiles[0], 1.0))))
    deviation = (values - np.repeat(mean, counts)) / np.repeat(unit, counts)
    sd = np.sqrt(segment_sums(deviation**2, offsets) / full) * unit
    return [total, mean, sd, *quantiles]


def _quantiles(ordered, offsets, q):
    """Quantile of every segment of sorted values, interpolated linearly; 0 for an empty segment."""
    counts = np.diff(offsets)
    result = np.zeros(len(counts))
    full = counts > 0
    position = q * (counts[full] - 1)
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, counts[full] - 1)
    at = offsets[:-1][full]
    low, high = ordered[at + below], ordered[at + above]
    result[full] = low + (high - low) * (position - below)
    return result


def entropy_terms(persistence, offsets):
    """-share * log(share) of every pair, its share being that in the sum of its segment's persistences."""
    total = segment_sums(persistence, offsets)
    share = persistence / np.repeat(np.where(total > 0.0, total, 1.0), np.diff(offsets))
    terms = np.log(np.maximum(share, np.finfo(np.float64).tiny))  # of a share of 0 too, so that nothing branches
    terms *= share
    return np.negative(terms, out=terms)


def entropies(persistence, offsets):
    """Shannon entropy, in nats, of each segment's persistences as shares of their sum."""
    return segment_sums(entropy_terms(persistence, offsets), offsets)
