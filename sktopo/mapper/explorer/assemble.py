"""The page's files and its data as one text: an HTML page, or an ES module for notebooks."""

import html
import json
from importlib.resources import files

__all__ = ["as_json", "html_page", "module_source", "style"]

# What could end a script element, begin markup, or end a line of a script, in escapes that JSON reads as the same text.
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def as_json(content):
    """JSON that may stand in an HTML script element whatever texts are in it."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return text


def html_page(payload):
    """One HTML text that needs nothing else.

    Parameters
    ----------
    payload : dict
        See `sktopo.mapper.explorer.payload`.

    Returns
    -------
    str
    """
    begin = (
        'const root = document.querySelector(".sktopo-explorer");\n'
        'const data = JSON.parse(document.querySelector("script.sktopo-data").textContent);\n'
        "mount(root, data, { hash: true });\n"
    )
    places = {
        "{{title}}": html.escape(payload["title"]),
        "{{style}}": style(),
        "{{data}}": as_json(payload),
        "{{script}}": _scoped(begin),
    }
    page = _read("template.html")
    # Cut at the places first: a text that is put in may itself look like one.
    pieces = [page]
    for place in places:
        pieces = [part for piece in pieces for part in _around(piece, place)]
    return "".join(places.get(piece, piece) for piece in pieces)


def module_source():
    """ES module whose default export is a widget of anywidget, with traits ``data`` and ``selection``."""
    render = (
        "function render({ model, el }) {\n"
        '  const root = document.createElement("div");\n'
        '  root.className = "sktopo-explorer";\n'
        "  el.appendChild(root);\n"
        '  const data = JSON.parse(model.get("data"));\n'
        "  const onSelection = (selection) => {\n"
        '    model.set("selection", selection);\n'
        "    model.save_changes();\n"
        "  };\n"
        "  const view = mount(root, data, { hash: false, onSelection });\n"
        "  return () => view.destroy();\n"
        "}\n"
        "return { render };\n"
    )
    return f"export default {_scoped(render)}"


def style():
    return _read("page.css")


def _scoped(ending):
    """All scripts in one function, so that none of their names is seen outside."""
    # The vendored file takes whatever module system it finds. It is given one of its own, and leaves no global.
    vendor = _read("vendor/cytoscape.min.js")
    library = (
        "const cytoscape = (function () {\nconst module = { exports: {} }, exports = module.exports;\n"
        "const define = undefined;\n"
        f"{vendor}\nreturn module.exports;\n}})();\n"
    )
    own = "\n".join(_read(name) for name in _read("ORDER").split())
    return f'(function () {{\n"use strict";\n{library}{own}\n{ending}}})();\n'


def _around(piece, place):
    before, found, after = piece.partition(place)
    return [before, place, after] if found else [before]


def _read(name):
    return files("sktopo.mapper.explorer").joinpath("page", *name.split("/")).read_text(encoding="utf-8")
