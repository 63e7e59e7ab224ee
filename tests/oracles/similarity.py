"""Measures of similarity of two layers, from their definitions."""

from itertools import permutations

import numpy as np


def centring(n):
    return np.eye(n) - np.ones((n, n)) / n


def distances(x):
    return np.array([[np.sqrt(((a - b) ** 2).sum()) for b in x] for a in x])


def linear_kernel(x):
    return x @ x.T


def gaussian_kernel(x, bandwidth):
    d = distances(x)
    width = bandwidth * np.median(d[np.triu_indices(len(x), 1)])
    return np.exp(-(d**2) / (2 * width**2))


def hsic(k, m):
    """Gretton et al.: trace of K H L H over (n - 1)^2."""
    n = len(k)
    h = centring(n)
    return np.trace(k @ h @ m @ h) / (n - 1) ** 2


def unbiased_hsic(k, m):
    """Song et al.: the three terms of the U-statistic."""
    n = len(k)
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    one = np.ones(n)
    first = np.trace(k @ m)
    second = (one @ k @ one) * (one @ m @ one) / ((n - 1) * (n - 2))
    third = 2 / (n - 2) * (one @ k @ m @ one)
    return (first + second - third) / (n * (n - 3))


def u_statistic_hsic(k, m):
    """The same as a mean over all quadruples of different inputs (i, j, q, r), without any algebra."""
    total = [k[i, j] * (m[i, j] + m[q, r] - 2 * m[i, q]) for i, j, q, r in permutations(range(len(k)), 4)]
    return np.mean(total)


def cka(k, m, statistic=hsic):
    return statistic(k, m) / np.sqrt(statistic(k, k) * statistic(m, m))


def procrustes(x, y):
    """min over orthogonal Q of ||XQ - Y|| with centred layers; the narrower is filled up with zeros."""
    x, y = padded(x - x.mean(axis=0), y - y.mean(axis=0))
    u, _, vt = np.linalg.svd(x.T @ y)
    return np.linalg.norm(x @ (u @ vt) - y)


def padded(x, y):
    width = max(x.shape[1], y.shape[1])
    return [np.hstack([z, np.zeros((len(z), width - z.shape[1]))]) for z in (x, y)]


def canonical_correlations(x, y):
    """Square roots of the eigenvalues of Sxx^-1 Sxy Syy^-1 Syx, largest first, and X's directions in sample space."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    product = np.linalg.pinv(x.T @ x) @ (x.T @ y) @ np.linalg.pinv(y.T @ y) @ (y.T @ x)
    values, vectors = np.linalg.eig(product)
    order = np.argsort(-values.real)[: min(x.shape[1], y.shape[1])]
    directions = x @ vectors.real[:, order]
    return np.sqrt(np.clip(values.real[order], 0, 1)), directions / np.linalg.norm(directions, axis=0)


def svcca(x, y, variance):
    return canonical_correlations(leading(x, variance), leading(y, variance))[0].mean()


def leading(x, variance):
    """Scores of the fewest principal components with the share of variance."""
    x = x - x.mean(axis=0)
    values, vectors = np.linalg.eigh(x.T @ x)
    values, vectors = values[::-1], vectors[:, ::-1]
    n_kept = next(k for k in range(1, len(values) + 1) if values[:k].sum() >= variance * values.sum() - 1e-12)
    return x @ vectors[:, :n_kept]


def pwcca(x, y):
    correlations, directions = canonical_correlations(x, y)
    x = x - x.mean(axis=0)
    weights = np.array([sum(abs(direction @ column) for column in x.T) for direction in directions.T])
    return (weights * correlations).sum() / weights.sum()


def knn_jaccard(x, y, k):
    def nearest(d, i):
        return {*sorted((j for j in range(len(d)) if j != i), key=lambda j: (d[i, j], j))[:k]}

    dx, dy = distances(x), distances(y)
    pairs = [(nearest(dx, i), nearest(dy, i)) for i in range(len(x))]
    return np.mean([len(a & b) / len(a | b) for a, b in pairs])


def n_components(d, threshold):
    """Components of the graph with the edges up to a threshold."""
    n = len(d)
    reach = (d <= threshold) | np.eye(n, dtype=bool)
    for _ in range(n):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    return len({tuple(row) for row in reach})


def rtd_lite(a, b):
    """Mean of both directions of the integral over thresholds of (components of A) - (components of min(A, B))."""
    both = np.minimum(a, b)
    thresholds = np.unique(np.concatenate([[0.0], a.ravel(), b.ravel()]))
    total = 0.0
    for low, high in zip(thresholds[:-1], thresholds[1:], strict=True):
        excess = 0.5 * (n_components(a, low) + n_components(b, low)) - n_components(both, low)
        total += excess * (high - low)
    return total


def joining_levels(d):
    """Smallest over paths of the largest edge, by Floyd and Warshall; all pairs i < j."""
    level = d.copy()
    for k in range(len(d)):
        level = np.minimum(level, np.maximum(level[:, [k]], level[[k], :]))
    return level[np.triu_indices(len(d), 1)]


def spearman(x, y):
    def ranks(z):
        return np.array([(z < value).sum() + ((z == value).sum() + 1) / 2 for value in z])

    return np.corrcoef(ranks(x), ranks(y))[0, 1]


def nts(a, b):
    return spearman(joining_levels(a), joining_levels(b))
