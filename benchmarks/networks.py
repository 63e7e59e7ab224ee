"""The networks that are timed, their inputs, and how they got their weights.

"trained": a few seconds on scikit-learn's digits, enlarged to the network's input. "heavy-tailed": seeded draws of
Student's t with 3 degrees of freedom, of the scale that torch initialises with, as weights of large trained networks
are. "random": torch's initialisation.
"""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

from sktopo.datasets import train_network

__all__ = ["NETWORKS", "Case", "ccff", "digits_images", "heavy_tailed", "mlp"]


def ccff():
    """The network of Gebhart et al."""
    return nn.Sequential(
        nn.Conv2d(1, 3, 5, bias=False), nn.ReLU(), nn.Conv2d(3, 3, 3, bias=False), nn.ReLU(), nn.Flatten(),
        nn.Linear(1452, 256, bias=False), nn.ReLU(), nn.Linear(256, 10, bias=False),
    )  # fmt: skip


def mlp(*widths):
    layers = [nn.Flatten()]
    for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet():
    """LeNet as Caffe ships it."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10),
    )  # fmt: skip


def cifar_net():
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(8192, 256), nn.ReLU(), nn.Linear(256, 10),
    )  # fmt: skip


def alexnet():
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(),
        nn.MaxPool2d(3, 2), nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten(), *alexnet_head(),
    )  # fmt: skip


def alexnet_head():
    return nn.Sequential(nn.Linear(9216, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000))


@dataclass(frozen=True)
class Case:
    """A network, the side and channels of its images (None: vectors of ReLU outputs), how many inputs are timed."""

    make: object
    weights: str
    side: int | None = 28
    channels: int = 1
    n_inputs: int = 8

    def prepare(self):
        """The network in eval mode, and its inputs."""
        torch.manual_seed(0)
        model = self.make()
        if self.side is None:
            rng = np.random.default_rng(0)
            x = np.maximum(rng.standard_normal((self.n_inputs, 9216)), 0).astype(np.float32)
            return (heavy_tailed(model) if self.weights == "heavy-tailed" else model).eval(), x
        images, labels = digits_images(self.side, self.channels)
        x = images[-self.n_inputs :].numpy()
        if self.weights == "trained":
            few = 1000 if self.side == 28 else 300
            train_network(model, images[:few].numpy(), labels[:few], epochs=5 if self.side == 28 else 2)
        return (heavy_tailed(model) if self.weights == "heavy-tailed" else model).eval(), x


def digits_images(side, channels):
    """scikit-learn's digits, enlarged, and their labels; only the last 64 where images are large."""
    digits = load_digits()
    small = torch.as_tensor(digits.images / 16.0, dtype=torch.float32)[:, None]
    chosen = small if side < 100 else small[-64:]
    large = nn.functional.interpolate(chosen, size=(side, side), mode="bilinear")
    return large.repeat(1, channels, 1, 1), digits.target


def heavy_tailed(model):
    """The model with all weights drawn anew."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.copy_(torch.distributions.StudentT(3.0).sample(parameter.shape) * parameter.std())
    return model


NETWORKS = {
    "CCFF": Case(ccff, "trained"),
    "CCFF, random": Case(ccff, "random"),
    "MLP 784-512-256-10": Case(lambda: mlp(784, 512, 256, 10), "trained"),
    "MLP 784-1024-1024-1024-10": Case(lambda: mlp(784, 1024, 1024, 1024, 10), "trained", n_inputs=4),
    "MLP 784-1024-1024-1024-10, heavy-tailed": Case(lambda: mlp(784, 1024, 1024, 1024, 10), "heavy-tailed", n_inputs=4),
    "LeNet": Case(lenet, "trained", n_inputs=2),
    "CIFAR conv net": Case(cifar_net, "trained", 32, 3, n_inputs=1),
    "CIFAR conv net, heavy-tailed": Case(cifar_net, "heavy-tailed", 32, 3, n_inputs=1),
    "AlexNet head": Case(alexnet_head, "heavy-tailed", None, n_inputs=1),
    "AlexNet head, random": Case(alexnet_head, "random", None, n_inputs=1),
    "AlexNet": Case(alexnet, "heavy-tailed", 224, 3, n_inputs=2),
}
