"""Persistence Fisher distances (Le and Yamada, NeurIPS 2018): angles between smoothed diagrams."""

from sktopo._numeric.gaussians import fisher_rows, own_densities, smoothed_births_rows
from sktopo.diagrams.pairs import fill_matrix

__all__ = ["fisher", "fisher_of_essential"]


def fisher(x, y, *, sigma, n_jobs):
    """Angles between the roots of two densities, of the finite points.

    Parameters
    ----------
    x : Points
    y : Points or None
        None for the distances among `x`.
    sigma : float
        Standard deviation of the Gaussian at every point.
    n_jobs : int or None

    Returns
    -------
    ndarray of shape (n_x, n_y)
        Between 0 and pi / 2.
    """
    x_own = own_densities(*x[:3], sigma)
    other, other_own, symmetric = (x, x_own, True) if y is None else (y, own_densities(*y[:3], sigma), False)

    def fill(begin, end, out):
        fisher_rows(*x[:3], x_own, *other[:3], other_own, sigma, begin, end, symmetric, out)

    return fill_matrix(fill, x.n_samples, other.n_samples, symmetric=symmetric, n_jobs=n_jobs)


def fisher_of_essential(x, y, *, sigma, n_jobs):
    """The same angle between births of essential classes, on a line; inf where their numbers differ."""
    other, symmetric = (x, True) if y is None else (y, False)

    def fill(begin, end, out):
        smoothed_births_rows(*x[3:], *other[3:], sigma, begin, end, symmetric, out)

    return fill_matrix(fill, x.n_samples, other.n_samples, symmetric=symmetric, n_jobs=n_jobs)
