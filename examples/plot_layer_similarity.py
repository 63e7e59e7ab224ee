"""
Seventeen layers, compared
==========================

**Which layers of a deep network do the same, and does a measure that says so find the same layer in another network?**
A network of seventeen convolutions learns handwritten digits from three seeds. Its layers are compared with each other
by several measures: geometry (CKA, Procrustes), neighbours, and topology from spanning trees (RTD-lite and its rank
version NTS). Then each measure is judged: does distance follow depth, and is layer 9 of one network closest to layer 9
of another? Measures that know a single number of a layer, such as its mean norm, stand beside them.
"""

# %%
# Three networks
# --------------
# Seventeen blocks of convolution, batch normalisation and ReLU; the sixth and the twelfth halve the image.
import sys
from collections import OrderedDict

import matplotlib

if __name__ == "__main__" and "sphinx_gallery" not in sys.modules:
    matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

from sktopo import (
    ActivationExtractor,
    LayerSimilarity,
    LayerSimilarityDisplay,
    layer_identification_score,
    monotonicity_score,
    scalar_nulls,
)
from sktopo.datasets import accuracy, load_digits_images, train_network

torch.set_num_threads(1)  # images this small leave nothing to share
images, labels = load_digits_images()
n_layers = 17


def deep_network(seed):
    torch.manual_seed(seed)
    blocks, n_in = OrderedDict(), 1
    for i in range(n_layers):
        n_out = 8 if i < 5 else 16 if i < 11 else 32
        conv = nn.Conv2d(n_in, n_out, 3, stride=2 if i in (5, 11) else 1, padding=1, bias=False)
        blocks[f"conv{i + 1}"] = nn.Sequential(conv, nn.BatchNorm2d(n_out), nn.ReLU())
        n_in = n_out
    head = OrderedDict(pool=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten(), fc=nn.Linear(n_in, 10))
    return nn.Sequential(blocks | head)


networks = [train_network(deep_network(seed), images[:1300], labels[:1300], epochs=8, seed=seed) for seed in range(3)]
print("held-out accuracy:", *(f"{accuracy(network, images[1300:], labels[1300:]):.3f}" for network in networks))

layers = [f"conv{i + 1}" for i in range(n_layers)]
activations = [ActivationExtractor(network, layers=layers).fit_transform(images[1300:1600]) for network in networks]

# %%
# Within one network
# ------------------
# Light is close. Raw Procrustes distances see how large activations are; divided by each layer's norm, as published,
# they see shape alone.
measures = {
    "cka": LayerSimilarity("cka"),
    "procrustes, raw": LayerSimilarity("procrustes", normalize=None),
    "procrustes": LayerSimilarity("procrustes"),
    "knn_jaccard": LayerSimilarity("knn_jaccard"),
    "rtd_lite": LayerSimilarity("rtd_lite"),
    "nts": LayerSimilarity("nts"),
}
figure, axes = plt.subplots(2, 3, figsize=(13, 8))
for ax, (name, measure) in zip(axes.flat, measures.items(), strict=True):
    LayerSimilarityDisplay.from_estimator(measure.fit(activations[0]), ax=ax)
    ax.set_title(name)
figure.tight_layout()

# %%
# Across two networks
# -------------------
# Rows are layers of one network, columns those of a network of another seed. A measure that recognises layers has its
# lightest fields on the diagonal.
figure, axes = plt.subplots(1, 2, figsize=(11, 4.5))
for ax, name in zip(axes, ("cka", "rtd_lite"), strict=True):
    matrix = measures[name].compare(activations[0], activations[1])
    LayerSimilarityDisplay.from_matrix(
        matrix, rows=layers, columns=layers, higher_is_closer=measures[name].higher_is_closer_, label=name, ax=ax
    )
figure.tight_layout()

# %%
# Groups, and a path
# ------------------
# In the order of a clustering, groups of layers show; and classical scaling lays the layers out as a path from input to
# output.
display = LayerSimilarityDisplay.from_estimator(measures["rtd_lite"], order="dendrogram")
print("order:", " ".join(display.rows_[i].removeprefix("conv") for i in display.order_))
figure, ax = plt.subplots()
display.plot_trajectory(ax=ax)

# %%
# How the measures do
# -------------------
# Each null knows one number of a layer. A measure's score counts as far as it beats them.
nulls = {f"null: {name.replace('_', ' ')}": null for name, null in scalar_nulls().items()}
print(f"{'measure':20} | layer found again | wrong triples")
for name, measure in (measures | nulls).items():
    found = layer_identification_score(measure, activations)
    closer = measure.fit(activations[0]).higher_is_closer_
    wrong = np.mean([monotonicity_score(found.matrices[a, a], higher_is_closer=closer).wrong_triples for a in range(3)])
    print(f"{name:20} | {found.accuracy:17.2f} | {wrong:13.2f}")
print(f"{'chance':20} | {found.chance:17.2f} | {2 / 3:13.2f}")

# %%
# What was learnt
# ---------------
# Distance follows depth by nearly every measure, so a heat map with a light diagonal says little for one. Finding the
# same layer in another network is hard on this small problem: the first layers stay close to the image in every
# network, while deep layers differ from seed to seed by more than they differ from their neighbours, and neighbourhoods
# of inputs (knn) point to the early layers of the other network. Spanning trees in units of each layer's distances
# (rtd_lite) find the layer most often by far. But one number does it as well: how long a layer's spanning tree is in
# units of its mean distance. It is a different length for every layer, and the same from seed to seed. The nulls are in
# the table so that this shows: rtd_lite may well see more than that number, and this comparison is no evidence of it.
