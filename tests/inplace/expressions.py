"""Expressions of random programs: of a shape that is asked for, bounded, smooth almost everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Pick = Callable[[Sequence[Any]], Any]
Shape = tuple[int, ...]
SIZE = 4

CONSTANTS = """
PLACES = np.array([2, 0, 2, 1])
ORDER = [3, 1, 0, 2]
CHOSEN = np.array([True, False, True, True])
WEIGHTS = np.array([0.5, -0.3, 0.8, 0.2])
"""


@dataclass
class Expressions:
    """Writes expressions, choosing with `pick`.

    `names` are the arrays that can be read, with their shapes, and `integers` the ints, with how large they may be.
    """

    pick: Pick
    lines: list[str] = field(default_factory=list)
    names: dict[str, Shape] = field(default_factory=lambda: {"u": (SIZE,), "v": (SIZE,), "m": (SIZE, SIZE)})
    integers: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def chance(self, of: int) -> bool:
        """True once in so many times."""
        return self.pick(range(of)) == 0

    def fresh(self, prefix: str) -> str:
        """A new name."""
        self.count += 1
        return f"{prefix}{self.count}"

    def put(self, indent: int, *lines: str) -> None:
        """Append lines at an indentation."""
        self.lines.extend("    " * indent + line for line in lines)

    @contextmanager
    def block(self) -> Iterator[None]:
        """What is bound inside is not known after."""
        names, integers = dict(self.names), dict(self.integers)
        yield
        self.names, self.integers = names, integers

    def array(self, rank: int = 0) -> str:
        """The name of an array, of a rank if one is given."""
        return str(self.pick([a for a, s in self.names.items() if not rank or len(s) == rank]))

    def position(self, length: int) -> str:
        """An integer in a vector of this length."""
        options = ["0", "-1", str(length // 2), str(-length)]
        options += [i if most <= length else f"{i} % {length}" for i, most in self.integers.items()] * 2
        options += [f"({i} + 1) % {length}" for i in self.integers]
        integers = f"{self.indices()}[{self.pick('0123')}]"
        options.append(f"{integers} % {length}" if length < SIZE else integers)
        return str(self.pick(options))

    def indices(self) -> str:
        """Integers in a vector of length `SIZE`: of a parameter, or of the module, with repeats, or without."""
        return str(self.pick(["k", "k", "PLACES", "ORDER"]))

    def scalar(self, depth: int = 1) -> str:
        """An expression for a number."""
        a = self.array()
        read = f"{a}[{', '.join(self.position(n) for n in self.names[a])}]"
        if depth == 0:
            return str(self.pick(["x", "y", read, read, "0.5"]))
        p, q = self.scalar(depth - 1), self.scalar(depth - 1)
        form = self.pick(
            ["{p}", "{p} * {q}", "{p} - {q}", "np.sin({p})", "np.sum({a})", "{p} / (1.5 + {q} ** 2)", "-{p}"]
        )
        return "(" + form.format(p=p, q=q, a=a) + ")"

    def of_length(self, length: int) -> str:
        """An expression for a vector of this length: a part of one that is at least as long."""
        a = self.pick([a for a, s in self.names.items() if s[-1] >= length])
        shape = self.names[a]
        row = f"{a}[{self.position(shape[0])}]" if len(shape) == 2 else a
        extra = shape[-1] - length
        if not extra:
            every = [f"{row}[{self.indices()}]", f"WEIGHTS * {row}"] if length == SIZE else [row]
            return str(self.pick([row, row, f"{row}[::-1]", *every]))
        start = self.pick(range(extra + 1))
        return f"{row}[{start}:{start + length}]"

    def vector(self, length: int) -> str:
        """An expression for a vector of this length with elements of at most about 1."""
        a, b, s = self.of_length(length), self.of_length(length), self.scalar(0)
        form = self.pick(
            ["{a}", "{a} * {s}", "np.sin({a})", "np.tanh({a} + {b})", "{a} * {b}", "np.cos({a}) - {s}", "{s}"]
        )
        return str(form.format(a=a, b=b, s=s))

    def value(self, shape: Shape) -> str:
        """An expression that fits an array of this shape, bounded."""
        if not shape:
            return f"np.tanh({self.scalar()})"
        if len(shape) == 1 or self.chance(2):
            return f"0.5 * np.tanh({self.vector(shape[-1])})"
        fitting = [a for a, s in self.names.items() if s == shape]
        return f"0.5 * np.sin({self.pick(fitting)})" if fitting else f"0.3 * {self.scalar(0)}"

    def condition(self) -> str:
        """A condition on numbers, now and then on the integers of a loop."""
        if self.integers and self.chance(3):
            return f"{self.pick(list(self.integers))} {self.pick(['<', '==', '>'])} {self.pick('012')}"
        return f"{self.scalar(0)} {self.pick('<>')} {self.pick(['0.1', '0.4', '-0.2'])}"
