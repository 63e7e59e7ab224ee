"""Pictures of inputs, small and side by side on sheets, so that a page holds thousands of them in one element."""

import base64
import io

import numpy as np
from scipy import sparse

__all__ = ["mean_sheet", "read_images", "sheet_of", "shown_inputs"]

LARGEST_TILE = 48  # pixels; what a row of members shows
MOST_TILES = 2400
MOST_PIXELS = 2_500_000  # 0.9 MB of photographs
PER_NODE = 24
COLUMNS = 48
# Bytes of a sheet that are kept as they are. Losses show where pictures have but a few pixels, and spill into the next.
MOST_LOSSLESS = 300_000
BLOCK = 30_000_000  # pixels as numbers of four bytes at a time


def read_images(images, n_inputs):
    """Images as small tiles of bytes.

    Parameters
    ----------
    images : array-like of shape (n_inputs, height, width), (n_inputs, height, width, channels) or, as torch has them,
        (n_inputs, channels, height, width)
        Grey, or of 3 channels. Numbers other than uint8 are scaled so that the least is black and the largest white.
    n_inputs : int

    Returns
    -------
    uint8 ndarray of shape (n_inputs, height, width, 3) or (n_inputs, height, width)

    Raises
    ------
    ValueError
        If the shape is none of these, or a number is not finite.
    """
    try:
        images = np.asarray(images)
    except ValueError as error:
        raise ValueError("images must all be of one size. Resize them first.") from error
    if images.ndim == 4 and images.shape[1] in (1, 3) and images.shape[3] not in (1, 3):
        images = np.moveaxis(images, 1, 3)
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] != 3) or 0 in images.shape:
        raise ValueError(
            "images must be grey, (n_inputs, height, width), or have three channels, first or last. "
            f"Got an array of shape {images.shape} instead."
        )
    if len(images) != n_inputs:
        raise ValueError(f"images must have one for each of the {n_inputs} inputs. Got {len(images)} instead.")
    if not np.isfinite(images).all():
        raise ValueError("images has numbers that are not finite. Replace them first, by numpy.nan_to_num, say.")
    step = -(-max(images.shape[1:3]) // LARGEST_TILE)
    return _bytes(_shrunk(images, step))


def shown_inputs(graphs, tiles):
    """Inputs whose pictures the page has: all, or the medoids and evenly spaced members of every node; rising.

    Parameters
    ----------
    graphs : list of MapperGraph
    tiles : uint8 ndarray as of `read_images`

    Returns
    -------
    int64 ndarray
    """
    most = min(MOST_TILES, MOST_PIXELS // (tiles.shape[1] * tiles.shape[2]))
    if len(tiles) <= most:
        return np.arange(len(tiles))
    n_nodes = sum(graph.n_nodes for graph in graphs)
    per_node = min(PER_NODE, most // max(1, n_nodes)) - 1
    chosen = [graph.of_input[graph.medoid] for graph in graphs]
    for graph in graphs:
        for node in range(graph.n_nodes if per_node > 0 else 0):
            members = graph.members(node)
            places = np.linspace(0, len(members) - 1, min(per_node, len(members))).astype(np.int64)
            chosen.append(graph.of_input[members[places]])
    chosen = np.unique(np.concatenate([*chosen, np.empty(0, dtype=np.int64)]))
    return chosen[np.linspace(0, len(chosen) - 1, min(most, len(chosen))).astype(np.int64)]


def sheet_of(tiles, shown=None):
    """Tiles as a sheet.

    Parameters
    ----------
    tiles : uint8 ndarray of shape (n, height, width) or (n, height, width, 3)
    shown : dict or None, default=None
        Packed numbers of the inputs that the tiles belong to; None where tile i belongs to i.

    Returns
    -------
    dict
    """
    image = _image()
    sheets, n_rows = [], -(-MOST_TILES // COLUMNS)
    for start in range(0, len(tiles), MOST_TILES):
        part = tiles[start : start + MOST_TILES]
        rows = -(-len(part) // COLUMNS)
        filled = np.zeros((rows * COLUMNS, *tiles.shape[1:]), dtype=np.uint8)
        filled[: len(part)] = part
        height, width = tiles.shape[1:3]
        grid = (
            filled.reshape(rows, COLUMNS, height, width, -1).swapaxes(1, 2).reshape(rows * height, COLUMNS * width, -1)
        )
        written = io.BytesIO()
        how = {"lossless": True} if grid.size <= MOST_LOSSLESS else {"quality": 80}
        image.fromarray(grid[..., 0] if grid.shape[-1] == 1 else grid).save(written, "WEBP", method=4, **how)
        sheets.append("data:image/webp;base64," + base64.b64encode(written.getvalue()).decode("ascii"))
    tile = [int(tiles.shape[2]), int(tiles.shape[1])]
    return {"sheets": sheets, "tile": tile, "columns": COLUMNS, "rows": n_rows, "shown": shown}


def mean_sheet(graph, tiles):
    """The mean picture of every node's members.

    Parameters
    ----------
    graph : MapperGraph
    tiles : uint8 ndarray as of `read_images`

    Returns
    -------
    dict
        As `sheet_of` returns.
    """
    flat = tiles.reshape(len(tiles), -1)
    to_input = sparse.csr_matrix(
        (np.ones(graph.n_points, dtype=np.float32), (np.arange(graph.n_points), graph.of_input)),
        shape=(graph.n_points, len(tiles)),
    )
    shares = graph.membership.astype(np.float32) @ to_input
    means = np.empty((graph.n_nodes, flat.shape[1]), dtype=np.uint8)
    step = max(1, BLOCK // max(1, len(tiles)))
    for at in range(0, flat.shape[1], step):
        sums = shares @ flat[:, at : at + step].astype(np.float32)
        means[:, at : at + step] = np.rint(sums / np.maximum(graph.size, 1)[:, None])
    return sheet_of(means.reshape(-1, *tiles.shape[1:]))


def _shrunk(images, step):
    """Means of squares of step times step pixels; what is left over at the edges is cut."""
    if step == 1:
        return images
    height, width = images.shape[1] // step, images.shape[2] // step
    cut = images[:, : height * step, : width * step]
    blocks = cut.reshape(len(images), height, step, width, step, *images.shape[3:])
    means = blocks.mean(axis=(2, 4), dtype=np.float32)
    return np.rint(means).astype(np.uint8) if images.dtype == np.uint8 else means


def _bytes(images):
    if images.dtype == np.uint8:
        return images
    images = images.astype(np.float32)
    low, high = float(images.min()), float(images.max())
    return np.rint((images - low) * (255.0 / max(high - low, 1e-30))).astype(np.uint8)


def _image():
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "Pictures in the explorer need Pillow, which is not installed: pip install pillow."
        ) from error
    return Image
