"""What the commands do, apart from the command line: targets and options in, text or refusals out."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import gast

from pullback import errors, output
from pullback.transpile.abstract import Type, Unknown
from pullback.transpile.annotations import types_of_annotations
from pullback.transpile.depth import with_room
from pullback.transpile.derive import derive
from pullback.transpile.lower import lower
from pullback.transpile.parse import FunctionSource, ModuleSource, from_file
from pullback.transpile.parse.sources import place
from pullback.transpile.pipeline import differentiate, find_backend, transpile
from pullback.transpile.request import Mode, Request
from pullback.transpile.show import core_text
from pullback.transpile.signature_text import parse_signature, parse_signature_with_values
from pullback.wrt import check_wrt, wrt_positions

Stage = Literal["source", "gast", "core", "adjoint", "optimised", "text"]


class UsageError(Exception):
    """The command line itself is wrong: a file, function or folder that is not there, a signature that is none."""


class Refused(Exception):
    """Functions that could not be transpiled, each with its place and reason."""

    def __init__(self, reasons: Sequence[errors.PullbackError]) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


@dataclass(frozen=True)
class Options:
    """The options that `show` and `transpile` share."""

    mode: Mode = "grad"
    wrt: str = ""
    signature: str = ""
    backend: str = "numpy"
    standalone: bool = False
    stage: Stage = "text"
    check_finite: bool = False


@dataclass(frozen=True)
class Target:
    """One FILE of the command line and the functions of it that were asked for."""

    module: ModuleSource
    names: tuple[str, ...]


def find_targets(arguments: Sequence[str]) -> list[Target]:
    """The files and functions that `FILE[:FUNCTION]` names; without FUNCTION the marked ones, else all public ones."""
    asked: dict[str, list[str]] = {}
    for argument in arguments:
        file, function = _split(argument)
        asked.setdefault(file, []).extend(function)
    return [_target(file, names) for file, names in asked.items()]


def _split(argument: str) -> tuple[str, list[str]]:
    file, colon, function = argument.rpartition(":")
    if not colon or Path(argument).exists() or not function.isidentifier():
        return argument, []
    return file, [function]


@with_room
def _target(file: str, names: Sequence[str]) -> Target:
    try:
        module = from_file(file)
    except errors.SourceUnavailable as e:
        raise UsageError(str(e)) from None
    except errors.PullbackError as e:
        raise Refused([e]) from None
    for name in names:
        try:
            module.function(name)
        except errors.NotSupportedYet:
            pass
        except errors.SourceError as e:
            raise UsageError(str(e)) from None
    names = names or module.marked or module.public
    if not names:
        raise UsageError(f"{file}: there is no public function in it")
    return Target(module, tuple(dict.fromkeys(names)))


def find_function(argument: str) -> FunctionSource:
    """The one function that `FILE:FUNCTION` names."""
    (found,) = find_targets([argument])
    if len(found.names) != 1:
        raise UsageError(f"{argument}: say which function, with {argument}:{found.names[0]}")
    try:
        return found.module.function(found.names[0])
    except errors.PullbackError as e:
        raise Refused([e]) from None


def types_and_values(
    source: FunctionSource, signature: str, given: Sequence[str]
) -> tuple[dict[str, Type], dict[str, Any]]:
    """The types that are known of parameters, of annotations only where the signature has none, and the values."""
    annotated = types_of_annotations(source)
    try:
        types, values = parse_signature_with_values(signature)
    except errors.SourceError as e:
        raise UsageError(str(e)) from None
    for text in given:
        name, _, value = text.partition("=")
        try:
            values[name.strip()] = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            raise UsageError(f"--arg {text}: expected NAME=VALUE, with a value like 5, 0.5, (1, 2) or 'text'") from None
    for name in (*types, *values):
        if name not in annotated:
            raise UsageError(f"{name!r} is no parameter of {source.name!r} ({', '.join(annotated)})")
    return types | {k: t for k, t in annotated.items() if k not in types and not isinstance(t, Unknown)}, values


def one_text(targets: Sequence[Target], options: Options) -> str:
    """All targets in one marked text."""
    return _marked(targets, _joined(texts(targets, options), options))


def _marked(targets: Sequence[Target], text: str) -> str:
    return output.marked(text, " and ".join(Path(t.module.file).name for t in targets))


def texts(targets: Sequence[Target], options: Options) -> list[str]:
    """One text for each target, its functions joined. Raises Refused with all reasons if there are any."""
    _check_signature(targets, options.signature)
    check_options(options)
    reasons: list[errors.PullbackError] = []
    found: list[list[str]] = []
    for target in targets:
        found.append([])
        for name in target.names:
            try:
                found[-1].append(stage_text(target.module.function(name), options))
            except errors.PullbackError as e:
                reasons.append(e)
    if reasons:
        raise Refused(reasons)
    return [_joined(t, options) for t in found]


def check_options(options: Options) -> None:
    """Refuse options that mean nothing together."""
    if options.check_finite and options.backend != "numpy":
        raise UsageError("--check-finite is for NumPy only yet")
    if options.mode == "primal" and options.backend == "numpy":
        raise UsageError("--mode primal is for --backend jax: for NumPy a function is as it stands")
    if options.mode == "primal" and options.wrt:
        raise UsageError("--wrt says what to differentiate by: --mode primal takes no derivative")


def _joined(parts: Sequence[str], options: Options) -> str:
    try:
        return output.join(parts) if options.stage == "text" else "\n\n".join(parts)
    except errors.PullbackError as e:
        raise Refused([e]) from None


@with_room
def stage_text(source: FunctionSource, options: Options) -> str:
    """One function as it is after one stage; the last one is the generated module."""
    if options.stage == "source":
        lines = source.text.split("\n")
        return "\n".join(lines[source.tree.lineno - 1 : source.tree.end_lineno]) + "\n"
    if options.stage == "gast":
        return str(gast.dump(source.tree, indent=2)) + "\n"
    types = parameter_types(source, options.signature)
    request = request_of(source, types, options)
    match options.stage:
        case "core":
            program = lower(source, types, derive)
        case "adjoint" | "optimised":
            request = replace(request, optimise=options.stage == "optimised")
            target = find_backend(options.backend)
            program = target.primal(lower(source, types, derive))
            program = differentiate(program, request.for_target(target.fuses))
        case _:
            _check_importable(source, options)
            return transpile(source, types, request, options.backend, options.standalone).text
    return core_text(program, find_backend(options.backend).known(program))


def parameter_types(source: FunctionSource, signature: str) -> list[Type]:
    """The type of each parameter: from the signature, else from its annotation, else unknown."""
    types = types_of_annotations(source)
    given = parse_signature(signature)
    return [given.get(name, t) for name, t in types.items()]


def _check_signature(targets: Sequence[Target], signature: str) -> None:
    """Refuse a signature that does not parse, or that names what no function has for a parameter."""
    try:
        names = parse_signature(signature)
    except errors.SourceError as e:
        raise UsageError(str(e)) from None
    functions = [f for t in targets for n in t.names if (f := t.module.functions.get(n)) is not None]
    known = {name for f in functions for name in types_of_annotations(f)}
    for name in names:
        if name not in known and functions:
            what = repr(functions[0].name) if len(functions) == 1 else "these functions"
            raise UsageError(f"signature: {name!r} is no parameter of {what} ({', '.join(sorted(known))})")


def request_of(source: FunctionSource, types: Sequence[Type], options: Options) -> Request:
    """What the options ask of one function. Raises WrtError where `--wrt` names what cannot be differentiated by."""
    if options.mode == "primal":
        return Request("primal", (), True)
    words = [int(w) if w.strip().isdigit() else w.strip() for w in options.wrt.split(",") if w.strip()]
    wrt = 0 if not words else words[0] if len(words) == 1 and "," not in options.wrt else words
    try:
        positions, bare = wrt_positions(wrt, list(types_of_annotations(source)), source.name)
    except errors.WrtError as e:
        raise errors.at(errors.WrtError, place(source.file, source.tree), e.message, e.hint, source.text) from None
    check_wrt(source, positions, types)
    return Request(options.mode, positions, bare, check_finite=options.check_finite)


def _check_importable(source: FunctionSource, options: Options) -> None:
    if not options.standalone and not all(part.isidentifier() for part in source.module.split(".")):
        raise errors.NotSupportedYet(
            f"the output has to import from {source.module!r}, which is not a name of a module",
            file=source.file,
            hint="Rename the file, or copy what is needed with --standalone.",
        )


def write_all(targets: Sequence[Target], options: Options, where: str, *, force: bool) -> list[str]:
    """Write the targets to a file, or to one file each in a folder; the paths written. One refusal refuses all."""
    inputs = [t.module.file for t in targets]
    paths = _paths(where, inputs, options.mode)
    try:
        for path in paths:
            output.check_target(path, force=force, keep=inputs)
        if Path(where).is_dir():
            found = [_marked([t], text) for t, text in zip(targets, texts(targets, options), strict=True)]
        else:
            found = [one_text(targets, options)]
        for path, text in zip(paths, found, strict=True):
            output.write(path, text, force=force, keep=inputs)
    except errors.PullbackError as e:
        raise Refused([e]) from None
    return paths


def _paths(where: str, inputs: Sequence[str], mode: Mode) -> list[str]:
    """The files to write: the one that `where` names, or one for each input in the folder that it names."""
    folder = Path(where)
    if folder.is_dir():
        names = [f"{Path(file).stem}_{mode}.py" for file in inputs]
        if len(set(names)) < len(names):
            raise UsageError("two of the files have the same name: write them one by one")
        return [str(folder / name) for name in names]
    missing = folder.parent if folder.suffix and not where.endswith("/") else folder
    if not missing.is_dir():
        raise UsageError(f"{where}: the folder {str(missing)!r} does not exist")
    return [where]
