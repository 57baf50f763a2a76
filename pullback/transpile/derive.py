"""From a primal program to the program of a derivative: forward sweep, backward sweep, and what joins them."""

from __future__ import annotations

from dataclasses import replace

from pullback import errors
from pullback.backends.base import DOC
from pullback.transpile import abstract as ab
from pullback.transpile import jacobians, marks, prims
from pullback.transpile.companions import Derivation, joined, pack
from pullback.transpile.core import (
    Atom,
    Block,
    Def,
    Effect,
    Function,
    If,
    Lit,
    Op,
    Param,
    Program,
    Stmt,
    Var,
)
from pullback.transpile.forward.derivation import Pushforward, tangents_of
from pullback.transpile.forward.tangents import exact
from pullback.transpile.infer import infer, type_of
from pullback.transpile.request import Request
from pullback.transpile.restart import as_primal
from pullback.transpile.reverse.builder import ONE
from pullback.transpile.traversal import calls


def derive(program: Program, request: Request) -> Program:
    """The program of the derivative that `request` asks of `program`, with a companion for each function it calls."""
    if request.of is not None:
        program = as_primal(derive(program, request.of))
    if request.mode in ("jvp", "hvp"):
        return _forward(program, request)
    if request.mode in ("jacobian", "jacfwd", "jacrev", "hessian"):
        return _jacobian(program, request)
    d = Derivation(program, request.optimise)
    entry = _Entry(d)(program.entry, request)
    return Program(entry, _reachable(entry, d.functions))


def _forward(program: Program, request: Request) -> Program:
    """The program of the function, or of its gradient, with its tangent along those of parameters, which it takes too.

    A function gives value and tangent, a gradient its tangent alone: a product with the Hessian.
    """
    f = program.entry
    name, doc = f"{f.name}_{request.mode}", _doc(f, request)
    if request.mode == "hvp":
        program = derive(program, replace(request, mode="grad", of=None))
    d = Pushforward(program, request.optimise)
    f = program.entry
    if _always_raises(f.block):
        params, block = _with_tangents(f.params, tangents_of(f, request.wrt)), d.finish(f.block)
        block = replace(block, params=tuple(p.var for p in params))
    else:
        f = _with_parts(f, request.has_aux)
        code, tangents = d.pushed(f, request.wrt)
        ends: list[Stmt] = code.b.body
        out = exact(code.b, code.results[0], code.t.get(code.results[0]))
        if request.mode == "jvp":
            out = pack(ends, (code.results[0], out, *code.results[1:]), f.origin.tangent())
        params = _with_tangents(f.params, tangents)
        block = d.finish(Block(tuple(p.var for p in params), tuple(ends), (out,)))
    entry = replace(f, name=name, params=params, block=block, doc=doc, primal=False)
    return Program(entry, _reachable(entry, d.functions))


def _jacobian(program: Program, request: Request) -> Program:
    """The program of a Jacobian; that of a gradient is the Hessian."""
    f = program.entry
    name = f"{f.name}_{'hessian' if request.mode == 'hessian' else 'jacobian'}"
    doc = _doc(f, request)
    if request.mode == "hessian":
        if len(request.wrt) > 1:
            message = f"the Hessian of {f.name!r} in several parameters is not supported yet"
            raise errors.at(errors.NotSupportedYet, f.origin, message, "Take jacobian(grad(f, wrt=a), wrt=b).")
        program = as_primal(derive(program, replace(request, mode="grad", of=None, bare=True)))
        f = program.entry
    is_number = _is_scalar(type_of(f.block.results[0]))
    if is_number and request.mode in ("jacobian", "jacrev"):
        gradient = derive(program, replace(request, mode="grad", of=None))
        return replace(gradient, entry=replace(gradient.entry, name=name, doc=doc))
    d: Derivation | Pushforward
    if request.mode == "jacrev":
        d = Derivation(program, request.optimise)
        block, functions, parts, end = jacobians.reverse(d, f, request.wrt)
    else:
        d = Pushforward(program, request.optimise)
        block, functions, parts, end = jacobians.forward(d, f, request.wrt)
    body = [*block.body, *end]
    out = parts[0] if request.bare else pack(body, tuple(parts), f.origin.tangent())
    done = d.finish(Block(f.block.params, tuple(body), (out,)))
    entry = replace(f, name=name, block=done, doc=doc, primal=False)
    return Program(entry, _reachable(entry, dict(functions)))


def _with_tangents(params: tuple[Param, ...], tangents: tuple[Var, ...]) -> tuple[Param, ...]:
    """The parameters of a function, and those for tangents: by keyword where not all of these are plain."""
    plain = all(p.kind == "POSITIONAL_OR_KEYWORD" and p.default is None for p in params)
    kind = "POSITIONAL_OR_KEYWORD" if plain else "KEYWORD_ONLY"
    k = next((k for k, p in enumerate(params) if p.kind == "VAR_KEYWORD"), len(params))
    return (*params[:k], *(Param(v, kind) for v in tangents), *params[k:])


class _Entry:
    """Joins the two sweeps of the function that was asked for into one function."""

    def __init__(self, d: Derivation) -> None:
        self.d = d

    def __call__(self, f: Function, request: Request) -> Function:
        """The derivative of `f` as one function."""
        if request.mode == "primal":
            return f
        name = f"{f.name}_{request.mode}"
        if _always_raises(f.block):
            block = self.d.finish(f.block)
            return replace(f, name=name, block=block, doc=_doc(f, request), primal=False)
        f = _with_parts(f, request.has_aux)
        result = f.block.results[0]
        if request.mode == "vjp":
            return self._vjp(f, name, request)
        _require_scalar(f, result)
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
        check = () if _is_scalar(type_of(value)) else (Effect("require_scalar", (value,), f.origin),)
        body = (*sweeps.forward.body, *check, *sweeps.backward, *join)
        block = self.d.finish(Block(f.block.params, body, (out,)))
        return replace(f, name=name, block=block, doc=_doc(f, request), primal=False)

    def _vjp(self, f: Function, name: str, request: Request) -> Function:
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
        return replace(f, name=name, block=block, doc=_doc(f, request), primal=False)


def _always_raises(b: Block) -> bool:
    """Does a block never come to its end, for arguments of these types?"""
    done = [s for s in b.body if not marks.closes(s)]
    match done[-1:]:
        case [Effect(op="raise")]:
            return True
        case [If(then=then, orelse=orelse)]:
            return _always_raises(then) and _always_raises(orelse)
    return False


def _with_parts(f: Function, has_aux: bool) -> Function:
    """With `has_aux`, the function's result is taken apart into the value and what comes with it."""
    if not has_aux:
        return f
    out = f.block.results[0]
    t = type_of(out)
    if not ((isinstance(t, ab.Seq) and len(t.items) == 2) or isinstance(t, ab.Unknown)):
        raise errors.at(
            errors.NotScalar, f.origin, f"'{f.name}' must return (value, aux)", "return a pair, or leave has_aux out"
        )
    parts = [Op(Var("", infer(prims.item, (out, Lit(i)), {})), prims.item, (out, Lit(i)), (), f.origin) for i in (0, 1)]
    block = Block(f.block.params, (*f.block.body, *parts), tuple(p.out for p in parts))
    return replace(f, block=block)


def _is_scalar(t: ab.Type) -> bool:
    return isinstance(t, ab.Scalar) or (isinstance(t, ab.Array) and t.shape == ())


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
            errors.NotDifferentiable,
            f.origin,
            f"the result of '{f.name}' is {_words(t)}",
            "a derivative needs a float result",
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


def _doc(f: Function, request: Request) -> str:
    names = [f.params[i].var.hint for i in request.wrt]
    to = names[0] if len(names) == 1 else f"({', '.join(names)})"
    match request.mode:
        case "value_and_grad":
            long, short = f"Value of `{f.name}` and its gradient", f"Value and gradient of `{f.name}`"
            long += f" with respect to {to}"
        case "vjp":
            short = f"Value and pullback of `{f.name}`"
            long = f"Value of `{f.name}` and the function that pulls a cotangent back to {to}"
        case "jvp":
            short = f"Value of `{f.name}` and its tangent"
            long = f"{short} along that of {to}"
        case "jacfwd" | "jacrev":
            short = f"Jacobian of `{f.name}`"
            long = f"{short} with respect to {to}"
        case "hessian":
            short = f"Hessian of `{f.name}`"
            long = f"{short} with respect to {to}"
        case "hvp":
            short = f"Product of the Hessian of `{f.name}` with a vector"
            long = f"Product of the Hessian of `{f.name}` in {to} with a vector"
        case _:
            short = f"Gradient of `{f.name}`"
            long = f"{short} with respect to {to}"
    return f"{long if len(long) <= DOC else short}."


def _reachable(entry: Function, functions: dict[str, Function]) -> dict[str, Function]:
    """The functions that are called from the entry, directly or not, callees before callers."""
    out: dict[str, Function] = {}
    seen: set[str] = set()

    def visit(f: Function) -> None:
        for key in calls(f.block):
            if key not in seen:
                seen.add(key)
                visit(functions[key])
                out[key] = functions[key]

    visit(entry)
    return out
