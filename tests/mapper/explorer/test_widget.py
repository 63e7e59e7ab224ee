"""The widget shows what the page does."""

import json

import pytest

from sktopo import ExplorerWidget, Mapper
from sktopo.mapper.explorer.assemble import html_page, module_source, style
from tests.mapper.shapes import circle


@pytest.fixture(scope="module")
def widget():
    return ExplorerWidget(
        Mapper("l2norm", n_intervals=4, eps_scale=2.0).fit(circle(300)), title="A ring", n_projected=50
    )


def test_a_widget_holds_the_data_and_the_module(widget):
    assert json.loads(widget.data)["title"] == "A ring"
    assert widget._esm == module_source() and widget._css == style()
    assert widget.selection == {}


def test_selections_are_told_to_those_who_observe(widget):
    heard = []
    widget.observe(lambda change: heard.append(change["new"]), "selection")
    widget.selection = {"nodes": [1]}
    assert heard == [{"nodes": [1]}]


def test_the_module_has_one_export_and_the_page_no_address(widget):
    assert module_source().startswith("export default (function () {")
    page = html_page(json.loads(widget.data))
    assert "{{" not in page.split("<script", 1)[0]
    assert all(address not in page for address in ('src="http', "src='http", 'href="http', "@import", "url(http"))
