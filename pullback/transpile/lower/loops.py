"""`for` and `while` statements.

    for t in range(n):             x2 = for t, x1 = x in range(n): (x1 * a,)
        x = x * a           ->

What a loop carries is found by trial; see `trials`.
"""

from __future__ import annotations

from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Block, For, Lit, Var, While
from pullback.transpile.lower import control
from pullback.transpile.lower.headers import Iteration, Unrolled
from pullback.transpile.lower.iteration import iteration
from pullback.transpile.lower.memory import Cell
from pullback.transpile.lower.scan import bound_names
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import End, Inner, Restart, Unbound
from pullback.transpile.lower.trials import settle
from pullback.transpile.traversal import substitute

_MOST_UNROLLED = 64


def lower_for(scope: Scope, s: Any) -> End:
    """Lower a `for` statement; over items that are all known it is unrolled."""
    over = iteration(scope, s.iter, s.target, id(s) in scope.unrolled, id(s) in scope.indexed)
    if isinstance(over, Unrolled):
        _unroll(scope, s, over)
    else:
        _for(scope, s, over)
    return scope.statements(s.orelse)


def _unroll(scope: Scope, s: Any, over: Unrolled) -> None:
    origin, path = (scope.here, scope.text), scope.path
    scope.loops += 1
    for k, item in enumerate(over.items):
        scope.here, scope.text = origin
        scope.path = (*path, (id(s), k))
        scope.store(s.target, item)
        scope.statements(s.body)
    scope.loops -= 1
    scope.path = path
    scope.here, scope.text = origin


def _for(scope: Scope, s: Any, over: Iteration) -> None:
    targets = set(bound_names([s.target]))
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
    done = settle(scope, s, body, targets - handed_on, inits, params)
    del scope.unrollable[len(scope.unrollable) - short :]
    if any(scope.memory.cell(a) in scope.kin[id(s), scope.path].written for a in over.items if not _is_list(a)):
        scope.indexed.add(id(s))  # a row is to be read when its turn comes
        raise Restart
    block = done.inner.block((params[0], *done.params, *params[1:]), done.results)
    scope.body.append(For(done.outs, over.source, over.reverse, done.inits, over.items, block, scope.origin(s)))
    for name, reason in unbound.items():
        scope.bind(name, reason)


def _loop_variable(scope: Scope, s: Any, name: str, runs: bool) -> Unbound:
    """What a loop's variable stands for after the loop, until somebody reads it: then we begin again, and carry it."""
    before = scope.env.get(name)
    never_bound = before is None and not scope.loops
    kept = runs or never_bound or (before is not None and (not isinstance(before, Unbound) or bool(before.wanted)))
    wanted = frozenset({(id(s), name)}) if kept else frozenset()
    return Unbound(
        f"has no value if the loop on line {s.lineno} does not run", "Give it a value before the loop.", wanted
    )


def _is_list(a: Atom) -> bool:
    return isinstance(a.type, ab.ListOf)


_WRITES = "Write before the loop and at the end of its body."


def lower_while(scope: Scope, s: Any) -> End:
    """Lower a `while` statement."""
    tests: list[Atom | bool] = []
    conditions: list[Inner] = []

    def body() -> End:
        conditions.append(scope.inside(lambda: tests.append(control.condition(scope, s.test))))
        if any(isinstance(name, Cell) for name in conditions[-1].names):
            scope.refuse(s.test, "a condition of `while` that writes into an array is not supported yet", _WRITES)
        if tests[-1] is True:
            hint = "Put the condition under which it goes on after `while`."
            scope.refuse(s.test, "a loop that only `break` or `return` ends is not supported yet", hint)
        return None if tests[-1] is False else scope.statements(s.body)

    done = settle(scope, s, body, set(), {}, [])
    if tests[-1] is False:
        return scope.statements(s.orelse)
    test = Lit(tests[-1]) if isinstance(tests[-1], bool) else tests[-1]
    own = tuple(Var(p.hint, p.type) for p in done.params)
    cond = conditions[-1].block(own, (test,))
    renamed: dict[Var, Atom] = dict(zip(done.params, own, strict=True))
    cond = Block(own, substitute(cond.body, renamed), substitute(cond.results, renamed))
    scope.body.append(While(done.outs, done.inits, cond, done.inner.block(done.params, done.results), scope.origin(s)))
    return scope.statements(s.orelse)
