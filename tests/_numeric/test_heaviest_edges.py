"""The heaviest in-edge of every result, against all products of the result."""

import dataclasses

import numpy as np
import pytest

from sktopo._numeric.chunked_columns import chunk_maxima, heaviest_in_chunks
from sktopo._numeric.columns import UNKNOWN, spread_sources
from sktopo._numeric.jit import leaf
from sktopo._numeric.sorted_columns import heaviest_in_lists, position_maxima, window_maxima
from sktopo._numeric.tables import COLUMN_AT, DENSE, H_BOUND_AT, KIND, N_SOURCE, N_TARGET, SOURCE_AT, TARGET_AT
from sktopo._numeric.workspace import new_workspace
from sktopo.activations.network import ConvOperator
from sktopo.filtration.plan import plan_operators
from tests.operators import NUMBERS, Builder, random_graph
from tests.oracles.operator_edges import edges_of

LAYERS = ("conv1d", "conv2d", "conv3d", "branches", "mlp", "tokens")


@leaf
def ask(tables, o, h, least, due, answering):
    """Ask some results; the kernels that do it have no entrance for Python."""
    op, spread = tables.ops[o], answering.spread
    spread_sources(op, tables.spread_source, h, spread)
    if op[COLUMN_AT] < 0:
        chunk_maxima(op, spread, answering.h_bounds)
        heaviest_in_chunks(tables, o, due, len(due), least, answering)
        return
    if op[KIND] == DENSE:
        position_maxima(op, spread, answering.h_bounds)
    else:
        window_maxima(op, tables.window, spread, answering.strongest, answering.h_bounds)
    heaviest_in_lists(tables, o, due, len(due), least, answering)


def asked(plan, o, h, *, least=0.0):
    """(phi, u, second) of every result of operator o, and the number of edges that were looked at."""
    results, answering = answered(plan, o, h, least)
    found = answering.column_phi[results], answering.column_u[results], answering.column_second[results]
    return found, int(answering.touched[o])


def answered(plan, o, h, least=0.0):
    """Results of operator o, and what is known once all of them were asked, in memory that held anything before."""
    op, answering = plan.tables.ops[o], new_workspace(plan.sizes).answering
    answering.touched[:] = answering.spent[:] = 0
    answering.spread[:] = answering.h_bounds[:] = answering.strongest[:] = np.nan
    results = np.arange(op[TARGET_AT], op[TARGET_AT] + op[N_TARGET], dtype=np.int32)
    ask(plan.tables, o, h, np.full(len(plan.tables.ops), least), results, answering)
    return results, answering


def sources_of(plan, values):
    return np.concatenate([np.abs(values[source].astype(np.float64)).ravel() for source in plan.sources])


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
def test_heaviest_in_edges_are_those_of_the_definition(family, kind):
    operators, values = random_graph(7, family, kind, "sparse" if kind == "normal" else kind, "float64", "plain")
    plan = plan_operators("network", operators)
    h = sources_of(plan, values)
    weighted = [operator for operator in operators if operator.weighted]
    for o, operator in enumerate(weighted):
        if len(np.unique(operator.target_units)) < len(operator.target_units):
            continue  # edges do not say which of several elements of a vertex they end in
        (phi, u, second), _ = asked(plan, o, h)
        for j, edges in enumerate(in_edges(plan, operator, values)):
            assert phi[j] == (edges[0][0] if edges else 0.0)
            if len(edges) > 1 and edges[0][0] == edges[1][0]:
                assert u[j] == UNKNOWN
            elif edges and u[j] != UNKNOWN:
                assert u[j] == edges[0][1]
                assert phi[j] > second[j] >= (edges[1][0] if len(edges) > 1 else 0.0)


# Channels, image, kernel, stride, padding, dilation, groups.
ODD = {
    "stride beyond the kernel": (2, (9, 11), (1, 2), (4, 5), ((0, 0), (1, 2)), (1, 1), 1),
    "kernel beyond the image": (3, (2, 3), (5, 4), (1, 2), ((3, 2), (4, 0)), (1, 1), 1),
    "dilation by strides": (2, (7, 8), (2, 3), (2, 3), ((1, 3), (0, 2)), (2, 3), 1),
    "dilation across strides": (2, (9, 8), (3, 2), (2, 4), ((2, 0), (3, 3)), (3, 3), 2),
    "depthwise": (6, (5, 4), (3, 3), (2, 1), ((1, 1), (0, 1)), (1, 2), 6),
    "results that read padding alone": (2, (3,), (2,), (1,), ((6, 5),), (2,), 1),
    "one axis": (4, (13,), (4,), (3,), ((5, 0),), (2,), 2),
    "three axes": (4, (4, 3, 5), (2, 3, 2), (3, 1, 2), ((1, 0), (2, 1), (0, 3)), (1, 1, 4), 2),
}


def odd_convolution(case, numbering):
    channels, image, kernel, stride, padding, dilation, groups = ODD[case]
    builder = Builder(np.random.default_rng(0))
    builder.conv(builder.units(channels, *image), 2 * groups, kernel, stride, padding, dilation, groups)
    (operator,) = builder.renumbered(numbering)
    return operator, np.abs(builder.recorded[operator.source].astype(np.float64))


def by_element(operator, h):
    """phi of the edge from every source element to every result element; 0 where there is none."""
    elements = np.arange(len(operator.source_units)), np.arange(len(operator.target_units))
    sources = np.where(operator.source_units < 0, -1, elements[0])
    operator = dataclasses.replace(operator, source_units=sources, target_units=elements[1])
    phi, u, v = edges_of([operator], {operator.source: h})
    table = np.zeros((len(elements[0]), len(elements[1])))
    table[u, v] = phi
    return table


@pytest.mark.parametrize("numbering", ["plain", "shuffled", "channels_last", "constants"])
@pytest.mark.parametrize("case", ODD)
def test_a_result_reads_every_source_with_the_weight_of_the_definition(case, numbering):
    """One source at a time, so that its edge is the heaviest and the only one."""
    operator, h = odd_convolution(case, numbering)
    plan, weight = plan_operators("network", [operator]), by_element(operator, np.ones(len(h)))
    for k, one in enumerate(np.eye(len(h))):
        (phi, u, _), _ = asked(plan, 0, one)
        np.testing.assert_array_equal(phi, weight[k])
        assert (plan.vertices[u[phi > 0]] == operator.source_units[k]).all()


@pytest.mark.parametrize("numbering", ["plain", "constants"])
@pytest.mark.parametrize("case", ODD)
def test_reach_is_the_largest_h_that_any_tap_reads_in_the_channels_of_a_group(case, numbering):
    operator, h = odd_convolution(case, numbering)
    plan = plan_operators("network", [operator])
    n_positions = np.prod(operator.out_shape[1:])
    every_tap = by_element(dataclasses.replace(operator, weight=np.ones_like(operator.weight)), h)
    expected = every_tap.max(axis=0).reshape(operator.groups, -1, n_positions)
    _, answering = answered(plan, 0, h)
    at = plan.tables.ops[0, H_BOUND_AT]
    reach = answering.h_bounds[at : at + operator.groups * n_positions].reshape(operator.groups, 1, n_positions)
    np.testing.assert_array_equal(np.broadcast_to(reach, expected.shape), expected)


@pytest.mark.parametrize("family", LAYERS)
def test_edges_lighter_than_the_least_are_not_found(family):
    operators, values = random_graph(3, family)
    plan = plan_operators("network", operators)
    h = sources_of(plan, values)
    for o in range(len(plan.names)):
        free = asked(plan, o, h)[0][0]
        least = np.median(free)
        np.testing.assert_array_equal(asked(plan, o, h, least=least)[0][0], np.where(free >= least, free, 0.0))


def test_most_results_learn_where_their_heaviest_in_edge_comes_from():
    """Otherwise each of them would have to be asked again, one by one."""
    operators, values = random_graph(0, "conv2d", "normal", "normal")
    plan = plan_operators("network", operators)
    h = sources_of(plan, values)
    for o, op in enumerate(plan.tables.ops):
        assert (h[op[SOURCE_AT] : op[SOURCE_AT] + op[N_SOURCE]] > 0).any()
        phi, u, _ = asked(plan, o, h)[0]
        assert np.mean(u[phi > 0] != UNKNOWN) > 0.9


def wide_convolution(seed, h_scale=1.0, w_scale=1.0):
    """A convolution of many channels over images of one row, and its sources by (channel, position)."""
    rng = np.random.default_rng(seed)
    h = h_scale * 10.0 ** rng.uniform(-20, 0, size=(48, 8))
    weight = w_scale * 10.0 ** rng.uniform(-20, 0, size=(20, 48))
    operator = ConvOperator(
        name="conv", source="conv", source_units=np.arange(48 * 8), target_units=48 * 8 + np.arange(20 * 8),
        weight=weight[:, :, None, None], stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1),
        in_shape=(48, 8, 1), out_shape=(20, 8, 1),
    )  # fmt: skip
    return operator, h


@pytest.mark.parametrize("h_scale", [1e-290, 1e-60, 1.0, 1e150])
@pytest.mark.parametrize("w_scale", [1e-10, 1.0, 1e150])
def test_bounds_hold_at_the_ends_of_the_range(h_scale, w_scale):
    operator, h = wide_convolution(0, h_scale, w_scale)
    (phi, u, second), _ = asked(plan_operators("network", [operator]), 0, h.ravel())
    phi, u, second = phi.reshape(20, 8), u.reshape(20, 8), second.reshape(20, 8)
    ordered = np.sort(operator.weight[:, :, 0, 0][:, :, None] * h, axis=1)
    np.testing.assert_array_equal(phi, ordered[:, -1])
    assert (second >= ordered[:, -2])[u != UNKNOWN].all()


def test_most_taps_of_a_result_are_not_looked_at():
    rng = np.random.default_rng(0)
    operator, h = wide_convolution(0)
    operator.weight[:] = rng.standard_t(3, size=operator.weight.shape)
    h[:] = rng.random(h.shape)
    (_, u, _), looked = asked(plan_operators("network", [operator]), 0, h.ravel())
    assert (u != UNKNOWN).all()
    assert looked < 0.2 * operator.weight.size * 8
