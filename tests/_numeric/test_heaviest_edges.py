"""The heaviest in-edge of every result, by planes and by chunks, against all products of the result; and memory."""

import numba
import numpy as np
import pytest

from sktopo._numeric import planes
from sktopo._numeric.answering import new_answering
from sktopo._numeric.chunks import chunk_maxima, heaviest_by_chunks
from sktopo._numeric.memory import doubles, ints, longs, new_memory
from sktopo._numeric.planes import UNKNOWN, heaviest_by_planes
from sktopo._numeric.tables import CONV, DENSE, KIND, N_SOURCE, N_TARGET, SOURCE_AT, TARGET_AT
from sktopo.activations.network import ConvOperator
from sktopo.filtration.plan import plan_operators
from tests.operators import NUMBERS, random_graph
from tests.oracles.operator_edges import edges_of

LAYERS = ("conv1d", "conv2d", "conv3d", "branches", "mlp", "tokens")


def asked(plan, o, h, *, least=0.0, n_bytes=0):
    """(phi, u, second) of every result of operator o."""
    op = plan.tables.ops[o]
    memory = new_memory(np.zeros(n_bytes, dtype=np.uint8))
    answering = new_answering(memory, plan.tables, plan.n_h_bounds)
    results = np.arange(op[TARGET_AT], op[TARGET_AT] + op[N_TARGET], dtype=np.int32)
    if op[KIND] == DENSE:
        chunk_maxima(op, h, answering.h_bounds)
        heaviest_by_chunks(plan.tables, op, results, len(results), h, least, answering, memory)
    else:
        label = np.arange(plan.n_vertices, dtype=np.int32)
        heaviest_by_planes(plan.tables, op, h, least, label, plan.n_vertices, answering, memory)
    return answering.column_phi[results], answering.column_u[results], answering.column_second[results]


def in_edges(plan, operator, values):
    """(phi, u) of all in-edges of every result, heaviest first, from the operator's definition."""
    phi, u, v = edges_of([operator], values)
    order = np.argsort(-phi, kind="stable")
    edges = {unit: [] for unit in operator.target_units.tolist()}
    for e in order:
        edges[int(v[e])].append((float(phi[e]), int(np.searchsorted(plan.vertices, u[e]))))
    return [edges[unit] for unit in operator.target_units.tolist()]


@pytest.mark.parametrize("family", LAYERS)
@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("n_bytes", [0, 1 << 22])
def test_heaviest_in_edges_are_those_of_the_definition(family, kind, n_bytes):
    operators, values = random_graph(7, family, kind, "sparse" if kind == "normal" else kind, "float64", "plain")
    plan = plan_operators("network", operators)
    h = np.concatenate([np.abs(values[source].astype(np.float64)).ravel() for source in plan.sources])
    weighted = [operator for operator in operators if operator.weighted]
    for o, operator in enumerate(weighted):
        if len(np.unique(operator.target_units)) < len(operator.target_units):
            continue  # edges do not say which of several elements of a vertex they end in
        phi, u, second = asked(plan, o, h, n_bytes=n_bytes)
        faintest = 2.0**-59 * max(h.max(), 1e-120) * max(np.abs(operator.weight).max(), 1e-120)
        for j, edges in enumerate(in_edges(plan, operator, values)):
            heaviest = edges[0][0] if edges else 0.0
            if u[j] == UNKNOWN and plan.tables.ops[o, KIND] == CONV:  # a bound, from float32
                assert heaviest <= phi[j] <= heaviest * (1 + 2.0**-18) + faintest
            else:
                assert phi[j] == heaviest
            if edges and u[j] != UNKNOWN:
                assert u[j] == edges[0][1]
                assert phi[j] > second[j] >= (edges[1][0] if len(edges) > 1 else 0.0)
            if len(edges) > 1 and edges[0][0] == edges[1][0]:
                assert u[j] == UNKNOWN


@pytest.mark.parametrize("family", LAYERS)
def test_edges_lighter_than_the_least_are_not_found(family):
    operators, values = random_graph(3, family)
    plan = plan_operators("network", operators)
    h = np.concatenate([np.abs(values[source].astype(np.float64)).ravel() for source in plan.sources])
    for o in range(len(plan.names)):
        free, least = asked(plan, o, h)[0], np.median(asked(plan, o, h)[0])
        np.testing.assert_array_equal(asked(plan, o, h, least=least)[0], np.where(free >= least, free, 0.0))


def test_most_results_learn_where_their_heaviest_in_edge_comes_from():
    """Otherwise each of them would have to be asked again, one by one."""
    operators, values = random_graph(0, "conv2d", "normal", "normal")
    plan = plan_operators("network", operators)
    h = np.concatenate([np.abs(values[source].astype(np.float64)).ravel() for source in plan.sources])
    for o, op in enumerate(plan.tables.ops):
        assert (h[op[SOURCE_AT] : op[SOURCE_AT] + op[N_SOURCE]] > 0).any()
        phi, u, _ = asked(plan, o, h)
        assert np.mean(u[phi > 0] != UNKNOWN) > 0.9


def test_arrays_of_a_block_do_not_overlap_and_what_does_not_fit_is_allocated():
    block = np.zeros(1000, dtype=np.uint8)
    memory = new_memory(block)
    arrays = [doubles(memory, 10), ints(memory, 7), longs(memory, 3), ints(memory, 0), doubles(memory, 1000)]
    assert [len(array) for array in arrays] == [10, 7, 3, 0, 1000]
    for i, array in enumerate(arrays):
        array[:] = i + 1
    assert all((array == i + 1).all() for i, array in enumerate(arrays))
    assert [np.shares_memory(array, block) for array in arrays] == [True, True, True, False, False]
    assert memory.taken[0] == 128 + 64 + 64 + 8000


def rounded_ties(seed):
    """A convolution whose in-edges differ by less than a part of 2 ** -23, which float32 rounds into any order."""
    rng = np.random.default_rng(seed)
    h = rng.uniform(0.5, 1.0, size=(48, 8))
    weight = (1.0 + 2.0**-23 * rng.uniform(-1, 1, size=(20, 48))) / h[:, :1].T
    h[:, 1:] = h[:, :1] * (1.0 + 2.0**-23 * rng.uniform(-1, 1, size=(48, 7)))
    operator = ConvOperator(
        name="conv", source="conv", source_units=np.arange(48 * 8), target_units=48 * 8 + np.arange(20 * 8),
        weight=weight[:, :, None, None], stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1),
        in_shape=(48, 8, 1), out_shape=(20, 8, 1),
    )  # fmt: skip
    return operator, h


def broken_bounds(seed):
    """How many results are told a source that is not that of the heaviest edge, or a bound that is none."""
    operator, h = rounded_ties(seed)
    phi, u, second = asked(plan_operators("network", [operator]), 0, h.ravel())
    products = np.abs(operator.weight[:, :, 0, 0])[:, :, None] * h
    ordered = np.sort(products, axis=1)
    sources, known = products.argmax(axis=1) * 8 + np.arange(8), (u != UNKNOWN).reshape(20, 8)
    phi, u, second = phi.reshape(20, 8), u.reshape(20, 8), second.reshape(20, 8)
    wrong = known & ((u != sources) | (phi != ordered[:, -1]) | (second < ordered[:, -2]))
    return int((wrong | (phi < ordered[:, -1])).sum())


def test_rounding_to_float32_breaks_no_bound():
    assert [broken_bounds(seed) for seed in range(20)] == [0] * 20


@pytest.mark.skipif(not numba.config.DISABLE_JIT, reason="compiled kernels have their constants within")
def test_without_slack_rounding_to_float32_would_break_bounds(monkeypatch):
    monkeypatch.setattr(planes, "SLACK", 1.0)
    assert broken_bounds(0) > 10


@pytest.mark.parametrize("h_scale", [1e-290, 1e-60, 1.0, 1e150])
@pytest.mark.parametrize("w_scale", [1e-10, 1.0, 1e150])
def test_bounds_hold_at_the_ends_of_the_range(h_scale, w_scale):
    """Factors of forty orders of magnitude, most of them below what the planes tell apart."""
    operator, h = rounded_ties(0)
    rng = np.random.default_rng(1)
    h *= h_scale * 10.0 ** rng.uniform(-20, 0, size=h.shape)
    operator.weight[:] *= w_scale * 10.0 ** rng.uniform(-20, 0, size=operator.weight.shape)
    phi, u, second = (part.reshape(20, 8) for part in asked(plan_operators("network", [operator]), 0, h.ravel()))
    ordered = np.sort(operator.weight[:, :, 0, 0][:, :, None] * h, axis=1)
    assert (phi >= ordered[:, -1]).all() and (second >= ordered[:, -2])[u != UNKNOWN].all()
    np.testing.assert_array_equal(phi[u != UNKNOWN], ordered[:, -1][u != UNKNOWN])
