"""Lists that share arrays, are copied, changed in loops over them, and given to helpers: as in `container_programs`."""

from __future__ import annotations

from typing import Any

import numpy as np

X = np.array([0.7, -1.3, 0.4])
Y = np.array([1.1, 0.6, -0.5])
A = np.arange(1.0, 7.0).reshape(2, 3) / 5.0

RIGHT: dict[str, tuple[str, tuple[Any, ...]]] = {
    "zero trips alias arrays": (
        """
def f(x, n):
    a = x * 1.0
    for i in range(n):
        a = a * 2.0
    xs = [a]
    a[0] = 7.0
    return np.sum(xs[0] * x)
""",
        (X, 0),
    ),
    "loop list kept each trip": (
        """
def f(x, n):
    kept = []
    for i in range(n):
        ys = [x * i, x]
        kept.append(ys)
    t = kept[0]
    return t[0] + kept[1][0] * kept[1][1]
""",
        (0.7, 2),
    ),
    "loop list changed then kept": (
        """
def f(x, n):
    kept = []
    for i in range(n):
        ys = [x * i, x]
        ys[0] = 5.0 * x
        kept.append(ys)
    return kept[0][0] * kept[1][1]
""",
        (0.7, 2),
    ),
    "dict of arrays rebound in branch, not taken": (
        """
def f(x, y, c):
    d = {"a": x * 1.0, "b": y * 1.0}
    if c > 0.5:
        d["a"] = d["b"]
    d["b"][0] = 3.0
    return np.sum(d["b"])
""",
        (X, Y, 0.3),
    ),
    "swap items": (
        """
def f(x, y):
    xs = [x * 1.0, y * 1.0]
    xs[0], xs[1] = xs[1], xs[0]
    xs[0][0] = 3.0 * x[1]
    return np.sum(xs[0] * xs[1] * y)
""",
        (X, Y),
    ),
    "swap items loop": (
        """
def f(x, y, n):
    xs = [x * 1.0, y * 1.0]
    for i in range(n):
        xs[0], xs[1] = xs[1], xs[0] * xs[1]
        xs[0][0] = 3.0 * x[1]
    return np.sum(xs[0] * xs[1] * y)
""",
        (X, Y, 3),
    ),
    "ping pong in dict": (
        """
def f(x, n):
    d = {"u": x * 1.0, "v": np.zeros(3)}
    for i in range(n):
        d["v"][1:] = d["u"][:-1] * 2.0
        d["v"][0] = d["u"][0]
        d["u"], d["v"] = d["v"], d["u"]
    return np.sum(d["u"] * d["u"])
""",
        (X, 3),
    ),
    "list default alias": (
        """
def h(a, xs):
    xs.append(a)
    return xs
def f(x):
    xs = [x]
    ys = h(x * x, xs)
    ys.append(3.0 * x)
    return xs[2] * ys[1] * len(xs)
""",
        (0.7,),
    ),
    "helper returns new list, then item replaced": (
        """
def h(xs):
    return [xs[1], xs[0]]
def f(x, y):
    xs = [x * 1.0, y * 1.0]
    ys = h(xs)
    ys[0] = x * y
    xs.append(ys[1])
    return np.sum(xs[0] * xs[1] * xs[2] * ys[0])
""",
        (X, Y),
    ),
    "helper of nested": (
        """
def h(d):
    d["p"][0] = d["p"][0] * d["p"][1]
    d["q"] = [d["p"][0]]
def f(x):
    d = {"p": [x, 2.0 * x]}
    e = d["p"]
    h(d)
    d["q"].append(x)
    return e[0] * d["q"][0] * d["q"][1]
""",
        (0.7,),
    ),
    "helper in loop of nested": (
        """
def h(d):
    d["p"][0] = d["p"][0] * d["p"][1]
def f(x, n):
    d = {"p": [x, 2.0 * x]}
    e = d["p"]
    for i in range(n):
        h(d)
    return e[0] * d["p"][1]
""",
        (0.7, 3),
    ),
    "recursive list": (
        """
def h(xs, n):
    if n == 0:
        return 0.0
    xs[0] = xs[0] * xs[1]
    return h(xs, n - 1) + xs[0]
def f(x):
    xs = [x, 2.0 * x]
    return h(xs, 3) * xs[0]
""",
        (0.7,),
    ),
    "pop last loop arg": (
        """
def f(xs):
    t = 1.0
    while xs:
        t = t * xs.pop() + t
    return t
""",
        ([0.7, 0.3, 0.2],),
    ),
    "queue": (
        """
def f(x, n):
    ys = [x, 2 * x]
    k = 0
    for i in range(n):
        ys.append(ys[k] * ys[k + 1])
        k += 1
    return ys[-1]
""",
        (0.7, 3),
    ),
    "finally append": (
        """
def f(x):
    ys = []
    for v in x:
        try:
            t = v * v
        finally:
            ys.append(v)
        ys.append(t)
    return sum(ys) * ys[2]
""",
        (X,),
    ),
    "two loops same list": (
        """
def f(x):
    ys = [v * v for v in x]
    for i in range(len(ys)):
        ys[i] = ys[i] * ys[0]
    for i in range(1, len(ys)):
        ys[i] = ys[i] + ys[i - 1]
    zs = list(ys)
    ys[0] = 0.0
    return zs[0] * ys[-1] + sum(zs)
""",
        (X,),
    ),
    "negative index": (
        """
def f(x, n):
    ys = [0.0] * n
    ys[-1] = x
    ys[0] = ys[-1] * x
    return ys[0] * ys[-1] * ys[n - 1]
""",
        (0.7, 3),
    ),
    "len in cond": (
        """
def f(x, n):
    ys = [x]
    while len(ys) < n:
        ys.append(ys[-1] * x)
    return ys[-1] + ys[len(ys) // 2]
""",
        (0.7, 5),
    ),
    "list of bools": (
        """
def f(x):
    keep = []
    for v in x:
        keep.append(v > 0.0)
    t = 0.0
    for v, k in zip(x, keep):
        if k:
            t = t + v * v
    return t
""",
        (X,),
    ),
    "list of indices": (
        """
def f(x):
    ks = []
    for k in range(len(x)):
        if x[k] > 0.0:
            ks.append(k)
    t = 0.0
    for k in ks:
        t = t + x[k] * x[k]
    return t * len(ks)
""",
        (X,),
    ),
    "list of strings": (
        """
def f(x, n):
    names = []
    for i in range(n):
        names.append("a")
    return x * len(names)
""",
        (0.7, 3),
    ),
    "nested append in branch loops": (
        """
def f(a):
    out = []
    for r in a:
        if r[0] > 0.3:
            for v in r:
                out.append(v * v)
        else:
            out.append(r[0])
    return sum(out) * out[0]
""",
        (A,),
    ),
    "array replaced in the list by name": (
        """
def f(x, y, n):
    rows = [x, y]
    for i in range(n):
        rows[0] = rows[0] * rows[1]
        rows[1] = rows[0]
    return np.sum(rows[0] * rows[1])
""",
        (X, Y, 2),
    ),
    "array replaced in the list by name then written": (
        """
def f(x, y, n):
    rows = [x, y]
    for i in range(n):
        rows[1] = rows[0]
        rows[0] = rows[0] * 2.0
        rows[1][0] = 3.0
    return np.sum(rows[0] * rows[1])
""",
        (X, Y, 2),
    ),
    "walrus list": (
        """
def f(x):
    if len(ys := [x, 2.0 * x]) > 1:
        ys.append(3.0)
    return ys[0] * ys[1] * ys[2]
""",
        (0.7,),
    ),
    "walrus in while with list": (
        """
def f(x):
    ys = []
    while (y := x * (len(ys) + 1.0)) < 4.0:
        ys.append(y)
    return sum(ys) * y
""",
        (0.7,),
    ),
    "pop in while condition b": (
        """
def f(x):
    ys = [v for v in x]
    t = 1.0
    while len(ys) > 0 and ys.pop() < 0.5:
        t = t * 2.0 + len(ys) * x[0]
    return t * sum(ys)
""",
        (X,),
    ),
    "augmented item twice": (
        """
def f(x, i):
    ys = [x, 2.0 * x, 3.0]
    ys[i] += x
    ys[i] *= ys[i]
    return ys[i] * ys[0]
""",
        (0.7, 1),
    ),
    "index evaluated once": (
        """
def f(x):
    ks = [0, 1]
    ys = [x, 2.0 * x]
    ys[ks.pop()] += x
    return ys[0] * ys[1] * len(ks)
""",
        (0.7,),
    ),
    "rhs changes list": (
        """
def f(x):
    ys = [x, 2.0 * x]
    ys[0] = ys.pop() * x
    return ys[0] * len(ys)
""",
        (0.7,),
    ),
    "aug rhs changes list": (
        """
def f(x):
    ys = [x, 2.0 * x]
    ys[0] += ys.pop() * x
    return ys[0] * len(ys)
""",
        (0.7,),
    ),
    "aug rhs replaces": (
        """
def h(ys):
    ys[0] = 5.0
    return ys[1]
def f(x):
    ys = [x, 2.0 * x]
    ys[0] += h(ys)
    return ys[0] * ys[1]
""",
        (0.7,),
    ),
    "star args change": (
        """
def h(a, b, c):
    return a * b + c
def f(x):
    ys = [x, 2.0 * x]
    return h(*ys, ys.pop()) * len(ys)
""",
        (0.7,),
    ),
    "called appends alias": (
        """
def f(x, n):
    ys = [x]
    zs = ys
    for i in range(n):
        h(ys, x * i)
    return sum(zs) * len(zs)
def h(ys, v):
    ys.append(v*v)
""",
        (0.7, 2),
    ),
    "called pops": (
        """
def f(x, n):
    ys = [v for v in x]
    t = 0.0
    for i in range(n):
        t = t * h(ys) + t + x[0]
    return sum(ys) * t
def h(ys):
    return ys.pop() * 2.0
""",
        (X, 2),
    ),
    "called after loop": (
        """
def f(x):
    ys = []
    for v in x:
        ys.append(v)
    h(ys, x[0])
    return sum(ys)*ys[0]
def h(ys, v):
    ys.append(v*v)
    ys[0] = ys[1] * v
""",
        (X,),
    ),
    "called in branch": (
        """
def f(x):
    ys = []
    for v in x:
        if v > 0.0:
            h(ys, v)
        else:
            ys.append(v)
    return sum(ys)*ys[0]
def h(ys, v):
    ys.append(v*v)
""",
        (X,),
    ),
    "no stable": (
        """
def f(x, n):
    q = [x, x * 2.0]
    for i in range(n):
        q = [q[0], q[1] * x]
        q.append(x)
        q.pop()
    return sum(q)
""",
        (0.7, 3),
    ),
    "copy by a slice": (
        """
def f(x, n):
    ys = [v for v in x]
    zs = ys[:]
    ys[0] = 3.0
    zs.append(x[0])
    return sum(zs) * sum(ys)
""",
        (X, 2),
    ),
    "copy by a slice, arrays": (
        """
def f(x, n):
    ys = [x * i for i in range(n)]
    zs = ys[:]
    ys[0] = x
    zs.append(ys[1])
    return np.sum(zs[0] * ys[0] * zs[-1])
""",
        (X, 2),
    ),
    "changed in a loop over a copy": (
        """
def f(x):
    ys = [v for v in x]
    for v in ys[:]:
        ys.append(v * v)
    return sum(ys) * ys[-1]
""",
        (X,),
    ),
    "changed in a loop over a copy, list": (
        """
def f(x):
    ys = [v for v in x]
    for v in list(ys):
        ys.append(v * v)
    return sum(ys) * ys[-1]
""",
        (X,),
    ),
    "changed in a loop over a copy, enumerate": (
        """
def f(x):
    ys = [v for v in x]
    for i, v in enumerate(list(ys)):
        ys.append(v * v * i)
    return sum(ys) * ys[-1]
""",
        (X,),
    ),
    "changed in a loop over a copy, known": (
        """
def f(x):
    ys = [x, 2 * x]
    for v in list(ys):
        ys.append(v * v)
    for v in tuple(ys):
        ys.pop()
    return len(ys) * x
""",
        (0.7,),
    ),
    "set in a loop over a copy": (
        """
def f(x):
    ys = [v for v in x]
    for i, v in enumerate(list(ys)):
        ys[2] = v * ys[2] + i
    return sum(ys) * ys[-1]
""",
        (X,),
    ),
    "popped in a loop over a tuple": (
        """
def f(x):
    ys = [v for v in x]
    t = 0.0
    for v in reversed(list(ys)):
        t = t * v + ys.pop()
    return t
""",
        (X,),
    ),
    "list of an array in a loop that writes it": (
        """
def f(x):
    y = x * 1.0
    t = 0.0
    for i, v in enumerate(list(y)):
        y[2] = y[2] * v + i
        t = t + v
    return t * y[2]
""",
        (X,),
    ),
    "list of an array's rows in a loop that writes it": (
        """
def f(a):
    y = a * 1.0
    t = 0.0
    for i, v in enumerate(list(y)):
        y[1] = y[1] * v + i
        t = t + np.sum(v)
    return t * y[1, 0]
""",
        (A,),
    ),
    "list of enumerate": (
        """
def f(x):
    ys = [v for v in x]
    for i, v in list(enumerate(ys)):
        ys[2] = v * ys[2] + i
    return sum(ys) * ys[-1]
""",
        (X,),
    ),
    "list of zip known": (
        """
def f(x):
    ys = [x, 2.0 * x, 3.0]
    for u, v in list(zip(ys, ys[1:])):
        ys[2] = v * ys[2] + u
    return sum(ys) * ys[-1]
""",
        (0.7,),
    ),
    "slice in a loop that changes known": (
        """
def f(x):
    ys = [x, 2.0 * x, 3.0]
    for v in ys[1:]:
        ys[2] = ys[2] * v
    return ys[2]
""",
        (0.7,),
    ),
    "slices zipped": (
        """
def f(x):
    ys = [v for v in x]
    t = 0.0
    for u, v in zip(ys[1:], ys[:-1]):
        t = t + u * v
    return t
""",
        (X,),
    ),
    "run over where a branch has not changed it": (
        """
def f(a, b, x, y):
    p = [a * y, a]
    if y > 0.5:
        p.pop()
    if y > 0.5:
        t = 0.0
    else:
        t = 1.0
        p = [v * x for v in p]
        if x > 2:
            p += [b]
    return t + np.sum(p[0]) + np.sum(p[-1]) + len(p)
""",
        (X, Y, 0.7, 0.35),
    ),
    "two run over where a branch has not changed them": (
        """
def f(a, b, x, y):
    p = [a * y, a]
    if y > 0.5:
        p.pop()
    r = p
    if y > 0.5:
        t = 0.0
    else:
        t = 1.0
        p = [v * x for v in p]
        r = [v * v for v in r]
    return t + np.sum(p[0]) + np.sum(p[-1]) + len(p) + np.sum(r[0])
""",
        (X, Y, 0.7, 0.35),
    ),
    "arrays run over until a break": (
        """
def f(a, b, x, y):
    p = [a * y, a]
    if y > 0.5:
        p.pop()
    t = 0.0
    if y > 0.5:
        t = 0.0
    else:
        t = 1.0
        for v in p:
            t = t + np.sum(v * v) * x
            if t > 100.0:
                break
    return t + np.sum(p[0]) + np.sum(p[-1]) + len(p)
""",
        (X, Y, 0.7, 0.35),
    ),
    "numbers run over until a break": (
        """
def f(a, b, x, y):
    p = [b[0] * y, x]
    if y > 0.5:
        p.pop()
    t = 0.0
    if y > 0.5:
        t = 0.0
    else:
        t = 1.0
        for v in p:
            t = t + v * v * x
            if t > 0.01:
                break
    return t + p[0] + p[-1] + len(p)
""",
        (X, Y, 0.7, 0.35),
    ),
    "pop in while condition": (
        """
def f(x):
    ys = [v for v in x]
    t = 1.0
    while ys and (y := ys.pop()) < 10.0:
        t = t * y
    return t
""",
        (X,),
    ),
}

# and a part of the message, and the text that is marked
REFUSED: dict[str, tuple[str, tuple[Any, ...], str, str]] = {
    "zero trips alias": (
        """
def f(x, n):
    ys = [x]
    zs = ys
    for i in range(n):
        ys = ys + [x * i]
    ys.append(2.0)
    return sum(zs) * len(zs)
""",
        (0.7, 0),
        "'zs' cannot be used: it may be the list or dict that is changed under another name on line",
        "zs",
    ),
    "loop list kept then changed": (
        """
def f(x, n):
    kept = []
    for i in range(n):
        ys = [x * i, x]
        kept.append(ys)
        ys[0] = 5.0
    return kept[0][0] * kept[1][1]
""",
        (0.7, 2),
        "'ys' cannot be used: it may be the list or dict that is changed under another name on line",
        "ys",
    ),
    "dict of arrays rebound in branch": (
        """
def f(x, y, c):
    d = {"a": x * 1.0, "b": y * 1.0}
    if c > 0.5:
        d["a"] = d["b"]
    d["b"][0] = 3.0
    return np.sum(d["a"] * d["b"])
""",
        (X, Y, 0.7),
        "'d_a' cannot be used: it may be the array that is written under another name on line 9",
        'return np.sum(d["a"] * d["b"])',
    ),
    "helper returns one of two": (
        """
def h(xs, ys, c):
    if c > 0.5:
        return xs
    return ys
def f(x, c):
    xs = [x, 1.0]
    ys = [2.0 * x, 3.0]
    zs = h(xs, ys, c)
    zs[0] = 7.0
    return xs[0] * ys[0]
""",
        (0.7, 0.6),
        "a list or dict that comes from somewhere else is changed, which is not supported yet",
        "zs[0]",
    ),
    "helper returns item": (
        """
def h(xs):
    return xs[0]
def f(x, y):
    xs = [x * 1.0, y]
    a = h(xs)
    a[0] = 7.0
    return np.sum(xs[0] * xs[1])
""",
        (X, Y),
        "this array cannot be used: it may be the array that is written under another name on line ",
        "return np.sum(xs[0] * xs[1])",
    ),
    "helper returns new list of items": (
        """
def h(xs):
    return [xs[1], xs[0]]
def f(x, y):
    xs = [x * 1.0, y * 1.0]
    ys = h(xs)
    ys[0][0] = 7.0
    return np.sum(xs[0] * xs[1])
""",
        (X, Y),
        "this array cannot be used: it may be the array that is written under another name on line ",
        "return np.sum(xs[0] * xs[1])",
    ),
    "try append": (
        """
def f(x):
    ys = []
    for v in x:
        try:
            ys.append(math.sqrt(v))
        except ValueError:
            ys.append(v * v)
    return sum(ys)
""",
        (X,),
        "'ys' cannot be used: it is written in the `try` on line 8, which an exception may have end",
        "ys",
    ),
    "array in tuple in list written": (
        """
def f(x, n):
    a = x * 1.0
    ps = []
    for i in range(n):
        ps.append((a, i))
    a[0] = 2.0
    return np.sum(ps[0][0])
""",
        (X, 2),
        "'ps' cannot be used: it may hold the array that is written on line 10",
        "ps",
    ),
    "called appends arrays": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        h(ys, x * i)
        h(ys, ys[-1])
    return np.sum(ys[-1] * ys[0]) * len(ys)
def h(ys, v):
    ys.append(v*v)
""",
        (X, 2),
        "an array is written in this call that may also be reached through another argument",
        "h(ys, ys[-1])",
    ),
    "called appends itself": (
        """
def f(x, n):
    ys = [x * 1.0]
    for i in range(n):
        h(ys, x)
    x[0] = 2.0
    return np.sum(ys[-1] * ys[0]) * len(ys)
def h(ys, v):
    ys.append(v)
""",
        (X, 2),
        "'ys' gets an array in another place that an argument has, or is",
        "def h(ys, v):",
    ),
    "copy by a slice, arrays written": (
        """
def f(x, n):
    a = x * 1.0
    ys = [a]
    for i in range(n):
        ys.append(x)
    zs = ys[:]
    a[0] = 3.0
    return np.sum(zs[0])
""",
        (X, 2),
        "'zs' cannot be used: it may hold the array that is written on line 11",
        "zs",
    ),
    "slice in a loop that changes": (
        """
def f(x):
    ys = [v for v in x]
    for v in ys[1:]:
        ys[0] = ys[0] * v
    return ys[0]
""",
        (X,),
        "the list that this loop runs over is changed in it",
        "ys[1:]",
    ),
    "array written after it went into a list": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        xs.append(x)
    a[0] = 5.0
    return np.sum(xs[0])
""",
        (X, 2),
        "'xs' cannot be used: it may hold the array that is written on line 10",
        "xs",
    ),
    "array written after its list was copied": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        xs.append(x)
    ys = list(xs)
    a[0] = 5.0
    return np.sum(ys[0])
""",
        (X, 2),
        "'ys' cannot be used: it may hold the array that is written on line 11",
        "ys",
    ),
    "array written after its list was appended to": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        xs.append(x * 1.0)
    xs.append(x * 2.0)
    a[0] = 5.0
    return np.sum(xs[0])
""",
        (X, 2),
        "'xs' cannot be used: it may hold the array that is written on line 11",
        "xs",
    ),
    "item read and the array written": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        xs.append(x * 1.0)
    b = xs[0]
    a[0] = 5.0
    return np.sum(b)
""",
        (X, 2),
        "'b' cannot be used: it may be the array that is written under another name on line 11",
        "return np.sum(b)",
    ),
}
