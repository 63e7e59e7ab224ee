"""Deep graph persistence: the case worked by hand, every path walked, and what is refused."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from sktopo import ActivationExtractor, deep_graph_persistence
from sktopo.datasets import make_ccff, make_mlp
from tests.networks import ListNetwork, random_conv_net, random_input, random_mlp
from tests.oracles.activation_graph import explicit_graph
from tests.oracles.static_scores import matrix_edges, path_values, static_graph, tree_score

MAKERS = {"mlp": random_mlp, "conv": random_conv_net}
HAND = {"0": [[0.5, 1.0], [3.0, 0.3]], "2": [[1.0, -0.5], [0.3, 1.5]]}


def hand_network():
    model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU(), nn.Linear(2, 2, bias=False)).double()
    for name, weight in HAND.items():
        model[int(name)].weight.data[:] = model[0].weight.new_tensor(weight)
    return model


def score_of(matrix, scale, p=2):
    return tree_score(matrix_edges(matrix.T), range(sum(matrix.shape)), scale, p)


def test_input_worked_by_hand():
    activations = ActivationExtractor(hand_network(), dtype="float64").fit_transform([[1.0, 2.0]])
    result = deep_graph_persistence(activations, per_input=True)
    np.testing.assert_allclose(result.matrix, [[[1.8, 3], [2, 0.75]]], rtol=1e-14)
    np.testing.assert_allclose(result.tree[0], [3, 2, 1.8], rtol=1e-14)
    np.testing.assert_allclose(result.scale, [5.4], rtol=1e-14)
    persistence = 1 - np.array([3, 2, 1.8, 0]) / 5.4
    np.testing.assert_allclose(result.score, np.linalg.norm(persistence) / np.sqrt(3), rtol=1e-14)


@pytest.mark.parametrize("given_as", ["dict", "module", "network"])
def test_weights_worked_by_hand(given_as):
    model = hand_network()
    described = {"dict": HAND, "module": model, "network": ActivationExtractor(model).fit([[1.0, 2.0]])}
    result = deep_graph_persistence(described[given_as])
    # x0: by a1 (3) to y0 .5 and y1 1.5, by a0 (.5) to y0; x1: by a0 (1) to y0 1 and y1 .3, by a1 (.3).
    np.testing.assert_array_equal(result.matrix, [[0.5, 1.5], [1.0, 0.3]])
    np.testing.assert_array_equal(result.tree, [1.5, 1.0, 0.5])
    assert result.scale == 3.0 and result.score == pytest.approx(score_of(result.matrix, 3.0), rel=1e-14)


@pytest.mark.parametrize("maker", MAKERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_static_matrix_is_the_best_of_all_paths(maker, seed):
    steps, shape = _small(MAKERS[maker], seed)
    network = ActivationExtractor(ListNetwork(steps)).fit(np.ones((1, *shape))).network_
    if not any(operator.weight.any() for operator in network.weighted):
        return
    edges, inputs, outputs = static_graph(steps, shape)
    largest = max(float(abs(operator.weight).max()) for operator in network.weighted)
    result = deep_graph_persistence(network)
    np.testing.assert_array_equal(result.matrix, path_values([e[1:] for e in edges], inputs, outputs, largest))
    assert result.scale == largest
    assert result.score == pytest.approx(score_of(result.matrix, largest), rel=1e-13)


@pytest.mark.parametrize("maker", MAKERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_matrix_on_an_input_is_the_best_of_all_paths(maker, seed):
    steps, shape = _small(MAKERS[maker], seed)
    x = random_input(np.random.default_rng(seed), (2, *shape))
    activations = ActivationExtractor(ListNetwork(steps)).fit_transform(x)
    if not any(operator.weight.any() for operator in activations.network.weighted):
        return
    _, inputs, outputs = static_graph(steps, shape)
    result = deep_graph_persistence(activations, per_input=True)
    for i in range(2):
        edges = [edge[1:] for edge in explicit_graph(steps, x[i])[0]]
        largest = max((phi for _, _, phi in edges), default=0.0)
        np.testing.assert_array_equal(result.matrix[i], path_values(edges, inputs, outputs, largest))
        assert result.scale[i] == largest
        assert result.score[i] == pytest.approx(score_of(result.matrix[i], largest or 1.0), rel=1e-13)


def _small(maker, seed):
    """A network with few enough paths to walk them all: convolutions keep their options on a smaller image."""
    rng = np.random.default_rng(seed)
    if maker is random_mlp:
        return maker(rng)
    groups, shape = int(rng.integers(1, 3)), (2, 3, 3)
    weight = rng.integers(-2, 3, size=(2, 2 // groups, 2, 2)).astype(float)
    options = dict(stride=int(rng.integers(1, 3)), padding=1, dilation=int(rng.integers(1, 3)), groups=groups)
    steps = [("conv", {"weight": weight, **options}), ("relu", {}), ("save", {"name": "skip"})]
    steps += [("conv", {"weight": rng.integers(-2, 3, size=(2, 2, 1, 1)).astype(float)})]
    steps += [(str(rng.choice(["add", "concat"])), {"name": "skip"}), ("relu", {})]
    height = (3 + 2 - options["dilation"] - 1) // options["stride"] + 1
    steps += [(str(rng.choice(["maxpool", "avgpool"])), {"size": min(2, height), "stride": 1})]
    channels = 2 if steps[4][0] == "add" else 4
    size = channels * (height - min(2, height) + 1) ** 2
    return [*steps, ("flatten", {}), ("dense", {"weight": rng.integers(-2, 3, size=(3, size)).astype(float)})], shape


def test_more_outputs_than_a_block_and_float64():
    rng = np.random.default_rng(0)
    weights = {"a": rng.normal(size=(20, 30)), "b": rng.normal(size=(150, 20))}
    a, b = (abs(w) for w in weights.values())
    expected = np.minimum(a.T[:, None, :], b[None, :, :]).max(axis=2)
    np.testing.assert_array_equal(deep_graph_persistence(weights).matrix, expected)
    single = {name: w.astype(np.float32) for name, w in weights.items()}
    np.testing.assert_array_equal(deep_graph_persistence(single).matrix, expected.astype(np.float32))


def test_one_layer_is_its_own_matrix():
    weight = np.random.default_rng(2).normal(size=(4, 6))
    result = deep_graph_persistence({"fc": weight})
    np.testing.assert_array_equal(result.matrix, abs(weight.T))


def test_standardized_weights_do_not_know_the_scale_of_a_layer():
    rng = np.random.default_rng(3)
    weights = {"a": rng.normal(size=(5, 4)), "b": rng.normal(size=(3, 5))}
    scaled = {"a": weights["a"] * 0.01 + 2.0, "b": weights["b"]}
    first, second = (deep_graph_persistence(w, standardize=True) for w in (weights, scaled))
    np.testing.assert_allclose(first.matrix, second.matrix, rtol=1e-9)
    a, b = (abs((w - w.mean()) / w.std()) for w in weights.values())
    np.testing.assert_allclose(first.matrix, np.minimum(a.T[:, None, :], b[None]).max(axis=2), rtol=1e-12)
    assert first.scale == pytest.approx(max(a.max(), b.max()))


def test_an_input_without_activity_has_no_tree():
    activations = ActivationExtractor(hand_network()).fit_transform(np.zeros((1, 2)))
    result = deep_graph_persistence(activations, per_input=True)
    assert not result.matrix.any() and result.scale.tolist() == [0.0] and len(result.tree[0]) == 0
    assert result.score[0] == pytest.approx(np.sqrt(4 / 3))


def test_one_sample_alone_equals_the_same_sample_in_a_batch():
    x = np.random.default_rng(4).random((3, 1, 8, 8)).astype(np.float32)
    activations = ActivationExtractor(make_ccff()).fit_transform(x)
    together = deep_graph_persistence(activations, per_input=True)
    alone = deep_graph_persistence(activations[1:2], per_input=True)
    np.testing.assert_array_equal(together.matrix[1:2], alone.matrix)
    assert together.score.shape == (3,) and together.matrix.shape == (3, 64, 10)


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ({"a": np.ones((3, 2)), "b": np.ones((1, 4))}, {}, "Layer 'b' reads 4 values, but 'a'.* gives 3"),
        (nn.Sequential(nn.Conv2d(1, 2, 3)), {}, "Give the network's description"),
        ({"a": [[np.nan]]}, {}, "weights of 'a' contain NaN"),
        ({"a": [[0.0]]}, {}, "All weights are zero"),
        ({}, {}, "No weighted layer was found"),
        ({"a": np.ones((2, 2))}, {"standardize": True}, "use standardize=False"),
        ({"a": np.ones((2, 2))}, {"p": 0.5}, "'p' parameter of deep_graph_persistence"),
        ({"a": np.ones((2, 2))}, {"per_input": True}, "per_input=True needs recorded activations"),
    ],
)
def test_what_has_no_paths_is_refused_with_a_cure(given, options, message):
    with pytest.raises(ValueError, match=message):
        deep_graph_persistence(given, **options)


def test_values_that_were_not_recorded_are_named():
    activations = ActivationExtractor(make_mlp(), layers=["fc3"]).fit_transform(np.ones((1, 1, 8, 8)))
    with pytest.raises(ValueError, match="deep_graph_persistence needs the values of"):
        deep_graph_persistence(activations, per_input=True)
