"""From a network's weighted operators to the flat tables that the kernels read; done once, at fit."""

import itertools

import numpy as np

from sktopo._numeric import tables as t
from sktopo._numeric.presort import sorted_lists

__all__ = ["Tabulator"]


class Tabulator:
    """Collects tables, one operator after the other."""

    def __init__(self):
        self.parts = {name: [] for name in (*t.Tables._fields, "list_sizes")}
        self.length = dict.fromkeys(self.parts, 0)
        self.n_h_bounds = 0

    def add(self, operator, local):
        """Append an operator; `local` renumbers its vertices."""
        op = np.zeros(t.N_COLUMNS, dtype=np.int64)
        op[t.N_SOURCE] = len(operator.source_units)
        op[t.N_TARGET] = len(operator.target_units)
        op[t.SOURCE_AT] = self._append("source_units", local(operator.source_units))
        results = local(operator.target_units)
        op[t.TARGET_AT] = self._append("target_units", results)
        op[t.UNITS_AT] = results[0] if (np.diff(results) == 1).all() else -1
        weight = np.abs(operator.weight)
        op[t.WEIGHT_AT] = self._append("weights", weight)
        self._append("row_op", np.full(op[t.N_SOURCE], self.length["ops"]))
        (self._add_dense if operator.kind == "dense" else self._add_conv)(operator, weight, op)
        self._append("ops", op[None, :])

    def tables(self):
        """Everything added so far."""
        wide = any(part.dtype == np.float64 for part in self.parts["weights"])
        real = np.float64 if wide else np.float32
        kinds = dict(ops=np.int64, weights=real, bounds=real, list_w=real, list_sizes=np.int64)
        shapes = dict(ops=(0, t.N_COLUMNS), row_corner=(0, 3), list_tap=(0, 3))
        arrays = {
            name: np.concatenate([np.empty(shapes.get(name, 0)), *parts]).astype(kinds.get(name, np.int32), copy=False)
            if not parts
            else np.concatenate([np.asarray(part, dtype=kinds.get(name, np.int32)) for part in parts])
            for name, parts in self.parts.items()
        }
        arrays["list_at"] = np.concatenate([[0], np.cumsum(arrays.pop("list_sizes"))]).astype(np.int64)
        return t.Tables(**arrays)

    def _append(self, name, array):
        """Add to a table; returns where the addition starts."""
        at = self.length[name]
        array = array if name in ("ops", "row_corner", "list_tap") else array.ravel()
        self.parts[name].append(array)
        self.length[name] += len(array)
        return at

    def _append_lists(self, weights, results):
        """One list per row of weights; `results` says what column i of weights leads to."""
        first = self.length["list_sizes"]
        sorted_weights, order = sorted_lists(weights)
        self._append("list_sizes", np.full(len(weights), weights.shape[1]))
        self._append("list_w", sorted_weights)
        self._append("list_j", order if results is None else np.take_along_axis(results, order, axis=1))
        return first, order

    def _add_dense(self, operator, weight, op):
        n_out, n_in = weight.shape
        n_positions = op[t.N_SOURCE] // n_in
        n_chunks = -(-n_in // t.CHUNK)
        op[t.KIND], op[t.N_IN], op[t.N_OUT] = t.DENSE, n_in, n_out
        op[t.BOUND_AT] = self._append("bounds", np.maximum.reduceat(weight, np.arange(n_chunks) * t.CHUNK, axis=1))
        op[t.H_BOUND_AT] = self.n_h_bounds
        self.n_h_bounds += n_chunks * n_positions
        first, _ = self._append_lists(weight.T, None)
        self._append("row_list", np.tile(first + np.arange(n_in), n_positions))
        self._append("row_base", np.repeat(_base(op) + n_out * np.arange(n_positions), n_in))
        self._append("row_corner", np.full((op[t.N_SOURCE], 3), -1))

    def _add_conv(self, operator, weight, op):
        groups, c_in, c_out = operator.groups, weight.shape[1], weight.shape[0] // operator.groups
        before = [side for side, _ in operator.padding]
        n, out, kernel = (
            _three(shape, 1) for shape in (operator.in_shape[1:], operator.out_shape[1:], weight.shape[2:])
        )
        stride, dilation, padding = _three(operator.stride, 1), _three(operator.dilation, 1), _three(before, 0)
        op[t.KIND], op[t.C_IN], op[t.C_OUT] = t.CONV, c_in, c_out
        for column, values in (
            (t.IN_D, n),
            (t.OUT_D, out),
            (t.KERNEL_D, kernel),
            (t.STRIDE_D, stride),
            (t.PAD_D, padding),
            (t.DILATION_D, dilation),
        ):
            op[column : column + 3] = values
        taps_at = self.length["list_tap"] - self.length["list_w"]
        op[t.TAPS_AT] = -taps_at
        # Rows of one input channel, its group's output channels and taps along the others.
        rows = (
            weight.reshape(groups, c_out, c_in, *kernel)
            .transpose(0, 2, 1, 3, 4, 5)
            .reshape(groups * c_in, c_out, *kernel)
        )
        out_channel = np.repeat(np.arange(groups), c_in)[:, None] * c_out + np.arange(c_out)
        where = np.indices(n).reshape(3, -1).T + padding
        corner, phase = where // stride, where % stride
        row_list = np.full((groups * c_in, len(where)), -1)
        row_corner = np.empty((groups * c_in, len(where), 3), dtype=np.int32)
        for p in itertools.product(*(range(s) for s in stride)):
            axes = [
                np.flatnonzero((np.arange(k) * d - r) % s == 0)
                for k, d, s, r in zip(kernel, dilation, stride, p, strict=True)
            ]
            taps = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
            before = (taps * dilation - p) // stride
            results = out_channel[:, :, None] * int(np.prod(out)) - (before @ [out[1] * out[2], out[2], 1])
            chosen = rows[:, :, taps[:, 0], taps[:, 1], taps[:, 2]].reshape(len(rows), -1)
            first, order = self._append_lists(chosen, results.reshape(len(rows), -1))
            self._append("list_tap", before[order % max(1, len(taps))].reshape(-1, 3))
            here = (phase == p).all(axis=1)
            row_list[:, here] = first + np.arange(len(rows))[:, None]
            if len(taps):
                inside = (corner[here] >= before.max(axis=0)).all(axis=1) & (
                    corner[here] - before.min(axis=0) < out
                ).all(axis=1)
                row_corner[:, here] = np.where(inside[:, None], -1, corner[here])
        self._append("row_list", row_list)
        self._append("row_base", np.tile(_base(op) + corner @ [out[1] * out[2], out[2], 1], len(rows)))
        self._append("row_corner", row_corner.reshape(-1, 3))


def _base(op):
    """What leads from result 0 to its vertex, see `row_base`."""
    return op[t.UNITS_AT] if op[t.UNITS_AT] >= 0 else op[t.TARGET_AT]


def _three(values, filler):
    """Sizes along depth, height and width."""
    return np.array([filler] * (3 - len(values)) + list(values))
