"""Attacks of the adversarial-robustness-toolbox, which computes in single precision and leaves its gradients behind."""

import contextlib

import numpy as np

from sktopo.detection.forward import logits_of, place_of
from sktopo.detection.inputs import check_clip, check_inputs

__all__ = ["attacked_by", "toolbox"]


def toolbox():
    """The toolbox's module of attacks."""
    try:
        from art.attacks import evasion
    except ImportError as error:
        raise ImportError(
            "DeepFool and Carlini-Wagner attacks come from the adversarial-robustness-toolbox. Install it with "
            "pip install 'sktopo[attacks]', or use fgsm or pgd."
        ) from error
    return evasion


def attacked_by(make_attack, who, model, X, clip, n_classes):
    """What ``make_attack(classifier).generate`` gives, of the type of X; the network is left as it was."""
    import torch
    from art.estimators.classification import PyTorchClassifier

    from sktopo.activations.borrowing import borrowed

    X = check_inputs(X)
    check_clip(who, X, clip)
    n_classes = logits_of(model, X[:1], 1).shape[1] if n_classes is None else n_classes
    with borrowed(model, None), torch.enable_grad(), _gradients_kept(model):
        classifier = PyTorchClassifier(
            _single(model),
            torch.nn.CrossEntropyLoss(),
            X.shape[1:],
            n_classes,
            clip_values=clip,
            device_type="gpu" if str(place_of(model)["device"]).startswith("cuda") else "cpu",
        )
        return make_attack(classifier).generate(X.astype(np.float32)).astype(X.dtype)


def _single(model):
    """The network as one of single-precision inputs and logits, which may work on its inputs in place."""
    import torch

    dtype = place_of(model)["dtype"] or torch.float32

    class InSinglePrecision(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return self.model(inputs.to(dtype, copy=True)).float()

    return InSinglePrecision()


@contextlib.contextmanager
def _gradients_kept(model):
    """Context after which every parameter has the gradient that it had."""
    kept = [(parameter, parameter.grad) for parameter in model.parameters()]
    for parameter, _ in kept:
        parameter.grad = None
    try:
        yield
    finally:
        for parameter, gradient in kept:
            parameter.grad = gradient
