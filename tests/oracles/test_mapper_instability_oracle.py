"""The slow matching distance on cases worked by hand."""

from tests.oracles.mapper_instability import instability, matching_distance


def test_names_of_clusters_do_not_matter():
    assert matching_distance({0: [{1, 2}, {3}]}, {0: [{3}, {1, 2}]}, {1, 2, 3}) == 0


def test_a_split_cluster_loses_its_smaller_part():
    """{1, 2, 3, 4} against {1, 2, 3} and {4}: matched with the larger, 4 disagrees."""
    assert matching_distance({0: [{1, 2, 3, 4}]}, {0: [{1, 2, 3}, {4}]}, {1, 2, 3, 4}) == 1 / 4


def test_noise_agrees_with_noise_alone():
    assert matching_distance({0: [{1, 2}]}, {0: [{1}]}, {1, 2, 3, 4}) == 1 / 4


def test_a_point_disagrees_if_it_does_in_any_cell_and_counts_once():
    """Cell 0 is best matched by 1, 2 or by 3, 4; cell 1 contains 1 and 2 as noise of one alone, so that 3, 4 it is."""
    ours, theirs = {0: [{1, 2, 3, 4}], 1: [{1, 2}]}, {0: [{1, 2}, {3, 4}]}
    assert matching_distance(ours, theirs, {1, 2, 3, 4}) == 2 / 4


def test_points_that_one_lacks_are_not_looked_at():
    assert matching_distance({0: [{1, 9}]}, {0: [{1}]}, {1, 2}) == 0


def test_instability_by_hand():
    """Pairs (0, 1) and (1, 2) disagree in one of two points, (0, 2) in none."""
    mappers = [{0: [{1, 2}]}, {0: [{1}, {2}]}, {0: [{1, 2}]}]
    assert instability(mappers, [{1, 2}] * 3) == (1 / 2 + 1 / 2 + 0) / 3
