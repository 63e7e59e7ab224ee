"""How the time of GraphFiltration grows with a network's width, shrinks with threads, and what compilation costs.

"width": networks 784-w-w-w-10 with heavy-tailed weights (networks.py) on one image. CPU time on one thread: of sktopo,
from recorded activations to Diagrams; of SciPy, the spanning tree of the graph that lies ready, where that takes less
than 20 seconds.

"threads": wall time of `GraphFiltration(n_jobs=...)`, the smallest of several rounds, for few inputs, where a call may
take no longer than some milliseconds and threads have to be started, and for many. Cores may be busy with other work,
so two more columns tell what threads can give: "machine" is the speed-up, in the same rounds, of a compiled loop that
shares nothing and holds no lock; "CPU" is the CPU time of all threads over that of one thread, which rises above 1
where threads hinder each other.

"compilation": one fit and transform for a small network in a fresh process: the first with an empty cache of
compiled kernels, the next with a full one. Wall time; imports are not in it.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch
from explicit import ExplicitGraph
from harness import report, seconds
from networks import NETWORKS, digits_images, heavy_tailed, mlp
from numba import njit
from peers import PEERS

from sktopo import ActivationExtractor, GraphFiltration

WIDTHS = (64, 128, 256, 512, 1024, 2048, 4096)
LIMIT = 20.0  # seconds of SciPy
THREADS = (1, 2, 4)
THREADED = (("CCFF", 64), ("CCFF", 768), ("LeNet", 64), ("LeNet", 768), ("CIFAR conv net", 64))  # and number of inputs
ROUNDS = 7


def measure_widths():
    rows, expected = [], 0.0
    images, _ = digits_images(28, 1)
    for width in WIDTHS:
        torch.manual_seed(0)
        model = heavy_tailed(mlp(784, width, width, width, 10)).eval()
        activations = ActivationExtractor(model).fit_transform(images[-1:].numpy())
        filtration = GraphFiltration().fit(activations)
        ours = seconds(lambda: filtration.transform(activations), clock=time.process_time)["median"]  # noqa: B023
        scipy = scipy_seconds(activations) if expected < LIMIT else None
        expected = 4.5 * scipy if scipy else np.inf
        rows.append(
            {
                "width": width,
                "edges": sum(operator.n_edges for operator in activations.network.operators),
                "sktopo ms": 1e3 * ours,
                "SciPy ms": "" if scipy is None else 1e3 * scipy,
                "SciPy times sktopo": "" if scipy is None else scipy / ours,
            }
        )
        print(f"width {width}: {1e3 * ours:.3g} ms", flush=True)
    return rows


def scipy_seconds(activations):
    explicit = ExplicitGraph(activations.network)
    run = PEERS["SciPy"][1](*explicit.edges(activations, 0), explicit.n_vertices)
    return seconds(run, repeats=3, warm=False, clock=time.process_time)["median"]


def measure_threads(name, n_inputs):
    model, x = replace(NETWORKS[name], n_inputs=n_inputs).prepare()
    activations = ActivationExtractor(model).fit_transform(x)
    filtration = GraphFiltration().fit(activations)
    filtration.transform(activations[:1])
    ours = {n: [] for n in THREADS}
    free = {n: [] for n in THREADS}
    loads = []
    for _ in range(ROUNDS):  # in turn, so that all meet the same load
        for n in THREADS:
            filtration.set_params(n_jobs=n)
            ours[n].append(wall_and_cpu(lambda: filtration.transform(activations)))
            free[n].append(wall_and_cpu(lambda n=n: spin_on(n)))
            loads.append(os.getloadavg()[0])
    walls = {n: min(wall for wall, _ in ours[n]) for n in THREADS}
    spins = {n: min(wall for wall, _ in free[n]) for n in THREADS}
    cpus = {n: float(np.median([cpu for _, cpu in ours[n]])) for n in THREADS}
    print(f"{name}, {n_inputs} inputs: {walls[1] / walls[4]:.2f} times with 4 threads", flush=True)
    return [
        {
            "network": name,
            "inputs": n_inputs,
            "threads": n,
            "ms": 1e3 * walls[n],
            "speed-up": walls[1] / walls[n],
            "machine": spins[1] / spins[n],
            "CPU": cpus[n] / cpus[1],
            "cores": os.cpu_count(),
            "load": float(np.mean(loads)),
        }
        for n in THREADS
    ]


def wall_and_cpu(function):
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - cpu


@njit(nogil=True)
def spin(n):
    x = np.uint64(n)
    for _ in range(n):
        x = (x ^ (x << np.uint64(13))) * np.uint64(0x9E3779B97F4A7C15)
        x ^= x >> np.uint64(7)
    return x


def spin_on(n_threads, pieces=64, length=4_000_000):
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(spin, [length] * pieces))


FRESH = """
import time
import numpy as np
from sktopo import ActivationExtractor, GraphFiltration
import torch
torch.set_num_threads(1)
torch.manual_seed(0)
layers = [torch.nn.Conv2d(1, 3, 5), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(432, 10)]
activations = ActivationExtractor(torch.nn.Sequential(*layers)).fit_transform(np.ones((2, 1, 16, 16), dtype=np.float32))
start = time.perf_counter()
GraphFiltration().fit(activations).transform(activations)
print(time.perf_counter() - start)
"""


def measure_compilation():
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        spent = [float(fresh_process(environment)) for _ in range(2)]
    return [{"process": who, "seconds": s} for who, s in zip(("first", "second"), spent, strict=True)]


def fresh_process(environment):
    return subprocess.run(
        [sys.executable, "-c", FRESH], env=environment, check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    torch.set_num_threads(1)
    spin_on(1, pieces=1, length=1)
    tables = {
        "compilation": measure_compilation(),
        "threads": [row for case in THREADED for row in measure_threads(*case)],
        "width": measure_widths(),
    }
    report("graph_scaling", tables, __doc__)
