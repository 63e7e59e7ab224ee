"""Activations: n inputs times named layers, the container that extraction hands on.

It behaves as an array along its first axis, which is all that scikit-learn's splitters ask of X, and
as a mapping from layer names to arrays otherwise. It imports no torch.
"""

import difflib

import numpy as np

from sktopo._samples import sample_index

__all__ = ["Activations"]


class Activations:
    """The recorded activations of n inputs, layer by layer.

    Parameters
    ----------
    layers : mapping of str to ndarray of shape (n_samples, ...)
        One array per recorded layer, all with the same number of samples. Arrays are kept, not copied;
        they may be memory-mapped.
    network : Network or None, default=None
        The plain description of the network that produced them.
    network_error : str or None, default=None
        Why there is no description, as a sentence with a cure.

    Attributes
    ----------
    layers : tuple of str
        Names of the layers, in the order of execution.
    network : Network or None
        As given.
    network_error : str or None
        As given.
    shape : tuple of int
        ``(n_samples, n_layers)``.

    Raises
    ------
    ValueError
        If there is no layer, or layers disagree about the number of samples.

    See Also
    --------
    ActivationExtractor : Records activations of a torch network.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Activations
    >>> a = Activations({"hidden": np.zeros((5, 3)), "output": np.ones((5, 2))})
    >>> a
    Activations(5 samples, 2 layers: hidden (3,), output (2,))
    >>> a["output"].shape
    (5, 2)
    >>> a[[0, 2]].shape
    (2, 2)
    """

    # NumPy must not take a container for a sequence of containers in arithmetic and comparisons.
    __array_ufunc__ = None

    def __init__(self, layers, *, network=None, network_error=None):
        if not layers:
            raise ValueError("Activations need at least one layer. Got none.")
        self._arrays = {str(name): _as_array(name, values) for name, values in layers.items()}
        counts = {name: len(values) for name, values in self._arrays.items()}
        if len(set(counts.values())) > 1:
            raise ValueError(f"Every layer must hold the same number of samples. Got {counts} instead.")
        self.network = network
        self.network_error = network_error

    @property
    def layers(self):
        return tuple(self._arrays)

    @property
    def shape(self):
        return (len(self), len(self._arrays))

    @property
    def dtype(self):
        """Common type of all layers."""
        return np.result_type(*self._arrays.values())

    @property
    def ndim(self):
        """Number of axes of ``shape``: always 2."""
        return 2

    def __len__(self):
        return len(next(iter(self._arrays.values())))

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __contains__(self, layer):
        return layer in self._arrays

    def items(self):
        """Pairs of layer name and array, in the order of execution."""
        return self._arrays.items()

    def require(self, layer):
        """The array of a layer, or an error that offers the closest names.

        Parameters
        ----------
        layer : str
            Name of a recorded layer.

        Returns
        -------
        ndarray of shape (n_samples, ...)

        Raises
        ------
        KeyError
            If the layer was not recorded.
        """
        if layer in self._arrays:
            return self._arrays[layer]
        close = difflib.get_close_matches(str(layer), self._arrays, n=3, cutoff=0.4) or list(self._arrays)[:5]
        raise KeyError(f"No layer {layer!r} was recorded. Closest of the {len(self._arrays)}: {', '.join(close)}.")

    def __getitem__(self, key):
        if isinstance(key, str):
            return self.require(key)
        rows = sample_index(key, len(self), "Activations are indexed by sample or by layer name.")
        arrays = {name: values[rows] for name, values in self._arrays.items()}
        return Activations(arrays, network=self.network, network_error=self.network_error)

    def __array__(self, dtype=None, copy=None):
        if copy is False:
            raise ValueError("Joining the layers into one matrix needs a copy.")
        flat = [np.asarray(values).reshape(len(self), -1) for values in self._arrays.values()]
        return np.concatenate(flat, axis=1).astype(dtype or np.result_type(*flat), copy=False)

    @classmethod
    def concatenate(cls, parts):
        """Join several Activations of the same layers along the samples.

        Parameters
        ----------
        parts : sequence of Activations
            At least one; all with the same layers in the same order.

        Returns
        -------
        Activations
        """
        parts = list(parts)
        if not parts:
            raise ValueError("There is nothing to concatenate: give at least one Activations.")
        first = parts[0]
        for position, part in enumerate(parts):
            if part.layers != first.layers:
                raise ValueError(
                    f"Part {position} has layers {part.layers}; part 0 has {first.layers}. "
                    "Record the same layers in each."
                )
        arrays = {name: np.concatenate([part[name] for part in parts]) for name in first.layers}
        return cls(arrays, network=first.network, network_error=first.network_error)

    def sets(self, groups):
        """Gather inputs into groups: one sample per group, whose layers are clouds of its inputs.

        Parameters
        ----------
        groups : array-like of shape (n_samples,)
            Group of each input, for instance its class.

        Returns
        -------
        list of Activations
            One per distinct group, in sorted order of the groups; element g holds the inputs of group g in
            their order, so ``result[g]["conv1"]`` is a cloud of shape ``(n_inputs_in_group, ...)``.
        """
        groups = np.asarray(groups)
        if groups.shape != (len(self),):
            raise ValueError(
                f"groups must hold one entry for each of the {len(self)} samples. Got shape {groups.shape} instead."
            )
        return [self[np.flatnonzero(groups == group)] for group in np.unique(groups)]

    def __repr__(self):
        shown = ", ".join(f"{name} {values.shape[1:]}" for name, values in list(self._arrays.items())[:6])
        more = ", …" if len(self._arrays) > 6 else ""
        return f"Activations({len(self)} samples, {len(self._arrays)} layers: {shown}{more})"


def _as_array(name, values):
    """Keep arrays (memory-mapped ones too) as they are; turn sequences into arrays; refuse scalars."""
    values = values if isinstance(values, np.ndarray) else np.asarray(values)
    if values.ndim == 0:
        raise ValueError(f"Layer {name!r} must be an array whose first axis counts samples. Got a scalar instead.")
    return values
