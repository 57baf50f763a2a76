"""Forward mode, Core to Core: a block is walked as it runs, each statement with those that give the tangents it makes.

What a tangent reads it reads at once, so nothing is kept; the primal statements stay as they are, in their order. A
loop carries tangents beside values, a branch gives them, a call becomes one of the callee's own forward mode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pullback import errors
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Call, Def, Effect, For, If, Op, Origin, Stmt, Var, While
from pullback.transpile.forward import callbacks, control, operations, structures
from pullback.transpile.forward.tangents import Tangent, Tangents
from pullback.transpile.numbers import check_complex
from pullback.transpile.reverse.builder import Builder
from pullback.transpile.reverse.twins import Twins
from pullback.transpile.traversal import is_given_function, reads, variables

Beside = Callable[[str, int, tuple[int, ...]], str]
"""The key of a function of unknowns and their tangents, made of one of unknowns, see `odes`."""


@dataclass(frozen=True)
class Pushing:
    """What the forward mode of one function knows: the values that move, their tangents, and the callees' own forward
    mode.

    `companion(key, active)` gives the key of the function that computes value and tangent where the arguments at
    `active` move; `result_type` the type of a companion's result, once it is known. `twins`: where shapes can be read.
    """

    active: set[Var]
    twins: Twins
    companion: Callable[[str, tuple[int, ...]], str]
    result_type: Callable[[str], ab.Type | None]
    beside: Beside
    pulled_back_beside: Beside
    known: dict[Var, Tangent] = field(default_factory=dict)


class Forward:
    """The code of one block, tangents included, under construction."""

    def __init__(self, p: Pushing, origin: Origin) -> None:
        self.p = p
        self.b = Builder(origin, p.twins, Origin.tangent)
        self.t = Tangents(p.known)
        self.primal: tuple[Stmt, ...] = ()
        self.results: tuple[Atom, ...] = ()

    def inside(self, origin: Origin) -> Forward:
        """The code of a block inside this one, still empty."""
        return Forward(self.p, origin)

    def walk(self, body: Sequence[Stmt]) -> None:
        """Differentiate statements, the first one first."""
        for s in body:
            self.b.at(s.origin)
            self.statement(s)

    def statement(self, s: Stmt) -> None:
        """Append a statement, and the tangents of what it binds that moves."""
        moving = any(o in self.p.active for o in s.outs)
        match s:
            case Op() if moving:
                self.op(s)
            case If() if moving:
                control.branch(self, s)
            case For() | While() if moving:
                control.loop(self, s)
            case Call() if moving:
                control.call(self, s)
            case Def():
                raise errors.at(
                    errors.NotSupportedYet,
                    s.origin,
                    "cannot differentiate through a function made by vjp",
                    "differentiate a gradient instead of a pullback",
                )
            case Op() | If() | For() | While() | Call() | Effect():
                self.b.body.append(s)

    def op(self, s: Op) -> None:
        """An operation whose result moves. Its tangent comes first, unless it reads the result itself."""
        start = len(self.b.body)
        structural = callbacks.given_function if is_given_function(s) else structures.STRUCTURAL.get(s.op)
        if structural is not None:
            structural(self, s)
        else:
            self.by_rule(s)
        k = next((k for k, t in enumerate(self.b.body[start:], start) if s.out in reads(t)), len(self.b.body))
        self.b.body.insert(k, s)

    def by_rule(self, s: Op) -> None:
        check_complex(s)
        active = tuple(i for i, a in enumerate(s.args) if self.is_moving(a))
        operations.require_still(s, self.is_moving)
        if not active:  # what it reads is an item that does not move, of a structure that does
            return
        found = registry.find_forward(s.op)
        at = registry.linear_in(s.op, len(s.args))
        try:
            if found is not None:
                operations.own_rule(self, s, found, active)
            elif at and (set(active) <= set(at) or registry.find(s.op, active) is not None):
                operations.linear(self, s, at)
            elif registry.is_multilinear(s.op):
                operations.multilinear(self, s, active)
            elif (rule := registry.find(s.op, active)) is not None:
                self.by_reverse_rule(s, rule, active)
            else:
                raise operations.no_rule(s)
        except registry.Unsupported as e:
            raise operations.unsupported(s, e) from None

    def by_reverse_rule(self, s: Op, rule: registry.Rule, active: tuple[int, ...]) -> None:
        if rule.kind == "elementwise":
            operations.elementwise(self, s, rule, active)
        elif rule.ct == "elementwise":
            operations.diagonal(self, s, rule, active)
        else:
            operations.transposed(self, s, rule, active)

    def moves(self, v: object) -> bool:
        """Has a value a tangent?"""
        return isinstance(v, Var) and v in self.t.known

    def is_moving(self, a: Arg) -> bool:
        """Has an operand, or one of a tuple of operands, a tangent?"""
        return any(self.moves(v) for v in variables(a))

    def bind(self, v: Var, d: Tangent | None) -> None:
        """Say what the tangent of a value is that a statement has bound."""
        if d is not None:
            self.t.name(self.b, v, d)
