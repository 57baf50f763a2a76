"""Forward mode against reverse mode: `<ct, tangent of the result> == <gradient, tangents>`, to rounding."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import pullback
from tests.differences import copied, is_float, leaves, map_leaves


def assert_forward_agrees(
    f: Callable[..., Any],
    args: Sequence[Any],
    wrt: Sequence[int],
    ct: Any,
    gradients: Sequence[Any],
    after: Sequence[Any] | None = None,
    condition: float = 1.0,
) -> None:
    """The forward mode of `f` gives the primal's value, and a tangent of its structure that reverse mode agrees with.

    `gradients` are those of reverse mode for the cotangent `ct`; `after`: the arguments as the function leaves them;
    `condition`: by how much more than rounding the two may differ.
    """
    rng = np.random.default_rng(11)
    tangents = tuple(map_leaves(lambda x: random_tangent(x, rng), args[i]) for i in wrt)
    given, moved = copied(list(args)), copy.deepcopy(tangents)
    value = copy.deepcopy(f(*copied(list(args))))
    with np.errstate(all="ignore"):  # of tangents that nobody needs
        derived = pullback.jvp(f, wrt=tuple(wrt))
        out, dout = derived(tuple(given), moved)
    assert same_bits(out, value)
    assert same_bits(given, list(args if after is None else after))
    assert same_bits(moved, tangents)
    assert_like(dout, value)
    pairs = [(c, d) for c, d in zip(leaves(ct), leaves(dout), strict=True) if is_float(c) and is_float(d)]
    back = [(g, t) for gs, ts in zip(gradients, tangents, strict=True) for g, t in _pairs(gs, ts)]
    forwards, backwards = (sum(float(np.sum(np.asarray(a, float) * b)) for a, b in x) for x in (pairs, back))
    size = sum(float(np.sum(np.abs(np.asarray(a, float) * b))) for a, b in (*pairs, *back))
    narrow = any(np.asarray(x).dtype == np.float32 for x in (*leaves(list(args)), *leaves(value)))
    narrow = narrow or "float32" in derived.source
    eps = float(np.finfo(np.float32 if narrow else np.float64).eps)
    assert abs(forwards - backwards) <= 100 * eps * condition * size + 1e-300, (forwards, backwards, size)


def random_tangent(x: Any, rng: np.random.Generator) -> Any:
    """A random tangent of the kind and dtype of a leaf, None of what is no float."""
    if not is_float(x):
        return None
    made = rng.standard_normal(np.shape(x))
    return made.astype(x.dtype) if isinstance(x, np.ndarray) else type(x)(made)


def _pairs(gradient: Any, tangent: Any) -> list[tuple[Any, Any]]:
    return [(g, t) for g, t in zip(leaves(gradient), leaves(tangent), strict=True) if g is not None and t is not None]


def assert_like(tangent: Any, value: Any) -> None:
    """A tangent has the structure, the kinds, the shapes and the dtypes of its value."""
    from tests.behaviour import same_kinds

    moving = map_leaves(lambda x: _plain(x) if is_float(x) else None, value)
    xs = iter([*leaves(value)])
    still = map_leaves(lambda d: _plain(d) if is_float(next(xs)) else None, tangent)
    assert same_kinds(still, _without_names(moving)), (tangent, value)


def _without_names(x: Any) -> Any:
    """A plain tuple for a named one of a library's."""
    return tuple(x) if isinstance(x, tuple) and type(x).__module__.startswith("numpy") else x


def _plain(x: Any) -> Any:
    """Python's float for NumPy's double: which one a number is may show only when the program runs."""
    return float(x) if type(x) is np.float64 else x


def same_bits(a: Any, b: Any) -> bool:
    """Are two structures equal to the bit?"""
    from tests.behaviour import identical

    return identical(a, b)
