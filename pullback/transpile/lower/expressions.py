"""Expressions: literals, names, operators, comparisons, displays."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, OpFunction, Var
from pullback.transpile.lower import (
    changes,
    comparisons,
    comprehensions,
    control,
    folding,
    formatting,
    inlining,
    operators,
)
from pullback.transpile.lower.containers import as_operand, explode, items_of
from pullback.transpile.lower.identity import now, owned
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Unbound
from pullback.transpile.lower.values import (
    BOTTOM,
    UNDECIDED,
    Pack,
    Value,
    lift,
    static,
    type_of,
)

BINARY: dict[type, OpFunction] = {
    gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul, gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv, gast.Mod: operator.mod, gast.Pow: operator.pow, gast.MatMult: operator.matmul,
    gast.BitAnd: operator.and_, gast.BitOr: operator.or_, gast.BitXor: operator.xor,
    gast.LShift: operator.lshift, gast.RShift: operator.rshift,
}  # fmt: skip
NAMES: dict[OpFunction, str] = {op: op.__name__.strip("_") for op in BINARY.values()}
_SPECIAL_UNARY = {gast.USub: "__neg__", gast.UAdd: "__pos__", gast.Invert: "__invert__"}
_UNARY: dict[type, OpFunction] = {
    gast.USub: operator.neg,
    gast.UAdd: operator.pos,
    gast.Invert: operator.invert,
}


def constant(scope: Scope, node: Any, hint: str) -> Value:
    """A literal."""
    return Lit(node.value)


def name(scope: Scope, node: Any, hint: str) -> Value:
    """A name: of a local variable, which must be bound, else of the module or a built-in."""
    found = scope.env.get(scope.variable(node.id))
    if found is None:
        if scope.is_global(node.id):
            return scope.outer_name(node, node.id)
        message = f"{node.id!r} may be unbound: it is read before anything is assigned to it"
        scope.refuse(node, message, "Assign to it first.")
    if isinstance(found, Unbound):
        scope.want(found)
        what = "may be unbound: it" if found.may_be_unbound else "cannot be used: it"
        scope.refuse(node, f"{node.id!r} {what} {found.reason}", found.hint)
    match found:
        case Var(type=ab.Static(value=known)) if found.type is not BOTTOM:
            return Lit(known, dotted(known))
        case Var(type=ab.Scalar(kind="int", dtype=None, value=int() as known)) if found in scope.parameters:
            return Lit(known)
    return now(scope, found, node)


def binary(scope: Scope, node: Any, hint: str) -> Value:
    """`a + b`. The left operands of a long sum are taken one after the other, not one inside the other."""
    spine = [node]
    while isinstance(spine[-1].left, gast.BinOp):
        spine.append(spine[-1].left)
    value = scope.expression(spine[-1].left)
    for n in reversed(spine):
        right = scope.expression(n.right)
        value = binary_operation(scope, n, BINARY[type(n.op)], value, right, hint if n is node else "")
    return value


def binary_operation(scope: Scope, node: Any, op: OpFunction, a: Value, b: Value, hint: str) -> Value:
    """The value of an operator on two values."""
    of_objects = operators.operator_of(scope, node, NAMES[op], a, b)
    if of_objects is not None:
        return of_objects
    known = folding.binary(op, a, b)
    if known is not UNDECIDED:
        return lift(known)
    if op is operator.or_ and isinstance(type_of(a), ab.Mapping) and isinstance(type_of(b), ab.Mapping):
        entries = {**changes.entries_of(scope, node, a), **changes.entries_of(scope, node, b)}
        return Pack("dict", tuple(entries.values()), tuple(entries))
    if isinstance(type_of(a), ab.Seq | ab.ListOf) or isinstance(type_of(b), ab.Seq | ab.ListOf):
        joined = _on_sequences(scope, node, op, a, b, hint)
        if joined is not None:
            return joined
    for x, side in ((a, "left"), (b, "right")):
        if isinstance(x, Lit) and (x.value is None or isinstance(x.value, str)):
            what = "None" if x.value is None else "a string"
            scope.need_known(
                node, f"the {side} operand is {what}", "Only numbers and arrays can be computed with here."
            )
    return scope.op(op, (as_operand(scope, node, a), as_operand(scope, node, b)), (), hint, node)


def _on_sequences(scope: Scope, node: Any, op: OpFunction, a: Value, b: Value, hint: str) -> Value | None:
    """`+` and `*` of tuples and lists; None where NumPy makes an array of one operand."""
    a, b = explode(scope, node, a), explode(scope, node, b)
    match a, b:
        case Pack(kind=k, items=xs), Pack(kind=l, items=ys) if op is operator.add and k == l != "slice":
            return Pack(k, (*xs, *ys))
        case (Pack(kind="tuple" | "list" as k, items=xs), Lit(value=int() as n)) | (
            Lit(value=int() as n),
            Pack(kind="tuple" | "list" as k, items=xs),
        ):
            if op is operator.mul:
                return Pack(k, tuple(owned(scope, x) for x in xs) * n)
        case Pack(kind="list", items=(Var() | Lit() as x,)), Var(type=ab.Scalar(kind="int", dtype=None)):
            if op is operator.mul and isinstance(x.type, ab.Scalar):
                return scope.op(prims.copies, (x, b), (), hint, node)
    if any(isinstance(type_of(x), ab.Array) for x in (a, b)) or op is operator.matmul:
        return None
    if op is operator.add and all(changes.is_any_list(x) for x in (a, b)):
        return changes.joined_lists(scope, node, a, b, hint)
    hint = "Its length must be known: build an array with np.zeros or np.full instead, or loop."
    scope.refuse(node, "this operation on a list is not supported yet", hint)


def unary(scope: Scope, node: Any, hint: str) -> Value:
    """`-a`, `+a`, `~a`, `not a`."""
    if isinstance(node.op, gast.Not):
        test = control.negated(scope, node, hint)
        return Lit(test) if isinstance(test, bool) else test
    value = scope.expression(node.operand)
    if isinstance(value, Lit) and not value.text and isinstance(node.op, gast.USub | gast.UAdd):
        if isinstance(value.value, int | float | complex):
            return Lit(-value.value if isinstance(node.op, gast.USub) else +value.value)
    if isinstance(node.op, gast.USub) and isinstance(value, Lit) and value.value == math.inf:
        return Lit(-math.inf, f"-{value.text}")
    found = operators.special(scope, node, value, _SPECIAL_UNARY[type(node.op)], [])
    if found is not None:
        return found
    op = _UNARY[type(node.op)]
    return scope.op(op, (as_operand(scope, node, value),), (), hint, node)


def tuple_display(scope: Scope, node: Any, hint: str) -> Value:
    """`(a, b)`, `[a, b]`; a list with the items of lists whose lengths are not known is the sum of its parts."""
    out: list[Value] = []
    parts: list[Value] = []
    for k, n in enumerate(node.elts, 1):
        if not isinstance(n, gast.Starred):
            out.append(scope.expression(n))
            continue
        value = scope.expression(n.value)
        items = items_of(scope, n, value)
        if items is not None:
            out += items
        elif isinstance(node, gast.List) and changes.is_any_list(value):
            calls = any(isinstance(x, gast.Call) for more in node.elts[k:] for x in gast.walk(more))
            parts += [Pack("list", tuple(out)), changes.copy_list(scope, n, value) if calls else value]
            out = []
        else:
            scope.refuse(n, "the length of what is unpacked here is not known", "Pass the items by index.")
    last = Pack("tuple" if isinstance(node, gast.Tuple) else "list", tuple(out))
    return reduce(partial(changes.joined_lists, scope, node, hint=hint), [*parts, last]) if parts else last


def dict_display(scope: Scope, node: Any, hint: str) -> Value:
    """`{"a": a}`, with keys that are known."""
    out: dict[str | int, Value] = {}
    for k, v in zip(node.keys, node.values, strict=True):
        if k is None:
            inner = explode(scope, v, scope.expression(v))
            if not isinstance(inner, Pack) or inner.kind != "dict":
                scope.refuse(v, "only a dict with known keys can be unpacked", "Write its items out.")
            out.update(zip(inner.keys, inner.items, strict=True))
            continue
        key = static(scope.expression(k))
        if not isinstance(key, str | int) or isinstance(key, bool):
            scope.refuse(
                k, "a key of a dict must be a string or an integer that is written out", "Use a list or an array."
            )
        out[key] = scope.expression(v)
    return Pack("dict", tuple(out.values()), tuple(out))


def conditional(scope: Scope, node: Any, hint: str) -> Value:
    """`a if c else b`."""
    return control.ternary(scope, node, hint)


def connective(scope: Scope, node: Any, hint: str) -> Value:
    """`a and b`, `a or b`."""
    return control.connective(scope, node, hint)


def named(scope: Scope, node: Any, hint: str) -> Value:
    """`(y := x)`."""
    scope.store(node.target, scope.expression(node.value, node.target.id))
    return scope.expression(gast.copy_location(gast.Name(node.target.id, gast.Load(), None, None), node.target))


HANDLERS: dict[type, Callable[[Scope, Any, str], Value]] = {
    gast.Constant: constant,
    gast.Name: name,
    gast.BinOp: binary,
    gast.UnaryOp: unary,
    gast.Compare: comparisons.compare,
    gast.Tuple: tuple_display,
    gast.List: tuple_display,
    gast.Dict: dict_display,
    gast.IfExp: conditional,
    gast.BoolOp: connective,
    gast.JoinedStr: formatting.f_string,
    gast.Lambda: inlining.lambda_expression,
    gast.ListComp: comprehensions.comprehension,
    gast.GeneratorExp: comprehensions.generator,
    gast.DictComp: comprehensions.dict_comprehension,
    gast.NamedExpr: named,
}

UNSUPPORTED: dict[type, tuple[str, str]] = {
    gast.SetComp: ("a set", "Use a tuple."),
    gast.Set: ("a set", "Use a tuple."),
    gast.Await: ("`await`", ""),
    gast.Yield: ("`yield`", "Return the values in a tuple or list."),
    gast.YieldFrom: ("`yield`", "Return the values in a tuple or list."),
    gast.Starred: ("`*` here", "Write the items out."),
    gast.Slice: ("a slice here", ""),
}
