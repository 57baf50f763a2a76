"""How calls of certain functions are written, which are not as the operation has its arguments."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pullback.stdlib import random
from pullback.stdlib.nn.operations import OPERATIONS, POOLING
from pullback.stdlib.operations import weighted_average
from pullback.stdlib.scipy_rules.operations import weighted_logsumexp
from pullback.transpile.core import Lit, OpFunction

from .facts import as_part_of_shape, as_shape
from .script import Apply, Expr
from .syntax import call

if TYPE_CHECKING:
    from .expressions import Expressions

Form = Callable[["Expressions", Apply], Any]


def _reshaped(write: Expressions, e: Apply) -> Any:
    """A call that is given the shape of an array by the array's name."""
    return write.call(e.op, replace(e, kwargs=tuple((k, as_shape(x)) for k, x in e.kwargs)))


def _drawn(write: Expressions, e: Apply) -> Any:
    """A call that draws random numbers, of shapes of arrays by their names."""
    args = tuple(as_shape(x) for x in e.args)
    kwargs = tuple((k, as_shape(x)) for k, x in e.kwargs)
    if e.op is random.uniform:  # the bounds are operands and have places; who reads it wants their names
        usual: tuple[Any, ...] = ((), Lit(float), Lit(0.0), Lit(1.0))
        key, shape, dtype, low, high = args + usual[len(args) - 1 :]
        kwargs = tuple((k, x) for k, x, y in (("minval", low, 0.0), ("maxval", high, 1.0)) if x != Lit(y))
        args = (key, shape) if isinstance(dtype, Lit) and dtype.value is float else (key, shape, dtype)
        args = args[:1] if args[1:] in (((),), (Lit(()),)) else args
    return write.call(e.op, replace(e, args=args, kwargs=kwargs))


def _of_networks(write: Expressions, e: Apply) -> Any:
    """A call that is given lengths of axes as a part of the shape of an array, and the window by its place."""
    kwargs = {k: as_part_of_shape(x) for k, x in e.kwargs}
    window = (kwargs.pop("window"),) if e.op in POOLING and "window" in kwargs else ()
    return write.call(e.op, replace(e, args=(*e.args, *window), kwargs=tuple(kwargs.items())))


def _average(write: Expressions, e: Apply) -> Any:
    """`np.average(a, axis=k, weights=w)`."""
    given = {**dict(e.kwargs), "weights": e.args[1]}
    return call(f"{write.space.arrays()}.average", write(e.args[0]), **{k: write(x) for k, x in given.items()})


def _logsumexp(write: Expressions, e: Apply) -> Any:
    """`logsumexp(a, axis=k, b=w)`."""
    given = {**dict(e.kwargs), "b": e.args[1]}
    function = write.space.of_scipy("scipy.special", "logsumexp")
    return call(function, write(e.args[0]), **{k: write(x) for k, x in given.items()})


def _block(write: Expressions, e: Apply) -> Any:
    """`np.block([[a, b], [c, d]])`."""

    def lists(x: Expr) -> Any:
        return ast.List(list(map(lists, x)), ast.Load()) if isinstance(x, tuple) else write(x)

    return call(f"{write.space.arrays()}.block", lists(e.args[0]))


FORMS: Mapping[OpFunction, Form] = {
    np.reshape: _reshaped,
    np.block: _block,
    weighted_average: _average,
    weighted_logsumexp: _logsumexp,
    **dict.fromkeys(random.FUNCTIONS, _drawn),
    **dict.fromkeys(OPERATIONS, _of_networks),
}
