"""The cotangents and tangents that a caller gives: they must be like the result, or argument, that they belong to."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Like:
    """What a cotangent or tangent must be like: `items` of a container by key, else a number, or an array of a shape.

    `kind` is None for a result that has no cotangent; whatever stands in its place is passed on as it is.
    """

    kind: type | None
    shape: tuple[int, ...] = ()
    dtype: Any = None
    items: tuple[tuple[Any, Like], ...] = ()


def like(result: Any) -> Like:
    """What a cotangent of `result`, or a tangent of it, must be like."""
    if isinstance(result, dict):
        return Like(dict, items=tuple((k, like(x)) for k, x in result.items()))
    if isinstance(result, list | tuple):
        return Like(list, items=tuple((k, like(x)) for k, x in enumerate(result)))
    if isinstance(result, np.ndarray | np.inexact) and result.dtype.kind in "fc":
        return Like(np.ndarray if isinstance(result, np.ndarray) else type(result), result.shape, result.dtype)
    if type(result) is complex:
        return Like(complex)
    return Like(float) if isinstance(result, float) else Like(None)


def fitting(ct: Any, to: Like, path: str = "the cotangent", of: str = "the result") -> Any:
    """The cotangent `ct` in the dtypes that the result has. Raises TypeError if its structure or a shape is another."""
    if to.kind is None:
        return ct
    if to.kind is dict:
        if not isinstance(ct, dict) or ct.keys() != dict(to.items).keys():
            raise TypeError(f"{path} must be a dict with the keys {', '.join(repr(k) for k, _ in to.items)}")
        return {k: fitting(ct[k], x, f"{path}[{k!r}]", of) for k, x in to.items}
    if to.kind is list:
        if not isinstance(ct, list | tuple) or len(ct) != len(to.items):
            raise TypeError(f"{path} must be a tuple or list of {len(to.items)}")
        made = [fitting(ct[k], x, f"{path}[{k}]", of) for k, x in to.items]
        return type(ct)(*made) if hasattr(ct, "_fields") else type(ct)(made)
    if isinstance(ct, np.ndarray) and ct.dtype == to.dtype and ct.shape == to.shape and to.kind is np.ndarray:
        return ct
    if ct is None or np.asarray(ct).dtype.kind not in "biufc" or np.shape(ct) != to.shape:
        what = f"of shape {np.shape(ct)}" if np.shape(ct) else f"{ct!r}" if ct is None else f"a {type(ct).__name__}"
        raise TypeError(f"{path} must have the shape of {of}, {to.shape}, but it is {what}")
    if np.iscomplexobj(ct) and to.kind is not complex and np.dtype(to.dtype or float).kind != "c":
        raise TypeError(f"{path} is complex, and {of} is real")
    return np.asarray(ct, to.dtype) if to.kind is np.ndarray else to.kind(ct)


def fitting_tangents(tangents: Any, wanted: Mapping[str, Like], bare: bool) -> list[Any]:
    """One tangent for each parameter, by name. Raises TypeError where one is missing, or has another structure."""
    given = (tangents,) if bare else tangents
    if not isinstance(given, tuple | list) or len(given) != len(wanted):
        raise TypeError(f"the tangents must be a tuple of {len(wanted)}, for {', '.join(wanted)}")
    return [
        fitting(t, to, f"the tangent of {name!r}", "the argument")
        for t, (name, to) in zip(given, wanted.items(), strict=True)
    ]


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """A vector-Jacobian product whose `pull` takes only cotangents that are like its result."""

    @functools.wraps(function)
    def vjp(*args: Any, **kwargs: Any) -> Any:
        out, pull, *aux = function(*args, **kwargs)
        wanted = like(out)

        @functools.wraps(pull)
        def pull_checked(dout: Any) -> Any:
            return pull(fitting(dout, wanted))

        return (out, pull_checked, *aux)

    return vjp
