"""`wrt`: which parameters a derivative is taken of."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from pullback import errors
from pullback.transpile.abstract import Type, Unknown, differentiable
from pullback.transpile.parse.sources import FunctionSource, parameter_nodes, place
from pullback.transpile.signature_text import format_type

Wrt = int | str | Sequence[int | str]


def wrt_positions(wrt: Wrt, parameters: Sequence[str], function: str, first: int = 0) -> tuple[tuple[int, ...], bool]:
    """The positions that `wrt` names, and whether it is one parameter itself rather than a tuple or list.

    Numbers count from the parameter at `first` on, those before it are reached by their names. Raises WrtError where it
    names no parameter, or one twice.
    """
    bare = isinstance(wrt, int | str)
    if not bare and not isinstance(wrt, tuple | list):
        hint = _those_of(parameters, function)
        raise errors.WrtError(f"wrt is a parameter or a tuple of them, not {wrt!r}", hint=hint)
    found = tuple(_position(w, parameters, function, first) for w in ((wrt,) if isinstance(wrt, int | str) else wrt))
    if not found:
        raise errors.WrtError("wrt is empty: it names no parameter", hint=_those_of(parameters, function))
    for i in found:
        if found.count(i) > 1:
            raise errors.WrtError(f"wrt names {parameters[i]!r} twice")
    return found, bare


def _position(w: object, parameters: Sequence[str], function: str, first: int) -> int:
    if isinstance(w, str) and w in parameters:
        return parameters.index(w)
    n = len(parameters) - first
    if isinstance(w, int) and not isinstance(w, bool) and -n <= w < n:
        return first + w % n
    near = difflib.get_close_matches(w, parameters, n=1) if isinstance(w, str) else []
    hint = f"Did you mean {near[0]!r}?" if near else _those_of(parameters, function)
    raise errors.WrtError(f"wrt={w!r} names no parameter of {function!r}", hint=hint)


def _those_of(parameters: Sequence[str], function: str) -> str:
    names = ", ".join(repr(p) for p in parameters)
    return f"Its parameters are {names}." if parameters else f"{function!r} has no parameters."


def check_wrt(
    source: FunctionSource, wrt: Sequence[int], types: Sequence[Type], values: Sequence[object] | None = None
) -> None:
    """Refuse parameters that can carry no derivative: with `values`, the arguments of a call, unknown types too.

    Raises WrtError, with the parameter's place.
    """
    nodes = parameter_nodes(source.tree)
    for i in wrt:
        if differentiable(types[i]) and (values is None or not isinstance(types[i], Unknown)):
            continue
        what = format_type(types[i]) if values is None else _words(values[i])
        message = f"cannot differentiate {source.name!r} with respect to {nodes[i].id!r}, which is {what}"
        raise errors.at(errors.WrtError, place(source.file, nodes[i]), message, _hint(types[i]), source.text)


def _words(value: Any) -> str:
    if hasattr(value, "dtype") and len(value.shape):
        return f"an array of {value.dtype}"
    name = "None" if value is None else type(value).__name__
    return name if value is None else f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _hint(t: Type) -> str:
    words = format_type(t)
    if words in ("int", "bool"):
        return "Pass a float: 2.0 rather than 2."
    return "Make it an array of floats: x.astype(float)." if "[" in words and words[0] in "iub" else ""
