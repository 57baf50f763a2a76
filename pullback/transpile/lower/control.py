"""Conditions and branches: `if`, `a if c else b`, `and`, `or`; what is decided while lowering leaves no branch behind.

An early `return` in a branch: what follows the `if` moves into the branches that go on.

    if t <= 0.0:             outs = if t <= 0.0: max(s - k, 0.0)
        return max(…)   ->           else:       d1 = …
    d1 = …                                       s * cdf(d1) - …
    return s * cdf(d1) - …
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, If, Lit, Var
from pullback.transpile.lower import folding
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.scope import NONE, End, Inner, Raised, Returned, Scope, Unbound, joined, mixed
from pullback.transpile.lower.values import (
    UNDECIDED,
    Pack,
    Value,
    flat,
    is_atom,
    leaves,
    rebuild,
    same_structure,
    same_value,
    type_of,
)

_MOST_COPIES = (
    6  # an early return that leaves both branches open copies what follows: at most so often, one in the other
)


def condition(scope: Scope, node: Any) -> bool | Atom:
    """A test: a bool where it is decided while lowering, else an atom that is true or false."""
    if isinstance(node, gast.BoolOp):
        return _connective(scope, node.values, isinstance(node.op, gast.And), node)
    return truth(scope, node, scope.expression(node))


def truth(scope: Scope, node: Any, value: Value) -> bool | Atom:
    """Is a value true? Of a list whose length is not known, whether it has items."""
    known = folding.truth(value)
    if known is not UNDECIDED:
        return bool(known)
    if isinstance(type_of(value), ab.ListOf):
        return scope.op(len, (as_atom(scope, node, value),), (), "", node)
    if isinstance(type_of(value), ab.Unknown) and scope.is_template:
        scope.refuse(node, "undecided")
    return as_atom(scope, node, value)


def _connective(scope: Scope, nodes: Sequence[Any], all_of: bool, node: Any) -> bool | Atom:
    """`a and b` (`a or b`) as a test: `b` is looked at only if `a` does not decide."""
    first = condition(scope, nodes[0])
    if len(nodes) == 1:
        return first
    if isinstance(first, bool):
        return _connective(scope, nodes[1:], all_of, node) if first is all_of else first
    found: list[bool | Atom] = []
    rest = scope.inside(lambda: found.append(_connective(scope, nodes[1:], all_of, node)))
    second = Lit(found[0]) if isinstance(found[0], bool) else found[0]
    if second == Lit(all_of) and not rest.body:
        return first
    decided = Inner([], {}, None)
    then, orelse = (rest, decided) if all_of else (decided, rest)
    results = (second, Lit(False)) if all_of else (Lit(True), second)
    return choose(scope, node, first, then, orelse, results)


def choose(
    scope: Scope, node: Any, cond: Atom, then: Inner, orelse: Inner, results: tuple[Atom, Atom], hint: str = ""
) -> Var:
    """Append an `if` with one result."""
    out = Var(hint, joined(type_of(results[0]), type_of(results[1])))
    scope.body.append(If((out,), cond, then.block((), results[:1]), orelse.block((), results[1:]), scope.origin(node)))
    return out


def connective(scope: Scope, node: Any, hint: str) -> Value:
    """The value of `a and b`, `a or b`: the operand that decides."""
    all_of = isinstance(node.op, gast.And)
    value = scope.expression(node.values[0])
    for operand in node.values[1:]:
        test = truth(scope, node, value)
        if test is (not all_of):
            return value
        if isinstance(test, bool):
            value = scope.expression(operand, hint)
            continue
        sides = (partial(_same, value), partial(scope.expression, operand))
        value = branches(scope, node, test, *(sides[::-1] if all_of else sides), hint)
    return value


def _same(value: Value) -> Value:
    return value


def ternary(scope: Scope, node: Any, hint: str) -> Value:
    """The value of `a if c else b`."""
    test = condition(scope, node.test)
    if isinstance(test, bool):
        return scope.expression(node.body if test else node.orelse, hint)
    return branches(scope, node, test, lambda: scope.expression(node.body), lambda: scope.expression(node.orelse), hint)


def branches(
    scope: Scope, node: Any, test: Atom, then: Callable[[], Value], orelse: Callable[[], Value], hint: str
) -> Value:
    """Append an `if` between two expressions, and give its value."""
    values: list[Value] = []
    inners = [scope.inside(partial(_keep, f, values)) for f in (then, orelse)]
    merged = merge(scope, node, inners, [(values[0], values[1], hint)])
    _append(scope, node, test, inners, merged)
    for out, x, y in zip(merged[0].outs, *merged[0].sides, strict=True):
        scope.owned.either(out, (x, y))
    return merged[0].value


def _keep(lower: Callable[[], Value], values: list[Value]) -> None:
    values.append(lower())


class Merged:
    """A value that differs between two branches: its leaves on either side, and the variables that hold them after."""

    def __init__(self, scope: Scope, node: Any, a: Value, b: Value, hint: str) -> None:
        self.sides: tuple[list[Atom], list[Atom]] = ([], [])
        self.outs: list[Var] = []
        new: list[Value] = []
        for (path, x), y in zip(flat(a), leaves(b), strict=True):
            if same_value(x, y):
                new.append(x)
                continue
            if not (is_atom(x) and is_atom(y)):
                scope.refuse(
                    node, "a function or module is chosen by a condition of the run", "Call it inside the branches."
                )
            out = Var(f"{hint}_{path}" if hint and path else hint, joined(type_of(x), type_of(y)))
            self.sides[0].append(x)
            self.sides[1].append(y)
            self.outs.append(out)
            new.append(out)
        self.value = rebuild(a, iter(new))


def merge(scope: Scope, node: Any, inners: Sequence[Inner], pairs: Sequence[tuple[Value, Value, str]]) -> list[Merged]:
    """The values of two branches, as what may come out of either."""
    merged: list[Merged] = []
    for a, b, hint in pairs:
        x, y = align(scope, node, inners, a, b)
        merged.append(Merged(scope, node, x, y, hint))
    return merged


def align(scope: Scope, node: Any, inners: Sequence[Inner], a: Value, b: Value) -> tuple[Value, Value]:
    """Two values with the same structure: a container that is one atom is taken apart, or both are put together."""
    if same_structure(a, b):
        return a, b
    x = scope.into(inners[0], lambda: explode(scope, node, a))
    y = scope.into(inners[1], lambda: explode(scope, node, b))
    if isinstance(x, Pack) and isinstance(y, Pack) and _alike(x, y):
        pairs = [align(scope, node, inners, p, q) for p, q in zip(x.items, y.items, strict=True)]
        return (
            Pack(x.kind, tuple(p for p, _ in pairs), x.keys),
            Pack(y.kind, tuple(q for _, q in pairs), y.keys),
        )
    p = scope.into(inners[0], lambda: as_atom(scope, node, a))
    q = scope.into(inners[1], lambda: as_atom(scope, node, b))
    if mixed(p.type, q.type):
        scope.refuse(node, "the structure of a value is another one in each branch", ONE_STRUCTURE)
    return p, q


ONE_STRUCTURE = "Make it a tuple, list or dict of one structure in both, or compute with its items inside the branches."


def _alike(x: Pack, y: Pack) -> bool:
    return x.kind == y.kind and x.keys == y.keys and len(x.items) == len(y.items)


def _append(scope: Scope, node: Any, test: Atom, inners: Sequence[Inner], merged: Sequence[Merged]) -> None:
    then, orelse = (inners[k].block((), [x for m in merged for x in m.sides[k]]) for k in (0, 1))
    outs = tuple(v for m in merged for v in m.outs)
    if outs or then.body or orelse.body:
        scope.body.append(If(outs, test, then, orelse, scope.origin(node)))


def lower_if(scope: Scope, s: Any, rest: Sequence[Any]) -> tuple[End, bool]:
    """Lower an `if` statement: how it ends, and whether `rest`, which follows, is done, as where a branch returns."""
    scope.begin(s)
    test = condition(scope, s.test)
    if isinstance(test, bool):
        side = s.body if test else s.orelse
        if scope.loops or not returns(side):
            return scope.statements(side), False
        return scope.statements([*side, *rest]), True
    if scope.loops or not (returns(s.body) or returns(s.orelse)):
        return _if(scope, s, test, s.body, s.orelse), False
    sides = [[*side, *rest] if falls(side) else side for side in (s.body, s.orelse)]
    copied = bool(rest) and falls(s.body) and falls(s.orelse)
    if copied and scope.copies == _MOST_COPIES:
        scope.refuse(s, "too many early returns inside one another", "Put the code that follows them into a function.")
    scope.copies += copied
    end = _if(scope, s, test, sides[0], sides[1], last=True)
    scope.copies -= copied
    return end, True


def _if(scope: Scope, s: Any, test: Atom, body: Sequence[Any], orelse: Sequence[Any], last: bool = False) -> End:
    origin = (scope.here, scope.text)
    path = scope.path
    inners = []
    for k, side in enumerate((body, orelse)):
        scope.path = (*path, (id(s), k)) if scope.copies else path
        inners.append(scope.inside(partial(scope.statements, side)))
    scope.path = path
    scope.here, scope.text = origin
    then, other = inners
    if isinstance(then.end, Raised) or isinstance(other.end, Raised):
        return _one_goes_on(scope, s, test, then, other)
    if last:
        a, b = (i.end.value if isinstance(i.end, Returned) else NONE for i in inners)
        merged = merge(scope, s, inners, [(a, b, "")])
        _append(scope, s, test, inners, merged)
        return Returned(merged[0].value)
    _merge_names(scope, s, test, inners)
    return None


def _one_goes_on(scope: Scope, s: Any, test: Atom, then: Inner, orelse: Inner) -> End:
    """A branch that raises: the other one's statements follow the `if`, in the block around it."""
    both = isinstance(then.end, Raised) and isinstance(orelse.end, Raised)
    raising_first = isinstance(then.end, Raised)
    empty = Inner([], {}, None)
    blocks = (then if raising_first else empty, orelse if both or not raising_first else empty)
    scope.body.append(If((), test, blocks[0].block((), ()), blocks[1].block((), ()), scope.origin(s)))
    if both:
        return Raised()
    goes_on = orelse if raising_first else then
    scope.body.extend(goes_on.body)
    scope.env.names.update(goes_on.names)
    return goes_on.end


def _merge_names(scope: Scope, s: Any, test: Atom, inners: Sequence[Inner]) -> None:
    """After an `if`, each name that a branch binds stands for what either branch left in it."""
    names: list[str] = []
    pairs: list[tuple[Value, Value, str]] = []
    for name in dict.fromkeys((*inners[0].names, *inners[1].names)):
        a, b = (i.names[name] if name in i.names else scope.env.get(name) for i in inners)
        if a is b:
            if a is not None:
                scope.bind(name, a)
        elif a is None or b is None or isinstance(a, Unbound) or isinstance(b, Unbound):
            scope.bind(name, _unbound(s, a, b))
        elif _of_one_structure(a, b):
            names.append(name)
            pairs.append((a, b, name))
        else:
            reason = f"has another structure in each branch of the `if` on line {s.lineno}"
            scope.bind(name, Unbound(reason, ONE_STRUCTURE, may_be_unbound=False))
    merged = merge(scope, s, inners, pairs)
    _append(scope, s, test, inners, merged)
    for name, m in zip(names, merged, strict=True):
        for out, x, y in zip(m.outs, *m.sides, strict=True):
            scope.owned.hand_on(out, (x, y))
        scope.bind(name, m.value)


def _of_one_structure(a: Value, b: Value) -> bool:
    if isinstance(a, Pack) and isinstance(b, Pack) and _alike(a, b):
        return all(map(_of_one_structure, a.items, b.items))
    return not mixed(type_of(a), type_of(b))


def _unbound(s: Any, a: object, b: object) -> Unbound:
    wanted: frozenset[tuple[int, str]] = frozenset()
    for x in (a, b):
        if isinstance(x, Unbound):
            if not x.wanted:
                return x
            wanted |= x.wanted
    if a is None or b is None:
        wanted = frozenset()
    reason = f"is set in only one branch of the `if` on line {s.lineno}"
    return Unbound(reason, "Give it a value before the `if`, or in both branches.", wanted)


def returns(body: Sequence[Any]) -> bool:
    """May these statements return, outside of loops and inner functions?"""
    for s in body:
        match s:
            case gast.Return():
                return True
            case gast.If() if returns(s.body) or returns(s.orelse):
                return True
    return False


def falls(body: Sequence[Any]) -> bool:
    """May these statements go on with what follows them?"""
    if not body:
        return True
    match body[-1]:
        case gast.Return() | gast.Raise():
            return False
        case gast.If() as s:
            return falls(s.body) or falls(s.orelse)
    return True
