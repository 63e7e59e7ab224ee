"""The plain description of a network: units, and operators whose weights join them.

It is what the activations room hands to the filtration room: numpy only, picklable, no torch. An edge
joins one element of the value that enters an operator with one element of the operator's result.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np

__all__ = ["ConvOperator", "DenseOperator", "MaxOperator", "Network", "Operator", "SparseOperator", "Units"]


@dataclass(frozen=True)
class Units:
    """One layer of vertices.

    Parameters
    ----------
    name : str
        Name of the value whose elements the units are.
    shape : tuple of int
        Shape of that value without the batch axis.
    offset : int
        Global number of the first unit; the others follow in C order.
    """

    name: str
    shape: tuple
    offset: int

    @property
    def size(self):
        """Number of units."""
        return int(np.prod(self.shape, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Operator:
    """What joins the elements of one recorded value to the units of a layer.

    Parameters
    ----------
    name : str
        Name of the operator's result, for a module its dotted path.
    source : str
        Name of the recorded value whose elements h enter the operator.
    source_units : ndarray of int64
        Vertex of each source element in C order; -1 marks a constant (padding), which has no edges.
    target_units : ndarray of int64
        Vertex of each element of the result in C order.
    """

    name: str
    source: str
    source_units: np.ndarray
    target_units: np.ndarray
    kind = ""
    weighted = False

    @property
    def weights_array(self):
        """The array that holds the operator's weights."""
        return self.weights


@dataclass(frozen=True, eq=False)
class DenseOperator(Operator):
    """A linear map of the last axis: ``weight`` of shape (n_out, n_in), applied at ``n_positions`` places."""

    weight: np.ndarray = None
    n_positions: int = 1
    kind = "dense"
    weighted = True

    @property
    def weights_array(self):
        return self.weight

    @property
    def n_edges(self):
        """Number of (source element, target element) pairs the operator joins, zero weights included."""
        return self.weight.size * self.n_positions


@dataclass(frozen=True, eq=False)
class ConvOperator(Operator):
    """A convolution with zero padding.

    Parameters
    ----------
    weight : ndarray of shape (c_out, c_in / groups, *kernel)
    in_shape, out_shape : tuple of int
        ``(channels, *spatial)``.
    stride, dilation : tuple of int
        One entry per spatial axis.
    padding : tuple of (int, int)
        Zeros before and after, per spatial axis.
    groups : int
    """

    weight: np.ndarray = None
    in_shape: tuple = ()
    out_shape: tuple = ()
    stride: tuple = ()
    padding: tuple = ()
    dilation: tuple = ()
    groups: int = 1
    kind = "conv"
    weighted = True

    @property
    def weights_array(self):
        return self.weight

    @property
    def n_edges(self):
        """Number of (source element, target element) pairs inside the image, zero weights included."""
        taps = [
            _taps_inside(*sizes)
            for sizes in zip(
                self.in_shape[1:],
                self.out_shape[1:],
                self.weight.shape[2:],
                self.stride,
                self.padding,
                self.dilation,
                strict=True,
            )
        ]
        return int(self.weight.shape[0] * self.weight.shape[1] * np.prod(taps, dtype=np.int64))


def _taps_inside(n_in, n_out, kernel, stride, padding, dilation):
    """How many (output position, tap) pairs of one axis read inside the image."""
    position = np.arange(n_out)[:, None] * stride - padding[0] + np.arange(kernel)[None, :] * dilation
    return int(((position >= 0) & (position < n_in)).sum())


@dataclass(frozen=True, eq=False)
class SparseOperator(Operator):
    """Fixed weights in compressed rows: result j reads ``indices[indptr[j]:indptr[j + 1]]``.

    Average pooling (1/k), means over axes and the identity branch of a residual sum (1).
    """

    indptr: np.ndarray = None
    indices: np.ndarray = None
    weights: np.ndarray = None
    kind = "sparse"

    @property
    def n_edges(self):
        """Number of stored entries."""
        return len(self.indices)


@dataclass(frozen=True, eq=False)
class MaxOperator(SparseOperator):
    """Max pooling: of each row only the largest source element (the first of equals) makes an edge."""

    kind = "max"

    @property
    def n_edges(self):
        """Number of rows: each has one edge."""
        return len(self.indptr) - 1


@dataclass(frozen=True, eq=False)
class Network:
    """What feeds what in a network, and with which weights.

    Parameters
    ----------
    units : tuple of Units
        Layers of vertices; the first is the network's input.
    operators : tuple of Operator
        In order of execution.
    output : str
        Name of the recorded value that the network returns.
    shapes : dict of str to tuple of int
        Shape, without the batch axis, of every recorded value that an operator reads.

    Attributes
    ----------
    digest : str
        Content hash; equal descriptions have equal digests.

    See Also
    --------
    ActivationExtractor : Traces a torch network and attaches its description to the activations.
    GraphFiltration : Turns description and activations into persistence diagrams.

    Notes
    -----
    Activation functions, dropout, flattening and other reshufflings pass vertices through: the unit before
    a ReLU is the unit after it. Biases are left out. Batch normalisation is folded into the weights of the
    operator that feeds it. Weights are copies, so that training on does not change a description.

    Examples
    --------
    >>> import torch
    >>> from sktopo import ActivationExtractor
    >>> model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2)).eval()
    >>> print(ActivationExtractor(model).fit(torch.zeros(1, 4)).network_)
    Network of 9 units and 18 edges
      0: dense, input (4,) -> 0 (3,), 12 edges
      2: dense, 1 (3,) -> 2 (2,), 6 edges
    """

    units: tuple
    operators: tuple
    output: str
    shapes: dict = field(default_factory=dict)

    @property
    def n_vertices(self):
        """Number of units of all layers."""
        return sum(layer.size for layer in self.units)

    @property
    def sources(self):
        """Names of the recorded values that operators read, each once, in order of execution."""
        return tuple(dict.fromkeys(operator.source for operator in self.operators))

    @property
    def weighted(self):
        """The operators with learned weights: dense and convolution."""
        return tuple(operator for operator in self.operators if operator.weighted)

    def __post_init__(self):
        object.__setattr__(self, "digest", self._content_hash())

    def _content_hash(self):
        """Equal descriptions have equal digests; computed once, since a description never changes."""
        hasher = hashlib.blake2b(digest_size=16)
        for layer in self.units:
            hasher.update(repr(layer).encode())
        for operator in self.operators:
            for name, value in sorted(vars(operator).items()):
                hasher.update(name.encode())
                if isinstance(value, np.ndarray):
                    hasher.update(f"{value.dtype}{value.shape}".encode())
                    hasher.update(np.ascontiguousarray(value).data)
                else:
                    hasher.update(repr(value).encode())
        return hasher.hexdigest()

    def units_of(self, vertex):
        """The layer that a vertex belongs to.

        Parameters
        ----------
        vertex : int

        Returns
        -------
        Units
        """
        for layer in self.units:
            if layer.offset <= vertex < layer.offset + layer.size:
                return layer
        raise IndexError(f"Vertex {vertex} does not exist: there are {self.n_vertices}.")

    def vertex_names(self, vertices):
        """Names such as ``conv1[3,4,5]``: the layer, and where in its shape the unit is.

        Parameters
        ----------
        vertices : array-like of int

        Returns
        -------
        ndarray of object (str), of the same shape
        """
        vertices = np.asarray(vertices, dtype=np.int64)
        if vertices.size and not 0 <= vertices.min() <= vertices.max() < self.n_vertices:
            wrong = vertices.min() if vertices.min() < 0 else vertices.max()
            raise IndexError(f"Vertex {wrong} does not exist: there are {self.n_vertices}.")
        names = np.empty(vertices.shape, dtype=object)
        for layer in self.units:
            here = (vertices >= layer.offset) & (vertices < layer.offset + layer.size)
            places = np.stack(np.unravel_index(vertices[here] - layer.offset, layer.shape or (1,)), axis=-1)
            names[here] = [f"{layer.name}[{','.join(map(str, place))}]" for place in places.tolist()]
        return names

    def __eq__(self, other):
        return isinstance(other, Network) and self.digest == other.digest

    def __hash__(self):
        return hash(self.digest)

    def __str__(self):
        n_edges = sum(operator.n_edges for operator in self.operators)
        rows = [f"Network of {self.n_vertices} units and {n_edges} edges"]
        for operator in self.operators:
            source_shape = self.shapes.get(operator.source, (len(operator.source_units),))
            target = self.units_of(int(operator.target_units.flat[0]))
            rows.append(
                f"  {operator.name}: {operator.kind}, {operator.source} {source_shape} -> "
                f"{target.name} {target.shape}, {operator.n_edges} edges"
            )
        return "\n".join(rows)

    def __repr__(self):
        return f"Network({len(self.operators)} operators, {self.n_vertices} units)"
