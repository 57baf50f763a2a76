"""What is known of integers that index arrays: sums of lengths and of the indices of loops, which have bounds."""

from __future__ import annotations

import operator
from collections.abc import Mapping

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, For, Lit, Op, Var
from pullback.transpile.infer import lengths

Form = Mapping[str, int]
"""A sum: how often each symbol is in it, and under the name `ONE` the constant."""
ONE = ""


class Indices:
    """The integers of a program, as sums of symbols that have bounds.

    `forms`: of what an integer is the sum; `bounds`: the least and the greatest value of a symbol, as sums of symbols
    that were there before it; `loops`: those that are indices of loops, in order; `plain`: those that stand for
    integers of JAX's own dtype; `ends`: the stop of a range, by its start and where a loop over it has stopped early.
    """

    def __init__(self) -> None:
        self.forms: dict[Var, Form] = {}
        self.bounds: dict[str, tuple[Form | None, Form | None]] = {}
        self.loops: list[str] = []
        self.ends: dict[tuple[Atom, Atom], Form] = {}
        self.plain: set[str] = {ONE}

    def form(self, x: Arg) -> Form | None:
        """An integer as a sum; None for what is none."""
        if isinstance(x, Lit):
            return {ONE: x.value} if type(x.value) is int else None
        if not isinstance(x, Var) or ab.rank(x.type) != 0 or ab.kind_of(x.type) != "int":
            return None
        if x not in self.forms:
            value = x.type.value if isinstance(x.type, ab.Scalar) else None
            named = isinstance(value, int) or isinstance(value, ab.Dim) and _is_lasting(value)
            self.forms[x] = self.length(value) if named and value is not None else {lengths.symbol_of(x): 1}
        return self.forms[x]

    def length(self, n: ab.Length) -> Form:
        """The length of an axis, or an integer of that value."""
        return {ONE: n} if isinstance(n, int) else _sum(({n.symbol: 1}, 1), ({ONE: n.offset}, 1))

    def axis(self, a: Var, k: int) -> Form | None:
        """The length of an axis, which is not negative; None where nothing is known of it."""
        shape = ab.shape_of(a.type)
        if shape is None or lengths.is_anonymous(shape[k]):
            return None
        n = shape[k]
        if isinstance(n, ab.Dim) and n.symbol not in self.bounds:
            self.bounds[n.symbol] = {ONE: -n.offset}, None
            self.plain.add(n.symbol)
        return self.length(n)

    def operation(self, s: Op) -> None:
        """Note what an operation on integers gives."""
        match s:
            case Op(op=operator.add | operator.sub, args=(x, y)):
                a, b = self.form(x), self.form(y)
                if a is not None and b is not None and _is_pythons(s.out):
                    self.forms[s.out] = _sum((a, 1), (b, 1 if s.op is operator.add else -1))
            case Op(op=operator.mul, args=(Lit(value=int() as c), x) | (x, Lit(value=int() as c))):
                if (a := self.form(x)) is not None and _is_pythons(s.out):
                    self.forms[s.out] = _sum((a, c))
            case Op(op=prims.dim, args=(Var() as a, Lit(value=int() as k))) if ab.rank(a.type) is not None:
                if (n := self.axis(a, k)) is not None:
                    self.forms[s.out] = n

    def loop(self, s: For) -> None:
        """Note how far the index of a loop goes."""
        symbol, r = lengths.symbol_of(s.index), s.source
        self.forms[s.index] = {symbol: 1}
        self.loops.append(symbol)
        if r is None:
            first = s.items[0] if s.items else None
            n = self.axis(first, 0) if isinstance(first, Var) and ab.rank(first.type) else None
            self.bounds[symbol] = {ONE: 0}, None if n is None else _sum((n, 1), ({ONE: 1}, -1))
            self.plain.add(symbol)
            return
        start, stop = self.form(r.start), self.ends.get((r.start, r.stop)) or self.form(r.stop)
        step = r.step.value if isinstance(r.step, Lit) else None
        if start is None or stop is None or type(step) is not int or not step:
            return
        self.bounds[symbol] = (start, _last(start, stop, step)) if step > 0 else (_last(start, stop, step), start)
        if self.is_plain(start):
            self.plain.add(symbol)

    def stopped(self, s: For) -> None:
        """Note, after its body, where a loop stops that may do so early."""
        r = s.source
        stop = None if r is None or r.step != Lit(1) else self.form(r.stop)
        if r is None or stop is None:
            return
        following = _sum((self.forms[s.index], 1), ({ONE: 1}, 1))
        for x, out, result in zip(s.inits, s.outs, s.body.results, strict=False):
            if x == r.start and self.form(result) == following:
                self.ends[x, out] = stop

    def is_plain(self, form: Form) -> bool:
        """Is an integer of the dtype that JAX gives to integers of Python?"""
        return self.plain.issuperset(form)

    def never_negative(self, form: Form) -> bool:
        """Is a sum proven to be 0 at least?"""
        while symbols := [x for x in form if x != ONE]:
            last = max(symbols, key=self.place)
            low, high = self.bounds.get(last, (None, None))
            bound = low if form[last] > 0 else high
            if bound is None or any(x != ONE and self.place(x) >= self.place(last) for x in bound):
                return False
            form = _sum(({x: c for x, c in form.items() if x != last}, 1), (bound, form[last]))
        return form.get(ONE, 0) >= 0

    def place(self, symbol: str) -> int:
        """How deep a loop is whose index a symbol is."""
        return self.loops.index(symbol) if symbol in self.loops else -1


def difference(a: Form, b: Form) -> Form:
    """`a - b`."""
    return _sum((a, 1), (b, -1))


def _last(start: Form, stop: Form, step: int) -> Form:
    """The last index of a range, or where that is not known one that it does not pass."""
    width = difference(stop, start)
    if set(width) <= {ONE}:
        return _sum((start, 1), ({ONE: (range(0, width.get(ONE, 0), step) or (0,))[-1]}, 1))
    return _sum((stop, 1), ({ONE: 1}, -1 if step > 0 else 1))


def _sum(*terms: tuple[Form, int]) -> Form:
    out: dict[str, int] = {}
    for form, times in terms:
        for x, c in form.items():
            out[x] = out.get(x, 0) + c * times
    return {x: c for x, c in out.items() if c}


def _is_lasting(n: ab.Dim) -> bool:
    """Is this a name for an argument's length or integer, which no loop changes?"""
    return n.symbol != ab.ANONYMOUS and "#" not in n.symbol.replace("axis#", "")


def _is_pythons(v: Var) -> bool:
    return isinstance(v.type, ab.Scalar) and v.type.kind == "int" and v.type.dtype is None
