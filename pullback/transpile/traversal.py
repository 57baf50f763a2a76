"""What statements and blocks read, and copies of them with other names: the helpers that nearly every pass uses."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol, TypeVar, cast

from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Call,
    Callback,
    Def,
    Effect,
    For,
    If,
    Lit,
    Op,
    OpFunction,
    Range,
    Slice,
    Stmt,
    Var,
    While,
)


def variables(x: object) -> Iterator[Var]:
    """The variables in an argument, in order, with repeats."""
    match x:
        case Var():
            yield x
        case tuple():
            for y in x:
                yield from variables(y)
        case Slice(lower, upper, step):
            yield from variables((lower, upper, step))
        case Range(start, stop, step):
            yield from variables((start, stop, step))


def blocks(s: Stmt) -> tuple[Block, ...]:
    """The blocks inside a statement."""
    match s:
        case Op():
            return ()
        case If():
            return (s.then, s.orelse)
        case For():
            return (s.body,)
        case While():
            return (s.cond, s.body)
        case Def():
            return (s.block,)
    return ()


def compound(b: Block) -> tuple[Stmt, ...]:
    """The statements of a block that are more than operations; found once for each block, as what is free."""
    known: tuple[Stmt, ...] | None = vars(b).get("compound")
    if known is None:
        known = vars(b)["compound"] = tuple([s for s in b.body if not isinstance(s, Op)])
    return known


def calls(b: Block) -> Iterator[str]:
    """The keys of the functions that a block calls."""
    for s in compound(b):
        if isinstance(s, Call):
            yield s.function
        for inner in blocks(s):
            yield from calls(inner)


def callbacks(b: Block) -> tuple[Callback, ...]:
    """The functions that operations of a block, and of those inside it, are given; found once for each block."""
    known: tuple[Callback, ...] | None = vars(b).get("callbacks")
    if known is None:
        own = [x.value for s in b.body if isinstance(s, Op) for x in s.args if isinstance(x, Lit)]
        found = [x for x in own if isinstance(x, Callback)]
        for s in compound(b):
            for inner in blocks(s):
                found += callbacks(inner)
        known = vars(b)["callbacks"] = tuple(found)
    return known


class Applied(Protocol):
    """An operation and its operands, in Core or on its way to text."""

    @property
    def args(self) -> tuple[Any, ...]:
        """The operands."""


def is_given_function(s: Applied) -> bool:
    """Is an operation given a function, as its first operand? The last one is then a tuple of what it hands on."""
    return bool(s.args) and isinstance(x := s.args[0], Lit) and isinstance(x.value, Callback)


def needed(b: Block) -> Iterator[str]:
    """The keys of the functions that a block calls, or gives to operations, and of those for derivatives of these."""
    yield from calls(b)
    for x in callbacks(b):
        yield x.key
        yield from x.derivatives


def operations(b: Block) -> Iterator[tuple[Var, Op]]:
    """All operations of a block and of those inside it, by what they bind."""
    for s in b.body:
        if isinstance(s, Op):
            yield s.out, s
        for inner in blocks(s):
            yield from operations(inner)


def operators(b: Block) -> frozenset[OpFunction]:
    """The operators of a block and of those inside it; found once for each block, as what is free."""
    known: frozenset[OpFunction] | None = vars(b).get("operators")
    if known is None:
        mine = {s.op for s in b.body if isinstance(s, Op)}
        known = vars(b)["operators"] = frozenset(mine).union(*(operators(x) for s in compound(b) for x in blocks(s)))
    return known


def views_through(write: Op) -> Iterator[tuple[OpFunction, tuple[Arg, ...]]]:
    """The views that a write goes through: each a function, and what it is given besides the array or view before."""
    for fn, *rest in cast(tuple[tuple[Lit, ...], ...], dict(write.kwargs).get("via", ())):
        yield cast(OpFunction, fn.value), tuple(rest)


def own_reads(s: Stmt) -> list[Var]:
    """The variables that a statement itself reads, not those that only its blocks read; with repeats."""
    match s:
        case Op():
            out = [x for x in s.args if isinstance(x, Var)]
            if len(out) < len(s.args) and not all(isinstance(x, Var | Lit) for x in s.args):
                out = list(variables(s.args))
            for _, x in s.kwargs:
                out += variables(x)
            return out
        case Effect():
            return list(variables((s.args, tuple(x for _, x in s.kwargs))))
        case Call():
            return list(variables(s.args))
        case If():
            return list(variables(s.cond))
        case For():
            return list(variables((s.source, s.inits, s.items, s.again)))
        case While():
            return list(variables(s.inits))
        case Def():
            return []


def reads(s: Stmt) -> dict[Var, None]:
    """The variables that a statement reads from the scope around it, in order."""
    out = dict.fromkeys(own_reads(s))
    for b in blocks(s):
        out.update(free(yielding(s) if isinstance(s, For | While) and b is s.body else b))
    return out


def yielding(s: For | While) -> Block:
    """The body of a loop with all that it yields: what is carried, what is collected, and whether to stop."""
    return s.body if s.stop is None else Block(s.body.params, s.body.body, (*s.body.results, s.stop))


def free(b: Block) -> Mapping[Var, None]:
    """The variables that a block reads from the scope around it, in order.

    Found once for each block, or deep nests would be walked once more at every level.
    """
    known: Mapping[Var, None] | None = vars(b).get("free")
    if known is None:
        known = vars(b)["free"] = MappingProxyType(_free(b))
    return known


def _free(b: Block) -> dict[Var, None]:
    bound, out = set(b.params), dict[Var, None]()
    for s in b.body:
        out.update((v, None) for v in reads(s) if v not in bound)
        bound.update(s.outs)
    out.update((v, None) for v in variables(b.results) if v not in bound)
    return out


def read_in(b: Block) -> frozenset[Var]:
    """All that is read anywhere in a block, also what it binds itself; found once, as what is free."""
    known: frozenset[Var] | None = vars(b).get("read")
    if known is None:
        found = set(variables(b.results))
        for s in b.body:
            found.update(own_reads(s))
            if isinstance(s, For | While):
                found.update(variables(s.stop))
            for inner in blocks(s):
                found |= read_in(inner)
        known = vars(b)["read"] = frozenset(found)
    return known


X = TypeVar("X")


def substitute(x: X, m: Mapping[Var, Atom]) -> X:
    """An argument, statement or block in which other values are read; what it binds itself keeps its name."""
    out: X = _substitute(x, m)
    return out


def substitute_operands(s: Op, m: Mapping[Var, Atom]) -> Op:
    """An operation with its operands replaced; itself where nothing changes."""
    if not s.kwargs and all(x not in m if isinstance(x, Var) else isinstance(x, Lit) for x in s.args):
        return s
    args, kwargs = _substitute(s.args, m), _substitute(s.kwargs, m)
    return s if args is s.args and kwargs is s.kwargs else Op(s.out, s.op, args, kwargs, s.origin)


def _substitute(x: Any, m: Mapping[Var, Atom]) -> Any:
    match x:
        case Var() if x in m:
            return m[x]
        case Var() | Lit():
            return x
        case tuple():
            if not x:
                return x
            out = tuple([_substitute(y, m) for y in x])
            return x if all(map(operator.is_, x, out)) else out
        case Slice(lower, upper, step):
            return Slice(substitute(lower, m), substitute(upper, m), substitute(step, m))
        case Range(start, stop, step):
            return Range(substitute(start, m), substitute(stop, m), substitute(step, m))
        case Block():
            if m.keys().isdisjoint(read_in(x)):
                return x
            return Block(x.params, substitute(x.body, m), substitute(x.results, m))
        case Op():
            return substitute_operands(x, m)
        case Effect():
            return _with(x, args=_substitute(x.args, m), kwargs=_substitute(x.kwargs, m))
        case Call():
            return _with(x, args=_substitute(x.args, m))
        case If():
            return _with(x, cond=_substitute(x.cond, m), then=_substitute(x.then, m), orelse=_substitute(x.orelse, m))
        case For():
            source, inits, items, stop, again = _substitute((x.source, x.inits, x.items, x.stop, x.again), m)
            body = _substitute(x.body, m)
            return _with(x, source=source, inits=inits, items=items, body=body, stop=stop, again=again)
        case While():
            inits, stop = _substitute((x.inits, x.stop), m)
            return _with(x, inits=inits, cond=_substitute(x.cond, m), body=_substitute(x.body, m), stop=stop)
        case Def():
            return _with(x, block=_substitute(x.block, m))
    return x


def _with(s: Stmt, **fields: Any) -> Stmt:
    """A statement with other fields; itself where none of them changes."""
    return s if all(getattr(s, name) is x for name, x in fields.items()) else replace(s, **fields)
