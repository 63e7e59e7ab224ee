"""LayerSimilarityDisplay keeps what it draws."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from sktopo import LayerSimilarity, LayerSimilarityDisplay


def fitted(measure="cka"):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 30, 4))
    layers = {"a": x, "z": y, "a2": x + 0.1 * y, "z2": y + 0.1 * x}
    return LayerSimilarity(measure).fit(layers)


def labels(axis):
    return [label.get_text() for label in axis]


def test_heat_map_shows_the_matrix_with_its_names():
    similarity = fitted()
    display = LayerSimilarityDisplay.from_estimator(similarity, vmin=0)
    np.testing.assert_array_equal(display.ax_.images[0].get_array(), similarity.matrix_)
    assert labels(display.ax_.get_yticklabels()) == ["a", "z", "a2", "z2"]
    assert display.ax_.images[0].norm.vmin == 0
    assert display.figure_.axes[1].get_ylabel() == "cka"


@pytest.mark.parametrize("measure", ["cka", "procrustes"])
def test_dendrogram_brings_similar_layers_together(measure):
    similarity = fitted(measure)
    display = LayerSimilarityDisplay.from_estimator(similarity, order="dendrogram")
    names = labels(display.ax_.get_xticklabels())
    assert {frozenset(names[:2]), frozenset(names[2:])} == {frozenset({"a", "a2"}), frozenset({"z", "z2"})}
    order = display.order_
    np.testing.assert_array_equal(display.ax_.images[0].get_array(), similarity.matrix_[np.ix_(order, order)])


def test_light_is_close():
    similarity, distance = (LayerSimilarityDisplay.from_estimator(fitted(name)) for name in ("cka", "procrustes"))
    for display in (similarity, distance):
        image = display.ax_.images[0]
        colours = image.cmap(image.norm(display.matrix_))[..., :3].sum(axis=2)
        assert colours[0, 0] > colours[0, 1]


def test_matrix_across_networks():
    frame = LayerSimilarity(as_frame=True).compare({"a": np.eye(5)}, {"b": np.eye(5), "c": np.eye(5)[:, :2]})
    display = LayerSimilarityDisplay.from_matrix(frame, higher_is_closer=True, annotate=True)
    assert (display.rows_, display.columns_) == (("a",), ("b", "c"))
    assert len(display.ax_.texts) == 2 and display.ax_.texts[0].get_text() == "1.00"
    for draw in (lambda: display.plot(order="dendrogram"), display.plot_trajectory):
        with pytest.raises(ValueError, match="within one network"):
            draw()


def test_trajectory_has_a_point_per_layer_at_its_coordinates():
    similarity = fitted("procrustes")
    display = LayerSimilarityDisplay(
        similarity.matrix_, rows=similarity.layers_, columns=similarity.layers_, higher_is_closer=False
    ).plot_trajectory()
    np.testing.assert_allclose(display.ax_.collections[0].get_offsets(), similarity.trajectory())
    assert labels(display.ax_.texts) == ["a", "z", "a2", "z2"]


def test_plots_go_where_they_are_told():
    _, axes = plt.subplots(1, 2)
    display = LayerSimilarityDisplay.from_estimator(fitted(), ax=axes[1])
    assert display.ax_ is axes[1] and display.plot_trajectory(ax=axes[0]).ax_ is axes[0]


def test_one_layer():
    display = LayerSimilarityDisplay.from_matrix([[1.0]], higher_is_closer=True, order="dendrogram")
    assert display.plot_trajectory().rows_ == ("0",)


def test_bad_displays():
    with pytest.raises(ValueError, match="'order' of LayerSimilarityDisplay"):
        LayerSimilarityDisplay.from_estimator(fitted(), order="size")
    with pytest.raises(ValueError, match="two axes"):
        LayerSimilarityDisplay([1.0], higher_is_closer=True)
    with pytest.raises(ValueError, match="one name for each of the 2 layers"):
        LayerSimilarityDisplay(np.eye(2), rows=["a"], higher_is_closer=True)
