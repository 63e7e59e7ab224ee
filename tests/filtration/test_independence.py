"""A sample's diagrams depend on nothing but the sample: no threads, no neighbours, no order."""

import numpy as np
import pytest
import torch
from torch import nn

from sktopo import ActivationExtractor, Activations, GraphFiltration

N_SAMPLES = 12


def small_network():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 30),
        nn.ReLU(),
        nn.Linear(30, 5),
    ).eval()


@pytest.fixture(scope="module")
def activations():
    torch.manual_seed(0)
    model = small_network()
    x = np.random.default_rng(0).normal(size=(N_SAMPLES, 1, 8, 8))
    x[3] = 0.0
    x[5] = x[4]
    return ActivationExtractor(model).fit_transform(x)


def chosen(activations, samples):
    return Activations({name: values[samples] for name, values in activations.items()}, network=activations.network)


def pairs(diagrams, i):
    return [diagrams[i].pairs(*block).tolist() for block in diagrams.blocks]


OPTIONS = [{}, dict(scope="layer", births="all"), dict(normalize="sample", keep=0.01), dict(normalize="layer")]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
class TestIndependence:
    @pytest.fixture
    def fitted(self, activations, options):
        return GraphFiltration(**options).fit(activations)

    @pytest.mark.parametrize("n_jobs", [2, 3, -1])
    def test_of_the_number_of_threads(self, activations, options, n_jobs):
        assert GraphFiltration(**options, n_jobs=n_jobs).fit_transform(activations) == GraphFiltration(
            **options
        ).fit_transform(activations)

    def test_of_the_other_samples(self, activations, fitted):
        together = fitted.transform(activations)
        for i in range(N_SAMPLES):
            assert pairs(fitted.transform(chosen(activations, [i])), 0) == pairs(together, i)

    def test_of_the_order_of_samples(self, activations, fitted):
        order = np.random.default_rng(1).permutation(N_SAMPLES)
        together, shuffled = fitted.transform(activations), fitted.transform(chosen(activations, order))
        for i in range(N_SAMPLES):
            assert pairs(shuffled, i) == pairs(together, order[i])

    def test_of_what_was_asked_before(self, activations, fitted):
        first = fitted.transform(activations)
        fitted.transform(chosen(activations, [7, 3]))
        assert fitted.transform(activations) == first

    def test_equal_samples_have_equal_diagrams(self, activations, fitted):
        diagrams = fitted.transform(activations)
        assert pairs(diagrams, 4) == pairs(diagrams, 5)


def test_activations_are_left_as_they_were(activations):
    before = {name: values.copy() for name, values in activations.items()}
    GraphFiltration(normalize="sample", keep=0.1, n_jobs=2).fit_transform(activations)
    for name, values in activations.items():
        np.testing.assert_array_equal(values, before[name])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("scope", ["network", "layer"])
def test_what_is_not_finite_names_layer_and_sample(activations, scope, value):
    filtration = GraphFiltration(scope=scope).fit(activations)
    for layer in ("input", "3", "5"):
        values = {name: array.copy() for name, array in activations.items()}
        values[layer].reshape(N_SAMPLES, -1)[9, -1] = value
        with pytest.raises(ValueError, match=f"Layer '{layer}' contains NaN or infinity in sample 9"):
            filtration.transform(Activations(values, network=activations.network))
        with pytest.raises(ValueError, match=f"Layer '{layer}' contains NaN or infinity in sample 9"):
            GraphFiltration(scope=scope).fit(Activations(values, network=activations.network))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("module", "name"), [(0, "0"), (4, "4"), (6, "6")])
def test_weights_that_are_not_finite_name_their_operator(module, name, value):
    model = small_network()
    activations = ActivationExtractor(model).fit_transform(np.ones((1, 1, 8, 8)))
    operator = next(o for o in activations.network.operators if o.name == name)
    operator.weight.reshape(-1)[-1] = value
    with pytest.raises(ValueError, match=f"weights of '{name}' contain NaN or infinity"):
        GraphFiltration().fit(activations)


def test_a_sum_that_overflows_is_no_infinity():
    """Finite values whose sum is not are accepted."""
    model = nn.Linear(4, 2, bias=False).double()
    with torch.no_grad():
        model.weight.fill_(1e-308)
    activations = ActivationExtractor(nn.Sequential(model), dtype="float64").fit_transform(np.full((1, 4), 1.5e308))
    diagrams = GraphFiltration().fit_transform(activations)
    np.testing.assert_allclose(-diagrams[0].pairs("network", 0), [[1.5, -np.inf]])


def test_infinities_of_both_signs_name_layer_and_sample_too(activations):
    values = {name: array.copy() for name, array in activations.items()}
    values["5"][2, :2] = np.inf, -np.inf
    with pytest.raises(ValueError, match="Layer '5' contains NaN or infinity in sample 2"):
        GraphFiltration().fit(Activations(values, network=activations.network))
