"""What is recorded is finite, whatever the type it is recorded in, and the value that the network computed."""

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
