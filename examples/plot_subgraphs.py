"""
Which edges carry an image: persistent subgraphs as features
============================================================

**Do the strongest pathways through a network tell which digit it looks at, and do they tell more than simpler views of
the same network?** A small convolutional network is trained on scikit-learn's handwritten digits. On each image, the
persistent subgraphs of its activation graph become one sparse row; a linear support vector machine reads the rows.
The same machine reads the pixels, the logits, the number of active units and the vector of which units are active:
the number of edges of the subgraphs is the number of active units less that of the generators, so a good score of the
rows has to be held against these.

The images are split in three: the network learns from the first part, the classifiers from the second, and the third
is for the test.
"""

# %%
# The network and the split
# -------------------------
import sys

import matplotlib

if __name__ == "__main__" and "sphinx_gallery" not in sys.modules:
    matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sktopo import ActivationExtractor, PersistentSubgraphs, SubgraphDisplay, sparse_gram
from sktopo.datasets import accuracy, load_digits_images, make_ccff, train_network

images, labels = load_digits_images()
for_network, rest = train_test_split(np.arange(len(labels)), train_size=700, stratify=labels, random_state=0)
for_fit, for_test = train_test_split(rest, train_size=600, stratify=labels[rest], random_state=0)

model = train_network(make_ccff(), images[for_network], labels[for_network], epochs=30)
print(
    f"the network's accuracy on {len(for_test)} test images: {accuracy(model, images[for_test], labels[for_test]):.3f}"
)

# %%
# One image's subgraph
# --------------------
# A generator is an edge that is the strongest of both its units. Its basin is grown by letting every unit join at its
# own strongest edge. On the left, what the generator sees of the image (dots: pixels in the basin); on the right, the
# basin.
activations = ActivationExtractor(model).fit_transform(images)
display = SubgraphDisplay.from_activations(activations, sample=for_test[0])
display.figure_.tight_layout()

# %%
# Rows and their similarity
# -------------------------
# One row per image, one column per edge that any image of the second part has in its subgraphs. The inner product of
# two rows is the cosine similarity of two images' subgraphs.
subgraphs = PersistentSubgraphs().fit(activations[for_fit])
rows = subgraphs.transform(activations)
unknown = subgraphs.count_unknown(activations[for_test])
print(f"{rows.shape[1]} edges; a row has {rows[for_fit].getnnz(axis=1).mean():.0f}; for example", end=" ")
print(*subgraphs.get_feature_names_out()[[0, -1]], sep=" and ")
print(f"edges of a test image that have no column: {unknown.mean():.1f} on average")

order = for_fit[np.argsort(labels[for_fit], kind="stable")]
similarity = sparse_gram(rows[order])
figure, ax = plt.subplots()
figure.colorbar(ax.imshow(similarity, vmin=0), ax=ax)
starts = np.searchsorted(labels[order], np.arange(10))
ax.set(title="similarity of subgraphs, images by digit", xticks=starts, yticks=starts)
ax.set_xticklabels(range(10))
ax.set_yticklabels(range(10))
same = labels[order][:, None] == labels[order]
different, alike = similarity[~same].mean(), similarity[same & ~np.eye(len(order), dtype=bool)].mean()
print(f"mean similarity of two images: {alike:.3f} with the same digit, {different:.3f} with different ones")

# %%
# The rows beside simpler views
# -----------------------------
# Every view goes to a linear support vector machine, whose C is chosen by cross-validation within the second part.
units = np.concatenate([activations[layer].reshape(len(images), -1) for layer in ("act1", "flatten", "act3")], axis=1)
views = {
    "pixels": images.reshape(len(images), -1),
    "activations": np.asarray(activations),
    "logits": activations["fc2"],
    "number of active units": (units > 0).sum(axis=1, keepdims=True).astype(float),
    "which units are active": (units > 0).astype(float),
    "subgraphs, basins": rows,
}
for name, options in {
    "subgraphs, basins by lifetime": {"weight": "lifetime"},
    "subgraphs, components": {"mode": "component"},
    "subgraphs, basins of 3 generators": {"select": 3},
}.items():
    views[name] = PersistentSubgraphs(**options).fit(activations[for_fit]).transform(activations)


def score(X):
    sparse_rows = not isinstance(X, np.ndarray)
    steps = [] if sparse_rows else [StandardScaler()]
    search = GridSearchCV(
        make_pipeline(*steps, SVC(kernel=sparse_gram if sparse_rows else "linear")),
        {"svc__C": [0.01, 0.1, 1.0, 10.0]},
        cv=3,
    )
    return search.fit(X[for_fit], labels[for_fit]).score(X[for_test], labels[for_test])


scores = {name: score(X) for name, X in views.items()}
for name, value in scores.items():
    print(f"{name:<36}{value:.3f}")

# %%
# What was learnt
# ---------------
ours = max((name for name in scores if name.startswith("subgraphs")), key=scores.get)
theirs = max((name for name in scores if not name.startswith("subgraphs")), key=scores.get)
error = np.sqrt(scores[theirs] * (1 - scores[theirs]) / len(for_test))
verdict = "beats" if scores[ours] > scores[theirs] else "equals" if scores[ours] == scores[theirs] else "loses to"
print(f"the best rows ({ours}, {scores[ours]:.3f})")
print(f"{verdict} the best of the simpler views ({theirs}, {scores[theirs]:.3f})")
print(f"the standard error of such a score is about {error:.3f}")
