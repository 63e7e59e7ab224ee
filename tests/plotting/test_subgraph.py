"""SubgraphDisplay draws what is there."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sktopo import ActivationExtractor, GraphFiltration, PersistentSubgraphs, SubgraphDisplay
from sktopo.datasets import load_digits_images, make_ccff
from tests.filtration.test_graph import hand_network


@pytest.fixture
def by_hand():
    return ActivationExtractor(hand_network(), dtype="float64").fit_transform([[0.0, 0.0], [1.0, 2.0]])


X0, X1, A0, A1, Y0, Y1 = range(6)


def test_subgraphs_of_the_network_worked_by_hand(by_hand):
    display = SubgraphDisplay.from_activations(by_hand, sample=1, generator=1)
    assert display.layers_ == ("input", "0", "2")
    assert display.edges_.tolist() == [[A0, Y0], [X1, A0]]
    np.testing.assert_allclose(display.phi_, [2.5, 2.0])
    assert display.generator_ == (A0, Y0)
    assert display.places_ == {X1: (0, 0.75), A0: (1, 0.25), Y0: (2, 0.25)}
    assert display.field_.tolist() == [True, True]
    np.testing.assert_array_equal(display.image_, [1, 2])
    assert display.titles_[1] == "basin 1: 2 edges, born at 2.5, dies at 1.8"
    whole = SubgraphDisplay.from_activations(by_hand, sample=1, mode="component")
    assert len(whole.edges_) == 5 and whole.titles_[1].endswith("dies never")


def test_edges_are_as_wide_as_their_phi_and_the_generator_stands_out(by_hand):
    display = SubgraphDisplay.from_activations(by_hand, sample=1, generator=1, picture="layers")
    (lines,) = [one for one in display.ax_.collections if hasattr(one, "get_segments")]
    np.testing.assert_allclose(lines.get_segments(), [[(1, 0.25), (2, 0.25)], [(0, 0.75), (1, 0.25)]])
    widths = np.array(lines.get_linewidths())
    np.testing.assert_allclose(widths, 0.2 + 2.8 * np.array([1.0, 0.8]))
    assert tuple(lines.get_colors()[0]) != tuple(lines.get_colors()[1])
    assert [label.get_text() for label in display.ax_.get_xticklabels()] == ["input", "0", "2"]


def digits(n):
    images, _ = load_digits_images()
    return ActivationExtractor(make_ccff()).fit_transform(images[:n])


def test_field_of_a_convolution_is_a_patch_of_the_image():
    activations = digits(6)
    found = False
    for sample in range(6):
        tree = GraphFiltration().fit(activations).merge_trees(activations[sample])[0]["network", 0]
        names = activations.network.vertex_names(tree.edges[tree.peak])
        for generator in np.flatnonzero([low.startswith("input") and up.startswith("conv1") for low, up in names]):
            display = SubgraphDisplay.from_activations(activations, sample=sample, generator=generator)
            _, row, column = np.unravel_index(display.generator_[1] - activations.network.units[1].offset, (3, 6, 6))
            expected = np.zeros((1, 8, 8), dtype=bool)
            expected[:, row : row + 3, column : column + 3] = True
            np.testing.assert_array_equal(display.field_, expected)
            veil = display.ax_[0].images[1].get_array()
            np.testing.assert_array_equal(veil[..., 3] > 0, expected[0])
            np.testing.assert_array_equal(display.ax_[0].images[0].get_array(), activations["input"][sample][0])
            dots = {(int(y), int(x)) for x, y in display.ax_[0].collections[0].get_offsets()}
            assert dots == {divmod(vertex, 8) for vertex in display.places_ if vertex < 64} != set()
            plt.close("all")
            found = True
    assert found


def test_from_estimator_takes_its_options_and_runs_pipelines():
    images, _ = load_digits_images()
    pipeline = make_pipeline(
        ActivationExtractor(make_ccff()), PersistentSubgraphs(mode="component", include_input=False)
    )
    pipeline.fit(images[:3])
    through = SubgraphDisplay.from_estimator(pipeline, images[:3], sample=2, generator=1)
    direct = SubgraphDisplay.from_activations(digits(3), sample=2, generator=1, mode="component", include_input=False)
    np.testing.assert_array_equal(through.edges_, direct.edges_)
    assert all(column > 0 for column, _ in direct.places_.values())
    last = SubgraphDisplay.from_estimator(pipeline[-1], digits(3), sample=2, generator=1)
    np.testing.assert_array_equal(last.edges_, direct.edges_)


def test_given_axes_are_used(by_hand):
    _, axes = plt.subplots(1, 2)
    display = SubgraphDisplay.from_activations(by_hand, sample=1, ax=axes)
    assert list(display.ax_) == list(axes) and display.figure_ is axes[0].figure
    assert display.plot(picture="field", ax=axes[1]) is display and display.ax_ is axes[1]


def test_an_input_that_was_not_recorded_leaves_the_field_alone():
    activations = digits(1)
    inner = ActivationExtractor(make_ccff(), layers=["act1", "act2", "flatten", "act3", "fc2"])
    display = SubgraphDisplay.from_activations(inner.fit_transform(load_digits_images()[0][:1]), include_input=False)
    assert "input" in activations and display.image_ is None
    assert len(display.ax_[0].images) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"generator": 2}, "Generator 2 does not exist: sample 1 has 2 classes"),
        ({"generator": -1}, "Generator -1 does not exist"),
        ({"sample": 0}, "sample 0 has 0 classes"),
        ({"mode": "tree"}, "'mode' of SubgraphDisplay must be one of 'basin', 'component'"),
        ({"picture": "all"}, "'picture' of SubgraphDisplay must be one of"),
    ],
)
def test_what_is_not_there_is_an_error(by_hand, options, message):
    with pytest.raises(ValueError, match=message):
        SubgraphDisplay.from_activations(by_hand, **{"sample": 1, **options})


def test_two_pictures_need_two_axes(by_hand):
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="needs 2 axes. Got 1"):
        SubgraphDisplay.from_activations(by_hand, sample=1, ax=ax)


def test_from_estimator_counts_samples_from_the_end_too_and_names_one_that_is_not_there():
    subgraphs, activations = PersistentSubgraphs(), digits(3)
    last = SubgraphDisplay.from_estimator(subgraphs, activations, sample=-1)
    np.testing.assert_array_equal(last.edges_, SubgraphDisplay.from_activations(activations, sample=2).edges_)
    with pytest.raises(IndexError, match="Sample 3 does not exist: there are 3 samples"):
        SubgraphDisplay.from_estimator(subgraphs, activations, sample=3)


def test_from_estimator_refuses_other_estimators_and_other_graphs():
    with pytest.raises(ValueError, match="expects a PersistentSubgraphs.*Got GraphFiltration"):
        SubgraphDisplay.from_estimator(GraphFiltration(), digits(1))
    with pytest.raises(ValueError, match="X must be its Activations. Got ndarray"):
        SubgraphDisplay.from_estimator(PersistentSubgraphs(), np.ones((2, 3)))
