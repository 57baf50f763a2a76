"""How branches fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pullback.transpile import abstract as ab
from pullback.transpile.core import If, Lit, Op, Var

from .script import Apply, Branch, Choice, Expr
from .waiting import Frame, Mode, Reader
from .width import width

if TYPE_CHECKING:
    from .folding import Folder


def branch(folder: Folder, s: If, slot: int, frame: Frame) -> None:
    """Fold an `if` into the slot of a frame: as an expression, with returns in its branches, or as it is."""
    tail = frame.mode == "return" and slot == len(frame.block.body) and frame.results == s.outs
    reader = folder.waiting.reader(s, frame)
    if len(s.outs) == 1 and not (tail and _is_statement(s)) and not (s.outs[0].hint and _is_statement(s)):
        chosen = choice(folder, s, reader)
        if chosen is not None:
            folder.bind(s, s.outs[0], chosen, slot, frame)
            return
    cond = folder.waiting.expression(lambda: folder.waiting.arg(s.cond, reader), frame.room - 4)
    mode: Mode = "return" if tail else "keep"
    then = folder.body(s.then, s.then.results, frame.depth + 1, frame.loops, mode)
    orelse = folder.body(s.orelse, s.orelse.results, frame.depth + (not tail), frame.loops, mode)
    frame.slots[slot].append(Branch(() if tail else s.outs, cond, then, orelse, s.origin, skips=s.skips))
    if not tail:
        for o in s.outs:
            folder.append(frame, slot, o, o, s.origin)


def choice(folder: Folder, s: If, reader: Reader) -> Expr | None:
    """A branch as a conditional expression; None where it needs statements."""
    if s.tries or not _small(s):
        return None
    frame = reader.frame
    then, orelse = (folder.body(b, b.results, frame.depth + 1, frame.loops, "fold") for b in (s.then, s.orelse))
    if then.statements or orelse.statements:
        return None
    boolean = isinstance(s.outs[0].type, ab.Scalar) and s.outs[0].type.kind == "bool"
    if not boolean and (_chooses(then.results[0]) or _chooses(orelse.results[0]) and not _is_chain(orelse.results[0])):
        return None
    room = folder.waiting.room(s.outs[0], frame)
    folder.waiting.taken = []
    made = Choice(folder.waiting.arg(s.cond, reader), then.results[0], orelse.results[0])
    if width(made) > room:
        return None
    folder.waiting.consume()
    return made


def _is_statement(s: If) -> bool:
    return not s.origin.adjoint and s.origin.text.lstrip().startswith(("if ", "if(", "elif", "case"))


def _small(s: If, limit: int = 6) -> bool:
    for b in (s.then, s.orelse):
        for inner in b.body:
            limit -= 1
            if limit < 0 or not (
                isinstance(inner, Op) or isinstance(inner, If) and len(inner.outs) == 1 and _small(inner, limit)
            ):
                return False
    return True


def _chooses(e: Expr) -> bool:
    match e:
        case Choice():
            return True
        case Apply():
            return any(map(_chooses, e.args))
        case tuple():
            return any(map(_chooses, e))
    return False


def _is_chain(e: Expr) -> bool:
    """`a if b else c if d else e`, of plain values."""
    if not isinstance(e, Choice) or not isinstance(e.then, Lit | Var):
        return False
    return isinstance(e.orelse, Lit | Var) or _is_chain(e.orelse)
