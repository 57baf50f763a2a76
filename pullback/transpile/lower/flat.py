"""Elements by their number in the order of the last axis first: `x.flat[k]`, `np.put`, and values that go round.

np.put(a, k, v)          ->      a2 = set_item(a, (k // n, k % n), v)            where a has n columns
np.place(x, m, v)        ->      x2 = set_item(x, (m,), v[np.arange(count) % len(v)])
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Lit, Slice, Var
from pullback.transpile.lower.containers import as_operand
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Value


def axes_of(scope: Scope, node: Any, array: Atom) -> int:
    """The number of axes of an array, which must be known."""
    rank = ab.rank(array.type)
    if rank is None:
        hint = "An annotation or a signature says how many axes it has."
        scope.refuse(node, "it is not known how many axes this array has", hint, errors.SignatureNeeded)
    return rank


def index_at(scope: Scope, node: Any, array: Atom, number: Atom) -> tuple[Arg, ...]:
    """The index of the element, or of the elements, with a number; where there is none it is out of bounds."""
    axes = axes_of(scope, node, array)
    if axes == 1:
        return (number,)
    parts: list[Arg] = []
    rest = number
    for axis in range(axes - 1):
        size: Atom = Lit(1)
        for k in range(axis + 1, axes):
            length = scope.op(prims.dim, (array, Lit(k)), (), "", node)
            size = length if size == Lit(1) else scope.op(operator.mul, (size, length), (), "", node)
        parts.append(scope.op(operator.floordiv, (rest, size), (), "", node))
        rest = scope.op(operator.mod, (rest, size), (), "", node)
    return (*parts, rest)


def numbers_in(scope: Scope, node: Any, array: Atom, part: Slice) -> Var:
    """The numbers of the elements in a slice of `x.flat`."""
    size = scope.op(np.size, (array,), (), "", node)
    return scope.op(operator.getitem, (scope.op(np.arange, (size,), (), "", node), (part,)), (), "", node)


def line(scope: Scope, node: Any, value: Value) -> Atom:
    """All elements of a value, as an array of one axis."""
    atom = as_operand(scope, node, value)
    return atom if ab.rank(atom.type) == 1 else scope.op(np.ravel, (atom,), (), "", node)


def repeated(scope: Scope, node: Any, value: Value, like: Atom) -> Atom:
    """As many elements of a value as `like`, of one axis, has: from the first one, again and again; a number stays."""
    atom = as_operand(scope, node, value)
    if ab.rank(atom.type) == 0:
        return atom
    elements = line(scope, node, atom)
    if of_one_length(elements.type, like.type):
        return elements
    count = scope.op(np.size, (like,), (), "", node)
    return elements_round(scope, node, elements, count)


def shaped(scope: Scope, node: Any, value: Value, like: Atom) -> Atom:
    """The elements of a value, again and again, in the shape of `like`."""
    atom = as_operand(scope, node, value)
    if of_one_length(atom.type, like.type):
        return atom
    elements = repeated(scope, node, atom, like)
    axes = axes_of(scope, node, like)
    if axes == 1 or ab.rank(elements.type) == 0:
        return elements
    shape = tuple(scope.op(prims.dim, (like, Lit(k)), (), "", node) for k in range(axes))
    return scope.op(np.reshape, (elements,), (("shape", shape),), "", node)


def of_one_length(a: ab.Type, b: ab.Type) -> bool:
    """Have two arrays certainly the same lengths, whether they are broadcast together or not?"""
    x, y = ab.shape_of(a), ab.shape_of(b)
    if x is None or y is None or len(x) != len(y):
        return False
    return all(m == n and (isinstance(m, int) or m.symbol != ab.ANONYMOUS) for m, n in zip(x, y, strict=True))


def elements_round(scope: Scope, node: Any, elements: Atom, count: Atom) -> Var:
    """So many elements of an array of one axis: from the first one, again and again."""
    every = scope.op(np.arange, (count,), (), "", node)
    size = scope.op(np.size, (elements,), (), "", node)
    place = scope.op(operator.mod, (every, size), (), "", node)
    return scope.op(operator.getitem, (elements, (place,)), (), "", node)
