"""Expressions of scripts to trees of `ast`: how each operation is written in NumPy."""

from __future__ import annotations

import ast
import operator
import re
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Callback, Caught, Global, Lit, Origin, Var
from pullback.transpile.objects import takes_just
from pullback.transpile.traversal import is_given_function

from .facts import BINARY, COMPARE, UNARY, type_of
from .forms import FORMS
from .namespace import Namespace
from .scipy_names import by_name
from .script import Apply, Choice, Cut, Expr, Invoke
from .syntax import call, constant, name, number

_BINARY_NODES = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod, "**": ast.Pow,
    "@": ast.MatMult, "&": ast.BitAnd, "|": ast.BitOr, "^": ast.BitXor, "<<": ast.LShift, ">>": ast.RShift,
}  # fmt: skip
_COMPARE_NODES = {
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "==": ast.Eq, "!=": ast.NotEq, "is": ast.Is,
    "is not": ast.IsNot,
}  # fmt: skip
_OPERATORS = {*BINARY, *COMPARE, *UNARY}
_UNARY_NODES = {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert, "not ": ast.Not}
_METHODS: dict[Callable[..., Any], str] = {list.pop: "pop", list.index: "index"}
ARRAY_METHODS = frozenset(
    """sum mean var std prod max min argmax argmin any all cumsum cumprod dot clip round take repeat trace
    reshape ravel transpose swapaxes squeeze diagonal""".split()
)
_POSITIONAL = frozenset(
    {
        "axis1",
        "axis2",
        "indices_or_sections",
        "shape",
        "newshape",
        "source",
        "destination",
        "repeats",
        "reps",
        "axes",
        "shift",
        "pad_width",
        "kth",
    }
)
_KEYWORD_ONLY: frozenset[Any] = frozenset(
    {np.diagonal, np.trace, np.rot90, np.linalg.tensordot, np.zeros_like, np.full_like}
)
NONE = Lit(None)
_ATTRIBUTES: dict[Callable[..., Any], str] = {np.size: "size", np.ndim: "ndim", np.shape: "shape"}


def _is_positional(op: Any, keyword: str) -> bool:
    """Is an argument written without its name?"""
    by_name = op in _KEYWORD_ONLY or op.__module__ == "numpy.fft"  # of which the second one has another name
    return keyword in _POSITIONAL and not by_name or op is np.linalg.matrix_power


Functions = Callable[[str], tuple[str, tuple[str, ...]]]


class Expressions:
    """Writes expressions with the names of one module; `local` gives the name of a variable.

    `functions`: the name of a function of the program, and the names of its keyword-only parameters, which are its
    last. `in_place`: does `x += y` change the array `x`?
    """

    in_place = True

    def __init__(self, space: Namespace, functions: Functions, global_name: Callable[[Global], str]) -> None:
        self.space = space
        self.functions = functions
        self.global_name = global_name
        self.local: Callable[[Var], str] = lambda v: v.hint or "t"
        self.methods: frozenset[str] = frozenset()
        """Functions of NumPy that the user's line calls as methods of arrays."""
        self._special: dict[Callable[..., Any], Callable[[Apply], Any]] = {
            operator.getitem: self._subscript,
            operator.contains: lambda e: ast.Compare(self(e.args[1]), [ast.In()], [self(e.args[0])]),
            prims.item: self._subscript,
            prims.dim: lambda e: self._index(self._shape(e.args[0]), self(e.args[1])),
            prims.astype: self._astype,
            prims.spread: self._spread,
            prims.make_tuple: lambda e: ast.Tuple([self(x) for x in e.args], ast.Load()),
            prims.make_list: lambda e: ast.List([self(x) for x in e.args], ast.Load()),
            prims.copies: self._copies,
            prims.flatten: self._flatten,
            prims.part: self._subscript,
            prims.rows: lambda e: call(self.space.builtin("list"), self(e.args[0])),
            runtime.at_least_one: lambda e: call(self.space.builtin("max"), self(e.args[0]), constant(1)),
            prims.make_dict: self._dict,
            np.transpose: self._transpose,
            np.full_like: self._full_like,
            np.ndarray.copy: self._copy,
            **{op: partial(form, self) for op, form in FORMS.items()},
        }

    def __call__(self, e: Expr) -> Any:
        match e:
            case Var():
                return name(self.local(e))
            case Lit():
                return self.literal(e.value, e.text)
            case Global():
                return name(self.global_name(e))
            case Apply():
                return self.apply(e)
            case Choice():
                return self._choice(e)
            case Invoke():
                return self._invoke(e)
            case Cut():
                return ast.Slice(*(None if x is None or x == NONE else self(x) for x in (e.lower, e.upper, e.step)))
            case tuple():
                return ast.Tuple([self(x) for x in e], ast.Load())

    def at(self, origin: Origin) -> None:
        """What is written next comes from here: the user's own line keeps its methods."""
        self.methods = frozenset() if origin.adjoint else _methods(origin.text)

    def claim(self, e: Expr) -> None:
        """Take the module-level names that an expression needs."""
        match e:
            case Apply(op=op, args=args) if op is operator.getitem or op in _OPERATORS and op not in self._special:
                for x in args:
                    self.claim(x)
            case tuple():
                for x in e:
                    self.claim(x)
            case Var() | Apply(op=sys.exception):
                pass
            case _:
                self(e)

    # operations

    def _invoke(self, e: Invoke) -> Any:
        text, named = self.functions(e.function)
        args = [self(x) for x in e.args]
        count = len(args) - len(named)
        return call(text, *args[:count], **dict(zip(named, args[count:], strict=True)))

    def apply(self, e: Apply) -> Any:
        op, args = e.op, e.args
        special = self._special.get(op)
        if special is not None:
            return special(e)
        if is_given_function(e):
            return self.given_function(e)
        if op in BINARY and len(args) == 2:
            return self.binary(op, args[0], args[1])
        if op in COMPARE and len(args) == 2:
            return ast.Compare(self(args[0]), [_COMPARE_NODES[COMPARE[op]]()], [self(args[1])])
        if op in UNARY and len(args) == 1:
            return ast.UnaryOp(_UNARY_NODES[UNARY[op]](), self(args[0]))
        if op in _METHODS:
            return call(ast.Attribute(self(args[0]), _METHODS[op], ast.Load()), *(self(x) for x in args[1:]))
        if op in _ATTRIBUTES and len(args) == 1 and not e.kwargs and isinstance(type_of(args[0]), ab.Array):
            return ast.Attribute(self(args[0]), _ATTRIBUTES[op], ast.Load())
        return self.call(op, e)

    def call(self, op: Any, e: Apply) -> Any:
        """A plain call of a function by its name; keywords that nobody writes become positions."""
        args, kwargs = by_name(op, list(e.args), list(e.kwargs))
        numpys = (getattr(op, "__module__", None) or "").partition(".")[0] == "numpy"
        while numpys and kwargs and _is_positional(op, kwargs[0][0]):
            args.append(kwargs.pop(0)[1])
        f = name(self.space.callable(op))
        own = isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name)  # none of np.linalg
        if own and f.attr in self.methods and isinstance(type_of(args[0]), ab.Array):
            f = ast.Attribute(self(args.pop(0)), f.attr, ast.Load())
        return call(f, *(self.argument(x) for x in args), **{k: self(x) for k, x in kwargs})

    def given_function(self, e: Apply) -> Any:
        """A call that is given a function, and hands on to it what there is beside."""
        more = e.args[-1]
        kwargs = {"args": self(more)} if more else {}
        kwargs |= {k: self(x) for k, x in e.kwargs}
        f = name(self.space.callable(e.op))
        if e.op.__name__ != "fsolve":
            return call(f, *map(self, e.args[:-1]), **kwargs)
        found = call(f, *map(self, e.args[:-1]), **kwargs, full_output=constant(True))  # to know whether it has
        return call(self.space.helper("root_of"), found)

    def _copy(self, e: Apply) -> Any:
        """`x.copy()`, or for more than one axis `np.copy(x)`, which keeps the order in memory."""
        if isinstance(t := type_of(e), ab.Array) and ab.rank(t) not in (0, 1):
            return call(f"{self.space.arrays()}.copy", self(e.args[0]))
        return call(ast.Attribute(self(e.args[0]), "copy", ast.Load()))

    def _flatten(self, e: Apply) -> Any:
        """`x.flatten()`."""
        return call(ast.Attribute(self(e.args[0]), "flatten", ast.Load()), **{k: self(x) for k, x in e.kwargs})

    def _full_like(self, e: Apply) -> Any:
        stem = {"0.0": "zeros", "1.0": "ones"}.get(repr(e.args[1])) if len(e.args) == 2 and not e.kwargs else None
        return self.call(e.op, e) if stem is None else call(f"{self.space.arrays()}.{stem}_like", self(e.args[0]))

    def binary(self, op: Any, left: Expr, right: Expr) -> Any:
        """`left op right`."""
        return ast.BinOp(self(left), _BINARY_NODES[BINARY[op]](), self(right))

    def operator_node(self, op: Any) -> Any:
        """The node of a binary operator."""
        return _BINARY_NODES[BINARY[op]]()

    def index(self, index: Expr) -> Any:
        """What stands between the brackets."""
        return self(index[0] if isinstance(index, tuple) and len(index) == 1 else index)

    def index_value(self, index: Expr) -> Any:
        """An index as an argument of a function: `slice(None)` where `:` would stand between brackets."""
        node = self.index(index)
        if isinstance(node, ast.Tuple):
            return ast.Tuple([self._slice_value(x) for x in node.elts], ast.Load())
        return self._slice_value(node)

    def argument(self, e: Expr) -> Any:
        """An argument of a function, which may be an index."""
        if isinstance(e, tuple) and any(isinstance(x, Cut) for x in e):
            return ast.Tuple([self._slice_value(self(x)) for x in e], ast.Load())
        return self(e)

    def _slice_value(self, node: Any) -> Any:
        if not isinstance(node, ast.Slice):
            return node
        lower, upper, step = (self(Lit(None)) if part is None else part for part in (node.lower, node.upper, node.step))
        every = node.lower is None and node.upper is None and node.step is None
        parts = [upper] if every else [lower, upper] if node.step is None else [lower, upper, step]
        return call(self.space.builtin("slice"), *parts)

    def _index(self, value: Any, index: Any) -> Any:
        return ast.Subscript(value, index, ast.Load())

    def _subscript(self, e: Apply) -> Any:
        container = e.args[0].type if isinstance(e.args[0], Global) else type_of(e.args[0])
        match container, e.args[1]:
            case ab.Record(), Lit(value=str() as attribute):
                return ast.Attribute(self(e.args[0]), attribute, ast.Load())
        return self._index(self(e.args[0]), self.index(e.args[1]))

    def _choice(self, e: Choice) -> Any:
        if isinstance(e.orelse, Lit) and e.orelse.value is False:
            return _connected(ast.And(), self(e.cond), self(e.then))
        if isinstance(e.then, Lit) and e.then.value is True:
            return _connected(ast.Or(), self(e.cond), self(e.orelse))
        return ast.IfExp(self(e.cond), self(e.then), self(e.orelse))

    def _dict(self, e: Apply) -> Any:
        keys = e.args[0] if isinstance(e.args[0], tuple) else ()
        of_class = dict(e.kwargs).get("cls")
        if isinstance(of_class, Lit) and isinstance(of_class.value, type):
            return self._object(of_class.value, [str(k.value) for k in keys if isinstance(k, Lit)], e.args[1:])
        return ast.Dict([self(k) for k in keys], [self(x) for x in e.args[1:]])

    def _object(self, cls: type, names: Sequence[str], values: Sequence[Any]) -> Any:
        """An object with these attributes: by its class where that does nothing else, else without its `__init__`."""
        given = dict(zip(names, map(self, values), strict=True))
        made = name(self.space.made(cls))
        return call(made, **given) if takes_just(cls, names) else call(self.space.helper("record"), made, **given)

    def _copies(self, e: Apply) -> Any:
        return ast.BinOp(ast.List([self(e.args[0])], ast.Load()), ast.Mult(), self(e.args[1]))

    def _transpose(self, e: Apply) -> Any:
        if len(e.args) == 1 and not e.kwargs and isinstance(type_of(e.args[0]), ab.Array):
            return ast.Attribute(self(e.args[0]), "T", ast.Load())
        return self.call(e.op, e)

    def _shape(self, x: Expr) -> Any:
        if isinstance(type_of(x), ab.Array):
            return ast.Attribute(self(x), "shape", ast.Load())
        return call(f"{self.space.arrays()}.shape", self(x))

    def dtype(self, text: str) -> Any:
        """A dtype by its name."""
        return self.scalar_type(text)

    def scalar_type(self, text: str) -> Any:
        """The class of the scalars of a dtype, which is called with a number."""
        return name(f"{self.space.arrays()}.{'bool_' if text == 'bool' else text}")

    def _astype(self, e: Apply) -> Any:
        x, dtype = e.args
        known: Any = dtype.value if isinstance(dtype, Lit) else None
        if isinstance(type_of(x), ab.Scalar) and known not in (None, float, int, bool, complex):
            return call(self.scalar_type(np.dtype(known).name), self(x))
        node = self.dtype(known) if isinstance(known, str) else self(dtype)
        array = isinstance(type_of(x), ab.Array)
        made = call(
            ast.Attribute(self(x) if array else call(f"{self.space.arrays()}.asarray", self(x)), "astype", ast.Load()),
            node,
        )
        plain = array and ab.rank(type_of(x)) not in (None, 0)
        return made if plain else self._index(made, ast.Tuple([], ast.Load()))

    def _spread(self, e: Apply) -> Any:
        x, like = e.args
        source, wanted, t = type_of(x), type_of(e), type_of(like)
        np_ = self.space.arrays()
        dtype = wanted.dtype if isinstance(wanted, ab.Array) else None
        stem = {"0.0": "zeros", "1.0": "ones"}.get(repr(x.value)) if isinstance(x, Lit) else None
        if isinstance(t, ab.Array) and dtype is not None and t.dtype == dtype:
            return call(f"{np_}.{stem}_like", self(like)) if stem else call(f"{np_}.full_like", self(like), self(x))
        shape = self._shape(like)
        usual = ("float64",) if stem or source == ab.FLOAT else (getattr(source, "dtype", None), None)
        kwargs = {} if dtype is None or dtype in usual else {"dtype": self.dtype(dtype)}
        return call(f"{np_}.{stem}", shape, **kwargs) if stem else call(f"{np_}.full", shape, self(x), **kwargs)

    # literals

    def literal(self, value: Any, text: str = "") -> Any:
        """A constant, or the name of a function of the program."""
        if isinstance(value, Callback):
            return name(self.functions(value.key)[0])
        if isinstance(value, bool | str | bytes) or value is None or value is Ellipsis:
            return constant(value)
        if type(value) is tuple:
            return ast.Tuple([self.literal(x) for x in value], ast.Load())
        if isinstance(value, Caught):
            classes = [self(x) for x in value.classes]
            return classes[0] if len(classes) == 1 else ast.Tuple(classes, ast.Load())
        if type(value) in (int, float, complex):
            return number(self.space, value)
        if isinstance(value, np.dtype):
            return self.dtype(value.name)
        if isinstance(value, np.generic):
            return call(self.scalar_type(value.dtype.name), self.literal(value.item()))
        if isinstance(value, type) and issubclass(value, np.generic):
            return self.dtype(value.__name__)
        return name(self.space.callable(value))

@cache
def _methods(line: str) -> frozenset[str]:
    """The array functions that a line of the user's calls as methods, and in no other way."""
    calls = [(owner in ("np", "numpy", "jnp"), f) for owner, f in re.findall(r"(\w*)[\])]*\.(\w+)\(", line)]
    functions = {f for of_module, f in calls if of_module}
    return frozenset(f for of_module, f in calls if not of_module and f in ARRAY_METHODS) - functions


def _connected(op: ast.And | ast.Or, first: Any, rest: Any) -> Any:
    """`a and (b and c)` as `a and b and c`, which is the same."""
    parts = (x.values if isinstance(x, ast.BoolOp) and type(x.op) is type(op) else [x] for x in (first, rest))
    return ast.BoolOp(op, [x for values in parts for x in values])
