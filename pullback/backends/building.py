"""Scripts to trees of `ast`: a walk that names the variables, and notes the comments and blank lines of the text."""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, Origin, Var

from .acting import act
from .augmented import augmented
from .control import Around, branch, loop
from .defining import define
from .expressions import Expressions
from .facts import BINARY, may_be_a_structure, type_of
from .layout import Note, commented
from .liveness import Liveness, Skips
from .marked import Marks
from .naming import Names
from .script import (
    Act,
    Append,
    Apply,
    Assign,
    Body,
    Branch,
    Change,
    Define,
    Expr,
    ForLoop,
    Invoke,
    Mutate,
    Procedure,
    Return,
    Reverse,
    Statement,
    Target,
    Update,
    WhileLoop,
    Write,
    atoms,
)
from .syntax import call, name
from .width import LINE, width

_METHODS: dict[Any, str] = {prims.appended: "append", prims.shortened: "pop", prims.inserted: "insert"}
_TEMPORARIES = {"sqrt": "root"}
_IN_PLACE = frozenset({operator.add, operator.sub, operator.mul, operator.truediv})


def _raises(node: ast.AST) -> bool:
    """Does nothing follow this statement, because it raises?"""
    return isinstance(node, ast.Raise) or isinstance(node, ast.If) and all(
        side and _raises(side[-1]) for side in (node.body, node.orelse)
    )


class Builder:
    """Builds one function."""

    def __init__(self, procedure: Procedure, write: Expressions, forbidden: frozenset[str]) -> None:
        self.procedure = procedure
        self.live = Liveness(procedure)
        self.names = Names(procedure, self.live, forbidden)
        self.write = write
        self.notes: dict[Any, Note] = {}
        self.skips: Skips = ()
        self.loops: list[Around] = []
        self.skipping: dict[Any, tuple[Any, list[Any], list[Any]]] = {}
        self.out: list[Any] = []
        self.comment = ""
        self.backwards = True
        self.result_names = ["value", "aux"]
        avoided = forbidden | {v.hint for v in self.live.reads}
        self.unread = next(n for n in ("_" * k for k in itertools.count(1)) if n not in avoided)
        self.listed_names: dict[Var, tuple[str | None, ...]] = {}
        self.marks = Marks(self)
        write.local = self.local

    def local(self, v: Var) -> str:
        """The name of a variable here."""
        return self.names.name[v]

    # statements

    def announce(self, origin: Origin) -> Note:
        """What stands before the next statement: a comment, if it differentiates another line than the one before.

        What stands beside the line that it differentiates needs none.
        """
        note = Note(origin)
        if origin.adjoint and not origin.beside:
            text = commented(origin)
            note.blank = bool(self.out) and not self.backwards
            self.backwards = True
            if text and text != self.comment:
                self.comment = note.comment = text
        return note

    def put(self, node: Any, origin: Origin, note: Note | None = None) -> None:
        """Add a statement, which may have been announced."""
        self.notes[node] = note or self.announce(origin)
        self.out.append(node)

    def note(self, node: Any, origin: Origin) -> None:
        """Say where a statement comes from."""
        self.notes[node] = Note(origin)

    def block(
        self, body: Body, names: Sequence[str] = (), backwards: bool = True, comment: str = "", at: Origin | None = None
    ) -> list[Any]:
        """The statements of a body, and those that give `names` its results.

        Without `backwards`, a blank line stands before the first backward statement; `comment` is the one above it all.
        """
        outer = self.out, self.comment, self.backwards
        self.out, self.comment, self.backwards = [], comment, backwards
        for s in body.statements:
            self.statement(s)
        if at is not None and not (self.out and _raises(self.out[-1])):
            self.transfer(list(zip(names, body.results, strict=True)), at)
        out = self.out
        self.out, self.comment, self.backwards = outer
        return out

    def statement(self, s: Statement) -> None:
        self.write.at(s.origin)
        match s:
            case Assign():
                self.assign(s)
            case Update():
                self.names.set(s.out, self.local(s.old))
                self.augment(name(self.local(s.out), store=True), s.op, s.value, s.origin)
            case Write():
                self.write_item(s)
            case Mutate():
                self.mutate(s)
            case Append():
                self.append(s)
            case Change():
                self.change(s)
            case Reverse():
                self.put(ast.Expr(call(f"{self.local(s.what)}.reverse")), s.origin)
            case Act():
                act(self, s)
            case Return():
                self.put(ast.Return(self.write(s.value)), s.origin)
            case Branch():
                branch(self, s)
            case ForLoop() | WhileLoop():
                loop(self, s)
            case Define():
                define(self, s)

    def assign(self, s: Assign) -> None:
        if isinstance(s.value, Invoke) and isinstance(s.target, Var) and s.target not in self.live.reads:
            self.put(ast.Expr(self.write(s.value)), s.origin)
            return
        position = self.live.span[s].start
        wishes: Sequence[str | None] = ()
        if isinstance(s.value, Apply) and s.value.op in (list.pop, operator.getitem):
            wishes = self.wishes(s.value.args[0], s.target)
        target = self.target(s.target, position, s.origin, s.value, wishes)
        if isinstance(s.target, Var):
            if isinstance(s.value, Var) and self.local(s.value) == self.local(s.target):
                return
            if self.updates(s.target, s.value, s.origin):
                assert isinstance(s.value, Apply)
                self.augment(target, s.value.op, s.value.args[1], s.origin)
                return
        self.put(ast.Assign([target], self.write(s.value)), s.origin)

    def updates(self, v: Var, value: Expr, origin: Origin) -> bool:
        """Is this `x = x + …` on a scalar, and better written `x += …`?"""
        if not isinstance(value, Apply) or value.op not in BINARY:
            return False
        old = value.args[0]
        if not isinstance(old, Var) or self.local(old) != self.local(v):
            return False
        if self.write.in_place and not (isinstance(v.type, ab.Scalar) and isinstance(old.type, ab.Scalar)):
            return False
        return value.op in _IN_PLACE if origin.adjoint else augmented(origin) is value.op

    def augment(self, target: Any, op: Any, value: Expr, origin: Origin) -> None:
        """`target op= value`, with a minus sign of the value drawn into the operator."""
        op, value = self.turned(op, value, origin)
        self.put(ast.AugAssign(target, self.write.operator_node(op), self.write(value)), origin)

    def turned(self, op: Any, value: Expr, origin: Origin) -> tuple[Any, Expr]:
        """An operator and a value, in backward code and where the user wrote `-=` without the value's minus sign."""
        if op not in (operator.add, operator.sub) or not origin.adjoint and augmented(origin) is not operator.sub:
            return op, value
        plain = negated(value)
        return (op, value) if plain is None else (operator.sub if op is operator.add else operator.add, plain)

    def write_item(self, s: Write) -> None:
        view, index = self.write(s.view), self.write.index(s.index)
        self.names.set(s.out, self.local(s.old))
        if isinstance(s.value, Var):
            self.listed_names[s.out] = (self.local(s.value),)
        if s.each and s.origin.adjoint and may_be_a_structure(s.out.type, s.index):
            helper, add = map(self.write.space.callable, (runtime.add_at, runtime.add_trees))
            parts = (view, self.write.index_value(s.index), self.write(s.value), name(add))
            self.put(ast.Expr(call(helper, *parts)), s.origin)
            return
        if s.each:
            op, value = self.turned(s.op, s.value, s.origin)
            at = f"{self.write.space.callable(np.add if op is operator.add else np.subtract)}.at"
            self.put(ast.Expr(call(at, view, self.write.index_value(s.index), self.write(value))), s.origin)
            return
        target = ast.Subscript(view, index, ast.Store())
        if s.op is not None:
            self.augment(target, s.op, s.value, s.origin)
        else:
            self.put(ast.Assign([target], self.write(s.value)), s.origin)

    def mutate(self, s: Mutate) -> None:
        """A call of the user's function, and a name for its value if somebody reads that."""
        made = self.write(s.call)
        for old, new in zip(s.old, s.new, strict=True):
            assert isinstance(old, Var)
            self.names.set(new, self.local(old))
        if s.value is None:
            self.put(ast.Expr(made), s.origin)
        else:
            target = self.target(s.value, self.live.span[s].start, s.origin, s.call)
            self.put(ast.Assign([target], made), s.origin)

    def append(self, s: Append) -> None:
        parts = s.value.args if isinstance(s.value, Apply) and s.value.op is prims.make_tuple else (s.value,)
        self.listed_names[s.to] = tuple(self.local(x) if isinstance(x, Var) else None for x in parts)
        self.put(ast.Expr(call(f"{self.local(s.to)}.append", self.write(s.value))), s.origin)

    def change(self, s: Change) -> None:
        """`xs.append(v)`, `v = xs.pop()`, `xs[k] = v`, `del xs[k]`."""
        args, xs = [self.write.index(x) for x in s.args], self.local(s.old)
        self.names.set(s.out, xs)
        if s.taken is not None:
            value = Apply(list.pop, (s.out,), (), s.taken)
            target = self.target(s.taken, self.live.span[s].start, s.origin, value)
            self.put(ast.Assign([target], call(f"{xs}.pop", *args)), s.origin)
        elif s.op in (prims.replaced, prims.put_part):
            self.put(ast.Assign([ast.Subscript(name(xs), args[0], ast.Store())], args[1]), s.origin)
        elif s.op is prims.removed:
            self.put(ast.Delete([ast.Subscript(name(xs), args[0], ast.Del())]), s.origin)
        else:
            self.put(ast.Expr(call(f"{xs}.{_METHODS[s.op]}", *args)), s.origin)

    # names

    def wishes(self, whole: Expr, item: Target) -> Sequence[str | None]:
        """Names for an item of a tape that is read: those that it had when the tape was filled."""
        of_its_own = isinstance(item, Var) and item.hint and not isinstance(type_of(whole), ab.ListOf)
        return self.listed_names.get(whole, ()) if isinstance(whole, Var) and not of_its_own else ()

    def target(
        self, t: Target, position: int, origin: Origin, value: Expr | None = None, wishes: Sequence[str | None] = ()
    ) -> Any:
        """What stands to the left of `=`, or between `for` and `in`."""
        if t is None:
            return name(self.unread, store=True)
        if isinstance(t, tuple):
            parts = [
                self.target(x, position, origin, None, wishes[k : k + 1] if not isinstance(x, tuple) else ())
                for k, x in enumerate(t)
            ]
            return ast.Tuple(parts, ast.Store())
        wish = next(iter(wishes), None)
        if wish is not None:
            self.names.prefer(t, wish)
        temporary = "tape" if isinstance(t.type, ab.ListOf) else self.temporary(value, origin)
        if value is None and isinstance(t.type, ab.Scalar) and t.type.kind == "int":
            temporary = "i"
        if t in self.procedure.results and not origin.adjoint:
            temporary = self.result_names.pop(0) if len(self.result_names) > 1 else self.result_names[0]
        given, saved = self.names.bind(t, position, self.skips, temporary)
        self.save(saved, origin)
        return name(given, store=True)

    def save(self, saved: tuple[str, str] | None, origin: Origin) -> None:
        if saved is not None:
            self.put(ast.Assign([name(saved[0], store=True)], name(saved[1])), origin)

    def temporary(self, value: Expr | None, origin: Origin) -> str:
        """A name for a value that has none: `root_x` for `sqrt(x)`, `d` in backward code, `t` elsewhere."""
        match value:
            case Apply(op=op, args=(Var() as x,)):
                made_of = self.names.name.get(x, "")
                f = getattr(op, "__name__", "")
                if f in _TEMPORARIES and 0 < len(made_of) <= 8:
                    return f"{_TEMPORARIES[f]}_{made_of}"
        return "d" if origin.adjoint else "t"

    def transfer(self, pairs: list[tuple[str, Expr]], origin: Origin) -> None:
        """Give names new values, all at once if one of them is read for another."""
        pairs = [(n, e) for n, e in pairs if not (isinstance(e, Var) and self.local(e) == n)]
        if not pairs:
            return
        values = [self.write(e) for _, e in pairs]
        if len(pairs) == 1:
            self.put(ast.Assign([name(pairs[0][0], store=True)], values[0]), origin)
            return
        columns = sum(len(n) + 2 + width(e) + 2 for n, e in pairs)
        before = [[n for n, _ in pairs[:k]] for k in range(len(pairs))]
        if columns > LINE - 8 and not any(
            self.local(v) in names for names, (_, e) in zip(before, pairs, strict=True) for v in atoms(e)
        ):
            for (n, _), value in zip(pairs, values, strict=True):
                self.put(ast.Assign([name(n, store=True)], value), origin)
            return
        targets = ast.Tuple([name(n, store=True) for n, _ in pairs], ast.Store())
        self.put(ast.Assign([targets], ast.Tuple(values, ast.Load())), origin)


def negated(e: Expr) -> Expr | None:
    """The negative of an expression that begins with a minus sign, which is exact; None for others."""
    match e:
        case Apply(op=operator.neg, args=(x,)):
            return x
        case Apply(op=op, args=(x, y)) if op in (operator.mul, operator.truediv, operator.matmul):
            turned = negated(x)
            return None if turned is None else Apply(op, (turned, y), (), e.out)
        case Lit(value=float() as value) if value < 0:
            return Lit(-value)
    return None
