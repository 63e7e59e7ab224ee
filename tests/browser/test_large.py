"""A graph of more than a thousand nodes, whose edges are painted apart from its nodes, answers as a small one does."""

import io

import numpy as np
import pytest
from PIL import Image
from sklearn.base import BaseEstimator, ClusterMixin

from sktopo import Mapper
from tests.browser import graphs


class Everything(ClusterMixin, BaseEstimator):
    """One cluster."""

    def fit(self, X, y=None):
        self.labels_ = np.zeros(len(X), dtype=int)
        return self


def coordinates(points):
    return points


def fitted():
    points = np.random.default_rng(0).uniform(size=(6000, 2))
    return Mapper(coordinates, clusterer=Everything(), n_intervals=(30, 40), overlap=0.3).fit(points)


@pytest.fixture
def large(open_page):
    return open_page("large", lambda: (fitted(), {"n_projected": 100}))


@pytest.fixture(scope="module")
def graph():
    found = fitted().graph_
    assert found.n_nodes + found.n_edges > 3000
    return found


def ink(explorer):
    box = explorer.panel("X").locator("[data-role=graph]")
    return sum(Image.open(io.BytesIO(box.screenshot())).convert("L").histogram()[:235])


def test_click_shows_members_and_sliders_count_edges(large, graph):
    large.click_node("X", 700)
    (chosen,) = large.chosen("X")  # discs may lie over each other
    assert large.members() == graphs.inputs_of(graph, chosen).tolist()
    limit = large.slide("intersection", int(np.median(graph.intersection)))
    shown = len(graphs.kept_edges(graph, intersection=limit))
    assert 0 < shown < graph.n_edges
    assert large.edge_count("X")[0][:2] == [shown, graph.n_edges]


def test_hidden_edges_leave_no_ink(large):
    every = ink(large)
    large.slide("jaccard", 1)
    large.page.wait_for_timeout(300)
    assert ink(large) < every - 1000


def test_edges_are_chosen_by_a_click(large, graph):
    large.mode("edge")
    middle = int(np.argmin(np.abs(graph.lens - 0.5).sum(axis=1)))
    large.run("const cy = root.sktopo.cy.X; cy.zoom(8); cy.center(node('X', argument))", middle)
    large.settle()
    for pair in graph.edges[(graph.edges == middle).any(axis=1)].tolist():
        large.click_edge("X", pair)
        if len(large.chosen("X")) == 2:
            break
    u, v = large.chosen("X")
    assert [u, v] in graph.edges.tolist()
    common = np.intersect1d(graph.members(u), graph.members(v))
    assert large.members() == np.unique(graph.of_input[common]).tolist()
