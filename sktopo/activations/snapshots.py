"""TrainingSnapshots: what a network was at chosen moments of its training.

It lives beside the extractor, since it handles the user's own network: it reads the weights, and runs what
is to be recorded in a borrowed network, so that the training goes on as if nothing had been there.
"""

import copy
import math
import numbers
from collections.abc import Mapping

import torch

from sktopo.activations.borrowing import borrowed
from sktopo.activations.carrier import freeze, lock_of, new_copy

__all__ = ["Snapshot", "TrainingSnapshots"]

_CLOSE = 1e-9  # numpy.arange(0.5, 1.01, 0.1) holds 0.7000000000000001, and the user asks for 0.7
_SLACK = 1e-7  # 7 right of 10 are 0.699999988 as a mean in float32


class Snapshot:
    """A network at one moment of its training.

    Attributes
    ----------
    step : int
        Number of the update, counted from 1, at which it was taken.
    accuracy : float or None
        Accuracy that was given with that update.
    state : dict of str to torch.Tensor or None
        Copy of the network's ``state_dict``, on the CPU. None if it was not kept.
    record : object
        What the function `record` returned; None without one.
    """

    def __init__(self, step, accuracy, state, record, structure):
        self.step = step
        self.accuracy = accuracy
        self.state = state
        self.record = record
        self._structure = structure

    def restore(self, model):
        """Load the weights into a network of the same structure, whose train and eval flags stay.

        Parameters
        ----------
        model : torch.nn.Module

        Returns
        -------
        torch.nn.Module
            The same model.

        Raises
        ------
        ValueError
            If the weights were not kept.
        RuntimeError
            If the weights do not fit the model.
        """
        model.load_state_dict(self._kept_state())
        return model

    def model(self):
        """A new copy of the network as it was, on the CPU and in eval mode.

        Returns
        -------
        torch.nn.Module

        Raises
        ------
        ValueError
            If the weights were not kept, or the network could not be copied.
        """
        state = self._kept_state()
        if isinstance(self._structure, str):
            raise ValueError(
                f"The network could not be copied ({self._structure}). Make one of the same structure and call "
                "restore on it."
            )
        made = new_copy(self._structure)
        made.load_state_dict(state)
        return made.eval()

    def _kept_state(self):
        if self.state is None:
            raise ValueError("The weights of this snapshot were not kept. Take snapshots with keep_state=True.")
        return self.state

    def __repr__(self):
        accuracy = "" if self.accuracy is None else f", accuracy {self.accuracy:.3f}"
        return f"Snapshot(step {self.step}{accuracy})"


class TrainingSnapshots(Mapping):
    """Keep copies of a network when its accuracy first passes thresholds, or every n updates.

    Call :meth:`update` in the training loop, after each epoch or step. The result is a mapping: ``snapshots[0.9]``.

    Parameters
    ----------
    model : torch.nn.Module
        The network in training. It is left as it was: weights, gradients, train and eval flags, random state.
    thresholds : sequence of float or None, default=None
        Accuracies, in increasing order. The first update whose accuracy is as high or higher (or lower by 1e-7, which
        float32 rounds off) makes the snapshot; if it passes several thresholds at once, they share one.
    every : int or None, default=None
        Instead of thresholds: a snapshot at every n-th update.
    record : callable or None, default=None
        Called as ``record(model)`` at each snapshot, with the network in eval mode and without gradients; what it
        returns (activations, diagrams, a score) is kept as ``snapshot.record``.
    keep_state : bool, default=True
        Whether the weights are kept.

    Attributes
    ----------
    n_updates : int
        Number of updates so far.
    missing : tuple of float
        Thresholds that have not been passed.
    done : bool
        Whether all thresholds have been passed; False with `every`.

    Raises
    ------
    ValueError
        If not exactly one of `thresholds` and `every` is given, or it makes no sense.

    See Also
    --------
    sktopo.datasets.train_epochs : A training loop that hands out the network after every epoch.
    SnapshotCallback : The same for a skorch network.
    persistence_curve : Scores of a network at several times.

    Notes
    -----
    A snapshot has the attributes `step`, the number of the update, `accuracy`, `state`, copies of the weights on the
    CPU, and `record`. Its ``model()`` is a new copy of the network as it was, and ``restore(model)`` loads the weights.

    A pickle holds the snapshots and neither the network in training nor `record`: it can be read, and is updated
    after :meth:`resume`.

    Cost: a copy of the weights per snapshot and one more, nothing at other updates.

    Examples
    --------
    >>> from sktopo import TrainingSnapshots
    >>> from sktopo.datasets import accuracy, load_digits_images, make_mlp, train_epochs
    >>> images, digits = load_digits_images()
    >>> network = make_mlp()
    >>> snapshots = TrainingSnapshots(network, thresholds=(0.5, 0.9, 1.0))
    >>> for model in train_epochs(network, images[:900], digits[:900], epochs=8):
    ...     passed = snapshots.update(accuracy(model, images[:900], digits[:900]))
    >>> list(snapshots), snapshots.missing
    ([0.5, 0.9], (1.0,))
    >>> accuracy(snapshots[0.9].model(), images[:900], digits[:900]) == snapshots[0.9].accuracy
    True
    """

    def __init__(self, model, thresholds=None, *, every=None, record=None, keep_state=True):
        if not isinstance(model, torch.nn.Module):
            raise ValueError(f"TrainingSnapshots takes a torch.nn.Module. Got {type(model).__name__} instead.")
        if (thresholds is None) == (every is None):
            raise ValueError("TrainingSnapshots takes either 'thresholds' or 'every'. Give exactly one of them.")
        self.thresholds = None if thresholds is None else _checked_thresholds(thresholds)
        self.every = None if every is None else _checked_every(every)
        if record is not None and not callable(record):
            raise ValueError(f"The 'record' parameter of TrainingSnapshots must be callable. Got {record!r} instead.")
        self.keep_state = keep_state
        self.n_updates = 0
        self._model = model
        self._record = record
        self._structure = None
        self._taken = {}

    @property
    def missing(self):
        return tuple(threshold for threshold in self.thresholds or () if threshold not in self._taken)

    @property
    def done(self):
        return self.thresholds is not None and not self.missing

    def update(self, accuracy=None):
        """Say that an epoch or step is over, and take a snapshot if one is due.

        Parameters
        ----------
        accuracy : float or None, default=None
            Accuracy of the network as it is; needed with thresholds.

        Returns
        -------
        tuple
            Keys of the new snapshot: the thresholds that were passed, or the number of the update. Often empty.

        Raises
        ------
        ValueError
            If the accuracy is needed and missing, not finite, or in percent where thresholds are not; or if the
            snapshots come from a pickle.
        """
        if self._model is None:
            raise ValueError(
                "Snapshots from a pickle do not have the network in training. Give it to them: snapshots.resume(model)."
            )
        accuracy, step = None if accuracy is None else float(accuracy), self.n_updates + 1
        due = self._due(step, accuracy)
        if due:
            snapshot = self._take(step, accuracy)
            self._taken.update(dict.fromkeys(due, snapshot))
        self.n_updates = step  # not before, so that an update that failed can be repeated
        return due

    def resume(self, model, record=None):
        """Go on with a network that takes the place of the one before: after a pickle, which holds neither.

        Parameters
        ----------
        model : torch.nn.Module
        record : callable or None, default=None
            As in the constructor.

        Returns
        -------
        self : TrainingSnapshots
        """
        same = TrainingSnapshots(model, self.thresholds, every=self.every, record=record, keep_state=self.keep_state)
        self._model, self._record, self._structure = same._model, same._record, None
        return self

    def follow(self, epochs, score):
        """Go through a training that hands out its network, and stop it when the last threshold is passed.

        Parameters
        ----------
        epochs : iterable
            Trains as it is iterated, as :func:`~sktopo.datasets.train_epochs` does.
        score : callable
            ``score(model)`` is the accuracy of the network as it is.

        Returns
        -------
        self : TrainingSnapshots

        Examples
        --------
        >>> from sktopo import TrainingSnapshots
        >>> from sktopo.datasets import accuracy, make_mlp, make_nested_rings, train_epochs
        >>> points, labels = make_nested_rings(n_groups=1, n_rings=1)
        >>> network = make_mlp((8, 8), n_inputs=2, n_outputs=2)
        >>> epochs = train_epochs(network, points, labels, epochs=200)
        >>> snapshots = TrainingSnapshots(network, (0.6, 0.8, 1.0))
        >>> snapshots.follow(epochs, lambda model: accuracy(model, points, labels)).done
        True
        """
        for _ in epochs:
            self.update(score(self._model))
            if self.done:
                break
        return self

    def is_of(self, model):
        """Whether this is the network in training."""
        return self._model is model

    def _due(self, step, accuracy):
        if self.every is not None:
            return (step,) if step % self.every == 0 else ()
        if accuracy is None or not math.isfinite(accuracy):
            raise ValueError(f"Thresholds need the accuracy at every update. Got {accuracy} at update {step}.")
        if self.thresholds[0] > 0.0 and self.thresholds[-1] <= 1.0 < accuracy - _SLACK:
            raise ValueError(
                f"The accuracy is {accuracy:g} at update {step}, and thresholds go up to {self.thresholds[-1]:g}. Give "
                "both as shares or both in percent."
            )
        return tuple(threshold for threshold in self.missing if accuracy >= threshold - _SLACK)

    def _take(self, step, accuracy):
        state = _copied_state(self._model) if self.keep_state else None
        if self.keep_state and self._structure is None:
            self._structure = _structure_of(self._model)
        record = None
        if self._record is not None:
            with borrowed(self._model, None):
                record = self._record(self._model)
        return Snapshot(step, accuracy, state, record, self._structure)

    def __getitem__(self, key):
        for known, snapshot in self._taken.items():
            if isinstance(key, numbers.Real) and abs(known - key) <= _CLOSE:
                return snapshot
        missing = f"; not reached: {', '.join(map(str, self.missing))}" if self.missing else ""
        raise KeyError(f"There is no snapshot {key!r}. Taken: {', '.join(map(str, self._taken)) or 'none'}{missing}.")

    def __iter__(self):
        return iter(self._taken)

    def __len__(self):
        return len(self._taken)

    def __repr__(self):
        return f"TrainingSnapshots({self._taken})"

    def __getstate__(self):
        return self.__dict__ | {"_model": None, "_record": None}


def _checked_thresholds(thresholds):
    try:
        values = tuple(float(value) for value in thresholds)
    except (TypeError, ValueError):
        values = ()
    if (
        not values
        or any(not b > a for a, b in zip(values, values[1:], strict=False))
        or not all(map(math.isfinite, values))
    ):
        raise ValueError(
            f"The 'thresholds' parameter of TrainingSnapshots must be finite numbers in increasing order. "
            f"Got {thresholds!r} instead."
        )
    return values


def _checked_every(every):
    if isinstance(every, bool) or not isinstance(every, numbers.Integral) or every < 1:
        raise ValueError(
            f"The 'every' parameter of TrainingSnapshots must be an int of at least 1. Got {every!r} instead."
        )
    return int(every)


def _copied_state(model):
    """The state dict with copies on the CPU; also of what modules add to it."""
    with lock_of(model):
        state = copy.copy(model.state_dict())  # keeps the versions of the modules, which loading asks for
    for name, value in state.items():
        copied = isinstance(value, torch.Tensor)
        state[name] = value.detach().to("cpu", copy=True) if copied else copy.deepcopy(value)
    return state


def _structure_of(model):
    """The frozen network, or why it cannot be had; a training must not end because of that."""
    try:
        return freeze(model)
    except Exception as error:  # whatever pickling a user's module may raise
        return f"{type(error).__name__}: {error}"
