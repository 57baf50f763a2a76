"""Random Core programs with loops that stop early, as `break`, `continue` and `return` leave them."""

from __future__ import annotations

import random
from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Block, If, Lit, Program, Stmt, Var
from tests.backends.random_core import Generator, Scope

TRUE, FALSE = Lit(True), Lit(False)


class StoppingGenerator(Generator):
    """Draws one program. Half of its loops may stop."""

    def stop(
        self, body: list[Stmt], scope: Scope, depth: int, results: tuple[Atom, ...]
    ) -> tuple[tuple[Atom, ...], Atom | None, bool]:
        keeps = self.rng.random() < 0.7
        kind = self.rng.randrange(6)
        if kind < 2:
            return results, None, True
        if kind == 2:
            return results, self.condition(body, scope), keeps
        chosen = [k for k, r in enumerate(results) if not isinstance(r.type, ab.ListOf) and self.rng.random() < 0.8]
        values = tuple(results[k] for k in chosen)
        outs, stop = (self.skipped if kind == 3 else self.tail)(body, scope, depth, values)
        found = dict(zip(chosen, outs, strict=True))
        return tuple(found.get(k, r) for k, r in enumerate(results)), stop, keeps

    def tail(
        self, body: list[Stmt], scope: Scope, depth: int, values: tuple[Atom, ...]
    ) -> tuple[tuple[Atom, ...], Atom]:
        """An `if` at the end of a block that tells whether to stop; what `values` are after it, and whether to stop."""
        c = self.condition(body, scope)
        sides = [self.side(scope.inner(), depth, values) for _ in range(2)]
        if self.rng.random() < 0.6:  # what most programs have: one side leaves
            k = self.rng.randrange(2)
            sides[k] = replace(sides[k], results=(*sides[k].results[:-1], TRUE))
        ends = zip(values, *(b.results for b in sides), strict=False)
        outs = tuple(self.merged(v.type, x, y) for v, x, y in ends)
        stop = Var(self.rng.choice(("", "stop")), ab.BOOL)
        skips = sides[0].results[-1] == FALSE and self.rng.random() < 0.5
        body.append(If((*outs, stop), c, sides[0], sides[1], self.origin(), skips=skips))
        return outs, stop

    def side(self, scope: Scope, depth: int, values: tuple[Atom, ...]) -> Block:
        """A branch; its last result is whether to stop."""
        body: list[Stmt] = []
        for _ in range(self.rng.randint(0, 3)):
            self.statement(body, scope, depth + 2)
        keep = self.rng.random() < 0.4
        results = values if keep else tuple(self.value(scope, v.type) for v in values)
        match self.rng.randrange(5):
            case 0 | 1:
                stop: Atom = TRUE
            case 2 | 3:
                stop = FALSE
            case _ if depth < 2:
                results, stop = self.tail(body, scope, depth + 1, results)
            case _:
                stop = self.condition(body, scope)
        return Block((), tuple(body), (*results, stop))

    def skipped(
        self, body: list[Stmt], scope: Scope, depth: int, values: tuple[Atom, ...]
    ) -> tuple[tuple[Atom, ...], Atom]:
        """An `if` at the end of a block that does nothing if the one before it has told to stop."""
        outs, left = self.tail(body, scope, depth, values)
        inner = scope.inner()
        inner.values.extend(outs)
        other = self.side(inner, depth, outs)
        then = Block((), (), (*(self.rng.choice((o, v)) for o, v in zip(outs, values, strict=True)), TRUE))
        last = tuple(self.merged(v.type, x, y) for v, x, y in zip(values, outs, other.results, strict=False))
        stop = Var("stop", ab.BOOL)
        body.append(If((*last, stop), left, then, other, body[-1].origin))
        return last, stop


def random_program(rng: random.Random) -> Program:
    """One random program."""
    return StoppingGenerator(rng).program()
