"""Whole modules: imports, the user's functions, text that stands alone, places of lines."""

from __future__ import annotations

import ast
import builtins
import importlib
import operator
import subprocess
import symtable
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pullback import errors, runtime
from pullback.backends import numpy as backend
from pullback.backends.modules import is_helper, plain_source
from pullback.stdlib.nn.operations import OPERATIONS
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.collector import collector_paused
from pullback.transpile.core import Call, Function, Global, Param, Program, Var
from tests.backends.cores import VECTOR, Code, origin

X = np.array([0.5, -1.0, 2.0])


def program() -> Program:
    """A program that calls a function of the user's and a run-time helper."""
    z, inner = Var("z", VECTOR), Code(adjoint=False)
    helper = Function("helper", (Param(z),), inner.block((inner.op("", np.tanh, z),), (z,)), origin(), module="user")
    x, c = Var("x", VECTOR), Code(adjoint=False, text="y = helper(x)")
    y = Var("y", VECTOR)
    c.add(Call(y, "h", (x,), origin("y = helper(x)")))
    c.adjoint = True
    d = c.op("dx", runtime.unbroadcast, c.op("", operator.mul, y, 2.0), x, type=VECTOR)
    e = c.op("dx", runtime.add_trees, d, x, type=VECTOR)
    made = c.program([x], e, module="user")
    return Program(made.entry, {"h": helper})


def test_the_users_functions_and_the_helpers_are_imported() -> None:
    emitted = backend.emit(program())
    assert "from pullback.runtime import add_trees, unbroadcast\nfrom user import helper\n" in emitted.text
    assert dict(emitted.user_names) == {"helper": ("user", "helper")}


def test_standalone_text_needs_only_numpy(tmp_path: Path) -> None:
    emitted = backend.emit(program(), standalone=True)
    assert "pullback" not in emitted.text
    assert not emitted.user_names
    file = tmp_path / "made.py"
    file.write_text(emitted.text)
    code = (
        "import sys, numpy as np; sys.modules['pullback'] = None; import made; "
        "x = np.array([0.5, -1.0, 2.0]); assert np.allclose(made.f(x), 2.0 * np.tanh(x) + x)"
    )
    subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"], check=True
    )


def test_a_value_that_cannot_be_written_is_refused_in_standalone_text() -> None:
    x, c = Var("x", VECTOR), Code(adjoint=False)
    y = c.op("y", operator.mul, x, Global("WEIGHTS", VECTOR))
    made = c.program([x], y, module="user")
    assert "from user import WEIGHTS" in backend.emit(made).text
    with pytest.raises(errors.NotSupportedYet, match="WEIGHTS"):
        backend.emit(made, standalone=True)


def test_lines_know_where_they_come_from() -> None:
    emitted = backend.emit(program())
    lines = emitted.text.splitlines()
    found = {lines[k - 1].strip(): o.text for k, o in emitted.origins.items()}
    assert found["y = helper(x)"] == "y = helper(x)"
    assert all(not line.startswith("#") for line in found)


def test_two_functions_of_one_name_are_told_apart() -> None:
    x, c = Var("x", ab.FLOAT), Code(adjoint=False)
    functions = {}
    total: Any = x
    for module in ("one", "two"):
        z, inner = Var("z", ab.FLOAT), Code(adjoint=False)
        block = inner.block((inner.op("", operator.neg, z),), (z,))
        functions[module] = Function("g", (Param(z),), block, origin(), module=module)
        y = Var("", ab.FLOAT)
        c.add(Call(y, module, (total,), origin("y = g(x)")))
        total = c.op("", operator.add, y, 1.0)
    made = c.program([x], total)
    emitted = backend.emit(Program(made.entry, functions))
    assert {("one", "g"), ("two", "g")} == set(emitted.user_names.values())
    assert " import g as g_2\n" in emitted.text
    alone = backend.emit(Program(made.entry, functions), standalone=True)
    scope: dict[str, Any] = {}
    exec(alone.text, scope)
    assert scope["f"](3.0) == 1.0 - (1.0 - 3.0)


def test_a_long_straight_function_takes_time_in_proportion() -> None:
    import time

    def seconds(n: int) -> float:
        x, c = Var("x", ab.FLOAT), Code(adjoint=False)
        values = [x]
        for k in range(n):
            c.adjoint = k > n // 2
            c.text = f"line {k}"
            values.append(
                c.op(f"v{k % 7}", (operator.add, operator.mul)[k % 2], values[-1], values[max(-3, -len(values))])
            )
        made = c.program([x], values[-1])
        start = time.process_time()
        backend.emit(made)
        return time.process_time() - start

    seconds(50)
    with collector_paused():  # as it is for every transpilation
        short, long = min(seconds(250) for _ in range(3)), min(seconds(2000) for _ in range(3))
    assert long < 16 * short
    assert long < 2.0


def test_prims_are_never_called_by_name() -> None:
    x, c = Var("x", VECTOR), Code()
    y = c.op("y", prims.spread, c.op("", np.sum, x), x)
    z = c.op("z", prims.astype, c.op("", prims.alias, y), "float32")
    assert "prims" not in backend.emit(c.program([x], z)).text


@pytest.mark.parametrize("package", ["pullback.runtime", "pullback.runtime.jax", "pullback.stdlib.nn"])
def test_what_helpers_read_can_be_copied_with_them(package: str) -> None:
    if package.endswith("jax"):
        pytest.importorskip("jax")
    module = importlib.import_module(package)
    found = [getattr(module, name) for name in module.__all__]
    todo = [f for f in found if isinstance(f, types.FunctionType) and (not package.endswith("nn") or f in OPERATIONS)]
    done = set()
    while todo:
        f = todo.pop()
        text = ast.unparse(plain_source(f))
        read = set(read_globals(symtable.symtable(text, f.__name__, "exec"))) - {f.__name__, "np", "jnp"}
        done.add(f)
        for name in (x for x in read if not hasattr(builtins, x)):
            part = f.__globals__.get(name)
            assert is_helper(part), (f.__name__, name)
            todo += [part] if part not in done else []
    assert len({f.__name__ for f in done}) == len(done)


def read_globals(table: symtable.SymbolTable) -> Iterator[str]:
    """The names that functions read of the module around them."""
    if isinstance(table, symtable.Function):
        yield from table.get_globals()
    for inner in table.get_children():
        yield from read_globals(inner)
