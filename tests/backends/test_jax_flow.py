"""Loops, branches and writes for JAX: under `jit` as without it, as for NumPy, and as JAX where it can."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_flow as flow
from tests.backends.test_jax import close, namespace
from tests.backends.ways import ways

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

RNG = np.random.default_rng(4)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


POSITIVE = np.abs(n(4)) + 0.1
CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (flow.over_a_range, (0,), (n(3), 4)),
    (flow.over_a_range, (0,), (n(3), 0)),
    (flow.backwards, (0,), (n(3), 5)),
    (flow.of_no_iterations, (0,), (n(3),)),
    (flow.counted_down_by_nobody, (0, 1), (n(3), 0.7)),
    (flow.over_rows, (0, 1), (n(3), n(5, 3))),
    (flow.over_rows_in_step, (0, 1, 2), (n(3), n(5, 3), n(5, 3))),
    (flow.collected, (0,), (n(3), 4)),
    (flow.nested, (0,), (0.9, 3, 4)),
    (flow.triangular, (0,), (0.9, 4)),
    (flow.heat, (0, 1), (n(12), 0.2, 6)),
    (flow.by_elements, (0, 1), (n(4), 0.5 * n(4, 4), 3)),
    (flow.branch, (0, 1), (POSITIVE, n(4))),
    (flow.branch, (0, 1), (-POSITIVE, n(4))),
    (flow.chain, (0, 1), (-0.5, 1.5)),
    (flow.chain, (0, 1), (0.5, 1.5)),
    (flow.chain, (0, 1), (1.5, 1.5)),
    (flow.newton, (0,), (3.0,)),
    (flow.decay, (0, 1), (POSITIVE, 0.05)),
    (flow.decay, (0, 1), (0.01 * POSITIVE, 0.05)),
    (flow.never, (0,), (0.5,)),
    (flow.stopped, (0, 1), (1.0, 2.0)),
    (flow.returned, (0, 1), (0.3, 2.5)),
    (flow.returned, (0, 1), (2.7, 2.9)),
    (flow.forever, (0, 1), (1.0, 2.0)),
    (flow.loops_in_a_loop, (0,), (2.0, 5)),
    (flow.in_a_branch, (0,), (POSITIVE, 3)),
    (flow.in_a_branch, (0,), (-4.0 * POSITIVE, 3)),
    (flow.layers, (0, 1, 2), (n(2, 3), [n(3, 3), n(3, 3)], [n(3), n(3)])),
    (flow.swaps, (0, 1), (0.4, 0.8, 7)),
    (flow.power, (0,), (1.3, 5)),
    (flow.first_in_the_loop, (0,), (n(3, 2),)),
    (flow.of_calls, (0, 1), (2.0, 1.5, 4)),
    (flow.under_masks, (0, 1), (n(7), 0.7)),
    (flow.under_masks, (0, 1), (np.zeros(3), 0.7)),
    (flow.mask_in_a_loop, (0,), (np.abs(n(5)), 6)),
    (flow.connected, (0, 1), (np.array([0.5, 0.3, 0.2, 0.05]), 0.4)),
    (flow.connected, (0, 1), (np.array([0.005, 0.1, 0.3]), 0.4)),
    (flow.down_by_steps, (0,), (n(6), 6)),
    (flow.down_by_steps, (0,), (n(6), 1)),
    (flow.number_as_a_condition, (0,), (n(6), 4)),
    (flow.number_as_a_condition, (0,), (n(6), 0)),
    (flow.fewer_times_than_none, (0,), (n(3), 2)),
    (flow.fewer_times_than_none, (0,), (n(3), 11)),
    (flow.overwritten, (0,), (n(4), np.array([1, 1]))),
    (flow.grows, (0,), (n(3), 4)),
]


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    derived = pullback.value_and_grad(f, wrt=wrt, backend="jax").specialize(*args)
    emitted = namespace(derived.source)[f"{f.__name__}_value_and_grad"]
    known = tuple(k for k, a in enumerate(args) if type(a) is int)
    wanted_value, wanted = pullback.value_and_grad(f, wrt=wrt)(*copy.deepcopy(args))
    for run in ways(f.__name__, derived, jax.jit(emitted, static_argnums=known)):
        value, grads = run(*args)
        np.testing.assert_allclose(value, wanted_value, rtol=1e-11)
        close(grads, wanted)


@pytest.mark.parametrize("trips", [0, 1, 2, 31, 32, 33, 64, 500])
def test_a_while_loop_is_walked_back_from_any_length(trips: int) -> None:
    def counted(x: float, limit: float) -> Any:
        k = 0.0
        while k < limit:
            x = x + 0.01 * np.sin(x) * k
            k = k + 1.0
        return x * x

    args = 0.3, float(trips)
    found = jax.jit(namespace_of(counted, args))(*args)
    np.testing.assert_allclose(found, pullback.grad(counted)(*args), rtol=1e-12)


def namespace_of(f: Any, args: tuple[Any, ...]) -> Any:
    return namespace(pullback.grad(f, backend="jax").specialize(*args).source)[f"{f.__name__}_grad"]


def test_nothing_is_unrolled() -> None:
    texts = {n: pullback.grad(flow.over_a_range, backend="jax").specialize(np.ones(3), n).source for n in (3, 3000)}
    assert texts[3] == texts[3000]
    lowered = {
        n: jax.jit(namespace_of(flow.over_a_range, (np.ones(3), n)), static_argnums=1).lower(np.ones(3), n).as_text()
        for n in (3, 3000)
    }
    assert len(lowered[3]) == pytest.approx(len(lowered[3000]), rel=0.05)


def test_standalone_text_needs_jax_alone(tmp_path: Any) -> None:
    from pullback.transpile.parse.live import from_function
    from pullback.transpile.pipeline import transpile
    from pullback.transpile.request import Request
    from pullback.transpile.signature import type_of_value

    for f, args in ((flow.newton, (3.0,)), (flow.branch, (POSITIVE, n(4)))):
        types = [type_of_value(x, name) for x, name in zip(args, f.__code__.co_varnames, strict=False)]
        text = transpile(from_function(f), types, Request("grad", (0,), True), "jax", standalone=True).text
        assert "pullback" not in text
        found = jax.jit(namespace(text)[f"{f.__name__}_grad"])(*args)
        np.testing.assert_allclose(found, pullback.grad(f)(*args), rtol=1e-11)


def test_it_composes_with_jax() -> None:
    emitted = namespace_of(flow.newton, (3.0,))
    roots = np.array([1.5, 2.0, 3.0])
    np.testing.assert_allclose(jax.jit(jax.vmap(emitted))(roots), 0.5 / np.sqrt(roots), rtol=1e-9)
    _, second = jax.jvp(emitted, (2.0,), (1.0,))
    np.testing.assert_allclose(second, -0.25 * 2.0**-1.5, rtol=1e-5)


@pytest.mark.parametrize(
    ("f", "args", "words"),
    [
        (flow.deep, (2.0, 3), "calls itself as often as only the run knows"),
        (flow.of_two_ranks, (n(3), 2), "goes round as a number first"),
        (flow.of_either_shape, (n(3), -2.0), "a number or an array"),
        (flow.halves, (0.5, 4), "integers that are traced"),
        (flow.factorial, (0.5, 26), "the integer 'f' is multiplied"),
        (flow.masked_by_a_wider_kind, (np.ones(2, np.float32), np.ones(1)), "an index that is a mask"),
    ],
)
def test_refuses_with_the_users_line(f: Any, args: tuple[Any, ...], words: str) -> None:
    with pytest.raises(pullback.NotSupportedYet, match=words) as caught:
        pullback.grad(f, backend="jax").specialize(*args)
    assert caught.value.line > 0
    assert caught.value.hint


def test_and_and_or_are_no_choices_between_functions() -> None:
    text = pullback.grad(flow.connected, backend="jax").specialize(np.ones(3), 0.4).source
    assert "return jnp.logical_and(i < len(x), x[i] > 0.1)" in text
    assert text.count("lax.cond") == 1  # of the branch
