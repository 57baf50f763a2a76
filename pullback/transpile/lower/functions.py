"""Functions of the program: each function of the user's, once for each signature that it is called with."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import gast

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Function, Global, Lit, Param, Program, Var
from pullback.transpile.lower.cases import plain_body
from pullback.transpile.lower.effects import Shared
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import BOTTOM, Pack, Value, lift
from pullback.transpile.parse.bindings import bound_names
from pullback.transpile.parse.sources import FunctionSource, parameter_nodes, parse_text
from pullback.transpile.parse.sources import Value as Live
from pullback.transpile.request import Request
from pullback.transpile.traversal import needed

Key = tuple[Hashable, tuple[ab.Type, ...]]


@dataclass
class Specialised:
    """A function for one signature. While it is lowered, `result` and more are assumed of it; `asked`: by anyone?

    `written` as in `core.Function`; `shared`: what the value returned shares with the parameters.
    """

    key: str
    result: ab.Type = BOTTOM
    written: tuple[int, ...] = ()
    shared: Shared = field(default_factory=Shared)
    done: bool = False
    asked: bool = False


@dataclass(frozen=True)
class Taken:
    """A derivative that is a function of the program, and what comes with it if it returns a function: `linear`.

    `reads`: its first arguments, as positions among the arguments of the other one and, after these, its results.
    """

    key: str
    linear: str = ""
    reads: tuple[int, ...] = ()
    results: int = 1


@dataclass
class Unit:
    """The functions of one program.

    `changing`: the classes of objects whose attributes are set after they are made; `read`: the objects of the user's
    modules that the program reads; `lifted`: the inner functions that are functions of the program. `derive` makes the
    program of a derivative.
    """

    derive: Callable[[Program, Request], Program]
    functions: dict[str, Function] = field(default_factory=dict)
    by_value: dict[Hashable, frozenset[str]] = field(default_factory=dict)  # the integers that are part of a signature
    specialised: dict[Key, Specialised] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    changing: frozenset[type] = frozenset()
    read: dict[Global, None] = field(default_factory=dict)
    lifted: set[Hashable] = field(default_factory=set)
    derived: dict[Hashable, Taken] = field(default_factory=dict)  # derivatives that are functions, by what they are of
    deriving: set[Hashable] = field(default_factory=set)  # those that are being made
    given: dict[Hashable, tuple[str, ...]] = field(default_factory=dict)  # functions that operations are given
    added: int = 0  # how many programs have been added to this one

    def key_for(self, name: str) -> str:
        """A key for another function called `name`."""
        self.names[name] = self.names.get(name, 0) + 1
        return name if self.names[name] == 1 else f"{name}_{self.names[name]}"


def no_derivatives(program: Program, request: Request) -> Program:
    """No derivative, where there is no stage after lowering."""
    raise errors.at(
        errors.NotSupportedYet,
        program.entry.origin,
        f"a {request.mode} of {program.entry.name!r} is taken where functions are only lowered",
        "Differentiate the function that takes it.",
    )


# parameters and arguments


@dataclass(frozen=True)
class Declared:
    """A parameter as the user declared it."""

    name: str
    kind: str
    default: Any = None  # the node, None if there is none


def declared(source: FunctionSource) -> list[Declared]:
    """The parameters of a function that have a name in a call, in order."""
    a = source.tree.args
    plain = [*a.posonlyargs, *a.args]
    defaults = [None] * (len(plain) - len(a.defaults)) + list(a.defaults)
    kinds = ["POSITIONAL_ONLY"] * len(a.posonlyargs) + ["POSITIONAL_OR_KEYWORD"] * len(a.args)
    out = [Declared(p.id, k, d) for p, k, d in zip(plain, kinds, defaults, strict=True)]
    return out + [Declared(p.id, "KEYWORD_ONLY", d) for p, d in zip(a.kwonlyargs, a.kw_defaults, strict=True)]


def every_parameter(source: FunctionSource) -> list[Declared]:
    """The parameters of a function as a call of its derivative fills them: `*args` is a tuple, `**kwargs` a dict."""
    out, a = declared(source), source.tree.args
    if a.vararg is not None:
        out.insert(len(a.posonlyargs) + len(a.args), Declared(a.vararg.id, "VAR_POSITIONAL"))
    if a.kwarg is not None:
        out.append(Declared(a.kwarg.id, "VAR_KEYWORD"))
    return out


def check_stars(scope: Scope, parameters: Sequence[Declared], types: Sequence[ab.Type]) -> None:
    """Refuse `*args` and `**kwargs` of which it is not known how many there are."""
    for node, p, t in zip(parameter_nodes(scope.source.tree), parameters, types, strict=True):
        if p.kind in _STARS and not isinstance(t, ab.Seq | ab.Mapping):
            what = f"how many arguments `{_STARS[p.kind]}{p.name}` takes is not known"
            scope.refuse(node, what, "Call the derivative, or `specialize` it.", errors.SignatureNeeded)


_STARS = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}


def arguments(
    scope: Scope,
    node: Any,
    source: FunctionSource,
    args: Sequence[Value],
    keywords: Mapping[str, Value],
    defaults: Mapping[str, Value] | None = None,
) -> dict[str, Value]:
    """The value of each parameter in a call, in order; `defaults`: those of a function that is defined in another."""
    parameters = declared(source)
    a = source.tree.args
    positional = [p for p in parameters if p.kind != "KEYWORD_ONLY"]
    if len(args) > len(positional) and a.vararg is None:
        _wrong_call(scope, node, f"{source.name!r} takes {len(positional)} positional arguments, {len(args)} are given")
    given = dict(zip((p.name for p in positional), args, strict=False))
    others: dict[str, Value] = {}
    for name, value in keywords.items():
        known = any(p.name == name and p.kind != "POSITIONAL_ONLY" for p in parameters)
        if not known and a.kwarg is not None:
            others[name] = value
            continue
        if not known or name in given:
            why = "is given twice" if known else "is no parameter"
            _wrong_call(scope, node, f"the argument {name!r} of {source.name!r} {why}")
        given[name] = value
    for p in parameters:
        if p.name not in given:
            if p.default is None:
                _wrong_call(scope, node, f"the argument {p.name!r} of {source.name!r} is missing")
            given[p.name] = default_value(scope, node, source, p) if defaults is None else defaults[p.name]
    found = {p.name: given[p.name] for p in positional}
    if a.vararg is not None:
        found[a.vararg.id] = Pack("tuple", tuple(args[len(positional) :]))
    found |= {p.name: given[p.name] for p in parameters if p.kind == "KEYWORD_ONLY"}
    if a.kwarg is not None:
        found[a.kwarg.id] = Pack("dict", tuple(others.values()), tuple(others))
    return found


def takes_any(source: FunctionSource) -> bool:
    """Does a function take `*args` or `**kwargs`?"""
    return source.tree.args.vararg is not None or source.tree.args.kwarg is not None


@lru_cache(maxsize=512)
def returns_function(source: FunctionSource) -> bool:
    """Does a function return one that it defines, or several?"""
    own = [n for s in plain_body(source) for n in _own_nodes(s)]
    made = {n.name for n in own if isinstance(n, gast.FunctionDef)}
    for n in own:
        if isinstance(n, gast.Assign) and isinstance(n.value, gast.Lambda):
            made |= {t.id for t in n.targets if isinstance(t, gast.Name)}
    return any(_is_function(n.value, made) for n in own if isinstance(n, gast.Return))


def _own_nodes(node: Any) -> Iterator[Any]:
    yield node
    if not isinstance(node, gast.FunctionDef | gast.Lambda | gast.ClassDef):
        for child in gast.iter_child_nodes(node):
            yield from _own_nodes(child)


def _is_function(node: Any, made: set[str]) -> bool:
    match node:
        case gast.Lambda():
            return True
        case gast.Name(id=name):
            return name in made
        case gast.Tuple(elts=parts) | gast.List(elts=parts) | gast.Dict(values=parts):
            return any(_is_function(x, made) for x in parts)
    return False


def _wrong_call(scope: Scope, node: Any, message: str) -> None:
    scope.refuse(node, message, "This raises TypeError in Python.")


def default_value(scope: Scope, node: Any, source: FunctionSource, p: Declared) -> Value:
    """The default of a parameter, which Python has evaluated once: known if it is a constant or a library's object."""
    found = literal_default(source, p)
    if found is None:
        message = f"the default of {p.name!r} in {source.name!r} is not a constant"
        scope.refuse(node, message, "Pass the argument.")
    return found


def literal_default(source: FunctionSource, p: Declared) -> Value | None:
    """The default of a parameter if it is a constant that can be written out."""
    if source.function is not None:
        return _writable(_live_default(source, p))
    return _of_node(source, p.default)


_ABSENT = object()


def _live_default(source: FunctionSource, p: Declared) -> object:
    assert source.function is not None
    if p.kind == "KEYWORD_ONLY":
        return (source.function.__kwdefaults__ or {}).get(p.name, _ABSENT)
    positional = [q.name for q in declared(source) if q.kind != "KEYWORD_ONLY"]
    defaults = source.function.__defaults__ or ()
    place = positional.index(p.name) - (len(positional) - len(defaults))
    return defaults[place] if place >= 0 else _ABSENT


def _writable(x: object) -> Value | None:
    match x:
        case bool() | int() | float() | complex() | str() | None:
            return Lit(x) if type(x) in (bool, int, float, complex, str, type(None)) else None
        case tuple() if type(x) is tuple:
            items = [_writable(y) for y in x]
            return None if any(y is None for y in items) else Pack("tuple", tuple(y for y in items if y is not None))
    name = dotted(x)
    return Lit(x, name) if name and x is not _ABSENT else None


def _of_node(source: FunctionSource, node: Any) -> Value | None:
    match node:
        case gast.Constant(value=value):
            return lift(value)
        case gast.UnaryOp(op=gast.USub(), operand=gast.Constant(value=int() | float() as value)):
            return Lit(-value)
        case gast.Tuple(elts=elts):
            items = [_of_node(source, n) for n in elts]
            return None if any(x is None for x in items) else Pack("tuple", tuple(x for x in items if x is not None))
        case gast.Name(id=name) if _bound_once(source, name):
            found = source.resolve(name)
            return _writable(found.obj) if isinstance(found, Live) else None
        case gast.Attribute(value=gast.Name(id=name), attr=attr):
            found = source.resolve(name)
            obj = getattr(found.obj, attr, _ABSENT) if isinstance(found, Live) else _ABSENT
            return Lit(obj, f"{name}.{attr}") if isinstance(obj, float) else _writable(obj) if dotted(obj) else None
    return None


def _bound_once(source: FunctionSource, name: str) -> bool:
    """Has a name of the module only one value, that which it has when the function is defined?"""
    return sum(name in bound_names([s]) for s in parse_text(source.text, source.file).body) <= 1


def core_parameter(source: FunctionSource, p: Declared, var: Var) -> Param:
    """A parameter in Core."""
    default = None if p.default is None else literal_default(source, p)
    return Param(var, p.kind, None if default is None else _literal_arg(default))


def _literal_arg(value: Value) -> Any:
    arg: Arg | None = None
    if isinstance(value, Pack):
        arg = tuple(_literal_arg(x) for x in value.items)
    elif isinstance(value, Lit):
        arg = value
    return arg


# what a program consists of


def reachable(entry: Function, functions: Mapping[str, Function]) -> dict[str, Function]:
    """The functions that the entry needs, directly or not, in the order in which they were finished."""
    seen: set[str] = set()
    queue = [entry]
    while queue:
        for key in needed(queue.pop().block):
            if key not in seen:
                seen.add(key)
                queue.append(functions[key])
    return {k: f for k, f in functions.items() if k in seen}
