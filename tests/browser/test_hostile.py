"""Labels that are code where somebody forgot that they are text: they are shown as they stand, and nothing runs.

The fixture looks at window.hacked when a test is over, for this page as for all others.
"""

import dataclasses

import numpy as np
import pytest

from sktopo import Activations
from tests.browser import graphs

IMAGE = "<img src=x onerror=window.hacked=1>"
SCRIPT = "</script><script>window.hacked=1</script>"
QUOTE = '"onmouseover="window.hacked=1" x=\''
FORMULA = "=1+1"
OTHERS = [
    "<svg/onload=window.hacked=1>",
    "javascript:window.hacked=1",
    "${window.hacked=1}",
    "{{title}}",
    "<!--",
    "]]>",
    "\\u003cb\\u003e",
    "__proto__",
    "constructor",
    "\u2028\u2029",
    "&lt;b&gt;",
    "🐜 \u202e drawkcab",
]
CLASSES = np.sort([IMAGE, SCRIPT, QUOTE, FORMULA, "__proto__"])
LABELS = [IMAGE, SCRIPT, QUOTE, FORMULA, *OTHERS]


def hostile_graphs():
    layers = {IMAGE: "conv", SCRIPT: "fc", QUOTE: "out"}
    return {name: dataclasses.replace(graphs.graphs()[plain], classes=CLASSES) for name, plain in layers.items()}


def hostile():
    texts = [LABELS[i % len(LABELS)] for i in range(graphs.N_INPUTS)]
    columns = {IMAGE: np.arange(graphs.N_INPUTS), SCRIPT: texts, "__proto__": texts, FORMULA: texts}
    y = CLASSES[np.searchsorted(graphs.CLASSES, graphs.classes())]
    options = dict(
        y=y, names=texts, texts=[f"{text} text" for text in texts], columns=columns, title=f"{SCRIPT}{IMAGE}"
    )
    return {IMAGE: hostile_graphs(), f"{SCRIPT}{QUOTE}": hostile_graphs()}, options


@pytest.fixture
def page(open_page):
    return open_page("hostile", hostile)


def unharmed(explorer):
    return explorer.page.evaluate(
        "() => window.hacked === undefined && ({}).onerror === undefined"
        " && !document.querySelector('[onerror], [onmouseover], [onload], img[src=x]')"
        " && [...document.scripts].every(s => !s.textContent.startsWith('window.hacked'))"
    )


def test_title_is_shown_as_it_stands(page):
    assert page.page.title() == f"{SCRIPT}{IMAGE}"
    assert f"{SCRIPT}{IMAGE}" in page.page.locator("body").inner_text()
    assert unharmed(page)


def test_layer_names_are_shown_as_they_stand(page):
    assert page.layers() == [IMAGE, SCRIPT, QUOTE]
    for layer in page.layers():
        panel = page.role("layer").nth(page.layers().index(layer))
        assert layer in panel.inner_text()
    assert unharmed(page)


def test_setting_names_are_shown_as_they_stand(page):
    assert page.role("setting").locator("option").all_inner_texts() == [IMAGE, f"{SCRIPT}{QUOTE}"]
    page.role("setting").select_option(index=1)
    page.settle()
    assert unharmed(page)


def test_classes_names_texts_and_columns_of_members_are_shown_as_they_stand(page):
    page.select(SCRIPT, list(range(7)))
    histogram = page.role("histogram").inner_text()
    assert set(page.histogram()) == {IMAGE, SCRIPT, QUOTE, FORMULA, "__proto__"}
    for label in (IMAGE, SCRIPT, QUOTE, FORMULA, "__proto__"):
        assert label in histogram
    head = " ".join(page.role("members").locator("th").all_inner_texts())
    assert IMAGE in head and SCRIPT in head and "__proto__" in head
    words = page.role("members").inner_text()
    for label in LABELS[:4]:
        assert label in words
    assert f"{IMAGE} text" in page.role("details").inner_text()
    assert unharmed(page)


def test_every_control_and_every_colour_takes_them(page):
    for role in ("color-by", "size-by", "projection-kind"):
        options = page.role(role).locator("option")
        for value in options.evaluate_all("o => o.map(e => e.value)"):
            page.role(role).select_option(value)
            page.settle()
    labels = " ".join(page.role("color-by").locator("option").all_inner_texts())
    assert IMAGE in labels and SCRIPT in labels
    assert unharmed(page)


@pytest.mark.parametrize("label", [IMAGE, SCRIPT, QUOTE, "__proto__"])
def test_search_finds_and_filters_them(page, label):
    box = page.role("search")
    box.click()
    box.fill(label[:9])
    page.settle()
    option = page.role("suggestions").locator("[role=option]").first
    assert label in option.inner_text()
    option.click()
    page.settle()
    picked = page.role("class-filter").locator("[aria-pressed=true]")
    assert picked.get_attribute("data-class") == picked.inner_text() == label
    assert unharmed(page)


def test_search_for_code_is_a_search(page):
    for text in (IMAGE, SCRIPT, "<b>", "(", "[", "\\", "*"):
        page.role("search").fill(text)
        page.settle()
    assert unharmed(page)


def test_pointing_at_everything_shows_labels_as_text(page):
    for layer in page.layers():
        for node in (0, 3):
            code = "const at = node(...argument).renderedPosition(), box = root.sktopo.cy[argument[0]].container()"
            x, y = page.run(f"{code}.getBoundingClientRect(); return [box.left + at.x, box.top + at.y]", [layer, node])
            page.page.mouse.move(x, y)
            page.settle()
    bars = page.role("histogram").locator("[data-class]")
    for at in range(bars.count()):
        bars.nth(at).hover()
    assert unharmed(page)


def test_exports_keep_them_as_text(page):
    from xml.etree import ElementTree

    page.select(IMAGE, [0, 1, 2])
    root = ElementTree.fromstring(page.download("export-svg")[1])
    assert not [e for e in root.iter() if e.tag.endswith(("}img", "}script", "}foreignObject"))]
    assert not [name for e in root.iter() for name in e.attrib if name.lower().startswith("on")]
    for button in ("export-members", "export-csv"):
        name, content = page.download(button)
        assert not set(name) & set("<>\"'/\\")
        assert b"\n=1+1" not in content and b",=1+1" not in content
    assert unharmed(page)


def test_state_of_hostile_names_comes_back_from_the_address(page, open_page):
    page.role("setting").select_option(index=1)
    page.select(QUOTE, [2])
    page.page.wait_for_timeout(400)
    other = open_page("hostile", hostile, fragment=page.page.evaluate("() => location.hash"))
    assert other.chosen(QUOTE) == [2]
    assert other.role("setting").locator("option:checked").inner_text() == f"{SCRIPT}{QUOTE}"
    assert unharmed(other)


def test_page_text_holds_no_unescaped_label(written):
    text = written("hostile", hostile).read_text(encoding="utf-8")
    assert IMAGE not in text and SCRIPT not in text and "<svg/onload" not in text


def test_layers_of_activations_may_have_any_name_too(open_page):
    from sktopo import Mapper

    points = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    layers = Activations({IMAGE: points, "__proto__": points[:, :2]})
    explorer = open_page(
        "named", lambda: (Mapper(eps=2.0, n_intervals=3).fit(layers, np.arange(60) % 3), {"y": np.arange(60) % 3})
    )
    assert explorer.layers() == [IMAGE, "__proto__"]
    assert unharmed(explorer)
