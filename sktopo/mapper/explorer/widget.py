"""The explorer in a notebook, with what is selected back in Python."""

from sktopo.mapper.explorer.assemble import as_json, module_source, style
from sktopo.mapper.explorer.payload import page_payload

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise ImportError(
        "ExplorerWidget needs anywidget, which is not installed: pip install 'sktopo[widget]'. explore() does without."
    ) from error

__all__ = ["ExplorerWidget"]


class ExplorerWidget(anywidget.AnyWidget):
    """Graphs of Mapper in a notebook: the page of `explore` as a widget.

    Parameters
    ----------
    graphs : as in `explore`
    y, points, images, texts, names, columns, nulls, title, min_support, n_projected, random_state : as in `explore`

    Attributes
    ----------
    selection : dict
        What is selected, as soon as it is: ``"setting"`` and ``"layer"`` by name, ``"nodes"`` and ``"inputs"`` as lists
        of int. Empty before the first selection; ``observe`` tells of changes.
    data : str
        All that is shown, as JSON.

    Raises
    ------
    ImportError
        If anywidget is not installed.

    See Also
    --------
    explore : A page that opens from disk.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import ExplorerWidget, Mapper
    >>> angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> mapper = Mapper(lambda points: points[:, 0], n_intervals=5, eps=0.1).fit(circle)
    >>> widget = ExplorerWidget(mapper, n_projected=100)
    >>> widget.selection
    {}
    """

    data = traitlets.Unicode().tag(sync=True)
    selection = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        graphs,
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
        payload = page_payload(
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
        # The page's files are read when a widget is made, not when the module is imported.
        self._esm, self._css = module_source(), style()
        super().__init__(data=as_json(payload))
