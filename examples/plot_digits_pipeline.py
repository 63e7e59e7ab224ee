"""
From a trained network to a tuned topological classifier
========================================================

**Can the shape of a network's activations tell which digit it is looking at?** A small convolutional network is
trained on scikit-learn's handwritten digits. Its activation graph on each image is turned into persistence
diagrams, the diagrams into features, and a linear classifier on them is tuned with ``GridSearchCV``, as one
scikit-learn pipeline. The same classifier, tuned in the same way, is given simpler views of the same network, so that
the table shows what the topology is worth.

The images are split in three: the network learns from the first part, classifiers are tuned on the second, which the
network has never seen, and the third is looked at once, at the end.
"""

# %%
# The network and the split
# -------------------------
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import joblib
import matplotlib

if __name__ == "__main__" and "sphinx_gallery" not in sys.modules:
    matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import ActivationExtractor, GraphFiltration, PersistenceDiagramDisplay, PersistenceVectorizer
from sktopo.datasets import accuracy, load_digits_images, make_ccff, train_network

output = Path(os.environ.get("SKTOPO_OUTPUT", "demo_output"))
output.mkdir(parents=True, exist_ok=True)

images, labels = load_digits_images()
for_network, rest = train_test_split(np.arange(len(labels)), train_size=700, stratify=labels, random_state=0)
for_tuning, for_test = train_test_split(rest, train_size=600, stratify=labels[rest], random_state=0)

model = train_network(make_ccff(), images[for_network], labels[for_network], epochs=30)
network_accuracy = accuracy(model, images[for_test], labels[for_test])
print(f"images: {len(for_network)} for the network, {len(for_tuning)} for tuning, {len(for_test)} for the test")
print(f"test accuracy of the network itself: {network_accuracy:.3f}")

# %%
# The pipeline
# ------------
# Every step is a scikit-learn transformer, so the grid reaches into all of them. ``memory`` keeps what candidates
# share: the images pass through the network once per fold, not once per candidate.
folds = StratifiedKFold(3, shuffle=True, random_state=0)
penalties = [0.01, 0.1, 1.0]


def classifier():
    return LogisticRegression(max_iter=5000)


with tempfile.TemporaryDirectory() as memory:
    pipeline = make_pipeline(
        ActivationExtractor(model),
        GraphFiltration(),
        PersistenceVectorizer(n_levels=3, n_bins=30),
        StandardScaler(),
        classifier(),
        memory=memory,
    )
    grid = {
        "graphfiltration__scope": ["network", "layer"],
        "persistencevectorizer__method": ["statistics", "landscape"],
        "logisticregression__C": penalties,
    }
    search = GridSearchCV(pipeline, grid, cv=folds, n_jobs=2).fit(images[for_tuning], labels[for_tuning])
topological = search.best_estimator_.set_params(memory=None)
print("best parameters:", search.best_params_)

# %%
# Baselines on the same split
# ---------------------------
# The same classifier and the same grid of penalties, on simpler features of the same images and network. The number and
# the pattern of active units are what persistent subgraphs can be mistaken for.
activations = ActivationExtractor(model, layers=["act1", "act2", "act3", "fc2"]).fit_transform(images)
hidden = [activations[layer].reshape(len(images), -1) for layer in ("act1", "act2", "act3")]
views = {
    "raw pixels": images.reshape(len(images), -1),
    "logits": activations["fc2"],
    "all activations": np.asarray(activations),
    "number of active units": np.stack([(layer > 0).sum(axis=1) for layer in hidden], axis=1),
    "pattern of active units": np.concatenate([layer > 0 for layer in hidden], axis=1),
}

scores = {"topological pipeline": (search.best_score_, topological.score(images[for_test], labels[for_test]))}
for name, view in views.items():
    view = view.astype("float64")
    baseline = GridSearchCV(
        make_pipeline(StandardScaler(), classifier()), {"logisticregression__C": penalties}, cv=folds, n_jobs=2
    ).fit(view[for_tuning], labels[for_tuning])
    scores[name] = (baseline.best_score_, baseline.score(view[for_test], labels[for_test]))

rows = [(name, f"{tuned:.3f}", f"{tested:.3f}") for name, (tuned, tested) in scores.items()]
header = ("features", "cross-validated accuracy", "test accuracy")
with open(output / "digits.csv", "w", newline="") as file:
    csv.writer(file).writerows([header, *rows])
print()
print("| {:24} | {:>24} | {:>13} |".format(*header))
print(f"|{'-' * 26}|{'-' * 25}:|{'-' * 14}:|")
for row in rows:
    print("| {:24} | {:>24} | {:>13} |".format(*row))

# %%
# The tuned pipeline in another process
# -------------------------------------
# A pickle holds the network's content, so the new process needs neither this script nor the training.
joblib.dump(topological, output / "pipeline.joblib")
np.save(output / "test_images.npy", images[for_test])
reload = (
    "import sys, joblib, numpy as np;"
    "predicted = joblib.load(sys.argv[1]).predict(np.load(sys.argv[2]));"
    "np.save(sys.argv[3], predicted)"
)
paths = [output / name for name in ("pipeline.joblib", "test_images.npy", "predictions.npy")]
subprocess.run([sys.executable, "-c", reload, *map(str, paths)], check=True)
same = np.array_equal(np.load(paths[2]), topological.predict(images[for_test]))
print(f"\npredictions of the reloaded pipeline are equal: {same}")
if not same:
    raise SystemExit("the reloaded pipeline predicts something else")

# %%
# What the classifier sees
# ------------------------
# One image's activation graph: each point is a part of the graph that appears at its strongest edge (birth) and joins
# a stronger part at a weaker one (death).
diagrams = GraphFiltration(scope="layer").fit_transform(ActivationExtractor(model).fit_transform(images[for_test][:1]))
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), width_ratios=[1, 2])
left.imshow(images[for_test][0, 0], cmap="gray_r")
left.set_title(f"a {labels[for_test][0]}")
left.set_axis_off()
PersistenceDiagramDisplay.from_diagrams(diagrams, ax=right)
right.set_title("persistence of its activation graph, by layer")
figure.tight_layout()
figure.savefig(output / "persistence_diagram.png", dpi=120)
print(f"table, pipeline and figure are in {output}/")

# %%
# What was learnt
# ---------------
best_baseline = max((name for name in scores if name != "topological pipeline"), key=lambda name: scores[name][1])
ours, theirs = scores["topological pipeline"][1], scores[best_baseline][1]
verdict = "beats" if ours > theirs else "equals" if ours == theirs else "loses to"
print(f"the topological pipeline ({ours:.3f}) {verdict} the best baseline, {best_baseline} ({theirs:.3f})")
