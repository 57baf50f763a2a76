"""Expressions and containers as they are written: each program with the arguments that it is differentiated at."""

from __future__ import annotations

from typing import Any

import numpy as np

X = np.array([0.7, -1.3, 0.4])
Y = np.array([1.1, 0.6, -0.5])
A = np.arange(1.0, 7.0).reshape(2, 3) / 5.0

RIGHT: dict[str, tuple[str, tuple[Any, ...]]] = {
    "entries of a dict set in a loop over it": (
        """
def f(x, d):
    for k, v in d.items():
        d[k] = v * x
    for i, v in enumerate(d.values()):
        d["a"] += i * v
    for k in d:
        d[k] = d[k] * x
    for v in list(d.values()):
        d["b"] = d["b"] * v
    return d["a"] * d["b"]
""",
        (0.7, {"a": 0.3, "b": 0.9}),
    ),
    "items set that a reversed loop has passed": (
        """
def f(x):
    xs = [x, 2.0, 3.0 * x]
    for v in reversed(xs):
        xs[2] = xs[2] * v
    return sum([xs[2] * v for v in reversed(xs)])
""",
        (0.7,),
    ),
    "list made where a loop goes on": (
        """
def f(x, n):
    for i in range(n):
        if x > 2.0:
            return x * x
        xs = [x, 2.0 * x]
        d = {"a": xs[1], "b": xs}
        d["b"].append(d["a"])
        x = sum(xs) * 0.5
    return x
""",
        (0.7, 4),
    ),
    "and or": (
        """
def f(x, c):
    y = x or 3.0
    z = c and x * y
    return y * (z or 2.0)
""",
        (0.7, 1),
    ),
    "and floats": (
        """
def f(x, y):
    return (x and y) * (x or y) + (not x)
""",
        (0.7, 0.3),
    ),
    "chained": (
        """
def f(x, y):
    if 0.0 < x < y <= 2.0:
        return x * y
    return x
""",
        (0.7, 1.3),
    ),
    "chained value": (
        """
def f(x, y):
    b = 0.0 < x < y
    return x * b
""",
        (0.7, 1.3),
    ),
    "walrus if": (
        """
def f(x):
    if (y := x * x) > 0.1:
        return y * x
    return y
""",
        (0.7,),
    ),
    "walrus expr": (
        """
def f(x):
    z = (y := x * x) + y
    return z * y
""",
        (0.7,),
    ),
    "starred": (
        """
def f(x):
    a, *b, c = [x, x*x, x+1.0, 3.0*x]
    return a*b[0]*b[1]*c
""",
        (0.7,),
    ),
    "nested unpack": (
        """
def f(x):
    (a, b), c = (x, x*x), 2.0*x
    [d, (e, *g)] = [a, (b, c, a)]
    return a*b+c*d*e*g[1]
""",
        (0.7,),
    ),
    "starred display": (
        """
def f(x):
    a = [x, x*2.0]
    b = [*a, 3.0, *a]
    t = (*b, x)
    return b[1]*b[4]*t[-1]
""",
        (0.7,),
    ),
    "starred call": (
        """
def h(a, b, c):
    return a*b+c
def f(x):
    t = (x, x*x)
    return h(*t, c=x) + h(x, *t) + h(**{'a': x, 'b': x, 'c': 1.0})
""",
        (0.7,),
    ),
    "compr range": (
        """
def f(x):
    ys = [x * i for i in range(4)]
    return ys[1]*ys[3]
""",
        (0.7,),
    ),
    "compr range n": (
        """
def f(x, n):
    ys = [x ** i for i in range(n)]
    return np.sum(np.array(ys))
""",
        (0.7, 4),
    ),
    "compr array": (
        """
def f(x):
    return np.sum(np.array([v*v for v in x]))
""",
        (X,),
    ),
    "compr cond": (
        """
def f(x):
    return np.sum(np.array([v*v for v in x if v > 0.0]))
""",
        (X,),
    ),
    "compr cond static": (
        """
def f(x):
    ys = [x * i for i in range(6) if i % 2]
    return ys[1]*ys[2]
""",
        (0.7,),
    ),
    "compr nested": (
        """
def f(a):
    return np.sum(np.array([[v*v for v in row] for row in a]))
""",
        (A,),
    ),
    "compr two": (
        """
def f(x, y):
    return np.sum(np.array([u*v for u in x for v in y]))
""",
        (X, Y),
    ),
    "compr ternary": (
        """
def f(x):
    return np.sum(np.array([v*v if v > 0.0 else -v for v in x]))
""",
        (X,),
    ),
    "compr listof": (
        """
def f(xs):
    return np.sum(np.stack([x*x for x in xs]))
""",
        ([X, Y],),
    ),
    "compr zip": (
        """
def f(xs, ys):
    return sum([np.sum(a*b) for a, b in zip(xs, ys)])
""",
        ([X, Y], [Y, X]),
    ),
    "dict compr": (
        """
def f(x):
    d = {k: x * v for k, v in {'a': 1.0, 'b': 2.0}.items()}
    return d['a']*d['b']
""",
        (0.7,),
    ),
    "dict compr int": (
        """
def f(x):
    d = {i: x * i for i in range(3)}
    return d[1]*d[2]
""",
        (0.7,),
    ),
    "tuple gen": (
        """
def f(x):
    t = tuple(x * i for i in range(4))
    return t[1]*t[3]
""",
        (0.7,),
    ),
    "sum gen": (
        """
def f(x):
    return sum(v*v for v in x)
""",
        (X,),
    ),
    "sum gen range": (
        """
def f(x, n):
    return sum(x**i for i in range(n))
""",
        (0.7, 4),
    ),
    "sum gen static": (
        """
def f(x):
    return sum(x**i for i in range(4))
""",
        (0.7,),
    ),
    "max gen": (
        """
def f(x):
    return max(v*v for v in x)
""",
        (X,),
    ),
    "max gen range": (
        """
def f(x, n):
    return max(x**i for i in range(n))
""",
        (0.7, 4),
    ),
    "max gen static": (
        """
def f(x):
    return max(x**i for i in range(4))
""",
        (0.7,),
    ),
    "min gen": (
        """
def f(x):
    return min(v*v for v in x)
""",
        (X,),
    ),
    "min gen range": (
        """
def f(x, n):
    return min(x**i for i in range(n))
""",
        (0.7, 4),
    ),
    "min gen static": (
        """
def f(x):
    return min(x**i for i in range(4))
""",
        (0.7,),
    ),
    "sum gen cond": (
        """
def f(x):
    return sum(v*v for v in x if v > 0.0)
""",
        (X,),
    ),
    "sum gen start": (
        """
def f(x):
    return sum((v*v for v in x), 1.0)
""",
        (X,),
    ),
    "sum gen float": (
        """
def f(x, n):
    return sum(math.sin(x*i) for i in range(n))
""",
        (0.7, 7),
    ),
    "sum gen 2": (
        """
def f(a):
    return sum(v*v for r in a for v in r)
""",
        (A,),
    ),
    "any gen": (
        """
def f(x):
    return np.sum(x) if any(v > 0.5 for v in x) else np.sum(x*x)
""",
        (X,),
    ),
    "all gen": (
        """
def f(x):
    if all(v > 0.5 for v in x):
        return np.sum(x)
    return np.sum(x*x)
""",
        (X,),
    ),
    "any gen static": (
        """
def f(x):
    return x if any(x > i for i in range(3)) else x*x
""",
        (0.7,),
    ),
    "sum list dyn": (
        """
def f(xs):
    return sum(xs) * max(xs) * min(xs)
""",
        ([0.7, 0.2, 0.5],),
    ),
    "zip static": (
        """
def f(x):
    ps = list(zip([x, 2*x], (3.0, 4.0)))
    return ps[0][0]*ps[1][1]
""",
        (0.7,),
    ),
    "zip star": (
        """
def f(x):
    a, b = zip(*[(x, 1.0), (2*x, 3.0)])
    return a[0]*a[1]*b[1]
""",
        (0.7,),
    ),
    "enum start": (
        """
def f(x):
    t = 0.0
    for i, v in enumerate(x, start=2):
        t = t + i * v
    return t
""",
        (X,),
    ),
    "append static": (
        """
def f(x):
    ys = []
    ys.append(x)
    ys.append(x*x)
    return ys[0]*ys[1]*len(ys)
""",
        (0.7,),
    ),
    "extend": (
        """
def f(x):
    ys = [x]
    ys.extend([x*x, 2.0])
    ys += [x]
    ys += (3.0,)
    return ys[0]*ys[1]*ys[2]*ys[3]
""",
        (0.7,),
    ),
    "insert pop": (
        """
def f(x):
    ys = [x, x*x]
    ys.insert(1, 3*x)
    a = ys.pop()
    b = ys.pop(0)
    return ys[0]*a*b
""",
        (0.7,),
    ),
    "list slices": (
        """
def f(x):
    ys = [x, x*x, 2*x, 4.0]
    zs = ys[1:] + ys[:-2]
    return zs[0]*zs[-1]
""",
        (0.7,),
    ),
    "list setitem": (
        """
def f(x):
    ys = [x, x*x]
    zs = ys
    ys[0] = 3*x
    ys[1] *= x
    return zs[0]*zs[1]
""",
        (0.7,),
    ),
    "list setitem loop": (
        """
def f(x):
    ys = [x, x*x]
    for i in range(3):
        ys[0] = ys[0] * ys[1]
    return ys[0]
""",
        (0.7,),
    ),
    "dict setitem": (
        """
def f(x):
    d = {'a': x}
    d['b'] = x*x
    d['a'] = d['a'] * d['b']
    d['b'] += 1.0
    return d['a']*d['b']
""",
        (0.7,),
    ),
    "dict setitem loop": (
        """
def f(x):
    d = {'a': x, 'b': 1.0}
    for i in range(3):
        d['b'] = d['b'] * d['a']
    return d['b']
""",
        (0.7,),
    ),
    "dict arg": (
        """
def f(d):
    d['a'] = d['a'] * 2.0
    return d['a']*d['b']
""",
        ({"a": 0.3, "b": 0.6},),
    ),
    "dict methods": (
        """
def f(x):
    d = {'a': x}
    d.update({'b': 2*x}, c=3.0)
    d.setdefault('e', x)
    d.setdefault('a', 5.0)
    y = d.pop('b')
    z = d.get('q', 2.0) * d.get('a')
    t = 0.0
    for k, v in d.items():
        t = t + v
    for v in d.values():
        t = t * v
    for k in d.keys():
        t = t + d[k]
    return t*y*z*len(d)*('a' in d)
""",
        (0.7,),
    ),
    "append loop": (
        """
def f(x):
    ys = []
    for v in x:
        ys.append(v*v)
    return np.sum(np.array(ys))
""",
        (X,),
    ),
    "append loop n": (
        """
def f(x, n):
    ys = []
    for i in range(n):
        x = math.sin(x)
        ys.append(x)
    return sum(ys) * ys[-1]
""",
        (0.7, 4),
    ),
    "append loop stack": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        ys.append(np.sin(ys[-1]))
    return np.sum(np.stack(ys)) + np.sum(np.concatenate(ys)**2)
""",
        (X, 4),
    ),
    "append loop for": (
        """
def f(x, n):
    ys = []
    for i in range(n):
        ys.append(x*i)
    t = 0.0
    for y in ys:
        t = t + y*y
    return t
""",
        (0.7, 4),
    ),
    "append cond": (
        """
def f(x):
    ys = []
    for v in x:
        if v > 0.0:
            ys.append(v*v)
    return np.sum(np.array(ys))
""",
        (X,),
    ),
    "append while": (
        """
def f(x):
    ys = []
    while x < 10.0:
        x = x * 2.0
        ys.append(x)
    return sum(ys)
""",
        (0.7,),
    ),
    "append twice": (
        """
def f(x):
    ys = []
    for v in x:
        ys.append(v*v)
        ys.append(v)
    return np.sum(np.array(ys)**2)
""",
        (X,),
    ),
    "append two": (
        """
def f(x):
    ys = []
    zs = []
    for v in x:
        ys.append(v*v)
        zs.append(ys[-1]*v)
    return np.sum(np.array(ys)*np.array(zs))
""",
        (X,),
    ),
    "append nested": (
        """
def f(a):
    ys = []
    for r in a:
        for v in r:
            ys.append(v*v)
    return np.sum(np.array(ys))
""",
        (A,),
    ),
    "append rows": (
        """
def f(a):
    rows = []
    for r in a:
        row = []
        for v in r:
            row.append(v*v)
        rows.append(row)
    return np.sum(np.array(rows))
""",
        (A,),
    ),
    "stack machine": (
        """
def f(x):
    st = []
    for v in x:
        st.append(v)
    t = 1.0
    while st:
        t = t * st.pop() + t
    return t
""",
        (X,),
    ),
    "iadd loop": (
        """
def f(x):
    ys = []
    for v in x:
        ys += [v*v]
    return np.sum(np.array(ys))
""",
        (X,),
    ),
    "setitem listof": (
        """
def f(xs):
    xs[0] = xs[0] * xs[1]
    return xs[0]*xs[1]
""",
        ([0.7, 0.2],),
    ),
    "listof copies": (
        """
def f(x, n):
    ys = [0.0] * n
    for i in range(n):
        ys[i] = x * i
    return sum(ys)
""",
        (0.7, 4),
    ),
    "conn default": (
        """
def f(x, y=None):
    y = y or 2.0
    return x*y
""",
        (0.7, None),
    ),
    "in list": (
        """
def f(x, i):
    return x if i in [1, 2] else x*x
""",
        (0.7, 2),
    ),
    "list eq": (
        """
def f(x):
    return x if [1, 2] == [1, 2] else x*x
""",
        (0.7,),
    ),
    "nested append": (
        """
def f(x):
    d = {'a': []}
    d['a'].append(x)
    d['a'].append(x*x)
    return d['a'][0]*d['a'][1]
""",
        (0.7,),
    ),
    "two names append": (
        """
def f(x):
    xs = [x]
    ys = xs
    ys.append(x*x)
    xs.append(3.0)
    return xs[1]*ys[2]*len(xs)
""",
        (0.7,),
    ),
    "branch append same": (
        """
def f(x, c):
    xs = [x]
    ys = xs
    if c > 0.5:
        ys.append(x*x)
    else:
        xs.append(2.0*x)
    return xs[1]*ys[1]
""",
        (0.7, 0.9),
    ),
    "branch set": (
        """
def f(x, c):
    xs = [x, x]
    ys = xs
    if c > 0.5:
        ys[0] = x*x
    return xs[0]*ys[1]
""",
        (0.7, 0.9),
    ),
    "if local lists": (
        """
def f(x, c):
    if c > 0.5:
        xs = [x, 2*x]
    else:
        xs = [3*x, x]
    ys = xs
    xs[0] = xs[0]*x
    return ys[0]*xs[1]
""",
        (0.7, 0.9),
    ),
    "if local two names": (
        """
def f(x, c):
    if c > 0.5:
        xs = [x, 2*x]
        ys = xs
    else:
        xs = [3*x, x]
        ys = xs
    xs[0] = xs[0]*x
    return ys[0]*xs[1]
""",
        (0.7, 0.9),
    ),
    "if one nonlocal no read": (
        """
def f(x, c):
    zs = [x, x*x]
    if c > 0.5:
        xs = zs
    else:
        xs = [3*x, x]
    y = xs[0]
    zs[0] = 2.0*x
    return y*zs[0]
""",
        (0.7, 0.9),
    ),
    "loop dict rebinding": (
        """
def f(x):
    d = {'a': x, 'b': 1.0}
    for i in range(3):
        d = {'a': d['a']*d['b'], 'b': d['b']+x}
    return d['a']*d['b']
""",
        (0.7,),
    ),
    "loop dict copy": (
        """
def f(x):
    d = {'a': x, 'b': 1.0}
    e = d
    for i in range(3):
        d = dict(d)
        d['a'] = d['a']*x
    return d['a']*d['b']*e['a']
""",
        (0.7,),
    ),
    "loop swap": (
        """
def f(x):
    a = [x, 1.0]
    b = [2*x, 3.0]
    for i in range(3):
        a, b = b, a
    return a[0]*b[1]
""",
        (0.7,),
    ),
    "loop set via alias": (
        """
def f(x):
    a = [x, 1.0]
    b = a
    for i in range(3):
        a[0] = b[0]*x
        b[1] = a[1] + a[0]
    return a[0]*b[1]
""",
        (0.7,),
    ),
    "nested lists": (
        """
def f(x):
    a = [x, 1.0]
    b = [a, a]
    b[0][0] = x*x
    b[1].append(3.0)
    return a[0]*b[1][0]*a[2]*len(b[0])
""",
        (0.7,),
    ),
    "nested lists loop": (
        """
def f(x):
    a = [x, 1.0]
    b = {'p': a}
    for i in range(3):
        b['p'][0] = a[0]*x
        b['q' if False else 'p'][1] += 1.0
    return a[0]*a[1]
""",
        (0.7,),
    ),
    "nested replaced loop": (
        """
def f(x):
    a = [x, 1.0]
    b = {'p': a}
    for i in range(3):
        b['p'] = [b['p'][0]*x, b['p'][1]]
    return a[0]*b['p'][0]
""",
        (0.7,),
    ),
    "repeat nested": (
        """
def f(x):
    a = [[0.0]] * 3
    a[0][0] = x
    return a[1][0]*a[2][0]
""",
        (0.7,),
    ),
    "arrays in lists": (
        """
def f(x, y):
    xs = [x, y]
    xs[0] = x * y
    xs[0][1] = 7.0
    y *= xs[0]
    return np.sum(x * y * xs[1])
""",
        (X, Y),
    ),
    "array alias via list": (
        """
def f(x, y):
    xs = [x]
    z = xs[0]
    xs[0] = y*y
    z[0] = 5.0
    return np.sum(x * xs[0])
""",
        (X, Y),
    ),
    "for over list writes": (
        """
def f(x, y):
    xs = [x, y]
    for a in xs:
        a *= a[0]
    return np.sum(xs[0]*y)
""",
        (X, Y),
    ),
    "enumerate set": (
        """
def f(x):
    xs = [x, 2*x, 3*x]
    for i, a in enumerate(xs):
        xs[i] = a*a
    return xs[0]*xs[2]
""",
        (0.7,),
    ),
    "eval order": (
        """
def f(x):
    xs = [x, 2*x]
    t = (xs, xs.pop(), len(xs))
    return t[0][0]*t[1]*t[2]
""",
        (0.7,),
    ),
    "eval order call": (
        """
def f(x):
    xs = [x, 2*x]
    y = xs[1]*xs.pop() + sum(xs)
    return y
""",
        (0.7,),
    ),
    "list of params": (
        """
def f(xs):
    ys = xs
    ys.append(3.0)
    ys[0] = ys[0]*ys[1]
    return xs[0]*xs[1]*len(xs)
""",
        ([0.7, 0.3],),
    ),
    "tuple params": (
        """
def f(t):
    a, b = t
    a.append(b)
    return sum(a)*b
""",
        (([0.7, 0.3], 0.2),),
    ),
    "dict params nested": (
        """
def f(d):
    d['p']['w'] = d['p']['w']*d['b']
    e = d['p']
    e['v'] = d['b']
    return d['p']['w']*d['p']['v']
""",
        ({"p": {"w": 0.3}, "b": 0.5},),
    ),
    "dict params loop": (
        """
def f(d, n):
    for i in range(n):
        d['x'] = d['x'] + 0.1*d['v']
        d['v'] = d['v'] - 0.1*d['x']
    return d['x']*d['v']
""",
        ({"x": 0.3, "v": 0.5}, 4),
    ),
    "dict arrays loop": (
        """
def f(d, n):
    for i in range(n):
        d['x'] = d['x'] + 0.1*d['v']
        d['v'][0] = d['v'][1] - 0.1*d['x'][2]
    return np.sum(d['x']*d['v'])
""",
        ({"x": X, "v": Y}, 4),
    ),
    "return in loop": (
        """
def f(x):
    xs = [x]
    for i in range(5):
        xs[0] = xs[0]*2.0
        if xs[0] > 3.0:
            return xs[0]*x
    return xs[0]
""",
        (0.7,),
    ),
    "break in loop": (
        """
def f(x):
    d = {'a': x}
    for i in range(5):
        d['a'] = d['a']*2.0
        if d['a'] > 3.0:
            break
    return d['a']*x
""",
        (0.7,),
    ),
    "early return": (
        """
def f(x, c):
    xs = [x, 1.0]
    if c > 0.5:
        xs[0] = x*x
        return xs[0]
    xs[1] = x
    return xs[0]*xs[1]
""",
        (0.7, 0.9),
    ),
    "try2": (
        """
def f(x):
    xs = [x, 1.0]
    try:
        y = 1.0/x
    except ZeroDivisionError:
        xs[1] = 5.0
        y = x
    return xs[0]*xs[1]*y
""",
        (0.7,),
    ),
    "while": (
        """
def f(x):
    xs = [x, 1.0]
    while xs[0] < 10.0:
        xs[0] = xs[0]*2.0
        xs[1] += xs[0]
    return xs[0]*xs[1]
""",
        (0.7,),
    ),
    "ternary effect": (
        """
def f(x, c):
    xs = [x, 1.0]
    y = xs.pop() if c > 0.5 else xs.pop(0)
    return y*xs[0]
""",
        (0.7, 0.9),
    ),
    "dict new key branch": (
        """
def f(x, c):
    d = {'a': x}
    if c > 0.5:
        d['b'] = x*x
    else:
        d['b'] = 2*x
    return d['a']*d['b']
""",
        (0.7, 0.9),
    ),
    "call returns list": (
        """
def f(x):
    xs = h(x)
    xs[0] = xs[0]*x
    return xs[0]*xs[1]
def h(x):
    return [x, x*x]
""",
        (0.7,),
    ),
    "call changes list": (
        """
def f(x):
    xs = [x, x]
    h(xs)
    return xs[0]*xs[1]
def h(xs):
    xs[0] = xs[0]*xs[1]
""",
        (0.7,),
    ),
    "call changes dict": (
        """
def f(x):
    d = {'a': x}
    h(d, x)
    return d['a']*d['b']
def h(d, x):
    d['b'] = d['a']*x
    d['a'] = x
""",
        (0.7,),
    ),
    "call returns same": (
        """
def f(x):
    xs = [x, x]
    ys = h(xs)
    ys[0] = x*x
    return xs[0]*xs[1]
def h(xs):
    return xs
""",
        (0.7,),
    ),
    "call dict arrays": (
        """
def f(x, y):
    d = {'a': x, 'b': y}
    for i in range(3):
        h(d)
    return np.sum(d['a']*d['b']*x)
def h(d):
    d['a'] = d['a']*d['b']
    d['b'] *= 1.5
""",
        (X, Y),
    ),
    "set static idx loop unrolled": (
        """
def f(x):
    xs = [0.0]*4
    for i in range(4):
        xs[i] = x*i
    return xs[1]*xs[3]
""",
        (0.7,),
    ),
    "default comp": (
        """
def f(x):
    ps = [[x, 1.0], [2*x, 3.0]]
    for q in ps:
        q[0] = q[0]*q[1]
    return ps[0][0]*ps[1][0]
""",
        (0.7,),
    ),
    "lists in tuples in loop": (
        """
def f(x):
    s = ([x], 1.0)
    for i in range(3):
        s[0][0] = s[0][0]*x
        s = (s[0], s[1]+x)
    return s[0][0]*s[1]
""",
        (0.7,),
    ),
    "state carried in tuple new": (
        """
def f(x):
    s = ([x], 1.0)
    q = s[0]
    for i in range(3):
        s = ([s[0][0]*x], s[1]+x)
    return s[0][0]*s[1]*q[0]
""",
        (0.7,),
    ),
    "buffer copies": (
        """
def f(x):
    y = np.zeros(4)
    kept = []
    for i in range(3):
        y[i] = x[i] * x[i]
        kept.append(y.copy())
    return np.sum(kept[0] * kept[1] + kept[2])
""",
        (np.array([0.5, 0.6, 0.7, 0.8]),),
    ),
    "item read then append": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        prev = ys[-1]
        new = np.sin(prev)
        ys.append(new)
        x = prev * new
    return np.sum(x*ys[-1]*ys[0])
""",
        (X, 3),
    ),
    "alias list loop": (
        """
def f(x, n):
    ys = [x]
    zs = ys
    for i in range(n):
        zs.append(ys[-1]*x)
    return ys[-1]*zs[1]*len(ys)
""",
        (0.7, 3),
    ),
    "alias list loop both": (
        """
def f(x, n):
    ys = [x]
    zs = ys
    for i in range(n):
        zs.append(ys[-1]*x)
        ys.append(zs[-1]*x)
    return ys[-1]*zs[1]*len(ys)
""",
        (0.7, 3),
    ),
    "set while looping": (
        """
def f(x):
    ys = [v for v in x]
    for i, y in enumerate(ys):
        ys[i] = y*y
    return sum(ys)
""",
        (X,),
    ),
    "set next while looping": (
        """
def f(x):
    ys = [v for v in x]
    for i, y in enumerate(ys):
        if i < 2:
            ys[i+1] = ys[i+1]*y
    return sum(ys)
""",
        (X,),
    ),
    "dict of lists": (
        """
def f(x):
    h = {'a': [], 'b': []}
    for v in x:
        h['a'].append(v*v)
        h['b'].append(v+1.0)
    return np.sum(np.array(h['a'])*np.array(h['b']))
""",
        (X,),
    ),
    "list param append loop": (
        """
def f(xs, n):
    for i in range(n):
        xs.append(xs[-1]*xs[0])
    return sum(xs)
""",
        ([0.7, 0.3], 3),
    ),
    "list arr param append loop": (
        """
def f(xs, n):
    for i in range(n):
        xs.append(xs[-1]*xs[0])
    return np.sum(np.stack(xs))
""",
        ([X, Y], 3),
    ),
    "early return list": (
        """
def f(x):
    ys = []
    for v in x:
        if v < 0.0:
            return sum(ys)
        ys.append(v*v)
    return sum(ys)*2.0
""",
        (X,),
    ),
    "break": (
        """
def f(x):
    ys = []
    for v in x:
        if v < 0.0:
            break
        ys.append(v*v)
    return sum(ys)*2.0
""",
        (X,),
    ),
    "continue": (
        """
def f(x):
    ys = []
    for v in x:
        if v < 0.0:
            continue
        ys.append(v*v)
    return sum(ys)*2.0
""",
        (X,),
    ),
    "returned list": (
        """
def f(x):
    ys = []
    for v in x:
        ys.append(v*v)
    return ys
""",
        (X,),
    ),
    "returned list arrays": (
        """
def f(x, n):
    ys = [x]
    for i in range(n):
        ys.append(x*i)
        ys.append(x)
    return ys
""",
        (X, 2),
    ),
    "returned two": (
        """
def f(x, n):
    ys = []
    for i in range(n):
        ys.append(x*i)
    return ys, ys
""",
        (0.7, 2),
    ),
    "reset in loop": (
        """
def f(a):
    t = 0.0
    for r in a:
        ys = []
        for v in r:
            ys.append(v*v)
        t = t + sum(ys)*ys[0]
    return t
""",
        (A,),
    ),
    "cleared in loop": (
        """
def f(a):
    t = 0.0
    ys = []
    for r in a:
        ys.clear()
        for v in r:
            ys.append(v*v)
        t = t + sum(ys)*ys[0]
    return t
""",
        (A,),
    ),
    "list kept and changed": (
        """
def f(x, n):
    ys = [x]
    zs = list(ys)
    for i in range(n):
        ys.append(x*i)
        zs = list(ys)
    ys.append(5.0*x)
    return sum(ys)*sum(zs)*len(zs)
""",
        (0.7, 3),
    ),
    "use list inside": (
        """
def f(x, n):
    ys = [x]
    t = 0.0
    for i in range(n):
        ys.append(x*i)
        t = t + sum(ys)
    return t*sum(ys)
""",
        (0.7, 3),
    ),
    "np inside": (
        """
def f(x, n):
    ys = [x]
    t = 0.0
    for i in range(n):
        ys.append(x*i)
        t = t + np.sum(np.array(ys)**2)
    return t*sum(ys)
""",
        (0.7, 3),
    ),
    "pop in branch": (
        """
def f(x, n):
    ys = [x, 2*x, 3*x]
    t = 1.0
    for i in range(n):
        if i == 1:
            t = t*ys.pop()
        else:
            ys.append(t*x)
    return sum(ys)*t
""",
        (0.7, 4),
    ),
    "tuples appended": (
        """
def f(x, n):
    ps = []
    for i in range(n):
        ps.append((x*i, x))
    t = 0.0
    for a, b in ps:
        t = t + a*b
    return t
""",
        (0.7, 3),
    ),
    "dicts appended": (
        """
def f(x, n):
    ps = []
    for i in range(n):
        ps.append({'u': x*i, 'v': x})
    t = 0.0
    for q in ps:
        t = t + q['u']*q['v']
    return t
""",
        (0.7, 3),
    ),
    "extend loop": (
        """
def f(x):
    ys = []
    for v in x:
        ys.extend([v, v*v])
    return np.sum(np.array(ys)**2)
""",
        (X,),
    ),
    "extend list": (
        """
def f(xs, ys):
    zs = []
    zs.extend(xs)
    zs += ys
    return sum(zs)*zs[0]*zs[-1]
""",
        ([0.7, 0.3], [0.2]),
    ),
    "called appends once": (
        """
def f(x):
    ys = []
    h(ys, x)
    h(ys, x*x)
    return sum(ys)*ys[0]
def h(ys, v):
    ys.append(v*v)
""",
        (0.7,),
    ),
    "called builds": (
        """
def f(x):
    ys = h(x)
    ys.append(3.0*x[0])
    return sum(ys)*ys[0]
def h(x):
    return [v*v for v in x]
""",
        (X,),
    ),
    "called list param ListOf": (
        """
def f(xs):
    h(xs)
    return sum(xs)*xs[0]
def h(ys):
    ys.append(ys[0]*ys[0])
    ys[1] = 2.0*ys[1]
""",
        ([0.7, 0.3],),
    ),
    "comp with write": (
        """
def f(x):
    ys = [v * v for v in x]
    x[0] = ys[1] * ys[2]
    zs = [x[i] * x[i - 1] for i in range(3)]
    x[1] = zs[0]
    return np.sum(x * ys[2] * zs[2])
""",
        (X,),
    ),
    "comp shadow": (
        """
def f(x, v):
    ys = [v * 2.0 for v in x]
    return sum(ys)*v
""",
        (X, 0.4),
    ),
    "nested comp cond": (
        """
def f(a):
    return sum(sum(v*v for v in r if v > 0.3) for r in a)
""",
        (A,),
    ),
    "comp enumerate": (
        """
def f(x):
    return sum([i * v for i, v in enumerate(x)])
""",
        (X,),
    ),
    "gen any walk": (
        """
def f(x):
    t = 0.0
    for i in range(3):
        if all(v < 5.0 for v in x):
            t = t + x[i]*x[0]
    return t
""",
        (X,),
    ),
    "dp table": (
        """
def f(x, n):
    d = [0.0]*(n+1)
    d[0] = x
    for i in range(n):
        d[i+1] = d[i]*x + 1.0
    return d[n]
""",
        (0.7, 4),
    ),
    "walrus and": (
        """
def f(x):
    if x > 0.0 and (y := x * x) > 0.1:
        return y
    return x
""",
        (0.7,),
    ),
    "walrus while": (
        """
def f(x):
    while (y := x * x) < 30.0:
        x = x + y
    return x * y
""",
        (0.7,),
    ),
    "items deleted": (
        """
def f(x):
    xs = [x, 2*x, 3*x, x*x]
    d = {'a': x, 'b': 3.0}
    del xs[1], d['b']
    del xs[-1:]
    return xs[0]*xs[1]*d['a']*len(xs)*len(d)
""",
        (0.7,),
    ),
    "called appends": (
        """
def f(x):
    ys = []
    for v in x:
        h(ys, v)
    return sum(ys)*ys[0]
def h(ys, v):
    ys.append(v*v)
""",
        (X,),
    ),
}

# and a part of the message, and the text that is marked
REFUSED: dict[str, tuple[str, tuple[Any, ...], str, str]] = {
    "values of a dict set while looped": (
        """
def f(x, d):
    for v in d.values():
        d["b"] = d["b"] + v * x
    return d["b"]
""",
        (0.7, {"a": 0.3, "b": 0.9}),
        "the dict that this loop runs over is changed in it",
        "d.values()",
    ),
    "items of a dict set under another name while looped": (
        """
def f(x, d):
    e = d
    for i, (k, v) in enumerate(d.items()):
        e["b"] = e["b"] + v * x
    return d["b"]
""",
        (0.7, {"a": 0.3, "b": 0.9}),
        "the dict that this loop runs over is changed in it",
        "enumerate(d.items())",
    ),
    "values of a dict set while comprehended": (
        """
def f(x, d):
    def g(v):
        d["b"] = d["b"] * v
        return d["b"]
    return sum([g(v) for v in d.values()])
""",
        (0.7, {"a": 0.3, "b": 0.9}),
        "the dict that this loop runs over is changed in it",
        "d.values()",
    ),
    "dict that grows while looped": (
        """
def f(x, d):
    for k in d:
        d["c"] = d[k] * x
    return d["c"]
""",
        (0.7, {"a": 0.3, "b": 0.9}),
        "the dict that this loop runs over is changed in it",
        "d",
    ),
    "item set that a reversed loop comes to": (
        """
def f(x):
    xs = [x, 2.0, 3.0]
    for v in reversed(xs):
        xs[0] = xs[0] * v
    return xs[0]
""",
        (0.7,),
        "the list that this loop runs over is changed in it",
        "reversed(xs)",
    ),
    "item set that a reversed loop in a zip comes to": (
        """
def f(x):
    xs = [x, 2.0, 3.0]
    for v, w in zip(reversed(xs), (1.0, 2.0, 3.0)):
        xs[0] = xs[0] * v * w
    return xs[0]
""",
        (0.7,),
        "the list that this loop runs over is changed in it",
        "zip(reversed(xs), (1.0, 2.0, 3.0))",
    ),
    "walrus compr": (
        """
def f(x):
    ys = [y * y for v in x if (y := v * 2.0) > 0.0]
    return sum(ys) * y
""",
        (X,),
        "`:=` in a comprehension is not supported yet",
        "y := v * 2.0",
    ),
    "choice then write orig": (
        """
def f(x, c):
    xs = [x, 2*x]
    zs = [3*x, x]
    ys = xs if c > 0.5 else zs
    xs[0] = x*x*x
    return ys[0]*xs[0]
""",
        (0.7, 0.9),
        "'ys' cannot be used: it may be the list or dict that is changed under another name on line 9",
        'ys',
    ),
    "choice then write choice": (
        """
def f(x, c):
    xs = [x, 2*x]
    zs = [3*x, x]
    ys = xs if c > 0.5 else zs
    ys[0] = x*x*x
    return ys[0]*xs[0]*zs[0]
""",
        (0.7, 0.9),
        "'ys' is changed, which may also be another list or dict: which one, only the run tells",
        'ys[0]',
    ),
    "if local crossed": (
        """
def f(x, c):
    if c > 0.5:
        xs = [x, 2*x]
        ys = xs
    else:
        xs = [3*x, x]
        ys = [x, x*x]
    xs[0] = xs[0]*x
    return ys[0]*xs[1]
""",
        (0.7, 0.9),
        "'xs' is changed, which may also be another list or dict: which one, only the run tells",
        'xs[0]',
    ),
    "if one nonlocal": (
        """
def f(x, c):
    zs = [x, x*x]
    if c > 0.5:
        xs = zs
    else:
        xs = [3*x, x]
    zs[0] = 2.0*x
    return xs[0]*zs[1]
""",
        (0.7, 0.9),
        "'xs' cannot be used: it may be the list or dict that is changed under another name on line 11",
        'xs',
    ),
    "loop swap write": (
        """
def f(x):
    a = [x, 1.0]
    b = [2*x, 3.0]
    for i in range(3):
        a[0] = b[0]*x
        a, b = b, a
    return a[0]*b[1]
""",
        (0.7,),
        "'a' is changed, which may also be another list or dict: which one, only the run tells",
        'a[0]',
    ),
    "loop swap write orig": (
        """
def f(x):
    a = [x, 1.0]
    b = [2*x, 3.0]
    c = a
    for i in range(3):
        a, b = b, a
        c[0] = c[0]*x
    return a[0]*b[1]*c[0]
""",
        (0.7,),
        "'b' cannot be used: it may be the list or dict that is changed under another name on line 11",
        'b',
    ),
    "list grown while looped": (
        """
def f(x):
    xs = [x, 2*x]
    for a in xs:
        if len(xs) < 4:
            xs.append(a*x)
    return xs[-1]*xs[-2]
""",
        (0.7,),
        "the list that this loop runs over is changed in it",
        "xs",
    ),
    "enumerate set next": (
        """
def f(x):
    xs = [x, 2*x, 3*x]
    for i, a in enumerate(xs):
        if i < 2:
            xs[i+1] = xs[i+1]*a
    return xs[0]*xs[2]
""",
        (0.7,),
        "the list that this loop runs over is changed in it",
        "enumerate(xs)",
    ),
    "try": (
        """
def f(x):
    xs = [x, 1.0]
    try:
        xs[0] = 1.0/x
    except ZeroDivisionError:
        xs[1] = 5.0
    return xs[0]*xs[1]
""",
        (0.7,),
        "'xs' cannot be used: it is written in the `try` on line 7, which an exception may have ended before",
        'xs',
    ),
    "dict new key branch one": (
        """
def f(x, c):
    d = {'a': x}
    if c > 0.5:
        d['b'] = x*x
    return d['a']
""",
        (0.7, 0.9),
        "'d' cannot be used: it has another structure in each branch of the `if` on line 7",
        'd',
    ),
    "dict new key loop": (
        """
def f(x):
    d = {'a': x}
    for i in range(3):
        d['b'] = d['a']*i
    return d['a']*d['b']
""",
        (0.7,),
        "'d' cannot be used: it has another structure in each iteration of the loop on line 7",
        'd',
    ),
    "call aliases": (
        """
def f(x, y):
    d = {'a': x, 'b': y}
    h(d)
    d['a'][0] = 3.0
    return np.sum(d['a']*d['b'])
def h(d):
    d['a'] = d['b']
""",
        (X, Y),
        "'d' gets an array in another place that an argument has, or is",
        'def h(d):',
    ),
    "buffer collected itself": (
        """
def f(x):
    y = np.zeros(4)
    kept = []
    for i in range(3):
        y[i] = x[i] * x[i]
        kept.append(y)
    y[3] = x[3]
    return np.sum(kept[0] * kept[1] + kept[2])
""",
        (np.array([0.5, 0.6, 0.7, 0.8]),),
        "'kept' cannot be used: it may hold the array that is written on line 9",
        'kept',
    ),
    "fresh appended then written next iter": (
        """
def f(x, n):
    y = x * 1.0
    kept = []
    for i in range(n):
        y = y * x
        kept.append(y)
        y[0] = 2.0
    return np.sum(np.stack(kept))
""",
        (X, 3),
        "'kept' cannot be used: it may hold the array that is written on line 11",
        'kept',
    ),
    "fresh appended, carried, written next": (
        """
def f(x, n):
    y = x * 1.0
    kept = []
    for i in range(n):
        y[0] = 2.0*y[1]
        y = y * x
        kept.append(y)
    return np.sum(np.stack(kept))
""",
        (X, 3),
        "'kept' cannot be used: it may hold the array that is written on line 9",
        'kept',
    ),
    "append then loop over itself": (
        """
def f(x):
    ys = [v for v in x]
    for y in ys:
        if len(ys) < 5:
            ys.append(y*y)
    return sum(ys)
""",
        (X,),
        "the list that this loop runs over is changed in it",
        "ys",
    ),
    "lists appended changed later": (
        """
def f(x, n):
    ps = []
    q = [x, 1.0]
    for i in range(n):
        ps.append(q)
        q[0] = q[0]*x
    return ps[0][0]
""",
        (0.7, 3),
        "'q' cannot be used: it may be the list or dict that is changed under another name on line 9",
        'q',
    ),
    "called list holds": (
        """
def f(xs, y):
    h(xs, y)
    y[0] = 3.0
    return np.sum(xs[-1]*xs[0])
def h(ys, y):
    ys.append(y)
""",
        ([X, Y], np.array([1.4, -2.6, 0.8])),
        "an array is written in this call that may also be reached through another argument",
        "h(xs, y)",
    ),
    "rows kept then written": (
        """
def f(a):
    rows = [r for r in a]
    a[0] = 3.0
    return np.sum(rows[0]*rows[1])
""",
        (A,),
        "'rows' cannot be used: it may hold the array that is written on line 7",
        'rows',
    ),
    "vjp list of list idx": (
        """
def f(x, n):
    ys = [[0.0]*3 for _ in range(n)]
    for i in range(n):
        ys[i][1] = x*i
    return ys[1][1]*ys[2][1]
""",
        (0.7, 3),
        "a list or dict that comes from somewhere else is changed, which is not supported yet",
        "ys[i][1]",
    ),
    "changed by a helper while looped": (
        """
def f(xs):
    t = 0.0
    for a in xs:
        if len(xs) < 4:
            h(xs)
        t = t + a
    return t * xs[0]
def h(ys):
    ys.append(1.0)
""",
        ([0.7, 0.2],),
        "the list that this loop runs over is changed in it",
        "xs",
    ),
}
