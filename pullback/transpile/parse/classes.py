"""The classes of a file: classes that stand for them are made of their text, and nothing of the user's is run.

    @dataclass                      a dataclass `Line` of Python's with the field `k`, whose `at` is a function that is
    class Line:              ->     never called: what it stands for is its text
        k: float
        def at(self, x): ...
"""

from __future__ import annotations

import abc
import ast
import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from pullback import errors
from pullback.transpile.parse import constants
from pullback.transpile.parse.sources import LAMBDA, STANDS_FOR, Binding, FunctionSource, Missing, Value


class File(Protocol):
    """The file that a class is in."""

    name: str
    file: str

    def resolve(self, name: str) -> Binding:
        """What a name stands for."""

    def method(
        self, node: ast.FunctionDef, under: list[ast.expr], qualname: str, resolve: Callable[[str], Binding]
    ) -> Binding:
        """A function of a class, `under` decorators that must be ours."""

    def anonymous(self, node: ast.Lambda) -> Binding:
        """A lambda in a class."""


Lookup = Callable[[ast.expr], Binding]  # what a dotted name stood for where the class was defined


class Unread:
    """What an attribute of a class is that is not known from the text."""


_BASES = (object, abc.ABC, typing.Generic, typing.Protocol)  # that make no difference here
_HOOKS = ("__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__")
_WRAPPERS = (property, staticmethod, classmethod, functools.cached_property)
_MARKS = (abc.abstractmethod, typing.final)


@dataclass
class _Not(Exception):
    """A class that cannot be made, and why."""

    reason: str


def names_in(node: ast.AST) -> Iterator[ast.expr]:
    """The names in a class that are looked up where it is defined: those in its functions are not."""
    if isinstance(node, ast.Name | ast.Attribute):
        yield node
    parts = ast.iter_child_nodes(node) if not isinstance(node, ast.FunctionDef) else node.decorator_list
    for part in parts:
        if not isinstance(part, ast.Lambda | ast.AsyncFunctionDef):
            yield from names_in(part)


def class_of(file: File, node: ast.ClassDef, lookup: Lookup) -> Binding:
    """What a class stands for that is defined at the top level of a file."""
    try:
        return Value(_Maker(file, node, lookup).made())
    except _Not as e:
        return Missing(e.reason, "Write it plainly, or use functions, tuples and dicts.")
    except (TypeError, ValueError) as e:
        return Missing(f"is a class that Python does not take: {e}", error=errors.SourceError)


def fields_of(cls: type) -> Iterator[tuple[str, str, Callable[[str], Binding]]]:
    """The attributes that a class made here declares: name, annotation, and what the names in that stand for."""
    declared = dict.fromkeys(name for k in reversed(cls.__mro__) for name in k.__dict__.get(_TEXTS, {}))
    names = [f.name for f in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else [*declared]
    for name in names:
        for k in cls.__mro__:
            if name in k.__dict__.get(_TEXTS, {}):
                yield name, k.__dict__[_TEXTS][name], k.__dict__[_RESOLVE]
                break


_TEXTS, _RESOLVE = "__pullback_annotations__", "__pullback_resolve__"


@dataclass
class _Maker:
    file: File
    node: ast.ClassDef
    lookup: Lookup
    space: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    cls: type | None = None

    def made(self) -> type:
        """The class, under its decorators."""
        bases = [b for b in map(self.base, self.node.bases) if not any(b is x for x in _BASES)]
        if self.node.keywords and not self.is_abstract():
            raise _Not("is a class with a metaclass, which is not supported yet")
        self.space.update(__module__=self.file.name, __qualname__=self.node.name, __annotations__={})
        for s in self.node.body:
            self.statement(s)
        cls = types.new_class(self.node.name, tuple(bases), {}, lambda space: space.update(self.space))
        for d in reversed(self.node.decorator_list):
            cls = self.decorated(cls, d)
        setattr(cls, _TEXTS, self.texts)
        setattr(cls, _RESOLVE, staticmethod(self.file.resolve))
        self.cls = cls
        return cls

    def is_abstract(self) -> bool:
        return all(k.arg == "metaclass" and self.known(k.value) is abc.ABCMeta for k in self.node.keywords)

    def base(self, node: ast.expr) -> Any:
        found = self.known(node.value if isinstance(node, ast.Subscript) else node)
        if any(found is x for x in (*_BASES, typing.NamedTuple)) or _TEXTS in getattr(found, "__dict__", {}):
            return found
        raise _Not(f"is a class derived from {ast.unparse(node)}, which is not supported yet")

    def decorated(self, cls: type, node: ast.expr) -> type:
        """The class under `@dataclass`."""
        call = node if isinstance(node, ast.Call) else ast.Call(node, [], [])
        if self.known(call.func) is not dataclasses.dataclass or call.args:
            raise _Not("is a class under a decorator, which is not supported yet")
        options: dict[str, Any] = {str(k.arg): self.known(k.value) for k in call.keywords}
        if not all(isinstance(x, bool) for x in options.values()):
            raise _Not("is a dataclass with options that are not literals")
        made: type = dataclasses.dataclass(**options)(cls)
        return made

    def statement(self, s: ast.stmt) -> None:
        match s:
            case ast.FunctionDef():
                self.method(s)
            case ast.AnnAssign(ast.Name(name), annotation, value):
                self.texts[name] = ast.unparse(annotation)
                self.space["__annotations__"][name] = self.annotation(annotation)
                if value is not None:
                    self.space[name] = self.known(value)
            case ast.Assign([ast.Name(name)], value):
                self.space[name] = self.known(value)
            case ast.Expr() | ast.Pass():
                pass
            case _:
                raise _Not(f"is a class with a statement on line {s.lineno} that is not supported yet")

    def annotation(self, node: ast.expr) -> Any:
        """An annotation, as far as `@dataclass` looks at it."""
        of = self.known(node.value if isinstance(node, ast.Subscript) else node)
        if of is typing.ClassVar or of is dataclasses.KW_ONLY:
            return of
        return dataclasses.InitVar(object) if of is dataclasses.InitVar else object

    # what attributes are

    def method(self, node: ast.FunctionDef) -> None:
        """A function, perhaps a property or the like."""
        if node.name in _HOOKS:
            raise _Not(f"is a class that defines `{node.name}`, which is not supported yet")
        made: Any = self.stub(node)
        for d in reversed(node.decorator_list):
            made = self.wrapped(made, d)
        self.space[node.name] = made

    def wrapped(self, made: Any, node: ast.expr) -> Any:
        match node:
            case ast.Attribute(ast.Name(name), "getter" | "setter" | "deleter" as kind) if name in self.space:
                return getattr(self.space[name], kind)(made) if isinstance(self.space[name], property) else Unread()
        of = self.known(node)
        return of(made) if any(of is w for w in (*_WRAPPERS, *_MARKS)) else made

    def stub(self, node: ast.FunctionDef) -> types.FunctionType:
        """The function that stands for one of the class."""
        under = [d for d in node.decorator_list if not self.is_wrapper(d)]
        qualname = f"{self.node.name}.{node.name}"
        return _standing_for(self.file, node, qualname, self.file.method(node, under, qualname, self.resolve))

    def is_wrapper(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute) and node.attr in ("getter", "setter", "deleter"):
            return True
        return any(self.known(node) is w for w in (*_WRAPPERS, *_MARKS))

    def resolve(self, name: str) -> Binding:
        """What a name in a method stands for."""
        if name == "__class__" and self.cls is not None:
            return Value(self.cls)
        return self.file.resolve(name)

    def known(self, node: ast.expr) -> Any:
        """What an expression in the class stands for, `Unread` where that is not known."""
        match node:
            case ast.Name(name) if name in self.space:
                return self.space[name]
            case ast.Name() | ast.Attribute():
                return self.object_of(self.lookup(node), node)
            case ast.Lambda():
                return _standing_for(self.file, node, LAMBDA, self.file.anonymous(node))
            case ast.Call(func, [], keywords) if self.known(func) is dataclasses.field:
                return dataclasses.field(**{str(k.arg): self.known(k.value) for k in keywords})
        try:
            return constants.evaluate(node, self.known)
        except constants.NotConstant:
            return Unread()

    def object_of(self, found: Binding, node: ast.expr) -> Any:
        match found:
            case Value(obj):
                return obj
            case FunctionSource():
                return _standing_for(self.file, node, found.qualname, found)
        return Unread()


def _never(*args: object, **keywords: object) -> None:
    raise AssertionError("a function that stands for one of the user's is never called")


def _standing_for(
    file: File, node: ast.expr | ast.stmt, qualname: str, what: Binding
) -> types.FunctionType:
    """A function that stands for one that is known as text only."""
    name = qualname.rpartition(".")[2]
    code = _never.__code__.replace(co_name=name, co_filename=file.file, co_firstlineno=node.lineno)
    out = types.FunctionType(code, {}, name)
    out.__module__, out.__qualname__ = file.name, qualname
    setattr(out, STANDS_FOR, what)
    return out
