"""Which points are chosen, how far the others are, and what repeats tell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sktopo import Activations, CloudFiltration
from sktopo.filtration.subsample import chosen_by_distances, chosen_points, random_choice
from tests.clouds import circle, integer_clouds, pairs_of, real_clouds
from tests.oracles.clouds import bottleneck, distances_of, farthest_points

CLOUDS = [circle(n, 0.1, n) for n in (30, 30, 50)]


@given(st.one_of(integer_clouds, real_clouds), st.data())
@settings(max_examples=60, deadline=None)
def test_maxmin_takes_the_farthest_point_each_time(cloud, data):
    n_chosen = data.draw(st.integers(1, len(cloud)))
    seed = data.draw(st.integers(0, 99))
    start = int(np.random.default_rng(seed).integers(len(cloud)))
    distances = distances_of(cloud)
    _, radius = farthest_points(distances, n_chosen, start)
    for found, covered in (
        chosen_points(cloud, n_chosen, np.random.default_rng(seed)),
        chosen_by_distances(distances, n_chosen, np.random.default_rng(seed)),
    ):
        assert len(found) == n_chosen and start in found
        # Ties are broken by rounding, so that the choice is checked by what it promises.
        assert covered == pytest.approx(distances[:, found].min(axis=1).max(), abs=1e-9)
        if len(np.unique(np.round(distances, 9))) == len(distances) * (len(distances) - 1) // 2 + 1:
            assert covered == pytest.approx(radius, abs=1e-9)


def test_random_choice_is_without_replacement():
    for n_chosen in range(1, 21):
        chosen = random_choice(20, n_chosen, np.random.default_rng(n_chosen))
        assert len(np.unique(chosen)) == n_chosen
        assert (np.diff(chosen) > 0).all()


@pytest.mark.parametrize("subsample", ["random", "maxmin"])
def test_covering_radius_is_the_distance_to_the_chosen_points(subsample):
    filtration = CloudFiltration(max_points=7, subsample=subsample, random_state=0, degrees=(0,)).fit(CLOUDS)
    radius = filtration.covering_radius(CLOUDS)
    assert radius.shape == (3, 1) and (radius > 0).all()
    by_matrix = CloudFiltration(max_points=7, subsample=subsample, random_state=0, degrees=(0,), metric="precomputed")
    matrices = [distances_of(cloud) for cloud in CLOUDS]
    np.testing.assert_allclose(by_matrix.fit(matrices).covering_radius(matrices), radius)
    assert (CloudFiltration(max_points=50).fit(CLOUDS).covering_radius(CLOUDS) == 0).all()


def test_maxmin_covers_better_than_chance():
    farthest, chance = (
        CloudFiltration(max_points=7, subsample=subsample, random_state=0).fit(CLOUDS).covering_radius(CLOUDS)
        for subsample in ("maxmin", "random")
    )
    assert (farthest < chance).all()


@pytest.mark.parametrize("subsample", ["random", "maxmin"])
@pytest.mark.parametrize("n_chosen", [5, 15, 25])
def test_twice_the_covering_radius_bounds_the_error(subsample, n_chosen):
    for i, cloud in enumerate(CLOUDS):
        filtration = CloudFiltration(max_points=n_chosen, subsample=subsample, random_state=i).fit([cloud])
        radius = filtration.covering_radius([cloud])[0, 0]
        found, exact = filtration.transform([cloud]).pairs("cloud", 1), pairs_of(cloud)[1]
        assert bottleneck(found, exact) <= 2 * radius + 1e-12


@pytest.mark.parametrize("metric", ["cosine", "manhattan", "knn_geodesic"])
@pytest.mark.parametrize("subsample", ["random", "maxmin"])
def test_every_metric_goes_with_every_choice(metric, subsample):
    filtration = CloudFiltration(max_points=10, subsample=subsample, metric=metric, random_state=0, n_neighbors=4)
    diagrams = filtration.fit_transform(CLOUDS)
    assert (diagrams.counts[:, 0] == 10).all()
    assert (filtration.covering_radius(CLOUDS) > 0).all()


def test_the_choice_depends_on_the_seed_and_the_number_of_points_alone():
    first, again, other = (CloudFiltration(max_points=9, random_state=seed).fit_transform(CLOUDS) for seed in (0, 0, 1))
    assert first == again != other
    shifted = CloudFiltration(max_points=9, random_state=0).fit_transform([cloud + 2.0 for cloud in CLOUDS])
    np.testing.assert_allclose(shifted.death, first.death)


def test_without_a_seed_fit_draws_one_and_transform_keeps_it():
    filtration = CloudFiltration(max_points=9).fit(CLOUDS)
    assert filtration.transform(CLOUDS) == filtration.transform(CLOUDS)
    seeds = {CloudFiltration(max_points=9, random_state=np.random.RandomState(i)).fit(CLOUDS).seed_ for i in range(4)}
    assert len(seeds) == 4


def test_layers_with_as_many_points_get_the_same_choice():
    values = np.random.default_rng(0).normal(size=(2, 3, 5, 5))
    diagrams = CloudFiltration(max_points=8, random_state=0).fit_transform(Activations({"a": values, "b": 2 * values}))
    np.testing.assert_array_equal(2 * diagrams.select(layer="a").death, diagrams.select(layer="b").death)


def test_repeats_are_pooled():
    filtration = CloudFiltration(max_points=12, n_repeats=4, random_state=0).fit(CLOUDS)
    pooled, repeats = filtration.transform(CLOUDS), filtration.repeats(CLOUDS)
    assert len(repeats) == 4 and len({tuple(r.death) for r in repeats}) == 4
    for i in range(3):
        for degree in (0, 1):
            together = np.concatenate([r[i].pairs("cloud", degree) for r in repeats])
            order = np.lexsort(together.T[::-1])
            np.testing.assert_array_equal(pooled[i].pairs("cloud", degree), together[order])
    assert repeats[0] == CloudFiltration(max_points=12, random_state=0).fit_transform(CLOUDS)


def test_a_cloud_that_is_kept_whole_counts_once_per_repeat():
    whole = CloudFiltration().fit_transform(CLOUDS[:1])
    thrice = CloudFiltration(max_points=30, n_repeats=3).fit_transform(CLOUDS[:1])
    np.testing.assert_array_equal(thrice.pairs("cloud", 1), np.repeat(whole.pairs("cloud", 1), 3, axis=0))


def test_repeats_of_random_positions_differ():
    sets = Activations({"conv": np.random.default_rng(0).normal(size=(9, 3, 4, 4))}).sets([0] * 9)
    filtration = CloudFiltration(points="random", n_repeats=3, random_state=0).fit(sets)
    assert len({tuple(diagrams.death) for diagrams in filtration.repeats(sets)}) == 3
    assert filtration.transform(sets).counts[0, 0] == 27


def test_spread_is_that_of_total_persistence_over_the_repeats():
    filtration = CloudFiltration(max_points=12, n_repeats=5, random_state=0).fit(CLOUDS)
    mean, deviation = filtration.spread(CLOUDS)
    totals = []
    for repeat in filtration.repeats(CLOUDS):
        pairs = [[repeat[i].pairs("cloud", degree) for degree in (0, 1)] for i in range(3)]
        totals.append([[sum(d - b for b, d in p if np.isfinite(d)) for p in row] for row in pairs])
    np.testing.assert_allclose(mean, np.mean(totals, axis=0))
    np.testing.assert_allclose(deviation, np.std(totals, axis=0, ddof=1))
    assert np.isnan(CloudFiltration().fit(CLOUDS).spread(CLOUDS)[1]).all()
    assert (CloudFiltration(n_repeats=2).fit(CLOUDS).spread(CLOUDS)[1] == 0).all()
