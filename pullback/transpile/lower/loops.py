"""`for` and `while` statements.

    for t in range(n):             x2 = for t, x1 = x in range(n): (x1 * a,)
        x = x * a           ->

What a loop carries is found by trial; see `trials`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, For, Lit, Op, Var, While
from pullback.transpile.lower import control, walruses
from pullback.transpile.lower.again import checkpointed, with_checkpoints
from pullback.transpile.lower.branches import Side, choose, either, follow
from pullback.transpile.lower.frames import Variable
from pullback.transpile.lower.generators import as_loops
from pullback.transpile.lower.headers import Iteration, Unrolled
from pullback.transpile.lower.iteration import iteration
from pullback.transpile.lower.jumps import NOT_LEFT, Left, exits, where_gone
from pullback.transpile.lower.kin import Local
from pullback.transpile.lower.memory import Cell, Whole
from pullback.transpile.lower.scan import bound_names
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.sequences import check_same
from pullback.transpile.lower.states import End, Inner, Jumped, Raised, Restart, Unbound
from pullback.transpile.lower.trials import settle
from pullback.transpile.lower.ways import ends_by_jump, may_fall, may_jump, may_leave
from pullback.transpile.traversal import blocks, substitute

_MOST_UNROLLED = 64


def lower_for(scope: Scope, s: Any, rest: Sequence[Any]) -> tuple[End, bool]:
    """Lower a `for` statement; over items that are all known it is unrolled."""
    loops = as_loops(scope, s)
    if loops is not s:
        return lower_for(scope, loops, rest)
    node, again = checkpointed(scope, s.iter)
    over = iteration(scope, node, s.target, id(s) in scope.unrolled, id(s) in scope.indexed)
    if again is not None:
        over = with_checkpoints(scope, s, over, again)
    if not isinstance(over, Unrolled):
        return _after(scope, s, _for(scope, s, over), rest)
    scope.loops += 1
    end = _unroll(scope, s, over, 0)
    scope.loops -= 1
    if isinstance(end, Raised):
        return end, True
    return _after(scope, s, Left(end.stop, end.returned, end.value) if isinstance(end, Jumped) else NOT_LEFT, rest)


def _after(scope: Scope, s: Any, left: Left, rest: Sequence[Any]) -> tuple[End, bool]:
    """What follows a loop: its `else`, unless it was left by a jump."""
    if left.stop is False:
        return scope.statements([*s.orelse, *rest] if may_leave(s.orelse) else s.orelse), may_leave(s.orelse)
    if left.stop is True or not s.orelse:
        return left.end, False

    def stopped(more: Sequence[Any]) -> End:
        end = left.end_if_stopped
        return follow(scope, s, end, more) if isinstance(end, Jumped) else scope.statements(more)

    def not_stopped(more: Sequence[Any]) -> End:
        reason = Unbound(f"is set only where the loop on line {s.lineno} is left", "Give it a value before the loop.")
        for name in left.only_then:
            scope.bind(name, reason)
        return scope.statements([*s.orelse, *more])

    falls = not isinstance(left.end_if_stopped, Jumped) or left.end_if_stopped.gone is not True
    other = Side(not_stopped, may_leave(s.orelse), may_fall(s.orelse))
    sides = (Side(stopped, left.end is not None, falls), other)
    return choose(scope, s, left.stop, sides, rest)


@dataclass(frozen=True)
class Again:
    """The iterations of an unrolled loop from one number on, as a statement: what follows a jump, skipped with it."""

    loop: Any
    over: Unrolled
    number: int


def lower_again(scope: Scope, s: Again) -> End:
    """Lower the iterations of an unrolled loop from one number on."""
    return _unroll(scope, s.loop, s.over, s.number)


def _unroll(scope: Scope, s: Any, over: Unrolled, k: int) -> End:
    """The iterations over items from number `k` on; those after a `break` are skipped."""
    items, path = over.items, scope.path
    end: End = None
    for n, item in enumerate(items[k:], k):
        scope.begin(s)
        check_same(scope, s.iter, over.walked, n)
        scope.path = (*path, (id(s), n))
        scope.store(s.target, item)
        follows = may_leave(s.body) and not may_jump(s.body, gast.Continue) and n + 1 < len(items)
        end = scope.statements([*s.body, Again(s, over, n + 1)] if follows else s.body)
        scope.path = path
        if follows or isinstance(end, Raised) or isinstance(end, Jumped) and end.stop is not False:
            break
    scope.begin(s)
    if end is None:
        check_same(scope, s.iter, over.walked, len(items))
    if not isinstance(end, Jumped) or follows or isinstance(end.stop, bool):
        return end if isinstance(end, Raised) or isinstance(end, Jumped) and end.stop is not False else None
    stopped = where_gone(end, end.stop)
    return either(scope, s, end.stop, [lambda: stopped, lambda: _unroll(scope, s, over, n + 1)])


def _for(scope: Scope, s: Any, over: Iteration) -> Left:
    targets = {scope.variable(n) for n in bound_names([s.target])}
    handed_on = {n for n in targets if (id(s), n) in scope.wanted}
    params: list[Var] = []

    def body() -> End:
        params[:] = over.params()
        scope.memory.join(params[1:], [over.items])
        scope.memory.listed.update(p for p, a in zip(params[1:], over.items, strict=True) if _is_list(a))
        scope.store(s.target, over.element(params[0], params[1:]))
        return scope.statements(s.body)

    inits = {} if over.first is None else {n: over.first for n in handed_on if scope.bound(n) is None}
    may_be_kept = over.first is not None
    unbound = {n: _loop_variable(scope, s, n, may_be_kept) for n in targets - handed_on}
    short = over.trips is not None and over.trips <= _MOST_UNROLLED
    scope.unrollable += [id(s)] * short
    scope.memory.walked.append((id(s), scope.memory.cells(a for a in over.items if not _is_list(a))))
    done = settle(scope, s, body, targets - handed_on, inits, params)
    scope.memory.walked.pop()
    del scope.unrollable[len(scope.unrollable) - short :]
    _check_lists(scope, s, over, done.inner)
    done, left, stop = exits(scope, s, done, params, False)
    if over.again is not None and stop is not None:
        hint = "Let it run to its end, or leave checkpoint out."
        scope.refuse(s.iter, "checkpoint of a loop that may be left early is not supported yet", hint)
    block = done.inner.block((params[0], *done.params, *params[1:]), done.results)
    origin = scope.origin(s)
    loop = For(done.outs, over.source, over.reverse, done.inits, over.items, block, origin, stop=stop, again=over.again)
    scope.body.append(loop)
    for name, reason in unbound.items():
        scope.bind(name, reason)
    return left


def _check_lists(scope: Scope, s: Any, over: Iteration, inner: Inner) -> None:
    """A list that a loop runs over may be changed in it by setting items only; these are read when their turn comes.

    One of which a slice is looped over may not, as the slice is a copy.
    """
    walked = [a for a in over.items if _is_list(a)]
    places, copies = ({Whole(c) for c in scope.memory.cells(xs)} for xs in ([*walked, *over.read], over.viewed))
    changes = [c for c in _operations(inner.body) if scope.memory.place.get(c.out) in places | copies]
    if any(c.op is not prims.replaced or scope.memory.place.get(c.out) in copies for c in changes):
        scope.refuse(s.iter, "the list that this loop runs over is changed in it", "Loop over a copy: list(...).")
    if changes and walked:
        scope.indexed.add(id(s))
        raise Restart


def _operations(body: Sequence[Any]) -> Iterator[Op]:
    for t in body:
        if isinstance(t, Op):
            yield t
        for b in blocks(t):
            yield from _operations(b.body)


def _loop_variable(scope: Scope, s: Any, name: Variable, runs: bool) -> Unbound:
    """What a loop's variable stands for after the loop, until somebody reads it: then we begin again, and carry it."""
    before = scope.env.get(name)
    never_bound = before is None and not scope.loops_around(name)
    kept = runs or never_bound or (before is not None and (not isinstance(before, Unbound) or bool(before.wanted)))
    kept = kept or ends_by_jump(s)
    wanted = frozenset({(id(s), name)}) if kept else frozenset()
    return Unbound(
        f"has no value if the loop on line {s.lineno} does not run", "Give it a value before the loop.", wanted
    )


def _is_list(a: Atom) -> bool:
    return isinstance(a.type, ab.ListOf)


def lower_while(scope: Scope, s: Any, rest: Sequence[Any]) -> tuple[End, bool]:
    """Lower a `while` statement."""
    s = scope.tested_inside.get(id(s), s)
    tests: list[Atom | bool] = []
    conditions: list[Inner] = []

    def body() -> End:
        conditions.append(scope.inside(lambda: tests.append(control.condition(scope, s.test))))
        local, set_here = Local(scope.memory, scope.env, conditions[-1:]), walruses.set_in(scope, s.test)
        if any(
            not local(name) if isinstance(name, Cell) else name in set_here or scope.env.get(name) is not None
            for name in conditions[-1].names
        ):
            scope.tested_inside[id(s)] = _tested_inside(scope, s)
            raise Restart
        return None if tests[-1] is False else scope.statements(s.body)

    done = settle(scope, s, body, set(), {}, [])
    if tests[-1] is False:
        return _after(scope, s, NOT_LEFT, rest)
    done, left, stop = exits(scope, s, done, (), tests[-1] is True)
    if tests[-1] is True and stop is None:
        hint = "Put the condition under which it goes on after `while`."
        scope.refuse(s.test, "nothing ends this loop: no `break` and no `return` is in it", hint)
    test = Lit(tests[-1]) if isinstance(tests[-1], bool) else tests[-1]
    own = tuple(Var(p.hint, p.type) for p in done.params)
    cond = conditions[-1].block(own, (test,))
    renamed: dict[Var, Atom] = dict(zip(done.params, own, strict=True))
    cond = Block(own, substitute(cond.body, renamed), substitute(cond.results, renamed))
    block = done.inner.block(done.params, done.results)
    scope.body.append(While(done.outs, done.inits, cond, block, scope.origin(s), stop=stop))
    return _after(scope, s, left, rest)


def _tested_inside(scope: Scope, s: Any) -> Any:
    """A loop whose condition writes, as one whose body does.

    Before: `while c: body`. After: `while True: if not c: break; body`.
    """
    if may_jump(s.orelse, gast.Break) or may_jump(s.orelse, gast.Continue):
        message = "a condition of `while` that writes into an array, with a jump in the `else`, is not supported yet"
        scope.refuse(s.test, message, "Write before the loop and at the end of its body.")
    fails = gast.copy_location(gast.UnaryOp(gast.Not(), s.test), s.test)
    leave = gast.copy_location(gast.If(fails, [*s.orelse, gast.copy_location(gast.Break(), s)], []), s)
    return gast.copy_location(gast.While(_always(s.test), [leave, *s.body], []), s)


def _always(node: Any) -> Any:
    return gast.copy_location(gast.Constant(True, None), node)
