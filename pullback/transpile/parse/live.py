"""The text of a live function: found, proven to be what is running, parsed."""

from __future__ import annotations

import builtins
import contextlib
import functools
import inspect
import linecache
import os
import sys
import types
from typing import Any

from pullback import errors
from pullback.stdlib import registry
from pullback.transpile.collector import collector_paused
from pullback.transpile.importing import module_name
from pullback.transpile.parse import running
from pullback.transpile.parse.sources import (
    ABSENT,
    Binding,
    FunctionSource,
    Missing,
    ModuleBinding,
    Place,
    Read,
    Reads,
    Value,
    function_tree,
)

LIBRARIES = frozenset({"numpy", "scipy", "jax", "jaxlib", "jaxtyping"})
_OURS = frozenset({"", "api", "backends", "control", "errors", "runtime", "transpile"})
_STDLIB = os.path.dirname(os.__file__)


# any code that was compiled from a string has this name for its file, and at most one such text is known
_SHARED_NAMES = ("<string>", "<stdin>")


def _is_running(function: types.FunctionType, text: str) -> bool:
    try:
        running.check(function, text)
    except errors.SourceError:
        return False
    return True


@collector_paused()
def from_function(f: object, reads: Reads | None = None) -> FunctionSource:
    """The source of a live function; what its names stand for is looked up when `resolve` is called.

    Raises SourceUnavailable where there is no text, StaleSource where the text is not what is running, and
    NotSupportedYet for lambdas, closures, methods, classes and other callables.
    """
    return _source(_plain_function(f), Reads() if reads is None else reads, is_context=False)


def _source(function: types.FunctionType, reads: Reads, is_context: bool) -> FunctionSource:
    if function in reads.functions:
        return reads.functions[function]
    code = function.__code__
    file, line, name = code.co_filename, code.co_firstlineno, code.co_name
    linecache.checkcache(file)
    text = "".join(linecache.getlines(file, function.__globals__))
    if not text or (file in _SHARED_NAMES and not _is_running(function, text)):
        raise errors.SourceUnavailable(
            f"the source of {name!r} is not available",
            file=file,
            line=line,
            hint="Code from `exec` or an interactive prompt has no text to read: put the function into a file.",
        )
    running.check(function, text)
    _refuse(function, text, is_context)
    tree = function_tree(text, file, name, line)
    source = FunctionSource(
        name=tree.name,
        qualname=function.__qualname__,
        module=module_name(function.__globals__),
        file=file,
        tree=tree,
        text=text,
        resolve=functools.partial(_resolve, function, reads),
        function=function,
        key=function,
        reads=reads,
        is_context=is_context,
    )
    reads.functions[function] = source
    return source


def _plain_function(f: object) -> types.FunctionType:
    """`f`, or the function under `@differentiable`; what is not a plain function is refused."""
    f = primal_of(f)
    kind, name = type(f), getattr(f, "__qualname__", type(f).__qualname__)
    match f:
        case types.FunctionType():
            return f
        case types.MethodType():
            raise errors.NotSupportedYet(f"{name!r} is a method", hint=_DEF)
        case type():
            raise errors.NotSupportedYet(f"{name!r} is a class", hint=_DEF)
    if not callable(f):
        raise TypeError(f"a function is needed, not an object of type {kind.__qualname__!r}")
    if kind.__module__.partition(".")[0] in ("builtins", "numpy", "scipy"):
        name = getattr(f, "__name__", name)
        raise errors.SourceUnavailable(f"{name!r} is compiled: it has no Python source", hint=_DEF)
    if hasattr(f, "__wrapped__"):
        raise errors.NotSupportedYet(f"{name!r} is wrapped by a decorator ({kind.__qualname__})", hint=_UNDECORATED)
    raise errors.NotSupportedYet(f"an object of type {kind.__qualname__!r} cannot be differentiated yet", hint=_DEF)


def primal_of(f: object) -> object:
    """The function under an object of ours that, called, is that function; its class has `__pullback_primal__`."""
    return f.__pullback_primal__ if hasattr(type(f), "__pullback_primal__") else f  # type: ignore[attr-defined]


_DEF = "Write a plain function with `def` that calls it, and differentiate that."
_UNDECORATED = "Differentiate the function without its decorator."
_UNROLLED = "Return the values in a tuple or list."
_CONTEXT = contextlib.contextmanager(iter).__code__  # of what `@contextmanager` makes of any function
_GENERATOR = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def _refuse(function: types.FunctionType, text: str, is_context: bool) -> None:
    """Refuse functions of a kind that has no place in the language yet."""
    code = function.__code__
    if code.co_name == "<lambda>":
        raise _at_definition(code, text, "a lambda cannot be differentiated yet", "Define the function with `def`.")
    if hasattr(function, "__wrapped__"):
        raise _at_definition(code, text, f"{function.__name__!r} is wrapped by a decorator", _UNDECORATED)
    if code.co_freevars:
        names = ", ".join(repr(v) for v in code.co_freevars)
        raise _at_definition(code, text, f"{code.co_name!r} is a closure over {names}", "Pass these as arguments.")
    if code.co_flags & _GENERATOR and not is_context:
        raise _at_definition(code, text, f"{code.co_name!r} is a generator or async function", _UNROLLED)


def _at_definition(code: types.CodeType, text: str, message: str, hint: str) -> errors.NotSupportedYet:
    line = code.co_firstlineno
    source = text.split("\n")[line - 1].encode()
    start = len(source) - len(source.lstrip())
    if code.co_name == "<lambda>":
        body = min((c for at, _, c, _ in code.co_positions() if at == line and c), default=len(source))
        start = max(source.rfind(b"lambda", 0, body), start)
    where = Place(code.co_filename, line, start, line, len(source))
    return errors.at(errors.NotSupportedYet, where, message, hint, text)


def _resolve(function: types.FunctionType, reads: Reads, name: str) -> Binding:
    """What a global or built-in name stands for in `function`, now."""
    if name in function.__globals__:
        return _read(function.__globals__, name, reads)
    if hasattr(builtins, name):
        _note(function.__globals__, name, reads, ABSENT)
        return Value(getattr(builtins, name))
    return Missing("is not defined", error=errors.SourceError)


def _note(namespace: dict[str, Any], name: str, reads: Reads, value: object) -> None:
    reads.names[id(namespace), name] = Read(module_name(namespace), name, namespace, value)


def _read(namespace: dict[str, Any], name: str, reads: Reads) -> Binding:
    value = namespace[name]
    _note(namespace, name, reads, value)
    binding = bind(value, reads)
    return Value(value, module_name(namespace), name) if isinstance(binding, Value) else binding


def bind(value: object, reads: Reads) -> Binding:
    """What a live object is to the transpiler: a function to read, a module of the user's, or a value."""
    if isinstance(value, types.ModuleType):
        if is_library(value.__name__, getattr(value, "__file__", None)):
            return Value(value)
        return ModuleBinding(value.__name__, functools.partial(_attribute, value, reads))
    value = primal_of(value)
    if not isinstance(value, types.FunctionType) or registry.has_rule(value):
        return Value(value)
    generator = getattr(value, "__wrapped__", None) if value.__code__ is _CONTEXT else None
    function = generator if isinstance(generator, types.FunctionType) else value
    if is_library(function.__module__ or "", function.__code__.co_filename):
        return Value(value)
    try:
        return _source(function, reads, function is not value)
    except errors.PullbackError as e:
        return Missing(f"cannot be read: {e.message}", e.hint, type(e))


def _attribute(module: types.ModuleType, reads: Reads, name: str) -> Binding:
    if name in vars(module):
        return _read(vars(module), name, reads)
    return Missing(f"is not defined in the module {module.__name__!r}", error=errors.SourceError)


def is_library(module: str, file: str | None) -> bool:
    """Is a module part of Python, of a numerical library, or of pullback itself (but for its building blocks)?"""
    root, _, rest = module.partition(".")
    if root == "pullback":
        return rest.partition(".")[0] in _OURS or rest.startswith(("stdlib.rules", "stdlib.registry"))
    if root in LIBRARIES or (root in sys.builtin_module_names) or (file or "").startswith("<frozen "):
        return True
    inside = os.path.relpath(file, _STDLIB) if file and file.startswith(_STDLIB + os.sep) else ".."
    return not inside.startswith(("..", "site-packages", "dist-packages"))
