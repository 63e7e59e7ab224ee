"""Degree-0 persistence of activation graphs: sktopo beside other libraries, on the same inputs, in one process each.

What is timed. "sktopo": from recorded activations to Diagrams, births and deaths; "sktopo, forest": the spanning
forest alone, from recorded activations too. The others: the spanning forest alone (GUDHI, ripser and pyflagser:
persistence with all vertices born first), of a graph that lies ready in the form that each likes best; neither edge
weights nor graph, which are new for every input, are in their time. "SciPy, assembled" adds them. Before a peer is
timed, it must find the forest that sktopo finds.

Times are CPU time (`time.process_time`) on one thread: the mean over the inputs of the median over repetitions, which
other work on the machine hardly changes. Every network has a process of its own. "edges" are those of the network,
"existing" those with |w h| > 0, mean over the inputs; "touched" is how many sktopo looks at, as a share of all and of
the existing ones. "fit" is the preparation, once per network: sorting the edges of every unit; "tables" is what it
keeps. Peaks are the largest resident memory of the process, with torch and the network: before fit, and after
transform.

Peers that take minutes on a large graph are timed on graphs of up to three million edges; AlexNet as a whole is too
large for all of them.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from explicit import ExplicitGraph
from harness import report, seconds
from networks import NETWORKS
from peers import PEERS, available

from sktopo import ActivationExtractor, GraphFiltration
from sktopo.filtration.census import census_of

LARGE = 1e8  # edges that are not written out any more


def cpu_seconds(function, *, warm=True, most=7):
    """Median CPU time of as many repetitions as fit into about a second, after one that is not counted."""
    first = seconds(function, repeats=1, warm=warm, clock=time.process_time)["median"]
    repeats = int(np.clip(1.0 / max(first, 1e-6), 1, most))
    return seconds(function, repeats=repeats, warm=False, clock=time.process_time)["median"]


def measure(name, case):
    """{"networks": row, "times": rows} of one network."""
    model, x = case.prepare()
    activations = ActivationExtractor(model).fit_transform(x)
    before = peak_megabytes()
    GraphFiltration().fit(activations).transform(activations)  # compiles, or reads what is compiled
    fitting = seconds(lambda: GraphFiltration().fit(activations), repeats=1, warm=False, clock=time.process_time)
    filtration = GraphFiltration().fit(activations)
    after = peak_megabytes()
    whole = cpu_seconds(lambda: filtration.transform(activations)) / len(x)
    forests, forest = forests_of(filtration, activations)
    found = {"sktopo": whole, "sktopo, forest": forest / len(x)}
    operators = activations.network.operators
    n_edges, n_weights = sum(o.n_edges for o in operators), sum(o.weight.size for o in operators if o.weighted)
    existing = existing_edges(filtration, activations)
    touched = sum(int(forest.counts[2]) for forest in forests) / len(x)
    about = {
        "network": name,
        "weights": case.weights,
        "edges": n_edges,
        "existing": round(existing),
        "vertices": filtration._plans[0].n_vertices,
        "inputs": len(x),
        "ms per input": 1e3 * whole,
        "touched % of all": 100 * touched / n_edges,
        "touched % of existing": 100 * touched / existing,
        "fit ms": 1e3 * fitting["median"],
        "fit ns per weight": 1e9 * fitting["median"] / n_weights,
        "fit ns per edge": 1e9 * fitting["median"] / n_edges,
        "tables MB": tables_bytes(filtration._plans[0]) / 1e6,
        "peak MB before": before,
        "peak MB": after,
    }
    if n_edges < LARGE:
        found |= times_of_peers(activations, forests)
    rows = [
        {"network": name, "weights": case.weights, "method": method, "ms": 1e3 * spent, "times sktopo": spent / whole}
        for method, spent in found.items()
    ]
    return {"networks": [about], "times": rows}


def forests_of(filtration, activations):
    """Our forest of every input, and the time of them all."""
    (plan,) = filtration._plans
    samples = filtration._samples_of(activations)
    spent = cpu_seconds(lambda: [plan.forest(sample, {}, {}) for sample in samples])
    return [plan.forest(sample, {}, {}) for sample in samples], spent


def existing_edges(filtration, activations):
    """Mean number of edges with |w h| > 0."""
    censuses = [census_of(operator) for operator in activations.network.operators]
    samples = filtration._samples_of(activations)
    return np.mean([sum(census.count(census.read(sample), 0.0) for census in censuses) for sample in samples])


def tables_bytes(plan):
    arrays = [*plan.tables, *(a for edges in plan.listed for a in vars(edges).values()), plan.vertices]
    return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))


def peak_megabytes():
    """Largest resident memory of this process so far; what Linux says of this program, not of the one that began it."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line) * 1.024e-3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1.024e-3


def times_of_peers(activations, forests):
    """Mean over the inputs of every peer's time."""
    explicit = ExplicitGraph(activations.network)
    times = {}
    for i, forest in enumerate(forests):
        u, v, phi = explicit.edges(activations, i)
        expected = np.sort(forest.forest_phi[: forest.counts[0]])
        for name, (_, prepare, _) in PEERS.items():
            if available(name, len(phi)):
                run = prepare(u, v, phi, explicit.n_vertices)
                np.testing.assert_allclose(np.sort(run()), expected, rtol=1e-5, atol=1e-6 * phi.max())
                times.setdefault(name, []).append(cpu_seconds(run, warm=False, most=3))

        def assembled(i=i):
            return PEERS["SciPy"][1](*explicit.edges(activations, i), explicit.n_vertices)()

        times.setdefault("SciPy, assembled", []).append(cpu_seconds(assembled, warm=False, most=3))
    return {name: float(np.mean(spent)) for name, spent in times.items()}


def measured_apart(name):
    """The tables of one network, from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path, start = Path(folder) / "rows.json", time.perf_counter()
        subprocess.run([sys.executable, __file__, "--networks", name, "--into", str(path)], check=True)
        tables = json.loads(path.read_text())
    (about,) = tables["networks"]
    print(f"{name}: {about['ms per input']:.3g} ms per input, all in {time.perf_counter() - start:.0f} s", flush=True)
    return tables


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="*", default=list(NETWORKS), choices=list(NETWORKS), metavar="NAME")
    parser.add_argument("--into", type=Path, help="measure one network in this process, and write its rows here")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.into:
        (name,) = arguments.networks
        arguments.into.write_text(json.dumps(measure(name, NETWORKS[name])))
    else:
        parts = [measured_apart(name) for name in arguments.networks]
        found = {title: [row for part in parts for row in part[title]] for title in ("networks", "times")}
        report("graph_persistence" if arguments.networks == list(NETWORKS) else None, found, __doc__)
