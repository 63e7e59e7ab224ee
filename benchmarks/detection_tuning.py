"""Detectors and baselines, each tuned on the validation attack: is a comparison at default settings fair?

Networks, split and attacks are those of `detection.py`. Every detector has a few settings, its default first; that
which tells FGSM best from clean and equally noisy validation images is kept, for each network and seed by itself, and
judged on the test images by the attacks that it was not chosen on.

AUROC: positive is the abnormal input. Values are means over seeds, and over the four unseen attacks.

    python benchmarks/detection_tuning.py [n_seeds]
"""

import sys
from collections import Counter

import numpy as np
import torch
from detection import ATTACKS, FGSM, NETWORKS, UNSEEN_ATTACKS, split
from harness import report
from joblib import Parallel, delayed
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import ParameterGrid

from sktopo import (
    ActivationExtractor,
    ActiveUnits,
    ClassDensity,
    Energy,
    KNNDistance,
    LocalIntrinsicDimension,
    Mahalanobis,
    MaxLogit,
    MaxSoftmax,
    SubgraphOverlap,
    TopologicalUncertainty,
    VirtualLogit,
)
from sktopo.datasets import load_digits_images, train_network
from sktopo.detection.protocols import adversarial_inputs

# A detector and the values of its parameters that are tried; the first of each is the default.
CANDIDATES = {
    "subgraphs, difference": (
        SubgraphOverlap(measure="difference"),
        {"min_share": [0.0, 0.02, 0.05, 0.1], "include_input": [True, False]},
    ),
    "subgraphs, similarity": (SubgraphOverlap(), {"mode": ["basin", "component"], "include_input": [True, False]}),
    "TopologicalUncertainty": (TopologicalUncertainty(), {"p": [2, 1]}),
    "kernel density": (ClassDensity(), {"bandwidth": ["median", 0.25, 0.5, 1.0, 2.0, 4.0, 8.0]}),
    "nearest neighbours": (KNNDistance(), {"n_neighbors": [50, 1, 2, 5, 10, 20], "normalize": [True, False]}),
    "LID": (LocalIntrinsicDimension(), {"n_neighbors": [20, 5, 10, 50, 100]}),
    "Mahalanobis": (Mahalanobis(), {"shrinkage": ["auto", 0.0, 0.1, 0.5]}),
    "relative Mahalanobis": (Mahalanobis(relative=True), {"shrinkage": ["auto", 0.0, 0.1, 0.5]}),
    "ViM": (VirtualLogit(), {"n_components": [None, 4, 8, 16]}),
    "energy": (Energy(), {"temperature": [1.0, 0.5, 2.0, 10.0]}),
    "active units": (ActiveUnits(), {"kind": ["active", "effective"]}),
    "max logit": (MaxLogit(), {}),
    "max softmax": (MaxSoftmax(), {}),
}
TOPOLOGICAL = list(CANDIDATES)[:3]


def recorded(extractor, model, images, digits, attack):
    """Activations of clean, noisy and attacked copies, and which are normal."""
    found = adversarial_inputs(model, images, digits, attack)
    X = extractor.transform(np.concatenate([found.clean, found.noisy, found.attacked]))
    return X, np.repeat([1, 1, 0], len(found.clean))


def tried(network, seed):
    """{detector: [(settings, AUROC on the validation attack, mean AUROC on the others)]}, the default first."""
    torch.set_num_threads(1)
    images, digits = load_digits_images()
    train, validation, test = split(seed)
    model = train_network(NETWORKS[network](seed=seed), images[train], digits[train], epochs=30, seed=seed)
    extractor = ActivationExtractor(model).fit(images)
    fit = extractor.transform(images[train])
    known = recorded(extractor, model, images[validation], digits[validation], FGSM)
    unseen = [recorded(extractor, model, images[test], digits[test], ATTACKS[name]) for name in UNSEEN_ATTACKS]
    found = {}
    for name, (detector, grid) in CANDIDATES.items():
        found[name] = []
        for settings in sorted(ParameterGrid(grid), key=lambda one, grid=grid: rank(one, grid)):
            detector.set_params(**settings).fit(fit)
            scores = [roc_auc_score(normal, detector.score_samples(X)) for X, normal in (known, *unseen)]
            found[name].append((settings, scores[0], float(np.mean(scores[1:]))))
    return found


def rank(settings, grid):
    """Settings in the order in which their values are listed."""
    return [values.index(settings[name]) for name, values in grid.items()]


def row_of(network, name, by_seed):
    """Default and chosen settings of one detector; `by_seed` has what `tried` found for each seed."""
    chosen = [max(candidates, key=lambda candidate: candidate[1]) for candidates in by_seed]
    kept = Counter(", ".join(f"{key}={value}" for key, value in settings.items()) for settings, _, _ in chosen)
    return {
        "network": network,
        "detector": name,
        "kind": "topology" if name in TOPOLOGICAL else "baseline",
        "default": mean_of(2, [candidates[0] for candidates in by_seed]),
        "tuned": mean_of(2, chosen),
        "tuned, validation": mean_of(1, chosen),
        "chosen": "; ".join(f"{settings} ({times})" for settings, times in kept.items() if settings),
    }


def mean_of(column, candidates):
    return round(float(np.mean([candidate[column] for candidate in candidates])), 3)


def main(n_seeds=3):
    cases = [(network, seed) for network in reversed(NETWORKS) for seed in range(n_seeds)]  # the longest first
    found = dict(zip(cases, Parallel(n_jobs=-1)(delayed(tried)(*case) for case in cases), strict=True))
    rows = [
        row_of(network, name, [found[network, seed][name] for seed in range(n_seeds)])
        for network in NETWORKS
        for name in CANDIDATES
    ]
    rows.sort(key=lambda row: (list(NETWORKS).index(row["network"]), -row["tuned"]))
    report("detection_tuning" if n_seeds == 3 else None, {"detectors": rows}, __doc__)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
