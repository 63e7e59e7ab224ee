"""Detectors of abnormal inputs, topological and not: which tells attacks and shifts from normal inputs?

The unit of detection is one input. Networks: an MLP, the CCFF network of Gebhart et al. for 8 x 8 images, and a
residual CNN, each from three seeds, trained on scikit-learn's digits. Images are split once per seed: 797 train the
network and then every detector, 400 (validation) tune, 600 (test) judge; all copies of an image stay on its side.

Attacks: only images that the network classifies rightly and that the attack turns; normal are the clean images and
copies with noise as long as the attack's change. FGSM on the validation images is the one attack that anything is tuned
on: the linear probe and the fused detectors learn from it, and the "best baseline" is the one that is best there. All
are judged on the test images by it and, unseen, by PGD in two norms, DeepFool and Carlini-Wagner.

Shifts: normal are the test images that are classified rightly, abnormal their noisy, blurred, shuffled and inverted
copies; "unseen classes" has networks that are trained without two of the digits, which are then abnormal, and the
validation attack is made anew on those.

AUROC: positive is the abnormal input. Values are means over seeds; intervals and p values are of their mean, by 2,000
bootstrap samples of the images, all copies of an image, of all attacks and seeds, being drawn together. The penalty of
a logistic fusion is chosen on the validation attack, too, by folds that keep the copies of an image together. Detectors
have their default settings; `detection_tuning.py` says what tuning gives each.

    python benchmarks/detection.py [n_seeds]
"""

import os
import sys
import time
from functools import partial

import numpy as np
import torch
from harness import report, seconds
from joblib import Parallel, delayed
from networks import ccff, digits_images
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, KFold, StratifiedGroupKFold
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from sktopo import (
    ActivationExtractor,
    ActiveUnits,
    ClassDensity,
    DiagramGram,
    Energy,
    FeatureSqueezing,
    GraphFiltration,
    KNNDistance,
    LinearProbe,
    LocalIntrinsicDimension,
    Mahalanobis,
    MaxLogit,
    MaxSoftmax,
    PersistenceVectorizer,
    SubgraphOverlap,
    TopologicalDetector,
    TopologicalUncertainty,
    VirtualLogit,
    detection_report,
    fuse,
)
from sktopo.datasets import accuracy, load_digits_images, make_ccff, make_mlp, make_residual_cnn, train_network
from sktopo.detection import shifts
from sktopo.detection.attacks import carlini_wagner, deepfool, fgsm, pgd, predictions
from sktopo.detection.base import Detector
from sktopo.detection.protocols import adversarial_inputs

NETWORKS = {"MLP": make_mlp, "CCFF": make_ccff, "residual CNN": make_residual_cnn}
FGSM = partial(fgsm, eps=0.1)
ATTACKS = {
    "FGSM": FGSM,
    "PGD Linf": partial(pgd, eps=0.1),
    "PGD L2": partial(pgd, eps=0.6, norm="l2"),
    "DeepFool": deepfool,
    "Carlini-Wagner": partial(carlini_wagner, max_iter=10),
}
SHIFTS = {
    "noise": partial(shifts.add_noise, scale=0.2),
    "blur": partial(shifts.blur, scale=1.0),
    "shuffled pixels": shifts.shuffle_pixels,
    "inversion": shifts.invert,
}
VALIDATION = "FGSM"
UNSEEN_ATTACKS = [name for name in ATTACKS if name != VALIDATION]
TESTS = [*ATTACKS, *SHIFTS, "unseen classes"]
TUNED = "validation"
LEFT_OUT = [(8, 9), (0, 1), (4, 5), (2, 3), (6, 7)]  # by seed
FUSED_RANKS, FUSED = "fused, ranks", "fused, logistic"
WITHOUT = "fused, logistic, without topology"
OUT_OF_FOLD = "logistic, on training images out of fold"
N_IMAGES, N_DRAWS = 1797, 2000
# How often each image is in a bootstrap sample. All copies of an image, clean, noisy or attacked, in any seed's test
# set, are drawn together: they are no independent inputs.
DRAWN = np.random.default_rng(0).multinomial(N_IMAGES, np.full(N_IMAGES, 1 / N_IMAGES), size=N_DRAWS)


def topological():
    layerwise = GraphFiltration(scope="layer")
    return {
        "TopologicalUncertainty, p=2": TopologicalUncertainty(),
        "TopologicalUncertainty, p=1": TopologicalUncertainty(p=1),
        "statistics, Gaussian": TopologicalDetector(),
        "layers' statistics, Gaussian": TopologicalDetector(filtration=layerwise),
        "layers' landscapes, density": TopologicalDetector(
            filtration=layerwise, vectorizer=PersistenceVectorizer("landscape", n_bins=20), scorer=KernelDensity()
        ),
        "sliced Wasserstein, one-class SVM": TopologicalDetector(
            vectorizer=DiagramGram(), scorer=OneClassSVM(kernel="precomputed", nu=0.1)
        ),
        "subgraphs, similarity": SubgraphOverlap(),
        "subgraphs, difference": SubgraphOverlap(measure="difference", min_share=0.05),
    }


def baselines():
    return {
        "max softmax": MaxSoftmax(),
        "max logit": MaxLogit(),
        "energy": Energy(),
        "Mahalanobis": Mahalanobis(),
        "relative Mahalanobis": Mahalanobis(relative=True),
        "nearest neighbours": KNNDistance(),
        "ViM": VirtualLogit(),
        "LID": LocalIntrinsicDimension(),
        "kernel density": ClassDensity(),
        "active units": ActiveUnits(),
    }


def split(seed):
    """Positions of the images for the network and the detectors, for tuning, and for the test."""
    order = np.random.default_rng(seed).permutation(N_IMAGES)
    return order[:797], order[797:1197], order[1197:]


def evaluated(model, images, digits, validation, test):
    """{set: inputs} that are scored, {set: the images they are copies of}, and {attack: share of right ones turned}."""
    sets, copies, success = {}, {}, {}
    for name, attack in ATTACKS.items():
        for part, members in (("validation", validation), ("test", test)):
            if part == "test" or name == VALIDATION:
                found = adversarial_inputs(model, images[members], digits[members], attack)
                sets[part, name, "normal"] = np.concatenate([found.clean, found.noisy])
                sets[part, name, "abnormal"] = found.attacked
                copies[part, name, "normal"] = np.tile(members[found.index], 2)
                copies[part, name, "abnormal"] = members[found.index]
                success[name] = found.n_successful / found.n_right
    right = test[predictions(model, images[test]) == digits[test]]
    for name, shift in SHIFTS.items():
        sets["test", name, "normal"], sets["test", name, "abnormal"] = images[right], shift(images[right])
        copies["test", name, "normal"] = copies["test", name, "abnormal"] = right
    return sets, copies, success


def scored(extractor, fit_images, sets, copies):
    """{set: {column: scores}}; each detector scores all inputs in one call, which gives the same as many calls.

    Beside the detectors: the scores of single layers, as "layer ...", the predicted class, and the image.
    """
    fit, X = extractor.transform(fit_images), extractor.transform(np.concatenate([*sets.values()]))
    columns = {"predicted": X[X.layers[-1]].argmax(axis=1)}
    for name, detector in (topological() | baselines()).items():
        detector.fit(fit)
        if hasattr(detector, "layer_scores"):  # their mean is the score
            layers = detector.layer_scores(X)
            columns |= {f"layer {i} of {name}": row for i, row in enumerate(layers.T)} | {name: layers.mean(axis=1)}
        else:
            columns[name] = detector.score_samples(X)
    ends = np.cumsum([len(inputs) for inputs in sets.values()])[:-1]
    parts = {name: np.split(values, ends) for name, values in columns.items()}
    squeezing = FeatureSqueezing(extractor).fit(fit_images)
    return {
        key: {name: parts[name][i] for name in parts}
        | {"feature squeezing": squeezing.score_samples(inputs), "image": copies[key]}
        for i, (key, inputs) in enumerate(sets.items())
    }


def judge(network, seed):
    """{test: report} and {test: bootstrap samples} of one network, its accuracy, and how often attacks succeed."""
    torch.set_num_threads(1)
    start, make = time.process_time(), NETWORKS[network]
    images, digits = load_digits_images()
    train, validation, test = split(seed)
    model = train_network(make(seed=seed), images[train], digits[train], epochs=30, seed=seed)
    sets, copies, success = evaluated(model, images, digits, validation, test)
    extractor = ActivationExtractor(model).fit(images)
    table = scored(extractor, images[train], sets, copies) | unseen(make, seed, images, digits)
    for key, scores in probe(extractor, sets).items():
        table[key]["linear probe"] = scores
    table["train", VALIDATION, "normal"] = out_of_fold(extractor.transform(images[train]))
    reports, samples = reports_of(table)
    print(f"{network}, seed {seed}: {time.process_time() - start:.0f} s of CPU", file=sys.stderr)
    return reports, samples, accuracy(model, images[test], digits[test]), success


def without_pixels(network, seed):
    """{detector: mean AUROC on unseen attacks} by detectors that see the pixels, and by the same without them.

    The digits' background is exactly zero, and an attack leaves little of it so.
    """
    torch.set_num_threads(1)
    images, digits = load_digits_images()
    train, _, test = split(seed)
    model = train_network(NETWORKS[network](seed=seed), images[train], digits[train], epochs=30, seed=seed)
    extractor = ActivationExtractor(model).fit(images)
    fit = extractor.transform(images[train])
    hidden = list(fit.layers[1:-1])
    detectors = {
        "subgraphs, difference": SubgraphOverlap(measure="difference", min_share=0.05),
        "subgraphs, difference, without pixels": SubgraphOverlap(
            measure="difference", min_share=0.05, include_input=False
        ),
        "active units": ActiveUnits(),
        "active units, hidden": ActiveUnits(layers=hidden),
        "LID": LocalIntrinsicDimension(),
        "LID, hidden": LocalIntrinsicDimension(layers=hidden),
    }
    found = {name: [] for name in detectors}
    for attack in UNSEEN_ATTACKS:
        inputs = adversarial_inputs(model, images[test], digits[test], ATTACKS[attack])
        X = extractor.transform(np.concatenate([inputs.clean, inputs.noisy, inputs.attacked]))
        normal = np.repeat([1, 1, 0], len(inputs.clean))
        for name, detector in detectors.items():
            found[name].append(roc_auc_score(normal, detector.fit(fit).score_samples(X)))
    return {name: np.mean(values) for name, values in found.items()}


def pixels(n_seeds):
    """A row per detector of `without_pixels`, means over seeds."""
    cases = [(network, seed) for network in reversed(NETWORKS) for seed in range(n_seeds)]
    found = dict(zip(cases, Parallel(n_jobs=-1)(delayed(without_pixels)(*case) for case in cases), strict=True))
    names = found[cases[0]]
    return [
        {"detector": name}
        | {n: round(float(np.mean([found[n, seed][name] for seed in range(n_seeds)])), 3) for n in NETWORKS}
        for name in names
    ]


def unseen(make, seed, images, digits):
    """Scores of the test images of digits that a network is trained without, and of the others it classifies rightly.

    The validation attack is made anew, on this network.
    """
    train, validation, test = split(seed)
    classes = LEFT_OUT[seed]
    X, y, _ = shifts.unseen_classes(images[train], digits[train], classes)
    model = train_network(make(seed=seed), X, y, epochs=30, seed=seed)
    tuning = adversarial_inputs(
        model, *shifts.unseen_classes(images[validation], digits[validation], classes)[:2], FGSM
    )
    seen, truth, abnormal = shifts.unseen_classes(images[test], digits[test], classes)
    left_out = [np.isin(digits[part], classes) for part in (validation, test)]
    tuned, known = validation[~left_out[0]][tuning.index], test[~left_out[1]]
    right = predictions(model, seen) == truth
    sets = {
        ("validation", "unseen classes", "normal"): np.concatenate([tuning.clean, tuning.noisy]),
        ("validation", "unseen classes", "abnormal"): tuning.attacked,
        ("test", "unseen classes", "normal"): seen[right],
        ("test", "unseen classes", "abnormal"): abnormal,
    }
    copies = dict(zip(sets, [np.tile(tuned, 2), tuned, known[right], test[left_out[1]]], strict=True))
    extractor = ActivationExtractor(model).fit(X)
    return scored(extractor, X, sets, copies)


def probe(extractor, sets):
    """{set: scores} by the probe that has learnt the validation attack."""
    parts = [sets["validation", VALIDATION, kind] for kind in ("normal", "abnormal")]
    learnt = LinearProbe(C=0.01)
    learnt.fit(extractor.transform(np.concatenate(parts)), np.repeat([1, -1], [len(part) for part in parts]))
    return {key: learnt.decision_function(extractor.transform(inputs)) for key, inputs in sets.items()}


def out_of_fold(X):
    """{detector: scores} of the training images by detectors that have not seen them; the network has."""
    scores = {}
    for name, detector in (topological() | baselines()).items():
        scores[name] = np.empty(len(X))
        for fit, held_out in KFold(5, shuffle=True, random_state=0).split(np.empty((len(X), 1))):
            scores[name][held_out] = clone(detector).fit(X[fit]).score_samples(X[held_out])
    return scores


class Column(Detector):
    """The detector whose scores are a column of a matrix: fused detectors of scores that are known."""

    def __init__(self, column, *, logits=-1, contamination=0.1):
        self.column = column
        self.logits = logits
        self.contamination = contamination

    def _learn(self, points):
        """Nothing."""

    def _score(self, points):
        return points.X[:, self.column]


def fusions(table, tuned_on):
    """{way: function from {column: scores} to scores}, tuned on clean, noisy and attacked validation images."""
    parts = [table["validation", tuned_on, kind] for kind in ("normal", "abnormal")]
    y = np.repeat([1, -1], [len(part["predicted"]) for part in parts])
    known = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    best = sorted(members(), key=lambda name: -roc_auc_score(y, known[name]))
    layers = [name for name in known if name.startswith("layer ")]
    choices = {
        FUSED_RANKS: (members(), {}),
        FUSED: (members(), {"method": "logistic"}),
        WITHOUT: ([*baselines(), "feature squeezing"], {"method": "logistic"}),
        "fused, logistic, topology alone": ([*topological()], {"method": "logistic"}),
        "ranks, the five best on the validation attack": (best[:5], {}),
        "logistic, the five best on the validation attack": (best[:5], {"method": "logistic"}),
        "logistic, layers as members too": ([*members(), *layers], {"method": "logistic"}),
    }
    ways = {}
    for way, (names, options) in choices.items():
        scores = matrix(known, names)
        if options:
            options = {**options, "C": chosen_penalty(scores, y, known["image"])}
        detectors = fuse(*(Column(i) for i in range(len(names))), **options).fit(scores, y)
        ways[way] = partial(joined, detectors, names)
    ways["ranks within the predicted class"] = partial(ranked_in_class, parts[0])
    if tuned_on != VALIDATION:
        return ways
    names = [*topological(), *baselines()]
    normal, abnormal = table["train", VALIDATION, "normal"], table["validation", VALIDATION, "abnormal"]
    known = {name: np.concatenate([normal[name], abnormal[name]]) for name in names}
    y = np.repeat([1, -1], [len(part["energy"]) for part in (normal, abnormal)])
    # Normal and abnormal inputs are of different images here, so a fold needs no groups.
    penalty = chosen_penalty(matrix(known, names), y, np.arange(len(y)))
    calibrated = fuse(*(Column(i) for i in range(len(names))), method="logistic", C=penalty)
    calibrated.fit(matrix(known, names), y)
    ways[OUT_OF_FOLD] = partial(joined, calibrated, names)
    return ways


def chosen_penalty(scores, y, groups):
    """The C of the logistic model that tells held-out images of the validation attack best; copies stay together."""
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000))
    grid = {"logisticregression__C": [0.001, 0.01, 0.1, 1.0, 10.0]}
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    search = GridSearchCV(model, grid, cv=folds, scoring="roc_auc", error_score="raise")
    return search.fit(scores, y, groups=groups).best_params_["logisticregression__C"]


def joined(fused, names, scores):
    return fused.score_samples(matrix(scores, names))


def matrix(scores, names):
    return np.stack([scores[name] for name in names], axis=1)


def members():
    return [*topological(), *baselines(), "feature squeezing"]


def ranked_in_class(normal, scores):
    """Mean over detectors of the share of the normal inputs of the same predicted class that score lower."""
    found = np.full(len(scores["predicted"]), 0.5)
    for label in np.unique(scores["predicted"]):
        here, usual = scores["predicted"] == label, normal["predicted"] == label
        if usual.any():
            found[here] = np.mean(
                [(normal[name][usual] < scores[name][here, None]).mean(axis=1) for name in members()], axis=0
            )
    return found


def reports_of(table):
    """{test: report} of every detector and every way of fusion, and {test: {detector: AUROC of bootstrap samples}}."""
    pair = [table["validation", VALIDATION, kind] for kind in ("normal", "abnormal")]
    untold = [*baselines(), "feature squeezing"]
    reports = {TUNED: detection_report(*({name: scores[name] for name in untold} for scores in pair), n_bootstrap=1)}
    samples = {}
    for name in TESTS:
        ways = fusions(table, "unseen classes" if name == "unseen classes" else VALIDATION)
        pair = [table["test", name, kind] for kind in ("normal", "abnormal")]
        columns = [c for c in pair[0] if c not in ("predicted", "image") and not c.startswith("layer ")]
        scores = [{c: s[c] for c in columns} | {way: join(s) for way, join in ways.items()} for s in pair]
        reports[name] = detection_report(*scores, n_bootstrap=1)
        images = [part["image"] for part in pair]
        samples[name] = {column: drawn_aurocs(*(part[column] for part in scores), *images) for column in scores[0]}
    return reports, samples


def drawn_aurocs(normal, abnormal, normal_images, abnormal_images):
    """AUROC in each of the bootstrap samples of images: the chance to score lower, ties counted half."""
    scores = np.concatenate([normal, abnormal])
    order = np.argsort(scores, kind="stable")
    times = DRAWN[:, np.concatenate([normal_images, abnormal_images])[order]].astype(np.float64)
    start = np.flatnonzero(np.diff(scores[order], prepend=-np.inf) > 0)
    is_abnormal = order >= len(normal)
    usual, odd = (np.add.reduceat(np.where(kind, times, 0.0), start, axis=1) for kind in (~is_abnormal, is_abnormal))
    below = odd.cumsum(axis=1) - odd / 2
    return (usual * below).sum(axis=1) / (usual.sum(axis=1) * odd.sum(axis=1))


class Judged:
    """Reports of one network's detectors on every test, with the means over its seeds."""

    def __init__(self, by_seed):
        self.reports = {name: [reports[name] for reports, _ in by_seed] for name in (TUNED, *TESTS)}
        self.samples = {name: [samples[name] for _, samples in by_seed] for name in TESTS}

    def mean(self, detector, tests, measure="auroc"):
        """Mean over tests and seeds; None where a detector was not judged."""
        reports = [each for name in tests for each in self.reports[name]]
        if not all(detector in each.detectors for each in reports):
            return None
        return np.mean([each.value(detector, measure) for each in reports])

    def interval(self, detector, tests):
        """(low, high) of the mean AUROC over tests and seeds."""
        return np.quantile(self._drawn(detector, tests), (0.025, 0.975))

    def compare(self, detector, other, tests):
        """(difference, p) of mean AUROC by the paired bootstrap."""
        reports = [each for name in tests for each in self.reports[name]]
        drawn = self._drawn(detector, tests) - self._drawn(other, tests)
        beyond = 1 + min(np.count_nonzero(drawn <= 0), np.count_nonzero(drawn >= 0))
        difference = np.mean([each.value(detector) - each.value(other) for each in reports])
        return difference, min(1.0, 2 * beyond / (len(drawn) + 1))

    def _drawn(self, detector, tests):
        """Mean AUROC over tests and seeds in each bootstrap sample of images."""
        return np.mean([samples[detector] for name in tests for samples in self.samples[name]], axis=0)


def rows_of(network, judged):
    """A row per detector: mean AUROC of every test, the mean over unseen attacks, and FPR at 95 % TPR of that."""
    single = [*members(), "linear probe"]
    best = max([*baselines(), "feature squeezing"], key=lambda name: judged.mean(name, [TUNED]))
    rows = []
    for name in [*single, *(way for way in judged.reports[VALIDATION][0].detectors if way.startswith("fused"))]:
        value, (low, high) = judged.mean(name, UNSEEN_ATTACKS), judged.interval(name, UNSEEN_ATTACKS)
        difference, p_value = judged.compare(name, best, UNSEEN_ATTACKS)
        row = {"network": network, "detector": name, "kind": kind_of(name)}
        for test in TESTS:
            found = judged.mean(name, [test])
            row[test] = "" if found is None else round(found, 3)
        row |= {"unseen attacks": round(value, 3), "interval": f"{low:.3f}-{high:.3f}"}
        row["fpr at 95 % tpr"] = round(judged.mean(name, UNSEEN_ATTACKS, "fpr_at_95_tpr"), 3)
        row["less best baseline"] = "is it" if name == best else f"{difference:+.3f} (p {p_value:.2g})"
        rows.append(row)
    return rows


def kind_of(name):
    if name.startswith("fused"):
        return "fused"
    return "topology" if name in topological() else "told of FGSM" if name == "linear probe" else "baseline"


def added(judged):
    """What topology adds to the fused baselines on unseen attacks and on shifts."""
    rows = []
    for network, each in judged.items():
        for title, tests in (("unseen attacks", UNSEEN_ATTACKS), ("shifts", TESTS[len(ATTACKS) :])):
            both, without = (each.mean(way, tests) for way in (FUSED, WITHOUT))
            difference, p_value = each.compare(FUSED, WITHOUT, tests)
            row = {"network": network, "tests": title, "fused": round(both, 3), "without topology": round(without, 3)}
            rows.append(row | {"difference": f"{difference:+.4f}", "p": f"{p_value:.2g}"})
    return rows


def ways_of(judged):
    """Mean AUROC on unseen attacks by every way of fusion, beside the best single detector, chosen afterwards."""
    ways = [name for name in judged["MLP"].reports[VALIDATION][0].detectors if name not in [*members(), "linear probe"]]
    best = {
        network: max([*members(), "linear probe"], key=lambda name, j=each: j.mean(name, UNSEEN_ATTACKS))
        for network, each in judged.items()
    }
    rows = [{"way": way} | {n: round(j.mean(way, UNSEEN_ATTACKS), 3) for n, j in judged.items()} for way in ways]
    last = {"way": "best single detector, chosen on the test"}
    for network, each in judged.items():
        last[network] = f"{each.mean(best[network], UNSEEN_ATTACKS):.3f} ({best[network]})"
    return [*sorted(rows, key=lambda row: -row["CCFF"]), last]


def speed():
    """Scores of 28 x 28 images by topological uncertainty after fit: one alone, and 1,000 by one thread and by all."""
    images, labels = digits_images(28, 1)
    images = images.numpy()
    model = train_network(ccff(), images[:1000], labels[:1000], epochs=5)
    X = ActivationExtractor(model).fit_transform(images)
    detector = TopologicalUncertainty().fit(X[:500])
    one = X[1500]
    rows = [{"task": "one input", "threads": 1} | timed(lambda: detector.score_samples(one), 51)]
    many = X[:1000]
    for n_jobs in (1, -1):
        detector.set_params(n_jobs=n_jobs)
        threads = 1 if n_jobs == 1 else os.cpu_count()
        rows.append({"task": "1,000 inputs", "threads": threads} | timed(lambda: detector.score_samples(many), 5))
    return rows


def timed(function, repeats):
    wall, spent = (seconds(function, repeats=repeats, clock=c) for c in (time.perf_counter, time.process_time))
    return {"wall ms": 1e3 * wall["median"], "least wall ms": 1e3 * wall["min"], "CPU ms": 1e3 * spent["median"]}


def main(n_seeds=3):
    torch.set_num_threads(1)
    cases = [(network, seed) for network in reversed(NETWORKS) for seed in range(n_seeds)]  # the longest first
    found = dict(zip(cases, Parallel(n_jobs=-1)(delayed(judge)(*case) for case in cases), strict=True))
    judged, networks = {}, []
    for network in NETWORKS:
        judged[network] = Judged([found[network, seed][:2] for seed in range(n_seeds)])
        for seed in range(n_seeds):
            *_, right, success = found[network, seed]
            turned = {f"{name} turns %": round(100 * share) for name, share in success.items()}
            networks.append({"network": network, "seed": seed, "accuracy %": round(100 * right, 1)} | turned)
    rows = [row for network, each in judged.items() for row in rows_of(network, each)]
    tables = {
        "networks": networks,
        "detectors": rows,
        "fusion": ways_of(judged),
        "added": added(judged),
        "pixels": pixels(n_seeds),
        "speed": speed(),
    }
    report("detection" if n_seeds == 3 else None, tables, __doc__)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
