"""Mapper under many settings: the graphs, what they show, and how unstable each is."""

import numbers
from dataclasses import dataclass
from itertools import product

from sklearn.base import clone

from sktopo.mapper.checks import check_parameters
from sktopo.mapper.cycles import count_loops, filled_triangles
from sktopo.mapper.instability import instability
from sktopo.mapper.reading import read_clouds, read_target
from sktopo.mapper.stages import cover_cloud, eps_of, graph_of, order_cloud

__all__ = ["MapperSweep", "mapper_sweep"]


def mapper_sweep(
    mapper, X, y=None, *, n_intervals=None, overlap=None, eps=None, eps_scale=None, n_subsamples=10, random_state=0
):
    r"""Graphs for every combination of settings, each with a score of its instability.

    Parameters
    ----------
    mapper : Mapper
        Its other parameters are used. It need not be fitted and is not changed.
    X : Activations, or array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or None, default=None
        As in ``Mapper.fit``.
    n_intervals, overlap, eps, eps_scale : sequence or None, default=None
        Values to try, of `Mapper`'s parameters of these names; None keeps the mapper's own. An entry of `n_intervals`
        or `overlap` may itself be a sequence, for a lens of several dimensions.
    n_subsamples : int, default=10
        Subsamples for the instability: the inputs are cut at random into so many parts, at least 3, and each subsample
        lacks one of them. 0 computes no instability.
    random_state : int, RandomState or None, default=0
        Of those parts, which are the same for all settings if it is an int.

    Returns
    -------
    MapperSweep

    Raises
    ------
    ValueError
        If there is nothing to try, a value is none that Mapper takes, or n_subsamples is 1 or 2.

    See Also
    --------
    MapperSweepDisplay : A heat map of one column.
    null_graphs : What would be found by chance.

    Notes
    -----
    **Instability** is that of Belchí, Brodzki, Burfitt and Niranjan. Let :math:`S_1, \ldots, S_B` be subsamples, and
    let :math:`A_{uk}` be the k-th cluster that the Mapper of :math:`S_a` finds in cell u, :math:`B_{uk}` that of
    :math:`S_b`, both without the points that the other subsample lacks. Of matchings :math:`\pi_u` of the clusters of
    every cell, one to one, where the fewer clusters are filled up with empty ones, the distance takes the best:

    .. math:: d(a, b) = \min_{(\pi_u)} \frac{1}{|S_a \cap S_b|}
        \Bigl| \bigcup_{u, k} A_{uk} \mathbin{\triangle} B_{u \pi_u(k)} \Bigr|,

    and instability is the mean of :math:`d(a, b)` over pairs a < b: the share of points whose clusters depend on who
    else is there. 0 is best. Lens, cover and eps are those of all points, so that cells correspond. Subsamples lack one
    block each, as in the authors' program. All points of an input are in one block.

    The best matching of all cells at once is hard to find in general. ``instability`` is the distance under the best
    that was found and ``instability_at_least`` a lower bound, from a linear program; they are equal where all matchings
    are known to be best, as nearly always with a one-dimensional lens.

    A graph of one node is perfectly stable, and so is one in which all points are noise: read the score beside
    coverage and the number of nodes. The authors look for local minima.

    **Cost.** Sorting, the lens and the elbow are computed once. Each setting costs 1 + `n_subsamples` clusterings of
    all cells, of 1 - 1 / `n_subsamples` of the points each, and `n_subsamples` squared / 2 matchings. The result does
    not depend on the order of the samples or the mapper's `n_jobs`, if the clusterer is deterministic.

    References
    ----------
    F. Belchí, J. Brodzki, M. Burfitt, M. Niranjan. A numerical measure of the instability of Mapper-type algorithms.
    Journal of Machine Learning Research 21(202), 2020. arXiv 1906.01507.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Mapper, mapper_sweep
    >>> angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> sweep = mapper_sweep(Mapper(lambda points: points[:, 0]), circle, n_intervals=[5, 8], eps=[0.05, 0.3])
    >>> sweep
    MapperSweep(4 settings of n_intervals, eps; 1 layer)
    >>> sweep.column("nodes"), sweep.column("loops")
    ([8, 8, 14, 14], [1, 1, 1, 1])
    >>> [round(value, 2) for value in sweep.column("instability")]
    [0.47, 0.0, 0.46, 0.0]
    """
    settings = _settings(n_intervals=n_intervals, overlap=overlap, eps=eps, eps_scale=eps_scale)
    if not isinstance(n_subsamples, numbers.Integral) or n_subsamples < 0 or n_subsamples in (1, 2):
        raise ValueError(f"n_subsamples must be 0 or an integer from 3. Got {n_subsamples!r} instead.")
    mappers = [clone(mapper).set_params(**setting) for setting in settings]
    for each in mappers:
        check_parameters(each)
    clouds = read_clouds(clone(mapper), X, reset=True)
    y = None if y is None else read_target(y, clouds)
    graphs, scores, curves = [{} for _ in settings], [{} for _ in settings], {}
    for name, (points, of_input, position) in clouds.items():
        ordered = order_cloud(mapper, name, points, of_input, position, None if y is None else y[of_input])
        for each, graph, score in zip(mappers, graphs, scores, strict=True):
            width, curve = eps_of(each, ordered.points, curves.get(name))
            if curve is not None:
                curves[name] = curve
            cloud = cover_cloud(each, ordered, width)
            graph[name] = graph_of(each, ordered, cloud)
            if n_subsamples:
                score[name] = instability(cloud, of_input[ordered.order], n_subsamples, random_state)
    return MapperSweep(settings, graphs, scores, curves)


def _settings(**values):
    """All combinations of what is given, as dicts of Mapper's parameters."""
    given = {name: _listed(each) for name, each in values.items() if each is not None}
    if not given or not all(given.values()):
        raise ValueError(
            "There is nothing to sweep over. Give values of n_intervals, overlap, eps or eps_scale: "
            "mapper_sweep(mapper, X, n_intervals=[5, 10], overlap=[0.3, 0.5])."
        )
    if "eps_scale" in given and any(not isinstance(each, str) for each in given.get("eps", [])):
        raise ValueError("eps_scale scales eps='elbow' and no numbers. Give either numbers as eps, or eps_scale.")
    return [dict(zip(given, chosen, strict=True)) for chosen in product(*given.values())]


def _listed(values):
    return [values] if isinstance(values, str | numbers.Number) else list(values)


@dataclass(frozen=True, eq=False, repr=False)
class MapperSweep:
    """Graphs of many settings, and a table of what each shows.

    Parameters
    ----------
    settings : list of dict
        Parameters of Mapper; the last varies fastest.
    graphs : list of dict of str to MapperGraph
        Of every setting, by layer; the one of a matrix is called ``"X"``.
    instability : list of dict of str to (float, float)
        Of every setting, by layer: the score, and a lower bound of what the best matchings would give. Empty dicts
        without subsamples.
    elbow : dict of str to float64 ndarray, default={}
        By layer, where an eps was "elbow": the curve that it was read from.

    See Also
    --------
    mapper_sweep : Makes it, and says what the instability is.
    """

    settings: list
    graphs: list
    instability: list
    elbow: dict

    @property
    def layers(self):
        """Names of the layers."""
        return tuple(self.graphs[0])

    def table(self, layer=None):
        """What every graph shows.

        Parameters
        ----------
        layer : str or None, default=None
            None takes all layers, those of one setting one after the other.

        Returns
        -------
        dict of str to list
            The parameters; ``layer``; ``coverage``, ``noise_share``, ``nodes``, ``edges``, ``components``; ``loops``,
            independent ones that no filled triangles account for; ``instability`` and ``instability_at_least``, None
            without subsamples.
        """
        rows = [self._row(i, name) for i in range(len(self)) for name in self._chosen(layer)]
        return {column: [row[column] for row in rows] for column in rows[0]}

    def column(self, name, layer=None):
        """One column of the table of a layer.

        Parameters
        ----------
        name : str
        layer : str or None, default=None
            None takes the last layer.

        Returns
        -------
        list of length n_settings
        """
        table = self.table(self.layers[-1] if layer is None else layer)
        if name not in table:
            raise ValueError(f"A sweep has no column {name!r}. Choose one of {list(table)}.")
        return table[name]

    def to_frame(self, layer=None):
        """The table as a data frame, a row per setting and layer.

        Parameters
        ----------
        layer : as in table

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            from pandas import DataFrame
        except ImportError as error:
            raise ImportError(
                "This needs pandas, which is not installed: pip install pandas. table() does without."
            ) from error
        return DataFrame(self.table(layer))

    def __len__(self):
        return len(self.settings)

    def __repr__(self):
        settings, layers = (
            f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((len(self), "setting"), (len(self.layers), "layer"))
        )
        return f"MapperSweep({settings} of {', '.join(self.settings[0])}; {layers})"

    def _chosen(self, layer):
        if layer is not None and layer not in self.layers:
            raise ValueError(f"This sweep has no layer {layer!r}. Choose one of {list(self.layers)}.")
        return self.layers if layer is None else (layer,)

    def _row(self, i, layer):
        graph = self.graphs[i][layer]
        score, at_least = self.instability[i].get(layer, (None, None))
        return {
            **self.settings[i],
            "layer": layer,
            "coverage": graph.coverage,
            "noise_share": graph.noise_share,
            "nodes": graph.n_nodes,
            "edges": graph.n_edges,
            "components": graph.n_components,
            "loops": count_loops(graph.n_nodes, graph.edges, filled_triangles(graph.membership, graph.edges)),
            "instability": score,
            "instability_at_least": at_least,
        }
