"""A file that is read: its text, and the functions in it for the world outside."""

from __future__ import annotations

import difflib
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pullback import errors
from pullback.transpile.parse.sources import Binding, FunctionSource, Missing, Value


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
        if isinstance(binding, Value) and isinstance(binding.obj, type) and binding.module == self.name:
            hint = "Name a function that uses it."
            raise errors.NotSupportedYet(f"{name!r} is a class", file=self.file, hint=hint)
        near = difflib.get_close_matches(name, [*self.functions, *self.refusals], n=3)
        hint = f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
        if not hint:
            hint = f"It has {', '.join(self.functions)}." if self.functions else "It has no functions."
        raise errors.SourceError(f"no function {name!r} at the top level", file=self.file, hint=hint)


def text_of(file: Path) -> str:
    """The text of a file."""
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
