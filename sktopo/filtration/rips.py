"""Persistence pairs of one Vietoris-Rips filtration; computed by GUDHI until our own kernels take this place."""

import numpy as np
from scipy.spatial.distance import pdist, squareform

__all__ = ["rips_pairs"]


def rips_pairs(*, points=None, distances=None, degrees=(0, 1), max_value=np.inf, cut="enclosing"):
    """{degree: (birth, death)} of one cloud, given as points or as a distance matrix."""
    from gudhi.sklearn.rips_persistence import RipsPersistence

    distances = squareform(pdist(points)) if distances is None else distances
    rips = RipsPersistence(
        list(degrees), input_type="full distance matrix", threshold=max_value, homology_coeff_field=2
    )
    return {degree: tuple(pairs.T) for degree, pairs in zip(degrees, rips.fit_transform([distances])[0], strict=True)}
