"""Sweeps: graphs of every setting, and their instability against the definition."""

from itertools import product

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans

from sktopo import Activations, Mapper, MapperSweep, find_loops, mapper_sweep
from sktopo.mapper.instability import _parts, instability
from sktopo.mapper.matching import Choice, matching_distance
from tests.mapper.shapes import circle
from tests.oracles import mapper_instability as oracle


def first(points):
    return points[:, 0]


def both(points):
    return points[:, :2]


def blobs(n=300, seed=0):
    rng = np.random.default_rng(seed)
    return np.array([[0.0, 0.0], [0.0, 9.0], [5.0, 0.0], [5.0, 9.0]])[np.arange(n) % 4] + rng.uniform(-1, 1, (n, 2))


def content(graph):
    members = [graph.members(node).tolist() for node in range(graph.n_nodes)]
    return members, graph.edges.tolist(), graph.cell.tolist(), graph.lens.tolist()


def random_mapper(rng, n_points, n_cells, n_clusters):
    """Clusters of overlapping cells, points in noise among them; as a dict for the oracle."""
    found = {}
    for cell in range(n_cells):
        label = rng.integers(-1, n_clusters, size=n_points)
        held = np.flatnonzero(np.arange(n_points) % (n_cells + 1) != cell)
        found[cell] = [{int(i) for i in held[label[held] == k]} for k in range(n_clusters)]
    return found


def places(ours, theirs, n_cells, n_points):
    """What `matching_distance` reads: a node of each for every point in every cell."""
    point, labels = [], ([], [])
    for cell in range(n_cells):
        for i in range(n_points):
            if i % (n_cells + 1) == cell:
                continue
            point.append(i)
            for side, clusters in enumerate((ours[cell], theirs[cell])):
                inside = [k for k, cluster in enumerate(clusters) if i in cluster]
                labels[side].append(10 * cell + inside[0] if inside else -1)
    return np.array(point), np.array(labels[0]), np.array(labels[1])


@pytest.mark.parametrize("seed", range(25))
def test_matching_distance_is_that_of_the_definition(seed):
    """A Mapper against another one, or against itself with some points moved."""
    rng = np.random.default_rng(seed)
    n_cells, n_clusters, n_points = [(1, 5), (2, 4), (3, 3)][seed % 3] + (40,)
    ours = random_mapper(rng, n_points, n_cells, n_clusters)
    theirs = random_mapper(rng, n_points, n_cells, n_clusters)
    if seed % 2:
        theirs = {
            cell: [
                {i for i in cluster if i % 7} | {i for i in ours[cell][k - 1] if i % 7 == 0}
                for k, cluster in enumerate(clusters)
            ]
            for cell, clusters in ours.items()
        }
    expected = oracle.matching_distance(ours, theirs, set(range(n_points)))
    found, at_least = matching_distance(*places(ours, theirs, n_cells, n_points), n_points)
    assert np.isclose(found, expected) and np.isclose(at_least, expected)
    assert 0 < expected <= 1


@pytest.mark.parametrize("seed", range(10))
def test_without_a_search_to_the_end_the_bounds_hold_the_smallest(seed, monkeypatch):
    monkeypatch.setattr("sktopo.mapper.matching.FEW_PAIRS", 0)
    rng = np.random.default_rng(seed)
    ours, theirs = (random_mapper(rng, 40, 3, 3) for _ in range(2))
    expected = oracle.matching_distance(ours, theirs, set(range(40)))
    found, at_least = matching_distance(*places(ours, theirs, 3, 40), 40)
    assert at_least - 1e-9 <= expected <= found + 1e-9
    assert found - at_least < 0.2


def test_the_search_to_the_end_finds_what_the_program_alone_does_not():
    """Three kinds of points, each in need of two pairs; any two kinds exclude each other."""
    u, v = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 2, 3, 4, 5])
    choice = Choice(np.array([4, 4, 4]), np.array([[0, 2], [3, 4], [1, 5]]), u, v)
    assert round(-choice._program(whole=False).fun) == 6
    assert choice.best() == (4, 4)


@pytest.mark.parametrize("lens", [first, both])
@pytest.mark.parametrize("noise", ["drop", "node"])
def test_instability_is_that_of_mappers_of_subsamples(lens, noise):
    points = np.random.default_rng(0).normal(size=(90, 3))
    points = points[np.lexsort(points.T[::-1])]
    mapper = Mapper(lens, n_intervals=3, overlap=0.3, eps=0.8, min_samples=3, noise=noise).fit(points)
    cloud, inputs = mapper._clouds["X"], np.arange(90)
    part = _parts(inputs, 3, np.random.RandomState(5))
    mappers, samples = [], []
    for b in range(3):
        kept = np.flatnonzero(part != b)
        cells = cloud.cells_of(points[kept], cloud.values[kept])
        found = {}
        for node, cell in enumerate(cells.node_cell.tolist()):
            found.setdefault(cell, []).append({int(kept[r]) for r in cells.rows[cells.node == node]})
        mappers.append(found)
        samples.append(set(kept.tolist()))
    expected = oracle.instability(mappers, samples)
    score, at_least = instability(cloud, inputs, 3, 5)
    assert np.isclose(score, expected) and np.isclose(at_least, expected) and score > 0


def test_clusters_far_apart_are_stable_and_nonsense_is_not():
    options = dict(n_intervals=4, eps=1.5)
    stable = mapper_sweep(Mapper(first), blobs(), **options)
    assert stable.column("instability") == [0.0] and stable.column("components") == [4]
    noise = np.random.default_rng(0).uniform(size=(300, 2))
    nonsense = mapper_sweep(Mapper(first, clusterer=KMeans(6, n_init=1, random_state=0)), noise, n_intervals=4)
    assert nonsense.column("instability")[0] > 0.2


def test_instability_is_where_eps_is_that_of_the_gaps():
    """On a circle, small eps leaves noise and large eps one piece; between them, pieces hang on single points."""
    sweep = mapper_sweep(Mapper(first, n_intervals=5, min_samples=2), circle(300, noise=0.0), eps=[0.001, 0.05, 0.5])
    scores = sweep.column("instability")
    assert scores[1] > 0.1 > 0.05 > scores[0] and scores[2] == 0
    assert sweep.column("coverage")[0] < 0.3 and sweep.column("loops")[2] == 1


def test_parts_are_equal_and_hold_all_points_of_an_input():
    of_input = np.array([5, 1, 1, 7, 5, 3, 3, 9])
    part = _parts(of_input, 3, np.random.RandomState(0))
    assert all(len(set(part[of_input == i].tolist())) == 1 for i in of_input)
    assert sorted(np.bincount([part[of_input == i][0] for i in set(of_input.tolist())]).tolist()) == [1, 2, 2]


def layers_of(n=80):
    rng = np.random.default_rng(1)
    conv = rng.normal(size=(n, 3, 2, 2))
    return Activations({"conv": conv, "fc": conv.mean(axis=(2, 3))})


@pytest.mark.parametrize("eps", ["elbow", 1.1])
def test_graphs_are_those_of_a_mapper_with_the_settings(eps):
    mapper, y = Mapper("pca", n_components=1, sampling="all_positions", n_resamples=2), np.arange(80) % 3
    sweep = mapper_sweep(mapper, layers_of(), y, n_intervals=[3, 5], overlap=[0.2, 0.4], eps=[eps], n_subsamples=0)
    assert isinstance(sweep, MapperSweep) and len(sweep) == 4 and sweep.layers == ("conv", "fc")
    assert [tuple(s.values()) for s in sweep.settings] == list(product([3, 5], [0.2, 0.4], [eps]))
    for setting, graphs in zip(sweep.settings, sweep.graphs, strict=True):
        alone = clone(mapper).set_params(**setting).fit(layers_of(), y)
        for layer, graph in graphs.items():
            assert content(graph) == content(alone.graphs_[layer])
            assert graph.class_counts.tolist() == alone.graphs_[layer].class_counts.tolist()
            assert graph.edge_presence.tolist() == alone.graphs_[layer].edge_presence.tolist()
            if eps == "elbow":
                assert sweep.elbow[layer].tolist() == alone.elbow_[layer].tolist()
    assert sweep.column("instability") == [None] * 4
    assert vars(mapper) == vars(clone(mapper))


def test_a_sweep_computes_lens_and_elbow_once(monkeypatch):
    from sktopo.mapper import stages

    calls = []
    original = stages.neighbour_distances
    monkeypatch.setattr(stages, "neighbour_distances", lambda *args: calls.append("elbow") or original(*args))
    sweep = mapper_sweep(
        Mapper(lambda points: calls.append("lens") or points[:, 0]), circle(200), n_intervals=[3, 5], eps_scale=[1, 2]
    )
    assert sorted(calls) == ["elbow", "lens"] and len(sweep) == 4


@pytest.mark.parametrize("lens", ["l2norm", "pca"])
def test_a_sweep_depends_neither_on_threads_nor_on_the_order_of_samples(lens):
    points = np.random.default_rng(3).normal(size=(200, 3))
    options = dict(n_intervals=[4, 7], overlap=[0.2, 0.45], eps=[0.5, 0.8])
    expected = mapper_sweep(Mapper(lens), points, **options)
    threads = mapper_sweep(Mapper(lens, n_jobs=4), points, **options)
    shuffled = mapper_sweep(Mapper(lens), points[np.random.default_rng(0).permutation(200)], **options)
    assert threads.table() == expected.table() == shuffled.table()
    for ours, theirs in zip(threads.graphs, expected.graphs, strict=True):
        assert content(ours["X"]) == content(theirs["X"])
    assert max(expected.column("instability")) > 0.05
    other = mapper_sweep(Mapper(lens), points, **options, random_state=1)
    assert other.column("instability") != expected.column("instability")


def test_the_table_says_what_the_graphs_are():
    sweep = mapper_sweep(Mapper("l2norm", eps=1.0), layers_of(), n_intervals=[3, 6], n_subsamples=4)
    table = sweep.table()
    assert table["layer"] == ["conv", "fc"] * 2 and table["n_intervals"] == [3, 3, 6, 6]
    graphs = [graph for by_layer in sweep.graphs for graph in by_layer.values()]
    assert table["nodes"] == [g.n_nodes for g in graphs] and table["edges"] == [g.n_edges for g in graphs]
    assert table["coverage"] == [g.coverage for g in graphs]
    assert table["loops"] == [len(find_loops(g)) for g in graphs]
    assert sweep.column("nodes", "conv") == table["nodes"][::2]
    assert all(low <= score for low, score in zip(table["instability_at_least"], table["instability"], strict=True))
    frame = sweep.to_frame("fc")
    assert frame["noise_share"].tolist() == table["noise_share"][1::2] and len(frame) == 2
    assert repr(sweep) == "MapperSweep(2 settings of n_intervals; 2 layers)"


def test_loops_are_counted_without_filled_triangles():
    sweep = mapper_sweep(Mapper("pca", eps=0.4), circle(400), overlap=[0.3, 0.6], n_intervals=[5], n_subsamples=0)
    assert sweep.column("loops") == [len(find_loops(graphs["X"])) for graphs in sweep.graphs]
    assert sweep.graphs[1]["X"].cycle_rank > sweep.column("loops")[1] >= 1


def test_a_cloud_of_noise_alone_is_stable_and_has_no_nodes():
    sweep = mapper_sweep(Mapper(first, eps=0.1), np.arange(40.0)[:, None], n_intervals=[3])
    assert (sweep.column("nodes"), sweep.column("instability"), sweep.column("coverage")) == ([0], [0.0], [0.0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "nothing to sweep over"),
        (dict(overlap=[]), "nothing to sweep over"),
        (dict(n_intervals=[0]), "The 'n_intervals' parameter of Mapper"),
        (dict(overlap=[0.3, 1.0]), "The 'overlap' parameter of Mapper"),
        (dict(eps=["knee"]), "The 'eps' parameter of Mapper"),
        (dict(eps=[0.3], eps_scale=[1, 2]), "eps_scale scales eps='elbow' and no numbers"),
        (dict(n_intervals=[3], n_subsamples=2), "n_subsamples must be 0 or an integer from 3"),
    ],
    ids=str,
)
def test_settings_are_refused_by_a_sentence(options, message):
    with pytest.raises(ValueError, match=message):
        mapper_sweep(Mapper(), circle(50), **options)


def test_unknown_columns_and_layers_are_refused():
    sweep = mapper_sweep(Mapper(first), circle(60), n_intervals=3, n_subsamples=0)
    with pytest.raises(ValueError, match="no column 'noise'"):
        sweep.column("noise")
    with pytest.raises(ValueError, match="no layer 'fc'"):
        sweep.table("fc")
