"""An object, whose attributes are set, that is one of two as a condition of the run has it.

    p = Particle(x) if c else Particle(y)       x1 = x if c else y
    p.move(dt)                            ->    x1 = x1 + dt * v1

It has attributes of its own, which begin as those of either. Where it is changed the two are not known any more, and
where one of these is, it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pullback.transpile.lower.changing import begin, check_known
from pullback.transpile.lower.frames import EXISTS, KNOWN, Local
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Binding, Inner, Unbound
from pullback.transpile.lower.values import Instance, Value


def may_be_one(scope: Scope, a: Instance, b: Instance) -> bool:
    """May an object be one of these two? Neither is an argument, whose attributes are set at the end."""
    return a.cls is b.cls and a.cls in scope.changing and a.of is None and b.of is None


def one_of_two(
    scope: Scope,
    node: Any,
    inners: Sequence[Inner],
    sides: tuple[Instance, Instance],
    merged: Callable[[Value, Value, str], Value | None],
) -> Instance:
    """The object that is one of two at the end of two branches.

    `merged` gives what an attribute is that has a value in both, None if it has another structure in each.
    """
    for inner, x in zip(inners, sides, strict=True):
        scope.into(inner, partial(check_known, scope, node, x))
    made = Instance(sides[0].cls, scope.new_frame(node, "object"))
    made = begin(scope, made)
    found = [scope.into(i, partial(_attributes, scope, x)) for i, x in zip(inners, sides, strict=True)]
    for name in dict.fromkeys((*found[0], *found[1])):
        scope.env.names.pop(Local(name, made.frame), None)  # in the order in which they were set
        a, b = (x.get(name) for x in found)
        value: Binding | None = None
        if a is not None and b is not None and not isinstance(a, Unbound) and not isinstance(b, Unbound):
            value = merged(a, b, name if name.isidentifier() else "")
        reason = "has another structure in each of the two objects that this may be"
        if a is None or b is None or isinstance(a, Unbound) or isinstance(b, Unbound):
            reason = "is set in only one of the two objects that this may be"
        scope.bind(Local(name, made.frame), value or Unbound(reason, "Set it in `__init__`."))
    closure = {f for x in sides for f in (x.frame, *scope.one_of.get(x.frame, ()))}
    for frame in closure:
        scope.one_of.setdefault(frame, set()).add(made.frame)
    scope.one_of[made.frame] = closure
    return made


def _attributes(scope: Scope, made: Instance) -> dict[str, Binding]:
    """What the names of an object stand for, whatever they are."""
    names = scope.env.visible().items()
    own = {n.name: x for n, x in names if isinstance(n, Local) and n.frame is made.frame}
    return {n: x if isinstance(x, Unbound) else now(scope, x) for n, x in own.items() if n not in (EXISTS, KNOWN)}
