"""The functions of a file, read without running anything: imports are followed in the file system."""

from __future__ import annotations

import ast
import contextlib
import functools
import os
import types
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gast

from pullback import errors
from pullback.transpile.parse import modules
from pullback.transpile.parse.classes import class_of
from pullback.transpile.parse.files import ModuleSource, text_of
from pullback.transpile.parse.live import bind
from pullback.transpile.parse.ruled import DIFFERENTIATE, RULE, RULED, is_rule, key_of
from pullback.transpile.parse.scope import Scope
from pullback.transpile.parse.sources import (
    Binding,
    FunctionSource,
    Missing,
    ModuleBinding,
    Reads,
    Value,
    as_function,
    first_line,
    function_tree,
    parse_text,
    place,
)


def from_file(path: str | os.PathLike[str]) -> ModuleSource:
    """Read a file, and from the file system what it imports; nothing of it is run.

    Raises SourceUnavailable where the file cannot be read, SourceError where it is not Python.
    """
    root, name = modules.name_of(Path(path))
    return Project(root).read(name, Path(path))


@dataclass(repr=False)
class Project:
    """The modules reached from one file, each read once."""

    root: Path
    files: dict[str, Module] = field(default_factory=dict)
    ruled: dict[Hashable, Binding] = field(default_factory=dict)  # the operations that have derivative rules

    def module(self, dotted: str) -> Binding:
        """What an imported module stands for."""
        library = modules.library(dotted, self.root)
        if library is not None:
            return Value(library)
        found = self.found(dotted)
        if found is None:
            return Missing(f"is imported from the module {dotted!r}, which is not found")
        if found.file is None:
            return ModuleBinding(dotted, functools.partial(self._submodule, dotted))
        if found.file.suffix != ".py":
            return Missing(f"is imported from the compiled module {dotted!r}")
        try:
            module = self.load(dotted, found.file)
        except errors.PullbackError as e:
            return Missing(f"is imported from {dotted!r}, which cannot be read: {e.message}")
        return ModuleBinding(dotted, functools.partial(self._attribute, module))

    def found(self, dotted: str) -> modules.Found | None:
        """Where a module of the user's is."""
        return modules.find(dotted, modules.search_path(self.root))

    def load(self, dotted: str, file: Path) -> Module:
        """The module in a file."""
        key = os.path.realpath(file)
        if key not in self.files:
            module = self.files[key] = Module(self, dotted, str(file), text_of(file))
            module.scope.run(module.tree.body)
            module.scope.forget_rebound(module.tree)
            self._register(module)
        return self.files[key]

    def _register(self, module: Module) -> None:
        """Note the operations that have derivative rules in a file, and in those beside it that it imports."""
        for dotted in module.imported():
            found = None if modules.library(dotted, self.root) else self.found(dotted)
            if found is not None and found.file is not None and self.root in found.file.parents:
                self.module(dotted)
        for node in module.scope.functions.values():
            self.ruled.update((key, op) for op in module.operations(node) if (key := key_of(op)) is not None)

    def read(self, dotted: str, file: Path) -> ModuleSource:
        """The module in a file with its functions, for the world outside."""
        m = self.load(dotted, file)
        functions: dict[str, FunctionSource] = {}
        refusals: dict[str, errors.PullbackError] = {}
        for name, node in m.scope.functions.items():
            try:
                functions[name] = m.checked(m.source(node))
            except errors.PullbackError as e:
                refusals[name] = e
        defined = [n for n, node in m.scope.functions.items() if not any(True for _ in m.operations(node))]
        public = defined if m.scope.exports is None else [n for n in defined if n in m.scope.exports]
        return ModuleSource(
            name=m.name,
            file=m.file,
            text=m.text,
            functions=functions,
            public=tuple(n for n in public if m.scope.exports is not None or not n.startswith("_")),
            marked=tuple(n for n, node in m.scope.functions.items() if m.is_marked(node)),
            resolve=m.scope.resolve,
            refusals=refusals,
        )

    def attribute(self, module: Binding, name: str) -> Binding:
        """A name in a module, or in a library's object."""
        match module:
            case Value(types.ModuleType() as m):
                if hasattr(m, name):
                    return bind(getattr(m, name), Reads())
                sub = modules.library(f"{m.__name__}.{name}", self.root)
                return Value(sub) if sub else Missing(f"is not defined in the module {m.__name__!r}")
            case Value(obj) if hasattr(obj, name):
                return Value(getattr(obj, name))
            case ModuleBinding():
                return module.resolve_attr(name)
            case Missing():
                return module
        return Missing(f"is read from an object that has no {name!r}")

    def _attribute(self, module: Module, name: str) -> Binding:
        found = module.scope.resolve(name) if name in module.scope.names or module.scope.open_star else None
        if found is None and Path(module.file).name == "__init__.py":
            found = self._submodule(module.name, name)
        return found or Missing(f"is not defined in the module {module.name!r}")

    def _submodule(self, package: str, name: str) -> Binding:
        found = self.module(f"{package}.{name}")
        return Missing(f"is not defined in the package {package!r}") if isinstance(found, Missing) else found


@dataclass(eq=False, repr=False)
class Module:
    """One file of a project: its tree, and how its names are found."""

    project: Project
    name: str
    file: str
    text: str

    def __post_init__(self) -> None:
        self.tree = parse_text(self.text, self.file)
        self.scope = Scope(self)

    def module(self, dotted: str) -> Binding:
        """What an imported module stands for."""
        return self.project.module(dotted)

    def attribute(self, module: Binding, name: str) -> Binding:
        """A name in a module, or in a library's object."""
        return self.project.attribute(module, name)

    def exported(self, module: Binding) -> Iterable[str] | None:
        """The names that `from module import *` binds; None where they are not known."""
        match module:
            case Value(types.ModuleType() as m):
                return [*getattr(m, "__all__", [n for n in vars(m) if not n.startswith("_")])]
            case ModuleBinding(name):
                found = self.project.found(name)
                if found is not None and found.file is not None:
                    return self.project.load(name, found.file).star_names()
        return None

    def star_names(self) -> Iterable[str] | None:
        """The names that `import *` takes from this file."""
        if self.scope.open_star:
            return None
        return self.scope.exports or [n for n in self.scope.names if not n.startswith("_")]

    def absolute(self, dotted: str, level: int) -> str | None:
        """The full name of a module that is imported relatively; None beyond the top package."""
        if level == 0:
            return dotted
        package = self.name.split(".")
        up = level - 1 if Path(self.file).name == "__init__.py" else level
        if up >= len(package):
            return None
        return ".".join([*package[: len(package) - up], *filter(None, [dotted])])

    def function(self, node: ast.FunctionDef) -> Binding:
        """A function of this file, as the name of it in other functions."""
        if self._makes_context(node):
            try:
                return self._source(node, is_context=True)
            except errors.PullbackError as e:
                return _unreadable(e)
        return self._under(node, node.decorator_list, self.source)

    def _under(
        self, node: ast.FunctionDef, decorators: list[ast.expr], source: Callable[[ast.FunctionDef], FunctionSource]
    ) -> Binding:
        """A function under decorators of ours."""
        try:
            made = source(node)
            ours = list(self._decorators(node, decorators))
        except errors.PullbackError as e:
            return _unreadable(e)
        for d in ours:
            if d not in ("differentiable", "checkpoint", RULE):
                return Missing(f"is a derivative, made by `@{d}`", "Call the function without the decorator.")
        return made

    def class_(self, node: ast.ClassDef, lookup: Callable[[ast.expr], Binding]) -> Binding:
        """A class of this file, as the name of it in functions."""
        return class_of(self, node, lookup)

    def method(
        self, node: ast.FunctionDef, under: list[ast.expr], qualname: str, resolve: Callable[[str], Binding]
    ) -> Binding:
        """A function of a class, `under` decorators that must be ours."""

        def source(n: ast.FunctionDef) -> FunctionSource:
            made = self._source(n, again="checkpoint" in self._decorators(n, under))
            return replace(made, qualname=qualname, resolve=resolve, is_inner=True)

        return self._under(node, under, source)

    def anonymous(self, node: ast.Lambda) -> Binding:
        """A lambda in a class."""
        return replace(self._of_tree(as_function(gast.ast_to_gast(node)), node), is_inner=True)

    def resolve(self, name: str) -> Binding:
        """What a name of the module stands for."""
        return self.scope.resolve(name)

    def imported(self) -> Iterator[str]:
        """The modules that this file imports, by their full names."""
        for s in self.tree.body:
            if isinstance(s, ast.Import):
                yield from (alias.name for alias in s.names)
            elif isinstance(s, ast.ImportFrom) and (dotted := self.absolute(s.module or "", s.level)) is not None:
                yield dotted
                yield from (f"{dotted}.{alias.name}" for alias in s.names)

    def operations(self, node: ast.FunctionDef) -> Iterator[Binding]:
        """The operations for which a function of this file is a derivative rule."""
        for d in node.decorator_list:
            made = self.scope.lookup(d.func)() if isinstance(d, ast.Call) else None
            if isinstance(d, ast.Call) and is_rule(made):
                yield from (self.scope.lookup(a)() for a in d.args)

    def allowed(self, found: Binding) -> Binding:
        """What a name stands for; a function that has a derivative rule may not be used."""
        return Missing(RULED, DIFFERENTIATE) if key_of(found) in self.project.ruled else found

    def checked(self, source: FunctionSource) -> FunctionSource:
        """A function that is to be differentiated. Raises NotSupportedYet where it has a derivative rule."""
        if source.key in self.project.ruled:
            where = place(source.file, source.tree)
            raise errors.at(errors.NotSupportedYet, where, f"{source.name!r} {RULED}", DIFFERENTIATE, source.text)
        return source

    def source(self, node: ast.FunctionDef) -> FunctionSource:
        """The function that `node` defines. Raises NotSupportedYet at a decorator that is not ours."""
        return self._source(node, again="checkpoint" in list(self._decorators(node, node.decorator_list)))

    def _makes_context(self, node: ast.FunctionDef) -> bool:
        """Is `@contextmanager` the one decorator of a function?"""
        found = [self.scope.lookup(d)() for d in node.decorator_list]
        return len(found) == 1 and isinstance(found[0], Value) and found[0].obj is contextlib.contextmanager

    def _source(self, node: ast.FunctionDef, is_context: bool = False, again: bool = False) -> FunctionSource:
        tree = function_tree(self.text, self.file, node.name, first_line(node))
        return replace(self._of_tree(tree, node), is_context=is_context, again=again)

    def _of_tree(self, tree: Any, node: ast.FunctionDef | ast.Lambda) -> FunctionSource:
        return FunctionSource(
            name=tree.name,
            qualname=tree.name,
            module=self.name,
            file=self.file,
            tree=tree,
            text=self.text,
            resolve=self.scope.resolve,
            function=None,
            key=(os.path.realpath(self.file), tree.name, node.lineno, node.col_offset),
            reads=Reads(),
        )

    def is_marked(self, node: ast.FunctionDef) -> bool:
        """Is a function decorated with `@differentiable`?"""
        try:
            return "differentiable" in self._decorators(node, node.decorator_list)
        except errors.PullbackError:
            return False

    def _decorators(self, node: ast.FunctionDef, decorators: list[ast.expr]) -> Iterator[str]:
        for d in decorators:
            binding = self.scope.lookup(d.func if isinstance(d, ast.Call) else d)()
            if not isinstance(binding, Value) or not _is_ours(binding.obj):
                message = f"{node.name!r} is wrapped by a decorator"
                hint = "Differentiate the function without its decorator."
                raise errors.at(errors.NotSupportedYet, place(self.file, d), message, hint, self.text)
            yield RULE if is_rule(binding) else binding.obj.__name__  # type: ignore[attr-defined]


def _unreadable(e: errors.PullbackError) -> Missing:
    return Missing(f"cannot be read: {e.message}", e.hint, type(e))


def _is_ours(obj: object) -> bool:
    return callable(obj) and str(getattr(obj, "__module__", "")).partition(".")[0] == "pullback"
