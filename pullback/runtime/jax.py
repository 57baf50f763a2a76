"""The helpers of emitted JAX code; each stands alone, so that its source can be copied into a file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from pullback.runtime.rules import require_cotangents
from pullback.runtime.trees import add_trees

__all__ = [
    "add_trees",
    "fitted",
    "match_kinds",
    "place_diagonal",
    "product_of_others",
    "require_cotangents",
    "require_scalar",
    "scatter_add",
    "scatter_add_along",
    "unbroadcast",
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
    """The argument `x` with arrays of JAX in the place of those of NumPy, which have no `at`."""
    if isinstance(x, dict):
        return {key: _arrays(value) for key, value in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(_arrays, x))
    if isinstance(x, list | tuple):
        return type(x)(map(_arrays, x))
    return jnp.asarray(x) if isinstance(x, np.ndarray) else x
