"""Adjoints of initial value problems: equations for cotangents, solved from the end to the beginning."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime.objects import record


def solve_adjoint(
    fun: Any, pullback: Any, t_span: Any, y0: Any, dy: Any, *, args: Any = (), wrt: Any = None, t_eval: Any = None,
    rtol: Any = 1e-3, atol: Any = 1e-6, first_step: Any = None, **options: Any
) -> Any:  # fmt: skip
    """The cotangents of `y0` and of `args`, or of those at `wrt`, from that of the `y` of `solve_ivp`.

    `pullback(t, y, *args, dout)` pulls a cotangent of `fun(t, y, *args)` back to `y` and these. The problem is solved
    again, for all times: a way back along the solution is not stable where the way there is. The adjoint is solved in
    units of the solution, of the arguments and of the largest cotangent, so that tolerances mean what they do there.
    """
    from scipy.integrate import solve_ivp

    given = args if wrt is None else tuple(args[k] for k in wrt)
    like = (np.asarray(y0, float), *given)
    if not np.any(dy) or not np.all(np.isfinite(dy)):  # then nothing is solved, for ever where it is NaN
        found = with_floats(like, [0.0 * np.sum(dy)] * sum(map(len, floats_in(like))))
        return found if given else found[0]
    sol = solve_ivp(
        fun, t_span, y0, args=args, dense_output=True, rtol=rtol, atol=atol, first_step=first_step, **options
    )
    if not sol.success:
        raise RuntimeError(f"no solution was found: {sol.message}")
    if t_eval is None and np.any(dy[:, 1:-1]):
        raise ValueError("where times are left to the solver, only the first and the last of them have derivatives")
    times, dy = (t_span, dy[:, [0, -1]]) if t_eval is None else (t_eval, dy)
    found = with_floats(like, adjoint_along(sol, pullback, t_span[0], times, dy, args, given, np.min(rtol), options))
    return found if given else found[0]


def adjoint_along(
    sol: Any, pullback: Any, start: Any, times: Any, dy: Any, args: Any, given: Any, rtol: Any, options: Any
) -> Any:
    """The numbers in the cotangents of where a solution began, and of what is `given`, from those at these times."""
    from scipy.integrate import solve_ivp

    n = len(dy)
    unit = np.concatenate([np.max(np.abs(sol.y), axis=1), *(np.abs(x) for x in floats_in(given))])
    unit = np.where(unit > 0.0, unit, 1.0)
    size = np.max(np.abs(dy * unit[:n, None]))

    def backward(t: Any, z: Any) -> Any:
        return -unit * np.concatenate(floats_in(pullback(t, sol.sol(t), *args, z[:n] / unit[:n])))

    def matrix(t: Any, z: Any) -> Any:  # the equation is linear, and cotangents of arguments are in no derivative
        columns = [backward(t, e) for e in np.eye(len(unit))[:n]]
        return np.column_stack([*columns, np.zeros((len(unit), len(unit) - n))])

    implicit = {"jac": matrix} if options.get("method") in ("Radau", "BDF", "LSODA") else {}
    z = np.zeros(len(unit))
    for k in reversed(range(len(times))):
        z[:n] += dy[:, k] * unit[:n] / size
        until = times[k - 1] if k else start
        if times[k] != until and np.any(z):
            part = solve_ivp(backward, (times[k], until), z, rtol=rtol, atol=0.1 * rtol, **implicit, **options)
            if not part.success:
                raise RuntimeError(f"the adjoint of a solution was not found: {part.message}")
            z = part.y[:, -1]
    return list(z / unit * size)


def floats_in(x: Any) -> Any:
    """The numbers in a structure, of each leaf that holds floats as an array of one axis."""
    if isinstance(x, dict):
        return [v for y in x.values() for v in floats_in(y)]
    if isinstance(x, list | tuple):
        return [v for y in x for v in floats_in(y)]
    if isinstance(x, float | np.floating | np.ndarray):
        return [np.ravel(x)] if np.asarray(x).dtype.kind == "f" else []
    return [v for y in vars(x).values() for v in floats_in(y)] if hasattr(x, "__dict__") and not callable(x) else []


def with_floats(x: Any, numbers: Any) -> Any:
    """A structure like `x` with the first of these numbers, which are taken away; None for what holds no floats."""
    if isinstance(x, dict):
        return {key: with_floats(y, numbers) for key, y in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*(with_floats(y, numbers) for y in x))
    if isinstance(x, list | tuple):
        return type(x)(with_floats(y, numbers) for y in x)
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        taken, numbers[: x.size] = numbers[: x.size], []
        return np.reshape(np.array(taken, x.dtype), x.shape)
    if isinstance(x, float | np.floating):
        return type(x)(numbers.pop(0))
    if hasattr(x, "__dict__") and not callable(x):
        return record(type(x), **{name: with_floats(y, numbers) for name, y in vars(x).items()})
    return None


def odeint_adjoint(
    fun: Any, pullback: Any, y0: Any, t: Any, dy: Any, *, args: Any = (), wrt: Any = None, tfirst: bool = False,
    rtol: Any = None, atol: Any = None
) -> Any:  # fmt: skip
    """The cotangents of `y0` and of `args`, or of those at `wrt`, from that of what `odeint` gives."""

    def in_order(f: Any) -> Any:
        return f if tfirst else lambda t, y, *rest: f(y, t, *rest)

    usual = 1.49012e-8
    rtol, atol = usual if rtol is None else rtol, usual if atol is None else atol
    span, given = (t[0], t[-1]), {"args": args, "wrt": wrt, "rtol": rtol, "atol": atol}
    return solve_adjoint(in_order(fun), in_order(pullback), span, y0, dy.T, t_eval=t, method="LSODA", **given)


def still(x: Any, dx: Any) -> Any:
    """The times `x`; raises ValueError if they move, because there is no derivative in them."""
    if np.any(dx):
        raise ValueError("the derivative of a solution in its times is not supported yet")
    return x


def at_ends(dy: Any) -> Any:
    """The tangent of a solution of which only the first and the last time have one: NaN at those between."""
    out = np.full_like(dy, np.nan)
    out[:, [0, -1]] = dy[:, [0, -1]]
    return out
