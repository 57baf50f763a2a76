"""Functions that make lists longer, or change their items, in loops."""

from __future__ import annotations

from typing import Any

import numpy as np


def the_last_one(x: Any, n: int) -> Any:
    out = [x]
    for _ in range(n):
        out.append(np.sin(out[-1]) * x)
    return np.sum(out[-1]) + np.sum(out[0])


def the_last_two(x: float, n: int) -> float:
    out = [x, x * 2]
    for _ in range(n):
        out.append(out[-1] * 0.5 + np.sin(out[-2]))
    return out[-1] * out[3]


def by_their_number(x: float, n: int) -> float:
    out = [x]
    for k in range(1, n):
        out.append(out[k - 1] * 0.9 + x)
    s = 0.0
    for k in range(n):
        s = s + out[k] * k
    return s


def comprehension(x: Any, n: int) -> Any:
    return np.sum(np.array([np.sin(x * k) for k in range(n)]) ** 2)


def comprehension_over_rows(xs: Any) -> Any:
    return np.sum(np.stack([np.sin(x) * x for x in xs], axis=1)[0] ** 2)


def added_up(x: Any, n: int) -> Any:
    out = []
    for k in range(n):
        out.append(x * x * k)
    return np.sum(sum(out)) + np.mean(out) + np.sum(np.concatenate(out) ** 2)


def walked(x: Any, n: int) -> Any:
    out, other = [], []
    for k in range(n):
        out.append(x * k)
        other.append(np.sin(x))
    s = 0.0
    for a, b in zip(out, other):
        s = s + np.sum(a * b) * np.sum(a)
    return s


def walked_as_tuples(x: Any, n: int) -> Any:
    out = []
    for k in range(n):
        out.append((x * k, np.sin(x)))
    s = 0.0
    for a, b in out:
        s = s + np.sum(a * b)
    return s


def two_in_an_iteration(x: Any, n: int) -> Any:
    out = []
    for k in range(n):
        out.append(x * k)
        out.append(np.sin(x) + k)
    return np.sum(np.stack(out) ** 2)


def in_nested_loops(x: Any, n: int) -> Any:
    out = []
    for k in range(n):
        for j in range(3):
            out.append(x * k + j)
    return np.sum(np.stack(out) ** 2)


def on_both_sides(x: Any, n: int) -> Any:
    out = []
    for k in range(n):
        if np.sum(x) > k:
            out.append(x * k)
        else:
            out.append(np.sin(x))
    return np.sum(np.array(out) ** 2)


def from_the_end(x: Any, n: int) -> Any:
    out = []
    for k in reversed(range(n)):
        out.append(x * k)
    return np.sum(np.stack(out, axis=1)[0] * np.arange(n))


def waves(x: Any, n: int) -> Any:
    out = []
    for k in range(n):
        out.append(np.sin(x) * k)
    return out


def of_a_call(x: Any, n: int) -> Any:
    s = 0.0
    for y in waves(x, n):
        s = s + np.sum(y)
    a = waves(x * 2, n)
    return s * np.sum(a[1])


def taken_out(x: Any, n: int) -> Any:
    out = waves(x, n)
    last = out.pop()
    out.append(last * 2)
    return np.sum(np.stack(out) ** 2)


def of_parameters(xs: list[Any], n: int) -> Any:
    for _ in range(n):
        xs.append(xs[-1] * 0.5)
    return np.sum(np.stack(xs) ** 2)


def stacked(ws: list[Any]) -> Any:
    return np.sum(np.stack(ws) ** 2)


def in_a_loop_of_python(ws: list[Any], x: Any) -> Any:
    ys = [x]
    for k in range(len(ws)):
        ys.append(np.tanh(ws[k] * ys[k]))
    s = np.sum(ys[1])
    for y, w in zip(ys[1:], ws):
        s = s + np.sum(y * w)
    return s


def items_that_change(xs: list[Any], n: int) -> Any:
    for _ in range(n):
        xs[0] = xs[0] * 0.5 + xs[1]
        xs[1] = np.sin(xs[1])
    return np.sum(xs[0] * xs[1])


def each_item_changed(xs: list[Any]) -> Any:
    for k in range(len(xs)):
        xs[k] = xs[k] * k
    return np.sum(xs[0] * xs[1]) + np.sum(xs[2])


def keys_that_change(p: dict[str, Any], n: int) -> Any:
    for _ in range(n):
        p["h"] = np.tanh(p["w"] * p["h"])
    return np.sum(p["h"])


def numbers_in_a_list(x: float, n: int) -> float:
    xs = [0.0] * 3
    for _ in range(n):
        xs[0] = xs[0] + x
        xs[1] = xs[1] * x + xs[0]
    return xs[0] * xs[1] + xs[2]


def in_some_iterations(x: Any, n: int) -> Any:
    out = []
    for k in range(n):
        if np.sum(x) > k:
            out.append(x)
    return np.sum(np.array(out))


def in_a_while_loop(x: Any) -> Any:
    out = []
    while np.sum(x) > 1.0:
        out.append(x)
        x = x * 0.5
    return np.sum(np.array(out))


def in_a_triangle(x: Any, n: int) -> Any:
    out = []
    for i in range(n):
        for j in range(i):
            out.append(x * i * j)
    return np.sum(np.stack(out))


def under_a_condition(x: Any) -> Any:
    out = [x]
    if np.sum(x) > 0:
        out.append(x * 2)
    return np.sum(out[-1])


def at_a_traced_place(xs: list[Any], n: int) -> Any:
    s = 0.0
    for k in range(n):
        if k % 2 == 0:
            s = s + np.sum(xs[int(s) % 2])
    return s


def one_of_the_items(x: float, u: Any, rows: Any, vs: list[Any]) -> Any:
    ls, sums = [e * x for e in u], [np.sum(v) for v in vs]
    over, small = [s > 0.9 for s in sums], [e > 0.3 for e in u]
    largest, smallest = max([r * x for r in rows], key=np.sum), min([e * e for e in u], key=lambda e: -e)
    y = x + largest @ largest * smallest
    if max(ls) > 0.5:
        y = y * 2.0 * x
    if all(e < 0.5 for e in ls) or any(over) or not any(u > 0.2):
        y = y * 3.0 * x
    k = 0
    while k < 3 and x < 3.0:
        k += 1
        if any(small):
            y = 0.7 * y + x * 0.5
    return y + max(ls) * x + min(ls) + max(sums)


def stacked_in_loops(x: float, u: Any, vs: list[Any]) -> Any:
    w, s, k = u, 0.0, 0
    for e in u:
        w = np.sum(np.stack(vs), axis=0) * e
        s = s + e * np.sum(np.stack(vs) ** 2)
        if s > 0.1:
            s = s + vs[0][1]
    while s < 3.0 and k < 4:
        s = s + u[k] * u[k] * np.sum(np.stack(vs) ** 2) + sum([np.sum(v) for v in vs])
        k += 1
    if x > 0.0:
        s = np.sum(np.stack(vs) ** 2) + s
    else:
        s = vs[0][0]
    return s * x + np.sum(w * w)


def until_one_is_large(x: float, vs: list[Any]) -> Any:
    y = x
    if any(np.sum(v) > 0.9 for v in vs):
        y = y * x
    return y


def walked_beside_a_tape(x: float, u: Any, v: Any, rows: Any) -> Any:
    a = rows[::2]
    for i, _ in enumerate(rows):
        v = v * np.cos(u[i] * x)
    for _ in range(2):
        for r in a:
            r[1:] += np.tanh(np.tanh(v[1:] + rows[0][1:]))
            v[::2] *= np.sin(np.tanh(rows[1][1:3]) * x)
    return np.sum(v) * x + np.sum(a * a)


def parts_of_lists(x: float, u: Any, vs: list[Any]) -> Any:
    rs = [np.sin(u) * x]
    for e in vs:
        rs.append(e * np.cos(x))
    a = sum(rs[1:], np.sin(u[1]) + np.zeros(len(u))) * 0.5
    return a @ a + np.sum(rs[-1])


def of_different_lengths(x: float, vs: list[Any]) -> Any:
    s = 0.0
    for _ in range(3):
        for v in vs:
            s = s + np.sum(v) * x
    return s + sum([np.sum(v * v) for v in vs[1:]]) * x


def with_nothing_to_read(x: float, n: int) -> float:
    out = []
    for _ in range(n):
        out.append(x * x)
    return sum(out)
