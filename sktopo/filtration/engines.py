"""Who computes the persistence pairs of one Vietoris-Rips filtration: our kernels, or a peer behind the same door.

A peer sees nothing but a checked matrix of finite distances. Whatever the engine, pairs of zero persistence are left
out, and the rest come in the order of birth, then death.
"""

from collections import namedtuple
from importlib.util import find_spec

import joblib
import numpy as np

from sktopo.filtration.rips import rips_pairs

__all__ = ["ENGINES", "compute_pairs", "resolve_engine"]


def _own(distances, degrees, max_value, field):
    return rips_pairs(distances=distances, degrees=degrees, max_value=max_value)


def _gudhi(distances, degrees, max_value, field):
    from gudhi.sklearn.rips_persistence import RipsPersistence

    rips = RipsPersistence(
        list(degrees), input_type="full distance matrix", threshold=max_value, homology_coeff_field=field, n_jobs=1
    )
    with joblib.parallel_config(backend="sequential"):  # parallelism over clouds is ours
        diagrams = rips.fit_transform([distances])[0]
    return {degree: (pairs[:, 0], pairs[:, 1]) for degree, pairs in zip(degrees, diagrams, strict=True)}


def _ripser(distances, degrees, max_value, field):
    from ripser import ripser

    diagrams = ripser(distances, maxdim=max(degrees), thresh=max_value, coeff=field, distance_matrix=True)["dgms"]
    return {degree: tuple(diagrams[degree].T) for degree in degrees}


def _giotto_ph(distances, degrees, max_value, field):
    from gph import ripser_parallel

    diagrams = ripser_parallel(distances, maxdim=max(degrees), thresh=max_value, coeff=field, metric="precomputed")
    return {degree: tuple(diagrams["dgms"][degree].T) for degree in degrees}


Engine = namedtuple("Engine", "compute module install single degrees threads")
# module: what must be importable; single: whether it computes in float32; threads: whether it works beside itself in
# threads, without which processes are the better choice.
ENGINES = {
    "own": Engine(_own, "sktopo", "sktopo", False, (0, 1), True),
    "gudhi": Engine(_gudhi, "gudhi", "gudhi", False, (0, 1, 2), True),
    "giotto-ph": Engine(_giotto_ph, "gph", "giotto-ph", True, (0, 1, 2), False),
    "ripser": Engine(_ripser, "ripser", "ripser", True, (0, 1, 2), False),
}


def resolve_engine(engine, degrees, field):
    """Name of the engine that does what is asked for.

    Raises
    ------
    ValueError
        If the engine cannot compute these degrees over this field.
    ImportError
        If it is not installed.
    """
    if engine == "auto":
        return "own" if _own_can(degrees, field) else "gudhi"
    if engine == "own" and not _own_can(degrees, field):
        raise ValueError(
            "The engine 'own' of CloudFiltration computes degrees 0 and 1 over the field of two elements. Got degrees="
            f"{degrees} and coefficient_field={field}. Use engine='auto', which takes gudhi for the rest."
        )
    if find_spec(ENGINES[engine].module) is None:
        raise ImportError(
            f"engine={engine!r} needs {ENGINES[engine].install}, which is not installed. Run `pip install "
            f"{ENGINES[engine].install}`, or use engine='auto'."
        )
    return engine


def _own_can(degrees, field):
    return max(degrees) <= 1 and (field == 2 or max(degrees) == 0)  # components do not depend on the field


def compute_pairs(engine, *, points=None, distances=None, degrees, max_value, field):
    """Persistence pairs of one cloud.

    Parameters
    ----------
    engine : str
        A name out of ENGINES.
    points : ndarray of float64 of shape (n_points, n_coordinates) or None
        Euclidean points, for "own" only.
    distances : ndarray of float64 of shape (n_points, n_points) or None
        Symmetric; may be infinite.
    degrees : tuple of int
    max_value : float
        Edges that are longer do not enter.
    field : int

    Returns
    -------
    list of (birth, death)
        One per degree; death is infinite for classes that are alive at the end.
    """
    if points is not None:
        pairs = rips_pairs(points=points, degrees=degrees, max_value=max_value)
        return [_tidy(*pairs[degree], 1.0) for degree in degrees]
    distances, max_value = _without_infinity(distances, max_value)
    scale = 1.0
    if ENGINES[engine].single:  # a power of two, so that nothing overflows float32 and nothing is rounded by it
        scale = float(2.0 ** np.ceil(np.log2(distances.max() or 1.0)))
        distances = (distances / scale).astype(np.float32)
    pairs = ENGINES[engine].compute(distances, degrees, max_value / scale, field)
    return [_tidy(*pairs[degree], scale) for degree in degrees]


def _without_infinity(distances, max_value):
    """Infinite distances as finite ones that never enter."""
    infinite = np.isinf(distances)
    if not infinite.any():
        return distances, max_value
    largest = distances[~infinite].max() or 1.0
    return np.where(infinite, 2 * largest, distances), min(max_value, 1.5 * largest)


def _tidy(birth, death, scale):
    birth, death = np.asarray(birth, dtype=np.float64) * scale, np.asarray(death, dtype=np.float64) * scale
    lasting = birth < death
    birth, death = birth[lasting], death[lasting]
    order = np.lexsort((death, birth))
    return birth[order], death[order]
