"""Arithmetic of the lengths of axes: integers, and symbols whose value is not known while transpiling.

A `Dim` says "the integer called `symbol`, plus `offset`". Two equal expressions on equal symbols get the same symbol,
so that they are known to be equal. `not_one` is set here only where the length is proven to be at least 2. The symbol
`?` stands for a length of which nothing is known and which is not known to equal anything, another `?` included.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from weakref import WeakKeyDictionary

from pullback.transpile.abstract import ANONYMOUS, Array, Dim, Length, ListOf, Mapping, Scalar, Seq, Type
from pullback.transpile.core import Var

Shape = tuple[Length, ...]

_NAME = re.compile(r"[\w.#$]+")
_serials: WeakKeyDictionary[Var, int] = WeakKeyDictionary()
_count = itertools.count(1)


def anonymous(not_one: bool = False) -> Dim:
    """A length that is not known to equal any other."""
    return Dim(ANONYMOUS, 0, not_one)


def nameless(t: Type) -> Type:
    """The type with lengths that equal no other: that of a value from a function whose lengths mean nothing here."""
    match t:
        case Scalar(kind="int"):
            return Scalar("int", t.dtype)
        case Array(dtype=dtype, shape=tuple() as shape):
            return Array(dtype, tuple(anonymous(n.not_one) if isinstance(n, Dim) else n for n in shape))
        case Seq(kind=kind, items=items):
            return Seq(kind, tuple(map(nameless, items)))
        case ListOf(item=item):
            return ListOf(nameless(item))
        case Mapping(items=entries):
            return replace(t, items=tuple((k, nameless(x)) for k, x in entries))
    return t


def is_anonymous(n: Length) -> bool:
    """Is nothing known that this length would equal?"""
    return isinstance(n, Dim) and n.symbol == ANONYMOUS


def symbol_of(v: Var) -> str:
    """A symbol for the integer that a variable holds, the same at each call and for no other variable."""
    serial = _serials.get(v)
    if serial is None:
        serial = _serials[v] = next(_count)
    return f"{v.hint or 't'}#{serial}"


def text(n: Length) -> str:
    """`(x.0-1)`: how a length is written inside the symbol of another one."""
    if isinstance(n, int):
        return str(n)
    if n.offset:
        return f"({n.symbol}{n.offset:+d})"
    return n.symbol if _NAME.fullmatch(n.symbol) else f"({n.symbol})"


def minimum(n: Length) -> int:
    """A lower bound of a length."""
    return max(n, 0) if isinstance(n, int) else 2 if n.not_one else 0


def is_chosen(n: Length) -> bool:
    """Is this length known to be that of a choice, by a mask or between bounds, which may be of nothing?"""
    if isinstance(n, int) or n.not_one:
        return n == 0
    return n.offset < -1 or any(form in n.symbol.replace("[::", "") for form in ("count(", "max(", "["))


def count_of(x: object) -> Dim:
    """The number of true elements of `x`."""
    return Dim(f"count({symbol_of(x)})") if isinstance(x, Var) else anonymous()


def is_not_negative(n: Length) -> bool:
    """Is this integer known to be no less than 0?"""
    return n >= 0 if isinstance(n, int) else n.not_one or n.not_negative


def derived(form: str, *operands: Length, not_one: bool = False, not_negative: bool = False) -> Dim:
    """The length named by `form` with the texts of the operands put in; anonymous if one of them is."""
    if any(map(is_anonymous, operands)):
        return anonymous(not_one)
    return Dim(form.format(*map(text, operands)), 0, not_one, not_negative)


def shift(n: Length, by: int) -> Length:
    """`n + by`."""
    if isinstance(n, int):
        return n + by
    if by == 0:
        return n
    not_one = n.not_one and by > 0
    if n.symbol == ANONYMOUS:
        return anonymous(not_one)
    return Dim(n.symbol, n.offset + by, not_one, is_not_negative(n) and by > 0)


def same(a: Length, b: Length) -> bool:
    """Are two lengths proven equal, whatever they are lengths of?"""
    if isinstance(a, int) or isinstance(b, int):
        return a == b
    return a.symbol == b.symbol != ANONYMOUS and a.offset == b.offset


def broadcast(a: Length, b: Length) -> Length:
    """The length of the axis that two axes are broadcast to."""
    if a == 1 or same(a, b):
        return b
    if b == 1 or isinstance(a, int):
        return a
    if isinstance(b, int):
        return b
    if a.not_one and (not b.not_one or a.symbol != ANONYMOUS):
        return a
    if b.not_one:
        return b
    return derived("broadcast({},{})", *sorted((a, b), key=text))


def broadcast_shapes(*shapes: Shape | None) -> Shape | None:
    """The shape that operands of these shapes are broadcast to; None where one is not known."""
    out: Shape = ()
    for shape in shapes:
        if shape is None:
            return None
        if shape == () or shape is out:
            continue
        short, long = (out, shape) if len(out) <= len(shape) else (shape, out)
        k = len(long) - len(short)
        out = (*long[:k], *map(broadcast, long[k:], short))
    return out


def agree(lengths: Iterable[Length]) -> Length:
    """The best description of lengths that are equal because the operation would have raised otherwise."""
    best: Dim | None = None
    for n in lengths:
        if isinstance(n, int):
            return n
        if best is None or _how_much_known(n) > _how_much_known(best):
            best = n
    return anonymous() if best is None else best


def _how_much_known(n: Dim) -> tuple[bool, bool]:
    return n.not_one, not is_anonymous(n)


def add(a: Length, b: Length) -> Length:
    """`a + b`."""
    if isinstance(b, int):
        return shift(a, b)
    if isinstance(a, int):
        return shift(b, a)
    both = is_not_negative(a) and is_not_negative(b)
    return derived("({}+{})", *sorted((a, b), key=text), not_one=a.not_one and b.not_one, not_negative=both)


def subtract(a: Length, b: Length) -> Length:
    """`a - b`; the integer may be negative."""
    if isinstance(b, int):
        return shift(a, -b)
    if isinstance(a, Dim) and a.symbol == b.symbol != ANONYMOUS:
        return a.offset - b.offset
    return derived("({}-{})", a, b)


def floor_divide(a: Length, b: Length) -> Length:
    """`a // b`."""
    if isinstance(a, int) and isinstance(b, int) and b:
        return a // b
    return a if b == 1 else derived("({}//{})", a, b, not_negative=is_not_negative(a) and is_not_negative(b))


def multiply(a: Length, b: Length) -> Length:
    """`a * b`."""
    return product((a, b))


def product(lengths: Iterable[Length]) -> Length:
    """The product of lengths; the order does not matter."""
    constant, factors, least, any_two, not_negative = 1, list[str](), 1, False, True
    for n in lengths:
        least, any_two = min(least, minimum(n)), any_two or minimum(n) >= 2
        not_negative = not_negative and is_not_negative(n)
        if is_anonymous(n):
            factors.append(ANONYMOUS)
        elif isinstance(n, int):
            constant *= n
        else:
            c, more = _factors(n)
            constant *= c
            factors += more
    if not factors or constant == 0:
        return constant
    not_one = least >= 1 and any_two
    if ANONYMOUS in factors:
        return anonymous(not_one)
    out = _product(constant, factors, not_one)
    return replace(out, not_negative=not_negative) if isinstance(out, Dim) else out


def quotient(total: Iterable[Length], part: Iterable[Length]) -> Length:
    """The length that times those of `part` gives the product of `total`, as for the -1 of a reshape."""
    total, part = list(total), [n for n in part if n != 1]
    if any(map(is_anonymous, (*total, *part))):
        return anonymous()
    if not part:
        return product(total)
    for n in part:
        hit = next((i for i, m in enumerate(total) if same(n, m)), None)
        if hit is None:
            return _quotient(total, part)
        part, total = part[1:], total[:hit] + total[hit + 1 :]
    return product(total)


def _quotient(total: list[Length], part: list[Length]) -> Length:
    (c, above), (d, below) = _factors_of_all(total), _factors_of_all(part)
    if not below and not above and d:
        return c // d
    rest, missing = Counter(above) - Counter(below), Counter(below) - Counter(above)
    if missing or d == 0 or c % d:
        return derived("({}//{})", product(total), product(part))
    return _product(c // d, list(rest.elements()), False)


def _factors_of_all(lengths: list[Length]) -> tuple[int, list[str]]:
    constant, names = 1, list[str]()
    for n in lengths:
        c, more = (n, list[str]()) if isinstance(n, int) else _factors(n)
        constant, names = constant * c, names + more
    return constant, names


def _product(constant: int, factors: list[str], not_one: bool) -> Length:
    if not factors:
        return constant
    if constant == 1 and len(factors) == 1 and factors[0].startswith("(="):
        symbol, _, offset = factors[0][2:-1].rpartition("=")
        return Dim(symbol, int(offset), not_one)
    words = ([str(constant)] if constant != 1 else []) + sorted(factors)
    return Dim("*".join(words), 0, not_one)


def _factors(n: Dim) -> tuple[int, list[str]]:
    """The constant and the other factors of a length; a sum `symbol + offset` is one factor, `(=symbol=offset)`."""
    if n.offset:
        return 1, [f"(={n.symbol}={n.offset})"]
    constant, words, depth, word = 1, list[str](), 0, ""
    for c in n.symbol + "*":
        depth += (c in "([") - (c in ")]")
        if c == "*" and depth == 0:
            if word.isdigit():
                constant *= int(word)
            else:
                words.append(word)
            word = ""
        else:
            word += c
    return constant, words


def slice_length(n: Length, lower: Length | None, upper: Length | None, step: Length | None) -> Length:
    """The length of `x[lower:upper:step]` on an axis of length `n`."""
    if step is not None and step != 1:
        return _stepped(n, lower, upper, step)
    if isinstance(n, int) and not isinstance(lower, Dim) and not isinstance(upper, Dim):
        return len(range(*slice(lower, upper).indices(n)))
    start = ("start", 0) if lower is None else _position(n, lower)
    end = ("end", 0) if upper is None else _position(n, upper)
    match start, end:
        case ("start", c), ("end", d) if c + d == 0:
            return n
        case ("start", c), ("end", d):
            return shift(n, -c - d) if c + d <= minimum(n) else derived("max({},0)", shift(n, -c - d))
        case ("start", c), ("start", e) if e <= minimum(n) or e <= c:
            return max(e - c, 0)
        case ("end", d), ("end", e) if d <= minimum(n) or d <= e:
            return max(d - e, 0)
    if lower is None:
        return derived("{}[:{}]", n, 0 if upper is None else upper)
    return derived("{}[{}:]", n, lower) if upper is None else derived("{}[{}:{}]", n, lower, upper)


def _position(n: Length, bound: Length) -> tuple[str, int] | None:
    """A bound as `("start", c)`, c places from the start, or `("end", c)`, c places before the end."""
    if isinstance(bound, int):
        return ("start", bound) if bound >= 0 else ("end", -bound)
    if isinstance(n, Dim) and n.symbol == bound.symbol != ANONYMOUS:
        back = n.offset - bound.offset
        if back <= minimum(n):
            return ("end", max(back, 0))
    return None


def _stepped(n: Length, lower: Length | None, upper: Length | None, step: Length) -> Length:
    bounds = (lower, upper, step)
    if isinstance(n, int) and not any(isinstance(b, Dim) for b in bounds):
        return len(range(*slice(lower, upper, step).indices(n)))
    if lower is None and upper is None and step == -1:
        return n
    form = ":".join("" if b is None else "{}" for b in bounds)
    return derived(f"{{}}[{form}]", n, *(b for b in bounds if b is not None))
