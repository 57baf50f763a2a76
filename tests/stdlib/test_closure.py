"""Derivatives nest: whatever a rule calls has a rule itself, or is constant."""

from __future__ import annotations

import ast
import importlib
import math
import operator
from pathlib import Path
from types import ModuleType

import numpy as np

import pullback.stdlib.rules
import pullback.stdlib.scipy_rules
from pullback import runtime
from pullback.backends.scipy_names import scipy_path
from pullback.stdlib import registry
from pullback.stdlib.nn.operations import OPERATIONS

RULES = sorted(
    file
    for package in (pullback.stdlib.rules, pullback.stdlib.scipy_rules)
    for file in Path(package.__file__).parent.glob("[!_]*.py")
)
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul, ast.Mod: operator.mod, ast.FloorDiv: operator.floordiv, ast.USub: operator.neg,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Invert: operator.invert,
}  # fmt: skip


def operations(tree: ast.FunctionDef, module_of_rules: ModuleType) -> set[object]:
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
            case ast.Call(func=ast.Name(id=name)) if (op := getattr(module_of_rules, name, None)) in OPERATIONS:
                found.add(op)
            case ast.Call(func=ast.Name(id=name)) if scipy_path(op := getattr(module_of_rules, name, None)):
                found.add(op)
            case ast.BinOp(op=op) | ast.UnaryOp(op=op) if not isinstance(op, ast.Not):
                found.add(OPERATORS[type(op)])
    return found


def test_what_rules_call_has_rules() -> None:
    used: set[object] = set()
    for file in RULES:
        module = importlib.import_module(f"pullback.stdlib.{file.parent.name}.{file.stem}")
        for tree in ast.parse(file.read_text()).body:
            static = isinstance(tree, ast.FunctionDef) and any(
                isinstance(d, ast.Name) and d.id == "static" for d in tree.decorator_list
            )
            if isinstance(tree, ast.FunctionDef) and not static and not tree.name.startswith("_"):
                used |= operations(tree, module)
    assert np.arctan not in used
    assert np.cos in used
    assert operator.matmul in used
    assert {op for op in used if op not in registry.known_ops()} == set()
