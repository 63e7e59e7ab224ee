"""Networks as people use them: described without a mark by the user, and described rightly."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.activations.calls import CallWatcher
from tests import vision_networks as vision
from tests.oracles import vision_graph as twins
from tests.oracles.elder_rule import persistence

# Layers of units whose value is that of a later normalisation, folded into the operators: (layer, value).
CONV_NORM = (r"(.*\.)?0$", r"\g<1>1")
FOLDED = {
    "vgg-bn": [(r"features\.([047])$", lambda found: f"features.{int(found[1]) + 1}")],
    "resnet18": [(r"(.*)conv(\d)$", r"\1bn\2")],
    "resnet50": [(r"(.*)conv(\d)$", r"\1bn\2")],
    "densenet": [(r"layers\.(\d)\.conv1$", r"layers.\1.norm2"), (r"pool$", "norm5")],
    "mobilenet-v1": [CONV_NORM],
    "mobilenet-v2": [CONV_NORM, (r"(.*conv\.2)\.0$", r"\1.1"), (r"(.*)\.conv\.1$", r"\1.conv.2")],
    "shufflenet-v2": [CONV_NORM],
    "c3d": [(r"conv1$", "norm1")],
}


def randomised(model):
    """In double precision, with every parameter and statistic away from its initial value."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if "running_var" in name:
                tensor.uniform_(0.5, 2.0, generator=generator)
            elif tensor.is_floating_point():
                tensor.normal_(0.0, 0.5, generator=generator)
    return model.double().eval()


def inputs(*shape):
    return np.random.default_rng(1).normal(size=(2, *shape))


def named_values(model, x):
    """Every value of a pass over one input, copied when it got its name, flat."""
    found = {}
    with torch.no_grad(), CallWatcher(model, on_value=lambda n, t: found.setdefault(n, t.clone())) as watcher:
        watcher.name_inputs((torch.as_tensor(x[None]),))
        model(torch.as_tensor(x[None]))
    return {name: tensor.double().numpy().ravel() for name, tensor in found.items()}


def apply(operator, h):
    """What an operator makes of its source, from the fields that define it."""
    if operator.kind == "dense":
        return (h.reshape(operator.n_positions, -1) @ operator.weight.T).ravel()
    if operator.kind == "conv":
        image = torch.as_tensor(h.reshape(1, *operator.in_shape))
        padded = F.pad(image, [side for pair in reversed(operator.padding) for side in pair])
        convolve = (F.conv1d, F.conv2d, F.conv3d)[len(operator.in_shape) - 2]
        weight = torch.as_tensor(operator.weight)
        return convolve(padded, weight, None, operator.stride, 0, operator.dilation, operator.groups).numpy().ravel()
    terms = operator.weights * h[operator.indices]
    rows = [slice(*bounds) for bounds in zip(operator.indptr[:-1], operator.indptr[1:], strict=True)]
    if operator.kind == "max":
        return np.array([terms[row][h[operator.indices[row]].argmax()] for row in rows])
    return np.array([terms[row].sum() for row in rows])


def value_of(name, layer):
    for pattern, replacement in FOLDED.get(name, []):
        if re.match(pattern, layer):
            return re.sub(pattern, replacement, layer)
    return layer


@pytest.mark.parametrize("name", vision.VISION)
def test_operators_add_up_to_what_torch_computed(name):
    """The difference of two inputs removes biases; what remains must be the described linear maps, folds included."""
    make, shape = vision.VISION[name]
    torch.manual_seed(0)
    model, x = randomised(make()), inputs(*shape)
    extractor = ActivationExtractor(model, dtype="float64").fit(x)
    network = extractor.network_
    assert network is not None, extractor.network_error_
    recorded = extractor.transform(x)
    a, b = (named_values(model, one) for one in x)
    sums = np.zeros(network.n_vertices)
    for operator in network.operators:
        before, after = (np.asarray(one).ravel() for one in recorded[operator.source])
        np.add.at(sums, operator.target_units, apply(operator, after) - apply(operator, before))
    for layer in network.units[1:]:
        value = value_of(name, layer.name)
        change = b[value] - a[value]
        assert np.abs(change).max() > 0
        np.testing.assert_allclose(
            sums[layer.offset : layer.offset + layer.size],
            change,
            rtol=1e-5,
            atol=1e-5 * np.abs(change).max(),
            err_msg=f"{layer.name} and {value}",
        )


@pytest.mark.parametrize("name", vision.VISION)
def test_every_module_with_weights_is_in_the_graph(name):
    make, shape = vision.VISION[name]
    model = randomised(make())
    network = ActivationExtractor(model).fit(inputs(*shape)).network_
    expected = [path for path, module in model.named_modules() if isinstance(module, WEIGHTED)]
    assert sorted(operator.name for operator in network.weighted) == sorted(expected)


WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


def has_identity_branch(module):
    return (
        isinstance(module, vision.ConvNeXtBlock | vision.MixerBlock)
        or (isinstance(module, vision.BasicBlock) and module.downsample is None)
        or (isinstance(module, vision.InvertedResidual) and module.residual)
    )


def edges_by_module(model, shape):
    """Edges of every weighted or pooling module, counted by feeding ones through kernels of ones."""
    counts = {}

    def count(path):
        def hook(module, args, out):
            ones = torch.ones_like(args[0])
            if isinstance(module, nn.Linear):
                counts[path] = module.weight.numel() * args[0].numel() // module.in_features
            elif isinstance(module, WEIGHTED):
                kernel = torch.ones_like(module.weight)
                convolve = {nn.Conv2d: F.conv2d, nn.Conv3d: F.conv3d}[type(module)]
                counts[path] = int(
                    convolve(ones, kernel, None, module.stride, module.padding, module.dilation, module.groups).sum()
                )
            elif isinstance(module, nn.MaxPool2d):
                counts[path] = out.numel()
            elif isinstance(module, nn.AdaptiveAvgPool2d):
                counts[path] = args[0].numel()  # to one position
            elif has_identity_branch(module):
                counts[f"{path}.add()"] = out.numel()
                if isinstance(module, vision.MixerBlock):
                    counts[f"{path}.add():1"] = out.numel()

        return hook

    for path, module in model.named_modules():
        module.register_forward_hook(count(path))
    with torch.no_grad():
        model(torch.zeros(1, *shape, dtype=torch.float64))
    return counts


@pytest.mark.parametrize("name", ["vgg", "resnet18", "mobilenet-v2", "convnext", "mixer"])
def test_edges_are_as_many_as_first_principles_say(name):
    make, shape = vision.VISION[name]
    model = randomised(make())
    if name == "vgg":
        model.avgpool = nn.Identity()  # 3x3 to 3x3
    network = ActivationExtractor(model).fit(inputs(*shape)).network_
    found = {operator.name: operator.n_edges for operator in network.operators}
    expected = edges_by_module(model, shape)
    if name in ("mobilenet-v2", "convnext", "mixer"):  # the mean before the head reads every element once
        mean = next(operator for operator in network.operators if operator.name.startswith("mean()"))
        expected["mean()"] = int(np.prod(network.shapes[mean.source]))
    assert found == expected


def test_edges_of_alexnet_counted_by_hand():
    network = ActivationExtractor(randomised(vision.AlexNet())).fit(inputs(3, 95, 95)).network_
    assert [(operator.name, operator.n_edges) for operator in network.operators] == [
        ("features.0", 3 * 3 * (11 * 23 - 2 - 2) ** 2),  # eleven taps at 23 places, two beyond either end
        ("features.2", 3 * 11**2),
        ("features.3", 4 * 3 * (5 * 11 - 2 * (2 + 1)) ** 2),
        ("features.5", 4 * 5**2),
        ("features.6", 6 * 4 * (3 * 5 - 2) ** 2),
        ("features.8", 5 * 6 * (3 * 5 - 2) ** 2),
        ("features.10", 4 * 5 * (3 * 5 - 2) ** 2),
        ("features.12", 4 * 2**2),
        ("avgpool", 4 * 2**2),  # from 2x2 to 2x2, one element each
        ("classifier.1", 16 * 8),
        ("classifier.4", 8 * 8),
        ("classifier.6", 8 * 5),
    ]


def test_resnet50_has_the_layers_of_its_definition():
    network = ActivationExtractor(randomised(vision.VISION["resnet50"][0]())).fit(inputs(3, 35, 35)).network_
    assert len(network.weighted) == 1 + 3 * (3 + 4 + 6 + 3) + 4 + 1  # stem, three per block, four shortcuts, the head
    sums = [operator.name for operator in network.operators if operator.name.endswith("add()")]
    assert len(sums) == 3 + 4 + 6 + 3 - 4  # a block with a shortcut convolution has no identity


def test_edges_of_lenet_counted_by_hand():
    network = ActivationExtractor(randomised(vision.LeNet())).fit(inputs(1, 16, 16)).network_
    assert [operator.n_edges for operator in network.operators] == [
        3 * (5 * 16 - 2 * (2 + 1)) ** 2,  # five taps at 16 places, less two and one beyond either end
        3 * 16 * 16,  # average pooling reads every element once
        4 * 3 * (5 * 4) ** 2,
        4 * 2 * 2,  # max pooling: one edge per result
        16 * 8,
        8 * 6,
        6 * 5,
    ]


TINY = {
    "basic block": (
        lambda: vision.BasicBlock(1, 2, 2, nn.Sequential(nn.Conv2d(1, 2, 1, 2, bias=False), nn.BatchNorm2d(2))),
        (1, 7, 7),
        lambda *a: twins.basic_block(*a, stride=2),
    ),
    "inverted residual": (lambda: vision.InvertedResidual(2, 2, 1, 2), (2, 3, 3), twins.inverted_residual),
    "dense layers": (
        lambda: nn.Sequential(*[vision.DenseLayer(2 + i, 1) for i in range(2)]),
        (2, 3, 2),
        lambda *a: twins.dense_layers(*a, n_layers=2),
    ),
    "convnext block": (lambda: vision.ConvNeXtBlock(2), (2, 3, 2), twins.convnext_block),
    "mixer block": (lambda: vision.MixerBlock(4, 3), (4, 3), twins.mixer_block),
}


class Concatenating(nn.Module):
    """Dense layers, the input kept beside what they make."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(features))
        return torch.cat(features, 1)


@pytest.mark.parametrize("births", ["edge", "all"])
@pytest.mark.parametrize("name", TINY)
def test_diagrams_equal_those_of_a_twin_written_by_hand(name, births):
    make, shape, twin = TINY[name]
    core = randomised(make())
    model = Concatenating(core) if name == "dense layers" else core
    weights = {key: tensor.numpy() for key, tensor in core.state_dict().items()}
    x = inputs(*shape)
    activations = ActivationExtractor(model, dtype="float64").fit_transform(x)
    diagrams = GraphFiltration(births=births).fit_transform(activations)
    for i, one in enumerate(x):
        graph = twins.Graph()
        out = twin(graph, graph.new(one), weights)
        with torch.no_grad():
            np.testing.assert_allclose(out.value, model(torch.as_tensor(one[None]))[0].numpy(), atol=1e-9)
        pairs, essential = persistence(graph.edges, births)
        found = -diagrams[i].pairs("network", 0)
        finite = np.isfinite(found[:, 1])
        assert len(pairs) > 5
        np.testing.assert_allclose(sorted(found[finite].tolist()), sorted(pairs.tolist()), rtol=1e-9)
        np.testing.assert_allclose(np.sort(found[~finite, 0])[::-1], essential, rtol=1e-9)


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("name", vision.NOT_YET)
def test_what_is_not_yet_described_is_named_with_its_module(name):
    make, shape, path, kind, function = vision.NOT_YET[name]
    extractor = ActivationExtractor(make().eval()).fit(inputs(*shape).astype("float32"))
    assert extractor.network_ is None
    message = extractor.network_error_
    assert f"in module {path!r} ({kind}), '{function}' is in the way" in message
    assert re.search("not described yet", message)
    assert "Supported are linear and convolution layers" in message
