"""explore: graphs of Mapper as a page that opens from disk."""

from pathlib import Path

import numpy as np

from sktopo.mapper.explorer.assemble import html_page
from sktopo.mapper.explorer.packing import packed_integers
from sktopo.mapper.explorer.payload import settings_payload
from sktopo.mapper.graph import MapperGraph

__all__ = ["explore", "page_payload"]


def explore(graphs, path=None, **options):
    """Write a page that shows graphs of Mapper."""
    page = html_page(page_payload(graphs, **options))
    if path is None:
        return page
    path = Path(path)
    path.write_text(page, encoding="utf-8")
    return path


def page_payload(graphs, y=None, *, names=None, texts=None, title="Mapper explorer", min_support=0.5, random_state=0):
    """All that the page is told, as plain numbers and texts."""
    settings = _settings(graphs)
    first = next(iter(settings[0][2].values()))
    n_inputs = int(first.of_input.max(initial=-1)) + 1 if y is None else len(y)
    classes, class_of = (None, None) if y is None else np.unique(np.asarray(y), return_inverse=True)
    return {
        "version": 1,
        "title": str(title),
        "min_support": min_support,
        "inputs": {
            "n": n_inputs,
            "names": None if names is None else [str(name) for name in names],
            "texts": None if texts is None else [str(text) for text in texts],
            "classes": None if classes is None else [str(c) for c in classes],
            "class_of": None if classes is None else packed_integers(class_of),
            "columns": [],
            "images": None,
        },
        "settings": settings_payload(settings, min_support, random_state),
    }


def _settings(graphs):
    if hasattr(graphs, "settings"):
        pairs = zip(graphs.settings, graphs.graphs, strict=True)
        return [(", ".join(f"{k}={v}" for k, v in setting.items()), {}, layers) for setting, layers in pairs]
    if hasattr(graphs, "graphs_"):
        graphs = graphs.graphs_
    if isinstance(graphs, MapperGraph):
        graphs = {"X": graphs}
    if all(isinstance(value, MapperGraph) for value in graphs.values()):
        return [("graph", {}, dict(graphs))]
    return [(name, {}, dict(layers)) for name, layers in graphs.items()]
