"""The names of a module from its text alone: what each stands for after its top level has run, which it never does."""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from pullback import errors
from pullback.transpile.parse import constants
from pullback.transpile.parse.bindings import bound_names, keyword, truth, walrus_names
from pullback.transpile.parse.classes import names_in
from pullback.transpile.parse.sources import Binding, Missing, Value

Thunk = Callable[[], Binding]


class Modules(Protocol):
    """What a scope needs from outside its file; `name` is that of the module itself."""

    name: str

    def module(self, dotted: str) -> Binding:
        """What an imported module stands for."""

    def attribute(self, module: Binding, name: str) -> Binding:
        """A name in a module."""

    def exported(self, module: Binding) -> Iterable[str] | None:
        """The names that `from module import *` binds; None where they are not known."""

    def absolute(self, dotted: str, level: int) -> str | None:
        """The full name of a module that is imported relatively; None beyond the top package."""

    def function(self, node: ast.FunctionDef) -> Binding:
        """A function of this file."""

    def allowed(self, found: Binding) -> Binding:
        """What a name stands for, unless that may not be used in functions."""

    def class_(self, node: ast.ClassDef, lookup: Callable[[ast.expr], Binding]) -> Binding:
        """A class of this file."""


@dataclass(repr=False)
class Scope:
    """The bindings of one module, filled statement by statement; each is worked out when it is first asked for."""

    modules: Modules
    names: dict[str, Thunk] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    exports: list[str] | None = None
    open_star: str = ""

    def resolve(self, name: str) -> Binding:
        """What a global or built-in name stands for."""
        if name in self.names:
            binding = self.modules.allowed(self.names[name]())
            return Value(binding.obj, self.modules.name, name) if isinstance(binding, Value) else binding
        if self.open_star:
            reason = f"may come from `from {self.open_star} import *`, which cannot be read"
            return Missing(reason, "Import it by name.")
        if hasattr(builtins, name):
            return Value(getattr(builtins, name))
        return Missing("is not defined", error=errors.SourceError)

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Take in the statements of the top level in their order."""
        for s in body:
            for name in walrus_names(s):
                self._missing(name, f"is bound inside an expression (line {s.lineno})")
            self._statement(s)

    def forget_rebound(self, tree: ast.Module) -> None:
        """Give up names that some function declares `global`: their values at the top level may not last."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                for name in node.names:
                    self._missing(name, f"may be rebound by a function (`global` on line {node.lineno})")

    def _statement(self, s: ast.stmt) -> None:
        match s:
            case ast.FunctionDef():
                self._bind(s.name, functools.partial(self.modules.function, s))
                self.functions[s.name] = s
            case ast.Import():
                self._import(s)
            case ast.ImportFrom():
                self._import_from(s)
            case ast.Assign(targets, value):
                for target in targets:
                    self._assign(target, value)
            case ast.AnnAssign(target, value=ast.expr() as value):
                self._assign(target, value)
            case ast.AnnAssign() | ast.Expr() | ast.Pass() | ast.Assert() | ast.Raise():
                pass
            case ast.AugAssign(ast.Name("__all__")):
                self._all(s.value, extend=True)
            case ast.If(test, body, orelse):
                self._if(s, test, body, orelse)
            case ast.Try():
                self._try(s)
            case ast.ClassDef(name):
                known = {id(n): self.lookup(n) for n in names_in(s)}
                self._bind(name, functools.partial(self.modules.class_, s, lambda n: known[id(n)]()))
            case ast.AsyncFunctionDef(name):
                self._missing(name, "is an async function, which is not supported yet")
            case _:
                for name in sorted(bound_names([s])):
                    self._missing(name, f"is bound by a `{keyword(s)}` statement of the module (line {s.lineno})")

    def _bind(self, name: str, thunk: Thunk) -> None:
        self.names[name] = once(thunk)
        self.functions.pop(name, None)

    def _missing(self, name: str, reason: str) -> None:
        self._bind(name, lambda: Missing(reason, "Pass it as an argument."))

    def _import(self, s: ast.Import) -> None:
        for alias in s.names:
            name = alias.asname or alias.name.partition(".")[0]
            self._bind(name, functools.partial(self.modules.module, alias.name if alias.asname else name))

    def _import_from(self, s: ast.ImportFrom) -> None:
        dotted = self.modules.absolute(s.module or "", s.level)
        if dotted == "__future__":
            return
        written = "." * s.level + (s.module or "")
        for alias in s.names:
            if alias.name == "*":
                self._import_star(dotted, written)
            elif dotted is None:
                self._missing(alias.asname or alias.name, f"is imported from {written!r}, beyond the top package")
            else:
                self._bind(alias.asname or alias.name, functools.partial(self._imported, dotted, alias.name))

    def _imported(self, dotted: str, name: str) -> Binding:
        return self.modules.attribute(self.modules.module(dotted), name)

    def _import_star(self, dotted: str | None, written: str) -> None:
        module = self.modules.module(dotted) if dotted else None
        names = self.modules.exported(module) if module else None
        if dotted is None or names is None:
            self.open_star = written
            self.names = {name: self._behind_star(written) for name in self.names}
            return
        for name in names:
            self._bind(name, functools.partial(self._imported, dotted, name))

    @staticmethod
    def _behind_star(written: str) -> Thunk:
        reason = f"may be rebound by `from {written} import *`, which cannot be read"
        return lambda: Missing(reason, "Import it by name.")

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Name("__all__"), _:
                self._all(value, extend=False)
            case ast.Name(name), _:
                self._bind(name, self._value(value))
            case (ast.Tuple(targets) | ast.List(targets)), (ast.Tuple(values) | ast.List(values)) if (
                len(targets) == len(values) and not any(isinstance(x, ast.Starred) for x in (*targets, *values))
            ):
                thunks = [self._value(v) for v in values]
                for t, thunk in zip(targets, thunks, strict=True):
                    for name in bound_names([t]):
                        self._bind(name, thunk if isinstance(t, ast.Name) else _unknown_value)
            case _:
                for name in bound_names([target]):
                    self._bind(name, _unknown_value)

    def _value(self, node: ast.expr) -> Thunk:
        match node:
            case ast.Name() | ast.Attribute():
                return self.lookup(node)
            case ast.Constant() | ast.Tuple() | ast.UnaryOp() | ast.BinOp():
                return self._constant(node)
            case ast.Lambda():
                return lambda: Missing("is a lambda, which is not supported yet", "Define it with `def`.")
        return _unknown_value

    def lookup(self, node: ast.expr) -> Thunk:
        """The value that a dotted name has at this point, whatever it is rebound to later."""
        match node:
            case ast.Name(name):
                return self.names.get(name) or functools.partial(self.resolve, name)
            case ast.Attribute(value, name):
                base = self.lookup(value)
                return lambda: self.modules.attribute(base(), name)
        return _unknown_value

    def _constant(self, node: ast.expr) -> Thunk:
        leaves = (n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute))
        known = {id(n): self.lookup(n) for n in leaves}

        def value_of(leaf: ast.expr) -> object:
            match known[id(leaf)]():
                case Value(obj):
                    return obj
            raise constants.NotConstant

        def evaluate() -> Binding:
            try:
                return Value(constants.evaluate(node, value_of))
            except constants.NotConstant:
                return _unknown_value()

        return evaluate

    def _all(self, value: ast.expr, *, extend: bool) -> None:
        try:
            names = ast.literal_eval(value)
        except ValueError:
            names = None
        known = isinstance(names, list | tuple) and all(isinstance(n, str) for n in names)
        start = (self.exports or []) if extend else []
        self.exports = [*start, *names] if known else None

    def _if(self, s: ast.If, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        match truth(test):
            case True:
                self.run(body)
            case False:
                self.run(orelse)
            case "typing":
                self.run(body)
                self.run(orelse)
            case _:
                for name in bound_names([*body, *orelse]):
                    self._missing(name, f"is bound under a condition of the module (line {s.lineno})")

    def _try(self, s: ast.Try) -> None:
        self.run(s.body)
        self.run(s.orelse)
        in_body = bound_names([*s.body, *s.orelse])
        for name in sorted(bound_names(s.handlers)):
            reason = f"is bound in an `except` clause (line {s.lineno})"
            if name in in_body:
                self._bind(name, _only_a_library(self.names[name], reason))
            else:
                self._missing(name, reason)
        self.run(s.finalbody)


def _only_a_library(thunk: Thunk, reason: str) -> Thunk:
    """A name that `try` imports, or else an `except` clause binds: known only where it comes from a library."""

    def ask() -> Binding:
        binding = thunk()
        is_import = isinstance(binding, Value) and not isinstance(binding.obj, int | float | complex | str | tuple)
        return binding if is_import else Missing(reason)

    return ask


def _unknown_value() -> Binding:
    return Missing(
        "is a value of the module that is not a literal constant, and the file is read without running it",
        "Pass it as an argument.",
    )


def once(thunk: Thunk) -> Thunk:
    """`thunk`, worked out once; a name that needs itself is a circular import."""
    found: list[Binding] = []
    running = False

    def ask() -> Binding:
        nonlocal running
        if not found:
            if running:
                return Missing("is part of a circular import")
            running = True
            try:
                found.append(thunk())
            finally:
                running = False
        return found[0]

    return ask
