"""What `pullback export` does: from a function of a file, which is not run, to an artefact of its code for JAX."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

import gast

from pullback import errors, output
from pullback.commands import Options, Refused, UsageError, check_options, find_function, request_of, types_and_values
from pullback.jax_export import PLATFORMS, NoSpec, Parameter, artefact, is_artefact, specs, with_lengths
from pullback.transpile.abstract import UNKNOWN, Scalar, Type, Unknown
from pullback.transpile.annotations import types_of_annotations
from pullback.transpile.depth import with_room
from pullback.transpile.parse import FunctionSource
from pullback.transpile.pipeline import transpile
from pullback.transpile.request import ALONG
from pullback.transpile.signature import type_of_value

_FUNCTIONS = ("vjp", "linearize")  # what they return is one, which no artefact holds


def export(
    target: str, options: Options, given: Sequence[str], platforms: str, where: str, *, force: bool = False
) -> None:
    """Write the artefact of one function.

    Raises UsageError for a command line that says too little, Refused where there is no program.
    """
    chosen = _platforms(platforms)
    check_options(options)
    if options.mode in _FUNCTIONS:
        raise UsageError(f"--mode {options.mode} gives a function, which no artefact holds")
    source = find_function(target)
    types, values = types_and_values(source, options.signature, given)
    if missing := [m for m in ("jax", "flatbuffers") if importlib.util.find_spec(m) is None]:
        message = f"exporting needs {' and '.join(missing)}, which is not installed"
        raise Refused([errors.PullbackError(message, hint="Install pullback[jax].")])
    try:
        emitted, found = _artefact(source, _parameters(source, types, values), options, chosen)
        is_ours = functools.partial(is_artefact, name=emitted)
        output.check_target(where, force=force, keep=[source.file], is_ours=is_ours)
        output.replace_file(where, found)
    except errors.PullbackError as e:
        raise Refused([e]) from None


def _platforms(text: str) -> list[str]:
    chosen = [p.strip() for p in text.split(",")]
    for platform in chosen:
        if platform not in PLATFORMS:
            raise UsageError(f"--platforms {text}: {platform!r} is none of {', '.join(PLATFORMS)}")
    return chosen


def _parameters(source: FunctionSource, types: Mapping[str, Type], values: Mapping[str, Any]) -> list[Parameter]:
    """The parameters with their types; those that have a value are a part of the program with it."""
    defaults = _defaults(source)
    lengths = {name: x for name, x in values.items() if type(x) is int}
    out: list[Parameter] = []
    for name in types_of_annotations(source):
        t = types.get(name, UNKNOWN)
        known = isinstance(t, Unknown) or isinstance(t, Scalar) and t.kind in ("int", "bool") and t.dtype is None
        if name in values or known and name in defaults:
            value = values.get(name, defaults.get(name))
            out.append(Parameter(name, type_of_value(value, name), True, value))
        else:
            out.append(Parameter(name, with_lengths(t, lengths)))
    return out


def _defaults(source: FunctionSource) -> dict[str, Any]:
    """The defaults of parameters that are written out as numbers, texts and the like."""
    args = source.tree.args
    plain = [*args.posonlyargs, *args.args]
    pairs = [*zip(reversed(plain), reversed(args.defaults), strict=False)]
    pairs += zip(args.kwonlyargs, args.kw_defaults, strict=True)
    return {p.id: node.value for p, node in pairs if isinstance(node, gast.Constant)}


@with_room
def _artefact(
    source: FunctionSource, parameters: Sequence[Parameter], options: Options, platforms: Sequence[str]
) -> tuple[str, bytes]:
    """The name of the function that is exported, and its artefact."""
    types = [p.type for p in parameters]
    request = request_of(source, types, options)
    if source.tree.args.vararg or source.tree.args.kwarg:
        hint = "Write a function around it that names them."
        raise errors.NotSupportedYet(f"{source.name!r} takes any number of arguments", file=source.file, hint=hint)
    try:
        args = specs(parameters, [parameters[i].name for i in request.wrt] if request.mode in ALONG else [])
    except NoSpec as e:
        raise UsageError(f"{e.message}\n   {e.hint}") from None
    emitted = transpile(source, types, request, "jax", standalone=True)
    try:
        return emitted.name, artefact(emitted, parameters, args, platforms)
    except Exception as e:
        reason = str(e).split("\n")[0]
        message = f"{source.name!r} cannot be exported for {', '.join(platforms)}: {type(e).__name__}: {reason}"
        raise errors.NotSupportedYet(message, file=source.file) from None
