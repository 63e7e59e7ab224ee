"""The spanning forest is exact: its edges are those of Kruskal's algorithm, bit for bit, on any network."""

import dataclasses
import functools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sktopo.activations.network import DenseOperator
from sktopo.filtration.pairs import pairs_of
from sktopo.filtration.plan import plan_operators
from tests.operators import BUILDERS, FAMILIES, NUMBERS, Builder, hidden_communities, random_graph
from tests.oracles.elder_rule import persistence
from tests.oracles.kruskal import canonical_forest
from tests.oracles.operator_edges import edges_of
from tests.strategies import graphs, settings_of_the_sweep

CALM = dict(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
ROWS_ONLY, COLUMNS_AT_ONCE = 1e9, 0.0


def sweep_forest(operators, values, *, scales=None, least=None, **options):
    """(components, forest) with the forest as (phi, u, v) triples in the network's own numbers."""
    plan = plan_operators("network", operators)
    plan.forest_of = functools.partial(plan.forest_of, **options)
    components = plan.forest(values.__getitem__, scales or {}, least or {})
    units = np.unique(np.concatenate([np.concatenate([o.source_units, o.target_units]) for o in operators]))
    units = units[units >= 0]
    n = components.counts[0]
    columns = components.forest_phi[:n], units[components.forest_u[:n]], units[components.forest_v[:n]]
    return components, list(zip(*(column.tolist() for column in columns), strict=True))


def assert_exact(operators, values, **options):
    """Same edges, same weights, same order."""
    found = sweep_forest(operators, values, **options)[1]
    assert found == canonical_forest(*edges_of(operators, values, least=options.get("least")))


@settings(max_examples=600, **CALM)
@given(graph=graphs(), options=settings_of_the_sweep)
def test_forest_is_kruskals(graph, options):
    _, operators, values = graph
    assert_exact(operators, values)
    assert_exact(operators, values, **options)


@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_with_every_kind_of_weight(family, numbers):
    for seed, patience in enumerate((COLUMNS_AT_ONCE, ROWS_ONLY)):
        operators, values = random_graph(seed, family, numbers, "normal", "float64", "shuffled")
        assert_exact(operators, values, patience=patience)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("numbers", ["normal", "quantised", "communities", "wide"])
def test_block_width_and_patience_never_change_the_forest(family, numbers):
    operators, values = random_graph(5, family, numbers, "neighbours" if numbers == "quantised" else "heavy")
    expected = canonical_forest(*edges_of(operators, values))
    for bits in range(9):
        for patience in (COLUMNS_AT_ONCE, 0.01, 0.5, 2.0, ROWS_ONLY):
            assert sweep_forest(operators, values, bits=bits, patience=patience)[1] == expected, (bits, patience)


@settings(max_examples=200, **CALM)
@given(
    graph=graphs(families=["mlp", "tokens", "conv1d", "pooled", "branches"]), births=st.sampled_from(["edge", "all"])
)
def test_pairs_are_those_of_the_elder_rule(graph, births):
    _, operators, values = graph
    components, _ = sweep_forest(operators, values)
    birth, death = pairs_of(components, births)
    phi, u, v = edges_of(operators, values)
    pairs, essential = persistence(list(zip(u.tolist(), v.tolist(), phi.tolist(), strict=True)), births)
    finite = np.isfinite(death)
    assert sorted(zip(birth[finite], death[finite], strict=True), reverse=True) == [tuple(row) for row in pairs]
    np.testing.assert_array_equal(np.sort(birth[~finite])[::-1], essential)


@settings(max_examples=100, **CALM)
@given(
    graph=graphs(weights=["normal", "quantised", "heavy"], values=["normal", "quantised", "sparse"]),
    part=st.floats(0, 1),
)
def test_edges_lighter_than_the_least_do_not_exist(graph, part):
    _, operators, values = graph
    phi = edges_of(operators, values)[0]
    threshold = float(np.quantile(phi, part)) if len(phi) else 1.0  # often exactly an edge
    least = {operator.name: threshold for operator in operators[::2]}
    assert_exact(operators, values, least=least)
    assert_exact(operators, values, least=least, patience=COLUMNS_AT_ONCE)


@settings(max_examples=60, **CALM)
@given(graph=graphs(values=["normal", "quantised"], weights=["normal", "quantised", "equal"]), seed=st.integers(0, 99))
def test_scales_multiply_the_edges_of_their_operator(graph, seed):
    """By powers of two, whose products are exact in any order."""
    _, operators, values = graph
    rng = np.random.default_rng(seed)
    scales = {operator.name: 2.0 ** int(rng.integers(-9, 9)) for operator in operators}
    scaled = [_times(operator, scales[operator.name]) for operator in operators]
    assert sweep_forest(operators, values, scales=scales)[1] == canonical_forest(*edges_of(scaled, values))


def _times(operator, factor):
    field = "weight" if operator.weighted else "weights"
    return dataclasses.replace(operator, **{field: getattr(operator, field).astype("float64") * factor})


def test_edges_that_a_scale_takes_below_the_least_float_do_not_exist():
    builder = Builder(np.random.default_rng(0), values="ones", dtype="float64")
    units, others = builder.units(3), builder.units(3)
    builder.dense(units, 4)
    builder.join(others, units)
    dense, join = builder.operators
    values = {**builder.recorded, join.source: np.full(3, 5e-324)}
    alone = sweep_forest([dense], values)[1]
    assert len(sweep_forest([dense, join], values)[1]) == len(alone) + 3
    assert sweep_forest([dense, join], values, scales={join.name: 0.25})[1] == alone


@pytest.mark.parametrize("family", BUILDERS)
def test_narrow_and_wide_weights_side_by_side(family):
    """Operators of float32 and float64 weights share one table."""
    operators, values = random_graph(3, family)
    operators[0] = _times(operators[0], 1 / 3)
    assert_exact(operators, values)
    assert_exact(operators, values, patience=COLUMNS_AT_ONCE)


@pytest.mark.parametrize("first", [1e-300, 5e-324, 1.0, 1e300])
def test_weights_more_than_forty_octaves_apart(first):
    """The last bucket of the queue holds all of them, and none is lost."""
    phi = first * 2.0 ** -np.arange(0.0, 400.0, 7.0)
    operator = DenseOperator(
        name="fc",
        source="x",
        source_units=np.arange(len(phi)),
        target_units=np.array([len(phi)]),
        weight=phi[None, ::-1].copy(),
    )
    for bits in (0, 3, 8):
        assert_exact([operator], {"x": np.ones(len(phi))}, bits=bits)
    assert len(sweep_forest([operator], {"x": np.ones(len(phi))})[1]) == np.count_nonzero(phi)


@pytest.mark.parametrize("seed", range(150))
def test_hidden_communities_with_rows_only(seed):
    assert_exact(*hidden_communities(seed), patience=ROWS_ONLY)


# Columns that still wait in the queue when rows take over again, and are asked anew before their turn comes, are
# offered at their old turn: an edge lighter than the block's floor gets into the forest before heavier ones.


@pytest.mark.parametrize("options", [{}, dict(patience=1.0), dict(bits=8, patience=0.0), dict(bits=5, patience=0.3)])
def test_hidden_communities_are_not_joined_too_early(options):
    wrong = []
    for seed in range(500):
        operators, values = hidden_communities(seed)
        if sweep_forest(operators, values, **options)[1] != canonical_forest(*edges_of(operators, values)):
            wrong.append(seed)
    assert not wrong
