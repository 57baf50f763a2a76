"""Random Core programs as they come from code that overwrites arrays: cells that are written in loops and branches.

A cell is a name of the user's with a current value; reads of slices are held across writes, put on tapes and read by a
loop in the other direction; functions write into their arguments.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Call,
    Def,
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
from pullback.transpile.traversal import substitute

N = 4
VECTOR, MATRIX = ab.Array("float64", (N,)), ab.Array("float64", (N, N))
INDICES, MASK = ab.Array("int64", (N,)), ab.Array("bool", (N,))
SIGNS: dict[Callable[..., Any], str] = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/",
}  # fmt: skip
PARAMS = {"u": VECTOR, "v": VECTOR, "m": MATRIX, "s": ab.FLOAT, "k": INDICES}


@dataclass
class State:
    """The current values of the cells, values that are held, and the lists that loops have left."""

    cells: dict[str, Atom]
    held: list[Var] = field(default_factory=list)
    tapes: list[Var] = field(default_factory=list)

    def inner(self) -> State:
        return State(dict(self.cells), list(self.held), list(self.tapes))


class Writer:
    """Draws one program."""

    def __init__(self, rng: random.Random, budget: int) -> None:
        self.rng = rng
        self.budget = budget
        self.functions: dict[str, Function] = {}
        self.adjoint = False
        self.calls = True

    def origin(self, text: str = "u = f(v)") -> Origin:
        return Origin("file.py", 1, 0, 1, 5, text, self.adjoint)

    def op(
        self, out: list[Stmt], hint: str, op: Callable[..., Any], *args: Any, text: str = "u = f(v)", **kwargs: Any
    ) -> Var:
        v = Var(hint, infer(op, args, kwargs))
        out.append(Op(v, op, args, tuple(kwargs.items()), self.origin(text)))
        return v

    # expressions

    def arrays(self, state: State, t: ab.Type) -> list[Var]:
        found = [*state.cells.values(), *state.held]
        return [v for v in found if isinstance(v, Var) and v.type == t]

    def array(self, state: State, t: ab.Type) -> Var:
        found = self.arrays(state, t)
        return self.rng.choice(found[-4:] if self.rng.random() < 0.4 else found)

    def scalar(self, out: list[Stmt], state: State) -> Atom:
        match self.rng.randrange(5):
            case 0:
                return Lit(self.rng.choice((0.5, -2.0, 1.0)))
            case 1:
                return self.op(out, "", operator.getitem, self.array(state, VECTOR), (self.integer(state),))
            case 2:
                index = (self.integer(state), self.integer(state))
                return self.op(out, "", operator.getitem, self.array(state, MATRIX), index)
            case 3:
                return self.op(out, "", np.sum, self.array(state, VECTOR))
        found = [v for v in (*state.cells.values(), *state.held) if isinstance(v.type, ab.Scalar)]
        floats = [v for v in found if ab.kind_of(v.type) == "float"]
        return self.rng.choice(floats) if floats else Lit(0.25)

    def integer(self, state: State) -> Atom:
        ints = [v for v in state.cells.values() if isinstance(v.type, ab.Scalar) and v.type.kind == "int"]
        return self.rng.choice(ints) if ints and self.rng.random() < 0.6 else Lit(self.rng.randint(-2, 2))

    def vector(self, out: list[Stmt], state: State, n: int) -> Atom:
        """A one-dimensional value of length `n`, or a scalar in its place."""
        if self.rng.random() < 0.25:
            return self.scalar(out, state)
        v = self.view(out, state, self.array(state, VECTOR), n)
        for _ in range(self.rng.randint(0, 2)):
            if self.rng.random() < 0.6:
                w = self.view(out, state, self.array(state, VECTOR), n)
                v = self.op(out, "", self.rng.choice((operator.add, operator.mul, operator.sub)), v, w)
            else:
                v = self.op(out, "", self.rng.choice((np.tanh, np.cos, operator.neg)), v)
        return v

    def view(self, out: list[Stmt], state: State, v: Var, n: int) -> Var:
        """A slice of a vector; of the matrix at times."""
        if self.rng.random() < 0.3:
            m = self.array(state, MATRIX)
            index = (self.integer(state),) if self.rng.random() < 0.5 else (Slice(), self.integer(state))
            v = self.op(out, "", operator.getitem, m, index)
        if n == N:
            return v if self.rng.random() < 0.7 else self.op(out, "", operator.getitem, v, (BACKWARDS,))
        start = self.rng.randint(0, N - n)
        return self.op(out, "", operator.getitem, v, (Slice(Lit(start), Lit(start + n)),))

    # writes

    def write(self, out: list[Stmt], state: State, depth: int) -> None:
        name = self.rng.choice([n for n, v in state.cells.items() if v.type in (VECTOR, MATRIX)])
        array = state.cells[name]
        via: tuple[tuple[Arg, ...], ...] = ()
        matrix = array.type == MATRIX
        if self.rng.random() < 0.3:
            via = self.path(state, matrix)
            matrix = matrix and via[-1][0] in (Lit(np.transpose), Lit(np.swapaxes))
        index, shape, text = self.target(out, state, matrix, bool(via))
        value: Atom = self.scalar(out, state)
        if shape is not None and self.rng.random() < 0.8:
            value = self.array(state, MATRIX) if shape == ALL else self.vector(out, state, shape)
        state.cells[name] = self.written(out, name, array, index, value, via, f"{name}{text}")

    def path(self, state: State, matrix: bool) -> tuple[tuple[Arg, ...], ...]:
        if not matrix:
            ways: tuple[tuple[Arg, ...], ...] = (
                (Lit(operator.getitem), (BACKWARDS,)),
                (Lit(operator.getitem), (Lit(...),)),
            )
            return (self.rng.choice(ways),)
        row = (Lit(operator.getitem), (self.integer(state),))
        column = (Lit(operator.getitem), (Slice(), self.integer(state)))
        turned = (Lit(np.transpose),)
        swapped = (Lit(np.swapaxes), Lit(0), Lit(1))
        return self.rng.choice(((row,), (column,), (turned,), (swapped,), (turned, row), (swapped, column)))

    def target(
        self, out: list[Stmt], state: State, matrix: bool, viewed: bool
    ) -> tuple[tuple[Arg, ...], int | None, str]:
        """An index, what fits there (None: a scalar, ALL: a matrix, or the length of a vector), and how it looks."""
        i = self.integer(state)
        if matrix:
            return self.rng.choice((
                ((i, self.integer(state)), None, "[i, j]"), ((i,), N, "[i]"), ((Slice(), i), N, "[:, i]"),
                ((Slice(), Slice()), ALL, "[:, :]"), ((Lit(...),), ALL, ""), ((state.cells["k"],), N, "[k]"),
            ))  # fmt: skip
        n = self.rng.randint(1, 3)
        start = self.rng.randint(0, N - n)
        choices: list[tuple[tuple[Arg, ...], int | None, str]] = [
            ((i,), None, "[i]"), ((i,), None, "[i]"), ((Slice(Lit(start), Lit(start + n)),), n, "[a:b]"),
            ((BACKWARDS,), N, "[::-1]"), ((Slice(),), N, "[:]"), ((Lit(...),), N, "[...]" if viewed else ""),
            ((state.cells["k"],), N, "[k]"),
        ]  # fmt: skip
        if self.rng.random() < 0.2:
            mask = self.op(out, "", operator.gt, self.array(state, VECTOR), Lit(0.0))
            choices = [((mask,), None, "[mask]")]
        return self.rng.choice(choices)

    def written(
        self,
        out: list[Stmt],
        name: str,
        array: Atom,
        index: tuple[Arg, ...],
        value: Atom,
        via: tuple[tuple[Arg, ...], ...],
        target: str,
    ) -> Var:
        """One of the forms of a write."""
        more = {"via": via} if via else {}
        kind = self.rng.random()
        if kind < 0.35:
            return self.op(out, name, prims.set_item, array, index, value, text=f"{target} = e", **more)
        if kind < 0.6:
            sign = "+"
            if self.rng.random() < 0.5:
                value, sign = self.op(out, "", operator.neg, value), self.rng.choice("+-")
            return self.op(out, name, prims.add_item, array, index, value, text=f"{target} {sign}= e", **more)
        op = self.rng.choice(tuple(SIGNS))
        read = array
        for step, *rest in via:
            read = self.op(out, "", step.value, read, *rest)
        if index != (Lit(...),) or via or self.rng.random() < 0.3:
            read = self.op(out, "", operator.getitem, read, index)
        changed = self.op(out, "", op, read, value)
        text = f"{target} {SIGNS[op]}= e" if kind < 0.95 else f"{target} = {target} {SIGNS[op]} e"
        return self.op(out, name, prims.set_item, array, index, changed, text=text, **more)

    def scale(self, out: list[Stmt], state: State, depth: int) -> None:
        """`x *= v` on a whole array."""
        name = self.rng.choice(("u", "v", "m"))
        op = self.rng.choice(tuple(SIGNS))
        value = self.scalar(out, state)
        if self.rng.random() < 0.5:
            value = self.vector(out, state, N) if name != "m" else self.array(state, MATRIX)
        text = f"{name} {SIGNS[op]}= e" if self.rng.random() < 0.8 else f"{name} = {name} {SIGNS[op]} e"
        state.cells[name] = self.op(out, name, op, state.cells[name], value, text=text)

    # other statements

    def hold(self, out: list[Stmt], state: State, depth: int) -> None:
        """A view that is read later, as it was."""
        hint = self.rng.choice(("", "h", "w"))
        v, m = self.array(state, VECTOR), self.array(state, MATRIX)
        match self.rng.randrange(6):
            case 0:
                held = self.op(out, hint, operator.getitem, m, (self.integer(state),))
            case 1:
                held = self.op(out, hint, np.transpose, m)
            case 2:
                held = self.op(out, hint, operator.getitem, v, (BACKWARDS,))
            case 3:
                held = self.op(out, hint, prims.alias, self.rng.choice((m, v)))
            case 4:
                held = self.op(out, hint, operator.getitem, v, (Lit(self.rng.randrange(N)),))
            case _:
                held = self.op(out, hint, operator.mul, v, v)
        state.held.append(held)

    def compute(self, out: list[Stmt], state: State, depth: int) -> None:
        if self.rng.random() < 0.6:
            total = self.op(out, "s", operator.add, state.cells["s"], self.scalar(out, state), text="s += e")
            state.cells["s"] = self.op(out, "s", np.tanh, total)
        else:
            state.cells["v"] = self.op(out, "v", np.sin, self.array(state, VECTOR))

    def swap(self, out: list[Stmt], state: State, depth: int) -> None:
        """`u, v = v, u`, or one of them is the other one from now on."""
        u, v = state.cells["u"], state.cells["v"]
        state.cells["u"] = v
        if self.rng.random() < 0.7:
            state.cells["v"] = u

    def like(self, out: list[Stmt], state: State, depth: int) -> None:
        """Zeros in the shape of an array, perhaps of one that is written by now."""
        t = self.rng.choice((VECTOR, MATRIX))
        op = self.rng.choice((np.zeros_like, np.ones_like, prims.spread))
        array = self.array(state, t)
        args = (Lit(0.5), array) if op is prims.spread else (array,)
        state.held.append(self.op(out, self.rng.choice(("", "du")), op, *args))

    # control flow

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
    ) -> tuple[list[str], tuple[Var, ...], list[Stmt], State, dict[Var, Atom]]:
        """The body of a loop: which cells it changes, their variables inside, and what is not carried after all."""
        inside = {n: Var(n, v.type) for n, v in state.cells.items()}
        inner = state.inner()
        inner.cells = {**inside, **dict(more)}
        body: list[Stmt] = []
        self.statements(body, inner, depth + 1, self.rng.randint(1, 4))
        changed = [n for n in state.cells if inner.cells[n] is not inside[n]]
        free = {inside[n]: state.cells[n] for n in state.cells if n not in changed}
        return changed, tuple(inside[n] for n in changed), body, inner, free

    def for_loop(self, out: list[Stmt], state: State, depth: int) -> None:
        index = Var("i", ab.INT)
        changed, carried, body, inner, free = self.round(state, depth, [("i", index)])
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
        out.append(For((*outs, *tapes), source, reverse, inits, (), block, self.origin("for i in range(n):")))
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
        changed, carried, body, inner, free = self.round(outer, depth)
        index = Var("i", ab.INT)
        results = tuple(inner.cells[n] for n in changed)
        block = substitute(Block((index, *carried, *items), tuple(body), results), free)
        outs = tuple(Var(n, state.cells[n].type) for n in changed)
        inits = tuple(state.cells[n] for n in changed)
        reverse = self.rng.random() < 0.8
        out.append(For(outs, None, reverse, inits, tuple(tapes), block, self.origin("for i in range(n):")))
        state.cells.update(zip(changed, outs, strict=True))

    def while_loop(self, out: list[Stmt], state: State, depth: int) -> None:
        count, after, end, test = (Var(h, t) for h, t in (("n", ab.INT), ("n", ab.INT), ("n", ab.INT), ("", ab.BOOL)))
        changed, carried, body, inner, free = self.round(state, depth, [("n", count)])
        body.append(Op(after, operator.add, (count, Lit(1)), (), self.origin("n += 1")))
        block = Block((count, *carried), tuple(body), (after, *(inner.cells[n] for n in changed)))
        params = tuple(Var(v.hint, v.type) for v in (count, *carried))
        cond = Block(params, (Op(test, operator.lt, (params[0], Lit(2)), (), self.origin("while n < 2:")),), (test,))
        outs = tuple(Var(n, state.cells[n].type) for n in changed)
        inits = tuple(state.cells[n] for n in changed)
        loop = While((end, *outs), (Lit(0), *inits), cond, substitute(block, free), self.origin("while n < 2:"))
        out.append(loop)
        state.cells.update(zip(changed, outs, strict=True))

    # functions

    def call(self, out: list[Stmt], state: State, depth: int) -> None:
        """A call of a function that writes into some of its arguments."""
        key = f"g{len(self.functions)}"
        names = ["u", "v", "m", "s", "k"]
        inner = Writer(self.rng, 6)
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


BACKWARDS = Slice(None, None, Lit(-1))
ALL = -1


def arguments() -> tuple[Any, ...]:
    """Arguments of every such program."""
    n = np.random.default_rng(0).standard_normal
    return n(N), n(N), n((N, N)), 0.3, np.array([0, 2, 0, 3])


def random_writes(rng: random.Random) -> Program:
    """One random program."""
    return Writer(rng, rng.randint(6, 40)).program()
