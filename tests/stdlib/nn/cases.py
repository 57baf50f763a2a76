"""Calls of operations of `nn` as functions that a user could have written, and what all tests ask of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pullback
from tests.inplace.outcomes import import_text

RNG = np.random.default_rng(5)
IMPORTS = "import numpy as np\n\nfrom pullback.stdlib import nn\n"


def normal(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def written(folder: Path, calls: Sequence[tuple[str, Any]]) -> ModuleType:
    """A module with a function `f0`, `f1`, … for each call, of as many arrays as are given with it."""
    made = [IMPORTS]
    for k, (call, arrays) in enumerate(calls):
        parameters = ", ".join("xwb"[i] for i in range(len(arrays)))
        made.append(f"def f{k}({parameters}):\n    return {call}\n")
        made.append(f"def loss{k}({parameters}):\n    return np.sum(np.tanh(f{k}({parameters})))\n")
    return import_text("\n\n".join(made), folder / "calls_of_networks.py")


def floats(arrays: Sequence[Any]) -> tuple[int, ...]:
    return tuple(i for i, a in enumerate(arrays) if a.dtype.kind == "f")


def assert_all_modes_agree(f: Callable[..., Any], loss: Callable[..., Any], arrays: Sequence[Any]) -> None:
    """Reverse mode against forward mode, and forward over reverse mode against differences of gradients."""
    wrt = floats(arrays)
    rng = np.random.default_rng(3)
    tangents = tuple(rng.standard_normal(arrays[i].shape).astype(arrays[i].dtype) for i in wrt)
    out, pull = pullback.vjp(f, wrt=wrt)(*arrays)
    ct = rng.standard_normal(out.shape).astype(out.dtype)
    cts = pull(ct)
    for c, i in zip(cts, wrt):
        assert (c.shape, c.dtype) == (arrays[i].shape, arrays[i].dtype)
    value, d_out = pullback.jvp(f, wrt=wrt)(tuple(arrays), tangents)
    np.testing.assert_array_equal(value, f(*arrays))
    assert d_out.dtype == out.dtype
    close(np.vdot(ct, d_out), sum(np.vdot(c, t) for c, t in zip(cts, tangents)))
    one = pullback.hvp(loss, wrt=wrt)(tuple(arrays), tangents)
    gradient = pullback.grad(loss, wrt=wrt)
    along = dict(zip(wrt, tangents))
    less, more = ([a + h * along.get(i, 0.0) for i, a in enumerate(arrays)] for h in (-1e-5, 1e-5))
    for d, below, above in zip(one, gradient(*less), gradient(*more)):
        np.testing.assert_allclose(d, (above - below) / 2e-5, rtol=1e-5, atol=1e-7)


def assert_jax_agrees(
    functions: ModuleType, calls: Sequence[tuple[str, Any]], numbers: Sequence[int], twice: Sequence[int]
) -> None:
    """Values and cotangents of some calls, and of some of these second derivatives, in one program of JAX."""
    jax = pytest.importorskip("jax")

    def everything(backend: str, arrays: Any, moved: Any) -> Any:
        found = []
        for k, xs, ts in zip(numbers, arrays, moved, strict=True):
            f, loss, wrt = getattr(functions, f"f{k}"), getattr(functions, f"loss{k}"), floats(xs)
            out, pull = pullback.vjp(f, wrt=wrt, backend=backend)(*xs)
            given = tuple(ts[i] for i in wrt)
            second = pullback.hvp(loss, wrt=wrt, backend=backend)(tuple(xs), given) if k in twice else ()
            found.append((out, pull(out * out), second))
        return found

    arrays = [calls[k][1] for k in numbers]
    moved = [[np.cos(x) for x in xs] for xs in arrays]
    expected = everything("numpy", arrays, moved)
    found = jax.jit(lambda xs, ts: everything("jax", xs, ts))(arrays, moved)
    for k, a, b in zip(numbers, found, expected, strict=True):
        for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
            assert (x.shape, x.dtype) == (y.shape, y.dtype), calls[k][0]
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9, err_msg=calls[k][0])


def close(a: Any, b: Any) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)
