"""ActivationLandscapes: exact on the grid, one geometry for norms, means, Gram matrices and features."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from sktopo import ActivationLandscapes, Diagrams, PersistenceLandscape, landscape_norm, mean_landscape
from tests.oracles.landscapes import levels_at

BLOCKS = [("first", 0), ("first", 1), ("second", 0), ("second", 1)]


def diagrams_of(n_samples, seed=0, blocks=BLOCKS, most=9, scale=1.0):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, most + 1, n_samples * len(blocks))
    birth = scale * rng.random(counts.sum())
    death = birth + scale * rng.exponential(size=len(birth))
    return Diagrams(birth, death, np.concatenate([[0], np.cumsum(counts)]), blocks, end=20.0)


def landscapes_of(n_samples=6, seed=0, n_levels=4, grid=60, **options):
    return ActivationLandscapes.from_diagrams(diagrams_of(n_samples, seed), n_levels, grid=grid, **options)


pair = st.tuples(st.integers(-4, 4), st.integers(0, 5)).map(lambda p: (p[0], p[0] + p[1], 0))
ragged = st.lists(st.lists(pair, max_size=7), min_size=1, max_size=4).map(
    lambda samples: [np.array(rows, dtype=float).reshape(-1, 3) for rows in samples]
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(samples=ragged, n_levels=st.integers(1, 4))
def test_values_are_the_largest_tents_at_the_grid(samples, n_levels):
    grid = np.array([-4, -3.5, -1, 0, 0.25, 0.5, 2, 7, 11])
    found = ActivationLandscapes.from_diagrams(samples, n_levels, grid=grid)
    assert found.values.shape == (len(samples), 1, 1, n_levels, 9)
    for sample, rows in zip(found.values, samples, strict=True):
        np.testing.assert_array_equal(sample[0, 0], levels_at(rows[:, :2], grid, n_levels))


def test_blocks_lie_where_their_layer_and_degree_say():
    diagrams = diagrams_of(3, blocks=[("b", 1), ("a", 0), ("b", 0)])
    found = ActivationLandscapes.from_diagrams(diagrams, 3, grid=40)
    assert found.layers == ("b", "a") and found.degrees == (0, 1) and found.shape == (3, 2)
    for layer, degree in diagrams.blocks:
        k = found.layers.index(layer)
        for i in range(3):
            landscape = PersistenceLandscape.from_pairs(diagrams[i].pairs(layer, degree), n_levels=3)
            np.testing.assert_allclose(found.values[i, k, degree], landscape(found.grid[k, degree]), atol=1e-14)
    assert not found.values[:, 1, 1].any()


def test_a_shared_grid_spans_a_degree_in_all_layers_and_another_each_block():
    diagrams = Diagrams([0.0, 1.0, 2.0], [4.0, 3.0, 9.0], [0, 1, 2, 3], [("a", 0), ("a", 1), ("b", 0)])
    shared = ActivationLandscapes.from_diagrams(diagrams, grid=3)
    assert shared.grid.tolist() == [[[0, 4.5, 9], [1, 2, 3]]] * 2
    own = ActivationLandscapes.from_diagrams(diagrams, grid=3, shared_grid=False)
    assert own.grid.tolist() == [[[0, 2, 4], [1, 2, 3]], [[2, 5.5, 9], [0, 0.5, 1]]]


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_a_given_grid_may_have_fewer_axes(ndim):
    full = np.linspace(0, 3, 7) + np.zeros((2, 2, 1))
    given_grid = full[(0,) * (3 - ndim)]
    found = landscapes_of(grid=given_grid)
    np.testing.assert_array_equal(found.grid, full)


def test_a_point_far_from_all_pairs_does_not_change_the_rest():
    alone = landscapes_of(4)
    wide = ActivationLandscapes.from_diagrams(
        Diagrams.concatenate([diagrams_of(4), diagrams_of(1, seed=3, scale=50.0)]), 4, grid=alone.grid
    )
    np.testing.assert_array_equal(wide.values[:4], alone.values)
    np.testing.assert_array_equal(landscapes_of(4, n_levels=2).values, alone.values[:, :, :, :2])


def test_all_levels_are_as_many_as_pairs_are_alive_at_once():
    diagrams = Diagrams([0.0, 1.0, 2.0, 3.0], [3.0, 3.0, 9.0, 3.5], [0, 3, 4], [("a", 0)])
    found = ActivationLandscapes.from_diagrams(diagrams, None, grid=200)
    assert found.n_levels == 3 and found.values[0, 0, 0, 2].any()


@pytest.mark.parametrize("p", [1, 2, 3.5, np.inf])
@pytest.mark.parametrize("grid", [20, 333, np.cumsum(np.linspace(0.01, 0.2, 100)) - 0.01])
def test_norms_are_within_their_bound_of_the_exact_ones(p, grid):
    diagrams = diagrams_of(8, most=5)
    found = ActivationLandscapes.from_diagrams(diagrams, None, grid=grid)
    if not np.isscalar(grid):
        assert diagrams.death.max() <= grid[-1]
    error = np.abs(found.norm(p) - landscape_norm(diagrams, p))
    assert (error <= found.error_bound(p) + 1e-12).all() and error.any()


@pytest.mark.parametrize("p", [1, 2, 3.5, np.inf])
def test_a_tent_between_two_grid_points_attains_the_bound(p):
    found = ActivationLandscapes.from_diagrams([np.array([[0.0, 1, 0]])], 1, grid=[0.0, 1.0])
    assert found.norm(p)[0, 0, 0] == 0
    assert found.error_bound(p)[0, 0] == pytest.approx(landscape_norm([np.array([[0.0, 1, 0]])], p)[0, 0, 0])


def test_bound_has_its_closed_form_on_a_uniform_grid():
    found = landscapes_of(grid=np.linspace(0, 6, 61))
    np.testing.assert_allclose(found.error_bound(2), 0.05 * (4 * 6 / 3) ** 0.5)
    np.testing.assert_allclose(found.error_bound(1), 0.05 * 4 * 6 / 2)
    np.testing.assert_allclose(found.error_bound(np.inf), 0.05)


def test_a_fine_grid_agrees_with_exact_landscapes():
    diagrams = diagrams_of(5).select(layer="second", degree=1)
    found = ActivationLandscapes.from_diagrams(diagrams, None, grid=20_001)
    exact = [PersistenceLandscape.from_pairs(sample.pairs()) for sample in diagrams]
    np.testing.assert_allclose(found.norm(2)[:, 0, 0], [x.norm(2) for x in exact], rtol=1e-6)
    np.testing.assert_allclose(found.gram(), [[x.inner(y) for y in exact] for x in exact], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.mean().norm(1)[0, 0, 0], mean_landscape(exact).norm(1), rtol=1e-6)


# -- geometry --------------------------------------------------------------------------------------------


def test_norms_features_and_gram_are_one_geometry():
    found = landscapes_of()
    features, gram = found.to_2d(), found.gram()
    assert features.shape == (6, 2 * 2 * 4 * 60)
    np.testing.assert_allclose(gram, features @ features.T)
    np.testing.assert_allclose(gram.diagonal(), (found.norm(2) ** 2).sum(axis=(1, 2)))
    assert np.linalg.eigvalsh(gram).min() > -1e-12 * np.trace(gram)
    np.testing.assert_array_equal(found[:2].gram(found[2:]), gram[:2, 2:])
    by_blocks = sum(found.select(layer=layer, degree=g).gram() for layer in found.layers for g in found.degrees)
    np.testing.assert_allclose(gram, by_blocks)


def test_norms_do_not_depend_on_the_resolution():
    coarse, fine = (landscapes_of(n_levels=10, grid=n).norm(2) for n in (301, 1201))
    np.testing.assert_allclose(coarse, fine, rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("scale", [1e-180, 1e180])
def test_no_power_under_or_overflows(scale):
    values = np.ones((1, 1, 1, 1, 3)) * scale
    found = ActivationLandscapes(values, [0.0, 0.5, 1.0], ["a"], [0])
    assert found.norm(3)[0, 0, 0] == pytest.approx(scale) and found.norm(np.inf)[0, 0, 0] == scale


def test_features_come_back_as_landscapes():
    found = landscapes_of()
    np.testing.assert_allclose(found.from_2d(found.to_2d()).values, found.values, rtol=1e-15)
    directions = PCA(2).fit(found.to_2d()).components_
    np.testing.assert_allclose((found.from_2d(directions).norm(2) ** 2).sum(axis=(1, 2)), 1)
    with pytest.raises(ValueError, match="rows like those of to_2d"):
        found.from_2d(directions[:, 1:])


# -- means and bands -------------------------------------------------------------------------------------


def test_mean_of_groups_is_the_mean_of_each():
    found = landscapes_of(6)
    groups = ["late", "early", "late", "early", "early", "late"]
    means = found.mean(groups)
    assert means.groups == ("early", "late") and means.shape == (2, 2)
    np.testing.assert_allclose(means.values[0], found.values[[1, 3, 4]].mean(axis=0))
    np.testing.assert_array_equal(found.mean().values[0], found.values.mean(axis=0))
    assert found.mean().groups is None and means[1].groups == ("late",)
    np.testing.assert_array_equal(mean_landscape(found).values, found.mean().values)


def test_quantile_bands_are_pointwise_quantiles():
    found = landscapes_of(9)
    bands = found.bands(method="quantile", confidence=0.5)
    np.testing.assert_allclose(bands.lower[0], np.quantile(found.values, 0.25, axis=0))
    np.testing.assert_allclose(bands.upper[0], np.quantile(found.values, 0.75, axis=0))
    np.testing.assert_allclose(bands.mean, found.mean().values)
    np.testing.assert_array_equal(bands.grid, found.grid)


def test_bootstrap_bands_have_one_width_and_hold_more_at_once_when_wider():
    found = landscapes_of(20)
    widths = {}
    for over in ("level", "block", "all"):
        bands = found.bands(over=over, random_state=0)
        width = bands.upper - bands.mean
        np.testing.assert_allclose(width, bands.mean - bands.lower, atol=1e-12)
        np.testing.assert_allclose(np.ptp(width, axis=-1), 0, atol=1e-12)
        widths[over] = width[0, ..., 0]
    assert (widths["level"] <= widths["block"] + 1e-12).all() and (widths["block"] <= widths["all"] + 1e-12).all()
    np.testing.assert_allclose(widths["block"], widths["block"][:, :, :1].repeat(4, axis=2))
    assert np.ptp(widths["all"]) < 1e-12


def test_bands_are_seeded_and_of_groups():
    found = landscapes_of(10)
    groups = np.arange(10) % 2
    bands = found.bands(groups, random_state=3)
    assert bands.groups == [0, 1] and bands.mean.shape == (2, 2, 2, 4, 60)
    again = found.bands(groups, random_state=3)
    np.testing.assert_array_equal(bands.lower, again.lower)
    assert found.bands(random_state=0).groups is None


def test_bands_hold_the_true_mean_about_as_often_as_they_say():
    rng = np.random.default_rng(0)
    grid, n_runs, n = np.linspace(0, 3, 40), 150, 25

    def draw(count):
        death = 1 + rng.random((count, 3)).cumsum(axis=1)
        offsets = np.arange(count + 1) * 3
        diagrams = Diagrams(np.zeros(3 * count), death.ravel(), offsets, [("a", 0)])
        return ActivationLandscapes.from_diagrams(diagrams, 2, grid=grid)

    truth = draw(20_000).mean().values[0]
    bands = [draw(n).bands(confidence=0.8, n_bootstrap=300, random_state=k) for k in range(n_runs)]
    held = np.mean([((band.lower[0] <= truth) & (truth <= band.upper[0])).all() for band in bands])
    assert 0.7 < held < 0.9


# -- manners ---------------------------------------------------------------------------------------------


def test_samples_are_indexed_like_an_array():
    found = landscapes_of(6)
    for index in (2, -1, slice(1, 4), [3, 0, 0], np.arange(6) > 2):
        rows = np.atleast_1d(np.arange(6)[index])
        np.testing.assert_array_equal(found[index].values, found.values[rows])
    assert len(found) == 6 and [len(one) for one in found] == [1] * 6
    with pytest.raises(IndexError, match="use select"):
        found["first"]


def test_layers_and_degrees_are_selected():
    found = landscapes_of()
    chosen = found.select(layer=["second", "first"], degree=1)
    assert chosen.layers == ("second", "first") and chosen.degrees == (1,)
    np.testing.assert_array_equal(chosen.values, found.values[:, ::-1, 1:])
    with pytest.raises(ValueError, match="There is no 'third'"):
        found.select(layer="third")
    with pytest.raises(ValueError, match="There is no 2"):
        found.select(degree=2)


def test_parts_are_joined():
    found = landscapes_of(6)
    assert ActivationLandscapes.concatenate([found[:2], found[2:]]) == found
    named = found.mean([0, 0, 1, 1, 2, 2])
    assert ActivationLandscapes.concatenate([named[2], named[:2]]).groups == (2, 0, 1)
    assert ActivationLandscapes.concatenate([named, found]).groups is None
    with pytest.raises(ValueError, match="nothing to concatenate"):
        ActivationLandscapes.concatenate([])


def test_other_grids_layers_and_levels_do_not_mix():
    found = landscapes_of()
    with pytest.raises(ValueError, match="grid=first.grid"):
        found.gram(landscapes_of(seed=1))
    with pytest.raises(ValueError, match="differ in n_levels: 4 and 3"):
        found.gram(landscapes_of(n_levels=3))
    with pytest.raises(ValueError, match="differ in layers"):
        found.gram(found.select(layer="first"))
    with pytest.raises(TypeError, match="Expected ActivationLandscapes. Got ndarray"):
        found.gram(found.values)


def test_pickles_are_equal_and_read_only():
    found = landscapes_of()
    again = pickle.loads(pickle.dumps(found))
    assert again == found and again != found[:3] and found != 3
    for one in (found, again):
        with pytest.raises(ValueError, match="read-only"):
            one.values[0] = 1


def test_repr_says_what_there_is():
    assert (
        repr(landscapes_of(1)) == "ActivationLandscapes(1 sample, 2 layers, degrees (0, 1), 4 levels, 60 grid points)"
    )


def test_essential_classes_need_a_policy():
    diagrams = Diagrams([0.0, 0.0], [2.0, np.inf], [0, 2], [("a", 0)], end=4.0)
    with pytest.raises(ValueError, match="1 essential classes"):
        ActivationLandscapes.from_diagrams(diagrams)
    tops = [
        ActivationLandscapes.from_diagrams(diagrams, grid=[0.0, 1, 2, 5], essential=policy).norm(np.inf)[0, 0, 0]
        for policy in ("cap", "drop", 10.0)
    ]
    assert tops == [2, 1, 5]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"grid": 1}, "number of points >= 2"),
        ({"grid": 2.5}, "must be an integer >= 2. Got 2.5"),
        ({"grid": [0.0, 0.0, 1.0]}, "ascend strictly"),
        ({"grid": np.zeros((3, 5))}, "shape"),
        ({"n_levels": 0}, "n_levels must be"),
        ({"max_memory": 100}, r"take 0 MiB.*n_levels="),
        ({"essential": "keep"}, "essential"),
    ],
)
def test_what_cannot_be_used_is_an_error(options, message):
    diagrams = Diagrams([0.0, 1.0], [1.0, np.inf], [0, 1, 2], BLOCKS[:2])
    with pytest.raises(ValueError, match=message):
        ActivationLandscapes.from_diagrams(diagrams, **{"essential": "drop", **options})


@pytest.mark.parametrize(
    "options, message",
    [
        ({"method": "jackknife"}, "method must be"),
        ({"over": "layer"}, "over must be"),
        ({"confidence": 1.0}, "confidence must be"),
        ({"confidence": "95 %"}, "confidence must be"),
        ({"n_bootstrap": 0}, "n_bootstrap must be"),
        ({"n_bootstrap": 2.5}, "n_bootstrap must be"),
        ({"n_bootstrap": "many"}, "n_bootstrap must be"),
        ({"groups": [0, 0, 0, 1, 1, 2]}, "at least 2 samples in every group. Got 1"),
        ({"groups": [0, 1]}, "one label for each of the 6 samples"),
    ],
)
def test_wrong_bands_are_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        landscapes_of().bands(**options)


def test_bands_of_two_samples_have_the_quantile_of_a_normal_number():
    """The mean of two numbers x and y has the standard error |x - y| / 2, which no division by n gives."""
    values = np.zeros((2, 1, 1, 1, 3))
    values[:, 0, 0, 0, 1] = [1.0, 3.0]
    bands = ActivationLandscapes(values, [0.0, 1.0, 2.0], ["a"], [0]).bands(
        confidence=0.6827, n_bootstrap=20_000, random_state=0
    )
    np.testing.assert_allclose(bands.upper - bands.mean, 1.0, rtol=0.03)


def test_means_of_other_groups_are_others():
    found = landscapes_of()
    same = found[[0, 0]]
    assert same.mean(["x", "y"]) == same.mean(["x", "y"]) != same.mean(["y", "z"])


def test_superlevel_filtrations_are_remembered_and_kept_apart():
    pairs = [-3.0, -2.0], [-1.0, 0.0], [0, 1, 2], [("a", 0)]
    above, below = (
        ActivationLandscapes.from_diagrams(Diagrams(*pairs, negated=negated), 1, grid=5) for negated in (True, False)
    )
    assert above.negated and above[0].negated and above.mean().negated and above.select(degree=0).negated
    assert above != below and not below.negated
    with pytest.raises(ValueError, match="differ in negated: True and False"):
        above.gram(below)


def test_no_samples_make_no_rows():
    none = ActivationLandscapes.from_diagrams(diagrams_of(3)[:0], 2)
    assert len(none) == 0 and none.gram().shape == (0, 0) and none.norm().shape == (0, 2, 2)


def test_wrong_arrays_are_an_error():
    with pytest.raises(ValueError, match="NaN or infinity"):
        ActivationLandscapes(np.full((1, 1, 1, 1, 2), np.nan), [0, 1], ["a"], [0])
    with pytest.raises(ValueError, match="values must have the shape"):
        ActivationLandscapes(np.zeros((2, 1, 1, 3)), [0, 1, 2], ["a"], [0])
    with pytest.raises(ValueError, match="The grid has 4 points for 3 values"):
        ActivationLandscapes(np.zeros((2, 1, 1, 1, 3)), [0, 1, 2, 3], ["a"], [0])
    with pytest.raises(ValueError, match="mean of no samples"):
        landscapes_of()[:0].mean()


# -- with scikit-learn -----------------------------------------------------------------------------------


def two_kinds(n=24):
    """Every other network has pairs twice as long."""
    parts = [diagrams_of(1, seed=k, most=12, scale=1.0 + k % 2) for k in range(n)]
    return ActivationLandscapes.from_diagrams(Diagrams.concatenate(parts), 4, grid=50), np.arange(n) % 2


def test_gram_matrix_serves_a_support_vector_machine():
    found, kinds = two_kinds()
    machine = SVC(kernel="precomputed", C=10.0)
    folds = LeaveOneGroupOut().split(found, kinds, groups=np.arange(24) // 2)
    assert cross_val_score(machine, found.gram(), kinds, cv=folds).mean() > 0.8
    fitted = machine.fit(found[:16].gram(), kinds[:16])
    linear = SVC(kernel="linear", C=10.0).fit(found[:16].to_2d(), kinds[:16])
    np.testing.assert_array_equal(fitted.predict(found[16:].gram(found[:16])), linear.predict(found[16:].to_2d()))


def features_of(landscapes):
    return landscapes.to_2d()


def test_landscapes_are_split_by_a_grid_search():
    found, kinds = two_kinds()
    pipeline = make_pipeline(FunctionTransformer(features_of), PCA(3), SVC())
    search = GridSearchCV(pipeline, {"pca__n_components": [2, 3]}, cv=3, error_score="raise").fit(found, kinds)
    assert search.best_score_ > 0.7
