"""How wide an expression will be in text, about: names are not chosen yet."""

from __future__ import annotations

import operator

from pullback.transpile import prims
from pullback.transpile.core import Global, Lit, Var

from .facts import BINARY, COMPARE, UNARY, is_plain_transpose
from .script import Apply, Choice, Cut, Expr, Invoke

LINE = 88


def width(e: Expr | None) -> int:
    """Columns that an expression takes, within a few."""
    match e:
        case None:
            return 0
        case Var():
            return len(e.hint) or 1
        case Lit():
            return len(e.text or repr(e.value))
        case Global():
            return len(e.name)
        case tuple():
            return sum(map(width, e)) + 2 * max(len(e) - 1, 0)
        case Cut():
            return width(e.lower) + width(e.upper) + 1 + (1 + width(e.step) if e.step is not None else 0)
        case Choice():
            return width(e.cond) + width(e.then) + width(e.orelse) + 10
        case Invoke():
            return len(e.function) + 2 + sum(map(width, e.args)) + 2 * max(len(e.args) - 1, 0)
        case Apply():
            return _apply(e)


def _apply(e: Apply) -> int:
    op, args = e.op, e.args
    sign = BINARY.get(op) or COMPARE.get(op)
    if sign is not None and len(args) == 2:
        grouped = (
            sum(2 for x in args if isinstance(x, Apply) and x.op in (operator.add, operator.sub))
            if sign in "*/@**"
            else 0
        )
        return width(args[0]) + width(args[1]) + len(sign) + 2 + grouped
    if op in UNARY:
        return len(UNARY[op]) + width(args[0])
    if op is operator.getitem or op is prims.item:
        return width(args[0]) + width(args[1]) + 2
    if op is prims.dim:
        return width(args[0]) + 9
    if is_plain_transpose(op, args, e.kwargs):
        return width(args[0]) + 2
    inner = sum(width(x) + 2 for x in args) + sum(len(k) + 3 + width(x) for k, x in e.kwargs)
    if op is prims.make_tuple:
        return inner
    if op is prims.make_dict:
        keys = args[0] if isinstance(args[0], tuple) else ()
        return inner + 2 * len(keys)
    name = getattr(op, "__name__", "")
    return len(name) + 3 + inner
