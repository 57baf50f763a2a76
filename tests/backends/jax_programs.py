"""The programs of which it is tried where they run: what the goldens for JAX show, and the models of the examples."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import pullback
from tests.golden_files import Golden, all_goldens, import_file

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Emitted:
    """A function of emitted code, with arguments. `wrt`: where those are whose gradients it gives, None for a primal.

    `derived`: what writes it for other kinds of arguments, None for a golden, whose text names no kind.
    """

    name: str
    text: str
    args: tuple[Any, ...]
    wrt: tuple[int, ...] | None
    derived: Any = None

    @property
    def static(self) -> tuple[int, ...]:
        """The arguments that are a part of the program."""
        return tuple(k for k, x in enumerate(self.args) if type(x) is int)

    def function(self) -> Callable[..., Any]:
        """The function."""
        scope: dict[str, Any] = {}
        exec(compile(self.text, f"<{self.name}>", "exec", dont_inherit=True), scope)
        found: Callable[..., Any] = scope[self.name]
        return found

    def in_precision(self, dtype: Any) -> Emitted:
        """With arrays of another precision. Numbers of Python stay, they have none."""
        import jax

        def cast(x: Any) -> Any:
            return x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

        args = jax.tree.map(cast, self.args)
        text = self.derived.specialize(*args).source if self.derived else self.text
        return replace(self, args=args, text=text)


@cache
def programs() -> dict[str, Emitted]:
    """All of them, by what they are called in tests."""
    out: dict[str, Emitted] = {}
    for golden in all_goldens():
        if golden.backend == "jax":
            out[golden.name] = _of_golden(golden)
    rng = np.random.default_rng(0)
    sizes = ((64, 16), (16,), (16, 8), (8,), (8, 10), (10,))
    weights = [0.3 * rng.standard_normal(s) for s in sizes]
    args = (*weights, rng.uniform(0.0, 1.0, (5, 64)), rng.integers(0, 10, 5))
    out["digits"] = _example("digits/model.py", "loss", pullback.value_and_grad, range(6), args)
    start = np.tile([-1.2, 1.0], 5)
    out["rosenbrock"] = _example("rosenbrock/minimise.py", "rosenbrock", pullback.value_and_grad, (0,), (start,))
    return out


def compiled_for(program: Emitted, device: Any) -> Any:
    """A program in single precision as the compiler for a device makes it, which need not be here."""
    import jax

    where = jax.sharding.SingleDeviceSharding(device)

    def spec(x: Any) -> Any:
        x = jax.numpy.asarray(x)
        return jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=where)

    program = program.in_precision("float32")
    args = [x if k in program.static else jax.tree.map(spec, x) for k, x in enumerate(program.args)]
    compiled = jax.jit(program.function(), static_argnums=program.static).lower(*args).compile()
    assert {d for s in jax.tree.leaves(compiled.output_shardings) for d in s.device_set} == {device}
    return compiled


def _of_golden(golden: Golden) -> Emitted:
    defined = {d.name: d for d in ast.parse(golden.input).body if isinstance(d, ast.FunctionDef)}
    names = [a.arg for a in defined[golden.function].args.args]
    primal = golden.mode == "primal"
    name = golden.function if primal else f"{golden.function}_{golden.mode.replace('-', '_')}"
    return Emitted(name, golden.output, golden.arguments()[0], None if primal else tuple(map(names.index, golden.wrt)))


def _example(file: str, name: str, derivative: Any, wrt: Any, args: tuple[Any, ...]) -> Emitted:
    path = EXAMPLES / file
    before = sys.modules.get(path.stem)
    f = getattr(import_file(path), name)
    try:
        derived = derivative(f, wrt=tuple(wrt), backend="jax")
        text = derived.specialize(*args).source
    finally:
        del sys.modules[path.stem]
        if before is not None:
            sys.modules[path.stem] = before
    return Emitted(f"{name}_{derivative.__name__}", text, args, tuple(wrt), derived)


NAMES = tuple(programs())
