"""Parse: a live function, or a file, in; trees with the file's positions out."""

from __future__ import annotations

from pullback.transpile.live import from_function
from pullback.transpile.sources import Binding, FunctionSource, Missing, ModuleBinding, Value

__all__ = ["Binding", "FunctionSource", "Missing", "ModuleBinding", "Value", "from_function"]
