"""Derivatives nest: whatever a rule calls has a rule itself, or is constant."""

from __future__ import annotations

import ast
import math
import operator
from pathlib import Path

import numpy as np

import pullback.stdlib.rules
from pullback import runtime
from pullback.stdlib import registry

RULES = sorted(Path(pullback.stdlib.rules.__file__).parent.glob("*.py"))
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul, ast.Mod: operator.mod, ast.FloorDiv: operator.floordiv, ast.USub: operator.neg,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Invert: operator.invert,
}  # fmt: skip


def operations(tree: ast.FunctionDef) -> set[object]:
    """The operations that a rule's body calls."""
    found: set[object] = set()
    for node in (n for statement in tree.body for n in ast.walk(statement)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "math" as module), attr=name)):
                found.add(getattr(np if module == "np" else math, name))
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="np"), attr=home), attr=name)):
                found.add(getattr(getattr(np, home), name))
            case ast.Call(func=ast.Name(id=name)) if name in runtime.__all__:
                found.add(getattr(runtime, name))
            case ast.BinOp(op=op) | ast.UnaryOp(op=op) if not isinstance(op, ast.Not):
                found.add(OPERATORS[type(op)])
    return found


def test_what_rules_call_has_rules() -> None:
    used: set[object] = set()
    for file in RULES:
        for tree in ast.parse(file.read_text()).body:
            static = isinstance(tree, ast.FunctionDef) and any(
                isinstance(d, ast.Name) and d.id == "static" for d in tree.decorator_list
            )
            if isinstance(tree, ast.FunctionDef) and not static and not tree.name.startswith("_"):
                used |= operations(tree)
    assert np.tanh not in used
    assert np.cos in used
    assert operator.matmul in used
    assert {op for op in used if op not in registry.known_ops()} == set()
