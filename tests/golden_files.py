"""Golden files: one text file holds the flags, sample arguments, the user's program and the text emitted for it.

    # flags: --mode grad --wrt w,b
    # args: n(3, 4), n(4), n(5, 3)
    # input
    …
    # output
    …

`args` is read with `n` for normally distributed arrays, `rng` and `np`; the first such line gives the signature, all
are executed. `python -m tests.golden_files [name …]` writes the outputs anew.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import shlex
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import pullback
from pullback.transpile.load import load
from pullback.transpile.parse.live import from_function
from pullback.transpile.pipeline import transpile
from pullback.transpile.request import Request
from pullback.transpile.signature import type_of_value

FOLDER = Path(__file__).parent / "golden"


def primal(f: Callable[..., Any], /, *, backend: str, **_: Any) -> Any:
    """The function itself, as it is written for a backend."""
    return pullback.differentiable(f, backend=backend).primal


MODES = {"grad": pullback.grad, "value-and-grad": pullback.value_and_grad, "vjp": pullback.vjp, "primal": primal}


@dataclass(frozen=True)
class Golden:
    """One golden file, read."""

    path: Path
    mode: str
    wrt: tuple[str, ...]
    bare: bool
    has_aux: bool
    function: str
    backend: str
    header: str
    samples: tuple[str, ...]
    input: str
    output: str

    @property
    def name(self) -> str:
        return self.path.stem

    def arguments(self) -> list[tuple[Any, ...]]:
        """The sample arguments, made afresh."""
        rng = np.random.default_rng(0)
        scope = {"n": lambda *shape: rng.standard_normal(shape), "rng": rng, "np": np}
        return [eval(f"({text},)", dict(scope)) for text in self.samples]

    def module(self, folder: Path) -> ModuleType:
        """The user's program as a module that is read from a file in `folder`."""
        path = folder / f"{self.name}.py"
        path.write_text(self.input)
        return import_file(path)

    def derive(self, f: Callable[..., Any]) -> Any:
        """What the public interface makes of the function, for the signature of the first sample."""
        wrt: Any = self.wrt[0] if self.bare else self.wrt
        derived = MODES[self.mode](f, wrt=wrt, has_aux=self.has_aux, backend=self.backend)
        return derived.specialize(*self.arguments()[0])

    def unoptimised(self, f: Callable[..., Any]) -> Callable[..., Any]:
        """The derivative for the same signature, from code that no optimisation has touched."""
        source = from_function(f)
        names = f.__code__.co_varnames[: f.__code__.co_argcount]
        types = [type_of_value(x, name) for x, name in zip(self.arguments()[0], names, strict=True)]
        wrt = tuple(names.index(name) for name in self.wrt)
        mode: Any = self.mode.replace("-", "_")
        request = Request(mode, wrt, self.bare, self.has_aux, optimise=False)
        return load(transpile(source, types, request, self.backend), source)


def import_file(path: Path) -> ModuleType:
    """The module in a file, under the file's own name."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> Golden:
    """A golden file; an output that is not there yet is empty."""
    text = path.read_text()
    header, _, rest = text.partition("# input\n")
    program, _, output = rest.partition("# output\n")
    lines = [line.removeprefix("# ") for line in header.splitlines()]
    flags = " ".join(line.removeprefix("flags: ") for line in lines if line.startswith("flags: "))
    samples = tuple(line.removeprefix("args: ") for line in lines if line.startswith("args: "))
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", choices=MODES, default="grad")
    parser.add_argument("--wrt", default="")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--has-aux", action="store_true")
    parser.add_argument("--function", default="")
    parser.add_argument("--backend", default="numpy")
    args = parser.parse_args(shlex.split(flags))
    functions = [node for node in ast.parse(program).body if isinstance(node, ast.FunctionDef)]
    function = next((f for f in functions if f.name == args.function), functions[-1])
    wrt = tuple(args.wrt.split(",")) if args.wrt else (function.args.args[0].arg,)
    return Golden(
        path=path,
        mode=args.mode,
        wrt=wrt,
        bare=args.bare,
        has_aux=args.has_aux,
        function=function.name,
        backend=args.backend,
        header=header,
        samples=samples,
        input=program,
        output=output,
    )


def all_goldens() -> list[Golden]:
    """Every golden file, in the order of their names."""
    return [read(path) for path in sorted(FOLDER.glob("*.py"))]


def main() -> None:
    """Write the outputs of all golden files, or of those that are named, anew."""
    wanted = set(sys.argv[1:])
    for golden in all_goldens():
        if wanted and golden.name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            f = getattr(golden.module(Path(folder)), golden.function)
            try:
                output = golden.derive(f).source
            except Exception as e:
                print(f"{golden.name}: {e}", file=sys.stderr)
                continue
        if output != golden.output:
            golden.path.write_text(f"{golden.header}# input\n{golden.input}# output\n{output}")
            print(f"{golden.name}: written")


if __name__ == "__main__":
    main()
