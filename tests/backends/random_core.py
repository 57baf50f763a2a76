"""Random Core programs, rich in what emission finds hard: names, storage, tapes and control flow."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Def,
    Effect,
    For,
    Function,
    If,
    Lit,
    Op,
    Origin,
    Param,
    Program,
    Range,
    Slice,
    Stmt,
    Var,
    While,
)
from pullback.transpile.infer import infer

N = 3
VECTOR, MATRIX = ab.Array("float64", (N,)), ab.Array("float64", (N, N))
INDICES = ab.Array("int64", (N,))
LIST, MAPPING = ab.ListOf(VECTOR), ab.Mapping((("w", VECTOR), ("b", MATRIX)))
WS, PARAMS = Var("ws", LIST), Var("params", MAPPING)
HINTS = ("", "", "", "a", "b", "h", "da", "db", "d", "t", "np", "tape", "sum")
LINES = ("h = f(a)", "b = g(h)", "for i in range(n):", "if a > b:")


@dataclass
class Scope:
    """What can be read at a point of the program."""

    values: list[Atom] = field(default_factory=list)
    tapes: list[Var] = field(default_factory=list)
    pairs: list[Var] = field(default_factory=list)

    def inner(self) -> Scope:
        return Scope(list(self.values), list(self.tapes), list(self.pairs))


class Generator:
    """Draws one program."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.budget = rng.randint(3, 30)
        self.functions: dict[str, Function] = {}
        self.in_function = False

    # choices

    def origin(self) -> Origin:
        line = self.rng.randrange(len(LINES))
        return Origin("file.py", line + 1, 0, line + 1, 5, LINES[line], self.rng.random() < 0.6)

    def var(self, t: ab.Type, hint: str | None = None) -> Var:
        return Var(self.rng.choice(HINTS) if hint is None else hint, t)

    def value(self, scope: Scope, t: ab.Type) -> Atom:
        """A value of a type in scope, recent ones and those of a name more often."""
        found = [v for v in scope.values if same_kind(v.type, t)]
        if found and self.rng.random() < 0.9:
            return self.rng.choice(found[-6:] if self.rng.random() < 0.7 else found)
        if isinstance(t, ab.Scalar) and t.kind == "int":
            return Lit(self.rng.randint(0, 2))
        if isinstance(t, ab.Scalar):
            return Lit(self.rng.choice((0.0, 1.0, -2.0, 0.5)))
        return self.rng.choice(found)

    def emit(self, out: list[Stmt], scope: Scope, op: Callable[..., Any], *args: Any, **kwargs: Any) -> Var:
        t = infer(op, args, kwargs)
        v = self.var(t)
        if op in (operator.add, operator.sub) and isinstance(args[0], Var) and self.rng.random() < 0.5:
            v = Var(args[0].hint, t)
        out.append(Op(v, op, args, tuple(kwargs.items()), self.origin()))
        scope.values.append(v)
        return v

    # statements

    def block(self, scope: Scope, depth: int, wanted: tuple[ab.Type, ...], params: tuple[Var, ...] = ()) -> Block:
        out: list[Stmt] = []
        scope.values.extend(params)
        for _ in range(self.rng.randint(0 if depth else 2, 6)):
            self.statement(out, scope, depth)
        return Block(params, tuple(out), tuple(self.value(scope, t) for t in wanted))

    def statement(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        self.budget -= 1
        choices: list[tuple[int, Callable[..., None]]] = [
            (6, self.scalar), (6, self.array), (4, self.view), (7, self.write), (6, self.accumulate), (2, self.effect),
            (2, self.pair),
            (0 if self.in_function else 2, self.leaf),
        ]  # fmt: skip
        if depth < 3 and self.budget > 0:
            choices += [(3, self.branch), (3, self.for_loop), (1, self.while_loop), (2, self.tape_loop)]
            if not self.in_function:
                choices.append((1, self.call))
        weights = [w for w, _ in choices]
        self.rng.choices([f for _, f in choices], weights)[0](out, scope, depth)

    def scalar(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        op = self.rng.choice((operator.add, operator.sub, operator.mul, operator.neg, math.sin, math.tanh, np.sum, max))
        if op is np.sum:
            self.emit(out, scope, op, self.value(scope, VECTOR))
        elif op in (operator.neg, math.sin, math.tanh):
            self.emit(out, scope, op, self.value(scope, ab.FLOAT))
        else:
            self.emit(out, scope, op, self.value(scope, ab.FLOAT), self.value(scope, ab.FLOAT))

    def array(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        t = self.rng.choice((VECTOR, VECTOR, MATRIX))
        a, b = self.value(scope, t), self.value(scope, t)
        op = self.rng.choice(
            (np.tanh, operator.mul, operator.sub, np.zeros_like, np.cos, operator.matmul, prims.spread)
        )
        if op is prims.spread:
            self.emit(out, scope, op, self.value(scope, ab.FLOAT), a)
        elif op in (np.tanh, np.cos, np.zeros_like):
            self.emit(out, scope, op, a)
        elif op is operator.matmul:
            self.emit(out, scope, np.tanh, self.emit(out, scope, op, self.value(scope, MATRIX), b))
        else:
            self.emit(out, scope, op, a, b)

    def view(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        m, v = self.value(scope, MATRIX), self.value(scope, VECTOR)
        match self.rng.randrange(6):
            case 0:
                self.emit(out, scope, operator.getitem, m, (Lit(self.rng.randrange(N)),))
            case 1:
                self.emit(out, scope, np.transpose, m)
            case 2:
                self.emit(out, scope, operator.getitem, v, (Slice(None, None, Lit(-1)),))
            case 3:
                self.emit(out, scope, np.reshape, v, (Lit(N),))
            case 4:
                self.emit(out, scope, prims.alias, self.rng.choice((m, v)))
            case _:
                self.emit(out, scope, np.broadcast_to, v, (Lit(N), Lit(N)))

    def write(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        t = self.rng.choice((VECTOR, MATRIX))
        a = self.value(scope, t)
        op = self.rng.choice((prims.set_item, prims.add_item))
        index: Any
        match self.rng.randrange(4):
            case 0:
                index, shape = (Lit(self.rng.randrange(N)),), VECTOR if t is MATRIX else ab.FLOAT
            case 1:
                index, shape = (Slice(None, None, Lit(-1)),), t
            case 2:
                index, shape = (self.value(scope, INDICES),), t
            case _:
                index, shape = (self.value(scope, ab.INT),), VECTOR if t is MATRIX else ab.FLOAT
        v = self.var(t, a.hint if isinstance(a, Var) and self.rng.random() < 0.6 else None)
        item = self.value(scope, shape)
        if isinstance(item.type, ab.Array) and self.rng.random() < 0.5:
            item = self.emit(out, scope, np.sin, item)
        out.append(Op(v, op, (a, index, item), (), self.origin()))
        scope.values.append(v)

    def accumulate(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        t = self.rng.choice((VECTOR, MATRIX, ab.FLOAT))
        a = self.value(scope, t)
        b = self.value(scope, t)
        if self.rng.random() < 0.5 and not isinstance(t, ab.Scalar):
            b = self.emit(out, scope, operator.neg, b)
        v = Var(a.hint if isinstance(a, Var) else "da", infer(operator.add, (a, b), {}))
        origin = self.origin()
        out.append(Op(v, self.rng.choice((operator.add, operator.sub)), (a, b), (), origin))
        scope.values.append(v)

    def effect(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        out.append(Effect("print", (self.value(scope, ab.FLOAT),), self.origin()))

    def pair(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        if scope.pairs and self.rng.random() < 0.6:
            p = self.rng.choice(scope.pairs)
            self.emit(out, scope, prims.item, p, Lit(self.rng.randrange(2)))
        else:
            items = self.value(scope, VECTOR), self.value(scope, self.rng.choice((VECTOR, ab.FLOAT)))
            p = self.emit(out, scope, prims.make_tuple, *items)
            scope.values.pop()
            scope.pairs.append(p)

    def leaf(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        if self.rng.random() < 0.5:
            self.emit(out, scope, prims.item, PARAMS, Lit(self.rng.choice(("w", "b"))))
        else:
            self.emit(out, scope, prims.item, WS, Lit(self.rng.randrange(N)))

    def condition(self, out: list[Stmt], scope: Scope) -> Atom:
        c = self.var(ab.BOOL, "")
        out.append(Op(c, operator.gt, (self.value(scope, ab.FLOAT), Lit(0.1)), (), self.origin()))
        return c

    def types(self, most: int = 3) -> tuple[ab.Type, ...]:
        return tuple(self.rng.choice((VECTOR, VECTOR, MATRIX, ab.FLOAT)) for _ in range(self.rng.randint(1, most)))

    def branch(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        c = self.condition(out, scope)
        types = self.types()
        then, orelse = (self.block(scope.inner(), depth + 1, types) for _ in range(2))
        outs = tuple(self.merged(t, x, y) for t, x, y in zip(types, then.results, orelse.results, strict=True))
        out.append(If(outs, c, then, orelse, self.origin()))
        scope.values.extend(outs)

    def merged(self, t: ab.Type, x: Atom, y: Atom) -> Var:
        hints = [v.hint for v in (x, y) if isinstance(v, Var)]
        return self.var(t, self.rng.choice(hints) if hints and self.rng.random() < 0.6 else None)

    def loop_parts(self, scope: Scope, depth: int, index: Var | None, items: tuple[Var, ...]) -> Any:
        """Inits, and a body with what it carries and collects."""
        types = self.types()
        inits = tuple(self.value(scope, t) for t in types)
        carried = tuple(
            self.var(t, i.hint if isinstance(i, Var) and self.rng.random() < 0.6 else None)
            for t, i in zip(types, inits, strict=True)
        )
        inner = scope.inner()
        inner.values.extend((*carried, *carried, *(v for v in items if not isinstance(v.type, ab.ListOf))))
        inner.tapes.extend(v for v in items if isinstance(v.type, ab.ListOf))
        if index is not None:
            inner.values.append(index)
        collected = self.types(2) if self.rng.random() < 0.6 else ()
        body: list[Stmt] = []
        for _ in range(self.rng.randint(1, 5)):
            self.statement(body, inner, depth + 1)
        results = tuple(self.value(inner, t) for t in types)
        kept: tuple[Atom, ...] = tuple(self.value(inner, t) for t in collected)
        lists = [v for v in inner.tapes if v not in scope.tapes and v not in items]
        kept += tuple(self.rng.sample(lists, self.rng.randint(0, min(2, len(lists)))))
        outs = tuple(
            self.var(t, r.hint if isinstance(r, Var) and self.rng.random() < 0.6 else None)
            for t, r in zip(types, results, strict=True)
        )
        tapes = tuple(self.var(ab.ListOf(v.type), "") for v in kept)
        made = self.stop(body, inner, depth, (*results, *kept))
        return inits, carried, tuple(body), *made, (*outs, *tapes)

    def stop(
        self, body: list[Stmt], scope: Scope, depth: int, results: tuple[Atom, ...]
    ) -> tuple[tuple[Atom, ...], Atom | None, bool]:
        """The results of a body, whether that was the last iteration, and if so: is it to leave what is collected?"""
        return results, None, True

    def finish(self, scope: Scope, outs: tuple[Var, ...]) -> None:
        for v in outs:
            (scope.tapes if isinstance(v.type, ab.ListOf) else scope.values).append(v)

    def for_loop(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        index = self.var(ab.INT, self.rng.choice(("i", "t", "a")))
        count = self.rng.choice((0, 1, 3, 3))
        walks = not self.in_function and self.rng.random() < 0.3
        items = (self.var(VECTOR),) if walks else ()
        count = N if walks else count
        inits, carried, body, results, stop, keeps, outs = self.loop_parts(scope, depth, index, items)
        block = Block((index, *carried, *items), body, results)
        source = Range(Lit(0), Lit(count), Lit(1))
        given = None if walks and self.rng.random() < 0.5 else source
        reverse, sequences = self.rng.random() < 0.3, (WS,) if walks else ()
        out.append(For(outs, given, reverse, inits, sequences, block, self.origin(), stop=stop, keeps=keeps))
        self.finish(scope, outs)
        if self.rng.random() < 0.7:
            tapes = [v for v in outs if isinstance(v.type, ab.ListOf)]
            self.adjoint(out, scope, depth, tapes, source if stop is None else None)

    def tape_loop(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        if scope.tapes:
            self.adjoint(out, scope, depth, [self.rng.choice(scope.tapes)], None)

    def adjoint(self, out: list[Stmt], scope: Scope, depth: int, tapes: list[Var], source: Range | None) -> None:
        """A loop over tapes, as the adjoint of a loop is."""
        if not tapes:
            return
        if source is not None and source.stop == Lit(N) and not self.in_function and self.rng.random() < 0.3:
            tapes = [*tapes, WS]
        items = tuple(self.var(v.type.item) for v in tapes if isinstance(v.type, ab.ListOf))
        index = self.var(ab.INT, "i")
        inits, carried, body, results, stop, keeps, outs = self.loop_parts(scope, depth, index, items)
        block = Block((index, *carried, *items), body, results)
        reverse = self.rng.random() < 0.7
        source = source if self.rng.random() < 0.5 else None
        out.append(For(outs, source, reverse, inits, tuple(tapes), block, self.origin(), stop=stop, keeps=keeps))
        self.finish(scope, outs)

    def while_loop(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        inits, carried, body, results, stop, keeps, outs = self.loop_parts(scope, depth, None, ())
        n, n2, n3 = (Var(self.rng.choice(("n", "a")), ab.INT) for _ in range(3))
        step = Op(n2, operator.add, (n, Lit(1)), (), self.origin())
        params = tuple(Var(v.hint, v.type) for v in (n, *carried))
        test = Var("", ab.BOOL)
        cond = Block(params, (Op(test, operator.lt, (params[0], Lit(3)), (), self.origin()),), (test,))
        k = len(carried)
        block = Block((n, *carried), (step, *body), (n2, *results[:k], *results[k:]))
        out.append(While((n3, *outs), (Lit(0), *inits), cond, block, self.origin(), stop=stop, keeps=keeps))
        self.finish(scope, outs)

    def call(self, out: list[Stmt], scope: Scope, depth: int) -> None:
        types = self.types()
        key = f"g{len(self.functions)}"
        g = Generator(self.rng)
        g.budget, g.in_function = 4, True
        params = tuple(self.var(t, self.rng.choice(("a", "b", "x")) + str(k)) for k, t in enumerate(types))
        block = g.block(Scope([*params, *EXTRA]), 1, self.types(2))
        t = ab.Seq("tuple", tuple(r.type for r in block.results))
        result = Var("", t)
        body = (*block.body, Op(result, prims.make_tuple, block.results, (), self.origin()))
        self.functions[key] = Function(
            key,
            tuple(map(Param, (*params, *EXTRA))),
            Block((*params, *EXTRA), body, (result,)),
            self.origin(),
            primal=False,
        )
        made = Var("", t)
        args = tuple(self.value(scope, p.type) for p in (*params, *EXTRA))
        out.append(Call(made, key, args, self.origin()))
        for k, u in enumerate(t.items):
            v = self.var(u)
            out.append(Op(v, prims.item, (made, Lit(k)), (), self.origin()))
            scope.values.append(v)

    def program(self) -> Program:
        params = (
            Var("a", VECTOR), Var("b", VECTOR), Var("m", MATRIX), Var("x", ab.FLOAT), Var("k", INDICES),
            Var("i", ab.INT), WS, PARAMS,
        )  # fmt: skip
        scope = Scope()
        block = self.block(scope, 0, self.types(4), params)
        body = list(block.body)
        results: list[Atom] = list(block.results)
        result = Var("", ab.Seq("tuple", tuple(r.type for r in results)))
        if self.rng.random() < 0.2:
            pull = Var("", ab.UNKNOWN)
            dout = Var("dout", VECTOR)
            inside = self.block(scope.inner(), 1, (self.rng.choice((VECTOR, MATRIX)),), (dout,))
            body.append(Def(pull, "pull", inside, self.origin()))
            results.append(pull)
        body.append(Op(result, prims.make_tuple, tuple(results), (), self.origin()))
        entry = Function(
            "f", tuple(map(Param, params)), Block(params, tuple(body), (result,)), self.origin(), primal=False
        )
        return Program(entry, self.functions)


EXTRA = (Var("m", MATRIX), Var("v", VECTOR), Var("s", ab.FLOAT), Var("k", INDICES))


def same_kind(a: ab.Type, b: ab.Type) -> bool:
    """Can a value of the first type stand where one of the second is wanted?"""
    if isinstance(b, ab.Array):
        return isinstance(a, ab.Array) and a.dtype == b.dtype and a.shape == b.shape
    return isinstance(a, ab.Scalar) and isinstance(b, ab.Scalar) and a.kind == b.kind


def arguments() -> tuple[Any, ...]:
    """Arguments of every such program."""
    rng = np.random.default_rng(0)
    n = rng.standard_normal
    params = {"w": n(N), "b": n((N, N))}
    return n(N), n(N), n((N, N)), 0.3, np.array([0, 2, 0]), 1, [n(N) for _ in range(N)], params


def random_program(rng: random.Random) -> Program:
    """One random program."""
    return Generator(rng).program()
