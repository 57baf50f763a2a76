"""Core to Core: tuples of arrays that are written are taken apart at once, so that each part is by itself.

Before::

    def f(dout): … item(dout, 1) … item(dout, 1)          out = call g(a); … item(out, 1) … item(out, 1)

After::

    def f(dout): b = item(dout, 1); … b … b               out = call g(a); b = item(out, 1); … b … b
"""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Call, Function, Lit, Op, Origin, Stmt, Var
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import blocks, own_reads, substitute

from .sharing import Taken


def unpack_arguments(f: Function) -> Function:
    """The function with the parts of its tuples taken out first."""
    block = f.block
    for p in f.params:
        block = _unpacked(p.var, block, f.origin)
    return replace(f, block=block)


def unpack_results(b: Block, taken: Taken) -> Block:
    """The block with the parts of results taken out right after calls that take an argument over."""
    body = [with_blocks(s, lambda inner: unpack_results(inner, taken)) for s in b.body]
    for k in reversed(range(len(body))):
        s = body[k]
        if isinstance(s, Call) and taken(s.function):
            rest = _unpacked(s.out, Block((), tuple(body[k + 1 :]), b.results), s.origin)
            body[k + 1 :] = rest.body
            b = Block(b.params, b.body, rest.results)
    return Block(b.params, tuple(body), b.results)


def _unpacked(whole: Var, b: Block, origin: Origin) -> Block:
    """A block that takes a tuple, and tuples in it, apart where it begins, if they are only ever taken apart."""
    found: dict[int, Var] = {}
    if isinstance(whole.type, ab.Array | ab.Scalar) or not _only_parts(whole, b, found):
        return b
    parts = {k: Var(v.hint, v.type) for k, v in sorted(found.items())}
    m: dict[Var, Atom] = {}
    b = substitute(_without(b, whole, parts, m), m)
    for v in parts.values():
        b = _unpacked(v, b, origin)
    first = (Op(v, prims.item, (whole, Lit(k)), (), origin) for k, v in parts.items())
    return Block(b.params, (*first, *b.body), b.results)


def _part(s: Stmt, whole: Var) -> int | None:
    """Which part of a tuple does a statement take out?"""
    if isinstance(s, Op) and s.op is prims.item and s.args[0] is whole and isinstance(s.args[1], Lit):
        return s.args[1].value if type(s.args[1].value) is int else None
    return None


def _only_parts(whole: Var, b: Block, found: dict[int, Var]) -> bool:
    """Is a tuple only ever taken apart? Its parts are noted, those that have a name rather than others."""
    for s in b.body:
        k = _part(s, whole)
        if k is not None:
            found[k] = s.outs[0] if k not in found or not found[k].hint else found[k]
        elif whole in own_reads(s) or not all(_only_parts(whole, inner, found) for inner in blocks(s)):
            return False
    return whole not in b.results


def _without(b: Block, whole: Var, parts: dict[int, Var], m: dict[Var, Atom]) -> Block:
    """A block without what takes parts out; `m` says what stands for them."""
    body: list[Stmt] = []
    for s in b.body:
        k = _part(s, whole)
        if k is None:
            body.append(with_blocks(s, lambda inner: _without(inner, whole, parts, m)))
        else:
            m[s.outs[0]] = parts[k]
    return Block(b.params, tuple(body), b.results)
