"""Load: generated text in, a function out that can be called, stepped through and found in tracebacks."""

from __future__ import annotations

import ast
import functools
import itertools
import linecache
import types
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pullback import errors
from pullback.backends.base import Emitted
from pullback.transpile.core import Origin
from pullback.transpile.parse.live import primal_of
from pullback.transpile.parse.sources import FunctionSource, Read
from pullback.transpile.parse.watch import Watch

_numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))


def load(emitted: Emitted, source: FunctionSource) -> Callable[..., Any]:
    """The function that `emitted` holds, with the user's own functions and values in it.

    The `__wrapped__` of the result is the generated function itself. A call raises StaleSource, before anything else
    happens, if a function or value of the user's that the text was made from has been replaced since by one that does
    not fit. An exception out of generated code carries a note with the user's line.
    """
    live = {
        name: (emitted.objects[name], None) if name in emitted.objects else _live_object(source, *there)
        for name, there in emitted.user_names.items()
    }
    file = f"<pullback {emitted.name} {next(_numbers[emitted.name])}>"
    namespace: dict[str, Any] = {"__name__": source.module, "__file__": file}
    namespace.update((name, value) for name, (value, _) in live.items())
    exec(compile(_without_imports(emitted), file, "exec", dont_inherit=True), namespace)
    function = namespace[emitted.name]
    linecache.cache[file] = (len(emitted.text), None, emitted.text.splitlines(keepends=True), file)
    weakref.finalize(function, linecache.cache.pop, file, None).atexit = False
    watch = Watch(source.reads, namespace, {name: read for name, (_, read) in live.items() if read is not None})
    return _guarded(function, watch, emitted.origins)


def _guarded(function: types.FunctionType, watch: Watch, origins: Mapping[int, Origin]) -> Callable[..., Any]:
    """The function, called only while what it was made from is current; so that its exceptions name the user's line."""
    is_current, refresh = watch.is_current, watch.refresh
    makes_functions = any(isinstance(c, types.CodeType) for c in function.__code__.co_consts)

    @functools.wraps(function)
    def derivative(*args: Any, **kwargs: Any) -> Any:
        if not is_current():
            refresh()
        try:
            result = function(*args, **kwargs)
        except Exception as e:
            explain(e, function, origins)
            raise
        if makes_functions and isinstance(result, tuple):
            return tuple(_explained(x, function, origins) for x in result)
        return result

    return derivative


def _explained(pull: Any, maker: types.FunctionType, origins: Mapping[int, Origin]) -> Any:
    """A function that generated code returned, so that its exceptions name the user's; other values as they are."""
    if not isinstance(pull, types.FunctionType) or pull.__code__ not in maker.__code__.co_consts:
        return pull

    @functools.wraps(pull)
    def explained(*args: Any, **kwargs: Any) -> Any:
        try:
            return pull(*args, **kwargs)
        except Exception as e:
            explain(e, maker, origins)
            raise

    return explained


def explain(e: BaseException, function: types.FunctionType, origins: Mapping[int, Origin]) -> None:
    """Add to an exception out of generated code a note that names the user's line behind the generated one."""
    file = function.__code__.co_filename
    line, traceback = 0, e.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    origin = origins.get(line)
    if origin is not None:
        if isinstance(e, errors.PullbackError) and not e.line:
            errors.locate(e, origin)
        what = "in the tangent of" if origin.beside else "in the backward pass of" if origin.adjoint else "in"
        note = f'{what} File "{origin.file}", line {origin.line}: {origin.text}'
        if note not in getattr(e, "__notes__", ()):
            e.add_note(note)


def _without_imports(emitted: Emitted) -> str | ast.Module:
    """The text, or its tree in which imports of the user's names stay, for how the rest is compiled, but never run."""
    if not emitted.user_names:
        return emitted.text
    tree = ast.parse(emitted.text)
    for k, statement in enumerate(tree.body):
        if isinstance(statement, ast.ImportFrom):
            kept = [a for a in statement.names if not _is_user_name(emitted, statement.module, a)]
            if len(kept) < len(statement.names):
                never = ast.If(test=ast.Constant(value=False), body=[statement], orelse=[])
                tree.body[k] = ast.fix_missing_locations(ast.copy_location(never, statement))
                if kept:
                    raise errors.PullbackError("internal error, please report: an import is only partly of user names")
    return tree


def _is_user_name(emitted: Emitted, module: str | None, alias: ast.alias) -> bool:
    return emitted.user_names.get(alias.asname or alias.name) == (module, alias.name)


def _live_object(source: FunctionSource, module: str, name: str) -> tuple[object, Read | None]:
    """The object that `from module import name` stands for, among all that was looked up while transpiling."""
    found: dict[int, tuple[object, Read | None]] = {}
    for read in source.reads.names.values():
        if (read.module, read.name) == (module, name):
            value = primal_of(read.value)
            found[id(value)] = value, None if isinstance(value, types.FunctionType) else read
    for s in source.reads.functions.values():
        if not s.is_inner and (s.module, s.name) == (module, name):
            found[id(s.function)] = s.function, None
    if not found:
        raise errors.PullbackError(f"internal error, please report: {name!r} of {module!r} was never looked up")
    if len(found) > 1:
        raise errors.NotSupportedYet(
            f"two different objects are called {name!r} in modules called {module!r}", hint="Give one another name."
        )
    return next(iter(found.values()))
