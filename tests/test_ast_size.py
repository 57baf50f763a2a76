from __future__ import annotations

import ast

import pytest

from tests.ast_size import Size, dead_names, functions, size


def parsed(text: str) -> ast.FunctionDef:
    (f,) = functions(text, ["f"])
    return f


def test_docstrings_do_not_count() -> None:
    plain = parsed("def f(x):\n    return x\n")
    assert size([parsed('def f(x):\n    """What it does."""\n    return x\n')]) == size([plain])
    assert size([plain]) == Size(2, 6)


@pytest.mark.parametrize(
    ("body", "dead"),
    [
        ("y = x\nreturn x", ["y"]),
        ("y = x\nreturn y", []),
        ("y = x\ny = 2 * x\nreturn y", ["y"]),
        ("a, b = x\nreturn a", ["b"]),
        ("y = 0.0\nfor i in x:\n    y += i\nreturn y", []),
        ("y = 0.0\nfor i in x:\n    y += i\nreturn x", ["y"]),
        ("h = x\nfor i in x:\n    p = h\n    h = p + i\nreturn h", []),
        ("h = x\nfor i in x:\n    p = h\n    h = i\nreturn h", ["p"]),
        ("y = 1\nwhile x:\n    x = y\n    y = 2\nreturn x", []),
        ("if x:\n    y = 1\nelse:\n    y = 2\nreturn y", []),
        ("y = 1\ndef pull(d):\n    return d * y\nreturn pull", []),
        ("y = 1\ndef pull(d):\n    return d\nreturn pull", ["y"]),
    ],
)
def test_dead_names(body: str, dead: list[str]) -> None:
    text = "def f(x):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    assert sorted({name for _, name in dead_names(parsed(text))}) == dead
