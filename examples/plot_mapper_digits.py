"""
Where digits part: Mapper graphs of three layers
================================================

**Which digits does a network confuse with each other when it sees little of them, and where do they part?** A small
convolutional network is trained on scikit-learn's handwritten digits. Mapper draws a graph of each of three layers'
activations on images that the network has not seen. One branch of one graph is looked at closely: what is at the fork,
what is in its arms, how far it would be found again, and whether Mapper finds as much in points that have no shape.
"""

# %%
# The network and its activations
# -------------------------------
import os
import sys
from pathlib import Path

import matplotlib

if __name__ == "__main__" and "sphinx_gallery" not in sys.modules:
    matplotlib.use("Agg")

import numpy as np
import torch
from sklearn.base import clone
from torch import nn

from sktopo import (
    ActivationExtractor,
    ElbowDisplay,
    Mapper,
    MapperDisplay,
    MapperSweepDisplay,
    explore,
    find_branches,
    find_loops,
    mapper_sweep,
    node_flow,
    null_graphs,
)
from sktopo.datasets import accuracy, load_digits_images, train_network

torch.manual_seed(0)
network = nn.Sequential()
for name, module in {
    "conv1": nn.Conv2d(1, 8, 3),
    "relu1": nn.ReLU(),
    "conv2": nn.Conv2d(8, 16, 3),
    "relu2": nn.ReLU(),
    "flatten": nn.Flatten(),
    "dense": nn.Linear(256, 32),
    "relu3": nn.ReLU(),
    "logits": nn.Linear(32, 10),
}.items():
    network.add_module(name, module)

images, digits = load_digits_images()
train_network(network, images[:700], digits[:700], epochs=30)
unseen, labels = images[700:], digits[700:]
print(f"accuracy on {len(unseen)} images that the network has not seen: {accuracy(network, unseen, labels):.3f}")
activations = ActivationExtractor(network, layers=["relu1", "relu2", "relu3"]).fit_transform(unseen)

# %%
# Which settings?
# ---------------
# The lens is the length of the activation: how much a layer has to say about an image. The number of intervals and the
# radius of the clusters are free, and a graph that depends on a few of the images is worth little. So the settings are
# swept, and for each the images are left out a tenth at a time: instability is the share of images whose clusters
# then change. A graph of a few large nodes is stable because it says little, so that the number of nodes stands beside.
mapper = Mapper("l2norm", overlap=0.4, sampling="flatten")
sweep = mapper_sweep(mapper, activations, labels, n_intervals=[6, 8, 10, 12], eps_scale=[0.9, 1.0, 1.1, 1.2])
MapperSweepDisplay.from_sweep(sweep, layer="relu2", down="eps_scale")
MapperSweepDisplay.from_sweep(sweep, layer="relu2", down="eps_scale", column="nodes")

instability, nodes = (np.array(sweep.column(column, "relu2")) for column in ("instability", "nodes"))
chosen = int(np.argmin(np.where(nodes >= 40, instability, np.inf)))
print(f"the least unstable of those with at least 40 nodes in relu2: {sweep.settings[chosen]},", end=" ")
print(f"instability {instability[chosen]:.3f}; all are between {instability.min():.3f} and {instability.max():.3f}")

# %%
# With a tenth or more of the images changing clusters under every setting, none of these graphs is to be believed as a
# whole, and it has to be asked part by part. So the images are drawn again fifty times, and every edge that is not
# found again in half of the draws is dashed.

# %%
# Three layers
# ------------
# A node is a cluster of images that a layer treats alike; a pie shows their digits. In the first layer, digits still
# share nodes; the deeper the layer, the purer they are, and the more each digit is a chain of its own.
mapper.set_params(**sweep.settings[chosen], n_resamples=50).fit(activations, labels)
MapperDisplay.from_estimator(mapper, color_by="shares")
for layer, graph in mapper.graphs_.items():
    purity = np.average(graph.purity["majority"], weights=graph.size)
    print(f"{layer}: {graph}, in a node {purity:.2f} of the images are of one digit")

# %%
# The radius was read off these curves. They bend gently: the activations have no one scale.
ElbowDisplay.from_estimator(mapper)

# %%
# A branch, explained
# -------------------
# Of all branches that are found again in half of the resamples and have three arms of at least 15 images of their own,
# here is the one whose arms differ most in their digits.


def branches_of(graph):
    return find_branches(graph, min_support=0.5, min_size=15)


found = [(layer, branch) for layer, graph in mapper.graphs_.items() for branch in branches_of(graph)]
layer, branch = max(found, key=lambda pair: pair[1].separation)
graph, (fork,) = mapper.graphs_[layer], branch.nodes


def digits_of(nodes):
    """Digits of the inputs in some nodes, the most frequent first."""
    inputs = np.unique(np.concatenate([graph.of_input[graph.members(node)] for node in nodes]))
    values, counts = np.unique(labels[inputs], return_counts=True)
    return len(inputs), ", ".join(f"{counts[i]} x {values[i]}" for i in np.argsort(-counts, kind="stable"))


print(f"{layer}, node {fork}: support {branch.support:.2f}, separation {branch.separation:.2f}")
for name, part in [("the fork", branch.nodes), *((f"arm {i + 1}", arm) for i, arm in enumerate(branch.arms))]:
    lengths, (n, said) = graph.lens[list(part), 0], digits_of(part)
    print(f"{name}: mean length {lengths.min():.1f} to {lengths.max():.1f}; {n} images: {said}")

MapperDisplay.from_graph(graph, title=layer, color_by="class", images=unseen[:, 0], mark=branch.nodes)

# %%
# In the run that this page shows, threes, nines and fives share the fork: three digits that are a bow open to the left
# with something on top, so that the mean image in the ringed node is none of them. The lens says which way each arm
# leads. Towards longer activations, where the layer responds more strongly, nines and fives go apart, each into an arm
# of its own. Towards shorter ones the threes leave, and a smaller cluster of nines and fives stays mixed. So the
# branch is a question, "which of the three?", that this layer has not answered for the images in the fork, and has
# for those in the pure arms. It is no place where the network errs: the next layers go on.
#
# What becomes of the fork in the next layer? Its images are in these nodes of it:
layers = list(mapper.graphs_)
if layer != layers[-1]:
    following = mapper.graphs_[layers[layers.index(layer) + 1]]
    flow = node_flow(graph, following)[[fork]].toarray()[0]
    for node in np.argsort(-flow, kind="stable")[:5]:
        most = following.classes[following.class_counts[node].argmax()]
        print(f"{flow[node]} of {graph.size[fork]} are in node {node}, mostly {most}")

# %%
# Is it there?
# ------------
# Clouds of as many points without the layer's shape go through the same Mapper: ten normal ones with its mean and
# covariance, and ten in which each unit's values are dealt anew to the images. What it finds there means nothing.
alone = clone(mapper).set_params(layer=layer)
nulls = {kind: null_graphs(alone, activations, kind=kind, n_graphs=10)[layer] for kind in ("gaussian", "permuted")}
for name, graphs in {layer: [graph], **nulls}.items():
    print(f"{name}: nodes {[each.n_nodes for each in graphs]}, branches {[len(branches_of(each)) for each in graphs]},")
    print(f"    loops {[len(find_loops(each, min_support=0.5)) for each in graphs]}")
MapperDisplay({layer: graph, "a normal cloud": nulls["gaussian"][0], "units permuted": nulls["permuted"][0]}).plot(
    legend=False
)

# %%
# These are weak opponents: such a cloud is one piece, a chain of a few large nodes. They say that the layer is more
# than its covariance, and not that its branch is the right one.
#
# And would any labels do? The digits are dealt anew to the same images, and the separation of the same arms is
# computed again.
rng, by_chance = np.random.default_rng(0), []
plain = clone(alone).set_params(n_resamples=0)
for _ in range(20):
    dealt = plain.fit(activations, rng.permutation(labels)).graph_
    by_chance.append(next(b.separation for b in find_branches(dealt) if b.nodes == branch.nodes))
print(f"separation {branch.separation:.2f}; with digits dealt at random at most {max(by_chance):.2f}")

# %%
# A page to look around in
# ------------------------
# One file with all three layers, the images, the null graphs and the table of branches; it opens from disk.
output = Path(os.environ.get("SKTOPO_OUTPUT", "demo_output"))
output.mkdir(parents=True, exist_ok=True)
page = explore(
    mapper,
    output / "mapper_digits.html",
    y=labels,
    images=unseen[:, 0],
    points=activations,
    nulls={layer: nulls["gaussian"]},
    title="Digits in three layers",
    n_projected=300,
)
print(f"{page.name}: {page.stat().st_size / 1e6:.1f} MB")

# %%
# What was learnt
# ---------------
all_nulls = nulls["gaussian"] + nulls["permuted"]
found_by_chance = sum(len(branches_of(null)) > 0 for null in all_nulls)
print(f"the branch at node {fork} of {layer} was found again in {branch.support:.0%} of the resamples,")
print(f"and {found_by_chance} of {len(all_nulls)} null graphs have such a branch;")
print(f"its arms are of different digits (separation {branch.separation:.2f}, by chance at most {max(by_chance):.2f}),")
print(f"but {instability[chosen]:.0%} of the images change clusters when others are left out")
