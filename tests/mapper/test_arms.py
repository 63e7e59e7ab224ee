"""Arms, each component looked at once, are those of a walk from every branch."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from sktopo.mapper.arms import Arms
from tests.oracles.mapper_arms import arm_nodes, points_beside


def random_graph(seed):
    """Neighbours, nodes that count as branches, and members that nodes far apart may share."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 25))
    joined = np.triu(rng.random((n, n)) < 2.2 / n, 1)
    neighbours = [dict.fromkeys(np.flatnonzero(joined[v] | joined[:, v]).tolist(), 0) for v in range(n)]
    members = [np.flatnonzero(rng.random(40) < 0.1) for _ in range(n)]
    indptr = np.cumsum([0, *map(len, members)])
    indices = np.concatenate(members).astype(np.int32)
    graph = SimpleNamespace(
        n_points=40,
        membership=sparse.csr_matrix((np.ones(len(indices), dtype=np.int8), indices, indptr), (n, 40)),
        members=members.__getitem__,
    )
    return graph, neighbours, set(np.flatnonzero(rng.random(n) < 0.3).tolist()), members, rng


@pytest.mark.parametrize("seed", range(60))
def test_arms_are_those_of_a_walk(seed):
    graph, neighbours, branching, members, rng = random_graph(seed)
    arms = Arms(graph, neighbours, branching)
    for v in branching:
        others = sorted(neighbours[v])
        cut = int(rng.integers(len(others) + 1))
        starts = [tuple(part) for part in (others[:cut], others[cut:]) if part]
        walked = [arm_nodes(start, neighbours, branching) for start in starts]
        assert [arms.nodes(start) for start in starts] == walked
        assert arms.size(starts, members[v]) == points_beside(walked, members, members[v])
        for start, arm in zip(starts, walked, strict=True):
            assert arms.size([start], members[v]) == points_beside([arm], members, members[v])
