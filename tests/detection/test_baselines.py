"""Baselines against their formulas, written out plainly."""

import numpy as np
import pytest
from scipy.special import logsumexp
from sklearn.neighbors import KernelDensity

from sktopo import (
    Activations,
    ActiveUnits,
    ClassDensity,
    KNNDistance,
    LocalIntrinsicDimension,
    Mahalanobis,
    VirtualLogit,
)
from tests.detection.test_detectors import activations

FIT, NEW = activations(80), activations(20, seed=1)
HIDDEN, NEW_HIDDEN = (X["hidden"].astype(float) for X in (FIT, NEW))
PREDICTED, NEW_PREDICTED = (X["logits"].argmax(axis=1) for X in (FIT, NEW))


def unit(rows):
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def sorted_distances(rows, others):
    return np.sort([[np.linalg.norm(row - other) for other in others] for row in rows], axis=1)


def test_distance_to_the_kth_neighbour():
    detector = KNNDistance(n_neighbors=7).fit(FIT)
    expected = -sorted_distances(unit(NEW_HIDDEN), unit(HIDDEN))[:, 6]
    np.testing.assert_allclose(detector.score_samples(NEW), expected, rtol=1e-12)
    raw = KNNDistance(n_neighbors=7, normalize=False, layer="conv").fit(FIT)
    flat, new = (X["conv"].reshape(len(X), -1).astype(float) for X in (FIT, NEW))
    np.testing.assert_allclose(raw.score_samples(NEW), -sorted_distances(new, flat)[:, 6], rtol=1e-12)


def test_duplicates_are_at_distance_zero_in_many_dimensions():
    rows = np.random.default_rng(0).normal(size=(50, 40)) + 1e4
    assert (KNNDistance(n_neighbors=1, normalize=False).fit(rows).score_samples(rows) == 0).all()


def test_local_intrinsic_dimension():
    k = 10
    expected = []
    for layer in FIT.layers:
        rows, new = (X[layer].reshape(len(X), -1).astype(float) for X in (FIT, NEW))
        near = sorted_distances(new, rows)[:, :k]
        expected.append(k / np.log(near / near[:, -1:]).sum(axis=1))
    detector = LocalIntrinsicDimension(n_neighbors=k).fit(FIT)
    np.testing.assert_allclose(detector.layer_scores(NEW), np.transpose(expected), rtol=1e-10)
    np.testing.assert_allclose(detector.score_samples(NEW), np.mean(expected, axis=0), rtol=1e-10)
    some = LocalIntrinsicDimension(n_neighbors=k, layers=["hidden", -1]).fit(FIT)
    np.testing.assert_allclose(some.score_samples(NEW), np.mean(expected[1:], axis=0), rtol=1e-10)


@pytest.mark.parametrize("dimension", [1, 2, 5])
def test_local_intrinsic_dimension_of_uniform_points_is_their_dimension(dimension):
    rng = np.random.default_rng(0)
    cube = np.zeros((4000, 8))
    cube[:, :dimension] = rng.random((4000, dimension))
    middle = np.zeros((300, 8))
    middle[:, :dimension] = 0.3 + 0.4 * rng.random((300, dimension))
    detector = LocalIntrinsicDimension(n_neighbors=30).fit(cube)
    assert -detector.score_samples(middle).mean() == pytest.approx(dimension, rel=0.12)


def test_local_intrinsic_dimension_of_equal_distances_is_finite():
    detector = LocalIntrinsicDimension(n_neighbors=3).fit(np.ones((10, 2)))
    np.testing.assert_allclose(detector.score_samples([[1.0, 1.0], [2.0, 1.0]]), [0.0, -3 / np.log(4 / 3)])


def test_an_input_among_duplicates_is_no_outlier():
    rows = np.concatenate([np.zeros((10, 2)), np.random.default_rng(0).normal(size=(30, 2))])
    detector = LocalIntrinsicDimension(n_neighbors=5).fit(rows)
    among, beside = detector.score_samples([[0.0, 0.0], [0.0, 1e-3]])
    assert among == 0 > beside and (detector.score_samples(rows[10:]) > beside).all()
    # Two neighbours that are no duplicates, at 1 and 2: the mean logarithm of two, not of three.
    line = LocalIntrinsicDimension(n_neighbors=3).fit([[0.0], [1.0], [2.0], [9.0]])
    assert line.score_samples([[0.0]])[0] == pytest.approx(-2 / np.log(2))


@pytest.mark.parametrize("relative", [False, True])
def test_mahalanobis_distance(relative):
    means = {label: HIDDEN[label == PREDICTED].mean(axis=0) for label in np.unique(PREDICTED)}
    centered = np.array([row - means[label] for row, label in zip(HIDDEN, PREDICTED, strict=True)])
    within = np.linalg.pinv(centered.T @ centered / len(HIDDEN))
    overall = np.linalg.pinv(np.cov(HIDDEN.T, bias=True))
    expected = []
    for row in NEW_HIDDEN:
        nearest = min((row - mean) @ within @ (row - mean) for mean in means.values())
        background = (row - HIDDEN.mean(axis=0)) @ overall @ (row - HIDDEN.mean(axis=0))
        expected.append(-nearest + background * relative)
    detector = Mahalanobis(relative=relative, shrinkage=0).fit(FIT)
    np.testing.assert_allclose(detector.score_samples(NEW), expected, rtol=1e-8)


def test_dead_units_do_not_break_the_mahalanobis_distance():
    dead = np.concatenate([HIDDEN, np.zeros((len(HIDDEN), 3))], axis=1)
    some = Mahalanobis(shrinkage=0).fit(dead).score_samples(dead)
    np.testing.assert_allclose(some, Mahalanobis(shrinkage=0).fit(HIDDEN).score_samples(HIDDEN), rtol=1e-6)
    assert Mahalanobis().fit(dead).score_samples(dead[:1] + 1)[0] < some.min()


def test_density_of_the_predicted_class():
    detector = ClassDensity(bandwidth=0.7).fit(FIT)
    constant = 8 / 2 * np.log(2 * np.pi * 0.7**2)
    for label in np.unique(PREDICTED):
        density = KernelDensity(bandwidth=0.7).fit(HIDDEN[label == PREDICTED])
        here = np.flatnonzero(label == NEW_PREDICTED)
        expected = density.score_samples(NEW_HIDDEN[here]) + constant
        np.testing.assert_allclose(detector.score_samples(NEW)[here], expected, rtol=1e-8)


def test_usual_bandwidth_is_the_median_distance_to_the_nearest_of_the_class():
    nearest = []
    for label in np.unique(PREDICTED):
        members = HIDDEN[label == PREDICTED]
        nearest.extend(sorted_distances(members, members)[:, 1])
    assert ClassDensity().fit(FIT).bandwidth_ == pytest.approx(np.median(nearest))


@pytest.mark.parametrize(("n_components", "kept"), [(None, 4), (2, 2), (8, 8)])
def test_virtual_logit(n_components, kept):
    centered = HIDDEN - HIDDEN.mean(axis=0)
    left_over = np.linalg.svd(centered)[2][kept:].T
    norms = np.linalg.norm(centered @ left_over, axis=1)
    alpha = FIT["logits"].max(axis=1).mean(dtype=float) / norms.mean() if kept < 8 else 0
    residual = np.linalg.norm((NEW_HIDDEN - HIDDEN.mean(axis=0)) @ left_over, axis=1)
    expected = logsumexp(NEW["logits"].astype(float), axis=1) - alpha * residual
    detector = VirtualLogit(n_components=n_components).fit(FIT)
    np.testing.assert_allclose(detector.score_samples(NEW), expected, rtol=1e-6)


def test_rounding_is_no_virtual_logit():
    rng = np.random.default_rng(0)
    plane = (rng.normal(size=(80, 3)) @ rng.normal(size=(3, 20)) * 100).astype(np.float32)  # 10 components are kept
    X = Activations({"hidden": plane, "logits": FIT["logits"]})
    detector = VirtualLogit().fit(X)
    assert detector.alpha_ == 0
    np.testing.assert_allclose(detector.score_samples(X), logsumexp(X["logits"].astype(float), axis=1))


def test_logarithms_of_probabilities_are_no_logits():
    logs = FIT["logits"] - logsumexp(FIT["logits"], axis=1, keepdims=True)
    X = Activations({"hidden": FIT["hidden"], "logits": logs})
    with pytest.raises(ValueError, match="whose mean is -.*Record the logits before a log-softmax"):
        VirtualLogit().fit(X)


def test_one_input_has_no_covariance():
    with pytest.raises(ValueError, match="at least two inputs in fit for a covariance. Got n_samples = 1"):
        Mahalanobis().fit(FIT[:1])


def test_number_of_active_units():
    detector = ActiveUnits(layers="hidden").fit(FIT)
    counts = (NEW_HIDDEN > 0).sum(axis=1)
    np.testing.assert_array_equal(detector.count(NEW), counts)
    means = [(HIDDEN[label == PREDICTED] > 0).sum(axis=1).mean() for label in range(4)]
    expected = [-abs(count - means[label]) for count, label in zip(counts, NEW_PREDICTED, strict=True)]
    np.testing.assert_allclose(detector.score_samples(NEW), expected)


def test_effective_number_of_units():
    rows = [[1.0, -1.0, 1.0, 0.0], [0.0, 3.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [3.0, 1.0, 0.0, 0.0]]
    np.testing.assert_allclose(ActiveUnits(kind="effective").fit(rows).count(rows), [3.0, 1.0, 0.0, 16 / 10])


@pytest.mark.parametrize(
    ("detector", "message"),
    [
        (ActiveUnits(kind="soft"), "'kind' parameter of ActiveUnits must be 'active' or 'effective'"),
        (KNNDistance(n_neighbors=0), "'n_neighbors' parameter of KNNDistance must be a positive integer"),
        (KNNDistance(), "needs more inputs in fit than neighbours. Got n_samples = 30"),
        (KNNDistance(n_neighbors=2, layer="hiden"), "'layer' parameter of KNNDistance: No layer 'hiden'.*hidden"),
        (LocalIntrinsicDimension(n_neighbors=2, layers=[]), "'layers' parameter of LocalIntrinsicDimension must be"),
        (LocalIntrinsicDimension(n_neighbors=2, layers=["x"]), "'layers' parameter .* No layer 'x'"),
        (Mahalanobis(shrinkage=2), "'shrinkage' parameter of Mahalanobis must be 'auto' or a number from 0 to 1"),
        (ClassDensity(bandwidth=0), "'bandwidth' parameter of ClassDensity must be 'median' or a positive number"),
        (VirtualLogit(n_components=9), "is more than the 8 units of the layer"),
        (VirtualLogit(n_components=0), "'n_components' parameter of VirtualLogit must be None or a positive integer"),
    ],
    ids=str,
)
def test_a_wrong_parameter_is_refused(detector, message):
    with pytest.raises(ValueError, match=message):
        detector.fit(FIT[:30])
