"""The names at the top level of a generated module: imports, helpers, functions; none that a local variable has."""

from __future__ import annotations

import builtins
import keyword
import math
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from pullback import errors, runtime
from pullback.stdlib import random
from pullback.stdlib.nn.operations import OPERATIONS
from pullback.transpile.importing import module_name
from pullback.transpile.objects import place_of_class

from .scipy_names import scipy_path

_PREFERRED: dict[Any, str] = {np.absolute: "abs", np.conjugate: "conj"}


def numpy_path(f: Any) -> str | None:
    """Where NumPy has this function: `tanh`, `linalg.norm`; None where it is not NumPy's."""
    if isinstance(f, np.ufunc):
        name = _PREFERRED.get(f, f.__name__)
        return name if getattr(np, name, None) is f else None
    module, name = getattr(f, "__module__", None) or "", getattr(f, "__name__", "")
    if module == "builtins":
        return None
    if module != "numpy" and not module.startswith("numpy."):
        return name if getattr(np, name, None) is f and name else None
    for home in ([], ["linalg"], ["fft"], ["random"]):
        found: Any = np
        for part in (*home, name):
            found = getattr(found, part, None)
        if found is f:
            return ".".join((*home, name))
    return None


def module_path(f: Any) -> tuple[str, str] | None:
    """Module and name from which any other callable can be imported."""
    module, name = getattr(f, "__module__", None), getattr(f, "__qualname__", None) or getattr(f, "__name__", "")
    if module and name and "." not in name and getattr(sys.modules.get(module), name, None) is f:
        return module, name
    return None


class Namespace:
    """Hands out module-level names and remembers the imports that they need."""

    def __init__(self, local: Iterable[str], standalone: bool, array_module: tuple[str, str] = ("numpy", "np")) -> None:
        self.local = frozenset(local)
        self.standalone = standalone
        self.array_module = array_module
        self.taken: set[str] = set()
        self.modules: dict[str, str] = {}
        self.members: dict[tuple[str, str], str] = {}
        self.users: dict[tuple[str, str], str] = {}
        self.constants: dict[tuple[str, str], tuple[str, object]] = {}
        self.helpers: dict[str, str] = {}
        self.objects: dict[str, object] = {}
        self.copied: dict[str, Callable[..., Any]] = {}
        """Functions by the names of helpers that are none of the run-time library."""

    def claim(self, *wanted: str) -> str:
        """The first of these names that is free, or one like the last; it is taken from now on."""
        for name in wanted:
            if not self._blocked(name):
                break
        else:
            k = 2
            while self._blocked(name := f"{wanted[-1]}_{k}"):
                k += 1
        self.taken.add(name)
        return name

    def _blocked(self, name: str) -> bool:
        return name in self.local or name in self.taken or keyword.iskeyword(name)

    def module(self, name: str, *wanted: str) -> str:
        """The name of an imported module."""
        if name not in self.modules:
            self.modules[name] = self.claim(*wanted, name.rpartition(".")[2] + "_")
        return self.modules[name]

    def arrays(self) -> str:
        """The name of NumPy, or of what stands for it."""
        module, short = self.array_module
        return self.module(module, short, module.replace(".", "_"))

    def member(self, module: str, name: str) -> str:
        """The name of something imported from a library."""
        key = (module, name)
        if key not in self.members:
            if name in self.local:
                return f"{self.module(module, module.rpartition('.')[2])}.{name}"
            self.members[key] = self.claim(name)
        return self.members[key]

    def user(self, module: str, name: str) -> str:
        """The name of a function or value of the user's own module."""
        key = (module, name)
        if key not in self.users:
            self.users[key] = self.claim(name)
        return self.users[key]

    def random(self) -> tuple[str, str]:
        """Where functions of random numbers are imported from."""
        if self.standalone:
            message = "random numbers are drawn by pullback.stdlib.random, which a standalone file cannot import"
            raise errors.NotSupportedYet(message, hint="Leave --standalone out, or draw them outside and pass them.")
        return "pullback.stdlib", "random"

    def made(self, cls: type) -> str:
        """The name of a class of the user's, or of a library's, of which an object is made."""
        if (library := scipy_path(cls)) is not None:
            return self.of_scipy(*library)
        if self.standalone:
            message = f"an object of the class {cls.__name__!r} is made, which a standalone file cannot import"
            raise errors.NotSupportedYet(message, hint="Leave --standalone out, or use tuples and dicts.")
        return self.user(*place_of_class(cls))

    def user_constant(self, module: str, name: str, value: object) -> str:
        """The name of a value of the user's own module that is written into the text."""
        key = (module, name)
        if key not in self.constants:
            self.constants[key] = (self.claim(name), value)
        return self.constants[key][0]

    def helper(self, name: str) -> str:
        """The name of one of the run-time helpers."""
        if name not in self.helpers:
            self.helpers[name] = self.claim(name)
        return self.helpers[name]

    def builtin(self, name: str) -> str:
        """The name of a builtin."""
        if name in self.local:
            return f"{self.module('builtins', 'builtins')}.{name}"
        self.taken.add(name)
        return name

    def callable(self, f: Any) -> str:
        """The dotted name by which a function is called in the text."""
        path = numpy_path(f)
        if path is not None:
            return f"{self.arrays()}.{path}"
        name = getattr(f, "__name__", "")
        if getattr(builtins, name, None) is f:
            return self.builtin(name)
        if getattr(math, name, None) is f:
            return self.member("math", name)
        if getattr(runtime, name, None) is f:
            return self.helper(name)
        if f in OPERATIONS:
            return self.of_networks(f)
        if f in random.FUNCTIONS:
            return f"{self.member(*self.random())}.{name}"
        if (library := scipy_path(f)) is not None:
            return self.of_scipy(*library)
        found = module_path(f)
        if isinstance(f, types.FunctionType) and (found is None or found[0] == "__main__"):
            return self.live(f)
        if found is None:
            raise TypeError(f"internal error, please report: no name to call {f!r} by")
        return self.member(*found)

    def of_networks(self, f: Callable[..., Any]) -> str:
        """The name of an operation of `pullback.stdlib.nn`, which standalone text holds itself."""
        if not self.standalone:
            return f"{self.member('pullback.stdlib', 'nn')}.{f.__name__}"
        self.copied[f.__name__] = f
        return self.helper(f.__name__)

    def of_scipy(self, module: str, path: str) -> str:
        """The name of something of SciPy, or of what stands for it where JAX stands for NumPy."""
        name, dot, rest = path.partition(".")
        return self.member(self.array_module[0].removesuffix("numpy") + module, name) + dot + rest

    def live(self, f: types.FunctionType) -> str:
        """The name of a function of the user's that cannot be imported here under the name that it has there."""
        if f.__globals__.get(f.__name__) is not f:
            message = f"{f.__name__!r}, a rule or a function with one, is not what its module has under that name"
            raise errors.NotSupportedYet(message, hint="Define it in a module, under a name of its own.")
        name = self.user(module_name(f.__globals__), f.__name__)
        self.objects[name] = f
        return name

    def forbidden(self) -> frozenset[str]:
        """What local variables cannot be called."""
        return frozenset(self.taken | set(keyword.kwlist))


def is_plain_type(value: object) -> bool:
    """Is this a type that has a name of its own in the text: a builtin type or a NumPy scalar type?"""
    return isinstance(value, type) and (value.__module__ == "builtins" or issubclass(value, np.generic))
