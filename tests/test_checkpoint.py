"""`checkpoint`: what the adjoint needs is computed a second time, and not kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import checkpoint
from pullback.cli import main
from tests.behaviour import identical
from tests.memory import kept_bytes, peak_bytes
from tests.transpile.lowering import pointed_at, refused

U = np.random.default_rng(0).uniform(0.2, 0.8, 1000)


def stepped(u, k, n):
    for _ in range(n):
        u = u + k * np.tanh(u) * np.exp(-u) * np.sqrt(u)
    return np.sum(u)


def in_pieces(u, k, n):
    for _ in checkpoint(range(n)):
        u = u + k * np.tanh(u) * np.exp(-u) * np.sqrt(u)
    return np.sum(u)


def step(u, k):
    return u + k * np.tanh(u) * np.exp(-u) * np.sqrt(u)


@checkpoint
def marked_step(u, k):
    for _ in range(1):
        u = u + k * np.tanh(u) * np.exp(-u) * np.sqrt(u)
    return u


def by_function(u, k, n):
    for _ in range(n):
        u = marked_step(u, k)
    return np.sum(u)


@pytest.mark.parametrize(("f", "most"), [(in_pieces, 0.25), (by_function, 0.55)])
def test_less_is_kept_and_the_gradient_is_the_same(f: Any, most: float) -> None:
    plain, again = pullback.value_and_grad(stepped, wrt=(0, 1)), pullback.value_and_grad(f, wrt=(0, 1))
    assert identical(again(U, 0.1, 50)[0], plain(U, 0.1, 50)[0])
    for a, b in zip(again(U, 0.1, 50)[1], plain(U, 0.1, 50)[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    assert peak_bytes(lambda: again(U, 0.1, 50)) < most * peak_bytes(lambda: plain(U, 0.1, 50))


def test_what_is_kept_for_a_pullback_is_a_state_for_each_piece() -> None:
    assert kept_bytes(in_pieces, (U, 0.1, 50), (0,)) < 12 * U.nbytes
    _out, pull = pullback.vjp(in_pieces)(U, 0.1, 50)
    assert identical(pull(1.0), pull(1.0))


def noisy(u, n):
    for t in checkpoint(range(n)):
        print("step", t)
        assert u[0] > 0.0
        u = np.sin(u)
    return np.sum(u)


@checkpoint
def noisy_block(u):
    print("block")
    for _ in range(2):
        u = np.sin(u)
    return u


def of_noisy_block(u):
    return np.sum(noisy_block(noisy_block(u)))


@pytest.mark.parametrize(("f", "args"), [(noisy, (U, 3)), (of_noisy_block, (U,))])
def test_what_is_printed_is_printed_once(f: Any, args: Any, capsys: pytest.CaptureFixture[str]) -> None:
    f(*args)
    expected = capsys.readouterr().out
    pullback.value_and_grad(f)(*args)
    assert capsys.readouterr().out == expected


def test_a_file_that_is_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "model.py"
    file.write_text(
        "import pullback\n\n\n@pullback.checkpoint\ndef g(x: float):\n    for _ in range(3):\n        x = x * x\n"
        "    return x\n\n\ndef f(x: float, n: int):\n    for _ in pullback.checkpoint(range(n), 4):\n"
        "        x = g(x)\n    return x\n"
    )
    assert main(["show", f"{file}:f"]) == 0
    text = capsys.readouterr().out
    assert "g_forward" not in text
    assert "for start in reversed(range(0, n, 4)):" in text


OTHER = "checkpoint of something else than a range"
HEADER = "from pullback import checkpoint\n\n"


ARGUMENTS = "checkpoint takes a range, and perhaps `every`"


@pytest.mark.parametrize(
    ("loop", "message", "marked"),
    [
        ("checkpoint()", ARGUMENTS, "checkpoint()"),
        ("checkpoint(range(3), many=2)", ARGUMENTS, "checkpoint(range(3), many=2)"),
        ("checkpoint(range(3), every=0)", "`every` is no positive integer", "0"),
        ("checkpoint(range(3), x)", "`every` is no positive integer", "x"),
        ("zip(checkpoint(x))", "checkpoint is for functions and `for` statements", "checkpoint(x)"),
        ("checkpoint(np.zeros(3))", f"{OTHER} is not supported yet", "checkpoint(np.zeros(3))"),
        ("checkpoint(reversed(range(n)))", f"{OTHER} is not supported yet", "checkpoint(reversed(range(n)))"),
    ],
)
def test_loops_that_are_refused(loop: str, message: str, marked: str) -> None:
    error = refused(f"{HEADER}n = 100\n\ndef f(x):\n    for _ in {loop}:\n        x = x * x\n    return x\n", 1.5)
    assert error.message == message
    assert pointed_at(error) == marked


def test_called_it_gives_what_it_is_given() -> None:
    assert checkpoint(range(3)) == range(3)
    assert checkpoint(step) is step
    with pytest.raises(TypeError, match="checkpoint takes a function or a range, not 3"):
        checkpoint(3)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="every 0 iterations: at least 1 is needed"):
        checkpoint(range(3), every=0)
