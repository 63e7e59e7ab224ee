"""The sweep's kernels one by one against their definitions, compiled and (NUMBA_DISABLE_JIT=1) as plain Python."""

import numpy as np
import pytest

from sktopo._numeric.bucket_queue import OCTAVES, bucket_floor, push, start_queue, take
from sktopo._numeric.buffer import RUN, sort_buffer, thin_buffer
from sktopo._numeric.components import AFTER, RECORD, SIZE, add_edges, essential_births
from sktopo._numeric.presort import SHORT, sort_lists
from sktopo._numeric.workspace import Sizes, new_components, new_workspace
from sktopo.filtration.pairs import pairs_of, strongest_edge
from sktopo.filtration.plan import plan_listed
from tests.operators import numbers
from tests.oracles.elder_rule import persistence
from tests.oracles.kruskal import canonical_forest

KINDS = ("normal", "quantised", "equal", "zeros", "neighbours", "wide", "tiny", "heavy")


def workspace_of(**sizes):
    """A workspace of which only some parts are needed."""
    return new_workspace(Sizes(**{**dict.fromkeys(Sizes._fields, 0), **sizes}))


def new_queue(n_events, top, bits):
    queue = workspace_of(n_listed=n_events, bits=bits).listed
    start_queue(queue, n_events, top, bits)
    return queue


# --- lists of weights ------------------------------------------------------------------------------------------


def sorted_lists(weights):
    list_w, list_j = np.empty(weights.size, dtype=weights.dtype), np.empty(weights.size, dtype=np.int32)
    sort_lists(weights, weights.shape[1], list_w, list_j)
    return list_w.reshape(weights.shape), list_j.reshape(weights.shape)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("length", [0, 1, SHORT - 1, SHORT, SHORT + 1, 3 * SHORT])
def test_lists_are_sorted_heaviest_first_and_equals_keep_their_order(kind, dtype, length):
    weights = np.abs(numbers(np.random.default_rng(length), kind, (3, length), dtype))
    before = weights.copy()
    for given in (weights, weights.T.copy().T):  # rows that lie apart in memory, too
        result, order = sorted_lists(given)
        expected = np.argsort(-weights.astype(np.float64), axis=1, kind="stable")
        np.testing.assert_array_equal(order, expected)
        np.testing.assert_array_equal(result, np.take_along_axis(weights, expected, axis=1))
        assert result.dtype == weights.dtype
        np.testing.assert_array_equal(weights, before)


def test_digits_of_every_weight_of_a_list_are_looked_at():
    """Weights that differ in one bit alone, for each of the 31 bits."""
    weights = np.array([[0] + [1 << bit for bit in range(31)] * 2], dtype=np.uint32)
    weights = weights[weights < 0x7F800000].reshape(1, -1).view(np.float32)
    result, order = sorted_lists(weights)
    np.testing.assert_array_equal(order, np.argsort(-weights.astype(np.float64), axis=1, kind="stable"))
    assert (np.diff(result) <= 0).all()


# --- the queue -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [0, 3, 8])
@pytest.mark.parametrize("top", [5e-324, 1e-310, 2.3e-308, 1.0, 1.9999999999999998, 1e300, 1.7976931348623157e308])
def test_events_come_out_between_the_floors_of_their_buckets(bits, top):
    keys = top * 2.0 ** -np.random.default_rng(0).uniform(0, OCTAVES + 5, size=200)
    keys = np.append(keys[keys > 0], [top, 5e-324])
    queue = new_queue(len(keys), top, bits)
    for event, key in enumerate(keys):
        push(queue, event, key, 0)
        push(queue, event, key / 2 if key > 1e-300 else key, 0)  # it waits already
    seen, above = [], np.inf
    for bucket in range(len(queue.head)):
        floor = bucket_floor(queue, bucket)
        for event in queue.due[: take(queue, bucket)]:
            assert floor <= keys[event] < above
            seen.append(event)
        above = floor
    assert sorted(seen) == list(range(len(keys)))


def test_floors_are_two_to_the_minus_bits_of_an_octave_apart():
    queue = new_queue(1, 1.0, 2)
    floors = [bucket_floor(queue, bucket) for bucket in range(6)]
    assert floors == [1.0, 0.875, 0.75, 0.625, 0.5, 0.4375]
    assert bucket_floor(queue, len(queue.head) - 1) == 5e-324


def test_no_event_waits_for_a_bucket_that_is_over():
    queue = new_queue(2, 1.0, 3)
    push(queue, 0, 1.0, 17)
    push(queue, 1, 1e-300, 17)
    assert take(queue, 17) == 1 and queue.due[0] == 0 and take(queue, 17) == 0
    assert take(queue, len(queue.head) - 1) == 1 and queue.due[0] == 1


# --- the buffer ------------------------------------------------------------------------------------------------


def filled(kind, n, n_vertices, seed=0):
    rng = np.random.default_rng(seed)
    buffer = workspace_of(n_vertices=n_vertices, n_at_once=n_vertices + 64).buffer
    assert n <= len(buffer.phi)
    phi = np.maximum(np.abs(numbers(rng, kind, (n,), "float64")), 5e-324)
    u, v = rng.integers(0, n_vertices, size=(2, n))
    buffer.phi[:n], buffer.u[:n], buffer.v[:n] = phi, u, v
    return buffer, phi, u, v


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [0, 1, 2, RUN, RUN + 1, 5 * RUN + 3, 400])
def test_buffer_is_sorted_by_weight_then_ends(kind, n):
    buffer, phi, u, v = filled(kind, n, 200)
    sort_buffer(buffer, n)
    order = np.lexsort((v, u, -phi))
    for ours, theirs in ((buffer.phi, phi), (buffer.u, u), (buffer.v, v)):
        np.testing.assert_array_equal(ours[:n], theirs[order])


def test_a_buffer_of_two_far_weights_is_sorted():
    """All but one weight share a bin."""
    buffer, phi, u, v = filled("neighbours", 300, 150)
    buffer.phi[7] = phi[7] = 1e300
    sort_buffer(buffer, 300)
    order = np.lexsort((v, u, -phi))
    np.testing.assert_array_equal(buffer.u[:300], u[order])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_thinning_keeps_the_forest_over_components(kind, seed):
    n_vertices = 60
    buffer, phi, u, v = filled(kind, 2 * n_vertices + 64, n_vertices, seed)
    label = np.random.default_rng(seed).integers(0, n_vertices, size=n_vertices, dtype=np.int32)
    kept = thin_buffer(buffer, len(phi), label)
    order = np.lexsort((v, u, -phi))
    forest, join = [], np.arange(n_vertices)
    for e in order:
        a, b = join[label[u[e]]], join[label[v[e]]]
        if a != b:
            join[join == b] = a
            forest.append((phi[e], u[e], v[e]))
    assert kept == len(forest) < n_vertices
    assert list(zip(buffer.phi[:kept], buffer.u[:kept], buffer.v[:kept], strict=True)) == forest


# --- components ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("n_blocks", [1, 3])
def test_components_in_blocks_follow_the_elder_rule(seed, n_blocks):
    rng = np.random.default_rng(seed)
    n_vertices, n_edges = int(rng.integers(1, 12)), int(rng.integers(0, 25))
    u, v = rng.integers(0, n_vertices, size=(2, n_edges))
    phi = rng.integers(1, 6, size=n_edges).astype(float)
    order = np.lexsort((v, u, -phi))
    components = new_components(n_vertices)
    for block in np.array_split(order, n_blocks):
        add_edges(components, phi[block], u[block], v[block], len(block))
    n_forest, n_pairs = components.counts[:2]
    ours = zip(components.forest_phi[:n_forest], components.forest_u, components.forest_v, strict=False)
    assert list(ours) == canonical_forest(phi, u, v)
    proper = u != v
    pairs, essential = persistence(list(zip(u[proper], v[proper], phi[proper], strict=True)))
    ours = sorted(zip(components.birth[:n_pairs], components.death[:n_pairs], strict=True), reverse=True)
    assert ours == [tuple(row) for row in pairs]
    np.testing.assert_array_equal(np.sort(essential_births(components))[::-1], essential)
    after = components.records[AFTER::RECORD]
    for label in np.unique(components.label):
        members = np.flatnonzero(components.label == label)
        assert components.records[RECORD * label + SIZE] == len(members)
        walk = [label]
        while after[walk[-1]] != label:
            walk.append(after[walk[-1]])
        assert sorted(walk) == members.tolist()


# --- graphs whose edges are all listed -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_edges", [1, 40, 600])  # the last fills the buffer more than once
def test_listed_edges_parallel_ones_and_loops(kind, n_edges):
    rng = np.random.default_rng(n_edges)
    u, v = rng.integers(0, 50, size=(2, n_edges))
    phi = np.abs(numbers(rng, kind, (n_edges,), "float64"))
    u, v, phi = u[phi > 0], v[phi > 0], phi[phi > 0]
    for bits in (0, 3, 8):
        components = plan_listed("graph", 50).forest_of(np.empty(0), [(phi, u, v)], np.empty(0), bits=bits)
        n = components.counts[0]
        ours = zip(components.forest_phi[:n], components.forest_u, components.forest_v, strict=False)
        assert list(ours) == canonical_forest(phi, u, v)


@pytest.mark.parametrize("n_vertices", [0, 1, 5])
def test_no_edges_no_forest(n_vertices):
    components = plan_listed("graph", n_vertices).forest_of(np.empty(0), [], np.empty(0))
    assert components.counts[:3].tolist() == [0, 0, 0] and strongest_edge(components) == 0.0
    assert [len(part) for part in pairs_of(components, "all")] == [0, 0]
