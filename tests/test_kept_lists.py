"""Lists and dicts that are kept by defaults, functools.partial, bound methods and repetition: each is one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

import pullback
from pullback import errors
from tests.behaviour import assert_behaves

X = 0.7


class Rows(NamedTuple):
    items: Any

    def add(self, v: Any) -> Any:
        self.items.append(v)
        return sum(self.items)


def append(items: Any, v: Any) -> Any:
    items.append(v)
    return sum(items)


def first_of(a: Any, b: Any) -> Any:
    a.append(b[0])
    return sum(a) * sum(b)


def default_list(x: Any) -> Any:
    def add(v: Any, items: Any = []) -> Any:  # noqa: B006
        items.append(v)
        return sum(items)

    return add(x) + add(x * x) + add(x)


def default_list_in_a_loop(x: Any) -> Any:
    def add(v: Any, items: Any = []) -> Any:  # noqa: B006
        items.append(v)
        return sum(items)

    out = 0.0
    for i in range(4):
        out = out + add(x * i)
    return out


def default_by_keyword(x: Any) -> Any:
    def add(v: Any, *, items: Any = [x]) -> Any:  # noqa: B006
        items.append(v)
        return sum(items)

    return add(x) * add(x * x)


def default_dict(x: Any) -> Any:
    def scaled(v: Any, state: Any = {"k": 1.0}) -> Any:  # noqa: B006
        state["k"] = state["k"] * v
        return state["k"]

    return scaled(x) + scaled(x * x) + scaled(x)


def default_in_a_tuple(x: Any) -> Any:
    def add(v: Any, held: Any = ([x], {"n": 1.0})) -> Any:
        held[0].append(v)
        held[1]["n"] = held[1]["n"] * v
        return sum(held[0]) * held[1]["n"]

    return add(x) + add(x * x)


def default_of_lambda(x: Any) -> Any:
    add = lambda v, items=[x]: (items.append(v), sum(items))[1]  # noqa: E731
    return add(x) * add(x * x)


def defaults_of_several(x: Any) -> Any:
    fs = [lambda v, items=[]: (items.append(v), sum(items))[1] for _ in range(2)]
    return fs[0](x) + fs[0](x) + fs[1](x * x)


def default_under_a_condition(x: Any) -> Any:
    def add(v: Any, items: Any = []) -> Any:  # noqa: B006
        items.append(v)
        return sum(items)

    y = add(x) if x > 0.5 else x * x
    return y * add(x * x)


def of_partial(x: Any) -> Any:
    add = functools.partial(append, [])
    return add(x) + add(x * x) + add(x)


def of_partial_by_keyword(x: Any) -> Any:
    add = functools.partial(append, items=[x])
    return add(v=x) + add(v=x * x)


def of_bound_method(x: Any) -> Any:
    add = Rows([x]).add
    return add(x) * add(x * x)


def repeated_in_loop(x: Any) -> Any:
    out = 0.0
    for row in [[x]] * 2:
        row.append(x * x)
        out = out + sum(row)
    return out


def repeated_in_comprehension(x: Any) -> Any:
    return sum([append(row, x) for row in [[x]] * 3])


def repeated_in_map(x: Any) -> Any:
    return sum(map(functools.partial(append, v=x), 3 * ([x],)))


def repeated_in_zip(x: Any) -> Any:
    out = 0.0
    for row, k in zip([[x]] * 2, [1.0, 2.0], strict=True):
        row.append(x * k)
        out = out + sum(row)
    return out


def repeated_unpacked(x: Any) -> Any:
    a, b = [{"v": x}] * 2
    a["v"] = x * x
    return b["v"] * x


def repeated_as_arguments(x: Any) -> Any:
    return first_of(*[[x]] * 2)


@pytest.mark.parametrize(
    "f",
    [
        default_list,
        default_list_in_a_loop,
        default_by_keyword,
        default_dict,
        default_in_a_tuple,
        default_of_lambda,
        defaults_of_several,
        default_under_a_condition,
        of_partial,
        of_partial_by_keyword,
        of_bound_method,
        repeated_in_loop,
        repeated_in_comprehension,
        repeated_in_map,
        repeated_in_zip,
        repeated_unpacked,
    ],
)
def test_a_list_that_is_kept_is_one(f: Callable[..., Any]) -> None:
    assert_behaves(f, X)


def changed_at_its_end(x: Any) -> Any:
    ys = [x]

    def note(v: Any) -> None:
        if len(ys) < 4:
            ys.append(v)

    return sum([note(y) or y * x for y in ys])


def changed_in_any(x: Any) -> Any:
    ys = [x]
    found = any(ys.append(y) or len(ys) > 2 for y in ys)
    return x * found


@pytest.mark.parametrize(
    ("f", "message", "at"),
    [
        (changed_at_its_end, "the list that this loop runs over is changed in it", "ys])"),
        (changed_in_any, "the list that this loop runs over is changed in it", "ys)"),
        (repeated_as_arguments, "that may also be reached through another argument", "first_of(*"),
    ],
)
def test_what_would_change_another_one_is_refused(f: Callable[..., Any], message: str, at: str) -> None:
    with pytest.raises(errors.NotSupportedYet, match=message) as e:
        pullback.grad(f)(X)
    text, caret = next(pair for pair in pairwise(str(e.value).splitlines()) if "^" in pair[1])
    assert text[caret.index("^") :].startswith(at)
