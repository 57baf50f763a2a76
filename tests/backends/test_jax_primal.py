"""The function itself, written for JAX: what it gives, that it can be jitted and saved, and what is refused."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_models as models
from tests.backends.test_jax import CASES as MODELS
from tests.backends.test_jax import close, namespace
from tests.backends.test_jax_flow import CASES as FLOW
from tests.backends.ways import ways

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

CASES = [(f, args) for f, _, args in (*MODELS, *FLOW)]


@pytest.mark.parametrize(("f", "args"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_agrees_with_the_function(f: Any, args: tuple[Any, ...]) -> None:
    primal = pullback.differentiable(f, backend="jax").primal
    wanted, before = f(*copy.deepcopy(args)), copy.deepcopy(args)
    emitted = namespace(primal.specialize(*args).source)[f.__name__]
    known = tuple(k for k, a in enumerate(args) if type(a) is int)
    for run in ways(f.__name__, primal, jax.jit(emitted, static_argnums=known)):
        found = run(*args)
        close(found, wanted)
        assert jax.numpy.result_type(found) == np.asarray(wanted).dtype
    close(args, before)


def energy(u: Any, alpha: float, steps: int) -> Any:
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


in_jax = pullback.differentiable(energy, backend="jax").primal


def of_it(u: Any) -> Any:
    return np.sum(in_jax(u, 0.1, 3)) * u[0]


U = np.array([0.5, -1.0, 2.0, 0.25])


def test_it_is_a_derived_function_beside_the_gradient(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    primal = pullback.differentiable(energy, backend="jax").primal
    assert repr(primal) == f"<{__name__}.energy for JAX: not specialised yet>"
    value = primal(U, 0.1, 3)
    assert repr(primal) == f"<{__name__}.energy for JAX: 1 specialisation>"
    assert isinstance(value, jax.Array)
    assert primal.signatures == ("u: f64[:], alpha: float, steps: int",)
    primal.show()
    assert capsys.readouterr().out == primal.source
    assert "def energy(u, alpha, steps):" in primal.source
    assert "lax.scan" in primal.source
    primal.save(tmp_path / "energy.py")
    assert (tmp_path / "energy.py").read_text().endswith(primal.source)
    close(jax.jit(primal, static_argnums=2)(U, 0.1, 3), energy(U.copy(), 0.1, 3))


def test_to_others_it_is_the_function() -> None:
    for backend in ("numpy", "jax"):
        close(pullback.grad(of_it, backend=backend)(U), pullback.grad(of_it)(U))
        close(pullback.grad(in_jax, backend=backend)(U, 0.1, 3), pullback.grad(energy)(U, 0.1, 3))
    assert pullback.grad(in_jax).__name__ == "energy"
    close(pickle.loads(pickle.dumps(in_jax))(U, 0.1, 3), energy(U.copy(), 0.1, 3))


class Spring:
    def __init__(self, k: float) -> None:
        self.k = k

    @pullback.differentiable(wrt="x", backend="jax")
    def energy(self, x: Any) -> Any:
        return 0.5 * self.k * np.sum(x * x)


def test_it_binds_to_objects() -> None:
    close(Spring(3.0).energy.primal(U), 1.5 * np.sum(U * U))


def nothing(u: Any) -> None:
    u[0] = 1.0


def test_what_gives_nothing_is_refused() -> None:
    with pytest.raises(pullback.NotSupportedYet, match="'nothing' returns nothing") as caught:
        pullback.differentiable(nothing, backend="jax").primal(U)
    assert caught.value.line == nothing.__code__.co_firstlineno
    assert "Return what it computes" in caught.value.hint


def test_for_numpy_it_is_the_function_as_it_stands() -> None:
    with pytest.raises(pullback.NotSupportedYet, match="a function is for NumPy as it stands") as caught:
        _ = pullback.differentiable(energy).primal
    assert 'backend="jax"' in caught.value.hint


MODEL = '''
import numpy as np

RATE = 0.5


def squash(z):
    return np.tanh(z) * RATE


def settle(w, x):
    """Where it comes to rest."""
    while np.sum(x * x) > 1e-6:
        x = squash(w @ x)
    return np.sum(x)
'''
ALONE = """
import sys

sys.modules["pullback"] = None  # so that it cannot be imported
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
from written import settle, settle_value_and_grad

w, x = jnp.array([[0.5, 1.0], [-0.7, 0.3]]), jnp.array([0.7, -0.2])
value, dw = jax.jit(settle_value_and_grad)(w, x)
assert value == jax.jit(settle)(w, x)
print(*map(float, dw.ravel()))
"""


def test_written_files_run_where_pullback_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process says in which `pullback` cannot be imported."""
    from pullback.cli import main

    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(MODEL)
    for mode, file in (("primal", "primal.py"), ("value-and-grad", "gradient.py")):
        options = ["--backend", "jax", "--standalone", "--signature", "w: f64[:,:], x: f64[:]", "-o", file]
        assert main(["transpile", "model.py:settle", "--mode", mode, *options]) == 0
    text = Path("primal.py").read_text() + Path("gradient.py").read_text()
    assert "import pullback" not in text
    assert "from pullback" not in text
    assert '"""Where it comes to rest."""' in text
    Path("written.py").write_text("from gradient import settle_value_and_grad\nfrom primal import settle\n")
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scope = namespace(MODEL)
    w, x = np.array([[0.5, 1.0], [-0.7, 0.3]]), np.array([0.7, -0.2])
    step, dw = 1e-6, np.zeros(4)
    for k in range(4):
        moved = [w + s * np.eye(4)[k].reshape(2, 2) for s in (step, -step)]
        dw[k] = (scope["settle"](moved[0], x) - scope["settle"](moved[1], x)) / (2 * step)
    np.testing.assert_allclose(np.array(done.stdout.split(), float), dw, rtol=1e-6, atol=1e-9)


def test_the_command_line_refuses_what_means_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    from pullback.cli import main

    target = f"{models.__file__}:scalars"
    for more, words in ((["--backend", "jax", "--wrt", "a"], "takes no derivative"), ([], "is for --backend jax")):
        assert main(["show", target, "--mode", "primal", *more]) == 2
        assert words in capsys.readouterr().err
