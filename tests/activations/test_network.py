"""Every layer of units, reproduced from the description alone: sums of its operators against what torch recorded.

For networks whose sums have linear branches, the difference between two inputs removes biases, and the operators
that share a layer's units must add up to the recorded difference of the value that the layer is named after.
"""

import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sktopo import ActivationExtractor
from sktopo.activations.calls import CallWatcher
from sktopo.activations.tracing import describe
from sktopo.datasets import make_ccff


class Net(nn.Module):
    """A forward written by hand, around named modules and parameters."""

    def __init__(self, run, **parts):
        super().__init__()
        self.run = run
        for name, part in parts.items():
            setattr(self, name, part)
        self.eval()

    def forward(self, x):
        return self.run(self, x)


def parameter(*shape):
    return nn.Parameter(torch.randn(*shape, generator=torch.Generator().manual_seed(1)))


def described(model, *shape, dtype=torch.float32):
    torch.manual_seed(0)
    return describe(model.eval(), (torch.randn(1, *shape, dtype=dtype),))


def recorded(model, x):
    values = {}
    with torch.no_grad(), CallWatcher(model, on_value=lambda n, t: values.setdefault(n, t.clone())) as watcher:
        watcher.name_inputs((x,))
        model(x)
    return {name: t.double().reshape(-1).numpy() for name, t in values.items() if t.is_floating_point()}


def apply(operator, h):
    """What an operator makes of its source, element by element, from its definition."""
    if operator.kind == "dense":
        return (h.reshape(operator.n_positions, -1) @ operator.weight.T.astype(float)).ravel()
    if operator.kind == "conv":
        return apply_conv(operator, h.reshape(operator.in_shape)).ravel()
    out = np.zeros(len(operator.indptr) - 1)
    for j in range(len(out)):
        row = slice(operator.indptr[j], operator.indptr[j + 1])
        terms = operator.weights[row] * h[operator.indices[row]]
        out[j] = terms.max() if operator.kind == "max" else terms.sum()
    return out


def apply_conv(operator, image):
    image = np.pad(image, [(0, 0), *operator.padding])
    c_out, c_in, *kernel = operator.weight.shape
    out = np.zeros(operator.out_shape)
    for where in np.ndindex(*operator.out_shape):
        first = where[0] // (c_out // operator.groups) * c_in
        for tap in np.ndindex(c_in, *kernel):
            steps = zip(where[1:], operator.stride, tap[1:], operator.dilation, strict=True)
            at = [position * stride + t * dilation for position, stride, t, dilation in steps]
            out[where] += operator.weight[(where[0], *tap)] * image[(first + tap[0], *at)]
    return out


def assert_reproduces(model, *shape, folded=None):
    """`folded` maps the name of a layer of units to the value that batch normalisation made of it."""
    found = described(model, *shape)
    assert found.network is not None, found.error
    torch.manual_seed(5)
    inputs = torch.randn(2, 1, *shape)
    a, b = recorded(model, inputs[0]), recorded(model, inputs[1])
    network = found.network
    sums = {layer.name: np.zeros(layer.size) for layer in network.units}
    offsets = {layer.name: layer.offset for layer in network.units}
    for operator in network.operators:
        assert operator.source in found.auto_layers
        assert len(a[operator.source]) == len(operator.source_units)
        layer = network.units_of(operator.target_units[0]).name
        change = apply(operator, b[operator.source]) - apply(operator, a[operator.source])
        np.add.at(sums[layer], operator.target_units - offsets[layer], change)
    for layer in network.units[1:]:
        value = (folded or {}).get(layer.name, layer.name)
        np.testing.assert_allclose(sums[layer.name], b[value] - a[value], rtol=2e-4, atol=2e-5, err_msg=layer.name)
    return network


def random_norm(norm):
    generator = torch.Generator().manual_seed(2)
    for tensor, low in ((norm.weight, -2), (norm.bias, -1), (norm.running_mean, -1), (norm.running_var, 0.3)):
        tensor.data.uniform_(low, 2.0, generator=generator)
    return norm


def basic_block(stride):
    """A residual block with a projection, in place, normalised on both branches."""

    def run(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        out += self.norm(self.skip(x))
        return out

    return Net(
        run,
        conv1=nn.Conv2d(2, 3, 3, stride, 1, bias=False),
        bn1=random_norm(nn.BatchNorm2d(3)),
        conv2=nn.Conv2d(3, 3, 3, 1, 1, bias=False),
        bn2=random_norm(nn.BatchNorm2d(3)),
        skip=nn.Conv2d(2, 3, 1, stride, bias=False),
        norm=random_norm(nn.BatchNorm2d(3)),
    )


CASES = {
    "dense on positions": (lambda: nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)), (5, 4)),
    "permuted, contiguous, viewed": (
        lambda: Net(
            lambda s, x: s.b(F.relu(s.a(x)).permute(0, 2, 1).contiguous().view(1, -1)),
            a=nn.Linear(4, 3),
            b=nn.Linear(6, 2),
        ),
        (2, 4),
    ),
    "channels last": (
        lambda: Net(
            lambda s, x: s.b(s.a(x.to(memory_format=torch.channels_last)).relu().permute(0, 2, 3, 1).view(1, -1)),
            a=nn.Conv2d(2, 3, 3),
            b=nn.Linear(12, 2),
        ),
        (2, 4, 4),
    ),
    "shuffled channels": (
        lambda: nn.Sequential(nn.Conv2d(2, 4, 3, groups=2), nn.ChannelShuffle(2), nn.Conv2d(4, 4, 2, groups=4)),
        (2, 6, 6),
    ),
    "pixel shuffle and nearest upsampling": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 4, 2), nn.PixelShuffle(2), nn.Upsample(scale_factor=2), nn.Conv2d(1, 2, 3, stride=3)
        ),
        (1, 4, 4),
    ),
    "reflected padding": (lambda: nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(1, 2, 3, dilation=2)), (1, 5, 5)),
    "volume": (lambda: nn.Sequential(nn.Conv3d(1, 2, 2, padding=1), nn.MaxPool3d(2), nn.AvgPool3d(2)), (1, 4, 4, 4)),
    "signal": (
        lambda: nn.Sequential(nn.Conv1d(2, 4, 3, 2, 1, 1, 2), nn.AvgPool1d(3, 2, 1), nn.AdaptiveMaxPool1d(2)),
        (2, 11),
    ),
    "even kernel, same": (lambda: nn.Sequential(nn.Conv2d(1, 2, (4, 3), padding="same", dilation=2)), (1, 6, 5)),
    "ceil mode, padding not counted": (
        lambda: nn.Sequential(
            nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
            nn.Conv2d(1, 2, 1),
            nn.AvgPool2d(2, 2, ceil_mode=True),
        ),
        (1, 6, 6),
    ),
    "divisor override": (lambda: nn.Sequential(nn.Conv2d(1, 2, 1), nn.AvgPool2d(2, divisor_override=3)), (1, 4, 4)),
    "uneven adaptive pooling": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 2), nn.AdaptiveAvgPool2d((3, 2)), nn.Flatten(), nn.Linear(12, 2)),
        (1, 6, 8),
    ),
    "means, sums and maxima over axes": (
        lambda: Net(
            lambda s, x: torch.cat([m := s.a(x).mean((2, 3)), s.b(x).amax((-1, -2)), s.c(x).sum(axis=(2, 3))], 1)
            + s.d(m),
            a=nn.Conv2d(1, 2, 2),
            b=nn.Conv2d(1, 2, 2),
            c=nn.Conv2d(1, 1, 2),
            d=nn.Linear(2, 5),
        ),
        (1, 4, 4),
    ),
    "indices beside the maximum": (
        lambda: Net(lambda s, x: s.a(F.max_pool2d(x, 2, return_indices=True)[0]), a=nn.Conv2d(1, 2, 2)),
        (1, 6, 6),
    ),
    "products with parameters": (
        lambda: Net(
            lambda s, x: torch.addmm(s.c, (x @ s.a.T).relu().matmul(other=s.b), s.d),
            a=parameter(3, 4),
            b=parameter(3, 5),
            c=parameter(2),
            d=parameter(5, 2),
        ),
        (4,),
    ),
    "weighted sum": (lambda: Net(lambda s, x: torch.sub(F.relu(y := s.a(x)), y, alpha=3), a=nn.Linear(4, 3)), (4,)),
    "sum of many": (
        lambda: Net(lambda s, x: s.a(s.a(x)) + sum([s.a(x), s.b(x), s.a(x)]), a=nn.Linear(4, 4), b=nn.Linear(4, 4)),
        (4,),
    ),
    "broadcast sum": (
        lambda: Net(lambda s, x: s.a(x) + s.a(x).mean(dim=1, keepdim=True), a=nn.Linear(4, 3)),
        (5, 4),
    ),
    "twice itself": (lambda: Net(lambda s, x: s.b((y := s.a(x)) + y), a=nn.Linear(4, 3), b=nn.Linear(3, 2)), (4,)),
    "tied weights": (lambda: Net(lambda s, x: s.a(s.a(s.a(x)).relu()), a=nn.Linear(4, 4)), (4,)),
    "gates of one unit": (
        lambda: Net(
            lambda s, x: s.b((y := s.a(x)) * torch.sigmoid(y) * (y > 0)), a=nn.Linear(4, 3), b=nn.Linear(3, 2)
        ),
        (4,),
    ),
    "padded with zeros made on the way": (
        lambda: Net(lambda s, x: s.a(torch.cat([torch.zeros_like(x), x], 1)), a=nn.Linear(8, 3)),
        (4,),
    ),
    "weight normalisation": (
        lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), nn.ELU(), nn.Linear(3, 2)),
        (4,),
    ),
    "inference mode": (
        lambda: Net(torch.inference_mode()(lambda s, x: s.b(s.a(x).relu_())), a=nn.Linear(4, 3), b=nn.Linear(3, 2)),
        (4,),
    ),
    "an exception on the way": (
        lambda: Net(lambda s, x: s.b(F.relu(x)) if fails(s.no, x) else None, no=nn.Linear(9, 3), b=nn.Linear(4, 4)),
        (4,),
    ),
    "slices, rolls and flips": (
        lambda: Net(
            lambda s, x: s.b(torch.stack([(y := s.a(x))[:, [2, 0]], y[:, 1:].flip(1)], 2).roll(1, 2).flatten(1)),
            a=nn.Linear(4, 3),
            b=nn.Linear(4, 2),
        ),
        (4,),
    ),
}  # fmt: skip


def fails(module, x):
    try:
        module(x)
    except RuntimeError:
        return True


@pytest.mark.parametrize("case", CASES)
def test_operators_add_up_to_the_recorded_values(case):
    make, shape = CASES[case]
    torch.manual_seed(3)
    assert_reproduces(make(), *shape)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_normalised_residual_block_folds_into_both_branches(stride):
    torch.manual_seed(3)
    network = assert_reproduces(basic_block(stride), 2, 5, 5, folded={"conv1": "bn1"})
    assert [layer.name for layer in network.units] == ["input", "conv1", "add()"]


def test_a_normalisation_after_flattening_passes_vertices_through():
    """Its scale differs between positions that share a convolution's weight, so it cannot be folded."""
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), random_norm(nn.BatchNorm1d(8)), nn.Linear(8, 2))
    network = assert_reproduces(model, 1, 4, 4)
    assert [operator.source for operator in network.operators] == ["input", "2"]
    np.testing.assert_array_equal(network.operators[0].weight, model[0].weight.detach())


def edges_of(network, values):
    """(source vertex, target vertex, phi) of dense, sparse and max operators, straight from their fields."""
    edges = []
    for operator in network.operators:
        h = np.abs(values[operator.source]).astype(float)
        for j, target in enumerate(operator.target_units):
            if operator.kind == "dense":
                row = enumerate(np.abs(operator.weight[j]))
            else:
                part = slice(operator.indptr[j], operator.indptr[j + 1])
                row = zip(operator.indices[part], np.abs(operator.weights[part]), strict=True)
            edges += [(operator.source_units[k], target, weight * h[k]) for k, weight in row]
    return {(int(u), int(v)): round(float(phi), 6) for u, v, phi in edges if phi and u >= 0}


def linear(weight):
    layer = nn.Linear(len(weight[0]), len(weight), bias=False)
    layer.weight.data = torch.tensor(weight)
    return layer


def test_the_edges_of_a_network_worked_by_hand():
    model = nn.Sequential(linear([[0.5, 1.0], [3.0, 0.3]]), nn.ReLU(), linear([[1.0, -0.5], [0.3, 1.5]]))
    x = torch.tensor([[1.0, 2.0]])
    assert edges_of(describe(model, (x,)).network, recorded(model, x)) == {
        (0, 2): 0.5, (1, 2): 2.0, (0, 3): 3.0, (1, 3): 0.6,
        (2, 4): 2.5, (3, 4): 1.8, (2, 5): 0.75, (3, 5): 5.4,
    }  # fmt: skip


def test_the_edges_of_a_residual_sum_worked_by_hand():
    """x = (1, 2) through W and added to x: two dense edges and one identity edge into every unit of the sum."""
    model = Net(lambda s, x: s.fc(x) + x, fc=linear([[0.5, 0.25], [3.0, -1.0]]))
    x = torch.tensor([[1.0, 2.0]])
    network = describe(model, (x,)).network
    dense, identity = network.operators
    np.testing.assert_array_equal(dense.target_units, [2, 3])
    np.testing.assert_array_equal(identity.target_units, [2, 3])
    np.testing.assert_array_equal(identity.source_units[identity.indices], [0, 1])
    assert network.n_vertices == 4 and list(identity.weights) == [1.0, 1.0]


REFUSED = {
    "a hidden step": (lambda s, x: s.b(torch.from_numpy(s.a(x).numpy() * 2)), "no call of torch was seen to make"),
    "a hidden end": (lambda s, x: torch.from_numpy(s.a(x).numpy() * 2), "no call of torch was seen to make"),
    "a constant result": (lambda s, x: torch.zeros(1, 3), "does not depend on its input"),
    "gates of other units": (lambda s, x: s.a(x) * s.b(x), "'mul' is in the way, because it combines 2 values"),
    "weights from the input": (lambda s, x: F.linear(s.w, s.a(x).view(1, 4)), "with the weights on the right"),
    "kernels from the input": (
        lambda s, x: F.conv1d(s.w.view(1, 1, 4), s.a(x).view(1, 1, 4)),
        "its weights are computed from the input",
    ),
    "scaled product": (lambda s, x: torch.addmm(s.w, x, s.v, alpha=2), "only alpha=1 is supported"),
    "blended upsampling": (lambda s, x: F.interpolate(s.a(x)[None], 9, mode="linear"), "only mode='nearest'"),
    "a view changed with its base": (
        lambda s, x: ((y := s.a(x)), (v := y.view(1, 2, 2)), y.add_(x), v.relu_(), s.c(v))[-1],
        "changed in place through another view",
    ),
    "a base changed with its view": (lambda s, x: ((y := s.a(x)), y[:, :2].neg_(), s.b(y))[-1], "another view of it"),
    "a change behind .data": (lambda s, x: ((y := s.a(x)), y.data.add_(x), s.b(y))[-1], "another view of it"),
    "a view under inference mode": (
        torch.inference_mode()(lambda s, x: ((y := s.a(x)), (v := y.view(1, 2, 2)), y.add_(x), s.c(v))[-1]),
        "another view of it",
    ),
    "batch statistics": (lambda s, x: F.batch_norm(s.a(x).view(1, 2, 2), None, None, training=True), "model.eval()"),
    "another batch axis": (lambda s, x: s.c(s.a(x).view(2, 2)), "first axis of its result does not count inputs"),
    "bytes": (lambda s, x: s.b(s.a(x).view(torch.int32).view(torch.float32)), "reads the bytes"),
    "an unforeseen use": (lambda s, x: s.a(x).max(s.w), "following it failed"),
    "a scan": (lambda s, x: torch.cumsum(s.a(x), 1) + 1, "'cumsum' is not supported"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_edges_is_refused_in_a_sentence(case):
    run, message = REFUSED[case]
    model = Net(run, a=nn.Linear(4, 4), b=nn.Linear(4, 4), c=nn.Linear(2, 2), w=parameter(1, 4), v=parameter(4, 4))
    found = described(model, 4)
    assert found.network is None
    assert message in found.error
    assert found.auto_layers


def test_an_unread_result_that_has_no_edges_is_no_obstacle():
    model = Net(lambda s, x: (torch.cumsum(s.a(x), 1), s.b(x))[1], a=nn.Linear(4, 3), b=nn.Linear(4, 2))
    assert described(model, 4).network is not None


def test_half_precision_weights_become_float32():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)).bfloat16()
    network = described(model, 4, dtype=torch.bfloat16).network
    assert [operator.weight.dtype for operator in network.operators] == [np.float32, np.float32]


def test_a_digest_survives_pickling_and_tells_any_weight_apart():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    network = described(model, 1, 4, 4).network
    assert pickle.loads(pickle.dumps(network)) == network
    assert len(pickle.dumps(network)) < 6000
    with torch.no_grad():
        model[0].weight[1, 0, 2, 2] += 1e-6
    assert described(model, 1, 4, 4).network != network


def test_tracing_leaves_the_network_untouched():
    model = basic_block(2)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    attributes = {name: set(vars(module)) for name, module in model.named_modules()}
    described(model, 2, 5, 5)
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
    assert attributes == {name: set(vars(module)) for name, module in model.named_modules()}
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_value_named_like_a_call_of_the_recorder_is_recorded_itself():
    """Recording detaches and converts what it copies; such calls in the network keep their own names."""
    model = Net(
        lambda s, x: s.b(s.a(x).sigmoid().to(torch.float32, copy=True).detach()), a=nn.Linear(4, 4), b=nn.Linear(4, 2)
    )
    x = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    expected = torch.sigmoid(model.a(torch.as_tensor(x))).detach().numpy()
    np.testing.assert_array_equal(ActivationExtractor(model).fit_transform(x)["detach()"], expected)


def test_vertices_have_names_by_layer_and_place():
    network = ActivationExtractor(make_ccff()).fit(np.zeros((1, 1, 8, 8), dtype="float32")).network_
    n = network.n_vertices
    names = network.vertex_names([[0, 63], [64 + 36 + 7, n - 1]])
    assert names.tolist() == [["input[0,0,0]", "input[0,7,7]"], ["conv1[1,1,1]", "fc2[9]"]]
    assert len(set(network.vertex_names(np.arange(n)))) == n
    for wrong in (-1, n):
        with pytest.raises(IndexError, match=f"Vertex {wrong} does not exist: there are {n}"):
            network.vertex_names([0, wrong])
