"""
A detector of attacks in ten lines
==================================

**Does the shape of a network's activation graph give away inputs that were changed to mislead it, and more than the
network's own doubt does?** A detector learns which edges the persistent subgraphs of each class usually have; the more
edges of an input its predicted class does not know, the more abnormal it is. What is judged is one input at a time.
The detector is tuned on one attack by ``GridSearchCV`` and judged on another, on images that nothing was fitted on,
with noise of the attack's length among the normal inputs.
"""

# %%
# A network, and three parts of the images
# ----------------------------------------
# One part trains the network, one tunes the detector, one judges.
import sys
from functools import partial

import matplotlib

if __name__ == "__main__" and "sphinx_gallery" not in sys.modules:
    matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sktopo import (
    ActivationExtractor,
    DetectionDisplay,
    LocalIntrinsicDimension,
    MaxSoftmax,
    SubgraphOverlap,
    detection_report,
    fuse,
)
from sktopo.datasets import accuracy, load_digits_images, make_ccff, train_network
from sktopo.detection.attacks import fgsm, pgd
from sktopo.detection.protocols import NoveltyFold, adversarial_inputs, auroc_scorer

torch.set_num_threads(1)  # images this small leave nothing to share
images, digits = load_digits_images()
train, tune, test = np.split(np.random.default_rng(0).permutation(len(images)), [800, 1200])
network = train_network(make_ccff(), images[train], digits[train], epochs=30)
print(f"accuracy on test images: {accuracy(network, images[test], digits[test]):.3f}")

# %%
# Two attacks
# -----------
# Only images that are classified rightly and that the attack turns; each with a noisy copy.
known = adversarial_inputs(network, images[tune], digits[tune], partial(fgsm, eps=0.1))
unseen = adversarial_inputs(network, images[test], digits[test], partial(pgd, eps=0.1))
for name, inputs in (("FGSM, to tune on", known), ("PGD, to judge by", unseen)):
    print(f"{name}: turns {inputs.n_successful} of {inputs.n_right} images")

figure, axes = plt.subplots(3, 8, figsize=(9, 3.6))
for row, kind in zip(axes, ("clean", "noisy", "attacked"), strict=True):
    row[0].set_ylabel(kind)
    for ax, image in zip(row, unseen[kind], strict=False):
        ax.imshow(image[0], cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])

# %%
# The ten lines
# -------------
# ``NoveltyFold`` lets no abnormal input and no copy of a judged image into fit.
X = np.concatenate([known.clean, known.noisy, known.attacked])
y = np.repeat([1, 1, -1], len(known.clean))
pipeline = make_pipeline(ActivationExtractor(network), SubgraphOverlap(measure="difference"))
grid = {
    "subgraphoverlap__min_share": [0.0, 0.02, 0.05, 0.1],
    "subgraphoverlap__include_input": [True, False],
}
search = GridSearchCV(pipeline, grid, cv=NoveltyFold(3), scoring=auroc_scorer, refit=False)
search.fit(X, y, groups=np.tile(known.index, 3))
detector = pipeline.set_params(**search.best_params_).fit(images[train])
print(f"chosen: {search.best_params_}, AUROC {search.best_score_:.3f} in cross-validation")

# %%
# Beside others, and together
# ---------------------------
# Two baselines: the confidence of the network, and local intrinsic dimension. Fused, all three are joined by a logistic
# model of their scores on the images of the tuning attack; ``cv="prefit"`` since they are fitted already.
softmax = make_pipeline(ActivationExtractor(network), MaxSoftmax()).fit(images[train])
dimension = make_pipeline(ActivationExtractor(network), LocalIntrinsicDimension()).fit(images[train])
fused = fuse(detector, softmax, dimension, method="logistic", cv="prefit").fit(X, y)

detectors = {"subgraphs": detector, "max softmax": softmax, "LID": dimension, "fused": fused}
normal = np.concatenate([unseen.clean, unseen.noisy])
scores = [
    {name: each.score_samples(inputs) for name, each in detectors.items()} for inputs in (normal, unseen.attacked)
]
# Clean, noisy and attacked copies of an image are drawn together in the bootstrap.
report = detection_report(*scores, groups=(np.tile(unseen.index, 2), unseen.index))
print(report)

# %%
# Curves
# ------
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
display = DetectionDisplay.from_scores(*scores, ax=left)
display.plot_histogram(ax=right, detector="subgraphs")

# %%
# What was learnt
# ---------------
# On this network and attack the subgraphs tell more than either baseline, and the three together more than each: a part
# of what the graph's shape knows about an attack is known neither to the logits nor to the distances of activations. It
# is no alarm to rely on: two in five of the clean and noisy images are flagged where 19 of 20 attacks are.
best = max(("subgraphs", "max softmax", "LID"), key=report.value)
difference, interval, p_value = report.compare("fused", best)
print(*(f"{name} {report.value(name):.3f}" for name in detectors), sep=", ")
print(f"fused less {best}: {difference:+.3f} ({interval[0]:+.3f} to {interval[1]:+.3f}), p = {p_value:.2g}")
