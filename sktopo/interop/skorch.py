"""SnapshotCallback: snapshots of a network that skorch trains.

skorch asks nothing of a callback but its methods, so it is not imported here.
"""

import inspect
import numbers

__all__ = ["SnapshotCallback"]


class SnapshotCallback:
    """Callback for skorch that keeps :class:`TrainingSnapshots` of the module in training.

    Parameters
    ----------
    thresholds : sequence of float or None, default=None
        As in :class:`TrainingSnapshots`.
    every : int or None, default=None
        A snapshot at the end of every n-th epoch.
    monitor : str or callable, default="train_acc"
        The accuracy that is compared with the thresholds: a column of ``net.history``, or a function ``monitor(net)``.
        skorch writes no accuracy on the training set by itself. See Examples.
    record, keep_state : as in :class:`TrainingSnapshots`
    stop : bool, default=False
        Whether the training ends when the last threshold is passed.

    Attributes
    ----------
    snapshots_ : TrainingSnapshots or None
        Of the present training; None before its first epoch has ended.

    Notes
    -----
    ``fit`` starts anew, ``partial_fit`` goes on, also with a net from a pickle. skorch's "train_acc" is the mean over
    the batches of an epoch, while the weights change; ``monitor=lambda net: net.score(X, y)`` is the accuracy of the
    weights that are kept.

    Examples
    --------
    The callback that writes the accuracy stands before it::

        net = NeuralNetClassifier(module, callbacks=[
            EpochScoring("accuracy", lower_is_better=False, on_train=True, name="train_acc"),
            ("snapshots", SnapshotCallback(thresholds=(0.5, 0.9))),
        ])
        net.fit(X, y)
        snapshots = dict(net.callbacks_)["snapshots"].snapshots_

    What skorch asks of it:

    >>> from sktopo import SnapshotCallback
    >>> callback = SnapshotCallback(every=5).initialize()
    >>> callback.get_params()["every"], callback.snapshots_
    (5, None)
    """

    def __init__(self, thresholds=None, *, every=None, monitor="train_acc", record=None, keep_state=True, stop=False):
        self.thresholds = thresholds
        self.every = every
        self.monitor = monitor
        self.record = record
        self.keep_state = keep_state
        self.stop = stop

    def initialize(self):
        """Forget an earlier training."""
        self.snapshots_ = None
        return self

    def on_epoch_end(self, net, **kwargs):
        """Take a snapshot if one is due."""
        from sktopo.activations.snapshots import TrainingSnapshots

        if self.snapshots_ is None:
            options = {"every": self.every, "record": self.record, "keep_state": self.keep_state}
            self.snapshots_ = TrainingSnapshots(net.module_, self.thresholds, **options)
        elif not self.snapshots_.is_of(net.module_):  # the net has been loaded from a pickle, or its module made anew
            self.snapshots_.resume(net.module_, self.record)
        self.snapshots_.update(None if self.thresholds is None else self._accuracy(net))
        if self.stop and self.snapshots_.done:
            raise KeyboardInterrupt  # how skorch's own callbacks end a training; fit returns as usual

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Nothing."""

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Nothing."""

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Nothing."""

    def on_batch_begin(self, net, batch=None, training=None, **kwargs):
        """Nothing."""

    def on_batch_end(self, net, batch=None, training=None, **kwargs):
        """Nothing."""

    def on_grad_computed(self, net, named_parameters, X=None, y=None, training=None, **kwargs):
        """Nothing."""

    def get_params(self, deep=True):
        """Parameters by name, as scikit-learn's estimators have it."""
        return {name: getattr(self, name) for name in _PARAMETERS}

    def set_params(self, **params):
        """Set parameters by name."""
        for name, value in params.items():
            if name not in _PARAMETERS:
                raise ValueError(f"SnapshotCallback has no parameter {name!r}. It has {', '.join(_PARAMETERS)}.")
            setattr(self, name, value)
        return self

    def _accuracy(self, net):
        if callable(self.monitor):
            return self.monitor(net)
        try:
            value = net.history[-1, self.monitor]
        except KeyError:
            value = None
        if not isinstance(value, numbers.Real):
            raise ValueError(
                f"The history of the net has no number {self.monitor!r}. Put EpochScoring('accuracy', "
                f"lower_is_better=False, on_train=True, name={self.monitor!r}) before SnapshotCallback, or give "
                "monitor=lambda net: net.score(X, y)."
            )
        return value


_PARAMETERS = tuple(inspect.signature(SnapshotCallback).parameters)
