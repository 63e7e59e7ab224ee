"""The description reproduces the network: every operator, as described, gives what torch computed."""

import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.datasets import make_ccff, make_mlp, make_residual_cnn


def randomise(model):
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in model.named_buffers():
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 2.0, generator=generator) if "var" in name else tensor.normal_(generator=generator)
        for tensor in model.parameters():
            tensor.normal_(generator=generator)
    return model.eval()


class LeNet(nn.Module):
    """Everything but the weights written as functions."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 6, 3, stride=2, groups=2)
        self.fc = nn.Linear(6, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2, ceil_mode=True)
        x = F.avg_pool2d(F.pad(x, (1, 1, 0, 1)), 2, stride=1, padding=1)
        x = torch.tanh(self.conv2(x))
        return F.log_softmax(self.fc(x.mean(dim=(2, 3))), dim=1)


class PreActivation(nn.Module):
    """A pre-activation residual block: its batch normalisations have no operator to be folded into."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 3, 3, padding=1)
        self.bn1, self.bn2 = nn.BatchNorm2d(3), nn.BatchNorm2d(3)
        self.conv1, self.conv2 = nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1, bias=False)

    def forward(self, x):
        x = self.stem(x)
        out = self.conv1(F.relu(self.bn1(x)))
        out = self.conv2(F.relu(self.bn2(out)))
        out += x
        return out


class DenseConcat(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv1d(2, 3, 3, padding="same", dilation=2), nn.Conv1d(5, 4, 2, stride=2)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = torch.cat([F.relu(self.a(x)), x], dim=1)
        x = F.adaptive_avg_pool1d(self.b(x), 2)
        return self.head(x.permute(0, 2, 1).reshape(len(x), -1))


NETWORKS = {
    "mlp": (lambda: make_mlp((7, 5)), (1, 8, 8)),
    "mlp-batchnorm": (lambda: nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3)), (6,)),
    "ccff": (make_ccff, (1, 8, 8)),
    "residual": (lambda: make_residual_cnn(3), (1, 8, 8)),
    "lenet-functional": (LeNet, (1, 9, 9)),
    "pre-activation": (PreActivation, (1, 5, 5)),
    "dense-concat": (DenseConcat, (2, 9)),
    "in-place": (lambda: nn.Sequential(nn.Linear(4, 6), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(6, 2)), (4,)),
}

# Batch normalisations that are folded into the operator before them: there the described result is theirs.
FOLDED = {
    ("mlp-batchnorm", "0"): "1",
    ("pre-activation", "conv1"): "bn2",
    ("residual", "stem.0"): "stem.1",
    ("residual", "block1.conv1"): "block1.bn1",
    ("residual", "block1.conv2"): "block1.bn2",
    ("residual", "block2.conv1"): "block2.bn1",
    ("residual", "block2.conv2"): "block2.bn2",
    ("residual", "block2.shortcut.0"): "block2.shortcut.1",
}


def operator_matrix(operator, values):
    """The operator as a dense matrix (n_target, n_source); a max pooling for these values."""
    matrix = np.zeros((len(operator.target_units), len(operator.source_units)))
    if operator.kind == "dense":
        n_out, n_in = operator.weight.shape
        for p in range(operator.n_positions):
            matrix[p * n_out : (p + 1) * n_out, p * n_in : (p + 1) * n_in] = operator.weight
    elif operator.kind == "conv":
        conv = {2: F.conv1d, 3: F.conv2d}[len(operator.in_shape)]
        padding = [side for pair in reversed(operator.padding) for side in pair]
        weight = torch.as_tensor(operator.weight, dtype=torch.float64)
        eye = torch.eye(matrix.shape[1], dtype=torch.float64).reshape(-1, *operator.in_shape)
        out = conv(F.pad(eye, padding), weight, None, operator.stride, 0, operator.dilation, operator.groups)
        matrix = out.reshape(matrix.shape[1], -1).T.numpy()
    else:
        for j in range(len(operator.indptr) - 1):
            row = slice(operator.indptr[j], operator.indptr[j + 1])
            chosen, weights = operator.indices[row], operator.weights[row]
            if operator.kind == "max":
                best = values[chosen].argmax()
                chosen, weights = chosen[best : best + 1], weights[best : best + 1]
            matrix[j, chosen] += weights
    return matrix


@pytest.mark.parametrize("name", NETWORKS)
def test_described_operators_reproduce_the_recorded_activations(name):
    """Up to a constant per unit (bias and batch normalisation's shift), which the difference of two inputs removes."""
    make, shape = NETWORKS[name]
    model = randomise(make())
    x = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    extractor = ActivationExtractor(model, dtype="float64").fit(x)
    network = extractor.network_
    assert network is not None, extractor.network_error_
    recorded = extractor.transform(x)
    raw = {}  # results of operators, before any activation function, from torch's own hooks
    modules = dict(model.named_modules())

    def keep(path):
        def hook(module, args, out):
            raw[path] = out.detach().clone()

        return hook

    leaves = [path for path in modules if path and not list(modules[path].children())]
    handles = [modules[path].register_forward_hook(keep(path)) for path in leaves]
    with torch.no_grad():
        model(torch.as_tensor(x))
    for handle in handles:
        handle.remove()
    checked = 0
    for operator in network.operators:
        result = raw.get(FOLDED.get((name, operator.name), operator.name))
        if result is None:
            continue
        values = np.asarray(recorded[operator.source]).reshape(2, -1)
        described = [operator_matrix(operator, v) @ v for v in values]
        actual = result.double().reshape(2, -1).numpy()
        np.testing.assert_allclose(described[1] - described[0], actual[1] - actual[0], rtol=1e-4, atol=1e-3)
        checked += 1
    assert checked == sum(operator.name in modules for operator in network.operators) > 0


@pytest.mark.parametrize("name", NETWORKS)
def test_every_vertex_belongs_to_one_layer_and_edges_go_up(name):
    make, shape = NETWORKS[name]
    network = ActivationExtractor(randomise(make())).fit(np.ones((1, *shape), dtype="float32")).network_
    assert [layer.offset for layer in network.units] == list(
        np.cumsum([0] + [layer.size for layer in network.units[:-1]])
    )
    for operator in network.operators:
        sources = operator.source_units[operator.source_units >= 0]
        assert sources.max() < operator.target_units.min()
        assert operator.target_units.max() < network.n_vertices


def test_a_residual_sum_shares_units_with_its_branch():
    network = ActivationExtractor(make_residual_cnn(2)).fit(np.ones((1, 1, 8, 8), dtype="float32")).network_
    names = [layer.name for layer in network.units]
    assert names == [
        "input", "stem.0", "block1.conv1", "block1.add()", "block2.conv1", "block2.add()", "pool", "fc",
    ]  # fmt: skip
    operators = {operator.name: operator for operator in network.operators}
    np.testing.assert_array_equal(operators["block1.conv2"].target_units, operators["block1.add()"].target_units)
    np.testing.assert_array_equal(operators["block2.conv2"].target_units, operators["block2.shortcut.0"].target_units)
    assert set(operators["block1.add()"].weights) == {1.0}


def test_batch_normalisation_scales_the_weights_that_feed_it():
    model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.BatchNorm1d(2, eps=0.0)).eval()
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        model[1].weight.copy_(torch.tensor([2.0, -1.0]))
        model[1].running_var.copy_(torch.tensor([4.0, 0.25]))
    network = ActivationExtractor(model).fit(np.ones((1, 2), dtype="float32")).network_
    np.testing.assert_allclose(network.operators[0].weight, [[1, 2], [-6, -8]])


def test_padding_makes_no_vertices():
    class Padded(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 1, bias=False)

        def forward(self, x):
            return self.fc(F.pad(x, (1, 1), value=5.0))

    network = ActivationExtractor(Padded().eval()).fit(np.ones((1, 2), dtype="float32")).network_
    np.testing.assert_array_equal(network.operators[0].source_units, [-1, 0, 1, -1])


UNDESCRIBABLE = {
    "MultiheadAttention": (lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), (3, 4)),
    "LSTM": (lambda: nn.LSTM(4, 3, batch_first=True), (3, 4)),
    "ConvTranspose2d": (lambda: nn.Sequential(nn.ConvTranspose2d(1, 2, 2)), (1, 4, 4)),
}


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("kind", UNDESCRIBABLE)
def test_what_cannot_be_described_is_named_and_can_still_be_recorded(kind):
    make, shape = UNDESCRIBABLE[kind]
    x = np.ones((2, *shape), dtype="float32")
    extractor = ActivationExtractor(make().eval()).fit(x)
    assert extractor.network_ is None
    assert f"({kind})" in extractor.network_error_
    assert "Supported are linear and convolution layers" in extractor.network_error_
    if kind == "LSTM":  # its hidden state has no batch axis first
        return
    activations = extractor.transform(x)
    with pytest.raises(ValueError, match="GraphFiltration needs the network's graph.*cannot be described"):
        GraphFiltration().fit(activations)


def test_a_product_of_activations_is_not_described():
    class Gate(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x):
            return self.a(x) * torch.sigmoid(self.b(x))

    error = ActivationExtractor(Gate().eval()).fit(np.ones((1, 3), dtype="float32")).network_error_
    assert "'mul'" in error and "combines 2 values" in error


def test_a_view_changed_in_place_is_noticed():
    class Aliased(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.out = nn.Linear(4, 2)

        def forward(self, x):
            x = self.fc(x)
            view = x.view(-1, 2, 2)
            x.relu_()
            return self.out(view.flatten(1))

    error = ActivationExtractor(Aliased().eval()).fit(np.ones((1, 4), dtype="float32")).network_error_
    assert "changed in place through another view" in error


def test_a_network_without_weights_has_no_graph():
    error = ActivationExtractor(nn.Sequential(nn.ReLU())).fit(np.ones((1, 3), dtype="float32")).network_error_
    assert "no weighted layer" in error


def test_description_is_a_copy_and_comparable():
    model = make_mlp((4,))
    x = np.ones((1, 1, 8, 8), dtype="float32")
    first, same = (ActivationExtractor(model).fit(x).network_ for _ in range(2))
    assert first == same and first.digest == pickle.loads(pickle.dumps(first)).digest
    with torch.no_grad():
        model.fc1.weight.add_(1.0)
    assert ActivationExtractor(model).fit(x).network_ != first
    assert first == same
