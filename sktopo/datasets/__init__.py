"""Real images that come with scikit-learn, and small reference networks trained on them in seconds."""

from sktopo.datasets.digits import load_digits_images
from sktopo.datasets.networks import (
    accuracy,
    make_ccff,
    make_mlp,
    make_residual_cnn,
    make_tiny10,
    train_epochs,
    train_network,
)

__all__ = [
    "accuracy",
    "load_digits_images",
    "make_ccff",
    "make_mlp",
    "make_residual_cnn",
    "make_tiny10",
    "train_epochs",
    "train_network",
]
