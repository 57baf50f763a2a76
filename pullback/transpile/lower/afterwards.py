"""What a loop comes to once its body has come out as it was assumed, and what its names stand for after it.

    for x in xs:
        t = x * 2.0                `t` may have no value after the loop: whoever reads it wants the loop to hand it on
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Var
from pullback.transpile.lower.frames import Variable
from pullback.transpile.lower.identity import adopt
from pullback.transpile.lower.kin import Local
from pullback.transpile.lower.memory import Cell
from pullback.transpile.lower.scope import NONE
from pullback.transpile.lower.states import Binding, Inner, Name, Unbound, hint_of
from pullback.transpile.lower.values import flat, held, is_atom, leaves, rebuild, type_of
from pullback.transpile.lower.ways import ends_by_jump

if TYPE_CHECKING:
    from pullback.transpile.lower.trials import Trials


@dataclass(frozen=True)
class Round:
    """A lowering of a loop's body that has come out as it was assumed."""

    inner: Inner
    params: tuple[Var, ...]
    inits: tuple[Atom, ...]
    results: tuple[Atom, ...]
    outs: tuple[Var, ...]
    only_at_the_end: tuple[Name, ...] = ()  # names that have a value after it only if a jump has ended it


def finish(trials: Trials, inner: Inner, results: dict[Name, list[Atom]], local: Local) -> Round:
    """The loop's parts; after it each carried name stands for what the last iteration left in it."""
    scope = trials.scope
    inits = {c.name: [scope.current(x) for x in leaves(c.init) if is_atom(x)] for c in trials.carried.values()}
    outs: list[Var] = []
    for name, c in trials.carried.items():
        c.outs = [Var(p.hint, p.type) for p in c.params]
        for o, x, y in zip(c.outs, inits[name], results[name], strict=True):
            if c.number:
                scope.numbers.hand_on(o, (x, y))
        outs += c.outs
    trials.kin.finish(scope.memory, trials.carried.values())
    for name, c in trials.carried.items():
        names: dict[Name, Binding] = {}
        names[name] = c.identified(scope, c.with_leaves(c.outs), names)
        scope.env.names.update(names)
    for name, final in inner.names.items():
        if not any(name in known for known in (trials.carried, trials.left, trials.skipped, trials.unchanged)):
            if not isinstance(name, Cell):
                reason = final if isinstance(final, Unbound) else trials.lost.get(name)
                now = _first_bound_inside(trials, name) if reason is None else _not_always(trials, name, reason)
                scope.bind(name, now)
            elif not local(name) and isinstance(final, Unbound):
                scope.bind(name, final)
    left = [_leave(trials, name, inner, local) for name in trials.left]
    carried = trials.carried.values()
    return Round(
        inner,
        tuple(p for c in carried for p in c.params) + tuple(Var(o.hint, o.type) for new in left for o in new),
        tuple(x for c in carried for x in inits[c.name]) + tuple(NONE for new in left for _ in new),
        tuple(x for name in (*trials.carried, *trials.left) for x in results[name]),
        (*outs, *(o for new in left for o in new)),
        tuple(trials.only_at_the_end),
    )


def _leave(trials: Trials, name: Variable, inner: Inner, local: Local) -> list[Var]:
    """A name that is first bound inside stands after the loop for what the last iteration left in it.

    Before the loop there is None in its place, which nobody reads unless the loop does not run.
    """
    final = trials.left[name]
    atoms = [(path, x) for path, x in flat(final) if is_atom(x)]
    hint = hint_of(name)
    params = (p for c in trials.carried.values() for p in c.params)
    of_body = {*trials.own, *params, *(o for s in inner.body for o in s.outs)}
    if any(x in of_body for f in leaves(final) for value in held(f) for x in leaves(value)):
        what = f"{hint!r} is a function that is made in this loop, of values of one iteration, and used after it"
        trials.scope.refuse(trials.s, what, "Call it in the loop, or make it after the loop.")
    if any(isinstance(type_of(x), ab.ListOf) for _, x in atoms):
        what = f"{hint!r} is first bound in this loop, and read after it: a list whose length is not known"
        trials.scope.refuse(trials.s, what, "Give it a value before the loop: an empty list.")
    outs = [Var(f"{hint}_{path}" if path else hint, type_of(x)) for path, x in atoms]
    for o, (_, x) in zip(outs, atoms, strict=True):
        trials.scope.numbers.hand_on(o, [x])
    trials.scope.memory.join(outs, [[x for _, x in atoms]], lambda cell: not local(cell))
    new = iter(outs)
    value = rebuild(final, iter([next(new) if is_atom(x) else x for x in leaves(final)]))
    adopt(trials.scope, value)
    trials.scope.bind(name, value)
    return outs


def _first_bound_inside(trials: Trials, name: Variable) -> Unbound:
    """What a name that is first bound in the body stands for, until somebody reads it: then it is handed on.

    In an inner loop it is refused: where that does not run, the name keeps its value from the last outer iteration.
    So is an attribute of an older object, which then has none.
    """
    reason = f"is first set inside the loop on line {trials.s.lineno}, which may not run"
    before = trials.scope.env.get(name)
    never_bound = before is None and not trials.scope.loops_around(name)
    kept = never_bound or (isinstance(before, Unbound) and bool(before.wanted))
    kept = kept and not trials.scope.is_attribute(name) or ends_by_jump(trials.s)
    wanted = frozenset({(id(trials.s), name)}) if kept else frozenset()
    return Unbound(reason, "Give it a value before the loop.", wanted)


def _not_always(trials: Trials, name: Variable, reason: Unbound) -> Unbound:
    """What a name that not every iteration binds stands for, until somebody reads it.

    If it is bound on every way to a jump that ends the loop, it is handed on for what follows one; what follows the
    loop's other end must be an `else`.
    """
    if reason.last is not None:
        by_jump = ends_by_jump(trials.s) or bool(trials.s.orelse)
        wanted = reason.wanted | {(id(trials.s), name)} if by_jump else frozenset()
        reason = replace(reason, wanted=wanted)
    return replace(reason, if_not_left=None, last=None)
