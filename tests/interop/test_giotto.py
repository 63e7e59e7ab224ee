"""sktopo and giotto-tda in one Pipeline. Runs where giotto-tda is installed, save for the first tests."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sktopo import ActivationExtractor, Diagrams, DiagramsToGiotto, GraphFiltration, PersistenceVectorizer
from sktopo.datasets import load_digits_images, make_ccff

IMAGES, LABELS = (part[:40] for part in load_digits_images())


def test_blocks_become_numbers_and_the_width_is_fixed():
    activations = ActivationExtractor(make_ccff()).fit_transform(IMAGES)
    diagrams = GraphFiltration(scope="layer").fit_transform(activations)
    adapter = DiagramsToGiotto().fit(diagrams)
    whole = adapter.transform(diagrams)
    assert whole.shape == (40, adapter.widths_.sum(), 3)
    assert np.unique(whole[:, :, 2]).tolist() == [0, 1, 2, 3]
    assert np.isfinite(whole).all()
    np.testing.assert_array_equal(adapter.transform(diagrams[3])[0], whole[3])
    chosen = DiagramsToGiotto(layer="fc2").fit(diagrams)
    assert chosen.blocks_ == (("fc2", 0),)


def test_more_pairs_than_in_fit_and_wrong_parameters_are_errors():
    small = Diagrams.from_list([np.array([[0, 1, 0]], dtype=float)])
    large = Diagrams.from_list([np.array([[0, 1, 0], [0, 2, 0]], dtype=float)])
    with pytest.raises(ValueError, match="has 2 pairs"):
        DiagramsToGiotto().fit(small).transform(large)
    with pytest.raises(ValueError, match="'essential' parameter"):
        DiagramsToGiotto(essential="keep").fit(small)


def test_degrees_are_kept_where_they_tell_blocks_apart():
    rows = [np.array([[0, 1, 0], [0, 2, 1], [1, 3, 1]], dtype=float)]
    both = DiagramsToGiotto().fit(rows)
    assert both.homology_dimensions_ == (0, 1)
    only = DiagramsToGiotto(degree=1).fit(rows)
    assert only.transform(rows).tolist() == [[[0, 2, 1], [1, 3, 1]]]
    assert only.transform([np.array([[0.0, 1.0, 0]])]).tolist() == [[[0, 0, 1], [0, 0, 1]]]


def test_a_degree_missing_from_a_batch_is_padding():
    adapter = DiagramsToGiotto().fit([np.array([[0, 1, 0], [0, 2, 1]], dtype=float)])
    assert adapter.transform([np.array([[0.0, 3.0, 0]])]).tolist() == [[[0, 3, 0], [0, 0, 1]]]


def test_pairs_keep_their_values_and_padding_lies_at_the_end_of_the_filtration():
    superlevel = Diagrams([-5.4, -2.5], [np.inf, -1.8], [0, 2], [("network", 0)], negated=True, end=0.0, max_pairs=[3])
    assert DiagramsToGiotto().fit_transform(superlevel).tolist() == [[[-5.4, 0, 0], [-2.5, -1.8, 0], [0, 0, 0]]]
    dropped = DiagramsToGiotto(essential="drop").fit_transform(superlevel)
    assert dropped.tolist() == [[[-2.5, -1.8, 0], [0, 0, 0], [0, 0, 0]]]
    at_two = DiagramsToGiotto(essential=2).fit_transform(superlevel)
    assert at_two[0, 0].tolist() == [-5.4, 2, 0]


def test_a_cap_that_nobody_knows_is_an_error():
    with pytest.raises(ValueError, match="where the filtration ends"):
        DiagramsToGiotto().fit_transform([np.array([[0.0, np.inf, 0]])])


def gtda(module):
    pytest.importorskip("gtda", reason="giotto-tda is not installed")
    return pytest.importorskip(f"gtda.{module}")


@pytest.mark.parametrize("last", ["Amplitude", "PersistenceImage"])
def test_filtration_then_giotto_inside_a_grid_search(last):
    diagrams = gtda("diagrams")
    steps = [
        diagrams.Scaler(),
        diagrams.Amplitude(metric="landscape") if last == "Amplitude" else _flat_image(diagrams),
    ]
    pipeline = make_pipeline(
        ActivationExtractor(make_ccff()),
        GraphFiltration(),
        DiagramsToGiotto(),
        *steps,
        LogisticRegression(max_iter=500),
    )
    grid = {"graphfiltration__scope": ["network", "layer"], "diagramstogiotto__essential": ["cap", "drop"]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(IMAGES, LABELS % 2)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_giottos_entropy_is_ours_in_bits():
    entropy = gtda("diagrams").PersistenceEntropy()
    rng = np.random.default_rng(0)
    rows = [np.column_stack([rng.random(k), 1 + rng.random(k), np.zeros(k)]) for k in (3, 8)]
    theirs = entropy.fit_transform(DiagramsToGiotto().fit_transform(rows))[:, 0]
    frame = PersistenceVectorizer().set_output(transform="pandas").fit_transform(rows)
    np.testing.assert_allclose(frame["diagram__H0__entropy"] / np.log(2), theirs)


def test_landscapes_equal_giottos_on_the_same_grid():
    diagrams = gtda("diagrams")
    rng = np.random.default_rng(1)
    rows = [np.column_stack([rng.random(9), 1 + rng.random(9), np.zeros(9)]) for _ in range(3)]
    theirs = diagrams.PersistenceLandscape(n_layers=2, n_bins=20).fit_transform(DiagramsToGiotto().fit_transform(rows))
    ours = PersistenceVectorizer("landscape", n_levels=2, n_bins=20).fit_transform(rows)
    np.testing.assert_allclose(ours, theirs.reshape(3, 40), atol=1e-12)


def test_pairs_survive_the_way_to_giotto_and_back():
    scaler = gtda("diagrams").Scaler(metric="bottleneck", function=_one)
    rows = [np.array([[0, 2, 0], [1, 3, 1]], dtype=float), np.array([[0, 1, 0]], dtype=float)]
    back = Diagrams.from_giotto(scaler.fit_transform(DiagramsToGiotto().fit_transform(rows)))
    assert back == Diagrams.from_list(rows)


def _one(amplitudes):
    return 1.0


def _flat_image(diagrams):
    from sklearn.preprocessing import FunctionTransformer

    return make_pipeline(diagrams.PersistenceImage(n_bins=5), FunctionTransformer(_flatten))


def _flatten(X):
    return X.reshape(len(X), -1)


def test_giotto_then_vectorizer_inside_a_grid_search():
    homology = gtda("homology")
    clouds = IMAGES[:, 0, :, :7]  # eight points in seven dimensions each
    pipeline = make_pipeline(
        homology.VietorisRipsPersistence(homology_dimensions=(0, 1)),
        PersistenceVectorizer(),
        LogisticRegression(max_iter=500),
    )
    grid = {"persistencevectorizer__method": ["statistics", "landscape"]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(clouds, LABELS % 2)
    names = search.best_estimator_[:-1][-1].get_feature_names_out()
    assert {name.split("__")[1] for name in names} == {"H0", "H1"}
