"""MapperDisplay, MapperSweepDisplay and ElbowDisplay draw what is there."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import to_hex

from sktopo import Activations, ElbowDisplay, Mapper, MapperDisplay, MapperSweepDisplay, mapper_sweep
from sktopo.mapper.explorer.positions import node_positions
from sktopo.plotting.mapper_nodes import CATEGORIES, node_colours, node_radii, over_inputs


def first(points):
    return points[:, 0]


def cloud(n=150, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2))


def mapper_of(y="classes", **options):
    points = cloud()
    y = {"classes": np.array(["a", "b", "c"])[np.arange(150) % 3], "numbers": points[:, 1], None: None}[y]
    return Mapper(first, **{"eps": 0.5, "n_intervals": 4, "n_resamples": 6, **options}).fit(points, y)


def discs_of(display):
    """Nodes as the picture has them."""
    return next(c for c in display.ax_.collections if isinstance(c, PatchCollection) and c.get_zorder() == 2)


def outlines(collection):
    """(centre, radius) of each disc."""
    boxes = [path.get_extents() for path in collection.get_paths()]
    return [((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, (box.x1 - box.x0) / 2) for box in boxes]


def test_discs_stand_where_the_explorer_has_them_with_areas_by_members():
    graph = mapper_of().graph_
    display = MapperDisplay.from_graph(graph, random_state=3)
    place = node_positions(graph, 3)
    found = np.array(outlines(discs_of(display)))
    np.testing.assert_allclose(found[:, :2], place, atol=1e-6)
    expected = np.maximum(np.sqrt(graph.size / graph.size.max()), 0.25)
    np.testing.assert_allclose(found[:, 2] / found[:, 2].max(), expected, rtol=1e-3)
    np.testing.assert_array_equal(display.positions_[""], place)
    assert found[:, 2].max() <= 0.06 + 1e-9
    assert np.isclose(node_radii(graph, place, 0.2).max(), 0.2)


def test_edges_without_support_are_dashed_and_counted():
    graph = mapper_of().graph_
    display = MapperDisplay.from_graph(graph, min_support=0.9)
    weak = graph.support < 0.9
    strong, dashed = (c for c in display.ax_.collections if isinstance(c, LineCollection))
    place = node_positions(graph, 0)
    np.testing.assert_allclose(strong.get_segments(), place[graph.edges[~weak]])
    np.testing.assert_allclose(dashed.get_segments(), place[graph.edges[weak]])
    assert dashed.get_linestyles()[0][1] is not None and strong.get_linestyles()[0][1] is None
    assert 0 < weak.sum() < graph.n_edges
    assert display.n_unsupported_ == {"": weak.sum()}
    assert display.ax_.get_xlabel().endswith(f", {weak.sum()} (dashed) with support below 0.9")
    np.testing.assert_allclose(strong.get_linewidths(), 0.6 + 2.4 * graph.jaccard[~weak])


def test_without_resamples_nothing_is_dashed_or_counted():
    display = MapperDisplay.from_estimator(mapper_of(n_resamples=0))
    graph = display.graphs_[""]
    assert display.ax_.get_xlabel() == f"{graph.n_nodes} nodes, {graph.n_edges} edges"
    assert display.n_unsupported_ == {"": None}


@pytest.mark.parametrize("color_by", ["lens", "presence", "majority", "entropy", "size", "component"])
def test_scales_show_the_values_that_the_graph_has(color_by):
    graph = mapper_of().graph_
    expected = {"lens": graph.lens[:, 0], "size": graph.size, "component": graph.components, **graph.purity}[color_by]
    display = MapperDisplay.from_graph(graph, color_by=color_by)
    np.testing.assert_allclose(discs_of(display).get_array(), expected)
    assert len(display.figure_.axes) == 2
    assert len(MapperDisplay.from_graph(graph, color_by=color_by, legend=False).figure_.axes) == 1


def test_values_of_nodes_and_means_over_inputs_are_shown():
    mapper = mapper_of("numbers")
    graph = mapper.graph_
    by_node = np.arange(graph.n_nodes) ** 2.0
    np.testing.assert_allclose(discs_of(MapperDisplay.from_graph(graph, color_by=by_node)).get_array(), by_node)
    by_input = discs_of(MapperDisplay.from_graph(graph, color_by=cloud()[:, 1]))
    np.testing.assert_allclose(by_input.get_array(), graph.target_mean)
    np.testing.assert_allclose(node_colours(graph, "target")[0], graph.target_mean)


def test_means_over_inputs_count_an_input_once_per_point():
    values = np.random.default_rng(0).normal(size=(40, 3, 2, 2))
    mapper = Mapper(n_intervals=3, eps=2.0, min_samples=2, sampling="all_positions").fit(Activations({"conv": values}))
    graph, of_inputs = mapper.graph_, np.random.default_rng(1).normal(size=(40, 2, 5))
    means = over_inputs(graph, of_inputs)
    for node in range(graph.n_nodes):
        np.testing.assert_allclose(means[node], of_inputs[graph.of_input[graph.members(node)]].mean(axis=0))
    assert means.shape[1:] == (2, 5) and graph.n_nodes > 1


def test_discs_have_the_colour_of_their_largest_class():
    graph = mapper_of().graph_
    display = MapperDisplay.from_graph(graph, color_by="class")
    found = [to_hex(colour) for colour in discs_of(display).get_facecolor()]
    assert found == [CATEGORIES[c] for c in graph.class_counts.argmax(axis=1)]
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["a", "b", "c"]


def test_pies_have_a_slice_for_each_class_as_large_as_its_share():
    graph = mapper_of().graph_
    display = MapperDisplay.from_graph(graph, color_by="shares")
    slices = discs_of(display)
    counts = graph.class_counts
    assert len(slices.get_paths()) == (counts > 0).sum()
    assert [to_hex(c) for c in slices.get_facecolor()] == [CATEGORIES[c] for c in np.nonzero(counts)[1]]
    areas = [_area(path.to_polygons()[0]) for path in slices.get_paths()]
    radii = node_radii(graph, node_positions(graph, 0), None)
    shares = (counts / counts.sum(axis=1, keepdims=True))[counts > 0]
    np.testing.assert_allclose(areas, shares * np.pi * radii[np.nonzero(counts)[0]] ** 2, rtol=0.02)


def _area(polygon):
    x, y = polygon[:, 0], polygon[:, 1]
    return 0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1))


@pytest.mark.parametrize("channels", [(), (3,)])
def test_nodes_hold_the_mean_image_of_their_members_upright(channels):
    graph = mapper_of().graph_
    images = np.random.default_rng(0).uniform(size=(150, 4, 6, *channels))
    display = MapperDisplay.from_graph(graph, images=images, color_by="class")
    assert len(display.ax_.images) == graph.n_nodes
    scaled = (images - images.min()) / (images.max() - images.min())
    for node, image in enumerate(display.ax_.images):
        np.testing.assert_allclose(image.get_array(), scaled[graph.members(node)].mean(axis=0))
        left, right, bottom, top = image.get_extent()
        assert bottom > top and left < right and display.ax_.yaxis_inverted()
        np.testing.assert_allclose([(left + right) / 2, (top + bottom) / 2], display.positions_[""][node])


def test_layers_stand_side_by_side_and_can_be_chosen():
    values = np.random.default_rng(0).normal(size=(60, 3))
    mapper = Mapper(n_intervals=3, eps=1.5).fit(Activations({"a": values, "b": values * 2, "c": values[:, :2]}))
    display = MapperDisplay.from_estimator(mapper)
    assert [ax.get_title() for ax in display.ax_] == ["a", "b", "c"] == list(display.n_unsupported_)
    assert MapperDisplay.from_estimator(mapper, layer="b").ax_.get_title() == "b"
    _, axes = plt.subplots(1, 2)
    chosen = MapperDisplay.from_estimator(mapper, layer=["c", "a"], ax=axes)
    assert chosen.ax_.tolist() == axes.tolist() and list(chosen.graphs_) == ["c", "a"]
    with pytest.raises(ValueError, match="no layer 'd'"):
        MapperDisplay.from_estimator(mapper, layer="d")
    with pytest.raises(ValueError, match="'mark' names nodes of one graph"):
        MapperDisplay.from_estimator(mapper, mark=[0])


def test_marked_nodes_are_ringed_and_numbers_written():
    graph = mapper_of().graph_
    display = MapperDisplay.from_graph(graph, mark=(2, 0), numbers=True)
    rings = next(c for c in display.ax_.collections if c.get_zorder() == 4)
    np.testing.assert_allclose(np.array(outlines(rings))[:, :2], display.positions_[""][[2, 0]], atol=1e-6)
    assert [text.get_text() for text in display.ax_.texts] == [str(node) for node in range(graph.n_nodes)]


def test_noise_nodes_are_dotted():
    graph = mapper_of(noise="node", eps=0.2).graph_
    assert graph.is_noise.any() and not graph.is_noise.all()
    styles = discs_of(MapperDisplay.from_graph(graph)).get_linestyle()
    assert [style[1] is not None for style in styles] == graph.is_noise.tolist()


@pytest.mark.parametrize("color_by", ["lens", "class", "shares"])
def test_a_graph_without_nodes_is_an_empty_picture(color_by):
    graph = Mapper(first, eps=0.1).fit(np.arange(40.0)[:, None], np.arange(40) % 2).graph_
    display = MapperDisplay.from_graph(graph, color_by=color_by, numbers=True)
    display.figure_.canvas.draw()
    assert display.ax_.get_xlabel() == "0 nodes, 0 edges"


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (None, dict(color_by="class"), "needs classes"),
        (None, dict(color_by="target"), "needs a continuous y"),
        ("classes", dict(color_by="purity"), "The 'color_by' of MapperDisplay must be one of"),
        ("classes", dict(color_by=np.zeros(7)), "each of the 11 nodes or of the 150 inputs"),
        ("classes", dict(color_by=["a"] * 150), "each of the 11 nodes or of the 150 inputs"),
        ("classes", dict(images=np.zeros((9, 2, 2))), "one for each of the 150 inputs"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_a_sentence(y, options, message):
    graph = mapper_of(y).graph_
    with pytest.raises(ValueError, match=message.replace("11", str(graph.n_nodes))):
        MapperDisplay.from_graph(graph, **options)


# -- sweeps and elbows --


def sweep_of(**options):
    return mapper_sweep(Mapper(first), cloud(), n_intervals=[3, 5, 7], **options, n_subsamples=4)


def test_a_heat_map_has_the_column_at_its_settings():
    sweep = sweep_of(overlap=[0.2, 0.4], eps=[0.4, 0.8])
    display = MapperSweepDisplay.from_sweep(sweep, column="nodes")
    assert list(display.values_) == ["eps=0.4", "eps=0.8"] == [ax.get_title() for ax in display.ax_]
    nodes = {tuple(s.values()): n for s, n in zip(sweep.settings, sweep.column("nodes"), strict=True)}
    for eps, title in ((0.4, "eps=0.4"), (0.8, "eps=0.8")):
        grid = display.values_[title]
        assert grid.tolist() == [[nodes[n, overlap, eps] for n in (3, 5, 7)] for overlap in (0.2, 0.4)]
    ax = display.ax_[0]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["3", "5", "7"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0.2", "0.4"]
    assert [text.get_text() for text in ax.texts] == [str(int(v)) for v in display.values_["eps=0.4"].ravel()]
    assert len({ax.images[0].get_clim() for ax in display.ax_}) == 1


def test_other_settings_may_be_the_axes():
    display = MapperSweepDisplay.from_sweep(sweep_of(eps_scale=[1.0, 2.0]), down="eps_scale")
    assert display.values_[""].shape == (2, 3) and display.ax_.get_ylabel() == "eps_scale"
    assert all("." in text.get_text() for text in display.ax_.texts)
    with pytest.raises(ValueError, match="A sweep has no setting 'noise'"):
        display.plot(across="noise")


def test_a_column_without_numbers_is_refused():
    sweep = mapper_sweep(Mapper(first), cloud(), n_intervals=[3], n_subsamples=0)
    with pytest.raises(ValueError, match="sweep with n_subsamples=10"):
        MapperSweepDisplay.from_sweep(sweep)
    with pytest.raises(ValueError, match="'layer' of this sweep holds no numbers. Choose another one.$"):
        MapperSweepDisplay.from_sweep(sweep, column="layer")
    assert MapperSweepDisplay.from_sweep(sweep, column="noise_share").values_[""].shape == (1, 1)


def test_the_elbow_is_marked_on_its_curve():
    mapper = mapper_of(eps="elbow", eps_scale=2.0)
    display = ElbowDisplay.from_estimator(mapper)
    curve, _, knee, used = display.ax_.lines
    assert curve.get_ydata().tolist() == mapper.elbow_["X"].tolist()
    assert used.get_ydata()[0] == mapper.eps_["X"] == 2 * knee.get_ydata()[0] == 2 * display.knee_[""]
    with pytest.raises(ValueError, match="Fit it with eps='elbow'"):
        ElbowDisplay.from_estimator(mapper_of())
    with pytest.raises(ValueError, match="no layer 'fc'"):
        ElbowDisplay.from_estimator(mapper, layer="fc")
