"""What every derivative's entry has: its documentation, its result, the functions that it reaches."""

from __future__ import annotations

from dataclasses import replace

from pullback import errors
from pullback.backends.base import DOC
from pullback.transpile import abstract as ab
from pullback.transpile import marks, prims
from pullback.transpile.core import Atom, Block, Effect, Function, If, Lit, Op, Origin, Stmt, Var
from pullback.transpile.infer import infer, type_of
from pullback.transpile.leaves import leaves
from pullback.transpile.request import Request
from pullback.transpile.traversal import needed


def always_raises(b: Block) -> bool:
    """Does a block never come to its end, for arguments of these types?"""
    done = [s for s in b.body if not marks.closes(s)]
    match done[-1:]:
        case [Effect(op="raise")]:
            return True
        case [If(then=then, orelse=orelse)]:
            return always_raises(then) and always_raises(orelse)
    return False


def with_parts(f: Function, has_aux: bool) -> Function:
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


def is_scalar(t: ab.Type) -> bool:
    return isinstance(t, ab.Scalar) or (isinstance(t, ab.Array) and t.shape == ())


def require_scalar(f: Function, result: Atom) -> None:
    t = type_of(result)
    if isinstance(t, (ab.Unknown, ab.Array)) and ab.shape_of(t) is None:
        return
    if not is_scalar(t):
        raise errors.at(
            errors.NotScalar,
            f.origin,
            f"the result of '{f.name}' is not a scalar but {words(t)}",
            "return a sum or a mean of it, or use vjp, which takes a cotangent",
        )
    if ab.kind_of(t) == "complex":
        raise errors.at(
            errors.NotScalar,
            f.origin,
            f"the result of '{f.name}' is complex, which has no one gradient",
            "return its real part or its absolute value, or use vjp, which takes a cotangent",
        )
    if not ab.differentiable(t):
        raise errors.at(
            errors.NotDifferentiable,
            f.origin,
            f"the result of '{f.name}' is {words(t)}",
            "a derivative needs a float result",
        )


def require_real(f: Function, request: Request) -> None:
    """Refuse the matrix of partial derivatives of what is complex."""
    for x in (f.block.results[0], *(f.block.params[i] for i in request.wrt)):
        if any(ab.kind_of(leaf.type) == "complex" for leaf in leaves(type_of(x))):
            what = f"the parameter {x.hint!r}" if x in f.block.params and isinstance(x, Var) else "the result"
            message = f"the matrix of derivatives of {f.name!r} is taken, and {what} is complex"
            raise errors.at(errors.NotSupportedYet, f.origin, message, "Use the real and the imaginary part.")


def words(t: ab.Type) -> str:
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


def doc(f: Function, request: Request) -> str:
    names = [f.params[i].var.hint for i in request.wrt]
    to = names[0] if len(names) == 1 else f"({', '.join(names)})"
    match request.mode:
        case "value_and_grad":
            long, short = f"Value of `{f.name}` and its gradient", f"Value and gradient of `{f.name}`"
            long += f" with respect to {to}"
        case "vjp":
            short = f"Value and pullback of `{f.name}`"
            long = f"Value of `{f.name}` and the function that pulls a cotangent back to {to}"
        case "linearize":
            short = f"Value of `{f.name}` and the function from tangents to its tangent"
            long = f"{short}, along those of {to}"
        case "jvp":
            short = f"Value of `{f.name}` and its tangent"
            long = f"{short} along that of {to}"
        case "directions":
            short = f"Derivatives of `{f.name}` along directions"
            long = f"{short} of {to}, the rows of d{to}"
        case "jacobian" | "jacfwd" | "jacrev":
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


def pack(body: list[Stmt], items: tuple[Atom, ...], origin: Origin) -> Var:
    """Append a tuple of `items` to `body`."""
    out = Var("", infer(prims.make_tuple, items, {}))
    body.append(Op(out, prims.make_tuple, items, (), origin))
    return out


def reachable(entry: Function, functions: dict[str, Function]) -> dict[str, Function]:
    """The functions that the entry needs, directly or not, callees before callers."""
    out: dict[str, Function] = {}
    seen: set[str] = set()

    def visit(f: Function) -> None:
        for key in needed(f.block):
            if key not in seen:
                seen.add(key)
                visit(functions[key])
                out[key] = functions[key]

    visit(entry)
    return out
