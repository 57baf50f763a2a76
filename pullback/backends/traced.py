"""Core to Core, for JAX: loops and branches on traced values become functions, and operations that are given these.

Before::

    h, tape = for x, h = h0 in xs: h2 = tanh(w * h + x); yield h2, collect h

After::

    def step(h, x): h2 = tanh(w * h + x); return h2, h
    h, tape = scan(step, h0, xs)

What a loop collects is an array then, or a tuple of arrays, with an axis more; another loop walks along it. How far a
loop goes that may stop early, or a `while`, or a range that is traced, no array can be made for: `dynamic` has these.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Callback,
    Def,
    Effect,
    For,
    Function,
    If,
    Kwargs,
    Lit,
    Op,
    Origin,
    Param,
    Range,
    Stmt,
    Var,
    While,
)
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import is_given_function, operations, own_reads, reads, substitute

from . import branching, dynamic
from .chains import Compared, Limits, comparisons
from .fitting import fit_loop, zero_of
from .kinds import Kinds, Listed, Stacked, is_trail
from .packing import NONE, Made, packed_type
from .python_lists import require_places
from .refusing import refuse
from .rounds import bound, entered, round_of
from .stacked_lists import as_arrays, is_array, stacked
from .traced_ops import scan

if TYPE_CHECKING:
    from .functional import Functions

IsStatic = Callable[[object], bool]


class Traced:
    """Rewrites the blocks of one function.

    `kinds`: the lists that are no lists; `outer`: what is bound where
    functions that all of the function sees are defined, `hoisted`: these functions; `depth`: how many blocks are
    around, and `inside`: how many of them only the run enters. `exports`: other functions walk what loops have left, so
    that `steps` of these are functions of the program. `compared`: the conditions that compare integers with literals;
    `limits`: of what integers the greatest value is known.
    """

    def __init__(self, functions: Functions, f: Function, key: str, exports: bool) -> None:
        self.functions = functions
        self.function = f
        self.key = key
        self.exports = exports
        self.steps: dict[str, Function] = {}
        self.is_static = functions.is_static
        self.kinds = Kinds()
        self.outer: set[Var] = set()
        self.hoisted: list[Stmt] = []
        self.depth = -1
        self.inside = 0
        self.compared: Compared = {}
        self.limits = Limits()

    def block(self, b: Block) -> Block:
        """A block, rewritten."""
        self.depth += 1
        if self.depth == 0:
            self.outer.update(b.params)
            self.compared = comparisons(b)
        body: list[Stmt] = []
        for s in b.body:
            at = len(body)
            self.statement(s, body)
            if self.depth == 0:
                body[at:at] = self.hoisted
                self.hoisted.clear()
                self.outer.update(s.outs)
        self.depth -= 1
        return Block(b.params, tuple(body), b.results)

    def traced(self, b: Block) -> Block:
        """A block of which only the run knows whether, or how often, it is run."""
        self.inside += 1
        out = self.block(b)
        self.inside -= 1
        return out

    def statement(self, s: Stmt, body: list[Stmt]) -> None:
        match s:
            case For() if any(is_trail(self.kinds.of(x)) for x in s.items):
                dynamic.walk_back(self, s, body)
            case For() if self.is_traced(s) and (s.stop is not None or not self.is_static(s.source or ())):
                dynamic.loop(self, s, body)
            case For() if self.is_traced(s):
                self.scan(s, body)
            case While():
                dynamic.loop(self, s, body)
            case If() if not self.is_static(s.cond):
                branching.branch(self, s, body)
            case For():
                self.of_python(s, body)
            case If():
                s = replace(s, then=bound(s, self.block(s.then)), orelse=bound(s, self.block(s.orelse)))
                self.note_results(s, (s.then, s.orelse))
                body.append(s)
            case Def():
                body.append(with_blocks(s, self.block))
            case Call():
                s, kind = self.functions.call(s, tuple(map(self.kinds.of, s.args)))
                self.kinds.note(s.out, kind)
                body.append(s)
            case Op() | Effect():
                if not self.takes_arrays(s):
                    refuse(s.origin, "a list that a traced loop fills, read in this way,", "stack it, or fill an array")
                if isinstance(s, Op) and is_given_function(s):
                    s = self.functions.given(s, tuple(map(self.kinds.of, s.args[-1])))  # type: ignore[arg-type]
                body.append(self.operation(s, body) if isinstance(s, Op) else s)

    def operation(self, s: Op, body: list[Stmt]) -> Op:
        """An operation, on arrays where it is on lists that are arrays; what it needs is added to `body`."""
        self.limits.operation(s)
        s = as_arrays(self, self.kinds.op(s), body)
        if isinstance(x := s.args[0] if s.args else None, Var) and self.kinds.of(x) is None:
            require_places(self.is_static, s)
        return s

    def is_traced(self, s: For) -> bool:
        """Is this no loop of Python: over a range, or over arrays?"""
        if any(isinstance(self.kinds.of(x), Stacked) for x in s.items):
            return s.tag not in self.functions.python or s.source is None and all(map(self.is_array, s.items))
        return (s.source is not None or any(map(self.is_array, s.items))) and s.tag not in self.functions.python

    def is_array(self, x: object) -> bool:
        """Is this an array, or a list that is one?"""
        return isinstance(x, Var) and (isinstance(self.kinds.of(x), Stacked) or isinstance(x.type, ab.Array))

    def as_array(self, x: Atom, s: For, body: list[Stmt]) -> Atom:
        """What a loop runs over, as an array."""
        if self.is_array(x):
            return x
        if not isinstance(x.type, ab.ListOf) or not is_array(x.type.item) or isinstance(x.type.item, ab.ListOf):
            refuse(s.origin, "a loop over arrays and a Python list in step", "stack the list")
        return cast(Atom, stacked(self, x, Made(body, s.origin)))

    def takes_arrays(self, s: Op | Effect) -> bool:
        """Does a statement mean something for what loops have left: for arrays instead of lists?"""
        lists = [v for v in own_reads(s) if isinstance(v.type, ab.ListOf) and v in self.kinds]
        if not lists or isinstance(s, Op) and s.op in (prims.make_tuple, prims.alias, len):
            return True
        if isinstance(s, Op) and s.op is prims.item and isinstance(self.kinds.of(s.args[0]), Listed):
            return True
        arrays = all(isinstance(self.kinds[v], Stacked) and is_array(v.type) for v in lists)
        return isinstance(s, Op) and arrays

    def export(
        self,
        name: str,
        params: Sequence[tuple[Sequence[Atom], str]],
        body: Sequence[Stmt],
        results: Sequence[Sequence[Atom]],
        origin: Origin,
    ) -> Lit:
        """A function of the program, as `Made.function` makes one inside a function."""
        block = Made([], origin).block(params, body, results)
        key = f"{self.key}.{name}{len(self.steps)}"
        stem = self.function.name.removesuffix("_forward")
        given = tuple(map(Param, block.params))
        self.steps[key] = Function(
            f"{stem}_{name}", given, block, origin, self.function.user_names, "", False, self.function.module
        )
        return Lit(Callback(key))

    def started(
        self, inits: Sequence[Atom], carried: Sequence[Var], inner: Block, origin: Origin
    ) -> tuple[Atom, ...]:
        """What goes round first: numbers in the place of names that the loop itself binds."""
        out: list[Atom] = []
        made = dict(operations(inner))
        for x, p, r in zip(inits, carried, inner.results, strict=False):
            s = made.get(r) if isinstance(r, Var) and ab.kind_of(p.type) == "int" else None
            if s is not None and s.op in (operator.mul, operator.lshift) and p in s.args:
                refuse(origin, f"a loop in which the integer {p.hint!r} is multiplied, without a bound in Python,",
                       "start from a float")  # fmt: skip
            if ab.rank(x.type) == 0 and (ab.rank(r.type) or ab.rank(p.type) != 0):
                hint = "start from zeros of the shape that it has later"
                refuse(origin, f"a loop in which {p.hint!r} goes round as a number first, then as an array,", hint)
            if x == NONE:
                number = zero_of(p.type)
                if number is None:
                    refuse(origin, f"a loop that binds {p.hint!r} first", "bind it before the loop")
                x = number
            out.append(x)
        return tuple(out)

    def scan(self, s: For, body: list[Stmt]) -> None:
        """A loop over a range, or over the rows of arrays."""
        s = _with_name(replace(s, items=tuple(self.as_array(x, s, body) for x in s.items)))
        for x, p in zip(s.items, s.item_params, strict=True):
            kind = self.kinds.of(x)
            self.kinds.note(p, kind.item if isinstance(kind, Stacked) else None)
            self.limits.hand_on(self.limits.get(x) if isinstance(x, Var) else None, p)
        s = entered(self, s, body)
        made = Made(body, s.origin)
        inits, inner = fit_loop(s, round_of(self, s), made)
        read = {v for t in inner.body for v in reads(t)}.union(inner.results)
        n = len(s.inits)
        xs, params = list(s.items), list(s.item_params)
        kwargs: Kwargs = ()
        times = _times(s.source)
        if s.index in read or not xs and times is None:
            params.insert(0, s.index)
            xs.insert(0, made.indices(s.source, s.items))
        elif times is not None and not xs:
            kwargs = (("length", times),)
        if s.reverse and (xs or s.outs[n:]):
            kwargs = (*kwargs, ("reverse", Lit(True)))
        results = inner.results[:n], inner.results[n:]
        step = made.function("step", [(s.carried, "carry"), (params, "xs")], inner.body, results)
        init = made.packed(self.started(inits, s.carried, inner, s.origin))
        t = ab.Seq("tuple", (packed_type(s.outs[:n]), packed_type(s.outs[n:])))
        out = made.op(scan, (step, init, *((made.packed(xs),) if xs else ())), kwargs, t)
        for o, r in zip(s.outs[n:], inner.results[n:], strict=True):
            self.kinds[o] = Stacked(self.kinds.of(r))
            self.limits.hand_on(self.limits.get(r) if isinstance(r, Var) else None, o)
        made.unpack(out, s.outs[:n], s.outs[n:])

    def of_python(self, s: For, body: list[Stmt]) -> None:
        """A loop that is done while the program is traced; what it collects is a list of Python."""
        if s.stop is not None and not self.is_static(s.stop):
            hint = "go through all of it, or stack the list"
            refuse(s.origin, "a loop over a Python list that stops where only the run knows", hint)
        for x, p in zip(s.items, s.item_params, strict=True):
            match self.kinds.of(x):
                case Listed(item=item) | Stacked(item=item):
                    self.kinds.note(p, item)
        s = entered(self, s, body)
        body.append(with_blocks(s, self.block))
        for o, r in list(zip(s.outs, s.body.results, strict=True))[len(s.inits) :]:
            kind = self.kinds.of(r)
            self.kinds.note(o, None if kind is None else Listed(kind))

    def note_results(self, s: If, sides: Sequence[Block]) -> None:
        """Of what kinds are the results of a branch, which each side has if it has them at all?"""
        for o, *given in zip(s.outs, *(b.results for b in sides), strict=True):
            kinds = {self.kinds.of(x) for x in given if x != NONE}
            if len(kinds) > 1:
                what = "a branch that gives what one loop or another one has left"
                refuse(s.origin, what, "call one function for both")
            for kind in kinds:
                self.kinds.note(o, kind)


def _with_name(s: For) -> For:
    """A loop along one tape and nothing else, the items of which have a name."""
    tape = s.item_params
    if len(tape) != 1 or tape[0].hint or not isinstance(tape[0].type, ab.Seq):
        return s
    kept = Var("kept", tape[0].type)
    body = substitute(s.body, {tape[0]: kept})
    return replace(s, body=replace(body, params=(s.index, *s.carried, kept)))


def _times(r: Range | None) -> Lit | None:
    """How often a loop over a range of literals is run; others may have a bound that is less than 0."""
    if r is None or not all(isinstance(x, Lit) for x in (r.start, r.stop, r.step)):
        return None
    start, stop, step = (getattr(x, "value", 0) for x in (r.start, r.stop, r.step))
    return Lit(len(range(start, stop, step)))
