"""Results that NumPy puts into an array that it is given: `out=`, and for ufuncs `where=` beside it.

    np.exp(x, out=y)                       ->      t = np.exp(x);  y2 = set_item(y1, (...,), t)
    np.divide(a, b, out=c, where=m)        ->      t = np.divide(a[m], b[m]);  c2 = set_item(c1, (m,), t)

What the operands hold is read before anything is written, as NumPy does it. What is left out by `where` is not
computed: from a division by zero there would come back a derivative that is no number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Lit, OpFunction, Var
from pullback.transpile.lower import flat
from pullback.transpile.lower.casting import check_axes, check_cast
from pullback.transpile.lower.containers import as_operand
from pullback.transpile.lower.parameters import default_of, parameters_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Pack, Value, static, type_of
from pullback.transpile.lower.writing import EVERYTHING, write, written_array

Keywords = Mapping[str, Value]
Operation = Callable[[Sequence[Value], Keywords], Value]
_OF_ONE_KIND: frozenset[Any] = frozenset({np.clip, np.concatenate, np.stack})  # these cast as ufuncs do


def with_output(
    scope: Scope, node: Any, op: OpFunction, args: Sequence[Value], keywords: Keywords, compute: Operation
) -> Value | None:
    """The value of a call that puts its result into an array, which is this array; None if the call does not.

    `compute` appends the operation for other arguments.
    """
    if scope.is_template or not _takes_output(op):
        return None
    args, given = list(args), dict(keywords)
    out = given.pop("out", Lit(None))
    place = op.nin if isinstance(op, np.ufunc) else _place_of_out(op)
    if len(args) > place and place >= 0:
        out, args[place] = args[place], Lit(None)
        if isinstance(op, np.ufunc):
            del args[place]
    if isinstance(out, Pack) and out.kind == "tuple" and len(out.items) == 1:
        out = out.items[0]
    if static(out) is None:
        return None
    array = written_array(scope, _place(node, args, place), out)
    where = given.pop("where", Lit(True)) if isinstance(op, np.ufunc) else Lit(True)
    if static(where) is True:
        value = compute(args, given)
        _check(scope, node, op, array, type_of(value))
        write(scope, node, array, EVERYTHING, as_operand(scope, node, value))
    else:
        _where(scope, node, op, array, [as_operand(scope, node, x) for x in args], where, given, compute)
    return out


def _takes_output(op: OpFunction) -> bool:
    if isinstance(op, np.ufunc):
        return True
    has_out = _place_of_out(op) >= 0 or default_of(op, "out") is None
    return has_out and (getattr(op, "__module__", None) or "").partition(".")[0] == "numpy"


def _place_of_out(op: OpFunction) -> int:
    names = parameters_of(op).names
    return names.index("out") if "out" in names else -1


def _place(node: Any, args: Sequence[Value], place: int) -> Any:
    """The node of the array that is written."""
    found = next((k.value for k in getattr(node, "keywords", ()) if k.arg == "out"), None)
    nodes = getattr(node, "args", ())
    return found or (nodes[place] if 0 <= place < len(nodes) else node)


def _check(scope: Scope, node: Any, op: OpFunction, array: Var, result: ab.Type) -> None:
    """Refuse what NumPy does not put into this array, or computes in another way for its sake."""
    if isinstance(op, np.ufunc) or op in _OF_ONE_KIND:
        check_cast(scope, node, array.type, result)
        check_axes(scope, node, array.type, result)
        return
    have, new = getattr(array.type, "dtype", None), getattr(result, "dtype", None)
    if have is None or new is None:
        hint = "An annotation or a signature gives it."
        scope.refuse(node, "the dtype of `out` or of the result is not known", hint, errors.SignatureNeeded)
    axes, result_axes = ab.rank(array.type), ab.rank(result)
    if have != new or (None not in (axes, result_axes) and axes != result_axes):
        message = "`out` has another dtype or other axes than the result"
        scope.refuse(node, message, "Assign instead: `out[...] = f(...)`.")


def _where(
    scope: Scope,
    node: Any,
    op: OpFunction,
    array: Var,
    operands: Sequence[Atom],
    where: Value,
    keywords: Keywords,
    compute: Operation,
) -> None:
    """`out[where] = op(operands[where])`."""
    mask = as_operand(scope, node, where)
    if ab.kind_of(mask.type) != "bool" or getattr(op, "signature", None) is not None:
        scope.refuse(node, "this form of `where` is not supported yet", "Give an array of Booleans.")
    mask = _spread(scope, node, mask, array)
    wide = (x if ab.rank(x.type) == 0 else _spread(scope, node, x, array) for x in operands)
    chosen = [x if ab.rank(x.type) == 0 else scope.op(operator.getitem, (x, (mask,)), (), "", node) for x in wide]
    value = compute(chosen, keywords)
    check_cast(scope, node, array.type, type_of(value))
    write(scope, node, array, (mask,), as_operand(scope, node, value))


def _spread(scope: Scope, node: Any, x: Atom, like: Var) -> Atom:
    """An operand in the shape of the array that takes the result."""
    if flat.of_one_length(x.type, like.type):
        return x
    shape = tuple(scope.op(prims.dim, (like, Lit(k)), (), "", node) for k in range(flat.axes_of(scope, node, like)))
    return scope.op(np.broadcast_to, (x,), (("shape", shape),), "", node)
