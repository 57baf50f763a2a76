"""Both sweeps of a function, and the companions of the functions that it calls.

A short callee gets one companion, `f_pullback(args…, dout)`, which computes again what it needs. One that loops,
calls or multiplies matrices gets two, so that nothing costly is done twice: `f_forward(args…)` gives the value and a
tape, and `f_pullback(args…, tape, dout)` reads that tape.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
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
    Tag,
    Var,
    While,
)
from pullback.transpile.entry import pack
from pullback.transpile.infer import type_of
from pullback.transpile.optimise import (
    any_effect,
    ask_at_hand,
    effectful,
    fuse_adjoints,
    fuse_branches,
    hoist_items,
    keep_residuals,
    optimise,
    read_settled,
    remove_dead,
    simplify,
    tried,
)
from pullback.transpile.optimise.contracted import contract
from pullback.transpile.optimise.remaking import BY_CALLS, Remaking
from pullback.transpile.optimise.residuals import again_at_top
from pullback.transpile.optimise.restorable import better_restored, writes_in_loops
from pullback.transpile.reverse.activity import useful, varied
from pullback.transpile.reverse.adjoint import Adjoint, Companion, Reversal
from pullback.transpile.reverse.again import in_pieces, runs_again, without_effects
from pullback.transpile.reverse.restore import Restored, restoring
from pullback.transpile.reverse.twins import Twins
from pullback.transpile.stopping import leave_nothing
from pullback.transpile.traversal import blocks, free, is_given_function

_COSTLY: frozenset[OpFunction] = frozenset(
    {operator.matmul, np.matmul, np.dot, np.inner, np.outer, np.einsum, np.tensordot, np.sort, np.cumsum}
)


@dataclass(frozen=True)
class Sweeps:
    """A forward sweep, the backward statements after it, the gradients at their end, and how these were made."""

    forward: Block
    backward: tuple[Stmt, ...]
    gradients: tuple[Atom, ...]
    reversal: Reversal


Slot = tuple[str, tuple[int, ...], bool]
"""What a companion is of: a function by its key, the arguments that have a cotangent, and is it to stand alone?"""


class Derivation:
    """One derivation.

    `functions`: the primal functions and the companions made so far; `made`: companions by what they pull back;
    `remaking`: what they compute again.
    """

    def __init__(self, program: Program, optimised: bool, remaking: Remaking) -> None:
        self.functions = dict(program.functions)
        self.effects = effectful(program)
        self.tried = tried(program)
        self.optimised = optimised
        self.remaking = remaking
        self.made: dict[Slot, Companion] = {}
        self._open: set[Slot] = set()
        self._recursive: set[Slot] = set()

    def finish(self, b: Block) -> Block:
        """What follows differentiation, on the joined sweeps of one function."""
        b = ask_at_hand(read_settled(fuse_adjoints(b))) if self.optimised else b
        return self._optimised(keep_residuals(b, self.remaking))

    def _optimised(self, b: Block, whole: bool = False) -> Block:
        if self.optimised:
            return optimise(b, self.effects, whole)
        return b if whole else remove_dead(b, self.effects)

    def sweeps(self, f: Function, wrt: tuple[int, ...], seed: Atom, exact: bool, whole: bool = False) -> Sweeps:
        """Both sweeps of a function; backward code still reads forward names wherever they are.

        `whole`: what nobody needs of the forward sweep stays, because it may raise.
        """
        primal = hoist_items(in_pieces(f.block))
        if self.optimised:
            primal = simplify(primal)
        primal = fuse_branches(primal) if self.optimised else primal
        primal = primal if whole else remove_dead(primal, self.effects)
        sweeps = self._reversed(f, primal, Restored(), wrt, seed, exact)
        if not (self.optimised and writes_in_loops(primal)):
            return sweeps
        copies, copied = sweeps.reversal.copies, sweeps.reversal.copied
        chains = better_restored(self._joined(f, sweeps), copies, copied, self.remaking)
        if not chains:
            return sweeps
        return self._reversed(f, *restoring(primal, chains), wrt, seed, exact)

    def _joined(self, f: Function, sweeps: Sweeps) -> Block:
        """Both sweeps as one block in which backward code reads forward code."""
        body = sweeps.forward.body + sweeps.backward
        both = Block(f.block.params, body, sweeps.forward.results + sweeps.gradients)
        return ask_at_hand(read_settled(fuse_adjoints(both)))

    def _reversed(
        self, f: Function, primal: Block, restored: Restored, wrt: tuple[int, ...], seed: Atom, exact: bool
    ) -> Sweeps:
        """Both sweeps, where the arrays that are `restored` are put back."""
        inputs = [f.block.params[i] for i in wrt]
        active = varied(primal, inputs) & useful(primal, primal.results[:1])
        twins = Twins.of(primal)
        reversal = Reversal(active, twins, self.companion, self.result_type, self.effects, restored=restored)
        adjoint = Adjoint(reversal, f.origin)
        adjoint.ct.start(primal.results[0], seed, exact)
        adjoint.walk(primal.body)
        adjoint.b.at(f.origin)
        gradients = tuple(adjoint.ct.gradient(p) if exact else adjoint.ct.full(p) for p in inputs)
        back = Block((), adjoint.done(), gradients)
        back = _handing_on(back, reversal)
        again = runs_again(primal)
        back = remove_dead(simplify(back) if self.optimised else back, self.effects, again)
        if self.optimised and self.remaking is BY_CALLS:
            back = remove_dead(contract(back, primal), self.effects, again)
        forward = _handing_on(primal, reversal)
        return Sweeps(forward, back.body, back.results, reversal)

    def companion(self, key: str, active: tuple[int, ...], alone: bool) -> Companion:
        """The companions that pull a cotangent of the function `key` back to its arguments at `active`.

        `alone`: there is one, which computes again what it needs, whatever that costs.
        """
        slot = key, active, alone
        if slot in self._open:
            self._recursive.add(slot)
        if slot not in self.made:
            f = self.functions[key]
            taped = _is_costly(f.block) and not f.again and not alone
            forward = self._name(f"{f.name}_forward") if taped else None
            self.made[slot] = Companion(self._name(f"{f.name}_pullback"), forward)
            if forward is not None and key in self.effects:
                self.effects |= {forward}
            self._open.add(slot)
            self.made[slot] = self._define(f, self.made[slot], slot)
            self._open.discard(slot)
        return self.made[slot]

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

    def _define(self, f: Function, names: Companion, slot: Slot) -> Companion:
        active = slot[1]
        dout = Var("dout", type_of(f.block.results[0]))
        if names.forward is None:
            f = replace(f, block=without_effects(f.block, self.effects))
        whole = slot[0] in self.tried and names.forward is not None
        sweeps = self.sweeps(f, active, dout, exact=False, whole=whole)
        grads, join = joined(sweeps.gradients, len(active) == 1, f.origin)
        backward = (*sweeps.backward, *join)
        given = tuple(p.var for p in f.params)
        if names.forward is None:
            block = Block((*given, dout), sweeps.forward.body + backward, (grads,))
            self._add(f, names.pullback, self.finish(block))
            return names
        first, second, tape = self._split(f, sweeps.forward, backward, grads, dout)
        if tape is None and slot not in self._recursive:
            self._add(f, names.pullback, self._optimised(second))
            return replace(names, forward=None)
        self._add(f, names.forward, self._optimised(first, whole))
        second = replace(second, params=(*given, tape or Var("tape", ab.NONE), dout))
        self._add(f, names.pullback, self._optimised(second))
        return names

    def _add(self, f: Function, name: str, block: Block) -> None:
        """Add a companion of `f`; its parameters are given by position."""
        params = tuple(map(Param, block.params))
        self.functions[name] = replace(f, name=name, params=params, block=block, doc="", primal=False)
        if any_effect(block, self.effects):
            self.effects |= {name}

    def _split(
        self, f: Function, forward: Block, backward: tuple[Stmt, ...], grads: Atom, dout: Var
    ) -> tuple[Block, Block, Var | None]:
        """The forward companion's block, the backward one's, and the tape between them, None if it is empty."""
        value, n = forward.results[0], len(forward.body)
        given = f.block.params
        both = Block((*given, dout), forward.body + backward, (value, grads))
        whole = keep_residuals(ask_at_hand(read_settled(both)) if self.optimised else both, self.remaking)
        back = remove_dead(Block((), whole.body[n:], whole.results[1:]), self.effects)
        kept, again = again_at_top(whole.body[:n], free(back), (*given, dout), self.remaking)
        ends: list[Stmt] = []
        packed = kept[0] if len(kept) == 1 else pack(ends, kept, f.origin) if kept else Lit(None)
        out = pack(ends, (value, packed), f.origin)
        tape = Var("tape", type_of(packed)) if kept else None
        items: list[Stmt] = []
        if tape is not None and len(kept) == 1:
            items = [Op(kept[0], prims.alias, (tape,), (), f.origin)]
        elif tape is not None:
            items = [Op(v, prims.item, (tape, Lit(k)), (), f.origin) for k, v in enumerate(kept)]
        second = Block((*given, dout), (*items, *again, *back.body), back.results)
        return Block(given, (*whole.body[:n], *ends), (out,)), second, tape


def _is_costly(b: Block) -> bool:
    """Does a block do what should not be done a second time?"""
    return any(
        isinstance(s, (For, While, Call))
        or (isinstance(s, Op) and (s.op in _COSTLY or is_given_function(s)))
        or (isinstance(s, If) and s.tries)
        or any(map(_is_costly, blocks(s)))
        for s in b.body
    )


def _handing_on(b: Block, r: Reversal) -> Block:
    """Forward statements with all that their adjoints ask of them."""
    return leave_nothing(_with_flags(_with_tapes(b, r.taped), r.completed), r.skipping)


def _with_tapes(b: Block, taped: dict[Var, tuple[str, Var]]) -> Block:
    """A forward sweep in which calls whose companion reads a tape are calls of the function that fills it."""
    if not taped:
        return b
    body: list[Stmt] = []
    for s in b.body:
        if isinstance(s, Call) and s.out in taped:
            key, tape = taped[s.out]
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


def _with_flags(b: Block, completed: dict[Tag, Var]) -> Block:
    """A forward sweep in which first branches that are tried tell whether they have come to their end, if one asks."""
    if not completed:
        return b
    body: list[Stmt] = []
    for s in b.body:
        match s:
            case If():
                sides = [_with_flags(x, completed) for x in (s.then, s.orelse)]
                if s.tries and s.tag in completed:
                    ends = zip(sides, (True, False), strict=True)
                    sides = [Block((), x.body, (*x.results, Lit(flag))) for x, flag in ends]
                    s = replace(s, outs=(*s.outs, completed[s.tag]))
                s = replace(s, then=sides[0], orelse=sides[1])
            case For() | While():
                s = replace(s, body=_with_flags(s.body, completed))
        body.append(s)
    return Block(b.params, tuple(body), b.results)


def joined(gradients: tuple[Atom, ...], bare: bool, origin: Origin) -> tuple[Atom, list[Stmt]]:
    """The gradients as one result: the one, or a tuple of them; and the statements that make it."""
    join: list[Stmt] = []
    return (gradients[0] if bare else pack(join, gradients, origin)), join
