"""Names, roles, focus, contrast, both themes, print: computed from what the browser makes of the page."""

import io

import pytest
from PIL import Image

from tests.browser.conftest import plain
from tests.browser.driver import ROOT

# Each text with what is behind it: the nearest ancestors' backgrounds, blended.
TEXTS = """
const parse = text => { const c = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    c.fillStyle = '#000'; c.fillStyle = text; c.clearRect(0, 0, 1, 1); c.fillRect(0, 0, 1, 1);
    const d = c.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255] };
const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3])).concat(1);
const behind = e => { const layers = [];
    for (; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]) };
const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const light = c => { const [r, g, b] = c.map(v => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b };
const found = [], walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
    const e = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    const box = e.getBoundingClientRect();
    if (!text || ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(e.tagName) || !e.checkVisibility({visibilityProperty: true})
        || box.width < 2 || box.height < 2 || e.closest('[aria-hidden=true]') || e.closest(':disabled')) continue;
    const style = getComputedStyle(e), under = behind(e);
    let alpha = 1;
    for (let p = e; p; p = p.parentElement) alpha *= +getComputedStyle(p).opacity;
    const colour = parse(style.color);
    colour[3] *= alpha;
    const [a, b] = [light(over(colour, under).slice(0, 3)), light(under.slice(0, 3))].sort((x, y) => y - x);
    found.push([text.slice(0, 40), e.tagName + '.' + e.className, (a + .05) / (b + .05)]);
}
return found;
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_in_both_themes(explorer, theme):
    explorer.theme(theme)
    explorer.select("conv", [0, 1])
    explorer.page.wait_for_timeout(200)
    found = explorer.run(TEXTS)
    assert len(found) > 40
    faint = [row for row in found if row[2] < 4.5]
    assert not faint, faint[:10]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_is_that_of_the_system_at_first(open_page, theme):
    explorer = open_page("plain", plain, color_scheme=theme)
    assert explorer.page.locator(ROOT).get_attribute("data-theme") == theme
    picture = Image.open(io.BytesIO(explorer.page.screenshot())).convert("L")
    mean = sum(value * count for value, count in enumerate(picture.histogram())) / (picture.width * picture.height)
    assert (mean > 160) if theme == "light" else (mean < 90)


CONTROLS = "button, input, select, textarea, [role=button], [role=slider], [role=combobox], [tabindex='0']"


def test_every_control_has_a_name(explorer):
    explorer.select("conv", [0])
    tree = explorer.page.context.new_cdp_session(explorer.page).send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "combobox", "slider", "textbox", "checkbox", "searchbox", "radio", "switch", "listbox", "link"}
    nameless = [
        (node["role"]["value"], node.get("properties", []))
        for node in tree
        if node.get("role", {}).get("value") in roles and not node.get("ignored")
        if not node.get("name", {}).get("value", "").strip()
    ]
    found = [node for node in tree if node.get("role", {}).get("value") in roles]
    assert len(found) > 12
    assert not nameless, nameless


def test_graphs_and_pictures_have_roles_and_names(explorer):
    for layer in explorer.layers():
        graph = explorer.panel(layer).locator("[data-role=graph]")
        assert graph.get_attribute("role") in ("application", "img", "group", "listbox", "figure")
        assert layer in (graph.get_attribute("aria-label") or "")
        assert graph.get_attribute("tabindex") == "0"
    projection = explorer.role("projection")
    assert projection.get_attribute("role") == "img" and projection.get_attribute("aria-label")
    assert explorer.page.locator("html").get_attribute("lang") == "en"
    assert explorer.page.locator("h1").count() == 1
    assert explorer.page.locator("main, [role=main]").count() == 1


def test_choices_are_announced(explorer):
    live = explorer.page.locator(f"{ROOT} [aria-live]")
    assert live.count() >= 1
    explorer.select("conv", [0, 1])
    explorer.page.wait_for_timeout(200)
    assert any("2" in text for text in live.all_inner_texts())


def test_tables_have_heads(explorer):
    explorer.select("conv", [0])
    for role in ("members", "features"):
        found = explorer.role(role)
        heads = found.locator("th[scope=col]").count()
        assert heads >= 2, role


def test_focus_is_seen_on_every_control(explorer):
    page, seen, invisible = explorer.page, set(), []
    code = """() => { const e = document.activeElement;
        if (!e || e === document.body) return null;
        const look = () => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.outlineColor,
            s.boxShadow, s.borderColor, s.backgroundColor].join('|') };
        const [with_, style] = [look(), getComputedStyle(e)];
        const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
        e.blur(); const without = look(); e.focus({focusVisible: true});
        return [(e.dataset.role || '') + ' ' + e.tagName + ' ' + (e.textContent || e.value || '').slice(0, 20),
                outlined || with_ !== without] }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(code)
        if found is None:
            break
        seen.add(found[0])
        if not found[1]:
            invisible.append(found[0])
    assert len(seen) > 10
    assert not invisible, invisible


def test_narrow_window_does_not_scroll_sideways(open_page):
    explorer = open_page("plain", plain, viewport={"width": 420, "height": 800})
    width = explorer.page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 424
    explorer.click_node("conv", 0)
    assert explorer.chosen("conv") == [0]


# Print


def test_print_shows_graphs_and_details_without_controls_on_white(explorer):
    explorer.theme("dark")
    explorer.select("conv", [0])
    explorer.page.emulate_media(media="print")
    explorer.settle()
    for role in ("export-png", "search", "slider-jaccard", "theme"):
        assert not explorer.role(role).is_visible(), role
    assert explorer.role("graph").first.is_visible() and explorer.role("histogram").is_visible()
    ground = explorer.page.evaluate(
        f"() => [document.body, document.querySelector('{ROOT}')].map(e => getComputedStyle(e).backgroundColor)"
    )
    assert set(ground) <= {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    faint = [row for row in explorer.run(TEXTS) if row[2] < 4.5]
    assert not faint, faint[:10]


def test_page_prints(explorer):
    explorer.select("fc", [2])
    content = explorer.page.pdf()
    assert content[:5] == b"%PDF-" and len(content) > 10_000


def test_motion_is_still_for_those_who_ask(explorer):
    moving = explorer.run(
        "return [...root.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);"
        " return parseFloat(s.transitionDuration) > 0.05 || parseFloat(s.animationDuration) > 0.05 }).length"
    )
    assert moving == 0
