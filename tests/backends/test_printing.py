"""Trees become text that parses to the same trees."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from pullback.backends import printing
from pullback.backends.layout import Layout, PrintingError
from pullback.backends.printing import to_text
from pullback.backends.wrapping import wrapped


@pytest.mark.parametrize(
    "text",
    [
        "x = (-a) ** (-a)",
        "x = -a ** b",
        "x = (a if b else c) * d",
        "x = a if b else c if d else e",
        "x = (a, b)[0]",
        "x = a[:, None, ::2]",
        "x = a[-1:, b[0], ...]",
        "x = not (a and b or c)",
        "x = (a < b) == c",
        "x = a - (b - c)",
        "x = (a @ b).T.copy()",
        "x = {'w': a, 'b': (b,)}",
        "x = f(a, *b, k=1, **c)",
        "x, = y",
        "for i, (a, b) in enumerate(zip(x, y)):\n    pass",
        "return_ = lambda: 0",
        "def f(a, /, b, *, c=1.5):\n    '''Doc.'''\n    return (a, b, c)",
        "if a:\n    pass\nelif b:\n    pass\nelse:\n    x = 1e-300",
        "x = 1j",
        "x = 'a \\'quoted\\' \"text\"'",
    ],
)
def test_round_trip(text: str) -> None:
    printed = to_text(ast.parse(text))
    assert ast.dump(ast.parse(printed)) == ast.dump(ast.parse(text))
    assert to_text(ast.parse(printed)) == printed


def test_numpy_scalars_are_no_literals() -> None:
    import numpy as np

    tree = ast.Module([ast.Expr(ast.Constant(np.float64(1.5)))], [])
    with pytest.raises(PrintingError, match="no literal"):
        to_text(tree)


def test_a_printer_that_changes_the_program_is_caught() -> None:
    with pytest.raises(PrintingError, match="please report"):
        to_text(ast.Module([ast.Expr(ast.Constant(-1))], []))


def test_comments_and_blank_lines() -> None:
    tree = ast.parse("def f(x):\n    y = x\n    return y")
    last = tree.body[0].body[1]
    text = to_text(tree, Layout({last: "why " * 40}, frozenset([last])))
    before, comment, after = text.splitlines()[-3:]
    assert before == ""
    assert comment.startswith("    # why why")
    assert comment.endswith(" ...")
    assert len(comment) <= 88
    assert after == "    return y"


@pytest.mark.parametrize(
    "line",
    [
        "    x = some_function(first_argument_that_is_long, second_argument_that_is_long, third_argument)",
        "    return first_result_that_is_long, second_result_that_is_long, third_result_that_is_long, fourth",
        "    value = alpha_that_is_long * beta_that_is_long + gamma_that_is_long * delta_that_is_long - epsilon",
        "def function(first_parameter_that_is_long, second_parameter_that_is_long, third_parameter_that_is=None):",
        "    x = np.sum(first_factor_that_is_long * second_factor_that_is_long * third_factor_that_is_long, axis=0)[0]",
        "    x[first_index_that_is_long, second_index_that_is_long, third_index_that_is_long, fourth_index_is] += 1.0",
        "    x = [first_value_that_is_long * n for n, second_value_that_is_long in zip(lengths_of_axes, steps) if n]",
    ],
)
def test_long_lines_are_broken(line: str) -> None:
    lines = wrapped(line)
    assert len(lines) > 1
    assert max(map(len, lines)) <= 88
    tail = "\n        pass" if line.startswith("def") else ""
    whole, broken = (ast.dump(ast.parse("if 1:\n    " + t.lstrip() + tail)) for t in (line, "\n".join(lines)))
    assert whole == broken


def test_prints_where_python_has_no_old_node_names() -> None:
    code = """
import ast, sys, warnings
warnings.simplefilter("ignore")
for name in ("__getattr__", "Num", "Str", "Bytes", "NameConstant", "Ellipsis"):
    vars(ast).pop(name, None)
from pullback.backends.printing import to_text
text = "def f(x, y=(1, 'a')):\\n    return (x[..., None, 0:1], b'c', True, -1.5, {'k': 2j})"
assert ast.dump(ast.parse(to_text(ast.parse(text)))) == ast.dump(ast.parse(text))
assert not any(hasattr(ast, name) for name in ("Num", "Str"))
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_importing_the_printer_imports_no_astor() -> None:
    code = f"import sys, {printing.__name__}; assert 'astor' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
