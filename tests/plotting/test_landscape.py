"""LandscapeDisplay draws the functions that landscapes are."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sktopo import (
    ActivationLandscapes,
    Diagrams,
    GraphFiltration,
    LandscapeDisplay,
    PersistenceLandscape,
    PersistenceVectorizer,
    mean_landscape,
)


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def bands(ax):
    """Places, lower and upper ends of each filled band."""
    for one in ax.collections:
        outline = one.get_paths()[0].vertices
        places = np.unique(outline[:, 0])
        ends = [outline[outline[:, 0] == place, 1] for place in places]
        yield places, np.array([own.min() for own in ends]), np.array([own.max() for own in ends])


def random_diagrams(n_samples=8, blocks=(("a", 0), ("a", 1), ("b", 0), ("b", 1)), negated=False, seed=0):
    rng = np.random.default_rng(seed)
    n = 5 * n_samples * len(blocks)
    birth = rng.random(n) - 2.0
    return Diagrams(birth, birth + rng.random(n), np.arange(0, n + 1, 5), blocks, negated=negated, end=0.0)


PAIRS = np.array([[0.0, 4.0], [1.0, 3.0], [1.0, 3.0]])


def test_exact_levels_are_drawn_corner_by_corner():
    landscape = PersistenceLandscape.from_pairs(PAIRS)
    ax = LandscapeDisplay.from_landscapes(landscape).ax_
    for line, level in zip(ax.lines, landscape.levels, strict=True):
        np.testing.assert_array_equal(np.column_stack(line.get_data()), level)
    assert labels(ax) == ["level 1", "level 2", "level 3"]
    assert len({line.get_color() for line in ax.lines}) == 3
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("filtration value", "landscape")


def test_levels_that_are_not_drawn_are_counted():
    landscape = PersistenceLandscape.from_pairs(np.tile([0.0, 1.0], (9, 1)))
    display = LandscapeDisplay.from_landscapes(landscape, n_levels=2)
    assert len(display.ax_.lines) == 2
    assert display.ax_.get_legend().get_title().get_text() == "first 2 of 9 levels"
    whole = display.plot(n_levels=None).ax_
    assert len(whole.lines) == 9 and whole.get_legend().get_title().get_text() == ""


def test_one_sample_is_exact_and_essential_classes_die_where_the_policy_says():
    rows = np.array([[0.0, 4.0, 1], [0.0, np.inf, 1]])
    (first, second) = LandscapeDisplay.from_diagrams([rows], degree=1).ax_.lines
    assert [*first.get_ydata()] == [*second.get_ydata()] == [0, 2, 0]  # capped at the largest value
    (alone,) = LandscapeDisplay.from_diagrams([rows], degree=1, essential="drop").ax_.lines
    assert [*alone.get_xdata()] == [0, 2, 4]
    higher = LandscapeDisplay.from_diagrams([rows], degree=1, essential=10.0).ax_.lines[0]
    assert max(higher.get_ydata()) == 5


def test_means_of_groups_have_colours_and_are_the_means():
    diagrams = random_diagrams()
    groups = np.array(list("xyxyxxyy"))
    display = LandscapeDisplay.from_diagrams(diagrams, groups=groups, layer="a", degree=1, n_levels=2)
    ax = display.ax_
    assert labels(ax) == ["x", "y"] and ax.get_ylabel() == "mean landscape" and ax.get_title() == "a H1"
    assert len(ax.lines) == 4 and len({line.get_color() for line in ax.lines}) == 2
    for line, name, level in zip(ax.lines, "xxyy", (0, 1, 0, 1), strict=True):
        members = [
            PersistenceLandscape.from_pairs(diagrams[int(i)].pairs("a", 1)) for i in np.flatnonzero(groups == name)
        ]
        np.testing.assert_allclose(line.get_ydata(), mean_landscape(members)(line.get_xdata())[level], atol=1e-12)


def test_panels_of_blocks_and_the_legend_once():
    axes = LandscapeDisplay.from_diagrams(random_diagrams(), n_levels=2).ax_
    assert [ax.get_title() for ax in axes] == ["a H0", "a H1", "b H0", "b H1"]
    assert labels(axes[0]) == ["level 1", "level 2"] and all(ax.get_legend() is None for ax in axes[1:])


def test_layers_in_one_panel_have_colours():
    axes = LandscapeDisplay.from_diagrams(random_diagrams(), split_by="degree", n_levels=2).ax_
    assert [ax.get_title() for ax in axes] == ["H0", "H1"] and labels(axes[0]) == ["a", "b"]
    assert [line.get_color() for line in axes[0].lines] == [line.get_color() for line in axes[1].lines]
    assert axes[0].lines[0].get_alpha() > axes[0].lines[1].get_alpha()
    single = LandscapeDisplay.from_diagrams(random_diagrams(), split_by=None, groups=[0, 1] * 4, n_levels=1).ax_
    assert labels(single)[:3] == ["0, a H0", "1, a H0", "0, a H1"]
    assert len({line.get_color() for line in single.lines}) == 8


def test_quantile_band_holds_the_middle_of_the_samples():
    landscapes = ActivationLandscapes.from_diagrams(random_diagrams(20), 2, grid=30)
    one = landscapes.select(layer="b", degree=0)
    display = LandscapeDisplay.from_landscapes(one, band="quantile", confidence=0.8)
    for k, (places, lower, upper) in enumerate(bands(display.ax_)):
        np.testing.assert_allclose(places, one.grid[0, 0])
        low, high = np.quantile(one.values[:, 0, 0, k], [0.1, 0.9], axis=0)
        np.testing.assert_allclose(lower, low, atol=1e-12)
        np.testing.assert_allclose(upper, high, atol=1e-12)
    assert labels(display.ax_) == ["level 1", "level 2", "middle 80 % of samples"]


def test_bootstrap_band_is_that_of_the_landscapes_and_follows_the_seed():
    landscapes = ActivationLandscapes.from_diagrams(random_diagrams(12), 1, grid=30).select(layer="a", degree=1)
    groups = [0, 1] * 6
    expected = landscapes.bands(groups, random_state=3)
    display = LandscapeDisplay.from_landscapes(landscapes, groups=groups, band="bootstrap", random_state=3)
    for g, (_, lower, upper) in enumerate(bands(display.ax_)):
        np.testing.assert_allclose(lower, expected.lower[g, 0, 0, 0])
        np.testing.assert_allclose(upper, expected.upper[g, 0, 0, 0])
    assert labels(display.ax_) == ["0", "1", "95 % confidence band"]


def test_exact_landscapes_in_lists_and_by_name():
    landscapes = [PersistenceLandscape.from_pairs(random_diagrams(6)[i].pairs("a", 1)) for i in range(6)]
    mean = LandscapeDisplay.from_landscapes(landscapes)
    np.testing.assert_array_equal(mean.ax_.lines[0].get_xydata(), mean_landscape(landscapes).levels[0])
    by_label = LandscapeDisplay.from_landscapes(landscapes, groups=[0, 0, 0, 1, 1, 1], band="quantile")
    named = LandscapeDisplay.from_landscapes({0: landscapes[:3], 1: landscapes[3:]}, band="quantile")
    for one in (by_label, named):
        assert labels(one.ax_) == ["0", "1", "middle 95 % of samples"]
        np.testing.assert_array_equal(one.curves_[0, "", 0][0], mean_landscape(landscapes[:3]).levels[0])
        places, lower, upper = one.bands_[1, "", 0][0].T
        values = np.array([landscape(places)[0] for landscape in landscapes[3:]])
        np.testing.assert_allclose([lower, upper], np.quantile(values, [0.025, 0.975], axis=0), atol=1e-12)
    with pytest.raises(ValueError, match="one label for each of the 6 landscapes"):
        LandscapeDisplay.from_landscapes(landscapes, groups=[0, 1])


def test_means_that_were_made_before_keep_their_names():
    landscapes = ActivationLandscapes.from_diagrams(random_diagrams(), 2).select(layer="a", degree=0)
    display = LandscapeDisplay.from_landscapes(landscapes.mean(["early", "late"] * 4))
    assert labels(display.ax_) == ["early", "late"]
    np.testing.assert_allclose(display.ax_.lines[0].get_ydata(), landscapes.values[::2, 0, 0, 0].mean(axis=0))


@pytest.mark.parametrize("sample", [None, 0])
def test_landscapes_of_phi_are_labelled_so_and_time_runs_to_the_right(sample):
    diagrams = Diagrams([-3.0, -3.0], [-1.0, -1.0], [0, 1, 2], [("conv1", 0)], negated=True, end=0.0)
    ax = LandscapeDisplay.from_diagrams(diagrams, sample=sample).ax_
    x, y = ax.lines[0].get_data()
    assert ax.xaxis_inverted() and ax.get_xlabel() == "filtration value (phi)"
    assert x.min() == 1 and x.max() == 3
    assert abs(x[np.argmax(y)] - 2) < 0.01 and y.max() == pytest.approx(1.0, abs=0.01)


def test_landscapes_say_themselves_whether_they_are_of_phi():
    landscapes = ActivationLandscapes.from_diagrams(random_diagrams(negated=True), 1)
    assert all(ax.xaxis_inverted() for ax in LandscapeDisplay.from_landscapes(landscapes).ax_)
    assert not LandscapeDisplay.from_landscapes(landscapes, negated=False).ax_[0].xaxis_inverted()
    exact = PersistenceLandscape.from_pairs([[-3.0, -1.0]])
    assert LandscapeDisplay.from_landscapes(exact, negated=True).ax_.get_xlabel() == "filtration value (phi)"


def test_bands_of_phi_lie_at_the_places_of_their_means():
    ax = LandscapeDisplay.from_diagrams(random_diagrams(negated=True), layer="a", degree=0, band="quantile").ax_
    for line, (places, _, _) in zip(ax.lines, bands(ax), strict=True):
        np.testing.assert_allclose(places, np.sort(line.get_xdata()))
        assert places.min() > 0.0


@pytest.mark.parametrize("options", [{}, {"l2_weighted": True}, {"sparse_output": True}])
def test_from_estimator_takes_the_vectorizers_own_grid_and_levels(options):
    rows = np.random.default_rng(0).random((10, 9))
    pipeline = make_pipeline(
        GraphFiltration(scope="layer"),
        PersistenceVectorizer("landscape", n_levels=2, n_bins=17, **options),
        LogisticRegression(),
    ).fit(rows, [0, 1] * 5)
    plain = PersistenceVectorizer("landscape", n_levels=2, n_bins=17)
    expected = plain.fit_transform(pipeline[0].transform(rows)).mean(axis=0).reshape(2, 17)
    ax = LandscapeDisplay.from_estimator(pipeline, rows).ax_
    for line, level in zip(ax.lines, expected, strict=True):
        np.testing.assert_allclose(line.get_xdata(), -plain.grids_[0])
        np.testing.assert_allclose(line.get_ydata(), level, atol=1e-12)
    one = LandscapeDisplay.from_estimator(pipeline, rows, sample=-1).ax_
    np.testing.assert_allclose(one.lines[0].get_ydata(), plain.transform(pipeline[0].transform(rows[9:]))[0, :17])


def test_from_estimator_with_a_vectorizer_alone_or_none():
    diagrams = random_diagrams()
    vectorizer = PersistenceVectorizer("landscape", n_levels=1).fit(diagrams)
    axes = LandscapeDisplay.from_estimator(vectorizer, diagrams, layer="b", groups=[0, 1] * 4, band="quantile").ax_
    assert [ax.get_title() for ax in axes] == ["b H0", "b H1"] and labels(axes[0])[:2] == ["0", "1"]
    rows = np.random.default_rng(0).random((3, 6))
    drawn = LandscapeDisplay.from_estimator(GraphFiltration().fit(rows), rows, sample=1, n_levels=1)
    pairs = GraphFiltration().fit_transform(rows[1:2]).pairs()
    exact = PersistenceLandscape.from_pairs(pairs, 1, essential=0.0).levels[0]
    np.testing.assert_array_equal(drawn.ax_.lines[0].get_xdata(), -exact[:, 0])


def test_empty_diagrams_and_blocks_without_pairs():
    ax = LandscapeDisplay.from_diagrams([np.empty((0, 3))]).ax_
    assert not ax.lines and ax.get_legend() is None
    diagrams = Diagrams([0.0], [1.0], [0, 1, 1], [("a", 0), ("a", 1)])
    vectorizer = PersistenceVectorizer("landscape").fit(diagrams)
    axes = LandscapeDisplay.from_estimator(vectorizer, diagrams).ax_
    assert max(axes[0].lines[0].get_ydata()) > 0 and not np.any(axes[1].lines[0].get_ydata())


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="'n_levels' of LandscapeDisplay must be an integer >= 1"):
        LandscapeDisplay.from_landscapes(PersistenceLandscape.from_pairs(PAIRS), n_levels=0)
    with pytest.raises(ValueError, match="method must be 'bootstrap' or 'quantile'"):
        LandscapeDisplay.from_diagrams(random_diagrams(), band="normal")
