"""The text of a live function: found, proven to be what is running, parsed."""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
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
from pullback.transpile.objects import place_of_class
from pullback.transpile.parse import running
from pullback.transpile.parse.lambdas import lambda_tree
from pullback.transpile.parse.sources import (
    ABSENT,
    STANDS_FOR,
    Binding,
    FunctionSource,
    Lookup,
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
    NotSupportedYet for methods, classes and other callables.
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
    tree = lambda_tree(text, file, code) if name == "<lambda>" else function_tree(text, file, name, line)
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
        is_inner=not is_context and primal_of(function.__globals__.get(name)) is not function,
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
    if code.co_flags & _GENERATOR and not is_context:
        raise _at_definition(code, text, f"{code.co_name!r} is a generator or async function", _UNROLLED)


def _at_definition(code: types.CodeType, text: str, message: str, hint: str) -> errors.NotSupportedYet:
    line = code.co_firstlineno
    source = text.split("\n")[line - 1].encode()
    start = len(source) - len(source.lstrip())
    where = Place(code.co_filename, line, start, line, len(source))
    return errors.at(errors.NotSupportedYet, where, message, hint, text)


def _resolve(function: types.FunctionType, reads: Reads, name: str) -> Binding:
    """What a name of a function around, a global or a built-in name stands for in `function`, now."""
    if name in function.__code__.co_freevars:
        return _enclosing(function, reads, name)
    if name in function.__globals__:
        return _read(function.__globals__, name, reads)
    if hasattr(builtins, name):
        _note(function.__globals__, name, reads, ABSENT)
        return Value(getattr(builtins, name))
    return Missing("is not defined", error=errors.SourceError)


def _enclosing(function: types.FunctionType, reads: Reads, name: str) -> Binding:
    """What a variable of a function around holds."""
    assert function.__closure__ is not None
    cell = function.__closure__[function.__code__.co_freevars.index(name)]
    around = f"{module_name(function.__globals__)}.{function.__code__.co_qualname.rpartition('.')[0]}"
    names = reads.enclosing(cell, around)
    value = names.get(name, ABSENT)
    if value is ABSENT:
        return Missing("is a variable of the function around, and has no value yet", error=errors.SourceError)
    reads.names[id(names), name] = Read(names.module, name, names, value)
    binding = bind(value, reads)
    return Value(binding.obj, names.module, name) if isinstance(binding, Value) else binding


@dataclasses.dataclass(frozen=True, eq=False)
class _OfClass:
    """An attribute of a class, as something that can be looked at again."""

    cls: type

    def get(self, name: str, default: object, /) -> object:
        """What the class has under this name, not bound to an object."""
        for k in self.cls.__mro__:
            if name in k.__dict__:
                return k.__dict__[name]
        return default

    def lookups(self, name: str, value: object) -> list[Lookup]:
        """The classes that are asked in turn, up to the one that has the name."""
        out: list[Lookup] = [(functools.partial(getattr, self.cls), "__mro__", self.cls.__mro__)]
        for k in self.cls.__mro__:
            is_here = name in k.__dict__
            out.append((k.__dict__.get, name, value if is_here else ABSENT))
            if is_here:
                break
        return out


def note_class(reads: Reads, cls: type, name: str, value: object) -> None:
    """Remember that a class was found to have this under a name, itself or from a class that it is derived from."""
    for known in reads.names.values():
        if isinstance(known.namespace, _OfClass) and known.namespace.cls is cls and known.name == name:
            return
    namespace = _OfClass(cls)
    reads.names[id(namespace), name] = Read(f"{cls.__module__}.{cls.__qualname__}<class>", name, namespace, value)


class _Itself:
    """A class, under its own name."""

    def __init__(self, cls: type) -> None:
        self.cls = cls

    def get(self, name: str, default: object, /) -> object:
        """The class."""
        return self.cls

    def lookups(self, name: str, value: object) -> list[Lookup]:
        """None: it is what it is."""
        return []


def note_made(reads: Reads, cls: type) -> None:
    """Remember a class of which generated code may make objects."""
    module, name = place_of_class(cls)
    if not any(isinstance(r.namespace, _Itself) and r.value is cls for r in reads.names.values()):
        namespace = _Itself(cls)
        reads.names[id(namespace), name] = Read(module, name, namespace, cls)


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
    if isinstance(value, types.FunctionType) and hasattr(value, STANDS_FOR):
        text: Binding = getattr(value, STANDS_FOR)
        return text
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
