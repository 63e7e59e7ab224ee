"""The engines agree, and peers see nothing that they would turn into a silent answer."""

from importlib.util import find_spec

import numpy as np
import pytest

from sktopo import CloudFiltration
from sktopo.filtration import engines
from tests.clouds import assert_same_pairs, circle, pairs_of
from tests.oracles.clouds import distances_of, rips_persistence
from tests.oracles.test_clouds import projective_plane

MODULES = {"own": "sktopo", "gudhi": "gudhi", "giotto-ph": "gph", "ripser": "ripser"}
ENGINES = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed"))
    for name, module in MODULES.items()
]
LATTICE = np.stack(np.meshgrid(np.arange(5.0), np.arange(4.0)), axis=-1).reshape(-1, 2)
RNG = np.random.default_rng(0)
CLOUDS = {
    "normal": RNG.normal(size=(60, 5)),
    "circle": circle(50, 0.1),
    "lattice": LATTICE,
    "duplicates": np.repeat(RNG.normal(size=(9, 3)), 3, axis=0),
    "far": circle(30, 0.1) + 1e8,
    "huge": 1e60 * circle(30, 0.1),
    "tiny": 1e-60 * circle(30, 0.1),
    "one": np.ones((1, 2)),
    "two": np.array([[0.0], [1.0]]),
    "line": np.arange(6.0)[:, None],
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=CLOUDS)
def test_engines_agree_to_one_in_a_million(engine, cloud):
    pairs, expected = pairs_of(cloud, engine=engine), pairs_of(cloud)
    scale = np.abs(cloud - cloud[0]).max() or 1.0
    assert_same_pairs(
        {degree: found / scale for degree, found in pairs.items()},
        {degree: found / scale for degree, found in expected.items()},
        rtol=0,
        atol=1e-6,
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("max_value", [0.4, 1.2])
def test_engines_agree_up_to_max_value(engine, max_value):
    cloud = CLOUDS["circle"]
    pairs, expected = pairs_of(cloud, engine=engine, max_value=max_value), pairs_of(cloud, max_value=max_value)
    assert_same_pairs(pairs, expected, rtol=0, atol=1e-6)
    assert np.isinf(expected[1]).any()


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree_on_parts_that_are_infinitely_far_apart(engine):
    two = np.concatenate([circle(12), circle(12) + 100])
    options = {"metric": "knn_geodesic", "n_neighbors": 2}
    pairs = pairs_of(two, engine=engine, **options)
    assert_same_pairs(pairs, pairs_of(two, **options), rtol=0, atol=1e-6)
    assert np.isinf(pairs[0]).sum() == 2


@pytest.mark.parametrize("engine", ENGINES[1:])
@pytest.mark.parametrize("field", [2, 3, 127])
def test_engines_know_voids_over_any_field(engine, field):
    rng = np.random.default_rng(1)
    cloud = np.concatenate([np.eye(3), -np.eye(3), 3 + rng.normal(size=(6, 3))]) + 0.05 * rng.normal(size=(12, 3))
    pairs = pairs_of(cloud, engine=engine, degrees=(0, 1, 2), coefficient_field=field)
    expected = rips_persistence(distances_of(cloud), max_degree=2, field=field)
    assert_same_pairs(pairs, expected, rtol=0, atol=2e-6)
    assert len(expected[2])


@pytest.mark.parametrize("engine", ["auto", *ENGINES[1:]])
def test_coefficients_matter_where_there_is_torsion(engine):
    plane = [projective_plane()]
    for field, n_loops in ((2, 1), (3, 0)):
        filtration = CloudFiltration(metric="precomputed", engine=engine, coefficient_field=field, degrees=(1,))
        assert filtration.fit_transform(plane).counts[0, 0] == n_loops


def test_auto_is_own_where_it_can_and_gudhi_elsewhere():
    def engine(**options):
        return CloudFiltration(**options).fit([LATTICE]).engine_

    assert engine() == engine(degrees=(1,)) == engine(degrees=(0,), coefficient_field=3) == "own"
    assert engine(degrees=(0, 2)) == engine(coefficient_field=3) == "gudhi"


def test_own_refuses_what_it_cannot():
    for options in ({"degrees": (0, 2)}, {"coefficient_field": 3}):
        with pytest.raises(ValueError, match="degrees 0 and 1 over the field of two elements.*engine='auto'"):
            CloudFiltration(engine="own", **options).fit([LATTICE])


def test_an_engine_that_is_not_installed_says_what_to_type(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda module: None)
    for name in ("ripser", "giotto-ph"):
        with pytest.raises(ImportError, match=f"pip install {name}"):
            CloudFiltration(engine=name).fit([LATTICE])


def test_peers_get_finite_distances_only(monkeypatch):
    seen = []

    def spy(distances, degrees, max_value, field):
        seen.append(distances)
        return engines._own(distances, degrees, max_value, field)

    monkeypatch.setitem(engines.ENGINES, "gudhi", engines.ENGINES["gudhi"]._replace(compute=spy))
    bad = [np.full((3, 2), np.nan), np.empty((0, 2)), np.array([[np.inf, 0.0]])]
    filtration = CloudFiltration(engine="gudhi", metric="knn_geodesic", n_neighbors=1).fit([LATTICE])
    for cloud in bad:
        with pytest.raises(ValueError, match="Cloud 0"):
            filtration.transform([cloud])
    filtration.transform([np.array([[0.0], [1.0], [50.0], [51.0]])])
    assert len(seen) == 1 and np.isfinite(seen[0]).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_jobs_change_nothing_in_any_engine(engine):
    clouds = [circle(20, 0.2, seed) for seed in range(4)]
    one, two = (CloudFiltration(engine=engine, n_jobs=n_jobs).fit_transform(clouds) for n_jobs in (1, 2))
    assert one == two
