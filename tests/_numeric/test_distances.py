"""Distances by products against differences."""

import numpy as np
import pytest

from sktopo._numeric import distances as module
from sktopo._numeric.distances import cloud_of, distance_matrix, pair_lengths, squared_distances
from tests.oracles.rips import direct_distances


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (2, 1), (40, 3), (70, 130)])
@pytest.mark.parametrize("rows", [7, 256])
def test_matrix_is_that_of_differences(shape, rows, monkeypatch):
    monkeypatch.setattr(module, "ROWS", rows)
    points = np.random.default_rng(0).normal(size=shape)
    found = distance_matrix(points)
    np.testing.assert_allclose(found, direct_distances(points), rtol=1e-13)
    np.testing.assert_array_equal(found, found.T)


def test_close_pairs_keep_their_digits():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(6, 20))[rng.integers(0, 6, size=40)] * 1e3 + 1e-6 * rng.normal(size=(40, 20))
    np.testing.assert_allclose(distance_matrix(points), direct_distances(points), rtol=1e-13)


def test_digits_far_from_the_origin_are_those_of_the_coordinates():
    points = np.random.default_rng(2).normal(size=(40, 20)) + 1e8
    np.testing.assert_allclose(distance_matrix(points), direct_distances(points), rtol=1e-13)


def test_duplicates_are_at_distance_zero_and_others_are_not():
    points = np.random.default_rng(3).normal(size=(10, 50))[np.arange(30) % 10]
    found = distance_matrix(points)
    np.testing.assert_array_equal(found == 0, np.equal.outer(np.arange(30) % 10, np.arange(30) % 10))


def test_integer_points_have_exact_distances():
    points = np.random.default_rng(4).integers(-50, 50, size=(40, 300)).astype(np.float32)
    squared = (np.subtract.outer(points, points).diagonal(axis1=1, axis2=3).astype(np.int64) ** 2).sum(axis=2)
    np.testing.assert_array_equal(distance_matrix(points), np.sqrt(squared.astype(np.float64)))


def test_points_near_the_origin_are_left_there():
    points = np.random.default_rng(5).normal(size=(30, 4)) + 0.1
    assert cloud_of(points).centred is points


def test_centre_of_points_far_from_the_origin_is_one_of_them():
    points = 9 + np.random.default_rng(5).normal(size=(30, 4)).astype(np.float32)
    found = cloud_of(points).centred
    assert found.dtype == np.float64
    assert (found == 0).all(axis=1).sum() == 1
    np.testing.assert_allclose(found - found[0], points.astype(np.float64) - points[0].astype(np.float64), atol=1e-15)
    assert (np.linalg.norm(found, axis=1) <= 2 * np.linalg.norm(points - points.mean(axis=0), axis=1).max()).all()


def test_blocks_and_pairs_agree_with_the_matrix():
    points = np.random.default_rng(6).normal(size=(20, 5))
    points[3] = points[17]
    block = np.sqrt(squared_distances(cloud_of(points), slice(7), np.arange(20)))
    np.testing.assert_allclose(block, direct_distances(points)[:7], rtol=1e-13)
    assert block[3, 17] == 0
    i, j = np.array([0, 3, 5]), np.array([19, 17, 5])
    np.testing.assert_allclose(pair_lengths(points, i, j), direct_distances(points)[i, j], rtol=1e-15)
