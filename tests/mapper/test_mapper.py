"""Mapper: against the definitions, its promises of order and threads, and degenerate clouds."""

import pickle

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClusterMixin, clone
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info

from sktopo import Activations, Mapper
from sktopo.mapper.cover import Cover
from sktopo.mapper.density import DensityClusterer
from sktopo.mapper.elbow import elbow, neighbour_distances
from sktopo.mapper.lenses import LENSES
from sktopo.mapper.order import canonical_order
from tests.oracles import mapper as oracle


def first(points):
    return points[:, 0]


def both(points):
    return points[:, :2]


def cloud(n=120, d=3, seed=0, kind="normal"):
    rng = np.random.default_rng(seed)
    if kind == "integers":
        return rng.integers(0, 4, size=(n, d)).astype(float)
    return rng.normal(size=(n, d))


def nodes_of(graph):
    return [(tuple(graph.cell[i].tolist()), set(graph.members(i).tolist())) for i in range(graph.n_nodes)]


def edges_of(graph):
    return {tuple(e): k for e, k in zip(graph.edges.tolist(), graph.intersection.tolist(), strict=True)}


def content(graph):
    """A graph as something that compares, whatever the order of the samples was."""
    return nodes_of(graph), edges_of(graph), graph.lens.tolist(), graph.mean.tolist(), graph.noise_share


@pytest.mark.parametrize("convention", ["kepler", "giotto"])
@pytest.mark.parametrize("lens", [first, both])
@pytest.mark.parametrize("d", [3, 9])  # by a tree, by inner products
def test_graph_is_that_of_the_definition(convention, lens, d):
    points = cloud(d=d)
    points = points[canonical_order(points)]
    values = lens(points).reshape(len(points), -1)
    eps = 0.9 if d == 3 else 2.9
    graph = Mapper(lens, n_intervals=4, overlap=0.35, convention=convention, eps=eps, min_samples=4).fit(points).graph_
    nodes, edges = oracle.mapper(points, values, 4, 0.35, eps, 4, convention=convention)
    assert len(nodes) > 2 and len(edges) > 0
    assert nodes_of(graph) == nodes
    assert edges_of(graph) == edges
    assert graph.cycle_rank == oracle.cycle_rank(len(nodes), edges)
    sizes = [len(members) for _, members in nodes]
    assert graph.size.tolist() == sizes
    expected = [k / (sizes[u] + sizes[v] - k) for (u, v), k in edges.items()]
    np.testing.assert_allclose(graph.jaccard, expected)
    assert graph.coverage == len(set.union(*(members for _, members in nodes))) / len(points)


def test_min_intersection_drops_weaker_edges():
    points = cloud()
    loose = Mapper(first, eps=1.0).fit(points).graph_
    strict = Mapper(first, eps=1.0, min_intersection=6).fit(points).graph_
    assert 0 < strict.n_edges < loose.n_edges
    assert edges_of(strict) == {e: k for e, k in edges_of(loose).items() if k >= 6}


@pytest.mark.parametrize("noise", ["drop", "node", "nearest"])
@pytest.mark.parametrize("kind", ["normal", "integers"])
@pytest.mark.parametrize("lens", ["l2norm", "pca", StandardScaler()])
def test_graph_depends_neither_on_the_order_of_samples_nor_on_threads(noise, kind, lens):
    points = cloud(kind=kind)
    y = np.arange(len(points)) % 3
    mapper = Mapper(lens, n_intervals=4, eps=1.0, noise=noise, n_resamples=3)
    expected = mapper.fit(points, y).graph_
    threaded = clone(mapper).set_params(n_jobs=4).fit(points, y).graph_
    assert content(threaded) == content(expected)
    assert threaded.edge_presence.tolist() == expected.edge_presence.tolist()
    order = np.random.default_rng(1).permutation(len(points))
    other = clone(mapper).fit(points[order], y[order]).graph_
    back = [(cell, {int(order[i]) for i in members}) for cell, members in nodes_of(other)]
    # Duplicates stand for each other: compare what the members are, not which.
    assert [(c, sorted(points[list(m)].tolist())) for c, m in back] == [
        (c, sorted(points[list(m)].tolist())) for c, m in nodes_of(expected)
    ]
    assert edges_of(other) == edges_of(expected)
    assert other.mean.tolist() == expected.mean.tolist()
    assert other.edge_presence.tolist() == expected.edge_presence.tolist()
    if kind == "normal":
        assert back == nodes_of(expected)
        assert other.class_counts.tolist() == expected.class_counts.tolist()
        assert order[other.medoid].tolist() == expected.medoid.tolist()


@pytest.mark.parametrize("d", [2, 7, 40])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e12, 1e150])
@pytest.mark.parametrize("listed", [True, False])
def test_own_clusterer_is_dbscan(d, dtype, scale, listed, monkeypatch):
    if not listed:
        monkeypatch.setattr("sktopo.mapper.density.MAX_PAIRS", 100)
    if scale > 1e38 and dtype == np.float32:
        pytest.skip("beyond single precision")
    rng = np.random.default_rng(d)
    centres = rng.normal(size=(6, d)) * 2
    points = ((centres[rng.integers(6, size=900)] + rng.normal(size=(900, d)) * 0.5) * scale).astype(dtype)
    own = points.astype(np.float64)
    eps = float(np.quantile(cdist(own, own), 0.03))
    ours = DensityClusterer(eps, 5)
    labels = ours.fit_predict(points)
    expected = np.array(oracle.dbscan(own[:250], eps, 5))
    assert DensityClusterer(eps, 5).fit_predict(points[:250]).tolist() == expected.tolist()
    theirs = DBSCAN(eps=eps / scale, min_samples=5).fit(own / scale)
    assert labels.tolist() == theirs.labels_.tolist()
    assert ours.core_sample_indices_.tolist() == theirs.core_sample_indices_.tolist()
    assert 1 < len(set(labels.tolist())) < 900 and -1 in labels


@pytest.mark.parametrize("d", [2, 9])
@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("in_order", [True, False])
def test_duplicates_count_as_many_points(d, listed, in_order, monkeypatch):
    if not listed:
        monkeypatch.setattr("sktopo.mapper.density.MAX_PAIRS", 5)
    points = np.random.default_rng(0).integers(0, 3 if d == 9 else 12, size=(100, d)).astype(float)
    points = points[np.random.default_rng(1).integers(100, size=180)]
    points = points[canonical_order(points)] if in_order else points
    eps = 2.3 if d == 9 else 1.1
    for min_samples in (2, 4, 6):
        expected = oracle.dbscan(points, eps, min_samples)
        ours = DensityClusterer(eps, min_samples)
        assert ours.fit_predict(points).tolist() == expected
        theirs = DBSCAN(eps=eps, min_samples=min_samples).fit(points)
        assert ours.core_sample_indices_.tolist() == theirs.core_sample_indices_.tolist()
        assert 1 < len(set(expected)) < 100


def test_close_calls_are_decided_exactly():
    """Distances of exactly eps count, in many dimensions too, where single precision cannot tell."""
    steps = np.arange(40.0)[:, None] * np.eye(9)[0] + 1e4 * np.ones(9)
    assert set(DensityClusterer(1.0, 3).fit_predict(steps)) == {0}
    assert set(DensityClusterer(np.nextafter(1.0, 0), 3).fit_predict(steps)) == {-1}


def test_a_clusterer_of_scikit_learn_gives_the_same_graph_as_ours():
    points = cloud(400, 8)
    ours = Mapper(eps=2.0, n_intervals=6).fit(points).graph_
    theirs = Mapper(clusterer=DBSCAN(eps=2.0, min_samples=5), n_intervals=6).fit(points).graph_
    assert content(ours) == content(theirs)


@pytest.mark.parametrize("clusterer", [KMeans(3, n_init=2, random_state=0), AgglomerativeClustering(2)])
def test_any_clusterer_covers_its_own_points(clusterer):
    points = cloud(200)
    mapper = Mapper(clusterer=clusterer, n_intervals=5).fit(points)
    assert (mapper.transform(points).toarray() == mapper.graph_.membership.T.toarray()).all()


@pytest.mark.parametrize("metric", ["manhattan", "cosine"])
@pytest.mark.parametrize("noise", ["drop", "nearest"])
def test_new_points_are_measured_in_the_metric_of_the_clusterer(metric, noise):
    points, new = cloud(200) + 2, cloud(20, seed=1) + 2
    eps = {"manhattan": 0.9, "cosine": 0.02}[metric]
    mapper = Mapper(first, n_intervals=2, noise=noise, clusterer=DBSCAN(eps=eps, metric=metric)).fit(points)
    graph, rows = mapper.graph_, mapper.transform(new).toarray()
    d = cdist(new, points, {"manhattan": "cityblock"}.get(metric, metric))
    for cell, (low, high) in enumerate(zip(mapper.covers_["X"].lower_[0], mapper.covers_["X"].upper_[0], strict=True)):
        held = np.flatnonzero((points[:, 0] >= low) & (points[:, 0] <= high))
        found = DBSCAN(eps=eps, metric=metric).fit(points[held])
        core = held[found.core_sample_indices_]
        for i in np.flatnonzero((new[:, 0] >= low) & (new[:, 0] <= high)):
            best = core[d[i, core].argmin()]
            nodes = [v for v in range(graph.n_nodes) if graph.cell[v] == cell and best in graph.members(v)]
            assert rows[i, nodes[0]] == (noise == "nearest" or d[i, best] <= eps)


def test_cells_with_too_few_points_for_the_clusterer_are_noise():
    points = np.array([[0.0], [0.1], [0.2], [0.3], [9.0]])
    graph = Mapper(first, clusterer=KMeans(3, n_init=1, random_state=0), n_intervals=2, overlap=0.1).fit(points).graph_
    assert graph.n_nodes == 3 and graph.coverage == 0.8 and graph.noise_share == 0.2


@pytest.mark.parametrize("kind", ["uniform", "balanced"])
@pytest.mark.parametrize("overlap", [0.0, 0.3, [0.6, 0.1]])
def test_cells_hold_what_their_intervals_hold(kind, overlap):
    values = np.random.default_rng(0).gamma(1.0, size=(300, 2)).round(1)
    cover = Cover(kind, [5, 3], overlap, "kepler").fit(values)
    cells, indptr, rows = cover.assign(values)
    position = values
    if kind == "balanced":
        position = np.stack([np.array([(v < x).mean() + 0.5 * (v == x).mean() for x in v]) for v in values.T], axis=1)
    expected = {}
    for a in range(5):
        for b in range(3):
            held = np.flatnonzero(
                (cover.lower_[0][a] <= position[:, 0])
                & (position[:, 0] <= cover.upper_[0][a])
                & (cover.lower_[1][b] <= position[:, 1])
                & (position[:, 1] <= cover.upper_[1][b])
            )
            if len(held):
                expected[3 * a + b] = held.tolist()
    assert {int(c): rows[indptr[i] : indptr[i + 1]].tolist() for i, c in enumerate(cells)} == expected


def test_balanced_cells_hold_equally_many_points():
    values = np.random.default_rng(0).gamma(0.3, size=(1000, 1))
    counts = [np.diff(Cover(kind, 5, 0.0, "kepler").fit(values).assign(values)[1]) for kind in ("balanced", "uniform")]
    assert counts[0].tolist() == [200] * 5
    assert counts[1].max() > 600


def test_overlap_is_the_share_of_an_interval_in_both_conventions():
    values = np.linspace(0, 1, 50)[:, None]
    for convention in ("kepler", "giotto"):
        cover = Cover("uniform", 4, 0.25, convention).fit(values)
        inner = cover.upper_[0][1] - cover.lower_[0][1]
        assert np.isclose((cover.upper_[0][1] - cover.lower_[0][2]) / inner, 0.25)
    assert cover.lower_[0][0] == -np.inf and np.isclose(cover.upper_[0][0], 4 / 13)


def test_elbow_is_the_knee_of_the_kept_curve():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(300, 2)) * 0.1, rng.uniform(-5, 5, size=(30, 2))])
    mapper = Mapper(first, min_samples=4).fit(points)
    curve, distances = mapper.elbow_["X"], np.sort(cdist(points, points), axis=1)[:, 3]
    np.testing.assert_allclose(curve, np.sort(distances), rtol=1e-12)
    below = [curve[0] + (curve[-1] - curve[0]) * i / (len(curve) - 1) - curve[i] for i in range(len(curve))]
    assert mapper.eps_["X"] == curve[int(np.argmax(below))]
    assert clone(mapper).set_params(eps_scale=2.0).fit(points).eps_["X"] == 2 * mapper.eps_["X"]
    assert np.isclose(np.mean(curve <= mapper.eps_["X"]), 300 / 330, atol=0.05)


def test_elbow_by_inner_products_is_that_by_a_tree():
    points = np.random.default_rng(0).normal(size=(200, 8))
    wide = np.concatenate([points, np.zeros((200, 4))], axis=1)
    np.testing.assert_allclose(neighbour_distances(wide, 5), neighbour_distances(points, 5), rtol=1e-12)
    assert len(neighbour_distances(wide, 5, 50)) == 50


def test_elbow_of_duplicates_is_positive():
    assert elbow(np.zeros(5)) == 1.0
    assert elbow(np.array([0.0, 0.0, 0.0, 0.0, 2.0])) == 2.0


@pytest.mark.parametrize("name", LENSES)
def test_named_lenses_give_every_sample_its_own_value(name):
    points = cloud(60)
    mapper = Mapper(name, n_intervals=3).fit(points)
    lens = mapper._clouds["X"].lens
    np.testing.assert_allclose(lens.transform(points[7:8]), lens.transform(points)[7:8], rtol=1e-9, atol=1e-12)


def test_lens_values_are_those_of_their_definitions():
    points = cloud(50)
    d = cdist(points, points)

    def values(**options):
        return Mapper(**options).fit(points)._clouds["X"].lens.transform(points)[:, 0]

    np.testing.assert_allclose(values(lens="l2norm"), np.sqrt((points**2).sum(axis=1)))
    np.testing.assert_allclose(values(lens="knn_distance", n_neighbors=4), np.sort(d, axis=1)[:, 3])
    np.testing.assert_allclose(values(lens="eccentricity", exponent=2), np.sqrt((d**2).mean(axis=1)))
    np.testing.assert_allclose(values(lens="eccentricity", exponent=np.inf), d.max(axis=1))
    expected = np.log(np.exp(-(d**2) / (2 * 0.7**2)).mean(axis=1))
    np.testing.assert_allclose(values(lens="density", bandwidth=0.7), expected)


def test_given_lens_values_replace_the_lens():
    points = cloud(150)
    by_lens = Mapper(first, eps=1.0).fit(points).graph_
    given = Mapper(eps=1.0).fit(points, lens_values=points[:, 0])
    assert content(given.graph_) == content(by_lens)
    with pytest.raises(ValueError, match="given lens_values and has no lens for new samples"):
        given.transform(points)


def test_nodes_know_their_members():
    points = cloud(150)
    y = np.array(["a", "b", "c"])[np.arange(150) % 3]
    graph = Mapper(first, eps=1.0, n_intervals=4).fit(points, y).graph_
    for node in range(graph.n_nodes):
        members = graph.members(node)
        np.testing.assert_allclose(graph.mean[node], points[members].mean(axis=0))
        np.testing.assert_allclose(graph.lens[node, 0], points[members, 0].mean())
        sums = (cdist(points[members], points[members]) ** 2).sum(axis=1)
        assert graph.medoid[node] == members[sums.argmin()]
        counts = [(y[members] == label).sum() for label in "abc"]
        assert graph.class_counts[node].tolist() == counts
        shares = np.array([k / len(members) for k in counts if k])
        assert np.isclose(graph.purity["presence"][node], 1 / len(shares))
        assert np.isclose(graph.purity["majority"][node], shares.max())
        assert np.isclose(graph.purity["entropy"][node], 1 + (shares * np.log(shares)).sum() / np.log(3))


def test_continuous_y_is_averaged():
    points = cloud(100)
    graph = Mapper(first, eps=1.0, n_intervals=3).fit(points, points[:, 0] + 0.5).graph_
    np.testing.assert_allclose(graph.target_mean, graph.lens[:, 0] + 0.5)
    assert graph.classes is None
    assert Mapper(first, eps=1.0).fit(points, np.arange(100.0)).graph_.classes.tolist() == list(range(100))


def test_y_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="y contains NaN or infinity"):
        Mapper().fit(cloud(), np.full(120, np.nan))


def test_threads_of_blas_are_as_before():
    before = [pool["num_threads"] for pool in threadpool_info()]
    Mapper(n_jobs=3).fit(cloud())
    with pytest.raises(RuntimeError, match="not today"):
        Mapper(clusterer=Refusing(), n_jobs=3).fit(cloud())
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_noise_is_dropped_or_gathered_or_sent_to_its_nearest():
    points = np.concatenate([np.zeros((6, 1)), np.full((6, 1), 4.0), [[1.0]]])
    options = dict(lens=lambda x: np.zeros(len(x)), eps=0.5, min_samples=3)
    drop, node, nearest = (Mapper(noise=noise, **options).fit(points) for noise in ("drop", "node", "nearest"))
    assert [g.graph_.size.tolist() for g in (drop, node, nearest)] == [[6, 6], [6, 1, 6], [7, 6]]
    assert node.graph_.is_noise.tolist() == [False, True, False]
    assert [round(g.graph_.coverage, 3) for g in (drop, node, nearest)] == [0.923, 0.923, 1.0]
    assert {round(g.graph_.noise_share, 3) for g in (drop, node, nearest)} == {0.077}
    new = [[1.5], [4.2]]
    assert drop.transform(new).toarray().tolist() == [[0, 0], [0, 1]]
    assert node.transform(new).toarray().tolist() == [[0, 1, 0], [0, 0, 1]]
    assert nearest.transform(new).toarray().tolist() == [[1, 0], [0, 1]]


def test_new_points_outside_of_the_cover_are_in_no_node():
    points = np.linspace(0, 1, 100)[:, None]
    kepler = Mapper(first, eps=0.1).fit(points)
    assert kepler.transform([[7.0]]).nnz == 0
    assert kepler.transform([[0.5]]).nnz >= 1


def test_a_graph_keeps_the_class_of_every_point_and_writes_it():
    points = cloud()
    y = np.array(["b", "a", "c"])[np.arange(len(points)) % 3]
    graph = Mapper("l2norm").fit(points, y).graph_
    read = type(graph).from_json(graph.to_json())
    assert graph.classes[graph.class_of].tolist() == read.classes[read.class_of].tolist() == y.tolist()
    assert Mapper("l2norm").fit(points).graph_.class_of is None


# -- degenerate clouds --


def test_constant_lens_has_one_cell():
    graph = Mapper(lambda x: np.zeros(len(x)), eps=1.5).fit(cloud()).graph_
    assert graph.n_nodes == 1 and graph.n_edges == 0 and graph.cell.tolist() == [[0]]


@pytest.mark.parametrize("lens", LENSES)
def test_one_point_is_noise_for_dbscan(lens):
    mapper = Mapper(lens).fit([[1.0, 2.0]])
    assert mapper.graph_.n_nodes == 0 and mapper.graph_.noise_share == 1.0 and mapper.graph_.coverage == 0.0
    assert mapper.transform([[1.0, 2.0]]).shape == (1, 0)
    assert Mapper(lens, min_samples=1).fit([[1.0, 2.0]]).graph_.size.tolist() == [1]


def test_all_noise_is_an_empty_graph_that_can_be_exported():
    points = np.arange(40.0)[:, None]
    graph = Mapper(first, eps=0.1).fit(points, np.arange(40) % 2).graph_
    assert (graph.n_nodes, graph.n_edges, graph.n_components, graph.cycle_rank) == (0, 0, 0, 0)
    assert graph.noise_share == 1.0 and graph.class_counts.shape == (0, 2)
    assert type(graph).from_json(graph.to_json()).mean.shape == (0, 1)
    assert Mapper(first, eps=0.1, noise="node").fit(points).graph_.is_noise.all()


def test_empty_cells_leave_no_trace():
    points = np.concatenate([np.linspace(0, 1, 30), np.linspace(9, 10, 30)])[:, None]
    graph = Mapper(first, eps=0.2).fit(points).graph_
    assert graph.n_components == 2 and set(graph.cell.ravel().tolist()) == {0, 1, 8, 9}


def test_duplicates_are_points_and_any_eps_will_do():
    graph = Mapper().fit(np.ones((20, 30))).graph_
    assert graph.size.tolist() == [20]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_points_that_are_not_finite_are_refused(bad):
    points = cloud()
    points[3, 1] = bad
    with pytest.raises(ValueError, match="NaN|infinity"):
        Mapper().fit(points)
    with pytest.raises(ValueError, match="'conv' contains NaN or infinity in point 3"):
        Mapper().fit(Activations({"conv": points}))


def test_a_lens_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="lens of 'X' is NaN or infinite for 120 of 120 points"):
        Mapper(lambda x: np.full(len(x), np.nan)).fit(cloud())


def test_a_lens_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="value, or a row of values, for each of the 120 points"):
        Mapper(lambda x: x[:5]).fit(cloud())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(lens="norm"), "The 'lens' parameter of Mapper must be one of"),
        (dict(cover="cubes"), "The 'cover' parameter"),
        (dict(convention="zen"), "The 'convention' parameter"),
        (dict(n_intervals=0), "The 'n_intervals' parameter"),
        (dict(n_intervals=[3, 3]), "one number for each of the 1 dimensions"),
        (dict(overlap=1.0), "The 'overlap' parameter"),
        (dict(overlap=0.0, convention="giotto"), "above 0 for convention='giotto'"),
        (dict(clusterer="kmeans"), "The 'clusterer' parameter"),
        (dict(clusterer=DBSCAN(metric="precomputed")), "another metric than 'precomputed'"),
        (dict(eps="knee"), "The 'eps' parameter"),
        (dict(eps=0.0), "The 'eps' parameter"),
        (dict(eps_scale=0), "The 'eps_scale' parameter"),
        (dict(min_samples=0), "The 'min_samples' parameter"),
        (dict(min_intersection=0), "The 'min_intersection' parameter"),
        (dict(noise="keep"), "The 'noise' parameter"),
        (dict(sampling="first"), "The 'sampling' parameter"),
        (dict(exponent=-1), "The 'exponent' parameter"),
    ],
    ids=str,
)
def test_parameters_are_refused_by_a_sentence(options, message):
    with pytest.raises(ValueError, match=message):
        Mapper(**options).fit(cloud())


class Everything(ClusterMixin, BaseEstimator):
    """All points of a cell are one cluster."""

    def fit_predict(self, X, y=None):
        return np.zeros(len(X), dtype=int)


class Refusing(ClusterMixin, BaseEstimator):
    def fit_predict(self, X, y=None):
        raise RuntimeError("not today")


def test_n_jobs_stays_exact_with_a_clusterer_of_ones_own():
    points = cloud(3000, 2)
    one = Mapper(both, clusterer=Everything(), n_intervals=30).fit(points).graph_
    four = Mapper(both, clusterer=Everything(), n_intervals=30, n_jobs=4).fit(points).graph_
    assert content(one) == content(four) and one.n_nodes > 100


def test_a_saved_mapper_gives_the_same_rows():
    points = cloud()
    mapper = Mapper().fit(points)
    again = pickle.loads(pickle.dumps(mapper))
    assert (again.transform(points) != mapper.transform(points)).nnz == 0
    assert content(again.graph_) == content(mapper.graph_)
