"""Ragged arithmetic against lists of lists."""

import numpy as np
import pytest

from sktopo.diagrams.ragged import gather, offsets_of, segments_of, spread

SIZES = [2, 0, 3, 1, 0, 4]  # three samples of two blocks
LISTS = [list(part) for part in np.split(np.arange(10), np.cumsum(SIZES)[:-1])]


def test_offsets_are_running_sums_from_zero():
    assert offsets_of(SIZES).tolist() == [0, 2, 2, 5, 6, 6, 10]
    assert offsets_of([]).tolist() == [0] and offsets_of([]).dtype == np.int64


@pytest.mark.parametrize(
    ("samples", "blocks"), [([0, 1, 2], [0, 1]), ([2, 0], [1]), ([1, 1], [1, -1, 0]), ([], [0, 1]), (range(0), [-1])]
)
def test_gathered_segments_are_the_lists_themselves(samples, blocks):
    expected = [LISTS[i * 2 + j] if j >= 0 else [] for i in samples for j in blocks]
    places, offsets = gather(offsets_of(SIZES), segments_of(samples, blocks, 2))
    assert [places[a:b].tolist() for a, b in zip(offsets[:-1], offsets[1:], strict=True)] == expected


def test_spread_repeats_a_value_for_every_element_of_its_block():
    expected = [[7.0, 8.0][number % 2] for number, part in enumerate(LISTS) for _ in part]
    assert spread([7.0, 8.0], offsets_of(SIZES)).tolist() == expected
    assert spread([7.0, 8.0], offsets_of([])).tolist() == []
