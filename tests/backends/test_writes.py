"""The user's writes, forwards: every form as the user wrote it, in place, and one copy where there has to be one."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, Effect, If, Lit, Program, Slice, Var
from tests.backends.cores import MATRIX, VECTOR, N, User, origin
from tests.backends.running import statements

X = np.array([0.5, -1.0, 2.0, 0.25])
M = np.outer(X, X + 1.0) + np.eye(4)
K = np.array([0, 2, 0])
INDICES = ab.Array("int64", (ab.Dim("k", 0, True),))
ALL, EVERY = (Lit(...),), (Slice(),)
SIGNS: dict[Callable[..., Any], str] = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.mod: "%",
    operator.floordiv: "//",
}  # fmt: skip


def lines(program: Program, *args: Any) -> list[str]:
    """The statements of a text that does what its Core means."""
    return statements(program, *(args or (X,)))


def vector() -> tuple[Var, User]:
    return Var("x", VECTOR), User()


# forms


@pytest.mark.parametrize("op", SIGNS)
def test_an_element_is_updated_as_the_user_wrote_it(op: Any) -> None:
    (x, c), v = vector(), Var("v", ab.FLOAT)
    c.says(f"x[1] {SIGNS[op]}= v")
    y = c.update("x", x, (Lit(1),), op, v)
    assert lines(c.program([x, v], y), X, 0.3) == ["x = x.copy()", f"x[1] {SIGNS[op]}= v", "return x"]


def test_what_the_user_wrote_out_stays_so() -> None:
    x, c = vector()
    y = c.says("x[1] = x[1] * 2.0").update("x", x, (Lit(1),), operator.mul, 2.0)
    assert "x[1] = x[1] * 2.0" in lines(c.program([x], y))


def test_an_index_with_spaces_is_one() -> None:
    m, c = Var("m", MATRIX), User()
    y = c.says("m[1, 2] *= 2.0").update("m", m, (Lit(1), Lit(2)), operator.mul, 2.0)
    assert "m[1, 2] *= 2.0" in lines(c.program([m], y), M)


def test_an_index_that_is_read_from_an_array_is_read_once() -> None:
    (x, c), k = vector(), Var("k", INDICES)
    c.says("x[k[1]] *= 2.0")
    at = c.op("", operator.getitem, k, (Lit(1),))
    y = c.update("x", x, (at,), operator.mul, 2.0)
    assert "x[k[1]] *= 2.0" in lines(c.program([x, k], y), X, K)


@pytest.mark.parametrize(("line", "found"), [("x[1] -= s", "x[1] -= np.sum(x)"), ("x[1] += -s", "x[1] += -np.sum(x)")])
def test_a_minus_sign_stands_where_the_user_put_it(line: str, found: str) -> None:
    x, c = vector()
    value = c.says(line).op("", operator.neg, c.op("", np.sum, x))
    assert found in lines(c.program([x], c.op("x", prims.add_item, x, (Lit(1),), value)))


def test_a_number_that_is_taken_away_has_its_sign_back() -> None:
    x, c = vector()
    y = c.says("x[1] -= 2.0").op("x", prims.add_item, x, (Lit(1),), -2.0)
    assert "x[1] -= 2.0" in lines(c.program([x], y))


def test_repeated_integers_change_an_element_once_by_an_operator() -> None:
    (x, c), k = vector(), Var("k", INDICES)
    y = c.says("x[k] += 2.0").update("x", x, (k,), operator.add, 2.0)
    assert "x[k] += 2.0" in lines(c.program([x, k], y), X, K)


def test_repeated_integers_count_each_time_by_add_item() -> None:
    (x, c), k = vector(), Var("k", INDICES)
    y = c.says("np.add.at(x, k, 2.0)").op("x", prims.add_item, x, (k,), 2.0)
    assert "np.add.at(x, k, 2.0)" in lines(c.program([x, k], y), X, K)


def test_a_mask_is_updated_by_any_operator() -> None:
    x, c = vector()
    mask = c.says("x[x > 0.0] *= 2.0").op("", operator.gt, x, 0.0)
    assert "x[x > 0.0] *= 2.0" in lines(c.program([x], c.update("x", x, (mask,), operator.mul, 2.0)))


@pytest.mark.parametrize(("index", "text"), [(ALL, "x[...] = 2.0"), (EVERY, "x[:] = 2.0")])
def test_a_whole_array_is_assigned(index: Any, text: str) -> None:
    x, c = vector()
    assert text in lines(c.program([x], c.op("x", prims.set_item, x, index, 2.0)))


def test_a_whole_array_is_updated() -> None:
    m, c = Var("m", MATRIX), User().says("m *= 2.0")
    y = c.op("m", prims.set_item, m, ALL, c.op("", operator.mul, m, 2.0))
    assert lines(c.program([m], y), M) == ["m = np.copy(m)", "m *= 2.0", "return m"]


def test_a_whole_slice_is_updated_as_a_slice() -> None:
    x, c = vector()
    assert "x[:] /= 2.0" in lines(c.program([x], c.says("x[:] /= 2.0").update("x", x, EVERY, operator.truediv, 2.0)))


def test_an_updated_matrix_keeps_its_order_in_memory() -> None:
    """Operands in another order would give a result in another one, and its sum other bits."""
    m, w, c = Var("m", MATRIX), Var("w", MATRIX), User().says("m *= w")
    y = c.op("", np.sum, c.op("m", operator.mul, m, w))
    assert "m *= w" in lines(c.program([m, w], y), np.asfortranarray(M), M + 1.0)


def test_backward_code_updates_where_the_dtype_stays() -> None:
    x, c = Var("x", VECTOR), User()
    d = c.op("d", np.sin, x)
    c.adjoint = True
    assert "d[1] *= 2.0" in lines(c.program([x], c.update("d", d, (Lit(1),), operator.mul, 2.0)))


def test_backward_code_does_not_update_integers_by_floats() -> None:
    x, c = Var("x", ab.Array("int64", (N,))), User()
    d = c.op("d", operator.add, x, 1)
    c.adjoint = True
    found = lines(c.program([x], c.update("d", d, (Slice(),), operator.mul, 2.5)), np.arange(4))
    assert "d[:] = d[:] * 2.5" in found


# through views


@pytest.mark.parametrize(
    ("via", "index", "line"),
    [
        (((Lit(operator.getitem), (Slice(Lit(1), Lit(3)),)),), (Lit(0),), "m[1:3][0] = 2.0"),
        (((Lit(np.transpose),),), (Lit(0), Lit(1)), "m.T[0, 1] = 2.0"),
        (((Lit(np.swapaxes), Lit(0), Lit(1)),), (Lit(0),), "m.swapaxes(0, 1)[0] = 2.0"),
        (((Lit(np.swapaxes), Lit(0), Lit(1)),), (Lit(0),), "np.swapaxes(m, 0, 1)[0] = 2.0"),
        (((Lit(np.reshape), Lit(-1)),), (Lit(3),), "m.reshape(-1)[3] = 2.0"),
        (((Lit(operator.getitem), (Lit(1),)), (Lit(operator.getitem), (Slice(None, None, Lit(-1)),))), (Lit(0),),
         "m[1][::-1][0] = 2.0"),
        (((Lit(np.transpose),), (Lit(operator.getitem), (Lit(1),))), EVERY, "m.T[1][:] = 2.0"),
    ],
)  # fmt: skip
def test_a_write_through_views_reads_as_the_user_wrote_it(via: Any, index: Any, line: str) -> None:
    m, c = Var("m", MATRIX), User().says(line)
    assert line in lines(c.program([m], c.op("m", prims.set_item, m, index, 2.0, via=via)), M)


def test_an_update_through_a_view() -> None:
    m, c = Var("m", MATRIX), User().says("m.T[1] *= 2.0")
    y = c.update("m", m, (Lit(1),), operator.mul, 2.0, via=((Lit(np.transpose),),))
    assert "m.T[1] *= 2.0" in lines(c.program([m], y), M)


def test_repeated_integers_of_a_view_count_each_time() -> None:
    m, k, c = Var("m", MATRIX), Var("k", INDICES), User()
    y = c.op("m", prims.add_item, m, (k,), 2.0, via=((Lit(operator.getitem), (Lit(1),)),))
    assert "np.add.at(m[1], k, 2.0)" in lines(c.program([m, k], y), M, K)


def test_what_a_view_is_made_with_is_read_by_the_write() -> None:
    m, x, c = Var("m", MATRIX), Var("x", VECTOR), User()
    row = c.op("", int, c.op("", operator.getitem, x, (Lit(2),)))
    y = c.op("m", prims.set_item, m, (Lit(0),), 2.0, via=((Lit(operator.getitem), (row,)),))
    assert "m[int(x[2])][0] = 2.0" in lines(c.program([m, x], y), M, X)


# one copy of an argument


def test_an_argument_is_copied_where_the_function_begins() -> None:
    x, c = vector()
    n = c.op("n", prims.dim, x, 0)
    y = c.op("x", prims.set_item, x, (Lit(0),), n)
    assert lines(c.program([x], y)) == ["x = x.copy()", "n = x.shape[0]", "x[0] = n", "return x"]


def test_an_argument_that_one_branch_writes_is_copied_once() -> None:
    x, c = vector()
    test = c.op("", operator.gt, c.op("", np.sum, x), 0.0)
    inner = User()
    y = inner.op("x", prims.set_item, x, (Lit(0),), 2.0)
    out = Var("x", VECTOR)
    c.add(If((out,), test, inner.block((y,)), Block((), (), (x,)), origin("if a:")))
    z = c.op("x", prims.set_item, out, (Lit(1),), 3.0)
    found = lines(c.program([x], z))
    assert found == ["x = x.copy()", "if np.sum(x) > 0.0:", "x[0] = 2.0", "x[1] = 3.0", "return x"]


def test_an_argument_that_is_read_after_the_write_stays_as_it_is() -> None:
    x, c = vector()
    y = c.op("x", prims.set_item, x, (Lit(0),), 2.0)
    found = lines(c.program([x], y, c.op("s", np.sum, x)))
    assert sum(".copy()" in line for line in found) == 1
    assert "s = np.sum(x)" in found


def test_arguments_are_checked_before_they_are_copied() -> None:
    (x, c), y = vector(), Var("y", VECTOR)
    c.add(Effect("require_separate", (Lit(1), x, y), origin()))
    z = c.op("x", prims.set_item, x, (Lit(0),), c.op("", np.sum, y))
    assert lines(c.program([x, y], z), X, X + 1.0)[:2] == ["require_separate(1, x, y)", "x = x.copy()"]


def test_nested_loops_write_one_array_under_one_name() -> None:
    x, c = vector()

    def once(c: User, u: Var, i: Var) -> Var:
        return c.says("x[i] += 1.0").op("x", prims.add_item, u, (i,), 1.0)

    def twice(c: User, u: Var, i: Var) -> Var:
        return c.loop(Var("x", VECTOR), u, once)[0]

    def thrice(c: User, u: Var, i: Var) -> Var:
        return c.loop(Var("x", VECTOR), u, twice)[0]

    (y,) = c.loop(Var("x", VECTOR), x, thrice)
    found = lines(c.program([x], y))
    assert found[0] == "x = x.copy()"
    assert found[-2:] == ["x[i] += 1.0", "return x"]
    assert len(found) == 6


def test_shapes_are_asked_of_what_the_array_is_by_then() -> None:
    x, c = vector()
    a = c.op("a", np.sin, x)
    b = c.op("a", prims.set_item, a, (Lit(0),), 2.0)
    found = lines(c.program([x], b, c.op("z", np.zeros_like, a), c.op("n", prims.dim, a, 0)))
    assert not any(".copy()" in line for line in found)
