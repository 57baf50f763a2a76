"""Integrals of samples, of `scipy.integrate`. Those of functions the transpiler knows itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import integrate

from pullback.runtime import simpson_weights
from pullback.stdlib.registry import Unsupported, constant, multilinear, refused, rule, static
from pullback.stdlib.rules.building import part
from pullback.stdlib.rules.grids import earlier, later, of_areas, trapezoid

rule(integrate.trapezoid, whole=True)(trapezoid)
multilinear(integrate.trapezoid, integrate.cumulative_trapezoid)
constant(simpson_weights)


@rule(integrate.cumulative_trapezoid, whole=True)
def cumulative_trapezoid(
    ct: Any, out: Any, y: Any, x: Any = None, dx: Any = None, *, axis: Any = -1, initial: Any = None
) -> Any:
    axis = axis % y.ndim
    steps_ct = ct if initial is None else part(ct, 1, None, axis)
    half = 0.5 * np.flip(np.cumsum(np.flip(steps_ct, axis), axis), axis)
    if x is None:
        steps = half if dx is None else half * dx
        dy = later(steps, axis, y) + earlier(steps, axis, y)
        return dy if dx is None else (dy, None, np.sum(half * (part(y, 1, None, axis) + part(y, None, -1, axis))))
    dy, moved = of_areas(half, y, x, axis)
    return dy, moved, None


@static
def require_still_places(name: str) -> None:
    """Refuse the derivative in the places of samples."""
    raise Unsupported(f"{name} in the places of the samples", "Use scipy.integrate.trapezoid.")


@rule(integrate.simpson)
def simpson_of_places(ct: Any, out: Any, y: Any, x: Any = None, *, dx: Any = 1.0, axis: Any = -1) -> Any:
    require_still_places("scipy.integrate.simpson")
    return ct, ct


@rule(integrate.simpson, active=(0,), whole=True)
def simpson(ct: Any, out: Any, y: Any, x: Any = None, *, dx: Any = 1.0, axis: Any = -1) -> Any:
    axis = axis % y.ndim
    dy = (ct if y.ndim == 1 else np.expand_dims(ct, axis)) * simpson_weights(y, x, dx, axis)
    return dy if x is None else (dy, None)


refused(
    integrate.cumulative_simpson, integrate.romb, integrate.newton_cotes,
    way_round="Use scipy.integrate.simpson, or scipy.integrate.cumulative_trapezoid.",
)  # fmt: skip
refused(
    integrate.quad, integrate.quad_vec, integrate.fixed_quad, integrate.dblquad, integrate.tplquad, integrate.nquad,
    integrate.qmc_quad,
    way_round="Sum over the nodes of np.polynomial.legendre.leggauss, or integrate with solve_ivp.", computed=False,
)  # fmt: skip
refused(integrate.solve_bvp, way_round="Shoot: find the missing first values with scipy.optimize.root.", computed=False)
