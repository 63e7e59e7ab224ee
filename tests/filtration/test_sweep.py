"""The spanning forest is exact: its edges are those of Kruskal's algorithm, bit for bit, on any network."""

import functools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from sktopo.filtration.pairs import pairs_of
from sktopo.filtration.plan import plan_operators
from tests.operators import FAMILIES, random_graph
from tests.oracles.elder_rule import persistence
from tests.oracles.kruskal import canonical_forest
from tests.oracles.operator_edges import edges_of
from tests.strategies import graphs, settings_of_the_sweep

CALM = dict(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def sweep_forest(operators, values, *, least=None, **options):
    """(components, forest) with the forest as (phi, u, v) triples in the network's own numbers."""
    plan = plan_operators("network", operators)
    plan.forest_of = functools.partial(plan.forest_of, **options)
    components = plan.forest(values.__getitem__, {}, least or {})
    units = np.unique(np.concatenate([np.concatenate([o.source_units, o.target_units]) for o in operators]))
    units = units[units >= 0]
    n = components.counts[0]
    columns = components.forest_phi[:n], units[components.forest_u[:n]], units[components.forest_v[:n]]
    return components, list(zip(*(column.tolist() for column in columns), strict=True))


def assert_exact(operators, values, **options):
    """Same edges, same weights, same order."""
    found = sweep_forest(operators, values, **options)[1]
    assert found == canonical_forest(*edges_of(operators, values, least=options.get("least")))


@settings(max_examples=500, **CALM)
@given(graph=graphs(), options=settings_of_the_sweep)
def test_forest_is_kruskals(graph, options):
    _, operators, values = graph
    assert_exact(operators, values)
    assert_exact(operators, values, **options)
