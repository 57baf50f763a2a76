"""Core as it stands, run by calling its operations: what a Core program means, and the oracle for emitted text."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from pullback import runtime
from pullback.transpile import marks
from pullback.transpile.core import (
    Arg,
    Block,
    Call,
    Callback,
    Caught,
    Def,
    Effect,
    For,
    Function,
    Global,
    If,
    Lit,
    Op,
    Program,
    Slice,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import is_given_function, yielding

Env = dict[Var, Any]


class Interpreter:
    """Runs one program. `namespace` holds module-level values that its `Global`s name; others are as when lowered."""

    def __init__(self, program: Program, namespace: Mapping[str, Any] | None = None) -> None:
        self.program = program
        self.namespace = namespace or {}

    def run(self, *args: Any) -> Any:
        """The result of the program's entry function."""
        return self.call(self.program.entry, args)

    def call(self, function: Function, args: Sequence[Any]) -> Any:
        """The result of one function of the program."""
        (result,) = self.block(function.block, args, {})
        return result

    def block(self, block: Block, args: Sequence[Any], scope: Env) -> tuple[Any, ...]:
        """The results of a block in a scope, which it does not change."""
        assert len(args) == len(block.params), f"{len(args)} values for {block.params}"
        env = {**scope, **dict(zip(block.params, args, strict=True))}
        self.statements(block.body, env)
        return tuple(self.arg(r, env) for r in block.results)

    def statements(self, body: Sequence[Stmt], env: Env) -> None:
        """Do statements in order, and what marks say of those between them."""
        k = 0
        while k < len(body):
            match body[k]:
                case Effect(op="enter", args=(context,), kwargs=kwargs):
                    end = self.closing(body, k)
                    made = self.arg(context, env)(**{name: self.arg(x, env) for name, x in kwargs})
                    with made:
                        self.statements(body[k + 1 : end], env)
                case Effect(op="try"):
                    middle = self.closing(body, k)
                    end = self.closing(body, middle)
                    try:
                        self.statements(body[k + 1 : middle], env)
                    finally:
                        self.statements(body[middle + 1 : end], env)
                case s:
                    self.statement(s, env)
                    end = k
            k = end + 1

    @staticmethod
    def closing(body: Sequence[Stmt], k: int) -> int:
        """Where the mark at a position is closed."""
        depth = 0
        for i in range(k, len(body)):
            depth -= marks.closes(body[i]) and i > k
            if depth == 0 and i > k:
                return i
            depth += marks.opens(body[i])
        raise AssertionError("a mark is closed")

    def arg(self, x: Arg | None, env: Env) -> Any:
        """The value of an argument."""
        match x:
            case Var():
                return env[x]
            case Lit(value=Callback(key=key)):
                return lambda *args: self.call(self.program.functions[key], args)
            case Lit(value=value):
                return value
            case Global(name=name, value=value):
                return self.namespace.get(name, value)
            case Slice(lower, upper, step):
                return slice(self.arg(lower, env), self.arg(upper, env), self.arg(step, env))
            case tuple():
                return tuple(self.arg(y, env) for y in x)
        return None

    def statement(self, s: Stmt, env: Env) -> None:
        """Bind what a statement binds."""
        match s:
            case Op(out=out, op=op, args=args, kwargs=kwargs):
                given = [self.arg(x, env) for x in args]
                if op is np.block:  # which takes lists alone
                    given = [_lists(x) for x in given]
                named = {k: self.arg(x, env) for k, x in kwargs}
                if is_given_function(s):  # which hands the last of its operands on
                    named["args"] = given.pop()
                env[out] = op(*given, **named)
            case Effect(op=op, args=args, kwargs=kwargs):
                self.effect(op, [self.arg(x, env) for x in args], {k: self.arg(x, env) for k, x in kwargs})
            case If() if s.tries:
                env.update(zip(s.outs, self.tried(s, env), strict=True))
            case If(outs=outs, cond=cond, then=then, orelse=orelse):
                results = self.block(then if self.arg(cond, env) else orelse, (), env)
                env.update(zip(outs, results, strict=True))
            case For():
                env.update(zip(s.outs, self.for_loop(s, env), strict=True))
            case While():
                env.update(zip(s.outs, self.while_loop(s, env), strict=True))
            case Call(out=out, function=key, args=args):
                env[out] = self.call(self.program.functions[key], [self.arg(x, env) for x in args])
            case Def(out=out, block=block):
                scope = dict(env)
                env[out] = lambda *args: self.block(block, args, scope)[0]

    def tried(self, s: If, env: Env) -> tuple[Any, ...]:
        """The results of the branch that is tried, or of the handler of what it raises."""
        assert isinstance(s.cond, Lit)
        assert isinstance(s.cond.value, Caught)
        try:
            return self.block(s.then, (), env)
        except self._classes(s.cond.value):
            return self.block(s.orelse, (), env)

    @staticmethod
    def _classes(caught: Caught) -> tuple[type[BaseException], ...]:
        return cast(tuple[type[BaseException], ...], tuple(c.value for c in caught.classes))

    def effect(self, op: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Print, raise, assert, set an attribute, or require something."""
        match op:
            case "print":
                print(*args, **kwargs)
            case "assert":
                if not args[0]:
                    raise AssertionError(*args[1:])
            case "raise":
                if "cause" in kwargs:
                    raise exception(*args) from exception(*kwargs["cause"])
                if not args:
                    raise
                raise exception(*args)
            case "set_attribute":
                setattr(*args)
            case _ if op.startswith("require_"):
                getattr(runtime, op)(*args, **kwargs)
            case _:
                getattr(builtins, op)(*args)

    def for_loop(self, s: For, env: Env) -> list[Any]:
        """What the loop carries at its end, and the lists that it collected, in the order of the source."""
        carried = [self.arg(x, env) for x in s.inits]
        sequences = [self.arg(x, env) for x in s.items]
        if s.source is not None:
            indices = range(*(self.arg(x, env) for x in (s.source.start, s.source.stop, s.source.step)))
        else:
            indices = range(min(map(len, sequences)))
        steps = list(zip(indices, *sequences, strict=False))
        collected: list[list[Any]] = [[] for _ in s.outs[len(carried) :]]
        for index, *items in reversed(steps) if s.reverse else steps:
            carried, stop = self.iteration(s, (index, *carried, *items), env, collected)
            if stop:
                break
        return [*carried, *(tape[::-1] if s.reverse else tape for tape in collected)]

    def while_loop(self, s: While, env: Env) -> list[Any]:
        """What the loop carries at its end, and the lists that it collected."""
        carried = [self.arg(x, env) for x in s.inits]
        collected: list[list[Any]] = [[] for _ in s.outs[len(carried) :]]
        while self.block(s.cond, carried, env)[0]:
            carried, stop = self.iteration(s, carried, env, collected)
            if stop:
                break
        return [*carried, *collected]

    def iteration(
        self, s: For | While, args: Sequence[Any], env: Env, collected: list[list[Any]]
    ) -> tuple[list[Any], bool]:
        """What is carried on, and is this the end? What the iteration leaves is added to the lists."""
        n = len(s.inits)
        *results, stop = self.block(yielding(s), args, env) + (() if s.stop is not None else (False,))
        if s.keeps or not stop:
            for tape, value in zip(collected, results[n:], strict=True):
                tape.append(value)
        return results[:n], bool(stop)


def exception(first: Any, *args: Any) -> Any:
    """An exception: its class called, or what there is in its place."""
    return first(*args) if isinstance(first, type) else first


def run(program: Program, *args: Any, namespace: Mapping[str, Any] | None = None) -> Any:
    """Run a Core program on arguments."""
    return Interpreter(program, namespace).run(*args)


def _lists(x: Any) -> Any:
    """Nested tuples as nested lists."""
    return list(map(_lists, x)) if isinstance(x, tuple) else x
