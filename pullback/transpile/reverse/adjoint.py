"""Reverse mode, Core to Core: a block is walked backwards, each statement handing its cotangent on to what it read.

Backward code reads forward names freely at first, even from inside loops and branches; `optimise.residuals` then
finds which of them the forward code must keep. The adjoint of a loop is a loop and that of a branch a branch, so
derivatives nest.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pullback import errors, runtime
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import marks, prims
from pullback.transpile.core import (
    Arg,
    Atom,
    Call,
    Def,
    Effect,
    For,
    If,
    Lit,
    Op,
    Origin,
    Stmt,
    Tag,
    Var,
    While,
)
from pullback.transpile.infer import type_of
from pullback.transpile.lower import NotATemplate, lower_rule
from pullback.transpile.numbers import check_complex
from pullback.transpile.reverse import callbacks, calls, control, lists, made_of_lists, roots, structures, writes
from pullback.transpile.reverse import primitives as _primitives  # noqa: F401  registers them
from pullback.transpile.reverse.builder import Builder
from pullback.transpile.reverse.cotangents import NONE, Cotangents, Tree
from pullback.transpile.reverse.kinds import keys_of
from pullback.transpile.reverse.operands import fits, flatten, type_of_operand, unfitted
from pullback.transpile.reverse.refusals import no_rule, require_still, unsupported
from pullback.transpile.reverse.restore import Restored, Versions
from pullback.transpile.reverse.ruled import check_call, check_parts
from pullback.transpile.reverse.twins import Twins
from pullback.transpile.traversal import is_given_function, variables


@dataclass(frozen=True)
class Companion:
    """Keys of the functions that differentiate a call.

    `forward` gives (value, tape) where the pullback reads a tape.
    """

    pullback: str
    forward: str | None


@dataclass(frozen=True)
class Reversal:
    """What one reversal knows: the values that have a cotangent, where shapes can be read, and the callees' companions.

    `companion(key, active, alone)` gives what pulls a cotangent back to the arguments at `active`, `alone` without
    what a forward sweep leaves, `result_type` the type of
    what that returns, once it is known. `effects`: the functions whose call is seen. `taped` fills up with the calls
    that must leave a tape, by what they bind: the key of the function to call instead, and the tape's name; `skipping`
    with the loops of which the iteration that stops them has no adjoint; `completed` with what tells whether a first
    branch that is tried came to its end. `restored` are the arrays that are put back as loops have overwritten them.
    `copies` and `copied` tell of what backward code runs again, of which names and which statements it is a copy.
    """

    active: set[Var]
    twins: Twins
    companion: Callable[[str, tuple[int, ...], bool], Companion]
    result_type: Callable[[str], ab.Type | None]
    effects: frozenset[str] = frozenset()
    taped: dict[Var, tuple[str, Var]] = field(default_factory=dict)
    skipping: set[Tag] = field(default_factory=set)
    completed: dict[Tag, Var] = field(default_factory=dict)
    restored: Restored = field(default_factory=Restored)
    whole: dict[Atom, set[Atom]] = field(default_factory=dict)
    given: set[Atom] = field(default_factory=set)
    copies: dict[Var, Var] = field(default_factory=dict)
    copied: dict[Tag, Tag] = field(default_factory=dict)


class Adjoint:
    """The backward code of one forward block."""

    def __init__(self, r: Reversal, origin: Origin) -> None:
        self.r = r
        self.b = Builder(origin, r.twins)
        self.ct = Cotangents(self.b, r.active, r.whole, r.given)
        self.versions = Versions(r.restored, self.b)
        self.views: dict[Var, Op] = {}  # of the block's own, by what they bind

    def walk(self, body: Sequence[Stmt]) -> None:
        """Differentiate statements, the last one first."""
        self.views = {s.out: s for s in body if isinstance(s, Op) and structures.is_view(s)}
        for s in reversed(body):
            self.b.at(s.origin)
            self.statement(s)

    def inside(self, origin: Origin) -> Adjoint:
        """The backward code of a block inside this one, still empty."""
        inner = Adjoint(self.r, origin)
        inner.versions.inside(self.versions)
        return inner

    def done(self) -> tuple[Stmt, ...]:
        """The statements of the backward code."""
        return self.versions.read(self.b.body)

    def statement(self, s: Stmt) -> None:
        """Hand the cotangents of what a statement binds on to what it reads."""
        if isinstance(s, Effect):
            self.b.body += filter(None, [marks.backwards(s, self.b.origin)])
            return
        if isinstance(s, Op) and s.out in self.r.restored.destroyed:
            self.versions.take_back(s)
        reached = [o for o in s.outs if o in self.ct.open or self.is_seen(s)]
        if not reached and (isinstance(s, Op) or not self.r.restored.changes(s)):
            return
        match s:
            case Op():
                self.op(s)
            case If():
                control.branch(self, s)
            case For() | While():
                control.loop(self, s)
            case Call():
                calls.call(self, s)
            case Def():
                raise errors.at(
                    errors.NotSupportedYet,
                    s.origin,
                    "cannot differentiate through a function made by vjp",
                    "differentiate a gradient instead of a pullback",
                )

    # operations

    def op(self, s: Op) -> None:
        structural = callbacks.given_function if is_given_function(s) else _STRUCTURAL.get(s.op)
        if s.op is operator.add and isinstance(s.out.type, ab.ListOf):
            structural = lists.joined
        if s.op is sum and lists.adds_arrays(s):
            structural = lists.total
        if made_of_lists.is_stacked(s):
            structural = made_of_lists.stacked
        elif made_of_lists.is_joined(s):
            structural = made_of_lists.joined
        if structural is not None:
            structural(self, s)
            return
        check_complex(s)
        require_still(s, self.is_active)
        active = tuple([i for i, a in enumerate(s.args) if self.is_active(a)])
        rule = registry.find(s.op, active)
        if rule is None:
            raise no_rule(s)
        try:
            if rule.kind == "elementwise":
                self.elementwise(s, rule, active)
            else:
                self.reverse_rule(s, rule, active)
        except registry.Unsupported as e:
            raise unsupported(s, e) from None

    def is_seen(self, s: Stmt) -> bool:
        """Does the user's function see the cotangent of what a statement binds, even if nothing has reached it?"""
        return isinstance(s, Op) and s.op is prims.watched and s.out in self.r.active

    def watch(self, s: Op) -> None:
        """The whole cotangent goes through a function of the user's."""
        x, fn = s.args
        name = self.ct.name(cast(Var, x)) or self.ct.name(s.out)
        seen = self.b.emit(runtime.pass_through, (fn, self.ct.full(s.out)), hint=name)
        self.ct.mark_whole(seen, cast(Var, x))
        self.ct.add(x, seen)

    def is_active(self, a: Arg) -> bool:
        """Has an operand, or one of a tuple of operands, a cotangent?"""
        return a in self.r.active if isinstance(a, Var) else any(v in self.r.active for v in variables(a))

    def elementwise(self, s: Op, rule: registry.Rule, active: tuple[int, ...]) -> None:
        ct = cast(Atom, self.ct.pop(s.out))
        inputs = (s.out, *cast(tuple[Atom, ...], s.args))
        ct = self._whole_if_unknown(s, ct)
        try:
            template = lower_rule(rule.fn, inputs, dict(s.kwargs), active)
        except NotATemplate:
            partials = self.call_rule(rule, inputs, s, active)
        else:
            partials = self.b.splice(template, inputs)
            check_parts(self, rule.fn, partials, [s.out] * len(active))
        ranks = [ab.rank(type_of_operand(a)) for a in s.args]
        whole = self.ct.is_whole(ct, s.out)
        for i, partial in zip(active, partials, strict=True):
            d = self.b(operator.mul, ct, partial)
            if whole:
                self.ct.mark_whole(d, s.out)
            alone = {*ranks[:i], *ranks[i + 1 :]} <= {0}
            if alone and self.ct.is_whole(d, s.out):
                self.ct.mark_whole(d, cast(Atom, s.args[i]))
            self.ct.add(s.args[i], d, cast(Var, s.args[i]) if alone else s.out)

    def _whole_if_unknown(self, s: Op, ct: Atom) -> Atom:
        """Where ranks are not known, a cotangent that stands for repeated values cannot be told: give it its shape."""
        if ab.shape_of(s.out.type) is not None or self.ct.is_whole(ct, s.out) or isinstance(s.out.type, ab.ListOf):
            return ct
        return self.ct.materialise(s.out.type, cast(Var, ct), s.out, self.ct.name(s.out))

    def reverse_rule(self, s: Op, rule: registry.Rule, active: tuple[int, ...]) -> None:
        ct = self._parts(s) if rule.ct == "parts" and isinstance(s.out.type, ab.Seq) else self._taken(s, rule)
        flat, slots = flatten(s.args)
        wanted = [k for k, i in enumerate(slots) if i in active and flat[k] in self.r.active]
        if rule.ct == "passed" and not isinstance(ct, tuple) and ab.rank(type_of(ct)) == 0:
            for k in wanted:
                self.ct.add(flat[k], ct)
            return
        try:
            template = lower_rule(rule.fn, (ct, s.out, *s.args), dict(s.kwargs), tuple(wanted))
        except NotATemplate:
            if not isinstance(ct, tuple):
                ct = self.ct.materialise(s.out.type, ct, s.out, self.ct.name(s.out))
            inputs = (ct, s.out, *s.args)
            for i, d in zip(active, self.call_rule(rule, inputs, s, active), strict=True):
                self.contribute(s.args[i], d)
            return
        results = self.b.splice(template, (*flatten((ct,))[0], s.out, *flat))
        check_parts(self, rule.fn, results, [flat[k] for k in wanted])
        for k, d in zip(wanted, results, strict=True):
            if rule.whole:
                self.ct.mark_whole(d, flat[k])
            logical = s.out if rule.ct == "elementwise" else cast(Var, flat[k]) if fits(s) else None
            if logical is flat[k] and isinstance(s.out.type, ab.Seq):
                d = self._like(d, logical)
            self.ct.add(flat[k], d, logical)

    def _taken(self, s: Op, rule: registry.Rule) -> Atom:
        """The cotangent of what a statement binds, in the shape of that, or in a smaller one that the rule takes."""
        ct = self.ct.open.get(s.out)
        from_list = any(isinstance(v.type, ab.ListOf) for v in variables(s.args))
        if from_list or rule.ct == "whole" or isinstance(ct, Tree) or ct is None or ab.shape_of(s.out.type) is None:
            return self.ct.full(s.out)
        if rule.ct != "elementwise" and ab.rank(type_of(ct)) != 0:
            return self.ct.full(s.out)
        return cast(Atom, self.ct.pop(s.out))

    def _like(self, d: Atom, v: Var) -> Atom:
        """The cotangent `d`, which has the shape of `v`, with a type that says so."""
        t, u = type_of(d), v.type
        if isinstance(t, ab.Array) and isinstance(u, ab.Array) and not ab.same_shape(t, u):
            self.b.define(out := Var("", replace(t, shape=u.shape)), prims.alias, (d,))
            return out
        return d

    def _parts(self, s: Op) -> tuple[Atom, ...]:
        """The cotangents of the items of what a statement binds, None for one that has none."""
        ct = self.ct.pop(s.out)
        found: list[Atom] = []
        for key, t in keys_of(s.out.type):
            if isinstance(ct, Tree):
                part = ct.get(key)
            else:
                part = None if ct is None or not ab.differentiable(t) else self.b(prims.item, ct, key)
            item = self.b(prims.item, s.out, key) if part is not None else NONE
            found.append(NONE if part is None else self.ct.materialise(t, part, item, ""))
        return tuple(found)

    def contribute(self, arg: Arg, d: Atom) -> None:
        """Add `d` to the cotangent of an operand, which may be a tuple of operands."""
        if isinstance(arg, tuple):
            for k, a in enumerate(arg):
                if self.is_active(a):
                    self.contribute(a, self.b(prims.item, d, Lit(k)))
        else:
            self.ct.add(arg, d)

    def call_rule(self, rule: registry.Rule, inputs: tuple[Arg, ...], s: Op, active: tuple[int, ...]) -> list[Atom]:
        """The cotangents of the active inputs by a call of the rule itself, where it is more than a template."""
        out = Var("", ab.Seq("tuple", tuple(map(unfitted, s.args))) if len(s.args) > 1 else unfitted(s.args[0]))
        self.b.define(out, cast(Any, rule.fn), inputs, s.kwargs)
        check_call(self, rule.fn, out, s.args if rule.kind == "reverse" else [s.out] * len(s.args))
        if len(s.args) == 1:
            return [out]
        return [self.b(prims.item, out, Lit(i)) for i in active]

_STRUCTURAL: dict[Any, Callable[[Adjoint, Op], None]] = {
    operator.getitem: structures.indexed_read,
    runtime.read_written: structures.read_written,
    runtime.last_written: structures.last_written,
    prims.item: structures.item,
    runtime.root_of: roots.root_of,
    prims.make_tuple: structures.make,
    prims.make_list: structures.make,
    prims.make_dict: structures.make,
    prims.alias: structures.alias,
    prims.appended: lists.appended,
    prims.shortened: lists.shortened,
    prims.replaced: lists.replaced,
    prims.add_at_key: lists.added_at,
    prims.inserted: lists.inserted,
    prims.removed: lists.removed,
    prims.part: lists.part,
    prims.put_part: lists.put_part,
    prims.rows: made_of_lists.rows,
    list: lists.copied,
    prims.watched: Adjoint.watch,
    prims.set_item: writes.set_item,
    prims.add_item: writes.add_item,
}
