"""Functions of `scipy.special` on JAX, compiled: those that it has, as on NumPy; others are refused with the line."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import jax
import numpy as np
import pytest
from scipy import special

import pullback
from pullback.backends.jax_scipy import form_of_scipy
from pullback.backends.scipy_names import is_in_jax, scipy_path
from pullback.testing import cotangent_of
from tests.stdlib.test_end_to_end import CASES, functions
from tests.stdlib.test_on_jax import agree, calls
from tests.stdlib.test_rules import name

pytestmark = pytest.mark.usefixtures("double_precision")

PATHS = {op: path for op, _ in CASES if (path := scipy_path(op)) is not None and path[0] == "scipy.special"}
SLOW_TO_COMPILE = (
    *(special.beta, special.betainc, special.exp1, special.expi, special.expn, special.gammainc, special.gammaincc),
    *(special.poch, special.spence),
)
"""JAX's own functions, whose value is not looked at here; their derivatives are formulas."""
WRITTEN = [op for op, path in PATHS.items() if is_in_jax(path) or form_of_scipy(op)]
REFUSED = [op for op in PATHS if op not in WRITTEN]
__all__ = ["functions"]


@pytest.mark.parametrize("op", WRITTEN, ids=map(name, WRITTEN))
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_compiled(op: Any, functions: ModuleType) -> None:
    f, wrt, values = calls(op, functions)[0]
    out, pull = pullback.vjp(f, wrt=wrt)(*values)
    ct = cotangent_of(out, np.random.default_rng(1))

    def both(values: Any, ct: Any) -> Any:
        out, pull = pullback.vjp(f, wrt=wrt, backend="jax")(*values)
        return None if op in SLOW_TO_COMPILE else out, pull(ct)

    found, cts = jax.jit(both)(values, ct)
    agree(cts, pull(ct))
    if op not in SLOW_TO_COMPILE:
        agree(found, out)


@pytest.mark.parametrize("op", REFUSED, ids=map(name, REFUSED))
def test_refused(op: Any, functions: ModuleType) -> None:
    f, wrt, values = calls(op, functions)[0]
    with pytest.raises(pullback.NotSupportedYet, match=f"{name(op)} cannot be written for JAX yet") as caught:
        pullback.vjp(f, wrt=wrt, backend="jax").specialize(*values)
    assert caught.value.line == f.__code__.co_firstlineno + 1
