"""A program as a module: the functions in order, the imports that they need, the text."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from pullback import errors, runtime
from pullback.transpile.core import Block, Effect, Function, Global, Origin, Program
from pullback.transpile.traversal import blocks, callbacks, calls, compound

from .base import DOC, Emitted
from .building import Builder
from .defining import whole_function
from .expressions import Expressions, Functions
from .folding import Callees, fold
from .intents import taken_arguments
from .layout import Layout, Note
from .merging import merge_equal
from .namespace import Namespace
from .ordering import renew_last
from .places import NOWHERE, Store, Summary
from .preparing import prepare
from .printing import printed, statements
from .script import (
    Act,
    Append,
    Assign,
    Body,
    Branch,
    Change,
    Define,
    Expr,
    ForLoop,
    Mutate,
    Procedure,
    Return,
    Update,
    WhileLoop,
    Write,
)
from .usage import has_effects

Lowering = Callable[[Procedure, Mapping[str, Summary]], tuple[Procedure, Summary]]


@dataclass(frozen=True)
class Language:
    """What makes one backend different from another.

    `in_place`: arrays are written, by calls too, which may write into their arguments. `prepared` makes a function,
    public or not, ready for `lowering`, which makes of a script one in the backend's way of changing arrays;
    `expressions` writes it. `arrays`: the module of array functions and its short name. `helpers`: where the run-time
    helpers are. `own`: the user's functions are written anew, because those that there are work for NumPy.
    """

    in_place: bool
    prepared: Callable[[Function, Callees, bool], Function]
    lowering: Lowering
    expressions: Callable[[Namespace, Functions, Callable[[Global], str]], Expressions]
    arrays: tuple[str, str]
    helpers: str
    own: bool


def emit_module(program: Program, language: Language, standalone: bool) -> Emitted:
    """The text of a program in a language."""
    return _Module(program, language, standalone).emitted()


def reachable(program: Program, wanted: Callable[[Function], bool]) -> Iterator[tuple[str, Function]]:
    """The functions that the entry of a program needs, by key, callees first, as far as they are wanted."""
    done: set[str] = set()

    def visit(f: Function) -> Iterator[tuple[str, Function]]:
        for key in (*calls(f.block), *(x.key for x in callbacks(f.block))):
            g = program.functions[key]
            if key not in done and wanted(g):
                done.add(key)
                yield from visit(g)
                yield key, g

    yield from visit(program.entry)


class _Module:
    def __init__(self, program: Program, language: Language, standalone: bool) -> None:
        self.program = program
        self.language = language
        self.standalone = standalone
        self.effects: dict[str, bool] = {}
        self.printed = dict(reachable(program, lambda f: standalone or language.own or f.inner or not f.primal))
        everything = {**self.printed, "": program.entry}
        self.summaries: dict[str, Summary] = {}
        functions = program.functions if language.in_place else {}
        self.taken = taken_arguments(functions)
        mutates = {key: f.written for key, f in functions.items() if f.primal}
        self.callees = Callees(self.has_effects, lambda key: self.taken.get(key, ()), lambda key: mutates.get(key, ()))
        self.procedures = {key: self.procedure(key, f) for key, f in everything.items()}
        local = {v for f in everything.values() for v in local_names(f)}
        self.space = Namespace(local - {program.entry.name}, standalone, language.arrays)
        self.entry = self.space.claim(program.entry.name)
        self.names = {key: self.space.claim(f.name) for key, f in self.printed.items()}
        self.notes: dict[Any, Note] = {}

    def has_effects(self, key: str) -> bool:
        """Does a function print, raise or assert? One that is being asked about already does not by itself."""
        if key not in self.effects:
            self.effects[key] = False
            self.effects[key] = has_effects(self.program.functions[key].block, self.has_effects)
        return self.effects[key]

    def procedure(self, key: str, f: Function) -> Procedure:
        lowering = self.language.lowering
        public = key == "" and not f.primal
        f = self.language.prepared(prepare(f, self.callees, self.language.in_place), self.callees, public)
        f = replace(f, user_names=f.user_names | local_names(f, forward=True))
        owned = () if public else self.taken.get(key, f.written)
        folded = fold(f, self.callees, public, owned)
        folded = replace(folded, body=renew_last(folded.body))
        if key in calls(f.block):
            self.summaries[key] = Summary(tuple(frozenset({Store(None, 0)}) for _ in f.params), NOWHERE)
        for _ in range(4):
            before = self.summaries.get(key)
            procedure, self.summaries[key] = lowering(folded, self.summaries)
            if before is None or before.same(self.summaries[key]):
                return procedure
        del self.summaries[key]
        return lowering(folded, self.summaries)[0]

    def emitted(self) -> Emitted:
        writers = {key: self.writer(key) for key in self.procedures}
        for key, p in self.procedures.items():
            for origin, e in all_expressions(p.body):
                writers[key].at(origin or p.origin)
                try:
                    writers[key].claim(e)
                except errors.NotSupportedYet as error:
                    if not error.line:
                        errors.locate(error, origin or p.origin)
                    raise
            for param in p.params:
                if param.default is not None:
                    writers[key](param.default)  # type: ignore[arg-type]
        for f in (self.program.entry, *self.printed.values()):
            for helper in checks(f.block):
                self.space.helper(helper)
        helpers = list(self.helpers()) if self.standalone else []
        forbidden = self.space.forbidden()
        functions = [self.function(key, writers[key], forbidden) for key in self.procedures]
        functions = merge_equal(functions, self.entry)
        tree = ast.Module([*self.imports(), *self.constants(writers[""]), *helpers, *functions], [])
        comments = {node: note.comment for node, note in self.notes.items() if note.comment}
        blanks = {node for node, note in self.notes.items() if note.blank}
        try:
            text, parsed = printed(tree, Layout(comments, frozenset(blanks | self.groups_of(tree))))
        except SyntaxError as e:
            if e.msg.startswith("too many"):  # levels of indentation, nested parentheses
                raise self.too_deep(e) from None
            raise
        users = {name: place for place, name in self.space.users.items()}
        return Emitted(self.entry, text, users, self.origins(tree, parsed), self.space.objects)

    def too_deep(self, e: SyntaxError) -> errors.PullbackError:
        """The error for a program that is nested more deeply than Python text can be."""
        message = f"the derivative is nested too deeply to be written as Python ({e.msg})"
        return errors.at(errors.TooDeep, self.program.entry.origin, message, "Split it into several functions.")

    def writer(self, key: str) -> Expressions:
        f = self.program.entry if key == "" else self.printed[key]

        def global_name(g: Global) -> str:
            module = g.module or f.module
            if not self.standalone:
                return self.space.user(module, g.name)
            if not _is_literal(g.value):
                what = "is not a number, a string or a tuple of these"
                message = f"{g.name!r} of the module {module!r} cannot be written into a standalone file: it {what}"
                raise errors.at(errors.NotSupportedYet, f.origin, message, "pass it as an argument")
            return self.space.user_constant(module, g.name, g.value)

        return self.language.expressions(self.space, self.callee, global_name)

    def callee(self, key: str) -> tuple[str, tuple[str, ...]]:
        """The name by which a function of the program is called, and those of its keyword-only parameters."""
        f = self.program.functions[key]
        return self._name_of(f, key), tuple(p.var.hint for p in f.params if p.kind == "KEYWORD_ONLY")

    def _name_of(self, f: Function, key: str) -> str:
        if key in self.names:
            return self.names[key]
        if f is self.program.entry:
            return self.entry
        return self.space.user(f.module, f.name)

    def function(self, key: str, writer: Expressions, forbidden: frozenset[str]) -> Any:
        procedure = self.procedures[key]
        if key == "":
            procedure = replace(procedure, doc=_with_enclosed(procedure.doc, self.space.users))
        builder = Builder(procedure, writer, forbidden)
        node = whole_function(builder, self.entry if key == "" else self.names[key])
        self.notes.update(builder.notes)
        self.notes[node] = Note(self.procedures[key].origin)
        return node

    # imports and helpers

    def imports(self) -> list[Any]:
        space = self.space
        if self.standalone and space.helpers:
            space.arrays()
        out = [
            ast.Import([ast.alias(m, None if m == n else n)])
            for m, n in sorted(space.modules.items(), key=_array_first)
        ]
        out += _from_imports(space.members)
        self.groups = len(out)
        if not self.standalone:
            out += _from_imports({(self.language.helpers, h): name for h, name in space.helpers.items()})
        return out + _from_imports({there: n for there, n in space.users.items() if not is_enclosed(there[0])})

    def constants(self, writer: Expressions) -> list[Any]:
        """The user's constants that standalone text holds itself."""
        return [ast.Assign([_stored(n)], writer.literal(v)) for n, v in self.space.constants.values()]

    def groups_of(self, tree: Any) -> set[Any]:
        """The first import of the second group and the first constant, which blank lines set off."""
        node = tree.body[self.groups] if 0 < self.groups < len(tree.body) else None
        constants = [s for s in tree.body if isinstance(s, ast.Assign)]
        return {s for s in (node, *constants[:1]) if isinstance(s, ast.ImportFrom | ast.Assign)}

    def helpers(self) -> Iterator[Any]:
        """The run-time helpers that the text needs, with those that they need."""
        library = importlib.import_module(self.language.helpers)
        done: set[str] = set()

        def visit(f: Any) -> Iterator[Any]:
            if f.__name__ in done:
                return
            done.add(f.__name__)
            node = plain_source(f)
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name):
                    part = f.__globals__.get(inner.id)
                    if is_helper(part):
                        yield from visit(part)
                        inner.id = self.space.helper(inner.id)
                    elif inner.id in ("np", "jnp"):
                        inner.id = self.space.arrays()
            node.name = self.space.helper(f.__name__)
            yield node

        for name in list(self.space.helpers):
            yield from visit(self.space.copied.get(name) or getattr(library, name))

    def origins(self, tree: Any, parsed: ast.Module) -> dict[int, Origin]:
        """The user's place behind each line of the text."""
        out: dict[int, Origin] = {}
        for node, place in zip(statements(tree), statements(parsed), strict=True):
            note = self.notes.get(node)
            if note is not None and note.origin is not None:
                inner = getattr(place, "body", None)
                end = inner[0].lineno - 1 if inner else place.end_lineno
                for line in range(place.lineno, max(end, place.lineno) + 1):
                    out[line] = note.origin
        return out


def is_helper(x: object) -> bool:
    """Is this a function that is copied into standalone text with those that call it?"""
    return isinstance(x, FunctionType) and x.__module__.startswith(("pullback.runtime", "pullback.stdlib.nn"))


def is_enclosed(module: str) -> bool:
    """Is this where a variable of a function is, and no module?"""
    return "<" in module


def _with_enclosed(doc: str, users: Mapping[tuple[str, str], str]) -> str:
    """A docstring that names the variables of functions around, which the text does not say."""
    names = ", ".join(sorted(n for (module, _), n in users.items() if is_enclosed(module)))
    longer = f"{doc.removesuffix('.')}, for {names} of the function around it."
    return longer if names and len(longer) <= DOC else doc


def _is_literal(value: object) -> bool:
    return all(map(_is_literal, value)) if type(value) is tuple else type(value) in (bool, int, float, complex, str)


def _stored(name: str) -> Any:
    return ast.Name(name, ast.Store())


def _array_first(item: tuple[str, str]) -> tuple[bool, str]:
    return item[0] not in ("numpy", "jax.numpy"), item[0]


def _from_imports(members: dict[tuple[str, str], str]) -> list[Any]:
    modules: dict[str, list[tuple[str, str]]] = {}
    for (module, name), given in sorted(members.items()):
        modules.setdefault(module, []).append((name, given))
    return [
        ast.ImportFrom(module, [ast.alias(n, None if n == g else g) for n, g in names], 0)
        for module, names in sorted(modules.items())
    ]


def plain_source(f: Any) -> ast.FunctionDef:
    """A helper's own source, without annotations, and with one line of documentation."""
    node = _Plain().visit(ast.parse(textwrap.dedent(inspect.getsource(f))).body[0])
    assert isinstance(node, ast.FunctionDef)
    return node


class _Plain(ast.NodeTransformer):
    """Takes the annotations away, those of functions and names inside too."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        if doc := ast.get_docstring(node):
            node.body[0] = ast.Expr(ast.Constant(doc.split("\n")[0]))
            ast.copy_location(node.body[0], node)
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def checks(b: Block) -> Iterator[str]:
    """The run-time helpers that a block calls for what they raise."""
    for s in compound(b):
        if isinstance(s, Effect) and s.op in runtime.__all__:
            yield s.op
        for inner in blocks(s):
            yield from checks(inner)


def local_names(f: Function, forward: bool = False) -> frozenset[str]:
    """The names that a function's variables would like; `forward`: only those of the user's own statements."""
    out = {p.var.hint for p in f.params}

    def visit(b: Block) -> None:
        out.update(v.hint for v in b.params)
        for s in b.body:
            if not (forward and s.origin.adjoint):
                for v in s.outs:
                    out.add(v.hint)
                for inner in blocks(s):
                    visit(inner)

    visit(f.block)
    return frozenset(out - {""})


def all_expressions(body: Body) -> Iterator[tuple[Origin | None, Expr]]:
    """All expressions of a script, once, with the origin of their statement where they have one."""
    for s in body.statements:
        match s:
            case Assign() | Update() | Append() | Return():
                yield s.origin, s.value
            case Change():
                yield s.origin, s.args
            case Write():
                yield s.origin, (s.view, s.index, s.value)
            case Mutate():
                yield s.origin, s.call
            case Act():
                yield s.origin, (*s.args, *(x for _, x in s.kwargs))
            case Branch():
                yield s.origin, s.cond
                yield from all_expressions(s.then)
                yield from all_expressions(s.orelse)
            case ForLoop():
                yield s.origin, (*s.inits, s.iterable)
                yield from all_expressions(s.body)
            case WhileLoop():
                yield s.origin, s.inits
                yield from all_expressions(s.test)
                yield from all_expressions(s.body)
            case Define():
                yield from all_expressions(s.body)
    for r in body.results:
        yield None, r
