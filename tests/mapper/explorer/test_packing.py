"""Arrays survive the way to the page."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sktopo.mapper.explorer.packing import MANY, packed, packed_integers, packed_numbers, packed_rows
from tests.mapper.explorer.decoding import unpacked

rising = st.lists(st.integers(0, 2**32 - 1), max_size=30, unique=True).map(sorted)


@settings(deadline=None, derandomize=True)
@given(st.lists(rising, max_size=8))
def test_rows_of_rising_numbers_are_read_back(rows):
    indptr = np.cumsum([0, *map(len, rows)])
    assert unpacked(packed_rows(indptr, [value for row in rows for value in row])) == rows


def test_neighbouring_members_take_one_byte_each():
    assert len(packed_rows([0, 300], np.arange(1000, 1300))["b"]) <= (301 + 2) * 4 / 3


@pytest.mark.parametrize(("largest", "kind"), [(0, "u8"), (255, "u8"), (256, "u16"), (65535, "u16"), (65536, "u32")])
def test_integers_take_as_few_bytes_as_the_largest_needs(largest, kind):
    content = packed_integers([0, 1, largest])
    assert (content["t"], content["n"], unpacked(content)) == (kind, 3, [0, 1, largest])


def test_no_integers_are_an_empty_array():
    assert unpacked(packed_integers([])) == []


@pytest.mark.parametrize("kind", ["f32", "f16"])
def test_floats_are_read_back_to_their_precision(kind):
    values = np.linspace(-3, 7, 50)
    assert unpacked(packed(values, kind)) == pytest.approx(values, rel=1e-3 if kind == "f16" else 1e-6, abs=1e-2)


def test_many_numbers_are_rounded_to_less_than_a_thousandth_of_their_middle_half():
    values = np.random.default_rng(0).normal(7, 2, MANY + 1)
    content = packed_numbers(values)
    assert content["t"] == "u16"
    middle = np.subtract(*np.quantile(values, [0.75, 0.25]))
    assert np.abs(np.array(unpacked(content)) - values).max() <= middle / 2000
    assert packed_numbers(values[:-1])["t"] == "f32"


@pytest.mark.parametrize("odd", [lambda values: values**15, lambda values: np.where(values > 0, 1.5, 1.5)])
def test_numbers_that_rounding_would_spoil_are_kept(odd):
    values = odd(np.random.default_rng(0).normal(size=MANY + 1))
    content = packed_numbers(values)
    assert (content["t"], "step" in content) == ("f32", False)
    assert unpacked(content) == pytest.approx(values, rel=1e-6)
