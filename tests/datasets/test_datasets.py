"""Real digits, and networks that learn them in seconds, the same every time."""

import numpy as np
import pytest
import torch

from sktopo.datasets import (
    accuracy,
    load_digits_images,
    make_ccff,
    make_mlp,
    make_residual_cnn,
    make_tiny10,
    train_network,
)

IMAGES, LABELS = load_digits_images()


def test_digits_are_images_between_zero_and_one():
    assert IMAGES.shape == (1797, 1, 8, 8) and IMAGES.dtype == np.float32
    assert IMAGES.min() == 0 and IMAGES.max() == 1
    assert LABELS.dtype == np.int64 and set(LABELS) == set(range(10))


@pytest.mark.parametrize("make", [make_mlp, make_ccff, make_residual_cnn, make_tiny10])
def test_networks_learn_and_training_repeats_exactly(make):
    models = [train_network(make(), IMAGES[:900], LABELS[:900], epochs=8) for _ in range(2)]
    assert accuracy(models[0], IMAGES[900:], LABELS[900:]) > 0.7
    for a, b in zip(*(model.state_dict().values() for model in models), strict=True):
        assert torch.equal(a, b)
    assert not models[0].training


def test_training_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    train_network(make_mlp((4,), seed=3), IMAGES[:64], LABELS[:64], epochs=1)
    assert torch.equal(before, torch.get_rng_state())


def test_seeds_make_different_networks():
    assert not torch.equal(make_mlp(seed=0).fc1.weight, make_mlp(seed=1).fc1.weight)


def test_unknown_activation_is_an_error():
    with pytest.raises(ValueError, match="'relu' or 'sigmoid'"):
        make_ccff("tanh")


def test_tiny10_has_the_published_channels_and_halves_the_image_twice():
    shapes, x = {}, torch.zeros(1, 1, 8, 8)
    for name, layer in make_tiny10(width=16).named_children():
        x = layer(x)
        shapes[name] = tuple(x.shape[1:])
    assert [shapes[f"conv{i}"] for i in (1, 2, 3, 4, 5, 6, 7, 8)] == [
        (16, 8, 8), (16, 8, 8), (32, 4, 4), (32, 4, 4), (32, 4, 4), (64, 2, 2), (64, 2, 2), (64, 2, 2),
    ]  # fmt: skip
    assert shapes["flatten"] == (64,) and shapes["fc"] == (10,)
    assert make_tiny10().conv8[0].kernel_size == (1, 1)
