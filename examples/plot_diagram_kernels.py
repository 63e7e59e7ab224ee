"""
Support vector machines on persistence diagrams
===============================================

**Is a kernel between diagrams worth more than a few statistics of them?** A small network looks at handwritten
digits, and each image becomes the persistence diagrams of its activation graph, layer by layer. A support vector
machine sees those diagrams only through the sliced Wasserstein kernel, whose bandwidth and combination of layers are
tuned with ``GridSearchCV``. The same classifier with an ordinary Gaussian kernel gets barcode
statistics of the same diagrams, the number of active units, and the raw pixels.
"""

# %%
# Diagrams of digits
# ------------------
# The images are split in three: the network learns from the first part, classifiers are tuned on the second, which
# the network has never seen, and the third is looked at once, at the end.
import tempfile
import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sktopo import ActivationExtractor, DiagramDistance, DiagramGram, GraphFiltration, PersistenceVectorizer
from sktopo.datasets import load_digits_images, make_ccff, train_network

images, labels = load_digits_images()
for_network, rest = train_test_split(np.arange(len(labels)), train_size=700, stratify=labels, random_state=0)
for_tuning, for_test = train_test_split(rest, train_size=400, test_size=300, stratify=labels[rest], random_state=0)
network = train_network(make_ccff(), images[for_network], labels[for_network], epochs=30)

activations = ActivationExtractor(network).fit_transform(images)
diagrams = GraphFiltration(scope="layer").fit_transform(activations)
print(diagrams)
print("pairs of one image:", dict(zip(diagrams.blocks, diagrams.counts[0].tolist(), strict=True)))

# %%
# The kernel, tuned
# -----------------
# ``memory`` keeps the distances of every fold, so candidates that differ in bandwidth, in the combination of layers or
# in ``C`` do not compute them again.
folds = StratifiedKFold(3, shuffle=True, random_state=0)
penalties = {"svc__C": [1.0, 10.0, 100.0]}
first_layer = diagrams.blocks[0]

with tempfile.TemporaryDirectory() as memory:
    pipeline = make_pipeline(DiagramGram(n_directions=10, memory=memory), SVC(kernel="precomputed"))
    grid = {
        "diagramgram__bandwidth_scale": [0.1, 0.3, 1.0],
        "diagramgram__combine": ["sum", "product"],
        "diagramgram__weights": [None, {first_layer: 0.0}],
        **penalties,
    }
    start = time.perf_counter()
    search = GridSearchCV(pipeline, grid, cv=folds).fit(diagrams[for_tuning], labels[for_tuning])
    print(f"{len(search.cv_results_['params'])} candidates in {time.perf_counter() - start:.1f} s")
    print("best:", search.best_params_)
    kernel = search.best_estimator_.set_params(diagramgram__memory=None)
    scores = {"sliced Wasserstein kernel": (search.best_score_, kernel.score(diagrams[for_test], labels[for_test]))}

# %%
# The same without a kernel between diagrams
# ------------------------------------------
neighbours = make_pipeline(DiagramDistance(n_directions=10), KNeighborsClassifier(metric="precomputed"))
gaussian = make_pipeline(StandardScaler(), SVC())
hidden = ActivationExtractor(network, layers=["act1", "act2", "act3"]).fit_transform(images)
active = np.column_stack([(hidden[layer].reshape(len(labels), -1) > 0).sum(axis=1) for layer in hidden.layers])
candidates = {
    "nearest neighbours, same distance": (neighbours, {"kneighborsclassifier__n_neighbors": [1, 5, 15]}, diagrams),
    "barcode statistics": (
        make_pipeline(PersistenceVectorizer(), *[s for _, s in gaussian.steps]),
        penalties,
        diagrams,
    ),
    "number of active units": (gaussian, penalties, active),
    "raw pixels": (gaussian, penalties, images.reshape(len(labels), -1)),
}
for name, (estimator, options, X) in candidates.items():
    tuned = GridSearchCV(estimator, options, cv=folds).fit(X[for_tuning], labels[for_tuning])
    scores[name] = tuned.best_score_, tuned.score(X[for_test], labels[for_test])

print(f"{'classifier sees':<36}{'validation':>12}{'test':>8}")
for name, (validation, test) in scores.items():
    print(f"{name:<36}{validation:>12.3f}{test:>8.3f}")

# %%
# What the kernel sees
# --------------------
# The Gram matrix of the test images with the training images, both sorted by digit. Squares on the diagonal are what
# the classifier lives on.
by_digit = for_test[np.argsort(labels[for_test], kind="stable")]
columns = np.argsort(labels[for_tuning], kind="stable")
gram = kernel[0].transform(diagrams[by_digit])[:, columns]
figure, axes = plt.subplots(figsize=(6, 4.5))
picture = axes.imshow(gram, aspect="auto", cmap="viridis")
axes.set(xlabel="training image, sorted by digit", ylabel="test image, sorted by digit")
figure.colorbar(picture, label="kernel")
figure.tight_layout()

# %%
# What was learnt
# ---------------
# On these diagrams the kernel is about as good as a few statistics of them, and better than nearest neighbours with
# the same distance. Both say far more than the number of active units, and less than the pixels.
