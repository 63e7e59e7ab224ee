"""
Neural persistence of a network while it learns
===============================================

**Does the shape of a network's weights say more than how much the weights vary?** Neural persistence turns every
layer's weights into one number, from the spanning tree of the layer's graph; deep graph persistence does so for the
paths through the whole network. Both are meant to follow learning without looking at any data. Girrbach et al. found
that the first is hardly more than the variance of the weights, so here both stand beside that plain number: during one
training, and across networks that were trained in different ways.
"""

# %%
# One training
# ------------
# A small perceptron learns handwritten digits. Its weights are kept before the first epoch and after each; no data is
# needed to score them.
import os
import sys
from itertools import chain
from pathlib import Path

import matplotlib

if __name__ == "__main__" and "sphinx_gallery" not in sys.modules:
    matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn.model_selection import train_test_split

from sktopo import deep_graph_persistence, neural_persistence, persistence_curve
from sktopo.datasets import accuracy, load_digits_images, make_mlp, train_epochs, train_network

torch.set_num_threads(1)  # matrices this small leave nothing to share
images, labels = load_digits_images()
train, test = train_test_split(np.arange(len(labels)), train_size=1000, stratify=labels, random_state=0)

network = make_mlp()
snapshots, accuracies = [], []
for model in chain([network], train_epochs(network, images[train], labels[train], epochs=30)):
    snapshots.append({name: value.clone() for name, value in model.state_dict().items()})
    accuracies.append(accuracy(model, images[test], labels[test]))

neural = persistence_curve(snapshots)
curves = {
    "test accuracy": np.array(accuracies),
    "neural persistence": neural.mean,
    "deep graph persistence": persistence_curve(snapshots, measure="deep").mean,
    "deep graph, standardized": persistence_curve(snapshots, measure="deep", standardize=True).mean,
    "std of weights / largest": neural.weight_std.mean(axis=1),
}
print("| epoch | " + " | ".join(curves) + " |")
for epoch in (0, 1, 2, 5, 10, 20, 30):
    print(f"| {epoch:5} | " + " | ".join(f"{values[epoch]:{len(name)}.3f}" for name, values in curves.items()) + " |")

# %%
figure, panels = plt.subplots(1, len(curves), figsize=(15, 3), sharex=True)
for panel, (name, values) in zip(panels, curves.items(), strict=True):
    panel.plot(values)
    panel.set_title(name, fontsize=10)
    panel.set_xlabel("epoch")
figure.tight_layout()
output = Path(os.environ.get("SKTOPO_OUTPUT", "demo_output"))
output.mkdir(parents=True, exist_ok=True)
figure.savefig(output / "neural_persistence.png", dpi=120)

# %%
# Rank correlations during the training
# -------------------------------------
# Whatever grows or falls steadily during a training correlates with everything else that does. So a second column asks
# the same of the changes from one epoch to the next.
plain = curves["std of weights / largest"]
scores = ("neural persistence", "deep graph persistence", "deep graph, standardized")


def rank_correlation(a, b):
    return spearmanr(a, b).statistic


print("| rank correlation over epochs | with the std | changes with the std's changes | with test accuracy |")
during = {}
for name in scores:
    during[name] = rank_correlation(np.diff(curves[name]), np.diff(plain))
    with_plain, with_accuracy = (rank_correlation(curves[name], other) for other in (plain, curves["test accuracy"]))
    print(f"| {name:28} | {with_plain:12.2f} | {during[name]:30.2f} | {with_accuracy:18.2f} |")
print(f"| {'the std itself':28} | {'':12} | {'':30} | {rank_correlation(plain, curves['test accuracy']):18.2f} |")

# %%
# Across networks
# ---------------
# Twenty-four networks of the same shape, trained with four step sizes and six seeds, on few images so that they differ.
# Is the score of a trained network more than its plain number, and does either tell which network is better?
few = train[:200]
rows = []
for learning_rate in (1e-3, 3e-3, 1e-2, 3e-2):
    for seed in range(6):
        one = train_network(
            make_mlp(seed=seed), images[few], labels[few], epochs=20, learning_rate=learning_rate, seed=seed
        )
        result = neural_persistence(one)
        rows.append(
            (
                result.mean,
                deep_graph_persistence(one).score,
                deep_graph_persistence(one, standardize=True).score,
                result.weight_std.mean(),
                accuracy(one, images[test], labels[test]),
            )
        )
table = np.array(rows)
print("| rank correlation over 24 networks | with the std | with test accuracy |")
across = {}
for name, column in zip((*scores, "the std itself"), table.T, strict=False):
    across[name] = rank_correlation(column, table[:, 4])
    print(f"| {name:33} | {rank_correlation(column, table[:, 3]):12.2f} | {across[name]:18.2f} |")

# %%
# What was learnt
# ---------------
# Which score is closest to the accuracy, and is it closer than the plain number by more than chance? The interval is of
# 2,000 draws of 24 networks, with replacement. The score is the best of three, chosen after looking, which favours it.
best = max(scores, key=lambda name: abs(across[name]))
score, std, correct = table[:, scores.index(best)], table[:, 3], table[:, 4]
draws = np.random.default_rng(0).integers(len(table), size=(2000, len(table)))
leads = [abs(rank_correlation(score[d], correct[d])) - abs(rank_correlation(std[d], correct[d])) for d in draws]
low, high = np.quantile(leads, [0.05, 0.95])

same = rank_correlation(table[:, 0], std)
verdict = "almost as the std of the weights does" if abs(same) > 0.95 else "not as the std of the weights does"
print(f"neural persistence ranks trained networks {verdict} (rank correlation {same:.2f})")
print(
    f"closest to the test accuracy is '{best}' at {across[best]:.2f}; the std is at {across['the std itself']:.2f}. "
    f"The lead is {abs(across[best]) - abs(across['the std itself']):.2f}, 90 % of draws from {low:.2f} to {high:.2f}: "
    f"{'more than chance' if low > 0 else 'not more than chance may give'}"
)
