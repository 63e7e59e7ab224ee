"""Scores of static dense networks: sktopo beside straightforward ways, in one process; CPU time on one thread each.

Neural persistence. "sort and union-find": all edges of a layer are sorted (numpy) and merged by a compiled union-find
that stops when the tree is whole. "scipy": `minimum_spanning_tree` of the layer's sparse matrix, with its assembly. All
from the same weights, with the same scores.

Deep graph persistence: the matrix of path values. "numpy forward" multiplies from the inputs, as the published code
does, but one input unit at a time (all at once needs 3 GB); "numpy backward" multiplies from the outputs, one source
unit at a time. sktopo's time includes the tree and the score, the others' do not.

Weights are normal ones as at the start of a training, or trained-like: columns with log-normal scales. The last network
is a decoder, with more outputs than inputs.
"""

import time

import numpy as np
from harness import report, seconds
from numba import njit
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree

from sktopo import deep_graph_persistence, neural_persistence

NETWORKS = {
    "784-512-256-10": (784, 512, 256, 10),
    "784-1024-1024-1024-10": (784, 1024, 1024, 1024, 10),
    "32-256-784": (32, 256, 784),
}


def random_weights(sizes, kind):
    rng = np.random.default_rng(0)
    weights = {}
    for i, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        scales = np.exp(rng.normal(size=n_in)) if kind == "log-normal" else 1.0
        weights[f"fc{i + 1}"] = (rng.normal(size=(n_out, n_in)) * scales / n_in**0.5).astype(np.float32)
    return weights


@njit(nogil=True)
def merge(order, n_in, n_out):
    parent = np.arange(n_in + n_out)
    tree, n = np.empty(n_in + n_out - 1, dtype=np.int64), 0
    for e in order:
        a, b = e % n_in, n_in + e // n_in
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a != b:
            parent[a] = b
            tree[n] = e
            n += 1
            if n == len(tree):
                break
    return tree[:n]


def tree_by_sorting(weight):
    flat = np.abs(weight).ravel()
    return flat[merge(np.argsort(-flat), weight.shape[1], weight.shape[0])]


def tree_by_scipy(weight):
    n_out, n_in = weight.shape
    top = np.float64(np.abs(weight).max()) + 1.0
    indptr = np.concatenate([np.zeros(n_in, dtype=np.int64), np.arange(n_out + 1) * n_in])
    data = top - np.abs(weight).ravel().astype(np.float64)
    graph = sparse.csr_matrix((data, np.tile(np.arange(n_in), n_out), indptr), shape=(n_in + n_out, n_in + n_out))
    return top - minimum_spanning_tree(graph).data


def score_by(tree_of, weights):
    scale = max(float(np.abs(w).max()) for w in weights.values())
    scores = []
    for weight in weights.values():
        persistence = np.append(1.0 - tree_of(weight).astype(np.float64) / scale, 1.0)
        scores.append(np.linalg.norm(persistence) / (sum(weight.shape) - 1) ** 0.5)
    return float(np.mean(scores))


def paths_forward(weights):
    values, *rest = [np.abs(weight).T for weight in weights.values()]
    for weight in rest:
        values = np.stack([np.minimum(row[:, None], weight).max(axis=0) for row in values])
    return values


def paths_backward(weights):
    values, *rest = [np.abs(weight).T for weight in reversed(weights.values())]
    for weight in rest:
        values = np.stack([np.minimum(row[:, None], values).max(axis=0) for row in weight])
    return values


def measure(name, kind):
    weights = random_weights(NETWORKS[name], kind)
    score, paths = neural_persistence(weights).mean, deep_graph_persistence(weights).matrix
    for tree_of in (tree_by_sorting, tree_by_scipy):
        np.testing.assert_allclose(score_by(tree_of, weights), score, rtol=1e-9)
    for multiply in (paths_forward, paths_backward):
        np.testing.assert_array_equal(multiply(weights), paths)
    runs = {
        ("neural", "sktopo"): lambda: neural_persistence(weights),
        ("neural", "sort and union-find"): lambda: score_by(tree_by_sorting, weights),
        ("neural", "scipy"): lambda: score_by(tree_by_scipy, weights),
        ("deep", "sktopo"): lambda: deep_graph_persistence(weights),
        ("deep", "numpy forward"): lambda: paths_forward(weights),
        ("deep", "numpy backward"): lambda: paths_backward(weights),
    }
    times = {key: seconds(run, repeats=5, clock=time.process_time)["median"] for key, run in runs.items()}
    return [
        {
            "network": name,
            "weights": kind,
            "score": measure_name,
            "method": who,
            "ms": 1e3 * spent,
            "times sktopo": spent / times[measure_name, "sktopo"],
        }
        for (measure_name, who), spent in times.items()
    ]


if __name__ == "__main__":
    rows = [row for name in NETWORKS for kind in ("normal", "log-normal") for row in measure(name, kind)]
    report("static", {"scores": rows}, __doc__)
