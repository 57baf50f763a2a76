"""Every mode for JAX: what is emitted can be jitted, agrees with that for NumPy and with JAX's own derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_models as models
from tests.backends.test_jax import close, namespace
from tests.backends.ways import ways

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

RNG = np.random.default_rng(6)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def layer(w: Any, b: Any, x: Any) -> Any:
    return np.tanh(x @ w + b)


def of_numbers(a: float, b: float) -> Any:
    return a * b + np.sin(a), a - b


def parts(x: Any) -> Any:
    return x[1:] * x[:-1], np.sum(x)


def gathered(x: Any, k: Any) -> Any:
    return x[k] * np.cumsum(x)[k]


def sorted_(x: Any) -> Any:
    return np.sort(x) * x


def of_the_largest(x: Any) -> Any:
    return np.max(x) * x + np.prod(x)


def of_a_dict(p: Any, x: Any) -> Any:
    return {"h": x @ p["w"], "s": np.sum(p["b"] ** 2)}


def written(x: Any) -> Any:
    y = x * 1.0
    y[1:] = x[:-1] ** 2
    y[0] += x[2]
    return y


def contracted(x: Any, w: Any) -> Any:
    return np.einsum("ij,j->i", w * w, x)


def joined(x: Any) -> Any:
    return np.concatenate((x**2, np.stack((x[0], x[1])))).reshape(-1)


def diagonals(a: Any) -> Any:
    return np.diagonal(a @ a) * np.trace(a) + np.tril(a)[0]


P = {"w": n(4, 2), "b": n(2)}
FORMS: list[tuple[Any, Any, tuple[Any, ...]]] = [
    (layer, (0, 1), (n(3, 2), n(2), n(3))), (of_numbers, (0, 1), (0.3, 0.5)), (parts, 0, (n(4),)),
    (gathered, 0, (n(4), np.array([0, 2, 0]))), (sorted_, 0, (n(4),)), (of_the_largest, 0, (n(4),)),
    (of_a_dict, (0, 1), (P, n(4))), (written, 0, (n(4),)), (contracted, (0, 1), (n(4), n(3, 4))), (joined, 0, (n(4),)),
    (diagonals, 0, (n(3, 3),)),
]  # fmt: skip


def like(x: Any) -> Any:
    """A tangent, or cotangent, of the structure of a value."""
    return jax.tree.map(lambda y: n(*np.shape(y)) if np.ndim(y) else float(n()), x)


def tangents(wrt: Any, args: tuple[Any, ...]) -> Any:
    return tuple(like(args[i]) for i in wrt) if isinstance(wrt, tuple) else like(args[wrt])


def in_jax(f: Any) -> Any:
    """The function on arrays of JAX, None where it writes into them."""
    if f is written:
        return None
    scope = {**f.__globals__, "np": jax.numpy}
    for name, g in scope.items():
        if name == "squash":
            scope[name] = type(g)(g.__code__, scope, name, g.__defaults__)
    return type(f)(f.__code__, scope, f.__name__, f.__defaults__)


def spread(wrt: Any, t: Any) -> tuple[Any, ...]:
    return t if isinstance(wrt, tuple) else (t,)


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
@pytest.mark.parametrize(("f", "wrt", "args"), FORMS, ids=[f.__name__ for f, *_ in FORMS])
def test_the_jacobian(f: Any, wrt: Any, args: tuple[Any, ...], mode: str | None) -> None:
    derived = pullback.jacobian(f, wrt=wrt, mode=mode, backend="jax")
    wanted = pullback.jacobian(f, wrt=wrt, mode=mode)(*args)
    compiled = jax.jit(namespace(derived.specialize(*args).source)[f"{f.__name__}_jacobian"])
    for run in ways(f.__name__, derived, compiled):
        found = run(*args)
        close(found, wanted)
    if own := in_jax(f):
        close(found, jax.jit(jax.jacobian(own, wrt))(*args))


@pytest.mark.parametrize(("f", "wrt", "args"), FORMS, ids=[f.__name__ for f, *_ in FORMS])
def test_tangents(f: Any, wrt: Any, args: tuple[Any, ...]) -> None:
    t = tangents(wrt, args)
    derived = pullback.jvp(f, wrt=wrt, backend="jax")
    wanted = pullback.jvp(f, wrt=wrt)(args, t)
    arrays = jax.tree.map(jax.numpy.asarray, args)
    made = jax.jit(namespace(derived.specialize(*args).source)[f"{f.__name__}_jvp"])
    for run in ways(f.__name__, lambda: derived(args, t), lambda: made(*arrays, *spread(wrt, t))):
        found = run()
        close(found, wanted)
    out, linear = pullback.linearize(f, wrt=wrt, backend="jax")(*args)
    close((out, linear(t)), wanted)
    if own := in_jax(f):
        at = wrt if isinstance(wrt, tuple) else (wrt,)

        def moving(*xs: Any) -> Any:
            return own(*(xs[at.index(i)] if i in at else x for i, x in enumerate(args)))

        close(found, jax.jit(lambda xs, ts: jax.jvp(moving, xs, ts))(tuple(args[i] for i in at), spread(wrt, t)))


@pytest.mark.parametrize(("f", "wrt", "args"), FORMS, ids=[f.__name__ for f, *_ in FORMS])
def test_cotangents(f: Any, wrt: Any, args: tuple[Any, ...]) -> None:
    derived = pullback.vjp(f, wrt=wrt, backend="jax")
    out, pull = derived(*args)
    wanted, pull_wanted = pullback.vjp(f, wrt=wrt)(*args)
    ct = like(wanted)
    close((out, pull(ct)), (wanted, pull_wanted(ct)))
    both = namespace(derived.source)[f"{f.__name__}_vjp"]
    arrays = jax.tree.map(jax.numpy.asarray, (args, ct))
    close(jax.jit(lambda xs, d: both(*xs)[1](d))(*arrays), pull_wanted(ct))


def number_of(x: Any, k: Any) -> Any:
    return np.sum(np.sin(x[k]) * x[0] ** 3) * np.sum(np.sort(x)[1:] ** 2)


def loss(p: Any, x: Any) -> Any:
    return np.sum(np.tanh(x @ p["w"] + p["b"]) ** 2)


def updated(x: Any) -> Any:
    y = x * 1.0
    y[1:] = x[:-1] ** 2 * y[1:]
    return np.sum(y**3)


NUMBERS: list[tuple[Any, Any, tuple[Any, ...]]] = [
    (number_of, 0, (n(4), np.array([0, 2, 0]))), (loss, (0, 1), (P, n(4))), (updated, 0, (n(4),)),
    (models.scalars, (0, 1), (0.7, 1.3)), (models.calls, (0, 1), (n(3, 4), n(2, 3))),
    (models.mlp, (0, 2), (n(3, 4), n(4), n(4, 2), n(2), n(5, 3), n(5, 2))),
    (models.shapes, 0, (n(3, 4), np.array([0, 0, 2, 4]))), (models.vectors, (0, 1), ([n(3), n(3), n(3)], n(3))),
    (models.sums, (0, 1, 2), ([0.5, -1.5, 2.0], n(3), 0.7)),
]  # fmt: skip
WITH_MATH = (updated, models.scalars, models.sums)  # JAX itself takes no `math`, `sum` of a list, or writes


@pytest.mark.parametrize(("f", "wrt", "args"), NUMBERS, ids=[f.__name__ for f, *_ in NUMBERS])
def test_the_hessian_and_products_with_it(f: Any, wrt: Any, args: tuple[Any, ...]) -> None:
    t, arrays = tangents(wrt, args), jax.tree.map(jax.numpy.asarray, args)
    for derivative, more in ((pullback.hessian, ()), (pullback.hvp, spread(wrt, t))):
        derived = derivative(f, wrt=wrt, backend="jax")
        given = (args, t) if more else args
        wanted = derivative(f, wrt=wrt)(*given)
        made = jax.jit(namespace(derived.specialize(*args).source)[f"{f.__name__}_{'hvp' if more else 'hessian'}"])
        for run in ways(f.__name__, lambda: derived(*given), lambda: made(*arrays, *more)):
            close(run(), wanted)
        if not more and f not in WITH_MATH:
            close(wanted, jax.jit(jax.hessian(in_jax(f), wrt))(*args))


def slope(x: Any, k: Any) -> Any:
    return np.sum(pullback.grad(number_of)(x, k) ** 2)


def test_the_gradient_of_a_gradient() -> None:
    x, k = n(4), np.array([0, 2, 0])
    wanted = pullback.grad(slope)(x, k)
    derived = pullback.grad(slope, backend="jax")
    close(derived(x, k), wanted)
    close(jax.jit(namespace(derived.source)["slope_grad"])(x, k), wanted)
    twice = pullback.grad(pullback.grad(models.scalars), backend="jax")
    close(twice(0.7, 1.3), pullback.grad(pullback.grad(models.scalars))(0.7, 1.3))
    own = jax.grad(lambda y: jax.numpy.sum(jax.grad(in_jax(number_of))(y, k) ** 2))(x)
    close(derived(x, k), own)


def test_the_helpers_for_jax_are_those_that_are_known() -> None:
    from pullback import runtime
    from pullback.backends.refusals import HELPERS
    from pullback.runtime import jax as helpers

    assert set(helpers.__all__) >= HELPERS
    assert set(helpers.__all__) & set(runtime.__all__) <= HELPERS


def test_structures_of_arrays_of_numpy_are_taken() -> None:
    def f(p: Any) -> Any:
        y = p["xs"][0] * 1.0
        y[0] = p["xs"][1][0] ** 2
        return np.sum(y)

    gradient = pullback.grad(f, backend="jax")({"xs": (n(3), np.ones(3))})
    close(gradient, {"xs": (np.array([0.0, 1.0, 1.0]), np.array([2.0, 0.0, 0.0]))})
