"""Emitted text against the interpreter of Core: same values, arguments untouched, nothing shared."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.backends import numpy as backend
from pullback.backends.base import Emitted
from pullback.backends.printing import to_text
from pullback.transpile.core import Function, Program
from pullback.transpile.interpret import Interpreter, run


def leaves(x: Any) -> Iterator[Any]:
    """The arrays, scalars and functions in a structure."""
    if isinstance(x, dict):
        for y in x.values():
            yield from leaves(y)
    elif isinstance(x, list | tuple):
        for y in x:
            yield from leaves(y)
    else:
        yield x


def same(a: Any, b: Any) -> bool:
    """Equal bit for bit, NaN to NaN."""
    xs, ys = list(leaves(a)), list(leaves(b))
    return len(xs) == len(ys) and all(
        callable(x) and callable(y) or np.shape(x) == np.shape(y) and np.array_equal(x, y, equal_nan=True)
        for x, y in zip(xs, ys, strict=True)
    )


def load(emitted: Emitted, namespace: dict[str, Any] | None = None) -> Any:
    """The entry function of a text; user names are taken from `namespace`."""
    scope = dict(namespace or {})
    lines = [line for line in emitted.text.splitlines() if not any(f" import {n}" in line for n in emitted.user_names)]
    exec(compile("\n".join(lines), "<emitted>", "exec"), scope)
    return scope[emitted.name]


def check(program: Program, args: tuple[Any, ...], **options: Any) -> Emitted:
    """Emit a program, run it twice, and hold what it does against the interpreter."""
    emitted = backend.emit(program, **options)
    with np.errstate(all="ignore"):
        compare(emitted, program, args)
    plain = "\n".join(x for x in emitted.text.splitlines() if not x.lstrip().startswith("#"))
    again = to_text(ast.parse(plain))
    assert squeezed(again) == squeezed(plain), again
    assert max(map(len, emitted.text.splitlines())) <= 88, emitted.text
    return emitted


def statements(program: Program, *args: Any) -> list[str]:
    """The statements of the entry's text, which does what its Core means."""
    text = check(program, args).text
    body = text.partition(f"def {program.entry.name}(")[2].splitlines()[1:]
    return [line.strip() for line in body if line.strip()]


def squeezed(text: str) -> list[str]:
    """The lines of a text that are not blank."""
    return [line for line in text.splitlines() if line.strip()]


def compare(emitted: Emitted, program: Program, args: tuple[Any, ...]) -> None:
    """Run emitted text and interpreter on the same arguments."""
    with contextlib.redirect_stdout(io.StringIO()) as wanted_output:
        wanted = run(program, *copy.deepcopy(args))
    f = load(emitted, user_functions(program))
    given = copy.deepcopy(args)
    for _ in range(2):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            found = f(*given)
        assert output.getvalue() == wanted_output.getvalue()
        assert same(found, wanted), (found, wanted)
        assert same(given, args), "an argument was changed"
        alone(found, given)
        for x, y in zip(leaves(found), leaves(wanted), strict=True):
            if isinstance(x, types.FunctionType):
                pulls(x, y, len(args[0]))
        for x in leaves(found):
            if isinstance(x, np.ndarray):
                x[...] = 7.0
        assert same(given, args), "a result shares storage with an argument"


def user_functions(program: Program) -> dict[str, Any]:
    """The functions of the user's that a text calls: they change the arrays that they write, and return the rest."""

    def made(function: Function) -> Any:
        def call(*args: Any) -> Any:
            result = Interpreter(program).call(function, copy.deepcopy(args))
            if not function.written:
                return result
            others = [x for x in leaves(args) if isinstance(x, np.ndarray)]
            for k, new in zip(function.written, result[1:], strict=True):
                for old, array in zip(leaves(args[k]), leaves(new), strict=True):
                    assert sum(np.shares_memory(old, x) for x in others) == 1, "an array is given twice"
                    old[...] = array
            return result[0]

        return call

    return {f.name: made(f) for f in program.functions.values() if f.primal}


def pulls(f: Any, g: Any, size: int) -> None:
    """A pullback can be called any number of times."""
    ct = np.resize([0.1, -0.7, 2.0], size)
    for _ in range(3):
        with contextlib.redirect_stdout(io.StringIO()):
            found, wanted = f(ct.copy()), g(ct.copy())
        assert same(found, wanted), (found, wanted)
        for x in leaves(found):
            if isinstance(x, np.ndarray):
                x[...] = 7.0


def alone(found: Any, args: Any) -> None:
    """No result shares storage with another, or with an argument."""
    arrays = [x for x in leaves(found) if isinstance(x, np.ndarray)]
    others = [x for x in leaves(args) if isinstance(x, np.ndarray)]
    for k, x in enumerate(arrays):
        assert not any(np.shares_memory(x, y) for y in (*arrays[:k], *others)), "results share storage"
