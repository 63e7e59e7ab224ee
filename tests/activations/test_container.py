"""Activations: an array along samples, a mapping along layers."""

import pickle

import numpy as np
import pytest
from sklearn.model_selection import KFold, train_test_split

from sktopo import Activations


@pytest.fixture
def activations():
    hidden = np.arange(24, dtype="float32").reshape(6, 2, 2)
    return Activations({"hidden": hidden, "output": np.arange(6.0)[:, None]}, network="description")


def test_length_shape_and_layers(activations):
    assert len(activations) == 6
    assert activations.shape == (6, 2)
    assert activations.layers == ("hidden", "output")
    assert "hidden" in activations and "input" not in activations


@pytest.mark.parametrize(
    ("key", "samples"),
    [
        (2, [2]),
        (-1, [5]),
        (slice(1, 5, 2), [1, 3]),
        ([4, 0], [4, 0]),
        (np.array([True, False, False, True, False, False]), [0, 3]),
        ((np.array([1, 1]), Ellipsis), [1, 1]),
        ([], []),
    ],
)
def test_every_index_along_samples_keeps_layers_and_network(activations, key, samples):
    chosen = activations[key]
    assert chosen.layers == activations.layers
    assert chosen.network == "description"
    np.testing.assert_array_equal(chosen["output"][:, 0], samples)
    np.testing.assert_array_equal(chosen["hidden"], activations["hidden"][samples])


def test_index_out_of_range_is_an_error(activations):
    with pytest.raises(IndexError, match="Sample 6 does not exist: there are 6 samples"):
        activations[6]


def test_mask_of_another_length_is_an_error(activations):
    with pytest.raises(IndexError, match="mask has 3 entries for 6 samples"):
        activations[np.array([True, False, True])]


def test_index_by_column_is_an_error(activations):
    with pytest.raises(IndexError, match="indexed by sample or by layer name"):
        activations[:, 0]


def test_unknown_layer_offers_the_closest_name(activations):
    with pytest.raises(KeyError, match="No layer 'hiden' was recorded.*hidden"):
        activations["hiden"]


def test_array_joins_the_flattened_layers(activations):
    matrix = np.asarray(activations)
    assert matrix.shape == (6, 5)
    np.testing.assert_array_equal(matrix[1], [4, 5, 6, 7, 1])


def test_iteration_gives_each_sample(activations):
    assert [float(one["output"][0, 0]) for one in activations] == [0, 1, 2, 3, 4, 5]


def test_concatenate_undoes_slicing(activations):
    again = Activations.concatenate([activations[:2], activations[2:]])
    np.testing.assert_array_equal(np.asarray(again), np.asarray(activations))


def test_concatenate_refuses_other_layers(activations):
    with pytest.raises(ValueError, match="Part 1 has layers"):
        Activations.concatenate([activations, Activations({"hidden": np.zeros((1, 2, 2))})])


def test_sets_gathers_one_sample_per_group(activations):
    clouds = activations.sets([1, 0, 1, 0, 1, 0])
    assert [len(cloud) for cloud in clouds] == [3, 3]
    np.testing.assert_array_equal(clouds[1]["output"][:, 0], [0, 2, 4])


def test_sets_refuses_groups_of_another_length(activations):
    with pytest.raises(ValueError, match="one entry for each of the 6 samples"):
        activations.sets([0, 1])


def test_layers_must_agree_about_the_number_of_samples():
    with pytest.raises(ValueError, match="same number of samples"):
        Activations({"a": np.zeros((2, 1)), "b": np.zeros((3, 1))})


def test_no_layer_and_scalar_layers_are_errors():
    with pytest.raises(ValueError, match="at least one layer"):
        Activations({})
    with pytest.raises(ValueError, match="Layer 'a' must be an array"):
        Activations({"a": 1.0})


def test_scikit_learn_splits_activations(activations):
    train, test = train_test_split(activations, test_size=2, random_state=0)
    assert (len(train), len(test)) == (4, 2)
    assert [len(held) for _, held in KFold(3).split(activations)] == [2, 2, 2]


def test_pickle_round_trip(activations):
    again = pickle.loads(pickle.dumps(activations))
    assert again.layers == activations.layers
    assert again.network == "description"
    np.testing.assert_array_equal(np.asarray(again), np.asarray(activations))


def test_memory_maps_are_kept_as_they_are(tmp_path):
    np.save(tmp_path / "layer.npy", np.arange(8.0).reshape(4, 2))
    mapped = np.load(tmp_path / "layer.npy", mmap_mode="r")
    assert isinstance(Activations({"layer": mapped})["layer"], np.memmap)
