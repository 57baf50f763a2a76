"""What is emitted for JAX, in programs of JAX: jit, vmap, jvp, grad, trees and dtypes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import pullback
from tests.backends.test_jax import close

jax = pytest.importorskip("jax")
jnp = jax.numpy
pytestmark = pytest.mark.usefixtures("double_precision")

RNG = np.random.default_rng(9)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


@dataclass(frozen=True)
class Layer:
    w: Any
    b: Any
    name: str = "tanh"
    times: int = 2


@dataclass
class Net:
    first: Layer
    rest: list[Layer]
    scale: float


class Body(NamedTuple):
    x: Any
    v: Any


class Spring:
    def __init__(self, stiffness: Any, label: str) -> None:
        self.stiffness = stiffness
        self.label = label


def loss(net: Net, x: Any) -> Any:
    h = np.tanh(x @ net.first.w + net.first.b)
    for layer in net.rest:
        h = np.tanh(h @ layer.w + layer.b) * layer.times
    return np.sum(h**2) * net.scale


def swinging(body: Body, spring: Spring, dt: float) -> Any:
    for _ in range(4):
        v = body.v - dt * spring.stiffness * body.x
        body = Body(body.x + dt * v, v)
    return np.sum(body.x * body.v)


def turning(x: Any, dt: float) -> Any:
    layer = Layer(x, x * 0.5)
    for _ in range(3):
        layer = Layer(layer.w + dt * layer.b, layer.b - dt * layer.w)
    return np.sum(layer.w * layer.b)


def either(x: Any, y: Any) -> Any:
    layer = Layer(x * 2.0, y) if np.sum(x) > 0.0 else Layer(y, x)
    return np.sum(layer.w**2 * layer.b)


def with_more(x: Any) -> Any:
    return np.sum(x * x), {"layer": Layer(np.sin(x), x, "sin"), "body": Body(x * 2.0, [3, x])}


NET = Net(Layer(n(2, 3), n(3)), [Layer(n(3, 3), n(3)), Layer(n(3, 1), n(1), "last", 3)], 1.5)
X = n(4, 2)


def parts(x: Any) -> Any:
    """A structure with objects as dicts, without strings."""
    if isinstance(x, Layer | Net | Spring):
        return {k: parts(y) for k, y in vars(x).items() if not isinstance(y, str)}
    if isinstance(x, dict):
        return {k: parts(y) for k, y in x.items()}
    if isinstance(x, tuple):
        return tuple(map(parts, x))
    return [*map(parts, x)] if isinstance(x, list) else x


OBJECTS: list[tuple[Any, Any, tuple[Any, ...]]] = [
    (loss, (0, 1), (NET, X)), (swinging, (0, 1, 2), (Body(n(2), n(2)), Spring(n(2), "soft"), 0.1)),
    (turning, (0, 1), (n(3), 0.1)), (either, (0, 1), (np.ones(3), n(3))), (either, (0, 1), (-np.ones(3), n(3))),
]  # fmt: skip


@pytest.mark.parametrize(("f", "wrt", "args"), OBJECTS, ids=[f"{k}-{c[0].__name__}" for k, c in enumerate(OBJECTS)])
def test_objects_go_in_and_come_out(f: Any, wrt: Any, args: tuple[Any, ...]) -> None:
    wanted = pullback.value_and_grad(f, wrt=wrt)(*args)
    derived = pullback.value_and_grad(f, wrt=wrt, backend="jax")
    jitted = jax.jit(derived)(*args)  # first: the annotations are enough
    for found in (jitted, derived(*args)):
        close(parts(found), parts(wanted))
    assert all(type(g) is type(x) for g, x in zip(jitted[1], args, strict=False) if type(x) in (Net, Body, Spring))


def test_what_is_no_float_has_no_gradient() -> None:
    gradient = jax.jit(pullback.grad(loss, backend="jax"))(NET, X)
    assert isinstance(gradient, Net)
    assert isinstance(gradient.rest[1], Layer)
    assert gradient.rest[1].name is None
    assert gradient.rest[1].times is None


def test_further_results_may_be_objects() -> None:
    x = n(3)
    derived = pullback.value_and_grad(with_more, has_aux=True, backend="jax")
    (_, more), _ = wanted = pullback.value_and_grad(with_more, has_aux=True)(x)
    for found in (derived(x), jax.jit(derived)(x)):
        close(parts(found), parts(wanted))
    assert jax.jit(derived)(x)[0][1]["layer"].name == more["layer"].name == "sin"


def test_a_class_that_the_user_has_registered_stays_as_it_is() -> None:
    @jax.tree_util.register_pytree_node_class
    class Pair:
        def __init__(self, a: Any, b: Any) -> None:
            self.a, self.b = a, b

        def tree_flatten(self) -> Any:
            return (self.b, self.a), None

        @classmethod
        def tree_unflatten(cls, _: Any, leaves: Any) -> Any:
            return cls(leaves[1], leaves[0])

    def f(p: Pair) -> Any:
        return np.sum(p.a * p.b**2)

    pair = Pair(n(2), n(2))
    found = jax.jit(pullback.grad(f, backend="jax"))(pair)
    close((found.a, found.b), (pair.b**2, 2.0 * pair.a * pair.b))
    assert jax.tree.leaves(pair)[0] is pair.b


def root(a: float) -> Any:
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


def in_steps(x: Any, w: Any, count: int, k: int) -> Any:
    for _ in range(count):
        x = np.sin(x * w[k]) * w
    return x, np.sum(w)


def in_steps_of_jax(x: Any, w: Any, count: int, k: int) -> Any:
    for _ in range(count):
        x = jnp.sin(x * w[k]) * w
    return x, jnp.sum(w)


def smooth(x: Any) -> Any:
    y = x
    for _ in range(3):
        y = np.sin(y) * x
    return np.sum(y**3) if np.sum(x) > -9.0 else np.sum(y)


def smooth_of_jax(x: Any) -> Any:
    y = x
    for _ in range(3):
        y = jnp.sin(y) * x
    return jnp.sum(y**3)


def test_our_gradient_inside_that_of_jax() -> None:
    ours = pullback.differentiable(in_steps, backend="jax", static=("count",)).custom_vjp
    x, w = n(3), n(3)

    def total(g: Callable[..., Any]) -> Callable[..., Any]:
        def f(x: Any, w: Any) -> Any:
            y, z = g(x, w, count=4, k=1)
            return jnp.sum(y**2) * z

        return f

    wanted = jax.grad(total(in_steps_of_jax), (0, 1))(x, w)
    close(jax.grad(total(ours), (0, 1))(x, w), wanted)
    close(jax.jit(jax.grad(total(ours), (0, 1)))(x, w), wanted)
    many = jax.vmap(jax.grad(total(in_steps_of_jax)), (0, None))(jnp.stack((x, w)), w)
    close(jax.vmap(jax.grad(total(ours)), (0, None))(jnp.stack((x, w)), w), many)


def test_jax_goes_backwards_through_a_while_of_ours() -> None:
    ours = pullback.differentiable(root, backend="jax").custom_vjp
    many = jnp.array([2.0, 3.0])
    wanted = 2.5 * many**1.5
    for f in (jax.grad(lambda a: jnp.sum(jax.vmap(ours)(a) ** 3 * a)), jax.vmap(jax.grad(lambda a: ours(a) ** 3 * a))):
        np.testing.assert_allclose(f(many), wanted, rtol=1e-9)
        np.testing.assert_allclose(jax.jit(f)(many), wanted, rtol=1e-9)


def test_a_function_for_jax_takes_trees_integers_and_small_floats() -> None:
    net = pullback.differentiable(loss, backend="jax").custom_vjp
    close(parts(jax.grad(lambda p: 2.0 * net(p, X))(NET).first.w), 2.0 * pullback.grad(loss)(NET, X).first.w)
    scaled = pullback.differentiable(lambda p, s: (np.sum(p["x"] * s) * p["k"], p["k"] + 1), backend="jax").custom_vjp
    p = {"x": jnp.ones(3, jnp.bfloat16), "k": 3}
    found = jax.grad(lambda x, s: scaled({**p, "x": x}, s)[0], (0, 1))(p["x"], 1.5)
    assert found[0].dtype == jnp.bfloat16
    np.testing.assert_allclose(np.asarray(found[0], float), [4.5] * 3)
    np.testing.assert_allclose(found[1], 9.0)


def test_a_function_for_jax_needs_that_backend() -> None:
    with pytest.raises(pullback.NotSupportedYet, match="the backend has to be jax") as caught:
        _ = pullback.differentiable(root).custom_vjp
    assert 'backend="jax"' in caught.value.hint


def test_jax_differentiates_our_gradients() -> None:
    x, t = n(3), n(3)
    ours, wanted = pullback.grad(smooth, backend="jax"), jax.hessian(smooth_of_jax)(x)
    for again in (jax.jacfwd, jax.jacrev):
        np.testing.assert_allclose(jax.jit(again(ours))(x), wanted, rtol=1e-9, atol=1e-11)
    moved = jax.jvp(ours, (x,), (t,))[1]
    np.testing.assert_allclose(moved, wanted @ t, rtol=1e-9)
    np.testing.assert_allclose(moved, pullback.hvp(smooth, backend="jax")((x,), t), rtol=1e-9)
    inside = pullback.differentiable(smooth, backend="jax").custom_vjp
    np.testing.assert_allclose(jax.jacrev(jax.grad(inside))(x), wanted, rtol=1e-9, atol=1e-11)


def test_every_mode_of_loops_branches_and_while() -> None:
    x, t = n(3), n(3)
    for f, args, tangent in ((smooth, (x,), t), (root, (2.0,), 0.7)):
        for mode in (pullback.jvp, pullback.hvp):
            derived = mode(f, backend="jax")
            for call in (derived, jax.jit(derived)):
                for found, wanted in zip(
                    jax.tree.leaves(call(args, tangent)), jax.tree.leaves(mode(f)(args, tangent)), strict=True
                ):
                    np.testing.assert_allclose(found, wanted, rtol=1e-6)
        out, linear = pullback.linearize(f, backend="jax")(*args)
        wanted_out, wanted_linear = pullback.linearize(f)(*args)
        np.testing.assert_allclose(out, wanted_out, rtol=1e-9)
        np.testing.assert_allclose(linear(tangent), wanted_linear(tangent), rtol=1e-6)


def test_maps_over_some_arguments() -> None:
    x, ys = n(3), n(4, 3)
    found = jax.vmap(pullback.grad(either, wrt=(0, 1), backend="jax"), in_axes=(None, 0), out_axes=1)(x, ys)
    each = [pullback.grad(either, wrt=(0, 1))(x, y) for y in ys]
    close(found, tuple(np.stack([g[k] for g in each], axis=1) for k in (0, 1)))


def of_small_floats(x: Any, s: float) -> Any:
    y = x * s
    if np.sum(y) > 0:
        y = y * 2.0
    for _ in range(2):
        y = y * np.cos(y) + 0.5
    while np.sum(y * y) < 40.0:
        y = y * 1.5
    return np.sum(y)


@pytest.mark.parametrize("kind", ["bfloat16", "float16", "float32", "float64"])
@pytest.mark.parametrize("wide", [True, False])
def test_gradients_have_the_dtype_of_the_array(kind: str, wide: bool) -> None:
    jax.config.update("jax_enable_x64", wide)
    dtype = jnp.dtype(kind)
    x = np.array([0.5, 1.25, 2.0])
    derived = pullback.value_and_grad(of_small_floats, backend="jax")
    _, wanted = pullback.value_and_grad(of_small_floats)(x, 1.5)
    given = jnp.asarray(x, jax.dtypes.canonicalize_dtype(dtype))
    for call in (derived, jax.jit(derived)):
        value, found = call(given, 1.5)  # a float of Python's does not widen
        assert value.dtype == found.dtype == given.dtype
        np.testing.assert_allclose(np.asarray(found, float), wanted, rtol=40 * float(jnp.finfo(given.dtype).eps))
    assert jnp.dtype(pullback.grad(of_small_floats, backend="jax")(x.astype(dtype), 1.5).dtype) == given.dtype


def square(x: float) -> float:
    return x * x


def test_floats_of_python_stay_weak() -> None:
    slope = pullback.grad(square, backend="jax")
    for found in (slope(2.0), jax.jit(slope)(2.0)):
        assert found == 4.0
        assert found.weak_type
    assert slope(jnp.float32(2.0)).dtype == jnp.float32


def times(x: Any, k: int) -> Any:
    for _ in range(k):
        x = x * np.sin(x)
    return np.sum(x**k) * k if k > 2 else x[k]


@pytest.mark.parametrize("k", [0, 1, 2, 3, 4])
def test_integers_may_be_traced_where_they_are_no_lengths(k: int) -> None:
    x = n(3)
    wanted = pullback.value_and_grad(times)(x, k)
    derived = pullback.value_and_grad(times, backend="jax")
    close(jax.jit(derived)(x, k), wanted)
    close(jax.jit(derived, static_argnums=1)(x, k), wanted)
