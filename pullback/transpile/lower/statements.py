"""Straight-line statements: assignments, effects, returns."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import gast

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.core import Global, OpFunction, Var
from pullback.transpile.lower import (
    acts,
    attempts,
    changes,
    contexts,
    inlining,
    instances,
    loops,
    mutators,
    operators,
    patterns,
    writing,
)
from pullback.transpile.lower.branches import follow, lower_if, skips
from pullback.transpile.lower.containers import as_atom, unpack
from pullback.transpile.lower.expressions import BINARY, NAMES, binary_operation
from pullback.transpile.lower.identity import owned
from pullback.transpile.lower.origins import unparse
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import End, Jumped, Returned, Unbound
from pullback.transpile.lower.subscripts import static_index
from pullback.transpile.lower.values import Pack, Value, class_of, is_atom, map_leaves, type_of


def lower_statements(scope: Scope, body: Sequence[Any]) -> End:
    """Lower statements in order; after a `return`, `raise` or another jump nothing follows."""
    for i, s in enumerate(body):
        rest = body[i + 1 :]
        if isinstance(s, loops.Again):
            end, rest_is_done, s = loops.lower_again(scope, s), False, s.loop
        elif type(s) in _COMPOUND:
            scope.begin(s)
            end, rest_is_done = _COMPOUND[type(s)](scope, s, rest)
        else:
            scope.begin(s)
            end, rest_is_done = _simple(scope, s), False
        if isinstance(end, Jumped) and not rest_is_done:
            return follow(scope, s, end, rest)
        if end is not None or rest_is_done:
            return end
    return None


def _simple(scope: Scope, s: Any) -> End:
    handler = _STATEMENTS.get(type(s))
    if handler is None:
        what, hint = _UNSUPPORTED.get(type(s), (f"a {type(s).__name__} statement", ""))
        scope.refuse(s, f"{what} is not supported yet", hint)
    return handler(scope, s)


def _return(scope: Scope, s: Any) -> End:
    value = NONE if s.value is None else scope.expression(s.value)
    if not skips(scope):
        return Returned(value)
    held = map_leaves(lambda x: scope.current(x if is_atom(x) else as_atom(scope, s, x)), value)
    return Jumped(True, True, True, held)


def _break(scope: Scope, s: Any) -> End:
    return Jumped(True, True, False, breaks=True)


def _continue(scope: Scope, s: Any) -> End:
    return Jumped(True, False, False)


def _pass(scope: Scope, s: Any) -> End:
    return None


def _expression(scope: Scope, s: Any) -> End:
    if isinstance(s.value, gast.Constant):
        return None
    scope.expression(s.value)
    return None


def _assign(scope: Scope, s: Any) -> End:
    if len(s.targets) == 1:
        assign(scope, s.targets[0], s.value)
        return None
    value = owned(scope, scope.expression(s.value, _hint(s.targets[0])), _hint(s.targets[0]))
    for target in s.targets:
        store(scope, target, value)
    return None


def _annotated(scope: Scope, s: Any) -> End:
    if s.value is not None:
        assign(scope, s.target, s.value)
    return None


def _hint(target: Any) -> str:
    return str(target.id).lstrip(".") if isinstance(target, gast.Name) else ""


def assign(scope: Scope, target: Any, node: Any) -> None:
    """Lower `target = node`; tuples of one length on both sides are taken item by item, so that values have names."""
    if isinstance(target, gast.Tuple | gast.List) and isinstance(node, gast.Tuple | gast.List):
        starred = any(isinstance(x, gast.Starred) for x in (*target.elts, *node.elts))
        if not starred and len(target.elts) == len(node.elts):
            values = [scope.expression(n, _hint(t)) for t, n in zip(target.elts, node.elts, strict=True)]
            for t, value in zip(target.elts, values, strict=True):
                store(scope, t, value)
            return
    if not isinstance(target, gast.Name | gast.Tuple | gast.List | gast.Subscript | gast.Attribute):
        refuse_write(scope, target)
    store(scope, target, scope.expression(node, _hint(target)))


def store(scope: Scope, target: Any, value: Value) -> None:
    """Bind the names of a target to a value, or to its items."""
    match target:
        case gast.Name(id=name):
            scope.bind(scope.variable(name), owned(scope, value, name))
        case gast.Subscript():
            writing.write_item(scope, target, value)
        case gast.Attribute() if _is_flat(target):
            writing.write_flat(scope, target, value)
        case gast.Attribute():
            owner = scope.expression(target.value)
            if class_of(owner) is None:
                refuse_write(scope, target)
            instances.set_attribute(scope, target, owner, target.attr, value)
        case gast.Tuple(elts=targets) | gast.List(elts=targets):
            hints = [_hint(t) for t in targets]
            starred = [i for i, t in enumerate(targets) if isinstance(t, gast.Starred)]
            items = unpack(scope, target, value, hints, starred[0] if starred else None)
            for t, item in zip(targets, items, strict=True):
                store(scope, t.value if isinstance(t, gast.Starred) else t, item)
        case _:
            refuse_write(scope, target)


def _is_flat(target: Any) -> bool:
    return isinstance(target, gast.Attribute) and target.attr == "flat"


def refuse_write(scope: Scope, target: Any) -> None:
    """Refuse an assignment to an attribute, or to something else that is no place."""
    if isinstance(target, gast.Attribute):
        hint = "Write `y = x.reshape(...)`." if target.attr == "shape" else "Keep the value in a variable."
        scope.refuse(target, "setting an attribute is not supported yet", hint)
    scope.refuse(target, "this target of an assignment is not supported yet", "Assign to a name.")


def _augmented(scope: Scope, s: Any) -> End:
    if isinstance(s.target, gast.Subscript):
        writing.update_item(scope, s)
        return None
    if isinstance(s.target, gast.Attribute):
        return _augmented_attribute(scope, s)
    if not isinstance(s.target, gast.Name):
        refuse_write(scope, s.target)
    name = s.target.id
    read = gast.copy_location(gast.Name(name, gast.Load(), None, None), s.target)
    old = scope.expression(read)
    operand = scope.expression(s.value)
    if isinstance(old, Var | Global) and isinstance(old.type, ab.Array) and not scope.numbers.has(old):
        _check_is_array(scope, s, name, f"{name} {_SIGNS[BINARY[type(s.op)]]}", old)
        writing.update(scope, s, old, operand)
        return None
    if mutators.update_name(scope, s, old, operand):
        return None
    op = BINARY[type(s.op)]
    if class_of(old) is not None:
        scope.bind(scope.variable(name), _of_object(scope, s, op, old, operand))
        return None
    if not scope.numbers.has(old) or isinstance(old, Pack):
        _check_rebinds(scope, s, name, f"{name} {_SIGNS[op]}", old)
    scope.bind(scope.variable(name), binary_operation(scope, s, op, old, operand, name))
    return None


def _of_object(scope: Scope, s: Any, op: OpFunction, old: Value, operand: Value) -> Value:
    """`old op= operand` of an object."""
    found = operators.special(scope, s, old, f"__i{NAMES[op]}__", [operand])
    return binary_operation(scope, s, op, old, operand, "") if found is None else found


def _augmented_attribute(scope: Scope, s: Any) -> End:
    """`x.name += y` of an object."""
    owner = scope.expression(s.target.value)
    if class_of(owner) is None:
        refuse_write(scope, s.target)
    name = s.target.attr
    old = scope.attribute(s.target, owner, name)
    operand = scope.expression(s.value)
    op = BINARY[type(s.op)]
    if isinstance(old, Var | Global) and isinstance(old.type, ab.Array) and not scope.numbers.has(old):
        _check_is_array(scope, s, name, f"{unparse(s.target)} {_SIGNS[op]}", old)
        writing.update(scope, s, old, operand)
        instances.set_attribute(scope, s.target, owner, name, old)
        return None
    if class_of(old) is not None:
        value = _of_object(scope, s, op, old, operand)
    else:
        if not scope.numbers.has(old) or isinstance(old, Pack):
            _check_rebinds(scope, s, name, f"{unparse(s.target)} {_SIGNS[op]}", old)
        value = binary_operation(scope, s, op, old, operand, name)
    instances.set_attribute(scope, s.target, owner, name, value)
    return None


def _check_is_array(scope: Scope, s: Any, name: str, text: str, old: Var | Global) -> None:
    """Refuse `old op= x` where only the run knows whether it changes an array or gives a name another number."""
    if old not in scope.parameters and scope.numbers.may_be(old):
        message = f"`{text}= ...` changes an array in place, but not a number, and which {name!r} is only the run knows"
        hint = f"Write `{name} = {text} ...`, if no other name is to see the change."
        scope.refuse(s, message, hint)


def _check_rebinds(scope: Scope, s: Any, name: str, text: str, old: Value) -> None:
    """Refuse `old op= x` where it may not be `old = old op x`."""
    t = type_of(old)
    if isinstance(t, ab.Seq) and t.kind == "tuple":
        return
    hint = f"Write `{name} = {text} ...`, if no other name is to see the change."
    if isinstance(t, ab.Unknown):
        message = f"`{text}= ...` changes an array in place, but not a number, and the type of {name!r} is not known"
        scope.refuse(s, message, hint + " An annotation or a signature gives the type.", errors.SignatureNeeded)
    scope.refuse(s, f"`{text}= ...` may change a value in place, which is not supported yet", hint)


_SIGNS = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.floordiv: "//",
    operator.mod: "%", operator.pow: "**", operator.matmul: "@", operator.and_: "&", operator.or_: "|",
    operator.xor: "^", operator.lshift: "<<", operator.rshift: ">>",
}  # fmt: skip


def _delete(scope: Scope, s: Any) -> End:
    pending = list(s.targets)
    while pending:
        target = pending.pop(0)
        if isinstance(target, gast.Tuple | gast.List):
            pending = [*target.elts, *pending]
            continue
        if isinstance(target, gast.Subscript) and _deletes_item(scope, target):
            continue
        if not isinstance(target, gast.Name):
            scope.refuse(target, "deleting an item or attribute is not supported yet", "Build a new list or dict.")
        scope.expression(gast.copy_location(gast.Name(target.id, gast.Load(), None, None), target))
        scope.bind(scope.variable(target.id), Unbound("was deleted", ""))
    return None


def _deletes_item(scope: Scope, target: Any) -> bool:
    container = scope.expression(target.value)
    if not changes.is_list_or_dict(container):
        return False
    if isinstance(target.slice, gast.Slice) or not changes.is_any_list(container):
        changes.delete(scope, target, container, static_index(scope, target.slice))
    else:
        changes.take_item(scope, target, container, scope.expression(target.slice))
    return True


_STATEMENTS: dict[type, Callable[[Scope, Any], End]] = {
    gast.Return: _return,
    gast.Assign: _assign,
    gast.AugAssign: _augmented,
    gast.AnnAssign: _annotated,
    gast.Expr: _expression,
    gast.Assert: acts.lower_assert,
    gast.Raise: acts.lower_raise,
    gast.Delete: _delete,
    gast.Pass: _pass,
    gast.FunctionDef: inlining.define,
    gast.Nonlocal: _pass,
    gast.Match: patterns.refuse_match,
    gast.Break: _break,
    gast.Continue: _continue,
}

_COMPOUND: dict[type, Callable[[Scope, Any, Sequence[Any]], tuple[End, bool]]] = {
    gast.If: lower_if,
    gast.For: loops.lower_for,
    gast.While: loops.lower_while,
    gast.With: contexts.lower_with,
    gast.Try: attempts.lower_try,
}

_UNSUPPORTED: dict[type, tuple[str, str]] = {
    gast.ClassDef: ("a class inside a function", "Define it at module level."),
    gast.Import: ("an import inside a function", "Import at the top of the module."),
    gast.ImportFrom: ("an import inside a function", "Import at the top of the module."),
}
