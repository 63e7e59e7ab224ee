"""The plane of diagrams: distances of points to each other and to the diagonal, and an order of diagrams."""

from sktopo._numeric.jit import kernel

__all__ = ["compare", "diagonal_distance", "ground_distance", "power"]


@kernel
def ground_distance(b1, d1, b2, d2, euclidean):
    """Distance of two points, in the maximum norm or the Euclidean one."""
    if euclidean:
        return ((b1 - b2) ** 2 + (d1 - d2) ** 2) ** 0.5
    return max(abs(b1 - b2), abs(d1 - d2))


@kernel
def diagonal_distance(birth, death, euclidean):
    """Distance of a point to the diagonal."""
    return (death - birth) * (0.5**0.5 if euclidean else 0.5)


@kernel
def power(value, order):
    """value ** order for order >= 1, quickly for 1 and 2."""
    if order == 1.0:
        return value
    if order == 2.0:
        return value * value
    return value**order


@kernel
def compare(ab, ad, bb, bd):
    """-1, 0 or 1 as a diagram comes before, equals or comes after another; sorted, first by number of points.

    Pairs are taken in this order, so that a distance is the same to the last bit from either side.
    """
    if len(ab) != len(bb):
        return -1 if len(ab) < len(bb) else 1
    for k in range(len(ab)):
        if ab[k] != bb[k]:
            return -1 if ab[k] < bb[k] else 1
        if ad[k] != bd[k]:
            return -1 if ad[k] < bd[k] else 1
    return 0
