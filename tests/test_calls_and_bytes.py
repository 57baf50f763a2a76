"""An emitted gradient makes no more NumPy calls, and holds no more memory, than the gradient written by hand."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.differences import leaves, map_leaves
from tests.gallery import program
from tests.memory import peak_bytes

SLACK = 1.1


class Counted(np.ndarray):
    """An array that counts the NumPy functions and ufuncs (operators among them) that are called on it."""

    calls = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        Counted.calls += 1
        if out is not None:
            kwargs["out"] = tuple(plain(x) for x in out)
        result = getattr(ufunc, method)(*map(plain, inputs), **kwargs)
        return out[0] if out is not None else counted(result)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        Counted.calls += 1
        return counted(func(*plain(args), **plain(kwargs)))


def plain(tree: Any) -> Any:
    return map_leaves(lambda x: x.view(np.ndarray) if isinstance(x, Counted) else x, tree)


def counted(tree: Any) -> Any:
    return map_leaves(lambda x: x.view(Counted) if isinstance(x, np.ndarray) else x, tree)


def calls(f: Callable[..., Any], args: tuple[Any, ...]) -> int:
    """The number of NumPy calls that one run makes."""
    prepared = counted(copy.deepcopy(args))
    Counted.calls = 0
    f(*prepared)
    return Counted.calls


def large(name: str) -> tuple[Any, ...]:
    """Arguments whose arrays outweigh the interpreter's own bytes."""
    n = np.random.default_rng(0).standard_normal
    match name:
        case "mlp":
            return n((100, 150)), n(150), n((150, 50)), n(50), n((200, 100)), n((200, 50))
        case "rnn":
            return n((40, 60)), n((60, 60)), n(60), n((30, 50, 40)), n((50, 60))
    return (2.0**400,)


@pytest.mark.parametrize("name", ["mlp", "rnn", "newton"])
def test_numpy_calls(name: str) -> None:
    p = program(name)
    by_hand = calls(p.by_hand, p.args)
    assert (by_hand > 0) == (name != "newton")
    assert calls(p.emitted(), p.args) <= SLACK * by_hand


@pytest.mark.parametrize("name", ["mlp", "rnn", "newton"])
def test_peak_bytes(name: str) -> None:
    p = program(name)
    args, emitted = large(name), p.emitted()
    assert peak_bytes(lambda: emitted(*args)) <= SLACK * peak_bytes(lambda: p.by_hand(*args))


def test_large_arguments_give_the_same_gradients() -> None:
    for name in ("mlp", "rnn", "newton"):
        p = program(name)
        args = large(name)
        for x, y in zip(leaves(p.emitted()(*args)), leaves(p.by_hand(*args)), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9)
