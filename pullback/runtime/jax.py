"""The helpers of emitted JAX code; each stands alone, so that its source can be copied into a file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pullback.runtime.objects import record
from pullback.runtime.rules import require_cotangents
from pullback.runtime.trees import add_trees

__all__ = [
    "add_trees",
    "either",
    "fitted",
    "kept_while",
    "last_written",
    "match_kinds",
    "place_diagonal",
    "product_of_others",
    "read_written",
    "record",
    "require_cotangents",
    "require_scalar",
    "scatter_add",
    "scatter_add_along",
    "unbroadcast",
    "walk_back",
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


def fitted(d: Any, like: Any) -> Any:
    """The cotangent or tangent `d` of the value `like`, in its dtype. Raises TypeError for another shape."""
    if jnp.shape(d) != jnp.shape(like):
        raise TypeError(f"a cotangent or tangent has the shape {jnp.shape(d)}, what it belongs to {jnp.shape(like)}")
    return jnp.asarray(d, jnp.result_type(like))


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


def write_last(a: Any, index: Any, value: Any) -> Any:
    """The array `a` after `a[index] = value` in NumPy, where of several elements for one place the last one counts."""
    value = jnp.broadcast_to(value, jnp.shape(a[index])).astype(a.dtype)
    if not value.size:
        return a
    serial = jnp.arange(value.size).reshape(value.shape)
    last = jnp.full(a.shape, -1).at[index].max(serial)
    return jnp.where(last < 0, a, value.reshape(-1)[last])


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
    """The argument `x` with arrays of JAX in the place of those of NumPy, which have no `at`, and words of keys."""
    if isinstance(x, dict):
        return {key: _arrays(value) for key, value in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(_arrays, x))
    if isinstance(x, list | tuple):
        return type(x)(map(_arrays, x))
    if isinstance(x, np.ndarray):
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
    from jax import eval_shape, lax, tree

    def filled(x: Any, like: Any) -> Any:
        if x is None:
            return tree.map(lambda s: jnp.zeros(s.shape, s.dtype), like)
        return tuple(map(filled, x, like)) if type(x) is type(like) is tuple else x

    one, other = eval_shape(then), eval_shape(orelse)
    return lax.cond(condition, lambda: filled(then(), other), lambda: filled(orelse(), one))


def kept_while(test: Any, step: Any, init: Any, *env: Any, drops_last: bool = False) -> Any:
    """`lax.while_loop`, and a trail by which `walk_back` finds its states again, last one first.

    `step(state, *env)` gives the next state and what the iteration collects. Kept are at most 32 states, at equal
    distances, which double when all places are taken: one pass, whatever the number of iterations. With `drops_last`
    the last part of the state says whether the loop was stopped; the iteration that stopped it is then not walked.
    What of `env` is known while tracing stays so as the key of a dict, whatever loop the trail goes through.
    """
    from jax import lax, tree

    places = 32
    start = tree.map(jnp.asarray, init)
    shapes = tree.map(jnp.asarray, step(start, *env)[0])
    start = tree.map(lambda x, y: x.astype(jnp.result_type(x, y)), start, shapes)

    def one_stretch(carry: Any) -> Any:
        state, count, used, stride, kept = carry
        kept = tree.map(lambda b, x: b.at[used].set(x), kept, state)

        def inside(c: Any) -> Any:
            return (c[1] < (used + 1) * stride) & test(c[0])

        state, count = lax.while_loop(inside, lambda c: (step(c[0], *env)[0], c[1] + 1), (state, count))
        full = used + 1 == places
        kept = lax.cond(full, lambda: tree.map(lambda b: b.at[: places // 2].set(b[::2]), kept), lambda: kept)
        used, stride = jnp.where(full, places // 2, used + 1), jnp.where(full, 2 * stride, stride)
        return state, count, used, stride, kept

    room = tree.map(lambda x: jnp.zeros_like(x, shape=(places, *x.shape)), start)
    zero, one = jnp.int32(0), jnp.int32(1)
    state, count, used, stride, kept = lax.while_loop(
        lambda c: test(c[0]), one_stretch, (start, zero, zero, one, room)
    )
    if drops_last:
        count = count - jnp.where(state[-1] if isinstance(state, tuple) else state, 1, 0)
    leaves, structure = tree.flatten(env)
    known = tuple(x if isinstance(x, int | str) else None for x in leaves)
    traced = [x if y is None else None for x, y in zip(leaves, known, strict=True)]
    return state, (count, used, stride, kept, traced, {(structure, known): None})


def walk_back(step: Any, trail: Any, adjoint: Any, init: Any) -> Any:
    """What `adjoint(carry, collected, k)` gives in the end, for the iterations of a `kept_while`, the last one first.

    Between two states that were kept, others are computed again and kept for a while, where by the binomial schedule
    of Griewank and Walther (revolve, 2000), for 12 further places.
    """
    from math import comb

    from jax import lax, tree

    count, used, stride, kept, traced, ((structure, known),) = trail
    env = tree.unflatten(structure, [x if y is None else y for x, y in zip(traced, known, strict=True)])
    places, more = tree.leaves(kept)[0].shape[0], 12
    longest = jnp.asarray([[min(comb(s + r, s), 2**31 - 1) for r in range(48)] for s in range(more + 2)], jnp.int32)
    stack = tree.map(lambda b: jnp.concatenate((b, jnp.zeros_like(b, shape=(more + 1, *b.shape[1:])))), kept)
    at = jnp.arange(places + more + 1, dtype=jnp.int32) * stride
    top = jnp.where(count > 0, jnp.minimum(used, (count + stride - 1) // stride) - 1, 0)

    def one(carry: Any) -> Any:
        end, top, at, stack, acc = carry

        def nearer(c: Any) -> Any:
            top, at, stack = c
            left, free = end - at[top] + 1, jnp.clip(places + more - top, 0, more + 1)
            rounds = jnp.argmax(longest[free] >= left)
            far = jnp.minimum(longest[free, jnp.maximum(rounds - 1, 0)], left - 1)
            far = jnp.where(free > 1, jnp.maximum(far, 1), left - 1)
            state = lax.fori_loop(0, far, lambda _, x: step(x, *env)[0], tree.map(lambda b: b[top], stack))
            return top + 1, at.at[top + 1].set(at[top] + far), tree.map(lambda b, x: b.at[top + 1].set(x), stack, state)

        top, at, stack = lax.while_loop(lambda c: c[1][c[0]] < end, nearer, (top, at, stack))
        acc = adjoint(acc, step(tree.map(lambda b: b[top], stack), *env)[1], end)
        return end - 1, top - 1, at, stack, acc

    return lax.while_loop(lambda c: c[0] >= 0, one, (count - 1, top, at, stack, init))[-1]
