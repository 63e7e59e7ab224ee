"""What can be prepared once per network for the persistence of every input.

Within the out-edges of one unit the order of |w h| does not depend on the input, so edges are sorted
here, at fit. Operators with fixed small neighbourhoods (pooling, residual sums) become listed edges.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from sktopo._numeric.sweep import sweep
from sktopo._numeric.tables import N_SOURCE, SOURCE_AT, Tables
from sktopo._numeric.workspace import Sizes, new_components
from sktopo.filtration.borrowing import borrowed_doubles, borrowed_workspace
from sktopo.filtration.tabulate import tabulate

__all__ = ["GraphPlan", "ListedEdges", "list_edges_of", "plan_listed", "plan_operators"]

# Width of the sweep's blocks, in octaves' parts of 2 ** -BITS, and how much waste of rows it bears (`answering`).
BITS = 3
PATIENCE = 1.0

_NONE, _NO_PLACES = np.empty(0), np.empty(0, dtype=np.int64)
_NO_EDGES = _NONE, _NO_PLACES, _NO_PLACES


@dataclass
class ListedEdges:
    """Pooling and residual edges of one operator; `choices` has a max pooling's windows as columns, else None."""

    name: str
    source: str
    u: np.ndarray
    v: np.ndarray
    weight: np.ndarray
    element: np.ndarray
    choices: np.ndarray | None = None

    def weigh(self, values):
        """(phi, u, v) of the edges that exist for one input with these signed source values."""
        read, u, v, weight = values.take(self.element), self.u, self.v, self.weight
        if self.choices is not None:
            chosen, read = _first_largest(read, self.choices)
            u, v, weight = u.take(chosen), v.take(chosen), weight.take(chosen)
        phi = weight * np.abs(read.astype(np.float64))
        exists = (phi > 0) & (u >= 0)
        return (phi, u, v) if exists.all() else (phi[exists], u[exists], v[exists])


def _first_largest(values, choices):
    """Of every column of `choices`, places in `values`, the first at which the value is largest; and these values."""
    chosen, largest = choices[0].copy(), values.take(choices[0])
    for others in choices[1:]:  # few rows: an argmax along so short an axis takes several times as long
        candidates = values.take(others)
        np.copyto(chosen, others, where=candidates > largest)
        np.maximum(largest, candidates, out=largest)
    return chosen, largest


@dataclass
class GraphPlan:
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
        listed = [self._listed(values_of, scales, least)]
        return self.forest_of(np.concatenate([*h, np.empty(0)]), listed, self._least(least))

    def forest_of(self, h, listed, least, *, bits=BITS, patience=PATIENCE):
        """Spanning forest from prepared arrays; `listed` holds (phi, u, v) triples."""
        listed = _joined(listed)
        components = new_components(self.n_vertices)
        with borrowed_workspace(self.sizes._replace(bits=bits, n_listed=len(listed[0]))) as workspace:
            listed_at = np.array([0, len(listed[0])])
            sweep(
                self.tables, workspace._replace(components=components), h[None], least, listed_at, *listed,
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
        listed, listed_at = self._listed_of_all(values_of, n_inputs, scales, least)
        sizes = self.sizes._replace(bits=BITS, n_listed=int(np.diff(listed_at).max()))
        with borrowed_doubles(n_inputs * (n_sources + 2 * most)) as room, borrowed_workspace(sizes) as workspace:
            h = room[: n_inputs * n_sources].reshape(n_inputs, n_sources)
            births, deaths = room[h.size : h.size + 2 * n_inputs * most].reshape(2, -1)
            for name, source, op in zip(self.names, self.sources, self.tables.ops, strict=True):
                part = h[:, op[SOURCE_AT] : op[SOURCE_AT] + op[N_SOURCE]]
                np.abs(values_of(source), out=part, dtype=np.float64)
                if name in scales:
                    part *= scales[name]
            pairs_at = np.zeros(n_inputs + 1, dtype=np.int64)
            sweep(
                self.tables, workspace, h, self._least(least), listed_at, *listed, BITS, PATIENCE,
                pairs_at, births, deaths,
            )  # fmt: skip
            components = workspace.components
            if components.counts[0] and components.forest_phi[0] == np.inf:
                return None
            births, deaths = births[: pairs_at[-1]].copy(), deaths[: pairs_at[-1]].copy()
        return [(births[i:j], deaths[i:j]) for i, j in itertools.pairwise(pairs_at.tolist())]

    def _listed_of_all(self, values_of, n_inputs, scales, least):
        """(phi, u, v) of some inputs' further edges, and where those of each begin."""
        listed, listed_at = _NO_EDGES, np.zeros(n_inputs + 1, dtype=np.int64)
        if self.listed:
            parts = [self._listed(lambda source, i=i: values_of(source)[i], scales, least) for i in range(n_inputs)]
            listed_at[1:] = np.cumsum([len(phi) for phi, _, _ in parts])
            listed = _joined(parts)
        return listed, listed_at

    def _least(self, least):
        return np.array([least.get(name, 0.0) for name in self.names], dtype=np.float64)

    def _listed(self, values_of, scales, least):
        """(phi, u, v) of one input's further edges."""
        listed = []
        for edges in self.listed:
            phi, u, v = edges.weigh(values_of(edges.source))
            if edges.name in scales or edges.name in least:
                phi = phi * scales.get(edges.name, 1.0)
                kept = (phi > 0) & (phi >= least.get(edges.name, 0.0))  # the product may underflow
                phi, u, v = phi[kept], u[kept], v[kept]
            listed.append((phi, u, v))
        return _joined(listed)


def _joined(listed):
    """Lists of edges as one."""
    return listed[0] if len(listed) == 1 else tuple(map(np.concatenate, zip(*(listed or [_NO_EDGES]), strict=True)))


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
    tables, sizes = tabulate(weighted, local, len(vertices), max_memory)
    return GraphPlan(
        layer=layer,
        n_vertices=len(vertices),
        names=tuple(operator.name for operator in weighted),
        sources=tuple(operator.source for operator in weighted),
        tables=tables,
        sizes=sizes,
        listed=tuple(list_edges_of(operator, local) for operator in operators if not operator.weighted),
        vertices=vertices,
    )


def plan_listed(layer, n_vertices):
    """The plan of a graph whose edges are all given with the input."""
    tables, sizes = tabulate([], None, n_vertices, 0)
    return GraphPlan(layer, n_vertices, (), (), tables, sizes, ())


def list_edges_of(operator, local):
    """The edges of an operator with fixed weights; `local` renumbers its vertices."""
    sizes = np.diff(operator.indptr)
    choices = None
    if operator.kind == "max":
        width = int(sizes.max(initial=1))
        # Smaller windows have their first place several times, which makes no difference.
        steps = np.where(np.arange(width)[:, None] < sizes, np.arange(width)[:, None], 0)
        choices = np.ascontiguousarray((operator.indptr[:-1] + steps)[:, sizes > 0])
    return ListedEdges(
        name=operator.name,
        source=operator.source,
        u=local(operator.source_units)[operator.indices],
        v=np.repeat(local(operator.target_units), sizes),
        weight=np.abs(operator.weights.astype(np.float64)),
        element=operator.indices,
        choices=choices,
    )
