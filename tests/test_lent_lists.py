"""Called functions that change the length of lists in their arguments, or give lists that an argument holds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

import pullback
from pullback import errors
from tests.behaviour import assert_behaves

X = 0.7


class Held:
    def __init__(self, items: Any) -> None:
        self.items = items


class Pair(NamedTuple):
    k: Any
    items: Any


def powers(items: Any, x: Any, n: int) -> Any:
    for _ in range(n):
        items.append(items[-1] * x)
    return items[-1]


def replace_at(items: Any, k: int, v: Any) -> Any:
    items[k] = v
    return v


def append_to_entry(d: Any, x: Any, n: int) -> Any:
    for i in range(n):
        d["items"].append(x * i)
    return x


def append_to_attribute(held: Any, x: Any, n: int) -> Any:
    for i in range(n):
        held.items.append(x * i)
    return x


def append_to_first(rows: Any, x: Any, n: int) -> Any:
    for i in range(n):
        rows[0].append(x * i)
    return x


def append_deep(d: Any, x: Any, n: int) -> Any:
    for i in range(n):
        d["held"].items.append(x * i)
    d["pair"][0].append(x)
    d["other"].items[0] = x * x
    return x


def entry(d: Any) -> Any:
    return d["items"]


def entry_in_a_tuple(d: Any, x: Any) -> Any:
    d["k"] = x
    return d["items"], x


def appended_entry(d: Any, x: Any, n: int) -> Any:
    for i in range(n):
        d["items"].append(x * i)
    return d["items"]


def appended(items: Any, x: Any, n: int) -> Any:
    for i in range(n):
        items.append(x * i)
    return items


def length_of_the_run(x: Any, n: int) -> Any:
    items = [x]
    last = x
    for _ in range(n):
        last = powers(items, x, n)
    return last * sum(items)


def index_of_the_run(x: Any, n: int) -> Any:
    items = [x * 3.0, x, x * 2.0]
    same = items
    for k in range(n):
        replace_at(items, k, x * x * k)
    return same[0] * 2.0 + same[1] * x + same[2]


def in_a_dict(x: Any, n: int) -> Any:
    d = {"items": [x]}
    same = d["items"]
    append_to_entry(d, x, n)
    return sum(d["items"]) + x * sum(same)


def in_a_list(x: Any, n: int) -> Any:
    rows = [[x], [x * 2.0]]
    same = rows[0]
    append_to_first(rows, x, n)
    return sum(rows[0]) * len(same) + sum(rows[1])


def in_a_tuple(x: Any, n: int) -> Any:
    rows = ([x], x)
    append_to_first(rows, x, n)
    return sum(rows[0]) * rows[1]


def in_an_object(x: Any, n: int) -> Any:
    held = Held([x])
    same = held.items
    append_to_attribute(held, x, n)
    return sum(same) * sum(held.items)


def in_a_named_tuple(x: Any, n: int) -> Any:
    pair = Pair(x, [x])
    append_to_attribute(pair, x, n)
    return sum(pair.items) * pair.k


def in_objects_in_a_dict(x: Any, n: int) -> Any:
    d = {"held": Held([x]), "pair": ([x], x), "other": Held([x, x])}
    same = d["held"].items
    append_deep(d, x, n)
    append_deep(d, x * x, n)
    same.append(x)
    return sum(d["held"].items) * sum(d["pair"][0]) * d["other"].items[0]


def given_and_changed(x: Any, n: int) -> Any:
    d = {"items": [x]}
    items = entry(d)
    d["items"].append(x * 5.0)
    return sum(items) * x


def given_after_a_change(x: Any, n: int) -> Any:
    d = {"items": [x]}
    d["items"].append(x * x)
    items = entry(d)
    items.append(x * 5.0)
    return sum(d["items"]) * x


def given_in_a_tuple(x: Any, n: int) -> Any:
    d = {"items": [x], "k": 1.0}
    items, _ = entry_in_a_tuple(d, x)
    items.append(x * 5.0)
    return sum(d["items"]) * d["k"]


def given_and_appended(x: Any, n: int) -> Any:
    d = {"items": [x]}
    items = appended_entry(d, x, n)
    items.append(x * 5.0)
    return sum(d["items"]) * x


def itself_given(x: Any, n: int) -> Any:
    first = [x]
    items = appended(first, x, n)
    items.append(x * 5.0)
    return sum(first) * x


@pytest.mark.parametrize(
    "f",
    [
        length_of_the_run,
        index_of_the_run,
        in_a_dict,
        in_a_list,
        in_a_tuple,
        in_an_object,
        in_a_named_tuple,
        in_objects_in_a_dict,
        given_and_changed,
        given_after_a_change,
        given_in_a_tuple,
        given_and_appended,
        itself_given,
    ],
)
def test_the_caller_sees_what_a_call_does(f: Callable[..., Any]) -> None:
    assert_behaves(f, X, 3)


def walked(items: Any, v: Any, n: int) -> Any:
    if n == 0:
        return items
    items.append(v)
    return walked(items, v * 0.5, n - 1)


def grows_without_end(x: Any, n: int) -> Any:
    return sum(walked([x], x * 2.0, n))


def test_a_list_that_grows_with_each_call_of_itself_is_refused() -> None:
    with pytest.raises(errors.NotSupportedYet, match="calls itself with arguments of ever other types") as e:
        pullback.grad(grows_without_end)(X, 3)
    text, caret = next(pair for pair in pairwise(str(e.value).splitlines()) if "^" in pair[1])
    assert text[caret.index("^") :].startswith("return walked(")


class Ordered:
    k = 1.0

    def __init__(self, x: Any) -> None:
        self.x = x
        self.k = 2.0

    def scale(self, v: Any) -> None:
        self.k = self.k * v


def returned_object(x: Any) -> Any:
    made = Ordered(x)
    made.scale(x)
    return made


def test_attributes_have_the_order_in_which_they_were_set() -> None:
    assert_behaves(returned_object, X)


def of_a_dict(d: Any) -> Any:
    return d["x"] * 2.0


def test_a_list_without_floats_in_a_dict_has_none_for_each_item() -> None:
    dd = pullback.grad(of_a_dict)({"x": X, "sizes": [1, 2], "y": 1.0})
    assert dd == {"x": 2.0, "sizes": [None, None], "y": 0.0}


def first_bound_in_a_loop(x: Any, n: int) -> Any:
    for i in range(n):
        items = [x * i]
        items.append(x * x)
        items[0] = x + i
    return sum(items) * len(items) * x


def first_bound_as_another_name(x: Any, n: int) -> Any:
    first = [x, x * x]
    for i in range(n):
        items = first
        items[0] = x * i
    items[1] = x
    return sum(first) * items[0]


@pytest.mark.parametrize("f", [first_bound_in_a_loop, first_bound_as_another_name])
def test_a_list_that_is_first_bound_in_a_loop_is_read_as_the_loop_leaves_it(f: Callable[..., Any]) -> None:
    assert_behaves(f, X, 3)


def grown_in_an_inner_loop(x: Any, n: int) -> Any:
    for _ in range(n):
        items = [x]
        for j in range(n):
            items.append(x * j)
    return sum(items) * x


def test_a_list_of_the_run_that_is_first_bound_in_a_loop_is_refused() -> None:
    with pytest.raises(errors.NotSupportedYet, match="'items' is first bound in this loop, and read after it") as e:
        pullback.grad(grown_in_an_inner_loop)(X, 3)
    text, caret = next(pair for pair in pairwise(str(e.value).splitlines()) if "^" in pair[1])
    assert text[caret.index("^") :].startswith("for _ in range(n):")
