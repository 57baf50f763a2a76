"""Both sweeps of a function, and the companions of the functions that it calls.

A short callee gets one companion, `f_pullback(args…, dout)`, which computes again what it needs. One that loops,
calls or multiplies matrices gets two, so that nothing costly is done twice: `f_forward(args…)` gives the value and a
tape, and `f_pullback(args…, tape, dout)` reads that tape.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Effect,
    For,
    Function,
    If,
    Lit,
    Op,
    OpFunction,
    Origin,
    Param,
    Program,
    Stmt,
    Var,
    While,
    blocks,
    free,
)
from pullback.transpile.infer import infer, type_of
from pullback.transpile.optimise import (
    effectful,
    fuse_branches,
    hoist_items,
    keep_residuals,
    optimise,
    remove_dead,
    simplify,
)
from pullback.transpile.optimise.residuals import again_at_top
from pullback.transpile.reverse.activity import useful, varied
from pullback.transpile.reverse.adjoint import Adjoint, Companion, Reversal
from pullback.transpile.reverse.twins import Twins

_COSTLY: frozenset[OpFunction] = frozenset(
    {operator.matmul, np.matmul, np.dot, np.inner, np.outer, np.einsum, np.tensordot, np.sort, np.cumsum}
)


@dataclass(frozen=True)
class Sweeps:
    """A forward sweep, the backward statements after it, and the gradients at their end."""

    forward: Block
    backward: tuple[Stmt, ...]
    gradients: tuple[Atom, ...]


class Derivation:
    """One derivation.

    `functions`: the primal functions and the companions made so far; `made`: companions by what they pull back.
    """

    def __init__(self, program: Program, optimised: bool) -> None:
        self.functions = dict(program.functions)
        self.effects = effectful(program)
        self.optimised = optimised
        self.made: dict[tuple[str, tuple[int, ...]], Companion] = {}

    def finish(self, b: Block) -> Block:
        """What follows differentiation, on the joined sweeps of one function."""
        if self.optimised:
            return optimise(keep_residuals(fuse_branches(b)), self.effects)
        return remove_dead(keep_residuals(b), self.effects)

    def sweeps(self, f: Function, wrt: tuple[int, ...], seed: Atom, exact: bool) -> Sweeps:
        """Both sweeps of a function; backward code still reads forward names wherever they are."""
        primal = hoist_items(f.block)
        if self.optimised:
            primal = simplify(primal)
        primal = remove_dead(primal, self.effects)
        inputs = [f.block.params[i] for i in wrt]
        active = varied(primal, inputs) & useful(primal, primal.results[:1])
        reversal = Reversal(active, Twins.of(primal), self.companion, self.result_type)
        adjoint = Adjoint(reversal, f.origin)
        adjoint.ct.start(primal.results[0], seed)
        adjoint.walk(primal.body)
        adjoint.b.at(f.origin)
        gradients = tuple(adjoint.ct.gradient(p) if exact else adjoint.ct.full(p) for p in inputs)
        back = Block((), tuple(adjoint.b.body), gradients)
        back = remove_dead(simplify(back) if self.optimised else back)
        return Sweeps(_with_tapes(primal, reversal.taped), back.body, back.results)

    def companion(self, key: str, active: tuple[int, ...]) -> Companion:
        """The companions that pull a cotangent of the function `key` back to its arguments at `active`."""
        if (key, active) not in self.made:
            f = self.functions[key]
            forward = self._name(f"{f.name}_forward") if _is_costly(f.block) else None
            made = Companion(self._name(f"{f.name}_pullback"), forward)
            self.made[key, active] = made
            self._define(f, made, active)
        return self.made[key, active]

    def result_type(self, key: str) -> ab.Type | None:
        """The type of what a companion returns; None while it is being made (a recursive function)."""
        f = self.functions.get(key)
        return type_of(f.block.results[0]) if f is not None else None

    def _name(self, name: str) -> str:
        taken = {n for c in self.made.values() for n in (c.pullback, c.forward)} | {
            f.name for f in self.functions.values()
        }
        k, out = 2, name
        while out in taken:
            out, k = f"{name}{k}", k + 1
        return out

    def _define(self, f: Function, names: Companion, active: tuple[int, ...]) -> None:
        dout = Var("dout", type_of(f.block.results[0]))
        silent = replace(f, block=_without_effects(f.block, self._refuse_effects))
        sweeps = self.sweeps(silent, active, dout, exact=False)
        grads, join = joined(sweeps.gradients, len(active) == 1, f.origin)
        backward = (*sweeps.backward, *join)
        given = tuple(Param(p.var) for p in f.params)
        if names.forward is None:
            block = Block((*f.block.params, dout), sweeps.forward.body + backward, (grads,))
            self.functions[names.pullback] = replace(
                f, name=names.pullback, params=(*given, Param(dout)), block=self.finish(block), doc="", primal=False
            )
            return
        first, second, tape = self._split(f, sweeps.forward, backward, grads, dout)
        self.functions[names.forward] = replace(f, name=names.forward, params=given, block=first, doc="", primal=False)
        self.functions[names.pullback] = replace(
            f, name=names.pullback, params=(*given, Param(tape), Param(dout)), block=second, doc="", primal=False
        )

    def _split(
        self, f: Function, forward: Block, backward: tuple[Stmt, ...], grads: Atom, dout: Var
    ) -> tuple[Block, Block, Var]:
        """The forward companion's block, the backward one's, and the tape that goes from one to the other."""
        value, n = forward.results[0], len(forward.body)
        whole = keep_residuals(Block((*f.block.params, dout), forward.body + backward, (value, grads)))
        back = remove_dead(Block((), whole.body[n:], whole.results[1:]), self.effects)
        at_hand = (*f.block.params, dout)
        kept, again = again_at_top(whole.body[:n], free(back), at_hand)
        ends: list[Stmt] = []
        packed = pack(ends, kept, f.origin)
        out = pack(ends, (value, packed), f.origin)
        first = Block(f.block.params, (*whole.body[:n], *ends), (out,))
        tape = Var("tape", packed.type)
        items = tuple(Op(v, prims.item, (tape, Lit(k)), (), f.origin) for k, v in enumerate(kept))
        second = Block((*f.block.params, tape, dout), (*items, *again, *back.body), back.results)
        if self.optimised:
            return optimise(first, self.effects), optimise(second, self.effects), tape
        return remove_dead(first, self.effects), remove_dead(second, self.effects), tape

    def _refuse_effects(self, s: Call) -> None:
        if s.function in self.effects:
            f = self.functions[s.function]
            raise errors.at(
                errors.NotSupportedYet,
                s.origin,
                f"'{f.name}' prints, asserts or raises inside a function that is called itself",
                "the backward pass would do it a second time; move the effect to the outermost function",
            )


def _is_costly(b: Block) -> bool:
    """Does a block do what should not be done a second time?"""
    return any(
        isinstance(s, (For, While, Call)) or (isinstance(s, Op) and s.op in _COSTLY) or any(map(_is_costly, blocks(s)))
        for s in b.body
    )


def _with_tapes(b: Block, taped: dict[Call, tuple[str, Var]]) -> Block:
    """A forward sweep in which calls whose companion reads a tape are calls of the function that fills it."""
    if not taped:
        return b
    body: list[Stmt] = []
    for s in b.body:
        if isinstance(s, Call) and s in taped:
            key, tape = taped[s]
            both = Var("", ab.Seq("tuple", (s.out.type, tape.type)))
            body.append(replace(s, out=both, function=key))
            body += [Op(v, prims.item, (both, Lit(k)), (), s.origin) for k, v in enumerate((s.out, tape))]
            continue
        match s:
            case If():
                s = replace(s, then=_with_tapes(s.then, taped), orelse=_with_tapes(s.orelse, taped))
            case For() | While():
                s = replace(s, body=_with_tapes(s.body, taped))
        body.append(s)
    return Block(b.params, tuple(body), b.results)


def _without_effects(b: Block, check: Callable[[Call], None]) -> Block:
    """A companion computes the forward values again, after their effects have taken place."""
    body: list[Stmt] = []
    for s in b.body:
        match s:
            case Effect():
                continue
            case Call():
                check(s)
            case If():
                s = replace(s, then=_without_effects(s.then, check), orelse=_without_effects(s.orelse, check))
            case For() | While():
                s = replace(s, body=_without_effects(s.body, check))
        body.append(s)
    return Block(b.params, tuple(body), b.results)


def joined(gradients: tuple[Atom, ...], bare: bool, origin: Origin) -> tuple[Atom, list[Stmt]]:
    """The gradients as one result: the one, or a tuple of them; and the statements that make it."""
    join: list[Stmt] = []
    return (gradients[0] if bare else pack(join, gradients, origin)), join


def pack(body: list[Stmt], items: tuple[Atom, ...], origin: Origin) -> Var:
    """Append a tuple of `items` to `body`."""
    out = Var("", infer(prims.make_tuple, items, {}))
    body.append(Op(out, prims.make_tuple, items, (), origin))
    return out
