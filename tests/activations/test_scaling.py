"""Products with constants, signs and normalisations: what is folded, what joins a sum by edges, what passes through."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sktopo.activations.tracing import describe

WEIGHT = torch.tensor([[1.0, 2.0, -3.0], [0.5, -1.0, 4.0]])
GAMMA = torch.tensor([3.0, -0.5])


class Net(nn.Module):
    """A forward written by hand around two linear layers and a parameter."""

    def __init__(self, run):
        super().__init__()
        self.run = run
        self.a, self.b = nn.Linear(3, 2), nn.Linear(2, 2)
        self.a.weight.data, self.gamma = WEIGHT.clone(), nn.Parameter(GAMMA.clone())
        self.register_buffer("step", torch.tensor([2.0, 2.0]))

    def forward(self, x):
        return self.run(self, x)


def described(run):
    found = describe(Net(run).eval(), (torch.tensor([[1.0, -2.0, 0.5]]),))
    assert found.network is not None, found.error
    return found.network


FOLDED = {
    "a parameter": (lambda s, x: s.gamma * s.a(x), GAMMA),
    "a number": (lambda s, x: s.a(x) * 0.25, 0.25),
    "a quotient": (lambda s, x: s.a(x) / 4, 0.25),
    "a quotient by a parameter": (lambda s, x: torch.div(s.a(x), s.gamma), 1 / GAMMA),
    "in place": (lambda s, x: s.a(x).mul_(s.gamma), GAMMA),
    "an operator in place": (lambda s, x: twice(s.a(x)), 2.0),
    "a constant tensor made on the way": (lambda s, x: torch.multiply(s.a(x), other=s.gamma.exp()), GAMMA.exp()),
    "a mask": (lambda s, x: s.a(x) * torch.tensor([True, False]), torch.tensor([1.0, 0.0])),
    "one scale after another": (lambda s, x: 3 * (s.a(x) * s.gamma), 3 * GAMMA),
    "a sign": (lambda s, x: -s.a(x), -1.0),
    "taken from a constant": (lambda s, x: s.gamma - s.a(x), -1.0),
    "taken from a number": (lambda s, x: 1 - s.a(x), -1.0),
    "added to a constant with alpha": (lambda s, x: torch.add(s.gamma, s.a(x), alpha=0.5), 0.5),
    "through moves": (lambda s, x: (s.a(x).unsqueeze(2).transpose(1, 2) * s.gamma).flatten(1), GAMMA),
}


def twice(y):
    y *= 2
    return y


@pytest.mark.parametrize("case", FOLDED)
def test_a_scale_is_folded_into_what_feeds_it(case):
    run, scale = FOLDED[case]
    network = described(run)
    assert len(network.operators) == 1 and len(network.units) == 2
    expected = WEIGHT * torch.as_tensor(scale).reshape(-1, 1)
    np.testing.assert_allclose(network.operators[0].weight, expected.detach().numpy(), rtol=1e-6)


PASSED = {
    "an activation function between": lambda s, x: s.b(F.relu(s.a(x)) * s.gamma),
    "several readers": lambda s, x: (y := s.a(x), s.b(y * 2 + y.tanh() * 0))[1],
    "a constant over activations": lambda s, x: s.b(1 / s.a(x)),
    "a square": lambda s, x: s.b((y := s.a(x)) * y),
    "a rounded quotient": lambda s, x: s.b(torch.div(s.a(x), 2, rounding_mode="floor")),
}


@pytest.mark.parametrize("case", PASSED)
def test_what_is_no_scale_of_one_operator_leaves_its_weights(case):
    network = described(PASSED[case])
    np.testing.assert_array_equal(network.operators[0].weight, WEIGHT)
    assert network.operators[0].name == "a" and network.operators[-1].name == "b"


def test_the_next_operator_reads_the_scaled_value():
    network = described(PASSED["an activation function between"])
    assert [operator.source for operator in network.operators] == ["input", "mul()"]
    np.testing.assert_array_equal(network.operators[1].source_units, network.operators[0].target_units)


def test_a_scale_that_cannot_be_folded_is_an_edge_of_the_sum():
    network = described(lambda s, x: F.relu(s.a(x)) * s.gamma + s.b(x[:, :2]))
    scaled = network.operators[-1]
    assert (scaled.kind, scaled.source, list(scaled.weights)) == ("sparse", "mul()", [1.0, 1.0])
    np.testing.assert_array_equal(scaled.source_units, network.operators[0].target_units)
    assert [layer.name for layer in network.units] == ["input", "a", "add()"]


def test_alpha_of_a_branch_is_folded_into_it():
    network = described(lambda s, x: torch.add(x[:, :2], s.a(x), alpha=0.5))
    np.testing.assert_array_equal(network.operators[0].weight, WEIGHT / 2)
    assert list(network.operators[1].weights) == [1.0, 1.0]
    assert len(network.units) == 2


def test_alpha_of_a_branch_behind_an_activation_function_is_the_weight_of_its_edges():
    network = described(lambda s, x: torch.sub(x[:, :2], F.relu(s.a(x)), alpha=0.5))
    np.testing.assert_array_equal(network.operators[0].weight, WEIGHT)
    assert sorted((o.source, *o.weights) for o in network.operators[1:]) == [
        ("getitem()", 1.0, 1.0),
        ("relu()", -0.5, -0.5),
    ]


def test_a_sum_of_functions_of_the_same_units_makes_no_edges():
    network = described(lambda s, x: s.b(torch.add(y := s.a(x), y.relu(), alpha=3)))
    assert [(operator.name, operator.source) for operator in network.operators] == [("a", "input"), ("b", "add()")]
    np.testing.assert_array_equal(network.operators[1].source_units, network.operators[0].target_units)


def test_the_units_of_a_sum_are_in_the_order_of_its_elements():
    """The branch computes channels last; the sum is channels first."""

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 2, bias=False)
            self.fc.weight.data = torch.tensor([[1.0, 10.0], [100.0, 1000.0]])

        def forward(self, x):
            return x + self.fc(x.permute(0, 2, 1)).permute(0, 2, 1)

    network = describe(Block().eval(), (torch.ones(1, 2, 3),)).network
    dense, identity = network.operators
    assert network.units[1].shape == (2, 3)
    np.testing.assert_array_equal(identity.target_units, 6 + np.arange(6))
    np.testing.assert_array_equal(dense.target_units, 6 + np.arange(6).reshape(2, 3).T.ravel())


def test_a_gelu_written_out_is_a_gelu():
    def written_out(s, x):
        y = s.a(x)
        return s.b(0.5 * y * (1 + torch.tanh(0.7978845608 * (y + 0.044715 * y**3))))

    found, expected = described(written_out), described(lambda s, x: s.b(F.gelu(s.a(x))))
    for one, other in zip(found.operators, expected.operators, strict=True):
        assert one.name == other.name
        np.testing.assert_array_equal(one.source_units, other.source_units)
        np.testing.assert_array_equal(one.target_units, other.target_units)
    np.testing.assert_array_equal(found.operators[0].weight, WEIGHT)


NORMALISATIONS = {
    "layer": nn.LayerNorm(2),
    "group": nn.GroupNorm(1, 2),
    "instance": nn.Sequential(nn.Unflatten(1, (1, 2)), nn.InstanceNorm1d(1, affine=True), nn.Flatten()),
    "local response": nn.Sequential(nn.Unflatten(1, (2, 1)), nn.LocalResponseNorm(2), nn.Flatten()),
    "root mean square": nn.RMSNorm(2),
}


@pytest.mark.parametrize("kind", NORMALISATIONS)
def test_a_normalisation_of_the_input_itself_keeps_the_units_and_feeds_its_values_on(kind):
    model = nn.Sequential(nn.Linear(3, 2), NORMALISATIONS[kind], nn.Linear(2, 2)).eval()
    model[0].weight.data = WEIGHT.clone()
    network = describe(model, (torch.tensor([[1.0, -2.0, 0.5]]),)).network
    assert len(network.units) == 3
    np.testing.assert_array_equal(network.operators[0].weight, WEIGHT)
    np.testing.assert_array_equal(network.operators[1].source_units, network.operators[0].target_units)
    assert network.operators[1].source.split(".")[0] == "1"


def test_a_normalised_branch_joins_a_sum_by_edges():
    network = described(lambda s, x: x[:, :2] + F.layer_norm(s.a(x), (2,), s.gamma))
    assert [layer.name for layer in network.units] == ["input", "a", "add()"]
    assert [(o.name, o.source) for o in network.operators[1:]] == [("add()", "getitem()"), ("add()", "layer_norm()")]


REFUSED = {
    "a constant changed later": (
        lambda s, x: (y := s.a(x) * s.step, s.step.add_(0.0), s.b(y))[2],
        "'mul' is in the way, because it reads a constant that was changed in place later on",
    ),
    "activations times themselves": (
        lambda s, x: s.b((y := s.a(x)[:, None] * s.b.weight) @ y),
        "'matmul' is in the way, because it multiplies activations with themselves",
    ),
    "a gate of other units": (
        lambda s, x: s.b(torch.sigmoid(s.a(x)) * s.b(x[:, :2])),
        "it combines 2 values that depend on the input, as gates and attention do, which is not described yet",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_scale_is_refused(case):
    run, message = REFUSED[case]
    found = describe(Net(run).eval(), (torch.tensor([[1.0, -2.0, 0.5]]),))
    assert found.network is None
    assert message in found.error
