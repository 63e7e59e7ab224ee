"""From a network's weighted operators to the flat tables that the kernels read; done once, at fit."""

import math

import numpy as np

from sktopo._numeric import tables as t
from sktopo._numeric.presort import sort_lists
from sktopo._numeric.workspace import Sizes
from sktopo.filtration.taps import packed, phases_of, plane_shape, planes_of, three

__all__ = ["tabulate"]

MIN_LISTED = 32  # of every unit's edges, however little memory there is
MOST = 1 << 30  # elements of one kind: what the tables hold is at most the sum of two such numbers, an int32


def tabulate(operators, local, n_vertices, max_memory):
    """Tables of some operators, and the sizes of what the sweep needs besides, without listed edges.

    Parameters
    ----------
    operators : sequence of DenseOperator and ConvOperator
    local : callable
        Renumbers vertices.
    n_vertices : int
    max_memory : float
        Bytes that the sorted lists may take; above it the lists of dense operators are cut.
    """
    _check_sizes(operators)
    tabulator = Tabulator(operators, max_memory)
    for operator in operators:
        tabulator.add(operator, local)
    return tabulator.tables(), tabulator.sizes(n_vertices)


class Tabulator:
    """Fills the tables operator by operator: large ones in place, small ones as parts to be joined."""

    def __init__(self, operators, max_memory):
        self.real = np.float64 if any(o.weight.dtype == np.float64 for o in operators) else np.float32
        self.n_kept = _list_lengths(operators, max_memory / (np.dtype(self.real).itemsize + 4))
        n_entries = sum(_n_entries(o, self.n_kept) for o in operators)
        n_dense = sum(o.weight.size for o in operators if o.kind == "dense")
        n_columns = sum(o.weight.size for o in operators if _has_columns(o))
        self.list_w, self.list_j = np.empty(n_entries, dtype=self.real), np.empty(n_entries, dtype=np.int32)
        self.weights = np.empty(n_dense, dtype=self.real)
        self.column_w, self.column_place = np.empty(n_columns, dtype=self.real), np.empty(n_columns, dtype=np.int32)
        self.parts = {name: [np.empty(shape, dtype=kind)] for name, (shape, kind) in _SMALL.items()}
        self.length = dict.fromkeys((*_SMALL, "lists", "weights", "columns"), 0)
        self.n_h_bounds, self.n_strongest, self.n_at_once = 0, 0, 0

    def add(self, operator, local):
        """Append an operator; `local` renumbers its vertices."""
        op = np.zeros(t.N_COLUMNS, dtype=np.int64)
        op[t.N_SOURCE], op[t.N_TARGET] = len(operator.source_units), len(operator.target_units)
        op[t.SOURCE_AT] = self._append("source_units", local(operator.source_units))
        results = local(operator.target_units)
        op[t.TARGET_AT] = self._append("target_units", results)
        op[t.UNITS_AT] = results[0] if len(results) and (np.diff(results) == 1).all() else -1
        op[t.H_BOUND_AT] = self.n_h_bounds
        self._append("row_op", np.full(op[t.N_SOURCE], self.length["ops"]))
        # From result 0 to its vertex, or to its place in `target_units`.
        base = op[t.UNITS_AT] if op[t.UNITS_AT] >= 0 else op[t.TARGET_AT]
        (self._add_dense if operator.kind == "dense" else self._add_conv)(operator, op, base)
        self._append("ops", op[None, :])

    def tables(self):
        """Everything added so far."""
        small = {name: np.concatenate(parts, dtype=_SMALL[name][1]) for name, parts in self.parts.items()}
        small["list_at"] = np.concatenate([[0], np.cumsum(small.pop("list_sizes"))]).astype(np.int64)
        small["bounds"] = small["bounds"].astype(self.real)
        large = {name: getattr(self, name) for name in ("list_w", "list_j", "weights", "column_w", "column_place")}
        return t.Tables(**large, **small)

    def sizes(self, n_vertices):
        """Sizes of what the sweep works in."""
        return Sizes(
            n_vertices=n_vertices,
            n_operators=self.length["ops"],
            n_sources=self.length["source_units"],
            n_results=self.length["target_units"],
            n_places=self.length["spread_source"],
            n_h_bounds=self.n_h_bounds,
            n_strongest=self.n_strongest,
            n_at_once=max(self.n_at_once, n_vertices + 64),
            n_listed=0,
            bits=0,
        )

    def _append(self, name, part):
        """Add to a small table; returns where the addition starts."""
        at = self.length[name]
        self.parts[name].append(np.asarray(part, dtype=_SMALL[name][1]))
        self.length[name] += len(part)
        return at

    def _append_lists(self, weights, n_kept):
        """One list per row of weights; returns its number, and where its positions are to be renumbered."""
        start, stop = self.length["lists"], self.length["lists"] + len(weights) * n_kept
        sort_lists(weights, n_kept, self.list_w[start:stop], self.list_j[start:stop])
        self.length["lists"] = stop
        first = self._append("list_sizes", np.full(len(weights), n_kept))
        return first, self.list_j[start:stop].reshape(len(weights), n_kept)

    def _spread(self, op, sources):
        """Where the h of an operator lie while its columns answer; `sources` are numbered within the operator."""
        units = self.parts["source_units"][-1]
        exists = (sources >= 0) & (units.take(sources) >= 0)
        op[t.SPREAD_AT] = self._append("spread_source", np.where(exists, op[t.SOURCE_AT] + sources, -1))
        op[t.N_PLACES] = len(sources)

    def _add_dense(self, operator, op, base):
        n_out, n_in = operator.weight.shape
        n_positions = op[t.N_SOURCE] // n_in
        n_kept = min(n_out, self.n_kept)
        op[t.KIND], op[t.N_IN], op[t.N_OUT], op[t.CUT] = t.DENSE, n_in, n_out, n_kept < n_out
        op[t.WEIGHT_AT] = self.length["weights"]
        self.length["weights"] += operator.weight.size
        heights = self.weights[op[t.WEIGHT_AT] : self.length["weights"]].reshape(n_out, n_in)
        np.abs(operator.weight, out=heights)
        self.n_at_once = max(self.n_at_once, n_out)
        self._spread(op, np.arange(op[t.N_SOURCE]))
        if _has_columns(operator):
            self._add_columns(op, heights, np.arange(n_in))
            self.n_h_bounds += n_positions
        else:
            self._add_chunks(op, heights)
        first, _ = self._append_lists(heights.T, n_kept)
        self._append("row_list", np.tile(first + np.arange(n_in), n_positions))
        self._append("row_base", np.repeat(base + n_out * np.arange(n_positions), n_in))
        self._append("row_corner", np.full(op[t.N_SOURCE], -1))

    def _add_conv(self, operator, op, base):
        heights = np.abs(operator.weight).astype(self.real, copy=False)
        op[t.KIND], op[t.C_IN], op[t.C_OUT] = t.CONV, heights.shape[1], len(heights) // operator.groups
        _check_strides(operator)
        out = three(operator.out_shape[1:], 1)
        op[t.OUT_D : t.OUT_D + 3] = out
        op[t.LAST] = packed(out - 1)
        self._add_columns(op, heights.reshape(len(heights), -1), self._add_planes(operator, op))
        op[t.TAPS_AT] = self.length["lists"] - self.length["list_tap"]
        phases, zeroth_tap = phases_of(operator, heights)
        n_channels, n_positions = operator.in_shape[0], len(zeroth_tap)
        row_list = np.empty((n_channels, n_positions), dtype=np.int32)
        row_corner = np.empty((n_channels, n_positions), dtype=np.int64)
        for phase in phases:
            first, entries = self._append_lists(phase.weights, phase.weights.shape[1])
            self._append("list_tap", packed(phase.before)[entries].ravel())
            entries[:] = np.take_along_axis(phase.results, entries, axis=1)
            row_list[:, phase.positions] = first + np.arange(n_channels)[:, None]
            row_corner[:, phase.positions] = phase.corner
        self._append("row_list", row_list.ravel())
        self._append("row_base", np.tile(base + zeroth_tap, n_channels))
        self._append("row_corner", row_corner.ravel())

    def _add_planes(self, operator, op):
        """Where the results of a convolution read; returns how far from a result every in-edge is, in places."""
        planes, c_in, n_taps = planes_of(operator), op[t.C_IN], operator.weight[0, 0].size
        n_places = planes.sources.shape[1]
        op[t.N_TAPS], op[t.PLANE], op[t.PLANE_D : t.PLANE_D + 3] = n_taps, n_places, planes.shape
        op[t.WINDOW_AT] = self._append("window", planes.window)
        self._spread(op, planes.sources.ravel())
        self.n_h_bounds += operator.groups * op[t.OUT_D : t.OUT_D + 3].prod()
        self.n_strongest = max(self.n_strongest, n_places)
        return (np.arange(c_in)[:, None] * n_places + planes.window).ravel()

    def _add_columns(self, op, heights, places):
        """The in-edges of every row of heights, heaviest first; `places` says how far from a result they are."""
        op[t.LENGTH], op[t.COLUMN_AT] = heights.shape[1], self.length["columns"]
        self.n_at_once = max(self.n_at_once, heights.shape[1])
        start, stop = op[t.COLUMN_AT], op[t.COLUMN_AT] + heights.size
        self.length["columns"] = stop
        entries = self.column_place[start:stop]
        sort_lists(heights, heights.shape[1], self.column_w[start:stop], entries)
        entries[:] = places[entries]

    def _add_chunks(self, op, heights):
        """The bounds of a dense operator's columns."""
        op[t.LENGTH], op[t.COLUMN_AT] = heights.shape[1], -1
        self.n_at_once = max(self.n_at_once, heights.shape[1])
        starts = np.arange(0, heights.shape[1], t.CHUNK)
        op[t.BOUND_AT] = self._append("bounds", np.maximum.reduceat(heights, starts, axis=1).ravel())
        self.n_h_bounds += len(starts)


def _has_columns(operator):
    """Whether the in-edges of results are listed: where several results share a list."""
    return operator.kind == "conv" or len(operator.source_units) > operator.weight.shape[1]


def _check_sizes(operators):
    """Elements are numbered in int32, each kind over all operators of a graph."""
    convolutions = [operator for operator in operators if operator.kind == "conv"]
    sizes = {
        "source elements": [len(operator.source_units) for operator in operators],
        "results": [len(operator.target_units) for operator in operators],
        "pixels in padded images": [
            math.prod((o.in_shape[0], *o.stride, *plane_shape(o).tolist())) for o in convolutions
        ],
    }
    for kind, counts in sizes.items():
        if sum(counts) > MOST:
            raise ValueError(
                f"The graph has {sum(counts)} {kind}, more than the {MOST} that can be described. Pass smaller inputs, "
                "or describe the layers one by one with scope='layer'."
            )


def _check_strides(operator):
    """Coordinates that are packed count strides over the padded image."""
    n_strides = max(
        (n + sum(sides) - 1) // stride + 1
        for n, sides, stride in zip(operator.in_shape[1:], operator.padding, operator.stride, strict=True)
    )
    if n_strides > 1 << (t.FIELD - 1):
        raise ValueError(
            f"Operator {operator.name!r} takes {n_strides} strides along one axis of its padded input, more than "
            f"the {1 << (t.FIELD - 1)} that can be described. Pass shorter inputs."
        )


# Shape of an empty table, and its type.
_SMALL = {
    "ops": ((0, t.N_COLUMNS), np.int64),
    "source_units": (0, np.int32),
    "target_units": (0, np.int32),
    "row_op": (0, np.int32),
    "row_list": (0, np.int32),
    "row_base": (0, np.int32),
    "row_corner": (0, np.int64),
    "list_sizes": (0, np.int64),
    "list_tap": (0, np.int64),
    "bounds": (0, np.float64),
    "window": (0, np.int32),
    "spread_source": (0, np.int32),
}


def _n_entries(operator, n_kept):
    if operator.kind == "conv":
        return operator.weight.size
    n_out, n_in = operator.weight.shape
    return n_in * min(n_out, n_kept)


def _list_lengths(operators, n_affordable):
    """How many edges of a dense operator's units are listed: all, or the most that is affordable."""
    n_affordable -= sum(o.weight.size for o in operators if _has_columns(o))
    longest = max((o.weight.shape[0] for o in operators if o.kind == "dense"), default=0)
    if sum(_n_entries(o, longest) for o in operators) <= n_affordable:
        return longest
    few, many = min(MIN_LISTED, longest), longest
    while many - few > 1:
        middle = (few + many) // 2
        if sum(_n_entries(o, middle) for o in operators) <= n_affordable:
            few = middle
        else:
            many = middle
    return few
