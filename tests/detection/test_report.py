"""detection_report against its slow twin and scikit-learn, its intervals, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from sktopo import detection_report
from tests.oracles import detection as oracle

SCORES = st.lists(st.integers(-3, 3).map(float) | st.floats(-10, 10), min_size=1, max_size=30)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(normal=SCORES, abnormal=SCORES)
def test_measures_equal_those_of_the_slow_twin(normal, abnormal):
    report = detection_report(normal, abnormal, n_bootstrap=1)
    expected = {
        "auroc": oracle.auroc(normal, abnormal),
        "fpr_at_95_tpr": oracle.fpr_at_tpr(normal, abnormal),
        "aupr_abnormal": oracle.average_precision([-score for score in abnormal], [-score for score in normal]),
        "aupr_normal": oracle.average_precision(normal, abnormal),
        "tpr_at_5_fpr": oracle.tpr_at_fpr(normal, abnormal),
    }
    for measure, value in expected.items():
        assert report.value("scores", measure) == pytest.approx(value, abs=1e-12), measure


def drawn(seed=0, n=300, apart=1.0):
    rng = np.random.default_rng(seed)
    return rng.normal(apart, size=n), rng.normal(size=n // 2)


def test_measures_equal_those_of_scikit_learn():
    normal, abnormal = drawn()
    report = detection_report(normal, abnormal, n_bootstrap=5)
    scores, is_normal = np.concatenate([normal, abnormal]), np.repeat([1, 0], [len(normal), len(abnormal)])
    assert report.value("scores") == pytest.approx(roc_auc_score(is_normal, scores))
    assert report.value("scores", "aupr_normal") == pytest.approx(average_precision_score(is_normal, scores))
    assert report.value("scores", "aupr_abnormal") == pytest.approx(average_precision_score(1 - is_normal, -scores))


def test_bootstrap_samples_are_measures_of_resampled_inputs():
    normal, abnormal = drawn(n=40)
    report = detection_report(normal, abnormal, n_bootstrap=4, random_state=3)
    rng = np.random.RandomState(3)
    times = [rng.multinomial(len(part), np.full(len(part), 1 / len(part)), size=4) for part in (normal, abnormal)]
    for sample in range(4):
        again = [np.repeat(part, t[sample]) for part, t in zip((normal, abnormal), times, strict=True)]
        np.testing.assert_allclose(
            report.samples[sample], detection_report(*again, n_bootstrap=1).values, rtol=1e-12, err_msg=str(sample)
        )


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    truth = 0.7602499389065233  # P(N(1, 1) > N(0, 1))
    reports = [detection_report(*drawn(seed), n_bootstrap=200) for seed in range(100)]
    held = [report.low[0, 0] <= truth <= report.high[0, 0] for report in reports]
    assert 0.87 <= np.mean(held) <= 1.0


def copies_of_images(seed, n=80):
    """Scores of a clean and a noisy copy, which are much alike, and of attacked copies, which are like them."""
    rng = np.random.default_rng(seed)
    image, group = rng.normal(size=n), np.arange(n)
    clean, noisy, attacked = (image + 0.4 * rng.normal(size=n) for _ in range(3))
    return (np.concatenate([clean, noisy]) + 1, attacked), (np.tile(group, 2), group)


def test_copies_of_an_image_are_drawn_together():
    found = [detection_report(*copies_of_images(seed)[0], n_bootstrap=1).values[0, 0] for seed in range(300)]
    scores, groups = copies_of_images(0)
    together = detection_report(*scores, groups=groups)
    assert together.samples[:, 0, 0].std() == pytest.approx(np.std(found), rel=0.15)
    assert detection_report(*scores).samples[:, 0, 0].std() > 1.5 * np.std(found)
    assert "95 % bootstrap intervals over 80 groups of copies" in str(together)


def test_groups_of_one_are_no_groups():
    normal, abnormal = drawn(n=40)
    alone = (np.arange(40), np.arange(40, 60))
    np.testing.assert_array_equal(
        detection_report(normal, abnormal, groups=alone, n_bootstrap=20).samples,
        detection_report(normal, abnormal, n_bootstrap=20).samples,
    )


def test_every_bootstrap_sample_has_inputs_of_both_kinds():
    groups = (np.array(["a", "b", "c", "d", "d"]), np.array(["e", "e"]))
    assert np.isfinite(detection_report(np.arange(5.0), [0.5, 1.5], groups=groups).samples).all()


def test_memory_blocks_do_not_change_the_samples(monkeypatch):
    whole = detection_report(*drawn(n=20), n_bootstrap=1).samples
    monkeypatch.setattr("sktopo.detection.report.BLOCK", 30)
    np.testing.assert_array_equal(detection_report(*drawn(n=20), n_bootstrap=1).samples, whole)
    assert detection_report(*drawn(n=20), n_bootstrap=7).samples.shape == (7, 1, 5)


def test_detectors_are_compared_on_the_same_inputs():
    normal, abnormal = drawn()
    rng = np.random.default_rng(5)
    noise = rng.normal(size=len(normal)), rng.normal(size=len(abnormal))
    report = detection_report(
        {"good": normal, "same": 2 * normal, "poor": noise[0]},
        {"good": abnormal, "same": 2 * abnormal, "poor": noise[1]},
    )
    assert report.compare("good", "same") == (0.0, (0.0, 0.0), 1.0)
    difference, (low, high), p_value = report.compare("good", "poor")
    assert difference == report.value("good") - report.value("poor") and 0 < low < difference < high
    assert p_value == 2 / 1001
    assert report.compare("poor", "good")[0] == -difference


def test_the_print_states_the_convention_and_the_numbers():
    report = detection_report([0.9, 0.8], [0.1, 0.85], n_bootstrap=10)
    assert "Positive = abnormal" in str(report) and "2 normal, 2 abnormal; 95 % bootstrap intervals" in str(report)
    assert "    0.750 [" in str(report).splitlines()[1]
    assert repr(report) == ("DetectionReport(1 detectors on 2 normal and 2 abnormal inputs; best auroc 0.750: scores)")


def test_table_has_a_row_per_detector():
    pytest.importorskip("pandas")
    table = detection_report({"a": [1.0, 2.0], "b": [2.0, 1.0]}, {"a": [0.0], "b": [1.5]}, n_bootstrap=2).to_frame()
    assert table.loc["a", "auroc"] == 1.0 and table.loc["b", "auroc"] == 0.5


@pytest.mark.parametrize(
    ("normal", "abnormal", "options", "message"),
    [
        ([1.0], {"a": [1.0]}, {}, "both as dicts"),
        ({"a": [1.0]}, {"b": [1.0]}, {}, r"same detectors, at least one. Got \['a'\] and \['b'\]"),
        ({}, {}, {}, "at least one"),
        ([], [1.0], {}, "normal scores of 'scores' must be one number per input"),
        ([1.0], [[1.0]], {}, "abnormal scores of 'scores' must be one number per input"),
        ([1.0, np.nan], [1.0], {}, "normal scores of 'scores' contain NaN"),
        ({"a": [1.0], "b": [1.0, 2.0]}, {"a": [1.0], "b": [1.0]}, {}, "same normal inputs. Got numbers"),
        ([1.0], [1.0], {"n_bootstrap": 0}, "n_bootstrap must be a positive integer"),
        ([1.0], [1.0], {"groups": [1, 2]}, "groups must be a pair of arrays"),
        ([1.0], [1.0], {"groups": ([1], [2, 3])}, "each of the 1 normal and of each of the 1 abnormal"),
        ([1.0], [1.0], {"confidence": 1}, "confidence must be between 0 and 1"),
    ],
)
def test_what_cannot_be_judged_is_refused(normal, abnormal, options, message):
    with pytest.raises(ValueError, match=message):
        detection_report(normal, abnormal, **options)


def test_unknown_names_are_refused():
    report = detection_report([1.0], [0.0], n_bootstrap=1)
    with pytest.raises(ValueError, match="no detector 'x'. It has scores"):
        report.value("x")
    with pytest.raises(ValueError, match="no measure 'auc'. It has auroc"):
        report.value("scores", "auc")
