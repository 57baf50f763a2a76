"""Parse: a live function, or a file, in; trees with the file's positions out."""

from __future__ import annotations

from pullback.transpile.parse.files import ModuleSource
from pullback.transpile.parse.live import from_function
from pullback.transpile.parse.sources import Binding, FunctionSource, Missing, ModuleBinding, Value
from pullback.transpile.parse.static import from_file

__all__ = [
    "Binding",
    "FunctionSource",
    "Missing",
    "ModuleBinding",
    "ModuleSource",
    "Value",
    "from_file",
    "from_function",
]
