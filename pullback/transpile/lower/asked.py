"""What is asked of a derivative that a function takes itself: of what, in which parameters, at which arguments.

jvp(f)(primals, tangents) is a function of two parameters. The derivative of it is taken in these:

grad(hvp(f), wrt=1)((x, a), dx)    ->    of f, at x, a: a product with the Hessian, of which, at ((x, a), dx), the
                                         gradient in the second parameter
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, cast

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Lit, Var
from pullback.transpile.lower import current, linear_maps
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.functions import arguments, declared, takes_any
from pullback.transpile.lower.lifting import lifted_function
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import (
    BOTTOM,
    Closure,
    Derivative,
    Pack,
    Partial,
    UserFunction,
    Value,
    is_callable,
    leaves,
    static,
    type_of,
)
from pullback.transpile.parse.live import bind
from pullback.transpile.parse.sources import FunctionSource
from pullback.transpile.request import ALONG, Request

_TAKEN = "the derivative of this is taken here, which is not supported yet"
_HINT = "Define a function with `def` that takes arrays and numbers, and differentiate that."


@dataclass(frozen=True)
class Asked:
    """A derivative of the function `source` at the arguments `innermost`.

    `arguments` are those of the function that it is the derivative of, which may be a derivative too; `tangents` those
    that it takes itself.
    """

    source: FunctionSource
    innermost: tuple[Atom, ...]
    arguments: tuple[Atom, ...]
    tangents: tuple[Atom, ...]
    request: Request


def ask(scope: Scope, node: Any, d: Derivative, args: Sequence[Value], keywords: Mapping[str, Value]) -> Asked | None:
    """What a call of a derivative asks for; None if an argument is not known yet."""
    chain = _chain(d)
    tangents: Sequence[Value] | None = None
    if d.mode in ALONG:
        args, tangents = _primals(scope, node, d, args, keywords)
        keywords = {}
    last = next((k for k, x in enumerate(chain) if k and x.mode in ALONG), len(chain))
    if last < len(chain):
        inner = ask(scope, node, chain[last], args, keywords)
        if inner is None:
            return None
        source, innermost, request, first = inner.source, inner.innermost, inner.request, 0
        name = f"{source.name}_{request.mode}"
        names, atoms = ["primals", "tangents"], _as_two(scope, node, inner)
    else:
        source, given, first = _given(scope, node, chain[-1].callee, args, keywords)
        names, atoms, request = [p.name for p in declared(source)], tuple(as_atom(scope, node, v) for v in given), None
        innermost, name = atoms, source.name
        if any(isinstance(a, Var) and a.type is BOTTOM for a in atoms):
            return None
    for x in reversed(chain[:last]):
        wrt = _wrt(scope, node, x, name, names, first, atoms)
        request = Request(x.mode, wrt, not isinstance(x.wrt, tuple), x.has_aux, of=request)
    assert request is not None
    along: tuple[Atom, ...] = ()
    if tangents is not None:
        tangents = linear_maps.counted(scope, node, tangents, len(request.wrt))
        pairs = zip(tangents, request.wrt, strict=True)
        along = tuple(linear_maps.fitting(scope, node, v, atoms[i]) for v, i in pairs)
    return Asked(source, innermost, atoms, along, request)


def _as_two(scope: Scope, node: Any, asked: Asked) -> tuple[Atom, ...]:
    """The arguments of a derivative along tangents: all primals as one, and the tangents."""
    primals = current.add_op(scope, prims.make_tuple, asked.arguments, (), "", None, node)
    if asked.request.bare:
        return primals, asked.tangents[0]
    return primals, current.add_op(scope, prims.make_tuple, asked.tangents, (), "", None, node)


def _given(
    scope: Scope, node: Any, f: Value, args: Sequence[Value], keywords: Mapping[str, Value]
) -> tuple[FunctionSource, list[Value], int]:
    """The function that is differentiated, its arguments, and how many of these come before those of the call."""
    source, first, more, defaults = source_of(scope, node, f)
    values = list(arguments(scope, node, source, [*first, *args], {**keywords, **more}, defaults).values())
    if takes_any(source) or any(is_callable(x) for v in values for x in leaves(v)):
        scope.refuse(node, f"the derivative of {source.name!r} is taken here, which is given functions", _HINT)
    return source, values, len(first)


def _chain(d: Derivative) -> list[Derivative]:
    """A derivative, the one that it is taken of, and so on."""
    chain = [d]
    while True:
        callee = chain[-1].callee
        inner = callee if isinstance(callee, Derivative) else of_object(static(callee))
        if inner is None:
            return chain
        chain.append(inner)


def of_object(obj: Any) -> Derivative | None:
    """A derivative that is an object by now: one of a module's."""
    told = getattr(type(obj), "__pullback_derivative__", None)
    if told is None:
        return None
    f, order = told.fget(obj)
    chain = [order]
    while chain[-1].of is not None:
        chain.append(chain[-1].of)
    out: Value = Lit(f)
    for o in reversed(chain):
        out = Derivative(out, o.mode, tuple(o.wrt) if isinstance(o.wrt, list) else o.wrt, o.has_aux)
    return cast(Derivative, out)


def _primals(
    scope: Scope, node: Any, d: Derivative, args: Sequence[Value], keywords: Mapping[str, Value]
) -> tuple[list[Value], list[Value]]:
    """The arguments and the tangents of a call `g(primals, tangents)`."""
    given = {**dict(zip(("primals", "tangents"), args, strict=False)), **keywords}
    if given.keys() != {"primals", "tangents"} or len(args) + len(keywords) != 2:
        scope.refuse(node, f"a {d.mode} takes the arguments as a tuple, and tangents", "Write g((x, y), dx).")
    found = [explode(scope, node, given["primals"])]
    if isinstance(d.wrt, tuple):
        found.append(explode(scope, node, given["tangents"]))
    if not all(isinstance(p, Pack) and p.kind in ("tuple", "list") for p in found):
        scope.refuse(node, "how many arguments there are is not known here", "Write them out: g((x, y), dx).")
    packs = [x.items for x in found if isinstance(x, Pack)]
    return list(packs[0]), list(packs[1]) if isinstance(d.wrt, tuple) else [given["tangents"]]


def source_of(
    scope: Scope, node: Any, f: Value, what: str = _TAKEN, hint: str = _HINT
) -> tuple[FunctionSource, tuple[Value, ...], dict[str, Value], Mapping[str, Value] | None]:
    """A function, arguments that come first, what it sees of functions around it, defaults; or a refusal."""
    match f:
        case Partial(callee=inner, args=first, keywords=named):
            source, before, more, defaults = source_of(scope, node, inner, what, hint)
            return source, (*before, *first), {**named, **more}, defaults
        case UserFunction(source=source) if not source.is_context and not source.captured:
            return source, (), {}, None
        case Closure():
            found = lifted_function(scope, f, all_given=True)
            if found is not None:
                return found[0], (), dict(found[1]), f.defaults
        case Lit(value=FunctionType() as obj):
            binding = bind(obj, scope.source.reads)
            if isinstance(binding, FunctionSource):
                return binding, (), {}, None
    scope.refuse(node, what, hint)


def _wrt(
    scope: Scope, node: Any, d: Derivative, function: str, names: list[str], first: int, atoms: Sequence[Atom]
) -> tuple[int, ...]:
    """The positions of the parameters that `wrt` names."""
    wrt: list[int] = []
    for w in d.wrt if isinstance(d.wrt, tuple) else (d.wrt,):
        k = names.index(w) if w in names else w + first if isinstance(w, int) and w >= 0 else w
        if not isinstance(k, int) or not -len(names) <= k < len(names):
            there = f"Its parameters are {', '.join(map(repr, names))}."
            scope.refuse(node, f"wrt={w!r} names no parameter of {function!r}", there, errors.WrtError)
        wrt.append(k % len(names))
        if not ab.differentiable(type_of(atoms[wrt[-1]])) and not isinstance(type_of(atoms[wrt[-1]]), ab.Unknown):
            message = f"the argument {names[wrt[-1]]!r} of {function!r} holds no floats"
            scope.refuse(node, message, "Pass a float, as by float(n).", errors.WrtError)
    return tuple(wrt)
