"""The functions of a file, read without running anything: imports are followed in the file system."""

from __future__ import annotations

import ast
import contextlib
import difflib
import functools
import os
import tokenize
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pullback import errors
from pullback.transpile.parse import modules
from pullback.transpile.parse.live import bind
from pullback.transpile.parse.scope import Scope
from pullback.transpile.parse.sources import (
    Binding,
    FunctionSource,
    Missing,
    ModuleBinding,
    Reads,
    Value,
    first_line,
    function_tree,
    parse_text,
    place,
)


@dataclass(frozen=True, eq=False, repr=False)
class ModuleSource:
    """A file: its functions by name, the public ones, those marked `@differentiable`, and what its names stand for."""

    name: str
    file: str
    text: str
    functions: dict[str, FunctionSource]
    public: tuple[str, ...]
    marked: tuple[str, ...]
    resolve: Callable[[str], Binding]
    refusals: dict[str, errors.PullbackError]

    def function(self, name: str) -> FunctionSource:
        """The function called `name`.

        Raises SourceError where there is none, NotSupportedYet where it is not a plain function.
        """
        if name in self.refusals:
            raise self.refusals[name]
        if name in self.functions:
            return self.functions[name]
        binding = self.resolve(name)
        if isinstance(binding, Missing) and binding.error is errors.NotSupportedYet:
            raise errors.NotSupportedYet(f"{name!r} {binding.reason}", file=self.file, hint=binding.hint)
        near = difflib.get_close_matches(name, [*self.functions, *self.refusals], n=3)
        hint = f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
        if not hint:
            hint = f"It has {', '.join(self.functions)}." if self.functions else "It has no functions."
        raise errors.SourceError(f"no function {name!r} at the top level", file=self.file, hint=hint)


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
            module = self.files[key] = Module(self, dotted, str(file), _text(file))
            module.scope.run(module.tree.body)
            module.scope.forget_rebound(module.tree)
        return self.files[key]

    def read(self, dotted: str, file: Path) -> ModuleSource:
        """The module in a file with its functions, for the world outside."""
        m = self.load(dotted, file)
        functions: dict[str, FunctionSource] = {}
        refusals: dict[str, errors.PullbackError] = {}
        for name, node in m.scope.functions.items():
            try:
                functions[name] = m.source(node)
            except errors.PullbackError as e:
                refusals[name] = e
        defined = [*m.scope.functions]
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
        try:
            if self._makes_context(node):
                return self._source(node, is_context=True)
            source = self.source(node)
        except errors.PullbackError as e:
            return Missing(f"cannot be read: {e.message}", e.hint, type(e))
        for d in self._decorators(node):
            if d not in ("differentiable", "checkpoint"):
                return Missing(f"is a derivative, made by `@{d}`", "Call the function without the decorator.")
        return source

    def source(self, node: ast.FunctionDef) -> FunctionSource:
        """The function that `node` defines. Raises NotSupportedYet at a decorator that is not ours."""
        return self._source(node, again="checkpoint" in list(self._decorators(node)))

    def _makes_context(self, node: ast.FunctionDef) -> bool:
        """Is `@contextmanager` the one decorator of a function?"""
        found = [self.scope.lookup(d)() for d in node.decorator_list]
        return len(found) == 1 and isinstance(found[0], Value) and found[0].obj is contextlib.contextmanager

    def _source(self, node: ast.FunctionDef, is_context: bool = False, again: bool = False) -> FunctionSource:
        return FunctionSource(
            name=node.name,
            qualname=node.name,
            module=self.name,
            file=self.file,
            tree=function_tree(self.text, self.file, node.name, first_line(node)),
            text=self.text,
            resolve=self.scope.resolve,
            function=None,
            key=(os.path.realpath(self.file), node.name, node.lineno),
            reads=Reads(),
            is_context=is_context,
            again=again,
        )

    def is_marked(self, node: ast.FunctionDef) -> bool:
        """Is a function decorated with `@differentiable`?"""
        try:
            return "differentiable" in self._decorators(node)
        except errors.PullbackError:
            return False

    def _decorators(self, node: ast.FunctionDef) -> Iterator[str]:
        for d in node.decorator_list:
            binding = self.scope.lookup(d.func if isinstance(d, ast.Call) else d)()
            if not isinstance(binding, Value) or not _is_ours(binding.obj):
                message = f"{node.name!r} is wrapped by a decorator"
                hint = "Differentiate the function without its decorator."
                raise errors.at(errors.NotSupportedYet, place(self.file, d), message, hint, self.text)
            yield binding.obj.__name__  # type: ignore[attr-defined]


def _is_ours(obj: object) -> bool:
    return callable(obj) and str(getattr(obj, "__module__", "")).partition(".")[0] == "pullback"


def _text(file: Path) -> str:
    try:
        with tokenize.open(file) as f:
            return f.read()
    except FileNotFoundError:
        raise errors.SourceUnavailable("no such file", file=str(file)) from None
    except IsADirectoryError:
        raise errors.SourceUnavailable("this is a folder, not a file", file=str(file)) from None
    except OSError as e:
        raise errors.SourceUnavailable(f"cannot be read: {e.strerror}", file=str(file)) from None
    except (UnicodeDecodeError, SyntaxError) as e:
        raise errors.SourceError(f"not Python source: {e}", file=str(file)) from None
