"""What `pullback check` does: a function of a file that is run, arguments made for its signature, a report."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pullback import errors
from pullback.checking import Report, check_grad
from pullback.checking.samples import NoSample, Samples
from pullback.checking.trees import copied
from pullback.commands import Refused, UsageError, find_function, types_and_values
from pullback.transpile.abstract import Scalar, Type, Unknown
from pullback.transpile.parse.modules import name_of


def check(target: str, wrt: str, signature: str, given: Sequence[str], between: str, seed: int) -> Report:
    """Run the file, and check the derivative of the function at random arguments.

    Raises UsageError for a command line that says too little, Refused where there is no derivative to check.
    """
    source = find_function(target)
    name = source.name
    types, values = types_and_values(source, signature, given)
    function = _function(source.file, name)
    try:
        args = _arguments(function, name, types, values, _between(between), seed)
        _run(function, args, source.file, name)
        words = [w.strip() for w in wrt.split(",") if w.strip()]
        report = check_grad(function, args, wrt=[int(w) if w.isdigit() else w for w in words] if words else None)
    except errors.PullbackError as e:
        raise Refused([_shown(e)]) from None
    if report.statement is not None:
        _shown(report.statement)
    return report


def _shown(e: errors.PullbackError) -> errors.PullbackError:
    """An error whose file is named as seen from here."""
    inside = os.path.relpath(e.file) if e.file else ""
    if inside and not inside.startswith(os.pardir):
        e.file = inside
    return e


def _between(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        raise UsageError(f"--between {text}: expected two numbers, LOW,HIGH") from None
    return low, high


def _function(file: str, name: str) -> Callable[..., Any]:
    """The function in the module that the file becomes when it is run."""
    folder, dotted = name_of(Path(file))
    sys.path.insert(0, str(folder))
    package = dotted.rpartition(".")[0]
    try:
        if package:
            importlib.import_module(package)
        spec = importlib.util.spec_from_file_location(dotted, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[dotted] = module
        spec.loader.exec_module(module)
        function: Callable[..., Any] = getattr(module, name)
    except (Exception, SystemExit) as e:
        message = f"the file cannot be run: {type(e).__name__}: {e}"
        raise Refused([errors.SourceError(message, file=file)]) from None
    return function


def _arguments(
    function: Callable[..., Any],
    name: str,
    types: Mapping[str, Type],
    values: Mapping[str, Any],
    between: tuple[float, float] | None,
    seed: int,
) -> list[Any]:
    """A value for each parameter that can be given by position: what is given, what its type says, its default."""
    ints = {k: x for k, x in values.items() if type(x) is int}
    samples = Samples(np.random.default_rng(seed), ints, between)
    args: list[Any] = []
    for p in inspect.signature(function).parameters.values():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.KEYWORD_ONLY):
            break
        if p.name in values:
            args.append(values[p.name])
        elif p.default is not p.empty and isinstance(types.get(p.name), Scalar | None):
            args.append(p.default)
        else:
            args.append(_sample(samples, types.get(p.name, Unknown()), p.name, name))
    return args


def _sample(samples: Samples, t: Type, parameter: str, function: str) -> Any:
    try:
        return samples.value(t)
    except NoSample as e:
        ways = f"--arg {parameter}=VALUE" if t != Unknown() else f"--signature '{parameter}: TYPE'"
        raise UsageError(f"{parameter!r} of {function!r} {e}\n   Say {ways}.") from None


def _run(function: Callable[..., Any], args: Sequence[Any], file: str, name: str) -> None:
    """Refuse arguments at which the function itself raises."""
    try:
        with np.errstate(all="ignore"):  # the report tells
            function(*copied(list(args)))
    except Exception as e:
        message = f"{name!r} cannot be called with the arguments that were made: {type(e).__name__}: {e}"
        hint = "Say more of them: lengths in --signature, values with --arg, a range of floats with --between."
        raise Refused([errors.SourceError(message, file=file, hint=hint)]) from None
