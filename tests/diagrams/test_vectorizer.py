"""PersistenceVectorizer against its slow twins, and its manners."""

import gudhi.representations
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import Activations, Diagrams, PersistenceVectorizer
from sktopo.diagrams.statistics import STATISTICS
from tests.oracles.vectors import landscape, statistics

pair = st.tuples(st.integers(-4, 4), st.integers(0, 5)).map(lambda p: (p[0], p[0] + p[1], 0))
ragged = st.lists(st.lists(pair, max_size=7), min_size=1, max_size=4).map(
    lambda samples: [np.array(rows, dtype=float).reshape(-1, 3) for rows in samples]
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(samples=ragged)
def test_statistics_equal_their_definition(samples):
    ours = PersistenceVectorizer(alpha=1.5).fit_transform(Diagrams.from_list(samples))
    expected = [statistics(rows[:, :2], 0, 1.5) for rows in samples]
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(samples=ragged, n_bins=st.integers(2, 9), n_levels=st.integers(1, 4))
def test_landscapes_equal_their_definition(samples, n_bins, n_levels):
    vectorizer = PersistenceVectorizer(method="landscape", n_bins=n_bins, n_levels=n_levels)
    ours = vectorizer.fit_transform(Diagrams.from_list(samples))
    grid = vectorizer.grids_[0]
    expected = [landscape(rows[:, :2], grid, n_levels).ravel() for rows in samples]
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)


def test_landscapes_agree_with_gudhis_up_to_its_factor():
    """GUDHI multiplies landscapes by the square root of 2; otherwise it is right on finite bars."""
    rng = np.random.default_rng(0)
    birth = rng.random(40)
    pairs = np.stack([birth, birth + rng.random(40)], axis=1)
    vectorizer = PersistenceVectorizer(method="landscape", n_bins=50, n_levels=3)
    ours = vectorizer.fit_transform([np.column_stack([pairs, np.zeros(40)])])
    grid = vectorizer.grids_[0]
    peer = gudhi.representations.Landscape(
        num_landscapes=3, resolution=50, sample_range=[grid[0], grid[-1]], keep_endpoints=True
    )
    np.testing.assert_allclose(ours, peer.fit_transform([pairs]) / np.sqrt(2), atol=1e-9)


def test_energy_of_all_levels_has_its_closed_form():
    rows = np.array([[0, 4, 0], [1, 3, 0], [1, 3, 0], [2, 3, 0]], dtype=float)
    vectorizer = PersistenceVectorizer(method="landscape", n_bins=4001, n_levels=4)
    energy = (vectorizer.fit_transform([rows]) ** 2).sum() * (4 / 4000)
    assert energy == pytest.approx(((rows[:, 1] - rows[:, 0]) ** 3).sum() / 12, rel=1e-5)


@pytest.mark.parametrize("method", ["statistics", "landscape"])
def test_an_empty_diagram_gives_zeros(method):
    features = PersistenceVectorizer(method).fit_transform([np.array([[0.0, 1.0, 0]]), np.empty((0, 3))])
    assert features[0].any() and not features[1].any()


def test_essential_classes_follow_the_policy():
    diagrams = Diagrams.from_list([np.array([[0, 1, 0], [0, np.inf, 0]], dtype=float)], end=3.0)
    longest = STATISTICS.index("persistence_max")
    by_policy = {
        policy: PersistenceVectorizer(essential=policy).fit_transform(diagrams)[0] for policy in ("cap", "drop", 9.0)
    }
    assert [by_policy[policy][longest] for policy in ("cap", "drop", 9.0)] == [3, 1, 9]
    assert [row[STATISTICS.index("essential_count")] for row in by_policy.values()] == [1, 1, 1]
    assert [row[STATISTICS.index("count")] for row in by_policy.values()] == [2, 1, 2]


def test_without_a_known_end_the_cap_is_the_largest_value_of_fit():
    train = [np.array([[0, 4, 0], [0, np.inf, 0]], dtype=float)]
    vectorizer = PersistenceVectorizer().fit(train)
    assert vectorizer.caps_.tolist() == [4]
    test = vectorizer.transform([np.array([[1, np.inf, 0]])])
    assert test[0, STATISTICS.index("persistence_max")] == 3


def test_a_superlevel_filtration_is_measured_as_stored():
    superlevel = Diagrams([-5.4, -2.5], [np.inf, -1.8], [0, 2], [("network", 0)], negated=True, end=0.0)
    values = dict(zip(STATISTICS, PersistenceVectorizer().fit_transform(superlevel)[0], strict=False))
    assert (values["birth_min"], values["death_max"], values["persistence_max"]) == (-5.4, 0.0, 5.4)
    assert values["birth_min"] == superlevel.birth.min()


def test_superlevel_and_sublevel_diagrams_do_not_mix():
    superlevel = Diagrams([-1.0], [0.0], [0, 1], [("diagram", 0)], negated=True)
    with pytest.raises(ValueError, match="fitted on diagrams with negated=True and got negated=False"):
        PersistenceVectorizer().fit(superlevel).transform([np.array([[0.0, 1.0, 0]])])


def test_blocks_are_brought_into_the_fitted_order():
    given = Diagrams([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], [0, 1, 3], [("conv1", 0), ("conv2", 0)])
    turned = Diagrams([1.0, 2.0, 0.0], [3.0, 5.0, 1.0], [0, 2, 3], [("conv2", 0), ("conv1", 0)])
    vectorizer = PersistenceVectorizer().fit(given)
    np.testing.assert_array_equal(vectorizer.transform(turned), vectorizer.transform(given))
    with pytest.raises(ValueError, match="was fitted on the blocks"):
        vectorizer.transform(given.select(layer="conv1"))


def test_a_giotto_array_and_its_diagrams_give_the_same_features():
    rng = np.random.default_rng(0)
    array = rng.random((4, 6, 3)).cumsum(axis=2)
    array[:, :, 2] = [0, 0, 0, 0, 1, 1]
    array[2, 3:, 1] = array[2, 3:, 0]
    ours = PersistenceVectorizer().fit_transform(array)
    np.testing.assert_array_equal(ours, PersistenceVectorizer().fit_transform(Diagrams.from_giotto(array)))
    assert ours[2, STATISTICS.index("count")] == 3


def test_a_row_of_a_matrix_is_a_list_of_lifetimes():
    features = PersistenceVectorizer().fit_transform(np.array([[3.0, -2.0, 0.0]]))
    expected = PersistenceVectorizer().fit_transform([np.array([[0.0, 3, 0], [-2, 0, 0], [0, 0, 0]])])
    np.testing.assert_array_equal(features, expected)


def test_pandas_columns_carry_the_names():
    diagrams = Diagrams([0.0], [1.0], [0, 1], [("conv1", 0)])
    frame = PersistenceVectorizer().set_output(transform="pandas").fit_transform(diagrams)
    assert frame.loc[0, "conv1__H0__persistence_mean"] == 1


def test_features_do_not_depend_on_the_other_samples_to_the_last_bit():
    rng = np.random.default_rng(0)
    rows = [np.column_stack([rng.random(k), 1 + rng.random(k), np.zeros(k)]) for k in (7, 1, 300, 0, 41)]
    for method in ("statistics", "landscape"):
        vectorizer = PersistenceVectorizer(method).fit(rows)
        whole = vectorizer.transform(rows)
        for i in range(5):
            np.testing.assert_array_equal(vectorizer.transform(rows[i : i + 1])[0], whole[i])


def test_precomputed_diagrams_go_through_a_grid_search():
    rng = np.random.default_rng(0)
    scale = np.repeat([1.0, 3.0], 10)
    diagrams = Diagrams.from_list([np.column_stack([np.zeros(6), s * rng.random(6), np.zeros(6)]) for s in scale])
    pipeline = make_pipeline(PersistenceVectorizer(n_bins=10), StandardScaler(), LogisticRegression())
    grid = {"persistencevectorizer__method": ["statistics", "landscape"], "persistencevectorizer__n_levels": [1, 2]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2, error_score="raise").fit(diagrams, scale > 1)
    assert search.best_score_ > 0.8


def test_names_say_layer_degree_and_coordinate():
    diagrams = Diagrams([0.0, 1.0], [1.0, 2.0], [0, 1, 2], [("conv1", 0), ("conv2", 1)])
    names = PersistenceVectorizer().fit(diagrams).get_feature_names_out()
    assert names[0] == "conv1__H0__count" and names[-1] == "conv2__H1__total_persistence"
    assert "conv1__H0__persistence_mean" in names
    vectorizer = PersistenceVectorizer("landscape", n_bins=3, n_levels=2).fit(diagrams)
    assert len(vectorizer.get_feature_names_out()) == vectorizer.transform(diagrams).shape[1] == 12


def test_activations_are_not_taken_for_lifetimes():
    with pytest.raises(ValueError, match="Put a filtration such as GraphFiltration between"):
        PersistenceVectorizer().fit(Activations({"a": np.ones((2, 3))}))


@pytest.mark.parametrize("method", ["statistics", "landscape"])
def test_the_test_set_changes_neither_width_nor_grid(method):
    rng = np.random.default_rng(0)
    rows = [np.column_stack([np.zeros(5), rng.random(5), np.zeros(5)]) for _ in range(3)]
    vectorizer = PersistenceVectorizer(method).fit(rows)
    alone = vectorizer.transform(rows[:1])
    wide = vectorizer.transform([rows[0], 100 * rows[1]])
    np.testing.assert_array_equal(alone[0], wide[0])


def test_other_blocks_than_in_fit_are_an_error_and_missing_degrees_are_empty():
    both = [np.array([[0, 1, 0], [0, 2, 1]], dtype=float)]
    vectorizer = PersistenceVectorizer().fit(both)
    only = vectorizer.transform([np.array([[0, 1, 0]], dtype=float)])
    assert only[0, len(STATISTICS) + 1] == 0
    with pytest.raises(ValueError, match="was fitted on the blocks"):
        vectorizer.transform([np.array([[0, 1, 2]], dtype=float)])


@pytest.mark.parametrize(
    "parameters",
    [{"method": "images"}, {"essential": "keep"}, {"n_bins": 1}, {"n_levels": 0}, {"alpha": 0}, {"essential": np.inf}],
)
def test_a_wrong_parameter_is_an_error(parameters):
    with pytest.raises(ValueError, match=f"'{next(iter(parameters))}' parameter of PersistenceVectorizer"):
        PersistenceVectorizer(**parameters).fit([np.array([[0.0, 1.0, 0]])])


def test_a_policy_holds_from_fit_to_transform():
    """Options of a fitted vectorizer are those of fit; a new policy needs a new fit, like a new method."""
    rows = [np.array([[0.0, np.inf, 0], [0.0, 2.0, 0]])]
    for fitted, later in [("cap", "drop"), ("drop", 5.0), (5.0, "cap")]:
        vectorizer = PersistenceVectorizer("total", essential=fitted).fit(rows)
        before = vectorizer.transform(rows)
        np.testing.assert_array_equal(vectorizer.set_params(essential=later).transform(rows), before)


def test_a_new_fit_shows_nothing_of_another_method():
    vectorizer = PersistenceVectorizer("landscape").fit([np.array([[0.0, 2.0, 0]])])
    vectorizer.set_params(method="image").fit([np.array([[0.0, 2.0, 0]])])
    assert not hasattr(vectorizer, "grids_") and hasattr(vectorizer, "sigmas_")


@pytest.mark.parametrize("essential", [True, np.array([1.0, 2.0]), None, np.inf])
def test_an_end_is_a_finite_number(essential):
    with pytest.raises(ValueError, match="must be 'cap', 'drop' or a finite number"):
        PersistenceVectorizer("total", essential=essential).fit([np.array([[0.0, 2.0, 0]])])
