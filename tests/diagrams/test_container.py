"""Diagrams: ragged, immutable, indexable; and other people's formats."""

import pickle

import joblib
import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from sktopo import Diagrams, PersistenceVectorizer
from sktopo.diagrams.reading import as_diagrams


@pytest.fixture
def diagrams():
    return Diagrams(
        birth=[-3.0, -2.0, 0.0, -1.0],
        death=[np.inf, -1.0, 1.0, np.inf],
        offsets=[0, 2, 2, 3, 4, 4, 4],
        blocks=[("conv1", 0), ("conv2", 1)],
        negated=True,
        end=0.0,
        max_pairs=[3, 1],
    )


def test_shape_layers_and_counts(diagrams):
    assert diagrams.shape == (3, 2) and len(diagrams) == 3
    assert diagrams.layers == ("conv1", "conv2") and diagrams.degrees == (0, 1)
    np.testing.assert_array_equal(diagrams.counts, [[2, 0], [1, 1], [0, 0]])


def test_pairs_of_one_sample_and_block(diagrams):
    np.testing.assert_array_equal(diagrams[0].pairs("conv1", 0), [[-3, np.inf], [-2, -1]])
    np.testing.assert_array_equal(diagrams[1].pairs("conv2", 1), [[-1, np.inf]])
    assert diagrams[2].pairs().shape == (0, 2)


def test_pairs_of_many_samples_is_an_error(diagrams):
    with pytest.raises(ValueError, match=r"Use d\[i\]"):
        diagrams.pairs("conv1", 0)


@pytest.mark.parametrize(
    ("key", "samples"),
    [(-1, [2]), (slice(0, 2), [0, 1]), ([2, 0], [2, 0]), (np.array([False, True, True]), [1, 2]), ([], [])],
)
def test_every_index_along_samples(diagrams, key, samples):
    expected = [diagrams[i] for i in samples]
    assert [*diagrams[key]] == expected
    assert [*diagrams[(key, Ellipsis)]] == expected
    assert diagrams[key].max_pairs == (3, 1)


def test_index_by_layer_or_column_offers_select(diagrams):
    for key in ("conv1", (slice(None), 0)):
        with pytest.raises(IndexError, match="select"):
            diagrams[key]


def test_select_by_layer_and_degree(diagrams):
    chosen = diagrams.select(layer="conv2")
    assert chosen.blocks == (("conv2", 1),) and chosen.max_pairs == (1,)
    np.testing.assert_array_equal(chosen.counts.ravel(), [0, 1, 0])
    assert diagrams.select(degree=0).blocks == (("conv1", 0),)
    with pytest.raises(ValueError, match="There is no block with layer"):
        diagrams.select(layer="conv3")
    with pytest.raises(ValueError, match="unknown: \\['conv9'\\]"):
        diagrams.select(layer=["conv1", "conv9"])
    with pytest.raises(ValueError, match="unknown: \\[5\\]"):
        diagrams.select(degree=[0, 5])
    with pytest.raises(ValueError, match="There is no block"):
        diagrams.select(layer="conv1", degree=1)


def test_concatenate_undoes_indexing(diagrams):
    assert Diagrams.concatenate([diagrams[:1], diagrams[1:]]) == diagrams
    with pytest.raises(ValueError, match="differs from part 0"):
        Diagrams.concatenate([diagrams, diagrams.select(degree=0)])
    with pytest.raises(ValueError, match="nothing to concatenate"):
        Diagrams.concatenate([])


@pytest.mark.parametrize("key", [3, -4])
def test_an_index_out_of_range_is_an_error(diagrams, key):
    with pytest.raises(IndexError, match=f"Sample {key} does not exist: there are 3 samples"):
        diagrams[key]


def test_a_mask_of_another_length_is_an_error(diagrams):
    with pytest.raises(IndexError, match="The mask has 2 entries for 3 samples"):
        diagrams[[True, False]]


@pytest.mark.parametrize("key", [[0.5], [[0, 1]]])
def test_an_index_that_is_no_list_of_samples_is_an_error(diagrams, key):
    with pytest.raises(IndexError, match="integers or booleans in one dimension"):
        diagrams[key]


def test_persistence_is_infinite_for_essential_classes(diagrams):
    np.testing.assert_array_equal(diagrams.persistence, [np.inf, 1, 1, np.inf])
    assert diagrams.dtype == np.float64


def test_arrays_cannot_be_changed_by_anybody():
    birth = np.zeros(1)
    diagrams = Diagrams(birth, [1.0], [0, 1], [("a", 0)])
    birth[0] = 0.5
    assert diagrams.birth[0] == 0
    for again in (diagrams, pickle.loads(pickle.dumps(diagrams))):
        with pytest.raises(ValueError, match="read-only"):
            again.birth[0] = 5


def test_pickle_and_equality(diagrams, tmp_path):
    assert pickle.loads(pickle.dumps(diagrams)) == diagrams
    joblib.dump(diagrams, tmp_path / "diagrams.joblib")
    assert joblib.load(tmp_path / "diagrams.joblib", mmap_mode="r") == diagrams
    assert diagrams != diagrams[:2] and diagrams != "diagrams"


def test_scikit_learn_splits_diagrams(diagrams):
    train, test = train_test_split(diagrams, test_size=1, random_state=0)
    assert (len(train), len(test)) == (2, 1)


def test_the_array_has_a_width_that_does_not_depend_on_the_batch(diagrams):
    whole = np.asarray(diagrams)
    assert whole.shape == (3, 4, 3)
    for i in range(3):
        np.testing.assert_array_equal(np.asarray(diagrams[i])[0], whole[i])
    np.testing.assert_array_equal(whole[1], [[0, 1, 0], [0, 0, 0], [0, 0, 0], [-1, np.inf, 1]])


@pytest.mark.parametrize(
    ("birth", "death", "message"),
    [
        ([0.4], [0.1], r"Diagram 0, layer 'conv2', degree 0: death < birth in row 0 \(birth=0.4, death=0.1\)"),
        ([np.nan], [0.1], "NaN or an infinite birth"),
        ([0.0], [np.nan], "NaN or an infinite birth"),
        ([-np.inf], [0.0], "NaN or an infinite birth"),
    ],
)
def test_a_pair_that_is_no_pair_names_its_place(birth, death, message):
    with pytest.raises(ValueError, match=message):
        Diagrams(birth, death, [0, 1], [("conv2", 0)])


@pytest.mark.parametrize("offsets", [[0, 2], [1, 1], [0], [0, 2, 1]])
def test_offsets_must_fit(offsets):
    with pytest.raises(ValueError, match="offsets must rise"):
        Diagrams([0.0], [1.0], offsets, [("a", 0)] if len(offsets) > 1 else [("a", 0), ("b", 0)])


def test_blocks_must_be_distinct_and_present():
    with pytest.raises(ValueError, match="at least one block"):
        Diagrams([], [], [0], [])
    with pytest.raises(ValueError, match="different"):
        Diagrams([], [], [0], [("a", 0), ("a", 0)])


def test_lists_gudhi_and_giotto_round_trip():
    rows = [np.array([[0, 2, 0], [0, np.inf, 0], [1, 3, 1]], dtype=float), np.array([[0, 1, 0]], dtype=float)]
    diagrams = Diagrams.from_list(rows)
    assert diagrams.blocks == (("diagram", 0), ("diagram", 1))
    for given, back in zip(rows, diagrams.to_list(), strict=True):
        np.testing.assert_array_equal(given, back)
    assert Diagrams.from_gudhi(diagrams.to_gudhi()) == diagrams
    assert Diagrams.from_giotto(diagrams.to_giotto(essential="keep")) == diagrams
    assert as_diagrams(rows) == diagrams and as_diagrams(diagrams) is diagrams


def test_essential_classes_become_finite_only_when_asked():
    diagrams = Diagrams.from_list([np.array([[0, np.inf, 0], [0, 1, 0]])], end=5.0)
    with pytest.raises(ValueError, match="1 essential classes"):
        diagrams.to_giotto()
    assert diagrams.to_giotto(essential="cap")[0, 0].tolist() == [0, 5, 0]
    assert diagrams.to_giotto(essential=7)[0, 0].tolist() == [0, 7, 0]
    assert diagrams.to_giotto(essential="drop").shape == (1, 1, 3)
    with pytest.raises(ValueError, match="where the filtration ends"):
        Diagrams.from_list([np.array([[0, np.inf, 0]])]).to_giotto(essential="cap")


def test_a_class_born_after_its_cap_dies_at_once():
    diagrams = Diagrams.from_list([np.array([[6, np.inf, 0]])])
    assert diagrams.to_giotto(essential=5)[0, 0].tolist() == [6, 6, 0]


def test_a_batch_too_wide_for_its_declared_width_is_an_error():
    diagrams = Diagrams([0.0, 0.0], [1.0, 2.0], [0, 2], [("conv1", 0)], max_pairs=[1])
    with pytest.raises(ValueError, match="Diagram 0 has 2 pairs of layer 'conv1', degree 0, more than the 1 rows"):
        np.asarray(diagrams)


def test_padding_and_pairs_of_a_giotto_array():
    padded = np.array([[[0, 1, 0], [2, 2, 1]], [[0, 3, 0], [1, 2, 1]]], dtype=float)
    diagrams = as_diagrams(padded)
    assert diagrams.blocks == (("diagram", 0), ("diagram", 1))
    np.testing.assert_array_equal(diagrams.counts, [[1, 0], [1, 1]])
    assert as_diagrams(padded[:1]).blocks == diagrams.blocks  # padding alone keeps its block


def test_empty_diagrams_in_a_list_may_have_any_shape():
    row = np.array([[0.0, 1.0, 0]])
    diagrams = PersistenceVectorizer().fit_transform([row, [], np.empty((0, 3))])
    assert diagrams[0].any() and not diagrams[1:].any()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([np.zeros((2, 2))], "must have rows"),
        ([np.array([[0, 1, 0.5]])], "integers"),
        ("text", "Expected Diagrams"),
    ],
)
def test_what_is_not_a_diagram_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        as_diagrams(rows)


@pytest.mark.parametrize("wrong", [[(0, (0.0, 1.0))], [1, 2], [[(0, 1.0, 2.0)]]])
def test_one_persistence_of_gudhi_alone_is_refused_with_the_cure(wrong):
    with pytest.raises(ValueError, match=r"For one sample give \[simplex_tree.persistence\(\)\]"):
        Diagrams.from_gudhi(wrong)
