"""Calls of functions that write into their arguments: the user's own, and companions that take arguments over."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from pullback import errors
from pullback.backends import numpy as backend
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, Call, Function, If, Lit, Param, Program, Slice, Var
from tests.backends.cores import VECTOR, User, origin
from tests.backends.running import check

X = np.array([0.5, -1.0, 2.0])
STATE = ab.Mapping((("a", VECTOR), ("b", VECTOR)))
Step = Callable[..., Sequence[Any]]


def kernel(params: Sequence[Var], written: tuple[int, ...], step: Step, primal: bool = True) -> Function:
    """A function whose result is what `step` gives: its value, and the arrays that it writes."""
    c = User()
    result = c.op("", prims.make_tuple, *step(c, *params))
    block = c.block((result,), params)
    at = origin("def kernel():")
    return Function("kernel", tuple(map(Param, params)), block, at, primal=primal, module="user", written=written)


def call(c: User, f: Function, *args: Any) -> list[Var]:
    """The parts of the result of a call."""
    made = Var("", f.block.results[0].type)
    c.add(Call(made, "kernel", args, origin("kernel(a)")))
    assert isinstance(made.type, ab.Seq)
    hints = ("", *(f.params[k].var.hint for k in f.written))
    return [c.op(h, prims.item, made, k) for k, h in enumerate(hints)]


def texts(program: Program, f: Function, *args: Any, **options: Any) -> tuple[list[str], list[str]]:
    """The statements of the kernel, if it is printed, and of the program, which does what its Core means."""
    text = check(Program(program.entry, {"kernel": f}), args or (X,), **options).text
    before, _, after = text.partition("\ndef f(")
    kernel_text = before.partition("def kernel(")[2]
    return statements(kernel_text), statements(after)


def statements(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()[1:] if line.strip()]


def first_set(c: User, a: Var) -> Sequence[Any]:
    """`a[0] = 2.0`, and None as the value."""
    return None, c.op("a", prims.set_item, a, (Lit(0),), 2.0)


def scaled(c: User, a: Var, b: Var) -> Sequence[Any]:
    """`a[:] = a * b`, and the sum of `a` as the value."""
    product = c.op("", operator.mul, a, b)
    return c.op("", np.sum, a), c.op("a", prims.set_item, a, (Slice(),), product)


A, B = Var("a", VECTOR), Var("b", VECTOR)


def test_a_call_that_writes_is_a_statement() -> None:
    x, c, f = Var("x", VECTOR), User(), kernel([A], (0,), first_set)
    a = c.op("x", np.sin, x)
    _, a = call(c, f, a)
    assert texts(c.program([x], a), f)[1] == ["x = np.sin(x)", "kernel(x)", "return x"]


def test_a_value_of_a_call_that_writes_has_a_name() -> None:
    x, c, f = Var("x", VECTOR), User(), kernel([A, B], (0,), scaled)
    value, a = call(c, f, c.op("y", np.sin, x), x)
    assert texts(c.program([x], a, c.op("", operator.mul, value, 2.0)), f)[1] == [
        "y = np.sin(x)", "t = kernel(y, x)", "return y, t * 2.0",
    ]  # fmt: skip


def test_an_argument_that_a_call_writes_is_copied_once() -> None:
    x, c, f = Var("u", VECTOR), User(), kernel([A], (0,), first_set)
    (u,) = c.loop(Var("u", VECTOR), x, lambda c, u, i: call(c, f, u)[1])
    found = texts(c.program([x], u), f)[1]
    assert found == ["u = u.copy()", "for _ in range(3):", "kernel(u)", "return u"]


def test_what_is_needed_after_a_call_that_writes_it_is_copied() -> None:
    x, c, f = Var("x", VECTOR), User(), kernel([A], (0,), first_set)
    before = c.op("y", np.sin, x)
    _, after = call(c, f, before)
    found = texts(c.program([x], before, after), f)[1]
    assert sum(".copy()" in line for line in found) == 1


def test_an_array_that_is_given_twice_is_two() -> None:
    x, c, f = Var("x", VECTOR), User(), kernel([A, B], (0,), scaled)
    y = c.op("y", np.sin, x)
    _, a = call(c, f, y, y)
    assert "kernel(y, y.copy())" in texts(c.program([x], a), f)[1]


def test_a_view_that_is_given_beside_its_array_is_a_copy() -> None:
    x, c, f = Var("x", VECTOR), User(), kernel([A, B], (0,), scaled)
    y = c.op("y", np.sin, x)
    turned = c.op("", operator.getitem, y, (Slice(None, None, Lit(-1)),))
    _, a = call(c, f, y, turned)
    assert "kernel(y, y[::-1].copy())" in texts(c.program([x], a), f)[1]


def test_two_arrays_that_are_written_are_two() -> None:
    def both(c: User, a: Var, b: Var) -> Sequence[Any]:
        return None, *(c.op(v.hint, prims.add_item, v, (Lit(0),), s) for v, s in ((a, 1.0), (b, 2.0)))

    x, c, f = Var("x", VECTOR), User(), kernel([A, B], (0, 1), both)
    y = c.op("y", np.sin, x)
    _, a, b = call(c, f, y, y)
    found = texts(c.program([x], a, b), f)[1]
    assert sum(".copy()" in line for line in found) == 1


def test_a_part_of_the_result_may_be_read_more_than_once_and_late() -> None:
    x, c, f = Var("x", VECTOR), User(), kernel([A, B], (0,), scaled)
    made = Var("", f.block.results[0].type)
    c.add(Call(made, "kernel", (c.op("y", np.sin, x), x), origin("kernel(a)")))
    parts = [c.op("", prims.item, made, k) for k in (0, 1, 1, 0)]
    whole = c.op("", operator.getitem, c.op("", prims.item, made, 1), (Lit(0),))
    texts(c.program([x], *parts, whole), f)


def test_what_the_user_function_returns_may_be_a_view_of_what_it_writes() -> None:
    def with_view(c: User, a: Var) -> Sequence[Any]:
        b = c.op("a", prims.set_item, a, (Lit(0),), 2.0)
        return c.op("", operator.getitem, b, (Slice(None, Lit(2)),)), b

    x, c, f = Var("x", VECTOR), User(), kernel([A], (0,), with_view)
    view, a = call(c, f, c.op("y", np.sin, x))
    b = c.op("a", prims.set_item, a, (Lit(1),), 5.0)
    for standalone in (False, True):
        texts(c.program([x], b, c.op("", np.sum, view)), f, standalone=standalone)


def test_a_dict_whose_arrays_a_call_writes_is_copied_with_them() -> None:
    def step(c: User, state: Var) -> Sequence[Any]:
        a, b = (c.op(k, prims.item, state, k) for k in "ab")
        a = c.op("a", prims.add_item, a, (Slice(),), b)
        return None, c.op("", prims.make_dict, (Lit("a"), Lit("b")), a, b)

    state, c, f = Var("state", STATE), User(), kernel([Var("state", STATE)], (0,), step)
    _, after = call(c, f, state)
    program = c.program([state], c.op("", prims.item, after, "a"), c.op("", prims.item, after, "b"))
    for standalone in (False, True):
        found = texts(program, f, {"a": X, "b": X + 1.0}, standalone=standalone)[1]
        assert sum("deepcopy(" in line for line in found) == 1


# the user's function as text


def test_a_function_that_is_written_out_writes_into_its_argument() -> None:
    x, c, f = Var("x", VECTOR), User(), kernel([A], (0,), first_set)
    _, a = call(c, f, c.op("y", np.sin, x))
    found, _ = texts(c.program([x], a), f, standalone=True)
    assert found == ["a[0] = 2.0"]


def test_a_function_that_is_written_out_returns_its_value() -> None:
    x, c, f = Var("x", VECTOR), User(), kernel([A, B], (0,), scaled)
    value, a = call(c, f, c.op("y", np.sin, x), x)
    found, _ = texts(c.program([x], a, value), f, standalone=True)
    assert found[-2:] == ["a[:] = a * b", "return value"]


def test_an_argument_whose_last_version_is_elsewhere_is_given_it() -> None:
    def rebound(c: User, a: Var, b: Var) -> Sequence[Any]:
        return None, c.op("c", operator.mul, a, b)

    x, c, f = Var("x", VECTOR), User(), kernel([A, B], (0,), rebound)
    _, a = call(c, f, c.op("y", np.sin, x), x)
    found, _ = texts(c.program([x], a), f, standalone=True)
    assert "a[...] = c" in found


def test_arguments_that_change_places_are_both_given_what_they_get() -> None:
    def swapped(c: User, a: Var, b: Var) -> Sequence[Any]:
        return None, b, a

    x, c, f = Var("x", VECTOR), User(), kernel([A, B], (0, 1), swapped)
    _, a, b = call(c, f, c.op("y", np.sin, x), c.op("z", np.cos, x))
    texts(c.program([x], a, b), f, standalone=True)


def test_a_branch_hands_back_what_it_writes() -> None:
    def step(c: User, a: Var) -> Sequence[Any]:
        test = c.op("", operator.gt, c.op("", np.sum, a), 0.0)
        inner = User()
        b = inner.op("a", prims.set_item, a, (Lit(0),), 2.0)
        out = Var("a", VECTOR)
        c.add(If((out,), test, inner.block((b,)), Block((), (), (a,)), origin("if a:")))
        return None, out

    x, c, f = Var("x", VECTOR), User(), kernel([A], (0,), step)
    _, a = call(c, f, c.op("y", np.cos, x))
    found, _ = texts(c.program([x], a), f, standalone=True)
    assert found == ["if np.sum(a) > 0.0:", "a[0] = 2.0"]


def test_a_function_that_writes_into_a_list_of_any_length_is_not_written_out() -> None:
    kind = ab.ListOf(VECTOR)
    ws = Var("ws", kind)
    f = kernel([ws], (0,), lambda c, ws: (None, c.op("ws", prims.make_list, c.op("", prims.item, ws, 0), type=kind)))
    x, c = Var("x", kind), User()
    made = Var("", f.block.results[0].type)
    c.add(Call(made, "kernel", (x,), origin("kernel(ws)")))
    program = Program(c.program([x], c.op("", prims.item, made, 1)).entry, {"kernel": f})
    with pytest.raises(errors.NotSupportedYet, match="writes into arrays of a list"):
        backend.emit(program, standalone=True)


# companions


def companion(step: Step = first_set, written: tuple[int, ...] = (0,)) -> Function:
    return kernel([A] if step is first_set else [A, B], written, step, primal=False)


def test_a_companion_takes_over_what_it_writes() -> None:
    x, c, f = Var("u", VECTOR), User(), companion()
    (u,) = c.loop(Var("u", VECTOR), x, lambda c, u, i: call(c, f, u)[1])
    inside, found = texts(c.program([x], u), f)
    assert inside == ["a[0] = 2.0", "return None, a"]
    assert found == ["u = u.copy()", "for _ in range(3):", "_, u = kernel(u)", "return u"]


def test_a_companion_is_given_a_copy_of_what_is_needed_afterwards() -> None:
    x, c, f = Var("x", VECTOR), User(), companion()
    y = c.op("y", np.sin, x)
    _, a = call(c, f, y)
    assert "_, a = kernel(y.copy())" in texts(c.program([x], a, y), f)[1]


def test_a_companion_does_not_take_over_what_it_only_reads() -> None:
    def reading(c: User, a: Var) -> Sequence[Any]:
        return c.op("", np.sum, a), c.op("", operator.mul, a, 2.0)

    x, c = Var("x", VECTOR), User()
    f = kernel([A], (0,), reading, primal=False)
    y = c.op("y", np.sin, x)
    value, a = call(c, f, y)
    assert not any(".copy()" in line for line in texts(c.program([x], a, y, value), f)[1])


def test_parts_of_a_result_that_are_one_array_are_known_as_one() -> None:
    def twice(c: User, a: Var) -> Sequence[Any]:
        b = c.op("a", prims.set_item, a, (Lit(0),), 2.0)
        return b, b

    x, c = Var("x", VECTOR), User()
    f = kernel([A], (0,), twice, primal=False)
    first, second = call(c, f, c.op("", np.sin, x))
    third = c.op("b", prims.set_item, second, (Lit(1),), 9.0)
    texts(c.program([x], first, third), f)


def test_a_companion_that_calls_itself_takes_its_argument_over() -> None:
    n, a = Var("n", ab.INT), A
    c = User()
    test = c.op("", operator.gt, n, 0)
    inner = User()
    b = inner.op("a", prims.add_item, a, (Lit(0),), 1.0)
    made = Var("", ab.Seq("tuple", (ab.NONE, VECTOR)))
    inner.add(Call(made, "kernel", (inner.op("", operator.sub, n, 1), b), origin("kernel(n - 1, a)")))
    again = inner.op("a", prims.item, made, 1)
    out = Var("a", VECTOR)
    c.add(If((out,), test, inner.block((again,)), Block((), (), (a,)), origin("if n > 0:")))
    result = c.op("", prims.make_tuple, None, out)
    block = c.block((result,), (n, a))
    for primal in (True, False):
        f = Function(
            "kernel", (Param(n), Param(a)), block, origin("def kernel():"), primal=primal, module="user", written=(1,)
        )
        x, d = Var("x", VECTOR), User()
        after = call(d, f, Lit(3), d.op("y", np.sin, x))[1]
        inside, found = texts(d.program([x], after), f, standalone=True)
        assert not any(".copy()" in line for line in (*inside, *found))


def pullback(step: Step, dout: Var) -> Function:
    """A companion of a function that writes into its first parameter; `step` also has its `dout`."""
    return kernel([A, dout], (0,), step, primal=False)


def test_a_pullback_takes_over_the_cotangents_of_what_is_written() -> None:
    dout = Var("dout", ab.Seq("tuple", (ab.NONE, VECTOR)))

    def step(c: User, a: Var, dout: Var) -> Sequence[Any]:
        d = c.op("", operator.getitem, c.op("", prims.item, dout, 1), (Lit(0),))
        da = c.op("da", prims.item, dout, 1)
        return c.op("", operator.mul, d, c.op("", np.sum, a)), c.op("da", prims.set_item, da, (Lit(0),), 0.0)

    x, c, f = Var("x", VECTOR), User(), pullback(step, dout)

    def again(c: User, d: Var, i: Var) -> Var:
        return call(c, f, x, c.op("", prims.make_tuple, None, d))[1]

    (d,) = c.loop(Var("dx", VECTOR), c.op("dx", np.cos, x), again)
    inside, found = texts(c.program([x], d), f)
    assert inside[0] == "da = dout[1]"
    assert "da[0] = 0.0" in inside
    assert "_, dx = kernel(x, (None, dx))" in found
    assert not any(".copy()" in line for line in (*inside, *found))


def test_a_cotangent_that_is_given_twice_is_two() -> None:
    dout = Var("dout", ab.Seq("tuple", (VECTOR, VECTOR)))

    def step(c: User, a: Var, dout: Var) -> Sequence[Any]:
        parts = [c.op("d", prims.item, dout, k) for k in range(2)]
        return tuple(c.op("d", prims.add_item, d, (Lit(k),), 1.0) for k, d in enumerate(parts))

    x, c, f = Var("x", VECTOR), User(), pullback(step, dout)
    d = c.op("d", np.cos, x)
    first, second = call(c, f, x, c.op("", prims.make_tuple, d, d))
    found = texts(c.program([x], first, second), f)[1]
    assert sum(".copy()" in line for line in found) == 1
