"""Which part may import which: the layers of docs/architecture.md, held by the imports as they are written."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "pullback").rglob("*.py"))


def name_of(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for file in FILES}


def is_in(module, *packages):
    return any(module == p or module.startswith(p + ".") for p in packages)


class Imports(ast.NodeVisitor):
    """The modules that one module names in its import statements; `running` leaves out those for type checkers only."""

    def __init__(self, module):
        self.package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
        self.all, self.running, self.checking = set(), set(), False
        self.visit(ast.parse(MODULES[module].read_text()))

    def visit_If(self, node):
        outer = self.checking
        self.checking = outer or ast.unparse(node.test) == "TYPE_CHECKING"
        self.generic_visit(node)
        self.checking = outer

    def visit_Import(self, node):
        self.add(alias.name for alias in node.names)

    def visit_ImportFrom(self, node):
        origin = [*self.package.split(".")[: len(self.package.split(".")) + 1 - node.level]] if node.level else []
        origin = ".".join([*origin, *filter(None, [node.module])])
        names = [f"{origin}.{alias.name}" for alias in node.names]
        self.add(full if full in MODULES else origin for full in names)

    def add(self, names):
        names = set(names)
        self.all |= names
        self.running |= set() if self.checking else names


imports = cache(Imports)


def offenders(layer, forbidden):
    return [
        f"{module} imports {other}"
        for module in MODULES
        if layer(module)
        for other in sorted(imports(module).all)
        if forbidden(other)
    ]


STAGES = ("pipeline", "parse", "live", "static", "scope", "modules", "lower", "reverse", "derive", "load", "watch")
ABOVE = (
    "pullback.api", "pullback.check_command", "pullback.checking", "pullback.cli", "pullback.commands",
    "pullback.demo", "pullback.export_command", "pullback.jax_export", "pullback.stdlib.train", "pullback.testing",
)  # fmt: skip


def is_stdlib_or_runtime(module):
    return is_in(module, "pullback.runtime", "pullback.stdlib") and not is_in(module, "pullback.stdlib.train")


def is_compiler(module):
    return is_in(module, "pullback.transpile")


RULES = {
    "runtime and stdlib know nothing of the compiler": (
        is_stdlib_or_runtime,
        lambda m: is_in(m, "pullback.transpile", "pullback.backends", *ABOVE),
    ),
    "runtime knows nothing of the rules": (
        lambda m: is_in(m, "pullback.runtime"),
        lambda m: is_in(m, "pullback.stdlib"),
    ),
    "backends know Core and analyses, not the stages before or after": (
        lambda m: is_in(m, "pullback.backends"),
        lambda m: is_in(m, *(f"pullback.transpile.{stage}" for stage in STAGES), *ABOVE),
    ),
    "the compiler knows the protocol of backends; only the pipeline knows backends": (
        lambda m: is_compiler(m) and m != "pullback.transpile.pipeline",
        lambda m: is_in(m, "pullback.backends") and m != "pullback.backends.base",
    ),
    "the compiler knows nothing of what stands on it": (is_compiler, lambda m: is_in(m, *ABOVE)),
    "errors know nothing": (lambda m: m == "pullback.errors", lambda m: is_in(m, "pullback")),
    "nothing knows the command line": (
        lambda m: m not in ("pullback.cli", "pullback.commands", "pullback.check_command", "pullback.export_command"),
        lambda m: is_in(m, "pullback.cli", "pullback.commands", "pullback.check_command"),
    ),
    "modules are imported from where they are, not through the package": (
        lambda m: m not in ("pullback", "pullback.cli", "pullback.demo"),
        lambda m: m == "pullback",
    ),
    "only backends print": (
        lambda m: not is_in(m, "pullback.backends"),
        lambda m: is_in(m, "astor"),
    ),
    "only the JAX backend and its helpers import JAX": (
        lambda m: "jax" not in m,
        lambda m: is_in(m, "jax"),
    ),
}


@pytest.mark.parametrize(("layer", "forbidden"), RULES.values(), ids=RULES.keys())
def test_layers(layer, forbidden):
    assert offenders(layer, forbidden) == []


def test_imports_have_no_cycle():
    graph = {module: {other for other in imports(module).running if other in MODULES} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as e:
        pytest.fail(" -> ".join(reversed(e.args[1])))
