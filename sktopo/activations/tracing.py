"""Running a network once to see what feeds what, and describing it where that is possible."""

from dataclasses import dataclass

import torch

from sktopo.activations.calls import CallWatcher, flatten_tensors
from sktopo.activations.rules import SUPPORTED, interpret
from sktopo.activations.vertices import Undescribable, Value, VertexBuilder

__all__ = ["Description", "describe"]

_HIDDEN = (
    "it reads a tensor that no call of torch was seen to make, such as one from compiled code or from NumPy (hold "
    "constants as buffers of a module)"
)
_CURE = "Record layers by name instead of using the network's graph, or pass the part of the network that is supported."
_CONSTANT_CALLS = {f"{kind}_like" for kind in ("zeros", "ones", "full", "empty")} | {
    f"new_{kind}" for kind in ("zeros", "ones", "full", "empty")
}
_WEIGHTED_CALLS = {"linear", "bilinear", "matmul", "mm", "addmm", "bmm", "einsum", "embedding"}


@dataclass(frozen=True)
class Description:
    """What one run told.

    The Network or why there is none; the values that "auto" records; the network's outputs; the names of
    all values, and of all that modules received; and which of either are the same for every input.
    """

    network: object
    error: str | None
    auto_layers: tuple
    output: tuple
    values: tuple = ()
    inputs: tuple = ()
    fixed: frozenset = frozenset()


class _Tape:
    """The values and calls of one forward pass, in their order."""

    def __init__(self, model):
        self.naming_inputs = True
        # Tensors a network may read without computing them: what its modules hold, under whatever attribute.
        self._constants = {id(tensor) for module in model.modules() for _, tensor in flatten_tensors("", vars(module))}
        self.calls = []  # (Call, operands, results)
        self.inputs = []
        self.names = []  # of every value, aliases too
        self.received = []  # names of what modules received
        self.fixed = set()  # names of values, and of what modules received, that do not depend on the input
        self._current = {}  # id of tensor -> latest Value; values keep tensors, so ids stay theirs

    def on_value(self, name, tensor):
        self.names.append(name)
        value = self._known(tensor)
        if value is None:
            value = self._current[id(tensor)] = Value(tensor, name, variable=self.naming_inputs)
            if self.naming_inputs:
                self.inputs.append(value)
        if value.name is None:
            value.name = name
        if not value.variable:
            self.fixed.add(name)

    def on_input(self, name, tensor):
        self.received.append(name)
        value = self._current.get(id(tensor))
        if id(tensor) in self._constants or (value is not None and not value.variable):
            self.fixed.add(name)

    def on_call(self, call, names):
        operands = []
        for _, tensor in flatten_tensors("", [call.args, call.kwargs]):
            value = self._known(tensor)
            if value is not None and value.variable and not any(value is seen for seen in operands):
                operands.append(value)
        if call.function in _CONSTANT_CALLS:
            operands = []
        stale = any(call.versions[id(value.tensor)] != value.version for value in operands)
        results = [tensor for _, tensor in flatten_tensors("", call.result)]
        if call.function == "setitem":
            results = [call.args[0]]
            names = None
        made = [
            Value(tensor, name, variable=bool(operands))
            for tensor, name in zip(results, names or [None] * len(results), strict=True)
        ]
        if call.in_place or call.kwargs.get("inplace"):
            self._spoil_views(results)
        for value in operands:
            value.n_readers += 1
        if stale:
            made[0].reason = "it reads a value that was changed in place through another view of it"
        elif any(value.hidden for value in operands):
            made[0].reason = _HIDDEN
        for value in made:
            self._current[id(value.tensor)] = value
        self.calls.append((call, operands, made))

    def latest(self, tensor):
        """The value a tensor holds now; what the network returns is one even if nothing was seen to make it."""
        return self._known(tensor)

    def _known(self, tensor):
        """The latest value of a tensor, None for a constant and for an input that is yet to be named."""
        value = self._current.get(id(tensor))
        if value is not None or self.naming_inputs or id(tensor) in self._constants:
            return value
        if tensor.ndim == 0 or not tensor.is_floating_point():
            return None
        value = self._current[id(tensor)] = Value(tensor, variable=True)
        value.hidden = True
        return value

    def _spoil_views(self, changed):
        """What shares memory with a changed tensor must not be read: inference tensors and `.data` count no version."""
        storages = {tensor.untyped_storage().data_ptr() for tensor in changed}
        for value in self._current.values():
            if value.tensor.untyped_storage().data_ptr() in storages:
                value.version = -1


@torch.no_grad()
def describe(model, args, kwargs=None, *, forward=None):
    """Run a network once and describe it.

    Parameters
    ----------
    model : torch.nn.Module
    args : tuple
        What the network is called with: a batch of one input.
    kwargs : dict or None, default=None
    forward : callable or None, default=None
        Called as ``forward(model, args, kwargs)``; None calls ``model(*args, **kwargs)``.

    Returns
    -------
    Description
        Never an error for a network that cannot be described: its ``error`` says why.
    """
    tape = _Tape(model)
    with CallWatcher(model, on_value=tape.on_value, on_call=tape.on_call, on_input=tape.on_input) as watcher:
        watcher.name_inputs(args, kwargs)
        tape.naming_inputs = False
        output = (forward or _plain_call)(model, args, kwargs or {})
    outputs = []
    for _, tensor in flatten_tensors("output", output):
        value = tape.latest(tensor)
        if value is not None:
            value.n_readers += 1
            outputs.append(value)
    names = tuple(dict.fromkeys(value.name for value in outputs if value.name is not None))
    network, error = _interpret(tape, outputs)
    sources = network.sources if network is not None else _weighted_inputs(tape)
    return Description(
        network,
        error,
        auto_layers=tuple(name for name in dict.fromkeys(tape.names) if name in {*sources, *names}),
        output=names,
        values=tuple(dict.fromkeys(tape.names)),
        inputs=tuple(dict.fromkeys(tape.received)),
        fixed=frozenset(tape.fixed),
    )


def _interpret(tape, outputs):
    """The Network of a tape, or None and the reason."""
    builder = VertexBuilder()
    for value in tape.inputs:
        if value.tensor.ndim > 1 and len(value.tensor) != 1:
            value.reason = f"The input {value.name!r} holds {len(value.tensor)} inputs where one is described."
        elif value.tensor.is_floating_point() or value.tensor.dtype == torch.uint8:
            builder.add_input(value)
        else:
            value.reason = (
                f"The graph of this network cannot be described: its input {value.name!r} holds integers "
                f"({value.tensor.dtype}), which have no edges; embeddings are not described yet. {_CURE}"
            )
    for call, operands, results in tape.calls:
        if operands:
            reason = _vertices_of_call(builder, call, operands, results)
            for value in results:
                value.reason = reason
                if reason and value.tensor.is_floating_point() and _is_read(value):
                    return None, reason
    failed = next((value.reason for value in outputs if value.reason), None)
    if failed:
        return None, failed
    if not outputs:
        return None, "The network returns no tensor, so there is nothing to describe."
    if any(value.hidden for value in outputs):
        return None, _sentence("the network", "output", _HIDDEN)
    if not any(value.variable for value in outputs):
        return None, (
            "What the network returns does not depend on its input as far as torch's calls tell, so there is no "
            "graph. Return a tensor computed from the input."
        )
    if not builder.has_weights:
        return None, "The network has no weighted layer (linear or convolution), so its graph has no edges."
    return builder.network(outputs[0].name), None


def _is_read(value):
    """Whether a later call or the caller reads the value, so that its missing vertices matter."""
    return value.n_readers > 0


def _vertices_of_call(builder, call, operands, results):
    """Interpret one call; the reason, as a sentence, where that fails."""
    inherited = next((value.reason for value in operands if value.reason), None)
    if inherited:
        return inherited
    stale = next((value.reason for value in results if value.reason), None)
    try:
        if stale:
            raise Undescribable(stale)
        interpret(builder, call, operands, results)
    except Exception as problem:  # torch's own too: a call used in a way that is not foreseen has no edges
        where = f"module {call.module!r} ({call.module_type})" if call.module else f"the network ({call.module_type})"
        known = isinstance(problem, Undescribable)
        return _sentence(where, call.function, problem if known else f"following it failed ({problem!r})")
    return None


def _sentence(where, function, problem):
    return (
        f"The graph of this network cannot be described: in {where}, '{function}' is in the way, because "
        f"{problem}. Supported are {SUPPORTED}. {_CURE}"
    )


def _weighted_inputs(tape):
    """Names of what feeds calls with a learned weight, for a network that has no description."""
    names = []
    for call, operands, _ in tape.calls:
        weighted = call.function in _WEIGHTED_CALLS or call.function.startswith("conv")
        has_weight = any(
            isinstance(item, torch.nn.Parameter) and item.ndim >= 2 for item in (*call.args, *call.kwargs.values())
        )
        if weighted and has_weight:
            names += [value.name for value in operands if value.name is not None]
    return tuple(dict.fromkeys(names))


def _plain_call(model, args, kwargs):
    return model(*args, **kwargs)
