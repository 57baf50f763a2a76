"""For JAX: what branches give and what goes round has one type, or is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_types as types

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

from tests.backends.jax_checks import agrees  # noqa: E402  which needs JAX

X = np.array([0.3, 0.4])
CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (types.integer_first, (0,), (X,)),
    (types.integer_first, (0,), (X.astype(np.float32),)),
    (types.integer_first_in_a_while, (0,), (1.2,)),
    (types.single_precision, (0,), (np.array([1.3, 0.4], np.float32),)),
    (types.integer_on_one_side, (0, 1), (X, 2.0)),
    (types.integer_on_one_side, (0, 1), (X, -2.0)),
    (types.integer_before, (0, 1), (X, 2.0)),
    (types.integer_before, (0, 1), (X, -2.0)),
    (types.counted_by_halves, (0,), (np.array([0.1, -0.7]),)),
]


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    agrees(f, wrt, args, 1e-5 if any(getattr(x, "dtype", None) == np.float32 for x in args) else 1e-10)


@pytest.mark.parametrize("f", [types.made_narrow_in_branches, types.returned_narrow, types.wide_on_purpose])
def test_a_number_becomes_what_a_branch_makes_of_it(f: Any) -> None:
    agrees(f, (0,), (np.array([0.4, -0.8, 0.1, 0.3], np.float32),), 1e-5)


@pytest.mark.parametrize("y", [0.0, 0.3])
def test_what_a_condition_guards_does_not_raise_without_jit(y: float) -> None:
    for f, args in ((types.guarded_division, (0.7, y)), (types.guarded_in_a_dict, ({"x": [0.3, 0.4], "y": y},))):
        wrt = tuple(range(len(args)))
        wanted = pullback.value_and_grad(f, wrt=wrt)(*args)
        found = pullback.value_and_grad(f, wrt=wrt, backend="jax")(*args)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), found, wanted)


@pytest.mark.parametrize(
    ("f", "args", "line", "words"),
    [
        (types.integer_of_numpy, (X,), 2, "'c' goes round as int64 and another dtype"),
        (types.of_either_length, (np.ones(3), np.ones(1), 2.0), 1, "arrays of two shapes, as 'y'"),
        (types.of_either_length, (np.ones(3), np.ones(3, np.float32), 2.0), 1, "float64 and float32, as 'y'"),
        (types.longer_in_a_loop, (X,), 2, "'s' goes round as arrays of two shapes"),
        (types.wider_in_a_loop, (np.ones(3), 2), 2, "'y' goes round as float32 and another dtype"),
    ],
)
def test_refuses_with_the_users_line(f: Any, args: tuple[Any, ...], line: int, words: str) -> None:
    with pytest.raises(pullback.NotSupportedYet, match=words) as caught:
        pullback.grad(f, backend="jax").specialize(*args)
    assert caught.value.line == f.__code__.co_firstlineno + line
    assert caught.value.hint
