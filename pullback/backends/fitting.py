"""One shape and one dtype for what branches give and what goes round in loops, which JAX asks for.

    y = 1 if c else s * 2       cond(c, lambda: 1.0, lambda: s * 2)

A number of a lower kind becomes one of the higher; arrays of two dtypes or shapes are refused where that is known.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Sequence

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, For, If, Lit, Var, While
from pullback.transpile.traversal import compound, free

from .packing import NONE, Made
from .refusing import refuse

_KINDS: tuple[ab.Kind, ...] = ("bool", "int", "float", "complex")
_NARROW = ("float16", "bfloat16", "float32")
_ZEROS: dict[ab.Kind, Lit] = {"float": Lit(0.0), "int": Lit(0), "bool": Lit(False)}
_PYTHON: dict[ab.Kind, type] = {"bool": bool, "int": int, "float": float, "complex": complex}

Number = tuple[ab.Kind, str | None]


def fit_sides(s: If, sides: Sequence[Block]) -> list[Block]:
    """The sides of a branch with results of the same types."""
    made = [Made(list(b.body), s.origin) for b in sides]
    results = []
    for o, *xs in zip(s.outs, *(b.results for b in sides), strict=True):
        differ = next(filter(None, itertools.starmap(_difference, itertools.combinations([x.type for x in xs], 2))), "")
        if differ:
            what = f"a branch that gives {differ}, as {o.hint!r}," if o.hint else f"a branch that gives {differ}"
            refuse(s.origin, what, "give both sides the same shape and dtype")
        wanted = _highest(xs) or _strengthened(o, xs)
        results.append(xs if wanted is None else [_as(m, x, wanted) for m, x in zip(made, xs, strict=True)])
    of_sides = zip(*results, strict=True) if results else [()] * len(made)
    return [Block((), tuple(m.body), tuple(xs)) for m, xs in zip(made, of_sides, strict=True)]


def fit_loop(s: For | While, inner: Block, made: Made) -> tuple[tuple[Atom, ...], Block]:
    """What goes round first in a loop, and its body, with the same types for all rounds."""
    body = Made(list(inner.body), s.origin)
    starts, results = list(s.inits), list(inner.results)
    for k, (x, p, r) in enumerate(zip(s.inits, s.carried, inner.results, strict=False)):
        differ = _difference(x.type, r.type)
        dtype = getattr(x.type, "dtype", None)
        if dtype is not None and isinstance(p.type, ab.Array) and p.type.dtype is None and not s.origin.adjoint:
            differ = f"{dtype} and another dtype"
        if differ:
            what = f"a loop in which {p.hint!r} goes round as {differ}, one after the other,"
            refuse(s.origin, what, "start with the shape and dtype that it has later")
        wanted = _higher(x, r)
        if wanted is not None and _number(r) != wanted and wanted[1] is None:
            results[k] = _as(body, r, wanted)
        if x == NONE and (zero := zero_of(p.type)) is not None:
            x, wanted = zero, _number(p)
        if wanted is None:
            continue
        inside = bool(compound(s.body))
        if inside or (wanted[1] is None if isinstance(x, Lit) else _is_strong(x)):
            starts[k] = _as(made, x, wanted, inside and _is_mixed(s))  # JAX itself does that where no branch is inside
    return tuple(starts), Block(inner.params, tuple(body.body), tuple(results))


def zero_of(t: ab.Type) -> Lit | None:
    """Zero as a number of a type."""
    return _ZEROS.get(t.kind) if isinstance(t, ab.Scalar) else None


def _is_mixed(s: For | While) -> bool:
    """Does a loop compute with numbers of fewer than 64 bits, which a number of Python would become?"""
    given = (*s.inits, *s.body.params, *free(s.body))
    return any(getattr(x.type, "dtype", None) in _NARROW for x in given)


def _is_strong(x: Atom) -> bool:
    number = _number(x)
    return number is not None and number[1] is not None


def _difference(x: ab.Type, y: ab.Type) -> str:
    """In what two types are known to differ, if JAX cannot make them one."""
    s, t = ab.shape_of(x), ab.shape_of(y)
    if s is not None and t is not None and len(s) == len(t) and any(map(_never_equal, s, t)):
        return "arrays of two shapes"
    d, e = (getattr(z, "dtype", None) for z in (x, y))
    if isinstance(d, str) and isinstance(e, str) and d != e and (s or t or ab.kind_of(x) == ab.kind_of(y)):
        return f"{d} and {e}"
    return ""


def _never_equal(a: ab.Length, b: ab.Length) -> bool:
    if isinstance(a, int) and isinstance(b, int):
        return a != b
    if isinstance(a, ab.Dim) and isinstance(b, ab.Dim) and a.symbol == b.symbol != ab.ANONYMOUS:
        return a.offset != b.offset
    return ab.is_one(a) and ab.never_one(b) or ab.is_one(b) and ab.never_one(a)


def _number(x: Atom) -> Number | None:
    """Kind and dtype of a number, whose dtype is None if it is Python's."""
    kind = ab.kind_of(x.type)
    return (kind, getattr(x.type, "dtype", None)) if kind is not None and ab.rank(x.type) == 0 and x != NONE else None


def _higher(x: Atom, y: Atom) -> Number | None:
    """What two numbers become, if they are numbers that differ."""
    return _highest((x, y))


def _highest(xs: Sequence[Atom]) -> Number | None:
    """What numbers become, if they are numbers, of which some differ."""
    given = [x for x in xs if x != NONE]
    found = [n for n in map(_number, given) if n is not None]
    if len(found) < len(given) or len(set(found)) < 2:
        return None
    return max(found, key=lambda n: (_KINDS.index(n[0]), n[1] is not None))


def _strengthened(o: Var, xs: Sequence[Atom]) -> Number | None:
    """What numbers of Python become that stand for a number of fewer than 64 bits."""
    number = _number(o)
    weak = all(n is not None and n[1] is None for n in map(_number, xs))
    return number if weak and number is not None and number[1] in _NARROW else None


def _as(made: Made, x: Atom, wanted: Number, exactly: bool = False) -> Atom:
    """A number as one of a kind and dtype, and of one of 64 bits if `exactly` that is asked for."""
    kind, dtype = wanted
    have = _number(x)
    wide = (None, "bool") if exactly else (None, "float64", "int64", "bool")
    if have is None or have == wanted or have[0] == kind and dtype in wide:
        return x
    if dtype is not None:
        return made.op(prims.astype, (x, Lit(dtype)), (), ab.Scalar(kind, dtype))
    if isinstance(x, Lit) and isinstance(x.value, int | float):
        return Lit(_PYTHON[kind](x.value))
    return made.op(operator.add, (x, Lit(_PYTHON[kind](0))), (), ab.Scalar(kind))
