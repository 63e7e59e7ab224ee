"""Shifts of inputs: what they do, and that they leave the inputs alone."""

import numpy as np
import pytest

from sktopo.datasets import load_digits_images
from sktopo.detection import shifts

IMAGES, DIGITS = (part[:50] for part in load_digits_images())
SHIFTS = {
    "noise": lambda X: shifts.add_noise(X, 0.3),
    "blur": lambda X: shifts.blur(X, 1.0),
    "shuffle": shifts.shuffle_pixels,
    "invert": shifts.invert,
}


@pytest.mark.parametrize("shift", SHIFTS)
def test_shape_type_and_range_stay_and_inputs_are_not_changed(shift):
    before = IMAGES.copy()
    shifted = SHIFTS[shift](IMAGES)
    assert shifted.shape == IMAGES.shape and shifted.dtype == IMAGES.dtype
    assert shifted.min() >= 0 and shifted.max() <= 1 and (shifted != IMAGES).any()
    np.testing.assert_array_equal(IMAGES, before)
    np.testing.assert_allclose(SHIFTS["shuffle"](IMAGES)[:5], SHIFTS["shuffle"](IMAGES[:5]))


def test_noise_has_its_scale():
    noise = shifts.add_noise(np.zeros((200, 50)), 0.3, clip=None)
    assert noise.std() == pytest.approx(0.3, rel=0.03) and noise.mean() == pytest.approx(0, abs=0.01)


def test_blur_keeps_what_is_constant_and_mixes_neighbours_of_one_image_only():
    image = np.zeros((2, 1, 9, 9))
    image[0, 0, 4, 4] = 1.0
    blurred = shifts.blur(image, 1.0)
    assert blurred[0].sum() == pytest.approx(1.0, rel=1e-3) and 0 < blurred[0, 0, 4, 5] < blurred[0, 0, 4, 4] < 1
    assert not blurred[1].any()
    np.testing.assert_allclose(shifts.blur(np.full((1, 4, 4), 0.7), 2.0), 0.7)


def test_shuffling_keeps_every_inputs_values():
    np.testing.assert_array_equal(
        np.sort(shifts.shuffle_pixels(IMAGES).reshape(50, -1)), np.sort(IMAGES.reshape(50, -1))
    )


def test_inversion_is_its_own_inverse():
    np.testing.assert_allclose(shifts.invert(shifts.invert(IMAGES)), IMAGES, atol=1e-6)
    np.testing.assert_array_equal(shifts.invert([[-1.0, 1.0]], clip=(-1.0, 1.0)), [[1.0, -1.0]])


def test_classes_left_out_are_in_neither_part_of_the_others():
    seen, labels, unseen = shifts.unseen_classes(IMAGES, DIGITS, [3, 8])
    assert len(seen) + len(unseen) == 50 and len(unseen) == np.isin(DIGITS, [3, 8]).sum()
    assert sorted(set(labels)) == list(range(8))
    kept = DIGITS[~np.isin(DIGITS, [3, 8])]
    assert len({(old, new) for old, new in zip(kept, labels, strict=True)}) == 8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shifts.add_noise(IMAGES, -1), "'scale' of add_noise must be a number >= 0"),
        (lambda: shifts.blur(IMAGES, None), "'scale' of blur must be a number >= 0"),
        (lambda: shifts.blur(np.ones((3, 4)), 1.0), "blur takes images"),
        (lambda: shifts.unseen_classes(IMAGES, DIGITS, [12]), r"Classes \[12\] are to be left out, and no input has"),
        (lambda: shifts.unseen_classes(IMAGES, DIGITS, range(10)), "Leave some for training"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_half_precision_is_blurred_and_whole_numbers_are_rounded():
    half = shifts.blur(IMAGES.astype(np.float16), 1.0)
    assert half.dtype == np.float16
    np.testing.assert_allclose(half, shifts.blur(IMAGES, 1.0), atol=1e-3)
    grey = (IMAGES * 255).astype(np.uint8)
    smooth = shifts.blur(grey, 1.0)
    assert smooth.dtype == np.uint8
    np.testing.assert_array_equal(smooth, np.round(shifts.blur(grey.astype(np.float64), 1.0)))


@pytest.mark.parametrize("shift", [lambda X: shifts.add_noise(X, 0.1), shifts.invert])
def test_values_outside_the_range_are_refused_and_not_cut_off(shift):
    for X in (16 * IMAGES, (255 * IMAGES).astype(np.uint8)):
        with pytest.raises(ValueError, match="values from 0 to .*Give the range that your inputs can have as clip"):
            shift(X)
    np.testing.assert_array_equal(shifts.invert(np.array([[0, 200]], dtype=np.uint8), clip=(0, 255)), [[255, 55]])


def test_inversion_needs_a_range():
    with pytest.raises(ValueError, match="clip is None. Give"):
        shifts.invert(IMAGES, clip=None)
