"""From a primal program to the program of a derivative: forward sweep, backward sweep, and what joins them."""

from __future__ import annotations

from dataclasses import replace

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.companions import Derivation, joined
from pullback.transpile.core import Atom, Block, Def, Effect, Function, Lit, Program, Stmt, Var
from pullback.transpile.entry import (
    always_raises,
    doc,
    is_scalar,
    pack,
    reachable,
    require_real,
    require_scalar,
    with_parts,
)
from pullback.transpile.forward import entry as forward
from pullback.transpile.infer import type_of
from pullback.transpile.optimise import effectful, remove_dead
from pullback.transpile.request import ALONG, Request
from pullback.transpile.restart import as_primal
from pullback.transpile.reverse.builder import ONE


def derive(program: Program, request: Request) -> Program:
    """The program of the derivative that `request` asks of `program`, with a companion for each function it calls."""
    if request.of is not None:
        inner, request = request.of, replace(request, of=None)
        program = as_primal(derive(program, inner))
        program = forward.of_two(program, inner) if inner.mode in ALONG else program
    if request.mode == "primal":
        return _alive(program)
    f, made = program.entry, _living(_derived(program, request))
    name = f"{f.name}_{_NAMES.get(request.mode, request.mode)}"
    return replace(made, entry=replace(made.entry, name=name, doc=doc(f, request), primal=False))


def _alive(program: Program) -> Program:
    """The functions themselves, without what they compute for nobody. Refuses one that gives nothing."""
    f, effects = program.entry, effectful(program)
    if f.block.results[0] == Lit(None):
        hint = "Return what it computes: a copy of the arguments is written, not what the caller has."
        raise errors.at(errors.NotSupportedYet, f.origin, f"'{f.name}' returns nothing", hint)
    return replace(_living(program), entry=replace(f, block=remove_dead(f.block, effects)))


def _living(program: Program) -> Program:
    """The functions that are called as they are, without what they compute for nobody."""
    effects = effectful(program)
    return replace(program, functions={
        key: replace(g, block=remove_dead(g.block, effects)) if g.primal else g for key, g in program.functions.items()
    })  # fmt: skip


_NAMES = {"jacfwd": "jacobian", "jacrev": "jacobian", "linearize": "linearized", "directions": "jacobian"}


def _derived(program: Program, request: Request) -> Program:
    """The program of a derivative; its entry has the name of the function yet."""
    if request.mode in ("hessian", "jacobian", "jacfwd", "jacrev", "directions"):
        require_real(program.entry, request)
    match request.mode:
        case "jvp":
            return forward.pushed(program, request)
        case "hvp":
            return forward.pushed(derive(program, replace(request, mode="grad")), request)
        case "linearize":
            return forward.linearized(program, request)
        case "hessian":
            gradient = as_primal(derive(program, replace(request, mode="grad")))
            return forward.jacobian(gradient, request)
        case "jacobian" | "jacrev" if is_scalar(type_of(program.entry.block.results[0])):
            return derive(program, replace(request, mode="grad"))
        case "directions":
            return forward.directions(program, request)
        case "jacobian" | "jacfwd" | "jacrev":
            return forward.jacobian(program, request)
    d = Derivation(program, request.optimise, request.remaking)
    entry = _Entry(d)(program.entry, request)
    return Program(entry, reachable(entry, d.functions))


class _Entry:
    """Joins the two sweeps of the function that was asked for into one function."""

    def __init__(self, d: Derivation) -> None:
        self.d = d

    def __call__(self, f: Function, request: Request) -> Function:
        """The derivative of `f` as one function."""
        if always_raises(f.block):
            block = self.d.finish(f.block)
            return replace(f, block=block)
        f = with_parts(f, request.has_aux)
        result = f.block.results[0]
        if request.mode == "vjp":
            return self._vjp(f, request)
        require_scalar(f, result)
        sweeps = self.d.sweeps(f, request.wrt, ONE, exact=True)
        value, rest = sweeps.forward.results[0], sweeps.forward.results[1:]
        grads, join = joined(sweeps.gradients, request.bare, f.origin)
        results: list[Atom] = [value] if request.mode == "value_and_grad" else []
        if rest and request.mode == "value_and_grad":
            results = [pack(join, (value, *rest), f.origin)]
        results.append(grads)
        if rest and request.mode == "grad":
            results.append(rest[0])
        out = results[0] if len(results) == 1 else pack(join, tuple(results), f.origin)
        check = () if is_scalar(type_of(value)) else (Effect("require_scalar", (value,), f.origin),)
        body = (*sweeps.forward.body, *check, *sweeps.backward, *join)
        block = self.d.finish(Block(f.block.params, body, (out,)))
        return replace(f, block=block)

    def _vjp(self, f: Function, request: Request) -> Function:
        dout = Var("dout", type_of(f.block.results[0]))
        sweeps = self.d.sweeps(f, request.wrt, dout, exact=True)
        grads, join = joined(sweeps.gradients, request.bare, f.origin)
        pull = Var("pull", ab.Static("pull"))
        inner = Block((dout,), sweeps.backward + tuple(join), (grads,))
        tail: list[Stmt] = [Def(pull, "pull", inner, f.origin.backwards())]
        value = sweeps.forward.results[0]
        if request.has_aux:
            out = pack(tail, (value, pull, *sweeps.forward.results[1:]), f.origin)
        else:
            out = pack(tail, (value, pull), f.origin)
        block = self.d.finish(Block(f.block.params, sweeps.forward.body + tuple(tail), (out,)))
        return replace(f, block=block)
