"""Calls of functions of SciPy that are given a function: how each is lowered."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pullback.transpile.lower import odes, solvers
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Value

Special = Callable[[Scope, Any, list[Value], Mapping[str, Value], str], Value | None]
_BRACKETED = ("brentq", "brenth", "bisect", "ridder", "toms748")
_LOWERED: Mapping[str, Mapping[str, Callable[..., Value | None]]] = {
    "scipy.optimize": {
        "root": solvers.vector_root,
        "fsolve": solvers.vector_root,
        "fixed_point": solvers.fixed_point,
        **dict.fromkeys((*_BRACKETED, "newton", "root_scalar"), solvers.scalar_root),
    },
    "scipy.integrate": {"solve_ivp": odes.solve_ivp, "odeint": odes.odeint},
}


def solver(obj: Any) -> Special | None:
    """How a call of `obj` is lowered if it is one of SciPy's functions that are given a function."""
    name = getattr(obj, "__name__", "")
    for module, table in _LOWERED.items():
        if name in table and getattr(sys.modules.get(module), name, None) is obj:
            return partial(table[name], op=obj)
    return None
