"""Dispatch for arguments like those of the call before: one expression, compiled for their structure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy import ndarray

from pullback.transpile.signature import exact_key, kind_of_class

_MOST_TESTS = 100

_TESTED = (ndarray, float, int, bool, dict, list, tuple)

Test = Callable[[tuple[Any, ...]], bool]


def never(args: tuple[Any, ...]) -> bool:
    """The test that says no."""
    return False


def test_of(args: Sequence[Any]) -> Test:
    """A test that says yes only to arguments for which the code for these is right; to none if there is much to test.

    For a float and an object that holds two arrays:

        lambda a: (
            type(v0 := a[0]) is c0
            and type(v1 := a[1]) is c1 and [*(d1 := v1.__dict__)] == c2
            and type(v2 := d1['w']) is c3 and type(v3 := d1['b']) is c3
            and [v2.dtype, v2.shape, v3.dtype, v3.shape] == c4
        )

    What `exact_key` asks is asked, but for the types of keys that are equal to strings.
    """
    tests = _Tests()
    for i, x in enumerate(args):
        tests.add(x, f"a[{i}]", 0)
    if len(tests.parts) > _MOST_TESTS:
        return never
    if tests.arrays:  # all at once: one comparison of lists, which compares what is the same object fast
        read = ", ".join(f"{v}.dtype, {v}.shape" for v in tests.arrays)
        expected = [y for x in tests.arrays.values() for y in (x.dtype, x.shape)]
        tests.parts.append(f"[{read}] == {tests.constant(expected)}")
    test: Test = eval(f"lambda a: {' and '.join(tests.parts) or 'True'}", tests.names)
    return test


class _Tests:
    """The parts of the expression, the arrays by their names in it, and what its other names stand for."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.arrays: dict[str, ndarray[Any, Any]] = {}
        self.names: dict[str, Any] = {"exact_key": exact_key}
        self.count = 0

    def add(self, x: Any, place: str, depth: int) -> None:
        """Test what `exact_key` asks of a value, found at a place."""
        if len(self.parts) > _MOST_TESTS or depth > _MOST_TESTS:
            return
        v, cls = f"v{self.count}", type(x)
        self.count += 1
        kind = kind_of_class(cls)
        if kind == "other" and cls not in _TESTED:
            self.parts.append(f"exact_key(({place},)) == {self.constant(exact_key((x,)))}")
            return
        self.parts.append(f"type({v} := {place}) is {self.constant(cls)}")
        if cls is ndarray:
            self.arrays[v] = x
        elif kind == "itself":
            self.parts.append(f"{v} == {self.constant(x)}")
        elif kind == "attributes":
            d = f"d{v[1:]}"
            self.parts.append(f"[*({d} := {v}.__dict__)] == {self.constant([*x.__dict__])}")
            for name, y in x.__dict__.items():
                self.add(y, f"{d}[{self.constant(name)}]", depth + 1)
        elif cls is dict:
            self.parts.append(f"[*{v}] == {self.constant([*x])}")
            if not all(type(key) is str for key in x):  # 1, 1.0 and True are one key
                self.parts.append(f"[*map(type, {v})] == {self.constant([*map(type, x)])}")
            for key, y in x.items():
                self.add(y, f"{v}[{self.constant(key)}]", depth + 1)
        elif cls is tuple or cls is list:
            self.parts.append(f"len({v}) == {len(x)}")
            for i, y in enumerate(x):
                self.add(y, f"{v}[{i}]", depth + 1)

    def constant(self, x: Any) -> str:
        """A name for an object."""
        name = f"c{len(self.names)}"
        self.names[name] = x
        return name
