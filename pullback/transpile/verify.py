"""The verifier: checks the rules of Core that every pass relies on.

A program that breaks one is a bug of ours, never of the user's: the error says which rule, and at which statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn, assert_never

from pullback.transpile import marks
from pullback.transpile.abstract import Array, ListOf, Mapping, Scalar, Seq, Static, Type, Unknown, kind_of, rank
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Call,
    Callback,
    Def,
    Effect,
    For,
    Function,
    Global,
    If,
    Lit,
    Op,
    Program,
    Slice,
    Stmt,
    Var,
    While,
)

# how many arguments, at least and at most
_EFFECTS = {
    "print": (0, None),
    "assert": (1, 2),
    "raise": (0, None),
    "require_scalar": (1, 1),
    "require_cotangents": (3, None),
    "require_finite": (2, None),
    "require_separate": (2, None),
    "require_apart": (3, 3),
    "require_contiguous": (2, 2),
    "require_distinct": (2, None),
    "set_attribute": (3, 3),
    "enter": (1, 1),
    "leave": (1, 1),
    "try": (0, 0),
    "finally": (0, 0),
    "end": (0, 0),
}


class InvalidCore(Exception):
    """A pass has made a program that breaks a rule of Core."""


def verify(program: Program) -> None:
    """Check a program. Raises InvalidCore, naming the rule and the statement, if it breaks a rule."""
    for function in (program.entry, *program.functions.values()):
        _Verifier(program, function).run()


class _Verifier:
    """Checks one function: `bound` is every name bound so far, `scope` those that can be read here."""

    def __init__(self, program: Program, function: Function) -> None:
        self.program = program
        self.function = function
        self.bound: set[Var] = set()
        self.scope: set[Var] = set()
        self.here: Stmt | None = None

    def run(self) -> None:
        f = self.function
        self.need(
            tuple(p.var for p in f.params) == f.block.params, "the block of a function has the function's parameters"
        )
        self.need(len(f.block.results) == 1, "a function has one result")
        self.block(f.block)

    def need(self, holds: bool, rule: str, *about: object) -> None:
        """Raise if a rule is broken."""
        if not holds:
            self.fail(rule, *about)

    def fail(self, rule: str, *about: object) -> NoReturn:
        """Raise because a rule is broken."""
        s = self.here
        where = f"in {self.function.name!r}"
        if s is not None:
            where += f", {s.origin.file}:{s.origin.line}, {_described(s)} from {s.origin.text!r}"
        detail = f" ({', '.join(map(repr, about))})" if about else ""
        raise InvalidCore(f"internal error, please report it: {rule}{detail}: {where}")

    def block(self, b: Block, stop: Atom | None = None) -> None:
        """Check a block, and what a loop reads where it ends; the names that it binds end with it."""
        outer, here = set(self.scope), self.here
        self.bind(b.params)
        self.need(marks.balanced(b.body), "what one mark of a block opens another one closes")
        for s in b.body:
            self.here = s
            self.statement(s)
            self.bind(s.outs)
        self.here = here
        self.atoms(b.results if stop is None else (*b.results, stop))
        self.scope = outer

    def bind(self, names: Iterable[Var]) -> None:
        for v in names:
            if not isinstance(v, Var):
                self.fail("only variables are bound", v)
            if v in self.bound:
                self.fail("a name is bound once", v)
            self.bound.add(v)
            self.scope.add(v)

    def atoms(self, xs: Iterable[object]) -> None:
        for x in xs:
            self.need(isinstance(x, Var | Lit | Global), "this must be an atom", x)
            self.argument(x)

    def argument(self, x: object, inside: bool = False) -> None:
        match x:
            case Var():
                if x not in self.scope:
                    self.fail("a name is read where it is bound", x)
            case Lit(value=Callback(key=key, derivatives=more)):
                known = all(k in self.program.functions for k in (key, *more))
                self.need(known, "a function that an operation is given is in the program", key, *more)
            case Lit(value=value, text=text):
                written = (
                    text
                    or value is None
                    or value is ...
                    or isinstance(value, bool | int | float | complex | str | tuple)
                )
                self.need(bool(written) or callable(value), "a literal can be written as text", x)
            case Global(name=name):
                self.need(all(map(str.isidentifier, name.split("."))), "a global is a dotted name", name)
            case Slice(lower, upper, step):
                self.need(inside, "a slice stands inside an index")
                self.atoms(y for y in (lower, upper, step) if y is not None)
            case tuple():
                for y in x:
                    self.argument(y, True)
            case _:
                self.fail("this is no argument", x)

    def statement(self, s: Stmt) -> None:
        match s:
            case Op():
                self.operation(s)
            case Effect(op=op, args=args, kwargs=kwargs):
                self.need(op in _EFFECTS, "an effect is print, assert, raise, a check or a mark", op)
                least, most = _EFFECTS[op]
                self.need(least <= len(args) and (most is None or len(args) <= most), "an effect has its arguments", op)
                self.arguments(args)
                self.arguments([x for _, x in kwargs])
            case If():
                self.branch(s)
            case For():
                self.for_loop(s)
            case While():
                self.while_loop(s)
            case Call():
                self.call(s)
            case Def(block=block):
                self.need(len(block.results) == 1, "a closure has one result")
                self.block(block)
            case _:
                assert_never(s)

    def arguments(self, xs: Sequence[Arg]) -> None:
        for x in xs:
            self.argument(x)

    def operation(self, s: Op) -> None:
        self.need(callable(s.op), "an operation is a callable", s.op)
        self.arguments(s.args)
        if s.kwargs:
            names = [k for k, _ in s.kwargs]
            self.need(len(set(names)) == len(names), "a keyword argument is given once", *names)
            self.need(all(k.isidentifier() for k in names), "a keyword is a name", *names)
            self.arguments([x for _, x in s.kwargs])

    def branch(self, s: If) -> None:
        self.atoms((s.cond,))
        for b in (s.then, s.orelse):
            self.need(not b.params, "a branch has no parameters")
            self.need(len(b.results) == len(s.outs), "a branch has one result for each name that the `if` binds")
            self.block(b)
            self.agree(b.results, s.outs, "what a branch gives has the type of what the `if` binds")

    def for_loop(self, s: For) -> None:
        n, items = len(s.inits), len(s.items)
        if s.source is None:
            self.need(items > 0, "a loop without a range has items")
        else:
            self.atoms((s.source.start, s.source.stop, s.source.step))
        self.atoms((*s.inits, *s.items))
        self.atoms(() if s.again is None else (s.again,))
        self.need(
            len(s.body.params) == 1 + n + items, "the body of a `for` takes the index, what is carried, and the items"
        )
        self.need(kind_of(s.index.type) in ("int", None), "the index of a `for` is an integer", s.index)
        self.need(len(s.body.results) == len(s.outs) >= n, "a `for` binds what is carried and what is collected")
        self.block(s.body, s.stop)
        self.carried(s, n)
        for out in s.outs[n:]:
            self.need(isinstance(out.type, ListOf | Unknown | Array), "what a loop collects is a list", out)
        for p, a in zip(s.item_params, s.items, strict=True):
            item = a.type.item if isinstance(a.type, ListOf) else None
            self.need(item is None or _compatible(item, p.type), "an item has the type of the list's items", p)

    def while_loop(self, s: While) -> None:
        n = len(s.inits)
        self.atoms(s.inits)
        self.need(len(s.cond.params) == len(s.body.params) == n, "condition and body of a `while` take what is carried")
        self.need(len(s.cond.results) == 1, "the condition of a `while` has one result")
        self.need(len(s.body.results) == len(s.outs) >= n, "a `while` binds what is carried and what is collected")
        self.block(s.cond)
        self.block(s.body, s.stop)
        self.agree(s.inits, s.cond.params, "what a loop carries has one type")
        self.carried(s, n)

    def carried(self, s: For | While, n: int) -> None:
        """The values before the loop, the parameters, the results and the values after it have the same types."""
        rule = "what a loop carries has one type"
        self.need(s.stop is not None or s.keeps, "an iteration that leaves nothing is one that stops a loop")
        self.need(s.stop is None or s.adjoint_of is None, "the adjoint of a loop runs to its end")
        self.agree(s.inits, s.carried[:n], rule)
        self.agree(s.body.results[:n], s.carried[:n], rule)
        self.agree(s.carried[:n], s.outs[:n], rule)

    def agree(self, values: Sequence[Atom], names: Sequence[Var], rule: str) -> None:
        for x, v in zip(values, names, strict=True):
            self.need(_compatible(x.type, v.type), rule, v, x.type, v.type)

    def call(self, s: Call) -> None:
        self.atoms(s.args)
        self.need(s.function in self.program.functions, "a function that is called is in the program", s.function)
        takes = len(self.program.functions[s.function].params)
        self.need(len(s.args) == takes, "a call passes one argument for each parameter", s.function)


def _described(s: Stmt) -> str:
    match s:
        case Op(op=op):
            return getattr(op, "__name__", repr(op))
        case Effect(op=name):
            return name
        case Call(function=key):
            return f"the call of {key!r}"
    return f"the `{type(s).__name__.lower()}`"


def _compatible(a: Type, b: Type) -> bool:
    """May a value of type `a` stand where one of type `b` is expected? Only what is known of both can disagree.

    None stands for a value that is not read on this path.
    """
    match a, b:
        case (Unknown(), _) | (_, Unknown()) | (Static(value=None), _):
            return True
        case ((Scalar() | Array()), (Scalar() | Array())):
            m, n = rank(a), rank(b)
            return m is None or n is None or m == n
        case Seq(items=xs), Seq(items=ys):
            return len(xs) == len(ys) and all(map(_compatible, xs, ys))
        case ((Seq() | ListOf()), (Seq() | ListOf())):
            return True
        case Mapping(items=xs), Mapping(items=ys):
            return [k for k, _ in xs] == [k for k, _ in ys]
        case Static(), Static():
            return True
    return False
