"""Sorted lists of weights, whole and cut."""

import numba
import numpy as np
import pytest

from sktopo._numeric.presort import sort_lists
from sktopo.activations.network import ConvOperator, DenseOperator
from sktopo.filtration import tabulate
from sktopo.filtration.plan import plan_operators
from tests.operators import FAMILIES, random_graph


def sorted_by_definition(weights, n_kept):
    rows = [sorted(enumerate(np.abs(row)), key=lambda entry: (-entry[1], entry[0]))[:n_kept] for row in weights]
    return np.array([[w for _, w in row] for row in rows]), np.array([[j for j, _ in row] for row in rows])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n_lists", "n"), [(1, 1), (3, 7), (17, 48), (5, 49), (20, 300)])
@pytest.mark.parametrize("kind", ["normal", "ties", "wide"])
def test_lists_are_sorted_by_absolute_value_and_position(dtype, n_lists, n, kind):
    rng = np.random.default_rng(n)
    weights = rng.normal(size=(n, n_lists)).astype(dtype).T  # columns of a matrix, as a dense operator has them
    if kind == "ties":
        weights = np.round(weights)
    elif kind == "wide":
        weights = weights * (10.0 ** rng.integers(-38, 38, size=weights.shape)).astype(dtype)
    for n_kept in {1, n // 2 + 1, n}:
        list_w, list_j = np.empty(n_lists * n_kept, dtype=dtype), np.empty(n_lists * n_kept, dtype=np.int32)
        sort_lists(weights, n_kept, list_w, list_j)
        expected_w, expected_j = sorted_by_definition(weights, n_kept)
        np.testing.assert_array_equal(list_w.reshape(n_lists, n_kept), expected_w)
        np.testing.assert_array_equal(list_j.reshape(n_lists, n_kept), expected_j)


def two_layers(rng, widths, n_positions, quantised):
    """Dense operators one after the other, each applied at several positions, and random inputs."""
    operators, offset = [], 0
    for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
        weight = rng.standard_t(2, size=(n_out, n_in))
        after = offset + n_in * n_positions
        operators.append(
            DenseOperator(
                name=f"fc{offset}",
                source=f"h{offset}",
                source_units=np.arange(offset, after),
                target_units=np.arange(after, after + n_out * n_positions),
                weight=np.round(weight).astype("float32") if quantised else weight.astype("float32"),
                n_positions=n_positions,
            )
        )
        offset = after
    h = np.abs(rng.normal(size=sum(len(o.source_units) for o in operators)))
    return operators, np.round(h) if quantised else h


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("quantised", [False, True])
@pytest.mark.parametrize("patience", [0.0, 2.0, 1e9])
def test_cut_lists_change_nothing(seed, quantised, patience, monkeypatch):
    monkeypatch.setattr(tabulate, "MIN_LISTED", 1)
    rng = np.random.default_rng(seed)
    operators, h = two_layers(rng, [int(rng.integers(3, 40)), 30, int(rng.integers(2, 50))], 1 + seed % 2, quantised)
    none = np.zeros(len(operators))
    whole = plan_operators("network", operators).forest_of(h, [], none)
    for max_memory in (0, 8 * 40, 8 * 600):
        plan = plan_operators("network", operators, max_memory)
        assert len(plan.tables.list_w) < sum(operator.weight.size for operator in operators)
        cut = plan.forest_of(h, [], none, patience=patience)
        for name in ("forest_phi", "forest_u", "forest_v", "birth", "death"):
            n = whole.counts[0 if name.startswith("forest") else 1]
            np.testing.assert_array_equal(getattr(cut, name)[:n], getattr(whole, name)[:n])
        np.testing.assert_array_equal(cut.counts[:2], whole.counts[:2])


@pytest.mark.parametrize("seed", range(40))
def test_cut_lists_keep_the_order_of_ties(seed, monkeypatch):
    monkeypatch.setattr(tabulate, "MIN_LISTED", 3)
    family = [family for family in FAMILIES if family != "wide"][seed % (len(FAMILIES) - 1)]
    operators, values = random_graph(seed, family, "equal", "normal", "float32", "shuffled")
    forests = []
    for max_memory in (np.inf, 0):
        components = plan_operators("network", operators, max_memory).forest(values.__getitem__, {}, {})
        n = components.counts[0]
        forests.append([components.forest_phi[:n], components.forest_u[:n], components.forest_v[:n]])
    np.testing.assert_array_equal(*forests)


@pytest.mark.parametrize("n_near", [20, 200])
def test_scans_of_what_is_not_listed_are_few(n_near, monkeypatch):
    """Results that join one by one, long after every row has come to the end of its list, with and without a majority.

    Reading what lies beyond the lists again for each of them would take 60 times the edges.
    """
    monkeypatch.setattr(tabulate, "MIN_LISTED", 8)
    rng = np.random.default_rng(0)
    n_in, n_far = 60, 60
    near, far = 1 + rng.random((n_near, n_in)), 1 + rng.random((n_far, n_in)) / 100
    weight = np.concatenate([near, far * 2.0 ** (-1 - np.arange(n_far)[:, None] / 4)]).astype("float32")
    units = np.arange(n_in + len(weight))
    operator = DenseOperator(name="fc", source="x", source_units=units[:n_in], target_units=units[n_in:], weight=weight)
    h, none = np.ones(n_in), np.zeros(1)
    cut = plan_operators("network", [operator], 0).forest_of(h, [], none)
    whole = plan_operators("network", [operator]).forest_of(h, [], none)
    n = len(units) - 1
    for name in ("forest_phi", "forest_u", "forest_v"):
        np.testing.assert_array_equal(getattr(cut, name)[:n], getattr(whole, name)[:n])
    assert cut.counts[2] < 4 * weight.size


def long_convolution(n):
    """A signal of which only the last element is not zero; it has one edge, from the last of three taps."""
    operator = ConvOperator(
        name="conv",
        source="x",
        source_units=np.arange(n),
        target_units=n + np.arange(n - 2),
        weight=np.ones((1, 1, 3), "float32"),
        in_shape=(1, n),
        out_shape=(1, n - 2),
        stride=(1,),
        padding=((0, 0),),
        dilation=(1,),
        groups=1,
    )
    h = np.zeros(n)
    h[-1] = 1.0
    components = plan_operators("network", [operator]).forest_of(h, [], np.zeros(1))
    return list(zip(components.forest_u, components.forest_v, strict=True))[: components.counts[0]]


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="a million elements")
def test_positions_are_exact_up_to_the_longest_input():
    assert long_convolution(2**20) == [(2**20 - 1, 2**21 - 3)]


def test_inputs_too_long_for_packed_positions_are_refused():
    """Their results would be few enough, but not the positions of the zeroth tap."""
    with pytest.raises(ValueError, match="'conv' takes 1048577 strides along one axis of its padded input"):
        long_convolution(2**20 + 1)


def padded_convolution():
    """40 source elements, 23 results, and 46 pixels with padding."""
    return ConvOperator(
        name="conv", source="conv", source_units=np.arange(40), target_units=40 + np.arange(23), in_shape=(2, 20),
        out_shape=(1, 23), weight=np.ones((1, 2, 1)), stride=(1,), padding=((0, 3),), dilation=(1,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("widths", "n", "kind"),
    [([10, 30, 5], 40, "source elements"), ([5, 30, 10], 40, "results"), (None, 46, "pixels in padded images")],
)
def test_graphs_of_more_elements_than_can_be_numbered_are_refused(monkeypatch, widths, n, kind):
    operators = [padded_convolution()]
    if widths:
        operators, _ = two_layers(np.random.default_rng(0), widths, 1, quantised=False)
    monkeypatch.setattr(tabulate, "MOST", n)
    plan_operators("network", operators)
    monkeypatch.setattr(tabulate, "MOST", n - 1)
    with pytest.raises(ValueError, match=f"The graph has {n} {kind}, more than the {n - 1} that can be described"):
        plan_operators("network", operators)


def test_as_many_edges_are_listed_as_memory_allows():
    operators, _ = two_layers(np.random.default_rng(0), [50, 200, 100], 1, quantised=False)
    per_edge = 8
    for n_kept in (40, 70, 100):
        plan = plan_operators("network", operators, per_edge * n_kept * 250)
        assert plan.tables.list_at[-1] == n_kept * 250
    plan = plan_operators("network", operators, per_edge * (150 * 50 + 100 * 200))
    assert list(np.unique(np.diff(plan.tables.list_at))) == [100, 150]
