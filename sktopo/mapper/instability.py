"""How much a Mapper's clusters change when some of the inputs are left out: Belchí, Brodzki, Burfitt and Niranjan.

The lens, the cover and the clusterer stay as they are. Two Mappers of subsamples are compared on the inputs that both
have: in every cell the clusters of one are matched one to one with those of the other, and a point disagrees if it is
in clusters that are not matched, in any of its cells. The distance is the smallest share of disagreeing points over all
matchings, of all cells at once; instability is its mean over pairs of subsamples.
"""

from itertools import combinations

import numpy as np
from sklearn.utils import check_random_state

from sktopo.mapper.matching import matching_distance

__all__ = ["instability"]

LEFT_OUT = -2


def instability(cloud, of_input, n_subsamples, random_state):
    """Mean matching distance of Mappers, each of which lacks another part of the inputs.

    Parameters
    ----------
    cloud : fitted CloudMapper
    of_input : int64 ndarray of shape (n_points,)
        In the order of the cloud's points. All points of an input are left out together.
    n_subsamples : int
        Parts that the inputs are cut into at random, at least 3: two subsamples share all but two parts.
    random_state : int, RandomState or None

    Returns
    -------
    score, at_least : float in [0, 1]
        Of the best matchings found, and a lower bound; equal where all of them are the best there are.

    Notes
    -----
    Costs `n_subsamples` times the clustering of all cells, and a matching for each pair. It does not depend on the
    order that inputs came in: they are dealt in the order of their first points.
    """
    part = _parts(of_input, n_subsamples, check_random_state(random_state))
    _, _, rows = cloud.cover.assign(cloud.values)
    nodes = np.full((n_subsamples, len(rows)), LEFT_OUT, dtype=np.int64)
    for b in range(n_subsamples):
        kept = np.flatnonzero(part != b)
        found = cloud.cells_of(cloud.points[kept], cloud.values[kept])
        nodes[b, part[rows] != b] = found.node  # both are sorted by cell, then by point
    distances = []
    for a, b in combinations(range(n_subsamples), 2):
        both = (nodes[a] != LEFT_OUT) & (nodes[b] != LEFT_OUT)
        n_common = int(((part != a) & (part != b)).sum())
        distances.append(matching_distance(rows[both], nodes[a, both], nodes[b, both], n_common))
    score, at_least = np.mean(distances, axis=0)
    return float(score), float(at_least)


def _parts(of_input, n_parts, rng):
    """Part of every point: inputs dealt out at random, in parts as equal as can be."""
    _, first, inverse = np.unique(of_input, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return (rng.permutation(len(first)) % n_parts)[rank[inverse.ravel()]]
