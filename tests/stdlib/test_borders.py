"""`np.pad` where samples of the rule do not reach: all directions at once, and text that stands alone, with JAX."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.cli import main
from tests.inplace.outcomes import import_text

X = np.random.default_rng(3).standard_normal((3, 4))


def outmost(x: Any) -> Any:
    return np.pad(x, 1, "maximum", stat_length=((1, 2), (3, 9))) ** 2


def middle(x: Any) -> Any:
    return np.pad(x, ((1, 0), (0, 2)), "median", stat_length=3) ** 2


def ramp(x: Any) -> Any:
    return np.pad(x, 2, "linear_ramp", end_values=((1.0, 2.0), (0.5, 3.0))) ** 2


def odd(x: Any) -> Any:
    return np.pad(x, ((2, 0), (1, 9)), "reflect", reflect_type="odd") ** 2


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("f", [outmost, middle, ramp, odd])
def test_jacobians(f: Any, mode: Any) -> None:
    v = np.random.default_rng(8).standard_normal(X.shape)
    found = np.tensordot(pullback.jacobian(f, mode=mode)(X), v, 2)
    np.testing.assert_allclose(found, (f(X + 1e-6 * v) - f(X - 1e-6 * v)) / 2e-6, rtol=1e-6, atol=1e-8)


def total(x: Any) -> Any:
    return np.sum(odd(x) * x[0, 0])


@pytest.mark.usefixtures("double_precision")
def test_text_that_stands_alone_can_be_compiled(tmp_path: Path) -> None:
    jax = pytest.importorskip("jax")
    source, out = tmp_path / "padded.py", tmp_path / "alone_padded.py"
    source.write_text(
        "import numpy as np\n\n\ndef total(x):\n"
        "    y = np.pad(x, ((2, 0), (1, 9)), 'reflect', reflect_type='odd')\n    return np.sum(y ** 2 * x[0, 0])\n"
    )
    options = ["--signature", "x: f64[3, 4]", "--standalone", "-o", str(out)]
    assert main(["transpile", f"{source}:total", "--backend", "jax", *options]) == 0
    text = out.read_text()
    assert "pullback.runtime" not in text
    alone = import_text(text, tmp_path / "run_padded.py")
    np.testing.assert_allclose(jax.jit(alone.total_grad)(X), pullback.grad(total)(X), rtol=1e-10)
