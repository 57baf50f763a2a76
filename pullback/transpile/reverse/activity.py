"""Which values depend on the parameters that are differentiated, and which of those the result depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pullback.stdlib import registry
from pullback.transpile.abstract import differentiable, kind_of
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Def,
    Effect,
    For,
    If,
    Op,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import free, variables


def varied(block: Block, seeds: Iterable[Var]) -> set[Var]:
    """The values that carry a derivative with respect to `seeds`: they depend on them, and their type allows it."""
    found = {v for v in seeds if differentiable(v.type)}
    _vary_block(block, found)
    return found


def _vary_block(block: Block, found: set[Var]) -> None:
    for s in block.body:
        _vary(s, found)


def _vary(s: Stmt, found: set[Var]) -> None:
    match s:
        case Op():
            if differentiable(s.out.type) and not _is_constant(s) and any(v in found for v in given(s)):
                found.add(s.out)
        case Call():
            if differentiable(s.out.type) and any(v in found for v in variables(s.args)):
                found.add(s.out)
        case If():
            _vary_block(s.then, found)
            _vary_block(s.orelse, found)
            for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=True):
                _flow((x, y), o, found)
        case For():
            for p, a in zip(s.item_params, s.items, strict=True):
                _flow((a,), p, found)
            _vary_loop(s, found)
        case While():
            _vary_loop(s, found)
        case Def():
            _vary_block(s.block, found)
        case Effect():
            pass


def _is_constant(s: Op) -> bool:
    """Has an operation the derivative zero? The sign of a complex number is its direction, which has another one."""
    return registry.is_constant(s.op) and not (s.op is np.sign and kind_of(s.out.type) == "complex")


def given(s: Op) -> Iterator[Var]:
    """The variables that an operation reads, also under the names of static arguments: these must not be active."""
    yield from variables(s.args)
    for _, x in s.kwargs:
        yield from variables(x)


def _vary_loop(s: For | While, found: set[Var]) -> None:
    """Round the loop until nothing new depends on the seeds."""
    while True:
        before = len(found)
        for p, a, r in zip(s.carried, s.inits, s.body.results, strict=False):
            _flow((a, r), p, found)
        _vary_block(s.body, found)
        if len(found) == before:
            break
    for o, r in zip(s.outs, s.body.results, strict=True):
        _flow((r,), o, found)
    for o, a in zip(s.outs, s.inits, strict=False):
        _flow((a,), o, found)


def _flow(sources: tuple[Atom, ...], to: Var, found: set[Var]) -> None:
    if differentiable(to.type) and any(v in found for v in sources):
        found.add(to)


def useful(block: Block, results: Iterable[Atom]) -> set[Var]:
    """The values through which the derivative of `results` may flow back."""
    found = {v for v in results if isinstance(v, Var)}
    _use_block(block, found)
    return found


def _use_block(block: Block, found: set[Var]) -> None:
    for s in reversed(block.body):
        _use(s, found)


def _use(s: Stmt, found: set[Var]) -> None:
    match s:
        case Op():
            if s.out in found and not _is_constant(s):
                found.update(v for v in given(s) if differentiable(v.type))
        case Call():
            if s.out in found:
                found.update(v for v in variables(s.args) if differentiable(v.type))
        case If():
            for b in (s.then, s.orelse):
                found.update(v for o, v in zip(s.outs, b.results, strict=True) if o in found and isinstance(v, Var))
                _use_block(b, found)
        case For() | While():
            _use_loop(s, found)
        case Def():
            _use_block(s.block, found)
        case Effect():
            pass


def _use_loop(s: For | While, found: set[Var]) -> None:
    found.update(v for o, v in zip(s.outs, s.body.results, strict=True) if o in found and isinstance(v, Var))
    while True:
        before = len(found)
        for p, r in zip(s.carried, s.body.results, strict=False):
            if p in found and isinstance(r, Var):
                found.add(r)
        _use_block(s.body, found)
        if len(found) == before:
            break
    for p, o, a in zip(s.carried, s.outs, s.inits, strict=False):
        if (p in found or o in found) and isinstance(a, Var):
            found.add(a)
    if isinstance(s, For):
        found.update(v for p, v in zip(s.item_params, s.items, strict=True) if p in found and isinstance(v, Var))


def active_free(blocks: Iterable[Block], active: set[Var]) -> list[Var]:
    """The active values that blocks read from around them, in order."""
    return [v for v in dict.fromkeys(x for b in blocks for x in free(b)) if v in active]
