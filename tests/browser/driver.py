"""What a reader of the page does, as methods: click a node, drag a slider, read a table.

Everything that is read comes from the page itself, never from the payload.
"""

import json
import re

from PIL import Image, ImageStat

ROOT = ".sktopo-explorer"
READY = f"{ROOT}[data-ready=true]"

# One place knows how a node of the graph is found in cytoscape.
NODE = "const node = (layer, at) => root.sktopo.cy[layer].nodes().filter(n => n.data('node') === at)[0];"


class Explorer:
    """An opened page."""

    def __init__(self, page, wait=True):
        self.page = page
        if wait:
            page.wait_for_selector(READY, state="attached", timeout=20_000)

    # -- reading

    def role(self, name):
        return self.page.locator(f'{ROOT} [data-role="{name}"]')

    def run(self, code, argument=None):
        """Result of JavaScript that sees `root`, `node(layer, i)` and its `argument`."""
        start = f"const root = document.querySelector('{ROOT}'); {NODE}"
        return self.page.evaluate(f"(argument) => {{ {start} {code} }}", argument)

    def layers(self):
        return self.role("layer").evaluate_all("layers => layers.map(l => l.dataset.layer)")

    def nodes(self, layer, having=""):
        """Numbers of the nodes that cytoscape finds by a selector, rising."""
        code = "return root.sktopo.cy[argument[0]].nodes(argument[1] || undefined).map(n => n.data('node'))"
        return sorted(self.run(code, [layer, having]))

    def chosen(self, layer):
        return self.nodes(layer, ".chosen")

    def traced(self, layer):
        code = "return root.sktopo.cy[argument].nodes('.traced').map(n => [n.data('node'), n.data('traced')])"
        return dict(self.run(code, layer))

    def visible_edges(self, layer):
        """Pairs of nodes whose edge is shown, the smaller first."""
        code = (
            "return root.sktopo.cy[argument].edges().filter(e => !e.hasClass('hidden') && e.visible())"
            ".map(e => [e.source().data('node'), e.target().data('node')])"
        )
        return {tuple(sorted(pair)) for pair in self.run(code, layer)}

    def edge_count(self, layer):
        """{visible, total, unsupported} as the panel says, and its text."""
        found = self.panel(layer).locator("[data-role=edge-count]")
        numbers = found.evaluate("e => [e.dataset.visible, e.dataset.total, e.dataset.unsupported]")
        return [int(number) for number in numbers], found.inner_text()

    def panel(self, layer):
        return self.page.locator(f"{ROOT} [data-role=layer][data-layer={json.dumps(layer)}]")

    def members(self):
        """Inputs of the members table, in its order, after asking for all of them."""
        more = self.role("details").get_by_role("button", name=re.compile(r"^Show [\d,]+ more"))
        while more.count() and more.first.is_visible():
            more.first.click()
        found = self.role("members").locator("tr[data-input]").evaluate_all("rows => rows.map(r => +r.dataset.input)")
        assert not found or int(self.role("members").get_attribute("data-total")) == len(found)
        return found

    def histogram(self):
        """{class: count} of what is shown, without zeros."""
        bars = self.role("histogram").locator("[data-class]")
        pairs = bars.evaluate_all("bars => bars.map(b => [b.dataset.class, +b.dataset.count])")
        assert len(dict(pairs)) == len(pairs), "a class has two bars"
        return {name: count for name, count in pairs if count}

    def grey(self, locator):
        """Mean grey of the middle of an element, as it is painted."""
        locator.scroll_into_view_if_needed()
        picture = Image.open(_bytes(locator.screenshot())).convert("L")
        width, height = picture.size
        middle = picture.crop((width // 4, height // 4, max(width * 3 // 4, 1), max(height * 3 // 4, 1)))
        return ImageStat.Stat(middle).mean[0]

    # -- doing

    def settle(self):
        """Wait until what was asked for has been painted."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.wait_for_timeout(60)

    def place(self, layer, node):
        """Where a node lies in the window."""
        self.panel(layer).locator("[data-role=graph]").scroll_into_view_if_needed()
        code = (
            "const at = node(...argument).renderedPosition(),"
            " box = root.sktopo.cy[argument[0]].container().getBoundingClientRect();"
            "return [box.left + at.x, box.top + at.y]"
        )
        return self.run(code, [layer, node])

    def click_node(self, layer, node, *, shift=False):
        self._click(*self.place(layer, node), shift)

    def click_edge(self, layer, edge, *, shift=False):
        """Click the middle between the nodes of an edge."""
        (x, y), (x2, y2) = (self.place(layer, node) for node in edge)
        self._click((x + x2) / 2, (y + y2) / 2, shift)

    def _click(self, x, y, shift):
        if shift:
            self.page.keyboard.down("Shift")
        self.page.mouse.click(x, y)
        if shift:
            self.page.keyboard.up("Shift")
        self.settle()

    def drag(self, places):
        """Press at the first place, move through the others, let go."""
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for x, y in places[1:]:
            self.page.mouse.move(x, y, steps=6)
        self.page.mouse.up()
        self.settle()

    def select(self, layer, nodes):
        self.run("root.sktopo.select(...argument)", [layer, list(nodes)])
        self.settle()

    def mode(self, name):
        control = self.role("mode").first
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(name)
        else:
            own = f"{ROOT} [data-role=mode]"
            option = self.page.locator(f"{own} [data-mode={name}], {own}[data-mode={name}], {own} [value={name}]")
            option.first.evaluate("e => (e.closest('label') || e).click()")
        self.settle()

    def slide(self, name, value):
        """Put a range at a value as a drag does: the position changes, and the page is told."""
        slider = self.role(f"slider-{name}")
        slider.evaluate(
            "(e, value) => { e.value = value; for (const kind of ['input', 'change'])"
            " e.dispatchEvent(new Event(kind, {bubbles: true})) }",
            value,
        )
        self.settle()
        return float(slider.input_value())

    def switch(self, role, on):
        """Turn a checkbox or a pressed button on or off."""
        control = self.role(role)
        state = control.evaluate("e => e.type === 'checkbox' ? e.checked : e.getAttribute('aria-pressed') === 'true'")
        if state != on:
            control.click()
            self.settle()

    def theme(self, name):
        """Use the control until the page has a theme."""
        control = self.role("theme")
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(name)
        else:
            for _ in range(3):
                if self.page.locator(ROOT).get_attribute("data-theme") == name:
                    break
                control.click()
        self.settle()
        assert self.page.locator(ROOT).get_attribute("data-theme") == name

    def download(self, role):
        """What a button saves, as (file name, bytes); the menu that holds it is opened first."""
        if not self.role(role).is_visible():
            self.page.locator(f"{ROOT} details:has([data-role={role}]) > summary").click()
        with self.page.expect_download() as found:
            self.role(role).click()
        return found.value.suggested_filename, found.value.path().read_bytes()


def _bytes(content):
    from io import BytesIO

    return BytesIO(content)
