"""The classes of random programs: what `a` is given to is a number, `w` and the arguments of a `Cell` are vectors."""

from __future__ import annotations

from tests.inplace.expressions import CONSTANTS, Pick

HEAD = """import functools
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


def apply(f, a):
    return 0.5 * f(a)


def folded(f, items, a):
    for e in items:
        a = np.tanh(f(a, e))
    return a


def made(c):
    def inner(a):
        return np.sin(c * a)

    return inner
"""

CELL = [
    ["def __call__(self, a):", "    return np.tanh(a * self.w + self.b)"],
    ["def __call__(self, a):", "    self.b = 0.9 * self.b", "    return np.sin(a) * self.b - self.w"],
    ["def __call__(self, a):", "    if self.b > 0.1:", "        return a * self.w", "    return a + self.b"],
    ["def __call__(self, a):", "    self.w = np.tanh(self.w + a)", "    return self.w"],
]
SHIFT = [
    ["def shift(self, a):", "    self.b = 0.5 * self.b + 0.3 * np.sin(a)", "    return self.b"],
    [
        "def shift(self, a):",
        "    if a > self.b:",
        "        self.b += 0.2 * a",
        "        return a",
        "    return 0.7 * self.b",
    ],
    [
        "def shift(self, a):",
        "    for e in self.w:",
        "        self.b = np.tanh(self.b + a * e)",
        "    return self.norm()",
    ],
    ["def shift(self, a):", "    old, self.b = self.b, np.sin(a)", "    return old"],
    ["def shift(self, a):", "    self.w[1] = np.sin(a)", "    return self.w[0] * self.b"],
]
NORM = [
    ["def norm(self):", "    return 0.3 * np.sum(self.w * self.w) + self.b"],
    ["def norm(self):", "    return sum([e * e for e in self.w if e > 0.0]) + self.b"],
    [
        "@property",
        "def half(self):",
        "    return 0.5 * self.b",
        "",
        "def norm(self):",
        "    return self.half * self.w[-1]",
    ],
]
COUNTER = [
    ["def __call__(self, a):", "    self.total += self.rate * np.sin(a)", "    return self.total"],
    ["def __call__(self, a):", "    self.keep(a)", "    return self.total * self.seen[0]"],
    [
        "def __call__(self, a):",
        "    step = lambda b: b * self.total",
        "    self.total = np.tanh(a)",
        "    return step(a)",
    ],
]
KEEP = [
    ["def keep(self, a):", "    self.seen.append(np.sin(a))", "    return len(self.seen)"],
    ["def keep(self, a):", "    self.seen = [*self.seen, 0.5 * a]", "    return self.seen[-1]"],
    ["def keep(self, a):", "    self.seen[0] = self.seen[0] * np.cos(a)", "    return self.mean()"],
    [
        "def keep(self, a):",
        "    if a > 0.2:",
        "        self.seen.append(a)",
        "    self.total *= 0.9",
        "    return self.total",
    ],
]
MEAN = [
    ["def mean(self):", "    return sum(self.seen) / len(self.seen)"],
    ["def mean(self):", "    return np.mean(np.array(self.seen)) * self.total"],
    ["def mean(self):", "    t = 0.0", "    for e in self.seen:", "        t = np.sin(t + e)", "    return t"],
]
DAMPED = [
    ["def keep(self, a):", "    return super().keep(a * self.damping)"],
    ["def __call__(self, a):", "    self.damping = 0.5 * self.total", "    return super().__call__(a)"],
    ["rate = 0.2", "", "def mean(self):", "    return self.damping * super().mean()"],
]


def classes(pick: Pick) -> str:
    """The text of the classes `Cell`, `Counter`, `Damped` and `Pair`."""
    cell = ["w: Any", "b: Any", pick(["rest: Any = 0.5", "rest: Any = field(default_factory=lambda: [0.5])"])]
    counter = ["rate = 0.5", "", "def __init__(self, a):", "    self.total = a", "    self.seen = [0.5 * a]"]
    damped = ["def __init__(self, a):", pick(["    super().__init__(a)", "    super().__init__(np.sin(a))"])]
    pair = ["a: Any", "b: Any", "", "def __add__(self, other):", "    return Pair(self.a + other.a, self.b * other.b)"]
    frozen = pick(["@dataclass", "@dataclass(frozen=True)"])
    return "\n\n".join(
        [
            HEAD + CONSTANTS,
            _text("@dataclass", "class Cell:", cell, pick(CELL), pick(SHIFT), pick(NORM)),
            _text("", "class Counter:", counter, pick(COUNTER), pick(KEEP), pick(MEAN)),
            _text("", "class Damped(Counter):", [*damped, "    self.damping = 0.7"], pick(DAMPED)),
            _text(frozen, "class Pair:", pair),
        ]
    )


def _text(decorator: str, head: str, *parts: list[str]) -> str:
    body = "\n\n".join("\n".join(f"    {line}".rstrip() for line in part) for part in parts)
    return f"{decorator}\n{head}\n{body}\n".lstrip("\n")
