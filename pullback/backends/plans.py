"""Which arrays a script would like to write in place, before it is decided where it may."""

from __future__ import annotations

from pullback.transpile import abstract as ab
from pullback.transpile.core import Var

from .facts import WRITES
from .script import Apply, Assign, Body, Branch, Define, ForLoop, Return, WhileLoop, atoms
from .sharing import accumulation


class Plans:
    """`written`: variables whose arrays would be written; `leaving`: lists that are results or parts of them."""

    def __init__(self) -> None:
        self.written: set[Var] = set()
        self.leaving: set[Var] = set()

    def body(self, body: Body) -> None:
        """Find the variables whose arrays would be written in place, and the lists that leave the function."""
        for s in reversed(body.statements):
            match s:
                case Assign(target=Var(), value=Apply(op=op, args=args) as value):
                    if (op in WRITES or accumulation(value, s.origin)) and isinstance(args[0], Var):
                        self.written.add(args[0])
                    if op is not list.pop:
                        self.leaving.update(v for v in atoms(value) if isinstance(v.type, ab.ListOf))
                case Return(value=value):
                    self.leaving.update(v for v in atoms(value) if isinstance(v.type, ab.ListOf))
                case Branch():
                    for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=False):
                        self.written.update(v for v in (x, y) if o in self.written and isinstance(v, Var))
                    self.body(s.then)
                    self.body(s.orelse)
                case ForLoop() | WhileLoop():
                    for o, r in zip(s.outs, s.body.results, strict=True):
                        if o in self.written and isinstance(r, Var):
                            self.written.add(r)
                    self.body(s.body)
                    for p, i in zip(s.carried, s.inits, strict=True):
                        if p in self.written and isinstance(i, Var):
                            self.written.add(i)
                case Define():
                    self.body(s.body)
