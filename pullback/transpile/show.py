"""Core as Python that a person can follow: loops are scans over a step function, every value carries its type."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator

from pullback.backends.base import Known
from pullback.transpile import marks
from pullback.transpile.abstract import Array, Dim, Length, ListOf, Mapping, Scalar, Seq, Static, Type, Unknown
from pullback.transpile.core import (
    Arg,
    Block,
    Call,
    Caught,
    Def,
    Effect,
    For,
    Function,
    Global,
    If,
    Lit,
    Op,
    OpFunction,
    Program,
    Range,
    Slice,
    Stmt,
    Var,
    While,
)
from pullback.transpile.lower.naming import dotted
from pullback.transpile.traversal import yielding

_INFIX = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.floordiv: "//",
    operator.mod: "%", operator.pow: "**", operator.matmul: "@", operator.lt: "<", operator.le: "<=",
    operator.gt: ">", operator.ge: ">=", operator.eq: "==", operator.ne: "!=", operator.is_: "is",
    operator.is_not: "is not", operator.and_: "&", operator.or_: "|", operator.xor: "^",
}  # fmt: skip
_PREFIX = {operator.neg: "-", operator.pos: "+", operator.not_: "not ", operator.invert: "~"}


def core_text(program: Program, known: Known | None = None) -> str:
    """A program as text: the functions that it calls, then its entry.

    What is known while it is traced is marked: `n: static[int]`, and `scan(…, static=True)` is a loop of Python.
    """
    functions = [*program.functions.values(), program.entry]
    return "\n\n".join(_Printer(known or Known()).function(f) for f in dict.fromkeys(functions))


def type_text(t: Type) -> str:
    """A type as a signature writes it: `f64[n, 3]`, `float`, `(int, f32[:])`."""
    match t:
        case Scalar(kind, dtype, value):
            name = _short(dtype) if dtype else kind
            return name if value is None else f"{name}({_length(value)})"
        case Array(dtype, shape):
            axes = "..." if shape is None else ", ".join(map(_length, shape))
            return f"{_short(dtype) if dtype else 'array'}[{axes}]"
        case Seq(kind, items):
            inner = ", ".join(map(type_text, items))
            return f"[{inner}]" if kind == "list" else f"({inner}{',' if len(items) == 1 else ''})"
        case ListOf(item):
            return f"list[{type_text(item)}]"
        case Mapping(items):
            return "{" + ", ".join(f"{k!r}: {type_text(v)}" for k, v in items) + "}"
        case Static(value):
            return f"static({getattr(value, '__name__', None) or repr(value)})"
        case Unknown():
            return "unknown"


def _short(dtype: str) -> str:
    for long, short in (("float", "f"), ("complex", "c"), ("uint", "u"), ("int", "i")):
        if dtype.startswith(long):
            return dtype.replace(long, short)
    return dtype


def _length(n: Length) -> str:
    match n:
        case Dim(symbol, 0):
            return symbol
        case Dim(symbol, offset):
            return f"{symbol}{offset:+d}"
    return str(n)


def stopping(s: For | While) -> str:
    """How a scan is told that its last result may stop it, and what it keeps of the iteration that does."""
    return "" if s.stop is None else ", stops=True" if s.keeps else ", stops=True, keeps=False"


class _Printer:
    """Prints one function; gives every variable a name of its own."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.names: dict[Var, str] = {}
        self.taken: dict[str, int] = {}

    def function(self, f: Function) -> str:
        params = ", ".join(map(self.declared, (p.var for p in f.params)))
        return "\n".join([f"def {f.name}({params}):", *self.indented(self.block(f.block))]) + "\n"

    def name(self, v: Var) -> str:
        if v not in self.names:
            hint = v.hint or f"_{1 + len(self.names)}"
            self.taken[hint] = self.taken.get(hint, 0) + 1
            self.names[v] = hint if self.taken[hint] == 1 else f"{hint}_{self.taken[hint]}"
        return self.names[v]

    def declared(self, v: Var) -> str:
        text = type_text(v.type)
        is_known = v in self.known.values and not isinstance(v.type, Static)
        return f"{self.name(v)}: {f'static[{text}]' if is_known else text}"

    def targets(self, outs: tuple[Var, ...]) -> str:
        if len(outs) == 1:
            return self.declared(outs[0])
        return ", ".join(map(self.name, outs)) or "_"

    def statements(self, body: Iterable[Stmt]) -> Iterator[str]:
        """Statements, those between marks indented."""
        depth, empty = 0, False
        for s in body:
            if marks.closes(s):
                yield from ["    " * depth + "pass"] * empty
                depth -= 1
            yield from ("    " * depth + line for line in self.statement(s))
            empty = marks.opens(s)
            depth += empty

    def block(self, b: Block) -> Iterator[str]:
        yield from self.statements(b.body)
        yield f"return {', '.join(map(self.arg, b.results)) or None}"

    def branch(self, outs: tuple[Var, ...], b: Block) -> Iterator[str]:
        yield from self.statements(b.body)
        for out, result in zip(outs, b.results, strict=True):
            yield f"{self.name(out)} = {self.arg(result)}"
        if not b.body and not outs:
            yield "pass"

    @staticmethod
    def indented(lines: Iterator[str]) -> Iterator[str]:
        return ("    " + line for line in lines)

    def statement(self, s: Stmt) -> Iterator[str]:
        match s:
            case Op(out, op, args, kwargs):
                yield f"{self.declared(out)} = {self.applied(op, args, kwargs)}"
            case Effect("enter", (context,), _, kwargs):
                yield f"with {self.called(self.arg(context), (), kwargs)}:"
            case Effect("try" | "finally" as word):
                yield f"{word}:"
            case Effect("leave" | "end"):
                pass
            case Effect(op, args, _, kwargs):
                yield self.called(op, args, kwargs)
            case Call(out, function, args):
                yield f"{self.declared(out)} = {function}({', '.join(map(self.arg, args))})"
            case If():
                caught = s.cond.value if isinstance(s.cond, Lit) else None
                yield "try:" if isinstance(caught, Caught) else f"if {self.arg(s.cond)}:"
                yield from self.indented(self.branch(s.outs, s.then))
                yield f"except {self.arg(caught.classes)}:" if isinstance(caught, Caught) else "else:"
                yield from self.indented(self.branch(s.outs, s.orelse))
            case For():
                yield from self.loop(s)
            case While():
                carried = ", ".join(map(self.declared, s.carried))
                yield f"def test({', '.join(map(self.declared, s.cond.params))}):"
                yield from self.indented(self.block(s.cond))
                yield f"def step({carried}):"
                yield from self.indented(self.block(yielding(s)))
                yield f"{self.targets(s.outs)} = while_loop(test, step, {self.arg(s.inits)}{stopping(s)})"
            case Def(out, name, block):
                yield f"def {name}({', '.join(map(self.declared, block.params))}):"
                yield from self.indented(self.block(block))
                if self.name(out) != name:
                    yield f"{self.name(out)} = {name}"

    def loop(self, s: For) -> Iterator[str]:
        yield f"def step({', '.join(map(self.declared, s.body.params))}):"
        yield from self.indented(self.block(yielding(s)))
        match s.source:
            case Range(start, stop, step):
                over = f"range({self.arg(start)}, {self.arg(stop)}, {self.arg(step)})"
            case None:
                over = "None"
        options = f", items={self.arg(s.items)}" if s.items else ""
        options += ", reverse=True" if s.reverse else ""
        options += stopping(s)
        options += ", static=True" if s.tag in self.known.loops else ""
        yield f"{self.targets(s.outs)} = scan(step, {over}, {self.arg(s.inits)}{options})"

    def applied(self, op: OpFunction, args: tuple[Arg, ...], kwargs: tuple[tuple[str, Arg], ...]) -> str:
        if op is operator.getitem and isinstance(args[1], tuple):
            return f"{self.arg(args[0])}[{', '.join(map(self.arg, args[1])) or '()'}]"
        texts = [self.arg(a) for a in args]
        if op in _INFIX and len(texts) == 2:
            return f"{texts[0]} {_INFIX[op]} {texts[1]}"
        if op in _PREFIX and len(texts) == 1:
            return _PREFIX[op] + texts[0]
        return self.called(dotted(op) or getattr(op, "__name__", repr(op)), args, kwargs)

    def called(self, name: str, args: tuple[Arg, ...], kwargs: tuple[tuple[str, Arg], ...]) -> str:
        return f"{name}({', '.join([*map(self.arg, args), *(f'{k}={self.arg(v)}' for k, v in kwargs)])})"

    def arg(self, x: Arg) -> str:
        match x:
            case Var():
                return self.name(x)
            case Lit():
                return x.text or repr(x.value)
            case Global(name):
                return name
            case tuple():
                return f"({', '.join(map(self.arg, x))}{',' if len(x) == 1 else ''})"
            case Slice(lower, upper, step):
                parts = ["" if part is None else self.arg(part) for part in (lower, upper, step)]
                return ":".join(parts if parts[2] else parts[:2])
