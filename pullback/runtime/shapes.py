"""Shapes of cotangents."""

from __future__ import annotations

from typing import Any

import numpy as np


def unbroadcast(g: Any, like: Any, *more: Any) -> Any:
    """`g` in the shape of `like`: summed over the axes along which `like` was broadcast to the shape of `g`.

    An axis that `g` lacks, or has with length 1, stands for a value repeated along it, and is filled with it. Of
    several values the shape is the one that they are broadcast to together. The cotangent of a structure is left as it
    is.
    """
    if isinstance(g, list | tuple | dict):
        if isinstance(like, list | tuple | dict) and len(like) == len(g):
            return g
        message = "`+` or `*` makes a list or tuple longer, and of what is not known before the program runs"
        raise TypeError(f"{message}: an annotation or a signature says what the parameters are")
    shape, have = getattr(like, "shape", ()), getattr(g, "shape", ())
    if isinstance(like, list | tuple):
        shape = np.shape(like)
    for x in more:
        if np.shape(x) != shape:
            shape = np.broadcast_shapes(shape, np.shape(x))
    if have == shape:
        return g
    extra = len(have) - len(shape)
    if extra > 0:
        g = np.add.reduce(g, tuple(range(extra)))
    missing = max(-extra, 0)
    repeated = tuple([k for k, n in enumerate(shape[missing:]) if n == 1 and g.shape[k] != 1])
    if repeated:
        g = np.add.reduce(g, repeated, keepdims=True)
    return g if np.shape(g) == shape else np.broadcast_to(g, shape).copy()


def fitted(d: Any, like: Any) -> Any:
    """The cotangent or tangent `d` of the value `like`, as a number of its kind. Raises TypeError for another shape."""
    if np.shape(d) != np.shape(like):
        raise TypeError(f"a cotangent or tangent has the shape {np.shape(d)}, what it belongs to {np.shape(like)}")
    if np.iscomplexobj(d) and not np.iscomplexobj(like):
        raise TypeError("a cotangent or tangent is complex, what it belongs to is real")
    if isinstance(like, np.ndarray):
        return np.asarray(d, like.dtype)
    return d if type(d) is type(like) else type(like)(d)


def at_least_one(n: int) -> int:
    """A count of elements to divide by: where there are none, nothing is divided, and by 1 that does not raise."""
    return max(n, 1)


def halved(d: Any, where: Any) -> Any:
    """`d`, and half of it where a condition holds, which is rare."""
    if np.ndim(d) == 0:
        return 0.5 * d if where else d
    if np.any(where):
        d = d.copy()
        d[where] *= 0.5
    return d


def require_scalar(value: Any) -> None:
    """Raise TypeError where the value whose gradient was asked for is no scalar, and so has no one gradient."""
    if np.shape(value) != ():
        raise TypeError(f"a gradient needs a scalar, the result has shape {np.shape(value)}; vjp takes a cotangent")


def resized(g: Any, like: Any) -> Any:
    """`g` in the shape of `like`: each axis cut at its end, or filled with zeros there."""
    out = np.zeros(like.shape, g.dtype)
    both = tuple([slice(min(m, n)) for m, n in zip(g.shape, like.shape, strict=True)])
    out[both] = g[both]
    return out
