"""Curves and bands that LandscapeDisplay draws, from landscapes of every kind, diagrams and fitted vectorizers."""

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from sktopo.diagrams.activation_landscapes import ActivationLandscapes
from sktopo.diagrams.essential import learn_caps, with_finite_deaths
from sktopo.diagrams.landscape import PersistenceLandscape, mean_landscape
from sktopo.diagrams.landscape_grid import quadrature

__all__ = ["exact_levels", "exact_means", "finite", "grid_means", "sampled", "vectorized"]

N_POINTS = 400


def finite(diagrams, essential):
    """Diagrams without essential classes; "cap" as :class:`PersistenceVectorizer` understands it."""
    return with_finite_deaths(diagrams, learn_caps(diagrams, "cap") if essential == "cap" else essential)


def exact_levels(diagrams, n_levels):
    """Exact levels of each block of one sample."""
    return {
        ("", *block): PersistenceLandscape.from_pairs(diagrams.pairs(*block), n_levels).levels
        for block in diagrams.blocks
    }


def sampled(diagrams, n_levels):
    """Landscapes of each block, at points from its smallest birth to its largest death."""
    return {
        block: ActivationLandscapes.from_diagrams(
            diagrams.select(layer=block[0], degree=block[1]), n_levels, grid=N_POINTS
        )
        for block in diagrams.blocks
    }


def grid_means(blocks, groups, band, confidence, random_state):
    """Means of groups, and bands, of landscapes of one block each."""
    curves, bands = {}, {}
    for block, one in blocks.items():
        labels = one.groups if groups is None else groups  # means of groups that are known by name stand alone
        mean, places = one.mean(labels), one.grid[0, 0]
        names = [("" if labels is None else name, *block) for name in mean.groups or [""]]
        for name, levels in zip(names, mean.values[:, 0, 0], strict=True):
            curves[name] = [np.column_stack([places, level]) for level in levels]
        if band is not None:
            found = one.bands(labels, method=band, confidence=confidence, random_state=random_state)
            for name, lower, upper in zip(names, found.lower[:, 0, 0], found.upper[:, 0, 0], strict=True):
                bands[name] = [np.column_stack([places, *ends]) for ends in zip(lower, upper, strict=True)]
    return curves, bands


def exact_means(landscapes, groups, band, confidence, random_state):
    """Exact means of groups of landscapes; their bands are computed on a grid."""
    curves, bands = {}, {}
    for name, members in _members(landscapes, groups).items():
        key = (name, "", 0)
        curves[key] = mean_landscape(members).levels
        if band is not None:
            blocks = {key[1:]: _on_grid(members)}
            _, found = grid_means(blocks, None, band, confidence, random_state)
            (bands[key],) = found.values()
    return curves, bands


def _members(landscapes, groups):
    """Lists of landscapes by the name of their group."""
    if isinstance(landscapes, dict):
        named = landscapes
    elif isinstance(landscapes, PersistenceLandscape) or groups is None:
        named = {"": landscapes}
    else:
        landscapes, labels = list(landscapes), np.asarray(groups)
        if labels.shape != (len(landscapes),):
            raise ValueError(f"groups must have one label for each of the {len(landscapes)} landscapes.")
        named = {name: [landscapes[i] for i in np.flatnonzero(labels == name)] for name in np.unique(labels).tolist()}
    named = {name: [one] if isinstance(one, PersistenceLandscape) else one for name, one in named.items()}
    if not named or not all(isinstance(members, Iterable) for members in named.values()):
        raise ValueError(
            "Expected landscapes: PersistenceLandscape, a list of them, a dict of names to either, or "
            f"ActivationLandscapes. Got {landscapes!r} instead."
        )
    return {name: list(members) for name, members in named.items()}


def _on_grid(members):
    """Values of exact landscapes at points that span all of them."""
    corners = np.concatenate([np.zeros((0, 2)), *(level for one in members for level in one.levels)])[:, 0]
    low, high = (corners.min(), corners.max()) if len(corners) else (0.0, 1.0)
    grid = np.linspace(low, high, N_POINTS)
    n_levels = max(one.n_levels for one in members)
    values = np.zeros((len(members), 1, 1, n_levels, len(grid)))
    for row, one in zip(values, members, strict=True):
        row[0, 0, : one.n_levels] = one(grid)
    return ActivationLandscapes(values, grid, ["landscape"], [0])


def vectorized(vectorizer, diagrams):
    """Landscapes of each block as a fitted vectorizer computes them, weights of the L2 norm undone."""
    features = vectorizer.transform(diagrams)
    features = features.toarray() if sparse.issparse(features) else features
    n_levels, n_bins = vectorizer.n_levels, vectorizer.n_bins
    values = features.reshape(len(features), len(vectorizer.blocks_), n_levels, n_bins)
    blocks = {}
    for j, block in enumerate(vectorizer.blocks_):
        grid, own = vectorizer.grids_[j], values[:, j]
        if grid[-1] > grid[0]:
            own = own / np.sqrt(quadrature(grid)) if vectorizer.l2_weighted else own
        else:
            grid = np.linspace(0.0, 1.0, n_bins)  # a block without pairs in fit, all zero
        blocks[block] = ActivationLandscapes(own[:, None, None], grid, [block[0]], [block[1]])
    return blocks
