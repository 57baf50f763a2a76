"""Short programs that write into arrays, as text: their values bit for bit, their derivatives, or their refusals."""

from __future__ import annotations

import copy
from typing import Any

from pullback import errors
from tests.differences import is_float, leaves
from tests.inplace.checks import assert_right
from tests.transpile.lowering import agrees, live, pointed_at, refused

Right = tuple[str, str, tuple[Any, ...]]  # parameters, body, arguments
Refused = tuple[str, str, tuple[Any, ...], str, str, str]  # and message, marked text, hint


def text_of(parameters: str, body: str) -> str:
    """The text of the function `f`."""
    return f"def f({parameters}):\n" + "".join(f"    {line}\n" for line in body.split("\n"))


def check_right(case: Right) -> None:
    """Core computes what Python does, and the derivative is right if there is one."""
    parameters, body, args = case
    text = text_of(parameters, body)
    agrees(text, args)
    f = live(text)
    if any(map(is_float, leaves(list(args)))) and any(map(is_float, leaves(f(*copy.deepcopy(args))))):
        assert_right(f, args)


def check_refused(case: Refused, cls: type[errors.PullbackError] = errors.NotSupportedYet) -> None:
    """The refusal has this text, marks this part of the line and shows this way round."""
    parameters, body, args, message, marked, hint = case
    error = refused(text_of(parameters, body), *args, cls=cls)
    assert error.message == message
    assert pointed_at(error) == marked
    assert error.hint == hint
