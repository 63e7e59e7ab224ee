"""TopologicalDetector and SubgraphOverlap: composed of the public stages, class by class, and compared with those."""

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import KernelDensity, LocalOutlierFactor
from sklearn.svm import OneClassSVM

from sktopo import (
    ActivationExtractor,
    CloudFiltration,
    DiagramGram,
    GraphFiltration,
    PersistenceVectorizer,
    PersistentSubgraphs,
    SubgraphOverlap,
    TopologicalDetector,
)
from sktopo.datasets import load_digits_images, make_ccff, train_network

IMAGES, DIGITS = load_digits_images()
MODEL = train_network(make_ccff(), IMAGES[:500], DIGITS[:500], epochs=5)
EXTRACTOR = ActivationExtractor(MODEL).fit(IMAGES)
FIT, NEW = EXTRACTOR.transform(IMAGES[:300]), EXTRACTOR.transform(IMAGES[500:560])
LOGITS = FIT.layers[-1]
PREDICTED, NEW_PREDICTED = FIT[LOGITS].argmax(axis=1), NEW[LOGITS].argmax(axis=1)


def test_every_class_is_scored_by_its_own_vectors_and_density():
    detector = TopologicalDetector(vectorizer=PersistenceVectorizer("landscape", n_bins=5), scorer=KernelDensity())
    scores = detector.fit(FIT).score_samples(NEW)
    diagrams, new = (GraphFiltration().fit(FIT).transform(X) for X in (FIT, NEW))
    for label in range(10):
        members, here = diagrams[label == PREDICTED], label == NEW_PREDICTED
        if here.any() and len(members) >= 10:
            vectorizer = PersistenceVectorizer("landscape", n_bins=5).fit(members)
            density = KernelDensity().fit(vectorizer.transform(members))
            np.testing.assert_allclose(scores[here], density.score_samples(vectorizer.transform(new[here])))


def test_small_and_unseen_classes_are_scored_as_all_in_one():
    few = FIT[np.concatenate([np.flatnonzero(PREDICTED == 0), np.flatnonzero(PREDICTED == 1)[:3]])]
    detector = TopologicalDetector(min_members=5).fit(few)
    assert set(detector.by_class_) == {0}
    pooled = TopologicalDetector(per_class=False).fit(few)
    others = NEW_PREDICTED != 0
    np.testing.assert_allclose(detector.score_samples(NEW)[others], pooled.score_samples(NEW)[others])
    assert np.isfinite(TopologicalDetector().fit(FIT[:2]).score_samples(NEW)).all()


@pytest.mark.parametrize(
    "parts",
    [
        {"scorer": IsolationForest(n_estimators=10, random_state=0)},
        {"scorer": LocalOutlierFactor(novelty=True, n_neighbors=5), "min_members": 20},
        {"vectorizer": DiagramGram(n_directions=5), "scorer": OneClassSVM(kernel="precomputed")},
        {"filtration": GraphFiltration(scope="layer"), "vectorizer": PersistenceVectorizer("landscape", n_bins=4)},
        {"filtration": CloudFiltration(layers=["act1"], degrees=(0,))},
    ],
    ids=lambda parts: "+".join(parts),
)
def test_any_filtration_vectors_and_scorer(parts):
    detector = TopologicalDetector(**parts).fit(FIT[:120])
    scores = detector.score_samples(NEW[:10])
    assert np.isfinite(scores).all() and len(np.unique(scores)) > 5
    alone = np.concatenate([detector.score_samples(NEW[i]) for i in range(10)])
    np.testing.assert_allclose(alone, scores, rtol=1e-9)


def test_parameters_of_the_parts_are_reached_through_them():
    detector = TopologicalDetector(vectorizer=PersistenceVectorizer(), scorer=KernelDensity())
    detector.set_params(vectorizer__method="landscape", scorer__bandwidth=2.0)
    assert detector.fit(FIT[:50]).pooled_[-1].bandwidth == 2.0
    assert not hasattr(detector.scorer, "tree_")  # what was given stays unfitted


def class_rows(subgraphs, X, label):
    return subgraphs.transform(X[X[LOGITS].argmax(axis=1) == label]).toarray()


def test_similarity_is_the_mean_cosine_with_the_members_of_the_class():
    detector = SubgraphOverlap().fit(FIT)
    subgraphs = PersistentSubgraphs().fit(FIT)
    new = subgraphs.transform(NEW).toarray()
    expected = [(class_rows(subgraphs, FIT, label) @ row).mean() for row, label in zip(new, NEW_PREDICTED, strict=True)]
    np.testing.assert_allclose(detector.score_samples(NEW), expected, rtol=1e-10)


@pytest.mark.parametrize("min_share", [0.0, 0.5])
def test_difference_is_the_share_of_edges_that_the_class_lacks(min_share):
    detector = SubgraphOverlap(measure="difference", min_share=min_share).fit(FIT)
    subgraphs = PersistentSubgraphs().fit(FIT)
    new, unknown = subgraphs.transform(NEW).toarray() > 0, subgraphs.count_unknown(NEW)
    expected = []
    for row, extra, label in zip(new, unknown, NEW_PREDICTED, strict=True):
        usual = (class_rows(subgraphs, FIT, label) > 0).mean(axis=0) > min_share
        expected.append(-(np.count_nonzero(row & ~usual) + extra) / (np.count_nonzero(row) + extra))
    np.testing.assert_allclose(detector.score_samples(NEW), expected, rtol=1e-10, atol=1e-12)
    assert -1 < np.mean(expected) < 0


@pytest.mark.parametrize("measure", ["similarity", "difference"])
def test_subgraphs_are_found_once_per_input(measure, monkeypatch):
    detector = SubgraphOverlap(measure=measure).fit(FIT)
    found, entries = [], PersistentSubgraphs._entries
    monkeypatch.setattr(PersistentSubgraphs, "_entries", lambda self, X: found.append(len(X)) or entries(self, X))
    detector.score_samples(NEW)
    assert found == [len(NEW)]


def test_an_unseen_class_resembles_the_most_similar_one():
    some = FIT[PREDICTED < 2]
    scores = SubgraphOverlap().fit(some).score_samples(NEW)
    by_class = [SubgraphOverlap().fit(FIT[label == PREDICTED]).score_samples(NEW) for label in (0, 1)]
    # Edges unknown to one class alone count in the length of its rows too.
    np.testing.assert_allclose(scores[NEW_PREDICTED > 1], np.max(by_class, axis=0)[NEW_PREDICTED > 1], rtol=1e-9)


@pytest.mark.parametrize(
    ("detector", "message"),
    [
        (TopologicalDetector(min_members=0), "'min_members' parameter of TopologicalDetector must be a positive"),
        (TopologicalDetector(scorer=LocalOutlierFactor()), "must have a score_samples method"),
        (SubgraphOverlap(measure="cosine"), "'measure' parameter of SubgraphOverlap must be"),
        (SubgraphOverlap(min_share=1), r"'min_share' parameter of SubgraphOverlap must be in \[0, 1\)"),
        (SubgraphOverlap(mode="tree"), "'mode' parameter of PersistentSubgraphs"),
    ],
    ids=str,
)
def test_a_wrong_parameter_is_refused(detector, message):
    with pytest.raises(ValueError, match=message):
        detector.fit(FIT[:20])
