"""Lists whose lengths only the run knows: each program with its arguments, as in `container_programs`."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

import numpy as np

A = np.array([[0.3, -1.0, 0.5], [0.7, 0.2, -0.4], [1.1, 0.6, -0.9], [-0.6, 0.8, 0.1]])
XS = [np.array([0.3, -1.0]), np.array([0.7, 0.2]), np.array([-0.4, 0.9])]

ROWS = """
def f(a, n):
    xs = []
    for i in range(n):
        xs.append(np.sin(a[i]))
"""
NUMBERS = """
def f(a, n):
    xs = []
    for i in range(n):
        xs.append(np.sin(a[i, 0]))
"""

Program = tuple[str, tuple[Any, ...]]
Refusal = tuple[str, tuple[Any, ...], str, str]


def rows(body: str, n: int = 4) -> Program:
    """A program with a list `xs` of `n` vectors."""
    return ROWS + indent(dedent(body).strip("\n"), "    ") + "\n", (A, n)


def numbers(body: str, n: int = 4) -> Program:
    """A program with a list `xs` of `n` numbers."""
    return NUMBERS + indent(dedent(body).strip("\n"), "    ") + "\n", (A, n)


def refused(program: Program, message: str, at: str) -> Refusal:
    """A program that is refused in these words, with the caret under `at`."""
    return (*program, message, at)


RIGHT: dict[str, Program] = {
    "sum of arrays": rows("return np.sum(sum(xs) ** 2)"),
    "sum of one array": rows("return np.sum(sum(xs) ** 2)", 1),
    "sum of no arrays": rows("return np.sum(sum(xs) * a + sum(xs))", 0),
    "sum of arrays from a start": rows("return np.sum(sum(xs, a[1] * a[0]) ** 2)"),
    "sum of no arrays from a start": rows("return np.sum(sum(xs, a[1] * a[0]) ** 2)", 0),
    "sum of arrays from a wider start": rows("return np.sum(sum(xs, start=a) ** 3)"),
    "sum of numbers from an array": numbers("return np.sum(sum(xs, a[1]) ** 3)"),
    "sum of rows that broadcast": rows(
        """
        ys = [a[: n - 1, i % 3 : i % 3 + 1] for i in range(n)]
        return np.sum(sum(ys, a[:1]) ** 3)
        """
    ),
    "sum of arrays and numbers": rows(
        """
        ys = [0.5]
        for i in range(n):
            ys.append(a[i] if i % 2 else np.sum(a[i]))
        return np.sum(sum(ys) ** 2)
        """
    ),
    "sum of a generator of arrays": rows("return np.sum(sum(x * x for x in xs) ** 2)"),
    "sum of a generator over a range": rows("return np.sum(sum(a[i] * a[i] for i in range(1, n)) ** 2)"),
    "sum of filtered arrays": rows("return np.sum(sum(filter(lambda x: np.sum(x) > 0.0, xs)) ** 2)"),
    "sum of mapped arrays": rows("return np.sum(sum(map(lambda x, y: x * y, xs, xs[1:])) ** 2)"),
    "sum of sums": rows("return np.sum(sum([sum(xs) * i for i in range(n)]) ** 2)"),
    "sum in a loop": rows(
        """
        t = 0.0
        for i in range(n):
            t = t + np.sum(sum(x * i for x in xs) ** 2)
        return t
        """
    ),
    "sum of arrays then changed": rows(
        """
        s = sum(xs)
        s = s / len(xs)
        s[0] = s[1] * 2.0
        return np.sum(s * s)
        """
    ),
    "sum used as a vector": rows(
        """
        s = sum(xs)
        return s[0] * np.mean(a @ s) + np.linalg.norm(s - s.mean()) + float(np.dot(s, s))
        """
    ),
    "sum of rows of an array": ("\ndef f(a):\n    return np.sum(sum(a) ** 2) + np.sum(sum(a * a))\n", (A,)),
    "sum of rows from a number": ("\ndef f(a):\n    return np.sum(sum(a[1:], 0.5) ** 2)\n", (A,)),
    "sum of rows of a part": ("\ndef f(a, n):\n    return np.sum(sum(a[:n]) * a[0])\n", (A, 0)),
    "sum of matrices": ("\ndef f(a):\n    return np.sum(sum(a.reshape(2, 2, 3)) ** 2)\n", (A,)),
    "sum of an argument": ("\ndef f(xs):\n    return np.sum(sum(xs) ** 2)\n", (XS,)),
    "sum of an argument from its first": ("\ndef f(xs):\n    return np.sum(sum(xs, xs[0]) ** 2)\n", (XS,)),
    "sum of an argument twice": ("\ndef f(xs):\n    return np.sum(sum(xs + xs) ** 2)\n", (XS,)),
    "items of one list appended to another": rows(
        """
        ys = [0.5]
        for i in range(n):
            ys.append(xs[i])
        zs = []
        for i in range(n):
            zs.append(xs[i])
            xs.append(zs[0])
        return np.sum(sum(ys) * sum(zs) + xs[-1])
        """
    ),
    "two lists appended to in turn": (
        """
def f(xs, n):
    ys = [xs[0]]
    for i in range(n):
        ys.append(xs[0])
        xs.append(ys[-1])
    return np.sum(xs[-1] ** 2)
""",
        (XS, 2),
    ),
    "insert in front in a loop": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        ys.insert(0, x * i)
    return ys[0] * ys[-1] + ys[1] ** 2
""",
        (0.7, 3),
    ),
    "popped from the front until it is empty": (
        """
def f(xs):
    t = 1.0
    while xs:
        t = t * xs.pop(0) + t
    return t
""",
        ([0.7, 0.3, 0.2],),
    ),
    "inserted at places of the run": rows(
        """
        for i in range(n):
            xs.insert(i * 3 - 4, a[i] * xs[0])
        xs.insert(-2, a[1])
        xs.insert(100, a[2])
        xs.insert(-100, a[3])
        xs.insert(2, a[0])
        return sum([np.sum(x**2) * k for k, x in enumerate(xs)])
        """
    ),
    "taken out at places of the run": rows(
        """
        t = 0.0
        for i in range(n - 1):
            v = xs.pop(1 - i)
            xs.append(a[i])
            t = t + np.sum(v * xs[i]) * (i + 1)
        del xs[n - 2], xs[-2]
        return t + np.sum(xs[0] * xs[1])
        """
    ),
    "queue of rows": rows(
        """
        q = []
        t = 0.0
        for x in xs:
            q.append(x * 2.0)
            if len(q) > 2:
                v = q.pop(0)
                t = t + np.sum(v * q[0] * x)
        return t + np.sum(q[-1] ** 3)
        """
    ),
    "known list popped at a place of the run": (
        """
def f(x, n):
    xs = [x, x * x, 3.0 * x]
    v = xs.pop(n)
    xs.insert(n + 1, v * v)
    del xs[n - 1]
    return xs[0] * xs[1] + v
""",
        (0.7, 1),
    ),
    "slices of a list": rows(
        """
        ys, zs, vs = xs[1:], xs[n - 3 : -1], xs[::-2]
        ws = xs[-2:1:-1]
        return np.sum(ys[0] * zs[-1] * vs[0]) + np.sum(sum(ys) * zs[0] + ws[0]) + len(xs[:2]) * np.sum(vs[1] ** 2)
        """
    ),
    "slices of a list of numbers": numbers(
        """
        ys, zs, vs = xs[1:], xs[n - 3 : -1], xs[::-2]
        return np.sum(np.array(ys) ** 2) * zs[-1] + vs[0] * max(ys) + sum(xs[1:3] + xs[2:])
        """
    ),
    "slice of a known list with bounds of the run": (
        """
def f(x, n):
    xs = [x, x * x, 3.0 * x]
    return sum(xs[:n]) * sum(xs[n:])
""",
        (0.7, 1),
    ),
    "slice then the list changed": numbers(
        """
        ys = xs[1:]
        xs[1] = xs[0] * 7.0
        ys.append(xs[1])
        t = 0.0
        for y in ys:
            t = t * 0.5 + y**2
        return t * xs[1]
        """
    ),
    "list changed after a loop over a slice of it": numbers(
        """
        t = 0.0
        for x in xs[1:]:
            t = t * 0.5 + x**2
        xs.append(t)
        for x in xs[:-1]:
            t = t * 0.5 + x**2
        return t * xs[-1]
        """
    ),
    "zip with a slice under a name": rows(
        """
        ys = xs[1:]
        t = 0.0
        for x, y in zip(xs, ys):
            t = t + np.sum(x * y)
        return t
        """
    ),
    "reversed in place": rows(
        """
        ys = xs
        ys.reverse()
        xs[0] = xs[1] * 2.0
        return np.sum(ys[0] * xs[-1]) + np.sum(xs[2] ** 2)
        """
    ),
    "backwards in a loop": rows(
        """
        t = 0.0
        for x in xs[::-1]:
            t = t * 0.5 + np.sum(x**2)
        return t
        """
    ),
    "sorted listof": numbers("ys = sorted(xs)\nreturn ys[0] * ys[-1] ** 2 + ys[1] ** 3"),
    "sorted array": ("\ndef f(x):\n    a = sorted(x, reverse=True)\n    return a[0] * a[1] ** 2 + a[2]\n", (A[0],)),
    "sorted argument": ("\ndef f(xs):\n    a = sorted(xs)\n    return a[0] * a[1] ** 2\n", ([0.7, 0.2, 0.3],)),
    "sorted rows by key": rows(
        """
        ys = sorted(xs, key=np.sum, reverse=True)
        zs = sorted(xs, key=lambda x: (x[0] > 0.0, x[1]))
        return np.sum(ys[0] * zs[0]) + np.sum(ys[-1] ** 2 * zs[1])
        """
    ),
    "sorted pairs of a list": rows(
        """
        ps = sorted([(np.sum(x), x) for x in xs], key=lambda p: -p[0])
        return ps[0][0] * np.sum(ps[1][1] ** 2)
        """
    ),
    "sorted nothing": numbers("return np.sum(a) + sum(sorted(xs)) + len(sorted(xs, key=abs))", 0),
    "sorted with equal keys": rows(
        """
        ys = sorted(xs, key=lambda x: x[0] > 0.0)
        zs = sorted(xs, key=lambda x: x[0] > 0.0, reverse=True)
        return sum([np.sum(y * z**2) * k for k, (y, z) in enumerate(zip(ys, zs))])
        """
    ),
    "list sorted in place": numbers(
        """
        ys = xs
        xs.sort(key=lambda x: -x)
        xs.append(ys[0] * 2.0)
        xs.sort()
        return ys[0] * xs[1] ** 2 + ys[-1]
        """
    ),
    "list sorted in a loop": rows(
        """
        t = 0.0
        for i in range(3):
            xs.sort(key=np.sum)
            xs[0] = xs[0] + xs[1] * 0.7 + i
            t = t + np.sum(xs[0] * xs[1])
        return t
        """
    ),
    "best of a list by key": rows(
        """
        u = max(xs, key=np.sum)
        v = min(xs, key=lambda x: np.sum(x * x))
        w = max(xs, key=lambda x: x[0] > -5.0)
        return np.sum(u * v) + np.sum(w**2)
        """
    ),
    "best of a list by a tuple": rows("return np.sum(max(xs, key=lambda x: (x[0] > 0.0, x[1])) ** 2)"),
    "best of a list by nan": numbers("return max(xs, key=lambda x: math.nan) ** 2 + min(xs, key=lambda x: math.nan)"),
    "best of a list or a default": numbers(
        """
        ys = [x for x in xs if x > 5.0]
        zs = [x for x in xs if x > 0.0]
        return max(ys, default=xs[0]) * min(zs, key=abs, default=2.0) + max(zs, default=xs[1]) ** 2
        """
    ),
    "any and all of a list": numbers(
        """
        bs = [x > 0.5 for x in xs]
        t = xs[0] if any(bs) else xs[1]
        if all(bs) or any([x > 5.0 for x in xs]) or not all(a[0] > -5.0):
            t = t * 2.0
        return t**2 + xs[2]
        """
    ),
    "list of a zip": rows(
        """
        ps = list(zip(xs, [np.sum(x) for x in xs], a))
        t = 0.0
        for x, s, r in ps:
            t = t + np.sum(x * r) * s
        return t * ps[1][1]
        """
    ),
    "list of an enumerate": rows(
        """
        ps = list(enumerate(xs, 1))
        qs = dict(a=list(reversed(xs)))
        return np.sum(ps[1][1] ** 2) * ps[1][0] + np.sum(qs["a"][0] * ps[0][1])
        """
    ),
    "sum of an enumerate": rows("return sum(k * np.sum(x**2) for k, x in enumerate(xs, n))"),
    "sorted zip": numbers(
        """
        ps = sorted(zip([x**2 for x in xs], xs))
        return ps[0][1] * ps[-1][0]
        """
    ),
    "copied lists of tuples then appended": rows(
        """
        ps = []
        for i in range(n):
            ps.append((a[0] * 1.5, i))
        qs = list(ps)
        ps.append((a[1], 7))
        return np.sum(qs[0][0] * ps[-1][0]) * len(qs) * len(ps)
        """
    ),
    "lambdas appended in a loop": (
        """
def f(x):
    fs = []
    for k in range(3):
        fs.append(lambda v, k=k: np.sin(v * k))
    t = 0.0
    for g in fs:
        t = t + g(x) * g(x * x)
    return t
""",
        (0.7,),
    ),
    "lambdas appended in a loop that see its variable": (
        """
def f(x):
    fs = []
    for k in range(3):
        def g(v, c=x * k):
            return np.sin(v * k) + c
        fs.append(g)
    return sum([g(x) for g in fs])
""",
        (0.7,),
    ),
}

REFUSED: dict[str, Refusal] = {
    "sum that may be its start is written": refused(
        rows(
            """
            s = sum(xs, a[0])
            s += 1.0
            return np.sum(s * a[0])
            """
        ),
        "'a' cannot be used: it may be the array that is written under another name",
        "return np.sum(s * a[0])",
    ),
    "sum that may be a number is updated": refused(
        rows(
            """
            s = sum(xs)
            t = s
            s /= len(xs)
            return np.sum(s * t)
            """
        ),
        "changes an array in place, but not a number, and which 's' is only the run knows",
        "s /= len(xs)",
    ),
    "element that may be a row is kept over a write": refused(
        rows(
            """
            s = sum(xs)
            b = s[0]
            s[0] = 7.0 * s[1]
            return b + np.sum(s)
            """
        ),
        "it was taken before a write to its base",
        "return b + np.sum(s)",
    ),
    "element that may be a number is updated": refused(
        rows(
            """
            b = sum(xs)[0]
            c = b
            b *= 0.5
            return b + c
            """
        ),
        "changes an array in place, but not a number, and which 'b' is only the run knows",
        "b *= 0.5",
    ),
    "sum of lists that a run has": refused(
        rows("return np.sum(sum([[x] for x in xs], [])[0])"),
        "sum of this is not supported yet",
        "sum([[x] for x in xs], [])",
    ),
    "list put in a list and then changed": refused(
        rows(
            """
            kept = []
            for i in range(n):
                ys = [x * i for x in xs]
                kept.append(ys)
                ys[1] = 5.0 * xs[0]
            return np.sum(kept[0][1] * kept[1][1])
            """
        ),
        "'ys' cannot be used: it may be the list or dict that is changed under another name on line 12",
        "ys",
    ),
    "list set in a list and then changed": refused(
        rows(
            """
            kept = [[a[0]] for i in range(n)]
            kept[n - 1] = xs
            xs[0] = a[1]
            return np.sum(kept[0][0] * kept[n - 1][0])
            """
        ),
        "'xs' cannot be used: it may be the list or dict that is changed under another name on line 10",
        "xs",
    ),
    "appended to in a loop over it and a range": refused(
        numbers(
            """
            t = 0.0
            for i, x in zip(range(2 * n), xs):
                t = t + x * i
                if i < 2:
                    xs.append(x * 2.0)
            return t
            """
        ),
        "the list that this loop runs over is changed in it",
        "zip(range(2 * n), xs)",
    ),
    "reversed in a loop over it": refused(
        numbers(
            """
            t = 0.0
            for x in xs:
                t = t * 0.5 + x
                xs.reverse()
            return t
            """
        ),
        "the list that this loop runs over is changed in it",
        "xs",
    ),
    "slice of a list deleted": refused(
        numbers("del xs[1:]\nreturn xs[0]"), "a slice of a list whose length is not known is deleted", "xs[1:]"
    ),
    "slice of a tuple with bounds of the run": refused(
        ("\ndef f(x, n):\n    xs = (x, x * x)\n    return sum(xs[:n])\n", (0.7, 1)),
        "a slice of a tuple with bounds of the run is not supported yet",
        ":n",
    ),
    "slice of a list set": refused(
        rows("xs[1:] = [a[0]]\nreturn np.sum(xs[0])"),
        "a slice of a list whose length is not known is written",
        "xs[1:]",
    ),
    "sorted by arrays": refused(
        rows("return np.sum(sorted(xs, key=lambda x: x * 2.0)[0])"),
        "an order by what is no number is not supported yet",
        "sorted(xs, key=lambda x: x * 2.0)",
    ),
    "sorted backwards if the run says so": refused(
        numbers("return sorted(xs, reverse=a[0, 0] > 0.0)[0]"),
        "an order that depends on the run is not supported yet",
        "sorted(xs, reverse=a[0, 0] > 0.0)",
    ),
    "sorted in a loop over it": refused(
        numbers("t = 0.0\nfor x in xs:\n    xs.sort()\n    t = t + x\nreturn t"),
        "the list that this loop runs over is changed in it",
        "xs",
    ),
    "array in a tuple in a list and then written": refused(
        rows(
            """
            ps = []
            r = a[0] * 2.0
            for i in range(n):
                ps.append((r, i))
            r[0] = 5.0
            return np.sum(ps[0][0] * ps[1][0])
            """
        ),
        "'ps' cannot be used: it may hold the array that is written on line 13",
        "ps",
    ),
    "lambdas appended as often as the run has it": refused(
        (
            """
def f(x, n):
    fs = []
    for k in range(n):
        fs.append(lambda v: v * x)
    return fs[0](x)
""",
            (0.7, 3),
        ),
        "a function is used as a value, which is not supported yet",
        "for k in range(n):",
    ),
}
