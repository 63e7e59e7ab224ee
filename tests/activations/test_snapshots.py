"""Snapshots of a training: taken at the right moment, true copies, and nothing of the training is disturbed."""

import pickle

import numpy as np
import pytest
import torch

from sktopo import ActivationExtractor, TrainingSnapshots, neural_persistence, persistence_curve
from sktopo.datasets import accuracy, make_mlp, make_nested_rings, make_residual_cnn, train_epochs

POINTS, LABELS = make_nested_rings(400, n_groups=1, n_rings=1)


def small_network(seed=0):
    return make_mlp((8, 8), n_inputs=2, n_outputs=2, seed=seed)


def training(network, epochs=60):
    return train_epochs(network, POINTS, LABELS, epochs=epochs, learning_rate=1e-2)


def score(model):
    return accuracy(model, POINTS, LABELS)


def same_state(a, b):
    return [*a] == [*b] and all(torch.equal(a[name], b[name]) for name in a)


def test_a_threshold_is_taken_at_the_first_accuracy_that_is_as_high():
    snapshots = TrainingSnapshots(small_network(), (0.5, 0.7, 0.9))
    passed = [snapshots.update(value) for value in (0.4, 0.5, 0.45, 0.6, 0.71, 0.5, 0.95, 1.0)]
    assert passed == [(), (0.5,), (), (), (0.7,), (), (0.9,), ()]
    assert [snapshots[key].step for key in (0.5, 0.7, 0.9)] == [2, 5, 7]
    assert [snapshots[key].accuracy for key in snapshots] == [0.5, 0.71, 0.95]
    assert snapshots.done and snapshots.n_updates == 8


def test_a_mean_in_float32_passes_the_threshold_that_it_is_meant_to_be():
    snapshots = TrainingSnapshots(small_network(), (0.7,))
    right = torch.tensor([1.0] * 7 + [0.0] * 3).mean()
    assert float(right) < 0.7 and snapshots.update(right) == (0.7,)
    assert TrainingSnapshots(small_network(), (0.7,)).update(0.6999) == ()


def test_thresholds_passed_at_once_share_a_snapshot_and_unreached_ones_are_missing():
    snapshots = TrainingSnapshots(small_network(), (0.5, 0.6, 0.7, 1.0))
    assert snapshots.update(0.65) == (0.5, 0.6)
    assert snapshots[0.5] is snapshots[0.6]
    assert snapshots.missing == (0.7, 1.0) and not snapshots.done and len(snapshots) == 2
    with pytest.raises(KeyError, match="no snapshot 0.7. Taken: 0.5, 0.6; not reached: 0.7, 1.0"):
        snapshots[0.7]


def test_thresholds_made_by_arithmetic_are_found_by_their_decimal_names():
    snapshots = TrainingSnapshots(small_network(), np.arange(0.5, 1.01, 0.1))
    snapshots.update(1.0)
    assert all(snapshots[key].step == 1 for key in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0))
    assert "0.5" not in snapshots and 0.55 not in snapshots


def test_every_takes_multiples_of_the_number_of_updates():
    snapshots = TrainingSnapshots(small_network(), every=3)
    assert [snapshots.update() for _ in range(7)] == [(), (), (3,), (), (), (6,), ()]
    assert list(snapshots) == [3, 6] and snapshots[3].accuracy is None
    assert not snapshots.done and snapshots.missing == ()


def test_snapshots_keep_what_the_training_changes_later():
    network = small_network()
    snapshots = TrainingSnapshots(network, every=1)
    by_hand = []
    for model in training(network, epochs=4):
        by_hand.append({name: value.clone() for name, value in model.state_dict().items()})
        snapshots.update()
    assert not same_state(by_hand[0], by_hand[3])
    for state, snapshot in zip(by_hand, snapshots.values(), strict=True):
        assert same_state(state, snapshot.state)
        assert same_state(state, snapshot.model().state_dict())
        assert same_state(state, snapshot.restore(small_network(seed=5)).state_dict())


def test_a_training_with_snapshots_is_the_training_without():
    plain, watched = small_network(), small_network()
    for _ in training(plain, epochs=5):
        pass

    def record(model):
        assert not any(module.training for module in model.modules()) and not torch.is_grad_enabled()
        return torch.rand(1)  # draws from the generator of the training

    snapshots = TrainingSnapshots(watched, every=2, record=record)
    for _ in training(watched, epochs=5):
        snapshots.update()
    assert same_state(plain.state_dict(), watched.state_dict())
    assert len(snapshots) == 2


def test_flags_gradients_and_generator_stay_as_they_were():
    network = make_residual_cnn()
    network.train()
    network.stem[1].eval()  # a frozen normalisation
    network(torch.zeros(2, 1, 8, 8)).sum().backward()
    flags = [module.training for module in network.modules()]
    gradients = [parameter.grad.clone() for parameter in network.parameters()]
    buffers = [buffer.clone() for buffer in network.buffers()]
    generator = torch.get_rng_state()
    snapshots = TrainingSnapshots(network, (0.5,), record=lambda model: model(torch.rand(3, 1, 8, 8)))
    snapshots.update(0.6)
    assert [module.training for module in network.modules()] == flags
    assert all(torch.equal(p.grad, g) for p, g in zip(network.parameters(), gradients, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(network.buffers(), buffers, strict=True))
    assert torch.equal(torch.get_rng_state(), generator)
    copy = snapshots[0.5].model()
    assert not any(module.training for module in copy.modules())
    assert all(torch.equal(a, b) for a, b in zip(copy.buffers(), buffers, strict=True))


def test_a_model_of_a_snapshot_is_shared_with_nobody():
    network = small_network()
    snapshots = TrainingSnapshots(network, (0.5,))
    snapshots.update(0.5)
    first = snapshots[0.5].model()
    with torch.no_grad():
        first.fc1.weight.zero_()
    assert not torch.equal(snapshots[0.5].model().fc1.weight, first.fc1.weight)
    assert torch.equal(snapshots[0.5].state["fc1.weight"], network.fc1.weight)


def test_a_network_of_a_script_survives_a_pickle():
    class Local(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = torch.nn.Linear(2, 2)

        def forward(self, x):
            return 2 * self.linear(x)

    network = Local()
    snapshots = TrainingSnapshots(network, (0.5, 0.9), record=lambda model: model.linear.weight.numpy().copy())
    snapshots.update(0.7)
    loaded = pickle.loads(pickle.dumps(snapshots))
    x = torch.rand(3, 2)
    assert torch.equal(loaded[0.5].model()(x), network(x))
    np.testing.assert_array_equal(loaded[0.5].record, network.linear.weight.detach())
    assert loaded.missing == (0.9,)
    with pytest.raises(ValueError, match="from a pickle"):
        loaded.update(0.95)


def test_a_network_that_cannot_be_copied_does_not_end_the_training():
    network = small_network()
    network.fc1.register_forward_hook(_Unpicklable())
    snapshots = TrainingSnapshots(network, (0.5,))
    snapshots.update(0.5)
    with pytest.raises(ValueError, match="could not be copied .*never.* call restore on it"):
        snapshots[0.5].model()
    assert same_state(snapshots[0.5].restore(small_network(seed=1)).state_dict(), network.state_dict())
    assert same_state(pickle.loads(pickle.dumps(snapshots))[0.5].state, network.state_dict())


class _Unpicklable:
    def __call__(self, *args):
        return None

    def __reduce__(self):
        raise TypeError("never")


def test_following_a_training_stops_it_at_the_last_threshold():
    network = small_network()
    seen = []
    snapshots = TrainingSnapshots(network, (0.6, 0.9)).follow(
        (seen.append(0) or model for model in training(network, epochs=200)), score
    )
    assert snapshots.done and len(seen) == snapshots.n_updates == snapshots[0.9].step < 200
    for snapshot in snapshots.values():
        assert score(snapshot.model()) == snapshot.accuracy


def test_a_training_that_ends_too_early_says_what_is_missing():
    network = small_network()
    snapshots = TrainingSnapshots(network, (0.1, 1.1)).follow(training(network, epochs=2), score)
    assert snapshots.missing == (1.1,) and snapshots.n_updates == 2


def test_recorded_activations_are_those_of_the_snapshot():
    network = small_network()
    extractor = ActivationExtractor(network, layers=["relu2"])
    snapshots = TrainingSnapshots(network, every=2, record=lambda model: extractor.fit_transform(POINTS))
    for _ in training(network, epochs=4):
        snapshots.update()
    for snapshot in snapshots.values():
        again = ActivationExtractor(snapshot.model(), layers=["relu2"]).fit_transform(POINTS)
        np.testing.assert_array_equal(snapshot.record["relu2"], again["relu2"])


def test_without_weights_only_the_record_is_kept():
    snapshots = TrainingSnapshots(small_network(), every=1, record=lambda model: 7, keep_state=False)
    snapshots.update()
    assert snapshots[1].record == 7 and snapshots[1].state is None
    with pytest.raises(ValueError, match="keep_state=True"):
        snapshots[1].model()


def test_states_are_what_static_scores_take():
    network = small_network()
    snapshots = TrainingSnapshots(network, every=1)
    expected = [neural_persistence(model).mean for model in training(network, epochs=3) if snapshots.update()]
    curve = persistence_curve(snapshot.state for snapshot in snapshots.values())
    np.testing.assert_array_equal(curve.mean, expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "exactly one"),
        ({"thresholds": (0.5,), "every": 2}, "exactly one"),
        ({"thresholds": ()}, "increasing order"),
        ({"thresholds": (0.9, 0.5)}, "increasing order"),
        ({"thresholds": (0.5, 0.5)}, "increasing order"),
        ({"thresholds": (0.5, np.nan)}, "increasing order"),
        ({"thresholds": 0.5}, "increasing order. Got 0.5"),
        ({"thresholds": "ab"}, "increasing order. Got 'ab'"),
        ({"every": 2, "record": 3}, "'record' parameter of TrainingSnapshots must be callable"),
        ({"every": 0}, "'every'"),
        ({"every": 1.5}, "'every'"),
        ({"every": True}, "'every'"),
    ],
)
def test_bad_options_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        TrainingSnapshots(small_network(), **options)


def test_thresholds_need_an_accuracy():
    snapshots = TrainingSnapshots(small_network(), (0.5,))
    for value in (None, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="Thresholds need the accuracy"):
            snapshots.update(value)
    assert snapshots.n_updates == 0 and len(snapshots) == 0
    assert snapshots.update(torch.tensor(0.5)) == (0.5,)


def test_only_modules_are_taken():
    with pytest.raises(ValueError, match=r"takes a torch.nn.Module. Got function"):
        TrainingSnapshots(score, every=1)


def test_weights_of_another_structure_are_refused():
    snapshots = TrainingSnapshots(small_network(), every=1)
    snapshots.update()
    with pytest.raises(RuntimeError, match="size mismatch"):
        snapshots[1].restore(make_mlp((4, 8), n_inputs=2, n_outputs=2))


def test_accuracies_in_percent_do_not_pass_thresholds_that_are_shares():
    snapshots = TrainingSnapshots(small_network(), (0.5, 0.9))
    with pytest.raises(ValueError, match="both as shares or both in percent"):
        snapshots.update(43.0)
    assert len(snapshots) == 0 and snapshots.update(1.0) == (0.5, 0.9)
    assert TrainingSnapshots(small_network(), (50, 90)).update(60.0) == (50.0,)


def test_an_update_that_failed_can_be_repeated():
    calls = []

    def record(model):
        calls.append(model)
        if len(calls) == 1:
            raise RuntimeError("out of memory")
        return len(calls)

    snapshots = TrainingSnapshots(small_network(), (0.5,), record=record)
    with pytest.raises(RuntimeError, match="out of memory"):
        snapshots.update(0.6)
    assert snapshots.n_updates == 0 and snapshots.missing == (0.5,)
    assert snapshots.update(0.6) == (0.5,)
    assert (snapshots[0.5].step, snapshots[0.5].record) == (1, 2)


def test_snapshots_from_a_pickle_go_on_with_the_network_that_they_are_given():
    snapshots = TrainingSnapshots(small_network(), (0.5, 0.9), record=score)
    snapshots.update(0.6)
    loaded, other = pickle.loads(pickle.dumps(snapshots)), small_network(seed=1)
    with pytest.raises(ValueError, match=r"snapshots.resume\(model\)"):
        loaded.update(0.95)
    assert loaded.resume(other, record=score) is loaded and loaded.is_of(other)
    assert loaded.update(0.95) == (0.9,) and loaded[0.9].step == 2
    assert same_state(loaded[0.9].model().state_dict(), other.state_dict())
    assert loaded[0.9].record == score(other) and loaded[0.5].step == 1
    with pytest.raises(ValueError, match="takes a torch.nn.Module"):
        loaded.resume(None)
