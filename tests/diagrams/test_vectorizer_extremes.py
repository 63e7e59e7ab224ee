"""PersistenceVectorizer at the ends of float64, and on many small diagrams."""

import math
import tracemalloc

import numpy as np
import pytest

from sktopo import Diagrams, PersistenceVectorizer
from sktopo.diagrams.vectors.table import METHODS

DEGREES = {  # a feature of diagrams that are multiplied by c is multiplied by c to this power
    "landscape": 1, "silhouette": 1, "betti": 0, "euler": 0, "entropy": 0, "entropy_curve": 0, "lifetimes": 1,
    "image": 1, "heat": 0, "atol": 0, "template": 0, "tropical": 1,
}  # fmt: skip


def lattice_diagrams(scale):
    rng = np.random.default_rng(0)
    birth = rng.integers(-5, 5, (3, 12)).astype(float)
    death = birth + rng.integers(0, 7, birth.shape)
    return [np.column_stack([scale * b, scale * d, np.zeros(12)]) for b, d in zip(birth, death, strict=True)]


@pytest.mark.parametrize("exponent", [-990, -650, -350, 350, 650, 990])
@pytest.mark.parametrize("method", DEGREES)
def test_powers_of_two_leave_no_trace_at_any_scale(method, exponent):
    vectorizer = PersistenceVectorizer(method, n_bins=33, resolution=6, n_centers=3, random_state=0)
    expected = vectorizer.fit_transform(lattice_diagrams(1.0))
    found = vectorizer.fit_transform(lattice_diagrams(2.0**exponent)) / 2.0 ** (exponent * DEGREES[method])
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("exponent", [-990, -650, 450])
def test_standard_deviations_survive_any_scale(exponent):
    vectorizer = PersistenceVectorizer("statistics", alpha=1.0).fit(lattice_diagrams(1.0))
    deviations = [name.endswith("_sd") for name in vectorizer.get_feature_names_out()]
    expected = vectorizer.transform(lattice_diagrams(1.0))[:, deviations]
    found = vectorizer.transform(lattice_diagrams(2.0**exponent))[:, deviations]
    np.testing.assert_allclose(found / 2.0**exponent, expected, rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_what_leaves_the_range_of_float64_is_refused_with_a_cure(method):
    rows = [np.array([[-1.7e308, 1.7e308, 0], [0.0, 1e308, 0]])]
    if method in ("betti", "euler"):
        with pytest.raises(ValueError, match="grids_.*Divide them by their scale"):
            PersistenceVectorizer(method).fit(rows)
        return
    with pytest.raises(ValueError, match="is not finite.*Divide them by their scale"):
        PersistenceVectorizer(method, n_centers=2).fit_transform(rows)


def test_a_feature_that_overflows_is_named():
    vectorizer = PersistenceVectorizer("total", alpha=2.0).fit([np.array([[0.0, 1.0, 0]])])
    with pytest.raises(ValueError, match="diagram__H0__total_persistence of sample 1 is not finite"):
        vectorizer.transform([np.array([[0.0, 1.0, 0]]), np.array([[0.0, 1e200, 0]])])


def test_a_gaussian_lost_beside_large_births_still_makes_an_image():
    images = PersistenceVectorizer("image", sigma=0.01, resolution=4).fit_transform([np.array([[1e16, 1e16 + 2.0, 0]])])
    above = 0.5 * math.erfc(-2.0 / math.sqrt(2.0))  # persistences reach two standard deviations beyond the point
    assert images.sum() == pytest.approx(2.0 * above, rel=1e-9)


@pytest.mark.parametrize("sparse_output", [False, True])
def test_many_small_diagrams_take_no_more_memory_than_their_features(sparse_output):
    n_samples, resolution = 3000, 60
    diagrams = Diagrams(np.zeros(n_samples), np.ones(n_samples), np.arange(n_samples + 1), [("a", 0)])
    vectorizer = PersistenceVectorizer("template", resolution=resolution, sparse_output=sparse_output).fit(diagrams)
    vectorizer.transform(diagrams[:2])
    tracemalloc.start()
    vectorizer.transform(diagrams)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    dense = 8 * n_samples * resolution**2
    assert peak < (0.4 if sparse_output else 1.5) * dense
