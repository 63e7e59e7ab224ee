"""Which inputs count, splits that keep copies together, and the probe that is told the answer."""

from functools import partial

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from sktopo import ActivationExtractor, Activations, KNNDistance, LinearProbe, TopologicalUncertainty
from sktopo.datasets import load_digits_images, make_mlp, train_network
from sktopo.detection.attacks import pgd, predictions
from sktopo.detection.protocols import NoveltyFold, adversarial_inputs, auroc_scorer

IMAGES, DIGITS = load_digits_images()
MODEL = train_network(make_mlp(), IMAGES[:600], DIGITS[:600], epochs=8)
INPUTS = adversarial_inputs(MODEL, IMAGES[600:900], DIGITS[600:900], partial(pgd, eps=0.15, steps=5))


def test_clean_copies_are_classified_rightly_and_attacked_ones_are_not():
    truth = DIGITS[600:900][INPUTS.index]
    assert (predictions(MODEL, INPUTS.clean) == truth).all()
    assert (predictions(MODEL, INPUTS.attacked) != truth).all()
    np.testing.assert_array_equal(INPUTS.clean, IMAGES[600:900][INPUTS.index])
    assert 50 < INPUTS.n_successful <= INPUTS.n_right <= 300


def test_noise_is_as_long_as_the_attack():
    copies = (INPUTS.noisy, INPUTS.attacked)
    noise, change = ((copy - INPUTS.clean).reshape(len(copy), -1) for copy in copies)
    np.testing.assert_allclose(np.linalg.norm(noise, axis=1), np.linalg.norm(change, axis=1), rtol=0.02)


def test_an_attack_that_never_succeeds_is_an_error():
    with pytest.raises(ValueError, match="No attack succeeded on the .* of 20 inputs"):
        adversarial_inputs(MODEL, IMAGES[:20], DIGITS[:20], lambda model, X: X)


@pytest.mark.parametrize("n_splits", [2, 5])
def test_fit_sees_no_abnormal_input_and_no_copy_of_a_judged_image(n_splits):
    rng = np.random.default_rng(0)
    groups, y = rng.integers(0, 20, size=100), rng.choice([1, -1], size=100)
    judged = []
    for train, test in NoveltyFold(n_splits).split(np.zeros(100), y, groups):
        assert (y[train] == 1).all() and not set(groups[train]) & set(groups[test])
        judged.extend(test)
    assert sorted(judged) == list(range(100))
    assert NoveltyFold(n_splits).get_n_splits() == n_splits


@pytest.mark.parametrize("seed", range(5))
def test_every_split_judges_both_kinds_however_few_there_are(seed):
    y = np.repeat([1, -1], [60, 3])
    for train, test in NoveltyFold(3, random_state=seed).split(y, y):
        assert set(y[test]) == {1, -1} and len(train) == 40
    groups = np.array([0, 1, 2, 2, *range(3, 13)])  # two images that are normal, one of both kinds, ten abnormal ones
    y = np.repeat([1, -1], [3, 11])
    for _, test in NoveltyFold(3, random_state=seed).split(y, y, groups):
        assert set(y[test]) == {1, -1}
    with pytest.raises(ValueError, match="needs as many abnormal inputs or groups. Got 3"):
        next(NoveltyFold(4).split(y, -y, groups))


def test_noise_of_inputs_in_another_range_is_as_long_as_the_attack():
    model = train_network(make_mlp(), 8 * IMAGES[:300] - 4, DIGITS[:300], epochs=4)
    rows, classes = 8 * IMAGES[600:700] - 4, DIGITS[600:700]
    attack = partial(pgd, eps=2.0, clip=(-4, 4), steps=5)
    inputs = adversarial_inputs(model, rows, classes, attack, clip=(-4, 4))
    noise, change = ((copy - inputs.clean).reshape(len(copy), -1) for copy in (inputs.noisy, inputs.attacked))
    np.testing.assert_allclose(np.linalg.norm(noise, axis=1), np.linalg.norm(change, axis=1), rtol=0.05)
    with pytest.raises(ValueError, match=r"adversarial_inputs keeps values within clip=\(0.0, 1.0\)"):
        adversarial_inputs(model, rows, classes, attack)


def test_grid_search_tunes_a_detector_by_the_area_under_the_curve():
    extractor = ActivationExtractor(MODEL).fit(IMAGES)
    X = Activations.concatenate([extractor.transform(INPUTS.clean), extractor.transform(INPUTS.attacked)])
    y = np.repeat([1, -1], len(INPUTS.clean))
    groups = np.tile(INPUTS.index, 2)
    for detector, grid in (
        (KNNDistance(), {"n_neighbors": [1, 20], "layer": [-3, -2]}),
        (TopologicalUncertainty(), {"p": [1, 2], "layers": [None, "fc2"]}),
    ):
        search = GridSearchCV(detector, grid, cv=NoveltyFold(3), scoring=auroc_scorer, error_score="raise")
        search.fit(X, y, groups=groups)
        assert search.best_score_ == search.cv_results_["mean_test_score"].max() > 0.5


def test_the_probe_reads_layers_and_learns_what_it_is_told():
    extractor = ActivationExtractor(MODEL).fit(IMAGES)
    X = Activations.concatenate([extractor.transform(INPUTS.clean), extractor.transform(INPUTS.attacked)])
    y = np.repeat([1, -1], len(INPUTS.clean))
    probe = LinearProbe(layers=["flatten", -1]).fit(X[::2], y[::2])
    assert probe.score(X[1::2], y[1::2]) > 0.7
    np.testing.assert_array_equal(probe.decision_function(X) > 0, probe.predict(X) == 1)
    with pytest.raises(ValueError, match="'layers' parameter of LinearProbe: No layer 'x'"):
        LinearProbe(layers=["x"]).fit(X, y)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: auroc_scorer(None, [[1.0]], [1]), "needs normal and abnormal inputs"),
        (lambda: NoveltyFold(1), "'n_splits' of NoveltyFold must be an integer >= 2"),
        (lambda: list(NoveltyFold(2).split([1, 2], [1, 1])), "Give y of both 1 and -1"),
        (lambda: list(NoveltyFold(2).split([1, 2])), "Give y of both 1 and -1"),
        (
            lambda: adversarial_inputs(MODEL, IMAGES[:3], DIGITS[:2], partial(pgd, eps=0.1)),
            r"y must hold one class for each of the 3 inputs. Got shape \(2,\)",
        ),
        (lambda: list(NoveltyFold(3).split([1, 2], [1, -1])), "needs as many normal inputs or groups. Got 1"),
        (lambda: list(NoveltyFold(2).split([1, 2], [1, -1], [1, 2, 3])), "one entry for each of the 2 inputs. Got 3"),
    ],
)
def test_what_cannot_be_split_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
