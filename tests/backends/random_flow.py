"""Random Core programs that overwrite arrays: cells are written in loops and branches, and by functions.

What a loop puts on tapes is read by one in the other direction; functions write into their arguments.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Def,
    For,
    Function,
    If,
    Lit,
    Op,
    Param,
    Program,
    Range,
    Stmt,
    Var,
    While,
)  # fmt: skip
from pullback.transpile.traversal import substitute
from tests.backends.random_writes import MATRIX, PARAMS, VECTOR, N, State, Writer


class Flow(Writer):
    """Draws one program."""

    def statements(self, out: list[Stmt], state: State, depth: int, count: int) -> None:
        kinds: list[tuple[int, Callable[[list[Stmt], State, int], None]]] = [
            (10, self.write), (2, self.scale), (3, self.hold), (3, self.compute), (1, self.like), (1, self.swap),
        ]  # fmt: skip
        if depth < 3:
            kinds += [(3, self.branch), (4, self.for_loop), (1, self.while_loop), (2, self.backwards)]
        if depth < 3 and self.calls:
            kinds.append((2, self.call))
        weights = [w for w, _ in kinds]
        for _ in range(count):
            self.budget -= 1
            if self.budget > 0:
                self.rng.choices([f for _, f in kinds], weights)[0](out, state, depth)

    def branch(self, out: list[Stmt], state: State, depth: int) -> None:
        test = self.op(out, "", operator.gt, self.scalar(out, state), Lit(0.1), text="if a > b:")
        sides = []
        for _ in range(2):
            body: list[Stmt] = []
            inner = state.inner()
            self.statements(body, inner, depth + 1, self.rng.randint(0, 3))
            sides.append((body, inner))
        (then, a), (orelse, b) = sides
        changed = [n for n, v in state.cells.items() if a.cells[n] is not v or b.cells[n] is not v]
        outs = tuple(Var(n, state.cells[n].type) for n in changed)
        blocks = [
            Block((), tuple(body), tuple(inner.cells[n] for n in changed))
            for body, inner in ((then, a), (orelse, b))
        ]  # fmt: skip
        out.append(If(outs, test, *blocks, self.origin("if a > b:")))
        state.cells.update(zip(changed, outs, strict=True))

    def round(
        self, state: State, depth: int, more: Sequence[tuple[str, Var]] = ()
    ) -> tuple[list[str], tuple[Var, ...], list[Stmt], State, dict[Var, Atom], dict[str, Any]]:
        """The body of a loop: the cells that it changes, as variables inside, what is not carried, when it stops."""
        inside = {n: Var(n, v.type) for n, v in state.cells.items()}
        inner = state.inner()
        inner.cells = {**inside, **dict(more)}
        body: list[Stmt] = []
        self.statements(body, inner, depth + 1, self.rng.randint(1, 4))
        stops = self.stops(body, inner, depth)
        changed = [n for n in state.cells if inner.cells[n] is not inside[n]]
        free = {inside[n]: state.cells[n] for n in state.cells if n not in changed}
        return changed, tuple(inside[n] for n in changed), body, inner, free, stops

    def stops(self, out: list[Stmt], state: State, depth: int) -> dict[str, Any]:
        """Whether a loop stops early: it tells at the end of a round, or leaves out the rest of the last one."""
        kind, keeps = self.rng.randrange(8), self.rng.random() < 0.7
        if kind > 2:
            return {}
        test = self.op(out, "", operator.gt, self.scalar(out, state), Lit(0.3), text="if a > b:")
        if kind == 0:
            return {"stop": test, "keeps": keeps}
        rest: list[Stmt] = []
        after = state.inner()
        self.statements(rest, after, depth + 2, self.rng.randint(1, 3))
        changed = [n for n, v in state.cells.items() if after.cells[n] is not v]
        outs = tuple(Var(n, state.cells[n].type) for n in changed)
        stop = Var("", ab.BOOL)
        leave = Block((), (), (*(state.cells[n] for n in changed), Lit(True)))
        stay = Block((), tuple(rest), (*(after.cells[n] for n in changed), Lit(False)))
        sides = (leave, stay) if kind == 1 else (stay, leave)
        out.append(If((*outs, stop), test, *sides, self.origin("if a > b:")))
        state.cells.update(zip(changed, outs, strict=True))
        return {"stop": stop, "keeps": keeps}

    def for_loop(self, out: list[Stmt], state: State, depth: int) -> None:
        index = Var("i", ab.INT)
        changed, carried, body, inner, free, stops = self.round(state, depth, [("i", index)])
        kept = [v for v in (*inner.cells.values(), *inner.held) if isinstance(v, Var) and v.type in (VECTOR, MATRIX)]
        kept = self.rng.sample(kept, min(len(kept), self.rng.choice((0, 0, 1, 2))))
        if kept and self.rng.random() < 0.5:
            kept[0] = self.op(body, "", operator.getitem, kept[0], (Lit(self.rng.randrange(N)),))
        lists = [v for v in inner.tapes if v not in state.tapes][:1] if self.rng.random() < 0.5 else []
        kept += lists
        results = (*(inner.cells[n] for n in changed), *kept)
        block = substitute(Block((index, *carried), tuple(body), results), free)
        outs = tuple(Var(n, state.cells[n].type) for n in changed)
        tapes = tuple(Var("", ab.ListOf(v.type)) for v in kept)
        source = Range(Lit(0), Lit(self.rng.choice((0, 1, 3, 3))), Lit(1))
        inits = tuple(state.cells[n] for n in changed)
        reverse = self.rng.random() < 0.2
        out.append(For((*outs, *tapes), source, reverse, inits, (), block, self.origin("for i in range(n):"), **stops))
        state.cells.update(zip(changed, outs, strict=True))
        state.tapes += tapes

    def backwards(self, out: list[Stmt], state: State, depth: int) -> None:
        """A loop over what another one has left."""
        if not state.tapes:
            return
        tapes = [self.rng.choice(state.tapes)]
        items = tuple(Var(self.rng.choice(("", "h")), v.type.item) for v in tapes if isinstance(v.type, ab.ListOf))
        outer = State(dict(state.cells), [*state.held, *(v for v in items if isinstance(v.type, ab.Array))])
        outer.tapes = [*state.tapes, *(v for v in items if isinstance(v.type, ab.ListOf))]
        changed, carried, body, inner, free, stops = self.round(outer, depth)
        index = Var("i", ab.INT)
        results = tuple(inner.cells[n] for n in changed)
        block = substitute(Block((index, *carried, *items), tuple(body), results), free)
        outs = tuple(Var(n, state.cells[n].type) for n in changed)
        inits = tuple(state.cells[n] for n in changed)
        reverse = self.rng.random() < 0.8
        out.append(For(outs, None, reverse, inits, tuple(tapes), block, self.origin("for i in range(n):"), **stops))
        state.cells.update(zip(changed, outs, strict=True))

    def while_loop(self, out: list[Stmt], state: State, depth: int) -> None:
        count, after, end, test = (Var(h, t) for h, t in (("n", ab.INT), ("n", ab.INT), ("n", ab.INT), ("", ab.BOOL)))
        changed, carried, body, inner, free, stops = self.round(state, depth, [("n", count)])
        body.append(Op(after, operator.add, (count, Lit(1)), (), self.origin("n += 1")))
        block = Block((count, *carried), tuple(body), (after, *(inner.cells[n] for n in changed)))
        params = tuple(Var(v.hint, v.type) for v in (count, *carried))
        cond = Block(params, (Op(test, operator.lt, (params[0], Lit(2)), (), self.origin("while n < 2:")),), (test,))
        outs = tuple(Var(n, state.cells[n].type) for n in changed)
        inits = tuple(state.cells[n] for n in changed)
        block = substitute(block, free)
        out.append(While((end, *outs), (Lit(0), *inits), cond, block, self.origin("while n < 2:"), **stops))
        state.cells.update(zip(changed, outs, strict=True))

    # functions

    def call(self, out: list[Stmt], state: State, depth: int) -> None:
        """A call of a function that writes into some of its arguments."""
        key = f"g{len(self.functions)}"
        names = ["u", "v", "m", "s", "k"]
        inner = Flow(self.rng, 6)
        inner.calls = False
        primal = self.rng.random() < 0.5
        inner.adjoint = not primal and self.rng.random() < 0.3
        params = {n: Var(n, PARAMS[n]) for n in names}
        mine = State(dict(params))
        body: list[Stmt] = []
        inner.statements(body, mine, 1, self.rng.randint(1, 4))
        written = tuple(
            k for k, n in enumerate(names) if PARAMS[n] in (VECTOR, MATRIX) and mine.cells[n] is not params[n]
        )
        value: Atom = self.rng.choice((Lit(None), mine.cells["s"], mine.cells["u"], params["v"]))
        if not primal and isinstance(value, Lit):
            value = mine.cells["s"]
        parts = (value, *(mine.cells[names[k]] for k in written))
        result: Atom = value
        if written:
            result = self.op(body, "", prims.make_tuple, *parts)
        given = tuple(params.values())
        self.functions[key] = Function(
            key, tuple(map(Param, given)), Block(given, tuple(body), (result,)), self.origin(), primal=primal,
            module="user", written=written,
        )  # fmt: skip
        args = [state.cells[n] for n in names]
        if self.rng.random() < 0.3:
            args[1] = self.rng.choice((state.cells["u"], self.array(state, VECTOR)))
        made = Var("", result.type)
        out.append(Call(made, key, tuple(args), self.origin("kernel(u, v)")))
        if not written:
            if isinstance(made.type, ab.Array):
                state.held.append(made)
            return
        first = self.op(out, "", prims.item, made, Lit(0))
        if isinstance(first.type, ab.Array | ab.Scalar) and self.rng.random() < 0.7:
            state.held.append(first)
        for k, position in enumerate(written, 1):
            if self.rng.random() < 0.9:
                name = names[position]
                state.cells[name] = self.op(out, name, prims.item, made, Lit(k))

    def program(self) -> Program:
        params = {n: Var(n, t) for n, t in PARAMS.items()}
        state = State(dict(params))
        body: list[Stmt] = []
        self.statements(body, state, 0, self.rng.randint(2, 7))
        if self.rng.random() < 0.4:
            self.adjoint = True
            self.statements(body, state, 0, self.rng.randint(1, 5))
        names = self.rng.sample(("u", "v", "m", "s"), self.rng.randint(1, 4))
        results: list[Atom] = [state.cells[n] for n in names]
        results += [self.rng.choice(state.held)] if state.held else []
        if self.rng.random() < 0.15:
            results.append(self.pull(body, state))
        result = self.op(body, "", prims.make_tuple, *results)
        given = tuple(params.values())
        block = Block(given, tuple(body), (result,))
        entry = Function("f", tuple(map(Param, given)), block, self.origin("def f():"), primal=False)
        return Program(entry, self.functions)

    def pull(self, out: list[Stmt], state: State) -> Var:
        """A closure that writes copies of what is around it."""
        dout = Var("dout", VECTOR)
        inner = state.inner()
        inner.held.append(dout)
        inner.cells["u"] = self.rng.choice((dout, inner.cells["u"]))
        body: list[Stmt] = []
        self.statements(body, inner, 2, self.rng.randint(1, 3))
        pull = Var("", ab.UNKNOWN)
        out.append(Def(pull, "pull", Block((dout,), tuple(body), (inner.cells["u"],)), self.origin("def f():")))
        return pull


def arguments() -> tuple[Any, ...]:
    """Arguments of every such program."""
    n = np.random.default_rng(0).standard_normal
    return n(N), n(N), n((N, N)), 0.3, np.array([0, 2, 0, 3])


def random_writes(rng: random.Random) -> Program:
    """One random program."""
    return Flow(rng, rng.randint(6, 40)).program()
