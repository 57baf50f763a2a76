"""Reverse mode of calls of functions of the program: a call hands back what the function that pulls back gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Call, Lit, Var
from pullback.transpile.infer import type_of
from pullback.transpile.infer.lengths import nameless
from pullback.transpile.reverse.kinds import dtype_of_scalars, kind_of_either, of_numpy

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint

_OF_A_RECURSION = ab.ListOf(ab.UNKNOWN)  # the tape of a function that is not made yet: nothing is known of its items


def call(self: Adjoint, s: Call) -> None:
    """`f(a, b)` hands on what `f_pullback(a, b, dout)` or `f_pullback(a, b, tape, dout)` gives."""
    d = self.ct.full(s.out)
    active = tuple(i for i, a in enumerate(s.args) if isinstance(a, Var) and a in self.r.active)
    names = self.r.companion(s.function, active, False)
    tape: tuple[Var, ...] = ()
    if names.forward is not None:
        known = self.r.result_type(names.forward)
        found = known.items[1] if isinstance(known, ab.Seq) and len(known.items) == 2 else _OF_A_RECURSION
        tape = (Var("tape", nameless(found)),)
        self.r.taped[s.out] = (names.forward, tape[0])
    _hand_back(self, names.pullback, (*s.args, *tape, d), active)


def pulled_back(self: Adjoint, function: str, args: tuple[Atom, ...], active: tuple[int, ...], d: Atom) -> None:
    """Hand the cotangent `d` of what a function of the program gives for `args` on to those at `active`."""
    _hand_back(self, self.r.companion(function, active, True).pullback, (*args, d), active)


def _hand_back(self: Adjoint, pullback: str, args: tuple[Atom, ...], active: tuple[int, ...]) -> None:
    """Hand on what a companion gives, of which the cotangent is the last of the arguments."""
    types = _gradient_types([args[i].type for i in active], self.r.result_type(pullback))
    dtype = dtype_of_scalars(type_of(args[-1]))
    if dtype is not None:  # it may be computed with a NumPy scalar throughout
        types = tuple(of_numpy(t, dtype) for t in types)
    out = Var("", ab.Seq("tuple", types) if len(active) > 1 else types[0])
    self.b.body.append(Call(out, pullback, args, self.b.origin))
    for k, i in enumerate(active):
        part: Atom = out if len(active) == 1 else self.b(prims.item, out, Lit(k))
        self.ct.mark_whole(part, args[i])
        self.ct.add(args[i], part)


def _gradient_types(args: list[ab.Type], known: ab.Type | None) -> tuple[ab.Type, ...]:
    """Types of what a companion returns, in the caller's lengths.

    Like the arguments, but scalars of the kind that it computes.
    """
    found: Sequence[ab.Type | None] = [known] if len(args) == 1 else [None] * len(args)
    if len(args) > 1 and isinstance(known, ab.Seq):
        found = known.items
    pairs = zip(args, found, strict=True)
    return tuple(
        t if u is None else u if isinstance(t, ab.Scalar) and isinstance(u, ab.Scalar) else kind_of_either(t, u)
        for t, u in pairs
    )
