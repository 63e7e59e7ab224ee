"""What is recorded is finite, whatever the type it is recorded in, and the value that the network computed."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from sktopo import ActivationExtractor


def recorded(X, **options):
    return ActivationExtractor(nn.Identity(), layers="input", **options).fit_transform(np.asarray(X, dtype="float32"))


def test_values_whose_sum_overflows_are_recorded():
    X = np.full((3, 8), 3e38, dtype="float32")
    assert np.isinf(torch.from_numpy(X).sum().item())
    np.testing.assert_array_equal(recorded(X)["input"], X)


class Root(nn.Module):
    def forward(self, x):
        return torch.sqrt(x)  # NaN below zero


class Inverse(nn.Module):
    def forward(self, x):
        return 1 / x


@pytest.mark.parametrize(("model", "bad"), [(Root(), -1.0), (Inverse(), 0.0), (Inverse(), -0.0)])
@pytest.mark.parametrize("batch_size", [2, 256])
def test_nan_and_infinity_name_layer_and_sample(model, bad, batch_size):
    X = np.ones((5, 2, 3), dtype="float32")
    extractor = ActivationExtractor(nn.Sequential(model), layers="0", batch_size=batch_size).fit(X)
    X[3, 1, 2] = bad
    with pytest.raises(ValueError, match="Layer '0' gives NaN or infinity for sample 3"):
        extractor.transform(X)


def test_infinities_that_cancel_are_still_found():
    extractor = ActivationExtractor(nn.Sequential(Inverse()), layers="0").fit(np.ones((2, 2)))
    with pytest.raises(ValueError, match="Layer '0' gives NaN or infinity for sample 1"):
        extractor.transform(np.array([[1.0, 2.0], [0.0, -0.0]]))


@pytest.mark.parametrize(("dtype", "least"), [("float16", 1e5), ("float32", 1e39)])
def test_a_value_beyond_the_type_it_is_recorded_in_is_an_error(dtype, least):
    X, model = np.ones((3, 2)), nn.Sequential(nn.Linear(2, 2, bias=False, dtype=torch.float64))
    nn.init.eye_(model[0].weight)
    extractor = ActivationExtractor(model, layers="0", dtype=dtype).fit(X)
    X[2, 1] = least
    with pytest.raises(ValueError, match=re.escape(f"gives {least:g} for sample 2, which is beyond {dtype}")):
        extractor.transform(X)


def test_half_precision_sums_may_overflow():
    X = np.full((2, 9), 6e4, dtype="float16")
    np.testing.assert_array_equal(recorded(X, dtype="float16")["input"], X)


class Typed(nn.Module):
    """Hands on its input in another type, as a view, with a gradient."""

    def __init__(self, dtype):
        super().__init__()
        self.dtype, self.scale = dtype, nn.Parameter(torch.ones(()))

    def forward(self, x):
        with torch.enable_grad():
            return (x * self.scale).T.to(self.dtype).T


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64, torch.int64, torch.bool])
def test_any_real_type_is_recorded(dtype):
    X = np.array([[1.0, -2.0, 0.0], [4.0, 0.5, 3.0]])
    found = ActivationExtractor(nn.Sequential(Typed(dtype)), layers="0").fit_transform(X)["0"]
    np.testing.assert_array_equal(found, torch.tensor(X).to(dtype).float().numpy())
    assert found.dtype == np.float32
