"""Structures as the arrays and numbers in them: where each of these is, how it is read, and how all are put together.

    params: dict(w=f64[:,:], b=f64[:], n=int)      ("w",): f64[:,:]   ("b",): f64[:]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Lit, Var
from pullback.transpile.forward.tangents import structure
from pullback.transpile.reverse.cotangents import Tree
from pullback.transpile.reverse.kinds import keys_of


@dataclass(frozen=True)
class Leaf:
    """An array or a number of floats: the keys that lead to it from the structure that it is in, and its type."""

    path: tuple[Lit, ...]
    type: ab.Type

    def name(self, of: str) -> str:
        """What the leaf of a structure of this name is called: by its key if that is a name."""
        key = self.path[-1].value if self.path else None
        return key if isinstance(key, str) and key.isidentifier() else of


def leaves(t: ab.Type, path: tuple[Lit, ...] = ()) -> Iterator[Leaf]:
    """The leaves of a structure that can carry a derivative, in order; a list of any length is one of them."""
    if keys := keys_of(t):
        for key, x in keys:
            yield from leaves(x, (*path, key))
    elif ab.differentiable(t):
        yield Leaf(path, t)


def read(emit: Callable[..., Var], x: Atom, leaf: Leaf) -> Atom:
    """A leaf of the structure `x`; `emit` appends an operation."""
    for key in leaf.path:
        x = emit(prims.item, (x, key))
    return x


def built(emit: Callable[..., Var], t: ab.Type, parts: Iterator[Atom]) -> Atom:
    """A structure like one of type `t`, in which the next of `parts` is in the place of each leaf, None in others."""
    if keys := keys_of(t):
        items = [built(emit, x, parts) for _, x in keys]
        return structure(emit, t, tuple(k for k, _ in keys), items)
    return next(parts) if ab.differentiable(t) else Lit(None)


def tree(t: ab.Type, parts: Iterator[Atom]) -> Atom | Tree:
    """The tangent, by key, of a structure whose leaves have the tangents `parts`."""
    if keys := keys_of(t):
        return Tree({k: tree(x, parts) for k, x in keys if ab.differentiable(x)})
    return next(parts)
