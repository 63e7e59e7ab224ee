"""Sorted lists of weights, whole and cut."""

import numpy as np
import pytest

from sktopo._numeric.presort import sort_lists
from sktopo.activations.network import DenseOperator
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


def test_as_many_edges_are_listed_as_memory_allows():
    operators, _ = two_layers(np.random.default_rng(0), [50, 200, 100], 1, quantised=False)
    per_edge = 8
    for n_kept in (40, 70, 100):
        plan = plan_operators("network", operators, per_edge * n_kept * 250)
        assert plan.tables.list_at[-1] == n_kept * 250
    plan = plan_operators("network", operators, per_edge * (150 * 50 + 100 * 200))
    assert list(np.unique(np.diff(plan.tables.list_at))) == [100, 150]
