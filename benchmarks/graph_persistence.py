"""Degree-0 persistence of activation graphs: sktopo beside other libraries, in one process, one thread each.

What is timed. sktopo: from recorded activations to Diagrams, births and deaths. The others: the spanning forest alone
(GUDHI, ripser and pyflagser: persistence with all vertices born first), of a graph that lies ready in the form that
each likes best; neither edge weights nor graph, which are new for every input, are in their time. "SciPy, assembled"
adds them. Before anything is timed, all must find the same forest.

Peers that take minutes on a large graph are timed on graphs of up to three million edges; AlexNet as a whole, with
658 million edges, is too large for all of them.
"""

import argparse

import numpy as np
import torch
from explicit import ExplicitGraph
from harness import report, seconds
from networks import NETWORKS
from peers import PEERS, available

from sktopo import ActivationExtractor, GraphFiltration


def measure(name, case):
    """Rows of one network: sktopo, then its peers."""
    model, x = case.prepare()
    activations = ActivationExtractor(model).fit_transform(x)
    filtration = GraphFiltration().fit(activations)
    n_edges = sum(operator.n_edges for operator in activations.network.operators)
    ours = seconds(lambda: filtration.transform(activations), repeats=7)["median"] / len(x)
    about = {"network": name, "weights": case.weights, "edges": n_edges}
    rows = [{**about, "existing": 0, "method": "sktopo", "ms": 1e3 * ours, "times sktopo": 1.0}]
    if n_edges < 1e8:
        rows += peer_rows(about, activations, ours)
        rows[0]["existing"] = rows[-1]["existing"]
    return rows


def peer_rows(about, activations, ours):
    """One row per peer, from the first input, where each peer's forest is checked."""
    explicit = ExplicitGraph(activations.network)
    u, v, phi = explicit.edges(activations, 0)
    expected = forest_weights(activations[:1])
    repeats = 5 if len(phi) < 3e6 else 1
    rows = []
    for name, (_, prepare, _) in PEERS.items():
        if available(name, len(phi)):
            run = prepare(u, v, phi, explicit.n_vertices)
            np.testing.assert_allclose(np.sort(run()), expected, rtol=1e-5, atol=1e-6 * phi.max())
            spent = seconds(run, repeats=1 if name == "GUDHI, by edge" else repeats, warm=False)["median"]
            rows.append(
                {**about, "existing": len(phi), "method": name, "ms": 1e3 * spent, "times sktopo": spent / ours}
            )
    prepare = PEERS["SciPy"][1]
    spent = seconds(
        lambda: prepare(*explicit.edges(activations, 0), explicit.n_vertices)(), repeats=repeats, warm=False
    )["median"]
    row = {"existing": len(phi), "method": "SciPy, assembled", "ms": 1e3 * spent, "times sktopo": spent / ours}
    return [*rows, {**about, **row}]


def forest_weights(activations):
    """Weights of our forest, lightest first: the deaths where all vertices are born first."""
    deaths = -GraphFiltration(births="all").fit_transform(activations)[0].pairs()[:, 1]
    return np.sort(deaths[np.isfinite(deaths)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="*", default=list(NETWORKS), choices=list(NETWORKS), metavar="NAME")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = [row for name in arguments.networks for row in measure(name, NETWORKS[name])]
    report("graph_persistence" if arguments.networks == list(NETWORKS) else None, found, __doc__)
