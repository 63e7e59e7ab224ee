"""Random activation graphs straight from operators, without torch: any shape, any option, any numbers.

The source values are drawn, not computed: a spanning forest does not ask where they came from, and so every
combination of weights and activations is within reach.
"""

import dataclasses

import numpy as np

from sktopo.activations.network import ConvOperator, DenseOperator, MaxOperator, SparseOperator

FAMILIES = ("mlp", "tokens", "conv1d", "conv2d", "conv3d", "pooled", "residual", "branches", "wide", "star")
NUMBERS = """
    normal quantised integers neighbours powers equal zeros sparse one_hot dead_rows communities heavy wide tiny
""".split()
NUMBERINGS = ("plain", "shuffled", "reversed", "channels_last", "constants", "repeated")


def numbers(rng, kind, shape, dtype, octaves=1.0):
    """Random numbers of one kind; `octaves` of 1 lets them fill their dtype's whole range."""
    info = np.finfo(dtype)
    if kind == "ones":
        return np.ones(shape, dtype)
    if kind == "zeros":
        return np.zeros(shape, dtype)
    if kind == "equal":
        return np.full(shape, rng.choice([1.0, -0.3, 1 / 3]), dtype)
    if kind == "quantised":
        return rng.choice([0, 1, -1, 2, -2], size=shape).astype(dtype)
    if kind == "integers":
        return rng.integers(-9, 10, size=shape).astype(dtype)
    if kind == "powers":
        return 2.0 ** rng.integers(-20, 20, size=shape).astype(dtype)
    signs = rng.choice([-1.0, 1.0], size=shape)
    if kind == "heavy":
        return np.clip(rng.standard_cauchy(size=shape) ** 3, -1e15, 1e15).astype(dtype)
    if kind == "wide":
        low, high = np.log10(info.tiny) * 0.97 * octaves, np.log10(info.max) * 0.97 * octaves
        return (signs * 10.0 ** rng.uniform(low, high, size=shape)).astype(dtype)
    if kind == "tiny":  # multiples of the least subnormal number
        return (signs * rng.integers(0, 40, size=shape)).astype(dtype) * info.smallest_subnormal
    if kind == "neighbours":  # numbers that differ in their last bits only
        return (1.0 + rng.integers(0, 6, size=shape) * float(info.eps)).astype(dtype)
    values = rng.normal(size=shape)
    if kind == "sparse":
        values *= rng.random(shape) < 0.1
    elif kind == "one_hot":
        values *= np.arange(values.size).reshape(shape) == rng.integers(values.size)
    elif kind == "dead_rows" and values.ndim:
        values[rng.random(shape[0]) < 0.6] = 0.0
    elif kind == "communities" and len(shape) >= 2:
        own = np.arange(shape[0])[:, None] % 3 == np.arange(shape[1])[None, :] % 3
        values = np.where(own.reshape(own.shape + (1,) * (len(shape) - 2)), 1.0, 1e-3 * values)
    return values.astype(dtype)


@dataclasses.dataclass
class Builder:
    """Grows a network operator by operator; every value has its own random numbers."""

    rng: np.random.Generator
    weights: str = "normal"
    values: str = "normal"
    dtype: str = "float32"

    def __post_init__(self):
        self.operators, self.recorded, self.n_vertices = [], {}, 0

    def units(self, *shape):
        size = int(np.prod(shape))
        self.n_vertices += size
        return np.arange(self.n_vertices - size, self.n_vertices).reshape(shape)

    def weight(self, *shape):
        return numbers(self.rng, self.weights, shape, self.dtype, 0.5 if self.values == "wide" else 0.95)

    def _fields(self, units, target):
        source = f"value {len(self.recorded)}"
        self.recorded[source] = numbers(
            self.rng, self.values, (units.size,), self.dtype, 0.5 if self.weights == "wide" else 0.95
        )
        return dict(
            name=f"operator {len(self.operators)}",
            source=source,
            source_units=units.ravel(),
            target_units=target.ravel(),
        )

    def dense(self, units, n_out, target=None):
        """On the last axis, at every position of the others."""
        target = self.units(*units.shape[:-1], n_out) if target is None else target
        weight = self.weight(n_out, units.shape[-1])
        n_positions = units.size // units.shape[-1]
        self.operators.append(DenseOperator(**self._fields(units, target), weight=weight, n_positions=n_positions))
        return target

    def conv(self, units, c_out, kernel, stride=None, padding=None, dilation=None, groups=1):
        n_axes = units.ndim - 1
        stride, dilation = stride or (1,) * n_axes, dilation or (1,) * n_axes
        padding = padding or ((0, 0),) * n_axes
        out = [
            (n + a + b - d * (k - 1) - 1) // s + 1
            for n, (a, b), d, k, s in zip(units.shape[1:], padding, dilation, kernel, stride, strict=True)
        ]
        target = self.units(c_out, *out)
        self.operators.append(
            ConvOperator(
                **self._fields(units, target),
                weight=self.weight(c_out, units.shape[0] // groups, *kernel),
                in_shape=units.shape,
                out_shape=target.shape,
                stride=stride,
                padding=padding,
                dilation=dilation,
                groups=groups,
            )
        )
        return target

    def random_conv(self, units, most=4):
        """With options drawn at random; padding may be lopsided and wider than the kernel."""
        rng, n_axes = self.rng, units.ndim - 1
        kernel, stride, dilation = (
            tuple(int(x) for x in rng.integers(1, top, size=n_axes)) for top in (most + 1, most, 4)
        )
        padding = tuple((int(a), int(b)) for a, b in rng.integers(0, 4, size=(n_axes, 2)))
        dilation = tuple(
            d if d * (k - 1) + 1 <= n + sum(p) else 1
            for d, k, n, p in zip(dilation, kernel, units.shape[1:], padding, strict=True)
        )
        kernel = tuple(
            min(k, n + sum(p)) if d == 1 else k
            for d, k, n, p in zip(dilation, kernel, units.shape[1:], padding, strict=True)
        )
        divisors = [g for g in range(1, units.shape[0] + 1) if units.shape[0] % g == 0]
        groups = int(rng.choice(divisors))
        return self.conv(units, groups * int(rng.integers(1, 4)), kernel, stride, padding, dilation, groups)

    def pool(self, units, size, *, largest):
        """Windows of `size` along the last axis."""
        n_windows = max(1, units.shape[-1] // size)
        flat = np.arange(units.size).reshape(-1, units.shape[-1])
        windows = [window for row in flat for window in np.array_split(row, n_windows)]
        target = self.units(*units.shape[:-1], n_windows)
        indices = np.concatenate(windows)
        weights = np.ones(len(indices)) if largest else np.concatenate([np.full(len(w), 1 / len(w)) for w in windows])
        self._listed(
            MaxOperator if largest else SparseOperator, units, target, [len(w) for w in windows], indices, weights
        )
        return target

    def join(self, units, target):
        """The identity branch of a residual sum."""
        n = units.size
        self._listed(SparseOperator, units, target, np.ones(n, dtype=int), np.arange(n), np.ones(n))

    def _listed(self, kind, units, target, sizes, indices, weights):
        indptr = np.concatenate([[0], np.cumsum(sizes)])
        weights = weights.astype(self.dtype)
        self.operators.append(kind(**self._fields(units, target), indptr=indptr, indices=indices, weights=weights))

    def renumbered(self, numbering):
        """Operators with their vertices numbered in another way, so that results are no longer consecutive.

        "constants" makes some source elements constants, as padding does; "repeated" gives several elements of a
        source, and now and then of a result, the same vertex, as the concatenation of a value with itself does.
        """
        name = np.arange(self.n_vertices)
        if numbering == "shuffled":
            name = self.rng.permutation(name)
        elif numbering == "reversed":
            name = name[::-1].copy()
        elif numbering == "channels_last":
            name = _channels_last(self.operators, self.n_vertices)
        return [self._renumbered(operator, name, numbering) for operator in self.operators]

    def _renumbered(self, operator, name, numbering):
        source = np.where(operator.source_units < 0, -1, name[operator.source_units])
        target = name[operator.target_units]
        if numbering == "constants":
            source = np.where(self.rng.random(len(source)) < 0.2, -1, source)
        elif numbering == "repeated":
            source = self.rng.choice(source, size=len(source))
            target = self.rng.choice(target, size=len(target)) if self.rng.random() < 0.3 else target
        return dataclasses.replace(operator, source_units=source, target_units=target)


def _channels_last(operators, n_vertices):
    """A numbering in which the channels of a convolution's result vary fastest."""
    name = np.arange(n_vertices)
    for o in operators:
        if o.kind == "conv":
            channels, *places = o.out_shape
            order = np.moveaxis(np.arange(len(o.target_units)).reshape(*places, channels), -1, 0)
            name[o.target_units] = o.target_units[0] + order.ravel()
    return name


def mlp(b):
    units = b.units(int(b.rng.integers(1, 30)))
    for _ in range(b.rng.integers(1, 5)):
        units = b.dense(units, int(b.rng.choice([1, 2, 5, 17, 40])))


def tokens(b):
    """Linear maps of the last axis, then of the other one (as in a mixer), with a residual sum."""
    units = b.units(*b.rng.integers(1, 8, size=2))
    for _ in range(2):
        out = b.dense(units, int(b.rng.integers(1, 9)))
        units = b.dense(out.T, int(b.rng.integers(1, 6)))
    b.join(units, b.dense(units, units.shape[-1]))


def conv1d(b):
    units = b.units(int(b.rng.integers(1, 5)), int(b.rng.integers(1, 25)))
    units = b.random_conv(b.random_conv(units))
    b.dense(units.reshape(-1), 3)


def conv2d(b):
    units = b.units(int(b.rng.integers(1, 5)), *b.rng.integers(1, 10, size=2))
    units = b.random_conv(b.random_conv(units))
    b.dense(units.reshape(-1), 3)


def conv3d(b):
    b.random_conv(b.units(int(b.rng.integers(1, 4)), *b.rng.integers(1, 6, size=3)), most=3)


def pooled(b):
    units = b.random_conv(b.units(2, *b.rng.integers(3, 9, size=2)), most=3)
    units = b.pool(units, int(b.rng.integers(1, 4)), largest=True)
    units = b.pool(units, int(b.rng.integers(1, 4)), largest=False)
    if b.rng.random() < 0.5:
        units = np.where(b.rng.random(units.shape) < 0.2, -1, units)  # constants, as padding makes them
    b.dense(units.reshape(-1), 4)


def residual(b):
    units = b.units(4, *b.rng.integers(2, 7, size=2))
    for groups in (1, 4):
        out = b.conv(units, 4, (3, 3), padding=((1, 1), (1, 1)), groups=groups)
        b.join(units, out)
        units = out
    b.dense(b.pool(units, units.shape[-1], largest=False).reshape(-1), 5)


def branches(b):
    """Concatenations, also of a value with itself, and two branches that add up in the same units."""
    units = b.units(int(b.rng.integers(1, 9)))
    left, right = b.dense(units, 5), b.dense(units, 4)
    both = np.concatenate([left, units, right, left])
    out = b.dense(both, 6)
    b.dense(left, 6, target=out)
    b.dense(right[::-1], 6, target=out[::-1])
    b.join(left, out[:5])


def wide(b):
    """Wider than several chunks of 64."""
    units = b.units(int(b.rng.integers(60, 200)))
    units = b.dense(units, int(b.rng.integers(30, 140)))
    b.dense(units, int(b.rng.choice([1, 10])))


def star(b):
    """One unit that feeds or reads all others."""
    n = int(b.rng.integers(1, 300))
    b.dense(b.dense(b.units(n), 1), n)


BUILDERS = dict(
    mlp=mlp,
    tokens=tokens,
    conv1d=conv1d,
    conv2d=conv2d,
    conv3d=conv3d,
    pooled=pooled,
    residual=residual,
    branches=branches,
    wide=wide,
    star=star,
)


def random_graph(seed, family, weights="normal", values="normal", dtype="float32", numbering="plain"):
    """Operators and values of one random network; equal arguments give equal networks."""
    builder = Builder(np.random.default_rng(seed), weights, values, dtype)
    BUILDERS[family](builder)
    return builder.renumbered(numbering), builder.recorded


def hidden_communities(seed):
    """A dense layer of one large community and a few small ones, each tied within more than to all others.

    Columns take over from rows while the small communities still grow, and rows from columns again.
    """
    rng = np.random.default_rng(seed)
    large, n_small = rng.choice([15, 25, 40, 60], size=2), int(rng.integers(1, 8))
    small = rng.integers(2, [6, 12])
    result, source = (
        np.repeat(np.arange(n_small + 1), [n] + [each] * n_small) for n, each in zip(large, small, strict=True)
    )
    own, link = rng.integers(1, 5), rng.integers(0, 5)
    spread = rng.integers(1, 6, size=2)
    x = rng.random((len(result), len(source)))
    octaves = own + link + spread[0] * x
    same = result[:, None] == source
    octaves = np.where(same, own + spread[1] * x, octaves)
    octaves = np.where(same & (source == 0), rng.choice([0.5, 1, 2, 3]) * x, octaves)
    builder = Builder(rng, values="ones")
    builder.dense(builder.units(len(source)), len(result))
    operator = dataclasses.replace(builder.operators[0], weight=(2.0**-octaves).astype("float32"))
    return [operator], builder.recorded
