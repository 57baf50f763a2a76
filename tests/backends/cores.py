"""Core written by hand, with as little around it as can be."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, For, Function, Lit, Op, Origin, Param, Program, Range, Stmt, Var
from pullback.transpile.infer import infer

N = ab.Dim("n", 0, True)
VECTOR = ab.Array("float64", (N,))
MATRIX = ab.Array("float64", (N, N))


def origin(text: str = "", adjoint: bool = False) -> Origin:
    """A place in a file that does not exist."""
    return Origin("user.py", 1, 0, 1, 1, text, adjoint)


class Code:
    """Statements under construction; `adjoint` and `text` say where the next ones come from."""

    def __init__(self, adjoint: bool = True, text: str = "") -> None:
        self.body: list[Stmt] = []
        self.adjoint = adjoint
        self.text = text

    def op(self, hint: str, op: Callable[..., Any], *args: Any, type: ab.Type | None = None, **kwargs: Any) -> Var:
        """`hint = op(*args, **kwargs)`."""
        found = infer(op, tuple(map(lit, args)), {k: lit(x) for k, x in kwargs.items()}) if type is None else type
        out = Var(hint, found)
        kwargs_of = tuple((k, lit(x)) for k, x in kwargs.items())
        self.body.append(Op(out, op, tuple(map(lit, args)), kwargs_of, origin(self.text, self.adjoint)))
        return out

    def add(self, s: Stmt) -> None:
        """Append a statement."""
        self.body.append(s)

    def block(self, results: Sequence[Atom], params: Sequence[Var] = ()) -> Block:
        """All of it as a block."""
        return Block(tuple(params), tuple(self.body), tuple(results))

    def program(self, params: Sequence[Var], *results: Any, **more: Any) -> Program:
        """A program of one function, with one result or a tuple of several."""
        result = lit(results[0]) if len(results) == 1 else self.op("", prims.make_tuple, *results)
        block = Block(tuple(params), tuple(self.body), (result,))
        entry = Function("f", tuple(map(Param, params)), block, origin("def f():"), primal=False, **more)
        return Program(entry)


class User(Code):
    """Forward code."""

    def __init__(self) -> None:
        super().__init__(adjoint=False)

    def says(self, text: str) -> User:
        """What comes next is from this line."""
        self.text = text
        return self

    def update(self, hint: str, x: Var, index: Any, op: Any, value: Any, **more: Any) -> Var:
        """`x[index] = op(x[index], value)`."""
        old = x
        for step, *rest in more.get("via", ()):
            old = self.op("", step.value, old, *rest)
        changed = self.op("", op, self.op("", operator.getitem, old, index), value)
        return self.op(hint, prims.set_item, x, index, changed, **more)

    def loop(
        self, carried: Var, init: Any, step: Callable[[User, Var, Var], Any], collect: Any = None
    ) -> tuple[Var, ...]:
        """Three rounds of `step`, which gives the next value and, with `collect`, what a list gets."""
        inner = User().says(self.text)
        index = Var("i", ab.INT)
        result = step(inner, carried, index)
        kept = () if collect is None else (collect(inner),)
        outs = (Var(carried.hint, carried.type), *(Var("", ab.ListOf(v.type)) for v in kept))
        block = Block((index, carried), tuple(inner.body), (result, *kept))
        source = Range(Lit(0), Lit(3), Lit(1))
        self.add(For(outs, source, False, (init,), (), block, origin("for i in range(3):")))
        return outs


def lit(x: Any) -> Any:
    """An argument of Core: what is not one already is a literal."""
    return x if not isinstance(x, int | float | str | bool) and x is not None else Lit(x)
