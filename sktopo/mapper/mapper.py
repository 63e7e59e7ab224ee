"""Mapper: a graph of a point cloud, or of every layer of a network's activations.

A lens gives every point a value, overlapping cells cover the values, the points of every cell are clustered, and
clusters that share points are joined. Singh, Mémoli, Carlsson, 2007.
"""

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from sktopo.mapper.checks import check_parameters
from sktopo.mapper.reading import read_clouds, read_target
from sktopo.mapper.stages import cover_cloud, eps_of, graph_of, lens_of, order_cloud

__all__ = ["Mapper"]


class Mapper(TransformerMixin, BaseEstimator):
    r"""Graph of clusters that shows the shape of a cloud of activations: its flares, branches and loops.

    Parameters
    ----------
    lens : str, transformer or callable, default="l2norm"
        What is covered. ``"l2norm"``, the length of a point; ``"pca"``, its first `n_components` principal coordinates;
        ``"density"``, the logarithm of a Gaussian kernel's mean over the points of fit; ``"eccentricity"``, a power
        mean of the distances to them; ``"knn_distance"``, the distance to the `n_neighbors`-th of them. Or a
        transformer, of which a clone is fitted, or a function of the points that returns a value or a row of values for
        each.
    n_components : int, default=2
        For "pca".
    n_neighbors : int, default=15
        For "knn_distance", and for "density" without a bandwidth. A point of fit is its own first neighbour.
    bandwidth : float or None, default=None
        For "density": standard deviation of the kernel; None takes the median distance to the `n_neighbors`-th
        neighbour.
    exponent : float, default=1.0
        For "eccentricity": of the power mean; infinity takes the largest distance.
    cover : {"uniform", "balanced"}, default="uniform"
        Intervals of equal length, or of equally many points: "balanced" is uniform in the ranks of the lens values.
    n_intervals : int or sequence of int, default=10
        Per dimension of the lens.
    overlap : float or sequence of float, default=0.3
        Share of its length that an interval has in common with the next one, per dimension of the lens. Above 0.5 three
        intervals meet.
    convention : {"kepler", "giotto"}, default="kepler"
        Where the intervals lie, both with the same meaning of `overlap`. "kepler": the range is cut into
        `n_intervals` equal parts and each part is widened about its middle; intervals are closed. "giotto": the
        intervals fill the range exactly, so that they are a little shorter; they are open, and the outer two
        endless, so that no new point lies outside.
    clusterer : "dbscan" or clusterer, default="dbscan"
        Clusters the points of a cell. "dbscan" is DBSCAN with Euclidean distance, `eps` and `min_samples`; otherwise a
        scikit-learn clusterer with ``fit_predict``, cloned, whose labels below 0 are noise.
    eps : "elbow" or float, default="elbow"
        For "dbscan": points so near are neighbours. "elbow" takes the knee of the sorted distances of all points to
        their `min_samples`-th neighbour: where the curve is farthest below its chord.
    eps_scale : float, default=1.0
        For ``eps="elbow"``: what the knee is multiplied by. At the knee itself most points are core points, but thin
        places come apart: larger values close gaps, in every layer in proportion to its scale.
    elbow_samples : int or None, default=None
        Of how many points that curve is made, evenly spaced in a fixed order; None takes all of them. The curve's error
        is that of a sample of so many.
    min_samples : int, default=5
        For "dbscan": neighbours, itself included, that make a core point.
    min_intersection : int, default=1
        Points that two nodes must share to be joined.
    noise : {"drop", "node", "nearest"}, default="drop"
        What becomes of the points of a cell that the clusterer calls noise: nothing; one more node; or each goes to the
        cluster of the nearest core point (member, if the clusterer knows no core points).
    layer : str, sequence of str or None, default=None
        For Activations: the layers of which graphs are made; None takes all.
    sampling : {"random_position", "flatten", "all_positions", "top_norm", "pooled"}, default="random_position"
        For Activations: what a point is. The channels at one random position of each input, at all its positions, or at
        that of largest norm; their mean over positions; or all units of the layer as one point. For layers without
        positions all are the same.
    channel_axis : int, default=1
        Where a layer of more than two axes has its channels: 1 for convolutions, -1 for tokens.
    n_resamples : int, default=0
        Bootstrap resamples for the support of edges: each costs as much as the clustering of all cells.
    n_jobs : int or None, default=None
        Threads over cells. BLAS and OpenMP run on one thread each meanwhile.
    random_state : int, default=0
        Of "random_position", of the resamples and of "pca", where it is randomised.

    Attributes
    ----------
    graph_ : MapperGraph
        Of the last layer.
    graphs_ : dict of str to MapperGraph
        By layer; the one of a matrix is called ``"X"``.
    eps_ : dict of str to float
        By layer, with the clusterer "dbscan".
    elbow_ : dict of str to float64 ndarray
        By layer, with ``eps="elbow"``: the sorted distances whose knee was taken.
    covers_ : dict of str to Cover
        By layer: ends of the intervals ``lower_`` and ``upper_``, one array per dimension of the lens.
    layers_ : tuple of str
        Layers of which there are graphs; empty for a matrix.
    n_features_in_, feature_names_in_
        Where X was a matrix.

    See Also
    --------
    MapperGraph : What the graphs hold.

    Notes
    -----
    **Order.** Points are sorted before anything else, so that the graph does not depend on the order of the samples,
    nor on `n_jobs`, if the clusterer is deterministic; a function as lens is given the points in that sorted order.
    Nodes are numbered by cell, then by their first member in that order.

    **Degenerate input.** Where a lens is constant, its dimension has one interval that holds everything. A cell with
    fewer points than the clusterer needs (its ``n_clusters``, ``min_cluster_size`` or ``min_samples``, otherwise 2) is
    noise. If all is noise the graph has no nodes and ``noise_share`` is 1. Duplicates count as points.

    **Cost.** Cells are found by binary searches and edges by one product of sparse matrices, so that the clusterer is
    what costs: with "dbscan", m^2 d / 2 operations at most for a cell of m points in d dimensions, and 8 bytes for each
    pair within eps, up to 20 million of them; of more, pairs are looked at twice and not kept. ``eps="elbow"`` looks at
    all pairs of points in more than 8 dimensions, which can cost more than all cells together: give `elbow_samples` or
    `eps` for more than some ten thousand points. "density" and "eccentricity" look at all pairs, too.

    **New points.** ``transform`` takes the node of the nearest core point in each cell that holds the point's lens
    value, if it is within the clusterer's eps (any distance for clusterers without). A border point of two clusters
    belongs to the first in the graph and to the nearest in ``transform``. With the convention "kepler" a value far
    outside of those of fit is in no cell.

    References
    ----------
    Singh, Mémoli, Carlsson. Topological methods for the analysis of high dimensional data sets and 3D object
    recognition. Eurographics Symposium on Point-Based Graphics 2007.

    Rathore, Chalapathi, Palande, Wang. TopoAct: visually exploring the shape of activations in deep learning. Computer
    Graphics Forum 2021, arXiv 1912.06332.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Mapper
    >>> angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> mapper = Mapper(lambda points: points[:, 0], n_intervals=5, eps=0.1).fit(circle)
    >>> mapper.graph_.n_nodes, mapper.graph_.cycle_rank
    (8, 1)
    >>> mapper.transform([[0.0, 1.0]]).nonzero()[1].tolist()
    [4]
    """

    def __init__(
        self,
        lens="l2norm",
        *,
        n_components=2,
        n_neighbors=15,
        bandwidth=None,
        exponent=1.0,
        cover="uniform",
        n_intervals=10,
        overlap=0.3,
        convention="kepler",
        clusterer="dbscan",
        eps="elbow",
        eps_scale=1.0,
        elbow_samples=None,
        min_samples=5,
        min_intersection=1,
        noise="drop",
        layer=None,
        sampling="random_position",
        channel_axis=1,
        n_resamples=0,
        n_jobs=None,
        random_state=0,
    ):
        self.lens = lens
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.bandwidth = bandwidth
        self.exponent = exponent
        self.cover = cover
        self.n_intervals = n_intervals
        self.overlap = overlap
        self.convention = convention
        self.clusterer = clusterer
        self.eps = eps
        self.eps_scale = eps_scale
        self.elbow_samples = elbow_samples
        self.min_samples = min_samples
        self.min_intersection = min_intersection
        self.noise = noise
        self.layer = layer
        self.sampling = sampling
        self.channel_axis = channel_axis
        self.n_resamples = n_resamples
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y=None, *, lens_values=None):
        """Make the graphs.

        Parameters
        ----------
        X : Activations, or array-like of shape (n_samples, n_features)
            A row of a matrix is a point.
        y : array-like of shape (n_samples,) or None, default=None
            Classes to be counted in the nodes, or a continuous value to be averaged. It reaches a lens that is fitted,
            and nothing else.
        lens_values : array-like of shape (n_points,) or (n_points, n_dimensions), default=None
            Values of the lens that were computed elsewhere, in place of `lens`. Then ``transform`` is not available.

        Returns
        -------
        self : Mapper

        Raises
        ------
        ValueError
            If a parameter is no sensible one, X is not finite, a layer was not recorded, or the lens is not finite.
        """
        check_parameters(self)
        layers = read_clouds(self, X, reset=True)
        y = None if y is None else read_target(y, layers)
        self.graphs_, self.eps_, self.elbow_, self._clouds = {}, {}, {}, {}
        for name, (points, of_input, position) in layers.items():
            self._fit_cloud(name, points, of_input, position, None if y is None else y[of_input], lens_values)
        self.covers_ = {name: cloud.cover for name, cloud in self._clouds.items()}
        self.graph_ = list(self.graphs_.values())[-1]
        return self

    def fit_transform(self, X, y=None, *, lens_values=None):
        """Make the graphs, and return what ``transform`` does for the same points.

        Parameters
        ----------
        X, y, lens_values : as in fit

        Returns
        -------
        csr_matrix of shape (n_samples, n_nodes)
        """
        return self.fit(X, y, lens_values=lens_values).transform(X)

    def transform(self, X):
        """Nodes that samples belong to, new ones as well.

        Parameters
        ----------
        X : as in fit

        Returns
        -------
        csr_matrix of float64 of shape (n_samples, n_nodes)
            How many of a sample's points are in each node: 1 or 0 unless ``sampling="all_positions"``. Nodes of all
            layers stand side by side.
        """
        check_is_fitted(self)
        blocks = []
        for name, (points, of_input, _) in read_clouds(self, X, reset=False).items():
            cloud = self._clouds[name]
            if cloud.lens is None:
                raise ValueError("This Mapper was fitted to given lens_values and has no lens for new samples.")
            nodes = cloud.nodes_of(points, lens_of(cloud.lens, points, name))
            sums = sparse.csr_matrix((np.ones(len(points)), (of_input, np.arange(len(points)))))
            blocks.append(sums @ nodes)
        return sparse.csr_matrix(sparse.hstack(blocks))

    def clouds(self, X):
        """Points that X means to this Mapper, by layer.

        Parameters
        ----------
        X : as in fit

        Returns
        -------
        dict of str to ndarray of shape (n_points, n_coordinates)
        """
        check_parameters(self)
        return {name: points for name, (points, _, _) in read_clouds(clone(self), X, reset=True).items()}

    def get_feature_names_out(self, input_features=None):
        """Names of the columns of ``transform``: ``node0``, or ``conv1__node0`` of a layer.

        Parameters
        ----------
        input_features : ignored, but checked where X was a matrix

        Returns
        -------
        ndarray of object (str) of shape (n_nodes,)
        """
        check_is_fitted(self)
        if hasattr(self, "n_features_in_"):
            _check_feature_names_in(self, input_features)
        names = []
        for name, graph in self.graphs_.items():
            prefix = f"{name}__" if self.layers_ else ""
            names += [f"{prefix}node{node}" for node in range(graph.n_nodes)]
        return np.array(names, dtype=object)

    def _more_tags(self):
        return {"preserves_dtype": []}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _fit_cloud(self, name, points, of_input, position, y, lens_values):
        ordered = order_cloud(self, name, points, of_input, position, y, lens_values)
        eps, curve = eps_of(self, ordered.points)
        if eps is not None:
            self.eps_[name] = eps
        if curve is not None:
            self.elbow_[name] = curve
        self._clouds[name] = cover_cloud(self, ordered, eps)
        self.graphs_[name] = graph_of(self, ordered, self._clouds[name])
