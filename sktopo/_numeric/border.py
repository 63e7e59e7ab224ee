"""Whether a convolution's tap stays on the image, by one comparison for all three axes."""

from sktopo._numeric.jit import leaf
from sktopo._numeric.tables import GUARDS

__all__ = ["on_image"]


@leaf
def on_image(corner, tap, last):
    """Whether the output position of a source's tap exists.

    Parameters
    ----------
    corner, tap, last : int
        Output position of the source's zeroth tap, how far this tap lies before it, and the last output position;
        all packed, see `tables`. With a guard bit set above each coordinate of what is subtracted from, the
        coordinates do not borrow from each other, and a guard bit that is left says that its difference is not
        negative.
    """
    place = (corner | GUARDS) - tap
    return place & ((last | GUARDS) - (place & ~GUARDS)) & GUARDS == GUARDS
