"""Do the parameters of a rule fit those of the operation that it is for? Checked where the rule is registered."""

from __future__ import annotations

import inspect
import linecache
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from pullback import errors

_LEADING = {"elementwise": ("out",), "reverse": ("ct", "out"), "forward": ("tangents", "out")}


@dataclass(frozen=True)
class _Place:
    file: str
    line: int
    col: int
    end_line: int
    end_col: int


def is_users(fn: Callable[..., Any]) -> bool:
    """Is a rule not one of ours?"""
    return not (getattr(fn, "__module__", None) or "").startswith("pullback.")


def check_signature(op: Callable[..., Any], kind: str, fn: Callable[..., Any], active: Sequence[int] | None) -> None:
    """Raise RuleError, at the definition of the rule `fn`, where it cannot be one for `op`."""
    taken = list(inspect.signature(fn).parameters.values())
    leading = _LEADING[kind]
    positional = [p for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    several = any(p.kind is p.VAR_POSITIONAL for p in taken)
    inputs = [p.name for p in positional[len(leading) :]]
    if len(positional) < len(leading) or not inputs and not several:
        _refuse(op, fn, f"takes ({', '.join((*leading, '*inputs'))}), and this has no inputs")
    if active is not None and not several and any(not 0 <= k < len(inputs) for k in active):
        _refuse(op, fn, f"is for the inputs {tuple(active)}, and takes {_count(len(inputs), 'input')}")
    own = _parameters(op)
    if own is None:
        return
    places = [p for p in own if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = {p.name for p in own if p.kind is not p.VAR_POSITIONAL}
    static = [p for p in taken if p.kind is p.KEYWORD_ONLY]
    if len(inputs) > len(places) and not any(p.kind is p.VAR_POSITIONAL for p in own):
        _refuse(op, fn, f"takes {_count(len(inputs), 'input')}, and {_name(op)!r} has {len(places)}")
    if not any(p.kind is p.VAR_KEYWORD for p in own):
        for p in static:
            if p.name not in named:
                _refuse(op, fn, f"takes {p.name!r} after the `*`, which is no parameter of {_name(op)!r}")
    known = {p.name for p in static}
    for p in own if not several else ():
        by_rule = p in places[: len(inputs)] or p.name in known
        if not by_rule and p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            _refuse(op, fn, f"does not take {p.name!r}, which {_name(op)!r} cannot be called without")
    defaults = {p.name for p in own if p.default is not p.empty}
    for p in static:
        if p.default is p.empty and p.name in defaults:
            _refuse(op, fn, f"needs a default for {p.name!r}, which {_name(op)!r} has one for")


def _parameters(op: Callable[..., Any]) -> list[inspect.Parameter] | None:
    """The parameters of a function of Python's; None of what is compiled, which need not tell."""
    if isinstance(op, np.ufunc):
        return [inspect.Parameter(f"x{k}", inspect.Parameter.POSITIONAL_ONLY) for k in range(op.nin)]
    return list(inspect.signature(op).parameters.values()) if isinstance(op, types.FunctionType) else None


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", None) or repr(f)


def _refuse(op: Callable[..., Any], fn: Callable[..., Any], why: str) -> NoReturn:
    message = f"the rule {_name(fn)!r} for {_name(op)!r} {why}"
    code = getattr(fn, "__code__", None)
    if code is None:
        raise errors.RuleError(message)
    file, line = code.co_filename, code.co_firstlineno
    lines = linecache.getlines(file)
    while line < len(lines) and lines[line - 1].lstrip().startswith("@"):
        line += 1
    text = lines[line - 1].rstrip() if line <= len(lines) else ""
    start = len(text) - len(text.lstrip())
    raise errors.at(errors.RuleError, _Place(file, line, start, line, len(text.encode())), message)
