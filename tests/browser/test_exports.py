"""What the export buttons save opens elsewhere and says what the page shows."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.browser import graphs

SVG = "{http://www.w3.org/2000/svg}"


def table(content):
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len({len(row) for row in rows}) == 1, "rows differ in length"
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_png_is_a_picture_with_ink(explorer):
    name, content = explorer.download("export-png")
    assert name.endswith(".png") and content[:8] == b"\x89PNG\r\n\x1a\n"
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    assert min(picture.size) > 200
    assert len(picture.getcolors(maxcolors=1 << 24)) > 20


def test_svg_is_xml_with_a_shape_for_every_node(explorer):
    name, content = explorer.download("export-svg")
    assert name.endswith(".svg")
    root = ElementTree.fromstring(content)
    assert root.tag == f"{SVG}svg"
    circles = [e for kind in ("circle", "ellipse") for e in root.iter(SVG + kind)]
    assert len(circles) >= min(graph.n_nodes for graph in graphs.graphs().values())
    assert not list(root.iter(f"{SVG}script"))


def test_table_of_members_is_that_of_the_chosen_nodes(explorer):
    explorer.select("conv", [0, 4])
    name, content = explorer.download("export-members")
    assert name.endswith(".csv")
    rows, graph = table(content), graphs.graphs()["conv"]
    assert sorted(int(row["input"]) for row in rows) == graphs.inputs_of(graph, [0, 4]).tolist()
    for row in rows[:20]:
        at = int(row["input"])
        assert row["class"] == graphs.classes()[at]
        assert row["name"] == graphs.names()[at]
        assert float(row["brightness"]) == pytest.approx(graphs.columns()["brightness"][at], abs=1e-5)
        assert row["kind"] == graphs.columns()["kind"][at]


def test_table_of_nodes_has_their_sizes(explorer):
    explorer.select("fc", [0])
    name, content = explorer.download("export-csv")
    assert name.endswith(".csv")
    rows = table(content)
    sizes = {(row["layer"], int(row["node"])): int(row["members"]) for row in rows}
    graph = graphs.graphs()["fc"]
    assert {node: size for (layer, node), size in sizes.items() if layer == "fc"} in (
        dict(enumerate(graph.size.tolist())),
        {0: int(graph.size[0])},
    )


NUMBER = r"-?\d+(\.\d+)?(e[+-]?\d+)?"
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", 'a "quoted", one', "two\nlines", "plain"]


def formulas():
    names = [FORMULAS[i % len(FORMULAS)] for i in range(graphs.N_INPUTS)]
    return graphs.graphs(), {"y": graphs.classes(), "names": names, "columns": {"=cmd|' /C calc'!A0": names}}


@pytest.mark.parametrize("button", ["export-members", "export-csv"])
def test_no_cell_of_a_table_is_a_formula(open_page, button):
    explorer = open_page("formulas", formulas)
    explorer.select("fc", list(range(7)))
    rows = table(explorer.download(button)[1])
    cells = [cell for row in rows for pair in row.items() for cell in pair]
    guarded = [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell) and not re.fullmatch(NUMBER, cell)]
    assert not guarded, guarded[:5]
    if button == "export-members":
        by_input = {int(row["input"]): row["name"] for row in rows}
        for at, name in by_input.items():
            assert by_input[at].lstrip("'").strip() == formulas()[1]["names"][at].strip() or "\n" in name
        assert any(name == "plain" for name in by_input.values())
        assert any(name == 'a "quoted", one' for name in by_input.values())
        assert any(name.endswith("=1+1") and name != "=1+1" for name in by_input.values())


def test_exports_without_a_choice_are_whole_or_say_nothing_is_chosen(explorer):
    rows = table(explorer.download("export-csv")[1])
    shown = {(row["layer"], int(row["node"])) for row in rows}
    whole = {(layer, node) for layer, graph in graphs.graphs().items() for node in range(graph.n_nodes)}
    assert shown == whole or shown in [{pair for pair in whole if pair[0] == layer} for layer in graphs.graphs()]
