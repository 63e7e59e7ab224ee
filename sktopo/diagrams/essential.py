"""What becomes of essential classes, whose death is infinite, where only finite pairs have a place."""

import numbers

import numpy as np

from sktopo._numeric.ranges import largest_values
from sktopo.diagrams.ragged import offsets_of, spread

__all__ = ["check_essential", "is_end", "learn_caps", "with_finite_deaths"]


def is_end(essential):
    """Whether a policy is a finite number, at which essential classes die."""
    return isinstance(essential, numbers.Real) and not isinstance(essential, bool) and bool(np.isfinite(essential))


def check_essential(estimator, allowed=("cap", "drop")):
    """Refuse an `essential` parameter that is neither one of the allowed words nor a finite number."""
    essential = estimator.essential
    if not is_end(essential) and not (isinstance(essential, str) and essential in allowed):
        words = ", ".join(repr(word) for word in allowed)
        raise ValueError(
            f"The 'essential' parameter of {type(estimator).__name__} must be {words} or a finite number. "
            f"Got {essential!r} instead."
        )


def learn_caps(diagrams, essential):
    """Per block where essential classes die under "cap" or a number: the end of the filtration where it is known,
    or else the largest finite value of the block."""
    n_blocks = len(diagrams.blocks)
    if isinstance(essential, numbers.Real):
        return np.full(n_blocks, float(essential))
    if diagrams.end is not None:
        return np.full(n_blocks, diagrams.end)
    caps = largest_values(diagrams.birth, diagrams.death, diagrams.offsets, n_blocks)
    return np.where(np.isfinite(caps), caps, 0.0)


def with_finite_deaths(diagrams, essential):
    """Diagrams under a policy for essential classes: "error", "keep", "cap", "drop", a number or one per block.

    A class that is born after the number dies at once.
    """
    infinite = np.isinf(diagrams.death)
    if not infinite.any() or (isinstance(essential, str) and essential == "keep"):
        return diagrams
    if isinstance(essential, str):
        if essential == "drop":
            return _without(diagrams, infinite)
        essential = _end_of(diagrams, essential, infinite.sum())
    caps = np.broadcast_to(np.asarray(essential, dtype=np.float64), len(diagrams.blocks))
    death = np.where(infinite, np.maximum(spread(caps, diagrams.offsets), diagrams.birth), diagrams.death)
    return _like(diagrams, diagrams.birth, death, diagrams.offsets)


def _end_of(diagrams, essential, n_essential):
    """Where "cap" lets essential classes die; an error where nobody can know."""
    if essential != "cap":
        raise ValueError(
            f"There are {n_essential} essential classes (death = inf). Choose what becomes of them: "
            f"essential='cap', 'drop', 'keep' or a number. Got {essential!r}."
        )
    if diagrams.end is None:
        raise ValueError(
            "essential='cap' needs to know where the filtration ends, and these diagrams do not say. "
            "Give the value: essential=1.0, or essential='drop'."
        )
    return diagrams.end


def _without(diagrams, dropped):
    kept_before = offsets_of(~dropped)
    return _like(diagrams, diagrams.birth[~dropped], diagrams.death[~dropped], kept_before[diagrams.offsets])


def _like(diagrams, birth, death, offsets):
    return type(diagrams)(
        birth,
        death,
        offsets,
        diagrams.blocks,
        negated=diagrams.negated,
        end=diagrams.end,
        max_pairs=diagrams.max_pairs,
    )
