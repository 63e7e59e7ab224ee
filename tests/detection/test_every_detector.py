"""Every detector on activations of a real network: fresh processes, pipelines, searches, types, classes that lack."""

import os
import pickle
import re
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import OneClassSVM

import sktopo
from sktopo import (
    ActivationExtractor,
    Activations,
    ActiveUnits,
    ClassDensity,
    CloudFiltration,
    DiagramGram,
    Energy,
    FeatureSqueezing,
    GraphFiltration,
    KNNDistance,
    LinearProbe,
    LocalIntrinsicDimension,
    Mahalanobis,
    MaxLogit,
    MaxSoftmax,
    PersistenceVectorizer,
    SubgraphOverlap,
    TopologicalDetector,
    TopologicalUncertainty,
    VirtualLogit,
    fuse,
)
from sktopo.datasets import load_digits_images, make_ccff, train_network
from sktopo.detection.attacks import fgsm
from sktopo.detection.base import Detector
from sktopo.detection.protocols import NoveltyFold, adversarial_inputs, auroc_scorer

IMAGES, DIGITS = load_digits_images()
MODEL = train_network(make_ccff(), IMAGES[:500], DIGITS[:500], epochs=5)
EXTRACTOR = ActivationExtractor(MODEL).fit(IMAGES)
FIT, NEW = EXTRACTOR.transform(IMAGES[:200]), EXTRACTOR.transform(IMAGES[500:530])

GRAM = TopologicalDetector(vectorizer=DiagramGram(n_directions=5), scorer=OneClassSVM(kernel="precomputed"))
DETECTORS = {
    "max softmax": MaxSoftmax(),
    "max logit": MaxLogit(),
    "energy": Energy(temperature=2.0),
    "active units": ActiveUnits(),
    "knn": KNNDistance(n_neighbors=3),
    "lid": LocalIntrinsicDimension(n_neighbors=5),
    "mahalanobis": Mahalanobis(),
    "relative mahalanobis": Mahalanobis(relative=True),
    "density": ClassDensity(),
    "vim": VirtualLogit(),
    "uncertainty": TopologicalUncertainty(),
    "uncertainty, p=1": TopologicalUncertainty(p=1, layers=["fc1", "fc2"]),
    "statistics": TopologicalDetector(),
    "landscapes": TopologicalDetector(
        filtration=GraphFiltration(scope="layer"),
        vectorizer=PersistenceVectorizer("landscape", n_bins=5),
        scorer=KernelDensity(),
    ),
    "gram": GRAM,
    "clouds": TopologicalDetector(filtration=CloudFiltration(layers=["act1"], degrees=(0,))),
    "similarity": SubgraphOverlap(),
    "difference": SubgraphOverlap(measure="difference", min_share=0.05),
    "fused": fuse(Energy(), TopologicalUncertainty(), Mahalanobis()),
}
CASES = pytest.mark.parametrize("name", DETECTORS)


def fitted(name, X=FIT):
    return clone(DETECTORS[name]).fit(X)


def with_layers(activations, change):
    """The same recording with other arrays."""
    arrays = {name: change(name, values) for name, values in activations.items()}
    return Activations(arrays, network=activations.network)


def test_every_public_detector_is_in_the_table():
    public = {getattr(sktopo, name) for name in sktopo.__all__}
    detectors = {each for each in public if isinstance(each, type) and issubclass(each, Detector)}
    assert detectors == {type(each) for each in DETECTORS.values()} | {FeatureSqueezing}


def test_what_detectors_share_is_described_alike():
    found = {}
    for detector in {type(each) for each in DETECTORS.values()} | {FeatureSqueezing}:
        for name, text in re.findall(r"^    (\w+) : (.+\n(?:        .+\n)*)", detector.__doc__, re.MULTILINE):
            found.setdefault(name, {})[detector.__name__] = text
    for name in ("logits", "contamination", "layer", "offset_", "layers_", "n_features_in_"):
        texts = {text for detector, text in found[name].items() if detector != "FusedDetector"}
        assert len(texts) == 1, (name, texts)


IN_A_FRESH_PROCESS = """
import pickle, sys
detectors, X, squeezing, images, probe = pickle.load(open(sys.argv[1], "rb"))
scores = {name: detector.score_samples(X) for name, detector in detectors.items()}
scores["squeezing"], scores["probe"] = squeezing.score_samples(images), probe.decision_function(X)
pickle.dump(scores, open(sys.argv[2], "wb"))
"""


def test_all_pickled_detectors_give_equal_scores_in_a_fresh_process(tmp_path):
    detectors = {name: fitted(name) for name in DETECTORS}
    squeezing = FeatureSqueezing(ActivationExtractor(MODEL)).fit(IMAGES[:100])
    probe = LinearProbe(layers="act3").fit(FIT, DIGITS[:200] % 2)
    here = {name: detector.score_samples(NEW) for name, detector in detectors.items()}
    here |= {"squeezing": squeezing.score_samples(IMAGES[:20]), "probe": probe.decision_function(NEW)}
    (tmp_path / "in").write_bytes(pickle.dumps((detectors, NEW, squeezing, IMAGES[:20], probe)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", IN_A_FRESH_PROCESS, str(tmp_path / "in"), str(tmp_path / "out")],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    there = pickle.loads((tmp_path / "out").read_bytes())
    assert set(there) == set(here)
    for name, scores in here.items():
        np.testing.assert_allclose(there[name], scores, rtol=1e-12, atol=1e-12, err_msg=name)


@CASES
def test_a_clone_is_unfitted_and_learns_the_same(name):
    first = fitted(name)
    again = clone(first)
    assert not hasattr(again, "offset_")
    np.testing.assert_array_equal(again.fit(FIT).score_samples(NEW), first.score_samples(NEW))


@CASES
def test_refit_leaks_nothing(name):
    other = with_layers(FIT[:60], lambda _, values: values[::-1] * np.float32(3))
    refitted = fitted(name, other).fit(FIT)
    np.testing.assert_array_equal(refitted.score_samples(NEW), fitted(name).score_samples(NEW))


@CASES
def test_batches_and_order_do_not_matter(name):
    detector = fitted(name)
    scores = detector.score_samples(NEW)
    order = np.random.default_rng(0).permutation(len(NEW))
    np.testing.assert_allclose(detector.score_samples(NEW[order]), scores[order], rtol=1e-9, atol=1e-12)
    alone = np.concatenate([detector.score_samples(NEW[i]) for i in range(3)])
    np.testing.assert_allclose(alone, scores[:3], rtol=1e-9, atol=1e-12)


@CASES
def test_in_a_pipeline_it_scores_images(name):
    pipeline = make_pipeline(ActivationExtractor(MODEL), clone(DETECTORS[name])).fit(IMAGES[:200])
    np.testing.assert_allclose(pipeline.score_samples(IMAGES[500:530]), fitted(name).score_samples(NEW), rtol=1e-9)
    assert set(pipeline.predict(IMAGES[:200])) == {-1, 1}


def attacked_images():
    found = adversarial_inputs(MODEL, IMAGES[500:900], DIGITS[500:900], partial(fgsm, eps=0.15))
    X, y = np.concatenate([found.clean, found.attacked]), np.repeat([1, -1], len(found.clean))
    return X, y, np.tile(found.index, 2)


@pytest.mark.parametrize(
    ("name", "grid"),
    [
        ("uncertainty", {"detector__p": [1, 2], "detector__layers": [None, "fc2"]}),
        ("landscapes", {"detector__vectorizer__n_bins": [3, 6], "detector__scorer__bandwidth": [0.5, 2.0]}),
        ("difference", {"detector__min_share": [0.0, 0.2]}),
        ("gram", {"detector__scorer__nu": [0.1, 0.5]}),
        ("mahalanobis", {"detector__layer": [-2, "act1"]}),
    ],
)
def test_a_pipeline_is_tuned_by_grid_search(name, grid):
    X, y, groups = attacked_images()
    pipeline = Pipeline([("record", ActivationExtractor(MODEL)), ("detector", clone(DETECTORS[name]))])
    search = GridSearchCV(pipeline, grid, cv=NoveltyFold(3), scoring=auroc_scorer, refit=False, error_score="raise")
    search.fit(X, y, groups=groups)
    # The same by hand, for the first candidate.
    candidate = clone(pipeline).set_params(**search.cv_results_["params"][0])
    by_hand = [
        auroc_scorer(candidate.fit(X[train]), X[test], y[test]) for train, test in NoveltyFold(3).split(X, y, groups)
    ]
    assert search.cv_results_["mean_test_score"][0] == pytest.approx(np.mean(by_hand))
    assert len(set(search.cv_results_["mean_test_score"])) > 1


def test_parts_of_a_detector_on_gram_matrices_are_cloned_with_it():
    detector = clone(GRAM).set_params(vectorizer__n_directions=7, scorer__nu=0.2)
    assert GRAM.vectorizer.n_directions == 5 and detector.fit(FIT).pooled_[0].n_directions == 7
    assert not hasattr(detector.vectorizer, "diagrams_") and not hasattr(detector.scorer, "support_")
    assert not np.allclose(detector.score_samples(NEW), clone(GRAM).fit(FIT).score_samples(NEW))


@pytest.mark.parametrize(
    ("serial", "threaded"),
    [
        (TopologicalUncertainty(n_jobs=1), {"n_jobs": 2}),
        (SubgraphOverlap(n_jobs=1), {"n_jobs": 2}),
        (TopologicalDetector(filtration=GraphFiltration(n_jobs=1)), {"filtration__n_jobs": 2}),
        (clone(GRAM).set_params(vectorizer__n_jobs=1), {"vectorizer__n_jobs": 2}),
    ],
    ids=lambda part: type(part).__name__,
)
def test_threads_change_nothing(serial, threaded):
    threaded = clone(serial).set_params(**threaded).fit(FIT)
    np.testing.assert_array_equal(threaded.score_samples(NEW), clone(serial).fit(FIT).score_samples(NEW))


@CASES
def test_half_precision_gives_close_scores(name):
    half = ActivationExtractor(MODEL, dtype="float16").fit(IMAGES)
    detector = fitted(name, half.transform(IMAGES[:200]))
    scores, expected = detector.score_samples(half.transform(IMAGES[500:530])), fitted(name).score_samples(NEW)
    assert scores.dtype == np.float64 and np.isfinite(scores).all()
    assert np.corrcoef(scores, expected)[0, 1] > 0.98


@CASES
def test_memory_mapped_activations_give_equal_scores(name, tmp_path):
    def mapped(layer, values):
        np.save(tmp_path / f"{layer}{len(values)}.npy", values)
        return np.load(tmp_path / f"{layer}{len(values)}.npy", mmap_mode="r")

    detector = fitted(name, with_layers(FIT, mapped))
    np.testing.assert_array_equal(detector.score_samples(with_layers(NEW, mapped)), fitted(name).score_samples(NEW))


@CASES
def test_a_class_with_one_member_and_classes_with_none_get_scores(name):
    predicted = FIT["fc2"].argmax(axis=1)
    few = np.concatenate([np.flatnonzero(predicted == 0), np.flatnonzero(predicted == 1), [np.argmax(predicted == 2)]])
    scores = fitted(name, FIT[few]).score_samples(NEW)
    assert set(NEW["fc2"].argmax(axis=1)) - {0, 1, 2}
    assert np.isfinite(scores).all()


@CASES
def test_an_input_that_kills_every_layer_gets_a_score(name):
    dead = with_layers(NEW[:5], lambda _, values: np.zeros_like(values))
    scores = fitted(name).score_samples(dead)
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(scores, scores[0], rtol=1e-12)
    assert np.isfinite(
        fitted(name, with_layers(FIT[:40], lambda _, values: np.zeros_like(values))).score_samples(NEW)
    ).all()


@CASES
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinity_name_the_sample(name, value):
    def broken(layer, values):
        values = values.copy()
        if layer in ("act1", "fc2"):
            values.reshape(len(values), -1)[7, 2] = value
        return values

    with pytest.raises(ValueError, match="(?i)(NaN|infinity).*sample 7|sample 7.*(NaN|infinity)"):
        fitted(name).score_samples(with_layers(NEW, broken))
    with pytest.raises(ValueError, match="(?i)(NaN|infinity).*sample 7|sample 7.*(NaN|infinity)"):
        fitted(name, with_layers(FIT, broken))


@CASES
def test_no_inputs_are_refused(name):
    with pytest.raises(ValueError, match=r"0 sample\(s\)|at least"):
        fitted(name).score_samples(NEW[:0])
