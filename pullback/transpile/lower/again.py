"""`for t in checkpoint(range(n), every=k)`: a loop whose adjoint runs it a second time, piece by piece."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gast

from pullback import control
from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Lit
from pullback.transpile.lower.containers import as_atom
from pullback.transpile.lower.headers import Iteration, Unrolled
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import static


def checkpointed(scope: Scope, node: Any) -> tuple[Any, Atom | None]:
    """What a loop runs over, without `checkpoint`, and after how many iterations that keeps what goes round."""
    if not isinstance(node, gast.Call) or not _is_checkpoint(scope, node.func):
        return node, None
    if len(node.args) not in (1, 2) or any(k.arg != "every" for k in node.keywords) or len(node.keywords) > 1:
        scope.refuse(node, "checkpoint takes a range, and perhaps `every`", "This raises TypeError in Python.")
    given = [*node.args[1:], *(k.value for k in node.keywords)]
    if not given:
        return node.args[0], Lit(0)
    every = as_atom(scope, given[0], scope.expression(given[0]))
    if ab.kind_of(every.type) != "int" or isinstance(n := static(every), int) and n < 1:
        scope.refuse(given[0], "`every` is no positive integer", "It is a number of iterations.")
    return node.args[0], every


def _is_checkpoint(scope: Scope, node: Any) -> bool:
    name = node.value if isinstance(node, gast.Attribute) else node
    if not isinstance(name, gast.Name) or not scope.is_global(name.id):
        return False
    found = scope.expression(node)
    return isinstance(found, Lit) and found.value is control.checkpoint


def with_checkpoints(scope: Scope, s: Any, over: Unrolled | Iteration, every: Atom) -> Unrolled | Iteration:
    """The header of a loop that is to be run again; one that is written out stays as it is."""
    if isinstance(over, Unrolled):
        return over
    source = over.source
    if source is None or over.items or over.reverse:
        scope.refuse(s.iter, "checkpoint of something else than a range is not supported yet", "Loop over a range.")
    if not isinstance(source.step, Lit):
        scope.refuse(s.iter, "checkpoint of a range with a step of the run is not supported yet", "Write the step out.")
    return replace(over, again=every)
