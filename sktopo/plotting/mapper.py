"""MapperDisplay: Mapper graphs side by side, nodes as discs, pies or pictures, edges without support dashed."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sktopo.mapper.explorer.positions import node_positions
from sktopo.plotting.common import Panels, axes_for
from sktopo.plotting.mapper_nodes import UNCLASSED, category_colours, node_colours, node_radii, over_inputs

__all__ = ["MapperDisplay"]

MARKED = "#d00000"


class MapperDisplay(Panels):
    """Pictures of Mapper graphs.

    A node's area is in proportion to its members. Edges that were found again in fewer than half of the bootstrap
    resamples are dashed, and counted below the picture.

    Parameters
    ----------
    graphs : dict of str to MapperGraph
        By title.
    random_state : int, default=0
        Of the layout.

    Attributes
    ----------
    graphs_ : dict of str to MapperGraph
    positions_ : dict of str to float64 ndarray of shape (n_nodes, 2)
        Where nodes are, in the unit square; the second coordinate points down. The explorer's page has them there, too.
    n_unsupported_ : dict of str to int or None
        Dashed edges, after :meth:`plot`; None without resamples.
    ax_ : matplotlib Axes, or ndarray of Axes
        After :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    explore : A page to look around in.
    MapperSweepDisplay : Which settings to draw.

    Notes
    -----
    The layout makes distances on the page those along edges, by stress majorization; directions have no meaning but
    that the lens rises to the right. It takes 0.5 s for 5,000 nodes.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import Mapper, MapperDisplay
    >>> angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> mapper = Mapper(lambda points: points[:, 0], n_intervals=5, eps=0.3, n_resamples=20).fit(circle)
    >>> display = MapperDisplay.from_estimator(mapper)
    >>> display.ax_.get_xlabel(), display.n_unsupported_
    ('8 nodes, 8 edges, none with support below 0.5', {'': 0})
    """

    def __init__(self, graphs, *, random_state=0):
        self.graphs_ = dict(graphs)
        self.positions_ = {title: node_positions(graph, random_state) for title, graph in self.graphs_.items()}

    @classmethod
    def from_graph(cls, graph, *, title="", random_state=0, ax=None, **options):
        """Draw one graph.

        Parameters
        ----------
        graph : MapperGraph
        title : str, default=""
        random_state : int, default=0
            Of the layout.
        ax, **options : as in :meth:`plot`

        Returns
        -------
        MapperDisplay
        """
        return cls({title: graph}, random_state=random_state).plot(ax=ax, **options)

    @classmethod
    def from_estimator(cls, mapper, *, layer=None, random_state=0, ax=None, **options):
        """Draw the graphs of a fitted Mapper, side by side.

        Parameters
        ----------
        mapper : fitted Mapper
        layer : str, sequence of str or None, default=None
            None draws all layers.
        random_state : int, default=0
            Of the layout.
        ax, **options : as in :meth:`plot`

        Returns
        -------
        MapperDisplay
        """
        check_is_fitted(mapper, "graphs_")
        graphs = mapper.graphs_ if mapper.layers_ else {"": mapper.graph_}
        if layer is not None:
            names = [layer] if isinstance(layer, str) else list(layer)
            unknown = [name for name in names if name not in graphs]
            if unknown:
                raise ValueError(f"This Mapper has no layer {unknown[0]!r}. Choose one of {list(graphs)}.")
            graphs = {name: graphs[name] for name in names}
        return cls(graphs, random_state=random_state).plot(ax=ax, **options)

    def plot(
        self,
        *,
        color_by="lens",
        images=None,
        min_support=0.5,
        numbers=False,
        mark=(),
        largest=None,
        cmap="viridis",
        legend=True,
        ax=None,
    ):
        """Draw the graphs, on `ax` or on new axes.

        Parameters
        ----------
        color_by : str or array-like of shape (n_nodes,) or (n_inputs,), default="lens"
            ``"lens"``, the mean of the lens's first dimension; ``"class"``, the class of most members; ``"shares"``, a
            pie of the classes; ``"presence"``, ``"majority"`` or ``"entropy"``, the purity of that name; ``"target"``,
            the mean of a continuous y; ``"size"``; ``"component"``; or numbers, those of inputs being averaged over a
            node's members.
        images : array-like of shape (n_inputs, height, width) or (n_inputs, height, width, 3), default=None
            The mean image of the members is drawn in each node, framed by its colour.
        min_support : float, default=0.5
            Edges with less support are dashed, where the graph knows the support.
        numbers : bool, default=False
            Whether to write the number of each node beside it.
        mark : sequence of int, default=()
            Nodes to be ringed, such as those of a :class:`GraphFeature`. For one graph.
        largest : float or None, default=None
            Radius of the largest node; the picture is one unit wide. None fits it to the lengths of edges.
        cmap : str or matplotlib Colormap, default="viridis"
        legend : bool, default=True
            Whether to draw the colour bar, or the legend of classes.
        ax : matplotlib axes, or one for each graph, or None, default=None

        Returns
        -------
        self : MapperDisplay
        """
        if len(mark) and len(self.graphs_) > 1:
            raise ValueError("'mark' names nodes of one graph, and there are several. Draw one: layer=...")
        axes = axes_for(self, ax, len(self.graphs_), size=(5.0, 5.0), alone=(6.0, 6.0))
        self.n_unsupported_ = {}
        for (title, graph), one in zip(self.graphs_.items(), axes, strict=True):
            place = self.positions_[title]
            radii = node_radii(graph, place, largest)
            self.n_unsupported_[title] = _draw_edges(one, graph, place, min_support)
            # Layers of one Mapper have the same classes: one legend is enough.
            of_classes = isinstance(color_by, str) and color_by in ("class", "shares")
            said = legend and (one is axes[-1] or not of_classes)
            _draw_nodes(one, graph, place, radii, color_by, cmap, said, images is not None)
            if images is not None:
                _draw_images(one, over_inputs(graph, _of_inputs(graph, images)), place, radii)
            _draw_marks(one, place, radii, mark, numbers)
            _finish(one, graph, title, self.n_unsupported_[title], min_support)
        return self._keep(axes)


def _draw_edges(ax, graph, place, min_support):
    """Edges, wider the larger their Jaccard index; how many are dashed."""
    from matplotlib.collections import LineCollection

    lines, widths = place[graph.edges], 0.6 + 2.4 * graph.jaccard
    weak = np.zeros(graph.n_edges, dtype=bool) if graph.support is None else graph.support < min_support
    ax.add_collection(LineCollection(lines[~weak], linewidths=widths[~weak], colors="0.55", zorder=1))
    ax.add_collection(LineCollection(lines[weak], linewidths=0.8, colors="0.65", linestyles="--", zorder=1))
    return None if graph.support is None else int(weak.sum())


def _draw_nodes(ax, graph, place, radii, color_by, cmap, legend, framed):
    """Discs or pies; under pictures, discs a little larger than they."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle

    values, categories, names = node_colours(graph, color_by)
    if isinstance(color_by, str) and color_by == "shares" and not framed:
        _draw_pies(ax, graph, place, radii)
    else:
        discs = [Circle(xy, r) for xy, r in zip(place, radii * (1.25 if framed else 1.0), strict=True)]
        nodes = PatchCollection(discs, edgecolors="0.2", linewidths=np.where(graph.is_noise, 1.2, 0.4), zorder=2)
        nodes.set_linestyle([":" if noise else "-" for noise in graph.is_noise])
        if values is not None:
            nodes.set(array=values, cmap=cmap)
        else:
            colours = category_colours(len(names))
            nodes.set_facecolor([colours[c] for c in categories])
        ax.add_collection(nodes)
        if values is not None and legend and graph.n_nodes:
            ax.figure.colorbar(nodes, ax=ax, label=names[0], shrink=0.7)
    if categories is not None and legend:
        _draw_legend(ax, names)


def _draw_pies(ax, graph, place, radii):
    """A slice for every class, clockwise from the top in their order."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Wedge

    colours, slices, filled = category_colours(len(graph.classes)), [], []
    for xy, r, counts in zip(place, radii, graph.class_counts, strict=True):
        ends = np.concatenate([[0.0], np.cumsum(counts / max(1, counts.sum()))]) * 360.0 - 90.0
        for c in np.flatnonzero(counts):
            slices.append(Wedge(xy, r, ends[c], ends[c + 1]))
            filled.append(colours[c])
    ax.add_collection(PatchCollection(slices, facecolors=filled or UNCLASSED, edgecolors="none", zorder=2))


def _draw_legend(ax, names):
    from matplotlib.patches import Patch

    handles = [
        Patch(color=colour, label=name) for colour, name in zip(category_colours(len(names)), names, strict=True)
    ]
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small")


def _of_inputs(graph, images):
    images = np.asarray(images, dtype=np.float64)
    n_inputs = int(graph.of_input.max(initial=-1)) + 1
    if images.ndim not in (3, 4) or len(images) != n_inputs or (images.ndim == 4 and images.shape[3] != 3):
        raise ValueError(
            f"The 'images' of MapperDisplay must be one for each of the {n_inputs} inputs, of shape (n_inputs, height, "
            f"width) or (n_inputs, height, width, 3). Got an array of shape {images.shape} instead."
        )
    low, high = images.min(initial=np.inf), images.max(initial=-np.inf)
    return (images - low) / (high - low) if high > low else np.zeros_like(images)


def _draw_images(ax, images, place, radii):
    """Pictures of values in [0, 1] within their discs, the upper row at the top of a page whose axis points down."""
    for image, (x, y), r in zip(images, place, radii, strict=True):
        h, w = image.shape[:2]
        a, b = r * np.array([w, h]) / np.hypot(w, h) * 1.15
        ax.imshow(image, extent=(x - a, x + a, y + b, y - b), cmap="gray_r", vmin=0, vmax=1, zorder=3, aspect="auto")


def _draw_marks(ax, place, radii, mark, numbers):
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle

    rings = [Circle(place[node], 1.45 * radii[node]) for node in mark]
    ax.add_collection(PatchCollection(rings, facecolors="none", edgecolors=MARKED, linewidths=1.8, zorder=4))
    for node in range(len(place)) if numbers else ():
        x, y = place[node] + 1.05 * radii[node] / np.sqrt(2) * np.array([1, -1])
        ax.text(x, y, str(node), fontsize="xx-small", color="0.15", zorder=5)


def _finish(ax, graph, title, n_unsupported, min_support):
    said = f"{graph.n_nodes} nodes, {graph.n_edges} edges"
    if n_unsupported is not None:
        dashed = f"{n_unsupported} (dashed)" if n_unsupported else "none"
        said += f", {dashed} with support below {min_support:g}"
    ax.set(xlim=(-0.06, 1.06), ylim=(1.06, -0.06), aspect="equal", xticks=[], yticks=[], title=title, xlabel=said)
    for spine in ax.spines.values():
        spine.set_visible(False)
