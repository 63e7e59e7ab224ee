"""explore: graphs of Mapper as a page that opens from disk."""

from pathlib import Path

from sktopo.mapper.explorer.assemble import html_page
from sktopo.mapper.explorer.payload import page_payload

__all__ = ["explore"]


def explore(
    graphs,
    path=None,
    *,
    y=None,
    points=None,
    images=None,
    texts=None,
    names=None,
    columns=None,
    nulls=None,
    title="Mapper explorer",
    min_support=0.5,
    n_projected=1000,
    random_state=0,
):
    """Write graphs of Mapper as one page that opens from disk: nothing to install, nothing fetched, nothing sent.

    Parameters
    ----------
    graphs : Mapper, MapperGraph, MapperSweep or dict
        A fitted Mapper, with the graphs of all its layers; one graph; a dict of graphs by layer, in the order in which
        they are to stand; a sweep, or a dict by name of any of these, between whose settings the page switches, all of
        them with the same layers.
    path : str, Path or None, default=None
        Where to write the page; None returns it as a text.
    y : array-like of shape (n_inputs,) or None, default=None
        Class of every input: what is counted, searched and coloured by, and what nodes are pure of. None or
        NaN is an unknown class. y=None takes the classes that the Mapper was fitted with, if any.
    points : Activations, array-like of shape (n_points, n_features), dict or None, default=None
        What is projected: what the Mapper was fitted to, or points by layer. None projects the nodes' means.
    images : array-like of shape (n_inputs, height, width) or None, default=None
        A picture of every input, grey or with three channels, first or last. Needs Pillow.
    texts : sequence of str of length n_inputs or None, default=None
        A text of every input.
    names : sequence of str of length n_inputs or None, default=None
        What inputs are called; None calls them by their numbers.
    columns : DataFrame, dict of str to array-like of shape (n_inputs,), or None, default=None
        More that is known of every input, numbers or categories: nodes are coloured by their means or majorities.
    nulls : list of MapperGraph, dict of str to list of MapperGraph, or None, default=None
        What `null_graphs` returned: their loops and branches are counted beside those found.
    title : str, default="Mapper explorer"
    min_support : float, default=0.5
        Where graphs know the support of their edges, less than this is hidden at first, counted as hidden, and left out
        of the table of loops, branches and leaves.
    n_projected : int, default=1000
        How many points of a layer are projected, drawn at random. Without `points`, all nodes are.
    random_state : int, default=0
        Of positions and projections: the same graphs make the same page.

    Returns
    -------
    Path or str

    Raises
    ------
    ValueError
        If something has not one entry for each input, settings differ in their layers, or numbers are not finite.
    ImportError
        If there are images and Pillow is not installed.

    See Also
    --------
    ExplorerWidget : The same in a notebook, with selections back in Python.
    MapperDisplay : A picture for a paper.

    Notes
    -----
    **Size.** The page's own files take 0.55 MB. A member takes one to two bytes, a class of an input one to two, and a
    number of a column four. Of more than 20,000 inputs, numbers are rounded to 65,535ths of their range and take two,
    unless that is more than a thousandth of what the middle half of them spans. Pictures take 0.9 MB at most for
    photographs: where all would take more, the medoid and up to 23 members of every node, evenly spaced, have one; a
    node's mean picture is of all. The table lists the best loops, branches and leaves, as many as name 20,000 nodes
    together of each kind, and says how many there are.

    **Cost.** Positions take a second for 5,000 nodes. The projection by neighbourhoods is UMAP where umap-learn is
    installed and otherwise t-SNE, a second a layer for 1,000 points; the page names which.

    Every text, of classes, names or columns, is shown as text, whatever is in it.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Mapper, explore
    >>> angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> mapper = Mapper(lambda points: points[:, 0], n_intervals=5, eps=0.1).fit(circle)
    >>> page = explore(mapper, title="A circle", n_projected=100)
    >>> page.startswith("<!DOCTYPE html>"), "<title>A circle</title>" in page
    (True, True)
    """
    page = html_page(
        page_payload(
            graphs,
            y=y,
            points=points,
            images=images,
            texts=texts,
            names=names,
            columns=columns,
            nulls=nulls,
            title=title,
            min_support=min_support,
            n_projected=n_projected,
            random_state=random_state,
        )
    )
    if path is None:
        return page
    path = Path(path)
    path.write_text(page, encoding="utf-8")
    return path
