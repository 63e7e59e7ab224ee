"""Kernels that count and list edges, against loops over all of them."""

import numpy as np
import pytest

from sktopo._numeric.census import count_edges, list_edges, without


def random_lists(rng, dtype):
    """Sorted lists of positive weights, some empty, and sources that share them."""
    lists = [np.sort(rng.integers(1, 6, size=rng.integers(0, 7)))[::-1] for _ in range(4)]
    at = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64)
    return lists, at, np.concatenate(lists).astype(dtype), rng.integers(0, 4, size=9), rng.integers(0, 4, size=9) / 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("least", [0.0, 2.0, 3.75])
@pytest.mark.parametrize("seed", range(5))
def test_edges_are_those_of_a_loop(dtype, least, seed):
    lists, at, weights, source_list, h = random_lists(np.random.default_rng(seed), dtype)
    expected = [w * h[k] for k in range(len(h)) for w in lists[source_list[k]] if w * h[k] > 0 and w * h[k] >= least]
    assert count_edges(at, weights, source_list, h, least) == len(expected)
    phi = np.empty(len(expected))
    assert list_edges(at, weights, source_list, h, least, phi) == len(expected)
    np.testing.assert_array_equal(phi, expected)


def test_products_that_round_to_zero_end_a_list():
    weights = np.array([1.0, 1e-200])
    assert count_edges(np.array([0, 2]), weights, np.array([0]), np.array([1e-200]), 0.0) == 1


@pytest.mark.parametrize("seed", range(10))
def test_a_multiset_difference_takes_each_value_as_often_as_it_is_removed(seed):
    rng = np.random.default_rng(seed)
    values = np.sort(rng.integers(0, 5, size=12))[::-1].astype(float)
    removed = np.sort(rng.choice(values, size=rng.integers(0, 13), replace=False))[::-1]
    rest = without(values, removed)
    assert (np.diff(rest) <= 0).all()
    np.testing.assert_array_equal(np.sort(np.concatenate([rest, removed])), np.sort(values))
