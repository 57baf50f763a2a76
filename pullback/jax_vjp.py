"""A function as a `jax.custom_vjp`: a part of programs of JAX, which differentiate it by its emitted adjoint."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.derived import Derived, Order
from pullback.jax_trees import register_annotated
from pullback.primal import Primal


def custom_vjp(f: Callable[..., Any], static: tuple[str, ...]) -> Callable[..., Any]:
    """`f` for programs of JAX; parameters named in `static` are known while these are traced."""
    import jax

    register_annotated(f)
    names = tuple(inspect.signature(f).parameters)
    known = tuple(names.index(name) for name in static)
    value = Primal(f, Order("primal", backend="jax", static=static))
    derivatives: dict[tuple[str, ...], Derived] = {}

    def pulled(args: tuple[Any, ...]) -> tuple[Any, Any, tuple[str, ...]]:
        """The value, what pulls a cotangent back to all arguments that hold floats, and their names."""
        wrt = tuple(n for n, x in zip(names, args, strict=True) if n not in static and _has_floats(x))
        if wrt not in derivatives:
            derivatives[wrt] = Derived(f, Order("vjp", wrt, backend="jax", static=static))
        return (*derivatives[wrt](*jax.tree.map(_as_array, args)), wrt)

    @functools.wraps(f)
    def primal(*args: Any) -> Any:
        return value(*jax.tree.map(_as_array, args))

    def forward(*args: Any) -> tuple[Any, Any]:
        out, pull, wrt = pulled(args)

        def cotangents(ct: Any) -> tuple[Any, ...]:
            found = dict(zip(wrt, pull(ct), strict=True))
            pairs = [(found.get(n), x) for n, x in zip(names, args, strict=True) if n not in static]
            return tuple(None if d is None else _in_dtypes(d, x) for d, x in pairs)

        return out, _residuals(cotangents, out)

    def backward(*given: Any) -> Any:
        residuals, ct = given[-2:]
        return residuals(ct)

    made = jax.custom_vjp(primal, nondiff_argnums=known)
    made.defvjp(forward, backward)
    return functools.wraps(f)(made)


def _as_array(x: Any) -> Any:
    """An array of JAX in the place of one of NumPy, or of what JAX has made of that."""
    import jax.numpy as jnp

    return jnp.asarray(x) if isinstance(x, np.ndarray) else x


def _has_floats(x: Any) -> bool:
    import jax
    import jax.numpy as jnp

    return any(jnp.issubdtype(jnp.result_type(y), jnp.inexact) for y in jax.tree.leaves(x))


def _in_dtypes(d: Any, x: Any) -> Any:
    """The cotangent `d` of an argument with the structure of this, and its dtypes: that of a small float may be wider.

    Attributes of objects that are no leaves have no cotangent; here they are those of the argument.
    """
    import jax
    import jax.numpy as jnp

    leaves, structure = jax.tree_util.tree_flatten_with_path(x)
    found = [(y, functools.reduce(_part, path, d)) for path, y in leaves]
    return jax.tree.unflatten(structure, [None if g is None else jnp.asarray(g, jnp.result_type(y)) for y, g in found])


def _part(x: Any, key: Any) -> Any:
    """The part of a tree under one key of its path."""
    import jax

    match key:
        case jax.tree_util.GetAttrKey():
            return getattr(x, key.name)
        case jax.tree_util.DictKey():
            return x[key.key]
        case jax.tree_util.SequenceKey():
            return x[key.idx]
    return jax.tree.leaves(x, is_leaf=lambda y: y is not x)[key.key]


def _residuals(pull: Callable[..., Any], out: Any) -> Any:
    """A function as a tree: its code is the structure, the arrays that it reads are the leaves."""
    import jax

    code, shapes = jax.make_jaxpr(pull, return_shape=True)(jax.tree.map(jax.numpy.zeros_like, out))
    structure = jax.tree.structure(shapes)

    def run(read: list[Any], ct: Any) -> Any:
        leaves = jax.core.eval_jaxpr(code.jaxpr, read, *jax.tree.leaves(ct))
        return jax.tree.unflatten(structure, leaves)

    partial: Any = jax.tree_util.Partial
    return partial(run, code.consts)
