"""Every sample of every operation through the whole transpiler, as a function that a user could have written."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pullback.api import vjp
from pullback.backends.scipy_names import scipy_path
from pullback.stdlib import registry
from pullback.testing import cotangent_of, cotangents, fitted, float_leaves
from tests.forward import assert_forward_agrees
from tests.inplace.outcomes import import_text
from tests.stdlib.all_samples import SAMPLES, Sample
from tests.stdlib.test_rules import home, name

INFIX = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.mod: "%",
    operator.pow: "**", operator.matmul: "@",
}  # fmt: skip
CASES = [
    (op, s)
    for op, samples in SAMPLES.items()
    for s in (samples[:1] if scipy_path(op) and registry.is_elementwise(op) else samples)
    if not home(op).startswith("pullback")
]


IMPORTS = (
    "import math\nimport operator\n\nimport numpy as np\n"
    "from scipy import integrate, linalg, signal, special, stats\n"
)


class Text:
    """The text of a call, with a parameter for each floating leaf or array among its inputs; `values` are theirs."""

    def __init__(self, op: Any, sample: Sample) -> None:
        self.values: list[Any] = []
        self.owner: list[int] = []
        self.static = sample.static
        inputs = [self.operand(x, k) for k, x in enumerate(sample.inputs)]
        if op in INFIX:
            self.call = f" {INFIX[op]} ".join(inputs)
        elif op is operator.neg or op is operator.pos:
            self.call = f"{'-' if op is operator.neg else '+'}{inputs[0]}"
        else:
            self.call = f"{dotted(op)}({', '.join([*inputs, *self.keywords(sample)])})"

    def operand(self, x: Any, owner: int) -> str:
        if isinstance(x, list | tuple):
            inside = ", ".join(self.operand(item, owner) for item in x)
            return f"[{inside}]" if isinstance(x, list) else f"({inside},)"
        if x is None or isinstance(x, bool | int | str):
            return repr(x)
        self.values.append(x)
        self.owner.append(owner)
        return f"x{len(self.values) - 1}"

    def keywords(self, sample: Sample) -> Iterator[str]:
        for key, value in sample.static.items():
            yield f"{key}={dotted(value) if isinstance(value, type) else repr(value).replace('inf', 'np.inf')}"

    def function(self, k: int) -> str:
        parameters = ", ".join(f"x{i}" for i in range(len(self.values)))
        return f"def f{k}({parameters}):\n    return {self.call}\n"


def dotted(op: Any) -> str:
    if getattr(np.linalg, op.__name__, None) is op:
        return f"np.linalg.{op.__name__}"
    if (path := scipy_path(op)) is not None:
        return ".".join(path).removeprefix("scipy.")
    module = (getattr(op, "__module__", None) or "numpy").split(".")[0]
    names = {"numpy": "np.", "math": "math.", "_operator": "operator.", "builtins": ""}
    return f"{'np.' if isinstance(op, np.ufunc) else names[module]}{op.__name__}"


TEXTS = [Text(op, s) for op, s in CASES]


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a function for each case."""
    file: Path = tmp_path_factory.mktemp("calls") / "calls_of_operations.py"
    body = "\n\n".join(text.function(k) for k, text in enumerate(TEXTS))
    return import_text(f"{IMPORTS}\n\n{body}", file)


def subsets(op: Any, sample: Sample) -> list[tuple[int, ...]]:
    """The sets of active inputs to try: all at once, and those for which there is a rule of their own."""
    floats = tuple(i for i, x in enumerate(sample.inputs) if any(True for _ in float_leaves(x)))
    if sample.only is not None:
        floats = tuple(i for i in floats if i in sample.only)
    special = {r.active for r in registry.rules()[op] if r.active is not None and set(r.active) < set(floats)}
    return [floats, *sorted(special)] if floats else []


@pytest.mark.parametrize("k", range(len(CASES)), ids=[name(op) for op, _ in CASES])
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_through_the_transpiler(functions: ModuleType, k: int) -> None:
    op, sample = CASES[k]
    text, f = TEXTS[k], getattr(functions, f"f{k}")
    for active in subsets(op, sample):
        wrt = tuple(
            i
            for i, owner in enumerate(text.owner)
            if owner in active and any(True for _ in float_leaves(text.values[i]))
        )
        expected_out = op(*sample.inputs, **sample.static)
        ct = cotangent_of(expected_out, np.random.default_rng(1))
        out, pull = vjp(f, wrt=wrt)(*text.values)
        assert_identical(out, expected_out)
        gs = cotangents(op, sample.inputs, active, ct, **sample.static)
        expected = [leaf for i in active for leaf in leaves(fitted(gs[i], sample.inputs[i]), sample.inputs[i])]
        got = pull(ct)
        assert len(got) == len(expected) == len(wrt)
        for g, e, i in zip(got, expected, wrt, strict=True):
            x = text.values[i]
            assert type(g) is type(x), f"{type(g)} for {type(x)}"
            assert np.shape(g) == np.shape(x)
            assert np.result_type(g) == np.result_type(x)
            np.testing.assert_allclose(g, e, rtol=1e-10, atol=1e-12)
        assert_forward_agrees(f, text.values, wrt, ct, got)


def leaves(g: Any, x: Any) -> Iterator[Any]:
    """The cotangents of the floating leaves."""
    if isinstance(x, list | tuple):
        for h, item in zip(g, x, strict=True):
            yield from leaves(h, item)
    elif any(True for _ in float_leaves(x)):
        yield g


def assert_identical(a: Any, b: Any) -> None:
    """The same bits in the same kind of value."""
    if isinstance(b, list | tuple):
        assert type(a) is type(b)
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_identical(x, y)
    else:
        assert type(a) is type(b)
        assert np.array_equal(a, b, equal_nan=True)
