"""docs/coverage.md: what there is for each public function of NumPy and SciPy, and the test that covers it.

`python -m tests.coverage` writes the page anew, for the versions that are installed.
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import pullback.stdlib.rules  # noqa: F401  registers
from pullback.backends.scipy_names import scipy_path
from pullback.stdlib import registry
from pullback.transpile.lower.calls import is_lowered
from tests.stdlib.all_samples import SAMPLES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "coverage.md"
NAMESPACES = (
    "numpy", "numpy.linalg", "numpy.fft", "scipy.special", "scipy.linalg", "scipy.stats", "scipy.signal",
    "scipy.integrate", "scipy.optimize",
)  # fmt: skip
PARTS = ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
RULE, CONSTANT, LOWERED, REFUSED = "rule", "constant", "written as others", "refused"
_NO_NUMBERS = frozenset(
    """
    asmatrix bmat busday_count busday_offset datetime_as_string datetime_data format_float_positional fromregex info
    format_float_scientific from_dlpack frombuffer fromfile fromiter fromstring genfromtxt get_include
    get_printoptions getbufsize geterr geterrcall is_busday isfortran isnat iterable load loadtxt mintypecode
    nested_iters printoptions save savetxt savez savez_compressed set_printoptions setbufsize seterr seterrcall
    show_config show_runtime test typename
    """.split()
)
"""Functions of NumPy that compute nothing of numbers."""
_NONE_KNOWN = "No derivative is known here: write it with functions that have one, or register a rule."
_TESTS = {
    CONSTANT: "tests/stdlib/test_constants.py",
    RULE: "tests/stdlib/test_rules.py",
}


@dataclass(frozen=True)
class Entry:
    """A function, what there is for it, and the test or the hint that goes with it."""

    name: str
    status: str
    about: str


def functions(namespace: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions of a namespace, of `scipy.stats` the methods of its distributions."""
    module = importlib.import_module(namespace)
    if namespace == "scipy.stats":
        yield from _densities(module)
        return
    for name in sorted(set(getattr(module, "__all__", dir(module)))):
        f = getattr(module, name, None)
        if not callable(f) or isinstance(f, type) or name.startswith("_") or isinstance(f, ModuleType):
            continue
        if namespace != "numpy" or name not in _NO_NUMBERS:
            yield name, f


def _densities(stats: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    of_vectors = {name: getattr(stats, name) for name in ("dirichlet", "multinomial", "multivariate_normal")}
    distributions = (stats.rv_continuous, stats.rv_discrete)
    found = {name: d for name, d in vars(stats).items() if isinstance(d, distributions)} | of_vectors
    for name, d in sorted(found.items()):
        for part in PARTS:
            if hasattr(d, part):
                yield f"{name}.{part}", getattr(d, part)


def entry(name: str, f: Callable[..., Any]) -> Entry:
    """What there is for a function."""
    if registry.is_constant(f):
        return Entry(name, CONSTANT, _named_in(f"special.{name}") if scipy_path(f) else _TESTS[CONSTANT])
    if registry.has_rule(f):
        if scipy_path(f) and not SAMPLES.get(f):
            return Entry(name, RULE, "tests/stdlib/test_distributions.py")
        return Entry(name, RULE, _TESTS[RULE] if f in SAMPLES else _named_in(name))
    if is_lowered(f):
        return Entry(name, RULE, _named_in(name)) if scipy_path(f) else Entry(name, LOWERED, _named_in(f"np.{name}"))
    return Entry(name, REFUSED, registry.way_round(f) or (_NONE_KNOWN if scipy_path(f) else ""))


def _named_in(name: str) -> str:
    """The first test whose text has a name in it."""
    tests = ROOT / "tests"
    places = (*sorted((tests / "stdlib").glob("test_*.py")), *sorted(tests.rglob("test_*.py")))
    for file in (*places, *sorted((tests / "inplace" / "programs").glob("*.py"))):
        if f"{name}(" in file.read_text():
            return file.relative_to(ROOT).as_posix()
    return ""


def entries(namespace: str) -> list[Entry]:
    """What there is for the functions of a namespace."""
    return [entry(name, f) for name, f in functions(namespace)]


def section(namespace: str) -> str:
    """The part of the page about one namespace."""
    found = entries(namespace)
    lines = [f"## {namespace}", "", "| | test, or the way round | functions |", "|---|---|---|"]
    for status in (RULE, LOWERED, CONSTANT, REFUSED):
        groups: dict[str, list[str]] = {}
        for e in found:
            if e.status == status:
                groups.setdefault(e.about, []).append(e.name)
        for about, names in sorted(groups.items()):
            lines.append(f"| {status} | {about.replace('|', '/')} | {' '.join(f'`{n}`' for n in names)} |")
    return "\n".join(lines)


def versions() -> str:
    """The versions of NumPy and SciPy that are installed, as the page names them."""
    scipy = importlib.import_module("scipy")
    short = (".".join(v.split(".")[:2]) for v in (np.__version__, scipy.__version__))
    return "NumPy {} and SciPy {}".format(*short)


def text() -> str:
    """The whole page."""
    about = inspect.cleandoc(
        f"""
        Every public function of {versions()}, in the namespaces that people differentiate.
        A *rule* is one derivative for both backends, tested against differences, forwards and backwards, and once
        more; a function that is *written as others* is lowered to them; a *constant* has the derivative zero wherever
        it has one. What is *refused* is an error while transpiling, with the line and the way round it, where a
        derivative would go through it.

        `python -m tests.coverage` writes this page, and a test holds it.
        """
    )
    start = "\n\n".join(textwrap.fill(p, 120) for p in about.split("\n\n"))
    return "\n\n".join(["# What is covered", start, *map(section, NAMESPACES)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text())
