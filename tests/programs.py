"""Random programs that change no array: smooth almost everywhere, bounded, and short enough to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Pick = Callable[[Sequence[Any]], Any]

HELPERS = """
def squash(z):
    return np.tanh(z) * 0.5


def blend(p, q, weight=0.3):
    if p > q:
        return weight * p + q
    r = p * q
    return r - weight


def roll_up(v, k):
    total = 0.0
    for j in range(k):
        total = np.sin(total + v[j % 3])
    return total


def both(p, v):
    return np.cos(p), v * p


def nested(p, depth):
    if depth <= 0:
        return np.sin(p)
    return 0.5 * nested(p * 0.9, depth - 1) + 0.1 * p
"""

SCALARS = ("x", "y")
VECTORS = ("u", "v")


@dataclass
class Writer:
    """Writes one program, choosing with `pick`."""

    pick: Pick
    lines: list[str] = field(default_factory=list)
    scalars: list[str] = field(default_factory=lambda: [*SCALARS])
    vectors: list[str] = field(default_factory=lambda: [*VECTORS])
    loops: int = 0
    inside: int = 0

    def scalar(self, depth: int = 2) -> str:
        """A scalar expression."""
        leaf = [*self.scalars, "0.5", "1.25", f"{self.pick(self.vectors)}[{self.pick(['0', '1', '-1'])}]"]
        if depth == 0:
            return str(self.pick(leaf))
        a = self.scalar(depth - 1)
        kind = self.pick(range(14))
        if kind < 3:
            return str(self.pick(leaf))
        if kind < 7:
            return f"({a} {self.pick('+-*')} {self.scalar(depth - 1)})"
        if kind == 7:
            return f"({a} / (1.5 + {self.scalar(depth - 1)} ** 2))"
        if kind == 8:
            return f"np.{self.pick(['sin', 'tanh', 'cos'])}({a})"
        if kind == 9:
            return f"math.{self.pick(['sin', 'atan'])}({a})"
        if kind == 10:
            return f"np.{self.pick(['sum', 'mean'])}({self.vector(depth - 1)})"
        if kind == 11:
            return f"({self.vector(0)} @ {self.vector(0)})"
        if kind == 12:
            return f"({a} if {self.condition()} else {self.scalar(depth - 1)})"
        return str(
            self.pick(
                [f"blend({a}, {self.scalar(0)})", f"roll_up({self.vector(0)}, 2)", f"nested({a}, 2)", f"abs({a})"]
            )
        )

    def vector(self, depth: int = 2) -> str:
        """An expression for a vector of length 3."""
        if depth == 0:
            return str(self.pick(self.vectors))
        a = self.vector(depth - 1)
        kind = self.pick(range(9))
        if kind < 2:
            return a
        if kind < 4:
            return f"({a} {self.pick('+-*')} {self.vector(depth - 1)})"
        if kind == 4:
            return f"({a} {self.pick('+-*')} {self.scalar(depth - 1)})"
        if kind == 5:
            return f"np.{self.pick(['sin', 'tanh'])}({a})"
        if kind == 6:
            return f"np.where({a} > {self.scalar(0)}, {a}, {self.vector(0)})"
        if kind == 7:
            return str(self.pick([f"(m @ {a})", f"squash({a})", f"np.maximum({a}, {self.scalar(0)})", f"{a}[::-1]"]))
        return f"np.concatenate(({a}[1:], {self.vector(0)}[:1]))"

    def condition(self) -> str:
        """A condition on scalars."""
        test = f"{self.scalar(0)} {self.pick('<>')} {self.scalar(1)}"
        return str(self.pick([test, test, f"{test} and {self.scalar(0)} > 0.1"]))

    def block(self, indent: int, size: int, depth: int) -> None:
        """Statements at an indentation."""
        pad = "    " * indent
        for _ in range(size):
            kind = self.pick(range(12 if not self.inside else 15))
            if kind >= 12:
                self.jump(pad, indent, depth)
            elif kind < 3:
                self.lines.append(f"{pad}{self.pick(self.scalars)} = np.tanh({self.scalar()})")
            elif kind < 6:
                self.lines.append(f"{pad}{self.pick(self.vectors)} = np.tanh({self.vector()})")
            elif kind == 6:
                self.lines.append(
                    f"{pad}{self.pick(SCALARS)} {self.pick(['+=', '-=', '*='])} 0.3 * np.sin({self.scalar(1)})"
                )
            elif kind == 7:
                p, q = self.pick(SCALARS), self.pick(VECTORS)
                self.lines.append(f"{pad}{p}, {q} = both({self.scalar(1)}, {self.vector(1)})")
            elif kind < 10 and depth:
                self.lines.append(f"{pad}if {self.condition()}:")
                self.block(indent + 1, self.pick([1, 2]), depth - 1)
                if self.pick([True, False]):
                    self.lines.append(f"{pad}else:")
                    self.block(indent + 1, self.pick([1, 2]), depth - 1)
            elif depth:
                self.loop(pad, indent, depth)
            else:
                self.lines.append(f"{pad}{self.pick(SCALARS)} = {self.scalar()} * 0.7")

    def jump(self, pad: str, indent: int, depth: int) -> None:
        """`break`, `continue` or `return` under a condition, perhaps after something else."""
        self.lines.append(f"{pad}if {self.condition()}:")
        if depth and self.pick([True, False]):
            self.block(indent + 1, 1, depth - 1)
        word = self.pick(["break", "break", "continue", f"return {self.scalar(1)} + np.sum(v)"])
        self.lines.append(f"{pad}    {word}")
        if self.pick([True, False, False]):
            self.lines.append(f"{pad}else:")
            self.block(indent + 1, 1, 0)

    def loop(self, pad: str, indent: int, depth: int) -> None:
        """A loop of one of the kinds."""
        self.loops += 1
        i = f"i{self.loops}"
        kind = self.pick(range(7))
        if kind < 2:
            self.lines.append(
                f"{pad}for {i} in {self.pick(['range(3)', 'range(n)', 'range(2, 0, -1)', 'reversed(range(3))'])}:"
            )
            self.lines.append(f"{pad}    x = x + 0.1 * u[{i}]")
        elif kind == 2:
            self.lines.append(f"{pad}for {i}, e in enumerate({self.pick(self.vectors)}):")
            self.lines.append(f"{pad}    y = y + np.sin(e) * 0.2 * {i}")
        elif kind == 3:
            self.lines.append(f"{pad}for row in m:")
            self.lines.append(f"{pad}    v = np.tanh(v + 0.2 * row)")
        elif kind == 4:
            self.lines.append(f"{pad}for {i} in (0.3, y, 1.2):")
            self.lines.append(f"{pad}    x = 0.5 * x + np.sin({i} * y)")
        else:
            test = "True" if kind == 5 else f"k{self.loops} < 3 and {self.scalar(0)} < 4.0"
            self.lines.append(f"{pad}k{self.loops} = 0")
            self.lines.append(f"{pad}while {test}:")
            self.lines.append(f"{pad}    k{self.loops} = k{self.loops} + 1")
            if kind == 5:
                self.lines.append(f"{pad}    if k{self.loops} > 3:")
                self.lines.append(f"{pad}        {self.pick(['break', 'return x * y'])}")
        self.inside += 1
        self.block(indent + 1, self.pick([1, 2, 3]), depth - 1)
        self.inside -= 1
        if self.pick([True, False, False]):
            self.lines.append(f"{pad}else:")
            self.block(indent + 1, 1, 0)


def program(pick: Pick) -> str:
    """The text of a module with a function `f(x, y, u, v, m, n)` whose result is a scalar."""
    w = Writer(pick)
    w.block(1, pick([2, 3, 4, 5]), 2)
    early = ""
    if pick([False, False, True]):
        early = f"    if {w.condition()}:\n        return {w.scalar(1)} + np.sum(u)\n"
    body = "\n".join(w.lines)
    rest = "    return x * y + np.sum(u * u) + v @ v\n"
    return f"import math\n\nimport numpy as np\n{HELPERS}\n\ndef f(x, y, u, v, m, n):\n{body}\n{early}{rest}"


def arguments(seed: int) -> list[Any]:
    """Numbers, vectors, a matrix and an integer."""
    rng = np.random.default_rng(seed)
    x, y = (float(rng.uniform(0.2, 1.0)) for _ in range(2))
    return [x, y, rng.uniform(0.2, 1.0, 3), rng.uniform(-1.0, 1.0, 3), rng.uniform(-1.0, 1.0, (3, 3)), 3]
