"""Types of results that are computed element by element: arithmetic, comparison, `math.*`, ufuncs, `where`, `clip`."""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from pullback.transpile.abstract import (
    BOOL,
    INT,
    UNKNOWN,
    Array,
    Length,
    ListOf,
    Scalar,
    Seq,
    Static,
    Type,
    Unknown,
    shape_of,
)
from pullback.transpile.core import Arg, Lit, OpFunction
from pullback.transpile.infer import lengths
from pullback.transpile.infer.join import join
from pullback.transpile.infer.sampling import Sample, sample_of, sampled
from pullback.transpile.infer.table import Call, Undecided, as_array, integer, shape_function, static_value, type_of

ARITHMETIC = (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.neg, operator.pos, operator.abs, operator.invert, operator.and_, operator.or_, operator.xor,
    operator.lshift, operator.rshift, operator.iadd, operator.isub, operator.imul, operator.itruediv,
    builtins.abs, builtins.pow, builtins.divmod,
)  # fmt: skip
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
PREDICATES = (
    operator.not_, operator.truth, operator.is_, operator.is_not, operator.contains, builtins.isinstance,
    np.allclose, np.array_equal, np.isscalar,
)  # fmt: skip
CONVERSIONS = (builtins.float, builtins.int, builtins.bool, builtins.complex, builtins.round)
MATH = tuple(f for name, f in vars(math).items() if callable(f) and name not in ("fsum", "prod", "dist", "sumprod"))
NUMPY = (
    np.where, np.clip, np.real, np.imag, np.conj, np.angle, np.round, np.around, np.fix, np.nan_to_num, np.sinc, np.i0,
    np.isclose, np.iscomplex, np.isreal, np.real_if_close, np.isneginf, np.isposinf,
)  # fmt: skip

NONE = Lit(None)
_VALUES: dict[OpFunction, Callable[[Length, Length], Length]] = {
    operator.add: lengths.add,
    operator.sub: lengths.subtract,
    operator.mul: lengths.multiply,
    operator.floordiv: lengths.floor_divide,
}


@shape_function(*ARITHMETIC, *COMPARISONS)
def python_operator(call: Call) -> Type:
    """An operator of Python, which means something else on tuples and lists."""
    types = tuple(map(type_of, call.args))
    kinds = {*map(type, types)}
    if Unknown in kinds:
        return UNKNOWN
    if Seq in kinds or ListOf in kinds:
        if not any(isinstance(t, Array) or (isinstance(t, Scalar) and t.dtype) for t in types):
            return _on_sequences(call.op, types, call.args)
        types = tuple(as_array(t) if isinstance(t, Seq | ListOf) else t for t in types)
    out = of_elements(call.op, types)
    if out == UNKNOWN and call.op in COMPARISONS and not any(isinstance(t, Array) for t in types):
        return BOOL
    if out == INT:
        return Scalar("int", value=_value(call.op, call.args))
    return out


def _on_sequences(op: OpFunction, types: tuple[Type, ...], args: tuple[Arg, ...]) -> Type:
    if op in COMPARISONS:
        return BOOL
    match types:
        case (Seq(kind=a, items=x), Seq(kind=b, items=y)) if a == b and op is operator.add:
            return Seq(a, x + y)
        case (Seq(kind=kind, items=x), Scalar(kind="int")) if op is operator.mul:
            n = integer(args[1])
            return Seq(kind, x * n) if isinstance(n, int) else UNKNOWN
        case (Scalar(kind="int"), Seq()) if op is operator.mul:
            return _on_sequences(op, (types[1], types[0]), (args[1], args[0]))
        case (ListOf(item=x), ListOf(item=y)) if op is operator.add:
            return ListOf(join(x, y))
        case (ListOf(), Scalar(kind="int")) if op is operator.mul:
            return types[0]
    return UNKNOWN


def _value(op: OpFunction, args: tuple[Arg, ...]) -> Length | None:
    """The symbolic value of a Python integer."""
    if op is operator.neg:
        args = (Lit(0), *args)
        op = operator.sub
    if op not in _VALUES or len(args) != 2:
        return None
    try:
        n = _VALUES[op](integer(args[0]), integer(args[1]))
    except Undecided:  # a bool, in sums
        return None
    return None if lengths.is_anonymous(n) else n


@shape_function(operator.pow, builtins.pow, operator.ipow)
def power(call: Call) -> Type:
    """A power of Python integers is a float where the exponent is negative."""
    out = python_operator(call)
    if isinstance(out, Scalar) and out.kind == "int" and out.dtype is None and len(call.args) == 2:
        base, exponent = (integer(x) if type_of(x) != BOOL else None for x in call.args)
        if isinstance(exponent, int) and exponent < 0:
            return Scalar("float")
        if isinstance(exponent, int) and isinstance(base, int) and abs(base) < 2**16 and exponent < 64:
            return Scalar("int", value=base**exponent)
    return out


@shape_function(*PREDICATES)
def predicate(call: Call) -> Type:
    """`not x`, `a is b`, `a in b`."""
    return BOOL


@shape_function(*CONVERSIONS, *MATH, *NUMPY)
def elementwise(call: Call) -> Type:
    """A function of scalars or arrays that works element by element."""
    if call.op is np.where and len(call.args) == 1:
        return UNKNOWN
    if call.op is builtins.round and len(call.args) == 2 and type_of(call.args[1]) == Static(None):
        call = Call(call.op, call.args[:1], {})
    args, static = call.args, dict(call.kwargs)
    if call.op is np.clip:
        args = tuple(call.arg(i, name, static.pop(name, NONE)) for i, name in enumerate(("a", "a_min", "a_max")))
    types = tuple([_operand(call.op, type_of(x)) for x in args])
    out = of_elements(call.op, types, static)
    if call.op is builtins.int and isinstance(types[0], Scalar) and (types[0].kind, types[0].dtype) == ("int", None):
        return types[0]
    return out


def _operand(op: OpFunction, t: Type) -> Type:
    """How a NumPy function sees a value: as an array where it is a list, as any array where nothing is known."""
    if isinstance(t, Seq | ListOf) and op not in CONVERSIONS and op not in MATH:
        return as_array(t)
    return Array() if isinstance(t, Unknown) else t


def ufunc(call: Call) -> Type:
    """Any ufunc that works on single elements, of NumPy or of another package."""
    types = tuple([_operand(call.op, type_of(x)) for x in call.args])
    return of_elements(call.op, types, call.kwargs)


def of_elements(op: OpFunction, types: tuple[Type, ...], static: Mapping[str, Arg] | None = None) -> Type:
    """The type that an elementwise operation gives: kind and dtype from a sample, the shape by broadcasting."""
    keywords = tuple(sorted((k, static_value(v)) for k, v in static.items())) if static else ()
    try:
        return _of_elements(op, types, keywords)
    except TypeError as e:  # a keyword whose value cannot be hashed
        raise Undecided from e


@lru_cache(maxsize=4096)
def _of_elements(op: OpFunction, types: tuple[Type, ...], keywords: tuple[tuple[str, object], ...]) -> Type:
    samples = list[Sample]()
    for t in types:
        s = sample_of(t)
        if s is None:
            return UNKNOWN
        samples.append(s)
    return _spread(sampled(op, tuple(samples), keywords), types)


def _spread(element: Type | None, types: tuple[Type, ...]) -> Type:
    match element:
        case None:
            return UNKNOWN
        case Array(dtype=dtype, shape=shape) if shape != ():
            shapes = [() if isinstance(t, Static) else shape_of(t) for t in types]
            return Array(dtype, lengths.broadcast_shapes(*shapes))
        case Seq(items=items):
            return Seq("tuple", tuple(_spread(t, types) for t in items))
    return element
