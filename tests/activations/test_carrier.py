"""Networks through clones, pickles, hashes and processes, and the cache of activations."""

import copy
import pickle
import subprocess
import sys
import textwrap

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch import nn

from sktopo import ActivationExtractor
from sktopo.activations.carrier import freeze, thaw
from sktopo.activations.fingerprint import fingerprint
from sktopo.datasets import make_ccff, make_residual_cnn

IMAGES = np.random.default_rng(0).random((4, 1, 8, 8), dtype=np.float32)


def test_clone_passes_the_network_by_reference():
    big = nn.Linear(5000, 5000)  # 100 MB
    extractor = ActivationExtractor(big)
    assert clone(extractor).model is big  # benchmarks/extraction.py has the time


@pytest.mark.parametrize("make", [make_ccff, make_residual_cnn])
def test_equal_content_has_an_equal_fingerprint(make):
    model = make()
    assert fingerprint(model) == fingerprint(copy.deepcopy(model)) == fingerprint(thaw(freeze(model)))
    assert fingerprint(model) == fingerprint(model.train())


def test_any_change_of_content_changes_the_fingerprint():
    model = make_residual_cnn()
    prints = {fingerprint(model)}
    with torch.no_grad():
        model.fc.weight[0, 0] += 1e-3
        prints.add(fingerprint(model))
        model.block1.bn1.running_mean += 1
        prints.add(fingerprint(model))
    model.block1.conv1.stride = (2, 2)
    prints.add(fingerprint(model))
    model.stem[2] = nn.Tanh()
    prints.add(fingerprint(model))
    assert len(prints) == 5


def test_shared_parameters_stay_shared():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    again = thaw(freeze(model))
    assert again[0].weight is again[1].weight
    assert again[0].weight.requires_grad


def test_bfloat16_and_local_hooks_survive():
    model = nn.Linear(3, 2).to(torch.bfloat16)
    model.register_forward_hook(lambda module, args, output: None)
    again = thaw(freeze(model))
    assert again.weight.dtype == torch.bfloat16 and torch.equal(again.weight, model.weight)


def test_damaged_weights_are_noticed():
    state = freeze(make_ccff(seed=5))
    state["weights"][0] = state["weights"][0] + 1
    with pytest.raises(ValueError, match="does not match its fingerprint"):
        thaw(state)


def test_joblib_hash_depends_on_content_alone():
    first, second = ActivationExtractor(make_ccff(seed=1)), ActivationExtractor(make_ccff(seed=1))
    assert joblib.hash(first) == joblib.hash(second)
    assert joblib.hash(first) != joblib.hash(ActivationExtractor(make_ccff(seed=2)))


def test_pickle_gives_the_same_activations_and_does_not_share_the_users_network():
    extractor = ActivationExtractor(make_ccff()).fit(IMAGES)
    expected = np.asarray(extractor.transform(IMAGES))
    again = pickle.loads(pickle.dumps(extractor))
    assert again.model is not extractor.model
    with torch.no_grad():
        extractor.model.conv1.weight.zero_()
    np.testing.assert_array_equal(np.asarray(again.transform(IMAGES)), expected)


def test_a_class_of_a_script_is_loaded_in_a_fresh_process(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys, joblib, numpy as np, torch
            from sklearn.linear_model import LogisticRegression
            from sklearn.model_selection import cross_val_score
            from sklearn.pipeline import make_pipeline
            from sktopo import ActivationExtractor, GraphFiltration, PersistenceVectorizer

            class Mine(torch.nn.Module):
                def __init__(self):
                    super().__init__()
                    self.layer = torch.nn.Linear(4, 6)
                    self.out = torch.nn.Linear(6, 2)
                def forward(self, x):
                    return self.out(torch.relu(self.layer(x)))

            if __name__ == "__main__":
                torch.manual_seed(0)
                X = np.random.default_rng(0).normal(size=(12, 4))
                y = np.arange(12) % 2
                pipe = make_pipeline(
                    ActivationExtractor(Mine()), GraphFiltration(), PersistenceVectorizer(), LogisticRegression()
                )
                assert np.isfinite(cross_val_score(pipe, X, y, cv=2, n_jobs=2, error_score="raise")).all()
                joblib.dump((pipe.fit(X, y), X, pipe.predict_proba(X)), r"{tmp_path / "pipe.joblib"}")
            """
        )
    )
    load = (
        "import sys, joblib, numpy as np; pipe, X, expected = joblib.load(sys.argv[1]);"
        "np.testing.assert_array_equal(pipe.predict_proba(X), expected); print('same')"
    )
    subprocess.run([sys.executable, str(script)], check=True)
    loaded = subprocess.run(
        [sys.executable, "-c", load, str(tmp_path / "pipe.joblib")], check=True, capture_output=True, text=True
    )
    assert loaded.stdout.strip() == "same"


class Counting(nn.Module):
    """Counts its forward passes where pickles and hashes cannot see it."""

    passes = 0

    def __init__(self):
        super().__init__()
        self.inner = make_ccff()

    def forward(self, x):
        Counting.passes += 1
        return self.inner(x)


def test_cache_answers_the_second_time_without_the_network(tmp_path):
    extractor = ActivationExtractor(Counting(), cache=tmp_path).fit(IMAGES)
    first = extractor.transform(IMAGES)
    passes = Counting.passes
    again = clone(extractor).fit(IMAGES).transform(IMAGES)
    assert Counting.passes == passes + 1  # the trace in fit
    np.testing.assert_array_equal(np.asarray(first), np.asarray(again))


def test_cache_tells_networks_layers_and_inputs_apart(tmp_path):
    model = Counting()
    extractor = ActivationExtractor(model, cache=tmp_path).fit(IMAGES)
    extractor.transform(IMAGES)
    before = Counting.passes
    extractor.transform(IMAGES[:2])
    clone(extractor).set_params(layers="inner.fc1").fit(IMAGES).transform(IMAGES)
    with torch.no_grad():
        model.inner.fc1.weight.mul_(2)
    extractor.transform(IMAGES)
    assert Counting.passes == before + 4  # three recordings and one trace


def test_a_damaged_cache_entry_is_noticed_and_made_again(tmp_path):
    extractor = ActivationExtractor(make_ccff(), cache=tmp_path).fit(IMAGES)
    expected = np.asarray(extractor.transform(IMAGES)).copy()
    damaged = next(tmp_path.glob("*/1.npy"))
    damaged.write_bytes(damaged.read_bytes()[:-8] + b"12345678")
    with pytest.warns(UserWarning, match="is damaged"):
        again = extractor.transform(IMAGES)
    np.testing.assert_array_equal(np.asarray(again), expected)
    np.testing.assert_array_equal(np.asarray(extractor.transform(IMAGES)), expected)
