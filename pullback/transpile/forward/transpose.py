"""The transpose of a reverse rule: what it does to a cotangent is linear, and its own adjoint takes tangents forward.

    sum:   dx = ct repeated along the axes         tangent of the result: the tangent of x summed over the axes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Op, Stmt, Var
from pullback.transpile.infer.lengths import same
from pullback.transpile.optimise import remove_dead
from pullback.transpile.rename import renamed, restamp
from pullback.transpile.reverse.activity import useful, varied
from pullback.transpile.reverse.adjoint import Adjoint, Companion, Reversal
from pullback.transpile.reverse.twins import Twins
from pullback.transpile.shapes import asks_dtype, of_shape_alone
from pullback.transpile.traversal import reads, substitute, variables

if TYPE_CHECKING:
    from pullback.transpile.forward.jvp import Forward


def transpose(
    self: Forward, s: Op, template: Block, flat: tuple[Atom, ...], tangents: list[Atom], wanted: tuple[int, ...]
) -> Atom | None:
    """The tangent of what `s` binds, from a template that gives the cotangents of the operands at `wanted`.

    None where the template is not linear in the cotangent.
    """
    ct = Var("", s.out.type)
    m: dict[Var, Atom] = dict(zip(template.params, (ct, s.out, *flat), strict=True))
    inlined = self.inside(s.origin)
    results = tuple(inlined.b.splice(Block(template.params, template.body, template.results), tuple(m.values())))
    body = tuple(inlined.b.body)
    block = Block((ct,), body, results)
    moving = varied(block, [ct])
    active = moving & useful(block, results)
    adjoint = Adjoint(Reversal(active, Twins.of(block), _no_call, _no_type), s.origin)
    for r, d, k in zip(results, tangents, wanted, strict=True):
        adjoint.ct.add(r, d, cast(Var, flat[k]))
    adjoint.walk(body)
    adjoint.b.at(s.origin)
    d = adjoint.ct.full(ct)
    asking = tuple(_asking(t, ct, moving) for t in adjoint.done())
    both = remove_dead(Block((), (*body, *asking), (d,)))
    made: dict[Var, Atom] = {}
    fresh = renamed(both.body, made)
    if not _is_linear(fresh, {made.get(v, v) for v in moving}):
        return None
    self.b.body += [restamp(t, self.b.origin) for t in substitute(fresh, {ct: s.out})]
    return substitute(substitute(d, made), {ct: s.out})


def _asking(t: Stmt, ct: Var, moving: set[Var]) -> Stmt:
    """A statement of the adjoint that asks the cotangent itself for a shape that others have as well."""
    if not isinstance(t, Op):
        return t
    shapes = of_shape_alone(t)

    def like(x: Arg) -> bool:
        alike = isinstance(x, Var) and x in moving and _of_one_shape(x.type, ct.type)
        return alike and (not asks_dtype(t) or getattr(x, "type", None) == ct.type)

    args = tuple(ct if k in shapes and like(x) else x for k, x in enumerate(t.args))
    return replace(t, args=args) if args != t.args else t


def _of_one_shape(t: ab.Type, u: ab.Type) -> bool:
    """Are the shapes of two values that do not broadcast together proven equal?"""
    s, r = ab.shape_of(t), ab.shape_of(u)
    return s is not None and r is not None and len(s) == len(r) and all(map(same, s, r))


def _is_linear(body: Sequence[Stmt], moving: set[Atom]) -> bool:
    """Does the adjoint read of the cotangent, and of what the rule makes of it, nothing but shapes?"""
    for t in body:
        if isinstance(t, Op) and t.op is prims.item and t.args[0] in moving:
            moving.add(t.out)
        elif moving.isdisjoint(t.outs) and not _reads_shape_alone(t, moving):
            return False
    return True


def _reads_shape_alone(t: Stmt, moving: set[Atom]) -> bool:
    """Does a statement of the adjoint read of the cotangent, and of what is made of it, nothing but the shape?"""
    if not isinstance(t, Op):
        return moving.isdisjoint(reads(t))
    shapes = of_shape_alone(t)
    return all(v not in moving for k, x in enumerate(t.args) if k not in shapes for v in variables(x))


def _no_call(key: str, active: tuple[int, ...], alone: bool) -> Companion:
    raise AssertionError(f"a rule's template calls {key!r}")


def _no_type(key: str) -> None:
    return None
