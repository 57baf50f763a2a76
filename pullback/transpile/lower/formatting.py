"""Strings that are made when the program runs: f-strings and `str.format`.

    f"loss {x:.3f}"  ->  "loss " + format(x, ".3f")

They become the sum of their parts.
"""

from __future__ import annotations

import operator
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Lit
from pullback.transpile.lower.containers import as_atom
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Value, static


@dataclass(frozen=True)
class Field:
    """A value in a string, its conversion (`r`, `s`, `a` or none) and format."""

    value: Atom
    conversion: str
    spec: str


_CONVERSIONS: dict[str, Callable[[object], str]] = {"r": repr, "s": str, "a": ascii}


def f_string(scope: Scope, node: Any, hint: str) -> Value:
    """The value of an f-string."""
    parts: list[str | Field] = []
    for part in node.values:
        if isinstance(part, gast.Constant):
            parts.append(str(part.value))
            continue
        spec = ""
        if part.format_spec is not None:
            if not all(isinstance(x, gast.Constant) for x in part.format_spec.values):
                scope.refuse(part, "a computed format is not supported yet", "Write the format out.")
            spec = "".join(str(x.value) for x in part.format_spec.values)
        conversion = chr(part.conversion) if part.conversion not in (-1, None) else ""
        parts.append(Field(as_atom(scope, part, scope.expression(part.value)), conversion, spec))
    return joined(scope, node, parts, hint)


def format_method(scope: Scope, node: Any, template: str, args: Sequence[Value]) -> Value:
    """The value of `template.format(*args)`."""
    parts: list[str | Field] = []
    used = 0
    for text, name, spec, conversion in string.Formatter().parse(template):
        parts.append(text)
        if name is None:
            continue
        place = used if name == "" else int(name) if name.isdigit() else len(args)
        used += 1
        if place >= len(args) or "{" in (spec or ""):
            scope.refuse(node, "this form of format is not supported yet", "Use an f-string.")
        parts.append(Field(as_atom(scope, node, args[place]), conversion or "", spec or ""))
    return joined(scope, node, parts, "")


def joined(scope: Scope, node: Any, parts: Sequence[str | Field], hint: str) -> Value:
    """The parts of a string, one after the other."""
    merged: list[Atom] = []
    for part in parts:
        atom = Lit(part) if isinstance(part, str) else _formatted(scope, node, part)
        if isinstance(atom, Lit) and merged and isinstance(merged[-1], Lit):
            merged[-1] = Lit(f"{merged[-1].value}{atom.value}")
        elif atom != Lit(""):
            merged.append(atom)
    out: Atom = merged[0] if merged else Lit("")
    for atom in merged[1:]:
        out = scope.op(operator.add, (out, atom), (), hint if atom is merged[-1] else "", node, ab.UNKNOWN)
    return out


def _formatted(scope: Scope, node: Any, part: Field) -> Atom:
    known = static(part.value)
    if isinstance(known, str | int) and not isinstance(known, bool) and isinstance(part.value, Lit):
        shown = _CONVERSIONS[part.conversion](known) if part.conversion else known
        return Lit(format(shown, part.spec))
    value = part.value
    if part.conversion:
        value = scope.op(_CONVERSIONS[part.conversion], (value,), (), "", node, ab.UNKNOWN)
        if not part.spec:
            return value
    args = (value, Lit(part.spec)) if part.spec else (value,)
    return scope.op(format, args, (), "", node, ab.UNKNOWN)
