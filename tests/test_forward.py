"""`jvp` and `hvp`: what they take, what they give, and what they refuse."""

import dataclasses
import math
import pickle
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors
from tests.differences import direction

RNG = np.random.default_rng(7)
W, B, X = RNG.standard_normal((3, 4)), RNG.standard_normal(4), RNG.standard_normal((5, 3))


def mlp(w, b, x):
    h = np.tanh(x @ w + b)
    return np.sum(h * h) / 2.0


def layer(w, b, x):
    return np.tanh(x @ w + b)


def smooth(u, steps, rate=0.1):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += rate * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def with_names(x, *rest, scale=2.0, **more):
    return np.sum(x * scale) * rest[0] + more["bias"]


def both_ways(gradient, tangents):
    return sum(float(np.sum(np.asarray(g) * t)) for g, t in zip(gradient, tangents, strict=True))


def test_one_parameter_takes_one_tangent():
    out, dout = pullback.jvp(mlp)((W, B, X), W + 1.0)
    assert out == mlp(W, B, X)
    assert dout == pytest.approx(np.sum(pullback.grad(mlp)(W, B, X) * (W + 1.0)), rel=1e-13)


def test_several_parameters_take_a_tuple():
    tangents = (W + 1.0, B - 0.5)
    _, dout = pullback.jvp(mlp, wrt=("w", "b"))((W, B, X), tangents)
    assert dout == pytest.approx(both_ways(pullback.grad(mlp, wrt=(0, 1))(W, B, X), tangents), rel=1e-13)


def test_the_tangent_of_an_array_is_an_array():
    out, dout = pullback.jvp(layer, wrt="b")((W, B, X), B)
    np.testing.assert_allclose(dout, B * (1.0 - out * out), rtol=1e-14)


def test_the_text_is_that_of_the_function_with_tangents_beside():
    assert pullback.jvp(mlp, wrt=(0, 1)).specialize(W, B, X).source == (
        "import numpy as np\n"
        "\n"
        "\n"
        "def mlp_jvp(w, b, x, dw, db):\n"
        '    """Value of `mlp` and its tangent along that of (w, b)."""\n'
        "    h = np.tanh(x @ w + b)\n"
        "    d = h * h\n"
        "    dh = (x @ dw + db) * (1.0 - d)\n"
        "    return np.sum(d) / 2.0, np.sum(2.0 * (dh * h)) / 2.0\n"
    )


def test_tangents_of_a_function_with_defaults_are_given_by_name_in_the_text():
    derived = pullback.jvp(smooth, wrt=("u", "rate"))
    u, du = RNG.standard_normal(6), RNG.standard_normal(6)
    assert "def smooth_jvp(u, steps, rate=0.1, *, du, drate):" in derived.specialize(u, 3).source
    out, dout = derived((u, 3), (du, 0.2))
    assert out == smooth(u, 3)
    gradient = pullback.grad(smooth, wrt=("u", "rate"))(u, 3)
    assert dout == pytest.approx(both_ways(gradient, (du, 0.2)), rel=1e-12)


def test_starred_parameters():
    derived = pullback.jvp(pullback_of_starred := starred, wrt="x")
    out, dout = derived((X, 3.0), X)
    assert (out, dout) == (pullback_of_starred(X, 3.0), pytest.approx(6.0 * np.sum(X)))


def starred(x, *rest, scale=2.0):
    return np.sum(x * scale) * rest[0]


def test_a_tangent_shares_no_name_with_a_parameter():
    def f(x, dx):
        return x * dx

    assert pullback.jvp(f)((2.0, 3.0), 1.0) == (6.0, 3.0)
    assert "def f_jvp(x, dx, dx2):" in pullback.jvp(f).specialize(2.0, 3.0).source


def test_aux_comes_last():
    def f(x):
        return x * x, {"twice": 2.0 * x}

    assert pullback.jvp(f, has_aux=True)((3.0,), 1.0) == (9.0, 6.0, {"twice": 6.0})


def test_kinds_are_kept():
    def f(x, y):
        return x * y, np.sin(x), {"z": y + 1}

    out, dout = pullback.jvp(f)((np.float32(0.5), 2), 1.0)
    assert [type(x) for x in out[:2]] == [type(x) for x in dout[:2]]
    assert dout[2] == {"z": None}


@dataclasses.dataclass
class Model:
    w: Any
    b: Any
    depth: int

    def __call__(self, x):
        for _ in range(self.depth):
            x = np.tanh(x @ self.w + self.b)
        return x


def of_a_model(model, x):
    return np.sum(model(x) ** 2)


def of_a_sum_of_arrays(x, vs):
    return x + (sum([*vs, vs[0]]) * 0.3)[0]


def test_the_tangent_of_what_only_the_run_knows_for_a_number_is_a_number():
    vs = [B, 2.0 * B]
    out, dout = pullback.jvp(of_a_sum_of_arrays, wrt=("x", "vs"))((1.0, vs), (0.5, [B, B + 1.0]))
    assert out == of_a_sum_of_arrays(1.0, vs)
    assert type(dout) is type(out)
    assert dout == pytest.approx(0.5 + 0.3 * (3.0 * B[0] + 1.0), rel=1e-14)
    assert type(pullback.linearize(of_a_sum_of_arrays)(1.0, vs)[1](0.5)) is type(out)


def test_tangents_of_an_object_are_an_object():
    model, move = Model(W[:, :3], B[:3], 2), Model(X[:3], X[3], None)
    _, dout = pullback.jvp(of_a_model)((model, X), move)
    g = pullback.grad(of_a_model)(model, X)
    assert dout == pytest.approx(np.sum(g.w * move.w) + np.sum(g.b * move.b), rel=1e-12)


def test_methods_keep_their_object():
    class Scale:
        def __init__(self, k):
            self.k = k

        def times(self, x):
            return self.k * x

    assert pullback.jvp(Scale(3.0).times)((2.0,), 1.0) == (6.0, 3.0)


def test_arguments_and_tangents_stay_as_they_are():
    u, du = RNG.standard_normal(6), RNG.standard_normal(6)
    before = u.copy(), du.copy()
    for derived in (pullback.jvp(smooth), pullback.hvp(smooth)):
        first = derived((u, 4), du)
        second = derived((u, 4), du)
        np.testing.assert_array_equal(u, before[0])
        np.testing.assert_array_equal(du, before[1])
        np.testing.assert_array_equal(first, second)


def test_derivatives_are_pickled_by_reference():
    again = pickle.loads(pickle.dumps(pullback.jvp(mlp, wrt=(0, 1))))
    assert again((W, B, X), (W, B)) == pullback.jvp(mlp, wrt=(0, 1))((W, B, X), (W, B))


@pytest.mark.parametrize(
    ("primals", "tangents", "text"),
    [
        (X, X, "the arguments are given as a tuple, not as ndarray"),
        ((W, B, X), (W, B, X), "the tangents must be a tuple of 2, for w, b"),
        ((W, B, X), (W.T, B), "the tangent of 'w' must have the shape of the argument, (3, 4)"),
        ((W, B, X), (None, B), "the tangent of 'w' must have the shape of the argument, (3, 4), but it is None"),
    ],
)
def test_what_does_not_fit_is_refused(primals, tangents, text):
    with pytest.raises(TypeError) as caught:
        pullback.jvp(mlp, wrt=(0, 1))(primals, tangents)
    assert text in str(caught.value)


def test_an_operation_without_a_rule_is_refused_with_its_place():
    def f(x):
        return np.sum(np.unique(x))

    with pytest.raises(errors.NoRule) as caught:
        pullback.jvp(f)((B,), B)
    assert caught.value.source_line[caught.value.col - 1 :].startswith("np.unique")


def test_users_rules_serve_forward_mode():
    @pullback.elementwise(soft_sign)
    def partial(out, x):
        return 1.0 - np.abs(out)

    out, dout = pullback.jvp(uses_soft_sign)((B,), B)
    assert out == uses_soft_sign(B)
    assert dout == pytest.approx(np.sum(B * (1.0 - np.abs(soft_sign(B)))), rel=1e-13)


def soft_sign(x):
    return x / (1.0 + np.abs(x))


def uses_soft_sign(x):
    return np.sum(soft_sign(x))


def test_a_reverse_rule_of_the_users_is_transposed():
    @pullback.rule(weighted)
    def back(ct, out, x, w):
        return ct * w, ct * x

    _, dout = pullback.jvp(uses_weighted, wrt=(0, 1))((B, B + 1.0), (B - 2.0, B * 3.0))
    assert dout == pytest.approx(np.sum(np.cos(B * (B + 1.0)) * ((B - 2.0) * (B + 1.0) + B * B * 3.0)), rel=1e-12)


def weighted(x, w):
    return x * w


def uses_weighted(x, w):
    return np.sum(np.sin(weighted(x, w)))


def test_a_rule_of_its_own_comes_first():
    @pullback.rule.forward(tripled)
    def tangent(tangents, out, x):
        return 3.0 * tangents[0]

    assert pullback.jvp(uses_tripled)((2.0,), 1.0) == (36.0, 36.0)


def tripled(x):
    return x + x + x


def uses_tripled(x):
    return tripled(x) * tripled(x)


def hessian_by_differences(f, args, v, h=1e-5):
    g = pullback.grad(f)
    first, *rest = args
    return (g(first + h * v, *rest) - g(first - h * v, *rest)) / (2.0 * h)


@pytest.mark.parametrize(("f", "args"), [(mlp, (W, B, X)), (smooth, (B, 3)), (smooth, (B, 0))])
def test_a_product_with_the_hessian(f, args):
    v = direction(args[0], np.random.default_rng(3))
    got = pullback.hvp(f)(args, v)
    np.testing.assert_allclose(got, hessian_by_differences(f, args, v), rtol=1e-6, atol=1e-8)
    assert got.dtype == args[0].dtype


def test_a_product_with_the_hessian_is_symmetric_in_several_parameters():
    rng = np.random.default_rng(5)
    u, v = (tuple(rng.standard_normal(np.shape(a)) for a in (W, B, X)) for _ in range(2))
    product = pullback.hvp(mlp, wrt=(0, 1, 2))
    left, right = both_ways(product((W, B, X), u), v), both_ways(product((W, B, X), v), u)
    assert left == pytest.approx(right, rel=1e-12)


def test_hvp_needs_a_scalar():
    with pytest.raises(errors.NotScalar):
        pullback.hvp(layer)((W, B, X), W)


def root(x):
    y = math.sqrt(x)
    return y * 2.0


def test_an_exception_names_the_line_whose_tangent_it_is_of():
    with pytest.raises(ZeroDivisionError) as caught:
        pullback.jvp(root)((0.0,), 1.0)
    (note,) = caught.value.__notes__
    assert note.startswith("in the tangent of File")
    assert note.endswith("y = math.sqrt(x)")
