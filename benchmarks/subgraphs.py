"""Rows of persistent subgraphs for 2,000 images, and their Gram matrix, on one core.

The network is the CCFF of Gebhart et al. on 28 x 28 images, see networks.py, trained for a few seconds on
scikit-learn's digits enlarged to 28 x 28. The images are the 1,797 digits and, to make 2,000, the first of them with
noise. Timed from recorded activations, median of three; recording is in a column of its own. CPU time on one thread.

The Gram matrix is by `sparse_gram`.
"""

import time

import numpy as np
import torch
from harness import report
from networks import ccff, digits_images
from threadpoolctl import threadpool_limits

from sktopo import ActivationExtractor, PersistentSubgraphs, sparse_gram
from sktopo.datasets import train_network

# Other ways to the Gram matrix that were tried, CPU seconds on the rows of mode="basin": the sparse product of SciPy
# 14.1, a compiled sparse product of the upper half 8.1, dense blocks of all columns 2.8 (in float32 1.4); dense blocks
# of the columns that more than 2, 5 or 15 % of the rows have, and SciPy for the others, 1.1, 1.0, 0.9.
N_IMAGES = 2000
LIMIT = 10.0  # seconds for rows and Gram matrix together


def pictures_of(pictures):
    extra = pictures[: N_IMAGES - len(pictures)]
    noise = np.random.default_rng(0).normal(scale=0.05, size=extra.shape).astype(np.float32)
    return np.concatenate([pictures, np.clip(extra + noise, 0, 1)])


def timed(function):
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def measure(activations, recording, mode, weight):
    PersistentSubgraphs(mode=mode, weight=weight).fit_transform(activations[:2])  # compiles
    runs = []
    for _ in range(3):
        spent_rows, rows = timed(lambda: PersistentSubgraphs(mode=mode, weight=weight).fit_transform(activations))
        spent_gram, gram = timed(lambda rows=rows: sparse_gram(rows))
        runs.append((spent_rows + spent_gram, spent_rows, spent_gram))
    both, spent_rows, spent_gram = sorted(runs)[1]
    spent_scipy, product = timed(lambda: (rows @ rows.T).toarray())
    np.testing.assert_allclose(gram, product, rtol=1e-10)
    return {
        "mode": mode,
        "weight": weight,
        "columns": rows.shape[1],
        "entries per row": rows.nnz / len(gram),
        "recording s": recording,
        "rows s": spent_rows,
        "Gram s": spent_gram,
        "both s": both,
        "Gram by SciPy s": spent_scipy,
        f"under {LIMIT:.0f} s": both < LIMIT,
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    pictures, labels = digits_images(28, 1)
    pictures = pictures.numpy()
    trained = train_network(ccff(), pictures[:1000], labels[:1000], epochs=5)
    with threadpool_limits(1):
        recording, activations = timed(
            lambda: ActivationExtractor(trained, layers="auto").fit_transform(pictures_of(pictures))
        )
        rows = [measure(activations, recording, mode, "one") for mode in ("basin", "component")]
        rows.append(measure(activations, recording, "component", "lifetime"))
    report("subgraphs", {"subgraphs": rows}, __doc__)
