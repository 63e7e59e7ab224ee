"""Edges with fixed weights, of pooling and residual sums: every result reads a few elements, and no list is sorted."""

from dataclasses import dataclass

import numpy as np

from sktopo._numeric.listed import weigh_listed
from sktopo.filtration.frozen import Frozen, read_only

__all__ = ["ListedEdges", "list_edges_of"]


@dataclass
class ListedEdges(Frozen):
    """Pooling and residual edges of one operator, in windows; see `weigh_listed`."""

    name: str
    source: str
    u: np.ndarray
    v: np.ndarray
    weight: np.ndarray
    element: np.ndarray
    window_at: np.ndarray

    @property
    def n_most(self):
        """The most edges that one input can have."""
        return len(self.window_at) - 1

    def weigh(self, values):
        """(phi, u, v) of the edges that exist for one input with these signed source values."""
        starts, counts = np.zeros((2, 1), dtype=np.int64)
        edges = np.empty(self.n_most), *np.empty((2, self.n_most), dtype=np.int32)
        self.append(values.reshape(1, -1), 1.0, 0.0, starts, counts, *edges)
        return tuple(part[: counts[0]] for part in edges)

    def append(self, values, scale, least, starts, counts, phi, u, v):
        """Append the edges of some inputs to those of other operators."""
        values = np.ascontiguousarray(values, dtype=np.float32 if values.dtype == np.float32 else np.float64)
        weigh_listed(
            read_only(values),
            self.window_at,
            self.element,
            self.weight,
            self.u,
            self.v,
            scale,
            least,
            starts,
            counts,
            phi,
            u,
            v,
        )


def list_edges_of(operator, local):
    """The edges of an operator with fixed weights; `local` renumbers its vertices."""
    sizes = np.diff(operator.indptr)
    window_at = operator.indptr[np.append(sizes > 0, True)] if operator.kind == "max" else np.arange(sizes.sum() + 1)
    return ListedEdges(
        name=operator.name,
        source=operator.source,
        u=local(operator.source_units)[operator.indices].astype(np.int32),
        v=np.repeat(local(operator.target_units), sizes).astype(np.int32),
        weight=np.abs(operator.weights.astype(np.float64)),
        element=operator.indices.astype(np.int64),
        window_at=window_at.astype(np.int64),
    )
