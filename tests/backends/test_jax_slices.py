"""Slices that move are `lax.dynamic_slice` where they are inside of the array for sure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_slices as programs

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")
from tests.backends.jax_checks import agrees  # noqa: E402

RNG = np.random.default_rng(11)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def single(x: Any) -> Any:
    return x.astype(np.float32)


CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (programs.convolution, (0, 1), (n(4, 5), n(2, 2))),
    (programs.convolution, (0, 1), (n(2, 2), n(2, 2))),
    (programs.convolution, (0, 1), (n(4, 5), n(1, 2))),
    (programs.convolution, (0, 1), (n(4, 5), n(2))),
    (programs.convolution, (0, 1), (n(4, 5), 0.3)),
    (programs.convolution_by_any_kernel, (0, 1), (n(4, 5), n(2, 3))),
    (programs.convolution_by_any_kernel, (0, 1), (n(4, 5), n(1, 3))),
    (programs.convolution_by_any_kernel, (0, 1), (n(2, 3), n(2, 3))),
    (programs.smoothed, (0,), (n(7),)),
    (programs.smoothed, (0,), (n(2),)),
    (programs.columns, (0, 1), (n(5, 3), 0.3)),
    (programs.columns, (0, 1), (n(3, 1), 0.3)),
    (programs.columns, (0, 1), (n(5, 3), n(3))),
    (programs.rows_of_blocks, (0, 1), (n(4, 4), n(4))),
    (programs.rows_of_blocks, (0, 1), (n(2, 4), n(4))),
    (programs.broadcast, (0, 1), (n(5, 4), n(4))),
    (programs.broadcast, (0, 1), (n(3, 4), n(1))),
    (programs.by_blocks, (0,), (n(5, 3),)),
    (programs.chosen_columns, (0,), (n(4, 3), np.array([0, 2, 2], np.int32))),
    (programs.chosen_columns, (0,), (n(4, 3), np.array([-1, 0]))),
    (programs.through_a_view, (0, 1), (n(6), 0.7)),
    (programs.until_it_is_small, (0,), (np.abs(n(6)) + 0.5,)),
    (programs.until_it_is_small, (0,), (n(6),)),
    (programs.into_another_dtype, (0, 1), (single(n(5)), n(2))),
    (programs.into_another_dtype, (0, 1), (n(5), single(n(2)))),
    (programs.under_a_condition, (0, 1), (n(6), 0.7)),
]


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    is_single = any(getattr(a, "dtype", None) == np.float32 for a in args)
    text = agrees(f, wrt, args, 1e-5 if is_single else 1e-10)
    assert "lax.dynamic_" in text or "window(" in text


def test_what_is_long_enough_is_sliced_by_jax_itself() -> None:
    text = pullback.grad(programs.convolution, backend="jax").specialize(n(4, 5), n(2, 2)).source
    assert "jnp.sum(lax.dynamic_slice(image, (i, j), (2, 2)) * kernel)" in text
    assert "window(" not in text
    text = pullback.grad(programs.smoothed, backend="jax").specialize(n(5)).source
    assert "window(x, (i - 1,), (3,))" in text
    assert "lax.dynamic_slice_in_dim(x, i + 1, 1)" in text


REFUSED: list[tuple[Any, tuple[Any, ...], int]] = [
    (programs.convolution, (n(1, 3), n(2, 2)), 4),
    (programs.in_another_array, (n(4), n(5)), 2),
    (programs.by_every_second, (n(6),), 3),
]


@pytest.mark.parametrize(("f", "args", "line"), REFUSED, ids=[c[0].__name__ for c in REFUSED])
def test_refuses_what_may_reach_beyond_the_array(f: Any, args: tuple[Any, ...], line: int) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="a slice whose bounds are traced") as caught:
        pullback.grad(f, backend="jax").specialize(*args)
    assert caught.value.line == f.__code__.co_firstlineno + line
    assert "inside for sure" in (caught.value.hint or "")
