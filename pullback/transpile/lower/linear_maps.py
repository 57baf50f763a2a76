"""What `vjp` and `linearize` give beside a value: a linear function, of values as they were when these were called.

    y, pull = vjp(f)(x)                y, kept = f_vjp(x)
    x[0] = 0.0                   ->    x2 = set_item(x, 0, 0.0)
    return pull(ct)                    return f_pull(x, kept, ct)

It is no value of the run. What is given to it must be like the value, or the arguments, that it belongs to: that is
proven, refused, or left to the run (`runtime.fitted`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Call, Lit, Var
from pullback.transpile.infer import lengths
from pullback.transpile.lower import current
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.effects import Shared, result_value
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import BOTTOM, LinearMap, Pack, Value, type_of
from pullback.transpile.signature_text import format_type

_TAKES = {"vjp": ("dout", "a cotangent"), "linearize": ("tangents", "tangents as jvp does")}


def call(
    scope: Scope, node: Any, f: LinearMap, args: Sequence[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    """The value of a call of such a function."""
    name, what = _TAKES[f.mode]
    given = [*args, *(x for k, x in keywords.items() if k == name)]
    if len(given) != 1 or len(args) + len(keywords) != 1:
        scope.refuse(node, f"this takes {what}, and nothing else", "This raises TypeError in Python.")
    made = scope.program_unit().functions[f.function]
    values = [given[0]] if f.bare else items(scope, node, given[0], len(f.like))
    atoms = [fitting(scope, node, v, x) for v, x in zip(values, f.like, strict=True)]
    out = Var(hint, f.back(type_of(made.block.results[0])))
    scope.body.append(Call(out, f.function, (*f.kept, *atoms), scope.origin(node)))
    return result_value(scope, out, Shared(), ())


def items(scope: Scope, node: Any, value: Value, count: int) -> Sequence[Value]:
    """The tangents in a tuple of them."""
    found = explode(scope, node, value)
    if not (isinstance(found, Pack) and found.kind in ("tuple", "list")):
        scope.refuse(node, f"the tangents must be a tuple of {count}", "Write them out: (dx, dy).")
    return counted(scope, node, found.items, count)


def counted(scope: Scope, node: Any, tangents: Sequence[Value], count: int) -> Sequence[Value]:
    """The tangents, which must be so many."""
    if len(tangents) != count:
        scope.refuse(node, f"the tangents must be a tuple of {count}", "Write them out: (dx, dy).")
    return tangents


def fitting(scope: Scope, node: Any, value: Value, like: Atom) -> Atom:
    """A cotangent or tangent of the value `like` as one atom, which is like it."""
    return _fitting(scope, node, value, type_of(like), lambda: like)


def _fitting(scope: Scope, node: Any, value: Value, t: ab.Type, like: Callable[[], Atom]) -> Atom:
    if not ab.differentiable(t):
        return Lit(None)
    if isinstance(t, ab.ListOf):
        hint = "Stack it: np.stack makes an array of it."
        scope.refuse(node, "what this belongs to is a list whose length only the run tells", hint)
    if isinstance(t, ab.Seq | ab.Mapping):
        return _structure(scope, node, value, t, like)
    if isinstance(type_of(value), ab.Seq | ab.ListOf | ab.Mapping):
        _refuse(scope, node, type_of(value), t)
    atom = as_atom(scope, node, value)
    if isinstance(atom, Lit) and type(atom.value) is int and t == ab.FLOAT:
        return Lit(float(atom.value))
    if atom.type is BOTTOM:
        return atom
    if never_like(atom.type, t):
        _refuse(scope, node, atom.type, t)
    return atom if is_like(atom.type, t) else current.add_op(scope, runtime.fitted, (atom, like()), (), "", t, node)


def _structure(scope: Scope, node: Any, value: Value, t: ab.Seq | ab.Mapping, like: Callable[[], Atom]) -> Atom:
    found = explode(scope, node, value)
    keys: tuple[str | int, ...] = tuple(k for k, _ in t.items) if isinstance(t, ab.Mapping) else ()
    types = [x for _, x in t.items] if isinstance(t, ab.Mapping) else list(t.items)
    kinds = ("tuple", "list") if isinstance(t, ab.Seq) else ("dict", "object")
    if not isinstance(found, Pack) or found.kind not in kinds or {*found.keys} != {*keys}:
        _refuse(scope, node, type_of(found), t)
    if len(found.items) != len(types):
        _refuse(scope, node, type_of(found), t)
    by_key = dict(zip(found.keys or range(len(types)), found.items, strict=True))

    def part(k: str | int, x: ab.Type) -> Callable[[], Atom]:
        def read() -> Atom:
            whole = like()
            return current.add_op(scope, prims.item, (whole, Lit(k)), (), "", x, node)

        return read

    entries = list(zip(keys or range(len(types)), types, strict=True))
    parts = tuple(_fitting(scope, node, by_key[k], x, part(k, x)) for k, x in entries)
    if isinstance(t, ab.Mapping):
        of_class = (("cls", Lit(t.cls, t.cls.__name__)),) if isinstance(t, ab.Record) else ()
        return current.add_op(scope, prims.make_dict, (tuple(map(Lit, keys)), *parts), of_class, "", None, node)
    maker = prims.make_tuple if t.kind == "tuple" else prims.make_list
    return current.add_op(scope, maker, parts, (), "", None, node)


def is_like(a: ab.Type, t: ab.Type) -> bool:
    """Is a value of type `a` proven to have the shape and the dtype of one of type `t`?"""
    match a, t:
        case ab.Scalar(kind=k, dtype=d), ab.Scalar(kind=m, dtype=e):
            return k == m and (d == e or {d, e} == {None, "float64"})
        case ab.Array(shape=tuple() as have), ab.Array(shape=tuple() as want) if a.dtype == t.dtype is not None:
            return len(have) == len(want) and all(map(lengths.same, have, want))
    return False


def never_like(a: ab.Type, t: ab.Type) -> bool:
    """Is a value of type `a` proven to be no number, or to have another shape than one of type `t`?"""
    if not isinstance(a, ab.Scalar | ab.Array | ab.Unknown) or ab.kind_of(a) == "complex":
        return True
    have, want = ab.shape_of(a), ab.shape_of(t)
    if have is None or want is None:
        return False
    return len(have) != len(want) or any(map(_never_equal, have, want))


def _never_equal(a: ab.Length, b: ab.Length) -> bool:
    if isinstance(a, ab.Dim) and isinstance(b, ab.Dim):
        return a.symbol == b.symbol != ab.ANONYMOUS and a.offset != b.offset
    return a != b if isinstance(a, int) and isinstance(b, int) else False


def _refuse(scope: Scope, node: Any, a: ab.Type, t: ab.Type) -> NoReturn:
    message = f"a cotangent or tangent is {format_type(a)} here, and what it belongs to is {format_type(t)}"
    scope.refuse(node, message, "Give it the structure and the shape of that.")
