"""From the forest that the sweep leaves to birth and death."""

import numpy as np

from sktopo._numeric.components import essential_births

__all__ = ["n_kept_edges", "pairs_of", "strongest_edge"]


def strongest_edge(components):
    """The largest phi of a graph; 0 if it has no edge."""
    return components.forest_phi[0] if components.counts[0] else 0.0


def n_kept_edges(components, divisor, keep):
    """Number of the forest's edges with phi / divisor >= keep; they come first."""
    phi = components.forest_phi[: components.counts[0]] / divisor
    return int(np.count_nonzero(phi >= keep))


def pairs_of(components, births, *, divisor=1.0, keep=0.0):
    """Birth and death arrays, in units of phi, strongest first; death is -inf for essential classes.

    Parameters
    ----------
    components : Components
    births : {"edge", "all"}
    divisor : float
        All phi are divided by it.
    keep : float
        Only edges with phi >= keep exist, after division. Dropping the lighter edges of the forest leaves the
        forest of the graph without its lighter edges: what would have died below the threshold lives on.
    """
    if births == "all":
        return _all_born_first(components, divisor, keep)
    birth, death = _born_at_edge(components, divisor, keep)
    order = np.argsort(-birth, kind="stable")  # deaths come strongest first already
    return birth[order], death[order]


def _born_at_edge(components, divisor, keep):
    n_pairs = components.counts[1]
    essential = essential_births(components)
    birth = np.concatenate([components.birth[:n_pairs], essential]) / divisor
    death = np.concatenate([components.death[:n_pairs] / divisor, np.full(len(essential), -np.inf)])
    if keep > 0.0:
        alive = birth >= keep
        birth, death = birth[alive], np.where(death[alive] < keep, -np.inf, death[alive])
        order = np.argsort(-death, kind="stable")
        birth, death = birth[order], death[order]
    if divisor != 1.0:  # division may round two neighbouring weights to one
        apart = birth > death
        birth, death = birth[apart], death[apart]
    return birth, death


def _all_born_first(components, divisor, keep):
    n_kept = n_kept_edges(components, divisor, keep)
    phi = components.forest_phi[:n_kept] / divisor
    active = np.zeros(len(components.label), dtype=bool)
    active[components.forest_u[:n_kept]] = True
    active[components.forest_v[:n_kept]] = True
    n_active = np.count_nonzero(active)
    death = np.full(n_active, -np.inf)
    death[:n_kept] = phi
    return np.full(n_active, phi[0] if n_kept else 0.0), death
