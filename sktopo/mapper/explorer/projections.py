"""The points of a layer in the plane, twice: by principal components, and by neighbourhoods."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from sktopo.mapper.explorer.packing import packed, packed_integers

__all__ = ["projections_of"]

FEWEST = 5  # fewer points have no neighbourhoods to speak of


def projections_of(graph, points, n_projected, random_state):
    """Projections for the page.

    Parameters
    ----------
    graph : MapperGraph
    points : ndarray of shape (n_points, d) or None
        None projects the nodes' means.
    n_projected : int
        Of how many points, at most; they are drawn without replacement.
    random_state : int

    Returns
    -------
    list of dict
        With a name, "PCA", and "UMAP" where umap-learn is installed, otherwise "t-SNE".
    """
    if points is None:
        shown, rows = None, graph.mean
    else:
        rng = np.random.RandomState(random_state)
        shown = np.sort(rng.choice(len(points), min(n_projected, len(points)), replace=False))
        rows = points[shown]
    rows = np.asarray(rows, dtype=np.float64)
    spread = len(rows) > 0 and np.ptp(rows, axis=0).any()
    found = [("PCA", _principal(rows) if spread else np.zeros((len(rows), 2)))]
    if spread and len(rows) >= FEWEST:
        found.append(_neighbourhoods(rows, random_state))
    where = None if shown is None else packed_integers(shown)
    return [
        {"name": name, "points": where, "x": packed(place[:, 0]), "y": packed(place[:, 1])} for name, place in found
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
        perplexity = min(30.0, (len(rows) - 1) / 3)
        return "t-SNE", TSNE(init="random", perplexity=perplexity, random_state=random_state).fit_transform(few)
    return "UMAP", UMAP(n_neighbors=min(15, len(rows) - 1), random_state=random_state, n_jobs=1).fit_transform(few)
