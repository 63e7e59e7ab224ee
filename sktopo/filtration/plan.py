"""What can be prepared once per network for the persistence of every input.

Within the out-edges of one unit the order of |w h| does not depend on the input, so edges are sorted
here, at fit. Operators with fixed small neighbourhoods (pooling, residual sums) become listed edges.
"""

from dataclasses import dataclass

import numpy as np

from sktopo._numeric import operators as columns
from sktopo._numeric.elder import elder_rule, forest_pairs
from sktopo._numeric.forest import maximum_spanning_forest

__all__ = ["GraphPlan", "ListedEdges", "diagram_of_graph", "plan_operators"]


@dataclass
class ListedEdges:
    """Pooling and residual edges of one operator; `choices` has the rows of a max pooling, else None."""

    name: str
    source: str
    u: np.ndarray
    v: np.ndarray
    weight: np.ndarray
    element: np.ndarray
    choices: np.ndarray | None = None

    def weigh(self, values):
        """(phi, u, v) of the edges that exist for one input with these signed source values."""
        element, u, v, weight = self.element, self.u, self.v, self.weight
        if self.choices is not None:
            candidates = np.where(self.choices >= 0, values[element[self.choices]], -np.inf)
            chosen = self.choices[np.arange(len(candidates)), candidates.argmax(axis=1)]
            element, u, v, weight = element[chosen], u[chosen], v[chosen], weight[chosen]
        phi = weight * np.abs(values[element].astype(np.float64))
        exists = (phi > 0) & (u >= 0)
        return phi[exists], u[exists], v[exists]


@dataclass
class GraphPlan:
    """One graph: tables for the kernels, with vertices numbered from 0 to `n_vertices` - 1."""

    layer: str
    n_vertices: int
    names: tuple
    sources: tuple
    ops: np.ndarray
    source_units: np.ndarray
    target_units: np.ndarray
    weights: np.ndarray
    bounds: np.ndarray
    n_h_bounds: int
    list_w: np.ndarray
    list_j: np.ndarray
    taps: np.ndarray
    listed: tuple

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
        forest_phi, forest_u, forest_v, strongest : arrays
        """
        h = [
            np.abs(values_of(source).astype(np.float64)) * scales.get(name, 1.0)
            for name, source in zip(self.names, self.sources, strict=True)
        ]
        listed = []
        for edges in self.listed:
            phi, u, v = edges.weigh(values_of(edges.source))
            phi = phi * scales.get(edges.name, 1.0)
            kept = phi >= least.get(edges.name, 0.0)
            listed.append((phi[kept], u[kept], v[kept]))
        return self.forest_of(
            np.concatenate([*h, np.empty(0)]),
            listed,
            np.array([least.get(name, 0.0) for name in self.names], dtype=np.float64),
        )

    def forest_of(self, h, listed, least):
        """Spanning forest from prepared arrays; `listed` holds (phi, u, v) triples."""
        none = np.empty(0, dtype=np.int64)
        return maximum_spanning_forest(
            self.n_vertices,
            self.ops,
            h,
            self.source_units,
            self.target_units,
            self.weights,
            self.bounds,
            self.n_h_bounds,
            self.list_w,
            self.list_j,
            self.taps,
            np.concatenate([phi for phi, _, _ in listed] + [np.empty(0)]),
            np.concatenate([u for _, u, _ in listed] + [none]),
            np.concatenate([v for _, _, v in listed] + [none]),
            least,
        )


def diagram_of_graph(forest, births, *, divisor=1.0, keep=0.0):
    """Birth and death arrays, in units of phi, strongest first.

    Dropping forest edges below a threshold leaves the forest of the graph without its edges below the
    threshold, so `keep` can be applied here.
    """
    phi, u, v, strongest = forest
    if divisor != 1.0:
        phi, strongest = phi / divisor, strongest / divisor
    if keep > 0.0:
        kept = phi >= keep
        phi, u, v = phi[kept], u[kept], v[kept]
        strongest = np.where(strongest >= keep, strongest, 0.0)
    birth, death = forest_pairs(phi, strongest) if births == "all" else elder_rule(phi, u, v, strongest)
    order = np.lexsort((-death, -birth))
    return birth[order], death[order]


def plan_operators(layer, operators):
    """The plan of a graph made of some operators of a Network.

    Parameters
    ----------
    layer : str
        Name of the block its diagrams go to.
    operators : sequence of Operator

    Returns
    -------
    GraphPlan
    """
    vertices = np.unique(np.concatenate([np.concatenate([o.source_units, o.target_units]) for o in operators]))
    vertices = vertices[vertices >= 0]

    def local(units):
        return np.where(units < 0, -1, np.searchsorted(vertices, units))

    tables = _Tables()
    listed = []
    for operator in operators:
        if operator.kind == "dense":
            tables.add_dense(operator, local)
        elif operator.kind == "conv":
            tables.add_conv(operator, local)
        else:
            listed.append(_list_edges(operator, local))
    return GraphPlan(layer=layer, n_vertices=len(vertices), listed=tuple(listed), **tables.fields())


def plan_listed(layer, n_vertices):
    """The plan of a graph whose edges are all given with the input."""
    return GraphPlan(layer=layer, n_vertices=n_vertices, listed=(), **_Tables().fields())


def _list_edges(operator, local):
    sizes = np.diff(operator.indptr)
    choices = None
    if operator.kind == "max":
        width = int(sizes.max(initial=1))
        choices = operator.indptr[:-1, None] + np.arange(width)
        choices = np.where(np.arange(width) < sizes[:, None], choices, -1)[sizes > 0]
    return ListedEdges(
        name=operator.name,
        source=operator.source,
        u=local(operator.source_units)[operator.indices],
        v=np.repeat(local(operator.target_units), sizes),
        weight=np.abs(operator.weights.astype(np.float64)),
        element=operator.indices,
        choices=choices,
    )


class _Tables:
    """Collects the flat arrays of weighted operators, one operator after the other."""

    def __init__(self):
        self.names, self.sources, self.rows = [], [], []
        self.parts = {
            name: [] for name in ("source_units", "target_units", "weights", "bounds", "list_w", "list_j", "taps")
        }
        self.at = dict.fromkeys(self.parts, 0)
        self.n_h_bounds = 0

    def _append(self, name, array):
        at = self.at[name]
        self.parts[name].append(np.ascontiguousarray(array).ravel())
        self.at[name] += array.size
        return at

    def _row(self, operator, local):
        self.names.append(operator.name)
        self.sources.append(operator.source)
        row = np.zeros(columns.N_COLUMNS, dtype=np.int64)
        row[columns.N_SOURCE] = len(operator.source_units)
        row[columns.N_TARGET] = len(operator.target_units)
        row[columns.SOURCE_AT] = self._append("source_units", local(operator.source_units))
        row[columns.TARGET_AT] = self._append("target_units", local(operator.target_units))
        self.rows.append(row)
        return row

    def add_dense(self, operator, local):
        row = self._row(operator, local)
        weight = np.abs(operator.weight)
        n_out, n_in = weight.shape
        n_chunks = -(-n_in // columns.CHUNK)
        chunk_starts = np.arange(n_chunks) * columns.CHUNK
        order = np.argsort(-weight.T, axis=1, kind="stable")
        row[columns.KIND] = columns.DENSE
        row[columns.N_IN], row[columns.N_OUT] = n_in, n_out
        row[columns.H_BOUND_AT] = self.n_h_bounds
        self.n_h_bounds += n_chunks * (len(operator.source_units) // n_in)
        row[columns.WEIGHT_AT] = self._append("weights", weight)
        row[columns.BOUND_AT] = self._append("bounds", np.maximum.reduceat(weight, chunk_starts, axis=1))
        row[columns.LIST_AT] = self._append("list_w", np.take_along_axis(weight.T, order, axis=1))
        row[columns.VERTEX_AT] = self._append("list_j", order.astype(np.int32))

    def add_conv(self, operator, local):
        row = self._row(operator, local)
        weight = np.abs(operator.weight)
        groups, c_in = operator.groups, weight.shape[1]
        c_out = weight.shape[0] // groups
        # Lists of one input channel: output channels of its group and taps, heaviest first.
        by_input = weight.reshape(groups, c_out, c_in, -1).transpose(0, 2, 1, 3).reshape(groups * c_in, -1)
        order = np.argsort(-by_input, axis=1, kind="stable")
        row[columns.KIND] = columns.CONV
        row[columns.C_IN], row[columns.C_OUT], row[columns.GROUPS] = c_in, c_out, groups
        before = [side for side, _ in operator.padding]
        for column, values, filler in (
            (columns.IN_D, operator.in_shape[1:], 1),
            (columns.OUT_D, operator.out_shape[1:], 1),
            (columns.KERNEL_D, weight.shape[2:], 1),
            (columns.STRIDE_D, operator.stride, 1),
            (columns.PAD_D, before, 0),
            (columns.DILATION_D, operator.dilation, 1),
        ):
            row[column : column + 3] = [filler] * (3 - len(values)) + list(values)
        row[columns.WEIGHT_AT] = self._append("weights", weight)
        row[columns.LIST_AT] = self._append("list_w", np.take_along_axis(by_input, order, axis=1))
        n_taps = order.shape[1] // c_out
        first_out = np.repeat(np.arange(groups), c_in)[:, None] * c_out
        offsets = np.unravel_index(order % n_taps, row[columns.KERNEL_D : columns.KERNEL_D + 3])
        dilated = [o * d for o, d in zip(offsets, row[columns.DILATION_D : columns.DILATION_D + 3], strict=True)]
        taps = np.stack([first_out + order // n_taps, *dilated], axis=-1)
        row[columns.TAPS_AT] = self._append("taps", taps) // 4

    def fields(self):
        wide = any(part.dtype == np.float64 for part in self.parts["weights"])
        real = np.float64 if wide else np.float32
        kinds = dict(weights=real, bounds=real, list_w=real, list_j=np.int32, taps=np.int32)
        arrays = {
            name: np.concatenate([*parts, np.empty(0)]).astype(kinds.get(name, np.int64))
            for name, parts in self.parts.items()
        }
        arrays["taps"] = arrays["taps"].reshape(-1, 4)
        ops = np.array(self.rows, dtype=np.int64).reshape(-1, columns.N_COLUMNS)
        return dict(
            names=tuple(self.names),
            sources=tuple(self.sources),
            ops=ops,
            n_h_bounds=self.n_h_bounds,
            **arrays,
        )
