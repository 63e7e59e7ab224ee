"""A filtration of clouds and a distance between diagrams, as small as can be, for what takes any of them."""

import numpy as np
from sklearn.base import BaseEstimator

from sktopo import Diagrams
from tests.oracles.similarity import distances


class CloudTree(BaseEstimator):
    """Degree 0 of the cloud of all inputs: births 0, deaths the nearest-neighbour distances, times `scale`.

    With ``per_input=True``, one sample per input instead, whose only pair dies at the input's norm.
    """

    def __init__(self, scale=1.0, per_input=False):
        self.scale = scale
        self.per_input = per_input

    def fit(self, X, y=None):
        return self

    def fit_transform(self, X, y=None):
        return self.transform(X)

    def transform(self, X):
        deaths = []
        n = len(X[X.layers[0]]) if hasattr(X, "layers") else len(next(iter(X.values())))
        for _, values in X.items():
            flat = np.asarray(values, dtype=float).reshape(n, -1)
            if self.per_input:
                deaths.append(np.linalg.norm(flat, axis=1)[:, None])
            else:
                d = distances(flat) + np.diag(np.full(n, np.inf))
                deaths.append(d.min(axis=1)[None])
        names = [name for name, _ in X.items()]
        rows = [np.concatenate([block[i] for block in deaths]) for i in range(len(deaths[0]))]
        sizes = [len(block[i]) for i in range(len(rows)) for block in deaths]
        death = self.scale * np.concatenate(rows)
        return Diagrams(np.zeros(len(death)), death, np.append(0, np.cumsum(sizes)), [(name, 0) for name in names])


class SortedDistance(BaseEstimator):
    """Largest difference of sorted persistences, degree by degree, the shorter list filled up with zeros."""

    def fit(self, X, y=None):
        self.diagrams_ = X
        return self

    def transform(self, X):
        return np.array([[sorted_distance(a, b) for b in self.diagrams_] for a in X])


def sorted_distance(a, b):
    worst = 0.0
    for degree in a.degrees:
        p, q = (np.sort(d.select(degree=degree).persistence)[::-1] for d in (a, b))
        width = max(len(p), len(q))
        p, q = np.pad(p, (0, width - len(p))), np.pad(q, (0, width - len(q)))
        worst = max(worst, np.abs(p - q).max(initial=0.0))
    return worst


class SetsTree(CloudTree):
    """The same for a list of sets of inputs, one sample each."""

    def transform(self, X):
        return Diagrams.concatenate([super(SetsTree, self).transform(part) for part in X])
