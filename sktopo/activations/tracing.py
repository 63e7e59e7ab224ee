"""Running a network once to see what feeds what, and describing it where that is possible."""

from dataclasses import dataclass

import torch

from sktopo.activations.calls import CallWatcher, flatten_tensors
from sktopo.activations.rules import SUPPORTED, interpret
from sktopo.activations.tape import HIDDEN, Tape
from sktopo.activations.vertices import Undescribable, VertexBuilder

__all__ = ["Description", "describe"]

_CURE = "Record layers by name instead of using the network's graph, or pass the part of the network that is supported."
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
    tape = Tape(model)
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
        return None, _sentence("the network", "output", HIDDEN)
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
