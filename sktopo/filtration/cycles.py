"""Degree 1 of a graph: every edge outside a spanning forest closes one cycle, which never dies.

So the number of classes is |E| - |V| + c, and their births are the phi of all edges without those of the maximum
spanning forest. The number needs counts alone; the births need every edge once per input.
"""

import numpy as np

from sktopo._numeric.census import without

__all__ = ["check_memory", "cycle_births", "n_cycles"]


def cycle_births(census_reads, forest, leasts):
    """The phi at which cycles are born, falling.

    Parameters
    ----------
    census_reads : list of (census, what it read)
    forest : array of phi, falling
        The edges of the maximum spanning forest that exist.
    leasts : list of float
        The lightest edge that exists, per census.
    """
    phi = [census.phi(read, least) for (census, read), least in zip(census_reads, leasts, strict=True)]
    phi = np.sort(np.concatenate([*phi, np.empty(0)]))[::-1]
    return without(phi, forest)


def n_cycles(census_reads, forest, leasts):
    """Number of cycles; parameters as in `cycle_births`."""
    counts = [census.count(read, least) for (census, read), least in zip(census_reads, leasts, strict=True)]
    return sum(counts) - len(forest)


def check_memory(n_births, n_most, n_jobs, max_memory):
    """Refuse what would not fit.

    Parameters
    ----------
    n_births : int
        Births of degree 1 of all samples; at most three copies of birth and death are held at a time.
    n_most : int
        The most edges that are listed for one sample, three copies of phi at a time.
    n_jobs, max_memory : int
    """
    needed = 48 * n_births + 24 * n_most * n_jobs
    if needed > max_memory:
        raise ValueError(
            f"The births of degree 1 of these samples would take about {needed / 2**30:.3g} GiB, above "
            f"max_memory={max_memory} bytes. Use count_cycles(X), which lists no edges, transform fewer samples "
            "at a time, drop weak edges with keep or keep_quantile, choose operators with layers, or raise max_memory."
        )
