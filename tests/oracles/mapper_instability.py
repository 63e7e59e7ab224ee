"""Matching distance of two Mappers from its definition: all matchings of all cells, by trying them."""

from itertools import permutations, product


def matching_distance(ours, theirs, points):
    """Smallest share of `points` that lie in the symmetric difference of two matched clusters, of any cell.

    Parameters
    ----------
    ours, theirs : dict of cell to list of set of points
        Clusters of every cell; the shorter list is filled up with empty clusters.
    points : set
        That both Mappers have; others are not looked at.
    """
    if not points:
        return 0.0
    cells = sorted({*ours, *theirs})
    choices = []
    for cell in cells:
        first = [cluster & points for cluster in ours.get(cell, [])]
        second = [cluster & points for cluster in theirs.get(cell, [])]
        size = max(len(first), len(second))
        first += [set()] * (size - len(first))
        second += [set()] * (size - len(second))
        choices.append(
            [set().union(*(a ^ b for a, b in zip(first, order, strict=True))) for order in permutations(second)]
        )
    return min(len(set().union(*differences)) for differences in product(*choices)) / len(points)


def instability(mappers, samples):
    """Mean distance over pairs of Mappers, each a dict of clusters by cell, on what the pair's samples share."""
    pairs = [(a, b) for a in range(len(mappers)) for b in range(a + 1, len(mappers))]
    return sum(matching_distance(mappers[a], mappers[b], samples[a] & samples[b]) for a, b in pairs) / len(pairs)
