"""What every derivative must do, checked on one call: the primal's value, a right gradient, and nothing shared."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import pullback
from pullback.checking.trees import identical
from pullback.transpile.objects import attributes_of
from tests.differences import assert_pullback, copied, direction, is_float, leaves, map_leaves
from tests.forward import assert_forward_agrees


def same_kinds(gradient: Any, argument: Any) -> bool:
    """Has a gradient the containers, kinds, shapes and dtypes of its argument, None where that is no float?"""
    if (held := attributes_of(argument)) is not None:
        return type(gradient) is type(argument) and same_kinds(attributes_of(gradient), held)
    match argument:
        case dict():
            return (
                isinstance(gradient, dict)
                and list(gradient) == list(argument)
                and all(same_kinds(gradient[k], x) for k, x in argument.items())
            )
        case list() | tuple():
            return (
                type(gradient) is type(argument)
                and len(gradient) == len(argument)
                and all(map(same_kinds, gradient, argument))
            )
    if not is_float(argument):
        return gradient is None
    return type(gradient) is type(argument) and np.shape(gradient) == np.shape(argument)


def arrays(tree: Any) -> list[np.ndarray]:
    """The arrays in a structure."""
    return [x for x in leaves(tree) if isinstance(x, np.ndarray)]


def with_floats(args: Sequence[Any]) -> tuple[int, ...]:
    """The positions of the arguments that have floats."""
    return tuple(i for i, a in enumerate(args) if any(map(is_float, leaves(a))))


def objects(tree: Any) -> list[Any]:
    """The objects of the user's classes in a structure."""
    held = attributes_of(tree)
    inner = held.values() if held is not None else tree.values() if isinstance(tree, dict) else tree
    found = [] if held is None or isinstance(tree, tuple) else [tree]
    if held is not None or isinstance(tree, dict | list | tuple):
        found += [x for part in inner for x in objects(part)]
    return found


def ran(f: Callable[..., Any], args: Sequence[Any]) -> tuple[Any, Any]:
    """What a function returns, and its arguments after the call: attributes set, arrays as before."""
    given, expected = copied(args), copied(args)
    before = [dict(attributes_of(x) or {}) for x in objects(given)]
    pairs = list(zip(objects(given), objects(expected), before, strict=True))
    value = copy.deepcopy(f(*given))
    for x, y, old in pairs:
        for name, now in (attributes_of(x) or {}).items():
            if name not in old or old[name] is not now:
                object.__setattr__(y, name, copy.deepcopy(now))
    return value, expected


def spoil(tree: Any) -> None:
    """Write into all arrays, lists and dicts of a structure, and into the attributes of its objects."""
    if isinstance(tree, np.ndarray):
        if tree.flags.writeable:
            tree[...] = ~tree if tree.dtype == bool else 0 if tree.dtype.kind in "iu" else 7.25
        return
    entries = attributes_of(tree)
    if entries is None and not isinstance(tree, dict | list | tuple):
        return
    if entries is None:
        entries = dict(tree) if isinstance(tree, dict) else dict(enumerate(tree))
    for key, x in entries.items():
        spoil(x)
        if isinstance(tree, dict | list):
            tree[key] = 3.5 if isinstance(x, float) else None
        elif not isinstance(tree, tuple):
            object.__setattr__(tree, key, None)


def assert_behaves(f: Callable[..., Any], *args: Any, steps: Sequence[float] = (1e-6,)) -> None:
    """The derivative of `f` at these arguments, in all of them that have floats, is as it must be.

    `f` may write into its arguments: its derivative may not. Attributes of objects it sets as `f` does.
    """
    wrt = with_floats(args)
    value, after = ran(f, args)
    derivative = pullback.vjp(f, wrt=wrt)
    given, other = copied(args), copied(args)
    out, pull = derivative(*given)
    assert identical(out, value)
    rng = np.random.default_rng(0)
    ct = map_leaves(lambda x: None if x is None else np.asarray(x) if np.ndim(x) else float(x), direction(value, rng))
    gradients = pull(ct)
    kept = copy.deepcopy(gradients)
    assert identical(pull(ct), kept)
    assert identical(gradients, kept)
    assert identical(given, after)
    again, pull_again = derivative(*other)
    assert identical(again, value)
    assert identical(other, after)
    spoil(other)
    assert identical(pull_again(ct), kept)
    assert all(same_kinds(g, args[i]) for g, i in zip(gradients, wrt, strict=True))
    own = arrays(gradients)
    for k, g in enumerate(own):
        assert not any(np.shares_memory(g, x) for x in (*arrays(given), *arrays(ct), *arrays(out), *own[:k]))
    assert_pullback(f, args, wrt, ct, gradients, steps=steps)
    assert_forward_agrees(f, args, wrt, ct, gradients, after)
    if is_float(value) and np.shape(value) == ():
        found, gradients = pullback.value_and_grad(f, wrt=wrt)(*copied(args))
        assert identical(found, value)
        assert all(same_kinds(g, args[i]) for g, i in zip(gradients, wrt, strict=True))
        assert_pullback(f, args, wrt, np.ones_like(value), gradients, steps=steps)
