"""The derivative of every rule, by differentiating the Core of a gradient once more."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pullback import grad
from pullback.backends.scipy_names import scipy_path
from pullback.checking.measuring import STEPS
from pullback.stdlib import registry
from pullback.testing import float_leaves
from pullback.transpile.core import Program
from pullback.transpile.derive import derive
from pullback.transpile.infer import type_of_value
from pullback.transpile.interpret import Interpreter
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from pullback.transpile.request import Request
from tests.inplace.outcomes import import_text
from tests.stdlib.all_samples import SAMPLES
from tests.stdlib.test_end_to_end import IMPORTS, Text
from tests.stdlib.test_rules import home, name

MOST = 5  # samples of one operation
CASES = [
    (op, s)
    for op, samples in SAMPLES.items()
    for s in samples[: MOST if scipy_path(op) is None else 1]
    if not home(op).startswith("pullback")
]
TEXTS = [Text(op, s) for op, s in CASES]


def gives_list(k: int) -> bool:
    op, sample = CASES[k]
    return isinstance(op(*sample.inputs, **sample.static), list | tuple)


def function(k: int) -> str:
    """A scalar of an operation, not linear in what that gives: its rule is differentiated in the cotangent as well."""
    parameters = ", ".join(f"x{i}" for i in range(len(TEXTS[k].values)))
    total = "sum(np.sum(w * y * (1.0 + y)) for y in ys)" if gives_list(k) else "np.sum(w * ys * (1.0 + ys))"
    return f"def f{k}(w, {parameters}):\n    ys = {TEXTS[k].call}\n    return {total}\n"


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a scalar function for each case."""
    file = tmp_path_factory.mktemp("sums") / "sums_of_operations.py"
    body = "\n\n".join(function(k) for k in range(len(CASES)))
    return import_text(f"{IMPORTS}\n\n{body}", file)


@pytest.mark.parametrize("k", range(len(CASES)), ids=[name(op) for op, _ in CASES])
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_the_gradient_of_the_gradient(functions: ModuleType, k: int) -> None:
    op, sample = CASES[k]
    text, rng = TEXTS[k], np.random.default_rng(2)
    wrt = tuple(
        i + 1
        for i, x in enumerate(text.values)
        if any(True for _ in float_leaves(x)) and (sample.only is None or text.owner[i] in sample.only)
    )
    if not wrt:
        return
    w = 0.7 if gives_list(k) else rng.standard_normal(np.shape(op(*sample.inputs, **sample.static)))
    args = [w, *text.values]
    types = [type_of_value(x, f"x{i}") for i, x in enumerate(args)]
    gradient = derive(lower(from_function(getattr(functions, f"f{k}")), types), Request("grad", wrt, bare=False))
    second = derive(gradient, Request("vjp", wrt, bare=False))

    cts = tuple(rng.standard_normal(np.shape(args[i])) for i in wrt)
    moves = [rng.standard_normal(np.shape(args[i])) for i in wrt]
    gs, pull = Interpreter(second).run(*args)
    for g, again in zip(gs, Interpreter(gradient).run(*args), strict=True):
        np.testing.assert_array_equal(g, again)
    found = [np.asarray(h) * v for h, v in zip(pull(cts), moves, strict=True)]
    got, scale = sum(float(np.sum(h)) for h in found), sum(float(np.sum(np.abs(h))) for h in found)
    differences = [difference(gradient, args, wrt, cts, moves, h) for h in STEPS]
    closest = min(differences, key=lambda d: abs(d - got))
    assert abs(closest - got) <= 1e-5 * scale + 1e-8, f"{got}, differences {differences}"


CASTS = (np.float16, np.float32, np.float64)
ELSEWHERE = (  # tests/stdlib/test_matrices.py, tests/stdlib/test_complex_programs.py
    np.linalg.cholesky,
    np.linalg.eigh,
    np.linalg.eigvalsh,
    np.linalg.eig,
    np.linalg.eigvals,
    np.linalg.lstsq,
)
FOURIER = tuple(getattr(np.fft, f) for f in np.fft.__all__ if not f.endswith("freq"))
OF_COMPLEX = (complex, np.complex64, np.complex128, *FOURIER)  # tests/stdlib/test_complex.py


def test_every_rule_for_numpy_and_python_is_tried() -> None:
    ours = {op for op in registry.rules() if name(op).split(".")[0] in ("numpy", "math", "_operator", "builtins")}
    assert {name(op) for op in ours - {op for op, _ in CASES}} == set(map(name, (*CASTS, *ELSEWHERE, *OF_COMPLEX)))


def of_casts(x: float) -> Any:
    return np.float64(x) ** 2 * np.float32(x) + np.float16(x) ** 3


def test_the_second_derivative_of_casts() -> None:
    assert grad(grad(of_casts))(0.75) == pytest.approx(12.0 * 0.75, rel=1e-2)


def difference(gradient: Program, args: list[Any], wrt: Any, cts: Any, moves: Any, h: float) -> float:
    """The change of the gradient along a direction."""
    ends = []
    for sign in (h, -h):
        moved = list(args)
        for i, v in zip(wrt, moves, strict=True):
            x = args[i] + sign * v
            moved[i] = float(x) if type(args[i]) is float else np.asarray(x) if isinstance(args[i], np.ndarray) else x
        gs = Interpreter(gradient).run(*moved)
        ends.append(sum(float(np.sum(c * g)) for c, g in zip(cts, gs, strict=True)))
    return (ends[0] - ends[1]) / (2.0 * h)
