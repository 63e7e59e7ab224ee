"""MapperGraph: nodes with their members and what these have in common, and the edges between them."""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from sktopo.mapper import export

__all__ = ["MapperGraph"]


@dataclass(frozen=True, eq=False, repr=False)
class MapperGraph:
    """The graph of a Mapper: clusters of points as nodes, an edge where two share enough points.

    Parameters
    ----------
    membership : csr_matrix of int8 of shape (n_nodes, n_points)
        1 where the point is a member of the node.
    edges : int64 ndarray of shape (n_edges, 2)
        With the smaller node first, in lexicographic order.
    intersection : int64 ndarray of shape (n_edges,)
        Points that both nodes have.
    jaccard : float64 ndarray of shape (n_edges,)
        The same as a share of the points that either has.
    cell : int64 ndarray of shape (n_nodes, n_dimensions)
        The interval of each dimension of the lens that the node was found in.
    lens : float64 ndarray of shape (n_nodes, n_dimensions)
        Mean of the members' lens values.
    mean : float64 ndarray of shape (n_nodes, n_features)
        Mean of the members: the mean activation.
    medoid : int64 ndarray of shape (n_nodes,)
        The member with the least sum of squared distances to all members.
    is_noise : bool ndarray of shape (n_nodes,)
        Nodes that collect the noise of a cell, of ``noise="node"``.
    noise_share : float
        Share of what the cells hold that the clusterer called noise.
    classes : ndarray of shape (n_classes,) or None, default=None
        Where y had classes.
    class_counts : int64 ndarray of shape (n_nodes, n_classes) or None, default=None
        Members of each class.
    class_of : int64 ndarray of shape (n_points,) or None, default=None
        Class of every point, as its place in `classes`.
    purity : dict of str to float64 ndarray of shape (n_nodes,), default={}
        With classes: ``"presence"``, 1 / number of classes present; ``"majority"``, the largest class's share;
        ``"entropy"``, 1 - entropy / log(n_classes).
    target_mean : float64 ndarray of shape (n_nodes,) or None, default=None
        Mean of the members' y, where y is continuous.
    of_input, position : int64 ndarray of shape (n_points,)
        Which input each point comes from, and which of its positions it is, -1 for all of them.
    edge_presence : bool ndarray of shape (n_resamples, n_edges) or None, default=None
        Whether each edge was found again in each bootstrap resample.

    See Also
    --------
    Mapper : Makes it.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Mapper
    >>> angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> graph = Mapper(lambda points: points[:, 0], n_intervals=5, overlap=0.3, eps=0.1).fit(circle).graph_
    >>> graph
    MapperGraph(8 nodes, 8 edges, 1 component, cycle rank 1, coverage 1.00)
    >>> graph.members(0).size, graph.edges[0].tolist()
    (99, [0, 1])
    """

    membership: sparse.csr_matrix
    edges: np.ndarray
    intersection: np.ndarray
    jaccard: np.ndarray
    cell: np.ndarray
    lens: np.ndarray
    mean: np.ndarray
    medoid: np.ndarray
    is_noise: np.ndarray
    noise_share: float
    of_input: np.ndarray
    position: np.ndarray
    classes: np.ndarray | None = None
    class_counts: np.ndarray | None = None
    class_of: np.ndarray | None = None
    purity: dict = field(default_factory=dict)
    target_mean: np.ndarray | None = None
    edge_presence: np.ndarray | None = None

    @property
    def n_nodes(self):
        return self.membership.shape[0]

    @property
    def n_edges(self):
        return len(self.edges)

    @property
    def n_points(self):
        return self.membership.shape[1]

    @property
    def size(self):
        """Number of members of every node."""
        return np.diff(self.membership.indptr).astype(np.int64)

    @property
    def coverage(self):
        """Share of the points that are in a node which is not noise."""
        clusters = self.membership[np.flatnonzero(~self.is_noise)]
        return len(np.unique(clusters.indices)) / max(1, self.n_points)

    @property
    def support(self):
        """Share of the bootstrap resamples in which each edge was found again, or None without resamples."""
        return None if self.edge_presence is None else self.edge_presence.mean(axis=0)

    @property
    def components(self):
        """Component of every node, numbered by their first nodes."""
        return connected_components(self.adjacency(), directed=False)[1].astype(np.int64)

    @property
    def n_components(self):
        return int(self.components.max(initial=-1)) + 1

    @property
    def cycle_rank(self):
        """Number of independent cycles of the graph: edges - nodes + components."""
        return self.n_edges - self.n_nodes + self.n_components

    def members(self, node):
        """Points of a node, rising.

        Parameters
        ----------
        node : int

        Returns
        -------
        int64 ndarray of shape (n_members,)

        Raises
        ------
        IndexError
            If there is no such node.
        """
        if not 0 <= node < self.n_nodes:
            raise IndexError(f"Node {node} does not exist: there are {self.n_nodes} nodes, from 0.")
        return self.membership.indices[self.membership.indptr[node] : self.membership.indptr[node + 1]].astype(np.int64)

    def adjacency(self):
        """Symmetric sparse matrix (n_nodes, n_nodes) of ones."""
        u, v = self.edges[:, 0], self.edges[:, 1]
        ones = np.ones(2 * len(u), dtype=np.int8)
        return sparse.csr_matrix((ones, (np.append(u, v), np.append(v, u))), shape=(self.n_nodes, self.n_nodes))

    def to_networkx(self):
        """As a networkx graph, with plain numbers and texts as attributes of nodes and edges.

        Returns
        -------
        networkx.Graph
            Nodes 0, 1, ... have ``size``, ``lens`` (``lens_0``, ``lens_1``, ... of more than one dimension),
            ``medoid``, ``component``, ``noise``, and with classes ``majority_class``, ``presence``, ``majority``,
            ``entropy`` and ``count_<class>``; edges have ``intersection``, ``jaccard`` and, with resamples,
            ``support``.

        Raises
        ------
        ImportError
            If networkx is not installed.
        """
        return export.to_networkx(self)

    def to_graphml(self, path):
        """Write what `to_networkx` returns as GraphML, which Gephi, Cytoscape and others open.

        Parameters
        ----------
        path : str or Path
        """
        export.to_graphml(self, path)

    def to_json(self, path=None):
        """As JSON, members included.

        Parameters
        ----------
        path : str, Path or None, default=None
            Where to write it; None returns the text.

        Returns
        -------
        str or None
        """
        return export.to_json(self, path)

    @classmethod
    def from_json(cls, source):
        """Read what `to_json` wrote.

        Parameters
        ----------
        source : str or Path
            A path, or the text itself.

        Returns
        -------
        MapperGraph
        """
        return cls(**export.from_json(source))

    def __repr__(self):
        parts = f"{self.n_components} component" + ("" if self.n_components == 1 else "s")
        return (
            f"MapperGraph({self.n_nodes} nodes, {self.n_edges} edges, {parts}, cycle rank {self.cycle_rank}, "
            f"coverage {self.coverage:.2f})"
        )
