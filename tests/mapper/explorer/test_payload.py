"""The page is told what the graphs say: every number decoded again and compared."""

import json

import numpy as np
import pandas as pd
import pytest

from sktopo import ActivationExtractor, Mapper, explore, find_branches, find_loops, mapper_sweep, null_graphs
from sktopo.datasets import load_digits_images, make_ccff
from sktopo.mapper.explorer import payload
from sktopo.mapper.explorer.assemble import as_json
from sktopo.mapper.explorer.payload import page_payload
from tests.mapper.explorer.decoding import unpacked
from tests.mapper.shapes import circle, letter_y

NOTHING = dict.fromkeys(["y", "points", "images", "texts", "names", "columns", "nulls"])
USUAL = {**NOTHING, "title": "A page", "min_support": 0.5, "n_projected": 50, "random_state": 0}


def payload_of(graphs, **given):
    """As the page reads it: through JSON."""
    return json.loads(as_json(page_payload(graphs, **{**USUAL, **given})))


@pytest.fixture(scope="module")
def y_mapper():
    points = letter_y()
    return Mapper("l2norm", n_intervals=8, eps_scale=2.0, n_resamples=10).fit(points, _side(points))


def _side(points):
    return np.where(points[:, 0] > 0, "right", "left")


@pytest.fixture(scope="module")
def layers():
    images, digits = load_digits_images()
    activations = ActivationExtractor(make_ccff()).fit_transform(images[:300])
    mapper = Mapper("pca", n_components=1, n_intervals=5, eps_scale=2.0, sampling="all_positions", elbow_samples=200)
    return mapper.fit(activations, digits[:300]), activations, images[:300], digits[:300]


def test_nodes_and_edges_are_those_of_the_graph(y_mapper):
    graph, (layer,) = y_mapper.graph_, payload_of(y_mapper)["settings"][0]["layers"]
    nodes, edges = layer["nodes"], layer["edges"]
    assert layer["name"] == "X"
    assert (nodes["n"], layer["n_points"]) == (graph.n_nodes, graph.n_points)
    assert unpacked(nodes["members"]) == [graph.members(node).tolist() for node in range(graph.n_nodes)]
    assert nodes["size"] == graph.size.tolist()
    assert nodes["component"] == graph.components.tolist()
    assert nodes["lens"] == [pytest.approx(column, rel=1e-5) for column in graph.lens.T]
    assert nodes["purity"]["entropy"] == pytest.approx(graph.purity["entropy"], rel=1e-5)
    assert np.stack([edges["u"], edges["v"]], axis=1).tolist() == graph.edges.tolist()
    assert edges["intersection"] == graph.intersection.tolist()
    assert edges["support"] == pytest.approx(graph.support, rel=1e-5)
    assert layer["coverage"] == pytest.approx(graph.coverage, rel=1e-5)


def test_features_are_those_found_at_the_least_support(y_mapper):
    (layer,) = payload_of(y_mapper)["settings"][0]["layers"]
    branches = [feature for feature in layer["features"] if feature["kind"] == "branch"]
    (branch,) = find_branches(y_mapper.graph_, min_support=0.5)
    assert [(b["nodes"], b["arms"]) for b in branches] == [([*branch.nodes], [[*arm] for arm in branch.arms])]
    assert not [feature for feature in layer["features"] if feature["kind"] == "loop"]


def test_points_lead_to_their_inputs(layers):
    mapper, _, _, digits = layers
    content = payload_of(mapper, y=digits)
    assert [layer["name"] for layer in content["settings"][0]["layers"]] == list(mapper.graphs_)
    classes = [content["inputs"]["classes"][c] for c in unpacked(content["inputs"]["class_of"])]
    assert classes == [str(digit) for digit in digits]
    for layer, graph in zip(content["settings"][0]["layers"], mapper.graphs_.values(), strict=True):
        inputs = unpacked(layer["point_input"]) if layer["point_input"] else list(range(graph.n_points))
        assert inputs == graph.of_input.tolist()
        for node, members in enumerate(unpacked(layer["nodes"]["members"])):
            counts = [sum(classes[inputs[point]] == c for point in members) for c in content["inputs"]["classes"]]
            assert counts == graph.class_counts[node].tolist()


def test_purity_is_that_of_y_whatever_the_graph_was_made_with(y_mapper):
    n = y_mapper.graph_.n_points
    y = np.where(np.arange(n) % 3 == 0, "third", "other").astype(object)
    y[::7] = None
    content = payload_of(Mapper("l2norm", n_intervals=8, eps_scale=2.0).fit(letter_y()), y=y)
    (layer,), inputs = content["settings"][0]["layers"], content["inputs"]
    assert inputs["classes"] == ["other", "third"]
    codes = unpacked(inputs["class_of"])
    assert [None if code == 255 else inputs["classes"][code] for code in codes] == y.tolist()
    rows = unpacked(layer["nodes"]["members"])
    counts = [[sum(y[point] == name for point in members) for name in inputs["classes"]] for members in rows]
    shares = [max(of_node) / sum(of_node) for of_node in counts]
    assert layer["nodes"]["purity"]["majority"] == pytest.approx(shares, rel=1e-5)


def test_without_y_classes_are_those_that_the_mapper_was_fitted_with(y_mapper, layers):
    inputs = payload_of(y_mapper)["inputs"]
    assert inputs["classes"] == ["left", "right"]
    assert [inputs["classes"][c] for c in unpacked(inputs["class_of"])] == _side(letter_y()).tolist()
    mapper, _, _, digits = layers  # several points an input
    inputs = payload_of(mapper)["inputs"]
    assert [inputs["classes"][c] for c in unpacked(inputs["class_of"])] == [str(digit) for digit in digits]


def test_a_class_of_nan_is_unknown(y_mapper):
    y = np.arange(y_mapper.graph_.n_points) % 2 + 0.5
    y[3] = np.nan
    inputs = payload_of(y_mapper, y=y)["inputs"]
    assert inputs["classes"] == ["0.5", "1.5"]
    assert unpacked(inputs["class_of"])[:5] == [0, 1, 0, 255, 0]


def test_positions_are_in_the_unit_square_and_depend_on_the_seed_alone(layers):
    mapper, *_ = layers
    first, again = payload_of(mapper), payload_of(mapper)
    for layer, same in zip(first["settings"][0]["layers"], again["settings"][0]["layers"], strict=True):
        assert (layer["nodes"]["x"], layer["nodes"]["y"]) == (same["nodes"]["x"], same["nodes"]["y"])
        places = np.array([layer["nodes"]["x"], layer["nodes"]["y"]])
        assert ((places >= 0) & (places <= 1)).all()
        assert len(np.unique(places.round(4), axis=1).T) == layer["nodes"]["n"]


def test_a_circle_is_drawn_without_crossings():
    graph = Mapper(lambda points: points[:, 0], n_intervals=6, eps_scale=2.0).fit(circle()).graph_
    nodes = payload_of(graph)["settings"][0]["layers"][0]["nodes"]
    places = np.stack([nodes["x"], nodes["y"]], axis=1)
    crossings = sum(
        _cross(*places[[*one, *other]])
        for i, one in enumerate(graph.edges.tolist())
        for other in graph.edges[:i].tolist()
        if not set(one) & set(other)
    )
    assert crossings == 0


def _cross(a, b, c, d):
    def left(p, q, r):
        return (q[0] - p[0]) * (r[1] - p[1]) > (q[1] - p[1]) * (r[0] - p[0])

    return left(a, b, c) != left(a, b, d) and left(c, d, a) != left(c, d, b)


def test_projections_are_of_points_that_exist(layers):
    mapper, activations, *_ = layers
    for layer in payload_of(mapper, points=activations)["settings"][0]["layers"]:
        assert layer["projections"][0]["name"] == "PCA"
        for projection in layer["projections"]:
            shown = unpacked(projection["points"])
            assert shown == sorted(set(shown)) and len(shown) == 50 and shown[-1] < layer["n_points"]
            assert projection["x"]["n"] == projection["y"]["n"] == 50


def test_without_points_the_nodes_are_projected(y_mapper):
    (layer,) = payload_of(y_mapper)["settings"][0]["layers"]
    assert {p["points"] for p in layer["projections"]} == {None}
    assert layer["projections"][0]["x"]["n"] == y_mapper.graph_.n_nodes


@pytest.mark.parametrize(
    "points", [[[0.0, 1.0], [0.1, 1.0], [0.2, 1.0]], [[1.0, 1.0]] * 6, [[0.0, 0.0]]], ids=["a few", "duplicates", "one"]
)
@pytest.mark.parametrize("with_points", [False, True])
def test_what_has_no_spread_is_projected_to_one_place(points, with_points):
    mapper = Mapper(eps=1.0, n_intervals=1, min_samples=2).fit(points)
    (layer,) = payload_of(mapper, points=points if with_points else None)["settings"][0]["layers"]
    assert np.isfinite(unpacked(layer["projections"][0]["x"])).all()


def test_columns_are_numbers_or_categories(y_mapper):
    n = y_mapper.graph_.n_points
    table = pd.DataFrame(
        {"height": np.linspace(0, 1, n), "kind": ["a", "b"] * (n // 2), "even": [True, False] * (n // 2)}
    )
    height, kind, even = payload_of(y_mapper, columns=table)["inputs"]["columns"]
    assert unpacked(height["values"]) == pytest.approx(table["height"], abs=1e-6)
    assert (kind["categories"], unpacked(kind["values"])[:2]) == (["a", "b"], [0, 1])
    assert (even["categories"], unpacked(even["values"])[:2]) == (["False", "True"], [1, 0])


def test_points_of_several_settings_are_projected_alike(layers):
    mapper, activations, *_ = layers
    content = payload_of({"a": mapper, "b": mapper.graphs_}, points=activations)
    first, second = ([layer["projections"] for layer in setting["layers"]] for setting in content["settings"])
    assert first == second
    assert all(p["points"] is not None for projections in first for p in projections)
    with pytest.raises(ValueError, match=r"mapper\.clouds"):
        explore(mapper.graphs_, points=activations)


def test_counts_among_columns_keep_all_their_digits(y_mapper):
    counts = 2**31 + np.arange(y_mapper.graph_.n_points)
    few, many, signed = payload_of(y_mapper, columns={"few": counts % 200, "many": counts, "signed": -(counts % 7)})[
        "inputs"
    ]["columns"]
    assert few["values"]["t"] == "u8"
    assert (unpacked(few["values"]), unpacked(many["values"])) == ((counts % 200).tolist(), counts.tolist())
    assert unpacked(signed["values"]) == (-(counts % 7)).tolist()


def test_the_table_names_the_best_features_and_how_many_there_are(y_mapper, monkeypatch):
    every = payload_of(y_mapper)["settings"][0]["layers"][0]
    assert every["n_features"] == {
        kind: sum(feature["kind"] == kind for feature in every["features"]) for kind in ("loop", "branch", "leaf")
    }
    monkeypatch.setattr(payload, "MOST_NODES", 5)
    best = payload_of(y_mapper)["settings"][0]["layers"][0]
    assert best["n_features"] == every["n_features"]
    leaves = [[f for f in found["features"] if f["kind"] == "leaf"] for found in (every, best)]
    assert 0 < len(leaves[1]) < len(leaves[0])
    assert leaves[1] == leaves[0][: len(leaves[1])]


def test_settings_are_switched_between_by_name(y_mapper):
    other = Mapper("l2norm", n_intervals=5, eps_scale=2.0).fit(letter_y())
    names = [setting["name"] for setting in payload_of({"eight": y_mapper, "five": other})["settings"]]
    assert names == ["eight", "five"]


def test_a_sweep_names_its_settings_and_says_how_unstable_they_are():
    sweep = mapper_sweep(Mapper("l2norm", eps=0.2), letter_y(300), n_intervals=[4, 6], n_subsamples=3)
    first, second = payload_of(sweep)["settings"]
    assert (first["name"], second["name"]) == ("n_intervals=4", "n_intervals=6")
    assert second["stats"]["instability"] == pytest.approx(sweep.column("instability")[1], rel=1e-4)
    assert second["stats"]["coverage"] == pytest.approx(sweep.column("coverage")[1], rel=1e-4)


def test_nulls_are_counted(y_mapper):
    nulls = null_graphs(y_mapper, letter_y(), n_graphs=2)
    (layer,) = payload_of(y_mapper, nulls=nulls)["settings"][0]["layers"]
    assert layer["nulls"]["loops"] == [len(find_loops(graph, min_support=0.5)) for graph in nulls]
    assert layer["nulls"]["branches"] == [len(find_branches(graph, min_support=0.5)) for graph in nulls]


HOSTILE = "</script><img src=x onerror=window.hacked=1><!-- \u2028 {{data}} {{script}} & \" ' ="


def test_texts_arrive_as_they_are_and_end_no_element(y_mapper):
    n = y_mapper.graph_.n_points
    given = {"title": HOSTILE, "names": [HOSTILE] * n, "texts": [HOSTILE] * n, "y": [HOSTILE, "b"] * (n // 2)}
    written = as_json(page_payload({HOSTILE: y_mapper.graph_}, **{**USUAL, **given, "columns": {HOSTILE: given["y"]}}))
    assert not set("<>&\u2028\u2029") & set(written)
    read = json.loads(written)
    assert read["title"] == read["inputs"]["names"][0] == read["inputs"]["texts"][0] == HOSTILE
    assert read["inputs"]["classes"] == [HOSTILE, "b"]
    assert (read["inputs"]["columns"][0]["name"], read["settings"][0]["layers"][0]["name"]) == (HOSTILE, HOSTILE)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"y": [1, 2]}, "y must have one entry for each of the 1000 inputs"),
        ({"names": ["a"]}, "names must have one entry"),
        ({"texts": ["a"] * 1001}, "texts must have one entry for each of the 1000"),
        ({"columns": {"c": [1.0]}}, r"columns\['c'\] must have one entry"),
        ({"columns": {"c": np.full(1000, np.nan)}}, "not finite"),
        ({"points": np.zeros((3, 2))}, "points must have a row for every point"),
        ({"images": np.zeros((1000, 4))}, "images must be grey"),
        ({"images": np.zeros((7, 4, 4)), "y": np.zeros(1000)}, "images must have one for each of the 1000"),
        ({"images": np.full((1000, 4, 4), np.inf)}, "not finite"),
        ({"images": [np.zeros((4, 4))] * 999 + [np.zeros((5, 5))]}, "must all be of one size"),
        ({"nulls": {"conv9": []}}, r"nulls has graphs of \['conv9'\]"),
        ({"min_support": 50}, r"min_support must be a share in \[0, 1\]. Got 50"),
        ({"n_projected": 0}, "n_projected must be an integer from 1. Got 0"),
        ({"random_state": None}, "random_state must be an integer from 0. Got None"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_cure(y_mapper, given, sentence):
    with pytest.raises(ValueError, match=sentence):
        explore(y_mapper.graph_, **given)


def test_graphs_of_other_inputs_are_refused(y_mapper):
    short = Mapper("l2norm", n_intervals=5, eps_scale=2.0).fit(letter_y(500))
    with pytest.raises(ValueError, match="same inputs"):
        explore({"a": y_mapper.graph_, "b": short.graph_})
    with pytest.raises(ValueError, match="same layers"):
        explore({"a": {"conv": y_mapper.graph_}, "b": {"fc": y_mapper.graph_}})
    with pytest.raises(ValueError, match="call fit first"):
        explore(Mapper())
    with pytest.raises(TypeError, match="Got int instead"):
        explore(3)
    with pytest.raises(TypeError, match="nulls must hold graphs"):
        explore(y_mapper, nulls=[3])
