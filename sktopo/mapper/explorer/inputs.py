"""What is known of every input: its name, text, class, picture, and the columns that a user adds."""

import numpy as np

from sktopo.mapper.explorer.packing import packed_integers, packed_numbers
from sktopo.mapper.explorer.sprites import sheet_of

__all__ = ["inputs_payload", "read_classes"]

UNKNOWN = -1


def read_classes(y, graphs, n_inputs):
    """Classes of inputs as names and numbers.

    Parameters
    ----------
    y : as in `explore`
    graphs : list of MapperGraph
        Say what y was, if y is None and one of them knows.
    n_inputs : int

    Returns
    -------
    names : list of str or None
    numbers : int64 ndarray of shape (n_inputs,) or None
        -1 where y is None or NaN: the class is unknown.
    """
    if y is not None:
        return _coded(_of_inputs("y", y, n_inputs))
    graph = next((graph for graph in graphs if graph.class_of is not None), None)
    if graph is None:
        return None, None
    numbers = np.full(n_inputs, UNKNOWN, dtype=np.int64)
    numbers[graph.of_input] = graph.class_of
    return [str(name) for name in graph.classes], numbers


def inputs_payload(n_inputs, *, classes, class_of, names, texts, columns, tiles, shown):
    """Of all inputs.

    Parameters
    ----------
    n_inputs : int
    classes, class_of : as `read_classes` returns them
    names, texts, columns : as in `explore`
    tiles : uint8 ndarray or None
        Pictures of all inputs.
    shown : int64 ndarray or None
        Which of them the page has.

    Returns
    -------
    dict
    """
    return {
        "n": n_inputs,
        "names": None if names is None else [str(name) for name in _of_inputs("names", names, n_inputs)],
        "texts": None if texts is None else [str(text) for text in _of_inputs("texts", texts, n_inputs)],
        "classes": classes,
        "class_of": None if class_of is None else _labels(class_of, len(classes)),
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
        return {"name": str(name), "kind": "number", "values": packed_numbers(values)}
    categories, numbers = _categories(values)
    return {"name": str(name), "kind": "category", "categories": categories, "values": numbers}


def _categories(values):
    names, numbers = _coded(values)
    return names, _labels(numbers, len(names))


def _coded(values):
    """Names of what there is, rising, and for each value the number of its name."""
    known = np.array([value is not None and value == value for value in values.tolist()], dtype=bool)  # NaN differs
    numbers = np.full(len(values), UNKNOWN, dtype=np.int64)
    kinds, found = np.unique(
        values[known] if values.dtype.kind in "iufb" else values[known].astype(str), return_inverse=True
    )
    numbers[known] = found.ravel()
    return [str(kind) for kind in kinds], numbers


def _labels(numbers, n_names):
    """Packed; the page takes what is no name's number for unknown, and all ones of 8 or 16 bits for nothing else."""
    unknown = next(ones for ones in (0xFF, 0xFFFF, 0xFFFFFFFF) if n_names <= ones)
    return packed_integers(np.where(numbers == UNKNOWN, unknown, numbers))


def _of_inputs(name, values, n_inputs):
    values = np.asarray(values)
    if values.ndim != 1 or len(values) != n_inputs:
        raise ValueError(
            f"{name} must have one entry for each of the {n_inputs} inputs. Got an array of shape {values.shape} "
            "instead."
        )
    return values
