"""`match` statements become `if` statements before anything else is lowered.

    match point:                     if point is a sequence of 2 items and point[0] == 0:
        case (0, y) if y > 0:            y = point[1]
            return y            ->       if y > 0:
        case _:                              return y
            return 0.0                   …

What the types decide of a test leaves nothing behind, as everywhere. A pattern that is not supported leaves the `match`
as it is, to be refused where it is reached.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gast

from pullback.transpile.lower.once import read_in_place
from pullback.transpile.lower.scan import PATTERNS, bound_names, captured, names_of
from pullback.transpile.parse.sources import FunctionSource

_MOST_COPIES = 5
_BODIES = ("body", "orelse", "finalbody")


class Equals(gast.expr):  # type: ignore[misc]
    """Is `left` equal to `right`, as a pattern compares them: a container is equal to no number or string?"""

    _fields = ("left", "right")


class HasLength(gast.expr):  # type: ignore[misc]
    """Is `value` a sequence of `length` items, or of at least so many? Strings and arrays are none."""

    _fields = ("value", "length", "at_least")


class HasKeys(gast.expr):  # type: ignore[misc]
    """Is `value` a dict with these keys?"""

    _fields = ("value", "keys")


class Rest(gast.expr):  # type: ignore[misc]
    """The items of a sequence from `start` on, but for the last `left_out`, as a list."""

    _fields = ("value", "start", "left_out")


@dataclass
class Unsupported(Exception):
    """A pattern that cannot be a test."""

    node: Any
    message: str
    hint: str


@lru_cache(maxsize=512)
def plain_body(source: FunctionSource) -> list[Any]:
    """The statements of a function without `match`, and without generators that have a name and are used once."""
    return read_in_place(source, _Cases(source).statements(source.tree.body))


@lru_cache(maxsize=512)
def names_given(source: FunctionSource) -> frozenset[str]:
    """The names that the statements of `plain_body` bind, and no program has."""
    own = set(map(id, source.tree.body))
    made = [s for s in plain_body(source) if id(s) not in own]
    return frozenset(name for name in bound_names(made) if name.startswith("."))


def why_unsupported(source: FunctionSource, s: Any) -> Unsupported:
    """What is wrong with a `match` that was left as it is."""
    try:
        _Cases(source).match(s)
    except Unsupported as e:
        return e
    raise AssertionError("a `match` that can be lowered was left as it is")


class _Cases:
    """Rewrites the statements of one function; trees that are shared are never changed."""

    def __init__(self, source: FunctionSource) -> None:
        self.lines = source.text.split("\n")
        names = names_of(source).every
        self.fresh = (n for k in itertools.count(1) if (n := "subject" if k == 1 else f"subject_{k}") not in names)

    def statements(self, body: Sequence[Any]) -> list[Any]:
        return [t for s in body for t in self.statement(s)]

    def statement(self, s: Any) -> list[Any]:
        if isinstance(s, gast.Match):
            try:
                return self.match(s)
            except Unsupported:
                return [s]
        new = {f: self.statements(old) for f in _BODIES if isinstance(old := getattr(s, f, None), list) and old}
        if isinstance(s, gast.Try):
            new["handlers"] = [_replaced(h, {"body": self.statements(h.body)}) for h in s.handlers]
        return [_replaced(s, new)]

    def match(self, s: Any) -> list[Any]:
        """The statements that a `match` stands for: what it looks at gets a name, unless it has one that stays."""
        bound = {name for c in s.cases for name in _captured(c.pattern)}
        if isinstance(s.subject, gast.Name) and s.subject.id not in bound:
            return self.chain(s.cases, s.subject.id)
        name = next(self.fresh)
        return [_assign(name, s.subject, s.subject), *self.chain(s.cases, name)]

    def chain(self, cases: Sequence[Any], subject: str, copies: int = 0) -> list[Any]:
        if not cases:
            return []
        case, body = cases[0], self.statements(cases[0].body)
        tests, captures = _pattern(case.pattern, _at(gast.Name(subject, gast.Load(), None, None), case.pattern))
        bind = [_assign(name, value, value) for name, value in captures]
        if case.guard is None and not tests:
            return bind + body
        guarded = case.guard is not None and bool(captures)
        if not guarded or not tests:
            rest = self.chain(cases[1:], subject, copies)
            test = [*tests, *filter(None, [case.guard])]
            return (
                [*bind, self.branch(case, test, body, rest)]
                if guarded
                else [self.branch(case, test, bind + body, rest)]
            )
        if copies == _MOST_COPIES:
            hint = "Test with `if` inside the case."
            raise Unsupported(case.pattern, "so many guards of patterns that bind names are not supported", hint)
        rest = self.chain(cases[1:], subject, copies + 1)
        inner = self.branch(case, [case.guard], body, copy.deepcopy(rest))
        return [self.branch(case, tests, [*bind, inner], rest)]

    def branch(self, case: Any, tests: Sequence[Any], body: list[Any], rest: list[Any]) -> Any:
        """`if tests: body else: rest`, which says in errors and comments what the case says."""
        test = tests[0] if len(tests) == 1 else _at(gast.BoolOp(gast.And(), list(tests)), case.pattern)
        last = case.guard or case.pattern
        s = _at(gast.If(test, body, rest), case.pattern)
        line = self.lines[s.lineno - 1]
        s.col_offset = len(line) - len(line.lstrip())
        if last.end_lineno == s.lineno:
            return s
        s.end_lineno, s.end_col_offset = s.lineno, len(line.encode())
        return s


def _replaced(s: Any, fields: dict[str, list[Any]]) -> Any:
    """A statement with other bodies; itself if they are the same."""
    changed = {f: new for f, new in fields.items() if not _same(new, getattr(s, f))}
    if not changed:
        return s
    s = copy.copy(s)
    for f, new in changed.items():
        setattr(s, f, new)
    return s


def _same(a: Sequence[Any], b: Sequence[Any]) -> bool:
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


def _captured(pattern: Any) -> Iterator[str]:
    """The names that a pattern binds."""
    for node in gast.walk(pattern):
        if isinstance(node, PATTERNS):
            yield from captured(node)


def _at(node: Any, place: Any) -> Any:
    return gast.copy_location(node, place)


def _assign(name: str, value: Any, place: Any) -> Any:
    return _at(gast.Assign([_at(gast.Name(name, gast.Store(), None, None), place)], value, None), place)


Parts = tuple[list[Any], list[tuple[str, Any]]]


def _pattern(p: Any, value: Any) -> Parts:
    """The tests of a pattern on the value of an expression, and what it binds the names in it to."""
    match p:
        case gast.MatchValue(value=constant):
            return [_at(Equals(value, constant), p)], []
        case gast.MatchSingleton(value=constant):
            return [_at(gast.Compare(value, [gast.Is()], [_constant(constant, p)]), p)], []
        case gast.MatchAs(pattern=inner, name=name):
            tests, captures = ([], []) if inner is None else _pattern(inner, value)
            return tests, [*captures, *([] if name is None else [(name, _at(copy.copy(value), p))])]
        case gast.MatchOr(patterns=options):
            return [_at(gast.BoolOp(gast.Or(), [_alternative(q, value) for q in options]), p)], []
        case gast.MatchSequence(patterns=items):
            return _sequence(p, items, value)
        case gast.MatchMapping(keys=keys, patterns=items, rest=None):
            parts = [_pattern(q, _item(value, k, q)) for k, q in zip(keys, items, strict=True)]
            return _together([_at(HasKeys(value, keys), p)], parts)
        case gast.MatchMapping():
            raise Unsupported(p, "`**` in a pattern is not supported yet", "Name the keys.")
    raise Unsupported(p, "a pattern that names a class is not supported yet", "Use `if isinstance(...)`.")


def _alternative(p: Any, value: Any) -> Any:
    tests, captures = _pattern(p, value)
    if captures:
        raise Unsupported(p, "`|` between patterns that bind names is not supported yet", "Write a case for each.")
    if not tests:
        return _constant(True, p)
    return tests[0] if len(tests) == 1 else _at(gast.BoolOp(gast.And(), tests), p)


def _sequence(p: Any, items: Sequence[Any], value: Any) -> Parts:
    stars = [k for k, q in enumerate(items) if isinstance(q, gast.MatchStar)]
    star = stars[0] if stars else len(items)
    parts: list[Parts] = []
    for k, q in enumerate(items):
        if k != star:
            place = k if k < star else k - len(items)
            parts.append(_pattern(q, _item(value, _constant(place, q), q)))
        elif q.name is not None:
            parts.append(([], [(q.name, _at(Rest(value, star, len(items) - star - 1), q))]))
    return _together([_at(HasLength(value, len(items) - len(stars), bool(stars)), p)], parts)


def _together(tests: list[Any], parts: Sequence[Parts]) -> Parts:
    return [*tests, *(t for ts, _ in parts for t in ts)], [c for _, cs in parts for c in cs]


def _item(value: Any, key: Any, place: Any) -> Any:
    return _at(gast.Subscript(value, key, gast.Load()), place)


def _constant(value: object, place: Any) -> Any:
    return _at(gast.Constant(value, None), place)
