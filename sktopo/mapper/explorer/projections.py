"""The points of a layer in the plane, twice: by principal components, and by neighbourhoods."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from sktopo.mapper.explorer.packing import packed, packed_integers

__all__ = ["points_by_layer", "project_nodes", "project_points"]

FEWEST = 5  # fewer points have no neighbourhoods to speak of
# t-SNE spends 250 steps on finding its clusters. On digits, neighbourhoods are as good after 400 steps as after 1000.
N_STEPS = 400


def points_by_layer(points, graphs, settings):
    """Points as matrices, checked against the graphs.

    Parameters
    ----------
    points, graphs : as in `explore`
    settings : list of (str, dict, dict of str to MapperGraph)

    Returns
    -------
    dict of str to ndarray of shape (n_points, d)

    Raises
    ------
    ValueError
        If a layer is not there, or a row is missing for one of its points, in any setting.
    """
    if points is None:
        return {}
    layers = settings[0][2]
    known = [graphs, *(graphs.values() if isinstance(graphs, dict) else [])]
    mapper = next((each for each in known if hasattr(each, "clouds")), None)
    if not isinstance(points, dict):
        if mapper is None and hasattr(points, "layers"):
            raise ValueError(
                "points are Activations, and graphs alone do not say which points these have. Hand over "
                "mapper.clouds(activations) as points."
            )
        points = {next(iter(layers)): points} if mapper is None else mapper.clouds(points)
    points = {str(name): np.asarray(cloud) for name, cloud in points.items()}
    for _, _, by_layer in settings:
        _check_points(points, by_layer)
    return points


def project_points(points, n_projected, random_state):
    """Projections of some points of a layer.

    Parameters
    ----------
    points : ndarray of shape (n_points, d)
    n_projected : int
        Of how many points, at most; they are drawn without replacement.
    random_state : int

    Returns
    -------
    list of dict
        With a name, "PCA", and "UMAP" where umap-learn is installed, otherwise "t-SNE".
    """
    rng = np.random.RandomState(random_state)
    shown = np.sort(rng.choice(len(points), min(n_projected, len(points)), replace=False))
    return _projected(points[shown], packed_integers(shown), random_state)


def project_nodes(graph, random_state):
    """The same of the means of a graph's nodes."""
    return _projected(graph.mean, None, random_state)


def _check_points(points, layers):
    for name, cloud in points.items():
        if name not in layers or cloud.ndim != 2 or len(cloud) != layers[name].n_points:
            wanted = {layer: graph.n_points for layer, graph in layers.items()}
            raise ValueError(
                f"points must have a row for every point of a layer: {wanted}. Got an array of shape {cloud.shape} "
                f"for {name!r}. Hand over the fitted Mapper, and as points what it was fitted to."
            )


def _projected(rows, shown, random_state):
    rows = np.asarray(rows, dtype=np.float64)
    spread = len(rows) > 0 and np.ptp(rows, axis=0).any()
    found = [("PCA", _principal(rows) if spread else np.zeros((len(rows), 2)))]
    if spread and len(rows) >= FEWEST:
        found.append(_neighbourhoods(rows, random_state))
    return [
        {"name": name, "points": shown, "x": packed(place[:, 0]), "y": packed(place[:, 1])} for name, place in found
    ]


def _principal(rows):
    place = np.zeros((len(rows), 2))
    n_components = min(2, *rows.shape)
    place[:, :n_components] = PCA(n_components, svd_solver="full").fit_transform(rows)
    return place


def _neighbourhoods(rows, random_state):
    few = PCA(min(30, *rows.shape), svd_solver="full").fit_transform(rows)
    try:
        from umap import UMAP
    except ImportError:
        return "t-SNE", _tsne(few, random_state)
    return "UMAP", UMAP(n_neighbors=min(15, len(rows) - 1), random_state=random_state, n_jobs=1).fit_transform(few)


def _tsne(rows, random_state):
    """From the principal components, which keeps clusters in about the order that these have."""
    few = {"perplexity": min(30.0, (len(rows) - 1) / 3), "init": "pca" if rows.shape[1] > 1 else "random"}
    steps = "max_iter" if "max_iter" in TSNE().get_params() else "n_iter"  # its name before scikit-learn 1.5
    return TSNE(random_state=random_state, **few, **{steps: N_STEPS}).fit_transform(rows)
