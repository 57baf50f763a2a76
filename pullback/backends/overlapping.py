"""Core to Core, for JAX: what is computed from other places of the array that it goes into is put beside them.

Before::

    y = x * 2.0; t = 0.3 * y[:-1]; y2 = set_item(y, (1:,), t)

After::

    y = x * 2.0; t = 0.3 * y[:-1]; y2 = write_apart(y, (1:,), t)

XLA for CPUs (jaxlib 0.10.2 and 0.12.0) may put `t` into `y` while it still reads `y`, where that is computed from a row
or another part of an array. What a loop carries has memory of its own, and stays there; but a loop that is run once is
no loop for XLA, so that most of an array is not written in place there either, which is as fast.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Mapping

from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Block, For, If, Lit, Op, Program, Slice, Stmt, Tag, Var, While
from pullback.transpile.infer import infer
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.shapes import of_shape_alone
from pullback.transpile.traversal import blocks, reads, variables

from .packing import Made
from .traced_ops import write_apart

IsStatic = Callable[[object], bool]
Places = frozenset[Arg | None]
"""The indices at which elements of an array were read, each for its own place; None stands for any place."""

_WRITES = frozenset({prims.set_item, prims.add_item})
_ANYWHERE: Places = frozenset({None})


def apart(program: Program, is_static: IsStatic, python: Collection[Tag]) -> Program:
    """A program in which XLA reads all that it is to read of an array before it writes into that.

    `python`: the loops that are done while the program is traced, which carry nothing.
    """

    def function(b: Block) -> Block:
        walk = _Apart(is_static, python, b)
        return walk.block(b) if walk.targets else b

    return with_functions(program, function)


class _Apart:
    """Rewrites one function.

    `first`: of an array, the one that it was before all writes; `targets`: those into which parts are written; `read`:
    which of these a value was computed from, and from which places; `carried`: the arrays that loops carry.
    """

    def __init__(self, is_static: IsStatic, python: Collection[Tag], b: Block) -> None:
        self.is_static, self.python = is_static, python
        self.first: dict[Var, Var] = {}
        self.targets: set[Var] = set()
        self.read: dict[Var, Mapping[Var, Places]] = {}
        self.carried: set[Var] = set()
        for s in _operations(b):
            if (s.op in _WRITES or s.op is prims.alias) and isinstance(a := s.args[0], Var):
                self.first[s.out] = self.first.get(a, a)
                if _writes_part(s):
                    self.targets.add(self.first[s.out])

    def block(self, b: Block) -> Block:
        body: list[Stmt] = []
        for s in b.body:
            if isinstance(s, For | While) and s.tag not in self.python:
                self.carried.update((*s.carried, *s.outs))
            if isinstance(s, Op):
                self.note(s)
                body += self.written(s)
            else:
                body.append(with_blocks(s, self.block))
                self.note_outs(s)
        return Block(b.params, tuple(body), b.results)

    def note(self, s: Op) -> None:
        """Note what a value was computed from."""
        a = s.args[0] if s.args else None
        if s.out in self.first and a in self.carried:
            self.carried.add(s.out)
        if s.op is operator.getitem and isinstance(a, Var) and (target := self.first.get(a, a)) in self.targets:
            self.read[s.out] = {**self.seen(s.args), target: frozenset({s.args[1]})}
            return
        asked = of_shape_alone(s)
        seen = self.seen(tuple(x for k, x in enumerate(s.args) if k not in asked))
        self.read[s.out] = seen if registry.is_elementwise(s.op) else dict.fromkeys(seen, _ANYWHERE)

    def note_outs(self, s: Stmt) -> None:
        """What a loop, a branch or a function gives may be computed from all that it reads."""
        seen = dict.fromkeys(self.seen(tuple(reads(s))), _ANYWHERE)
        self.read.update(dict.fromkeys(s.outs, seen))
        if isinstance(s, If):
            sides = zip(s.outs, s.then.results, s.orelse.results, strict=True)
            self.carried.update(o for o, *given in sides if all(x in self.carried for x in given))

    def seen(self, args: tuple[Arg, ...]) -> dict[Var, Places]:
        """What operands are, or were computed from."""
        found: dict[Var, Places] = {}
        for v in variables(args):
            if (target := self.first.get(v, v)) in self.targets:
                found[target] = _ANYWHERE
            for a, places in self.read.get(v, {}).items():
                found[a] = found.get(a, frozenset()) | places
        return found

    def written(self, s: Op) -> list[Stmt]:
        """A write as it stands, or apart from the array that it is read from."""
        if not _writes_part(s):
            return [s]
        a, index, value = s.args
        assert isinstance(a, Var)
        if a in self.carried and not self.is_of_most(index):
            return [s]
        if self.seen((value,)).get(self.first.get(a, a), frozenset()) <= {index}:
            return [s]
        made = Made([], s.origin)
        if s.op is prims.add_item:
            old = made.op(operator.getitem, (a, index), (), infer(operator.getitem, (a, index), {}))
            value = made.op(operator.add, (old, value), (), infer(operator.add, (old, value), {}))
        return [*made.body, Op(s.out, write_apart, (a, index, value), (), s.origin)]

    def is_of_most(self, index: Arg) -> bool:
        """Does an index name the most part of an array, in the order of memory, as far as is known?"""
        first, *others = index if isinstance(index, tuple) else (index,)
        if not isinstance(first, Slice) or not self.is_static(first) or any(x != Slice() for x in others):
            return False
        counted = [isinstance(x, Lit) and isinstance(x.value, int) and x.value >= 0 for x in (first.lower, first.upper)]
        return first.step in (None, Lit(1)) and not (counted[1] and (counted[0] or first.lower is None))


def _operations(b: Block) -> Iterator[Op]:
    for s in b.body:
        if isinstance(s, Op):
            yield s
        for inner in blocks(s):
            yield from _operations(inner)


def _writes_part(s: Op) -> bool:
    """Is this a write of several elements, at integers and in slices?"""
    if s.op not in _WRITES or s.kwargs or not isinstance(a := s.args[0], Var):
        return False
    parts = s.args[1] if isinstance(s.args[1], tuple) else (s.args[1],)
    others = [p for p in parts if not _is_integer(p)]
    is_one = len(parts) - len(others) == ab.rank(a.type)
    return not is_one and all(isinstance(p, Slice) or p == Lit(Ellipsis) for p in others)


def _is_integer(x: Arg) -> bool:
    return type(x.value) is int if isinstance(x, Lit) else isinstance(getattr(x, "type", None), ab.Scalar)
