"""Derivatives of derivatives through writes at integers that may repeat: of those to one place the last one counts."""

import numpy as np
import pytest

from pullback import grad, hessian, hvp, jvp, runtime

RNG = np.random.default_rng(11)
REPEATED, APART = np.array([1, 0, 1]), np.array([2, 0, 1])


def written(x, v, i):
    y = x * 1.0
    y[i] = v * v
    return np.sum(y**3) + np.sum(y[i] * v)


def in_a_loop(x, v, i):
    y = x * 1.0
    for _ in range(3):
        y[i] = np.sin(y[i] * v) + v
        y = y * y[::-1]
    return np.sum(y**3)


def at_pairs(x, v, i):
    y = x * x
    y[i, i[::-1]] = v**3
    y[:, i] = y[:, i] * v
    return np.sum(np.sin(y))


def through_views(x, v, i):
    y = x.copy()
    y.T[i] = v[0] ** 2
    y[1:][i] = np.sin(y[i] * v)
    return np.sum(y**3)


def of_a_number(x, v, i):
    y = x * x
    y[i] = np.sum(v) ** 2
    return np.sum(y**3)


def in_a_branch(x, v, i):
    y = x * x
    if x[0] < 100.0:
        y[i] = np.sin(v * y[i])
    return np.sum(y * y)


FORMS = [
    (written, (5,)), (in_a_loop, (5,)), (at_pairs, (5, 5)), (through_views, (4, 3)), (of_a_number, (5,)),
    (in_a_branch, (4,)),
]  # fmt: skip


def gradient_of(f):
    """The gradient of a function, and that of a product with it, as programs of their own."""
    first = grad(f, wrt=("x", "v"))

    def product(x, v, i, a, b):
        dx, dv = first(x, v, i)
        return np.sum(dx * dx * a) + np.sum(dv * b)

    return product


@pytest.mark.parametrize("i", [REPEATED, APART, np.array([-1, 0, -1]), np.array([0, 0, 0])])
@pytest.mark.parametrize(("f", "shape"), FORMS, ids=[f.__name__ for f, _ in FORMS])
def test_the_second_derivative_agrees_with_differences_and_with_forward_mode(f, shape, i):
    x, v = RNG.standard_normal(shape), RNG.standard_normal(3)
    a, b, u, w = RNG.standard_normal(shape), RNG.standard_normal(3), RNG.standard_normal(shape), RNG.standard_normal(3)
    product = gradient_of(f)
    dx, dv = grad(product, wrt=("x", "v"))(x, v, i, a, b)
    got, forward = np.sum(dx * u) + np.sum(dv * w), jvp(product, wrt=("x", "v"))((x, v, i, a, b), (u, w))[1]
    h = 1e-6
    ends = [product(x + s * h * u, v + s * h * w, i, a, b) for s in (1.0, -1.0)]
    assert got == pytest.approx(forward, rel=1e-9, abs=1e-12)
    assert got == pytest.approx((ends[0] - ends[1]) / (2.0 * h), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("i", [REPEATED, APART])
@pytest.mark.parametrize(("f", "shape"), FORMS, ids=[f.__name__ for f, _ in FORMS])
def test_the_hessian_is_that_of_products(f, shape, i):
    x, v = RNG.standard_normal(shape), RNG.standard_normal(3)
    blocks = hessian(f, wrt=("x", "v"))(x, v, i)
    u, w = RNG.standard_normal(shape), RNG.standard_normal(3)
    for (along_x, along_v), product in zip(blocks, hvp(f, wrt=("x", "v"))((x, v, i), (u, w)), strict=True):
        got = np.tensordot(along_x, u, u.ndim) + along_v @ w
        np.testing.assert_allclose(got, product, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(blocks[0][1], np.moveaxis(blocks[1][0], 0, -1), rtol=1e-9, atol=1e-9)
    assert "for " not in hessian(written, wrt=("x", "v")).specialize(np.ones(5), v, i).source.split('"""')[2]


def thrice(x, v, i):
    y = x * x
    y[i] = v**4
    return np.sum(y * y)


def test_the_third_derivative():
    def first(x, v, i):
        return np.sum(grad(thrice, wrt="v")(x, v, i) ** 2)

    def second(x, v, i):
        return np.sum(grad(first, wrt="v")(x, v, i) ** 2)

    v = np.array([0.5, -0.3, 0.8])
    kept = np.array([0.0, 1.0, 1.0])
    # y² = v⁸: first = Σ (8 v⁷)², its derivative 64·14·v¹³, the derivative of the square of that 2·(64·14)²·26/2·v²⁵
    expected = kept * (64 * 14) ** 2 * 26 * v**25
    np.testing.assert_allclose(grad(second, wrt="v")(np.ones(4), v, REPEATED), expected, rtol=1e-12)


def test_what_is_written_last_alone_is_kept():
    g = np.arange(1.0, 4.0)
    for like, index, expected in (
        (np.zeros(4), (REPEATED,), [0.0, 2.0, 3.0]),
        (np.zeros(4), (APART,), [1.0, 2.0, 3.0]),
        (np.zeros(4), (np.array([True, True, True, False]),), [1.0, 2.0, 3.0]),
        (np.zeros((4, 4)), (REPEATED, REPEATED), [0.0, 2.0, 3.0]),
        (np.zeros((4, 4)), (REPEATED, APART), [1.0, 2.0, 3.0]),
    ):
        np.testing.assert_array_equal(runtime.last_written(g, like, index), expected)
