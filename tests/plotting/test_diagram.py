"""PersistenceDiagramDisplay draws what is there."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from sktopo import Diagrams, GraphFiltration, PersistenceDiagramDisplay


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_essential_classes_lie_on_a_line_of_their_own():
    diagrams = Diagrams([-3.0, -2.0], [np.inf, -1.0], [0, 2], [("conv1", 0)], negated=True, end=0.0)
    display = PersistenceDiagramDisplay.from_diagrams(diagrams)
    points = display.ax_.collections[0].get_offsets()
    np.testing.assert_allclose(points[1], [2, 1])
    assert points[0][0] == 3 and points[0][1] < 0
    assert display.ax_.get_xlabel() == "birth (phi)"
    assert display.figure_ is display.ax_.figure


def test_essential_classes_of_a_sublevel_filtration_lie_at_the_top():
    rows = np.array([[10, 11, 0], [10, np.inf, 0], [10.5, 12, 1]])
    display = PersistenceDiagramDisplay.from_diagrams([rows])
    points = np.concatenate([collection.get_offsets() for collection in display.ax_.collections])
    assert points[1, 1] == points[:, 1].max() > 12
    assert display.ax_.get_xlabel() == "birth"
    assert display.ax_.get_xlim()[0] > 9  # no room is lost down to zero


def test_layers_have_colours_and_a_legend():
    diagrams = Diagrams([0.0, 0.0], [1.0, 2.0], [0, 1, 2], [("conv1", 0), ("conv2", 0)])
    display = PersistenceDiagramDisplay.from_diagrams(diagrams, s=30)
    colours = [tuple(collection.get_facecolor()[0]) for collection in display.ax_.collections]
    assert len(set(colours)) == 2
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["conv1 H0", "conv2 H0"]
    assert display.ax_.collections[0].get_sizes() == [30]


def test_plot_returns_the_display_and_keeps_what_it_drew():
    diagrams = Diagrams([-3.0], [-1.0], [0, 1], [("conv1", 0)], negated=True)
    display = PersistenceDiagramDisplay(diagrams)
    assert display.plot() is display
    np.testing.assert_array_equal(display.pairs_["conv1", 0], [[3, 1]])


def test_from_estimator_and_given_axes():
    rows = np.random.default_rng(0).random((3, 6))
    _, ax = plt.subplots()
    display = PersistenceDiagramDisplay.from_estimator(GraphFiltration().fit(rows), rows, sample=2, ax=ax)
    assert display.ax_ is ax


def test_empty_diagrams_can_be_drawn_and_many_samples_cannot():
    PersistenceDiagramDisplay.from_diagrams([np.empty((0, 3))])
    with pytest.raises(ValueError, match="is of one sample"):
        PersistenceDiagramDisplay(Diagrams.from_list([np.empty((0, 3))] * 2))
