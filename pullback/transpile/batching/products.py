"""Products of matrices and vectors, one of whose operands has a value for each of several directions."""

from __future__ import annotations

import operator

import numpy as np

from pullback.transpile.batching.axes import argument, in_a_line
from pullback.transpile.batching.plain import elementwise
from pullback.transpile.batching.values import ALL, Batch, NotBatched, rank_of
from pullback.transpile.core import Arg, Atom, Lit, Op, OpFunction, Var


def matmul(b: Batch, s: Op) -> Var:
    """A product of vectors, matrices, or stacks of these."""
    x, y = s.args
    m, n = rank_of(x), rank_of(y)
    if m == 0 or n == 0:
        return elementwise(b, s)
    if b.has(x) and b.has(y) or s.op is np.dot and max(m, n) > 2:
        raise NotBatched
    if max(m, n) > 2:
        return _of_stacks(b, s, m, n)
    if b.has(x):
        return b.emit(operator.matmul, (b.each(x), y), (), s.out)
    if n == 1:  # a row for each direction is on the left of what it is multiplied by
        left = x if m == 1 else b.turned(x)
        return b.emit(operator.matmul, (b.each(y), left), (), s.out)
    return b.emit(operator.matmul, (x, b.each(y)), (), s.out)


def _of_stacks(b: Batch, s: Op, m: int, n: int) -> Var:
    """A product of stacks, over whose axes vectors for all directions are spread as matrices of one row or column."""
    x, y = s.args
    rank = max(m, n)
    if b.has(x) and m == 1:
        row = b.emit(operator.getitem, (b.each(x), (ALL, *[Lit(None)] * (n - 1), ALL)))
        return _without(b, operator.matmul, row, y, (Lit(...), Lit(0), ALL), s)
    if b.has(y) and n == 1:
        column = b.emit(operator.getitem, (b.each(y), (ALL, *[Lit(None)] * (m - 2), ALL, Lit(None))))
        return _without(b, operator.matmul, x, column, (Lit(...), Lit(0)), s)
    return b.emit(operator.matmul, (b.aligned(x, rank), b.aligned(y, rank)), (), s.out)


def _without(b: Batch, op: OpFunction, x: Arg, y: Arg, index: tuple[Arg, ...], s: Op) -> Var:
    """A product, of which only an index is left of one axis."""
    return b.emit(operator.getitem, (b.emit(op, (x, y)), index), (), s.out)


_AXES: dict[OpFunction, tuple[int, int]] = {np.vecdot: (1, 1)}
"""How many axes, the last ones, the operands of a product have, apart from those that broadcast."""
if hasattr(np, "matvec"):  # NumPy 2.2
    _AXES |= {np.matvec: (2, 1), np.vecmat: (1, 2)}


def of_vectors(b: Batch, s: Op) -> Var:
    """A product of stacks of vectors."""
    if s.kwargs or all(map(b.has, s.args)):
        raise NotBatched
    own = _AXES[s.op]
    lead = max(rank_of(x) - k for x, k in zip(s.args, own, strict=True))
    return b.emit(s.op, tuple(b.aligned(x, lead + k) for x, k in zip(s.args, own, strict=True)), (), s.out)


def inner(b: Batch, s: Op) -> Var:
    """Products over the last axes."""
    x, y = s.args
    if 0 in (rank_of(x), rank_of(y)):
        return elementwise(b, s)
    return _contracted(b, s, [rank_of(x) - 1], [rank_of(y) - 1])


def vdot(b: Batch, s: Op) -> Var:
    """The sum of the products of all elements."""
    x, y = s.args
    if b.has(x) and b.has(y):
        raise NotBatched
    moving, other = (x, y) if b.has(x) else (y, x)
    line = other if rank_of(other) == 1 else b.emit(np.ravel, (other,))
    return b.emit(operator.matmul, (in_a_line(b, moving), line), (), s.out)


def tensordot(b: Batch, s: Op) -> Var:
    """Products over axes that are given."""
    axes = _plain(argument(s, "axes", 2, Lit(2)))
    m, n = map(rank_of, s.args[:2])
    if isinstance(axes, int):
        return _contracted(b, s, list(range(m - axes, m)), list(range(axes)))
    if not isinstance(axes, tuple) or len(axes) != 2:
        raise NotBatched
    first, second = ([k % r for k in (a if isinstance(a, tuple) else (a,))] for a, r in zip(axes, (m, n), strict=True))
    return _contracted(b, s, first, second)


def _plain(x: object) -> object:
    """The value of an argument of integers and tuples of them."""
    if isinstance(x, tuple | list):
        return tuple(map(_plain, x))
    if isinstance(x, Lit):
        return _plain(x.value)
    if not isinstance(x, int):
        raise NotBatched
    return x


def _contracted(b: Batch, s: Op, over: list[int], of_other: list[int]) -> Var:
    """Products over these axes of the operands; where the second one is for all directions, these come to the front."""
    x, y = s.args[:2]
    if b.has(x) and b.has(y):
        raise NotBatched
    first, second = (tuple(Lit(k + b.has(z)) for k in axes) for z, axes in ((x, over), (y, of_other)))
    given: tuple[Atom, ...] = tuple(b.each(z) if b.has(z) else z for z in (x, y))  # type: ignore[misc]
    out = b.emit(np.tensordot, given, (("axes", (first, second)),), s.out)
    place = rank_of(x) - len(over)
    if b.has(x) or place == 0:
        return out
    return b.emit(np.moveaxis, (out,), (("source", Lit(place)), ("destination", Lit(0))), s.out)


def outer(b: Batch, s: Op) -> Var:
    """The product of each element with each other one."""
    x, y = s.args
    if b.has(x) and b.has(y):
        raise NotBatched
    if b.has(x):
        column = b.emit(operator.getitem, (in_a_line(b, x), (ALL, ALL, Lit(None))))
        return b.emit(operator.mul, (column, y if rank_of(y) == 1 else b.emit(np.ravel, (y,))), (), s.out)
    line = x if rank_of(x) == 1 else b.emit(np.ravel, (x,))
    column = b.emit(operator.getitem, (line, (ALL, Lit(None))))
    row = b.emit(operator.getitem, (in_a_line(b, y), (ALL, Lit(None), ALL)))
    return b.emit(operator.mul, (column, row), (), s.out)


def einsum(b: Batch, s: Op) -> Var:
    """A sum of products, with a letter more for the directions."""
    text, *operands = s.args
    if not isinstance(text, Lit) or not isinstance(text.value, str):
        raise NotBatched
    inputs, arrow, output = text.value.replace(" ", "").partition("->")
    if not arrow:
        once = sorted(c for c in set(inputs) - {",", "."} if inputs.count(c) == 1)
        output = ("..." if "..." in inputs else "") + "".join(once)
    letter = next((c for c in "nzyxwvutsrqponmlkjihgfedcba" if c not in text.value), None)
    if letter is None:
        raise NotBatched
    terms = [letter + t if b.has(x) else t for t, x in zip(inputs.split(","), operands, strict=True)]
    new = f"{','.join(terms)}->{letter}{output}"
    args = (Lit(new), *(b.each(x) if b.has(x) else x for x in operands))
    return b.emit(np.einsum, args, s.kwargs, s.out)


def along_one_axis(b: Batch, s: Op) -> Var:
    """A product of vectors along an axis that is given, or the last one."""
    axis = argument(s, "axis", 2, Lit(-1))
    lead = max(map(rank_of, s.args[:2]))
    if not isinstance(axis, Lit) or not isinstance(axis.value, int):
        raise NotBatched
    if axis.value >= 0 and rank_of(s.args[0]) != rank_of(s.args[1]):
        raise NotBatched
    if s.op is not np.linalg.cross and all(map(b.has, s.args)):
        raise NotBatched
    from_the_end = Lit(axis.value if axis.value < 0 else axis.value - lead)
    return b.emit(s.op, tuple(b.aligned(x, lead) for x in s.args), (("axis", from_the_end),), s.out)


def solve(b: Batch, s: Op) -> Var:
    """Solutions for several right-hand sides: vectors for all directions are the columns of one matrix."""
    a, y = s.args
    if b.has(a):
        raise NotBatched
    if rank_of(y) > 1:
        return b.emit(s.op, (a, b.aligned(y, rank_of(s.out))), (), s.out)
    if rank_of(a) > 2:
        column = b.emit(operator.getitem, (b.spread(b.of[y], rank_of(s.out)), (Lit(...), Lit(None))))  # type: ignore[index]
        return b.emit(operator.getitem, (b.emit(s.op, (a, column)), (Lit(...), Lit(0))), (), s.out)
    columns = b.emit(s.op, (a, b.emit(np.transpose, (b.each(y),))))
    return b.emit(np.transpose, (columns,), (), s.out)
