"""ActivationExtractor: what is recorded is what the network computes, and the network is left as it was."""

import pickle
import random
import re
import threading

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration, list_layers
from sktopo.datasets import make_ccff, make_residual_cnn


def identity_net():
    """Weights one and zero, so that activations can be written down."""
    model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU(inplace=True), nn.Linear(2, 1, bias=False))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, 0.0], [0.0, -1.0]]))
        model[2].weight.copy_(torch.tensor([[1.0, 1.0]]))
    return model


X = np.array([[1.0, 2.0], [-3.0, -4.0]], dtype="float32")


def test_activations_are_exact_and_copied_before_in_place_calls():
    activations = ActivationExtractor(identity_net(), layers=["0", "1", "2"]).fit_transform(X)
    np.testing.assert_array_equal(activations["0"], [[1, -2], [-3, 4]])
    np.testing.assert_array_equal(activations["1"], [[1, 0], [0, 4]])
    np.testing.assert_array_equal(activations["2"], [[1], [4]])


def test_capture_input_records_what_enters():
    activations = ActivationExtractor(identity_net(), layers=["0", "2"], capture="input").fit_transform(X)
    np.testing.assert_array_equal(activations["0"], X)
    np.testing.assert_array_equal(activations["2"], [[1, 0], [0, 4]])


def test_auto_records_what_feeds_operators_and_the_output():
    activations = ActivationExtractor(identity_net()).fit_transform(X)
    assert activations.layers == ("input", "1", "2")
    np.testing.assert_array_equal(activations["input"], X)


SELECTORS = {
    "name": ("block1.conv1", ("block1.conv1",)),
    "glob": ("block?.conv2", ("block1.conv2", "block2.conv2")),
    "regex": (re.compile(r"relu1$"), ("block1.relu1", "block2.relu1")),
    "type": (nn.Linear, ("fc",)),
    "callable": (lambda name, module: name == "pool", ("pool",)),
    "index": (-1, ("fc",)),
    "list": (["fc", "stem.0"], ("stem.0", "fc")),
    "function": ("block1.add()", ("block1.add()",)),
    "input": ("input", ("input",)),
}


@pytest.mark.parametrize("how", SELECTORS)
def test_layers_can_be_chosen_in_many_ways(how):
    layers, expected = SELECTORS[how]
    images = np.ones((2, 1, 8, 8), dtype="float32")
    assert ActivationExtractor(make_residual_cnn(2), layers=layers).fit_transform(images).layers == expected


def test_all_records_every_layer_without_parts():
    activations = ActivationExtractor(make_ccff(), layers="all").fit_transform(np.ones((2, 1, 8, 8), dtype="float32"))
    assert activations.layers == ("conv1", "act1", "conv2", "act2", "flatten", "fc1", "act3", "fc2")


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("conv11", "No layer matches 'conv11'. Closest names: conv1"),
        (99, "Layer 99 does not exist: the network has 8 layers"),
        ("nothing*", "No layer matches"),
        ([], "layers is empty"),
        (True, "chosen by name, position"),
        (3.5, "chosen by name, position"),
    ],
)
def test_an_unknown_layer_is_an_error_with_the_closest_names(layers, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ActivationExtractor(make_ccff(), layers=layers).fit(np.ones((1, 1, 8, 8), dtype="float32"))


def test_a_layer_that_is_never_called_says_so():
    model = identity_net()
    model.unused = nn.Linear(1, 1)
    model.forward = lambda x: model[0](x)
    with pytest.raises(ValueError, match="exists but was not called"):
        ActivationExtractor(model, layers="unused").fit(X)


class Outputs(nn.Module):
    """Tuples, dicts, a module called twice and one registered twice."""

    def __init__(self):
        super().__init__()
        self.act = nn.ReLU()
        self.again = self.act
        self.lstm = nn.LSTM(2, 3, batch_first=True)
        self.parts = Parts()

    def forward(self, x):
        x = self.act(self.act(x) - 1)
        steps, _ = self.lstm(x[:, None])
        return self.parts(steps[:, 0])


class Parts(nn.Module):
    def forward(self, x):
        return {"sum": x.sum(1), "double": (2 * x, [x])}


def test_structured_outputs_and_repeated_calls_have_names():
    extractor = ActivationExtractor(Outputs(), layers=["act", "lstm[0]", "parts"]).fit(X)
    assert extractor.layers_ == (
        "act", "act:1", "lstm[0]", "parts[sum]", "parts[double][0]", "parts[double][1][0]",
    )  # fmt: skip
    activations = extractor.transform(X)
    np.testing.assert_array_equal(activations["act:1"], [[0, 1], [0, 0]])
    np.testing.assert_array_equal(activations["parts[double][0]"], 2 * activations["parts[double][1][0]"])


@pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
def test_batches_do_not_change_the_result(batch_size):
    images = np.random.default_rng(0).random((7, 1, 8, 8), dtype=np.float32)
    expected = ActivationExtractor(make_ccff()).fit_transform(images)
    got = ActivationExtractor(make_ccff(), batch_size=batch_size).fit_transform(images)
    np.testing.assert_allclose(np.asarray(got), np.asarray(expected), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "given", [X.tolist(), torch.as_tensor(X), pd.DataFrame(X), X.astype("float64"), X.astype("int64")], ids=type
)
def test_inputs_of_many_kinds(given):
    activations = ActivationExtractor(identity_net(), layers="2").fit_transform(given)
    np.testing.assert_array_equal(activations["2"], [[1], [4]])


def test_several_and_named_inputs():
    class Two(nn.Module):
        def forward(self, a, b):
            return torch.relu(a + 2 * b)

    two = ActivationExtractor(Two(), layers="relu()").fit_transform((X, X))
    named = ActivationExtractor(Two(), layers="relu()").fit_transform({"a": X, "b": X})
    np.testing.assert_array_equal(two["relu()"], named["relu()"])
    np.testing.assert_array_equal(two["relu()"], np.maximum(3 * X, 0))


def test_forward_calls_the_network_in_the_users_way():
    extractor = ActivationExtractor(identity_net(), layers="2", forward=lambda model, batch: model(2 * batch))
    np.testing.assert_array_equal(extractor.fit_transform(X)["2"], [[2], [8]])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_of_the_arrays(dtype):
    assert ActivationExtractor(identity_net(), dtype=dtype).fit_transform(X)["2"].dtype == dtype


def test_large_results_are_memory_mapped_and_equal():
    images = np.random.default_rng(0).random((5, 1, 8, 8), dtype=np.float32)
    mapped = ActivationExtractor(make_ccff(), max_memory=0).fit_transform(images)
    assert all(isinstance(values, np.memmap) for _, values in mapped.items())
    np.testing.assert_array_equal(
        np.asarray(mapped), np.asarray(ActivationExtractor(make_ccff()).fit_transform(images))
    )


class Fragile(nn.Module):
    """Fails on request; draws random numbers and counts its calls in a buffer."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout())
        self.register_buffer("calls", torch.zeros(1))
        self.explode = False

    def forward(self, x):
        self.calls += 1
        torch.rand(1), np.random.rand(), random.random()  # noqa: NPY002
        out = self.inner(x)
        if self.explode:
            raise RuntimeError("on request")
        return out


def snapshot(model):
    return {
        "flags": [module.training for module in model.modules()],
        "hooks": [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in model.modules()],
        "grad": [parameter.requires_grad for parameter in model.parameters()],
        "grads": [parameter.grad for parameter in model.parameters()],
        "places": [t.data_ptr() for t in (*model.parameters(), *model.buffers())],
        "device": [t.device for t in (*model.parameters(), *model.buffers())],
        "values": [t.detach().clone().tolist() for t in (*model.parameters(), *model.buffers())],
        "torch": torch.get_rng_state().tolist(),
        "numpy": np.random.get_state()[1].tolist(),  # noqa: NPY002
        "python": random.getstate(),
        "grad mode": torch.is_grad_enabled(),
    }


@pytest.mark.parametrize("explode", [False, True])
def test_the_network_comes_back_as_it_was(explode):
    model = Fragile()
    model.train()
    model.inner[1].eval()  # a frozen batch normalisation
    model.inner[0].weight.requires_grad_(False)
    extractor = ActivationExtractor(model, layers="all").fit(X)
    model.explode = explode
    before = snapshot(model)
    if explode:
        with pytest.raises(RuntimeError, match="on request"):
            extractor.transform(X)
    else:
        extractor.transform(X)
    assert snapshot(model) == before


def test_the_network_runs_in_eval_mode():
    model = nn.Sequential(nn.Linear(2, 50), nn.Dropout(0.9)).train()
    activations = ActivationExtractor(model, layers=["0", "1"]).fit_transform(X)
    np.testing.assert_array_equal(activations["0"], activations["1"])


def test_fifty_threads_share_one_extractor():
    model = make_ccff()
    images = np.random.default_rng(0).random((50, 1, 8, 8), dtype=np.float32)
    extractor = ActivationExtractor(model).fit(images)
    expected = np.asarray(extractor.transform(images))
    results = [None] * 50

    def work(i):
        results[i] = np.asarray(extractor.transform(images[i : i + 1]))[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(results, expected, rtol=1e-5, atol=1e-6)
    assert snapshot(model)["hooks"] == [(0, 0)] * len(list(model.modules()))


def bad_weights():
    model = identity_net()
    with torch.no_grad():
        model[2].weight[0, 0] = float("nan")
    return model


BAD_INPUTS = {
    "nan in images": (make_ccff, np.full((1, 1, 8, 8), np.nan), "input contains NaN or infinity in sample 0"),
    "channels": (make_ccff, np.ones((1, 3, 8, 8)), "Check the number of channels"),
    "no samples": (make_ccff, np.ones((0, 1, 8, 8)), "0 sample"),
    "text": (make_ccff, np.full((1, 1, 8, 8), "a"), "must hold numbers"),
    "complex": (make_ccff, np.ones((1, 1, 8, 8), dtype=complex), "Complex data not supported"),
    "nan in weights": (bad_weights, X, "Layer '2' gives NaN or infinity for sample 0"),
}


@pytest.mark.parametrize("what", BAD_INPUTS)
def test_bad_input_is_an_error_that_names_the_place(what):
    make, given, message = BAD_INPUTS[what]
    with pytest.raises(ValueError, match=re.escape(message)):
        ActivationExtractor(make()).fit_transform(given)


def test_another_shape_than_in_fit_is_an_error():
    extractor = ActivationExtractor(make_residual_cnn(2)).fit(np.ones((1, 1, 8, 8)))
    with pytest.raises(ValueError, match="was fitted on"):
        extractor.transform(np.ones((1, 1, 10, 10)))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"model": "resnet"}, "must be a torch.nn.Module"),
        ({"capture": "both"}, "'capture' parameter"),
        ({"dtype": "int8"}, "'dtype' parameter"),
        ({"batch_size": 0}, "'batch_size' parameter"),
        ({"device": "toaster"}, "'device' parameter"),
    ],
)
def test_a_wrong_parameter_is_an_error(parameters, message):
    with pytest.raises(ValueError, match=message):
        ActivationExtractor(**({"model": identity_net()} | parameters)).fit(X)


def test_progress_bar_only_when_asked(capsys):
    ActivationExtractor(identity_net()).fit_transform(X)
    assert capsys.readouterr().err == ""
    ActivationExtractor(identity_net(), verbose=1).fit_transform(X)
    assert "activations" in capsys.readouterr().err


def test_list_layers_names_types_and_sizes():
    assert [tuple(layer) for layer in list_layers(identity_net())] == [
        ("0", "Linear", 4),
        ("1", "ReLU", 0),
        ("2", "Linear", 2),
    ]


def test_images_without_an_axis_of_channels_are_told_so():
    extractor = ActivationExtractor(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())).fit(np.ones((5, 8, 8)))
    assert "images need one of channels, too: X[:, None]" in extractor.network_error_
    with pytest.raises(RuntimeError) as raised:
        extractor.transform(np.ones((5, 8, 8)))
    (note,) = raised.value.__notes__
    assert "samples 0 to 4, inputs of shape {'input': (8, 8)}" in note and "X[:, None]" in note


@pytest.mark.parametrize("kind", ["dataset", "loader"])
def test_datasets_of_torch_are_refused_with_the_cure(kind):
    dataset = torch.utils.data.TensorDataset(torch.ones(3, 4))
    given = dataset if kind == "dataset" else torch.utils.data.DataLoader(dataset)
    with pytest.raises(ValueError, match=r"X is a (TensorDataset|DataLoader).*torch\.stack"):
        ActivationExtractor(nn.Linear(4, 2)).fit(given)


def test_a_forward_that_returns_no_tensor_says_so():
    extractor = ActivationExtractor(nn.Linear(4, 2), forward=lambda model, batch: None)
    with pytest.raises(ValueError, match="finds nothing to record.*returned no tensor"):
        extractor.fit(np.ones((2, 4)))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_an_error_with_the_cure():
    with pytest.raises(ValueError, match="torch finds no CUDA device here. Use device='auto'"):
        ActivationExtractor(nn.Linear(4, 2), device="cuda").fit(np.ones((2, 4)))


@pytest.mark.parametrize("max_memory", [-1, "1 GB", None])
def test_max_memory_must_be_a_number_of_bytes(max_memory):
    with pytest.raises(ValueError, match="'max_memory' parameter of ActivationExtractor must be a number of bytes"):
        ActivationExtractor(nn.Linear(4, 2), max_memory=max_memory).fit(np.ones((2, 4)))


def test_a_network_that_was_trained_since_fit_has_no_description_until_it_is_fitted_again():
    model = identity_net()
    extractor = ActivationExtractor(model).fit(X)
    filtration = GraphFiltration().fit(extractor.transform(X))
    with torch.no_grad():
        next(model.parameters()).mul_(2.0)
    activations = extractor.transform(X)
    assert activations.network is None
    with pytest.raises(ValueError, match="weights have changed since ActivationExtractor was fitted.*Fit it again"):
        filtration.transform(activations)
    assert extractor.fit_transform(X).network is extractor.network_


def test_buffers_that_a_run_changes_and_attributes_do_not_count_as_training():
    model = Fragile()
    extractor = ActivationExtractor(model).fit(X)
    model.remembered = torch.ones(3)
    assert pickle.loads(pickle.dumps(extractor)).transform(X).network is not None
    assert extractor.transform(X).network is extractor.network_
