"""Straight-line programs: Core computes what Python does, bit for bit."""

import cProfile
import pstats

import numpy as np
import pytest

from pullback import errors
from pullback.transpile.abstract import FLOAT, Array, Dim, Scalar, Static
from pullback.transpile.core import Call, Global, If, Lit, Op, Var
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from tests.transpile.lowering import agrees, live, lowered, refused, types_of

rng = np.random.default_rng(0)


def n(*shape):
    return rng.standard_normal(shape)


def ops(program):
    return [s for s in program.entry.block.body if isinstance(s, Op)]


@pytest.mark.parametrize(
    "expression",
    [
        "x + y * x - y / x",
        "x // y + x % y",
        "-x + +y",
        "x ** 2 + 2 ** x + x ** -1.5 + y ** (1 + 1)",
        "abs(-x) + float(2) + round(x, 2)",
        "pow(x, 2) + pow(x, 0.5)",
        "max(x, y) + min(x, y, 0.25) + max(x, 1.0, y) + min((x, y))",
        "sum([x, y, 1.0]) + sum((x,), y)",
        "math.exp(x) + exp(y) + sin(x) * pi + math.pi + math.log(x, 2)",
        "float('inf') if x > y else -math.inf",
        "divmod(x, y)",
        "int(x * 10) + int(y * 7) // 2 + int(x) % 3",
        "bool(x) and y",
        "x or y",
        "(x - x) or y",
        "not x > y",
        "(x < y, x <= y, x > y, x >= y, x == y, x != y)",
        "1.0 if 0 < x < y < 10 else 2.0",
        "(x, [y, x], {'a': x, 'b': (y,)})",
        "(x, y)[0] + [x, y][-1] + {'k': x}['k'] + (x, y, 1.0)[1:][0]",
        "((x, y) + (1.0,))[2] + ([x] * 3)[1] + (2 * (x,))[1]",
        "[a * b for a in (x, y) for b in (1.0, 2.0, 3.0) if b != 2.0]",
        "sum(k * x for k in range(4)) + sum(v for v in {'a': x, 'b': y}.values())",
        "tuple(a + 1 for a in [x, y]) + tuple([x])",
        "any([x > 5, y > 5]) or all([x > 0, y > 0])",
        "len((x, y)) + len([x]) * x",
        "np.sin(x) + np.float64(y) + np.float32(x)",
        "np.array([x, y, 1.0]) + np.array([[x], [y]])",
        "np.array([x, y]) * [1.0, 2.0]",
        "np.where(x > y, x, y) + np.maximum(x, y)",
        "isinstance(x, float) and isinstance(y, (int, float)) and not isinstance(x, int)",
        "x if isinstance(x, float | int) else y",
        "1_000 * x + 0x10 + 1e-3",
        "x if True else y",
        "x if 'a' in ('a', 'b') and 3 not in [1, 2] else y",
        "x in (1.25, 2.0)",
        "dict(a=x, b=y)['b'] + {**{'a': x}, 'c': y}['a']",
        "(x,) == (y,)",
        "(x, 1.0) != (y, 1.0)",
    ],
)
def test_expressions_of_floats(expression):
    agrees(f"def f(x, y):\n    return {expression}\n", (1.25, 0.5), (0.1, 0.7), (3.5, -1.75))


@pytest.mark.parametrize(
    "expression",
    [
        "a @ b + a.dot(b) + np.dot(a, b) + np.matmul(a, b)",
        "a.T @ a + a.transpose() @ a + a.transpose(1, 0) @ a + a.transpose((1, 0)) @ a + np.transpose(a, (1, 0)) @ a",
        "a.sum() + a.sum(0)[0] + a.sum(axis=1)[2] + np.sum(a, axis=(0, 1)) + a.mean(axis=0, keepdims=True)[0, 1]",
        "a.std(axis=0) + a.var(0) + a.max(axis=0) + a.min(0) + np.prod(a, 0)",
        "a[0] + a[-1] + a[1, :] + a[2, ...]",
        "a[:, 1] * a[..., 0] + a[:, None, 2][:, 0] + a[:, np.newaxis, 2][:, 0]",
        "a[1:, ::2] - a[:-1, ::-2]",
        "a[np.array([0, 0, 1])] + a[[0, 0, 1]] + a[np.arange(3), :]",
        "a[np.arange(3), [0, 1, 2]]",
        "a[a > 0]",
        "a[1][2] + a[1, 2] + a[(1, 2)] + a[-1, -2]",
        "a.reshape(-1) @ np.reshape(a, (12,)) + a.reshape(2, 6)[1, 1] + a.reshape((3, 2, 2))[0, 0, 0]",
        "a.ravel()[0] + a.flatten()[1] + a.copy()[0, 0] + np.copy(a)[1, 1] + a.T.copy().sum() + a[0].copy()[0]",
        "a.shape[0] * a + a.shape[-1] + a.size + a.ndim + len(a)",
        "np.zeros(a.shape) + np.ones((a.shape[0], 4)) * a + np.zeros_like(a) + np.full((3, 4), 2.0)",
        "np.eye(a.shape[0]) @ a + np.linspace(0.0, 1.0, 4) + np.arange(4) + np.arange(0.0, 2.0, 0.5)",
        "a.clip(0.0, 1.0) + a.clip(min=0.0) + np.clip(a, -1.0, 0.5) + np.clip(a, a_min=None, a_max=0.5)",
        "np.concatenate([a, a], axis=1) @ np.stack((b, b), axis=0).reshape(-1, 3)",
        "np.split(a, 2, axis=1)[0] + np.split(a, [2], axis=1)[1]",
        "np.einsum('ij,jk->ik', a, b) + np.outer(a[:, 0], b[0]) + np.inner(a, a)",
        "np.swapaxes(a, 0, 1) @ a + a.swapaxes(0, 1) @ a",
        "a.astype(np.float32) + np.float32(1.0)",
        "a.astype('float32').astype(int) + a.astype(bool)",
        "np.zeros(3, dtype=np.float32) + np.zeros(3, dtype=a.dtype) + np.zeros(3, float)",
        "a if a.dtype == np.float64 else -a",
        "a if a.ndim == 2 and len(a.shape) == 2 and np.ndim(a) > 1 else -a",
        "a + (1.0 if a.shape[0] == b.shape[1] else 2.0)",
        "a + (1.0 if a.shape == b.shape else 2.0)",
        "~(a > 0) | (a < -1) & (a > -2) ^ (a == 0)",
        "a.max().item() + float(a[0, 0]) + abs(a).sum() + (-a).any()",
        "a.argmax(axis=1) + np.argsort(a, axis=1)[:, 0]",
        "np.squeeze(a[None]) + np.expand_dims(a, 0)[0] + np.broadcast_to(a[0], (3, 4)) + np.take(a, [0, 1, 2], axis=0)",
        "a.take([1], axis=0) + np.cumsum(a, axis=0) + a.cumsum(1)",
        "np.sum(a, dtype=None) + np.sum(a=a) + np.mean(a=a, axis=None)",
    ],
)
def test_expressions_of_arrays(expression):
    agrees(f"def f(a, b):\n    return {expression}\n", (n(3, 4), n(4, 3)))


@pytest.mark.parametrize(
    "body",
    [
        "y = x\n    x = x + 1.0\n    return x * y",
        "a, b = x, x * 2\n    a, b = b, a\n    return a - b",
        "(a, (b, c)), d = (x, (x + 1, x + 2)), x * 3\n    return a * b - c / d",
        "[a, b] = [x, 2.0]\n    return a * b",
        "a, *rest = (x, x + 1, x + 2)\n    *front, last = rest\n    return a * rest[0] - last + front[0]",
        "a = b = x * 2\n    return a + b",
        "y: float = x * 2\n    z: float\n    z = y\n    return z",
        "y = x\n    y += 1\n    y -= 0.5\n    y *= x\n    y /= 3\n    y //= 0.1\n    y **= 2\n    y %= 7\n    return y",
        "t = (x,)\n    t += (1.0, 2.0)\n    return t",
        "'''What it does.'''\n    pass\n    ...\n    return x",
        "y = x * 2\n    del x\n    return y",
        "p = {'a': x, 'b': {'c': x * 2}}\n    q = p['b']\n    return p['a'] + q['c']",
        "d = {'a': x}\n    return d.get('a') + d.get('b', 1.0) + sum(d.values()) + len(d.keys())",
        "for k, v in {'a': x, 'b': 2.0}.items():\n        x = x + v\n    return x",
        "s = 0\n    for v in (x, 2, 3.5):\n        s = s + v\n    return s, v",
        "return",
        "y = x",
        "assert x > -100\n    assert True, 'never'\n    return x",
        "if False:\n        return undefined_name\n    return x",
    ],
)
def test_statements(body):
    agrees(f"def f(x):\n    {body}\n", (1.25,), (-2.0,))


@pytest.mark.parametrize(
    ("params", "body", "args"),
    [
        ("p", "a, b = p\n    return a * b", (1.5, 2.0)),
        (
            "p",
            "(a, b), c = p\n    return a @ b + c",
            ((n(2), n(2)), 3.0),
        ),
        (
            "p",
            "return p['w'] @ p['x'] + p['inner'][0] * p['inner'][1]['k']",
            {"w": n(2), "x": n(2), "inner": (2.0, {"k": 3.0})},
        ),
        ("p", "return p[0] + p[-1] + len(p) + p[len(p) - 1]", [1.0, 2.0, 3.0]),
        ("p", "a, b, c = p\n    return a * b - c", n(3)),
        ("p", "a, b, c = p\n    return a * b - c", [1.0, 2.0, 4.0]),
        ("p", "first, *rest = p\n    return first + rest[0]['x']", ((1.0, {"x": 2.0}))),
        ("p", "return {'out': p, 'again': (p['x'], [p['x']])}", {"x": n(2)}),
        ("p", "return [p[k] * 2 for k in p]", {"x": n(2), "y": 3.0}),
        ("p", "return p if p['mode'] == 'a' else 0.0", {"mode": "a", "x": 1.0}),
        ("p", "return (p[0], p[1]) == (1, 2) and p == (1, 2)", (1, 2)),
    ],
)
def test_structured_parameters(params, body, args):
    agrees(f"def f({params}):\n    {body}\n", (args,))


def test_values_are_called_as_the_user_calls_them():
    text = """def f(x, y):
    h = np.tanh(x @ y)
    a, b = h * 2, h
    c = d = a + b
    e = c if d.sum() > 0 else a
    return e
"""
    program = lowered(text, n(2, 2), n(2, 2))
    body = program.entry.block.body
    assert [s.out.hint for s in ops(program)] == ["", "h", "a", "c", "", ""]
    assert isinstance(body[-1], If)
    assert body[-1].outs[0].hint == "e"


def test_another_name_for_a_value_is_no_operation():
    program = lowered("def f(x):\n    y = x\n    z = y\n    return z\n", 1.0)
    assert program.entry.block.body == ()
    assert program.entry.block.results == (program.entry.params[0].var,)


def test_origins_are_the_users_statements():
    text = """def f(x, y):
    h = np.tanh(x *
        y)  # a remark
    if x.sum() > (
            0):
        h = h + 1
    return h * 2
"""
    f = live(text)
    body = lower(from_function(f), types_of(f, (n(2), n(2)))).entry.block.body
    tanh = body[1]
    assert tanh.origin.text == "h = np.tanh(x * y)"
    assert (tanh.origin.line, tanh.origin.col, tanh.origin.end_line, tanh.origin.end_col) == (6, 8, 7, 10)
    branch = next(s for s in body if isinstance(s, If))
    assert branch.origin.text == "if x.sum() > 0:"
    assert branch.then.body[0].origin.text == "h = h + 1"
    assert body[-1].origin.text == "return h * 2"
    assert body[-1].origin.file == f.__code__.co_filename


def test_text_of_a_line_with_letters_beyond_ascii():
    text = "def f(x):\n    été = x * 2; y = été + 1\n    return y\n"
    first, second = lowered(text, 1.0).entry.block.body
    assert first.origin.text == "été = x * 2"
    assert second.origin.text == "y = été + 1"


def test_literals_stay_as_they_were_written():
    body = lowered("def f(x):\n    return x * 0.1 + -2.5 - 1 / 3 + math.pi * np.e - np.inf\n", 1.0).entry.block.body
    literals = [a for s in body for a in s.args if isinstance(a, Lit)]
    assert [repr(x) for x in literals] == ["0.1", "-2.5", "1", "3", "math.pi", "np.e", "np.inf"]


def test_integers_are_computed_at_once_and_floats_never():
    program = lowered("def f(x):\n    return x ** (2 * 3 - 5) + 0.5 * 2.0\n", 1.0)
    power, product, _ = ops(program)
    assert power.args[1] == Lit(1)
    assert product.args == (Lit(0.5), Lit(2.0))


def test_globals_are_read_by_their_names():
    text = "rate = 0.1\nWEIGHTS = np.ones(3)\nparams = {'a': 2.0}\nNAMES = ('a', 'b')\nMODE = 'slow'\n\n"
    text += """def f(x):
    y = x * rate + WEIGHTS * params['a']
    return y if MODE == 'slow' and NAMES[0] == 'a' else x
"""
    program = agrees(live(text), (n(3),))
    names = {a.name for s in ops(program) for a in s.args if isinstance(a, Global)}
    assert names == {"rate", "WEIGHTS", "params"}


def test_a_module_may_have_any_name():
    header = "import numpy\nimport numpy as xp\nfrom numpy import tanh as squash, linalg\nimport math as m\n"
    f = live("def f(x):\n    return numpy.sin(x) + xp.cos(x) * squash(x) + m.pi\n", header=header)
    agrees(f, (n(3),))


def test_local_names_hide_builtins_and_globals():
    agrees("def f(sum, max):\n    len = sum * max\n    range = len + 1\n    np = range\n    return np\n", (1.5, 2.0))


def test_a_users_function_may_be_called_like_a_builtin():
    agrees(
        "def sum(x):\n    return x * 100\n\ndef abs(x):\n    return x - 1\n\ndef f(x):\n    return sum(x) + abs(x)\n",
        (1.5,),
    )


def test_conditions_that_types_decide_leave_no_branch():
    text = """def f(x, w, mode, scale):
    if w is None and x.ndim == 2 and isinstance(x, np.ndarray) and mode == "fast":
        y = x * 2
    elif mode.startswith("f"):
        y = x
    else:
        y = undefined
    if mode in ("fast", "slow") and not mode == "slow" and w is None:
        y = y + 1
    if x.shape[0] == 1 or scale is None:
        y = -y
    return y
"""
    program = agrees(text, (n(2, 3), None, "fast", 1.0))
    assert not any(isinstance(s, If) for s in program.entry.block.body)


def test_the_value_of_an_integer_parameter_is_not_part_of_the_program():
    program = agrees("def f(x, n):\n    return x if n == 3 else -x\n", (1.0, 3), (1.0, 4))
    assert any(isinstance(s, If) for s in program.entry.block.body)


def test_parameters_keep_their_defaults_and_kinds():
    text = "def f(x, /, y=2.0, *, shape=(2, -1), act=np.tanh, mode='a', w=None):\n    'Doc.'\n    return x * y\n"
    f = live(text)
    types = [FLOAT, FLOAT, Static((2, -1)), Static(np.tanh), Static("a"), Static(None)]
    entry = lower(from_function(f), types).entry
    assert [p.kind for p in entry.params] == ["POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD", *["KEYWORD_ONLY"] * 4]
    defaults = [p.default for p in entry.params]
    assert defaults == [None, Lit(2.0), (Lit(2), Lit(-1)), Lit(np.tanh, "np.tanh"), Lit("a"), Lit(None)]
    assert entry.doc == "Doc."
    assert {"f", "x", "y", "shape", "np"} <= entry.user_names


def test_static_arguments_are_given_by_name_and_operands_by_position():
    text = """def f(x):
    return np.sum(x, 0, keepdims=True) + x.mean(1).sum() + np.reshape(x, (2, -1)).sum() + np.where(x > 0, x, 0.0)
"""
    program = lowered(text, n(2, 2))
    kwargs = {s.op.__name__: dict(s.kwargs) for s in reversed(ops(program))}
    assert kwargs["mean"] == {"axis": Lit(1)}
    assert kwargs["sum"] == {"axis": Lit(0), "keepdims": Lit(True)}
    assert kwargs["reshape"] == {"shape": (Lit(2), Lit(-1))}
    assert kwargs["where"] == {}


def test_numpy_makes_arrays_of_lists():
    agrees("def f(xs):\n    return np.sum(xs) + np.dot(xs, xs) + np.max(np.sin(xs)) + np.stack(xs)[0]\n", ([1.0, 2.0],))
    program = agrees("def f(xs, y):\n    return np.sum(xs) + np.mean([y, y * y])\n", ([1.0, 2.0], 3.0))
    assert [s.op for s in ops(program)].count(np.array) == 2
    program = agrees("def f(xs):\n    return np.concatenate(xs) @ np.concatenate([xs[0], xs[1]])\n", ([n(2), n(3)],))
    assert np.array not in [s.op for s in ops(program)]


def test_types_follow_the_arguments():
    program = lowered("def f(x, k):\n    return (x * 2).sum(axis=0)[k]\n", n(3, 4).astype("f4"), 1)
    assert [s.out.type for s in ops(program)] == [
        Array("float32", (Dim("x.0", 0, True), Dim("x.1", 0, True))),
        Array("float32", (Dim("x.1", 0, True),)),
        Scalar("float", "float32"),
    ]


def test_what_lowering_calls_grows_linearly_with_the_statements():
    def calls(count):
        lines = ["def f(x):", "    v0 = x * 2.0"]
        lines += [f"    v{i} = np.sin(v{i - 1}) * 0.5 + v{i // 2}" for i in range(1, count)]
        f = live("\n".join([*lines, f"    return v{count - 1}", ""]))
        source, types = from_function(f), types_of(f, (n(3),))
        profile = cProfile.Profile()
        profile.runcall(lower, source, types)
        return pstats.Stats(profile).total_calls

    assert calls(2000) < 2.1 * calls(1000)


def test_a_long_sum_is_lowered():
    f = live("def f(x):\n    return " + " + ".join(["x"] * 100) + "\n")
    assert len(lower(from_function(f), [FLOAT]).entry.block.body) == 99


def test_what_is_nested_too_deeply_is_refused_with_its_place():
    """Without the room that `with_room` gives."""
    functions = [f"def f{k}(x):\n    return f{k + 1}(x)\n" for k in range(400)]
    text = "\n".join([*functions, "def f400(x):\n    return x\n\ndef f(x):\n    return f0(x)\n"])
    error = refused(text, 1.0, cls=errors.TooDeep)
    assert "nested too deeply" in error.message
    assert error.source_line.startswith("    return f")
    assert error.hint.startswith("Split it into several statements")


def test_calls_of_a_users_function_stay_calls():
    text = "def double(z):\n    return z * 2\n\ndef f(x):\n    y = double(x) + double(double(x))\n    return y\n"
    program = agrees(text, (1.5,))
    calls = [s for s in program.entry.block.body if isinstance(s, Call)]
    assert [c.function for c in calls] == ["double"] * 3
    assert isinstance(calls[0].out, Var)
    assert list(program.functions) == ["double"]
