"""A network run on arrays of inputs: its logits, and the gradient of its loss. Both leave network and inputs alone."""

import numpy as np

from sktopo.detection.inputs import check_classes, check_count, check_inputs

__all__ = ["by_gradient", "logits_of", "place_of"]


def logits_of(model, X, batch_size):
    """Logits of every input, ndarray of shape (n_samples, n_classes)."""
    from sktopo.activations.borrowing import borrowed

    X = check_inputs(X)
    check_count("an attack", "batch_size", batch_size)
    with borrowed(model, None):
        place = place_of(model)
        parts = [_run(model, _batch(part, place)).cpu().numpy() for part in _parts(X, batch_size)]
    return np.concatenate(parts)


def by_gradient(model, X, y, batch_size, move):
    """``move(batch, gradient of the loss)`` of every batch, as one array of the type of X.

    `y` holds the classes whose loss it is; None stands for those that the network predicts.
    """
    import torch

    from sktopo.activations.borrowing import borrowed

    X = check_inputs(X)
    check_count("an attack", "batch_size", batch_size)
    y = logits_of(model, X, batch_size).argmax(axis=1) if y is None else check_classes(y, len(X))
    moved = []
    with borrowed(model, None), torch.enable_grad():
        place = place_of(model)
        for part, classes in zip(_parts(X, batch_size), _parts(y, batch_size), strict=True):
            batch = _batch(part, place).requires_grad_()
            logits = _run(model, batch.clone())  # a first layer may work in place, which a leaf forbids
            if classes.max() >= logits.shape[1]:
                raise ValueError(f"y holds class {classes.max()}, and the network has {logits.shape[1]} logits.")
            # A sum, so that an input's gradient does not depend on the size of its batch.
            loss = torch.nn.functional.cross_entropy(
                logits, torch.as_tensor(classes, device=logits.device), reduction="sum"
            )
            (gradient,) = torch.autograd.grad(loss, batch)
            moved.append(move(part, gradient.cpu().numpy()))
    return np.concatenate(moved).astype(X.dtype)


def place_of(model):
    """Device and floating-point type that the network computes on; None where it has no numbers of its own."""
    tensors = [tensor for tensor in (*model.parameters(), *model.buffers()) if tensor.is_floating_point()]
    return {"device": tensors[0].device, "dtype": tensors[0].dtype} if tensors else {"device": None, "dtype": None}


def _parts(X, batch_size):
    return [X[start : start + batch_size] for start in range(0, len(X), batch_size)]


def _batch(part, place):
    """A tensor of its own memory: the network may change it."""
    import torch

    return torch.tensor(part).to(**place)


def _run(model, batch):
    logits = model(batch)
    shape = getattr(logits, "shape", None)
    if shape is None or len(shape) != 2 or len(logits) != len(batch):
        raise ValueError(
            "The network must give a matrix of logits, one row for each input. It gave "
            f"{type(logits).__name__ if shape is None else f'shape {tuple(shape)}'}. Wrap it in a module that does."
        )
    return logits
