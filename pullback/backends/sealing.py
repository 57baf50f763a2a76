"""Core to Core, for JAX: what a loop reads of an array that it then overwrites is sealed together with the array.

Before::

    t = a[i]; a2 = set_item(a, i, 0.0); … t …

After::

    t2, a2 = optimization_barrier((t, a)); a3 = set_item(a2, i, 0.0); … t2 …

Without it XLA reads the old array once more where the value is used, and for that copies the whole array in every
iteration.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Sequence

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Def, Op, Program, Stmt, Var
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.shapes import of_shape_alone
from pullback.transpile.traversal import free, reads, substitute, variables

from .branch_reads import is_of_a_part, read_first, written_in
from .packing import Made, packed_type
from .traced_ops import LOOPS, optimization_barrier

_BODIES = frozenset({"step", "adjoint"})

IsStatic = Callable[[object], bool]


def sealed(program: Program, is_static: IsStatic) -> Program:
    """A program whose loops overwrite arrays where they are."""

    def block(b: Block, of_loop: bool) -> Block:
        if of_loop:
            return _Sealed(is_static, read_first(b), ()).block()
        return Block(b.params, tuple(_into(s, block) for s in b.body), b.results)

    return with_functions(program, lambda b: block(b, False))


def _into(s: Stmt, block: Callable[[Block, bool], Block]) -> Stmt:
    return with_blocks(s, lambda b: block(b, isinstance(s, Def) and s.name in _BODIES))


class _Sealed:
    """Rewrites a block that runs many times.

    `made_of`: of a value, the arrays that it was computed from since they were sealed; `ops`: the operations, by what
    they give; `now`: what stands for a value by now; `read`: the first and the last statement that reads a value;
    `arrays`: those that the loop owns.
    """

    def __init__(self, is_static: IsStatic, b: Block, arrays: Collection[Var]) -> None:
        self.is_static = is_static
        self.source = b
        self.arrays = set(arrays)
        self.made_of: dict[Var, frozenset[Var]] = {}
        self.ops: dict[Var, Op] = {}
        self.now: dict[Var, Atom] = {}
        self.body: list[Stmt] = []
        self.read: dict[Var, tuple[int, int]] = {}
        for k, vs in enumerate((*map(reads, b.body), variables(b.results))):
            self.read |= {v: (self.read.get(v, (k, k))[0], k) for v in vs}

    def block(self) -> Block:
        """The block, rewritten."""
        b = self.source
        self.arrays.update(v for v in b.params if _is_array(v))
        for k, s in enumerate(b.body):
            for a, first, last in self.overwritten(s, k):
                if a in self.arrays and self.read[a][1] <= last:
                    self.seal(a, k, first, s)
            self.body.append(self.inside(substitute(s, self.now), s))
            self.arrays.update(v for v in s.outs if _is_array(v))
            if isinstance(s, Op) and not self.is_static(s.out):
                self.ops[s.out] = s
                self.derive(s)
        return Block(b.params, tuple(self.body), substitute(b.results, self.now))

    def inside(self, s: Stmt, original: Stmt) -> Stmt:
        """A statement with its blocks rewritten."""
        owned = {x for v in self.arrays if isinstance(x := self.now.get(v, v), Var)}

        def block(b: Block) -> Block:
            own = isinstance(original, Def) and original.name in _BODIES
            return _Sealed(self.is_static, b, () if own else owned.intersection(free(b))).block()

        return with_blocks(s, block)

    def derive(self, s: Op) -> None:
        """Note what a value was computed from."""
        asked = of_shape_alone(s)
        read = [x for k, x in enumerate(s.args) if k not in asked]
        if s.op in (prims.set_item, prims.add_item):
            return
        found = {v for v in variables(tuple(read)) if v in self.arrays}
        known = frozenset(found).union(*(self.made_of.get(v, ()) for v in variables(tuple(read))))
        if known:
            self.made_of[s.out] = known

    def overwritten(self, s: Stmt, k: int) -> list[tuple[Var, int, int]]:
        """The arrays of which a statement overwrites a part.

        With the first statement where it matters what was read of it, and the last one that may read the array.
        """
        match s:
            case Op(op=prims.set_item | prims.add_item, args=(Var() as a, index, _)) if is_of_a_part(index):
                return [(a, k, k)]
            case Def(name="then" | "case0"):
                following = itertools.takewhile(lambda t: isinstance(t, Def), self.source.body[k:])
                sides = [t.block for t in following if isinstance(t, Def)]
                return [(a, k, k + len(sides) - 1) for a in {v: None for b in sides for v in written_in(b)}]
            case Def(name=name) if name in _BODIES:
                return self.handed_over(s, k)
        return []

    def handed_over(self, s: Def, k: int) -> list[tuple[Var, int, int]]:
        """The arrays that a loop is given to start from, whose body is this function."""
        for at, t in enumerate(self.source.body[k + 1 :], k + 1):
            if isinstance(t, Op) and t.op in LOOPS and s.out in t.args[: LOOPS[t.op]]:
                init = t.args[LOOPS[t.op]]
                made = next((u for u in self.source.body[k + 1 : at] if init in u.outs), None)
                parts = made.args if isinstance(made, Op) and made.op is prims.make_tuple else (init,)
                return [(v, at + 1, at) for v in parts if isinstance(v, Var)]
        return []

    def seal(self, a: Var, k: int, first: int, s: Stmt) -> None:
        """Seal what was read of an array, and is read by the statement `first` or later, together with the array."""
        made = [v for v, arrays in self.made_of.items() if a in arrays]
        live = {v for v in made if self.read.get(v, (0, -1))[1] >= first}
        for v in reversed(made):
            if v in live and self.ops[v].op is prims.make_tuple:
                live.update(x for x in variables(self.ops[v].args) if x in made)
        roots = [v for v in made if a in self.ops[v].args]
        values, after = min((self.plan(made, live, start, a, k) for start in ([], roots)), key=lambda p: len(p[0]))
        for v in made:
            self.made_of[v] -= {a}
        values = [v for v in values if isinstance(v.type, ab.Array | ab.Scalar)]
        if not live or not values:
            return
        self.body = [t for t in self.body if not (isinstance(t, Op) and t.out in after)]
        self.made_of.update(dict.fromkeys(values, frozenset()))
        together = (*values, a)
        to = Made(self.body, s.origin)
        outs = tuple(Var(v.hint, v.type) for v in together)
        packed = to.packed(tuple(self.now.get(v, v) for v in together))
        to.take(to.op(optimization_barrier, (packed,), (), packed_type(outs)), outs)
        self.now.update(zip(together, outs, strict=True))
        self.body += (substitute(self.ops[v], self.now) for v in after)

    def plan(
        self, made: Sequence[Var], live: Collection[Var], start: Sequence[Var], a: Var, k: int
    ) -> tuple[list[Var], list[Var]]:
        """What to seal, `start` at least, and what is then computed from that, after it."""
        stays = set[Var]()
        while True:
            sealed, after = list(start), list[Var]()
            for v in made:
                needs = [x for x in variables(self.ops[v].args) if x in made]
                if v in start:
                    continue
                if v not in stays and a not in self.ops[v].args and all(x in sealed or x in after for x in needs):
                    after.append(v)
                elif v in live:
                    sealed.append(v)
            early = {v for v in after for t in self.readers(v, k) if not (isinstance(t, Op) and t.out in after)}
            if not early:
                return sealed, after
            stays |= early

    def readers(self, v: Var, k: int) -> Iterator[Stmt]:
        """The statements before one that read a value."""
        return (t for t in self.source.body[self.read.get(v, (k, k))[0] : k] if v in reads(t))


def _is_array(v: Var) -> bool:
    return isinstance(v.type, ab.Array) and ab.rank(v.type) != 0
