"""What the displays share: the door to matplotlib, panels, colours, and the way from an estimator to diagrams."""

import numbers

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sktopo.diagrams.container import Diagrams
from sktopo.diagrams.reading import as_diagrams
from sktopo.diagrams.vectorizer import PersistenceVectorizer

__all__ = [
    "MAX_LEGEND",
    "BlockDisplay",
    "Panels",
    "axes_for",
    "block_label",
    "block_styles",
    "chosen_blocks",
    "colours_of",
    "fitted_vectorizer",
    "legend_place",
    "legend_width",
    "over",
    "panels_of",
    "pyplot",
    "run_steps",
    "sample_of",
    "span_of",
    "unit_of",
]

# After Okabe and Ito: told apart with any colour vision; their yellow is left out, being too light on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "o^sDv"
LINES = ("-", "--", ":", "-.")
MAX_COLUMNS = 4
SPLITS = (None, "layer", "degree", "block")
MAX_LEGEND = 8  # names that find room inside a panel
LEGEND_ROWS = 14  # names below one another beside it


def pyplot(display):
    """The module matplotlib.pyplot, or a sentence with the cure."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{type(display).__name__} draws with matplotlib, which is not installed. "
            "Install it: pip install 'matplotlib>=3.8'."
        ) from error
    return plt


def axes_for(display, ax, n, *, size=(4.0, 4.0), alone=(5.0, 4.0)):
    """An array of `n` axes: those given, or new ones in rows of at most four. Sizes are in inches."""
    plt = pyplot(display)
    if ax is not None:
        axes = np.asarray(ax, dtype=object).ravel()
        if len(axes) != n:
            raise ValueError(
                f"{type(display).__name__} draws {n} panel{'s' if n > 1 else ''} here, so 'ax' must hold {n} axes. "
                f"Got {len(axes)} instead."
            )
        return axes
    n_columns = min(n, MAX_COLUMNS)
    n_rows = -(-n // n_columns)
    figsize = alone if n == 1 else (size[0] * n_columns, size[1] * n_rows)
    _, grid = plt.subplots(n_rows, n_columns, figsize=figsize, squeeze=False, layout="constrained")
    for extra in grid.ravel()[n:]:
        extra.remove()
    return grid.ravel()[:n]


def panels_of(display, blocks, split_by):
    """A title and the blocks of each panel."""
    if split_by not in SPLITS:
        raise ValueError(
            f"The 'split_by' of {type(display).__name__} must be None, 'layer', 'degree' or 'block'. "
            f"Got {split_by!r} instead."
        )
    panels = {}
    for layer, degree in blocks:
        title = {None: "", "layer": layer, "degree": f"H{degree}", "block": block_label(layer, degree)}[split_by]
        title = title if layer else ""
        panels.setdefault(title, []).append((layer, degree))
    return list(panels.items())


def block_label(layer, degree, split_by=None):
    """What a legend calls a block: what the panel's title has not said already."""
    if not layer:  # a landscape that is of no diagram that we know
        return ""
    return {None: f"{layer} H{degree}", "layer": f"H{degree}", "degree": layer, "block": f"{layer} H{degree}"}[split_by]


def colours_of(n):
    """Colours for `n` things in their order: those of the palette, or, where they do not suffice, dark to light."""
    if n <= len(PALETTE):
        return list(PALETTE[:n])
    from matplotlib import colormaps

    return [tuple(colour) for colour in colormaps["viridis"](np.linspace(0.0, 0.88, n))]


def block_styles(blocks):
    """Colour, marker and line style of each block: layers have colours, degrees markers and line styles.

    Blocks of one layer alone have colours by degree, and all lines are solid.
    """
    layers = list(dict.fromkeys(layer for layer, _ in blocks))
    degrees = sorted({degree for _, degree in blocks})
    colours = colours_of(len(layers) if len(layers) > 1 else len(degrees))
    styles = {}
    for layer, degree in blocks:
        rank = degrees.index(degree)
        colour = colours[layers.index(layer) if len(layers) > 1 else rank]
        styles[layer, degree] = {
            "color": colour,
            "marker": MARKERS[rank % len(MARKERS)],
            "linestyle": LINES[rank % len(LINES)] if len(layers) > 1 else "-",
        }
    return styles


def span_of(values, negated):
    """The first and the last of finite filtration values, in the order of time; phi falls to 0 at least."""
    start, end = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    return (end, min(start, 0.0)) if negated else (start, end)


def unit_of(negated):
    """What an axis of filtration values adds to its name."""
    return " (phi)" if negated else ""


def over(defaults, given, artist):
    """Options for a matplotlib artist: what is given wins, under any of its names, such as "lw" for "linewidth"."""
    from matplotlib.cbook import normalize_kwargs

    return {**normalize_kwargs(defaults, artist), **normalize_kwargs(given, artist)}


def legend_place(n):
    """Where a legend of `n` names goes: into the picture, or, where it would hide that, beside it in columns."""
    if n <= MAX_LEGEND:
        return {"loc": "best"}
    return {"loc": "upper left", "bbox_to_anchor": (1.02, 1.0), "ncols": -(-n // LEGEND_ROWS)}


def legend_width(n):
    """Inches that a legend of `n` names needs beside a picture."""
    return 0.0 if n <= MAX_LEGEND else 1.3 * -(-n // LEGEND_ROWS)


def run_steps(estimator, X, stop=Diagrams):
    """What a fitted estimator makes of X; of a pipeline, the first output that is an instance of `stop`.

    So a pipeline that ends in a classifier can be shown as well as one that ends in a filtration.
    """
    if not hasattr(estimator, "steps"):
        return estimator.transform(X)
    for _, step in estimator.steps:
        if step is None or step == "passthrough":
            continue
        if not hasattr(step, "transform"):
            break
        X = step.transform(X)
        if isinstance(X, stop):
            break
    return X


def fitted_vectorizer(estimator, method):
    """The estimator, or the step of a pipeline, that is a fitted PersistenceVectorizer of this method; or None."""
    steps = [step for _, step in estimator.steps] if hasattr(estimator, "steps") else [estimator]
    for step in steps:
        if isinstance(step, PersistenceVectorizer) and step.method == method:
            check_is_fitted(step, "blocks_")
            return step
    return None


def chosen_blocks(blocks, layer, degree):
    """Some of the blocks, by the rules of :meth:`Diagrams.select`."""
    empty = np.zeros(len(blocks) + 1, dtype=np.int64)
    if layer is None and degree is None:
        return tuple(blocks)
    return Diagrams([], [], empty, blocks).select(layer=layer, degree=degree).blocks


def sample_of(X, sample):
    """X cut down to one sample, still a batch; negative numbers count from the end."""
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    if not isinstance(sample, numbers.Integral):
        raise ValueError(f"The 'sample' to draw must be an integer. Got {sample!r} instead.")
    if not -n_samples <= sample < n_samples:
        raise IndexError(f"Sample {sample} does not exist: there are {n_samples} samples.")
    start = sample % n_samples
    return X[start : start + 1]


class Panels:
    """Remembers what was drawn on."""

    def _keep(self, axes):
        """One axes, or an array of them where there are several panels."""
        self.ax_ = axes[0] if len(axes) == 1 else axes
        self.figure_ = axes[0].figure
        return self


class BlockDisplay(Panels):
    """Display of the diagrams of one sample, block by block."""

    def __init__(self, diagrams):
        diagrams = as_diagrams(diagrams)
        if len(diagrams) != 1:
            raise ValueError(
                f"{type(self).__name__} is of one sample; got {len(diagrams)}. "
                "Choose one: diagrams[i], or from_diagrams(diagrams, sample=i)."
            )
        self.negated_ = diagrams.negated
        self.pairs_ = {block: self._sign * diagrams.pairs(*block) for block in diagrams.blocks}

    @classmethod
    def from_diagrams(cls, diagrams, *, sample=0, layer=None, degree=None, ax=None, **kwargs):
        """Draw one sample of Diagrams.

        Parameters
        ----------
        diagrams : Diagrams, or what :class:`PersistenceVectorizer` accepts as diagrams
        sample : int, default=0
        layer, degree : default=None
            Blocks to draw, as in :meth:`Diagrams.select`; None takes all.
        ax, **kwargs : as in :meth:`plot`

        Returns
        -------
        display
        """
        one = sample_of(as_diagrams(diagrams), sample)
        return cls(one if layer is None and degree is None else one.select(layer=layer, degree=degree)).plot(
            ax=ax, **kwargs
        )

    @classmethod
    def from_estimator(cls, estimator, X, *, sample=0, layer=None, degree=None, ax=None, **kwargs):
        """Draw the diagrams that a fitted filtration gives for one input.

        Parameters
        ----------
        estimator : fitted estimator whose ``transform`` gives Diagrams, or fitted pipeline with such a step
            Steps behind the diagrams, such as a vectorizer and a classifier, are not run.
        X : what it transforms
        sample, layer, degree, ax, **kwargs : as in :meth:`from_diagrams`

        Returns
        -------
        display
        """
        diagrams = run_steps(estimator, sample_of(X, sample))
        return cls.from_diagrams(diagrams, layer=layer, degree=degree, ax=ax, **kwargs)

    @property
    def _sign(self):
        return -1.0 if self.negated_ else 1.0

    def _finite_values(self):
        """All finite births and deaths, as they are drawn."""
        values = np.concatenate([pairs.ravel() for pairs in self.pairs_.values()])
        return values[np.isfinite(values)]
