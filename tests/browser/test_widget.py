"""In a notebook the module is handed an element and a model: what is chosen goes to the model."""

import inspect

from sktopo import explore
from sktopo.mapper.explorer.assemble import as_json, module_source, style
from sktopo.mapper.explorer.payload import page_payload
from tests.browser import graphs
from tests.browser.conftest import Watch
from tests.browser.driver import Explorer

NOTEBOOK = """<!DOCTYPE html><meta charset="utf-8"><style>{style}</style><main></main>
<script type="application/json">{data}</script>
<script type="module">
{module}
const stored = {{ data: document.querySelector("script").textContent, selection: {{}}, saved: 0 }};
const model = {{
  get: (name) => stored[name],
  set: (name, value) => {{ stored[name] = value; }},
  save_changes: () => {{ stored.saved += 1; }},
}};
const el = document.querySelector("main");
window.stored = stored;
window.end = widget.render({{ model, el }});
</script>"""


def notebook(folder):
    """A page that does what anywidget does."""
    usual = {name: p.default for name, p in inspect.signature(explore).parameters.items() if p.kind is p.KEYWORD_ONLY}
    module = module_source().replace("export default", "const widget =", 1)
    data = as_json(page_payload(graphs.graphs(), **usual))
    path = folder / "notebook.html"
    path.write_text(NOTEBOOK.format(style=style(), data=data, module=module), encoding="utf-8")
    return path


def test_what_is_chosen_reaches_the_model(browser, tmp_path):
    path = notebook(tmp_path)
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    watch = Watch(page)
    page.goto(path.as_uri())
    explorer = Explorer(page)
    explorer.run("root.sktopo.select('fc', [1, 2])")
    chosen = page.evaluate("() => window.stored.selection")
    assert (chosen["layer"], chosen["nodes"]) == ("fc", [1, 2])
    assert sorted(chosen["inputs"]) == graphs.inputs_of(graphs.graphs()["fc"], [1, 2]).tolist()
    assert page.evaluate("() => window.stored.saved") >= 1
    assert page.evaluate("() => location.hash") == ""
    page.evaluate("() => window.end()")
    assert page.evaluate("() => document.querySelector('.sktopo-explorer').childElementCount") == 0
    watch.check(path.as_uri())
    page.close()
