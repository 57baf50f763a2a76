"""Random programs in the first language, as text: assignments, branches, loops, tuples, calls, early returns.

Scalars `a`, `b`, `c` and arrays `u`, `v` of one length change all the time; whatever is done, values stay small.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

SCALARS = ("a", "b", "c")
ARRAYS = ("u", "v")
HELPERS = """def helper(p, q=0.5, *, k=1):
    if p > q:
        return p * 0.5 + k, {"r": q}
    return q - p, {"r": p * k}


def power(p, n):
    if n <= 0:
        return 1.0
    return 0.5 * p * power(p, n - 1)


def smooth(w, s):
    for _ in range(2):
        w = np.tanh(w * s)
    return w


"""


@dataclass
class Writer:
    """Draws a program line by line."""

    draw: st.DrawFn
    result: str
    lines: list[str] = field(default_factory=list)
    loops: int = 0
    inside: int = 0
    counters: int = 0

    def pick(self, *options: str) -> str:
        return self.draw(st.sampled_from(options))

    def number(self) -> str:
        return self.pick("0", "1", "2", "0.5", "-1.5", "0.1", "3")

    def scalar(self, depth: int = 2) -> str:
        if depth == 0:
            return self.pick(*SCALARS, *SCALARS, self.number(), "n", *(f"i{k}" for k in range(self.loops)))
        x, y = self.scalar(depth - 1), self.scalar(depth - 1)
        return self.pick(
            x,
            f"({x} + {y})",
            f"({x} - {y})",
            f"({x} * {y})",
            f"-{x}",
            f"math.sin({x})",
            f"abs({x})",
            f"({x} / 4)",
            f"max({x}, {y})",
            f"min({x}, {y}, 1.0)",
            f"({x} if {self.test(0)} else {y})",
            f"({x}, {y})[{self.pick('0', '1', '-1')}]",
            f"np.sum({self.pick(*ARRAYS)})",
            f"{self.pick(*ARRAYS)}[{self.pick('0', '1', '-1')}]",
            f"sum(w * {x} for w in (1, 0.5, {y}))",
            f"helper({x})[0]",
            f"helper({x}, {y})[1]['r']",
            f"helper({x}, k=2)[0]",
            f"power({x}, 2)",
            f"({x} and {y})",
            f"({x} or {y})",
        )

    def array(self) -> str:
        x, y, s = self.pick(*ARRAYS), self.pick(*ARRAYS), self.scalar(1)
        return self.pick(
            f"{x} + {y}",
            f"{x} * {s}",
            f"np.sin({x}) - {y}",
            f"np.where({x} > {y}, {x}, {s})",
            f"{x}[::-1] * 0.5",
            f"np.maximum({x}, {s})",
            f"smooth({x}, {s})",
            f"np.tanh({x} + {y}[{self.pick('0', '1')}])",
            f"{x} if {self.test(0)} else {y}",
        )

    def test(self, depth: int = 1) -> str:
        x, y = self.scalar(0), self.scalar(0)
        simple = f"{x} {self.pick('<', '<=', '>', '>=', '==', '!=')} {y}"
        if depth == 0:
            return simple
        other = self.test(depth - 1)
        return self.pick(
            simple,
            f"not {simple}",
            f"({simple}) and {other}",
            f"{simple} or ({other})",
            f"{x} < {y} < 2",
            f"{self.pick(*SCALARS)}",
        )

    def block(self, indent: int, depth: int, least: int = 1) -> None:
        for _ in range(self.draw(st.integers(least, 3))):
            self.statement(indent, depth)

    def put(self, indent: int, line: str) -> None:
        self.lines.append("    " * indent + line)

    def statement(self, indent: int, depth: int) -> None:
        kinds = ["assign", "assign", "array", "augmented", "swap", "unpack", "call", "chain"]
        if depth > 0:
            kinds += ["if", "if", "for", "while", "items", "enumerate", "carry", "after", "return"]
            if self.inside:
                kinds += ["jump", "jump", "endless"]
        getattr(self, "_" + self.pick(*kinds))(indent, depth)

    def _assign(self, indent: int, depth: int) -> None:
        self.put(indent, f"{self.pick(*SCALARS)} = math.sin({self.scalar()})")
        if self.draw(st.booleans()):
            self.put(indent, f"{self.pick(*SCALARS)} = {self.number()}")

    def _array(self, indent: int, depth: int) -> None:
        self.put(indent, f"{self.pick(*ARRAYS)} = {self.array()}")

    def _augmented(self, indent: int, depth: int) -> None:
        self.put(indent, f"{self.pick(*SCALARS)} {self.pick('+=', '-=', '*=')} 0.5 * {self.pick(*SCALARS)}")
        if self.draw(st.booleans()):
            self.put(
                indent, f"t = np.zeros(3)\n{'    ' * indent}t += {self.pick(*ARRAYS)}\n{'    ' * indent}u = t * 0.5"
            )

    def _swap(self, indent: int, depth: int) -> None:
        names = SCALARS if self.draw(st.booleans()) else ARRAYS
        x, y = self.pick(*names), self.pick(*names)
        self.put(indent, f"{x}, {y} = {y}, {x}")

    def _unpack(self, indent: int, depth: int) -> None:
        self.put(indent, f"a, *rest = ({self.scalar(1)}, {self.scalar(0)}, {self.scalar(0)})")
        self.put(indent, "b, c = rest[0], rest[-1]")

    def _call(self, indent: int, depth: int) -> None:
        self.put(indent, f"{self.pick(*SCALARS)}, d = helper({self.scalar(1)}, q={self.scalar(0)})")
        self.put(indent, f"{self.pick(*SCALARS)} = d['r']")

    def _chain(self, indent: int, depth: int) -> None:
        self.put(indent, f"{self.pick(*SCALARS)} = {self.pick(*SCALARS)} = {self.scalar(1)}")

    def _if(self, indent: int, depth: int) -> None:
        self.put(indent, f"if {self.test()}:")
        self.block(indent + 1, depth - 1)
        if self.draw(st.booleans()):
            self.put(indent, f"elif {self.test()}:")
            self.block(indent + 1, depth - 1)
        if self.draw(st.booleans()):
            self.put(indent, "else:")
            self.block(indent + 1, depth - 1)

    def _return(self, indent: int, depth: int) -> None:
        self.put(indent, f"if {self.test()}:")
        self.block(indent + 1, depth - 1)
        self.put(indent + 1, f"return {self.result}")

    def _jump(self, indent: int, depth: int) -> None:
        self.put(indent, f"if {self.test()}:")
        if self.draw(st.booleans()):
            self.block(indent + 1, depth - 1)
        self.put(indent + 1, self.pick("break", "break", "continue"))
        if self.draw(st.booleans()):
            self.put(indent, "else:")
            self.block(indent + 1, depth - 1)

    def _endless(self, indent: int, depth: int) -> None:
        self.counters += 1
        count = f"k{self.counters}"
        self.put(indent, f"{count} = 0")
        first = f"{count} += 1\n{'    ' * (indent + 1)}if {count} > 3:\n{'    ' * (indent + 2)}y = a\n"
        self.loop(indent, depth, "while True:", f"{first}{'    ' * (indent + 2)}break")

    def _for(self, indent: int, depth: int) -> None:
        bounds = self.pick("n", "3", "1, n", "n, 0, -1", "len(u)", "0", "0, n, 2")
        source = self.pick(f"range({bounds})", f"reversed(range({bounds}))")
        self.loop(indent, depth, f"for i{self.loops} in {source}:")

    def _items(self, indent: int, depth: int) -> None:
        source = self.pick("u", "reversed(v)", "zs", "(a, b, 0.5)", "u[1:]", "zs[1:]", "reversed(zs)", "zs[:-1]")
        self.loop(indent, depth, f"for i{self.loops} in {source}:")

    def _enumerate(self, indent: int, depth: int) -> None:
        inner = self.pick("u", "zs", "reversed(u)", "reversed(zs)", "(a, 2.0)")
        pairs = self.pick(
            "zip(u, v)", "zip(zs, zs[1:])", "zip(u, u[1:])", f"enumerate({inner})", f"enumerate({inner}, 2)"
        )
        name = f"i{self.loops}"
        self.loop(indent, depth, f"for j, {name} in {pairs}:", f"{self.pick(*SCALARS)} = {name} * 0.5 - j")

    def _carry(self, indent: int, depth: int) -> None:
        self.put(indent, f"s = ({self.scalar(0)}, {{'k': {self.scalar(0)}}})")
        self.loop(
            indent, depth, f"for i{self.loops} in range({self.pick('n', '2')}):", "s = (s[1]['k'] * 0.5, {'k': s[0]})"
        )
        self.put(indent, f"{self.pick(*SCALARS)} = s[0] - s[1]['k']")

    def _after(self, indent: int, depth: int) -> None:
        name = f"i{self.loops}"
        header = f"for {name} in {self.pick('range(n)', 'range(3)', 'u', 'zs')}:"
        self.loop(indent, depth, header, f"y, z = {self.scalar(1)}, ({self.pick(*SCALARS)}, {name})")
        self.put(indent, f"{self.pick(*SCALARS)} = math.sin({self.pick('y', 'z[0] * z[1]', name, 'y + z[1]')})")

    def _while(self, indent: int, depth: int) -> None:
        self.counters += 1
        count = f"k{self.counters}"
        self.put(indent, f"{count} = 0")
        self.loop(indent, depth, f"while {count} < {self.pick('n', '3')} and {self.test(0)}:", f"{count} += 1")

    def loop(self, indent: int, depth: int, header: str, first: str = "") -> None:
        self.put(indent, header)
        if first:
            self.put(indent + 1, first)
        variable = header.startswith("for")
        self.inside += 1
        self.loops += variable
        self.block(indent + 1, depth - 1)
        self.loops -= variable
        self.inside -= 1
        for name in SCALARS:
            self.put(indent + 1, f"{name} = math.tanh({name})")
        if self.draw(st.booleans()):
            self.put(indent, "else:")
            self.block(indent + 1, 0)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """The text of a function `f(a, b, c, u, v, zs, n)` and of those that it calls."""
    w = Writer(draw, draw(st.sampled_from(["a", "(a, [b, c])", "a * np.sum(u) + b", "{'a': a, 'u': u}", "(u, v, c)"])))
    w.block(1, 3, least=2)
    return HELPERS + "def f(a, b, c, u, v, zs, n):\n" + "\n".join([*w.lines, f"    return {w.result}"]) + "\n"
