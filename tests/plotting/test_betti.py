"""BettiCurveDisplay draws step functions, exactly."""

import numpy as np
import pytest

from sktopo import BettiCurveDisplay, Diagrams, GraphFiltration


def value_at(line, t):
    """What a step line shows at t: the height of the last point drawn before."""
    x, y = line.get_data()
    x, t = (x, t) if x[0] <= x[-1] else (-np.asarray(x), -t)
    return y[np.searchsorted(x, t, side="right") - 1]


@pytest.mark.parametrize("negated", [False, True])
def test_curves_are_the_numbers_of_classes_alive(negated):
    rng = np.random.default_rng(0)
    birth = rng.integers(-9, 0, 40).astype(float)
    death = birth + rng.integers(0, 4, 40)
    death[:3] = np.inf
    diagrams = Diagrams(birth, death, [0, 30, 40], [("a", 0), ("a", 1)], negated=negated)
    display = BettiCurveDisplay.from_diagrams(diagrams)
    for line, own in zip(display.ax_.lines, (slice(0, 30), slice(30, 40)), strict=True):
        assert line.get_drawstyle() == "steps-post"
        for t in np.arange(-9.25, 2.0, 0.25):
            alive = np.count_nonzero((birth[own] <= t) & (t < death[own]))
            assert value_at(line, -t if negated else t) == alive
    assert display.ax_.get_xlim()[0] < display.ax_.get_xlim()[1] or negated
    assert display.ax_.xaxis_inverted() == negated
    assert display.ax_.get_xlabel() == "filtration value" + " (phi)" * negated


def test_curve_begins_at_zero_and_essential_classes_stay_to_the_end():
    display = BettiCurveDisplay.from_diagrams([np.array([[1.0, np.inf, 0], [2.0, 3.0, 0]])])
    x, y = display.ax_.lines[0].get_data()
    assert list(y) == [0, 1, 2, 1, 1] and list(x[1:-1]) == [1, 2, 3]
    assert (x[0], x[-1]) == display.ax_.get_xlim() and x[0] < 1 and x[-1] > 3


def test_a_class_that_dies_at_once_is_never_alive():
    display = BettiCurveDisplay.from_diagrams([np.array([[1.0, 1.0, 0], [2.0, 3.0, 0]])])
    np.testing.assert_array_equal(display.curves_["diagram", 0], [[2, 1], [3, 0]])


def test_mean_over_samples():
    diagrams = [np.array([[0.0, 2.0, 0]]), np.array([[1.0, 2.0, 0], [1.0, 3.0, 0]])]
    display = BettiCurveDisplay.from_diagrams(diagrams, sample=None)
    np.testing.assert_array_equal(display.curves_["diagram", 0], [[0, 0.5], [1, 1.5], [2, 0.5], [3, 0]])


def test_layers_have_colours_and_degrees_line_styles():
    diagrams = Diagrams(np.zeros(4), np.ones(4), range(5), [("a", 0), ("a", 1), ("b", 0), ("b", 1)])
    lines = BettiCurveDisplay.from_diagrams(diagrams).ax_.lines
    assert [line.get_label() for line in lines] == ["a H0", "a H1", "b H0", "b H1"]
    assert [line.get_linestyle() for line in lines] == ["-", "--", "-", "--"]
    assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color()
    panels = BettiCurveDisplay.from_diagrams(diagrams, split_by="degree").ax_
    assert [ax.get_title() for ax in panels] == ["H0", "H1"]
    assert {line.get_linestyle() for ax in panels for line in ax.lines} == {"-"}
    assert [line.get_label() for line in panels[1].lines] == ["a", "b"]


def test_from_estimator_empty_diagrams_and_options():
    rows = np.random.default_rng(0).random((3, 6))
    filtration = GraphFiltration().fit(rows)
    one = BettiCurveDisplay.from_estimator(filtration, rows, sample=1)
    np.testing.assert_array_equal(
        *(
            display.curves_[one_block]
            for display in (one, BettiCurveDisplay(filtration.transform(rows[1:2])))
            for one_block in [*one.curves_][:1]
        )
    )
    mean = BettiCurveDisplay.from_estimator(filtration, rows, sample=None)
    assert [*mean.curves_] == [*filtration.transform(rows).blocks]
    x, y = BettiCurveDisplay.from_diagrams([np.empty((0, 3))]).ax_.lines[0].get_data()
    assert set(y) == {0.0} and len(x) == 2
    with pytest.raises(ValueError, match="at least one sample"):
        BettiCurveDisplay(filtration.transform(rows)[:0])
