"""Is the text on disk still the code in memory? The whole file is compiled, and the code objects are compared."""

from __future__ import annotations
import __future__

import ast
import dis
import types
from collections.abc import Hashable, Iterator
from functools import lru_cache

from pullback import errors
from pullback.transpile.parse.sources import parse_text

_FUTURE = __future__.annotations.compiler_flag


def check(function: types.FunctionType, text: str) -> None:
    """Raise StaleSource unless `text`, the file that `function` comes from, compiles to just the running code."""
    code = function.__code__
    try:
        found = _codes(text, code.co_filename, code.co_flags & _FUTURE)
    except SyntaxError as e:
        raise _stale(code, f"the file is not valid Python now (line {e.lineno}: {e.msg})") from None
    except (RecursionError, MemoryError):
        hint = "Split it into several statements."
        message = "the file holds an expression that is nested too deeply"
        raise errors.TooDeep(message, file=code.co_filename, line=code.co_firstlineno, hint=hint) from None
    candidates = found.get((code.co_name, code.co_firstlineno), [])
    if any(_same(c, code) for c in candidates):
        return
    if _asserts_rewritten(function) and any(_same_but_for_asserts(c, code, text) for c in candidates):
        return
    raise _stale(code, "the text on disk is not the code that is running")


def _stale(code: types.CodeType, why: str) -> errors.StaleSource:
    return errors.StaleSource(
        f"the source of {code.co_name!r} was changed after it was imported: {why}",
        file=code.co_filename,
        line=code.co_firstlineno,
        hint="Import the module again, or start a new process.",
    )


@lru_cache(maxsize=32)
def _codes(text: str, file: str, flags: int) -> dict[tuple[str, int], list[types.CodeType]]:
    found: dict[tuple[str, int], list[types.CodeType]] = {}
    for code in _nested(compile(text, file, "exec", flags=flags, dont_inherit=True)):
        found.setdefault((code.co_name, code.co_firstlineno), []).append(code)
    return found


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield const
            yield from _nested(const)


def _same(a: types.CodeType, b: types.CodeType) -> bool:
    if a == b and a.co_linetable == b.co_linetable:
        return True
    return _content(a) == _content(b) and _positions(a, b) == _positions(b, a)


def _content(code: types.CodeType) -> Hashable:
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    return code.co_code, names, counts, tuple(map(_constant, code.co_consts))


def _constant(value: object) -> Hashable:
    """A constant such that 1, 1.0 and True differ, and 0.0 and -0.0."""
    match value:
        case types.CodeType():
            return _content(value)
        case tuple():
            return ("tuple", *map(_constant, value))
        case frozenset():
            return frozenset(map(_constant, value))
    return type(value).__name__, repr(value)


def _positions(code: types.CodeType, other: types.CodeType) -> list[tuple[int | None, ...]]:
    """Positions of the instructions; lines only where one of the two was compiled without columns."""
    bare = any(all(p[2] is None for p in c.co_positions()) for c in (code, other))
    return [p[:1] if bare else p for p in code.co_positions()]


def _asserts_rewritten(function: types.FunctionType) -> bool:
    """Was the module loaded by pytest, which rewrites `assert` statements?"""
    return type(function.__globals__.get("__loader__")).__name__ == "AssertionRewritingHook"


def _same_but_for_asserts(text_code: types.CodeType, code: types.CodeType, text: str) -> bool:
    asserts = _assert_lines(text, code.co_filename)
    return _instructions(text_code, asserts) == _instructions(code, asserts)


@lru_cache(maxsize=32)
def _assert_lines(text: str, file: str) -> frozenset[int]:
    found: set[int] = set()
    for node in ast.walk(parse_text(text, file)):
        if isinstance(node, ast.Assert):
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(found)


def _instructions(code: types.CodeType, but_lines: frozenset[int]) -> set[Hashable]:
    """Every instruction with its position and operand, but for those on some lines and for where jumps lead."""
    found: set[Hashable] = set()
    for i in dis.get_instructions(code):
        at = i.positions
        if at is None or at.lineno is None or at.lineno in but_lines or i.opname in ("NOP", "EXTENDED_ARG"):
            continue
        jumps = i.opcode in dis.hasjrel or i.opcode in dis.hasjabs
        operand = None if jumps else _constant(i.argval)
        found.add((*at, i.opname, operand))
    return found
