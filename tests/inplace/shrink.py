"""Makes a random program smaller while the same kind of thing becomes of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.inplace.families import Family
from tests.inplace.outcomes import Outcome, outcome


def shrunk(
    text: str, seed: int, folder: Path, family: Family, of: Callable[[str, int, Path, Family], Outcome] = outcome
) -> tuple[str, Outcome]:
    """The program without the statements that do not matter, and what becomes of it."""
    count = 0

    def examined(candidate: str) -> Outcome:
        nonlocal count
        count += 1
        return of(candidate, seed, folder / f"shrunk_{seed}_{count}.py", family)

    text = ast.unparse(ast.parse(text))
    found = examined(text)
    before = ""
    while text != before:
        before, i = text, 0
        candidates = list(smaller(text))
        while i < len(candidates):
            now = examined(candidates[i])
            if _same(now, found):
                text, found = candidates[i], now
                candidates = list(smaller(text))
            else:
                i += 1
    return text, found


def _same(a: Outcome, b: Outcome) -> bool:
    """Is it the same kind of outcome, of a crash or a refusal with the same beginning but for numbers?"""
    length = 0 if a.kind == "wrong" else 25
    p, q = (re.sub(r"\d+", "", x.detail)[:length] for x in (a, b))
    return a.kind == b.kind and p == q


def smaller(text: str) -> Iterator[str]:
    """The programs with one statement less, or with the body of one in its place; those with most left out first."""
    blocks = sum(1 for _ in _blocks(ast.parse(text)))
    for b in range(blocks):
        size = len(list(_blocks(ast.parse(text)))[b])
        for i in range(size):
            for unwrap in (False, True):
                tree = ast.parse(text)
                body = list(_blocks(tree))[b]
                inner = getattr(body[i], "body", None)
                if unwrap and (not inner or isinstance(body[i], ast.FunctionDef)) or _counts(body[i]):
                    continue
                body[i : i + 1] = inner if unwrap else []
                if not body:
                    body.append(ast.Pass())
                if (candidate := ast.unparse(tree)) != text:
                    yield candidate
    for k in range(_terms(ast.parse(text))):
        tree = ast.parse(text)
        result = _result(tree)
        for _ in range(k):
            result = result.left
        if isinstance(result, ast.BinOp):
            yield ast.unparse(_replaced(tree, result, result.left))
            yield ast.unparse(_replaced(tree, result, result.right))


def _counts(s: ast.stmt) -> bool:
    """Does a statement count the trips of a `while`, which without it would not end?"""
    return isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name) and s.target.id.startswith("i")


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                yield block


def _result(tree: ast.Module) -> ast.expr:
    function = tree.body[-1]
    assert isinstance(function, ast.FunctionDef)
    last = function.body[-1]
    return last.value if isinstance(last, ast.Return) and last.value else ast.Constant(0)


def _terms(tree: ast.Module) -> int:
    count, result = 0, _result(tree)
    while isinstance(result, ast.BinOp):
        count, result = count + 1, result.left
    return count


def _replaced(tree: ast.Module, old: ast.expr, new: ast.expr) -> ast.Module:
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
    return tree
