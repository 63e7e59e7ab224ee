"""Memory that is lent to work in: no result lies in it, no threads share it, no estimator holds it."""

import pickle
import threading

import numpy as np
import pytest
import torch
from scipy import sparse
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.filtration import lending
from sktopo.filtration import plan as plan_module
from sktopo.filtration.plan import plan_operators
from tests.operators import random_graph


def samples(n, size=60):
    rng = np.random.default_rng(0)
    return rng.random((n, size))


@pytest.mark.parametrize("births", ["edge", "all"])
@pytest.mark.parametrize("normalize", [None, "sample"])
@pytest.mark.parametrize("degrees", [(0,), (0, 1)])
def test_results_stay_when_memory_is_used_again(births, normalize, degrees):
    rng = np.random.default_rng(1)
    graphs = [sparse.random(30, 30, 0.3, random_state=rng) for _ in range(6)]
    graphs = [sparse.csr_matrix(graph + graph.T) for graph in graphs]
    filtration = GraphFiltration(births=births, normalize=normalize, degrees=degrees).fit(graphs)
    first = filtration.transform(graphs)
    birth, death = first.birth.copy(), first.death.copy()
    filtration.transform(graphs[::-1])
    np.testing.assert_array_equal(first.birth, birth)
    np.testing.assert_array_equal(first.death, death)
    np.testing.assert_array_equal(filtration.transform(graphs).birth, birth)


def test_merge_trees_stay_when_memory_is_used_again():
    X = samples(4)
    filtration = GraphFiltration().fit(X)
    trees = [tree["graph", 0] for tree in filtration.merge_trees(X)]
    phi, edges = [tree.phi.copy() for tree in trees], [tree.edges.copy() for tree in trees]
    filtration.transform(X[::-1])
    filtration.merge_trees(X[::-1])
    for tree, was_phi, was_edges in zip(trees, phi, edges, strict=True):
        np.testing.assert_array_equal(tree.phi, was_phi)
        np.testing.assert_array_equal(tree.edges, was_edges)


def overwrite_lent_memory(byte):
    for _, _, loan in lending._lender.kept:
        for part in loan if isinstance(loan, tuple) else [loan]:
            for array in part if isinstance(part, tuple) else [part]:
                array.view(np.uint8)[:] = byte


@pytest.fixture(scope="module")
def activations():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 9), nn.Linear(9, 3)
    )
    return ActivationExtractor(model.eval()).fit_transform(np.random.default_rng(0).random((7, 1, 10, 10)))


@pytest.mark.parametrize("options", [
    {}, {"scope": "layer"}, {"births": "all"}, {"normalize": "sample"}, {"keep": 0.05}, {"degrees": (0, 1)},
    {"keep_quantile": 0.3}, {"n_jobs": 3},
])  # fmt: skip
def test_no_result_lies_in_lent_memory_or_depends_on_what_was_in_it(activations, options):
    filtration = GraphFiltration(**options).fit(activations)
    first = filtration.transform(activations)
    birth, death = first.birth.copy(), first.death.copy()
    trees = [tree["network", 0].phi for tree in GraphFiltration().fit(activations).merge_trees(activations)]
    phi = np.concatenate(trees)
    overwrite_lent_memory(0x41)
    np.testing.assert_array_equal(first.birth, birth)
    np.testing.assert_array_equal(first.death, death)
    np.testing.assert_array_equal(np.concatenate(trees), phi)
    for byte in (0x00, 0xFF):
        overwrite_lent_memory(byte)
        again = filtration.transform(activations)
        np.testing.assert_array_equal(again.birth, birth)
        np.testing.assert_array_equal(again.death, death)


def test_forests_in_memory_that_was_used_before_are_the_same():
    for seed, family in enumerate(("conv2d", "mlp", "pooled", "residual", "tokens")):
        operators, values = random_graph(seed, family)
        plan = plan_operators("network", operators)
        first = plan.forest(values.__getitem__, {}, {})
        with lending.borrowed_workspace(plan.sizes._replace(bits=plan_module.BITS)) as workspace:
            for part in workspace:
                for array in part if isinstance(part, tuple) else [part]:
                    array[:] = -1
        for _ in range(3):
            again = plan.forest(values.__getitem__, {}, {})
            n = first.counts[0]
            np.testing.assert_array_equal(again.counts, first.counts)
            for field in ("forest_phi", "forest_u", "forest_v"):
                np.testing.assert_array_equal(getattr(again, field)[:n], getattr(first, field)[:n])


@pytest.fixture
def lender(monkeypatch):
    """One that has lent nothing yet."""
    monkeypatch.setattr(lending, "_lender", lending.Lender())
    return lending._lender


def test_what_is_returned_is_lent_again(lender):
    with lending.borrowed_doubles(100) as first:
        assert len(first) >= 100
    with lending.borrowed_doubles(120) as second, lending.borrowed_doubles(90) as third:
        assert np.shares_memory(first, second) and not np.shares_memory(first, third)
    with lending.borrowed_doubles(1000) as larger:
        assert len(larger) >= 1000


def test_no_two_threads_work_in_the_same_memory(lender):
    together, addresses = threading.Barrier(3), []

    def work():
        with lending.borrowed_doubles(1000) as room:
            together.wait()
            addresses.append(room.ctypes.data)

    for _ in range(2):
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(addresses) == 6 and len(set(addresses)) == 3


def test_no_more_is_kept_than_the_most(lender, monkeypatch):
    monkeypatch.setattr(lending, "KEPT", 8 * 1500)
    for n in (2048, 512, 1024, 256):  # too large; kept; kept; kept, and the first is dropped
        with lending.borrowed_doubles(n):
            pass
    assert [size for _, size, _ in lender.kept] == [8 * 256, 8 * 1024]


def test_memory_of_a_failed_computation_is_dropped(lender):
    with pytest.raises(KeyboardInterrupt), lending.borrowed_doubles(10):
        raise KeyboardInterrupt
    assert not lender.kept


def test_a_fitted_filtration_does_not_grow_by_what_it_has_worked_in():
    X = samples(3, 2000)
    filtration = GraphFiltration().fit(X)
    before = len(pickle.dumps(filtration))
    filtration.transform(X)
    assert len(pickle.dumps(filtration)) == before


def test_threads_find_the_same_diagrams():
    X = samples(40)
    one, many = (GraphFiltration(n_jobs=n_jobs).fit(X).transform(X) for n_jobs in (1, 4))
    np.testing.assert_array_equal(one.birth, many.birth)
    np.testing.assert_array_equal(one.death, many.death)
