"""From the calls of one forward pass to a Network: which element of which value is which vertex.

Every value carries a *shadow*, a tensor of the value's own shape that holds the vertex of each element
(plus one; zero is a constant). Whatever only reshuffles elements is followed exactly by doing the same
to the shadow, whatever acts element by element keeps the shadow, and operators make new vertices.
"""

import numpy as np
import torch

from sktopo.activations.network import (
    ConvOperator,
    DenseOperator,
    MaxOperator,
    Network,
    SparseOperator,
    Units,
)
from sktopo.activations.windows import adaptive_windows, axis_windows, pooling_rows

__all__ = ["SUPPORTED", "VertexBuilder"]

SUPPORTED = (
    "linear and convolution layers, max, average and adaptive pooling, means over axes, batch normalisation "
    "in eval mode, element-wise activations, dropout, reshaping, slicing, padding with zeros, sums (residual) "
    "and concatenation"
)

ELEMENTWISE = set(
    "relu relu6 leaky_relu elu selu celu gelu silu mish hardswish hardtanh hardsigmoid softplus softsign "
    "tanhshrink softshrink hardshrink logsigmoid log_sigmoid prelu rrelu threshold sigmoid tanh softmax "
    "log_softmax softmin abs absolute neg negative exp log log1p sqrt rsqrt square reciprocal sin cos clamp "
    "clamp_min clamp_max clip pow erf dropout alpha_dropout feature_dropout feature_alpha_dropout dropout1d "
    "dropout2d dropout3d clone detach contiguous to float double half bfloat16 type type_as requires_grad cpu cuda "
    "nan_to_num data identity".split()
)
STRUCTURAL = set(
    "view reshape flatten unflatten permute transpose t T mT swapaxes swapdims movedim moveaxis squeeze "
    "unsqueeze getitem narrow select cat concat concatenate stack hstack vstack chunk split tensor_split "
    "unbind pad expand expand_as repeat repeat_interleave tile flip roll rot90 view_as reshape_as ravel pixel_shuffle "
    "pixel_unshuffle channel_shuffle diagonal index_select unfold interpolate".split()
)
SUMS = {"add", "sub", "radd", "rsub", "subtract"}
SCALINGS = {
    "mul",
    "multiply",
    "rmul",
    "div",
    "divide",
    "true_divide",
    "truediv",
    "rtruediv",
    "maximum",
    "minimum",
    "gt",
    "ge",
    "lt",
    "le",
    "where",
    "masked_fill",
}


class Undescribable(Exception):
    """A call that no edge can be given to; the message says why."""


class _Layer:
    """A layer of vertices under construction; its provisional vertices start at `start`."""

    def __init__(self, name, shape, start):
        self.name, self.shape, self.start = name, tuple(shape), start
        self.size = int(np.prod(self.shape, dtype=np.int64))


class VertexBuilder:
    """Interprets values and calls in their order and collects layers and operators."""

    def __init__(self):
        self.layers = []
        self.operators = []  # dictionaries until the vertices have their final numbers
        self._next = 0

    # -- values -----------------------------------------------------------------------------------

    def add_input(self, value):
        """Give every element of the network's input a vertex."""
        self._new_layer(value, value.name)
        value.fresh = False

    def _new_layer(self, value, name):
        shape = tuple(value.tensor.shape)
        if len(shape) > 1 and shape[0] != 1:
            raise Undescribable("the first axis of its result does not count inputs")
        layer = _Layer(name, shape[1:] if len(shape) > 1 else shape, self._next)
        self._next += layer.size
        self.layers.append(layer)
        ids = torch.arange(layer.start + 1, layer.start + 1 + layer.size, dtype=torch.float64)
        value.shadow = ids.reshape(shape)
        value.fresh, value.linear, value.layer = True, True, layer

    def interpret(self, call, operands, results):
        """Give the results of one call their shadows; raise Undescribable where that cannot be done.

        Parameters
        ----------
        call : Call
        operands : list of Value
            Tensors among the arguments that carry vertices.
        results : list of Value
        """
        name = call.function
        if name in ELEMENTWISE:
            self._pass_through(operands, results)
        elif name in STRUCTURAL:
            self._reshuffle(call, operands, results)
        elif name in SUMS:
            self._sum(call, operands, results)
        elif name in SCALINGS:
            self._scale(operands, results)  # x * sigmoid(x), x * (x > 0): several values of the same units
        elif name in _OPERATORS:
            _OPERATORS[name](self, _Arguments(call), operands, results)
        else:
            raise Undescribable(f"the function '{name}' is not supported")

    def _pass_through(self, operands, results, *, linear=False):
        source = _only(operands)
        for result in results:
            if result.tensor.shape != source.tensor.shape:
                raise Undescribable("its result has another shape than its input")
            result.inherit(source, source.shadow, linear=linear)

    def _scale(self, operands, results):
        result = results[0]
        shadows = [value.shadow.expand(result.tensor.shape) for value in operands]
        if any(not torch.equal(shadow, shadows[0]) for shadow in shadows):
            _only(operands)
        result.inherit(operands[0], shadows[0], linear=False)

    def _reshuffle(self, call, operands, results):
        # Contiguous, so that every view of the value is one of its shadow.
        shadows = {id(value.tensor): value.shadow.contiguous() for value in operands}

        def swap(item):
            if isinstance(item, torch.Tensor):
                if id(item) in shadows:
                    return shadows[id(item)]
                return torch.zeros(item.shape, dtype=torch.float64) if item.is_floating_point() else item.cpu()
            if isinstance(item, list | tuple) and type(item) in (list, tuple):
                return type(item)(swap(part) for part in item)
            return item

        args, kwargs = swap(call.args), {key: swap(item) for key, item in call.kwargs.items()}
        if call.function == "pad":
            args, kwargs = _zero_padding(args, kwargs)
        if call.function == "interpolate" and not str(kwargs.get("mode", "nearest")).startswith("nearest"):
            raise Undescribable("it blends elements; only mode='nearest' is supported")
        outcome = call.func(*args, **kwargs)
        outcome = [outcome] if isinstance(outcome, torch.Tensor) else list(outcome)
        for result, shadow in zip(results, outcome, strict=True):
            if shadow.shape != result.tensor.shape:
                raise Undescribable("it reads the bytes of the elements")
            result.inherit(operands[0], shadow.clone(), linear=operands[0].linear)
            result.fresh = result.fresh and len(operands) == 1

    # -- sums -------------------------------------------------------------------------------------

    def _sum(self, call, operands, results):
        result = results[0]
        if len(operands) == 1 and _count_tensors(call) <= 1:  # a number or a bias is added
            self._pass_through(operands, results, linear=operands[0].linear)
            return
        if len(operands) == 1:
            operands = operands * _times(call, operands[0])
        if len(operands) == 1:
            result.inherit(operands[0], operands[0].shadow.expand(result.tensor.shape), linear=operands[0].linear)
            return
        shape = result.tensor.shape
        fresh = [value.is_branch() and value.tensor.shape == shape for value in operands]
        if operands[0] is operands[-1]:
            fresh = [False] * len(operands)
        if not any(fresh):
            self._new_layer(result, result.name)
        else:
            self._adopt(result, [value for value, is_fresh in zip(operands, fresh, strict=True) if is_fresh])
        target = _ids(result.shadow)
        for value, is_fresh in zip(operands, fresh, strict=True):
            if not is_fresh:
                elements = torch.arange(value.tensor.numel()).reshape(value.tensor.shape).expand(shape)
                self._add(
                    SparseOperator,
                    result,
                    value,
                    target_units=target,
                    indptr=np.arange(len(target) + 1, dtype=np.int64),
                    indices=elements.numpy().ravel().copy(),
                    weights=np.full(len(target), _factor(call, value), dtype=np.float32),
                )

    def _adopt(self, result, branches):
        """Make the branches' own units those of the sum: they had no other reader."""
        kept = branches[0]
        for other in branches[1:]:
            renumbering = np.arange(self._next)
            renumbering[_ids(other.shadow)] = _ids(kept.shadow)
            for operator in self.operators:
                if operator["layer"] is other.layer:
                    operator["target_units"] = renumbering[operator["target_units"]]
                    operator["layer"] = kept.layer
            self.layers.remove(other.layer)
        kept.layer.name = result.name
        self.layers.remove(kept.layer)  # every branch's sources come before the sum
        self.layers.append(kept.layer)
        result.inherit(kept, kept.shadow, linear=all(value.linear for value in branches))
        result.fresh = True

    # -- operators --------------------------------------------------------------------------------

    def _add(self, kind, result, source, **fields):
        if source.name is None:
            raise Undescribable("what enters it is computed inside a layer and cannot be recorded")
        fields.setdefault("target_units", _ids(result.shadow))
        self.operators.append(
            dict(
                kind=kind,
                name=result,
                source=source,
                source_units=_ids(source.shadow),
                layer=result.layer,
                **fields,
            )
        )

    def _linear(self, arguments, operands, results):
        weight = arguments.get(1, "weight")
        if arguments.call.function in ("matmul", "mm"):
            weight = arguments.get(1, "mat2" if arguments.call.function == "mm" else "other").T
        self._add_dense(arguments.get(0, "input"), weight, operands, results)

    def _addmm(self, arguments, operands, results):
        if arguments.get(4, "alpha", 1) != 1:
            raise Undescribable("only alpha=1 is supported")
        self._add_dense(arguments.get(1, "mat1"), arguments.get(2, "mat2").T, operands, results)

    def _add_dense(self, factor, weight, operands, results):
        source = _only(operands)
        if factor is not source.tensor:
            raise Undescribable("only activations @ weights is supported, with the weights on the right")
        if weight.ndim != 2:
            raise Undescribable(f"its weight has {weight.ndim} axes instead of 2")
        self._new_layer(results[0], results[0].name)
        weight = _numpy(weight)
        n_positions = source.tensor.numel() // weight.shape[1]
        self._add(DenseOperator, results[0], source, weight=weight, n_positions=n_positions)

    def _conv(self, arguments, operands, results):
        source, weight = _only(operands), arguments.get(1, "weight")
        n_axes = weight.ndim - 2
        if weight is source.tensor:
            raise Undescribable("its weights are computed from the input")
        if source.tensor.ndim != n_axes + 2:
            raise Undescribable("its input has no batch axis")
        stride = _per_axis(arguments.get(3, "stride", 1), n_axes)
        dilation = _per_axis(arguments.get(5, "dilation", 1), n_axes)
        padding = arguments.get(4, "padding", 0)
        if padding == "same":
            total = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
            padding = tuple((t // 2, t - t // 2) for t in total)
        else:
            padding = tuple((p, p) for p in _per_axis(0 if padding == "valid" else padding, n_axes))
        self._new_layer(results[0], results[0].name)
        self._add(
            ConvOperator,
            results[0],
            source,
            weight=_numpy(weight),
            in_shape=tuple(source.tensor.shape[1:]),
            out_shape=tuple(results[0].tensor.shape[1:]),
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=int(arguments.get(6, "groups", 1)),
        )

    def _pool(self, kind, operands, result, windows, divisors=None):
        source = _only(operands)
        n_axes = len(windows)
        shape = tuple(source.tensor.shape)
        n_channels = int(np.prod(shape[: len(shape) - n_axes]))
        indptr, indices = pooling_rows(n_channels, shape[len(shape) - n_axes :], windows)
        sizes = np.diff(indptr)
        if kind is MaxOperator:
            weights = np.ones(len(indices), dtype=np.float32)
        else:
            divisors = sizes if divisors is None else np.tile(divisors, n_channels)
            weights = np.repeat(1.0 / divisors, sizes)
        self._new_layer(result, result.name)
        self._add(kind, result, source, indptr=indptr, indices=indices, weights=weights)

    def _pool_geometry(self, arguments, operands, results):
        n_axes = int(arguments.call.function.removesuffix("_with_indices")[-2])
        kernel = _per_axis(arguments.get(1, "kernel_size"), n_axes)
        stride = arguments.get(2, "stride", None)
        stride = kernel if stride in (None, [], ()) else _per_axis(stride, n_axes)
        padding = _per_axis(arguments.get(3, "padding", 0), n_axes)
        spatial = tuple(_only(operands).tensor.shape[-n_axes:])
        return spatial, tuple(results[0].tensor.shape[-n_axes:]), kernel, stride, padding

    def _max_pool(self, arguments, operands, results):
        spatial, out, kernel, stride, padding = self._pool_geometry(arguments, operands, results)
        dilation = _per_axis(arguments.get(4, "dilation", 1), len(spatial))
        axes = zip(spatial, out, kernel, stride, padding, dilation, strict=True)
        self._pool(MaxOperator, operands, results[0], [axis_windows(*axis) for axis in axes])

    def _avg_pool(self, arguments, operands, results):
        spatial, out, kernel, stride, padding = self._pool_geometry(arguments, operands, results)
        axes = list(zip(spatial, out, kernel, stride, padding, strict=True))
        windows = [axis_windows(*axis) for axis in axes]
        divisors = None
        override = arguments.get(6, "divisor_override", None) if len(spatial) > 1 else None
        if override:
            divisors = np.full(int(np.prod(out)), float(override))
        elif arguments.get(5, "count_include_pad", True):
            # Padding counts, but what ceil_mode adds beyond the padding does not.
            counts = [np.minimum(np.arange(o) * s - p + k, n + p) - (np.arange(o) * s - p) for n, o, k, s, p in axes]
            divisors = np.ravel(np.prod(np.meshgrid(*counts, indexing="ij"), axis=0))
        self._pool(SparseOperator, operands, results[0], windows, divisors)

    def _adaptive(self, kind):
        def build(self, arguments, operands, results):
            n_axes = int(arguments.call.function.removesuffix("_with_indices")[-2])
            spatial = _only(operands).tensor.shape[-n_axes:]
            out = results[0].tensor.shape[-n_axes:]
            windows = [adaptive_windows(n, o) for n, o in zip(spatial, out, strict=True)]
            self._pool(kind, operands, results[0], windows)

        return build

    def _reduce(self, arguments, operands, results):
        source, result = _only(operands), results[0]
        axes = arguments.get(1, "dim", arguments.get(1, "axis", None))
        axes = range(source.tensor.ndim) if axes is None else [axes] if isinstance(axes, int) else axes
        axes = sorted(axis % source.tensor.ndim for axis in axes)
        if 0 in axes:
            raise Undescribable("it goes over the batch axis")
        elements = np.arange(source.tensor.numel()).reshape(tuple(source.tensor.shape))
        rows = np.moveaxis(elements, axes, range(-len(axes), 0)).reshape(result.tensor.numel(), -1)
        size = rows.shape[1]
        weight = 1.0 / size if arguments.call.function == "mean" else 1.0
        self._new_layer(result, result.name)
        self._add(
            MaxOperator if arguments.call.function in ("amax", "max") else SparseOperator,
            result,
            source,
            indptr=np.arange(len(rows) + 1, dtype=np.int64) * size,
            indices=rows.ravel().astype(np.int64),
            weights=np.full(rows.size, weight),
        )

    # -- batch normalisation ------------------------------------------------------------------------

    def _batch_norm(self, arguments, operands, results):
        source, result = _only(operands), results[0]
        if arguments.get(5, "training", False):
            raise Undescribable(
                "it uses the statistics of the batch: call model.eval(), and keep running statistics "
                "(track_running_stats=True)"
            )
        variance = arguments.get(2, "running_var")
        scale = torch.rsqrt(variance.detach().double() + arguments.get(7, "eps", 1e-5))
        weight = arguments.get(3, "weight", None)
        if weight is not None:
            scale = scale * weight.detach().double()
        self._pass_through(operands, results)
        if source.is_branch() and source.linear:
            shape = [1, -1] + [1] * (result.tensor.ndim - 2)
            per_element = scale.cpu().reshape(shape).expand(result.tensor.shape)
            factor = np.ones(self._next)
            factor[_ids(result.shadow)] = per_element.numpy().ravel()
            feeding = [operator for operator in self.operators if operator["layer"] is source.layer]
            folded = [_folded(operator, factor[operator["target_units"]]) for operator in feeding]
            # A normalisation after flattening has a scale per position, which a shared weight cannot take.
            if all(fields is not None for fields in folded):
                result.linear = True
                for operator, fields in zip(feeding, folded, strict=True):
                    operator.update(fields)

    # -- the end ------------------------------------------------------------------------------------

    def network(self, output):
        """Number the vertices layer by layer and freeze everything into a Network."""
        final = np.full(self._next, -1, dtype=np.int64)
        units, offset = [], 0
        for layer in self.layers:
            units.append(Units(layer.name, layer.shape, offset))
            final[layer.start : layer.start + layer.size] = np.arange(offset, offset + layer.size)
            offset += layer.size
        operators, shapes = [], {}
        for fields in self.operators:
            kind, result, source = fields.pop("kind"), fields.pop("name"), fields.pop("source")
            fields.pop("layer")
            before = fields.pop("source_units")
            fields["source_units"] = np.where(before < 0, -1, final[before])
            fields["target_units"] = final[fields["target_units"]]
            operators.append(kind(name=result.name, source=source.name, **fields))
            shapes[source.name] = tuple(source.tensor.shape[1:])
        return Network(tuple(units), tuple(operators), output, shapes)


class _Arguments:
    """Arguments of a call, by position or by name."""

    def __init__(self, call):
        self.call = call

    def get(self, position, name, default=None):
        if len(self.call.args) > position:
            return self.call.args[position]
        return self.call.kwargs.get(name, default)


def _folded(operator, factor):
    """An operator's weights times one factor per result element, None where positions sharing a weight differ."""
    if operator["kind"] is DenseOperator:
        n_out = operator["weight"].shape[0]
        factor = factor.reshape(-1, n_out)
        same = factor[:1]
    elif operator["kind"] is ConvOperator:
        n_out = operator["weight"].shape[0]
        factor = factor.reshape(n_out, -1).T
        same = factor[:1]
    else:
        return {"weights": operator["weights"] * np.repeat(factor, np.diff(operator["indptr"]))}
    if not (factor == same).all():
        return None
    weight = operator["weight"]
    scaled = weight * same[0].reshape((-1,) + (1,) * (weight.ndim - 1))
    return {"weight": scaled.astype(weight.dtype)}


def _only(operands):
    if len(operands) != 1:
        raise Undescribable(f"it combines {len(operands)} values that depend on the input")
    return operands[0]


def _ids(shadow):
    """Vertex of each element in C order, -1 for constants."""
    return shadow.round().to(torch.int64).numpy().ravel() - 1


def _numpy(weight):
    weight = weight.detach().cpu()
    return (weight.float() if weight.itemsize < 4 else weight).numpy().copy()


def _factor(call, value):
    """What a sum multiplies one of its terms with: ``alpha``, and -1 for what is subtracted."""
    other = call.args[1] if len(call.args) > 1 else call.kwargs.get("other")
    if value.tensor is not other or value.tensor is call.args[0]:
        return -1.0 if call.function == "rsub" else 1.0
    alpha = float(call.kwargs.get("alpha", 1.0))
    return -alpha if call.function in ("sub", "subtract") else alpha


def _per_axis(value, n_axes):
    values = tuple(int(v) for v in value) if isinstance(value, list | tuple | torch.Size) else (int(value),)
    return values * n_axes if len(values) == 1 else values


def _count_tensors(call):
    return sum(isinstance(item, torch.Tensor) and item.ndim > 0 for item in call.args)


def _times(call, value):
    return sum(item is value.tensor for item in call.args)


def _zero_padding(args, kwargs):
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "constant")
    widths = args[1] if len(args) > 1 else kwargs["pad"]
    return (args[0], widths), {"mode": mode}


_OPERATORS = {
    "linear": VertexBuilder._linear,
    "matmul": VertexBuilder._linear,
    "mm": VertexBuilder._linear,
    "addmm": VertexBuilder._addmm,
    "batch_norm": VertexBuilder._batch_norm,
    "mean": VertexBuilder._reduce,
    "sum": VertexBuilder._reduce,
    "amax": VertexBuilder._reduce,
    "max": VertexBuilder._reduce,
    **{f"conv{n}d": VertexBuilder._conv for n in (1, 2, 3)},
    **{f"max_pool{n}d": VertexBuilder._max_pool for n in (1, 2, 3)},
    **{f"max_pool{n}d_with_indices": VertexBuilder._max_pool for n in (1, 2, 3)},
    **{f"avg_pool{n}d": VertexBuilder._avg_pool for n in (1, 2, 3)},
    **{f"adaptive_avg_pool{n}d": VertexBuilder._adaptive(None, SparseOperator) for n in (1, 2, 3)},
    **{f"adaptive_max_pool{n}d": VertexBuilder._adaptive(None, MaxOperator) for n in (1, 2, 3)},
}
