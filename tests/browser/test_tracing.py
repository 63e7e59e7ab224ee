"""Tracing follows memberships: which share of a node's inputs are among those that were chosen in another layer."""

import pytest

from tests.browser import graphs


@pytest.mark.parametrize(("layer", "nodes"), [("conv", [0]), ("fc", [6]), ("out", [3, 4]), ("conv", [8, 9])])
def test_traced_shares_are_those_of_the_memberships(explorer, layer, nodes):
    explorer.switch("trace", True)
    explorer.select(layer, nodes)
    for name, expected in graphs.traced_shares(graphs.graphs(), layer, nodes).items():
        found = explorer.traced(name)
        assert sorted(found) == sorted(expected)
        assert found == pytest.approx(expected, abs=1e-6)
        assert len(expected) > 0
    assert explorer.traced(layer) == {}


def test_share_shows_in_the_picture(explorer):
    explorer.switch("trace", True)
    explorer.select("fc", [6])
    code = "return root.sktopo.cy.conv.nodes().map(n => [n.data('node'), n.numericStyle('opacity')])"
    rows = explorer.run(code)
    share = graphs.traced_shares(graphs.graphs(), "fc", [6])["conv"]
    outside = [opacity for node, opacity in rows if node not in share]
    inside = [opacity for node, opacity in rows if node in share]
    assert outside and max(outside) < max(inside)


def test_tracing_switched_off_marks_nothing(explorer):
    explorer.switch("trace", True)
    explorer.select("fc", [6])
    assert explorer.traced("conv")
    explorer.switch("trace", False)
    assert explorer.traced("conv") == {} and explorer.traced("out") == {}
    assert explorer.chosen("fc") == [6]


def test_next_choice_takes_the_traces_of_the_last_away(explorer):
    explorer.switch("trace", True)
    explorer.select("conv", [0])
    explorer.select("fc", [0])
    expected = graphs.traced_shares(graphs.graphs(), "fc", [0])
    assert explorer.traced("conv") == pytest.approx(expected["conv"], abs=1e-6)
    assert explorer.traced("fc") == {}
