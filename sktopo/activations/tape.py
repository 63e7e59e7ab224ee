"""The record of one forward pass: every value, every call, and which value each call read."""

from sktopo.activations.calls import flatten_tensors
from sktopo.activations.vertices import Value

__all__ = ["HIDDEN", "Tape"]

HIDDEN = (
    "it reads a tensor that no call of torch was seen to make, such as one from compiled code or from NumPy (hold "
    "constants as buffers of a module)"
)
_CONSTANT_CALLS = {f"{kind}_like" for kind in ("zeros", "ones", "full", "empty")} | {
    f"new_{kind}" for kind in ("zeros", "ones", "full", "empty")
}


class Tape:
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
            made[0].reason = HIDDEN
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
