"""Functions of SciPy that are written otherwise in JAX than under their own name in `jax.scipy`."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

from .expressions import Expressions
from .forms import Form
from .scipy_names import scipy_path
from .script import Apply
from .syntax import call, number


def form_of_scipy(op: Any) -> Form | None:
    """How a function of SciPy is written; None for one that is called by its name, or that there is none of."""
    path = scipy_path(op)
    return None if path is None else _FORMS.get(path)


def _member(module: str, name: str) -> Form:
    """A call of a function of another module, or of another name."""

    def form(write: Expressions, e: Apply) -> Any:
        return call(write.space.member(module, name), *map(write, e.args), **{k: write(x) for k, x in e.kwargs})

    return form


def _array(name: str) -> Form:
    """A call of a function of `jax.numpy`."""

    def form(write: Expressions, e: Apply) -> Any:
        return call(f"{write.space.arrays()}.{name}", *map(write, e.args))

    return form


def _product(write: Expressions, factor: float, x: Any) -> Any:
    return ast.BinOp(number(write.space, factor), ast.Mult(), x)


def _exp10(write: Expressions, e: Apply) -> Any:
    return ast.BinOp(number(write.space, 10.0), ast.Pow(), write(e.args[0]))


def _cosm1(write: Expressions, e: Apply) -> Any:
    """`-2.0 * jnp.sin(0.5 * x) ** 2`, which keeps what `cos(x) - 1` loses."""
    half = call(f"{write.space.arrays()}.sin", _product(write, 0.5, write(e.args[0])))
    return _product(write, -2.0, ast.BinOp(half, ast.Pow(), ast.Constant(2)))


def _erfcinv(write: Expressions, e: Apply) -> Any:
    """By `ndtri`, which keeps what `1 - y` would lose of a small `y`."""
    ndtri = write.space.member("jax.scipy.special", "ndtri")
    return _product(write, -math.sqrt(0.5), call(ndtri, _product(write, 0.5, write(e.args[0]))))


_FORMS: Mapping[tuple[str, str], Form] = {
    ("scipy.special", name): form
    for name, form in {
        **{name: _array(name) for name in ("cbrt", "exp2", "expm1", "log1p")},
        "cosm1": _cosm1,
        "erfcinv": _erfcinv,
        "exp10": _exp10,
        "log_expit": _member("jax.nn", "log_sigmoid"),
        "psi": _member("jax.scipy.special", "digamma"),
        "softplus": _member("jax.nn", "softplus"),
    }.items()
}
