"""Calls of the user's functions: one function of the program for each signature, whoever calls it and how."""

import sys

import numpy as np
import pytest

from pullback.transpile.abstract import FLOAT, ListOf, Scalar, Seq, Static
from pullback.transpile.core import Call, If
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from tests.transpile.lowering import agrees, live, lowered, pointed_at, refused

rng = np.random.default_rng(2)


def n(*shape):
    return rng.standard_normal(shape)


def calls(program):
    return [s for s in program.entry.block.body if isinstance(s, Call)]


@pytest.mark.parametrize(
    "call",
    [
        "g(x)",
        "g(x, 3.0)",
        "g(x, b=3.0, c=2)",
        "g(b=x, a=2.0)",
        "g(*(x, 2.0), **{'c': 4})",
        "g(*[x])",
        "g(g(x), g(x, x))",
        "g(a=g(x), c=len((x,)))",
    ],
)
def test_arguments_are_bound_as_python_binds_them(call):
    agrees(f"def g(a, b=2.0, *, c=1):\n    return a * b + c\n\ndef f(x):\n    return {call}\n", (1.5,))


@pytest.mark.parametrize(
    ("callee", "use"),
    [
        ("return a, a * 2", "p, q = g(x)\n    return p * q"),
        ("return a, a * 2", "return g(x)[1] + g(x)[0]"),
        ("return a, a * 2", "t = g(x)\n    return t"),
        ("return {'a': a, 'b': [a, 1.0]}", "d = g(x)\n    return d['a'] + d['b'][0]"),
        ("return [a, (a * 2, 3.0)]", "u, (v, w) = g(x)\n    return u + v * w"),
        ("return", "return g(x)"),
        ("print('once')", "g(x)\n    return x"),
        ("return None", "y = g(x)\n    return x if y is None else undefined"),
        ("return a.shape if a is None else a", "return g(x)"),
        ("return a", "return g(x) + g(2) + g(True)"),
        ("return a['w'] * a['b']", "return g({'w': x, 'b': 2.0})"),
        ("return a[0] * a[1]", "return g((x, 2.0)) + g([x, 3.0])"),
        ("return a if a > 0 else -a", "return g(x) * g(-x)"),
        ("return 'text'", "return x if g(x) == 'text' else undefined"),
    ],
)
def test_structures_go_in_and_come_out(callee, use):
    agrees(f"def g(a):\n    {callee}\n\ndef f(x):\n    {use}\n", (1.5,))


def test_one_function_serves_all_calls_with_arguments_of_like_types():
    text = (
        "def g(a, b):\n    return a @ b\n\ndef f(u, v, w):\n    return g(u, v) + g(v, w) * g(u, w) + g(u[1:], v[1:])\n"
    )
    program = agrees(text, (n(3), n(3), n(3)))
    assert [c.function for c in calls(program)] == ["g"] * 3 + ["g_2"]


def test_arguments_of_other_types_make_another_function():
    text = """def g(a):
    if isinstance(a, float):
        return a * 2
    return np.sum(a)

def f(x, y):
    return g(x) + g(y) + g(y[None])
"""
    program = agrees(text, (1.5, n(3)))
    assert [c.function for c in calls(program)] == ["g", "g_2", "g_3"]
    assert {f.name for f in program.functions.values()} == {"g"}
    assert not any(isinstance(s, If) for f in program.functions.values() for s in f.block.body)


def test_what_is_written_out_as_text_bool_or_none_is_part_of_the_signature():
    text = """def g(a, mode="up", twice=False, w=None):
    if mode == "up":
        a = a + 1
    if twice:
        a = a * 2
    return a if w is None else a * w

def f(x):
    return g(x) + g(x, "down") + g(x, twice=True) + g(x, w=x) + g(x, twice=x > 0)
"""
    program = agrees(text, (1.5,))
    assert len(program.functions) == 5
    branches = [s for f in program.functions.values() for s in f.block.body if isinstance(s, If)]
    assert len(branches) == 1


def test_integers_are_arguments_of_the_run():
    text = "def g(a, k):\n    return a ** k\n\ndef f(x):\n    return g(x, 2) + g(x, 3) + g(x, 4)\n"
    assert len(agrees(text, (1.5,)).functions) == 1


def test_an_axis_that_is_given_is_part_of_the_signature():
    text = """def total(a, axis=None, keepdims=False):
    return np.sum(a, axis=axis, keepdims=keepdims)

def f(x):
    return total(x, 1) @ total(x, axis=1) + total(x) + total(x, 0, True).sum()
"""
    program = agrees(text, (n(3, 4),))
    assert len(program.functions) == 3
    assert calls(program)[0].out.type.shape == calls(program)[1].out.type.shape
    assert len(calls(program)[0].out.type.shape) == 1


def test_an_axis_of_the_run_stays_one():
    agrees(
        "def total(a, axis):\n    return np.sum(a, axis=axis)\n\ndef f(x, k):\n    return total(x, k).sum()\n",
        (n(3, 4), 1),
    )


LAYERS = """def dense(p, i, x):
    return np.tanh(x @ p[f"w{i}"] + p[f"b{i}"])

def forward(p, k, x):
    return dense(p, k, x) if k >= 0 else x

def deep(p, i, x):
    if i == len(p) // 2:
        return x
    return deep(p, i + 1, np.tanh(x @ p[f"w{i}"] + p[f"b{i}"]))

"""


@pytest.mark.parametrize(
    "body",
    [
        "return dense(p, 1, dense(p, 0, x)).sum()",
        "for i in range(2):\n        x = dense(p, i, x)\n    return x.sum()",
        "for i in range(2):\n        x = forward(p, i, x)\n    return x.sum()",
        "return deep(p, 0, x).sum()",
    ],
)
def test_keys_made_from_integers_that_are_given(body):
    p = {"w0": n(3, 4), "b0": n(4), "w1": n(4, 2), "b1": n(2)}
    agrees(LAYERS + f"def f(p, x):\n    {body}\n", (p, n(5, 3)))


def test_a_key_that_nobody_knows_is_refused_where_it_is_read():
    error = refused(LAYERS + "def f(p, x, k):\n    return dense(p, k, x)\n", {"w0": n(3, 4), "b0": n(4)}, n(3), 0)
    assert error.message == "a key that depends on the run is not supported yet"
    assert (error.line, pointed_at(error)) == (6, 'f"w{i}"')


def test_the_result_has_the_callers_lengths():
    text = "def g(a, b):\n    return a @ b\n\ndef f(x, y, z):\n    h = g(x, y)\n    return h + g(y, z).T\n"
    program = lowered(text, n(3, 4), n(4, 5), n(5, 3))
    first, second = (c.out.type.shape for c in calls(program))
    assert [d.symbol for d in first] == ["x.0", "y.1"]
    assert [d.symbol for d in second] == ["y.0", "z.1"]


def test_lengths_that_a_function_computes_are_not_taken_to_be_equal():
    text = "def g(a, k):\n    return a[: k * k]\n\ndef f(x):\n    return np.sum(g(x, 1)) + np.sum(g(x, 2))\n"
    program = agrees(text, (n(6),))
    first, second = (c.out.type.shape[0] for c in calls(program))
    assert first.symbol == "?" or first != second


def test_recursion():
    text = "def f(x, k):\n    if k == 0:\n        return 1.0\n    return x * f(x, k - 1)\n"
    program = agrees(text, (1.5, 4), (1.5, 0))
    assert list(program.functions) == ["f_2"]
    assert program.functions["f_2"].name == "f"
    assert program.functions["f_2"].block.results[0].type == FLOAT


def test_recursion_over_a_part_of_an_array_has_one_function():
    text = """def total(a):
    if len(a) == 0:
        return 0.0
    return a[0] + total(a[1:])

def f(x):
    return total(x)
"""
    program = agrees(text, (n(5),))
    assert len(program.functions) <= 2


def test_recursion_with_a_structure_as_result():
    text = """def g(a, k):
    if k == 0:
        return a, {"s": 0.0}
    b, d = g(a * 0.5, k - 1)
    return b + 1, {"s": d["s"] + b}

def f(x, k):
    p, d = g(x, k)
    return p * d["s"]
"""
    agrees(text, (1.5, 3), (1.5, 0))


def test_mutual_recursion():
    text = """def even(a, k):
    if k == 0:
        return a
    return odd(a * 2, k - 1)

def odd(a, k):
    if k == 0:
        return -a
    return even(a + 1, k - 1) * 0.5

def f(x, k):
    return even(x, k) + odd(x, k)
"""
    program = agrees(text, (1.5, 4), (1.5, 3), (1.5, 0))
    assert all(f.block.results[0].type == FLOAT for f in program.functions.values())


def test_functions_of_another_module(tmp_path, monkeypatch):
    (tmp_path / "helper_module.py").write_text(
        "import numpy as xp\n\nSCALE = 2.0\n\n\ndef relu(a):\n    return xp.maximum(a, 0.0) * SCALE\n"
    )
    (tmp_path / "model_module.py").write_text(
        "import helper_module\nfrom helper_module import relu as rectified\n\nSCALE = 3.0\n\n\n"
        "def relu(a):\n    return a * SCALE\n\n\n"
        "def f(x):\n    return helper_module.relu(x) + rectified(x) + relu(x) * helper_module.SCALE\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    try:
        import model_module

        program = lower(from_function(model_module.f), [FLOAT])
        assert [(f.name, f.module) for f in program.functions.values()] == [
            ("relu", "helper_module"),
            ("relu", "model_module"),
        ]
        assert [c.function for c in calls(program)] == ["relu", "relu", "relu_2"]
    finally:
        sys.modules.pop("model_module", None)
        sys.modules.pop("helper_module", None)


def test_a_default_is_what_it_was_when_the_function_was_defined():
    text = """K = 2.0

def g(a, b=K, shape=(1, 2), act=np.sin):
    return a * b + shape[1] + act(a)

K = 5.0

def f(x):
    return g(x)
"""
    agrees(text, (1.5,))


def test_library_functions_can_be_passed_on():
    text = """def g(a, fn, kind=float):
    return fn(a) + kind(2)

def f(x):
    return g(x, np.tanh) + g(x, math.exp, int)
"""
    program = agrees(text, (1.5,))
    assert len(program.functions) == 2
    assert calls(program)[0].args[1].text == "np.tanh"


def test_unused_functions_are_not_in_the_program():
    text = """def g(a):
    return a

def h(a):
    return a

def f(x):
    if x is None:
        return h(x)
    return g(x)
"""
    assert list(lowered(text, 1.0).functions) == ["g"]


def test_functions_called_in_loops_are_lowered_for_the_stable_types_only():
    text = """def g(a):
    return a * 0.5

def f(x, k):
    s = 0
    for i in range(k):
        s = g(s) + x
    return s
"""
    program = agrees(text, (1.5, 3))
    (g,) = program.functions.values()
    assert g.params[0].var.type == FLOAT


def test_a_list_keeps_its_type_through_a_call():
    text = "def g(xs):\n    return xs\n\ndef f(xs):\n    a = g(xs)\n    return a[0] * a[1]\n"
    program = agrees(text, ([1.0, 2.0],))
    assert calls(program)[0].out.type == ListOf(FLOAT)


def test_a_call_with_a_known_structure_has_its_type():
    text = """def g(a):
    return a, 'name', 3

def f(x):
    a, name, k = g(x)
    return a * k if name == 'name' else undefined
"""
    program = agrees(text, (1.5,))
    assert calls(program)[0].out.type == Seq("tuple", (FLOAT, Static("name"), Scalar("int", value=3)))


def test_a_registered_operation_is_not_opened():
    from pullback.stdlib import registry

    f = live("def special(a):\n    return a * 2\n\ndef f(x):\n    return special(x)\n")
    special = f.__globals__["special"]
    try:
        registry.elementwise(special)(lambda out, a: 2.0)
        program = lowered(f, 1.0)
        assert not program.functions
        assert program.entry.block.body[0].op is special
    finally:
        for key in [k for k in registry._RULES if k[0] is special]:
            del registry._RULES[key]
