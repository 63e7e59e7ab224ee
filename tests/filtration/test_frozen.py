"""Arrays that kernels read have one type, whatever way they came: another one compiles the sweep again."""

import copy
import dataclasses
import pickle

import joblib
import numba
import numpy as np
import pytest

from sktopo._numeric.listed import weigh_listed
from sktopo.filtration.plan import plan_operators
from tests.operators import random_graph


def from_unwritable_memory(plan, folder):
    """As dask hands objects from process to process."""
    buffers = []
    data = pickle.dumps(plan, 5, buffer_callback=buffers.append)
    return pickle.loads(data, buffers=[bytes(buffer) for buffer in buffers])


def from_memory_map(plan, folder):
    joblib.dump(plan, folder / "plan.joblib")
    return joblib.load(folder / "plan.joblib", mmap_mode="r")


def from_pickle(plan, folder):
    return pickle.loads(pickle.dumps(plan))


def from_copy(plan, folder):
    return copy.deepcopy(plan)


def from_replacement(plan, folder):
    return dataclasses.replace(plan, tables=plan.tables._replace(list_w=plan.tables.list_w.copy()))


@pytest.mark.parametrize("way", [from_unwritable_memory, from_memory_map, from_pickle, from_copy, from_replacement])
def test_tables_have_the_same_type_whatever_way_they_came(way, tmp_path):
    operators, values = random_graph(0, "pooled")
    plan = plan_operators("network", operators)
    other = way(plan, tmp_path)
    assert numba.typeof(other.tables) == numba.typeof(plan.tables)
    for ours, theirs in zip(other.listed, plan.listed, strict=True):
        assert {numba.typeof(getattr(ours, name)) for name in ("u", "v")} == {numba.typeof(theirs.u)}
        assert numba.typeof(ours.weight) == numba.typeof(theirs.weight)
    forests = [each.forest(values.__getitem__, {}, {}) for each in (plan, other)]
    np.testing.assert_array_equal(
        forests[0].forest_phi[: forests[0].counts[0]], forests[1].forest_phi[: forests[1].counts[0]]
    )


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_recorded_values_may_be_unwritable_without_another_compilation():
    operators, values = random_graph(0, "pooled")
    plan = plan_operators("network", operators)
    plan.forest(values.__getitem__, {}, {})
    before = len(weigh_listed.signatures)
    for value in values.values():
        value.flags.writeable = False
    plan.forest(values.__getitem__, {}, {})
    assert len(weigh_listed.signatures) == before
