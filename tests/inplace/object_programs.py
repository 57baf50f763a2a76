"""Random programs of closures, lists, dicts, comprehensions and objects, as text: bounded, smooth almost everywhere.

The parameters are those of `generator`, and a `Cell` `p`, a `Counter` `q`, a list `vs` of vectors and a dict `d`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.inplace.classes import classes
from tests.inplace.expressions import SIZE, Expressions, Pick


@dataclass
class Writer(Expressions):
    """Writes one program, statement by statement.

    `numbers` are lists of numbers and `vectors` of vectors, `functions` those from a number to a number, `maps` those
    from a vector to a vector; `objects` have their class, `dicts` numbers under "a" and "b".
    """

    numbers: list[str] = field(default_factory=list)
    vectors: list[str] = field(default_factory=lambda: ["vs"])
    functions: list[str] = field(default_factory=list)
    maps: list[str] = field(default_factory=list)
    objects: dict[str, str] = field(default_factory=lambda: {"p": "Cell", "q": "Counter"})
    dicts: list[str] = field(default_factory=lambda: ["d"])
    extra: list[str] = field(default_factory=list)
    loops: int = 0

    @contextmanager
    def block(self) -> Iterator[None]:
        """What is bound inside is not known after."""
        lists = self.numbers, self.vectors, self.functions, self.maps, self.dicts, self.extra
        kept, objects = [list(x) for x in lists], dict(self.objects)
        with super().block():
            yield
        self.numbers, self.vectors, self.functions, self.maps, self.dicts, self.extra = kept
        self.objects = objects

    def instance(self, *kinds: str) -> str:
        """The name of an object of one of these classes."""
        return str(self.pick([o for o, c in self.objects.items() if c in kinds]))

    def scalar(self, depth: int = 1) -> str:
        """An expression for a number, now and then a call that changes something."""
        if depth or not self.chance(2):
            return super().scalar(depth)
        if self.extra and self.chance(2):
            return str(self.pick(self.extra))
        cell, counter = self.instance("Cell"), self.instance("Counter", "Damped")
        options = [f"{cell}.b", f"{cell}.w[1]", f"{counter}.total", f"{self.pick(self.dicts)}['a']"]
        options += [f"{cell}.norm()", f"{cell}.shift(x)", f"{counter}(y)", f"{counter}.mean()"]
        options += [f"{self.pick(self.vectors)}[-1][0]", f"len({self.pick(self.vectors)})"]
        options += [f"{name}[{i}]" for name in self.numbers for i in ("0", "-1")]
        options += [f"{name}({self.pick('xy')})" for name in self.functions] * 2
        return str(self.pick(options))

    def row(self) -> str:
        """An expression for a vector."""
        cell, a = self.instance("Cell"), self.vector(SIZE) + " + np.zeros(n)"
        options = [a, f"{cell}.w", f"{cell}({self.of_length(SIZE)})", f"{self.pick(self.vectors)}[0]"]
        options += [f"{name}({self.of_length(SIZE)})" for name in self.maps] * 2
        options += [f"np.stack({self.pick(self.vectors)})[-1]", f"np.sum(np.stack({self.pick(self.vectors)}), axis=0)"]
        return str(self.pick(options))

    def number(self, indent: int) -> None:
        """A number is bound anew."""
        self.put(indent, f"{self.pick('xy')} {self.pick(['=', '+='])} 0.5 * np.sin({self.scalar()})")

    def array_of(self, indent: int) -> None:
        """An array is made or written."""
        a, new = self.array(1), self.fresh("a")
        forms = [f"{a}[{self.position(SIZE)}] = np.sin({self.scalar()})", f"{a} *= 0.8", f"{a}[1:] += 0.2"]
        text = self.pick([*forms, *[f"{new} = np.tanh({self.row()})"] * 3])
        self.put(indent, text)
        if text.startswith(new):
            self.names[new] = (SIZE,)

    def function(self, indent: int) -> None:
        """A function of a number that sees variables of the function around it."""
        g, a = self.fresh("g"), self.fresh("b")
        with self.block():
            self.extra = [a, a]
            s, t = self.scalar(), self.scalar(0)
            listed = self.pick([*self.numbers, f"{self.instance('Counter', 'Damped')}.seen"])
            cell, z = self.instance("Cell"), self.pick("xy")
            test = self.condition()
        head = f"def {g}({a}):"
        forms = [
            [head, f"    return np.sin({s})"],
            [head, f"    if {test}:", f"        return {t} * {a}", f"    return np.tanh({s})"],
            [head, f"    nonlocal {z}", f"    {z} = 0.5 * {z} + 0.3 * np.sin({a})", f"    return {t} * {z}"],
            [head, f"    nonlocal {z}", f"    if {test}:", f"        {z} = np.tanh({s})", f"    return {z} + {a}"],
            [head, "    for _ in range(3):", f"        {a} = np.tanh({a} + {s})", f"    return {a}"],
            [head, f"    {listed}.append(np.sin({s}))", f"    return {listed}[0] * {a}"],
            [head, f"    {cell}.b = 0.5 * {cell}.b + 0.2 * {a}", f"    return np.sin({cell}.b * {t})"],
            [f"{g} = lambda {a}: np.sin({s})"],
            [f"{g} = lambda {a}, c={self.scalar(0)}: np.tanh({a} * c) - {t}"],
            [f"{g} = made({self.scalar(0)})"],
            [f"{g} = functools.partial(lambda c, {a}: c * np.sin({a}), {self.scalar(0)})"],
            [f"def {g}({a}, j=2):", f"    return {t} if j == 0 else np.sin({g}({a} * 0.8, j - 1))"],
        ]
        self.put(indent, *self.pick(forms))
        self.functions.append(g)

    def kept(self, indent: int) -> None:
        """A function with a variable of its own that it keeps between calls."""
        g, make = self.fresh("g"), self.fresh("make")
        kind = self.pick(["number", "list", "object"])
        first = {"number": self.scalar(0), "list": f"[{self.scalar(0)}]", "object": f"Counter({self.scalar(0)})"}[kind]
        body = {
            "number": ["nonlocal t", "t = np.sin(t + a)", "return t"],
            "list": ["t.append(0.5 * a)", "return np.sin(sum(t))"],
            "object": ["t.total += np.sin(a)", "return 0.5 * t.total"],
        }[kind]
        lines = [
            f"def {make}(t):",
            "    def inner(a):",
            *(f"        {line}" for line in body),
            "",
            "    return inner",
            "",
        ]
        self.put(indent, *lines, f"{g} = {make}({first})")
        self.functions.append(g)

    def mapping(self, indent: int) -> None:
        """A function of a vector."""
        h, a = self.fresh("h"), self.fresh("b")
        with self.block():
            self.names[a] = (SIZE,)
            s, row, cell = self.scalar(0), self.row(), self.instance("Cell")
        forms = [
            [f"{h} = lambda {a}: np.sin({a} * {s})"],
            [f"def {h}({a}):", f"    return np.tanh({row}) + {a}"],
            [f"def {h}({a}):", f"    {a} = {a} * 0.5", f"    {a}[0] = {s}", f"    return {a}"],
            [f"def {h}({a}):", f"    return np.array([np.sin(e * {s}) for e in {a}])"],
            [f"def {h}({a}):", f"    return {cell}({a}) if {s} > 0.1 else {a}"],
            [f"{h} = {cell}"],
        ]
        self.put(indent, *self.pick(forms))
        self.maps.append(h)

    def listed(self, indent: int) -> None:
        """A list is made, in one of the ways."""
        name, e, g = self.fresh("ls"), self.fresh("e"), self.fresh("g")
        s, t = self.scalar(0), self.scalar(0)
        f = self.pick([*self.functions, "np.sin"])
        over = self.pick([*self.numbers, "u", "v", "range(n)", f"({s}, {t})", f"{self.pick(self.dicts)}.values()"])
        forms = [
            [f"{name} = [{s}, {t}]"],
            [f"{name} = [{f}({e}) for {e} in {over}]"],
            [f"{name} = [{e} * {s} for {e} in u if {e} > {self.pick(['0.1', '0.4', 'x'])}] + [{t}]"],
            [f"{name} = [{s}]", f"for {e} in {over}:", f"    {name}.append({f}({e} * {t}))"],
            [f"{name} = [{s}]", f"for {e} in {over}:", f"    if {e} > 0.3:", f"        {name}.append({f}({e}))"],
            [f"{name} = [{s}]", f"{name}.extend({f}({e}) for {e} in v)"],
            [f"{name} = [{s} * {e} - j for j, {e} in enumerate(u)]"],
            [f"{name} = [{e} * j for {e} in (x, y) for j in (0.5, {s}) if {e} > 0.2] + [{t}]"],
            [f"{name} = [0.5] * 2", f"{name}[1] = {s}"],
            [f"{g} = ({f}({e}) * {s} for {e} in {over})", f"x = np.sin({t})", f"{name} = [x] + list({g})"],
            [f"{g} = map({f}, {over})", f"{name} = [{t}]", f"for {e} in {g}:", f"    {name}.append({e} * x)"],
            [f"{name} = [u * {self.pick('xy')} for u in u] + [{t}]"],
            *([f"{name} = {self.part_of(ls)} + [{s}]"] for ls in self.numbers),
        ]
        self.put(indent, *self.pick(forms))
        self.numbers.append(name)

    def part_of(self, name: str) -> str:
        """A list made of another one."""
        key, e, f = self.pick(["np.sum", "lambda c: -np.sum(c * c)"]), self.fresh("e"), self.fresh("f")
        orders = [f"sorted({name}, key={key})", f"sorted({name}, key={key}, reverse=True)", f"{name}[::-1]"]
        parts = [f"{name}[1:]", f"{name}[:-1]", f"list(reversed({name}))", f"{name}[: len({name}) // 2 + 1]"]
        pairs = [f"[{e} * {f} for {e}, {f} in zip({name}, {name}[1:])]", f"[{e} for _, {e} in list(enumerate({name}))]"]
        return str(self.pick([*orders, *parts, *pairs]))

    def rearranged(self, name: str, item: str) -> list[str]:
        """A list is changed, and does not become shorter."""
        forms = [[f"{name}.insert({k}, {item})"] for k in ("0", "1", "-1", f"len({name}) // 2")]
        forms += [
            [f"if len({name}) > 1:", f"    {name}.append({name}.pop({k}))"] for k in ("0", "1", f"len({name}) - 2")
        ]
        forms += [[f"{name}.reverse()"], [f"{name}.sort(key=np.sum)"], [f"{name}.append({item})", f"del {name}[0]"]]
        return list(self.pick(forms))

    def stacked(self, indent: int) -> None:
        """A list of vectors is made, stacked or summed."""
        name, e, a = self.fresh("rs"), self.fresh("e"), self.fresh("a")
        f, row = self.pick([*self.maps, "np.sin", self.instance("Cell")]), self.row()
        old = self.pick(self.vectors)
        forms = [
            [f"{name} = [{row}, {self.row()}]"],
            [f"{name} = [{f}({e}) for {e} in {old}]"],
            [f"{name} = [{e} * {self.scalar(0)} for {e} in m]"],
            [f"{name} = [{row}]", f"for {e} in {old}:", f"    {name}.append({f}({e}))"],
            [f"{name} = [u]", "for _ in range(n):", f"    {name}.append(np.tanh({f}({name}[-1])))"],
            [f"{name} = list({old})", f"{name}[0] = {row}"],
            [f"{name} = {self.part_of(old)} + [{row}]"],
            [f"{name} = {self.part_of(old)}", f"{name}.insert(0, {row})"],
        ]
        self.put(indent, *self.pick(forms))
        self.vectors.append(name)
        uses = [f"np.stack({name})[0]", f"np.mean(np.stack({name}), axis=0)", f"sum({name}) * 0.3", f"{name}[-1]"]
        uses += [f"np.sum(np.array({name}), axis=0)", f"np.concatenate({name})[:n]", f"max({name}, key=np.sum)"]
        uses += [f"sum({name}[1:], {row}) * 0.5", f"sum({e} * {e} for {e} in {name}) * 0.3 + np.zeros(n)"]
        self.put(indent, f"{a} = {self.pick(uses)}")
        self.names[a] = (SIZE,)

    def changed(self, indent: int) -> None:
        """A list or a dict is changed."""
        d, s, e = self.pick(self.dicts), self.scalar(), self.fresh("e")
        forms = [[f"{d}['a'] = np.sin({s})"], [f"{d}['b'] += {self.scalar(0)}"], [f"{d}.update(a={self.scalar(0)})"]]
        forms += [[f"for {e} in {d}:", f"    {d}[{e}] = np.tanh({d}[{e}] * {self.scalar(0)})"]]
        for ls in self.numbers:
            forms += [[f"{ls}.append({s})"], [f"{ls}[0] = np.tanh({s})"], [f"{ls} += [{self.scalar(0)}, x]"]]
            forms += [[f"if len({ls}) > 1:", f"    {self.pick('xy')} = np.sin({ls}.pop())"], [f"{ls}.insert(0, x)"]]
            forms += [[f"for {e} in {ls}:", f"    x = np.sin(x + 0.3 * {e})"], [f"{ls}[-1] *= {self.scalar(0)}"]]
            forms += [[f"y = np.tanh(np.sum(np.array({ls})) + sum({e} * {e} for {e} in {ls}))"]]
            forms += [self.rearranged(ls, s)] * 2 + [[f"x = np.sin(max({ls}, key=lambda c: c * c) + min({ls}))"]]
            forms += [[f"if any([{e} > 0.5 for {e} in {ls}]):", f"    y = 0.7 * y + {self.scalar(0)}"]]
        for vs in self.vectors[1:]:
            forms += [[f"{vs}.append({self.row()})"], [f"{vs}[0] = {self.row()}"], self.rearranged(vs, self.row())]
        self.put(indent, *self.pick(forms))

    def mapped(self, indent: int) -> None:
        """A dict is made."""
        name, old, e = self.fresh("d"), self.pick(self.dicts), self.fresh("e")
        s, t = self.scalar(0), self.scalar(0)
        forms = [f"{name} = {{'a': {s}, 'b': {t}}}", f"{name} = dict(a={s}, b={t})", f"{name} = {{**{old}, 'b': {s}}}"]
        forms += [f"{name} = {{c: np.sin({e} * {s}) for c, {e} in {old}.items()}}", f"{name} = dict({old})"]
        forms += [f"{name} = {{c: {e} for c, {e} in zip('ab', ({s}, {t}))}}"]
        self.put(indent, self.pick(forms))
        self.dicts.append(name)

    def object(self, indent: int) -> None:
        """An object is made, or has another name."""
        o, old = self.fresh("o"), self.pick(list(self.objects))
        kind = self.pick(["Cell", "Counter", "Damped", "old", "replaced", "Pair", "chosen", "chosen"])
        s = self.scalar(0)
        if kind == "Pair":
            forms = [f"Pair({s}, x) + Pair(y, {self.scalar(0)})", f"Pair(x, b={s})"]
            self.put(indent, f"{o} = {self.pick(forms)}", f"x = np.tanh({o}.a) + {o}.b * 0.3")
            return
        if kind == "chosen":
            self.chosen(indent, o)
            return
        cell = self.instance("Cell")
        text = f"Cell({self.row()}, {s})" if kind == "Cell" else f"{kind}({s})"
        if kind == "replaced":
            text = f"replace({cell}, b={s})"
        self.objects[o] = {"replaced": "Cell", "old": self.objects[old]}.get(kind, kind)
        self.put(indent, f"{o} = {old if kind == 'old' else text}")

    def chosen(self, indent: int, name: str) -> None:
        """An object is one of two, as a condition has it."""
        kind, test = self.pick(["Cell", "Counter"]), self.condition()
        first, second = (
            f"Cell({self.row()}, {self.scalar(0)})" if kind == "Cell" else f"Counter({self.scalar(0)})" for _ in "ab"
        )
        if self.chance(6):
            second = self.instance(kind)
        forms = [[f"{name} = {first} if {test} else {second}"]]
        forms += [[f"{name} = {second}", f"if {test}:", f"    {name} = {first}"]]
        self.put(indent, *self.pick(forms))
        self.objects[name] = kind

    def method(self, indent: int) -> None:
        """A method is called, or an attribute set."""
        cell, counter = self.instance("Cell"), self.instance("Counter", "Damped")
        s = self.scalar()
        forms = [f"{cell}.b = np.sin({s})", f"{cell}.b += {s}", f"{cell}.w = {self.row()}", f"{cell}.shift({s})"]
        forms += [f"{counter}.keep(np.sin({s}))", f"x = np.tanh({counter}({s}))", f"{counter}.total *= 0.5"]
        forms += [f"y = {cell}.norm() * 0.3", f"{cell}.w[0] = np.sin({s})", f"{counter}.seen.append({cell}.b)"]
        forms += [f"{counter}.seen = [x, {self.scalar(0)}]", f"x = apply({counter}, y)"]
        self.put(indent, self.pick(forms))

    def passed(self, indent: int) -> None:
        """A function is given to a function."""
        f = self.pick([*self.functions, "np.sin", f"{self.instance('Cell')}.shift", f"{self.instance('Counter')}.keep"])
        items = self.pick([*self.numbers, "u", f"{self.instance('Counter')}.seen"])
        forms = [f"x = np.tanh(apply({f}, y))", f"y = folded(lambda a, e: a + {self.scalar(0)} * e, {items}, x)"]
        forms += [f"x = np.tanh(apply(lambda a: apply({f}, a) + y, {self.scalar(0)}))", f"y = sum(map({f}, (x, y)))"]
        self.put(indent, self.pick(forms))

    def branch(self, indent: int, depth: int) -> None:
        """`if`, with or without an `else`; the condition may set a number."""
        if self.chance(3):
            z, word = self.fresh("z"), self.pick(["", "not "])
            self.put(indent, f"if {self.condition()} and {word}({z} := np.sin({self.scalar()})) > 0.1:")
            self.put(indent + 1, f"{self.pick('xy')} += 0.3 * {z} * {z}")
        else:
            self.put(indent, f"if {self.condition()}:")
        self.statements(indent + 1, self.pick([1, 2]), depth - 1)
        if self.chance(2):
            self.put(indent, "else:")
            self.statements(indent + 1, self.pick([1, 2]), depth - 1)

    def loop(self, indent: int, depth: int) -> None:
        """A loop of one of the kinds."""
        i, e = self.fresh("i"), self.fresh("e")
        with self.block():
            kind = self.pick(["range", "range", "items", "while"])
            if kind == "range":
                self.put(indent, f"for {i} in range({self.pick(['n', '2', '1, n'])}):")
                self.integers[i] = SIZE
            elif kind == "items":
                items = self.pick([f"list({ls})" for ls in self.numbers] + ["u", f"{self.pick(self.dicts)}.values()"])
                self.put(indent, f"for {e} in {items}:")
                self.extra.append(e)
            else:
                self.put(indent, f"{i} = 0", f"while {i} < {self.pick(['n', '2'])} and {self.scalar(0)} < 3.0:")
                self.put(indent + 1, f"{i} += 1")
            self.loops += 1
            self.statements(indent + 1, self.pick([1, 2, 3]), depth - 1)
            self.loops -= 1

    def jump(self, indent: int) -> None:
        """A way out of a loop, or of the function."""
        out = [f"return np.sum(u) * {self.scalar()}", *(["break", "continue"] if self.loops else [])]
        self.put(indent, f"if {self.condition()}:", f"    {self.pick(out)}")

    def statements(self, indent: int, size: int, depth: int) -> None:
        """Statements at an indentation; names that are new are known only in the block."""
        with self.block():
            self.body(indent, size, depth)

    def body(self, indent: int, size: int, depth: int) -> None:
        """Statements of this block."""
        simple = [self.number, self.array_of, self.function, self.function, self.kept, self.mapping, self.passed]
        simple += [self.listed, self.listed, self.stacked, self.changed, self.changed, self.mapped, self.object]
        simple += [self.method, self.method, self.object]
        nested = [self.branch, self.loop, self.loop] if depth else []
        jumps = [self.jump] if self.loops or self.chance(6) else []
        for _ in range(size):
            kind = self.pick([*simple, *nested, *nested, *jumps])
            if kind in nested:
                kind(indent, depth)
            else:
                kind(indent)


def program(pick: Pick, own: bool = False) -> str:
    """The text of a module with a function `f(x, y, u, v, m, k, n, p, q, vs, d)` whose result is a number.

    With `own` it makes the objects that it changes.
    """
    head = classes(pick)
    w = Writer(pick)
    if own:
        w.put(1, "p, q = Cell(p.w, p.b), Counter(q.total)")
    w.body(1, pick([3, 4, 5, 6]), 2)
    terms = [f"np.sum({a} * np.cos({a} + {0.3 * j:.1f}))" for j, a in enumerate(w.names)]
    terms += [f"np.sin(sum({ls}))" for ls in w.numbers] + [f"np.sum(np.sin({vs}[-1]))" for vs in w.vectors]
    terms += [f"{d}['a'] * {d}['b']" for d in w.dicts]
    for o, kind in w.objects.items():
        terms.append(f"np.sum({o}.w) * {o}.b" if kind == "Cell" else f"{o}.total + np.sin(sum({o}.seen))")
    body = "\n".join(w.lines)
    return f"{head}\n\ndef f(x, y, u, v, m, k, n, p, q, vs, d):\n{body}\n    return x * y + {' + '.join(terms)}\n"
