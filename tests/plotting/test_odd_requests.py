"""Displays of many blocks, of nothing, and with options under matplotlib's other names."""

import matplotlib
import numpy as np
import pytest

from sktopo import (
    BarcodeDisplay,
    BettiCurveDisplay,
    Diagrams,
    LandscapeDisplay,
    PersistenceDiagramDisplay,
    PersistenceImageDisplay,
)

ROWS = [np.array([[0.0, 2.0, 0], [0.0, 1.0, 0]])]
WITH_LEGENDS = [PersistenceDiagramDisplay, BettiCurveDisplay, LandscapeDisplay]


@pytest.mark.parametrize("display", WITH_LEGENDS)
def test_the_names_of_many_blocks_are_all_in_the_figure(display):
    blocks = [(f"layer{k}", degree) for k in range(12) for degree in (0, 1)]
    diagrams = Diagrams(np.zeros(24), np.arange(1.0, 25.0), np.arange(25), blocks)
    drawn = display.from_diagrams(diagrams, split_by=None)
    drawn.figure_.canvas.draw()  # constrained layout warns, an error here, where a legend leaves no room
    names = drawn.ax_.get_legend()
    assert len(names.get_texts()) == 24
    box, page = names.get_window_extent(), drawn.figure_.bbox
    assert box.x1 <= page.x1 and box.y0 >= page.y0 and box.x0 >= drawn.ax_.get_window_extent().x1


@pytest.mark.parametrize("display", [BettiCurveDisplay, LandscapeDisplay])
def test_lines_take_matplotlibs_short_names(display):
    line = display.from_diagrams(ROWS, lw=7, ls=":", c="red").ax_.lines[0]
    assert (line.get_linewidth(), line.get_linestyle(), line.get_color()) == (7, ":", "red")


def test_points_take_matplotlibs_other_names():
    points = PersistenceDiagramDisplay.from_diagrams(ROWS, linewidth=3, ec="red").ax_.collections[0]
    assert points.get_linewidth() == [3] and points.get_edgecolor()[0, :3].tolist() == [1, 0, 0]


def test_an_image_of_nothing_has_the_colour_of_nothing():
    image = PersistenceImageDisplay.from_diagrams([np.empty((0, 3))]).ax_.images[0]
    assert image.norm.vmin == 0.0 < image.norm.vmax
    np.testing.assert_array_equal(image.cmap(image.norm(0.0)), image.cmap(0.0))


def test_an_image_takes_a_norm_of_its_own():
    norm = matplotlib.colors.LogNorm(1e-3, 1.0)
    drawn = PersistenceImageDisplay.from_diagrams(ROWS, norm=norm)
    drawn.figure_.canvas.draw()
    assert drawn.ax_.images[0].norm is norm


def test_a_class_that_dies_at_once_leaves_a_mark_among_the_bars():
    drawn = BarcodeDisplay.from_diagrams([np.array([[0.0, 2.0, 0], [1.0, 1.0, 0]])])
    marks = np.concatenate([part.get_offsets() for part in drawn.ax_.collections[1:]])
    assert marks.tolist() == [[1.0, 1.5]]


@pytest.mark.parametrize("display", [BarcodeDisplay, PersistenceDiagramDisplay])
@pytest.mark.parametrize("sample", [None, 1.0, "first"])
def test_a_sample_is_an_integer(display, sample):
    with pytest.raises(ValueError, match="'sample' to draw must be an integer"):
        display.from_diagrams(ROWS, sample=sample)


@pytest.mark.parametrize("landscapes", [{}, 3, None])
def test_what_holds_no_landscapes_is_an_error(landscapes):
    with pytest.raises(ValueError, match="Expected landscapes"):
        LandscapeDisplay.from_landscapes(landscapes)
