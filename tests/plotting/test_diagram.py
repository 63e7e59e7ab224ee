"""PersistenceDiagramDisplay draws what is there."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sktopo import Diagrams, GraphFiltration, PersistenceDiagramDisplay, PersistenceVectorizer


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


def offsets(ax):
    return [
        np.asarray(one.get_offsets()) for one in ax.collections if hasattr(one, "get_sizes") and len(one.get_sizes())
    ]


def two_layers(negated=False):
    birth = [-3.0, -2.0, -4.0, -1.5, -1.0]
    death = [np.inf, -1.0, np.inf, -0.5, np.inf]
    blocks = [("conv1", 0), ("conv1", 1), ("conv2", 0), ("conv2", 1)]
    return Diagrams(birth, death, [0, 2, 2, 4, 5], blocks, negated=negated, end=0.0)


@pytest.mark.parametrize(("negated", "name"), [(True, "−∞"), (False, "∞")])
def test_line_of_essential_classes_is_labelled_and_lies_beyond_all_deaths(negated, name):
    ax = PersistenceDiagramDisplay.from_diagrams(two_layers(negated)).ax_
    (text,) = ax.texts
    assert text.get_text() == name
    line = text.xy[1]
    deaths = np.concatenate(offsets(ax))[:, 1]
    assert np.count_nonzero(deaths == line) == 3
    others = deaths[deaths != line]
    assert line < min(others.min(), 0.0) if negated else line > others.max()
    assert ax.get_ylim()[0] < line < ax.get_ylim()[1]


def test_without_essential_classes_there_is_no_line_for_them():
    ax = PersistenceDiagramDisplay.from_diagrams([np.array([[0.0, 1.0, 0]])]).ax_
    assert not ax.texts and len(ax.lines) == 1


@pytest.mark.parametrize(
    ("split_by", "titles", "labels"),
    [
        ("layer", ["conv1", "conv2"], [["H0", "H1 (empty)"], ["H0", "H1"]]),
        ("degree", ["H0", "H1"], [["conv1", "conv2"], ["conv1 (empty)", "conv2"]]),
        (
            "block",
            ["conv1 H0", "conv1 H1", "conv2 H0", "conv2 H1"],
            [["conv1 H0"], ["conv1 H1 (empty)"], ["conv2 H0"], ["conv2 H1"]],
        ),
    ],
)
def test_panels_have_titles_legends_and_the_same_limits(split_by, titles, labels):
    axes = PersistenceDiagramDisplay.from_diagrams(two_layers(), split_by=split_by).ax_
    assert [ax.get_title() for ax in axes] == titles
    assert [[text.get_text() for text in ax.get_legend().get_texts()] for ax in axes] == labels
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in axes}) == 1
    assert sum(len(points) for ax in axes for points in offsets(ax)) == 5


def test_layers_have_colours_and_degrees_markers():
    ax = PersistenceDiagramDisplay.from_diagrams(two_layers()).ax_
    colours = [tuple(one.get_facecolor()[0]) for one in ax.collections]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    shapes = [len(one.get_paths()[0].vertices) for one in ax.collections]
    assert shapes[0] == shapes[2] != shapes[1] == shapes[3]


def test_diagonal_aspect_and_legend_on_the_side_where_no_pair_can_lie():
    for negated, corner in ((True, "upper left"), (False, "lower right")):
        ax = PersistenceDiagramDisplay.from_diagrams(two_layers(negated)).ax_
        x, y = ax.lines[0].get_data()
        np.testing.assert_array_equal(x, y)
        assert ax.get_aspect() == 1.0
        assert ax.get_legend()._loc == ax.get_legend().codes[corner]


def coinciding():
    return Diagrams([0.0] * 7, [1, 1, 1, 1, 2, 1, 1], [0, 5, 7], [("a", 0), ("b", 0)])


def test_multiplicities_are_areas_and_later_blocks_lie_within():
    ax = PersistenceDiagramDisplay.from_diagrams(coinciding(), s=10).ax_
    np.testing.assert_array_equal(offsets(ax)[0], [[0, 1], [0, 2]])
    np.testing.assert_allclose(ax.collections[0].get_sizes(), [10 * (1 + np.log2(6)), 10])
    np.testing.assert_array_equal(offsets(ax)[1], [[0, 1]])
    np.testing.assert_allclose(ax.collections[1].get_sizes(), [20])
    assert not ax.texts


def test_multiplicities_as_numbers_and_as_faint_points():
    counted = PersistenceDiagramDisplay.from_diagrams(coinciding(), multiplicity="count").ax_
    assert [(text.get_text(), tuple(text.xy)) for text in counted.texts] == [("×6", (0, 1))]
    faint = PersistenceDiagramDisplay.from_diagrams(coinciding(), multiplicity="alpha").ax_
    assert [len(points) for points in offsets(faint)] == [5, 2]
    assert faint.collections[0].get_alpha() == 0.25


def large(n=300, n_essential=20):
    rng = np.random.default_rng(0)
    birth = rng.random(n)
    death = birth + rng.random(n)
    death[:n_essential] = np.inf
    rows = np.column_stack([birth, death, np.ones(n)])
    return Diagrams.from_list([np.concatenate([rows, [[0.2, 0.4, 0]]])])


def test_a_density_counts_every_pair_and_essential_classes_along_their_line():
    display = PersistenceDiagramDisplay.from_diagrams(large(), max_points=100, n_cells=10)
    meshes = [one for one in display.ax_.collections if hasattr(one, "get_coordinates")]
    square, strip = (mesh.get_array() for mesh in meshes)
    assert (square.shape, square.sum()) == ((10, 10), 280) and strip.sum() == 20
    line = meshes[1].get_coordinates()[..., 1].mean()
    assert line == pytest.approx(display.ax_.texts[0].xy[1])
    pairs = display.pairs_["diagram", 1]
    edges = meshes[0].get_coordinates()[0, :, 0]
    inside = (pairs[:, 0] >= edges[2]) & (pairs[:, 0] < edges[3]) & (pairs[:, 1] >= edges[4]) & (pairs[:, 1] < edges[5])
    assert square.filled(0)[4, 2] == inside.sum() > 0
    assert type(meshes[0].norm).__name__ == "LogNorm"
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert sorted(labels) == ["diagram H0", "diagram H1 (density)"]
    assert [len(points) for points in offsets(display.ax_) if len(points)] == [1]  # the small block remains points


def test_densities_of_panels_have_one_scale_and_none_is_never_dense():
    rows = large().to_list()[0]
    layers = Diagrams(np.tile(rows[:, 0], 2), np.tile(rows[:, 1], 2), [0, 301, 602], [("a", 0), ("b", 0)])
    display = PersistenceDiagramDisplay.from_diagrams(layers, split_by="layer", max_points=0)
    norms = {id(one.norm) for ax in display.ax_ for one in ax.collections if hasattr(one, "get_coordinates")}
    assert len(norms) == 1 and len(display.figure_.axes) == 3
    points = PersistenceDiagramDisplay.from_diagrams(large(), max_points=None)
    assert not any(hasattr(one, "get_coordinates") for one in points.ax_.collections)
    assert sum(map(len, offsets(points.ax_))) == 301


def test_a_negated_density_is_in_phi():
    diagrams = Diagrams([-3.0, -2.0], [np.inf, -1.0], [0, 2], [("conv1", 0)], negated=True, end=0.0)
    display = PersistenceDiagramDisplay.from_diagrams(diagrams, max_points=1, n_cells=50)
    square, strip = (one.get_array().filled(0) for one in display.ax_.collections if hasattr(one, "get_coordinates"))
    ((row, column),) = np.argwhere(square)
    assert column > row  # born at 2, dead at 1: below the diagonal
    assert np.argwhere(strip[0])[0] > column  # born at 3


def test_layers_degrees_and_samples_can_be_chosen():
    display = PersistenceDiagramDisplay.from_diagrams(two_layers(), layer="conv2", degree=1)
    assert [*display.pairs_] == [("conv2", 1)]
    with pytest.raises(IndexError, match="Sample 1 does not exist: there are 1 samples"):
        PersistenceDiagramDisplay.from_diagrams(two_layers(), sample=1)


def test_from_estimator_stops_at_the_diagrams_of_a_pipeline():
    rows = np.random.default_rng(0).random((6, 6))
    pipeline = make_pipeline(GraphFiltration(), PersistenceVectorizer(), LogisticRegression())
    pipeline.fit(rows, [0, 1] * 3)
    display = PersistenceDiagramDisplay.from_estimator(pipeline, rows, sample=-1)
    (pairs,) = display.pairs_.values()
    np.testing.assert_array_equal(pairs, -GraphFiltration().fit_transform(rows[5:]).pairs())
    with pytest.raises(ValueError, match="Expected Diagrams.*Got ndarray"):
        PersistenceDiagramDisplay.from_estimator(PersistenceVectorizer().fit(rows), rows)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"multiplicity": "jitter"},
            "'multiplicity' of PersistenceDiagramDisplay must be one of 'size', 'count', 'alpha'",
        ),
        ({"max_points": 0.5}, "'max_points' of PersistenceDiagramDisplay must be an integer >= 0"),
        ({"n_cells": 0}, "'n_cells' of PersistenceDiagramDisplay must be an integer >= 1"),
        ({"split_by": "sample"}, "'split_by' of PersistenceDiagramDisplay must be None, 'layer', 'degree' or 'block'"),
    ],
)
def test_options_that_cannot_be_used_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        PersistenceDiagramDisplay.from_diagrams(two_layers(), **options)


def test_given_axes_must_be_as_many_as_panels():
    _, axes = plt.subplots(1, 2)
    display = PersistenceDiagramDisplay.from_diagrams(two_layers(), split_by="layer", ax=axes)
    assert [*display.ax_] == [*axes]
    with pytest.raises(ValueError, match="draws 4 panels here, so 'ax' must hold 4 axes. Got 2"):
        display.plot(split_by="block", ax=axes)


def test_many_blocks_have_different_colours_and_a_legend_beside_the_picture():
    blocks = [(f"layer{i}", 0) for i in range(12)]
    diagrams = Diagrams(np.arange(12.0), np.arange(12.0) + 1, np.arange(13), blocks)
    display = PersistenceDiagramDisplay.from_diagrams(diagrams)
    assert len({tuple(one.get_facecolor()[0]) for one in display.ax_.collections}) == 12
    display.figure_.canvas.draw()
    legend, axes = display.ax_.get_legend().get_window_extent(), display.ax_.get_window_extent()
    assert legend.x0 > axes.x1 and legend.x1 <= display.figure_.bbox.x1
