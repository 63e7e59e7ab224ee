"""Borrowing a network for a run: afterwards it is as it was, also when the run fails."""

import contextlib
import random

import numpy as np
import torch

from sktopo.activations.carrier import lock_of

__all__ = ["borrowed", "choose_device"]


def choose_device(model, device):
    """The device to run on: "auto" is CUDA where there is one, else where the network lies."""
    places = {tensor.device for tensor in (*model.parameters(), *model.buffers())}
    if len(places) > 1:  # spread over devices by its owner
        return None
    if device == "auto":
        if torch.cuda.is_available() and all(place.type == "cpu" for place in places):
            return torch.device("cuda")
        return next(iter(places), torch.device("cpu"))
    try:
        chosen = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f"The 'device' parameter of ActivationExtractor must be 'auto' or a torch device such as 'cpu' or "
            f"'cuda:0'. Got {device!r} instead."
        ) from error
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f"The 'device' parameter of ActivationExtractor is {device!r}, and torch finds no CUDA device here. "
            "Use device='auto' or 'cpu'."
        )
    return chosen


@contextlib.contextmanager
def borrowed(model, device):
    """Context in which a network is in eval mode on a device, without gradients, for this thread alone.

    Restores every module's own train/eval flag, the tensors behind parameters and buffers, and the random
    number generators of torch, numpy and Python.
    """
    with lock_of(model), _random_state():
        flags = [(module, module.training) for module in model.modules()]
        tensors = [(tensor, tensor.data) for tensor in (*model.parameters(), *model.buffers())]
        versions = {name: parameter._version for name, parameter in model.named_parameters()}
        buffers = [(buffer, buffer.data.clone()) for buffer in model.buffers()]
        try:
            for module, _ in flags:
                module.training = False  # not model.eval(): some modules override train()
            if device is not None and any(tensor.device != device for tensor, _ in tensors):
                for tensor, _ in tensors:
                    tensor.data = tensor.data.to(device)
                versions = {name: parameter._version for name, parameter in model.named_parameters()}
            with torch.no_grad():
                yield
            changed = [n for n, p in model.named_parameters() if p._version != versions.get(n, p._version)]
            if changed:
                raise RuntimeError(
                    f"The forward pass changed the parameter {changed[0]!r}; activations would not last."
                )
        finally:
            for tensor, data in tensors:
                if tensor.data.data_ptr() != data.data_ptr() or tensor.device != data.device:
                    tensor.data = data
            for buffer, data in buffers:
                if not torch.equal(buffer.data, data):
                    buffer.data.copy_(data)
            for module, training in flags:
                module.training = training


@contextlib.contextmanager
def _random_state():
    # The legacy global state of numpy is what a network's forward may draw from.
    python, numpy_, torch_ = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_)  # noqa: NPY002
        torch.set_rng_state(torch_)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)
