"""What must come of a program that changes arrays in place, in every way that code is generated for it."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback import errors
from pullback.transpile.abstract import UNKNOWN, Type
from pullback.transpile.load import load
from pullback.transpile.parse.live import from_function
from pullback.transpile.pipeline import transpile
from pullback.transpile.request import Request
from pullback.transpile.signature import type_of_value
from tests.behaviour import assert_behaves, identical, with_floats
from tests.differences import assert_pullback, copied, is_float, leaves, map_leaves
from tests.inplace.cases import Case

STEPS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)


def assert_right(f: Callable[..., Any], args: Sequence[Any]) -> None:
    """The derivative is as it must be, as it is made for a user, without the optimiser, and without types."""
    assert_behaves(f, *args, steps=STEPS)
    assert_right_from(pullback_of(f, types_of(f, args), args, optimise=False), f, args)
    assert_gradient_right(f, args)
    assert_right_or_refused_without_types(f, args)


def assert_gradient_right(f: Callable[..., Any], args: Sequence[Any]) -> None:
    """If the result is a number: so is the gradient, in which the cotangent 1.0 is not multiplied by."""
    value = f(*copied(list(args)))
    if isinstance(value, tuple | list | dict) or np.shape(value) != () or not is_float(value):
        return
    source = from_function(f)
    request = Request("value_and_grad", with_floats(args), False)
    derivative = load(transpile(source, types_of(f, args), request), source)
    given = copied(list(args))
    out, gradients = derivative(*given)
    assert identical(out, value)
    assert identical(given, copied(list(args)))
    ct = map_leaves(lambda x: np.ones_like(x) if isinstance(x, np.ndarray) else type(x)(1.0), value)
    assert_pullback(f, args, with_floats(args), ct, gradients, seed=1, steps=STEPS)


def assert_right_or_refused_without_types(f: Callable[..., Any], args: Sequence[Any]) -> None:
    """Code for arguments of any type: right, or it says what it must know."""
    try:
        general = pullback_of(f, [UNKNOWN for _ in args], args)
        assert_right_from(general, f, args, typed=False)
    except errors.PullbackError:
        return


def types_of(f: Callable[..., Any], args: Sequence[Any]) -> list[Type]:
    """The types of the arguments of a call."""
    return [type_of_value(a, n) for a, n in zip(args, inspect.signature(f).parameters, strict=False)]


def pullback_of(
    f: Callable[..., Any], types: Sequence[Type], args: Sequence[Any], *, optimise: bool = True
) -> Callable[..., Any]:
    """The derivative `args -> (out, pull)` for parameters of these types."""
    source = from_function(f)
    request = Request("vjp", with_floats(args), False, optimise=optimise)
    return load(transpile(source, types, request), source)


def assert_right_from(
    derivative: Callable[..., Any], f: Callable[..., Any], args: Sequence[Any], *, typed: bool = True
) -> None:
    """The value that `derivative` gives is the primal's, its pullback is right, and the arguments are left alone.

    General code, which is not `typed`, may give NumPy's number for Python's.
    """
    value = copy.deepcopy(f(*copied(list(args))))
    rng = np.random.default_rng(1)
    ct = map_leaves(lambda x: _cotangent(x, rng), value)
    given = copied(list(args))
    out, pull = derivative(*given)
    gradients = pull(ct)
    if typed:
        assert identical(out, value)
    else:
        assert all(np.array_equal(a, b) for a, b in zip(leaves(out), leaves(value), strict=True))
    assert identical(given, copied(list(args)))
    assert_pullback(f, args, with_floats(args), ct, gradients, seed=1, steps=STEPS)


def _cotangent(x: Any, rng: np.random.Generator) -> Any:
    if not is_float(x):
        return None
    ct = rng.standard_normal(np.shape(x))
    return ct.astype(x.dtype) if isinstance(x, np.ndarray) else type(x)(ct)


def assert_refused(case: Case) -> None:
    """The derivative is refused, with the text and mark that are expected of it; `or_right` also accepts it right."""
    error = refusal(case)
    if error is None:
        assert case.or_right, "was not refused"
    else:
        assert_refusal(case, error)


def assert_refusal(case: Case, error: errors.PullbackError) -> None:
    """An error is the one that is expected of a program."""
    assert case.refusal is not None
    cls, text, marked = case.refusal
    assert type(error) is cls, error
    assert text in error.message, error
    if marked is None:
        return
    assert error.file == inspect.getsourcefile(case.f), error
    assert error.source_line[error.col - 1 : error.end_col - 1] == marked, error
    assert error.hint, error


def refusal(case: Case) -> errors.PullbackError | None:
    """The error by which a program is refused, None where it differentiates."""
    try:
        assert_right(case.f, case.args)
    except errors.PullbackError as error:
        return error
    return None
