"""Kernels on their own, small enough to run as plain Python too (NUMBA_DISABLE_JIT=1)."""

import numpy as np
import pytest

from sktopo._numeric.landscape import landscapes
from sktopo._numeric.statistics import sort_segments
from sktopo.activations.network import ConvOperator, DenseOperator, MaxOperator, SparseOperator
from sktopo.filtration.pairs import pairs_of
from sktopo.filtration.plan import plan_listed, plan_operators
from tests.oracles.elder_rule import forest_weights, persistence
from tests.oracles.vectors import landscape


def random_graph(rng, n_vertices, n_edges):
    u, v = rng.integers(0, n_vertices, size=(2, n_edges))
    phi = rng.integers(1, 5, size=n_edges).astype(float)
    return phi[u != v], u[u != v], v[u != v]


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("births", ["edge", "all"])
def test_listed_edges(seed, births):
    rng = np.random.default_rng(seed)
    phi, u, v = random_graph(rng, int(rng.integers(1, 9)), int(rng.integers(0, 15)))
    forest = plan_listed("graph", 9).forest_of(np.empty(0), [(phi, u, v)], np.empty(0))
    edges = list(zip(u.tolist(), v.tolist(), phi.tolist(), strict=True))
    np.testing.assert_array_equal(np.sort(forest.forest_phi[: forest.counts[0]]), forest_weights(edges))
    birth, death = pairs_of(forest, births)
    pairs, essential = persistence(edges, births)
    finite = np.isfinite(death)
    assert sorted(zip(birth[finite], death[finite], strict=True), reverse=True) == [tuple(row) for row in pairs]
    np.testing.assert_array_equal(np.sort(birth[~finite])[::-1], essential)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("n_in", [1, 5, 130])  # 130: more than two chunks
def test_dense_operator_with_positions(seed, n_in):
    rng = np.random.default_rng(seed)
    n_out, n_positions = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    weight = rng.integers(-2, 3, size=(n_out, n_in)).astype("float32")
    h = rng.integers(-1, 3, size=n_positions * n_in).astype("float32")
    operator = DenseOperator(
        name="fc",
        source="x",
        source_units=np.arange(len(h)),
        target_units=len(h) + np.arange(n_positions * n_out),
        weight=weight,
        n_positions=n_positions,
    )
    edges = [
        (p * n_in + k, len(h) + p * n_out + j, float(abs(weight[j, k] * h[p * n_in + k])))
        for p in range(n_positions)
        for j in range(n_out)
        for k in range(n_in)
        if weight[j, k] * h[p * n_in + k]
    ]
    assert_forest([operator], {"x": h}, edges)


@pytest.mark.parametrize("seed", range(10))
def test_three_dimensional_convolution(seed):
    rng = np.random.default_rng(seed)
    weight = rng.integers(-2, 3, size=(2, 1, 2, 1, 2)).astype("float32")
    h = rng.integers(0, 3, size=(2, 3, 2, 3)).astype("float32")  # groups=2
    out_shape = (2, 2, 2, 4)
    operator = ConvOperator(
        name="conv",
        source="x",
        source_units=np.arange(h.size),
        target_units=h.size + np.arange(np.prod(out_shape)),
        weight=weight,
        in_shape=h.shape,
        out_shape=out_shape,
        stride=(2, 1, 1),
        padding=((1, 1), (0, 0), (1, 1)),
        dilation=(1, 1, 1),
        groups=2,
    )
    edges = []
    for o in range(2):
        for where in np.ndindex(*out_shape[1:]):
            for tap in np.ndindex(2, 1, 2):
                z, y, x = where[0] * 2 - 1 + tap[0], where[1] + tap[1], where[2] - 1 + tap[2]
                if 0 <= z < 3 and 0 <= y < 2 and 0 <= x < 3:
                    phi = float(abs(weight[(o, 0, *tap)] * h[o, z, y, x]))
                    source = np.ravel_multi_index((o, z, y, x), h.shape)
                    target = h.size + np.ravel_multi_index((o, *where), out_shape)
                    edges += [(int(source), int(target), phi)] if phi else []
    assert operator.n_edges >= len(edges)
    assert_forest([operator], {"x": h.ravel()}, edges)


def test_pooling_takes_the_first_of_equal_elements():
    fields = dict(source="x", source_units=np.arange(4), indptr=np.array([0, 2, 4]), indices=np.arange(4))
    pool = MaxOperator(name="pool", target_units=np.array([4, 5]), weights=np.ones(4, "float32"), **fields)
    assert_forest([pool], {"x": np.array([2.0, 2.0, -3.0, -1.0])}, [(0, 4, 2.0), (3, 5, 1.0)])
    mean = SparseOperator(name="mean", target_units=np.array([4, 5]), weights=np.full(4, 0.5), **fields)
    edges = [(0, 4, 1.0), (1, 4, 1.0), (2, 5, 1.5), (3, 5, 0.5)]
    assert_forest([mean], {"x": np.array([2.0, 2.0, -3.0, -1.0])}, edges)


def test_float64_weights_are_not_rounded():
    weight = np.array([[1.0, 1.0 + 2**-40]])
    operator = DenseOperator(
        name="fc", source="x", source_units=np.arange(2), target_units=np.array([2]), weight=weight
    )
    assert_forest([operator], {"x": np.ones(2)}, [(0, 2, 1.0), (1, 2, 1.0 + 2**-40)])


def assert_forest(operators, values, edges):
    plan = plan_operators("network", operators)
    forest = plan.forest(values.__getitem__, {}, {})
    np.testing.assert_array_equal(np.sort(forest.forest_phi[: forest.counts[0]]), forest_weights(edges))
    birth, death = pairs_of(forest, "edge")
    pairs, essential = persistence(edges)
    finite = np.isfinite(death)
    assert sorted(zip(birth[finite], death[finite], strict=True), reverse=True) == [tuple(row) for row in pairs]
    np.testing.assert_array_equal(np.sort(birth[~finite])[::-1], essential)


def test_a_graph_without_edges():
    forest = plan_listed("graph", 3).forest_of(np.empty(0), [], np.empty(0))
    for births in ("edge", "all"):
        assert [len(part) for part in pairs_of(forest, births)] == [0, 0]


@pytest.mark.parametrize("seed", range(20))
def test_landscapes(seed):
    rng = np.random.default_rng(seed)
    birth = rng.integers(-3, 3, size=9).astype(float)
    death = birth + rng.integers(0, 4, size=9)
    offsets = np.array([0, 4, 4, 9])
    grids = np.array([np.linspace(-3.0, 4.7, 12), np.zeros(12), np.linspace(-2.0, 6.0, 12)])
    ours = landscapes(birth, death, offsets, grids, 3)
    for s in range(3):
        pairs = list(zip(birth[offsets[s] : offsets[s + 1]], death[offsets[s] : offsets[s + 1]], strict=True))
        np.testing.assert_array_equal(ours[s], landscape(pairs, grids[s], 3))


def test_landscapes_of_pairs_far_off_the_grid():
    grids = np.linspace(0.0, 1e-5, 4)[None, :]
    ours = landscapes(np.array([-1e300, 1e300, -1e300]), np.array([1e300, 2e300, -1e299]), np.array([0, 3]), grids, 2)
    np.testing.assert_array_equal(ours, [[[1e300] * 4, [0.0] * 4]])


def test_segments_are_sorted_one_by_one():
    values = np.array([3.0, 1.0, 2.0, -1.0, -2.0, 0.0, 5.0])
    values.flags.writeable = False
    ours = sort_segments(values, np.array([0, 3, 3, 5, 7]))
    np.testing.assert_array_equal(ours, [1, 2, 3, -2, -1, 0, 5])
