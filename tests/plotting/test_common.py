"""What all displays do alike."""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

import sktopo
from sktopo import (
    BarcodeDisplay,
    BettiCurveDisplay,
    ElbowDisplay,
    LandscapeDisplay,
    LayerSimilarityDisplay,
    Mapper,
    MapperDisplay,
    MapperSweepDisplay,
    PersistenceDiagramDisplay,
    PersistenceImageDisplay,
    SubgraphDisplay,
    mapper_sweep,
)

ROWS = np.array([[0.0, 1.0, 0], [0.0, 2.0, 0]])
OF_DIAGRAMS = [
    PersistenceDiagramDisplay,
    BarcodeDisplay,
    BettiCurveDisplay,
    LandscapeDisplay,
    PersistenceImageDisplay,
]


@pytest.mark.parametrize("display", OF_DIAGRAMS)
def test_without_matplotlib_a_sentence_says_what_to_install(display, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=f"{display.__name__} draws with matplotlib.*Install it: pip install"):
        display.from_diagrams([ROWS])


def test_the_other_displays_say_so_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    matrix = LayerSimilarityDisplay(np.eye(2), higher_is_closer=True)
    empty = np.empty((0, 2))
    subgraph = SubgraphDisplay(layers=(), places={}, edges=empty, phi=empty, generator=(0, 0), field=empty)
    points = np.arange(30.0)[:, None]
    graph = MapperDisplay({"": Mapper().fit(points).graph_})
    sweep = MapperSweepDisplay(mapper_sweep(Mapper(), points, n_intervals=[2]))
    elbow = ElbowDisplay({"": [0.1, 0.2]})
    for draw in (matrix.plot, matrix.plot_trajectory, subgraph.plot, graph.plot, sweep.plot, elbow.plot):
        with pytest.raises(ImportError, match="Display draws with matplotlib, which is not installed"):
            draw()


@pytest.mark.parametrize("display", OF_DIAGRAMS)
def test_plot_draws_again_on_given_axes_and_returns_the_display(display):
    one = display.from_diagrams([ROWS])
    figure, ax = plt.subplots()
    assert one.plot(ax=ax) is one
    assert one.ax_ is ax and one.figure_ is figure
    assert ax.lines or ax.collections or ax.images


@pytest.mark.parametrize("display", OF_DIAGRAMS)
def test_blocks_are_chosen_and_unknown_ones_are_refused(display):
    rows = np.concatenate([ROWS, [[0.5, 1.0, 1]]])
    assert isinstance(display.from_diagrams([rows], degree=1).ax_, plt.Axes)
    with pytest.raises(ValueError, match="There is no block"):
        display.from_diagrams([rows], degree=2)


def test_every_display_is_public():
    assert {display.__name__ for display in OF_DIAGRAMS} <= set(sktopo.__all__)
