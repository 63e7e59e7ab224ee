"""The plane of diagrams: distances of points to each other and to the diagonal. Scalars only, to be called in loops."""

from sktopo._numeric.jit import kernel

__all__ = ["diagonal_distance", "ground_distance", "power"]


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
