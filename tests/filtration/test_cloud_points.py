"""What a point is: five meanings, masks among them."""

import numpy as np
import pytest

from sktopo import Activations, CloudFiltration
from sktopo.filtration.masks import covered_share
from sktopo.filtration.points import n_points_of, points_of, width_of
from tests.clouds import pairs_of
from tests.oracles import clouds as oracle

VALUES = np.random.default_rng(0).normal(size=(5, 3, 4, 6))
POSITIONS = VALUES.transpose(0, 2, 3, 1).reshape(5, 24, 3)


def rng():
    return np.random.default_rng(7)


def test_flat_is_one_point_per_input():
    np.testing.assert_array_equal(points_of(VALUES, "flat"), VALUES.reshape(5, -1))


def test_mean_is_the_mean_of_an_inputs_positions():
    np.testing.assert_allclose(points_of(VALUES, "mean"), VALUES.mean(axis=(2, 3)))


def test_all_is_every_position_of_every_input():
    np.testing.assert_array_equal(points_of(VALUES, "all"), POSITIONS.reshape(-1, 3))


def test_top_l2_is_the_position_of_largest_norm():
    expected = [max(cloud, key=lambda point: (point**2).sum()) for cloud in POSITIONS]
    np.testing.assert_array_equal(points_of(VALUES, "top_l2"), expected)


@pytest.mark.parametrize("factor", [1e-200, 1e200])
def test_top_l2_neither_overflows_nor_vanishes(factor):
    np.testing.assert_array_equal(points_of(factor * VALUES, "top_l2"), factor * points_of(VALUES, "top_l2"))


def test_top_l2_of_equals_is_the_first_and_of_small_integers_does_not_wrap():
    values = np.zeros((1, 2, 3), dtype=np.int8)
    values[0] = [[1, 1, 0], [0, 100, 100]]
    np.testing.assert_array_equal(points_of(values, "top_l2", channels="first"), [[1, 100]])


def test_random_is_one_position_of_every_input_and_no_favourite():
    found = points_of(VALUES, "random", rng=rng())
    assert all((POSITIONS[i] == point).all(axis=1).any() for i, point in enumerate(found))
    many = points_of(np.broadcast_to(np.arange(4.0)[None, None], (4000, 1, 4)), "random", channels="first", rng=rng())
    assert np.abs(np.bincount(many[:, 0].astype(int)) - 1000).max() < 120


def test_channels_may_be_first_or_last():
    last = VALUES.transpose(0, 2, 3, 1)
    np.testing.assert_array_equal(points_of(last, "all", channels="last"), points_of(VALUES, "all"))
    sequence = VALUES[:, :, 0]
    np.testing.assert_array_equal(points_of(sequence, "all"), sequence.reshape(-1, 6))
    first = points_of(sequence, "all", channels="first").reshape(5, 6, 3)
    np.testing.assert_array_equal(first, sequence.transpose(0, 2, 1))


@pytest.mark.parametrize("points", ["all", "mask", "flat", "mean", "top_l2", "random"])
@pytest.mark.parametrize("shape", [(5, 3, 4, 6), (5, 4, 6), (5, 2, 3, 2, 3)])
def test_sizes_are_known_before_the_points(points, shape):
    values = np.ones(shape)
    grid = shape[1:-1] if len(shape) == 3 else shape[2:]
    mask = np.random.default_rng(0).random((5, *grid)) > 0.5
    cloud = points_of(values, points, mask=mask, rng=rng())
    assert cloud.shape == (n_points_of(values, points, mask=mask), width_of(values, points))


def test_a_dense_layer_has_one_position():
    dense = np.arange(6.0).reshape(3, 2)
    for points in ("all", "flat", "mean", "top_l2", "random"):
        np.testing.assert_array_equal(points_of(dense, points, rng=rng()), dense)


@pytest.mark.parametrize("size", [(7, 9), (28, 28), (3, 2), (1, 1), (6, 4)])
@pytest.mark.parametrize("grid", [(7, 9), (4, 3), (5, 8), (1, 1)])
def test_masks_are_resized_by_area(size, grid):
    mask = np.random.default_rng(0).random(size) < 0.4
    np.testing.assert_allclose(covered_share(mask[None], grid)[0], oracle.covered_share(mask, grid), atol=1e-12)


def test_inside_and_outside_share_the_positions():
    mask = np.zeros((8, 12), dtype=bool)
    mask[2:6, 3:9] = True
    masks = np.repeat(mask[None], 5, axis=0)
    inside, outside = (points_of(VALUES, "mask", mask=masks, side=side) for side in ("inside", "outside"))
    assert len(inside) + len(outside) == 5 * 24
    expected = VALUES[:, :, 1:3, 1:5]  # of the first and last of these columns, exactly half is covered
    np.testing.assert_array_equal(inside, expected.transpose(0, 2, 3, 1).reshape(-1, 3))


def test_masks_travel_with_the_inputs():
    masks = np.zeros((5, 1, 8, 12))
    for i in range(5):
        masks[i, 0, :, : 2 * (i + 1)] = 1
    activations = Activations({"conv": VALUES, "mask": masks})
    filtration = CloudFiltration(points="mask", mask="mask", degrees=(0,))
    diagrams = filtration.fit_transform(activations)
    assert diagrams.layers == ("conv",)
    assert diagrams.counts[:, 0].tolist() == [4 * (i + 1) for i in range(5)]
    assert filtration.transform(activations[[3, 1]]) == diagrams[[3, 1]]
    np.testing.assert_array_equal(diagrams[0].pairs(), pairs_of(VALUES[0, :, :, 0].T)[0])


def test_one_mask_serves_all_inputs_and_sets():
    mask = np.eye(4, 6) > 0
    activations = Activations({"conv": VALUES})
    diagrams = CloudFiltration(points="mask", mask=mask, mask_side="outside").fit_transform(activations)
    assert diagrams.counts[:, 0].tolist() == [20] * 5
    whole = CloudFiltration(points="mask", mask=mask).fit_transform(activations.sets([0] * 5))
    assert whole.counts[0, 0] == 20


@pytest.mark.parametrize("points", ["flat", "mean", "top_l2", "random"])
def test_points_of_sets_reach_the_diagrams(points):
    sets = Activations({"conv": VALUES}).sets([0] * 5)
    diagrams = CloudFiltration(points=points, random_state=0).fit_transform(sets)
    assert diagrams.counts[0, 0] == 5
    if points != "random":
        np.testing.assert_array_equal(diagrams.pairs("conv", 0), pairs_of(points_of(VALUES, points))[0])
