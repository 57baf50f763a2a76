"""The helpers of emitted JAX code; each stands alone, so that its source can be copied into a file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pullback.runtime.jax_convolutions import conv_transpose, conv_weight_grad, convolved
from pullback.runtime.jax_ctc import ctc_loss, ctc_loss_grad, ctc_loss_hvp
from pullback.runtime.jax_loops import (
    bytes_of,
    kept_while,
    largest_in_batch,
    step_back,
    step_on,
    true_if_alone,
    walk_back,
)
from pullback.runtime.jax_pooling import average_pool, average_pool_grad, max_pool, max_pool_at, max_pool_grad
from pullback.runtime.jax_solvers import (
    newton_root,
    newton_solution,
    odeint,
    odeint_adjoint,
    root_of,
    solve_adjoint,
    solve_ivp,
    still,
)
from pullback.runtime.objects import record
from pullback.runtime.padding import border_places, border_widths, odd_shares
from pullback.runtime.rules import require_cotangents
from pullback.runtime.trees import add_trees

__all__ = [
    "add_trees",
    "average_pool",
    "average_pool_grad",
    "border_places",
    "border_widths",
    "bytes_of",
    "carried_back",
    "cofactors",
    "conv_transpose",
    "conv_weight_grad",
    "convolved",
    "ctc_loss",
    "ctc_loss_grad",
    "ctc_loss_hvp",
    "either",
    "filled",
    "fitted",
    "fraction",
    "gammainc_in_a",
    "halved",
    "kept_while",
    "known_labels",
    "largest_in_batch",
    "last_written",
    "match_kinds",
    "max_pool",
    "max_pool_at",
    "max_pool_grad",
    "newton_root",
    "newton_solution",
    "odd_shares",
    "odeint",
    "odeint_adjoint",
    "of_running_products",
    "one_of",
    "place_diagonal",
    "places_below",
    "places_in_order",
    "product_of_others",
    "read_written",
    "record",
    "require_cotangents",
    "require_scalar",
    "resized",
    "root_of",
    "scatter_add",
    "scatter_add_along",
    "scatter_along",
    "solve_adjoint",
    "solve_ivp",
    "step_back",
    "step_on",
    "still",
    "through_cholesky",
    "true_if_alone",
    "unbroadcast",
    "unpadded",
    "walk_back",
    "window",
    "with_window",
    "write_apart",
    "write_last",
    "zeros_of",
]


def unbroadcast(g: Any, like: Any, *more: Any) -> Any:
    """`g` in the shape of `like`: summed over the axes along which `like` was broadcast to the shape of `g`.

    An axis that `g` lacks, or has with length 1, stands for a value repeated along it, and is filled with it. Of
    several values the shape is the one that they are broadcast to together.
    """
    shape = jnp.broadcast_shapes(jnp.shape(like), *map(jnp.shape, more))
    extra = jnp.ndim(g) - len(shape)
    if extra > 0:
        g = jnp.sum(g, axis=tuple(range(extra)))
    missing = max(-extra, 0)
    repeated = tuple(k for k, n in enumerate(shape[missing:]) if n == 1 and jnp.shape(g)[k] != 1)
    if repeated:
        g = jnp.sum(g, axis=repeated, keepdims=True)
    return jnp.broadcast_to(g, shape)


def known_labels(labels: Any, classes: Any) -> Any:
    """Labels; one that is not from 0 to below `classes` as `classes`, at which nothing stands: what is read is NaN."""
    return jnp.where((labels >= 0) & (labels < classes), labels, classes)


def fitted(d: Any, like: Any) -> Any:
    """The cotangent or tangent `d` of the value `like`, in its dtype. Raises TypeError for another shape."""
    if jnp.shape(d) != jnp.shape(like):
        raise TypeError(f"a cotangent or tangent has the shape {jnp.shape(d)}, what it belongs to {jnp.shape(like)}")
    if jnp.iscomplexobj(d) and not jnp.iscomplexobj(like):
        raise TypeError("a cotangent or tangent is complex, what it belongs to is real")
    return jnp.asarray(d, jnp.result_type(like))


def resized(g: Any, like: Any) -> Any:
    """`g` in the shape of `like`: each axis cut at its end, or filled with zeros there."""
    both = tuple([slice(min(m, n)) for m, n in zip(jnp.shape(g), jnp.shape(like), strict=True)])
    return jnp.zeros(jnp.shape(like), jnp.result_type(g)).at[both].set(g[both])


def halved(d: Any, where: Any) -> Any:
    """`d`, and half of it where a condition holds."""
    return jnp.where(where, 0.5 * d, d)


def require_scalar(value: Any) -> None:
    """Raise TypeError where the value whose gradient was asked for is not a scalar."""
    if jnp.shape(value) != ():
        shape = jnp.shape(value)
        raise TypeError(f"a gradient needs a scalar, but the result has shape {shape}; use vjp for a cotangent")


def scatter_add(g: Any, like: Any, indices: Any, axis: Any) -> Any:
    """Zeros shaped as `like` with `g` added at `indices` along `axis`, once for each time that an index occurs."""
    out = jnp.zeros(jnp.shape(like), jnp.result_type(g))
    if axis is None:
        return out.reshape(-1).at[jnp.asarray(indices)].add(g).reshape(out.shape)
    return out.at[(slice(None),) * (axis % out.ndim) + (indices,)].add(g)


def scatter_add_along(g: Any, like: Any, indices: Any, axis: Any) -> Any:
    """Zeros shaped as `like` with `g` added where `jnp.take_along_axis` reads at `indices`."""
    out = jnp.zeros(jnp.shape(like), jnp.result_type(g))
    target = out.reshape(-1) if axis is None else jnp.moveaxis(out, axis, -1)
    g, indices = (jnp.moveaxis(jnp.broadcast_to(x, jnp.shape(g)), axis or 0, -1) for x in (g, indices))
    # an axis of `like` of length 1 is read by all
    rows = [jnp.indices(g.shape, sparse=True)[k] % n for k, n in enumerate(target.shape[:-1])]
    target = target.at[(*rows, indices)].add(g)
    return target.reshape(out.shape) if axis is None else jnp.moveaxis(target, -1, axis)


def scatter_along(g: Any, like: Any, indices: Any, axis: Any) -> Any:
    """An array shaped as `like` with `g` where `jnp.take_along_axis` reads at `indices`, which name each place once."""
    g, indices = (jnp.broadcast_to(x, jnp.broadcast_shapes(jnp.shape(g), jnp.shape(indices))) for x in (g, indices))
    return jnp.take_along_axis(g, jnp.argsort(indices, axis), axis).reshape(jnp.shape(like))


def places_below(x: Any, points: Any) -> Any:
    """For each element of `x` the last of the rising `points` that is not above it, the first and all but the last one.
    """
    return jnp.clip(jnp.searchsorted(points, x, side="right") - 1, 0, max(len(points) - 2, 0))


def places_in_order(a: Any, in_order: Any, axis: Any) -> Any:
    """`jnp.argsort` of `a` along an axis, where equal elements stay in their order."""
    return jnp.argsort(a, axis, stable=True)


def write_last(a: Any, index: Any, value: Any) -> Any:
    """The array `a` after `a[index] = value` in NumPy, where of several elements for one place the last one counts."""
    value = jnp.broadcast_to(value, jnp.shape(a[index])).astype(a.dtype)
    if not value.size:
        return a
    serial = jnp.arange(value.size).reshape(value.shape)
    last = jnp.full(a.shape, -1).at[index].max(serial)
    return jnp.where(last < 0, a, value.reshape(-1)[last])


def window(a: Any, starts: Any, lengths: Any) -> Any:
    """The part of the array `a` that begins at `starts`; zeros where `a` is too short, so that no loop comes to it."""
    from jax import lax

    if any(n < m for n, m in zip(a.shape, lengths, strict=True)):
        return jnp.zeros(lengths, a.dtype)
    return lax.dynamic_slice(a, starts, lengths)


def write_apart(a: Any, index: Any, value: Any) -> Any:
    """`a.at[index].set(value)` where `value` was computed from `a`, which XLA for CPUs may overwrite too early."""
    here = jnp.zeros(a.shape, bool).at[index].set(True)
    return jnp.where(here, jnp.zeros_like(a).at[index].set(value), a)


def with_window(a: Any, part: Any, starts: Any) -> Any:
    """The array `a` with `part` in it from `starts` on; `a` where it is too short, so that no loop comes to it."""
    from jax import lax

    if any(n < m for n, m in zip(a.shape, part.shape, strict=True)):
        return a
    return lax.dynamic_update_slice(a, part, starts)


def read_written(a: Any, index: Any) -> Any:
    """`a[index]`, but zero for each element whose place a later element of the same index names again.

    Of `a[[0, 0]] = v` only the last element of `v` is seen afterwards, so only it has a cotangent.
    """
    return last_written(a[index], a, index)


def last_written(g: Any, like: Any, index: Any) -> Any:
    """`g`, which has the shape of `like[index]`, but zero for each element whose place a later element names again."""
    serial = jnp.arange(g.size).reshape(g.shape)
    last = jnp.full(like.shape, -1).at[index].max(serial)
    return jnp.where(last[index] == serial, g, jnp.zeros((), g.dtype))


def place_diagonal(g: Any, like: Any, offset: Any, axis1: Any, axis2: Any) -> Any:
    """Zeros shaped as `like` with `g` on a diagonal; the reverse of `jnp.diagonal`."""
    out = jnp.moveaxis(jnp.zeros(jnp.shape(like), jnp.result_type(g)), (axis1, axis2), (-2, -1))
    places = jnp.arange(jnp.shape(g)[-1])
    out = out.at[..., places + max(-offset, 0), places + max(offset, 0)].set(g)
    return jnp.moveaxis(out, (-2, -1), (axis1, axis2))


def product_of_others(a: Any) -> Any:
    """For each element the product of the others along the last axis, without a division, so that zeros are welcome."""
    one = jnp.ones_like(a[..., :1])
    before = jnp.cumprod(jnp.concatenate((one, a[..., :-1]), axis=-1), axis=-1)
    after = jnp.cumprod(jnp.concatenate((one, a[..., :0:-1]), axis=-1), axis=-1)
    return before * after[..., ::-1]


def cofactors(a: Any) -> Any:
    """The cofactor of each element of each matrix: the determinant without its row and column, with its sign."""
    from jax import vjp

    out, pull = vjp(jnp.linalg.det, a)
    return pull(jnp.ones_like(out))[0]


def carried_back(g: Any, a: Any) -> Any:
    """`y[k] = g[k] + a[k + 1] * y[k + 1]` along the last axis, from its end: the cotangents of later products."""
    from jax import lax

    def joined(later: Any, here: Any) -> Any:
        return here[0] * later[0], here[1] + here[0] * later[1]

    factors = jnp.concatenate((a[..., 1:], jnp.zeros_like(a[..., :1])), axis=-1)
    return lax.associative_scan(joined, jnp.broadcast_arrays(factors, g), reverse=True, axis=g.ndim - 1)[1]


def of_running_products(ct: Any, out: Any, a: Any) -> Any:
    """The cotangent of `a` from that of its running products `out` along the last axis; zeros in `a` are welcome."""
    before = jnp.concatenate((jnp.ones_like(a[..., :1]), out[..., :-1]), axis=-1)
    return before * carried_back(ct, a)


def through_cholesky(ct: Any, factor: Any) -> Any:
    """The cotangent of a symmetric matrix, which is symmetric, from that of its lower factor."""
    from jax.scipy.linalg import solve_triangular

    inner = jnp.matrix_transpose(factor) @ jnp.tril(ct)
    low, one = jnp.tril(inner, -1), jnp.eye(inner.shape[-1], dtype=inner.real.dtype)
    middle = low + jnp.matrix_transpose(low.conj()) + one * inner.real
    half = solve_triangular(factor, middle, trans=1, lower=True)
    return 0.5 * jnp.matrix_transpose(solve_triangular(factor, jnp.matrix_transpose(half), trans=2, lower=True))


def fraction(value: Any, low: Any, high: Any) -> Any:
    """Where `value` lies between `low` and `high`, from 0 to 1; 0 where the two are equal."""
    return (value - low) / (high - low + (high == low))


def gammainc_in_a(a: Any, x: Any) -> Any:
    """The derivative of `jax.scipy.special.gammainc(a, x)` in `a`."""
    from jax.lax import igamma_grad_a

    dtype = jnp.result_type(a, x, jnp.float32)
    a, x = (jnp.asarray(v, dtype) for v in jnp.broadcast_arrays(a, x))
    return jnp.where(x > 0.0, igamma_grad_a(a, jnp.where(x > 0.0, x, 1.0)), jnp.where(x == 0.0, 0.0, jnp.nan))


def unpadded(g: Any, pad_width: Any, mode: str, *, reflect_type: str = "even") -> Any:
    """The cotangent of an array from that of `jnp.pad(array, pad_width, mode)`, where its border repeats elements."""
    for axis, (before, after) in enumerate(border_widths(pad_width, g.ndim)):
        n = g.shape[axis] - before - after
        if (before, after) == (0, 0) or n == 0:
            continue
        g = jnp.moveaxis(g, axis, 0)
        places = border_places(n, (before, after), mode)
        out = g[before : before + n]
        for border in (slice(0, before), slice(before + n, None)):
            if reflect_type == "odd":
                own, first, last = (x[border].astype(g.dtype) for x in odd_shares(n, (before, after), mode))
                out = out.at[places[border]].add(np.reshape(own, (-1,) + (1,) * (g.ndim - 1)) * g[border])
                out = out.at[0].add(jnp.tensordot(first, g[border], 1)).at[-1].add(jnp.tensordot(last, g[border], 1))
            else:
                out = out.at[places[border]].add(g[border])
        g = jnp.moveaxis(out, 0, axis)
    return g


def zeros_of(x: Any) -> Any:
    """Zeros with the structure of `x` and the shapes and dtypes of its leaves, None for a leaf that is not a float."""
    if isinstance(x, dict):
        return {key: zeros_of(value) for key, value in x.items()}
    if isinstance(x, list | tuple):
        return type(x)(map(zeros_of, x))
    return jnp.zeros_like(x) if jnp.issubdtype(jnp.result_type(x), jnp.inexact) else None


def match_kinds(d: Any, like: Any) -> Any:
    """The cotangent `d` with the containers of `like`."""
    if isinstance(like, dict):
        return {key: match_kinds(d[key], value) for key, value in like.items()}
    if isinstance(like, list | tuple):
        return type(like)(map(match_kinds, d, like))
    return d


def on_arrays(function: Callable[..., Any], gives_function: bool) -> Callable[..., Any]:
    """A function of JAX code that takes arrays of NumPy too; so does the function that it gives beside its value."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        out = function(*map(_arrays, args), **{name: _arrays(x) for name, x in kwargs.items()})
        return (out[0], on_arrays(out[1], False), *out[2:]) if gives_function else out

    return called


def _arrays(x: Any) -> Any:
    """The argument `x` with arrays of JAX in the place of those of NumPy, which have no `at`, and words of keys.

    Floats of Python's are such arrays too, and weak as they are: Python raises where one is divided by 0.
    """
    if isinstance(x, dict):
        return {key: _arrays(value) for key, value in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(_arrays, x))
    if isinstance(x, list | tuple):
        return type(x)(map(_arrays, x))
    if isinstance(x, np.ndarray) or type(x) in (float, complex):
        return jnp.asarray(x)
    if isinstance(x, jax.Array):
        return jax.random.key_data(x) if jnp.issubdtype(x.dtype, jax.dtypes.prng_key) else x
    if hasattr(x, "__dict__") or hasattr(x, "__slots__"):
        parts, structure = jax.tree.flatten(x, is_leaf=lambda y: y is not x)
        return x if jax.tree_util.treedef_is_leaf(structure) else jax.tree.unflatten(structure, map(_arrays, parts))
    return x


def either(condition: Any, then: Any, orelse: Any) -> Any:
    """`lax.cond` of functions without parameters, of which one may leave None for what only the other one has.

    What is left instead are zeros, which nobody reads.
    """
    from jax import lax

    return lax.cond(condition, *filled((then, orelse)))


def one_of(number: Any, cases: Any) -> Any:
    """`lax.switch` of functions without parameters, of which some may leave None for what only others have."""
    from jax import lax

    return lax.switch(number, filled(cases))


def filled(functions: Any) -> Any:
    """Functions without parameters that leave zeros where they have left None and others have left something."""
    from jax import eval_shape, tree

    def whole(x: Any, others: Any) -> Any:
        found = [y for y in others if y is not None]
        if x is None:
            return tree.map(lambda s: jnp.zeros(s.shape, s.dtype), whole(found[0], found[1:])) if found else None
        return tuple(map(whole, x, zip(*found, strict=True))) if type(x) is tuple and found else x

    shapes = [eval_shape(f) for f in functions]
    return [lambda f=f: whole(f(), shapes) for f in functions]
