"""The merge-tree kernels on their own, small enough to run as plain Python too (NUMBA_DISABLE_JIT=1)."""

import numpy as np
import pytest

from sktopo._numeric.merge_tree import merge_tree, sum_over_slices
from tests.oracles.merge_tree import classes, forest


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("heaviest", [2, 5, 1000])  # masses of ties, some, hardly any
def test_merge_tree_equals_its_definition(seed, heaviest):
    rng = np.random.default_rng(seed)
    u, v = rng.integers(0, 14, size=(2, 25))
    weights = rng.integers(1, heaviest, size=25).astype(float)
    edges = [edge for edge in zip(u.tolist(), v.tolist(), weights.tolist(), strict=True) if edge[0] != edge[1]]
    order, expected = forest(edges), classes(edges)
    ends, phi = np.array([edge[:2] for edge in order]), np.array([edge[2] for edge in order])
    tree = merge_tree(phi, ends[:, 0], ends[:, 1], 14)
    assert [order[e] for e in tree.peak] == [one["peak"] for one in expected]
    assert [None if e < 0 else order[e] for e in tree.merge] == [one["merge"] for one in expected]
    assert [None if p < 0 else p for p in tree.parent] == [one["parent"] for one in expected]
    for i, one in enumerate(expected):
        assert {order[e] for e in tree.links[tree.start[i] + 1 : tree.stop[i]]} == one["component"]
        assert {order[e] for e in tree.basin_links[tree.basin_start[i] + 1 : tree.basin_start[i + 1]]} == one["basin"]


@pytest.mark.parametrize("seed", range(10))
def test_sums_over_nested_slices(seed):
    rng = np.random.default_rng(seed)
    start, stop = [], []

    def split(a, b):
        if b - a > 1 and rng.random() < 0.8:
            start.append(a)
            stop.append(b)
            middle = int(rng.integers(a + 1, b))
            split(a + 1, middle)
            split(middle, b)

    split(0, 12)
    split(12, 20)
    order = np.argsort(start, kind="stable")
    start, stop = np.array(start, dtype=int)[order], np.array(stop, dtype=int)[order]
    weight = rng.random(len(start))
    count, total = sum_over_slices(start, stop, weight, 20)
    for p in range(20):
        inside = (start < p) & (p < stop)
        assert count[p] == inside.sum()
        assert total[p] == pytest.approx(weight[inside].sum())
