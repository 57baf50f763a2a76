"""Binding time: what is known while JAX traces is decided by types, in all calls together, and is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.commands import Options, find_targets, texts
from tests.backends import jax_binding as functions
from tests.inplace.outcomes import import_text

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

X = np.linspace(0.5, 1.5, 5)
LAYERS = [np.eye(2) * 0.5, np.ones((2, 2))]
CASES = {
    "power": (functions.power, (1.5, 3)),
    "first_few": (functions.first_few, (X, 4)),
    "first": (functions.first_few, (X, 2)),
    "flagged": (functions.flagged, (2.0, True)),
    "not_flagged": (functions.flagged, (2.0, False)),
    "item": (functions.item, (X, 2)),
    "layers": (functions.layers, (LAYERS, X[:2], 2)),
}


def core(function: str, signature: str, stage: str = "core") -> str:
    target = find_targets([f"{Path(functions.__file__)}:{function}"])
    return texts(target, Options(signature=signature, backend="jax", stage=stage))[0]  # type: ignore[arg-type]


def text(function: str, signature: str) -> str:
    return core(function, signature, "text")


@pytest.mark.parametrize("name", CASES)
def test_integers_that_are_known_give_what_numpy_gives(name: str) -> None:
    f, args = CASES[name]
    g = pullback.value_and_grad(f, backend="jax")
    expected = pullback.value_and_grad(f)(*args)
    compiled = jax.jit(g, static_argnums=len(args) - 1)
    for found in (g(*args), compiled(*args)):
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), found, expected)


@pytest.mark.parametrize("name", [name for name in CASES if name != "layers"])
def test_integers_may_be_traced(name: str) -> None:
    f, args = CASES[name]
    expected = pullback.value_and_grad(f)(*args)
    found = jax.jit(pullback.value_and_grad(f, backend="jax"))(*args)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), found, expected)


def test_a_list_cannot_be_indexed_by_what_is_traced() -> None:
    with pytest.raises(pullback.NotSupportedYet, match="static_argnums"):
        jax.jit(pullback.grad(functions.layers, backend="jax"))(LAYERS, X[:2], 2)


def test_an_annotation_says_whether_an_integer_is_traced() -> None:
    known, traced = (text(f, "x: float") for f in ("power", "traced_power"))
    assert "lax.scan(" in known
    assert "while" not in known
    assert "kept_while(" in traced
    assert "scan" not in traced


def test_branches_and_results_of_calls_on_what_is_known_are_known() -> None:
    written = text("first_few", "x: f64[:], n: int")
    assert "k = n if n < 3 else 3" in written
    assert "jnp.arange(k)" in written


def test_the_stage_core_shows_it() -> None:
    shown = core("first_few", "x: f64[:], n: int")
    assert "def first_few(x: f64[x.0], n: static[int(n)]):" in shown
    assert "j: int" in shown
    assert "total: f64" in shown
    assert "static[f64" not in shown
    assert "n: i64" in core("first_few", "x: f64[:], n: i64")
    assert "static" not in core("first_few", "x: f64[:], n: i64")


def test_loops_over_lists_are_shown_as_pythons() -> None:
    shown = core("layers", "ws: list[f64[:,:]], x: f64[:], depth: int")
    assert "def step(k: static[int], x_2: f64[" in shown
    assert "(x,), static=True)" in shown


def test_a_static_float_decides_in_python() -> None:
    f = pullback.differentiable(functions.halved_until, backend="jax", static=("tolerance",))
    expected = pullback.grad(functions.halved_until)(0.7, 0.1)
    compiled: Any = jax.jit(f.grad, static_argnums=1)
    np.testing.assert_allclose(compiled(0.7, 0.1), expected, rtol=1e-12)
    with pytest.raises(TypeError, match=r"'tolerance' is static, so it has to be hashable.*static_argnums"):
        jax.jit(f.grad)(0.7, 0.1)


SHAPES = """
np.sum(np.zeros(n) + 1.0) * x[0]
np.sum(np.arange(n)) * x[0]
np.sum(x.reshape(n, -1), axis=0)[0]
np.sum(np.tile(x, n))
np.sum(np.linspace(0.0, x[0], n))
np.sum(np.eye(n)) * x[0]
(np.sum(np.zeros((n, 2))) + 1.0) * x[0]
np.sum(np.broadcast_to(x, (n, 4)))
np.sum(np.tril(x.reshape(2, 2), n))
np.trace(x.reshape(2, 2), n - 2)
np.sum(np.cumsum(x, n - 2))
np.sum(np.round(x, n) * x)
""".strip().split("\n")


@pytest.mark.parametrize("expression", SHAPES)
def test_shapes_and_axes_are_known(expression: str, tmp_path: Path) -> None:
    f = import_text(f"import numpy as np\n\n\ndef f(x, n):\n    return {expression}\n", tmp_path / "shaped_by_n.py").f
    x = np.linspace(0.5, 1.5, 4)
    g = pullback.grad(f, backend="jax")
    np.testing.assert_allclose(jax.jit(g, static_argnums=1)(x, 2), pullback.grad(f)(x, 2), rtol=1e-12)
    with pytest.raises(pullback.NotSupportedYet, match="a shape, an axis or a count that is traced") as caught:
        jax.jit(g)(x, 2)
    assert caught.value.line == 5


def test_a_rule_that_would_be_called_is_refused(tmp_path: Path) -> None:
    text = "import numpy as np\n\n\ndef f(x, n: int):\n    return np.sum(np.diff(x, n) ** 2)\n"
    f = import_text(text, tmp_path / "differences_of_n.py").f
    with pytest.raises(pullback.NotSupportedYet, match="whose options only the run has"):
        pullback.grad(f, backend="jax")(np.linspace(0.5, 1.5, 4), 2)
    x = np.linspace(0.5, 1.5, 4) ** 3
    of_each_n = pullback.differentiable(f, backend="jax", static=("n",)).grad
    np.testing.assert_allclose(of_each_n(x, 2), pullback.grad(f)(x, 2), rtol=1e-12)
