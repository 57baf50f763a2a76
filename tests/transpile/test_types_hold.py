"""Whole programs are run as Core, and every value that is bound is held against the type of its variable."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pullback.transpile import prims
from pullback.transpile.abstract import UNKNOWN, Array, Dim, Length, ListOf, Mapping, Scalar, Seq, Static, Type
from pullback.transpile.core import Block, Function, Op, Stmt, Var
from pullback.transpile.derive import derive
from pullback.transpile.infer import type_of_value
from pullback.transpile.infer.lengths import symbol_of
from pullback.transpile.interpret import Env, Interpreter
from pullback.transpile.lower import lower
from pullback.transpile.parse.live import from_function
from pullback.transpile.request import Request
from pullback.transpile.signature import signature_key
from tests.golden_files import Golden, all_goldens
from tests.transpile.conforms import conforms, evaluate


class Checker(Interpreter):
    """An interpreter that knows, in each call of a function, what the symbols of its parameters' types stand for."""

    symbols: dict[str, int]

    def call(self, function: Function, args: Sequence[Any]) -> Any:
        before = getattr(self, "symbols", {})
        self.symbols = {}
        for v, value in zip(function.block.params, args, strict=True):
            self.learn(v.type, value)
        result = super().call(function, args)
        self.symbols = before
        return result

    def learn(self, t: Type, value: Any) -> None:
        """Take the values of symbols from a parameter."""
        match t:
            case Array(shape=tuple() as shape):
                for n, length in zip(shape, np.shape(value), strict=True):
                    self.learn_length(n, length)
            case Scalar(value=Dim() as n) if value is not None:
                self.learn_length(n, int(value))
            case Seq(items=items):
                for x, y in zip(items, value, strict=True):
                    self.learn(x, y)
            case Mapping(items=entries):
                for k, x in entries:
                    self.learn(x, value[k])

    def learn_length(self, n: Length, length: int) -> None:
        if isinstance(n, Dim):
            self.symbols.setdefault(n.symbol, length - n.offset)

    def block(self, block: Block, args: Sequence[Any], scope: Env) -> tuple[Any, ...]:
        around = dict(self.symbols)
        for v, value in zip(block.params, args, strict=True):
            self.check(v, value, joined=True)
        results = super().block(block, args, scope)
        self.symbols = around
        return results

    def statement(self, s: Stmt, env: Env) -> None:
        super().statement(s, env)
        for v in s.outs:
            self.check(v, env[v], joined=not isinstance(s, Op) or s.op is prims.item)

    def check(self, v: Var, value: Any, joined: bool) -> None:
        if type(value) is int:
            self.symbols[symbol_of(v)] = value
        if joined and value is None:
            return
        value = as_joined(value, v.type)
        assert conforms(value, self.known_part(v.type, value), self.symbols), (v, v.type, value, self.symbols)

    def known_part(self, t: Type, value: Any) -> Type:
        """A type without the lengths whose symbols have no value here."""
        match t:
            case Array(dtype=dtype, shape=tuple() as shape):
                return Array(dtype, tuple(map(self.known_length, shape)))
            case Scalar(value=Dim() as n) if value is not None:
                return Scalar(t.kind, t.dtype, self.known_length(n))
            case Seq(kind=kind, items=items):
                parts = zip(items, value, strict=True)  # None stands for what only the other branch has
                return Seq(kind, tuple(UNKNOWN if y is None else self.known_part(x, y) for x, y in parts))
            case Mapping(items=entries):
                return Mapping(tuple((k, self.known_part(x, value[k])) for k, x in entries))
            case ListOf() | Static():
                return UNKNOWN
        return t

    def known_length(self, n: Length) -> Length:
        try:
            evaluate(n, self.symbols)
        except (NameError, SyntaxError):
            assert isinstance(n, Dim)
            return replace(n, symbol="?")
        return n


def as_joined(value: Any, t: Type) -> Any:
    """A Python scalar as the higher kind, or the NumPy scalar, that it has on another way through the program."""
    if isinstance(t, Scalar) and isinstance(value, bool | int | float) and not isinstance(value, np.generic):
        if t.dtype is not None and type(value) in (bool, int, float)[: 1 + ("bool", "int", "float").index(t.kind)]:
            return np.dtype(t.dtype).type(value)
        return float(value) if t.kind == "float" and t.dtype is None else value
    return value


def samples(golden: Golden) -> list[tuple[Any, ...]]:
    """The sample arguments that have the signature of the first ones."""
    every = golden.arguments()
    return [args for args in every if signature_key(args) == signature_key(every[0])]


@pytest.mark.parametrize("optimised", [True, False], ids=["optimised", "plain"])
@pytest.mark.parametrize("golden", [g for g in all_goldens() if g.backend == "numpy"], ids=lambda g: g.name)
def test_values_have_the_types_of_their_variables(golden, optimised, tmp_path):
    f = getattr(golden.module(tmp_path), golden.function)
    names = list(inspect.signature(f).parameters)
    wrt = tuple(names.index(name) for name in golden.wrt)
    mode: Any = golden.mode.replace("-", "_")
    first, *_ = samples(golden)
    primal = lower(from_function(f), [type_of_value(x, name) for x, name in zip(first, names, strict=True)])
    derived = derive(primal, Request(mode, wrt, golden.bare, golden.has_aux, optimise=optimised))
    for args in samples(golden):
        Checker(primal, f.__globals__).run(*args)
        Checker(derived, f.__globals__).run(*args)


def test_a_wrong_type_is_found(tmp_path):
    golden = next(g for g in all_goldens() if g.name == "mlp")
    f = getattr(golden.module(tmp_path), golden.function)
    first = golden.arguments()[0]
    types = [type_of_value(x, name) for x, name in zip(first, inspect.signature(f).parameters, strict=True)]
    primal = lower(from_function(f), types)
    with pytest.raises(AssertionError):
        Checker(primal).run(*(np.asarray(x, np.float32) for x in first))
