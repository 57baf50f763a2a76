"""What is done for its effect to trees of `ast`: `assert`, `raise`, `x.a = v`, and calls whose value nobody reads.

    Act("raise", ((ValueError, message),))          raise ValueError(message)
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pullback import runtime
from pullback.transpile import marks
from pullback.transpile.core import Lit

from .script import Act, Expr
from .syntax import call

if TYPE_CHECKING:
    from .building import Builder


def act(b: Builder, s: Act) -> None:
    """Add what an operation with an effect is written as."""
    if s.op in marks.OPENING or s.op in marks.CLOSING:
        b.marks.act(s)
    elif s.op == "assert":
        test, *message = (b.write(x) for x in s.args)
        b.put(ast.Assert(test, message[0] if message else None), s.origin)
    elif s.op == "raise":
        causes = [_exception(b, x) for _, x in s.kwargs if isinstance(x, tuple)]
        b.put(ast.Raise(_exception(b, s.args) if s.args else None, *causes or [None]), s.origin)
    elif s.op == "set_attribute":
        owner, attribute, value = s.args
        assert isinstance(attribute, Lit)
        assert isinstance(attribute.value, str)
        target = ast.Attribute(b.write(owner), attribute.value, ast.Store())
        b.put(ast.Assign([target], b.write(value)), s.origin)
    else:
        space = b.write.space
        function = space.helper(s.op) if s.op in runtime.__all__ else space.builtin(s.op)
        kwargs = {k: b.write(x) for k, x in s.kwargs}
        b.put(ast.Expr(call(function, *map(b.write.argument, s.args), **kwargs)), s.origin)


def _exception(b: Builder, made: tuple[Expr, ...]) -> Any:
    """An exception: its class and the arguments of that, or what there is in its place."""
    first, *args = made
    is_class = isinstance(first, Lit) and isinstance(first.value, type)
    return call(b.write(first), *map(b.write, args)) if is_class else b.write(first)
