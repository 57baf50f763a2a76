"""Signatures as text: `w: f64[:,:], n: int, layers: list[{w: f64[:,:], b: f64[:]}], pair: (f64[:], float)`.

    type  ::=  int | float | bool | complex | None | ?     a Python value; `?`: not known
            |  f64                                         a NumPy scalar
            |  f64[axis, ...]                              an array; an axis is `:` (two or more), a number or a name
            |  list[type]                                  a list of any length
            |  [type, ...]  (type, ...)  {key: type, ...}  a list, tuple or dict of these items
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from pullback import errors
from pullback.transpile.abstract import (
    BOOL,
    FLOAT,
    NONE,
    UNKNOWN,
    Array,
    Dim,
    Length,
    ListOf,
    Mapping,
    Scalar,
    Seq,
    Static,
    Type,
    Unknown,
    kind_of_dtype,
)
from pullback.transpile.signature import nameless

_CODES = {
    "float16": "f16", "float32": "f32", "float64": "f64", "bfloat16": "bf16", "complex64": "c64", "complex128": "c128",
    "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16", "uint32": "u32",
    "uint64": "u64", "bool": "b1",
}  # fmt: skip
DTYPES = {code: name for name, code in _CODES.items()} | {name: name for name in _CODES if name != "bool"}
X = TypeVar("X")
_TOKEN = re.compile(r"\s*(?:(?P<word>[^\W\d]\w*)|(?P<number>\d+)|(?P<string>'[^']*'|\"[^\"]*\")|(?P<mark>\S))")


def parse_signature(text: str) -> dict[str, Type]:
    """The types that a signature gives to parameters, by name. Raises SourceError, which points at the column."""
    return _Parser(text).signature()


def parse_signature_with_values(text: str) -> tuple[dict[str, Type], dict[str, object]]:
    """As `parse_signature`, of a text that may also give values, `n: int = 3`; and these, by name."""
    parser = _Parser(text, {})
    return parser.signature(), parser.values or {}


class _Parser:
    """A recursive-descent parser of one signature. `values`: those that it gives, None where it may give none."""

    def __init__(self, text: str, values: dict[str, object] | None = None) -> None:
        self.text, self.values = text, values
        self.tokens = [(m.lastgroup, m[m.lastgroup or 0], m.start(m.lastgroup or 0)) for m in _TOKEN.finditer(text)]
        self.tokens.append(("end", "", len(text)))
        self.at = 0

    def signature(self) -> dict[str, Type]:
        types: dict[str, Type] = {}
        while self.tokens[self.at][0] != "end":
            start = self.at
            name = self.word("the name of a parameter")
            if name in types:
                self.at = start
                self.refuse(f"the parameter {name!r} is given twice")
            self.expect(":")
            types[name] = self.type(name)
            if self.values is not None and self.take("="):
                self.values[name] = self.literal()
            if not self.take(","):
                break
        if self.tokens[self.at][0] != "end":
            self.refuse("expected ',' or the end")
        return types

    def literal(self) -> object:
        """A value as Python writes it, up to the next parameter."""
        start, depth = self.at, 0
        while self.tokens[self.at][0] != "end" and (depth or self.tokens[self.at][1] != ","):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(self.tokens[self.at][1], 0)
            self.at += 1
        try:
            value: object = ast.literal_eval(self.text[self.tokens[start][2] : self.tokens[self.at][2]].strip())
        except (ValueError, SyntaxError):
            self.at = start
            self.refuse("expected a value")
        return value

    def type(self, name: str) -> Type:
        if self.take("?"):
            return UNKNOWN
        for opening, closing in ("(", ")"), ("[", "]"):
            if self.take(opening):
                items = self.several(closing, lambda i: self.type(f"{name}.{i}"))
                return Seq("tuple" if opening == "(" else "list", tuple(items))
        if self.take("{"):
            return Mapping(tuple(self.several("}", lambda i: self.entry(name, i))))
        start = self.at
        word = self.word("a type")
        match word:
            case "int":
                return Scalar("int", value=Dim(name))
            case "float":
                return FLOAT
            case "bool":
                return BOOL
            case "complex":
                return Scalar("complex")
            case "None":
                return NONE
            case "list":
                return self.list_of(name)
        if word not in DTYPES:
            self.at = start
            hint = "Types are int, float, bool, f64, f32[:,:], list[...], (...), {...}, ?."
            self.refuse(f"{word!r} is not a type", hint)
        return self.array(DTYPES[word], name)

    def list_of(self, name: str) -> Type:
        self.expect("[")
        item = nameless(self.type(name))
        self.expect("]")
        return ListOf(item)

    def array(self, dtype: str, name: str) -> Type:
        if not self.take("["):
            return Scalar(kind_of_dtype(dtype) or "float", dtype)
        return Array(dtype, tuple(self.several("]", lambda i: self.axis(f"{name}.{i}"))))

    def axis(self, symbol: str) -> Length:
        kind, word, _ = self.tokens[self.at]
        if kind not in ("number", "word") and word != ":":
            self.refuse("expected the length of an axis: ':', a number or a name")
        self.at += 1
        return int(word) if kind == "number" else Dim(f"axis#{word}" if kind == "word" else symbol, 0, True)

    def entry(self, name: str, i: int) -> tuple[str | int, Type]:
        kind, word, _ = self.tokens[self.at]
        if kind not in ("word", "number", "string"):
            self.refuse("expected a key")
        self.at += 1
        key = int(word) if kind == "number" else word.strip("'\"")
        self.expect(":")
        return key, self.type(f"{name}.{key if isinstance(key, str) and key.isidentifier() else i}")

    def several(self, closing: str, one: Callable[[int], X]) -> list[X]:
        found: list[X] = []
        while not self.take(closing):
            if found:
                self.expect(",", f"expected ',' or {closing!r}")
                if self.take(closing):
                    break
            found.append(one(len(found)))
        return found

    def take(self, mark: str) -> bool:
        if self.tokens[self.at][:2] != ("mark", mark):
            return False
        self.at += 1
        return True

    def expect(self, mark: str, message: str = "") -> None:
        if not self.take(mark):
            self.refuse(message or f"expected {mark!r}")

    def word(self, what: str) -> str:
        kind, word, _ = self.tokens[self.at]
        if kind != "word":
            self.refuse(f"expected {what}")
        self.at += 1
        return word

    def refuse(self, message: str, hint: str = "") -> NoReturn:
        _, word, col = self.tokens[self.at]
        end = col + max(len(word), 1)
        raise errors.SourceError(
            message, file="signature", line=1, col=col + 1, end_col=end + 1, source_line=self.text, hint=hint
        )


def format_signature(names: Sequence[str], types: Sequence[Type]) -> str:
    """The text of a signature, which `parse_signature` reads."""
    return ", ".join(f"{name}: {format_type(t)}" for name, t in zip(names, types, strict=True))


def format_type(t: Type) -> str:
    """A type as a signature writes it."""
    match t:
        case Scalar(kind=kind, dtype=dtype):
            return kind if dtype is None else _CODES.get(dtype, dtype)
        case Array(dtype=str() as dtype, shape=tuple() as shape):
            return f"{_CODES.get(dtype, dtype)}[{','.join(map(_axis, shape))}]"
        case ListOf(item=item):
            return f"list[{format_type(item)}]"
        case Seq(kind=kind, items=items):
            inside = ", ".join(map(format_type, items))
            return f"({inside}{',' if len(items) == 1 else ''})" if kind == "tuple" else f"[{inside}]"
        case Mapping(items=entries):
            return "{" + ", ".join(f"{_key(k)}: {format_type(x)}" for k, x in entries) + "}"
        case Static(value=None):
            return "None"
        case Array() | Static() | Unknown():
            return "?"


def _axis(n: Length) -> str:
    if isinstance(n, int):
        return str(n)
    return n.symbol[5:] if n.symbol.startswith("axis#") and not n.offset else ":"


def _key(key: str | int) -> str:
    return key if isinstance(key, str) and key.isidentifier() else repr(key)
