"""Diagrams: ragged persistence diagrams of n samples times blocks, without padding.

A block is one (layer, degree). Births and deaths lie in two flat float64 arrays, sample after sample
and block after block, with offsets; a sample's entry therefore never depends on its neighbours.
"""

import numpy as np

from sktopo._samples import sample_index
from sktopo.diagrams import convert
from sktopo.diagrams.essential import with_finite_deaths
from sktopo.diagrams.ragged import gather, offsets_of, segments_of

__all__ = ["Diagrams"]


class Diagrams:
    """Persistence diagrams of n samples, in blocks of one layer and one homology degree each.

    Parameters
    ----------
    birth, death : array-like of shape (n_pairs,)
        Filtration values, birth <= death; an essential class has ``death == inf``.
    offsets : array-like of int of shape (n_samples * n_blocks + 1,)
        Pairs of sample i and block j are ``offsets[i * n_blocks + j]`` to the next offset.
    blocks : sequence of (str, int)
        Layer and homology degree of each block.
    negated : bool, default=False
        True for a superlevel filtration of phi, stored as the sublevel filtration of -phi.
    end : float or None, default=None
        Value at which the filtration ends, for those who cap essential classes.
    max_pairs : sequence of int or None, default=None
        The most pairs a sample can have in each block, where the filtration knows it. It fixes the
        width of the padded array that ``np.asarray`` gives, so that it does not depend on the batch.

    Attributes
    ----------
    shape : tuple of int
        ``(n_samples, n_blocks)``.
    layers, degrees : tuple
        The distinct layers and degrees, in the order of the blocks.

    Raises
    ------
    ValueError
        If a pair is NaN or dies before its birth, or offsets do not fit.

    Notes
    -----
    Arrays are copied and read-only. The model is the finite multiset: nothing is deduplicated or dropped.

    ``to_list``, ``to_giotto``, ``to_gudhi`` and ``np.asarray`` have no place for layers: blocks of the same degree
    are joined there. Choose one layer first, with :meth:`select`, where that is not wanted.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Diagrams
    >>> d = Diagrams.from_list([np.array([[0.0, 1.0, 0], [0.0, np.inf, 0]]), np.empty((0, 3))])
    >>> d
    Diagrams(2 samples, 1 block: diagram H0; 2 pairs)
    >>> d[0].pairs("diagram", 0)
    array([[ 0.,  1.],
           [ 0., inf]])
    """

    __array_ufunc__ = None

    def __init__(self, birth, death, offsets, blocks, *, negated=False, end=None, max_pairs=None):
        self.blocks = tuple((str(layer), int(degree)) for layer, degree in blocks)
        self.negated = bool(negated)
        self.end = None if end is None else float(end)
        self.max_pairs = None if max_pairs is None else tuple(int(count) for count in max_pairs)
        self.birth = _frozen(birth, np.float64)
        self.death = _frozen(death, np.float64)
        self.offsets = _frozen(offsets, np.int64)
        self._check()

    def _check(self):
        n_blocks = len(self.blocks)
        if n_blocks == 0:
            raise ValueError("Diagrams need at least one block (layer, degree). Got none.")
        if len(set(self.blocks)) < n_blocks:
            raise ValueError(f"Every block must be a different (layer, degree). Got {self.blocks} instead.")
        if self.max_pairs is not None and len(self.max_pairs) != n_blocks:
            raise ValueError(f"max_pairs must have one entry for each of the {n_blocks} blocks.")
        sizes = np.diff(self.offsets)
        fits = len(self.offsets) % n_blocks == 1 % n_blocks and self.offsets.size > 0
        if not fits or self.offsets[0] != 0 or (sizes < 0).any() or self.offsets[-1] != len(self.birth):
            raise ValueError(
                f"offsets must rise from 0 to the {len(self.birth)} pairs in n_samples * {n_blocks} steps."
            )
        if self.birth.shape != self.death.shape or self.birth.ndim != 1:
            raise ValueError("birth and death must be flat arrays of the same length.")
        wrong = ~(self.birth <= self.death) | np.isinf(self.birth)
        if wrong.any():
            self._refuse(int(np.flatnonzero(wrong)[0]))

    def _refuse(self, pair):
        """Name the place of a pair that is no pair."""
        segment = int(np.searchsorted(self.offsets, pair, side="right")) - 1
        sample, block = divmod(segment, len(self.blocks))
        birth, death = self.birth[pair], self.death[pair]
        what = "death < birth" if death < birth else "NaN or an infinite birth"
        layer, degree = self.blocks[block]
        raise ValueError(
            f"Diagram {sample}, layer {layer!r}, degree {degree}: {what} in row "
            f"{pair - self.offsets[segment]} (birth={birth:g}, death={death:g})."
        )

    # -- an array along the samples ---------------------------------------------------------------

    @property
    def shape(self):
        return (len(self), len(self.blocks))

    @property
    def ndim(self):
        """Number of axes of ``shape``: always 2."""
        return 2

    @property
    def dtype(self):
        """Type of births and deaths: always float64."""
        return self.birth.dtype

    @property
    def persistence(self):
        """Lifetimes death - birth, a flat array in the order of ``birth``; inf for essential classes."""
        return self.death - self.birth

    @property
    def layers(self):
        return tuple(dict.fromkeys(layer for layer, _ in self.blocks))

    @property
    def degrees(self):
        return tuple(sorted({degree for _, degree in self.blocks}))

    @property
    def counts(self):
        """Number of pairs of each sample and block, an array of shape (n_samples, n_blocks)."""
        return np.diff(self.offsets).reshape(self.shape)

    def __len__(self):
        return (len(self.offsets) - 1) // len(self.blocks)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key):
        index = sample_index(key, len(self), "Diagrams are indexed by sample; use select(layer=, degree=) for blocks.")
        samples, n_blocks = np.arange(len(self))[index], len(self.blocks)
        return self.take_segments(segments_of(samples, range(n_blocks), n_blocks), self.blocks, self.max_pairs)

    def take_segments(self, segments, blocks, max_pairs=None):
        """Diagrams put together from segments of this one; for use inside the package.

        Parameters
        ----------
        segments : ndarray of int
            Each ``sample * n_blocks + block``, or -1 for an empty segment; in the order of the result.
        blocks : sequence of (str, int)
        max_pairs : sequence of int or None, default=None

        Returns
        -------
        Diagrams
        """
        pairs, offsets = gather(self.offsets, segments)
        birth, death = self.birth[pairs], self.death[pairs]
        return Diagrams(birth, death, offsets, blocks, negated=self.negated, end=self.end, max_pairs=max_pairs)

    def select(self, *, layer=None, degree=None):
        """Keep some of the blocks.

        Parameters
        ----------
        layer : str, sequence of str or None, default=None
            Layers to keep; None keeps all.
        degree : int, sequence of int or None, default=None
            Homology degrees to keep; None keeps all.

        Returns
        -------
        Diagrams

        Raises
        ------
        ValueError
            If a layer or degree does not occur, or no block is left.
        """
        layers = self.layers if layer is None else (layer,) if isinstance(layer, str) else tuple(layer)
        degrees = self.degrees if degree is None else tuple(np.atleast_1d(degree).tolist())
        chosen = [j for j, block in enumerate(self.blocks) if block[0] in layers and block[1] in degrees]
        unknown = {*layers} - {*self.layers} or {*degrees} - {*self.degrees}
        if not chosen or unknown:
            raise ValueError(
                f"There is no block with layer in {layers} and degree in {degrees}"
                f"{f' (unknown: {sorted(unknown)})' if unknown else ''}. The blocks are {self.blocks}."
            )
        segments = segments_of(range(len(self)), chosen, len(self.blocks))
        max_pairs = None if self.max_pairs is None else [self.max_pairs[j] for j in chosen]
        return self.take_segments(segments, [self.blocks[j] for j in chosen], max_pairs)

    def pairs(self, layer=None, degree=None):
        """Pairs of one sample as rows (birth, death).

        Parameters
        ----------
        layer, degree : as in :meth:`select`

        Returns
        -------
        ndarray of shape (n_pairs, 2)

        Raises
        ------
        ValueError
            If there is not exactly one sample; choose one first: ``d[i].pairs(...)``.
        """
        if len(self) != 1:
            raise ValueError(f"pairs() is of one sample; there are {len(self)}. Use d[i].pairs(...).")
        chosen = self if layer is None and degree is None else self.select(layer=layer, degree=degree)
        return np.stack([chosen.birth, chosen.death], axis=1)

    @classmethod
    def concatenate(cls, parts):
        """Join Diagrams with the same blocks along the samples.

        Parameters
        ----------
        parts : sequence of Diagrams

        Returns
        -------
        Diagrams

        Raises
        ------
        ValueError
            If there is none, or they differ in blocks, ``negated`` or ``end``.
        """
        parts = list(parts)
        if not parts:
            raise ValueError("There is nothing to concatenate: give at least one Diagrams.")
        first = parts[0]
        for position, part in enumerate(parts):
            if (part.blocks, part.negated, part.end) != (first.blocks, first.negated, first.end):
                raise ValueError(f"Part {position} differs from part 0 in its blocks, in negated or in end.")
        sizes = np.concatenate([np.diff(part.offsets) for part in parts])
        known = all(part.max_pairs is not None for part in parts)
        return cls(
            np.concatenate([part.birth for part in parts]),
            np.concatenate([part.death for part in parts]),
            offsets_of(sizes),
            first.blocks,
            negated=first.negated,
            end=first.end,
            max_pairs=np.max([part.max_pairs for part in parts], axis=0) if known else None,
        )

    # -- converters -------------------------------------------------------------------------------

    @classmethod
    def from_list(cls, diagrams, *, layer="diagram", degrees=None, negated=False, end=None):
        """Diagrams from a list of arrays with rows (birth, death, degree), one array per sample.

        Parameters
        ----------
        diagrams : sequence of array-like of shape (n_pairs, 3)
        layer : str, default="diagram"
            Name of the layer of every block.
        degrees : sequence of int or None, default=None
            Blocks to make; None takes the degrees that occur (degree 0 if none does).
        negated, end : as in the constructor

        Returns
        -------
        Diagrams
        """
        arrays = convert.arrays_from_rows(diagrams, layer=layer, degrees=degrees)
        return cls(*arrays, negated=negated, end=end)

    def to_list(self):
        """One array with rows (birth, death, degree) per sample; the layers are joined."""
        return convert.rows_from_diagrams(self)

    @classmethod
    def from_giotto(cls, X, *, layer="diagram", negated=False, end=None):
        """Diagrams from giotto-tda's array (n_samples, n_pairs, 3); its padding on the diagonal is left out.

        giotto-tda pads with pairs of equal birth and death, so those cannot be told from genuine pairs of
        zero persistence, which are left out too.
        """
        rows, degrees = convert.rows_from_giotto(X)
        return cls.from_list(rows, layer=layer, degrees=degrees, negated=negated, end=end)

    def to_giotto(self, *, essential="error"):
        """giotto-tda's array of shape (n_samples, width, 3), rows (birth, death, degree).

        Parameters
        ----------
        essential : {"error", "keep", "cap", "drop"} or float, default="error"
            giotto-tda has no essential classes. "cap" lets them die at `end`, a number there; "drop" leaves
            them out; "keep" writes inf.

        Returns
        -------
        ndarray of shape (n_samples, width, 3)
            Padded with pairs (end, end, degree). The width is that of ``max_pairs`` where known.
        """
        return convert.padded_array(with_finite_deaths(self, essential))

    @classmethod
    def from_gudhi(cls, persistences, *, layer="diagram", negated=False, end=None):
        """Diagrams from a list, one entry per sample, of GUDHI's ``[(degree, (birth, death)), ...]``.

        For one sample: ``Diagrams.from_gudhi([simplex_tree.persistence()])``.
        """
        return cls.from_list(convert.rows_from_gudhi(persistences), layer=layer, negated=negated, end=end)

    def to_gudhi(self):
        """A list, one entry per sample, of GUDHI's ``[(degree, (birth, death)), ...]``."""
        return convert.gudhi_from_rows(self.to_list())

    def __array__(self, dtype=None, copy=None):
        if copy is False:
            raise ValueError("Padding diagrams needs a copy.")
        return convert.padded_array(self).astype(dtype or np.float64, copy=False)

    def __setstate__(self, state):
        self.__dict__.update(state)
        for array in (self.birth, self.death, self.offsets):  # pickling forgets that they are read-only
            array.flags.writeable = False

    def __eq__(self, other):
        if not isinstance(other, Diagrams):
            return NotImplemented
        return (
            (self.blocks, self.negated, self.end) == (other.blocks, other.negated, other.end)
            and np.array_equal(self.offsets, other.offsets)
            and np.array_equal(self.birth, other.birth)
            and np.array_equal(self.death, other.death)
        )

    __hash__ = None

    def __repr__(self):
        shown = ", ".join(f"{layer} H{degree}" for layer, degree in self.blocks[:6])
        more = ", …" if len(self.blocks) > 6 else ""
        plural = "s" if len(self.blocks) > 1 else ""
        return (
            f"Diagrams({len(self)} samples, {len(self.blocks)} block{plural}: {shown}{more}; {len(self.birth)} pairs)"
        )


def _frozen(values, dtype):
    """A read-only copy, so that a diagram cannot change under its owner."""
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array
