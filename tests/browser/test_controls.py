"""Sliders, colours, sizes, search, classes, settings: what they show is what the graphs say."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.browser import graphs

LAYERS = ("conv", "fc", "out")


def test_edges_of_little_support_are_hidden_at_first_and_counted(explorer):
    for layer, graph in graphs.graphs().items():
        shown, unsupported = graphs.kept_edges(graph, support=0.5), int((graph.support < 0.5).sum())
        assert explorer.visible_edges(layer) == shown
        numbers, text = explorer.edge_count(layer)
        assert numbers == [len(shown), graph.n_edges, unsupported]
        assert str(len(shown)) in text and str(graph.n_edges) in text
        if unsupported:
            assert str(unsupported) in text and "support" in text
    assert len(graphs.kept_edges(graphs.graphs()["out"], support=0.5)) < graphs.graphs()["out"].n_edges


@pytest.mark.parametrize("name", ["jaccard", "intersection", "support"])
def test_slider_leaves_the_edges_that_reach_its_limit(explorer, name):
    for share in (0.3, 0.6, 0.9):
        values = np.concatenate([getattr(graph, name) for graph in graphs.graphs().values()])
        limit = explorer.slide(name, float(np.quantile(values, share)))
        limits = {"support": 0.5, name: limit}
        for layer, graph in graphs.graphs().items():
            expected = graphs.kept_edges(graph, **limits)
            assert explorer.visible_edges(layer) == expected, (layer, limits)
            assert explorer.edge_count(layer)[0][0] == len(expected)


def test_sliders_reach_all_edges_and_only_the_strongest(explorer):
    for name in ("jaccard", "intersection", "support"):
        slider = explorer.role(f"slider-{name}")
        low, high = (float(slider.get_attribute(end) or default) for end, default in (("min", 0), ("max", 100)))
        assert low <= min(getattr(graph, name).min() for graph in graphs.graphs().values())
        assert high >= 0.99 * max(getattr(graph, name).max() for graph in graphs.graphs().values())
    explorer.slide("support", 0)
    assert [len(explorer.visible_edges(layer)) for layer in LAYERS] == [g.n_edges for g in graphs.graphs().values()]


def test_hidden_edges_leave_no_ink(explorer):
    graph = explorer.panel("out").locator("[data-role=graph]")

    def ink():
        picture = Image.open(io.BytesIO(graph.screenshot())).convert("L")
        return sum(picture.histogram()[:235])

    some = ink()
    explorer.slide("support", 0)
    every = ink()
    explorer.slide("jaccard", 1)
    none = ink()
    assert none < some - 200 and some < every - 200


def test_without_resamples_there_is_no_limit_of_support(open_page):
    content = graphs.graphs(n_resamples=0)
    explorer = open_page("no resamples", lambda: (content, {"y": graphs.classes()}))
    for layer, graph in content.items():
        assert len(explorer.visible_edges(layer)) == graph.n_edges
    slider = explorer.role("slider-support")
    assert slider.count() == 0 or not slider.is_visible() or slider.is_disabled()


# Colour and size


def looks(explorer, layer, name):
    """{node: computed style}."""
    code = "return root.sktopo.cy[argument[0]].nodes().map(n => [n.data('node'), n.style(argument[1])])"
    return dict(explorer.run(code, [layer, name]))


def values_of(explorer, role):
    return explorer.role(role).locator("option").evaluate_all("o => o.map(e => [e.value, e.textContent])")


def test_colours_are_offered_for_lens_classes_purity_and_columns(explorer):
    labels = " | ".join(" ".join(option) for option in values_of(explorer, "color-by")).lower()
    for wanted in ("lens", "class", "purity", "brightness", "kind"):
        assert wanted in labels


def test_every_colouring_paints_valid_colours_and_most_differ(explorer):
    seen = []
    for value, _ in values_of(explorer, "color-by"):
        explorer.role("color-by").select_option(value)
        explorer.settle()
        colours = looks(explorer, "fc", "background-color")
        assert all(colour.startswith(("rgb(", "rgba(", "#")) for colour in colours.values())
        seen.append(tuple(colours.values()))
    assert len(set(seen)) >= 4


def test_nodes_of_one_majority_class_have_one_colour(explorer):
    graph = graphs.graphs()["conv"]
    value = next(v for v, label in values_of(explorer, "color-by") if "class" in label.lower())
    explorer.role("color-by").select_option(value)
    explorer.settle()
    colours, majority = looks(explorer, "conv", "background-color"), graph.class_counts.argmax(axis=1)
    by_class = {}
    for node, colour in colours.items():
        by_class.setdefault(int(majority[node]), set()).add(colour)
    assert all(len(found) == 1 for found in by_class.values())
    assert len(set.union(*by_class.values())) == len(by_class) > 1


def test_size_by_the_number_of_members_grows_with_it(explorer):
    graph = graphs.graphs()["out"]
    value = next(v for v, label in values_of(explorer, "size-by") if "members" in label.lower() or "size" in v.lower())
    explorer.role("size-by").select_option(value)
    explorer.settle()
    widths = {node: float(width.removesuffix("px")) for node, width in looks(explorer, "out", "width").items()}
    order = np.argsort(graph.size, kind="stable")
    sorted_ = [widths[int(node)] for node in order]
    assert sorted_ == sorted(sorted_) and sorted_[0] < sorted_[-1]


# Search and classes


def listed(explorer):
    return explorer.role("suggestions").locator("[role=option]").all_inner_texts()


def test_search_completes_class_names_and_narrows_with_every_letter(explorer):
    box = explorer.role("search")
    box.click()
    box.press_sequentially("c")
    explorer.settle()
    found = " ".join(listed(explorer))
    assert "cat" in found and "cow" in found and "bee" not in found
    box.press_sequentially("o")
    explorer.settle()
    found = " ".join(listed(explorer))
    assert "cow" in found and "cat" not in found


def test_search_is_a_combobox_that_the_keyboard_works(explorer):
    box = explorer.role("search")
    assert box.get_attribute("role") == "combobox"
    box.click()
    box.press_sequentially("ca")
    explorer.settle()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert active and explorer.page.locator(f"[id='{active}']").get_attribute("aria-selected") == "true"
    box.press("Enter")
    explorer.settle()
    assert picked_classes(explorer).all_inner_texts() == ["cat"]
    assert box.get_attribute("aria-expanded") == "false"


def choose_class(explorer, name):
    box = explorer.role("search")
    box.click()
    box.fill(name)
    explorer.settle()
    explorer.role("suggestions").locator("[role=option]").first.click()
    explorer.settle()


def picked_classes(explorer):
    return explorer.role("class-filter").locator("button[data-class][aria-pressed=true]")


def shown_nodes(explorer, layer):
    code = (
        "return root.sktopo.cy[argument].nodes().filter(n => !n.hasClass('hidden') && !n.hasClass('dimmed')"
        " && n.visible() && n.numericStyle('opacity') > 0.5).map(n => n.data('node'))"
    )
    return sorted(explorer.run(code, layer))


def test_class_filter_leaves_the_nodes_that_hold_any_of_the_classes(explorer):
    graph = graphs.graphs()["conv"]
    chosen = []
    for name in ("cat", "ant"):
        choose_class(explorer, name)
        chosen.append(graph.classes.tolist().index(name))
        expected = np.flatnonzero(graph.class_counts[:, chosen].sum(axis=1) > 0).tolist()
        assert shown_nodes(explorer, "conv") == expected
    assert len(expected) > len(np.flatnonzero(graph.class_counts[:, chosen[:1]].sum(axis=1)))
    for _ in range(2):
        picked_classes(explorer).first.click()
        explorer.settle()
    assert shown_nodes(explorer, "conv") == list(range(graph.n_nodes))


def test_search_for_what_is_not_there_suggests_nothing(explorer):
    box = explorer.role("search")
    box.click()
    box.fill("zebra")
    explorer.settle()
    assert not any("zebra" in text for text in listed(explorer))
    assert picked_classes(explorer).count() == 0


# Settings of a sweep


def sweep():
    return {"6 intervals": graphs.graphs(), "8 intervals": graphs.graphs(n_intervals=8, eps=0.12)}, {
        "y": graphs.classes()
    }


def test_setting_switches_every_layer(open_page):
    explorer = open_page("sweep", sweep)
    control = explorer.role("setting")
    assert control.locator("option").all_inner_texts() == ["6 intervals", "8 intervals"]
    for name in ("8 intervals", "6 intervals"):
        control.select_option(label=name)
        explorer.settle()
        for layer, graph in sweep()[0][name].items():
            assert explorer.nodes(layer) == list(range(graph.n_nodes))
            assert explorer.visible_edges(layer) == graphs.kept_edges(graph, support=0.5)
            assert explorer.edge_count(layer)[0][1] == graph.n_edges


def test_members_after_a_switch_are_those_of_the_new_graph(open_page):
    explorer = open_page("sweep", sweep)
    explorer.role("setting").select_option(label="8 intervals")
    explorer.settle()
    explorer.click_node("conv", 12)
    graph = sweep()[0]["8 intervals"]["conv"]
    assert sorted(set(explorer.members())) == graphs.inputs_of(graph, 12).tolist()


def test_one_setting_needs_no_switch(explorer):
    control = explorer.role("setting")
    assert control.count() == 0 or not control.is_visible()


def test_theme_control_changes_the_page(explorer):
    pictures = {}
    for name in ("light", "dark"):
        explorer.theme(name)
        pictures[name] = explorer.run("return getComputedStyle(root).backgroundColor")
    assert pictures["light"] != pictures["dark"]
