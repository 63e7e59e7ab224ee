"""BarcodeDisplay draws a bar for every class, or says of how many."""

import numpy as np
import pytest

from sktopo import BarcodeDisplay, Diagrams, GraphFiltration


def bars(ax):
    """Ends and heights of all bars, block after block."""
    return [np.array(one.get_segments()).reshape(-1, 2, 2) for one in ax.collections if hasattr(one, "get_segments")]


def heads(ax):
    return np.concatenate([one.get_offsets() for one in ax.collections if not hasattr(one, "get_segments")])


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


ROWS = np.array([[1.0, 2.0, 0], [0.0, np.inf, 0], [0.0, 3.0, 0], [0.5, 0.75, 1]])


def test_bars_go_from_birth_to_death_sorted_by_birth_and_then_death():
    ax = BarcodeDisplay.from_diagrams([ROWS]).ax_
    degree0, degree1 = bars(ax)
    end = ax.get_xlim()[1]
    np.testing.assert_array_equal(degree0[:, :, 0], [[0, 3], [0, end], [1, 2]])
    np.testing.assert_array_equal(degree1[:, :, 0], [[0.5, 0.75]])
    rows = np.concatenate([degree0, degree1])[:, :, 1]
    np.testing.assert_array_equal(rows[:, 0], rows[:, 1])
    assert (np.diff(rows[:, 0]) > 0).all() and ax.yaxis_inverted()
    assert names(ax) == ["diagram H0", "diagram H1"]


def test_essential_bars_are_arrows_beyond_every_death():
    ax = BarcodeDisplay.from_diagrams([ROWS]).ax_
    ((place, row),) = heads(ax)
    assert place == ax.get_xlim()[1] > 3 and row == bars(ax)[0][1, 0, 1]


def test_bars_of_a_superlevel_filtration_are_in_phi_and_time_runs_to_the_right():
    diagrams = Diagrams([-2.0, -3.0], [-1.0, np.inf], [0, 2], [("conv1", 0)], negated=True, end=0.0)
    display = BarcodeDisplay.from_diagrams(diagrams)
    np.testing.assert_array_equal(display.pairs_["conv1", 0], [[3, -np.inf], [2, 1]])
    ax = display.ax_
    start, end = ax.get_xlim()
    assert start > 3 and end < 0 and ax.get_xlabel() == "filtration value (phi)"
    np.testing.assert_array_equal(bars(ax)[0][:, :, 0], [[3, end], [2, 1]])


def test_the_most_persistent_are_drawn_and_the_name_says_of_how_many():
    rng = np.random.default_rng(0)
    birth = rng.random(1200)
    rows = np.column_stack([birth, birth + rng.random(1200), np.zeros(1200)])
    rows[7, 1] = np.inf
    display = BarcodeDisplay.from_diagrams([rows], max_bars=30)
    (drawn,) = bars(display.ax_)
    lengths = np.sort(rows[:, 1] - rows[:, 0])
    assert len(drawn) == 30 and len(heads(display.ax_)) == 1
    finite = np.sort((drawn[:, 1] - drawn[:, 0])[:, 0])[:29]
    np.testing.assert_allclose(finite, lengths[-30:-1])
    assert names(display.ax_) == ["diagram H0\nlongest 30\nof 1,200"]
    assert (np.diff(drawn[:, 0, 0]) >= 0).all()
    assert len(bars(display.plot(max_bars=None).ax_)[0]) == 1200


def test_equal_bars_are_all_drawn():
    (drawn,) = bars(BarcodeDisplay.from_diagrams([np.tile([0.0, 1.0, 0], (5, 1))]).ax_)
    assert len(drawn) == 5 == len(np.unique(drawn[:, 0, 1]))


def test_panels_and_blocks_without_bars():
    diagrams = Diagrams([0.0, 0.0], [1.0, 2.0], [0, 1, 1, 2], [("a", 0), ("a", 1), ("b", 0)])
    axes = BarcodeDisplay.from_diagrams(diagrams, split_by="layer").ax_
    assert [ax.get_title() for ax in axes] == ["a", "b"]
    assert names(axes[0]) == ["H0", "H1\nempty"] and names(axes[1]) == ["H0"]
    assert len({ax.get_xlim() for ax in axes}) == 1
    assert [sum(map(len, bars(ax))) for ax in axes] == [1, 1]


def test_names_of_small_blocks_have_room():
    sizes = [300, 1, 1, 1]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    birth = np.zeros(303)
    diagrams = Diagrams(birth, birth + 1, offsets, [(name, 0) for name in "abcd"])
    display = BarcodeDisplay.from_diagrams(diagrams, max_bars=None)
    display.figure_.canvas.draw()
    boxes = [label.get_window_extent() for label in display.ax_.get_yticklabels()]
    assert all(upper.y0 >= lower.y1 for upper, lower in zip(boxes[:-1], boxes[1:], strict=True))


def test_from_estimator_and_no_bars_at_all():
    rows = np.random.default_rng(0).random((3, 6))
    display = BarcodeDisplay.from_estimator(GraphFiltration().fit(rows), rows, sample=2)
    assert sum(map(len, bars(display.ax_))) == sum(map(len, display.pairs_.values())) > 0
    assert names(BarcodeDisplay.from_diagrams([np.empty((0, 3))]).ax_) == ["diagram H0\nempty"]


@pytest.mark.parametrize("max_bars", [0, 2.5, "all"])
def test_a_bad_number_of_bars_is_named(max_bars):
    with pytest.raises(ValueError, match="'max_bars' of BarcodeDisplay must be an integer >= 1, or None"):
        BarcodeDisplay.from_diagrams([ROWS], max_bars=max_bars)
