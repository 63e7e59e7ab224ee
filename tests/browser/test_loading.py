"""The page opens from disk, whole and silent: every fixture page is also watched for errors and requests."""

import re

import pytest

from sktopo import Mapper, explore
from tests.browser import graphs
from tests.browser.conftest import plain


def test_page_shows_every_layer_with_all_its_nodes_and_edges(explorer):
    assert explorer.layers() == ["conv", "fc", "out"]
    for layer, graph in graphs.graphs().items():
        assert explorer.nodes(layer) == list(range(graph.n_nodes))
        assert explorer.run("return root.sktopo.cy[argument].edges().length", layer) == graph.n_edges
        assert explorer.panel(layer).locator("canvas").first.is_visible()


def test_page_asks_for_nothing_but_itself(open_page, browser):
    explorer = open_page("plain", plain)
    resources = explorer.page.evaluate("() => performance.getEntriesByType('resource').map(r => r.name)")
    assert [name for name in resources if not name.startswith(("data:", "blob:"))] == []
    policy = explorer.page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


def test_nothing_in_the_page_refers_to_another_file(written):
    text = written("plain", plain).read_text(encoding="utf-8")
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*\s(?:src|href)=(?![\"']?(?:data:|#))", text)
    assert "@import" not in text and not re.search(r"url\([\"']?https?:", text)


def test_page_says_when_it_is_ready_and_paints_in_the_frame(explorer):
    marks = explorer.page.evaluate("() => performance.getEntriesByName('sktopo-ready').length")
    assert marks == 1
    ink = explorer.run(
        "return [...root.querySelectorAll('[data-role=graph] canvas')].map(c => {"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n })"
    )
    assert sum(count > 200 for count in ink) >= 3  # a painted canvas in each panel


def test_all_nodes_lie_inside_their_panel(explorer):
    for layer, graph in graphs.graphs().items():
        box = explorer.panel(layer).locator("[data-role=graph]").bounding_box()
        for node in range(graph.n_nodes):
            x, y = explorer.place(layer, node)
            box = explorer.panel(layer).locator("[data-role=graph]").bounding_box()
            assert box["x"] <= x <= box["x"] + box["width"] and box["y"] <= y <= box["y"] + box["height"]


def test_title_is_that_of_the_call(open_page):
    explorer = open_page("titled", lambda: (graphs.graphs(), {"y": graphs.classes(), "title": "Seven layers"}))
    assert explorer.page.title() == "Seven layers"
    assert "Seven layers" in explorer.page.inner_text("body")


def test_same_graphs_and_seed_give_the_same_page_byte_for_byte():
    content, options = plain()
    assert explore(content, **options) == explore(content, **options)


# Graphs that lack something


def empty():
    found = Mapper(eps=1e-9, min_samples=3).fit([[0.0, 1.0], [1.0, 3.0], [2.0, 0.5], [5.0, 5.0]])
    assert found.graph_.n_nodes == 0
    return found, {}


def one_node():
    found = Mapper(eps=1.0, n_intervals=1, min_samples=2).fit([[0.0, 1.0], [0.1, 1.0], [0.2, 1.0]])
    assert found.graph_.n_nodes == 1
    return found, {}


def bare():
    """No classes, images, names, columns, points or supports."""
    return graphs.graphs(labelled=False, n_resamples=0), {}


def two_coincident():
    """Two nodes with the same members: every ratio that could divide by zero does not."""
    found = Mapper(eps=1.0, n_intervals=2, min_samples=2).fit([[1.0, 1.0]] * 6)
    return found, {"columns": {"constant": [1.0] * 6}}


@pytest.mark.parametrize("make", [empty, one_node, bare, two_coincident], ids=lambda make: make.__name__)
def test_graphs_without_some_parts_give_a_page_without_nan(make, open_page):
    explorer = open_page(make.__name__, make)
    layers = explorer.layers()
    assert layers
    places = explorer.run(
        "return Object.values(root.sktopo.cy).flatMap(cy => cy.nodes().map(n =>"
        " [n.position('x'), n.position('y'), n.width(), n.height()]))"
    )
    assert all(isinstance(value, (int, float)) and value == value for row in places for value in row)
    words = explorer.page.inner_text("body")
    assert not re.search(r"\b(?:NaN|undefined|null|Infinity|\[object)\b", words), words


@pytest.mark.parametrize("make", [one_node, bare], ids=lambda make: make.__name__)
def test_nodes_without_classes_and_images_are_chosen_and_traced(make, open_page):
    explorer = open_page(make.__name__, make)
    layer = explorer.layers()[0]
    explorer.click_node(layer, 0)
    assert explorer.chosen(layer) == [0]
    assert len(explorer.members()) > 0
    assert not re.search(r"\b(?:NaN|undefined|null|Infinity)\b", explorer.page.inner_text("body"))
    if make is bare:
        expected = graphs.traced_shares(graphs.graphs(labelled=False, n_resamples=0), layer, [0])
        explorer.switch("trace", True)
        assert explorer.traced("fc") == pytest.approx(expected["fc"], abs=1e-6)


def test_empty_graph_says_so_in_words(open_page):
    explorer = open_page("empty", empty)
    assert "no nodes" in explorer.page.inner_text("body").lower()
