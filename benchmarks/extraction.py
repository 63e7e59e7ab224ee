"""What extraction costs beside the bare forward pass, and what cloning a pipeline with a large network costs.

Bare forward: the same batches through the same network in eval mode under `torch.no_grad()`, results thrown away.
"""

import numpy as np
import torch
from harness import report, seconds
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from torch import nn

from sktopo import ActivationExtractor, GraphFiltration, PersistenceVectorizer
from sktopo.datasets import make_mlp, make_residual_cnn

N_IMAGES, BATCH = 2048, 256


def vgg():
    torch.manual_seed(0)
    layers, channels = [], 1
    for width in (32, 64, 128):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128, 10)).eval()


def measure(name, model, layers):
    images = np.random.default_rng(0).random((N_IMAGES, 1, 8, 8), dtype=np.float32)
    extractor = ActivationExtractor(model, layers=layers, batch_size=BATCH, device="cpu").fit(images)

    def bare():
        with torch.no_grad():
            for start in range(0, N_IMAGES, BATCH):
                model(torch.from_numpy(images[start : start + BATCH]))

    forward, extraction = seconds(bare), seconds(lambda: extractor.transform(images))
    return {
        "what": f"{name}, layers={layers!r}",
        "ms": 1e3 * extraction["median"],
        "bare forward ms": 1e3 * forward["median"],
        "ratio": extraction["median"] / forward["median"],
    }


def measure_clone():
    model = nn.Sequential(nn.Linear(5000, 5000), nn.ReLU(), nn.Linear(5000, 10))  # 100 MB
    pipeline = make_pipeline(ActivationExtractor(model), GraphFiltration(), PersistenceVectorizer())
    spent = seconds(lambda: clone(pipeline))
    return {"what": "clone, 100 MB network", "ms": 1e3 * spent["median"], "bare forward ms": "", "ratio": ""}


if __name__ == "__main__":
    torch.set_num_threads(1)
    networks = {"mlp": make_mlp((512, 256)), "residual": make_residual_cnn(16), "vgg-like": vgg()}
    rows = [measure(name, model, layers) for name, model in networks.items() for layers in ("auto",)]
    rows += [measure("vgg-like", vgg(), "all")]
    report("extraction", [*rows, measure_clone()], __doc__)
