"""MergeTree: which persistent class of a graph dies into which, and the vertices and edges that belong to each.

Built from the spanning forest that the sweep leaves, whose edges come heaviest first.
"""

from dataclasses import dataclass

import numpy as np

from sktopo._numeric.merge_tree import merge_tree

__all__ = ["MergeTree", "tree_of"]


@dataclass(frozen=True, eq=False)
class MergeTree:
    """Persistent classes of one graph in degree 0, and what belongs to each.

    Made by :meth:`GraphFiltration.merge_trees`. The graph is kept as its maximum spanning forest, which has all
    births, deaths and components of the graph. Class i is born at the i-th strongest *peak*: an edge that is the
    strongest of both its ends. Its *basin* is grown from the peak by vertices that join at their own strongest
    edge, whenever they do; its *component* is the part of the graph that has it as eldest class, just before it
    dies.

    Parameters
    ----------
    phi : float64 ndarray of shape (n_edges,)
        Weights of the forest's edges, in falling order.
    edges : int64 ndarray of shape (n_edges, 2)
        Their vertices, the lower number first.
    birth, death : float64 ndarray of shape (n_classes,)
        In units of phi, birth > death; death is -inf for the essential classes, one per connected component.
        Births fall.
    peak : int64 ndarray of shape (n_classes,)
        Edge at which the class is born: its generator.
    merge : int64 ndarray of shape (n_classes,)
        Edge at which it dies; -1 for essential classes.
    parent : int64 ndarray of shape (n_classes,)
        Class that lives on there; -1 for essential classes. Always parent[i] < i.
    vertices : int64 ndarray of shape (n_vertices,)
        Vertices that have an edge, ordered so that class i's component is ``vertices[start[i]:stop[i]]``.
        These slices are nested or disjoint.
    links : int64 ndarray of shape (n_vertices,)
        Edge that joins each vertex to those before it: ``links[start[i] + 1 : stop[i]]`` are the forest's edges
        within the component, and ``links[start[i]]`` is ``merge[i]``.
    start, stop : int64 ndarray of shape (n_classes,)
    basin_vertices, basin_links : int64 ndarray of shape (n_vertices,)
        The same vertices and links, ordered so that class i's basin is the slice from ``basin_start[i]`` to
        ``basin_start[i + 1]``.
    basin_start : int64 ndarray of shape (n_classes + 1,)

    See Also
    --------
    GraphFiltration.merge_trees : Makes merge trees.
    PersistentSubgraphs : Features from them.

    Notes
    -----
    Equal weights: the forest takes them in the order of (phi, source, target), and the elder of two classes with
    equal births is the one whose peak comes first. Pairs of zero persistence are no classes, as in
    Diagrams; the basin of such a peak belongs to the basin of the vertex that its merging edge leads to. A component
    holds edges of phi > death alone, so it does not depend on that order.

    Basins are disjoint and cover all vertices that have an edge. The edges of all basins are, without ties, each
    vertex's strongest; their number is that of the vertices less that of the classes, and the forest's other edges
    are the merging edges, whose weights are the finite deaths.

    Cost: linear in the vertices, but for a union-find.

    Examples
    --------
    >>> from sktopo import GraphFiltration
    >>> rows = [[3.0, 1.0, 2.0]]
    >>> tree = GraphFiltration().fit(rows).merge_trees(rows)[0]["graph", 0]
    >>> tree
    MergeTree(2 classes, 4 vertices, 3 edges)
    >>> tree.edges[tree.peak], tree.edges[tree.merge[1]]
    (array([[0, 1],
           [2, 3]]), array([1, 2]))
    """

    phi: np.ndarray
    edges: np.ndarray
    birth: np.ndarray
    death: np.ndarray
    peak: np.ndarray
    merge: np.ndarray
    parent: np.ndarray
    vertices: np.ndarray
    links: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    basin_vertices: np.ndarray
    basin_links: np.ndarray
    basin_start: np.ndarray

    @property
    def lifetime(self):
        """Birth - death; the birth itself for essential classes, since phi ends at 0."""
        return self.birth - np.maximum(self.death, 0.0)

    def component(self, i):
        """Edges of the forest within class i's component just before it dies, as positions in `edges`.

        Parameters
        ----------
        i : int

        Returns
        -------
        int64 ndarray of shape (n_vertices_of_component - 1,)
        """
        return self.links[self.start[i] + 1 : self.stop[i]]

    def basin(self, i):
        """Edges of class i's basin, as positions in `edges`.

        Parameters
        ----------
        i : int

        Returns
        -------
        int64 ndarray of shape (n_vertices_of_basin - 1,)
        """
        return self.basin_links[self.basin_start[i] + 1 : self.basin_start[i + 1]]

    def __len__(self):
        return len(self.birth)

    def __repr__(self):
        return f"MergeTree({len(self)} classes, {len(self.vertices)} vertices, {len(self.edges)} edges)"


def tree_of(forest, numbers, *, divisor=1.0, keep=0.0):
    """The merge tree of a forest.

    Parameters
    ----------
    forest : Components
    numbers : int array or None
        Number that each vertex goes by in the tree; None keeps the forest's.
    divisor : float
        All phi are divided by it.
    keep : float
        Only edges with phi >= keep exist, after division.

    Returns
    -------
    MergeTree
    """
    phi = forest.forest_phi[: forest.counts[0]] / divisor
    phi = phi[: np.count_nonzero(phi >= keep)].copy()
    u, v = forest.forest_u[: len(phi)], forest.forest_v[: len(phi)]
    tree = merge_tree(phi, u, v, len(forest.label))
    death = np.full(len(tree.merge), -np.inf)
    dies = tree.merge >= 0
    death[dies] = phi[tree.merge[dies]]
    numbers = np.arange(len(forest.label)) if numbers is None else np.asarray(numbers, dtype=np.int64)
    ends = numbers[np.stack([u, v], axis=1)]
    return MergeTree(
        phi=phi,
        edges=np.sort(ends, axis=1),
        birth=phi[tree.peak],
        death=death,
        peak=tree.peak,
        merge=tree.merge,
        parent=tree.parent,
        vertices=numbers[tree.vertices],
        links=tree.links,
        start=tree.start,
        stop=tree.stop,
        basin_vertices=numbers[tree.basin_vertices],
        basin_links=tree.basin_links,
        basin_start=tree.basin_start,
    )
