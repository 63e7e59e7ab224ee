"""What a click, a drag or a key chooses is what the graph says."""

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from sktopo import find_branches, find_loops
from tests.browser import graphs


@pytest.mark.parametrize(("layer", "node"), [("conv", 0), ("conv", 5), ("fc", 6), ("out", 3)])
def test_click_on_a_node_shows_its_members(explorer, layer, node):
    explorer.click_node(layer, node)
    assert explorer.chosen(layer) == [node]
    graph = graphs.graphs()[layer]
    assert sorted(set(explorer.members())) == graphs.inputs_of(graph, node).tolist()


def test_members_of_several_nodes_are_those_of_any(explorer):
    explorer.click_node("conv", 0)
    explorer.click_node("conv", 3, shift=True)
    assert explorer.chosen("conv") == [0, 3]
    found = explorer.members()
    assert sorted(found) == graphs.inputs_of(graphs.graphs()["conv"], [0, 3]).tolist()
    explorer.click_node("conv", 3, shift=True)
    assert explorer.chosen("conv") == [0]


def test_click_beside_everything_chooses_nothing(explorer):
    explorer.click_node("fc", 2)
    box = explorer.panel("fc").locator("[data-role=graph]").bounding_box()
    explorer.page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
    explorer.settle()
    assert explorer.chosen("fc") == []
    assert explorer.members() == []


def test_a_new_choice_in_another_layer_takes_the_place_of_the_first(explorer):
    explorer.click_node("conv", 1)
    explorer.click_node("fc", 1)
    assert (explorer.chosen("conv"), explorer.chosen("fc")) == ([], [1])


def test_edge_mode_shows_what_two_nodes_have_in_common(explorer):
    graph = graphs.graphs()["conv"]
    place = int(np.argmax(graph.jaccard))
    u, v = graph.edges[place].tolist()
    explorer.mode("edge")
    explorer.click_edge("conv", (u, v))
    assert explorer.chosen("conv") == sorted([u, v])
    common = np.intersect1d(graph.members(u), graph.members(v))
    assert sorted(set(explorer.members())) == np.unique(graph.of_input[common]).tolist()


def lengths(graph, edges):
    """Least sum of 1 - Jaccard over the edges of a path, of every pair of nodes."""
    length = np.full((graph.n_nodes, graph.n_nodes), np.inf)
    for (u, v), jaccard in zip(graph.edges.tolist(), graph.jaccard, strict=True):
        if (u, v) in edges:
            length[u, v] = length[v, u] = 1 - jaccard
    return length, shortest_path(length, directed=False)


@pytest.mark.parametrize("layer", ["conv", "fc", "out"])
def test_path_mode_chooses_the_path_whose_nodes_share_most(explorer, layer):
    graph = graphs.graphs()[layer]
    length, distance = lengths(graph, graphs.kept_edges(graph, support=0.5))
    farthest = np.argmax(np.where(np.isfinite(distance), distance, -1.0))
    pair = tuple(int(node) for node in np.unravel_index(farthest, distance.shape))
    explorer.mode("path")
    for node in pair:
        explorer.click_node(layer, node)
    chosen = explorer.chosen(layer)
    inside = np.full_like(length, np.inf)
    inside[np.ix_(chosen, chosen)] = length[np.ix_(chosen, chosen)]
    assert {*pair} <= {*chosen}
    assert shortest_path(inside, directed=False)[pair] == pytest.approx(distance[pair], abs=1e-4)
    for node in set(chosen) - {*pair}:  # none too many
        less = inside.copy()
        less[node], less[:, node] = np.inf, np.inf
        assert shortest_path(less, directed=False)[pair] > distance[pair]


def test_path_does_not_run_along_hidden_edges(explorer):
    graph = graphs.graphs()["out"]
    whole = lengths(graph, graphs.kept_edges(graph))[1]
    apart = np.isinf(lengths(graph, graphs.kept_edges(graph, support=0.5))[1]) & np.isfinite(whole) & (whole > 1)
    start, end = np.argwhere(apart)[0].tolist()
    explorer.mode("path")
    explorer.click_node("out", start)
    explorer.click_node("out", end)
    assert len(explorer.chosen("out")) <= 2
    explorer.slide("support", 0)
    explorer.select("out", [])
    explorer.page.keyboard.press("Escape")
    explorer.click_node("out", start)
    explorer.click_node("out", end)
    assert {start, end} < {*explorer.chosen("out")}


def test_component_mode_chooses_what_hangs_together_by_shown_edges(explorer):
    graph = graphs.graphs()["out"]
    explorer.mode("component")
    explorer.click_node("out", 3)
    assert explorer.chosen("out") == component(graph, graphs.kept_edges(graph, support=0.5), 3)
    explorer.slide("support", 0)
    explorer.click_node("out", 3)
    assert explorer.chosen("out") == np.flatnonzero(graph.components == graph.components[3]).tolist()


def component(graph, edges, node):
    found = {node}
    while True:
        more = {w for pair in edges for w in pair if found & set(pair)} | found
        if more == found:
            return sorted(found)
        found = more


def test_loop_mode_chooses_the_loop_through_a_node(explorer):
    (loop,) = find_loops(graphs.graphs()["conv"], min_support=0.5)
    explorer.mode("loop")
    explorer.click_node("conv", loop.nodes[2])
    assert explorer.chosen("conv") == sorted(loop.nodes)


def test_loops_and_branches_stand_in_a_table_that_jumps_to_them(explorer):
    rows = explorer.role("features").locator("tr[data-feature]")
    texts = rows.all_inner_texts()
    assert sum("loop" in text.lower() for text in texts) >= 1
    (loop,) = find_loops(graphs.graphs()["conv"], min_support=0.5)
    (branch,) = find_branches(graphs.graphs()["fc"], min_support=0.5)
    loop_row = next(i for i, text in enumerate(texts) if "loop" in text.lower())
    assert str(loop.size) in texts[loop_row].replace(",", "")
    jump(rows.nth(loop_row))
    explorer.settle()
    assert explorer.chosen("conv") == sorted(loop.nodes)
    branch_row = next(i for i, text in enumerate(texts) if "branch" in text.lower())
    jump(rows.nth(branch_row))
    explorer.settle()
    assert explorer.chosen("fc") == sorted({*branch.nodes, *(node for arm in branch.arms for node in arm)})


def jump(row):
    button = row.locator("button")
    (button.first if button.count() else row).click()


def test_lasso_chooses_the_nodes_inside_it(explorer):
    graph = graphs.graphs()["out"]
    places = {node: explorer.place("out", node) for node in range(graph.n_nodes)}
    box = explorer.panel("out").locator("[data-role=graph]").bounding_box()
    middle = sorted(x for x, _ in places.values())[graph.n_nodes // 2] + 1.5
    left, top, bottom = box["x"] + 2, box["y"] + 2, box["y"] + box["height"] - 2
    explorer.mode("lasso")
    explorer.drag([(left, top), (middle, top), (middle, bottom), (left, bottom), (left, top + 1)])
    expected = sorted(node for node, (x, _) in places.items() if x < middle)
    assert 0 < len(expected) < graph.n_nodes
    assert explorer.chosen("out") == expected


def test_lasso_is_not_its_bounding_box(explorer):
    places = {node: explorer.place("conv", node) for node in range(10)}
    box = explorer.panel("conv").locator("[data-role=graph]").bounding_box()
    left, top = box["x"] + 2, box["y"] + 2
    right, bottom = box["x"] + box["width"] - 2, box["y"] + box["height"] - 2
    explorer.mode("lasso")
    explorer.drag([(left, top), (right, top), (left, bottom), (left, top + 1)])

    def inside(x, y):
        return (x - left) / (right - left) + (y - top) / (bottom - top) < 1

    expected = sorted(node for node, place in places.items() if inside(*place))
    assert 0 < len(expected) < 10
    assert explorer.chosen("conv") == expected


def test_function_of_the_page_selects_as_a_click_does(explorer):
    explorer.select("fc", [2, 4])
    assert explorer.chosen("fc") == [2, 4]
    assert sorted(explorer.members()) == graphs.inputs_of(graphs.graphs()["fc"], [2, 4]).tolist()


# By keyboard alone


def test_graph_is_reached_by_tab_and_nodes_by_arrows(explorer):
    page = explorer.page
    for _ in range(80):
        page.keyboard.press("Tab")
        layer = page.evaluate(
            "() => document.activeElement.closest('[data-role=graph]') ?"
            " document.activeElement.closest('[data-role=layer]').dataset.layer : null"
        )
        if layer:
            break
    assert layer in graphs.graphs()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    explorer.settle()
    first = explorer.chosen(layer)
    assert len(first) == 1
    seen = set(first)
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        page.keyboard.press("Enter")
        explorer.settle()
        seen.update(explorer.chosen(layer))
    assert len(seen) > 1
    graph = graphs.graphs()[layer]
    assert sorted(set(explorer.members())) == graphs.inputs_of(graph, explorer.chosen(layer)).tolist()
    page.keyboard.press("Escape")
    explorer.settle()
    assert explorer.chosen(layer) == []


def test_question_mark_opens_a_list_of_keys_and_escape_closes_it(explorer):
    help_ = explorer.role("help")
    assert not help_.is_visible()
    explorer.page.keyboard.press("?")
    explorer.settle()
    assert help_.is_visible()
    assert "Esc" in help_.inner_text()
    explorer.page.keyboard.press("Escape")
    explorer.settle()
    assert not help_.is_visible()
