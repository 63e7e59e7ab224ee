"""What is known of every input: its name, text, class, picture, and the columns that a user adds."""

import numpy as np

from sktopo.mapper.explorer.packing import packed, packed_integers
from sktopo.mapper.explorer.sprites import sheet_of

__all__ = ["inputs_payload"]


def inputs_payload(n_inputs, *, y, names, texts, columns, tiles, shown):
    """Of all inputs.

    Parameters
    ----------
    n_inputs : int
    y, names, texts, columns : as in `explore`
    tiles : uint8 ndarray or None
        Pictures of all inputs.
    shown : int64 ndarray or None
        Which of them the page has.

    Returns
    -------
    dict
    """
    classes, class_of = (None, None) if y is None else _categories(_of_inputs("y", y, n_inputs))
    return {
        "n": n_inputs,
        "names": None if names is None else [str(name) for name in _of_inputs("names", names, n_inputs)],
        "texts": None if texts is None else [str(text) for text in _of_inputs("texts", texts, n_inputs)],
        "classes": classes,
        "class_of": class_of,
        "columns": [] if columns is None else [_column(name, columns[name], n_inputs) for name in columns],
        "images": None if tiles is None else _pictures(tiles, shown, n_inputs),
    }


def _pictures(tiles, shown, n_inputs):
    return sheet_of(tiles[shown], None if len(shown) == n_inputs else packed_integers(shown))


def _column(name, values, n_inputs):
    values = _of_inputs(f"columns[{name!r}]", values, n_inputs)
    if values.dtype.kind in "iuf":
        if not np.isfinite(values).all():
            raise ValueError(f"columns[{name!r}] has numbers that are not finite. Replace them or leave it out.")
        return {"name": str(name), "kind": "number", "values": packed(values)}
    categories, numbers = _categories(values)
    return {"name": str(name), "kind": "category", "categories": categories, "values": numbers}


def _categories(values):
    kinds, numbers = np.unique(values if values.dtype.kind in "iufb" else values.astype(str), return_inverse=True)
    return [str(kind) for kind in kinds], packed_integers(numbers.ravel())


def _of_inputs(name, values, n_inputs):
    values = np.asarray(values)
    if values.ndim != 1 or len(values) != n_inputs:
        raise ValueError(
            f"{name} must have one entry for each of the {n_inputs} inputs. Got an array of shape {values.shape} "
            "instead."
        )
    return values
