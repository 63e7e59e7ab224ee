"""The distances between diagrams by name: a block of points in, a matrix out.

Every metric has a part of the finite points and a part of the essential classes, which add up once both are raised to
the metric's exponent. The second is infinite where numbers of essential classes differ.
"""

import numpy as np

from sktopo._numeric.gaussians import signed_sums
from sktopo.diagrams.curves import betti, landscape_power
from sktopo.diagrams.fisher import fisher, fisher_of_essential
from sktopo.diagrams.matchings import bottleneck, essential_transport, wasserstein_power
from sktopo.diagrams.pairs import fill_matrix
from sktopo.diagrams.sliced_wasserstein import sliced_wasserstein
from sktopo.diagrams.smoothing import inner_products, squared_distances

__all__ = ["METRICS", "SMOOTHED", "distance_powers", "exponent", "products"]

METRICS = (
    "sliced_wasserstein",
    "wasserstein",
    "bottleneck",
    "landscape",
    "betti",
    "scale_space",
    "weighted_gaussian",
    "fisher",
)
SMOOTHED = ("scale_space", "weighted_gaussian")  # metrics of a space whose inner products are known

# The sliced Wasserstein distance of (b, c) and (b', c) tends, as c goes to infinity, to |b - b'| times the mean over
# all directions of |cos| for the points and of |cos + sin| / 2 for their projections.
SLICED_ESSENTIAL = 2.0 / np.pi * (1.0 + np.sqrt(0.5))


def exponent(metric, order):
    """The power in which finite and essential parts add up; infinite where the larger of both counts."""
    if metric in ("wasserstein", "landscape"):
        return float(order)
    return {"bottleneck": np.inf, **dict.fromkeys(SMOOTHED, 2.0)}.get(metric, 1.0)


def distance_powers(x, y, metric, options, n_jobs):
    """Distances of one block, raised to the metric's exponent (where that is infinite, the distances).

    Parameters
    ----------
    x : Points
    y : Points or None
        None for the distances among `x`.
    metric : str
        One of ``METRICS``.
    options : dict
        order, ground, n_levels, method, n_directions, n_cells, sigma, weight_scale, weight_power.
    n_jobs : int or None

    Returns
    -------
    ndarray of shape (n_x, n_y)
        Infinite where the numbers of essential classes differ.
    """
    finite, essential = _PARTS[metric]
    powers = finite(x, y, options, n_jobs)
    if len(x.essential) == 0 and (y is None or len(y.essential) == 0):
        return powers
    rest = essential(x, y, options, n_jobs)
    rest[x.n_essential[:, None] != (x if y is None else y).n_essential] = np.inf
    return np.maximum(powers, rest) if np.isinf(exponent(metric, options["order"])) else powers + rest


def products(x, y, metric, options, n_jobs):
    """Inner products of one block under a metric of ``SMOOTHED``, essential classes among themselves included."""
    weight, mirrored, scale, _ = _smoothing(metric, options)
    finite = inner_products(x, y, sigma=options["sigma"], weight=weight, mirrored=mirrored, n_jobs=n_jobs)
    return scale * finite + _essential_products(x, y, metric, options, n_jobs)


def _smoothing(metric, options):
    """Weight of a persistence, whether mirror images count, the kernel's factor, and the weight at infinity."""
    if metric == "scale_space":
        return np.ones_like, True, 1.0 / (2.0 * np.pi * options["sigma"] ** 2), 1.0
    scale, power = options["weight_scale"], options["weight_power"]
    return (lambda persistence: np.arctan((persistence / scale) ** power)), False, 1.0, np.pi / 2.0


def _essential_products(x, y, metric, options, n_jobs):
    """What pairs of classes add as their deaths go to infinity together: a Gaussian of their births."""
    _, _, scale, weight = _smoothing(metric, options)
    other, symmetric = (x, True) if y is None else (y, False)
    zeros, other_zeros = np.zeros(len(x.essential)), np.zeros(len(other.essential))
    weights, other_weights = np.full(len(zeros), weight), np.full(len(other_zeros), weight)

    def fill(begin, end, out):
        signed_sums(
            x.essential, zeros, weights, x.essential_offsets,
            other.essential, other_zeros, other_weights, other.essential_offsets,
            options["sigma"], False, begin, end, False, out,
        )  # fmt: skip

    out = scale * fill_matrix(fill, x.n_samples, other.n_samples, symmetric=False, n_jobs=n_jobs)
    return np.triu(out) + np.triu(out, 1).T if symmetric else out


def _smoothed(metric):
    def finite(x, y, options, n_jobs):
        weight, mirrored, scale, _ = _smoothing(metric, options)
        return scale * squared_distances(x, y, sigma=options["sigma"], weight=weight, mirrored=mirrored, n_jobs=n_jobs)

    def essential(x, y, options, n_jobs):
        level = [
            np.diagonal(_essential_products(part, None, metric, options, n_jobs)) for part in (x, x if y is None else y)
        ]
        squares = level[0][:, None] + level[1] - 2.0 * _essential_products(x, y, metric, options, n_jobs)
        return np.maximum(squares, 0.0)

    return finite, essential


def _sliced(x, y, options, n_jobs):
    chosen = {name: options[name] for name in ("n_directions", "method", "n_cells")}
    return sliced_wasserstein(x, y, **chosen, n_jobs=n_jobs)


def _sliced_essential(x, y, options, n_jobs):
    return SLICED_ESSENTIAL * essential_transport(x, y, order=1.0, n_jobs=n_jobs)


def _transport(x, y, options, n_jobs):
    return wasserstein_power(x, y, order=options["order"], ground=options["ground"], n_jobs=n_jobs)


def _same_order(x, y, options, n_jobs):
    return essential_transport(x, y, order=options["order"], n_jobs=n_jobs)


def _landscape(x, y, options, n_jobs):
    return landscape_power(x, y, order=options["order"], n_levels=options["n_levels"], n_jobs=n_jobs)


_PARTS = {
    "sliced_wasserstein": (_sliced, _sliced_essential),
    "wasserstein": (_transport, _same_order),
    "bottleneck": (
        lambda x, y, options, n_jobs: bottleneck(x, y, n_jobs=n_jobs),
        lambda x, y, options, n_jobs: essential_transport(x, y, order=np.inf, n_jobs=n_jobs),
    ),
    "landscape": (_landscape, _same_order),
    "betti": (  # essential classes are part of the curve
        lambda x, y, options, n_jobs: betti(x, y, n_jobs=n_jobs),
        lambda x, y, options, n_jobs: np.zeros((x.n_samples, (x if y is None else y).n_samples)),
    ),
    "scale_space": _smoothed("scale_space"),
    "weighted_gaussian": _smoothed("weighted_gaussian"),
    "fisher": (
        lambda x, y, options, n_jobs: fisher(x, y, sigma=options["sigma"], n_jobs=n_jobs),
        lambda x, y, options, n_jobs: fisher_of_essential(x, y, sigma=options["sigma"], n_jobs=n_jobs),
    ),
}
