"""Graphs that defeat shortcuts: correct and still quick, at sizes where work by the square of the edges would be felt.

With 2,000 units and a million edges, anything quadratic in the edges would take hours and anything quadratic in the
units per bucket minutes; the whole file takes seconds. The counting twin of these tests is in tests/_numeric.
"""

import numpy as np
import pytest

from sktopo.activations.network import ConvOperator, DenseOperator
from sktopo.filtration.plan import plan_operators
from tests.oracles.kruskal import canonical_forest

N = 1000  # units of each layer: 2,000 units, a million edges


def forest(operators, values, **options):
    plan = plan_operators("network", operators)
    h = np.concatenate([np.abs(values[o.source]).astype(np.float64) for o in operators])
    components = plan.forest_of(h, [], np.zeros(len(operators)), **options)
    n = components.counts[0]
    return components.forest_phi[:n], components.forest_u[:n], components.forest_v[:n]


def dense(weight, first=0, name="fc"):
    n_out, n_in = weight.shape
    units = first + np.arange(n_in + n_out)
    return DenseOperator(
        name=name, source=name, source_units=units[:n_in], target_units=units[n_in:], weight=weight.astype("float32")
    )


def union_of_stars(n_in, n_out):
    """The canonical forest of a complete bipartite graph of equal weights: a star at each side's first unit."""
    first = [(0, n_in + j) for j in range(n_out)]
    return first + [(i, n_in) for i in range(1, n_in)]


@pytest.mark.parametrize("patience", [0.0, 2.0, 1e9])
def test_all_edges_equal(patience):
    phi, u, v = forest([dense(np.ones((N, N)))], {"fc": np.ones(N)}, patience=patience)
    assert (phi == 1).all()
    assert list(zip(u.tolist(), v.tolist(), strict=True)) == union_of_stars(N, N)


@pytest.mark.parametrize("n_in", [1, 2 * N])
def test_one_giant_star(n_in):
    weight = np.random.default_rng(0).normal(size=(2 * N, n_in) if n_in == 1 else (1, n_in))
    phi, _, _ = forest([dense(weight)], {"fc": np.ones(n_in)})
    np.testing.assert_array_equal(phi, np.sort(np.abs(weight.astype("float32")).ravel())[::-1])


def test_weights_all_zero():
    assert len(forest([dense(np.zeros((N, N)))], {"fc": np.ones(N)})[0]) == 0
    assert len(forest([dense(np.ones((N, N)))], {"fc": np.zeros(N)})[0]) == 0


def test_few_distinct_weights_and_constant_activations():
    weight = np.random.default_rng(0).integers(-2, 3, size=(N, N))
    phi, u, v = forest([dense(weight)], {"fc": np.full(N, 0.3)})
    assert len(phi) == 2 * N - 1
    k, j = np.meshgrid(np.arange(N), np.arange(N))
    heavy = np.abs(weight) == 2  # these alone connect everything
    expected = canonical_forest(np.full(heavy.sum(), phi[0]), k[heavy], N + j[heavy])
    assert list(zip(phi.tolist(), u.tolist(), v.tolist(), strict=True)) == expected


@pytest.mark.parametrize("patience", [0.01, 2.0, 1e9])
def test_many_equal_communities(patience):
    """Equal weights within, equal weights between: each block thins its buffer again and again."""
    n_communities = 50
    own = np.arange(N) % n_communities
    weight = np.where(own[:, None] == own, 1.0, 2.0**-9)
    phi, u, v = forest([dense(weight)], {"fc": np.ones(N)}, patience=patience)
    assert np.count_nonzero(phi == 1) == 2 * N - n_communities
    assert np.count_nonzero(phi == 2.0**-9) == n_communities - 1
    assert set(zip(u[-n_communities + 1 :].tolist(), v[-n_communities + 1 :].tolist(), strict=True)) == {
        (0, N + c) for c in range(1, n_communities)
    }


@pytest.mark.parametrize("depth", [6])
def test_nested_communities(depth):
    """Communities of communities: the weight says how far down the tree two units share their way."""
    path = np.arange(N) * 2**depth // N
    shared = np.zeros((N, N))
    for level in range(1, depth + 1):
        shared += path[:, None] >> (depth - level) == path[None, :] >> (depth - level)
    noise = 1 + np.random.default_rng(1).random((N, N))
    phi, _, _ = forest([dense(2.0 ** (3 * shared) * noise)], {"fc": np.ones(N)})
    lightest_within = np.count_nonzero(phi >= 8.0**depth)
    assert lightest_within == 2 * N - 2**depth
    for level in range(depth):
        assert np.count_nonzero((phi >= 8.0**level) & (phi < 2 * 8.0**level)) == 2**level


def test_weights_that_fall_by_octaves():
    """Every row in other buckets; most of them in the last one, which has no floor."""
    weight = 2.0 ** -np.linspace(0, 120, N)[:, None] * (1 + np.random.default_rng(2).random((N, N)))
    phi, _, v = forest([dense(weight)], {"fc": np.ones(N)})
    assert len(phi) == 2 * N - 1
    rest = np.sort(weight.astype("float32").max(axis=1))[: N // 2]  # far results join by their strongest edge
    assert np.isin(rest.astype(np.float64), phi).all()


def test_constant_image_and_constant_kernel():
    side = 40
    conv = ConvOperator(
        name="conv",
        source="conv",
        source_units=np.arange(side**2),
        target_units=side**2 + np.arange(4 * side**2),
        weight=np.ones((4, 1, 5, 5), "float32"),
        in_shape=(1, side, side),
        out_shape=(4, side, side),
        stride=(1, 1),
        padding=((2, 2), (2, 2)),
        dilation=(1, 1),
        groups=1,
    )
    for patience in (0.0, 2.0, 1e9):
        phi, _, _ = forest([conv], {"conv": np.ones(side**2)}, patience=patience)
        assert len(phi) == 5 * side**2 - 1
