"""The address says what is shown: a fresh page opened with it shows the same."""

from urllib.parse import parse_qs, urlsplit

from tests.browser import graphs
from tests.browser.conftest import plain
from tests.browser.test_controls import choose_class, picked_classes, sweep, values_of


def fragment(explorer):
    return urlsplit(explorer.page.url).fragment


def test_choice_and_sliders_come_back_from_the_address(explorer, open_page):
    explorer.select("conv", [3, 4])
    limit = explorer.slide("jaccard", 0.2)
    explorer.slide("support", 0.9)
    explorer.switch("trace", True)
    explorer.page.wait_for_timeout(400)  # the address may be written a little later
    state = parse_qs(fragment(explorer))
    assert state["layer"] == ["conv"] and state["nodes"] == ["3,4"]
    other = open_page("plain", plain, fragment="#" + fragment(explorer))
    assert other.chosen("conv") == [3, 4]
    assert float(other.role("slider-jaccard").input_value()) == limit
    for layer in ("conv", "out"):
        assert other.visible_edges(layer) == explorer.visible_edges(layer)
        assert other.visible_edges(layer) == graphs.kept_edges(graphs.graphs()[layer], jaccard=limit, support=0.9)
    assert other.members() == explorer.members() != []
    assert other.traced("fc") == explorer.traced("fc") != {}


def test_colour_size_mode_theme_and_classes_come_back(explorer, open_page):
    colour = values_of(explorer, "color-by")[-1][0]
    size = values_of(explorer, "size-by")[-1][0]
    explorer.role("color-by").select_option(colour)
    explorer.role("size-by").select_option(size)
    explorer.mode("lasso")
    explorer.theme("dark")
    choose_class(explorer, "cat")
    explorer.page.wait_for_timeout(400)
    other = open_page("plain", plain, fragment="#" + fragment(explorer))
    assert other.role("color-by").input_value() == colour and other.role("size-by").input_value() == size
    assert other.page.locator(".sktopo-explorer").get_attribute("data-theme") == "dark"
    assert picked_classes(other).all_inner_texts() == ["cat"]
    states = [found.run("return JSON.parse(JSON.stringify(root.sktopo.state()))") for found in (explorer, other)]
    assert states[0] == states[1]
    assert "lasso" in str(states[1])


def test_setting_comes_back(open_page):
    explorer = open_page("sweep", sweep)
    explorer.role("setting").select_option(label="8 intervals")
    explorer.select("conv", [12])
    explorer.page.wait_for_timeout(400)
    other = open_page("sweep", sweep, fragment="#" + fragment(explorer))
    assert other.nodes("conv") == list(range(sweep()[0]["8 intervals"]["conv"].n_nodes))
    assert other.chosen("conv") == [12]


def test_address_that_is_edited_while_the_page_is_open_is_followed(explorer):
    explorer.page.evaluate("() => { location.hash = 'layer=fc&nodes=1,2' }")
    explorer.settle()
    explorer.page.wait_for_timeout(200)
    assert explorer.chosen("fc") == [1, 2]


def test_senseless_addresses_are_passed_over(open_page):
    for wrong in (
        "#nodes=999999,-1,x&layer=conv",
        "#layer=nowhere&nodes=0",
        "#jaccard=NaN&intersection=1e999&support=-7&color=nothing&size=nothing&mode=none&theme=pink&setting=none",
        "#%E0%A4%A&layer",
        "#layer=__proto__&nodes=0&classes=constructor",
        "#color=<img src=x onerror=window.hacked=1>",
    ):
        explorer = open_page("plain", plain, fragment=wrong)
        assert all(explorer.chosen(layer) == [] for layer in explorer.layers())
        assert explorer.page.evaluate("() => window.hacked === undefined")
        explorer.click_node("fc", 1)
        assert explorer.chosen("fc") == [1]


def test_address_holds_no_more_than_it_must(explorer):
    assert len(fragment(explorer)) < 200
    explorer.select("out", list(range(19)))
    explorer.page.wait_for_timeout(400)
    assert len(fragment(explorer)) < 400
