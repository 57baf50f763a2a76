"""From a primal program to the program of a derivative: forward sweep, backward sweep, and what joins them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Def,
    Effect,
    For,
    Function,
    If,
    Lit,
    Op,
    Origin,
    Param,
    Program,
    Stmt,
    Var,
    While,
    blocks,
)
from pullback.transpile.infer import infer, type_of
from pullback.transpile.optimise import effectful, fuse_branches, hoist_items, keep_residuals, optimise, remove_dead, simplify
from pullback.transpile.request import Request
from pullback.transpile.reverse.activity import useful, varied
from pullback.transpile.reverse.adjoint import Adjoint, Reversal
from pullback.transpile.reverse.builder import ONE
from pullback.transpile.reverse.twins import Twins


@dataclass(frozen=True)
class Sweeps:
    """A forward sweep, the backward statements after it, and the gradients at their end."""

    forward: Block
    backward: tuple[Stmt, ...]
    gradients: tuple[Atom, ...]


def derive(program: Program, request: Request) -> Program:
    """The program of the derivative that `request` asks of `program`, with a companion for each function it calls."""
    d = _Derivation(program, request.optimise)
    entry = d.entry(program.entry, request)
    return Program(entry, _reachable(entry, d.functions))


class _Derivation:
    """One derivation. `functions`: the primal functions and the companions made so far; `made`: companions by what they pull back."""

    def __init__(self, program: Program, optimised: bool) -> None:
        self.functions = dict(program.functions)
        self.effects = effectful(program)
        self.optimised = optimised
        self.made: dict[tuple[str, tuple[int, ...]], str] = {}

    def finish(self, b: Block) -> Block:
        """What follows differentiation, on the joined sweeps of one function."""
        if self.optimised:
            return optimise(keep_residuals(fuse_branches(b)), self.effects)
        return remove_dead(keep_residuals(b), self.effects)

    # the function that was asked for

    def entry(self, f: Function, request: Request) -> Function:
        f = _with_parts(f, request.has_aux)
        result = f.block.results[0]
        if request.mode == "primal":
            return replace(f, block=Block(f.block.params, f.block.body, f.block.results))
        name = f"{f.name}_{request.mode}"
        if request.mode == "vjp":
            return self._vjp(f, name, request)
        _require_scalar(f, result)
        sweeps = self.sweeps(f, request.wrt, ONE, exact=True)
        value, rest = sweeps.forward.results[0], sweeps.forward.results[1:]
        grads, join = _joined(sweeps.gradients, request.bare, f.origin)
        results: list[Atom] = [value] if request.mode == "value_and_grad" else []
        if rest and request.mode == "value_and_grad":
            results = [_pack(join, (value, *rest), f.origin)]
        results.append(grads)
        if rest and request.mode == "grad":
            results.append(rest[0])
        out = results[0] if len(results) == 1 else _pack(join, tuple(results), f.origin)
        body = sweeps.forward.body + sweeps.backward + tuple(join)
        check = (Effect("require_scalar", (value,), f.origin),) if not _is_scalar(type_of(value)) else ()
        block = self.finish(Block(f.block.params, sweeps.forward.body + check + body[len(sweeps.forward.body) :], (out,)))
        return replace(f, name=name, block=block, doc=_doc(f, request), primal=False)

    def _vjp(self, f: Function, name: str, request: Request) -> Function:
        dout = Var("dout", type_of(f.block.results[0]))
        sweeps = self.sweeps(f, request.wrt, dout, exact=True)
        grads, join = _joined(sweeps.gradients, request.bare, f.origin)
        pull = Var("pull", ab.Static("pull"))
        inner = Block((dout,), sweeps.backward + tuple(join), (grads,))
        tail: list[Stmt] = [Def(pull, "pull", inner, f.origin.backwards())]
        value = sweeps.forward.results[0]
        if request.has_aux:
            out = _pack(tail, (value, pull, *sweeps.forward.results[1:]), f.origin)
        else:
            out = _pack(tail, (value, pull), f.origin)
        block = self.finish(Block(f.block.params, sweeps.forward.body + tuple(tail), (out,)))
        return replace(f, name=name, block=block, doc=_doc(f, request), primal=False)

    # forward and backward

    def sweeps(self, f: Function, wrt: tuple[int, ...], seed: Atom, exact: bool) -> Sweeps:
        """Both sweeps of a function; backward code still reads forward names wherever they are."""
        primal = hoist_items(f.block)
        if self.optimised:
            primal = simplify(primal)
        primal = remove_dead(primal, self.effects)
        inputs = [f.block.params[i] for i in wrt]
        active = varied(primal, inputs) & useful(primal, primal.results[:1])
        adjoint = Adjoint(Reversal(active, Twins.of(primal), self.companion, self.result_type), f.origin)
        adjoint.ct.add(primal.results[0], seed)
        adjoint.walk(primal.body)
        adjoint.b.at(f.origin)
        gradients = tuple(adjoint.ct.gradient(p) if exact else adjoint.ct.full(p) for p in inputs)
        back = Block((), tuple(adjoint.b.body), gradients)
        back = remove_dead(simplify(back) if self.optimised else back)
        return Sweeps(primal, back.body, back.results)

    # companions of called functions

    def companion(self, key: str, active: tuple[int, ...]) -> str:
        """The key of the companion that pulls a cotangent of the function `key` back to its arguments at `active`."""
        if (key, active) in self.made:
            return self.made[key, active]
        f = self.functions[key]
        name = self._name(f"{f.name}_pullback")
        self.made[key, active] = name
        self.functions[name] = self._pullback(f, name, active)
        return name

    def result_type(self, key: str) -> ab.Type | None:
        """The type of what a companion returns; None while it is being made (a recursive function)."""
        f = self.functions.get(key)
        return type_of(f.block.results[0]) if f is not None else None

    def _name(self, name: str) -> str:
        taken = set(self.made.values())
        k, out = 2, name
        while out in taken:
            out, k = f"{name}{k}", k + 1
        return out

    def _pullback(self, f: Function, name: str, active: tuple[int, ...]) -> Function:
        dout = Var("dout", type_of(f.block.results[0]))
        silent = replace(f, block=_without_effects(f.block, self._refuse_effects))
        sweeps = self.sweeps(silent, active, dout, exact=False)
        grads, join = _joined(sweeps.gradients, len(active) == 1, f.origin)
        block = Block((*f.block.params, dout), sweeps.forward.body + sweeps.backward + tuple(join), (grads,))
        params = (*(Param(p.var) for p in f.params), Param(dout))
        return replace(f, name=name, params=params, block=self.finish(block), doc="", primal=False)

    def _refuse_effects(self, s: Call) -> None:
        if s.function in self.effects:
            f = self.functions[s.function]
            raise errors.at(
                errors.NotSupportedYet,
                s.origin,
                f"'{f.name}' prints, asserts or raises inside a function that is called itself",
                "the backward pass would do it a second time; move the effect to the outermost function",
            )


def _without_effects(b: Block, check: Callable[[Call], None]) -> Block:
    """A companion computes the forward values again, after their effects have taken place."""
    body: list[Stmt] = []
    for s in b.body:
        match s:
            case Effect():
                continue
            case Call():
                check(s)
            case If():
                s = replace(s, then=_without_effects(s.then, check), orelse=_without_effects(s.orelse, check))
            case For() | While():
                s = replace(s, body=_without_effects(s.body, check))
        body.append(s)
    return Block(b.params, tuple(body), b.results)


def _with_parts(f: Function, has_aux: bool) -> Function:
    """With `has_aux`, the function's result is taken apart into the value and what comes with it."""
    if not has_aux:
        return f
    out = f.block.results[0]
    t = type_of(out)
    if not (isinstance(t, ab.Seq) and len(t.items) == 2 or isinstance(t, ab.Unknown)):
        raise errors.at(errors.NotScalar, f.origin, f"'{f.name}' must return (value, aux)", "return a pair, or leave has_aux out")
    parts = [Op(Var("", infer(prims.item, (out, Lit(i)), {})), prims.item, (out, Lit(i)), (), f.origin) for i in (0, 1)]
    block = Block(f.block.params, (*f.block.body, *parts), tuple(p.out for p in parts))
    return replace(f, block=block)


def _is_scalar(t: ab.Type) -> bool:
    return isinstance(t, ab.Scalar) or isinstance(t, ab.Array) and t.shape == ()


def _require_scalar(f: Function, result: Atom) -> None:
    t = type_of(result)
    if isinstance(t, (ab.Unknown, ab.Array)) and ab.shape_of(t) is None:
        return
    if not _is_scalar(t):
        raise errors.at(
            errors.NotScalar,
            f.origin,
            f"the result of '{f.name}' is not a scalar but {_words(t)}",
            "return a sum or a mean of it, or use vjp, which takes a cotangent",
        )
    if not ab.differentiable(t):
        raise errors.at(
            errors.NotDifferentiable, f.origin, f"the result of '{f.name}' is {_words(t)}", "a derivative needs a float result"
        )


def _words(t: ab.Type) -> str:
    match t:
        case ab.Scalar(kind=kind):
            return f"a {kind}" if kind != "int" else "an int"
        case ab.Array(shape=tuple() as shape):
            return f"an array of {len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
        case ab.Seq(kind=kind):
            return f"a {kind}"
        case ab.ListOf():
            return "a list"
        case ab.Mapping():
            return "a dict"
        case ab.Static(value=None):
            return "None"
    return "no number"


def _joined(gradients: tuple[Atom, ...], bare: bool, origin: Origin) -> tuple[Atom, list[Stmt]]:
    join: list[Stmt] = []
    return (gradients[0] if bare else _pack(join, gradients, origin)), join


def _pack(body: list[Stmt], items: tuple[Atom, ...], origin: Origin) -> Var:
    out = Var("", infer(prims.make_tuple, items, {}))
    body.append(Op(out, prims.make_tuple, items, (), origin))
    return out


def _doc(f: Function, request: Request) -> str:
    names = [f.params[i].var.hint for i in request.wrt]
    to = names[0] if len(names) == 1 else f"({', '.join(names)})"
    match request.mode:
        case "value_and_grad":
            return f"Value of `{f.name}` and its gradient with respect to {to}."
        case "vjp":
            return f"Value of `{f.name}` and the function that pulls a cotangent back to {to}."
    return f"Gradient of `{f.name}` with respect to {to}."


def _reachable(entry: Function, functions: dict[str, Function]) -> dict[str, Function]:
    """The functions that are called from the entry, directly or not, callees before callers."""
    out: dict[str, Function] = {}
    seen: set[str] = set()

    def visit(f: Function) -> None:
        for key in _calls(f.block):
            if key not in seen:
                seen.add(key)
                visit(functions[key])
                out[key] = functions[key]

    visit(entry)
    return out


def _calls(b: Block) -> list[str]:
    found: list[str] = []
    for s in b.body:
        if isinstance(s, Call):
            found.append(s.function)
        for inner in blocks(s):
            found += _calls(inner)
    return found
