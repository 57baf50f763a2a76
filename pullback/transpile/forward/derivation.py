"""Forward mode of a whole program: the function that was asked for, and a companion for each that it calls.

The companion of `f` is `f_jvp(args…, dargs…)`, which gives the value and its tangent.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile.core import Block, Function, Param, Program, Stmt, Var
from pullback.transpile.entry import pack
from pullback.transpile.forward import odes
from pullback.transpile.forward.jvp import Forward, Pushing
from pullback.transpile.forward.tangents import Tangent
from pullback.transpile.infer import type_of
from pullback.transpile.optimise import (
    any_effect,
    effectful,
    fuse_branches,
    hoist_items,
    optimise,
    remove_dead,
    simplify,
)
from pullback.transpile.reverse.activity import useful, varied
from pullback.transpile.reverse.twins import Twins


def tangents_of(f: Function, wrt: Iterable[int]) -> tuple[Var, ...]:
    """The variables for the tangents of the parameters at `wrt`, which share no name with a parameter."""
    taken = {p.var.hint for p in f.params}
    out: list[Var] = []
    for i in wrt:
        v = f.params[i].var
        name = next(n for k in itertools.count(1) if (n := f"d{v.hint}{k if k > 1 else ''}") not in taken)
        taken.add(name)
        out.append(Var(name, v.type))
    return tuple(out)


class Pushforward:
    """One derivation. `functions`: the primal functions and the companions made so far."""

    def __init__(self, program: Program, optimised: bool) -> None:
        self.functions = dict(program.functions)
        self.effects = effectful(program)
        self.optimised = optimised
        self._made: dict[tuple[str, tuple[int, ...]], str] = {}
        self._beside: dict[Hashable, str] = {}

    def finish(self, b: Block) -> Block:
        """What follows differentiation, on the block of one function."""
        return optimise(b, self.effects) if self.optimised else remove_dead(b, self.effects)

    def pushed(self, f: Function, wrt: Iterable[int]) -> tuple[Forward, tuple[Var, ...]]:
        """The code of `f` with tangents, and the variables for those of the parameters at `wrt`.

        The tangents of its results can be asked of that code, which is not finished.
        """
        wrt = tuple(wrt)
        tangents = tangents_of(f, wrt)
        return self.moved(f, dict(zip(wrt, tangents, strict=True))), tangents

    def moved(self, f: Function, along: Mapping[int, Tangent]) -> Forward:
        """The code of `f` with tangents, where the parameters at these positions have the tangents `along`."""
        b = hoist_items(f.block)
        b = fuse_branches(simplify(b)) if self.optimised else b
        b = remove_dead(b, self.effects)
        active = varied(b, [b.params[i] for i in along]) & useful(b, b.results[:1])
        known = (self.companion, self.result_type, self.beside, self.pulled_back_beside)
        code = Forward(Pushing(active, _so_far(b), *known), f.origin)
        for i, d in along.items():
            code.t.set(b.params[i], d)
        code.walk(b.body)
        code.b.at(f.origin)
        code.primal, code.results = b.body, b.results
        return code

    def companion(self, key: str, active: tuple[int, ...]) -> str:
        """The function that computes value and tangent of the function `key`, where the arguments at `active` move."""
        slot = key, active
        if slot not in self._made:
            f = self.functions[key]
            self._made[slot] = name = self._name(f"{f.name}_jvp")
            code, tangents = self.pushed(f, active)
            ends: list[Stmt] = code.b.body
            d = code.t.whole(code.b, code.results[0])
            out = pack(ends, (code.results[0], d), f.origin.tangent())
            block = self.finish(Block((*f.block.params, *tangents), tuple(ends), (out,)))
            params = (*(Param(p.var) for p in f.params), *map(Param, tangents))
            self.functions[name] = replace(f, name=name, params=params, block=block, doc="", primal=False)
            if any_effect(block, self.effects):
                self.effects |= {name}
        return self._made[slot]

    def beside(self, key: str, place: int, moving: tuple[int, ...]) -> str:
        """The function of an initial value problem with tangents, see `odes.beside`."""
        return self._of_odes((key, place, moving), odes.beside)

    def pulled_back_beside(self, key: str, place: int, moving: tuple[int, ...]) -> str:
        """What pulls a cotangent back through that, see `odes.pulled_back_beside`."""
        return self._of_odes((key, place, moving), odes.pulled_back_beside)

    def _of_odes(self, slot: tuple[str, int, tuple[int, ...]], make: Callable[..., Function]) -> str:
        if (slot, make) not in self._beside:
            f = make(self, *slot)
            self._beside[slot, make] = name = self._name(f.name)
            self.functions[name] = replace(f, name=name)
        return self._beside[slot, make]

    def result_type(self, key: str) -> ab.Type | None:
        """The type of what a companion returns; None while it is being made (a recursive function)."""
        f = self.functions.get(key)
        return type_of(f.block.results[0]) if f is not None else None

    def _name(self, name: str) -> str:
        taken = {*self._made.values(), *(f.name for f in self.functions.values())}
        k, out = 2, name
        while out in taken:
            out, k = f"{name}{k}", k + 1
        return out


def _so_far(b: Block) -> Twins:
    """Where shapes can be read at any place of a function: of its other arrays some are not made yet."""
    twins = Twins.of(b)
    return replace(twins, lasting=tuple(v for v in twins.lasting if v in twins.params))
