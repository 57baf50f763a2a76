"""Random programs that change arrays in place, as text: short, bounded, smooth almost everywhere.

The parameters are the numbers `x`, `y`, the vectors `u`, `v`, the matrix `m`, the integers `k` (an array, with repeats)
and `n`. Every axis has the length `SIZE`, of views less; the writer knows the shape of every name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.inplace.expressions import CONSTANTS, SIZE, Expressions, Pick, Shape

HELPERS = """
def scale(a, s):
    a *= 0.5 + 0.3 * np.sin(s)


def shift(a, b):
    b[1:] = 0.5 * a[:-1] + 0.3 * b[:-1]
    return b[0] * a[-1]


def relax(a, limit):
    for i in range(1, a.shape[0]):
        if a[i] > limit:
            break
        a[i] += 0.3 * np.tanh(a[i - 1])
    else:
        a[0] = 0.7 * a[-1]


def maybe(a, s):
    if s < 0.1:
        return 0.5 * s
    a[0] -= 0.2 * s
    return np.cos(a[-1])


def twice(a, b):
    scale(a, b[0])
    shift(a, b)


def clobber(a):
    s = np.sum(a)
    a[:] = 0.25
    return np.tanh(s)


def countdown(a, j):
    if j < 0:
        return a
    a[j] *= 0.8
    return countdown(a, j - 1)
"""


@dataclass
class Writer(Expressions):
    """Writes one program, statement by statement."""

    loops: int = 0

    def target(self) -> tuple[str, Shape]:
        """A place that can be written, and its shape: an array, a part of it, an element."""
        a = self.array()
        first, *rest = self.names[a]
        parts: list[tuple[str, Shape]] = [(self.position(first), ()), (":", (first,))]
        if first > 2:
            low, high = self.pick([(1, first), (0, first - 1), (1, first - 1)])
            parts += [(f"{low}:{high}", (high - low,)), (f"{high - 1}:{low - 1 if low else ''}:-1", (high - low,))]
        parts += [("::2", ((first + 1) // 2,)), ("-2:", (min(2, first),))]
        text, shape = self.pick(parts)
        if not rest or self.chance(3):
            return f"{a}[{text}]", (*shape, *rest)
        other, columns = self.pick([(":", (rest[0],)), (self.position(rest[0]), ()), ("1:", (rest[0] - 1,))])
        return f"{a}[{text}, {other}]", (*shape, *columns) if rest[0] > 1 else (
            *shape,
            *(() if not columns else (rest[0],)),
        )

    def write(self, indent: int) -> None:
        """`=` or an augmented assignment to a place."""
        target, shape = self.target()
        if 0 in shape:
            return
        value = self.value(shape)
        op = self.pick(["=", "=", "+=", "-=", "*=", "/="])
        factor = {"*=": f"(0.6 + 0.3 * np.sin({value}))", "/=": f"(1.5 + np.sin({value}))"}
        self.put(indent, f"{target} {op} {factor.get(op, value)}")

    def whole(self, indent: int) -> None:
        """A write to an array under its name, or by a function of NumPy."""
        a = self.array()
        shape = self.names[a]
        value = self.value(shape)
        s = self.scalar(0)
        forms = [f"{a} += {value}", f"{a} -= {value}", f"{a} *= 0.7", f"{a} *= np.cos({s})", f"{a}[:] = {value}"]
        forms += [f"{a}[...] = {value}", f"np.copyto({a}, {value})", f"{a}.fill({s})", f"np.sin({a}, out={a})"]
        forms += [f"np.multiply({a}, 0.5, out={a})", f"np.add({a}, {value}, {a})"]
        self.put(indent, self.pick(forms))

    def by_array(self, indent: int) -> None:
        """A write at integers, with repeats, or under a mask."""
        full = [a for a, s in self.names.items() if s[0] == SIZE]
        a = str(self.pick(full))
        rest = self.names[a][1:]
        value = self.value((SIZE, *rest))
        number, limit = self.scalar(0), self.pick(["0.0", "0.3", "-0.4"])
        k = self.indices()
        forms = [f"{a}[{k}] = {value}", f"{a}[{k}] += {value}", f"{a}[{k}] *= 0.8", f"np.add.at({a}, {k}, {value})"]
        forms += [f"{a}[CHOSEN] = {number}", f"{a}[CHOSEN] *= 0.7", f"np.put({a}, PLACES, {number})"]
        forms += [
            f"{a}[{a} > {limit}] *= 0.6",
            f"{a}[{a} < {limit}] = {number}",
            f"{a}[{a} > {limit}] += 0.3 * {number}",
        ]
        forms.append(f"{a}[[1, 0]] = {a}[[0, 1]]")
        if not rest and len(a) > 1 and self.chance(2):
            forms.append(f"{a}.sort()")
        self.put(indent, self.pick(forms))

    def name(self, indent: int) -> None:
        """A new name: for the same array, a view, a copy, a new array."""
        a = self.array()
        shape = self.names[a]
        first, *rest = shape
        new = self.fresh("a")
        forms: list[tuple[str, Shape]] = [(a, shape), (f"{a}[::-1]", shape), (f"{a}[...]", shape)]
        forms += [
            (f"{a}.copy()", shape),
            (f"{a} * 1.0", shape),
            (f"np.array({a})", shape),
            (f"np.zeros({shape})", shape),
        ]
        forms += [(f"np.asarray({a})", shape), (f"0.5 * {a} + {self.scalar(0)}", shape)]
        every = int(np.prod(shape))
        forms += [(f"{a}.reshape(-1)", (every,)), (f"{a}.ravel()", (every,)), (f"{a}.flatten()", (every,))]
        forms += [(f"np.ascontiguousarray({a})", shape), (f"{a}.real", shape), (f"np.flip({a})", shape)]
        if not rest and every % 2 == 0:
            forms += [(f"{a}.reshape(2, -1)", (2, every // 2)), (f"np.split({a}, 2)[1]", (every // 2,))]
        if first > 2:
            forms += [(f"{a}[1:]", (first - 1, *rest)), (f"{a}[:-1]", (first - 1, *rest))] * 2
            forms.append((f"{a}[::2]", ((first + 1) // 2, *rest)))
        if rest:
            forms += [
                (f"{a}[{self.position(first)}]", tuple(rest)),
                (f"{a}[:, {self.position(rest[0])}]", (first,)),
            ] * 2
            forms += [(f"{a}.T", shape[::-1]), (f"np.swapaxes({a}, 0, 1)", shape[::-1])]
        text, self.names[new] = self.pick(forms)
        self.put(indent, f"{new} = {text}")

    def exchange(self, indent: int) -> None:
        """Two names, two elements or two rows change places."""
        a = self.array()
        same = [b for b, s in self.names.items() if s == self.names[a]]
        i, j = self.position(self.names[a][0]), self.position(self.names[a][0])
        elements = f"{a}[{i}], {a}[{j}] = {a}[{j}], {a}[{i}]"
        b = self.pick(same)
        self.put(indent, self.pick([elements, f"{a}, {b} = {b}, {a}" if a != b else elements]))

    def call(self, indent: int) -> None:
        """A call of a function that writes into its arguments."""
        a = self.array(1)
        others = [b for b, s in self.names.items() if b != a and s == self.names[a] and len(b) == 1 == len(a)]
        s = self.scalar(0)
        forms = [f"scale({a}, {s})", f"relax({a}, 0.4)", f"x = maybe({a}, {s})", f"y = 0.5 * clobber({a})"]
        forms += [f"scale({a}[1:], {s})", f"countdown({a}, {min(2, self.names[a][0]) - 1})"]
        for b in others:
            forms += [f"x = x + 0.2 * shift({a}, {b})", f"twice({b}, {a})"]
        self.put(indent, self.pick(forms))

    def number(self, indent: int) -> None:
        """A number is bound anew."""
        self.put(indent, f"{self.pick('xy')} {self.pick(['=', '+='])} 0.5 * np.sin({self.scalar()})")

    def listed(self, indent: int) -> None:
        """Arrays as the items of a list, which are written."""
        a, b = self.array(1), self.array(1)
        name, e = self.fresh("ls"), self.fresh("e")
        self.put(indent, f"{name} = [{a}, {b}]")
        forms = [
            [f"{name}[0][0] = {self.scalar(0)}"],
            [f"for {e} in {name}:", f"    {e} *= 0.8"],
            [f"{name}[1] += 0.1"],
        ]
        self.put(indent, *self.pick(forms))

    def changed_index(self, indent: int) -> None:
        """Integers or a mask that change after they were used."""
        a, j = self.pick([a for a, s in self.names.items() if s[0] == SIZE]), self.pick("0123")
        mask = self.fresh("b")
        once = f"k[{j}] = (k[{j}] + 1) % n"
        head = f"{a}[:, 0]" if len(self.names[a]) == 2 else a
        masked = [
            f"{mask} = {head} > 0.2",
            f"{a}[{mask}] *= 0.7",
            f"{mask}[{j}] = not {mask}[{j}]",
            f"{a}[{mask}] += 0.2",
        ]
        self.put(indent, *self.pick([[once], [f"{a}[k] *= 0.8", once], masked, masked[:3]]))

    def branch(self, indent: int, depth: int) -> None:
        """`if`, with or without an `else`."""
        self.put(indent, f"if {self.condition()}:")
        self.statements(indent + 1, self.pick([1, 2]), depth - 1)
        if self.chance(2):
            self.put(indent, "else:")
            self.statements(indent + 1, self.pick([1, 2]), depth - 1)

    def loop(self, indent: int, depth: int) -> None:
        """A loop of one of the kinds, with or without jumps out of it."""
        i = self.fresh("i")
        kind = self.pick(range(6))
        with self.block():
            if kind < 3:
                bounds = self.pick(["n", "1, n", "n - 1, 0, -1", "2", "0", "0, n, 2"])
                self.put(indent, f"for {i} in range({bounds}):")
                self.integers[i] = SIZE
            elif kind == 3:
                row = self.fresh("r")
                a = self.array(2)
                self.put(indent, f"for {i}, {row} in enumerate({a}):")
                self.integers[i], self.names[row] = self.names[a][0], self.names[a][1:]
            else:
                self.put(indent, f"{i} = 0", f"while {i} < {self.pick(['n', '2'])} and {self.scalar(0)} < 3.0:")
                self.put(indent + 1, f"{i} += 1")
                self.integers[i] = SIZE + 1
            self.loops += 1
            self.statements(indent + 1, self.pick([1, 2, 3]), depth - 1)
            self.loops -= 1

    def jump(self, indent: int) -> None:
        """`break` or `continue` under a condition."""
        self.put(indent, f"if {self.condition()}:", f"    {self.pick(['break', 'continue'])}")

    def early(self, indent: int) -> None:
        """A `return` under a condition."""
        self.put(indent, f"if {self.condition()}:", f"    return {self.scalar()} + np.sum({self.array()})")

    def statements(self, indent: int, size: int, depth: int) -> None:
        """Statements at an indentation; names that are new are known only in the block."""
        with self.block():
            self.body(indent, size, depth)

    def body(self, indent: int, size: int, depth: int) -> None:
        """Statements of this block."""
        simple = [self.write] * 5 + [self.whole] * 2 + [self.by_array] * 2 + [self.name] * 3
        simple += [self.exchange, self.call, self.call, self.number, self.listed, self.changed_index]
        nested = [self.branch, self.loop, self.loop] if depth else []
        jumps = [self.jump] if self.loops else []
        early = [self.early] if self.chance(4) else []
        for _ in range(size):
            kind = self.pick([*simple, *nested, *nested, *jumps, *early])
            if kind in nested:
                kind(indent, depth)
            else:
                kind(indent)


def program(pick: Pick) -> str:
    """The text of a module with a function `f(x, y, u, v, m, k, n)` whose result is a number."""
    w = Writer(pick)
    w.body(1, pick([3, 4, 5, 6, 7]), 2)
    names = [f"np.sum({a} * np.cos({a} + {0.3 * j:.1f}))" for j, a in enumerate(w.names)]
    body = "\n".join(w.lines)
    result = " + ".join(names)
    head = f"import numpy as np\n{CONSTANTS}{HELPERS}\n\n"
    return f"{head}def f(x, y, u, v, m, k, n):\n{body}\n    return x * y + {result}\n"
