"""The arrays that the sweep works in: of the sizes that were asked for, apart from each other, on cache lines."""

import numpy as np
import pytest

from sktopo._numeric.components import AFTER, RECORD, SIZE, essential_births
from sktopo._numeric.workspace import LINE, new_components, new_workspace, size_of
from sktopo.filtration.plan import plan_operators
from tests.operators import FAMILIES, random_graph


def arrays_of(workspace):
    return [part for field in workspace for part in (field if isinstance(field, tuple) else [field])]


@pytest.mark.parametrize("family", FAMILIES)
def test_arrays_do_not_overlap_and_begin_on_cache_lines(family):
    sizes = plan_operators("network", random_graph(0, family)[0]).sizes._replace(n_listed=9, bits=2)
    arrays = arrays_of(new_workspace(sizes))
    for i, array in enumerate(arrays):
        assert array.ctypes.data % LINE == 0 or len(array) == 0
        array[:] = i
    assert all((array == i).all() for i, array in enumerate(arrays))
    assert sum(array.nbytes for array in arrays) <= size_of(sizes)


def test_new_components_are_single_vertices():
    components = new_components(5)
    np.testing.assert_array_equal(components.label, np.arange(5))
    np.testing.assert_array_equal(components.records[AFTER::RECORD], np.arange(5))
    assert (components.records[SIZE::RECORD] == 1).all() and not components.counts.any()
    assert len(essential_births(components)) == 0
