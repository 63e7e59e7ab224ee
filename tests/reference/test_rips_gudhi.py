"""Vietoris-Rips pairs against GUDHI, over the field of two elements."""

import numpy as np
import pytest

from sktopo.filtration.rips import rips_pairs
from tests.oracles.rips import direct_distances

gudhi = pytest.importorskip("gudhi")


def gudhi_pairs(distances, max_value=np.inf):
    """{degree: pairs} sorted by birth, then death."""
    complex_ = gudhi.RipsComplex(distance_matrix=distances, max_edge_length=max_value)
    tree = complex_.create_simplex_tree(max_dimension=2)
    tree.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)  # graphs without triangles too
    found = {degree: tree.persistence_intervals_in_dimension(degree).reshape(-1, 2) for degree in (0, 1)}
    return {degree: pairs[np.lexsort(pairs.T[::-1])] for degree, pairs in found.items()}


def our_pairs(**arguments):
    return {degree: np.column_stack(pairs) for degree, pairs in rips_pairs(**arguments).items()}


def sphere(rng, n, size):
    points = rng.normal(size=(n, size))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def torus(rng, n):
    a, b = rng.uniform(0, 2 * np.pi, size=(2, n))
    return np.column_stack([(2 + np.cos(a)) * np.cos(b), (2 + np.cos(a)) * np.sin(b), np.sin(a)])


CLOUDS = {
    "normal": lambda rng, n: rng.normal(size=(n, 3)),
    "plane": lambda rng, n: rng.random(size=(n, 2)),
    "lattice": lambda rng, n: rng.integers(0, 5, size=(n, 3)).astype(float),
    "full lattice": lambda rng, n: (
        np.stack(np.meshgrid(*3 * [np.arange(round(n ** (1 / 3)))]), -1).reshape(-1, 3) + 0.0
    ),
    "duplicates": lambda rng, n: rng.normal(size=(n // 4, 3))[rng.integers(0, n // 4, size=n)],
    "circle": lambda rng, n: sphere(rng, n, 2) + 0.05 * rng.normal(size=(n, 2)),
    "torus": torus,
    "clusters": lambda rng, n: 20 * rng.normal(size=(4, 5))[rng.integers(0, 4, size=n)] + rng.normal(size=(n, 5)),
    "tight clusters": lambda rng, n: rng.normal(size=(4, 5))[np.arange(n) % 4] + 1e-5 * rng.normal(size=(n, 5)),
    "wide": lambda rng, n: rng.normal(size=(n, 512)),
    "low rank": lambda rng, n: rng.normal(size=(n, 8)) @ rng.normal(size=(8, 64)) + 0.1 * rng.normal(size=(n, 64)),
    "binary": lambda rng, n: rng.integers(0, 2, size=(n, 64)).astype(float),
    "corners": lambda rng, n: rng.integers(0, 2, size=(n, 7)).astype(float),
}


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("n", [7, 30, 60])
@pytest.mark.parametrize("max_value", [np.inf, "median"])
def test_pairs_of_a_matrix_are_the_same_bits(name, n, max_value):
    distances = direct_distances(CLOUDS[name](np.random.default_rng(n), n))
    if max_value == "median":
        max_value = float(np.median(distances))
    found, expected = our_pairs(distances=distances, max_value=max_value), gudhi_pairs(distances, max_value)
    for degree in (0, 1):
        np.testing.assert_array_equal(found[degree], expected[degree])


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pairs_of_points_agree_to_rounding(name, dtype):
    points = CLOUDS[name](np.random.default_rng(0), 120).astype(dtype)
    found, expected = our_pairs(points=points), gudhi_pairs(direct_distances(points))
    # Where distances are equal but for rounding, which of them are pairs at all is a matter of rounding too.
    scale = 1e-12 * np.ptp(points)
    for degree in (0, 1):
        lasting = [pairs[pairs[:, 1] - pairs[:, 0] > scale] for pairs in (found[degree], expected[degree])]
        np.testing.assert_allclose(*lasting, rtol=1e-12, atol=scale)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["torus", "circle", "low rank", "clusters", "lattice"])
def test_larger_clouds(name):
    points = CLOUDS[name](np.random.default_rng(1), 300)
    found, expected = our_pairs(points=points), gudhi_pairs(direct_distances(points))
    for degree in (0, 1):
        np.testing.assert_allclose(found[degree], expected[degree], rtol=1e-12)


def test_ripser_finds_the_same_in_single_precision():
    ripser = pytest.importorskip("ripser").ripser
    points = CLOUDS["torus"](np.random.default_rng(2), 150)
    distances = direct_distances(points).astype(np.float32).astype(np.float64)
    found, expected = our_pairs(distances=distances), ripser(distances, distance_matrix=True, maxdim=1)["dgms"]
    for degree in (0, 1):
        pairs = expected[degree][np.lexsort(expected[degree].T[::-1])]
        np.testing.assert_allclose(found[degree], pairs, rtol=1e-6)
