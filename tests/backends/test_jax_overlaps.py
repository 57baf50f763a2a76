"""What is computed from an array that it is written into is read first, also where XLA optimises all it can."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import pullback
from tests.backends import jax_overlaps as programs

pytest.importorskip("jax")


def test_compiled_as_users_have_it_compiled() -> None:
    plain = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"} | {"JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-m", "tests.backends.jax_overlaps"]
    done = subprocess.run(command, env=plain, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(len(programs.CASES))]


def emitted(f: object, signature: str) -> str:
    return pullback.value_and_grad(f, backend="jax", signature=signature).source  # type: ignore[call-overload, no-any-return]


def test_only_what_overlaps_is_written_apart() -> None:
    text = emitted(programs.slices, "b: f64[:,:], c: float")
    assert "y = write_apart(y, slice(1, None), 0.3 * y[:-1])" in text
    assert "y = y.at[2:].set(y[2:] * c)" in text


def test_what_a_loop_carries_is_written_in_place_but_for_most_of_it() -> None:
    def few(u, n):  # type: ignore[no-untyped-def]
        for _ in range(n):
            u[1:3] = u[0:2] * 0.5
            u[1:-1] = u[2:] * 0.5
        return (u * u).sum()

    text = emitted(few, "u: f64[:], n: int")
    assert "u = u.at[1:3].set(u[:2] * 0.5)" in text or "u = u.at[1:3].set(u[0:2] * 0.5)" in text
    assert "write_apart(u, slice(1, -1), u[2:] * 0.5)" in text
