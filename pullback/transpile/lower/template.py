"""Templates: the body of a derivative rule in Core, to be inlined where the rule is used.

    def tanh(out, x):               (out, x):
        return 1.0 - out * out  ->      return 1.0 - out * out

A rule is lowered once for operands of like types and kept. Conditions on ranks, on `axis is None` and the like are
decided; functions that the rule calls are inlined; whatever stays undecided makes it no template, and the rule is
called when the program runs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import FunctionType
from typing import Any

from pullback import errors
from pullback.stdlib import registry
from pullback.stdlib.signatures import is_users
from pullback.transpile import abstract as ab
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Effect,
    Global,
    Lit,
    Stmt,
    Var,
)
from pullback.transpile.lower.canonical import Renaming
from pullback.transpile.lower.cases import plain_body
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.functions import Unit, arguments, declared, default_value, no_derivatives
from pullback.transpile.lower.lowering import Lowering, local_names_of
from pullback.transpile.lower.parameters import is_operation
from pullback.transpile.lower.returned import check_count, check_types
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import Demands, End, NotATemplate, Raised, Restart, Returned
from pullback.transpile.lower.values import Pack, UserFunction, Value
from pullback.transpile.parse import from_function
from pullback.transpile.parse.sources import FunctionSource
from pullback.transpile.traversal import blocks, reads, substitute, variables

_MOST_TEMPLATES, _MOST_GIVEN = 20_000, 2_000
_templates: dict[Hashable, _Made | str] = {}
_as_given: dict[Hashable, _Made | str] = {}  # the same, found again without renaming the lengths in types
_looked_at: dict[Callable[..., object], set[int]] = {}  # the operands whose literal values a rule has asked for


class _LookedAt(Exception):
    """A rule looks at the value of an operand that was taken to be any value."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class Template(Lowering):
    """Lowers a rule, with the functions that it calls inlined.

    `literals`: the operands that are literals, by their variables. `holes`: the static arguments that are not known.
    """

    is_template = True

    def __init__(self, source: FunctionSource, literals: Mapping[Var, int], holes: Sequence[Var]) -> None:
        super().__init__(Unit(no_derivatives), source, local_names_of(source), Demands())
        self.literals = literals
        self.holes = holes

    def known(self, node: Any, value: Value) -> bool:
        if isinstance(value, Var) and value in self.literals:
            raise _LookedAt(self.literals[value])
        return super().known(node, value)

    def undecided(self, node: Any, a: Value, b: Value) -> None:
        if any(x is h for x in (a, b) for h in self.holes):
            raise NotATemplate("a static argument that is not known decides")

    def call_user(
        self, node: Any, callee: FunctionSource, args: list[Value], keywords: Mapping[str, Value], hint: str
    ) -> Value:
        inner = Template(callee, self.literals, self.holes)
        inner.body, inner.numbers, inner.memory = self.body, self.numbers, self.memory
        inner.parameters = self.parameters
        for name, value in arguments(self, node, callee, args, keywords).items():
            inner.bind(name, value)
        return _returned(inner, inner.statements(plain_body(callee)))

    def meaning_of_object(self, node: Any, text: str, obj: object) -> Value:
        if isinstance(obj, bool | int | float | str):
            return Lit(obj)
        if isinstance(obj, FunctionType) and obj.__module__.startswith("pullback.stdlib.") and not is_operation(obj):
            return UserFunction(_source_of(obj))
        return super().meaning_of_object(node, text, obj)


@dataclass(frozen=True)
class _Hole:
    """A static argument that is known only when the program runs."""

    type: ab.Type


@dataclass(frozen=True)
class _Made:
    """A template; `holes` are the variables for the static arguments that are not known.

    `parts`: the template again, for some of its results each.
    """

    block: Block
    holes: tuple[Var, ...]
    parts: dict[tuple[int, ...], Block] = field(default_factory=dict)

    def part(self, wanted: tuple[int, ...]) -> Block:
        """The template without what only its other results need."""
        if wanted not in self.parts:
            self.parts[wanted] = _part(self.block, wanted)
        return self.parts[wanted]


def _part(b: Block, wanted: tuple[int, ...]) -> Block:
    results = tuple(b.results[i] for i in wanted)
    need = set(variables(results))
    body: list[Stmt] = []
    for s in reversed(b.body):
        if any(o in need for o in s.outs):
            body.append(s)
            need.update(reads(s))
    return Block(b.params, tuple(reversed(body)), results)


def lower_rule(
    fn: Callable[..., object], inputs: Sequence[Arg], static: Mapping[str, Arg], wanted: tuple[int, ...] | None = None
) -> Block:
    """The template of a rule for these inputs (`ct` and `out`, or `out`, then the operands) and static arguments.

    Its parameters are the atoms in `inputs`, in order; its results the cotangents, one for each atom of each operand,
    None where the rule gives none, or just those at the positions `wanted`. Raises NotATemplate where the rule cannot
    be inlined for these inputs.
    """
    key = fn, _given(tuple(inputs)), _given(tuple(static.items()))
    found = _as_given.get(key)
    if found is None:
        if len(_as_given) > _MOST_GIVEN:
            _as_given.clear()
        found = _as_given[key] = _find(fn, inputs, static)
    if isinstance(found, str):
        raise NotATemplate(found)
    block = found.block if wanted is None else found.part(wanted)
    if not found.holes:
        return block
    m = dict(zip(found.holes, _filling(tuple(static.values())), strict=True))
    return Block(block.params, substitute(block.body, m), substitute(block.results, m))


def _given(x: Any) -> Hashable:
    """An argument as a part of a key: of a variable its type."""
    if isinstance(x, Var | Global):
        return x.type
    return tuple(map(_given, x)) if isinstance(x, tuple) else x


def _filling(x: Arg) -> Iterator[Atom]:
    """The static arguments that are not known."""
    if isinstance(x, tuple):
        for y in x:
            yield from _filling(y)
    elif isinstance(x, Var | Global):
        yield x


def _find(fn: Callable[..., object], inputs: Sequence[Arg], static: Mapping[str, Arg]) -> _Made | str:
    looked_at = _looked_at.setdefault(fn, set())
    while True:
        renaming = Renaming()
        shapes = tuple(_shape(x, renaming, i in looked_at) for i, x in enumerate(inputs))
        fixed = tuple((name, _fixed(x, renaming)) for name, x in static.items())
        key = (fn, shapes, fixed)
        found = _templates.get(key)
        if found is None:
            if len(_templates) > _MOST_TEMPLATES:
                _templates.clear()
            try:
                found = _templates[key] = _make(fn, shapes, fixed)
            except _LookedAt as e:
                looked_at.add(e.position)
                _as_given.clear()
                continue
        return found


def _shape(x: Arg, renaming: Renaming, looked_at: bool) -> Hashable:
    """What a template depends on of an input: its type, of a literal that the rule looks at its value."""
    match x:
        case tuple():
            return tuple(_shape(y, renaming, looked_at) for y in x)
        case Lit(value=bool() | int() | float()) if not looked_at:
            return ab.Scalar(ab.kind_of(x.type) or "float"), "literal"
        case Lit():
            return x
        case Var() | Global():
            return renaming.type(x.type, True), ""
    raise NotATemplate("a slice as an operand")


def _fixed(x: Arg, renaming: Renaming) -> Hashable:
    """A static argument as a part of a template's key."""
    match x:
        case tuple():
            return tuple(_fixed(y, renaming) for y in x)
        case Var() | Global():
            return _Hole(renaming.type(x.type, True))
        case Lit():
            return x
    raise NotATemplate("a slice as a static argument")


def _make(fn: Callable[..., object], shapes: Sequence[Any], fixed: Sequence[tuple[str, Any]]) -> _Made | str:
    """A template made anew, or why there is none."""
    params: list[Var] = []
    holes: list[Var] = []
    literals: dict[Var, int] = {}
    try:
        source = _source_of(fn)
        scope = Template(source, literals, holes)
        values = [_input(s, k, params, literals) for k, s in enumerate(shapes)]
        scope.parameters = frozenset(params)
        for p in (*params, *holes):
            scope.memory.new(p)
        _bind(scope, values, {name: _static_value(x, holes) for name, x in fixed})
        results = _results(scope, _returned(scope, scope.statements(plain_body(source))), fn, shapes)
        if any(map(_has_effects, scope.body)):
            raise NotATemplate("it raises, asserts or prints")
    except NotATemplate as e:
        return str(e)
    except (errors.TooDeep, errors.RuleError):
        raise
    except (errors.PullbackError, Restart) as e:
        return f"cannot be lowered: {e}"
    return _Made(Block(tuple(params), tuple(scope.body), tuple(results)), tuple(holes))


def _returned(scope: Scope, end: End) -> Value:
    """The value of a rule's body. One that raises is called when the program runs, and raises then.

    One that raises `registry.Unsupported` says now what has no derivative yet, and the way round.
    """
    if isinstance(end, Raised):
        match scope.body[-1]:
            case Effect(args=(Lit(value=error), Lit(value=str() as what), Lit(value=str() as way_round))) if (
                error is registry.Unsupported
            ):
                raise registry.Unsupported(what, way_round)
        raise NotATemplate("it raises")
    return end.value if isinstance(end, Returned) else NONE


def _has_effects(s: Stmt) -> bool:
    return isinstance(s, Effect) or any(_has_effects(inner) for b in blocks(s) for inner in b.body)


@lru_cache(maxsize=2048)
def _source_of(fn: Callable[..., object]) -> FunctionSource:
    return from_function(fn)


def _input(shape: Any, position: int, params: list[Var], literals: dict[Var, int]) -> Value:
    match shape:
        case Lit():
            params.append(Var("", shape.type))
            return shape
        case (
            ab.Scalar() | ab.Array() | ab.Seq() | ab.ListOf() | ab.Mapping() | ab.Static() | ab.Unknown() as t,
            str(mark),
        ):
            params.append(Var("", t))
            if mark:
                literals[params[-1]] = position
            return params[-1]
    return Pack("tuple", tuple(_input(s, position, params, literals) for s in shape))


def _static_value(x: Any, holes: list[Var]) -> Value:
    match x:
        case tuple():
            return Pack("tuple", tuple(_static_value(y, holes) for y in x))
        case _Hole(type=t):
            holes.append(Var("", t))
            return holes[-1]
    assert isinstance(x, Lit)
    return x


def _bind(scope: Template, values: Sequence[Value], static: Mapping[str, Value]) -> None:
    """Bind the parameters of a rule; those of the operation that were not given have the rule's own defaults."""
    source = scope.source
    star = source.tree.args.vararg
    positional = [p for p in declared(source) if p.kind != "KEYWORD_ONLY"]
    if star is not None:
        scope.bind(star.id, Pack("tuple", tuple(values[len(positional) :])))
        scope.seen = replace(scope.seen, names=scope.seen.names | {star.id})
    elif len(values) > len(positional):
        raise NotATemplate("more operands than the rule takes")
    given = {**dict(zip((p.name for p in positional), values, strict=False)), **static}
    for p in declared(source):
        if p.name not in given:
            if p.default is None:
                raise NotATemplate(f"no argument for {p.name!r}")
            given[p.name] = default_value(scope, source.tree, source, p)
        scope.bind(p.name, given.pop(p.name))
    if given:
        raise NotATemplate(f"the rule does not take {', '.join(given)}")


def _results(scope: Scope, value: Value, fn: Callable[..., object], shapes: Sequence[Any]) -> list[Atom]:
    """The cotangents that a rule returns, one for each atom of each operand; of a forward rule the one tangent."""
    if registry.gives_tangent(fn):
        return [as_atom(scope, scope.here, value)]
    leading = 2 if registry.takes_cotangent(fn) or declared(scope.source)[0].name == "ct" else 1
    operands = shapes[leading:]
    value = explode(scope, scope.here, value) if len(operands) > 1 else value
    if is_users(fn):
        check_count(scope, fn, value, operands)
    if len(operands) == 1:
        parts: tuple[Value, ...] = (value,)
    elif isinstance(value, Pack) and len(value.items) >= len(operands):
        parts = value.items
    else:
        raise NotATemplate("another number of cotangents than operands")
    if is_users(fn):
        check_types(scope, fn, parts, operands if leading == 2 else [shapes[0]] * len(operands))
    return [x for part, shape in zip(parts, operands, strict=False) for x in _aligned(scope, part, shape)]


def _aligned(scope: Scope, value: Value, shape: Any) -> Iterator[Atom]:
    if isinstance(shape, Lit) or (len(shape) == 2 and isinstance(shape[1], str)):
        yield as_atom(scope, scope.here, value)
        return
    if isinstance(value, Lit) and value.value is None:
        for s in shape:
            yield from _aligned(scope, NONE, s)
        return
    pack = explode(scope, scope.here, value)
    if not isinstance(pack, Pack) or len(pack.items) != len(shape):
        raise NotATemplate("a cotangent of another structure than its operand")
    for x, s in zip(pack.items, shape, strict=True):
        yield from _aligned(scope, x, s)
