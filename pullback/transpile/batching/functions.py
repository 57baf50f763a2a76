"""Functions of a program for several directions at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pullback.transpile import prims
from pullback.transpile.abstract import INT
from pullback.transpile.batching.control import walk
from pullback.transpile.batching.values import Batch, NotBatched, Parts
from pullback.transpile.core import Atom, Block, Function, Lit, Op, Origin, Stmt, Var


class Batching:
    """Batches the code of one program; `functions` are those that it calls, and those made of them."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = dict(functions)
        self._made: dict[tuple[str, tuple[int, ...]], tuple[str, Parts | bool]] = {}
        self._open: set[tuple[str, tuple[int, ...]]] = set()

    def block(
        self, first: Sequence[Stmt], count: Atom, of: Mapping[Var, Var], body: Sequence[Stmt], origin: Origin
    ) -> Batch:
        """`body` for all directions, after the statements `first`; `of` tells what there is one of for each."""
        b = Batch(count, list(first), dict(of), origin)
        walk(b, body, self.callee)
        return b

    def callee(self, key: str, each: tuple[int, ...]) -> tuple[str, Parts | bool]:
        """The function of a key where the arguments at these positions are for all directions, and what of its result
        is: the whole, or items of a structure."""
        slot = key, each
        if slot in self._open:
            raise NotBatched
        if slot not in self._made:
            self._open.add(slot)
            self._made[slot] = self._function(key, each)
            self._open.discard(slot)
        return self._made[slot]

    def _function(self, key: str, each: tuple[int, ...]) -> tuple[str, Parts | bool]:
        f = self.functions[key]
        count = Var("n", INT)
        b = Batch(count, [], {}, f.origin)
        params = tuple(Var(p.hint, b.type(p.type)) if k in each else p for k, p in enumerate(f.block.params))
        for k in each:
            b.bind(f.block.params[k], params[k])
        b.body.append(Op(count, prims.dim, (params[each[0]], Lit(0)), (), f.origin))
        walk(b, f.block.body, self.callee)
        (result,) = f.block.results
        flags: Parts | bool = b.has(result)
        if isinstance(result, Var) and result in b.parts:
            flags = b.parts[result]
        out: Atom = b.of[result] if isinstance(result, Var) and result in b.of else result
        name = self._name(f"{f.name}_each")
        changed = tuple(replace(p, var=v) for p, v in zip(f.params, params, strict=True))
        block = Block(params, tuple(b.body), (out,))
        self.functions[name] = replace(f, name=name, params=changed, block=block, primal=False)
        return name, flags

    def _name(self, name: str) -> str:
        taken = {*self.functions, *(f.name for f in self.functions.values())}
        k, out = 2, name
        while out in taken:
            out, k = f"{name}{k}", k + 1
        return out
