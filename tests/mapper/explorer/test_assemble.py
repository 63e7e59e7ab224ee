"""One text that needs nothing else, in which no label is markup."""

import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest

from sktopo import Mapper, explore
from sktopo.mapper.explorer.assemble import html_page, module_source
from tests.mapper.shapes import circle

HOSTILE = (
    "</script></title></style><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    "<!-- \u2028 {{data}} & \" '"
)


class Reader(HTMLParser):
    """Elements of a page with their attributes, and what stands in each."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.open_ = [], {}, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "img", "input", "br"):
            self.open_.append(len(self.elements) - 1)

    def handle_endtag(self, tag):
        while self.open_ and self.elements[self.open_.pop()][0] != tag:
            pass

    def handle_data(self, text):
        if self.open_:
            self.texts[self.open_[-1]] = self.texts.get(self.open_[-1], "") + text

    def of(self, tag):
        return [
            (attributes, self.texts.get(i, "")) for i, (name, attributes) in enumerate(self.elements) if name == tag
        ]


@pytest.fixture(scope="module")
def graph():
    points = circle()
    return Mapper(lambda points: points[:, 0], n_intervals=5, eps_scale=2.0).fit(points, points[:, 1] > 0).graph_


def page_of(graph, label):
    n = graph.n_points
    return explore(
        {label: graph},
        y=np.where(np.arange(n) % 2, label, "b"),
        names=[label] * n,
        texts=[label] * n,
        columns={label: [label] * n},
        title=label,
        n_projected=20,
    )


def test_labels_make_no_elements(graph):
    harmless, hostile = Reader(page_of(graph, "a")), Reader(page_of(graph, HOSTILE))
    assert hostile.elements == harmless.elements
    assert [tag for tag, _ in hostile.elements if tag == "img"] == []


def test_labels_are_read_back_as_they_are(graph):
    page = Reader(page_of(graph, HOSTILE))
    assert page.of("title")[0][1] == HOSTILE
    (data,) = [text for attributes, text in page.of("script") if attributes.get("class") == "sktopo-data"]
    data = json.loads(data)
    assert data["title"] == data["inputs"]["names"][0] == data["inputs"]["columns"][0]["name"] == HOSTILE
    assert data["settings"][0]["layers"][0]["name"] == HOSTILE


def test_the_page_refers_to_nothing_outside(graph):
    page = Reader(page_of(graph, "a"))
    for tag, attributes in page.elements:
        assert tag not in ("iframe", "object", "embed", "base"), tag
        addresses = [attributes[name] for name in ("src", "href", "srcset", "action") if name in attributes]
        assert all(address.startswith("data:") for address in addresses), (tag, addresses)
    (policy,) = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    styles = "".join(text for _, text in page.of("style"))
    assert "@import" not in styles
    assert not re.search(r"url\((?!['\"]?data:)", styles)


def test_scripts_could_not_end_or_swallow_their_element():
    script = module_source()
    assert "</script" not in script.lower()
    assert "<!--" not in script


def test_places_are_filled_once(graph):
    """A title that looks like a place stays as it is."""
    page = page_of(graph, "{{script}}{{data}}")
    assert Reader(page).of("title")[0][1] == "{{script}}{{data}}"
    assert not re.search(r"\{\{(title|style)\}\}", page)


def test_the_same_graphs_make_the_same_page(graph):
    assert page_of(graph, "a") == page_of(graph, "a")


def test_the_page_is_written_as_a_file_without_change(graph, tmp_path):
    path = explore(graph, tmp_path / "page.html", title="Größe")
    assert path == tmp_path / "page.html"
    assert path.read_text(encoding="utf-8") == explore(graph, title="Größe")


def test_the_package_brings_every_file_of_the_page():
    page = files("sktopo.mapper.explorer").joinpath("page")
    order = page.joinpath("ORDER").read_text().split()
    assert order and len(set(order)) == len(order)
    scripts = {each.name for each in page.iterdir() if each.name.endswith(".js")}
    assert set(order) == scripts  # none is forgotten, none is missing
    licence = page.joinpath("vendor", "cytoscape.LICENSE").read_text()
    assert "Permission is hereby granted" in licence


def test_the_page_carries_the_licence_of_what_it_brings():
    text = html_page({"title": "", "settings": []})
    assert "Cytoscape Consortium" in text
