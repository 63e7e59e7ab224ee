"""Rows and columns: whoever answers for an operator's edges, and however often they take turns, the forest is one.

As plain Python (NUMBA_DISABLE_JIT=1) these tests also count what is looked at, and let the price of a column change
at random, so that rows and columns take over from each other at any moment.
"""

import collections
import dataclasses

import numba
import numpy as np
import pytest

from sktopo._numeric import answering, buffer, chunked_columns, rows, sweep
from sktopo.activations.network import ConvOperator, DenseOperator
from sktopo.filtration.plan import plan_listed, plan_operators
from tests.operators import FAMILIES, NUMBERS, Builder, hidden_communities, numbers, random_graph
from tests.oracles.kruskal import canonical_forest
from tests.oracles.operator_edges import edges_of

plain_python = pytest.mark.skipif(not numba.config.DISABLE_JIT, reason="compiled kernels cannot be looked into")


def forest(operators, values, plan=None, **options):
    plan = plan or plan_operators("network", operators)
    plan = dataclasses.replace(plan)
    inner = plan.forest_of
    plan.forest_of = lambda *args, **more: inner(*args, **more, **options)
    components = plan.forest(values.__getitem__, {}, {})
    units = np.unique(np.concatenate([np.concatenate([o.source_units, o.target_units]) for o in operators]))
    units = units[units >= 0]
    n = components.counts[0]
    columns = components.forest_phi[:n], units[components.forest_u[:n]], units[components.forest_v[:n]]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def cases(n_seeds, families=FAMILIES):
    for seed in range(n_seeds):
        for i, family in enumerate(families):
            weights = NUMBERS[(seed + 3 * i) % len(NUMBERS)]
            if family != "wide" or seed == 0:  # slow as plain Python
                numbering = ("plain", "shuffled", "channels_last")[(seed + i) % 3]
                yield random_graph(seed, family, weights, ("normal", "quantised")[seed % 2], "float32", numbering)


@pytest.mark.parametrize("patience", [0.0, 0.05, 2.0, 1e9])
@pytest.mark.parametrize("bits", [0, 5])
def test_forest_is_kruskals_in_every_mode(patience, bits):
    for operators, values in cases(3):
        expected = canonical_forest(*edges_of(operators, values))
        assert forest(operators, values, bits=bits, patience=patience) == expected


def count_calls(monkeypatch, function, *modules):
    """A counter of the calls of a kernel, by the module that calls it."""
    calls = collections.Counter()
    for module in modules:

        def counted(*args, module=module):
            calls[module.__name__.split(".")[-1]] += 1
            return function(*args)

        monkeypatch.setattr(module, function.__name__, counted)
    return calls


def count_stops(monkeypatch, calls, module, name, end):
    """Count how often a kernel that offers edges stops before argument number `end`, since the buffer is full."""
    function = getattr(module, name)

    def counted(*args):
        d, n = function(*args)
        if d < args[end]:
            calls[name] += 1
        return d, n

    monkeypatch.setattr(module, name, counted)


@plain_python
def test_full_buffers_are_thinned_wherever_edges_are_offered(monkeypatch):
    calls, seen = collections.Counter(), []
    for name, end in (("_offer_listed", 2), ("offer_rows", 3), ("offer_columns", 3)):
        count_stops(monkeypatch, calls, sweep, name, end)
    for name in ("scan_chunks", "scan_lists"):
        count_stops(monkeypatch, calls, answering, name, 4)
    thinned = count_calls(monkeypatch, buffer.thin_buffer, sweep)
    for case in (ties, many_listed_edges, columns_that_tie, channels_that_tie, columns_of_many_operators):
        operators, values = case()
        expected = canonical_forest(*edges_of(operators, values))
        for patience in (0.0, 1e9):
            assert forest(operators, values, bits=0, patience=patience) == expected
        seen.append(set(calls))
        calls.clear()
    assert thinned["sweep"] > 0
    assert seen == [
        {"offer_rows"},
        {"offer_rows", "_offer_listed"},
        {"offer_rows", "offer_columns", "scan_chunks"},
        {"offer_rows", "offer_columns", "scan_lists"},
        {"offer_rows", "offer_columns"},
    ]


def ties():
    return random_graph(0, "wide", "equal", "equal")


def dense(weight, name="fc", first=0):
    n_out, n_in = weight.shape
    units = first + np.arange(n_in + n_out)
    return DenseOperator(name=name, source=name, source_units=units[:n_in], target_units=units[n_in:], weight=weight)


def many_listed_edges():
    """The same residual sum, more often than the buffer has room for."""
    builder = Builder(np.random.default_rng(0), values="neighbours")
    units = builder.units(30)
    target = builder.dense(units, 30)
    for _ in range(12):
        builder.join(units[builder.rng.permutation(30)], target)
    return builder.operators, builder.recorded


def columns_that_tie():
    """A giant component first; then results outside it that are tied to many outer sources in one bucket."""
    weight = np.full((40, 60), 2.0**-6)
    weight[:20, :20] = 2.0 ** -np.random.default_rng(1).uniform(0, 3, size=(20, 20))
    weight[20:, 20:] = 2.0**-4 + 2.0**-20 * np.random.default_rng(0).random((20, 40))
    weight[:20, 20:] = 0.0
    return [dense(weight)], {"fc": np.ones(60)}


def channels_that_tie():
    """The same as a convolution of an image of one pixel."""
    (operator,), values = columns_that_tie()
    fields = {field: getattr(operator, field) for field in ("name", "source", "source_units", "target_units")}
    places = dict(stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1), in_shape=(60, 1, 1), out_shape=(40, 1, 1))
    return [ConvOperator(**fields, **places, weight=operator.weight[:, :, None, None])], values


def columns_of_many_operators():
    """Every outer result has, in each of many operators, its heaviest edge into the giant component."""
    weight = np.full((130, 30), 2.0**-6)
    weight[:70] = 2.0 ** -np.random.default_rng(1).uniform(0, 3, size=(70, 30))
    weight[70:, 1:] = 2.0**-9
    operators = [dataclasses.replace(dense(weight), name=f"fc{i}") for i in range(8)]
    return operators, {"fc": np.ones(30)}


@plain_python
def test_columns_take_over_and_give_back(monkeypatch):
    """The cases above are only worth something if both changes happen."""
    asked = count_calls(monkeypatch, chunked_columns.scan_chunks, answering)
    requeued = count_calls(monkeypatch, rows.queue_rows, answering)
    for seed in range(6):
        forest(*hidden_communities(seed), patience=0.0, bits=8)
    assert asked["answering"] > 20 and requeued["answering"] > 0


class Fickle:
    """A price of columns that says now nothing, now a fortune."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def __call__(self, op, outside):
        return int(self.rng.choice([1, 10_000])) * outside


@plain_python
def test_prices_of_columns_do_not_change_the_forest(monkeypatch):
    for seed in range(20):
        monkeypatch.setattr(answering, "asking_price", Fickle(seed))
        for operators, values in [hidden_communities(seed), *cases(1, ("tokens", "conv2d", "residual", "branches"))]:
            expected = canonical_forest(*edges_of(operators, values))
            assert forest(operators, values, patience=0.0, bits=8) == expected


@plain_python
@pytest.mark.parametrize("bits", [0, 3, 8])
def test_results_that_are_asked_after_every_block_do_not_change_the_forest(monkeypatch, bits):
    monkeypatch.setattr(answering, "asking_price", lambda op, outside: 0)
    calls = count_calls(monkeypatch, answering.heaviest_in_lists, answering)
    for operators, values in cases(4, ("tokens", "conv1d", "conv2d", "conv3d", "pooled", "residual", "branches")):
        assert forest(operators, values, bits=bits) == canonical_forest(*edges_of(operators, values))
    assert calls["answering"] > 10


@pytest.mark.parametrize("wrong", [np.inf, np.nan])
def test_what_is_not_finite_makes_one_infinite_edge(wrong):
    """The estimators refuse it before; the kernel does not lose its way if it comes so far."""
    weight = np.random.default_rng(0).random((30, 40))
    components = plan_operators("network", [dense(weight)]).forest_of(np.append(np.ones(39), wrong), [], np.zeros(1))
    assert components.counts[0] == 1 and components.forest_phi[0] == np.inf
    listed = [(np.array([1.0, wrong]), np.array([0, 1]), np.array([1, 2]))]
    components = plan_listed("graph", 3).forest_of(np.empty(0), listed, np.empty(0))
    assert components.counts[0] == 1 and components.forest_phi[0] == np.inf


class Counted(np.ndarray):
    """An array that counts how often an element is read."""

    reads = 0

    def __getitem__(self, key):
        Counted.reads += 1
        return super().__getitem__(key)


@plain_python
@pytest.mark.parametrize("patience", [0.0, 2.0, 1e9])
@pytest.mark.parametrize("kind", ["equal", "zeros", "quantised", "normal", "communities", "tiny", "heavy"])
def test_edges_are_looked_at_a_bounded_number_of_times(kind, patience):
    """Ties, dead layers, communities: reads of weights are at most a small multiple of the edges."""
    rng = np.random.default_rng(0)
    operators = [dense(weights_of(kind, rng))]
    values = {"fc": np.ones(50)}
    plan = plan_operators("network", operators)
    counted = {name: getattr(plan.tables, name).view(Counted) for name in ("list_w", "weights", "bounds")}
    plan = dataclasses.replace(plan, tables=plan.tables._replace(**counted))
    Counted.reads = 0
    found = forest(operators, values, plan=plan, patience=patience)
    assert found == canonical_forest(*edges_of(operators, values))
    assert Counted.reads <= 6 * operators[0].weight.size + 50 * 100


def weights_of(kind, rng):
    if kind == "communities":
        own = np.arange(50) % 10
        return np.where(own[:, None] == own, 1.0, 0.1).astype("float32")
    return numbers(rng, kind, (50, 50), "float32")


@plain_python
def test_most_edges_of_a_wide_layer_are_never_looked_at():
    rng = np.random.default_rng(0)
    operators, values = [dense(rng.normal(size=(150, 150)).astype("float32"))], {"fc": rng.random(150)}
    plan = plan_operators("network", operators)
    counted = {name: getattr(plan.tables, name).view(Counted) for name in ("list_w", "weights", "bounds")}
    plan = dataclasses.replace(plan, tables=plan.tables._replace(**counted))
    Counted.reads = 0
    assert forest(operators, values, plan=plan) == canonical_forest(*edges_of(operators, values))
    assert Counted.reads < 150 * 150 / 2
