"""Inputs that nodes of two graphs have in common."""

import numpy as np
import pytest

from sktopo import Activations, Mapper, node_flow


def layers_of(n=60, seed=0):
    rng = np.random.default_rng(seed)
    conv = rng.normal(size=(n, 4, 3, 3))
    return Activations({"conv": conv, "fc": conv.mean(axis=(2, 3))})


def inputs_of(graph, node):
    return set(graph.of_input[graph.members(node)].tolist())


@pytest.mark.parametrize("sampling", ["random_position", "all_positions", "flatten"])
def test_flow_counts_each_input_once_per_pair_of_nodes(sampling):
    activations = layers_of()
    eps = 8.0 if sampling == "flatten" else 2.5
    options = dict(lens="pca", n_intervals=3, overlap=0.4, eps=eps, min_samples=2)
    mapper = Mapper(sampling=sampling, **options).fit(activations, np.arange(60) % 3)
    conv, fc = mapper.graphs_["conv"], mapper.graphs_["fc"]
    flow = node_flow(conv, fc)
    expected = [[len(inputs_of(conv, u) & inputs_of(fc, v)) for v in range(fc.n_nodes)] for u in range(conv.n_nodes)]
    assert flow.dtype == np.int64 and flow.format == "csr" and flow.has_sorted_indices
    assert flow.toarray().tolist() == expected
    assert np.sum(expected) > 60
    assert (flow != node_flow(fc, conv).T).nnz == 0


def test_flow_into_itself_is_sizes_and_intersections():
    graph = Mapper(lambda points: points[:, 0], n_intervals=5, eps=1.0).fit(
        np.random.default_rng(0).normal(size=(90, 2))
    )
    graph = graph.graph_
    flow = node_flow(graph, graph)
    assert flow.diagonal().tolist() == graph.size.tolist()
    assert flow[graph.edges[:, 0], graph.edges[:, 1]].tolist()[0] == graph.intersection.tolist()
    assert flow.nnz == graph.n_nodes + 2 * graph.n_edges


def test_flow_of_a_graph_without_nodes_is_empty():
    points = np.arange(40.0)[:, None]
    empty, full = (Mapper(lambda x: x[:, 0], eps=eps).fit(points).graph_ for eps in (0.1, 5.0))
    assert node_flow(empty, full).shape == (0, full.n_nodes)
    assert node_flow(full, empty).toarray().sum() == 0


def test_flow_between_different_inputs_is_refused():
    mapper = Mapper("l2norm", n_intervals=2, eps=3.0)
    of_60, of_50 = (mapper.fit(layers_of(n)["fc"]).graph_ for n in (60, 50))
    with pytest.raises(ValueError, match="a graph of 60 inputs and the target of 50"):
        node_flow(of_60, of_50)
    letters, digits = (mapper.fit(layers_of()["fc"], y).graph_ for y in (["a", "b"] * 30, [0, 1] * 30))
    with pytest.raises(ValueError, match=r"knows the classes \['a', 'b'\] and the target \[0, 1\]"):
        node_flow(letters, digits)


def test_flow_of_a_mapper_in_place_of_its_graph_is_refused():
    mapper = Mapper("l2norm", n_intervals=2, eps=3.0).fit(layers_of())
    with pytest.raises(TypeError, match="The target must be a MapperGraph.*Got Mapper instead"):
        node_flow(mapper.graph_, mapper)
