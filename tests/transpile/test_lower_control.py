"""Branches and loops: Core computes what Python does, whatever the conditions and the numbers of iterations."""

import numpy as np
import pytest

from pullback.transpile.abstract import FLOAT, INT
from pullback.transpile.core import Effect, For, If, Lit, While
from tests.transpile.lowering import agrees, live, lowered, programs

rng = np.random.default_rng(1)
NUMBERS = [(1.5, 0.5), (-1.5, 2.0), (0.25, -3.0), (5.0, 5.0), (0.0, 0.0)]


def n(*shape):
    return rng.standard_normal(shape)


def statements(program, kind):
    return [s for s in program.entry.block.body if isinstance(s, kind)]


BRANCHES = """
if 1 < 2:
    if x > 0:
        return x
    y = y + 1
y = y * 2
return y

if x > y:
    z = x
else:
    z = y
return z * 2

if x > y:
    x = x + 1
return x * y

if x > 1:
    x, y = y, x
elif x > 0:
    y = 2.0
else:
    x = 3.0
return x - y

if x > 0:
    return x
return y

if x > 0:
    return x
elif y > 0:
    return y * 2
else:
    z = x * y
return z

if x > 0:
    if y > 0:
        return x * y
    z = x
else:
    z = y
w = z * 2
return w + z

if x > 0:
    if y > 0:
        return 1.0
    if y < -2:
        return 2.0
if x > 3:
    return 3.0
return x

if x > 0:
    return x, {'a': y}
return y, {'a': x}

if x > 0:
    return x

if x > 0:
    pass
else:
    return y
return x

z = (x, 1.0) if x > y else (y, 2.0)
return z[0] * z[1]

z = x if x > 0 else y if y > 0 else -1.0
return z

p = (x, y)
if x > y:
    p = (y, x)
return p[0] - p[1]

p = {'a': x, 'b': [y]}
if x > y:
    p = {'a': y, 'b': [x * 2]}
return p['a'] - p['b'][0]

s = 0
if x > 0:
    s = 0.5
return s * y, s

if x > 0 and y > 0 and x > y:
    return 1.0
if x > 0 or y > 0:
    return 2.0
return 3.0

if x != 0 and y / x > 1:
    return y / x
return y

if not (x > 0 or y / (x - 1) > 2):
    return 1.0
return 2.0

if 0 < x <= y < 10:
    return 1.0
return 2.0

if x:
    return 1.0
return 2.0

if x > 100:
    raise ValueError('too large')
return x

if x > 100:
    raise ValueError
else:
    z = y
return z

if x < 100:
    z = y
else:
    raise ValueError(f'{x} is too large')
return z

if x > 0:
    return x
elif x <= 0:
    return y
raise ValueError('nan')

if x > 0:
    z = 1.0
elif x > -100:
    z = 2.0
else:
    raise ValueError('no')
return z * y

a = b = x
if y > 0:
    a = b + 1
return a * b

if x > 0:
    z = x
if x > 0:
    y = y + 1
z = y
return z

if (x > 0) == (y > 0):
    return x
return y

for v in (x, y, 2.0):
    if v > 1:
        x = x + v
    else:
        y = y * v
return x - y

while x > 1:
    x = x / 2
else:
    y = y + 1
return x + y

z = x and y
w = x or y
return z, w

assert x < 100, 'x'
assert y < 100
return x * y
"""


@pytest.mark.parametrize("body", programs(BRANCHES))
def test_branches(body):
    agrees("def f(x, y):\n" + body, *NUMBERS)


LOOPS_OVER_NUMBERS = """
for i in range(n):
    x = x * 0.5 + i
return x

for i in range(1, n):
    x = x + i
return x

for i in range(n, 0, -1):
    x = x * 0.5 + i
return x

for i in range(-n, n, 2):
    x = x * 0.5 + i
return x

for i in reversed(range(n)):
    x = x * 0.5 + i
return x

for i in reversed(range(n, 0, -2)):
    x = x * 0.5 + i
return x

for i in range(n):
    n = 1
    x = x + n
return x + n

for i in range(n):
    i = i * 2
    x = x + i
return x

i = 10
for i in range(n):
    x = x + i
return x * i

i = 10
for i in range(n):
    i = i * 2
    x = x + i
return x * i

for i in range(3):
    x = x + i
return x * i

j = 1
for i in range(n):
    x = x + j
    for j in range(i):
        x = x * 0.5 + j
return x * j

for i in range(n):
    for j in range(i, n):
        for k in range(2):
            x = x * 0.9 + i - j * k
return x

s = 0
for i in range(n):
    s = s + x
return s

s = 0
for i in range(n):
    s += 1
return s * x

s, t = 0.0, 1.0
for i in range(n):
    s, t = t, s + t * x
return s - t

p = (x, 1.0)
for _ in range(n):
    p = (p[0] * 0.5, p[0] + p[1])
return p

d = {'a': x, 'b': [1.0, x]}
for _ in range(n):
    d = {'a': d['a'] * 0.5, 'b': [d['b'][1], d['a']]}
return d

p = None
for i in range(n):
    if p is None:
        p = x
    else:
        p = p * 0.5 + i
return p

for i in range(n):
    if i % 2 == 0:
        x = x * 0.5
    elif x > 1:
        x = x - 1
    y = x
    x = y + i
return x

for i in range(n):
    if i > 100:
        raise ValueError('never')
    x = x * 0.5
return x

for i in range(n):
    if i < 100:
        y = x * 0.5
    else:
        raise ValueError('never')
    x = y
return x

while x > 1.0:
    x = x / 2
return x

k = 0
while k < n and x > 0.1:
    x = x * 0.5
    k += 1
return x, k

k = 0
while k < n:
    j = 0
    while j < k:
        x = x * 0.5 + j
        j = j + 1
    k = k + 1
return x

k = n
while k:
    k -= 1
    x = x + k
return x

while not x < 1.0:
    x = x / 2
return x

while False:
    x = undefined
return x

for i in range(n):
    x = x + 1
else:
    x = x * 2
return x

for i in range(n):
    pass
return x

for i in range(n):
    y = x
    x = y
return x

for i, k in enumerate(range(n)):
    x = x * 0.5 + i * k
return x

for i in range(n):
    x = (x if i > 1 else -x) * 0.5
return x

for i in range(int(n * 1.5)):
    x = x * 0.5
return x

z = 1.0
for i in range(n):
    z = x
    del x
    x = z * 0.5
return x

y = x
for i in range(n):
    x = y + i
    y = x * 0.5
return x + y
"""


@pytest.mark.parametrize("body", programs(LOOPS_OVER_NUMBERS))
def test_loops_over_numbers(body):
    agrees("def f(x, n):\n" + body, (1.5, 3), (3.0, 1), (2.0, 0), (40.0, 6))


LOOPS_OVER_ITEMS = """
for v in xs:
    t = t * 0.5 + v
return t

for v in reversed(xs):
    t = t * 0.5 + v
return t

for i, v in enumerate(xs):
    t = t * 0.5 + v * i
return t

for i, v in enumerate(xs, 2):
    t = t * 0.5 + v * i
return t

for i, v in enumerate(reversed(xs)):
    t = t * 0.5 + v * i
return t

for i, v in enumerate(reversed(xs), start=3):
    t = t * 0.5 + v * i
return t

for i, v in reversed(list(enumerate(xs))):
    t = t * 0.5 + v * i
return t

for v, w in zip(xs, ys):
    t = t * 0.5 + v * w
return t

for v, w in reversed(list(zip(xs, ys))):
    t = t * 0.5 + v * w
return t

for i, (v, w) in enumerate(zip(xs, ys)):
    t = t * 0.5 + v * w * i
return t

for v, w in zip(xs, xs[1:]):
    t = t * 0.5 + v * w
return t

for v, w in zip(xs[:-1], xs[1:]):
    t = t * 0.5 + v * w
return t

for v, w in zip(xs, reversed(ys)):
    t = t * 0.5 + v * w
return t

for i, v in zip(range(len(xs)), xs):
    t = t * 0.5 + v * i
return t

for v in xs[1:]:
    t = t * 0.5 + v
return t

for v in xs[:-1]:
    t = t * 0.5 + v
return t

for v in xs[:2]:
    t = t * 0.5 + v
return t

for v in xs[-2:]:
    t = t * 0.5 + v
return t

for v in reversed(xs[1:-1]):
    t = t * 0.5 + v
return t

for i, v in enumerate(xs[1:]):
    t = t * 0.5 + v * i
return t

for i in range(len(xs)):
    t = t * 0.5 + xs[i]
return t

for i in range(len(xs) - 1):
    t = t * 0.5 + xs[i] * xs[i + 1]
return t

v = 5.0
for v in xs:
    t = t * 0.5 + v
return t + v

for v in list(xs):
    t = t * 0.5 + v
return t

for v in xs:
    for w in ys:
        t = t * 0.5 + v * w
return t

for v in xs:
    v = v * 2
    t = t + v
return t

for v in xs:
    t += v
return t
"""


@pytest.mark.parametrize("body", programs(LOOPS_OVER_ITEMS))
@pytest.mark.parametrize("kind", ["array", "list"])
def test_loops_over_items(kind, body):
    make = {"array": lambda k: n(k), "list": lambda k: [float(v) for v in n(k)]}[kind]
    agrees("def f(t, xs, ys):\n" + body, (1.0, make(4), make(4)), (1.0, make(6), make(6)))


def test_loops_over_no_items():
    f = "def f(xs):\n    t = 0.0\n    for v, w in zip(xs, xs[1:]):\n        t = t + v * w\n    return t\n"
    agrees(f, ([1.0, 2.0],), ([1.0],), ([],))


LEFT_BEHIND = """
for i in range(n):
    y = x * i
    x = x + 1
return x * y

for i in range(n):
    x = x * 0.5
return x * i

for i in range(n):
    p = (x, {"k": i})
    x = x * 0.5
a, d = p
return a * d["k"]

k = 0
while k < n:
    y = x * k
    k = k + 1
return y

for v, w in zip((1.0, 2.0), (x, 3.0)):
    y = v * w
return y * w

for i in range(n):
    for j in range(n):
        x = x * 0.5 + j
        y = x
return x + 1

for i in range(n):
    y = x
    for j in range(2):
        y = y + j
    x = y * 0.5
return y
"""


@pytest.mark.parametrize("body", programs(LEFT_BEHIND))
def test_names_first_bound_in_a_loop_are_read_afterwards(body):
    agrees("def f(x, n):\n" + body, (1.5, 3), (3.0, 1))


TWO_LOOPS_WITH_ONE_VARIABLE = """
for i in range(3):
    x = x * 0.5
for i in range(n):
    x = x + 1
return x * i

for i in range(3):
    y = x * i
for j in range(n):
    y = x + j
return y

for k in range(2):
    for i in range(2):
        x = x * 0.5
    for i in range(n):
        x = x + i
    x = x - i
return x
"""


@pytest.mark.parametrize("body", programs(TWO_LOOPS_WITH_ONE_VARIABLE))
def test_a_name_keeps_what_an_earlier_loop_left_in_it(body):
    agrees("def f(x, n):\n" + body, (1.5, 3), (3.0, 1), (3.0, 0))


def test_a_name_that_the_loop_has_not_bound_is_none():
    from pullback.transpile.interpret import run

    program = lowered("def f(x, n):\n    for i in range(n):\n        y = x\n    return y * 2\n", 1.0, 3)
    with pytest.raises(TypeError):
        run(program, 1.0, 0)


def test_loops_over_rows_and_columns():
    agrees(
        "def f(a):\n    t = 0.0\n    for row in a:\n        for v in row:\n            t = t * 0.5 + v\n    return t\n",
        (n(3, 4),),
    )
    agrees("def f(a):\n    t = a[0]\n    for row in a[1:]:\n        t = t * row\n    return t\n", (n(3, 4),))
    agrees(
        "def f(a):\n    t = a[:, 0]\n    for k, c in enumerate(a.T):\n        t = t * c + k\n    return t\n", (n(3, 4),)
    )


def test_a_loop_over_different_items_is_unrolled():
    text = """def f(layers, x):
    for layer in layers:
        x = np.tanh(x @ layer['w'])
        if 'b' in layer:
            x = x + layer['b']
    return x
"""
    layers = [{"w": n(2, 3), "b": n(3)}, {"w": n(3, 1)}]
    program = agrees(text, (layers, n(2)))
    assert not statements(program, For)


UNROLLED_ON_DEMAND = """
for i in range(3):
    x = x * params[f"w{i}"] + i
return x

for i in reversed(range(2)):
    for j in range(2):
        x = x * params[f"w{i}"] - params[f"w{i + j}"] * j
return x

n = len(params) // 2
layers = (x, {"k": 2.0}, 3.0)
for i in range(n):
    if i != 1:
        x = x + layers[i]
return x

k = 0
for i in range(3):
    k = i
    x = x * params["w" + str(i)]
return x * k + i
"""


@pytest.mark.parametrize("body", programs(UNROLLED_ON_DEMAND))
def test_a_range_is_unrolled_where_its_numbers_must_be_known(body):
    params = {"w0": 1.5, "w1": n(2), "w2": -0.5, "b0": 1.0, "b1": 2.0, "b2": 3.0}
    program = agrees("def f(params, x):\n" + body, (params, 0.5))
    assert not statements(program, For)


def test_a_loop_over_like_items_stays_a_loop():
    text = "def f(layers, x):\n    for w, b in layers:\n        x = np.tanh(x @ w + b)\n    return x\n"
    program = agrees(text, ([(n(2, 3), n(3)), (n(3, 1), n(1))], n(2)))
    (loop,) = statements(program, For)
    assert loop.source is None
    assert len(loop.items) == 1


def test_zip_of_lists_is_checked_to_be_of_one_length():
    f = live("def f(a, b):\n    t = 0.0\n    for x, y in zip(a, b):\n        t = t + x * y\n    return t\n")
    program = agrees(f, ([1.0, 2.0], [3.0, 4.0]))
    (check,) = statements(program, Effect)
    assert check.op == "assert"
    from pullback.transpile.interpret import run

    with pytest.raises(AssertionError, match="zip of lists of different lengths"):
        run(program, [1.0, 2.0], [3.0])


def test_zip_of_arrays_that_may_differ_in_length_stops_with_the_shortest():
    f = "def f(a, b):\n    t = 0.0\n    for x, y in zip(a, b):\n        t = t + x * y\n    return t\n"
    agrees(f, (n(3), n(5)), (n(5), n(3)))


def test_only_what_the_body_changes_is_carried():
    text = """def f(x, w, n):
    a = w * 2
    for i in range(n):
        b = x * a
        x = b + i
        a = a
    return x
"""
    (loop,) = statements(agrees(text, (1.0, 2.0, 3)), For)
    assert [v.hint for v in loop.carried] == ["x"]
    assert loop.index.hint == "i"
    assert [v.hint for v in loop.outs] == ["x"]


def test_a_loop_variable_is_carried_only_if_it_is_read_afterwards():
    text = "def f(x):\n    i = 3\n    for i in range(4):\n        x = x + i\n    return x{}\n"
    assert len(statements(lowered(text.format(""), 1.0), For)[0].outs) == 1
    assert len(statements(lowered(text.format(" * i"), 1.0), For)[0].outs) == 2


def test_a_branch_gives_only_the_names_that_differ():
    text = "def f(x, y):\n    z = x\n    if x > 0:\n        z = y\n        w = 1.0\n        y = y\n    return z\n"
    (branch,) = statements(lowered(text, 1.0, 2.0), If)
    assert [v.hint for v in branch.outs] == ["z"]
    assert branch.orelse.results == (lowered(text, 1.0, 2.0).entry.params[0].var,) or len(branch.orelse.results) == 1


def test_an_integer_that_becomes_a_float_has_the_joined_type():
    text = """def f(x, n):
    s = 0
    k = 0
    for i in range(n):
        s = s + x
        k = k + 1
    return s, k
"""
    (loop,) = statements(agrees(text, (1.5, 3), (1.5, 0)), For)
    assert [v.type for v in loop.carried] == [FLOAT, INT]
    assert loop.inits == (Lit(0), Lit(0))


def test_the_condition_of_a_while_is_a_block_of_its_own():
    text = "def f(x):\n    k = 0\n    while abs(x) > 1.0:\n        x = x * 0.5\n        k += 1\n    return x * k\n"
    (loop,) = statements(agrees(text, (10.0,), (0.5,)), While)
    assert len(loop.cond.params) == len(loop.inits) == 2
    assert not set(loop.cond.params) & set(loop.body.params)


def test_what_follows_an_early_return_moves_into_the_other_branch():
    text = "def f(x):\n    if x > 0:\n        return x * 2\n    y = -x\n    return y\n"
    program = agrees(text, (1.0,), (-1.0,))
    (branch,) = program.entry.block.body[1:]
    assert branch.orelse.body[0].out.hint == "y"


def test_a_branch_that_raises_leaves_the_rest_where_it_is():
    text = "def f(x):\n    if x < 0:\n        raise ValueError('negative')\n    y = x * 2\n    return y\n"
    body = agrees(text, (1.0,)).entry.block.body
    assert [type(s).__name__ for s in body] == ["Op", "If", "Op"]
    assert body[1].outs == ()
    (effect,) = body[1].then.body
    assert (effect.op, effect.args) == ("raise", (Lit(ValueError, "ValueError"), Lit("negative")))


def test_prints_happen_once_and_in_order(capsys):
    text = """def f(x, n):
    print('start', x)
    for i in range(n):
        if i > 0:
            print(f'{i}: {x:.2f} {{}} {x!r}')
        x = x * 0.5
    print()
    return x
"""
    f = live(text)
    agrees(f, (1.0, 3))
    core, python = capsys.readouterr().out[:0], None
    f(1.0, 3)
    python = capsys.readouterr().out
    from pullback.transpile.interpret import run

    run(lowered(f, 1.0, 3), 1.0, 3)
    core = capsys.readouterr().out
    assert core == python == "start 1.0\n1: 0.50 {} 0.5\n2: 0.25 {} 0.25\n\n"


def test_raise_and_assert_raise_as_in_python():
    from pullback.transpile.interpret import run

    f = """def f(x):
    assert x > 0, f'{x} is not positive'
    if x > 10:
        raise OverflowError('large', x)
    return x
"""
    program = lowered(f, 1.0)
    with pytest.raises(AssertionError, match=r"-1\.0 is not positive"):
        run(program, -1.0)
    with pytest.raises(OverflowError, match="large"):
        run(program, 11.0)


def test_nested_loops_do_not_multiply_the_work():
    import time

    depth = 9
    lines = ["def f(x, n):", *(f"    s{k} = 0" for k in range(depth))]
    for k in range(depth):
        lines.append("    " + "    " * k + f"for i{k} in range(n):")
    lines.append("    " + "    " * depth + "; ".join(f"s{k} = s{k} + x * i{k}" for k in range(depth)))
    lines.append("    return " + " + ".join(f"s{k}" for k in range(depth)))
    f = live("\n".join(lines) + "\n")
    start = time.process_time()
    lowered(f, 1.0, 2)
    assert time.process_time() - start < 2.0
