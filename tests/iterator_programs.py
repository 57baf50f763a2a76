"""Iterators, orders and joined lists as they are written, and lists that share: as in `container_programs`."""

from __future__ import annotations

from typing import Any

import numpy as np

X = np.array([0.7, -1.3, 0.4])
Y = np.array([1.1, 0.6, -0.5])
A = np.arange(1.0, 7.0).reshape(2, 3) / 5.0

RIGHT: dict[str, tuple[str, tuple[Any, ...]]] = {
    "sorted static": (
        """
def f(x, y):
    a = sorted([x, y, x * y])
    return a[0] * a[1] + a[2] * a[2]
""",
        (0.7, 0.3),
    ),
    "sorted reverse": (
        """
def f(x, y):
    a, b, c = sorted((x, y, x * y), reverse=True)
    return a * b + c * c
""",
        (0.7, 0.3),
    ),
    "sorted key": (
        """
def f(x, y):
    a = sorted([x, y, x * y], key=abs)
    return a[0] * a[1] + a[2] * a[2]
""",
        (0.7, -0.9),
    ),
    "sorted key function": (
        """
def h(v):
    return -v * v
def f(x, y):
    a = sorted([x, y, x * y], key=h)
    return a[0] * a[1] + a[2] * a[2]
""",
        (0.7, -0.9),
    ),
    "sorted dict keys": (
        """
def f(d):
    t = 1.0
    for k in sorted(d):
        t = t * d[k] + d[k]
    return t
""",
        ({"b": 0.7, "a": 0.3},),
    ),
    "sorted dict items": (
        """
def f(d):
    t = 1.0
    for k, v in sorted(d.items()):
        t = t * v + v
    return t
""",
        ({"b": 0.7, "a": 0.3},),
    ),
    "sorted ints": (
        """
def f(x):
    t = 1.0
    for k in sorted([3, 1, 2]):
        t = t * x + k
    return t
""",
        (0.7,),
    ),
    "list.sort": (
        """
def f(x, y):
    a = [x, y, x * y]
    a.sort()
    return a[0] * a[1] + a[2] * a[2]
""",
        (0.7, 0.3),
    ),
    "map static": (
        """
def f(x):
    a = list(map(math.sin, [x, 2 * x]))
    return a[0] * a[1]
""",
        (0.7,),
    ),
    "map sum": (
        """
def h(v):
    return v * v
def f(x):
    return sum(map(h, (x, 2.0, x * 3.0)))
""",
        (0.7,),
    ),
    "map for": (
        """
def h(v):
    return v * v
def f(x):
    t = 1.0
    for v in map(h, (x, 2.0, x * 3.0)):
        t = t * v
    return t
""",
        (0.7,),
    ),
    "map two": (
        """
def h(u, v):
    return u * v
def f(x):
    a, b = map(h, (x, 2.0), (x * 3.0, x))
    return a * b * a
""",
        (0.7,),
    ),
    "map array": (
        """
def h(v):
    return v * v
def f(x):
    return sum(map(h, x))
""",
        (X,),
    ),
    "map float of strings": (
        """
def f(x):
    a, b = map(float, (3, 4))
    return x * a * b
""",
        (0.7,),
    ),
    "filter static": (
        """
def h(v):
    return v > 1
def f(x):
    a = list(filter(h, (1, 2, 3)))
    return x * a[0] * len(a)
""",
        (0.7,),
    ),
    "filter run": (
        """
def h(v):
    return v > 0.0
def f(x):
    return sum(filter(h, x))
""",
        (X,),
    ),
    "filter none": (
        """
def f(x):
    return x * sum(filter(None, (0, 2, 3)))
""",
        (0.7,),
    ),
    "reversed value": (
        """
def f(x):
    a = list(reversed([x, 2 * x, 3.0]))
    b = tuple(reversed(a))
    return a[0] * a[1] + b[0]
""",
        (0.7,),
    ),
    "zip value": (
        """
def f(x):
    z = list(zip([x, 2 * x], (3.0, x)))
    return z[0][0] * z[1][1] * len(z)
""",
        (0.7,),
    ),
    "zip dict": (
        """
def f(x):
    d = dict(zip(("a", "b"), (x, x * x)))
    return d["a"] * d["b"]
""",
        (0.7,),
    ),
    "zip strict": (
        """
def f(x):
    t = 0.0
    for a, b in zip([x, 2 * x], (3.0, x), strict=True):
        t = t + a * b
    return t
""",
        (0.7,),
    ),
    "enumerate value": (
        """
def f(x):
    z = list(enumerate([x, 2 * x], 1))
    return z[0][0] * z[0][1] + z[1][0] * z[1][1]
""",
        (0.7,),
    ),
    "enumerate start kw": (
        """
def f(x):
    d = dict(enumerate([x, 2 * x], start=5))
    return d[5] * d[6]
""",
        (0.7,),
    ),
    "min key": (
        """
def f(x, y):
    return min(x, y, key=abs) * x
""",
        (0.7, -0.3),
    ),
    "max key list": (
        """
def h(p):
    return p[1]
def f(x, y):
    p = max([(x, y), (y, x), (x, x * y)], key=h)
    return p[0] * p[1]
""",
        (0.7, -0.3),
    ),
    "max default": (
        """
def f(x):
    return max([], default=x) * max([x, 2.0 * x], default=1.0)
""",
        (0.7,),
    ),
    "max key arrays": (
        """
def f(x, y):
    p = max([x, y], key=np.linalg.norm)
    return np.sum(p * p * x)
""",
        (X, Y),
    ),
    "max key dict": (
        """
def f(d):
    k = max(d, key=len)
    return d[k] * d["a"]
""",
        ({"a": 0.3, "bb": 0.5},),
    ),
    "dict or": (
        """
def f(d, x):
    e = d | {"b": x, "c": 2.0}
    return e["a"] * e["b"] * e["c"] * d["a"]
""",
        ({"a": 0.3, "b": 0.5}, 0.7),
    ),
    "dict or update": (
        """
def f(x):
    d = {"a": x}
    e = d
    d |= {"b": x * x}
    return e["b"] * e["a"]
""",
        (0.7,),
    ),
    "dict spread": (
        """
def f(d, x):
    e = {**d, "b": x, **{"c": 2.0}}
    e["a"] = e["b"] * e["c"]
    return e["a"] * d["a"]
""",
        ({"a": 0.3, "b": 0.5}, 0.7),
    ),
    "ys + [v] loop": (
        """
def f(x, n):
    ys = []
    for i in range(n):
        ys = ys + [x * i]
    return sum(ys) * ys[-1]
""",
        (0.7, 4),
    ),
    "ys + [v] loop arrays": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        ys = ys + [ys[-1] * x]
    return np.sum(np.stack(ys))
""",
        (X, 3),
    ),
    "[v] + ys loop": (
        """
def f(x, n):
    ys = [1.0]
    for i in range(n):
        ys = [x * i] + ys
    return sum(ys) * ys[0] * ys[1]
""",
        (0.7, 4),
    ),
    "[*ys, v] loop": (
        """
def f(x, n):
    ys = [1.0]
    for i in range(n):
        ys = [*ys, x * i]
    return sum(ys) * ys[-1] * ys[1]
""",
        (0.7, 4),
    ),
    "ys + ys loop": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        ys = ys + ys
    return sum(ys) * ys[-1]
""",
        (0.7, 3),
    ),
    "listof + list": (
        """
def f(xs, x):
    ys = xs + [x]
    return sum(ys) * ys[-1] * xs[0]
""",
        ([0.7, 0.2], 0.3),
    ),
    "listof + listof": (
        """
def f(xs, ys):
    zs = xs + ys
    zs[0] = 3.0 * xs[1]
    return sum(zs) * zs[-1] * xs[0]
""",
        ([0.7, 0.2], [0.3]),
    ),
    "tuple gen static": (
        """
def f(x):
    t = tuple(x * i for i in range(4))
    return t[1] * t[3]
""",
        (0.7,),
    ),
    "list gen run": (
        """
def f(x):
    t = list(v * v for v in x)
    return t[0] * t[1] + sum(t)
""",
        (X,),
    ),
    "list array": (
        """
def f(x):
    t = list(x)
    return t[0] * t[1] + sum(t)
""",
        (X,),
    ),
    "np.array gen list": (
        """
def f(x):
    t = np.array(list(v * v for v in x))
    return np.sum(t * t)
""",
        (X,),
    ),
    "dict gen": (
        """
def f(x):
    d = dict((k, x * i) for i, k in enumerate("ab"))
    return d["b"] * x
""",
        (0.7,),
    ),
    "dict kw": (
        """
def f(x):
    d = dict(a=x, b=2.0)
    e = dict(d, c=x * x)
    return d["a"] * e["b"] * e["c"]
""",
        (0.7,),
    ),
    "starred nested": (
        """
def f(x, y):
    (a, *b), *c = ([x, y, x * y], y, x)
    for (p, q), *r in [((x, y), 1.0, 2.0), ((y, x), 3.0)]:
        a = a * p + q * len(r)
    return a * b[0] * b[1] * c[0] * len(c)
""",
        (0.7, 0.3),
    ),
    "f string": (
        """
def f(x, n):
    names = [f"w{i}" for i in range(2)]
    d = {f"w{i}": x * (i + 1) for i in range(2)}
    print(f"{x:.3f} {n!r:>4} {names}")
    return d[names[0]] * d["w1"]
""",
        (0.7, 3),
    ),
    "dict get run": (
        """
def f(d):
    return d.get("a", 1.0) * d.get("z", 2.0) * (d.get("q") or 3.0)
""",
        ({"a": 0.3},),
    ),
    "dict items changes": (
        """
def f(d):
    for k, v in d.items():
        d[k] = v * v
    return d["a"] * d["b"]
""",
        ({"a": 0.3, "b": 0.5},),
    ),
    "dict keys": (
        """
def f(d):
    ks = list(d.keys())
    vs = list(d.values())
    return d[ks[0]] * vs[1] * ("a" in d) * len(d.items())
""",
        ({"a": 0.3, "b": 0.5},),
    ),
    "dict pop in loop": (
        """
def f(d, n):
    t = d.pop("a")
    for i in range(n):
        t = t * d["b"]
    return t
""",
        ({"a": 0.3, "b": 0.5}, 3),
    ),
    "dict view after change": (
        """
def f(x):
    d = {"a": x}
    vs = d.values()
    d["b"] = x * x
    return sum(vs)
""",
        (0.7,),
    ),
    "dict items view after change": (
        """
def f(x):
    d = {"a": x}
    vs = d.items()
    d["a"] = x * x
    t = 0.0
    for k, v in vs:
        t = t + v
    return t
""",
        (0.7,),
    ),
    "gen in for": (
        """
def f(x):
    t = 1.0
    for v in (u * x for u in (1.0, 2.0)):
        t = t * v
    return t
""",
        (0.7,),
    ),
    "sum of lists": (
        """
def f(x):
    a = sum([[x], [x * x]], [])
    return a[0] * a[1]
""",
        (0.7,),
    ),
    "list index run": (
        """
def f(xs, i):
    return xs[i] * xs[-1 - i]
""",
        ([0.7, 0.2, 0.4], 1),
    ),
    "list compare": (
        """
def f(x):
    xs = [x, 1.0]
    return x * (xs == [x, 1.0]) * (len(xs) > 1)
""",
        (0.7,),
    ),
    "list in cond": (
        """
def f(x):
    xs = []
    if not xs:
        xs.append(x)
    return xs[0] * x
""",
        (0.7,),
    ),
    "list in cond run": (
        """
def f(x):
    xs = []
    for v in x:
        if not xs or v > xs[-1]:
            xs.append(v * v)
    return sum(xs)
""",
        (X,),
    ),
    "same array in two lists": (
        """
def f(x, y):
    a = x * y
    xs = [a, y]
    ys = [a, x]
    xs[0][0] = 2.0 * y[1]
    ys[0] *= 3.0
    return np.sum(xs[0] * ys[0] * a)
""",
        (X, Y),
    ),
    "same array in two lists loop": (
        """
def f(x, y):
    a = x * y
    xs = [a, y]
    ys = [a, x]
    for i in range(2):
        xs[0][i] = 2.0 * y[i] * a[2]
        ys[0][2] = a[i] * a[i]
    return np.sum(xs[0] * ys[0] * a)
""",
        (X, Y),
    ),
    "slices share arrays": (
        """
def f(x, y):
    xs = [x * 1.0, y * 1.0, x * y]
    ys = xs[1:]
    ys[0][0] = 3.0 * x[1]
    ys.append(x)
    xs[2] *= 2.0
    return np.sum(xs[1] * ys[1] * ys[0]) * len(xs) * len(ys)
""",
        (X, Y),
    ),
    "slice of unknown read only": (
        """
def f(x, n):
    xs = []
    for i in range(n):
        xs.append(x * i)
    t = 0.0
    for y in xs[1:]:
        t = t + y
    return t
""",
        (0.7, 3),
    ),
    "helper returns list with argument": (
        """
def h(a):
    return [a, a * 2.0]
def f(x, y):
    a = x * 1.0
    ys = h(a)
    a[0] = 7.0
    ys[0][1] = 4.0 * y[0]
    return np.sum(ys[0] * ys[1] * a)
""",
        (X, Y),
    ),
    "captured in comprehension": (
        """
def f(x, n):
    ys = [x, x*x]
    zs = [ys[0] * i for i in range(n)]
    ys[0] = 3.0 * x
    return sum(zs) * ys[0]
""",
        (0.7, 3),
    ),
    "comprehension appends": (
        """
def f(x, n):
    ys = [x]
    zs = [ys.append(x * i) for i in range(n)]
    return sum(ys)
""",
        (0.7, 3),
    ),
    "comprehension over list appended": (
        """
def f(x):
    ys = [x, 2.0 * x]
    zs = [ys.append(v) for v in ys[:]]
    return sum(ys)
""",
        (0.7,),
    ),
    "branch aliasing": (
        """
def f(x, c):
    a = [x]
    b = a if c > 0.5 else [x * 2.0]
    b = list(b)
    b[0] = b[0] * x
    return a[0] * b[0]
""",
        (0.7, 0.9),
    ),
    "map twice over in for with break": (
        """
def h(v):
    return v * v
def f(x):
    t = 1.0
    for v in map(h, x):
        if v > 1.0:
            break
        t = t * v
    else:
        t = 7.0
    return t
""",
        (X,),
    ),
    "generator for with continue": (
        """
def f(x):
    t = 1.0
    for v in (u * u for u in x if u > 0.0):
        if v > 0.3:
            continue
        t = t * v
    return t
""",
        (X,),
    ),
    "generator lazily sees the body": (
        """
def f(x):
    t = 1.0
    c = 2.0
    for v in (u * c for u in x):
        c = c * v
        t = t + v
    return t * c
""",
        (X,),
    ),
    "generator lazily sees writes": (
        """
def f(x):
    y = x * 1.0
    t = 1.0
    for v in (y[i] * y[0] for i in range(3)):
        y[0] = y[0] * v
        t = t + v
    return t
""",
        (X,),
    ),
    "generator lazily sees writes, known": (
        """
def f(x):
    y = x * 1.0
    t = 1.0
    for v in (y[i] * y[0] for i in (0, 1, 2)):
        y[0] = y[0] * v
        t = t + v
    return t
""",
        (X,),
    ),
    "name hidden": (
        """
def f(x, u):
    t = 1.0
    for v in (u * u for u in x):
        t = t + v * u
    return t * u
""",
        (X, 0.3),
    ),
    "name hidden in comprehension": (
        """
def f(x, u):
    return sum([v * u for v in (u * u for u in x)])
""",
        (X, 0.3),
    ),
    "name hidden in known": (
        """
def f(x, u):
    ys = [v * u for v in (u * u for u in (x, 2.0))]
    return ys[0] * ys[1] * u
""",
        (0.7, 0.3),
    ),
    "nested generators": (
        """
def f(x):
    return sum(v * 2.0 for v in (u + 1.0 for u in (w * w for w in x if w > 0.0)))
""",
        (X,),
    ),
    "nested maps": (
        """
def g(v):
    return v + 1.0
def h(v):
    return v * v
def f(x):
    return sum(map(g, map(h, x)))
""",
        (X,),
    ),
    "map in filter for": (
        """
def g(v):
    return v > 0.5
def h(v):
    return v * v
def f(x):
    t = 1.0
    for v in filter(g, map(h, x)):
        t = t * v
    return t
""",
        (X,),
    ),
    "any pops": (
        """
def f(x):
    xs = [x, 2.0, 3.0]
    b = any([xs.pop() > 2.5 for i in range(1)])
    c = any(xs.pop() > 5.5 for i in range(1))
    return xs[-1] * len(xs) * (2 if b else 1)
""",
        (0.7,),
    ),
    "any raises not": (
        """
def f(x, y):
    if any(1.0 / v > 1.0 for v in (x, y)):
        return x * x
    return y
""",
        (0.7, 0.0),
    ),
    "all raises not": (
        """
def f(x, y):
    if all(1.0 / v > 2.0 for v in (x, y)):
        return x * x
    return y * x
""",
        (0.7, 0.0),
    ),
    "any of map": (
        """
def h(v):
    return v > 0.5
def f(x):
    return np.sum(x) if any(map(h, x)) else np.sum(x * x)
""",
        (X,),
    ),
    "any with if": (
        """
def f(x, y):
    return x if any(v > 0.5 for v in (x, y) if v < 0.9) else y * x
""",
        (0.95, 0.6),
    ),
    "all with if": (
        """
def f(x, y):
    return x if all(v > 0.7 for v in (x, y) if v < 0.9) else y * x
""",
        (0.95, 0.6),
    ),
    "any two": (
        """
def f(x, y):
    return x if any(v > u for u in (0.1, 0.2) for v in (x, y)) else y * x
""",
        (0.15, 0.12),
    ),
    "any nothing": (
        """
def f(x):
    return x * (2.0 if any(v for v in ()) else 3.0) * (all(v for v in ()))
""",
        (0.7,),
    ),
    "sorted arrays by norm": (
        """
def f(x, y):
    a, b = sorted([x, y], key=np.linalg.norm)
    return np.sum(a * a * b)
""",
        (X, Y),
    ),
    "sorted pairs": (
        """
def f(x, y):
    ps = sorted([(x, 2.0), (y, 1.0), (x * y, x)])
    return ps[0][0] * ps[1][1] + ps[2][0] * ps[2][1]
""",
        (0.7, 0.3),
    ),
    "sorted pairs with ints": (
        """
def f(x, y):
    ps = sorted([(2, x), (1, y), (3, x * y)])
    return ps[0][1] + 2.0 * ps[1][1] * ps[2][1]
""",
        (0.7, 0.3),
    ),
    "sorted by static": (
        """
def h(p):
    return p[0]
def f(x, y):
    ps = sorted([("b", x), ("a", y)], key=h, reverse=True)
    return ps[0][1] + 2.0 * ps[1][1] * ps[1][1]
""",
        (0.7, 0.3),
    ),
    "sorted is a copy": (
        """
def f(x, y):
    a = [x, y]
    b = sorted(a)
    b[0] = 5.0
    a.append(b[1])
    return a[0] * a[1] * a[2] * b[1]
""",
        (0.7, 0.3),
    ),
    "sorted ties": (
        """
def f(x, y):
    a, b, c = sorted([x, y, x], reverse=True)
    return a + 2.0 * b + 4.0 * c
""",
        (0.7, 0.3),
    ),
    "median": (
        """
def f(x, y, z):
    return sorted([x, y, z])[1]
""",
        (0.7, 0.3, 0.5),
    ),
    "sorted in loop": (
        """
def f(x, y, n):
    a = [x, y]
    for i in range(n):
        a = sorted([a[0] * a[1], a[0] + x])
    return a[0] * a[1]
""",
        (0.7, 0.3, 3),
    ),
    "sum of dict values": (
        """
def f(d):
    return sum(d.values()) * max(d.values()) + sum(v * v for v in d.values()) + sum(k == "a" for k in d)
""",
        ({"a": 0.3, "b": 0.5},),
    ),
    "dict views passed": (
        """
def h(vs):
    return sum(vs)
def f(d):
    return h(d.values()) * h(list(d.values()))
""",
        ({"a": 0.3, "b": 0.5},),
    ),
    "dict views unpacked": (
        """
def f(d):
    a, b = d.values()
    (k, v), *r = d.items()
    return a * b * v * len([*d.values()]) * max(*d.values())
""",
        ({"a": 0.3, "b": 0.5},),
    ),
    "dict view kept in loop": (
        """
def f(d, n):
    vs = d.values()
    t = 0.0
    for i in range(n):
        d["a"] = d["a"] * d["b"]
        t = t + sum(vs)
    return t
""",
        ({"a": 0.3, "b": 0.5}, 3),
    ),
    "dict or spread": (
        """
def f(x, n):
    d = {"a": x, "b": 1.0}
    for i in range(n):
        d = d | {"b": d["a"] * d["b"]}
    e = {**d}
    e["a"] = 3.0
    return d["a"] * d["b"] + e["b"]
""",
        (0.7, 3),
    ),
    "transposed by zip": (
        """
def f(x):
    rows = [(x, 2.0), (3.0, x * x)]
    t = 0.0
    for a, b in zip(*rows):
        t = t + a * b
    return t
""",
        (0.7,),
    ),
    "list of generator of lists": (
        """
def f(x, n):
    rows = list([x * i, 1.0] for i in range(n))
    t = 0.0
    for r in rows:
        t = t + r[0] * r[1]
    return t
""",
        (0.7, 3),
    ),
    "generator into np": (
        """
def f(x):
    return np.sum(np.array([v for v in (u * u for u in x)]))
""",
        (X,),
    ),
    "list sort": (
        """
def f(x, y):
    a = [x, y, x * y]
    b = a
    a.sort(reverse=True)
    return b[0] * b[1] + b[2] * b[2]
""",
        (0.7, 0.3),
    ),
    "enum value": (
        """
def f(x):
    z = list(enumerate([x, 2 * x], 1))
    return z[0][0] * z[0][1] + z[1][0] * z[1][1]
""",
        (0.7,),
    ),
    "list of array written": (
        """
def f(x):
    y = x * 1.0
    t = list(y)
    y[0] = 7.0
    return t[0] * y[0]
""",
        (X,),
    ),
    "starred then pop": (
        """
def f(x):
    ys = [v for v in x]
    zs = [*ys, ys.pop(), 2.0]
    return sum(zs) * zs[2] * zs[3]
""",
        (X,),
    ),
    "add then pop": (
        """
def f(x):
    ys = [v for v in x]
    zs = ys + [ys.pop(), 2.0]
    return sum(zs) * zs[2] * zs[3]
""",
        (X,),
    ),
    "joined args": (
        """
def f(xs, ys, n):
    zs = xs + ys
    for i in range(n):
        zs.append(xs[0] * i)
        xs.append(ys[0])
    return np.sum(zs[-1] * xs[-1]) * len(zs)
""",
        ([X, Y], [Y * 1.0], 2),
    ),
    "joined args b": (
        """
def f(xs, ys, n):
    zs = xs + ys
    a = zs[0]
    xs[0] = a * 2.0
    return np.sum(a * xs[0] * zs[0])
""",
        ([X, Y], [Y * 1.0], 2),
    ),
    "sgd rebuilt": (
        """
def f(params, grads, lr):
    params = [p - lr * g for p, g in zip(params, grads)]
    return sum([np.sum(p * p) for p in params])
""",
        ([X, Y], [Y * 2.0, X * 2.0], 0.1),
    ),
    "sgd by index": (
        """
def f(params, grads, lr):
    for i in range(len(params)):
        params[i] = params[i] - lr * grads[i]
    return sum([np.sum(p * p) for p in params])
""",
        ([X, Y], [Y * 2.0, X * 2.0], 0.1),
    ),
    "int zeros": (
        """
def f(x, n):
    ys = [0] * n
    for i in range(n):
        ys[i] = x * i
    return sum(ys) * ys[1]
""",
        (0.7, 3),
    ),
    "int first": (
        """
def f(x, n):
    ys = [1]
    for i in range(n):
        ys.append(x * i + ys[-1])
    return sum(ys) * ys[0] * ys[2]
""",
        (0.7, 3),
    ),
    "int first np": (
        """
def f(x, n):
    ys = [1]
    for v in x:
        ys.append(v * ys[-1])
    return sum(ys) * ys[0] * ys[2]
""",
        (X, 3),
    ),
    "int appended": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        ys.append(i)
        ys.append(x * i)
    return sum(ys) * ys[0] * ys[2]
""",
        (0.7, 3),
    ),
    "int popped": (
        """
def f(x, n):
    ys = [x, 2, x]
    t = 1.0
    for i in range(n):
        t = t * ys.pop()
    return t
""",
        (0.7, 2),
    ),
    "int replaced": (
        """
def f(x, n):
    ys = [x, 2 * x, x]
    for i in range(n):
        ys[i] = i
        ys[0] = x * ys[2] * ys[i]
    return sum(ys)
""",
        (0.7, 2),
    ),
    "int in add": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        ys = ys + [i, x]
    return sum(ys) * ys[2]
""",
        (0.7, 2),
    ),
    "dp with ints": (
        """
def f(x, n):
    ys = [1, 1]
    for i in range(2, n):
        ys.append(ys[i-1] * x + ys[i-2])
    return ys[-1] * ys[0]
""",
        (0.7, 5),
    ),
    "joined and one appended to": (
        """
def f(xs, ys, n):
    zs = xs + ys
    for i in range(n):
        zs.append(xs[0] * i)
    return np.sum(zs[-1]) * len(zs)
""",
        ([X, Y], [Y * 1.0], 2),
    ),
    "argument appended to": (
        """
def f(xs, ys, n):
    for i in range(n):
        xs.append(ys[0])
    return np.sum(xs[-1])
""",
        ([X, Y], [Y * 1.0], 2),
    ),
    "zip view after change": (
        """
def f(x):
    a = [x, 2.0]
    z = zip(a, a)
    a[0] = x * x
    t = 0.0
    for u, v in z:
        t = t + u * v
    return t
""",
        (0.7,),
    ),
    "gen late": (
        """
def f(x):
    a = [x, 2.0]
    z = (v * x for v in a)
    a[0] = 5.0
    x = 3.0
    return sum(z)
""",
        (0.7,),
    ),
}

# and a part of the message, and the text that is marked
REFUSED: dict[str, tuple[str, tuple[Any, ...], str, str]] = {
    "listof * n": (
        """
def f(xs):
    zs = xs * 2
    return sum(zs) * zs[-1] * xs[0]
""",
        ([0.7, 0.2],),
        "this operation on a list is not supported yet",
        "xs * 2",
    ),
    "ys alias + [v] loop": (
        """
def f(x, n):
    ys = [x]
    zs = ys
    for i in range(n):
        ys = ys + [x * i]
    zs.append(5.0 * x)
    return sum(ys) * sum(zs)
""",
        (0.7, 3),
        "'ys' cannot be used: it may be the list or dict that is changed under another name on line 10",
        "ys",
    ),
    "tuple + loop": (
        """
def f(x, n):
    ys = ()
    for i in range(n):
        ys = ys + (x * i,)
    return sum(ys) * ys[-1]
""",
        (0.7, 4),
        "'ys' cannot be used: it has another structure in each iteration of the loop on line 7",
        "ys",
    ),
    "tuple gen run": (
        """
def f(x):
    t = tuple(v * v for v in x)
    return t[0] * t[1] + sum(t)
""",
        (X,),
        "tuple of something whose length is not known is not supported yet",
        "tuple(v * v for v in x)",
    ),
    "tuple listof": (
        """
def f(xs):
    t = tuple(xs)
    return t[0] * t[1] + sum(t)
""",
        ([0.7, 0.2],),
        "tuple of something whose length is not known is not supported yet",
        "tuple(xs)",
    ),
    "starred of array": (
        """
def f(x):
    a, *b = x
    return a * b[0] * b[1]
""",
        (X,),
        "the length of what is unpacked here is not known",
        "a, *b",
    ),
    "starred of listof": (
        """
def f(xs):
    a, *b = xs
    return a * sum(b)
""",
        ([0.7, 0.2, 0.5],),
        "the length of what is unpacked here is not known",
        "a, *b",
    ),
    "f string of run in dict": (
        """
def f(d, n):
    t = 1.0
    for i in range(n):
        t = t * d[f"w{i}"]
    return t
""",
        ({"w0": 0.3, "w1": 0.4}, 2),
        "a key that depends on the run is not supported yet",
        'f"w{i}"',
    ),
    "zip twice": (
        """
def f(x):
    a = [x, 2.0]
    z = zip(a, a)
    t = 0.0
    for u, v in z:
        t = t + u * v
    for u, v in z:
        t = t + u * v
    return t
""",
        (0.7,),
        "what zip gives can be read once only, and it gets a name or a place here",
        "z = zip(a, a)",
    ),
    "map twice": (
        """
def f(x):
    z = map(math.sin, [x, 2.0])
    return sum(z) + sum(z)
""",
        (0.7,),
        "what map gives can be read once only, and it gets a name or a place here",
        "z = map(math.sin, [x, 2.0])",
    ),
    "gen twice": (
        """
def f(x):
    z = (x * i for i in range(3))
    return sum(z) + sum(z)
""",
        (0.7,),
        "what a generator gives can be read once only, and it gets a name or a place here",
        "z = (x * i for i in range(3))",
    ),
    "list in itself": (
        """
def f(x):
    xs = [x]
    xs.append(xs)
    return xs[0] * xs[1][0]
""",
        (0.7,),
        "a list or dict gets a place in itself",
        "xs.append(xs)",
    ),
    "list in itself dict": (
        """
def f(x):
    d = {'a': x}
    d['b'] = d
    return d['a'] * d['b']['a']
""",
        (0.7,),
        "a list or dict gets a place in itself",
        "d['b']",
    ),
    "helper puts array of argument": (
        """
def h(ys):
    ys.append(ys[0])
def f(x, y):
    a = x * 1.0
    ys = [a]
    h(ys)
    a[0] = 7.0
    return np.sum(ys[0] * ys[1])
""",
        (X, Y),
        "'ys' gets an array in another place that an argument has, or is",
        "def h(ys):",
    ),
    "branch appends different arrays": (
        """
def f(x, y, c):
    a = x * 1.0
    b = y * 1.0
    xs = []
    if c > 0.5:
        xs.append(a)
    else:
        xs.append(b)
    a[0] = 9.0
    return np.sum(xs[0])
""",
        (X, Y, 0.9),
        "'xs_0' cannot be used: it may be the array that is written under another name on line 13",
        "return np.sum(xs[0])",
    ),
    "loop aliases": (
        """
def f(x, n):
    a = [x, 1.0]
    b = [2.0 * x, 2.0]
    c = a
    for i in range(n):
        c = b
    c[0] = 5.0
    return a[0] * b[0]
""",
        (0.7, 2),
        "'a' is changed, which may also be another list or dict: which one, only the run tells",
        "c[0]",
    ),
    "changed while comprehended": (
        """
def f(x):
    xs = [x, 2*x, 3*x]
    ys = [xs.pop() for v in xs]
    return ys[0] * ys[1]
""",
        (0.7,),
        "the list that this loop runs over is changed in it",
        "xs",
    ),
    "changed while zipped": (
        """
def f(x):
    xs = [x, 2*x, 3*x]
    t = 0.0
    for a, b in zip(xs, xs):
        xs[2] = a * 5.0
        t = t + a * b
    return t
""",
        (0.7,),
        "the list that this loop runs over is changed in it",
        "zip(xs, xs)",
    ),
    "iterated reversed and popped": (
        """
def f(x):
    xs = [x, 2*x, 3*x]
    t = 0.0
    for a in reversed(xs):
        t = t + a * xs.pop()
    return t
""",
        (0.7,),
        "the list that this loop runs over is changed in it",
        "reversed(xs)",
    ),
    "changed while iterated in helper param, items only": (
        """
def h(ys):
    ys[1] = ys[0] * ys[1]
def f(xs):
    t = 0.0
    for a in xs:
        h(xs)
        t = t + a
    return t * xs[0]
""",
        ([0.7, 0.2],),
        "the list that this loop runs over is changed in it",
        "xs",
    ),
    "rebuilt list then array written": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        xs = xs + [a * i]
    a[0] = 5.0
    return np.sum(xs[0] * xs[1])
""",
        (X, 2),
        "'xs' cannot be used: it may hold the array that is written on line 10",
        "return np.sum(xs[0] * xs[1])",
    ),
    "rebuilt list, array written inside": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        xs = xs + [a * i]
        a[0] = 5.0 * x[1]
    return np.sum(xs[0] * xs[1])
""",
        (X, 2),
        "'xs' cannot be used: it may be the array that is written under another name on line 10",
        "xs",
    ),
    "rebuilt list, before written inside": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        a[0] = 5.0 * x[1]
        xs = xs + [x * i]
    return np.sum(xs[0] * xs[1])
""",
        (X, 2),
        "'xs' cannot be used: it may be the array that is written under another name on line 9",
        "xs",
    ),
    "rebuilt list put in front then array written": (
        """
def f(x, n):
    a = x * 1.0
    xs = [x]
    for i in range(n):
        xs = [a] + xs
    a[0] = 5.0
    return np.sum(xs[0] * xs[1])
""",
        (X, 2),
        "'xs' cannot be used: it may hold the array that is written on line 10",
        "return np.sum(xs[0] * xs[1])",
    ),
    "rebuilt list kept and item read then written": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        xs = xs + [x * i]
    b = xs[0]
    a[0] = 5.0
    return np.sum(b)
""",
        (X, 2),
        "'b' cannot be used: it may be the array that is written under another name on line 11",
        "return np.sum(b)",
    ),
    "rebuilt list through a branch": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        if i > 0:
            xs = xs + [x * i]
    a[0] = 5.0
    return np.sum(xs[0])
""",
        (X, 2),
        "'xs' cannot be used: it may hold the array that is written on line 11",
        "return np.sum(xs[0])",
    ),
    "rebuilt in nested loops": (
        """
def f(x, n):
    a = x * 1.0
    xs = [a]
    for i in range(n):
        for j in range(i):
            xs = xs + [x * i]
        a[0] = 2.0
    return np.sum(xs[0])
""",
        (X, 2),
        "'xs' cannot be used: it may hold the array that is written on line 11",
        "xs",
    ),
    "enumerate of map": (
        """
def h(v):
    return v * v
def f(x):
    t = 1.0
    for i, v in enumerate(map(h, x)):
        t = t * v + i
    return t
""",
        (X,),
        "a loop over what map gives, together with another one, is not supported yet",
        "map(h, x)",
    ),
    "all two unknown": (
        """
def f(a):
    return np.sum(a) if all(v > 0.0 for r in a for v in r) else np.sum(a * a)
""",
        (A,),
        "any or all over two loops is not supported yet",
        "(v > 0.0 for r in a for v in r)",
    ),
    "sorted arrays then written": (
        """
def f(x, y):
    p, q = x * 1.0, y * 1.0
    a, b = sorted([p, q], key=np.linalg.norm)
    p[0] = 5.0
    return np.sum(a * a * b)
""",
        (X, Y),
        "this array cannot be used: it may be the array that is written under another name on line 8",
        "return np.sum(a * a * b)",
    ),
    "sorted arrays then item written": (
        """
def f(x, y):
    p, q = x * 1.0, y * 1.0
    a, b = sorted([p, q], key=np.linalg.norm)
    a[0] = 5.0
    return np.sum(p * p * q)
""",
        (X, Y),
        "an array in a list is written, which is not supported yet",
        "a[0]",
    ),
    "max arrays by norm then written": (
        """
def f(x, y):
    p, q = x * 1.0, y * 1.0
    a = max([p, q], key=np.linalg.norm)
    p[0] = 5.0
    return np.sum(a * a)
""",
        (X, Y),
        "this array cannot be used: it may be the array that is written under another name on line 8",
        "return np.sum(a * a)",
    ),
    "dict view in branch": (
        """
def f(d, c):
    if c > 0.5:
        vs = d.values()
    else:
        vs = d.values()
    d["a"] = d["a"] * 2.0
    return sum(vs)
""",
        ({"a": 0.3, "b": 0.5}, 0.7),
        "'vs' cannot be used: it shows what a dict holds, and is set in a branch or loop",
        "vs",
    ),
    "zip star in for live": (
        """
def f(x):
    xs = [x, 2.0]
    t = 0.0
    for a, b in zip(*[xs, xs]):
        xs[1] = a * 3.0
        t = t + a * b
    return t
""",
        (0.7,),
        "the list that this loop runs over is changed in it",
        "zip(*[xs, xs])",
    ),
    "generator given to a helper": (
        """
def h(vs):
    return sum(vs)
def f(x):
    return h(v * v for v in x)
""",
        (X,),
        "what a generator gives can be read once only, and it is used as a value",
        "h(v * v for v in x)",
    ),
    "list of matrix written": (
        """
def f(a):
    y = a * 1.0
    t = list(y)
    y[0] = 7.0
    return np.sum(t[0] * y[0])
""",
        (A,),
        "'t' cannot be used: it may hold the array that is written on line 8",
        "t",
    ),
    "copied then written": (
        """
def f(x, n):
    xs = []
    a = x * 1.0
    for i in range(n):
        xs.append(a)
    ys = list(xs)
    a[1] = 4.0
    return np.sum(ys[0])
""",
        (X, 2),
        "'ys' cannot be used: it may hold the array that is written on line 11",
        "ys",
    ),
}
