"""Points in the plane, under true names."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from sktopo.mapper.explorer.projections import project_points
from tests.mapper.explorer.decoding import unpacked


def places(projection):
    return np.stack([unpacked(projection["x"]), unpacked(projection["y"])], axis=1)


def test_neighbourhoods_are_kept_better_than_by_principal_components():
    digits = load_digits().data
    principal, near = project_points(digits, 500, 0)
    shown = unpacked(near["points"])
    assert (principal["name"], near["name"]) == ("PCA", "t-SNE")
    kept = [trustworthiness(digits[shown], places(each), n_neighbors=10) for each in (principal, near)]
    assert kept[0] < 0.9 < 0.97 < kept[1]


def test_principal_components_are_those_of_the_points():
    points = np.random.default_rng(0).normal(size=(60, 5)) * [5, 3, 1, 1, 1]
    principal, _ = project_points(points, 1000, 0)
    assert unpacked(principal["points"]) == list(range(60))
    centred = points - points.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    assert np.abs(places(principal)) == pytest.approx(np.abs(u * s)[:, :2], abs=1e-4)


def test_umap_is_used_and_named_where_it_is_installed(monkeypatch):
    class UMAP:
        def __init__(self, **options):
            self.n_neighbors = options["n_neighbors"]

        def fit_transform(self, rows):
            return np.full((len(rows), 2), float(self.n_neighbors))

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=UMAP))
    _, near = project_points(np.random.default_rng(0).normal(size=(60, 5)), 10, 0)
    assert near["name"] == "UMAP"
    assert (places(near) == 9.0).all()


@pytest.mark.parametrize("shape", [(1, 3), (2, 3), (5, 1), (6, 2), (40, 1)])
def test_few_points_and_few_coordinates_are_projected_too(shape):
    for projection in project_points(np.random.default_rng(0).normal(size=shape), 100, 0):
        assert np.isfinite(places(projection)).all()
        assert len(places(projection)) == shape[0]


def test_points_are_drawn_by_the_seed():
    points = np.random.default_rng(0).normal(size=(300, 2))
    drawn = [project_points(points, 20, seed)[0] for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1]
    assert drawn[0]["points"] != drawn[2]["points"]
