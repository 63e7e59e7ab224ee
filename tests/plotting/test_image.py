"""PersistenceImageDisplay draws images where they belong."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sktopo import Diagrams, GraphFiltration, PersistenceImageDisplay, PersistenceVectorizer


def brightest(ax):
    """Birth and persistence at the middle of the largest pixel, in the axes' own numbers."""
    image = ax.images[0]
    values = np.asarray(image.get_array())
    left, right, bottom, top = image.get_extent()
    row, column = np.unravel_index(np.argmax(values), values.shape)
    assert image.origin == "lower"
    return (
        left + (column + 0.5) * (right - left) / values.shape[1],
        bottom + (row + 0.5) * (top - bottom) / values.shape[0],
    )


ROWS = np.array([[0.0, 1.0, 1], [3.0, 8.0, 1], [6.0, 6.5, 1]])


def test_the_longest_class_is_where_it_was_born_and_as_high_as_it_lived():
    ax = PersistenceImageDisplay.from_diagrams([ROWS], degree=1, resolution=(80, 60), sigma=0.4).ax_
    assert ax.images[0].get_array().shape == (60, 80)
    np.testing.assert_allclose(brightest(ax), [3, 5], atol=0.1)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("birth", "persistence", "diagram H1")
    assert ax.figure.axes[1].get_ylabel() == "weight per pixel"


def test_births_of_a_superlevel_filtration_are_in_phi_and_time_runs_to_the_right():
    diagrams = Diagrams([-3.0, -6.0], [-1.0, -5.5], [0, 2], [("conv1", 0)], negated=True, end=0.0)
    ax = PersistenceImageDisplay.from_diagrams(diagrams, sigma=0.3, resolution=90).ax_
    np.testing.assert_allclose(brightest(ax), [3, 2], atol=0.1)
    assert ax.xaxis_inverted() and ax.get_xlabel() == "birth (phi)"


def test_from_estimator_shows_the_vectorizers_own_pixels():
    rows = np.random.default_rng(0).random((6, 9))
    pipeline = make_pipeline(GraphFiltration(), PersistenceVectorizer("image", resolution=(7, 5))).fit(rows)
    features = pipeline.transform(rows)
    display = PersistenceImageDisplay.from_estimator(pipeline, rows, sample=4)
    (image,) = display.images_.values()
    np.testing.assert_allclose(image, features[4].reshape(-1, 5, 7)[0])
    mean = PersistenceImageDisplay.from_estimator(pipeline, rows, sample=None)
    np.testing.assert_allclose(mean.ax_.images[0].get_array(), features.mean(axis=0).reshape(5, 7))
    (births, persistences) = pipeline[-1].ranges_[0]
    np.testing.assert_allclose(mean.ax_.images[0].get_extent(), [*-births, *persistences])


def test_from_estimator_with_a_vectorizer_or_a_filtration_alone():
    diagrams = Diagrams(np.zeros(4), np.arange(1.0, 5.0), range(5), [("a", 0), ("a", 1), ("b", 0), ("b", 1)])
    vectorizer = PersistenceVectorizer("image").fit(diagrams)
    axes = PersistenceImageDisplay.from_estimator(vectorizer, diagrams, degree=1).ax_
    assert [ax.get_title() for ax in axes] == ["a H1", "b H1"]
    rows = np.random.default_rng(0).random((3, 6))
    filtration = GraphFiltration().fit(rows)
    through = PersistenceImageDisplay.from_estimator(filtration, rows, sample=1, resolution=8)
    direct = PersistenceImageDisplay.from_diagrams(filtration.transform(rows), sample=1, resolution=8)
    for block, image in direct.images_.items():
        np.testing.assert_array_equal(through.images_[block], image)


def test_options_of_imshow_and_colour_bars():
    display = PersistenceImageDisplay.from_diagrams([ROWS], degree=1, vmax=2.0, colorbar=False)
    assert display.ax_.images[0].get_clim() == (0.0, 2.0) and len(display.figure_.axes) == 1


def test_empty_diagrams_give_an_empty_image():
    display = PersistenceImageDisplay.from_diagrams([np.empty((0, 3))])
    assert not display.ax_.images[0].get_array().any()
    display.figure_.canvas.draw()


def test_arrays_of_ones_own_can_be_drawn_and_must_fit():
    image = np.eye(3)
    display = PersistenceImageDisplay({("a", 0): image}, {("a", 0): ((0, 1), (0, 2))}).plot()
    np.testing.assert_array_equal(display.ax_.images[0].get_array(), image)
    with pytest.raises(ValueError, match="at least one image of two axes, and a range for each"):
        PersistenceImageDisplay({("a", 0): image}, {})
