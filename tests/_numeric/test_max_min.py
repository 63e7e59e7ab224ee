"""The (max, min) kernels against their definition, small enough to run as plain Python too."""

import numpy as np
import pytest

from sktopo._numeric.max_min import carry_edges, carry_operator, max_min_product
from sktopo.activations.network import ConvOperator, DenseOperator
from sktopo.filtration.plan import plan_operators


def carried(operator, h, later):
    """Path values of the sources, from values of the results."""
    n = len(h)
    reach = np.zeros((n + len(later), later.shape[1]))
    reach[n:] = later
    carry_operator(plan_operators("network", [operator]).tables, 0, h, reach)
    np.testing.assert_array_equal(reach[n:], later)
    return reach[:n]


def expected(edges, n, later):
    values = np.zeros((n, later.shape[1]))
    for u, v, phi in edges:
        values[u] = np.maximum(values[u], np.minimum(phi, later[v]))
    return values


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n_out", [1, 3, 40])
def test_dense_operator_with_positions(seed, n_out):
    rng = np.random.default_rng(seed)
    n_in, n_positions = int(rng.integers(1, 5)), int(rng.integers(1, 3))
    weight = rng.integers(-5, 6, size=(n_out, n_in)).astype("float32")
    h, later = rng.integers(0, 3, size=n_in * n_positions).astype(float), rng.random((n_out * n_positions, 4)) * 9
    operator = DenseOperator(
        name="fc", source="x", source_units=np.arange(len(h)), target_units=len(h) + np.arange(len(later)),
        weight=weight, n_positions=n_positions,
    )  # fmt: skip
    edges = [
        (p * n_in + k, p * n_out + j, abs(weight[j, k]) * h[p * n_in + k])
        for p, j, k in np.ndindex(n_positions, n_out, n_in)
    ]
    np.testing.assert_array_equal(carried(operator, h, later), expected(edges, len(h), later))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
def test_convolution_at_the_border_and_in_groups(stride, dilation):
    rng = np.random.default_rng(stride + 2 * dilation)
    weight = rng.integers(-3, 4, size=(4, 1, 3, 2)).astype("float32")
    size = (5 + 2 - 2 * dilation - 1) // stride + 1, (4 + 2 - dilation - 1) // stride + 1
    h, later = rng.integers(0, 3, size=2 * 5 * 4).astype(float), rng.random((4 * size[0] * size[1], 3)) * 5
    operator = ConvOperator(
        name="conv", source="x", source_units=np.arange(len(h)), target_units=len(h) + np.arange(len(later)),
        weight=weight, in_shape=(2, 5, 4), out_shape=(4, *size), stride=(stride,) * 2, padding=((1, 1), (1, 1)),
        dilation=(dilation,) * 2, groups=2,
    )  # fmt: skip
    edges = []
    for o, i, j, a, b in np.ndindex(4, *size, 3, 2):
        y, x = i * stride - 1 + a * dilation, j * stride - 1 + b * dilation
        if 0 <= y < 5 and 0 <= x < 4:
            k = np.ravel_multi_index((o // 2, y, x), (2, 5, 4))
            edges.append((k, np.ravel_multi_index((o, i, j), (4, *size)), abs(weight[o, 0, a, b]) * h[k]))
    np.testing.assert_array_equal(carried(operator, h, later), expected(edges, len(h), later))


def test_constants_and_units_out_of_sequence():
    operator = DenseOperator(
        name="fc", source="x", source_units=np.array([1, -1]), target_units=np.array([4, 2, 3]),
        weight=np.array([[1.0, 9.0], [5.0, 9.0], [2.0, 9.0]]),
    )  # fmt: skip
    reach = np.array([[0.0], [3.0], [1.0], [7.0]])  # the plan leaves out unit 0, which nothing touches
    carry_operator(plan_operators("network", [operator]).tables, 0, np.ones(2), reach)
    np.testing.assert_array_equal(reach, [[3.0], [3.0], [1.0], [7.0]])


def test_listed_edges_raise_and_never_lower():
    reach = np.array([[2.0, 0.0], [0.0, 0.0], [1.0, 4.0]])
    carry_edges(np.array([3.0, 0.5]), np.array([0, 1]), np.array([2, 2]), reach)
    np.testing.assert_array_equal(reach, [[2.0, 3.0], [0.5, 0.5], [1.0, 4.0]])


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 40, 2), (5, 20, 70), (2, 30, 129)])
def test_product_of_matrices(shape):
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 50, size=shape[:2]).astype("float32"), rng.integers(0, 50, size=shape[1:]).astype("float32")
    expected_product = np.minimum(a[:, :, None], b[None]).max(axis=1)
    product = max_min_product(a, b)
    np.testing.assert_array_equal(product, expected_product)
    assert product.dtype == np.float32
