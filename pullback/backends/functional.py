"""Core to Core, for JAX: functions of which `traced` rewrites the blocks, each where it is called."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NoReturn

from pullback.transpile.core import Arg, Block, Call, Callback, Function, Lit, Op, Program

from .binding import Binding
from .chains import without_unread
from .kinds import Kind, has_trail
from .refusing import refuse
from .stacked_lists import with_lists
from .tapes import merge_tapes
from .traced import Traced
from .trails import hands_on

Given = tuple[Kind | None, ...]


def functional(program: Program, binding: Binding) -> Program:
    """A program in which only what is known while it is traced decides where Python goes."""
    functions = Functions(program, binding)
    entry, _ = functions.rewritten("", program.entry, ())
    return Program(entry, functions.done)


class Functions:
    """Rewrites the functions of a program where they are called, once for each kind of lists that they are given.

    `keys`: what the function is called then; `open`: where the walk is; `recursive`: those that call
    themselves.
    """

    def __init__(self, program: Program, binding: Binding) -> None:
        self.program = program
        self.is_static = binding.is_static
        self.python = binding.python
        self.stacked = binding.stacked
        self.done: dict[str, Function] = {}
        self.active: dict[str, Traced] = {}
        self.recursive: set[str] = set()
        self.open: list[str] = []
        self.keys: dict[tuple[str, Given], str] = {}
        self.result: dict[str, Kind | None] = {}

    def _since(self, key: str) -> Iterator[Traced]:
        """The functions on the way from this one to where the walk is."""
        yield from itertools.dropwhile(lambda t: t is not self.active[key], self.active.values())

    def rewritten(self, key: str, f: Function, given: Sequence[Kind | None]) -> tuple[Function, Kind | None]:
        """A function that is given arguments of these kinds, and the kind of its result."""
        block = merge_tapes(f.block)
        traced = Traced(self, f, key, hands_on(block, returns=key != ""))
        for p, kind in zip(f.params, given, strict=False):
            traced.kinds.note(p.var, kind)
        self.active[key] = traced
        block = without_unread(traced.block(block), traced.compared)
        if key == "":
            block = with_lists(traced, block, f.origin)
        del self.active[key]
        kind = traced.kinds.of(block.results[0])
        block, *others = traced.kinds.settled([block, *(g.block for g in traced.steps.values())])
        for (name, g), x in zip(traced.steps.items(), others, strict=True):
            self.done[name] = _with(g, x)
        return _with(f, block), kind

    def call(self, s: Call, given: Given) -> tuple[Call, Kind | None]:
        """A call of the function that is for arguments of these kinds, and the kind of what it gives."""
        key = self.keys.get((s.function, given))
        if key is None:
            if s.function in self.open:
                self.refuse_recursion(s)
            key = s.function if s.function not in self.done else f"{s.function}.{len(self.keys)}"
            self.keys[s.function, given] = key
            self.open.append(s.function)
            self.done[key], self.result[key] = self.rewritten(key, self.program.functions[s.function], given)
            self.open.pop()
            if key in self.recursive and has_trail(self.result[key]):
                self.refuse_recursion(s)
        elif key in self.active and any(t.inside for t in self._since(key)):
            hint = "let an integer that is known before the run say how deep it goes"
            refuse(s.origin, "a function that calls itself as often as only the run knows", hint)
        if key in self.active:
            self.recursive.add(key)
        return replace(s, function=key), self.result.get(key)

    def given(self, s: Op, kinds: Given) -> Op:
        """An operation with the functions that it is given rewritten, which take no lists that are arrays."""
        if any(kinds):
            refuse(s.origin, "a list that is filled in a loop, and handed on to a function,", "stack it before")
        args: list[Arg] = []
        for x in s.args:
            if isinstance(x, Lit) and isinstance(x.value, Callback):
                none = (None,) * len(self.program.functions[x.value.key].params)
                key = self.call(Call(s.out, x.value.key, (), s.origin), none)[0].function
                x = Lit(Callback(key), key)
            args.append(x)
        return replace(s, args=tuple(args))

    def refuse_recursion(self, s: Call) -> NoReturn:
        """Refuse a function whose recursion hands on what a loop has left."""
        what = "the derivative of a loop that may stop early, in a function that calls itself,"
        refuse(s.origin, what, "let the function return, or a caller do, what the loop is for")


def _with(f: Function, b: Block) -> Function:
    """A function with another block, and the parameters of that."""
    params = tuple(replace(p, var=v) for p, v in zip(f.params, b.params, strict=True))
    return replace(f, params=params, block=b)
