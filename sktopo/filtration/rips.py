"""Vietoris-Rips persistence of one point cloud or distance matrix, degrees 0 and 1, exact in float64.

A simplex enters at its longest edge. Degree 0 is a minimum spanning tree. In degree 1, an edge with a point in its lune
is paired at once with a triangle of its own length; classes of positive persistence begin at edges of the relative
neighbourhood graph outside that tree, few enough to reduce one by one. The derivation is in the documentation.
"""

import numpy as np

from sktopo._numeric.distances import distance_matrix
from sktopo._numeric.edge_ranks import MAX_POINTS, rank_matrix, sort_edges
from sktopo._numeric.forest_of_points import forest_of_points
from sktopo._numeric.neighbourhood_graph import empty_lunes, split_by_tree
from sktopo._numeric.prim import tree_of_matrix
from sktopo._numeric.rips_degree_one import pair_columns

__all__ = ["rips_pairs"]

MATRIX_POINTS = 4096  # up to here degree 0 alone takes the matrix (128 MB), which is faster than lists of near points
CUTS = ("enclosing", None)


def rips_pairs(*, points=None, distances=None, degrees=(0, 1), max_value=np.inf, cut="enclosing", keep_zeros=False):
    """Persistence pairs of the Vietoris-Rips filtration, over the field of two elements.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_coordinates), optional
        Finite float32 or float64, compared by Euclidean distance.
    distances : ndarray of shape (n_points, n_points), optional
        Instead of points: symmetric, not negative, zero on the diagonal; inf where two points are never joined.
        Neither is checked here.
    degrees : tuple of int, default=(0, 1)
        Homology degrees, each 0 or 1.
    max_value : float, default=inf
        Edges longer than this do not enter; classes that are alive then have death inf.
    cut : {"enclosing", None}, default="enclosing"
        "enclosing" leaves out edges longer than the enclosing radius, the smallest distance within which one point has
        all others: from there on the complex is a cone and nothing happens. None keeps them. The pairs are the same.
    keep_zeros : bool, default=False
        Whether degree 0 has a pair (0, 0) for each duplicate of an earlier point. In degree 1, pairs of equal birth and
        death depend on the order of ties and are always left out.

    Returns
    -------
    dict of int to (birth, death)
        Two float64 arrays for each degree asked for, sorted by birth, then death. Essential classes have death inf: in
        degree 0 one per component, in degree 1 only where `max_value` or infinite distances end the filtration early.

    Raises
    ------
    ValueError
        If not exactly one of `points` and `distances` is given, for other degrees or cuts, and for more than 65,535
        points in degree 1.

    Notes
    -----
    Ties are exact: edges of equal length are ordered by their vertices, and from there on ranks are compared. Distances
    of points are matrix products; those of close pairs are computed from differences, so that duplicates are at
    distance 0 and a common offset does no harm. Squared distances of integer points are exact. Coordinates beyond
    1e150 would overflow when squared: scale them.

    For n points, degree 0 takes n**2 steps after the distances, and n**2 floats, but above 4,096 points memory
    for some near points of each and no matrix. Degree 1 takes n**2 floats and at most as many bytes again, a sort of
    the edges, and some 1 to 10 ns per edge to test its lune; the columns left are mostly a few per point. Matrix
    products use as many threads as BLAS is given; everything else runs on one and without the interpreter lock.

    References
    ----------
    .. [1] U. Bauer, "Ripser: efficient computation of Vietoris-Rips persistence barcodes", Journal of Applied and
       Computational Topology 5, 2021.
    .. [2] G. T. Toussaint, "The relative neighbourhood graph of a finite planar set", Pattern Recognition 12, 1980.

    Examples
    --------
    The corners of a unit square: three edges join them, and the cycle around it is filled by the diagonals.

    >>> import numpy as np
    >>> from sktopo.filtration.rips import rips_pairs
    >>> pairs = rips_pairs(points=np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
    >>> print(*pairs[0])
    [0. 0. 0. 0.] [ 1.  1.  1. inf]
    >>> print(*pairs[1])
    [1.] [1.41421356]
    """
    _check(points, distances, degrees, cut)
    if not len(distances if points is None else points):
        return {degree: (np.empty(0), np.empty(0)) for degree in degrees}
    if 1 not in degrees:
        return {degree: _degree_zero(_tree_lengths(points, distances), max_value, keep_zeros) for degree in degrees}
    distances = distance_matrix(points) if distances is None else np.ascontiguousarray(distances, dtype=np.float64)
    lengths, births, deaths = _reduce(distances, _longest(distances, max_value, cut))
    lasting = births < deaths
    found = {0: _degree_zero(lengths, max_value, keep_zeros), 1: _sorted(births[lasting], deaths[lasting])}
    return {degree: found[degree] for degree in degrees}


def _check(points, distances, degrees, cut):
    if (points is None) == (distances is None):
        raise ValueError("rips_pairs takes either 'points' or 'distances'. Give one of them and leave the other out.")
    if not set(degrees) <= {0, 1}:
        raise ValueError(f"The 'degrees' of rips_pairs must be among 0 and 1. Got {tuple(degrees)!r} instead.")
    if cut not in CUTS:
        raise ValueError(f"The 'cut' parameter of rips_pairs must be one of {CUTS}. Got {cut!r} instead.")
    n = len(distances if points is None else points)
    if 1 in degrees and n > MAX_POINTS:
        raise ValueError(
            f"rips_pairs in degree 1 takes at most {MAX_POINTS} points. Got {n}: choose some of them, or ask for "
            "degrees=(0,), which has no limit."
        )


def _longest(distances, max_value, cut):
    """Length of the longest edge that matters."""
    return max_value if cut is None else min(max_value, distances.max(axis=1).min())


def _tree_lengths(points, distances):
    if distances is None and len(points) > MATRIX_POINTS:
        return forest_of_points(points)
    matrix = distance_matrix(points) if distances is None else np.ascontiguousarray(distances, dtype=np.float64)
    return tree_of_matrix(matrix)[1][1:]


def _reduce(distances, longest):
    """Lengths of the spanning forest's edges, and births and deaths of degree 1, those that are equal among them."""
    n = len(distances)
    edges = sort_edges(distances, longest)
    order = np.argsort(distances.mean(axis=1), kind="stable")  # central points first: they fill most lunes
    label = np.empty(n, dtype=np.int64)
    label[order] = np.arange(n)
    rank = rank_matrix(edges, label)
    forest, columns = split_by_tree(empty_lunes(rank), edges, n)
    ends = pair_columns(columns, edges, rank)

    def length(ranks):
        return distances[order[edges[ranks] >> 16], order[edges[ranks] & 0xFFFF]]

    lengths = np.concatenate([length(forest), np.full(n - 1 - len(forest), np.inf)])
    return lengths, length(columns), np.where(ends >= 0, length(ends), np.inf)


def _degree_zero(lengths, max_value, keep_zeros):
    """Every point is born at 0, one of them never dies, and the others at the edges of the tree."""
    lengths = np.append(lengths, np.inf)  # one point is left over
    lengths = np.where(lengths <= max_value, lengths, np.inf)
    death = np.sort(lengths if keep_zeros else lengths[lengths > 0])
    return np.zeros(len(death)), death


def _sorted(birth, death):
    order = np.lexsort((death, birth))
    return birth[order], death[order]
