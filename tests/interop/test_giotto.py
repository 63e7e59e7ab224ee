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
