"""Several inputs at once: what the sweep writes down itself is what is read off the forest of each input alone."""

import numpy as np
import pytest
import torch
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.filtration import sampling
from sktopo.filtration.pairs import pairs_of
from sktopo.filtration.plan import plan_operators
from tests.operators import FAMILIES, NUMBERS, random_graph


def inputs_of(values, n, seed=0):
    """Several inputs of a network: the given one, an empty one, and others."""
    rng = np.random.default_rng(seed)
    factors = [1.0, 0.0] + [None] * (n - 2)
    return {
        source: np.stack([
            (value.ravel() * (rng.integers(0, 3, value.size) if factor is None else factor)).astype(value.dtype)
            for factor in factors
        ])
        for source, value in values.items()
    }  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(4))
def test_pairs_of_a_batch_are_those_of_each_input_alone(family, seed):
    operators, values = random_graph(seed, family, NUMBERS[seed], NUMBERS[-seed - 1])
    plan, batch = plan_operators("network", operators), inputs_of(values, 5)
    for names in ((), plan.operators[:1]):
        scales, least = dict.fromkeys(names, 0.5), dict.fromkeys(names, 0.25)
        found = plan.pairs(batch.__getitem__, 5, scales, least)
        for i, (birth, death) in enumerate(found):
            alone = plan.forest({source: rows[i] for source, rows in batch.items()}.__getitem__, scales, least)
            expected_birth, expected_death = pairs_of(alone, "edge")
            np.testing.assert_array_equal(birth, expected_birth)
            np.testing.assert_array_equal(death, expected_death)
        assert len(found[1][0]) == 0


def test_pairs_outlive_the_memory_that_they_were_written_to():
    operators, values = random_graph(0, "conv2d")
    plan, batch = plan_operators("network", operators), inputs_of(values, 3)
    found = plan.pairs(batch.__getitem__, 3, {}, {})
    before = [(birth.copy(), death.copy()) for birth, death in found]
    plan.pairs(lambda source: 2 * batch[source][::-1], 3, {}, {})
    for ours, theirs in zip(found, before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_an_input_beyond_float64_is_told_wherever_it_is():
    operators, values = random_graph(0, "mlp")
    plan, batch = plan_operators("network", operators), inputs_of(values, 4)
    with np.errstate(over="ignore"):
        for i in (0, 2, 3):
            rows = {source: value.astype(np.float64) for source, value in batch.items()}
            for value in rows.values():
                value[i] = np.inf
            assert plan.pairs(rows.__getitem__, 4, {}, {}) is None
    assert plan.pairs(batch.__getitem__, 4, {}, {}) is not None


@pytest.fixture(scope="module")
def activations():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(),
        nn.Linear(16, 9), nn.ReLU(), nn.Linear(9, 3),
    )  # fmt: skip
    x = np.random.default_rng(0).normal(size=(23, 1, 8, 8)).astype("float32")
    return ActivationExtractor(model.eval()).fit_transform(x)


def sizes_of(n, size):
    return [size] * (n // size) + [n % size] * (n % size > 0)


@pytest.mark.parametrize("n_threads", [1, 2, 4, 16])
@pytest.mark.parametrize("n", [0, 1, 5, 1000])
def test_batches_have_every_sample_and_the_last_are_short(activations, n, n_threads):
    sizes = GraphFiltration().fit(activations)._batch_sizes(n, n_threads)
    assert sum(sizes) == n and all(sizes)
    if n_threads > 1 and n == 1000:
        assert sizes[-1] == 1 and sizes[0] > 20


def test_batches_are_small_where_pooling_windows_are_large():
    """Each window of an average pooling has as many edges as pixels."""
    model = nn.Sequential(nn.AvgPool2d(8, stride=1), nn.Flatten(), nn.Linear(81, 3))
    activations = ActivationExtractor(model.eval()).fit_transform(np.zeros((2, 1, 16, 16), "float32"))
    sizes = GraphFiltration().fit(activations)._batch_sizes(1000, 1)
    assert sizes[0] * 81 * 64 <= sampling.BATCH < (sizes[0] + 1) * (81 * 64 + 256 + 2 * 81 + 3)


@pytest.mark.parametrize("scope", ["network", "block", "layer"])
@pytest.mark.parametrize("options", [{}, {"normalize": "layer"}, {"keep_quantile": 0.3}])
def test_the_size_of_batches_does_not_change_the_diagrams(activations, monkeypatch, scope, options):
    filtration = GraphFiltration(scope=scope, **options).fit(activations)
    expected = filtration.transform(activations)
    monkeypatch.setattr(sampling.SampleSteps, "_is_plain", lambda self: False)
    one_by_one = filtration.transform(activations)
    monkeypatch.undo()
    found = [one_by_one, filtration.set_params(n_jobs=3).transform(activations)]
    for size in (1, 4):
        monkeypatch.setattr(sampling.SampleSteps, "_batch_sizes", lambda self, n, _, size=size: sizes_of(n, size))
        found.append(filtration.transform(activations))
    for diagrams in found:
        np.testing.assert_array_equal(diagrams.birth, expected.birth)
        np.testing.assert_array_equal(diagrams.death, expected.death)
        np.testing.assert_array_equal(diagrams.offsets, expected.offsets)
