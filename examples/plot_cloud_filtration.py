"""
Loops in the clouds of a convolutional network
==============================================

**Does training change the shape of a layer's point cloud, or only its size?** A spatial activation is the vector of all
channels at one position of an image. Purvine et al. (arXiv 2212.00222) take, for each of many images, the spatial
activation of largest norm, and compare layers by the degree-1 persistence of the cloud that these make. Nothing is
normalised there, so that a layer with larger activations has longer-lived loops. This example does the same for
a small residual network on scikit-learn's handwritten digits, before and after training, and then again in units of
each cloud's mean distance. One cloud per digit and layer: the images of that digit, none of which the network has
been trained on.
"""

# %%
# Clouds of five convolutions, before and after training
# ------------------------------------------------------
# ``activations.sets(labels)`` makes one sample per digit; ``points="top_l2"`` says what a point is.
import sys

import matplotlib

if __name__ == "__main__" and "sphinx_gallery" not in sys.modules:
    matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from sktopo import ActivationExtractor, CloudFiltration, PersistenceDiagramDisplay
from sktopo.datasets import accuracy, load_digits_images, make_residual_cnn, train_network

images, labels = load_digits_images()
seen, unseen = slice(0, 900), slice(900, None)
convolutions = ["stem.0", "block1.conv1", "block1.conv2", "block2.conv1", "block2.conv2"]
networks = {
    "before": make_residual_cnn().eval(),
    "after": train_network(make_residual_cnn(), images[seen], labels[seen]),
}
sets = {
    name: ActivationExtractor(network, layers=convolutions).fit_transform(images[unseen]).sets(labels[unseen])
    for name, network in networks.items()
}
print(f"{len(sets['after'])} sets of {min(map(len, sets['after']))} to {max(map(len, sets['after']))} images;", end=" ")
print(f"the trained network's accuracy on them: {accuracy(networks['after'], images[unseen], labels[unseen]):.3f}")

# %%
# One of the diagrams
# -------------------
raw = CloudFiltration(points="top_l2")
diagrams = {name: raw.fit_transform(clouds) for name, clouds in sets.items()}
display = PersistenceDiagramDisplay.from_diagrams(diagrams["after"].select(layer="block2.conv2"), sample=3)
display.figure_.suptitle("digit 3, the last convolution, trained")

# %%
# By layer, as it is and in units of the mean distance
# ----------------------------------------------------
# The total persistence of degree 1 is the sum of the loops' lifetimes; shown are means over the ten digits.
normalized = CloudFiltration(points="top_l2", normalize="mean_distance")


def loops(filtration, clouds):
    """Total degree-1 persistence of every digit and layer."""
    blocks = filtration.fit(clouds).blocks_
    total, _ = filtration.spread(clouds)
    return total[:, [degree == 1 for _, degree in blocks]]


def mean_distances(clouds):
    """The scalar that a claim about shape has to be held against."""
    result = np.empty((len(clouds), len(convolutions)))
    for i, cloud in enumerate(clouds):
        for j, layer in enumerate(convolutions):
            positions = cloud[layer].reshape(len(cloud), cloud[layer].shape[1], -1)
            top = np.linalg.norm(positions, axis=1).argmax(axis=1)
            result[i, j] = pdist(positions[np.arange(len(cloud)), :, top]).mean()
    return result


sizes = {name: mean_distances(clouds) for name, clouds in sets.items()}
as_it_is = {name: loops(raw, clouds) for name, clouds in sets.items()}
in_units = {name: loops(normalized, clouds) for name, clouds in sets.items()}
print(f"{'':<14}{'as it is':>18}{'mean distance':>18}{'in its units':>18}")
print(f"{'layer':<14}" + f"{'before':>10}{'after':>8}" * 3)
for j, layer in enumerate(convolutions):
    cells = [(t["before"][:, j].mean(), t["after"][:, j].mean()) for t in (as_it_is, sizes, in_units)]
    print(f"{layer:<14}" + "".join(f"{before:10.2f}{after:8.2f}" for before, after in cells))

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for ax, table, title in zip(axes, (as_it_is, in_units), ("as it is", "in units of the mean distance"), strict=True):
    for name, style in (("before", "o--"), ("after", "o-")):
        ax.errorbar(range(5), table[name].mean(axis=0), table[name].std(axis=0), fmt=style, capsize=3, label=name)
    ax.set(title=title, ylabel="total persistence, degree 1", xticks=range(5), ylim=(0, None))
    ax.set_xticklabels(convolutions, rotation=20)
axes[0].legend(title="training")

# %%
# How sure is one choice of points?
# ---------------------------------
# All spatial activations of a set are thousands of points; 200 of them, chosen at random five times, tell how
# much a choice matters beside the differences between layers.
pooled = CloudFiltration(points="all", max_points=200, n_repeats=5, normalize="mean_distance", random_state=0, n_jobs=2)
mean, deviation = pooled.fit(sets["after"]).spread(sets["after"])
of_loops = [degree == 1 for _, degree in pooled.blocks_]
between = mean[:, of_loops].mean(axis=0).std()
print(f"standard deviation over choices: {deviation[:, of_loops].mean():.2f}; over the five layers: {between:.2f}")

# %%
# What was learnt
# ---------------
flat = [np.concatenate([table["before"].ravel(), table["after"].ravel()]) for table in (as_it_is, sizes, in_units)]
print(f"rank correlation with the mean distance: {spearmanr(flat[0], flat[1])[0]:.2f} as it is, ", end="")
print(f"{spearmanr(flat[2], flat[1])[0]:.2f} in its units")
for title, table in (("as it is", as_it_is), ("in its units", in_units)):
    ratio = table["after"].mean(axis=0) / table["before"].mean(axis=0)
    print(f"training multiplies a layer's total persistence by {ratio.min():.2f} to {ratio.max():.2f}, {title}")

# %%
# Most of what training seems to do to the loops, it does to the size of the cloud: as it is, total persistence
# follows the mean distance. In units of that distance, what is left is small, and goes both ways.
