"""Snapshots by a skorch callback: with skorch where it is installed, and with a stand-in for its protocol anywhere."""

import inspect
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sktopo import SnapshotCallback
from sktopo.datasets import make_mlp, make_nested_rings

POINTS, LABELS = make_nested_rings(400, n_groups=1, n_rings=1)


class History:
    """What is asked of skorch's history: the newest epoch's number of a name."""

    def __init__(self):
        self.epochs = []

    def __getitem__(self, key):
        epoch, name = key
        return self.epochs[epoch][name]


def run(callback, accuracies, net=None):
    """The calls that skorch makes in fit, in its order and with its arguments."""
    callback.set_params()
    callback.initialize()
    net = net or SimpleNamespace(module_=make_mlp((4,), n_inputs=2, n_outputs=2), history=History())
    callback.on_train_begin(net, X=POINTS, y=LABELS)
    try:
        for value in accuracies:
            callback.on_epoch_begin(net, dataset_train=None, dataset_valid=None)
            callback.on_batch_begin(net, batch=None, training=True)
            callback.on_grad_computed(net, named_parameters=[], batch=None, training=True)
            callback.on_batch_end(net, batch=None, training=True)
            net.history.epochs.append({"train_acc": value})
            callback.on_epoch_end(net, dataset_train=None, dataset_valid=None)
    except KeyboardInterrupt:
        pass
    callback.on_train_end(net, X=POINTS, y=LABELS)
    return net


def test_thresholds_are_compared_with_the_history():
    callback = SnapshotCallback(thresholds=(0.5, 0.8))
    net = run(callback, [0.4, 0.6, 0.7, 0.9, 0.95])
    assert {key: snapshot.step for key, snapshot in callback.snapshots_.items()} == {0.5: 2, 0.8: 4}
    assert len(net.history.epochs) == 5


def test_stop_ends_the_training_at_the_last_threshold():
    net = run(SnapshotCallback(thresholds=(0.5, 0.8), stop=True), [0.4, 0.6, 0.7, 0.9, 0.95])
    assert len(net.history.epochs) == 4


def test_a_callback_from_a_pickle_goes_on_with_the_module_of_its_net():
    callback = SnapshotCallback(every=1)
    run(callback, [0.4, 0.6])
    loaded, module = pickle.loads(pickle.dumps(callback)), make_mlp((4,), n_inputs=2, n_outputs=2, seed=1)
    loaded.on_epoch_end(SimpleNamespace(module_=module, history=History()))
    assert list(loaded.snapshots_) == [1, 2, 3]
    state = loaded.snapshots_[3].state
    assert all(torch.equal(state[name], value) for name, value in module.state_dict().items())


def test_a_module_that_is_made_anew_is_the_one_that_is_kept():
    """skorch makes a new module where its parameters are set, and goes on with the same callbacks."""
    callback = SnapshotCallback(every=1)
    net = run(callback, [0.4])
    net.module_ = make_mlp((6,), n_inputs=2, n_outputs=2)
    callback.on_epoch_end(net)
    assert same_shapes(callback.snapshots_[2].model(), net.module_)
    assert not same_shapes(callback.snapshots_[1].model(), net.module_)


def same_shapes(a, b):
    return [value.shape for value in a.state_dict().values()] == [value.shape for value in b.state_dict().values()]


def test_every_needs_no_accuracy():
    callback = SnapshotCallback(every=2, monitor="nothing of that name")
    run(callback, [0.0] * 5)
    assert list(callback.snapshots_) == [2, 4]


def test_a_new_fit_starts_anew():
    callback = SnapshotCallback(every=1)
    run(callback, [0.0] * 3)
    first = callback.snapshots_
    run(callback, [0.0] * 2)
    assert len(first) == 3 and len(callback.snapshots_) == 2


def test_a_function_may_be_monitored():
    callback = SnapshotCallback(thresholds=(0.5,), monitor=lambda net: 0.1 * len(net.history.epochs))
    run(callback, [0.0] * 7)
    assert callback.snapshots_[0.5].step == 5


def test_a_history_without_accuracy_says_what_to_add():
    with pytest.raises(
        ValueError, match=r"EpochScoring\('accuracy', .*name='train_accuracy'\) before SnapshotCallback"
    ):
        run(SnapshotCallback(thresholds=(0.5,), monitor="train_accuracy"), [0.5])


def test_parameters_are_read_and_set_by_name():
    callback = SnapshotCallback(thresholds=(0.5,)).set_params(stop=True, every=None)
    assert callback.get_params() == {
        "thresholds": (0.5,), "every": None, "monitor": "train_acc", "record": None, "keep_state": True, "stop": True,
    }  # fmt: skip
    with pytest.raises(ValueError, match="has no parameter 'threshold'. It has thresholds, every"):
        callback.set_params(threshold=1)


# -- skorch itself ----------------------------------------------------------------------------------------------


@pytest.fixture
def skorch():
    return pytest.importorskip("skorch")


def fitted(skorch, callback, **options):
    from skorch.callbacks import EpochScoring

    scoring = EpochScoring("accuracy", lower_is_better=False, on_train=True, name="train_acc")
    torch.manual_seed(0)
    net = skorch.NeuralNetClassifier(
        make_mlp((8, 8), n_inputs=2, n_outputs=2),
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=1e-2,
        batch_size=64,
        max_epochs=40,
        train_split=None,
        verbose=0,
        callbacks=[("scoring", scoring), ("snapshots", callback)],
        **options,
    )
    return net.fit(POINTS, LABELS)


def test_every_method_that_skorch_calls_is_there(skorch):
    from skorch.callbacks import Callback

    methods = {name for name, _ in inspect.getmembers(Callback, inspect.isfunction) if not name.startswith("_")}
    assert methods <= {*dir(SnapshotCallback)}


def test_skorch_trains_until_the_last_threshold(skorch):
    net = fitted(
        skorch, SnapshotCallback(thresholds=(0.6, 0.8), monitor=lambda net: net.score(POINTS, LABELS), stop=True)
    )
    snapshots = dict(net.callbacks_)["snapshots"].snapshots_
    assert snapshots.done and len(net.history) == snapshots[0.8].step < 40
    for threshold, snapshot in snapshots.items():
        logits = snapshot.model()(torch.as_tensor(POINTS)).argmax(1).numpy()
        assert np.mean(logits == LABELS) == snapshot.accuracy >= threshold


def test_the_history_of_skorch_is_monitored(skorch):
    net = fitted(skorch, SnapshotCallback(thresholds=(0.6,)))
    snapshot = dict(net.callbacks_)["snapshots"].snapshots_[0.6]
    accuracies = net.history[:, "train_acc"]
    assert snapshot.step == 1 + next(i for i, value in enumerate(accuracies) if value >= 0.6)
    assert snapshot.accuracy == accuracies[snapshot.step - 1]


def test_a_skorch_net_with_the_callback_is_cloned_and_pickled(skorch):
    from sklearn.base import clone

    net = fitted(skorch, SnapshotCallback(every=20))
    loaded = dict(pickle.loads(pickle.dumps(net)).callbacks_)["snapshots"].snapshots_
    assert list(loaded) == [20, 40]
    again = clone(net).set_params(callbacks__snapshots__every=10).fit(POINTS, LABELS)
    assert list(dict(again.callbacks_)["snapshots"].snapshots_) == [10, 20, 30, 40]
