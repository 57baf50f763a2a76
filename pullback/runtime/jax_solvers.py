"""Solvers that XLA can run: roots by Newton's method, initial value problems by that of Dormand and Prince."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp


def newton_solution(f: Any, slope: Any, x0: Any, *, args: Any = (), tol: Any = None) -> Any:
    """The root of `f(x, *args)` that Newton's method finds from `x0`, whether it has, a status, and how many steps.

    `slope(x, *args)` is the derivative of `f` in `x`. Steps are halved as long as they do not make `f` smaller; the
    last one is no longer than `tol` times the root.
    """
    from jax import lax

    x = jnp.asarray(x0, jnp.result_type(float, x0))
    finfo: Any = jnp.finfo
    least = jnp.maximum(1.49012e-8 if tol is None else tol, 4.0 * finfo(x.dtype).eps)

    def value(x: Any) -> Any:
        return jnp.asarray(f(x, *args), x.dtype)

    def size(y: Any) -> Any:
        return jnp.sqrt(jnp.sum(y * y))

    def step(carry: Any) -> Any:
        x, y, k, _ = carry
        m = slope(x, *args)
        d = y / m if jnp.ndim(x) == 0 else jnp.linalg.solve(m, y)
        part = lax.while_loop(
            lambda c: (c > 1e-4) & ~(size(value(x - c * d)) <= size(y)), lambda c: 0.5 * c, jnp.ones((), x.dtype)
        )
        new = x - part * d
        return new, value(new), k + 1, size(d) <= least * jnp.maximum(size(new), least)

    first = x, value(x), 0, jnp.asarray(False)
    x, y, k, found = lax.while_loop(lambda c: ~c[3] & (c[2] < 200) & jnp.all(jnp.isfinite(c[1])), step, first)
    found = (found | (size(y) == 0.0)) & jnp.all(jnp.isfinite(x))
    return x, found, jnp.where(found, 1, 5), k


def newton_root(f: Any, slope: Any, x0: Any, *, args: Any = (), tol: Any = None) -> Any:
    """The root of `f(x, *args)` that Newton's method finds from `x0`, NaN where it finds none."""
    return root_of(newton_solution(f, slope, x0, args=args, tol=tol))


def root_of(found: Any) -> Any:
    """The root that has been found, NaN if none was: then there is no derivative."""
    return jnp.where(found[1], found[0], jnp.nan)


def odeint(
    fun: Any, y0: Any, t: Any, *, args: Any = (), tfirst: bool = False, rtol: Any = None, atol: Any = None
) -> Any:
    """The solution of an initial value problem, with a line for each of the times, which increase."""
    from jax.experimental import ode

    def f(y: Any, t: Any) -> Any:
        return jnp.asarray(fun(t, y, *args) if tfirst else fun(y, t, *args), y.dtype)

    y0 = jnp.asarray(y0, jnp.result_type(float, y0))
    t = jnp.asarray(t, y0.dtype)
    usual = 1.49012e-8
    solve: Any = ode.odeint
    return solve(f, y0, t, rtol=usual if rtol is None else rtol, atol=usual if atol is None else atol)


def solve_ivp(
    fun: Any, t_span: Any, y0: Any, *, args: Any = (), t_eval: Any, rtol: Any = 1e-3, atol: Any = 1e-6
) -> Any:
    """The times, the solution with a column for each of them, whether it was found, a status, and no count."""
    first = jnp.asarray(t_span[0], jnp.result_type(float, y0))
    sign = jnp.where(t_span[1] < t_span[0], -1.0, 1.0).astype(first.dtype)
    t = jnp.asarray(t_eval, first.dtype)

    def f(y: Any, s: Any) -> Any:
        return sign * jnp.asarray(fun(first + sign * s, y, *args), y.dtype)

    times = jnp.concatenate((jnp.zeros_like(t, shape=(1,)), sign * (t - first)))
    lines = odeint(f, y0, times, rtol=rtol, atol=atol)
    y = jnp.where(times[1:] == 0.0, lines[:1].T, lines[1:].T)  # there is no step to the first time
    found = jnp.all(jnp.isfinite(y))
    return t, y, found, jnp.where(found, 0, -1), None


def solve_adjoint(
    fun: Any, pullback: Any, t_span: Any, y0: Any, dy: Any, *, args: Any = (), wrt: Any = None, t_eval: Any,
    rtol: Any = 1e-3, atol: Any = 1e-6
) -> Any:  # fmt: skip
    """The cotangents of `y0` and of `args`, or of those at `wrt`, from that of the solution.

    `pullback(t, y, *args, dout)` pulls a cotangent of `fun(t, y, *args)` back to `y` and these. The solution is solved
    backward beside the adjoint, from one time to the one before. Where it does not arrive at what it was there, the way
    back is not stable, and the cotangents are NaN.
    """
    from jax import lax, tree
    from jax.flatten_util import ravel_pytree

    y0 = jnp.asarray(y0, jnp.result_type(float, y0))
    first = jnp.asarray(t_span[0], y0.dtype)
    t = jnp.concatenate((first[None], jnp.asarray(t_eval, y0.dtype)))
    ys = jnp.concatenate((y0[None], solve_ivp(fun, t_span, y0, args=args, t_eval=t_eval, rtol=rtol, atol=atol)[1].T))
    sign = jnp.where(t_span[1] < t_span[0], -1.0, 1.0).astype(y0.dtype)
    alone = pullback(first, y0, *args, jnp.zeros_like(y0))
    several = isinstance(alone, tuple)
    flat, with_numbers = ravel_pytree(alone[1:] if several else ())
    given = tree.leaves(args if wrt is None else [args[k] for k in wrt])
    floats = [jnp.abs(jnp.ravel(x)) for x in given if jnp.issubdtype(jnp.result_type(x), jnp.floating)]
    unit = jnp.concatenate([jnp.max(jnp.abs(ys), axis=0), *floats]).astype(y0.dtype)
    unit = jnp.where(unit > 0.0, unit, 1.0)
    n = y0.shape[0]
    size = jnp.max(jnp.abs(dy * unit[:n, None]), initial=0.0)
    size = jnp.where(size > 0.0, size, 1.0)

    def step(carry: Any, k: Any) -> Any:
        z, stable = carry
        z = z.at[:n].add(dy[:, k] * unit[:n] / size)

        def backward(state: Any, s: Any) -> Any:
            y, z, now = state[:n], state[n:], t[k + 1] - sign * s
            d = pullback(now, y, *args, z[:n] / unit[:n])
            numbers = ravel_pytree(d)[0].astype(y.dtype)
            return sign * jnp.concatenate((-jnp.asarray(fun(now, y, *args), y.dtype), unit * numbers))

        span = jnp.stack((jnp.zeros_like(first), sign * (t[k + 1] - t[k])))
        end = jnp.concatenate((ys[k + 1], z))
        state = jnp.where(span[1] == 0.0, end, odeint(backward, end, span, rtol=rtol, atol=atol)[1])
        near = jnp.abs(state[:n] - ys[k]) <= 1e3 * (atol + rtol * unit[:n])
        return (state[n:], stable & jnp.all(near)), None

    begin = jnp.zeros_like(unit), jnp.asarray(True)
    (z, stable), _ = lax.scan(step, begin, jnp.arange(t.shape[0] - 1), reverse=True)
    z = jnp.where(stable, z / unit * size, jnp.nan)
    return (z[:n], *with_numbers(z[n:].astype(flat.dtype))) if several else z[:n]


def still(x: Any, dx: Any) -> Any:
    """The times `x`; NaN if they move, because there is no derivative in them."""
    return jnp.where(dx == 0.0, x, jnp.nan)


def odeint_adjoint(
    fun: Any, pullback: Any, y0: Any, t: Any, dy: Any, *, args: Any = (), wrt: Any = None, tfirst: bool = False,
    rtol: Any = None, atol: Any = None
) -> Any:  # fmt: skip
    """The cotangents of `y0` and of `args`, or of those at `wrt`, from that of the lines of `odeint`."""

    def in_order(f: Any) -> Any:
        return f if tfirst else lambda t, y, *rest: f(y, t, *rest)

    usual = 1.49012e-8
    rtol, atol = usual if rtol is None else rtol, usual if atol is None else atol
    given = {"args": args, "wrt": wrt, "rtol": rtol, "atol": atol, "t_eval": t}
    return solve_adjoint(in_order(fun), in_order(pullback), (t[0], t[-1]), y0, dy.T, **given)
