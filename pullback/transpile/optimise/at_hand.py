"""Core to Core: a shape is asked of what is at hand, not of a forward value that would be kept for nothing else.

Before, in the adjoint of a loop that writes `b[1:-1] = t`, where `db` goes round::

    d = unbroadcast(da[1:-1], t)

After, because `t` has the shape of `b[1:-1]`::

    d = unbroadcast(da[1:-1], db[1:-1])
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from pullback import runtime
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Def, For, If, Lit, Op, Origin, Slice, Stmt, Tag, Var, While
from pullback.transpile.infer import infer
from pullback.transpile.infer.lengths import is_anonymous
from pullback.transpile.shapes import asks_dtype, asks_shapes, of_shape_alone
from pullback.transpile.traversal import blocks, own_reads, variables

_WRITES = (prims.set_item, prims.add_item)
_VIEWS = (operator.getitem, np.transpose)
_LENGTHS = (np.size, np.ndim, prims.dim, len)
_LIKE_OPERAND = (np.cumsum, np.cumprod, np.sort, np.flip, np.roll, np.copy, np.tril, np.triu)  # if of as many axes
Shape = tuple[ab.Length, ...]


def ask_at_hand(b: Block) -> Block:
    """A block in which shapes are asked of what is in scope, where that is possible, and not where they are known."""
    if not asks_shapes(b):
        return b
    asking = _Asking()
    asking.scan(b)
    if not asking.asked:
        return b
    asked = asking.block(b)
    return _with_lengths(asked, asking.lengths) if asking.lengths else asked


def _with_lengths(b: Block, lengths: dict[Var, list[Op]]) -> Block:
    """Forward code that asks for lengths itself, where the values are whose lengths are kept in their place."""
    body: list[Stmt] = []
    for s in b.body:
        match s:
            case Op():
                body += [s, *lengths.get(s.out, ())]
                continue
            case If():
                s = replace(s, then=_with_lengths(s.then, lengths), orelse=_with_lengths(s.orelse, lengths))
            case For() | While():
                s = replace(s, body=_with_lengths(s.body, lengths))
        body.append(s)
    return Block(b.params, tuple(body), b.results)


class _Asking:
    """`made`: the operation that binds each name; `read`: what backward code reads the value of.

    `scopes`: the names bound so far, innermost block last; `stale`: those of arrays that have been written since.
    """

    def __init__(self) -> None:
        self.made: dict[Var, Op] = {}
        self.read: set[Var] = set()
        self.asked = False
        self.params: tuple[Var, ...] = ()
        self.loops: dict[Tag, For] = {}
        self.scopes: list[dict[Var, None]] = []
        self.stale: set[Var] = set()
        self.views: dict[Var, list[Var]] = {}
        self.lengths: dict[Var, list[Op]] = {}
        self._leaves: dict[Var, tuple[Var, ...]] = {}

    def scan(self, b: Block) -> None:
        for s in b.body:
            if isinstance(s, Op):
                self.made[s.out] = s
                shapes = of_shape_alone(s)
                if s.origin.adjoint:
                    self.asked = self.asked or bool(shapes)
                    self.read.update(v for k, x in enumerate(s.args) if k not in shapes for v in variables(x))
                    self.read.update(variables(tuple(x for _, x in s.kwargs)))
            elif s.origin.adjoint:
                self.read.update(own_reads(s))
            if isinstance(s, For):
                self.loops[s.tag] = s
            for inner in blocks(s):
                self.scan(inner)
                if s.origin.adjoint:
                    self.read.update(variables(inner.results))

    # what has which shape

    def leaves(self, v: Var) -> tuple[Var, ...]:
        """The values that the shape of `v` is a broadcast of: none for a scalar, `v` itself if no more is known."""
        if v not in self._leaves:
            self._leaves[v] = (v,)
            self._leaves[v] = self._found_leaves(v)
        return self._leaves[v]

    def _found_leaves(self, v: Var) -> tuple[Var, ...]:
        if ab.rank(v.type) == 0:
            return ()
        s = self.made.get(v)
        if s is None:
            return (v,)
        if s.op is prims.alias or s.op in _WRITES:
            sources: tuple[Arg, ...] = s.args[:1]
        elif s.op is runtime.unbroadcast:
            sources = s.args[1:]
        elif not s.kwargs and registry.is_elementwise(s.op):
            sources = s.args
        elif s.op in _LIKE_OPERAND and ab.rank(s.out.type) is not None:
            sources = s.args[:1] if ab.rank(s.out.type) == ab.rank(getattr(s.args[0], "type", ab.UNKNOWN)) else ()
        else:
            return (v,)
        if not all(isinstance(x, Lit) or isinstance(x, Var) and _broadcasts(x.type) for x in sources):
            return (v,)
        found = {self.key(w): w for x in reversed(sources) if isinstance(x, Var) for w in reversed(self.leaves(x))}
        whole = found.get(self.key(v))
        return (whole,) if whole is not None else tuple(reversed(found.values())) or (v,)

    def key(self, v: Var) -> Shape | Var:
        """What only values of one shape have in common: the shape if all lengths have a name, or else the value."""
        shape = ab.shape_of(v.type)
        return v if shape is None or any(map(is_anonymous, shape)) else shape

    def keys(self, args: tuple[Arg, ...]) -> set[Shape | Var] | None:
        """The keys of which the shape of all these together is a broadcast; None where one is no such value."""
        if not all(isinstance(x, Lit) or isinstance(x, Var) and _broadcasts(x.type) for x in args):
            return None
        return {self.key(w) for x in args if isinstance(x, Var) for w in self.leaves(x)}

    # what is in scope

    @contextmanager
    def scope(self) -> Iterator[None]:
        self.scopes.append({})
        yield
        self.scopes.pop()

    def bind(self, v: Var) -> None:
        self.scopes[-1][v] = None
        s = self.made.get(v)
        if s is not None and s.op in (*_VIEWS, prims.alias, runtime.unbroadcast):
            for base in variables(s.args[0]):
                self.views.setdefault(base, []).append(v)

    def outdate(self, v: Atom) -> None:
        """The array of `v` is written, or may be."""
        if isinstance(v, Var) and v not in self.stale:
            self.stale.add(v)
            for view in self.views.get(v, ()):
                self.outdate(view)

    def in_scope(self, v: Var) -> bool:
        return any(v in names for names in self.scopes)

    def block(self, b: Block, counted: tuple[Var, ...] = ()) -> Block:
        with self.scope():
            for p in (*counted, *b.params):
                self.bind(p)
            if len(self.scopes) == 1:
                self.params = b.params
            body: list[Stmt] = []
            for s in b.body:
                body.append(self.statement(s, body))
                for o in s.outs:
                    self.bind(o)
        return Block(b.params, tuple(body), b.results)

    def statement(self, s: Stmt, body: list[Stmt]) -> Stmt:
        match s:
            case Op():
                if s.op in _WRITES and isinstance(s.args[0], Var):
                    self.outdate(s.args[0])
                return self.operation(s, body) if s.origin.adjoint else s
            case If():
                return replace(s, then=self.block(s.then), orelse=self.block(s.orelse))
            case For() | While():
                for x in s.inits:
                    self.outdate(x)
                if isinstance(s, For):
                    return replace(s, body=self.block(s.body, self.counted(s)))
                return replace(s, cond=self.block(s.cond), body=self.block(s.body))
            case Def():
                return replace(s, block=self.block(s.block))
        return s

    def counted(self, s: For) -> tuple[Var, ...]:
        """The index of the loop that `s` is the adjoint of, where `s` has the same one."""
        primal = self.loops.get(s.adjoint_of) if s.adjoint_of is not None else None
        return (primal.index,) if primal is not None and primal.stop is None else ()

    def operation(self, s: Op, body: list[Stmt]) -> Op:
        positions = of_shape_alone(s)
        if not positions:
            return s
        if s.op is runtime.unbroadcast:
            likes = self.keys(s.args[1:])
            if likes is not None and self.keys(s.args[:1]) == likes:
                return replace(s, op=prims.alias, args=s.args[:1])
        views: list[Stmt] = []
        found = self.replaced(s, positions, views)
        if found is None:
            return self.length(s)
        body += views
        return replace(s, args=(*s.args[: positions.start], *found, *s.args[positions.stop :]))

    def length(self, s: Op) -> Op:
        """Forward code is to ask for a length, if it would keep an array for nothing else."""
        v = s.args[0]
        made = self.made.get(v) if isinstance(v, Var) else None
        if s.op not in _LENGTHS or made is None or made.origin.adjoint or v in self.read or self.in_scope(made.out):
            return s
        asked = self.lengths.setdefault(made.out, [])
        known = next((t for t in asked if (t.op, t.args) == (s.op, s.args)), None)
        if known is None:
            known = replace(s, out=Var("", s.out.type), origin=made.origin)
            asked.append(known)
        return replace(s, op=prims.alias, args=(known.out,))

    def replaced(self, s: Op, positions: range, body: list[Stmt]) -> tuple[Var, ...] | None:
        """What is at hand for those of which `s` asks for the shape; None if nothing is, or nothing need be."""
        out: dict[Var, None] = {}
        changed = False
        for k in positions:
            v = s.args[k]
            if not isinstance(v, Var):
                return None
            if v in self.read or self.in_scope(v):
                out[v] = None
                continue
            changed = True
            leaves = self.factors(v) or self.leaves(v)
            if not leaves or len(leaves) > 1 and s.op is not runtime.unbroadcast:
                return None
            for w in leaves:
                found = self.find(w, s.origin, body, v.type if asks_dtype(s) else None)
                if found is None:
                    return None
                out[found] = None
        return tuple(out) if changed else None

    def factors(self, v: Var) -> tuple[Var, ...]:
        """What `v` is made of element by element, if backward code reads all of these anyway."""
        s = self.made.get(v)
        if s is None or s.kwargs or not registry.is_elementwise(s.op):
            return ()
        arrays = [x for x in s.args if isinstance(x, Var) and ab.rank(x.type) != 0]
        return tuple(dict.fromkeys(arrays)) if all(x in self.read and _broadcasts(x.type) for x in arrays) else ()

    def find(self, w: Var, origin: Origin, body: list[Stmt], like: ab.Type | None = None) -> Var | None:
        """A value of the shape of `w`, and of the dtype of `like`: it, a lasting one, or a view of one.

        One that is not in scope serves if backward code reads it anyway.
        """
        lasting = [v for v in self.lasting(self.key(w)) if _suits(v.type, like)]
        if lasting and lasting[0] in self.params:
            return lasting[0]
        if (w in self.read or self.in_scope(w) and w not in self.stale) and _suits(w.type, like):
            return w
        s = self.made.get(w)
        if s is not None and s.op in _VIEWS and isinstance(base := s.args[0], Var) and self.may_index(s.args[1:]):
            array = self.find(self.leaf(base), origin, body, like)
            if array is not None:
                return self.view(s, array, origin, body)
        return lasting[0] if lasting else None

    def leaf(self, v: Var) -> Var:
        leaves = self.leaves(v)
        return leaves[0] if len(leaves) == 1 else v

    def may_index(self, index: tuple[Arg, ...]) -> bool:
        """Is this the index of a view, from numbers that are in scope, or read by backward code anyway?"""
        return all(
            isinstance(v.type, ab.Scalar) and (v in self.read or self.in_scope(v)) for v in variables(index)
        ) and all(isinstance(x, (Slice, Lit, Var)) for i in index for x in (i if isinstance(i, tuple) else (i,)))

    def view(self, s: Op, array: Var, origin: Origin, body: list[Stmt]) -> Var:
        args = (array, *s.args[1:])
        out = Var("", infer(s.op, args, dict(s.kwargs)))
        made = Op(out, s.op, args, s.kwargs, origin)
        body.append(made)
        self.made[out] = made
        self.bind(out)
        return out

    def lasting(self, key: Shape | Var) -> Iterator[Var]:
        """What has a shape: a parameter that is not written, then what is bound last of all that has a name or is
        the latest version of an array that is written."""
        if isinstance(key, Var):
            return
        for v in (*self.params, *(v for names in reversed(self.scopes) for v in reversed(names))):
            if isinstance(v.type, ab.Array) and v.type.shape == key and v not in self.stale:
                s = self.made.get(v)
                if v.hint or s is None or s.op in _WRITES:
                    yield v


def _suits(t: ab.Type, like: ab.Type | None) -> bool:
    """Has an array of type `t` the dtype of `like`, where that is asked for?"""
    if like is None:
        return True
    return isinstance(t, ab.Array) and isinstance(like, ab.Array) and t.dtype == like.dtype is not None


def _broadcasts(t: ab.Type) -> bool:
    return isinstance(t, (ab.Array, ab.Scalar))
