"""What can be prepared once per network for the persistence of every input.

Within the out-edges of one unit the order of |w h| does not depend on the input, so edges are sorted
here, at fit. Operators with fixed small neighbourhoods (pooling, residual sums) become listed edges.
"""

import contextlib
import itertools
from dataclasses import dataclass

import numpy as np

from sktopo._numeric.sweep import sweep
from sktopo._numeric.tables import N_SOURCE, SOURCE_AT, Tables
from sktopo._numeric.workspace import Sizes, new_components
from sktopo.filtration.frozen import Frozen
from sktopo.filtration.lending import borrowed_doubles, borrowed_workspace
from sktopo.filtration.listed import list_edges_of
from sktopo.filtration.tabulate import tabulate

__all__ = ["GraphPlan", "plan_listed", "plan_operators"]

# Width of the sweep's blocks, in octaves' parts of 2 ** -BITS, and how much waste of rows it bears (`answering`).
BITS = 3
PATIENCE = 1.0

_NONE, _NO_PLACES = np.empty(0), np.empty(0, dtype=np.int64)
_NO_EDGES = _NONE, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)


@dataclass
class GraphPlan(Frozen):
    """One graph: tables for the kernels, with vertices numbered from 0 to `n_vertices` - 1.

    `vertices` holds the network's number of each vertex; None if the numbers are the same.
    """

    layer: str
    n_vertices: int
    names: tuple
    sources: tuple
    tables: Tables
    sizes: Sizes
    listed: tuple
    vertices: np.ndarray | None = None

    @property
    def operators(self):
        """Names of all operators, those of the tables first."""
        return (*self.names, *(edges.name for edges in self.listed))

    def forest(self, values_of, scales, least):
        """Spanning forest of one input.

        Parameters
        ----------
        values_of : callable
            ``values_of(source)`` is the flat array of a recorded value of this input.
        scales, least : dict of str to float
            Per operator: what phi is multiplied with, and the lightest edge that exists.

        Returns
        -------
        Components
        """
        h = [
            np.abs(values_of(source).astype(np.float64)) * scales.get(name, 1.0)
            for name, source in zip(self.names, self.sources, strict=True)
        ]
        with self._listed(lambda source: values_of(source)[None], 1, scales, least) as (_, counts, *listed):
            edges = tuple(part[: counts[0]] for part in listed)
            return self.forest_of(np.concatenate([*h, np.empty(0)]), [edges], self._least(least))

    def forest_of(self, h, listed, least, *, bits=BITS, patience=PATIENCE):
        """Spanning forest from prepared arrays; `listed` holds (phi, u, v) triples of further edges."""
        phi, u, v = map(np.concatenate, zip(_NO_EDGES, *listed, strict=True))
        components = new_components(self.n_vertices)
        with borrowed_workspace(self.sizes._replace(bits=bits, n_listed=len(phi))) as workspace:
            sweep(
                self.tables, workspace._replace(components=components), h[None], least,
                np.zeros(1, dtype=np.int64), np.array([len(phi)], dtype=np.int64),
                phi, u.astype(np.int32, copy=False), v.astype(np.int32, copy=False),
                bits, patience, _NO_PLACES, _NONE, _NONE,
            )  # fmt: skip
        return components

    def pairs(self, values_of, n_inputs, scales, least):
        """Classes of some inputs, born at their strongest edge.

        Parameters
        ----------
        values_of : callable
            ``values_of(source)`` has one row per input.
        n_inputs : int
        scales, least : as in forest

        Returns
        -------
        list of (birth, death)
            In units of phi, as `pairs_of` has them; None in place of all if any phi is not finite.
        """
        n_sources, most = self.sizes.n_sources, self.n_vertices // 2 + 1
        with (
            borrowed_doubles(n_inputs * (n_sources + 2 * most)) as room,
            borrowed_workspace(self.sizes._replace(bits=BITS)) as workspace,
            self._listed(values_of, n_inputs, scales, least) as listed,
        ):
            h = room[: n_inputs * n_sources].reshape(n_inputs, n_sources)
            births, deaths = room[h.size : h.size + 2 * n_inputs * most].reshape(2, -1)
            for name, source, op in zip(self.names, self.sources, self.tables.ops, strict=True):
                part = h[:, op[SOURCE_AT] : op[SOURCE_AT] + op[N_SOURCE]]
                np.abs(values_of(source), out=part, dtype=np.float64)
                if name in scales:
                    part *= scales[name]
            pairs_at = np.zeros(n_inputs + 1, dtype=np.int64)
            sweep(self.tables, workspace, h, self._least(least), *listed, BITS, PATIENCE, pairs_at, births, deaths)
            components = workspace.components
            if components.counts[0] and components.forest_phi[0] == np.inf:
                return None
            births, deaths = births[: pairs_at[-1]].copy(), deaths[: pairs_at[-1]].copy()
        return [(births[i:j], deaths[i:j]) for i, j in itertools.pairwise(pairs_at.tolist())]

    @contextlib.contextmanager
    def _listed(self, values_of, n_inputs, scales, least):
        """A context with further edges: where those of each input begin, how many there are, and (phi, u, v)."""
        most = self.sizes.n_listed
        starts, counts = most * np.arange(n_inputs, dtype=np.int64), np.zeros(n_inputs, dtype=np.int64)
        with borrowed_doubles(2 * n_inputs * most) as room:
            phi, units = room[: n_inputs * most], room[n_inputs * most : 2 * n_inputs * most].view(np.int32)
            u, v = units[: n_inputs * most], units[n_inputs * most :]
            for edges in self.listed:
                scale, lightest = scales.get(edges.name, 1.0), least.get(edges.name, 0.0)
                edges.append(values_of(edges.source), scale, lightest, starts, counts, phi, u, v)
            yield starts, counts, phi, u, v

    def _least(self, least):
        return np.array([least.get(name, 0.0) for name in self.names], dtype=np.float64)


def plan_operators(layer, operators, max_memory=np.inf):
    """The plan of a graph made of some operators of a Network.

    Parameters
    ----------
    layer : str
        Name of the block its diagrams go to.
    operators : sequence of Operator
    max_memory : float, default=inf
        Bytes that sorted edges may take, see `tabulate`.

    Returns
    -------
    GraphPlan
    """
    vertices = np.unique(np.concatenate([np.concatenate([o.source_units, o.target_units]) for o in operators]))
    vertices = vertices[vertices >= 0]

    def local(units):
        return np.where(units < 0, -1, np.searchsorted(vertices, units))

    weighted = [operator for operator in operators if operator.weighted]
    listed = tuple(list_edges_of(operator, local) for operator in operators if not operator.weighted)
    tables, sizes = tabulate(weighted, local, len(vertices), max_memory)
    return GraphPlan(
        layer=layer,
        n_vertices=len(vertices),
        names=tuple(operator.name for operator in weighted),
        sources=tuple(operator.source for operator in weighted),
        tables=tables,
        sizes=sizes._replace(n_listed=sum(edges.n_most for edges in listed)),
        listed=listed,
        vertices=vertices,
    )


def plan_listed(layer, n_vertices):
    """The plan of a graph whose edges are all given with the input."""
    tables, sizes = tabulate([], None, n_vertices, 0)
    return GraphPlan(layer, n_vertices, (), (), tables, sizes, ())
