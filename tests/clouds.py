"""Clouds that tests share, and how diagrams are compared with the slow twin."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sktopo import CloudFiltration
from tests.oracles.clouds import distances_of, rips_persistence

__all__ = ["assert_same_pairs", "circle", "expected_pairs", "integer_clouds", "pairs_of", "real_clouds", "rotation"]

integer_clouds = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 8), st.integers(1, 3)), elements=st.integers(-3, 3).map(float)
)
real_clouds = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 8), st.integers(1, 3)), elements=st.floats(-10, 10, width=32)
)


def circle(n, noise=0.0, seed=0):
    angle = 2 * np.pi * np.arange(n) / n
    rng = np.random.default_rng(seed)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) + noise * rng.normal(size=(n, 2))


def rotation(d, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0]


def pairs_of(cloud, **options):
    """{degree: pairs} of one cloud."""
    diagrams = CloudFiltration(**options).fit_transform([cloud])
    return {degree: diagrams.pairs("cloud", degree) for degree in diagrams.degrees}


def expected_pairs(cloud, **options):
    return rips_persistence(distances_of(cloud), **options)


def assert_same_pairs(found, expected, *, rtol=1e-9, atol=1e-12, degrees=None):
    """The same pairs, up to rounding; a pair whose persistence is rounding may be there or not."""
    for degree in found if degrees is None else degrees:
        lasting = [
            np.asarray(d)[np.subtract(*np.transpose(d)[::-1]) > 2 * atol] for d in (found[degree], expected[degree])
        ]
        assert len(lasting[0]) == len(lasting[1]), (degree, *lasting)
        order = [pairs[np.lexsort(np.round(pairs, 7).T)] for pairs in lasting]
        np.testing.assert_allclose(*order, rtol=rtol, atol=atol)
