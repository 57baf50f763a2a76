"""Where modules are, by their names and the file system alone. Known libraries are imported, never the user's code."""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import site
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

STANDARD = frozenset({
    "__future__", "abc", "builtins", "cmath", "collections", "contextlib", "dataclasses", "enum", "functools",
    "itertools", "math", "numbers", "operator", "random", "statistics", "sys", "types", "typing", "warnings",
})
THIRD_PARTY = frozenset({"numpy", "scipy", "jax", "jaxtyping", "typing_extensions", "pullback"})


@dataclass(frozen=True)
class Found:
    """A module on disk: its file (None for a namespace package) and the folders that hold its submodules."""

    file: Path | None
    folders: tuple[Path, ...] = ()


def name_of(path: Path) -> tuple[Path, str]:
    """The folder from which a file is imported, and its dotted name there; packages are folders with `__init__.py`."""
    path = Path(os.path.abspath(path))
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        parts.append(folder.name)
        folder = folder.parent
    return folder, ".".join(reversed(parts)) or "__init__"


def find(dotted: str, path: Sequence[Path]) -> Found | None:
    """The module called `dotted` under the folders of `path`, by Python's order; parent packages are not run."""
    found: Found | None = None
    folders = tuple(path)
    for part in dotted.split("."):
        found = _find_in(part, folders)
        if found is None:
            return None
        folders = found.folders
    return found


def _find_in(name: str, folders: Sequence[Path]) -> Found | None:
    namespace = []
    for folder in folders:
        if (folder / name / "__init__.py").is_file():
            return Found(folder / name / "__init__.py", (folder / name,))
        for suffix in (*importlib.machinery.EXTENSION_SUFFIXES, ".py"):
            if (folder / f"{name}{suffix}").is_file():
                return Found(folder / f"{name}{suffix}")
        if (folder / name).is_dir():
            namespace.append(folder / name)
    return Found(None, tuple(namespace)) if namespace else None


def search_path(root: Path) -> tuple[Path, ...]:
    """The folders in which a file under `root` finds its modules."""
    return tuple(dict.fromkeys([root, *(Path(os.path.abspath(p)) for p in sys.path)]))


def library(dotted: str, root: Path) -> ModuleType | None:
    """The module, imported, if it belongs to a library that is known; None for all others.

    A file under `root` that hides the library counts as the user's.
    """
    top = dotted.partition(".")[0]
    if top not in STANDARD | THIRD_PARTY or not _is_installed(top) or _is_hidden(top, root):
        return None
    try:
        return importlib.import_module(dotted)
    except ImportError:
        return None


@cache
def _is_installed(top: str) -> bool:
    """Would `import top` take the library, and not a file of the user's that happens to have its name?"""
    if top in sys.builtin_module_names or top == "pullback":
        return True
    loaded = sys.modules.get(top)
    spec = loaded.__spec__ if loaded else importlib.machinery.PathFinder.find_spec(top)
    if spec is None or spec.origin is None:
        return spec is None and top in sys.stdlib_module_names
    return spec.origin == "frozen" or loaded is not None or _is_below(spec.origin, _library_folders())


@cache
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return (paths["stdlib"], paths["platstdlib"], *site.getsitepackages(), site.getusersitepackages())


def _is_below(file: str, folders: Sequence[str]) -> bool:
    return any(Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder)) for folder in folders)


def _is_hidden(top: str, root: Path) -> bool:
    """Is there a module of this name beside the user's file that is not the library itself?"""
    if top in sys.builtin_module_names:
        return False
    found = _find_in(top, [root])
    if found is None or found.file is None:
        return False
    return not _is_below(str(found.file), (*_library_folders(), str(Path(__file__).parents[1])))
