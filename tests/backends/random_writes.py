"""Random writes, as they come from code that overwrites arrays: statements of Core programs without control flow.

A cell is a name of the user's with a current value; reads of slices are held across writes.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Arg,
    Atom,
    Function,
    Lit,
    Op,
    Origin,
    Slice,
    Stmt,
    Var,
)
from pullback.transpile.infer import infer

N = 4
VECTOR, MATRIX = ab.Array("float64", (N,)), ab.Array("float64", (N, N))
INDICES, MASK = ab.Array("int64", (N,)), ab.Array("bool", (N,))
SIGNS: dict[Callable[..., Any], str] = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/",
}  # fmt: skip
BACKWARDS = Slice(None, None, Lit(-1))
ALL = -1
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
    """Draws statements."""

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
