"""Tangents of operations: from rules of their own, from linearity, from partials, and from transposed reverse rules."""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pullback import errors
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Lit, Op, Var
from pullback.transpile.forward.tangents import NONE, fitted, whole
from pullback.transpile.forward.transpose import transpose
from pullback.transpile.infer import infer, type_of
from pullback.transpile.lower import NotATemplate, lower_rule
from pullback.transpile.reverse.builder import ZERO
from pullback.transpile.reverse.operands import flatten
from pullback.transpile.reverse.refusals import no_rule, require_still, unsupported

if TYPE_CHECKING:
    from pullback.transpile.forward.jvp import Forward

__all__ = [
    "diagonal",
    "elementwise",
    "linear",
    "multilinear",
    "no_rule",
    "own_rule",
    "require_still",
    "transposed",
    "unsupported",
]


def elementwise(self: Forward, s: Op, rule: registry.Rule, active: tuple[int, ...]) -> None:
    """The sum of what each operand contributes, by its partial derivative."""
    inputs = (s.out, *cast(tuple[Atom, ...], s.args))
    try:
        template = lower_rule(rule.fn, inputs, dict(s.kwargs), active)
    except NotATemplate as e:
        raise _no_template(s, rule, e) from None
    partials = self.b.splice(template, inputs)
    terms = [self.b(operator.mul, self.t.whole(self.b, s.args[i]), p) for i, p in zip(active, partials, strict=True)]
    bind_sum(self, s, terms)


def bind_sum(self: Forward, s: Op, terms: list[Atom]) -> None:
    """The tangent of a result is a sum."""
    total = reduce(lambda x, y: self.b(operator.add, x, y), terms)
    self.bind(s.out, fitted(self.b, total, s.out))


def linear(self: Forward, s: Op, at: tuple[int, ...]) -> None:
    """The operation itself, on tangents at these positions."""
    args = tuple(_moved(self, s, a) if k in at else a for k, a in enumerate(s.args))
    d = _applied(self, s, args)
    self.bind(s.out, fitted(self.b, d, s.out) if len(at) > 1 else d)


def _moved(self: Forward, s: Op, a: Arg) -> Arg:
    """The tangent of an operand, or of each of a tuple of operands: zeros, of integers too, for what does not move."""
    if isinstance(a, tuple):
        return tuple(_moved(self, s, x) for x in a)
    if isinstance(a, Lit):
        return a if a.value is None else ZERO
    t = type_of(a)
    if ab.differentiable(t):
        return self.t.whole(self.b, a)
    match t:
        case ab.Scalar():
            return ZERO
        case ab.Array():
            return self.b.emit(np.zeros_like, (a,))
    name = getattr(s.op, "__name__", "this")
    message = f"{name!r} of numbers that move and of a list or tuple of integers is not supported in forward mode yet"
    raise errors.at(errors.NotSupportedYet, s.origin, message, "Make the integers floats.")


def multilinear(self: Forward, s: Op, active: tuple[int, ...]) -> None:
    """The sum of the operation with one operand after the other replaced by its tangent."""
    terms: list[Atom] = []
    for i in active:
        args = (*s.args[:i], self.t.whole(self.b, s.args[i]), *s.args[i + 1 :])
        terms.append(_applied(self, s, args))
    bind_sum(self, s, terms)


def _applied(self: Forward, s: Op, args: tuple[Arg, ...]) -> Var:
    t = infer(s.op, args, dict(s.kwargs))
    out = Var("", s.out.type if isinstance(t, ab.Unknown) else t)
    self.b.define(out, s.op, args, s.kwargs)
    return out


def diagonal(self: Forward, s: Op, rule: registry.Rule, active: tuple[int, ...]) -> None:
    """A rule that works element by element does to a tangent what it does to a cotangent."""
    terms: list[Atom] = []
    for i in active:
        ct = self.t.whole(self.b, s.args[i])
        if not ab.same_shape(type_of(ct), s.out.type):
            ct = fitted(self.b, ct, s.out)
        try:
            template = lower_rule(rule.fn, (ct, s.out, *s.args), dict(s.kwargs), (i,))
        except NotATemplate as e:
            raise _no_template(s, rule, e) from None
        terms += self.b.splice(template, (ct, s.out, *cast(tuple[Atom, ...], s.args)))
    bind_sum(self, s, terms)


def transposed(self: Forward, s: Op, rule: registry.Rule, active: tuple[int, ...]) -> None:
    """The transpose of what a rule does to a cotangent."""
    flat, slots = flatten(s.args)
    wanted = tuple(k for k, i in enumerate(slots) if i in active and self.moves(flat[k]))
    tangents = [self.t.whole(self.b, flat[k]) for k in wanted]
    try:
        ct = Var("", s.out.type)
        template = lower_rule(rule.fn, (ct, s.out, *s.args), dict(s.kwargs), wanted)
    except NotATemplate as e:
        raise _no_template(s, rule, e) from None
    d = transpose(self, s, template, flat, tangents, wanted)
    if d is None:
        raise _no_template(s, rule, "it is not linear in the cotangent")
    self.bind(s.out, d)


def own_rule(self: Forward, s: Op, rule: registry.Rule, active: tuple[int, ...]) -> None:
    """A rule for forward mode, inlined."""
    tangents = tuple(_given(self, a) for a in s.args)
    inputs = (tangents, s.out, *s.args)
    try:
        template = lower_rule(rule.fn, inputs, dict(s.kwargs))
    except NotATemplate as e:
        raise _no_template(s, rule, e) from None
    (d,) = self.b.splice(template, (*flatten((tangents,))[0], s.out, *flatten(s.args)[0]))
    self.bind(s.out, fitted(self.b, d, s.out))


def _given(self: Forward, a: Arg) -> Arg:
    """The tangent of an operand as a rule gets it: None if it does not move."""
    if isinstance(a, tuple):
        return tuple(_given(self, x) for x in a)
    return whole(self.b, a, type_of(a), self.t.get(a)) if self.moves(a) else NONE


def _no_template(s: Op, rule: registry.Rule, why: Any) -> errors.PullbackError:
    name = getattr(s.op, "__name__", repr(s.op))
    message = f"no tangent for {name!r}: its rule {rule.fn.__name__!r} cannot be inlined ({why})"
    return errors.at(errors.NotSupportedYet, s.origin, message, f"Give {name!r} a rule with @rule.forward.")
