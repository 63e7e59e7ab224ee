"""How measures are judged: identification, monotonicity, sensitivity, and the nulls."""

import itertools

import numpy as np
import pytest

from sktopo import (
    Activations,
    LayerSimilarity,
    layer_identification_score,
    monotonicity_score,
    scalar_nulls,
    sensitivity_curve,
)
from tests.oracles.similarity import distances, n_components
from tests.similarity.stand_ins import CloudTree, SetsTree, SortedDistance


def random_matrices(seed, n=4, n_layers=5, ties=False):
    rng = np.random.default_rng(seed)
    shape = (n, n, n_layers, n_layers)
    return rng.integers(0, 4, size=shape).astype(float) if ties else rng.normal(size=shape)


def by_definition(matrices):
    """Accuracy and mean reciprocal rank over all ways of breaking ties, larger is closer."""
    n, n_layers = matrices.shape[0], matrices.shape[2]
    right, reciprocal = [], []
    for a, b in itertools.permutations(range(n), 2):
        for i in range(n_layers):
            row = matrices[a, b, i]
            ranks = [
                1 + sum(row[j] > row[i] for j in range(n_layers)) + ahead
                for ahead in range(sum(row[j] == row[i] for j in range(n_layers)))
            ]
            right.append(np.mean([rank == 1 for rank in ranks]))
            reciprocal.append(np.mean([1 / rank for rank in ranks]))
    return np.mean(right), np.mean(reciprocal)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_identification_is_as_defined(seed, ties):
    matrices = random_matrices(seed, ties=ties)
    for sign in (1, -1):
        found = layer_identification_score(sign * matrices, higher_is_closer=sign > 0)
        assert (found.accuracy, found.mean_reciprocal_rank) == pytest.approx(by_definition(matrices))
        assert found.by_layer.mean() == pytest.approx(found.accuracy)
        assert found.chance == 0.2 and np.isnan(found.seconds_per_pair)


def test_identification_by_hand():
    # network 0 sees both layers of network 1 right; network 1 takes layer 0 for layer 1
    matrices = np.zeros((2, 2, 2, 2))
    matrices[0, 1] = [[0.9, 0.1], [0.2, 0.8]]
    matrices[1, 0] = [[0.3, 0.4], [0.2, 0.8]]
    found = layer_identification_score(matrices, higher_is_closer=True)
    assert (found.accuracy, found.mean_reciprocal_rank) == (0.75, 0.875)
    assert found.by_layer.tolist() == [0.5, 1.0]
    assert np.isnan(found.interval).all()


def test_a_measure_without_opinion_scores_chance():
    assert layer_identification_score(np.zeros((3, 3, 4, 4)), higher_is_closer=True).accuracy == 0.25


def test_interval_is_that_of_the_jackknife_over_networks():
    matrices = random_matrices(1, n=6) + 0.9 * np.eye(5)
    found = layer_identification_score(matrices, higher_is_closer=True)
    left_out = []
    for a in range(6):
        rest = [b for b in range(6) if b != a]
        left_out.append(layer_identification_score(matrices[np.ix_(rest, rest)], higher_is_closer=True).accuracy)
    error = np.sqrt(5 / 6 * np.square(np.array(left_out) - np.mean(left_out)).sum())
    width = 2.5705818 * error  # Student's t, 5 degrees of freedom, 0.975
    assert found.interval == pytest.approx((max(found.accuracy - width, 0), min(found.accuracy + width, 1)), rel=1e-6)
    assert found.interval[0] < found.accuracy < found.interval[1]
    narrower = layer_identification_score(matrices, higher_is_closer=True, confidence=0.5).interval
    assert found.interval[0] < narrower[0] < narrower[1] < found.interval[1]


def trained_alike(n_networks=3, n=40):
    """Networks whose corresponding layers are rotations of each other, with some noise."""
    base = np.random.default_rng(0)
    layers = {"a": base.normal(size=(n, 6)), "b": base.normal(size=(n, 4)), "c": base.normal(size=(n, 9))}
    networks = []
    for seed in range(n_networks):
        rng = np.random.default_rng(seed + 1)
        networks.append(
            Activations(
                {
                    name: x @ np.linalg.qr(rng.normal(size=(x.shape[1],) * 2))[0] + 0.05 * rng.normal(size=x.shape)
                    for name, x in layers.items()
                }
            )
        )
    return networks


@pytest.mark.parametrize("measure", ["cka", "procrustes", "svcca", "pwcca", "knn_jaccard", "rtd_lite", "nts"])
def test_networks_are_compared_by_any_measure(measure):
    networks = trained_alike()
    similarity = LayerSimilarity(measure, as_frame=True)
    found = layer_identification_score(similarity, networks)
    assert found.accuracy == 1 and found.seconds_per_pair > 0
    assert found.interval == (1, 1)
    np.testing.assert_array_equal(found.matrices, similarity.compare_all(networks))


def test_bad_matrices():
    with pytest.raises(ValueError, match="give higher_is_closer"):
        layer_identification_score(random_matrices(0))
    with pytest.raises(ValueError, match="at least two networks"):
        layer_identification_score(random_matrices(0)[:1, :1], higher_is_closer=True)
    nan = random_matrices(0)
    nan[1, 2, 3, 4] = np.nan
    with pytest.raises(ValueError, match="Layer 3 of network 1 against layer 4 of network 2 is NaN"):
        layer_identification_score(nan, higher_is_closer=True)
    with pytest.raises(ValueError, match="at least two networks"):
        layer_identification_score(LayerSimilarity(), trained_alike(1))


def test_monotone_layers():
    gaps = np.abs(np.subtract.outer(np.arange(5), np.arange(5))).astype(float)
    for matrix, higher in ((gaps, False), (-gaps, True), (1 / (1 + gaps), True)):
        found = monotonicity_score(matrix, higher_is_closer=higher)
        assert (found.correlation, found.wrong_triples) == (pytest.approx(1), 0)
    assert monotonicity_score(gaps, higher_is_closer=True).wrong_triples == 1
    assert monotonicity_score(gaps, higher_is_closer=True).correlation == pytest.approx(-1)


@pytest.mark.parametrize("seed", range(4))
def test_monotonicity_is_as_defined(seed):
    from scipy.stats import spearmanr

    matrix = np.random.default_rng(seed).integers(0, 5, size=(6, 6)).astype(float)
    both = (matrix + matrix.T) / 2
    pairs = list(itertools.combinations(range(6), 2))
    expected = spearmanr([both[i, j] for i, j in pairs], [j - i for i, j in pairs]).statistic
    triples = [both[i, k] > both[i, j] and both[i, k] > both[j, k] for i, j, k in itertools.combinations(range(6), 3)]
    found = monotonicity_score(matrix, higher_is_closer=False)
    assert found.correlation == pytest.approx(expected)
    assert found.wrong_triples == pytest.approx(1 - np.mean(triples))


def test_a_tie_is_no_order():
    found = monotonicity_score(np.zeros((4, 4)), higher_is_closer=False)
    assert found.wrong_triples == 1 and np.isnan(found.correlation)


def test_random_distances_get_two_of_three_triples_wrong():
    matrix = np.random.default_rng(0).normal(size=(40, 40))
    assert monotonicity_score(matrix, higher_is_closer=False).wrong_triples == pytest.approx(2 / 3, abs=0.03)


def test_monotonicity_of_a_fitted_similarity():
    similarity = LayerSimilarity("procrustes").fit(trained_alike()[0])
    assert monotonicity_score(similarity) == monotonicity_score(similarity.matrix_, higher_is_closer=False)
    with pytest.raises(ValueError, match="give higher_is_closer"):
        monotonicity_score(similarity.matrix_)
    with pytest.raises(ValueError, match="at least 3 layers"):
        monotonicity_score(np.eye(2), higher_is_closer=True)


def image_networks(n_networks=3):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 12)) * 0.6 ** np.arange(12)
    return [
        Activations({"conv": (x + 0.02 * np.random.default_rng(s).normal(size=x.shape) + 2).reshape(50, 3, 2, 2)})
        for s in range(n_networks)
    ]


@pytest.mark.parametrize("measure", ["cka", "procrustes"])
def test_sensitivity_is_as_defined(measure):
    networks, similarity = image_networks(), LayerSimilarity(measure)
    curve = sensitivity_curve(similarity, networks, "conv", shares=[0.0, 0.25, 0.5, 0.75])
    for network, row in zip(networks, curve.values, strict=True):
        flat = network["conv"].reshape(50, -1)
        mean = flat.mean(axis=0)
        u, s, vt = np.linalg.svd(flat - mean, full_matrices=False)
        for kept, value in zip((12, 9, 6, 3), row, strict=True):
            rest = (u[:, :kept] * s[:kept]) @ vt[:kept] + mean
            assert value == pytest.approx(similarity.compare({"x": flat}, {"y": rest})[0, 0], abs=1e-6)
    pairs = [similarity.compare(a, b)[0, 0] for a, b in itertools.permutations(networks, 2)]
    assert curve.threshold == pytest.approx(np.mean(pairs))
    means = curve.values.mean(axis=0)
    further = means < curve.threshold if measure == "cka" else means > curve.threshold
    assert curve.detected == curve.shares[further][0] > 0


def test_sensitivity_of_nothing_deleted_is_the_measure_of_equals():
    curve = sensitivity_curve(LayerSimilarity("procrustes"), image_networks(), "conv", shares=[0.0])
    np.testing.assert_allclose(curve.values, 0, atol=1e-6)
    assert np.isnan(curve.detected)


def test_sensitivity_hands_filtrations_the_same_container():
    null = scalar_nulls(filtration=CloudTree())["n_bars"]
    curve = sensitivity_curve(null, image_networks(), "conv", shares=[0.0, 0.9])
    np.testing.assert_array_equal(curve.values, 0)
    assert curve.threshold == 0


def test_sensitivity_of_sets_deletes_directions_of_each():
    networks = image_networks()
    sets = [[network[:25], network[25:]] for network in networks]
    curve = sensitivity_curve(LayerSimilarity(SortedDistance(), filtration=SetsTree()), sets, "conv", shares=[0.0, 0.5])
    parts = [[network[rows] for network in networks] for rows in (slice(0, 25), slice(25, 50))]
    alone = LayerSimilarity(SortedDistance(), filtration=CloudTree())
    expected = [sensitivity_curve(alone, part, "conv", shares=[0.0, 0.5]) for part in parts]
    np.testing.assert_allclose(curve.values, np.mean([each.values for each in expected], axis=0), atol=1e-12)
    assert curve.threshold == pytest.approx(np.mean([each.threshold for each in expected]))
    assert curve.values[0, 1] > 0.01


def test_sensitivity_refuses_what_it_cannot_use():
    networks = image_networks()
    with pytest.raises(KeyError, match="No layer 'fc'"):
        sensitivity_curve(LayerSimilarity(), networks, "fc")
    with pytest.raises(ValueError, match="at least two networks"):
        sensitivity_curve(LayerSimilarity(), networks[:1], "conv")
    for shares in ([0.5, 0.1], [1.0], [-0.1], []):
        with pytest.raises(ValueError, match="rise within"):
            sensitivity_curve(LayerSimilarity(), networks, "conv", shares=shares)
    assert len(sensitivity_curve(LayerSimilarity(), networks, "conv").shares) == 21


def test_nulls_know_one_number_each():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(15, 3)), rng.normal(size=(15, 6)) + 2
    nulls = scalar_nulls(filtration=CloudTree())
    found = {name: float(null.compare({"x": x}, {"y": y})[0, 0]) for name, null in nulls.items()}
    pairs = list(itertools.combinations(range(15), 2))
    distance = [np.mean([np.linalg.norm(z[i] - z[j]) for i, j in pairs]) for z in (x, y)]
    norm = [np.mean([np.linalg.norm(row) for row in z]) for z in (x, y)]
    assert found["mean_distance"] == pytest.approx(abs(np.log(distance[0] / distance[1])))
    assert found["mean_norm"] == pytest.approx(abs(np.log(norm[0] / norm[1])))
    assert found["width"] == pytest.approx(np.log(2))
    assert found["n_bars"] == 0
    # summing the excess of components over 1, threshold by threshold, gives the length of the tree
    lengths = []
    for z, mean in zip((x, y), distance, strict=True):
        d = distances(z)
        steps = np.unique(d)
        excess = [n_components(d, low) - 1 for low in steps[:-1]]
        lengths.append(np.dot(excess, np.diff(steps)) / mean)
    assert found["tree_length"] == pytest.approx(abs(np.log(lengths[0] / lengths[1])))
    assert {*scalar_nulls()} == {"mean_distance", "mean_norm", "width", "tree_length"}


def test_nulls_identify_layers_by_their_width_alone():
    nulls = scalar_nulls()
    assert layer_identification_score(nulls["width"], trained_alike()).accuracy == 1
