"""What every stage that takes diagrams accepts, and what it remembers."""

import numpy as np
import pytest

from sktopo import Diagrams, PersistenceVectorizer

ROWS = [np.array([[0.0, 2.0, 0], [1.0, 3.0, 1]]), np.array([[0.0, 1.0, 0]])]


def test_an_array_of_objects_is_a_list():
    objects = np.empty(2, dtype=object)
    objects[:] = ROWS
    vectorizer = PersistenceVectorizer("total").fit(objects)
    np.testing.assert_array_equal(vectorizer.transform(objects), vectorizer.transform(ROWS))


@pytest.mark.parametrize("empty", [[], np.array([]), np.empty((0, 3))])
def test_empty_diagrams_of_any_shape_are_empty(empty):
    vectorizer = PersistenceVectorizer("total").fit(ROWS)
    np.testing.assert_array_equal(vectorizer.transform([empty, empty]), np.zeros((2, 2)))


def test_gudhis_lists_are_refused_with_the_call_that_reads_them():
    pairs = [[(0, (0.0, 2.0)), (1, (1.0, 3.0))], [(0, (0.0, 1.0))]]
    with pytest.raises(ValueError, match=r"Diagrams.from_gudhi\(X\)"):
        PersistenceVectorizer("total").fit(pairs)
    read = PersistenceVectorizer("total").fit_transform(Diagrams.from_gudhi(pairs))
    np.testing.assert_array_equal(read, PersistenceVectorizer("total").fit_transform(ROWS))


def test_diagrams_after_a_matrix_leave_nothing_of_its_columns():
    vectorizer = PersistenceVectorizer("total").fit(np.ones((2, 3)))
    assert vectorizer.n_features_in_ == 3
    assert not hasattr(vectorizer.fit(ROWS), "n_features_in_")


def test_a_diagram_that_stands_alone_is_told_from_a_matrix_where_it_can_be():
    with pytest.raises(ValueError, match=r"give a list of one array: \[diagram\]"):
        PersistenceVectorizer("total").fit(np.array([[0.0, np.inf, 0], [0.0, 1.0, 0]]))
