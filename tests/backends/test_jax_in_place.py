"""Arrays that loops overwrite are not copied for it, and the derivative is right."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_in_place as programs
from tests.backends.hlo import copies_in_loops
from tests.backends.test_jax import close, namespace
from tests.backends.ways import ways

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

RNG = np.random.default_rng(7)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


SQUARE = n(12, 12) + 30.0 * np.eye(12)
CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (programs.seidel_2d, (0,), (n(12, 12), 3)),
    (programs.written_under_a_condition, (0, 1), (n(144), 0.3)),
    (programs.other_places_in_branches, (0, 1), (n(144), 0.3)),
    (programs.cholesky, (0,), (SQUARE @ SQUARE.T,)),
    (programs.lu, (0,), (SQUARE,)),
    (programs.gauss_seidel, (0, 1), (n(12), 0.1 * n(12, 12), 2)),
    (programs.by_rows, (0, 1), (0.3 * n(12, 12), 0.1)),
    (programs.swapped, (0,), (n(144), 100)),
    (programs.kept_across_a_loop, (0,), (0.1 * n(144), 5)),
]
WHOLE: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (programs.jacobi_2d, (0, 1), (n(12, 12), n(12, 12), 4)),
    (programs.diffusion, (0, 1), (n(12, 12), 0.1, 4)),
    (programs.weighted_neighbours, (0, 1), (n(3, 9), n(3, 6), 3)),
    (programs.weighted_neighbours, (0, 1), (n(1, 4), n(1, 1), 3)),
]
EMPTY: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (programs.seidel_2d, (0,), (n(2, 2), 3)),
    (programs.seidel_2d, (0,), (n(3, 3), 0)),
    (programs.lu, (0,), (n(1, 1) ** 2,)),
    (programs.diffusion, (0, 1), (n(2, 2), 0.1, 2)),
    (programs.diffusion, (0, 1), (n(1, 4), 0.1, 2)),
    (programs.jacobi_2d, (0, 1), (n(1, 1), n(1, 1), 2)),
]


@pytest.mark.parametrize(
    ("f", "wrt", "args"), CASES + WHOLE + EMPTY, ids=[c[0].__name__ for c in CASES + WHOLE + EMPTY]
)
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    emitted, known = written(f, wrt, args)
    wanted_value, wanted = pullback.value_and_grad(f, wrt=wrt)(*copy.deepcopy(args))
    each = pullback.value_and_grad(f, wrt=wrt, backend="jax")
    for run in ways(f.__name__, each, jax.jit(emitted, static_argnums=known)):
        value, grads = run(*args)
        np.testing.assert_allclose(value, wanted_value, rtol=1e-11)
        close(grads, wanted)


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_nothing_large_is_copied_in_a_loop(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    emitted, known = written(f, wrt, args)
    assert "optimization_barrier" in pullback.value_and_grad(f, wrt=wrt, backend="jax").specialize(*args).source
    compiled = jax.jit(emitted, static_argnums=known).lower(*args).compile()
    if barriers_hold():
        assert copies_in_loops(compiled, 144) == []


@pytest.mark.parametrize(("f", "wrt", "args"), CASES[:5], ids=[c[0].__name__ for c in CASES[:5]])
def test_the_function_itself_copies_nothing_large(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    text = pullback.differentiable(f, backend="jax").primal.specialize(*args).source
    known = tuple(k for k, a in enumerate(args) if type(a) is int)
    compiled = jax.jit(namespace(text)[f.__name__], static_argnums=known).lower(*args).compile()
    np.testing.assert_allclose(compiled(*(a for a in args if type(a) is not int)), f(*copy.deepcopy(args)), rtol=1e-11)
    if barriers_hold():
        assert copies_in_loops(compiled, 144) == []


def written(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> tuple[Any, tuple[int, ...]]:
    """The emitted function, and which of its arguments are integers."""
    text = pullback.value_and_grad(f, wrt=wrt, backend="jax").specialize(*args).source
    known = tuple(k for k, a in enumerate(args) if type(a) is int)
    return namespace(text)[f"{f.__name__}_value_and_grad"], known


def test_it_is_known_where_barriers_hold() -> None:
    assert barriers_hold() or jax.__version_info__ < (0, 12)


def barriers_hold() -> bool:
    """Does XLA leave alone what is sealed? That of some older releases does not."""

    def step(x: Any, i: Any) -> tuple[Any, None]:
        old, x = jax.lax.optimization_barrier((x[i], x))
        return x.at[i].set(0.0).at[i - 1].add(0.2 * old), None

    compiled = jax.jit(lambda x: jax.lax.scan(step, x, jax.numpy.arange(1, 144))[0]).lower(np.ones(144)).compile()
    return not copies_in_loops(compiled, 144)


def test_neighbours_are_added_to_at_once() -> None:
    text = pullback.grad(programs.diffusion, backend="jax").specialize(n(5, 5), 0.1, 4).source
    assert "jnp.pad(lax.optimization_barrier(dlap), 2)" in text
    assert text.count(".at[") == 2
    one_shape = pullback.grad(programs.diffusion, backend="jax").specialize(n(1, 5), 0.1, 4).source
    assert "jnp.pad" not in one_shape


def test_the_state_alone_is_kept_of_operations_on_elements() -> None:
    text = pullback.grad(programs.diffusion, backend="jax").specialize(n(5, 5), 0.1, 4).source
    assert "return u2, u" in text


def test_without_a_barrier_the_copies_are_seen() -> None:
    def step(x: Any, i: Any) -> tuple[Any, None]:
        return x.at[i].set(0.0).at[i - 1].add(0.2 * x[i]), None

    compiled = jax.jit(lambda x: jax.lax.scan(step, x, jax.numpy.arange(1, 144))[0]).lower(np.ones(144)).compile()
    assert copies_in_loops(compiled, 144)


def test_it_composes_with_jax() -> None:
    args = n(5, 5), 2
    emitted, _ = written(programs.seidel_2d, (0,), args)
    value, (grad,) = emitted(*args)
    rows = np.stack([args[0], 2.0 * args[0]])
    values, (grads,) = jax.vmap(emitted, in_axes=(0, None))(rows, 2)
    np.testing.assert_allclose(values, [value, 4.0 * value], rtol=1e-12)
    np.testing.assert_allclose(grads, [grad, 2.0 * grad], rtol=1e-12)
    _, (second,) = jax.jvp(lambda a: emitted(a, 2)[1], (args[0],), (args[0],))
    np.testing.assert_allclose(second, grad, rtol=1e-12)
