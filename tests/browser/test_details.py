"""The panel of what is chosen: classes, images, texts, the table of members, and the projection beside it."""

import numpy as np
import pytest

from tests.browser import graphs
from tests.browser.conftest import plain


@pytest.mark.parametrize(("layer", "node"), [("conv", 0), ("conv", 7), ("fc", 3), ("out", 11)])
def test_histogram_counts_the_classes_of_a_node(explorer, layer, node):
    graph = graphs.graphs()[layer]
    explorer.click_node(layer, node)
    counts = dict(zip(graph.classes.tolist(), graph.class_counts[node].tolist(), strict=True))
    assert explorer.histogram() == {name: count for name, count in counts.items() if count}


def test_histogram_of_several_nodes_counts_every_point_once(explorer):
    explorer.select("conv", [0, 1, 2])
    graph = graphs.graphs()["conv"]
    assert explorer.histogram() == graphs.class_counts(graph, [0, 1, 2])
    assert sum(explorer.histogram().values()) < graph.size[[0, 1, 2]].sum()  # they do overlap


def test_histogram_says_its_counts_in_words_too(explorer):
    explorer.select("fc", [3])
    text = explorer.role("histogram").inner_text()
    for name, count in explorer.histogram().items():
        assert name in text and str(count) in text


def test_table_of_members_names_inputs_classes_and_columns(explorer):
    explorer.select("fc", [0])
    row = explorer.role("members").locator("tr[data-input]").first
    chosen = int(row.get_attribute("data-input"))
    text = row.inner_text()
    assert graphs.names()[chosen] in text
    assert graphs.classes()[chosen] in text
    head = explorer.role("members").locator("th").all_inner_texts()
    assert any("brightness" in title for title in head) and any("kind" in title for title in head)


def test_images_of_members_are_theirs(explorer):
    explorer.select("fc", [2])
    members = graphs.inputs_of(graphs.graphs()["fc"], 2)
    tiles = explorer.role("member-images").locator("[data-input]")
    assert tiles.count() > 0
    for at in range(min(3, tiles.count())):
        chosen = int(tiles.nth(at).get_attribute("data-input"))
        assert chosen in members
        assert explorer.grey(tiles.nth(at)) == pytest.approx(chosen, abs=6)


@pytest.mark.parametrize("nodes", [[0], [6], [0, 6]])
def test_mean_image_is_the_mean_of_the_members(explorer, nodes):
    graph, values = graphs.graphs()["fc"], graphs.images().mean(axis=(1, 2))
    members = np.concatenate([graph.members(node) for node in nodes])
    assert len(np.unique(members)) == len(members)
    explorer.select("fc", nodes)
    mean = explorer.role("mean-image")
    inner = mean.locator("canvas, img, [style*=background]")
    picture = inner.first if inner.count() else mean
    assert explorer.grey(picture) == pytest.approx(values[graph.of_input[members]].mean(), abs=3)


def test_texts_stand_where_images_would(open_page):
    texts = [f"the sentence of {i}" for i in range(graphs.N_INPUTS)]
    explorer = open_page("texts", lambda: (graphs.graphs(), {"y": graphs.classes(), "texts": texts}))
    explorer.select("fc", [1])
    chosen = int(graphs.inputs_of(graphs.graphs()["fc"], 1)[0])
    assert texts[chosen] in explorer.role("details").inner_text()


# The projection


def drawn(explorer):
    canvas = explorer.role("projection")
    return [int(canvas.get_attribute(f"data-{name}")) for name in ("drawn", "highlighted")]


def test_projection_shows_the_points_of_chosen_nodes(explorer):
    graph = graphs.graphs()["fc"]
    explorer.select("fc", [2])
    total, marked = drawn(explorer)
    assert total == graph.n_points == graphs.N_INPUTS
    assert marked == len(graphs.inputs_of(graph, 2))
    explorer.select("fc", [2, 3])
    assert drawn(explorer)[1] == len(graphs.inputs_of(graph, [2, 3]))
    explorer.select("fc", [])
    assert drawn(explorer)[1] == 0


def test_there_is_a_linear_and_a_neighbour_projection_and_both_are_linked(explorer):
    options = explorer.role("projection-kind").locator("option").all_inner_texts()
    assert any("PCA" in option for option in options)
    assert any("UMAP" in option or "t-SNE" in option for option in options)
    explorer.select("fc", [4])
    expected = len(graphs.inputs_of(graphs.graphs()["fc"], 4))
    pictures = []
    for value in explorer.role("projection-kind").locator("option").evaluate_all("o => o.map(e => e.value)"):
        explorer.role("projection-kind").select_option(value)
        explorer.settle()
        assert drawn(explorer)[1] == expected
        pictures.append(explorer.role("projection").screenshot())
    assert len(set(pictures)) == len(pictures)


def test_projection_of_a_layer_with_several_points_an_input_goes_through_inputs(explorer):
    graph = graphs.graphs()["conv"]
    explorer.select("conv", [0])
    total, marked = drawn(explorer)
    assert total == graph.n_points
    chosen = graphs.inputs_of(graph, 0)
    assert marked in (int(np.isin(graph.of_input, chosen).sum()), int(graph.size[0]))


def test_dragging_in_the_projection_chooses_nodes_by_membership(explorer):
    explorer.select("fc", [0])
    explorer.mode("lasso")
    explorer.role("projection").scroll_into_view_if_needed()
    box = explorer.role("projection").bounding_box()
    corners = [(0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99), (0.01, 0.02)]
    explorer.drag([(box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in corners])
    assert explorer.chosen("fc") == list(range(graphs.graphs()["fc"].n_nodes))


def test_without_points_the_projection_is_of_the_nodes(open_page):
    def make():
        content, options = plain()
        return content, {**options, "points": None}

    explorer = open_page("no points", make)
    explorer.select("fc", [2, 3])
    total, marked = drawn(explorer)
    assert (total, marked) == (graphs.graphs()["fc"].n_nodes, 2)
