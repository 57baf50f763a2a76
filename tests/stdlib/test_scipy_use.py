"""Programs that use SciPy: how it is imported in what is written, by name and through modules, for both targets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special
from scipy import special
from scipy.special import expit, logsumexp

import pullback
from pullback.cli import main

ROOT = Path(__file__).parents[2]


def by_name(x: Any, w: Any) -> Any:
    return np.sum(expit(x @ w)) + logsumexp(x)


def through_modules(x: Any, w: Any) -> Any:
    return np.sum(special.expit(x @ w)) + scipy.special.logsumexp(x)


def under_a_taken_name(x: Any, expit: Any) -> Any:
    return np.sum(special.expit(x @ expit)) + logsumexp(x)


X, W = np.array([[0.3, -1.2], [0.5, 2.0], [-0.7, 0.1]]), np.array([0.4, -0.9])


def expected() -> tuple[Any, Any]:
    s = 1.0 / (1.0 + np.exp(-X @ W))
    e = np.exp(X)
    return np.sum(s) + np.log(np.sum(e)), np.outer(s * (1.0 - s), W) + e / np.sum(e)


@pytest.mark.parametrize("f", [by_name, through_modules, under_a_taken_name])
@pytest.mark.usefixtures("double_precision")
def test_scipy_is_imported_as_a_person_would(f: Any) -> None:
    jax = pytest.importorskip("jax")
    for backend, prefix in (("numpy", ""), ("jax", "jax.")):
        derived: Any = pullback.value_and_grad(f, backend=backend)
        run = jax.jit(derived) if backend == "jax" else derived
        value, dx = run(X, W)
        np.testing.assert_allclose(value, expected()[0], rtol=1e-12)
        np.testing.assert_allclose(dx, expected()[1], rtol=1e-12)
        source = derived.specialize(X, W).source
        names = "logsumexp" if f is under_a_taken_name else "expit, logsumexp"
        assert f"from {prefix}scipy.special import {names}\n" in source
        assert (f"import {prefix}scipy.special as special\n" in source) == (f is under_a_taken_name)
        assert "scipy.special._" not in source


MODEL = """\
import numpy as np
from scipy import special


def loss(x, w):
    return np.sum(special.expit(x @ w)) + special.logsumexp(x)


def other(x):
    return np.sum(special.agm(x, x))
"""


def written(folder: Path, backend: str) -> list[str]:
    """The command that writes the gradient of the model into a file that stands alone."""
    (folder / "model.py").write_text(MODEL)
    signature = ["--signature", "x: f64[3,2], w: f64[2]"]
    return ["transpile", "model.py:loss", *signature, "--backend", backend, "--standalone", "-o", "alone.py"]


def assert_right(file: Path) -> None:
    scope: dict[str, Any] = {}
    exec(file.read_text(), scope)
    np.testing.assert_allclose(scope["loss_grad"](X, W), expected()[1], rtol=1e-12)


def test_a_file_that_is_not_run_in_a_process_that_has_not_imported_scipy(tmp_path: Path) -> None:
    script = f"from pullback.cli import main; import sys; sys.exit(main({written(tmp_path, 'numpy')!r}))"
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    assert_right(tmp_path / "alone.py")


@pytest.mark.usefixtures("double_precision")
def test_a_file_that_is_not_run_for_jax(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jax")
    monkeypatch.chdir(tmp_path)
    assert main(written(tmp_path, "jax")) == 0
    assert_right(tmp_path / "alone.py")


def steps(x: Any) -> Any:
    return np.sum(special.gammasgn(x) * x) + np.sum(special.round(x) * x)


def test_steps_are_constants() -> None:
    x = np.array([-0.3, 1.2, 2.7])
    np.testing.assert_array_equal(pullback.grad(steps)(x), special.gammasgn(x) + special.round(x))


def test_a_second_rule_for_what_has_one_is_an_error() -> None:
    with pytest.raises(ValueError, match="'expit' has a both rule already"):
        pullback.elementwise(expit)(lambda out, x: out)


def test_what_has_no_rule_is_refused_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(MODEL)
    assert main(["show", "model.py:other", "--signature", "x: f64[:]"]) == 1
    said = capsys.readouterr().err
    assert "model.py:10:" in said
    assert "no derivative rule for 'agm'" in said


def test_jax_refuses_what_it_does_not_have() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.sum(special.agm(y, y)) * np.sum(x)

    assert pullback.grad(f)(np.ones(2), np.ones(3)).tolist() == [3.0, 3.0]
    with pytest.raises(pullback.NotSupportedYet, match=r"scipy\.special\.agm cannot be written for JAX yet") as caught:
        pullback.grad(f, backend="jax").specialize(np.ones(2), np.ones(3))
    assert caught.value.line == f.__code__.co_firstlineno + 1
