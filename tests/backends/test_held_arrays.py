"""Arrays that are written while something of them is still needed: what is copied, and what stays in place."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, For, If, Lit, Program, Range, Slice, Var
from tests.backends.cores import MATRIX, VECTOR, Code, User, origin
from tests.backends.running import statements

X = np.array([0.5, -1.0, 2.0, 0.25])
M = np.outer(X, X + 1.0) + np.eye(4)
K = np.array([0, 2, 0])
INDICES = ab.Array("int64", (ab.Dim("k", 0, True),))
ALL, EVERY = (Lit(...),), (Slice(),)


def lines(program: Program, *args: Any) -> list[str]:
    """The statements of a text that does what its Core means."""
    return statements(program, *(args or (X,)))


def vector() -> tuple[Var, User]:
    return Var("x", VECTOR), User()


# what is held


def test_a_view_that_is_needed_later_is_copied_and_not_its_array() -> None:
    x, c = Var("u", VECTOR), User()

    def step(c: User, u: Var, i: Var) -> Var:
        edge = c.op("edge", operator.getitem, u, (Slice(Lit(0), Lit(2)),))
        v = c.op("u", prims.set_item, u, (Lit(0),), 2.0)
        return c.op("u", prims.add_item, v, (Slice(Lit(2), Lit(4)),), edge)

    (y,) = c.loop(Var("u", VECTOR), x, step)
    assert lines(c.program([x], y)) == [
        "u = u.copy()", "for _ in range(3):", "edge = u[0:2].copy()", "u[0] = 2.0", "u[2:4] += edge", "return u",
    ]  # fmt: skip


def test_a_view_that_is_not_needed_later_is_no_copy() -> None:
    x, c = vector()
    a = c.op("a", np.sin, x)
    edge = c.op("edge", operator.getitem, a, (Slice(Lit(0), Lit(2)),))
    s = c.op("s", np.sum, edge)
    found = lines(c.program([x], c.op("a", prims.set_item, a, (Lit(0),), s)))
    assert not any(".copy()" in line for line in found)


@pytest.mark.parametrize(
    "view",
    [
        lambda c, a: c.op("h", operator.getitem, a, (Slice(None, None, Lit(-1)),)),
        lambda c, a: c.op("h", prims.alias, a),
        lambda c, a: c.op("h", np.reshape, a, (Lit(2), Lit(2))),
        lambda c, a: c.op("h", operator.getitem, c.op("g", operator.getitem, a, EVERY), (Slice(Lit(1), Lit(3)),)),
        lambda c, a: c.op("h", np.expand_dims, a, 0),
    ],
)
def test_a_held_view_is_what_it_was(view: Any) -> None:
    x, c = vector()
    a = c.op("a", np.sin, x)
    held = view(c, a)
    b = c.op("a", prims.set_item, a, EVERY, 7.0)
    lines(c.program([x], b, c.op("t", np.cos, held)))


def test_a_slice_on_a_tape_is_copied_and_not_its_array() -> None:
    x, c = vector()
    parts: dict[str, Var] = {}

    def step(c: User, u: Var, i: Var) -> Var:
        parts["edge"] = c.op("edge", operator.getitem, u, (Slice(Lit(0), Lit(2)),))
        return c.op("u", prims.set_item, u, (i,), c.op("", np.sum, parts["edge"]))

    y, tape = c.loop(Var("u", VECTOR), x, step, lambda c: parts["edge"])
    found = lines(c.program([x], y, tape))
    assert sum(".copy()" in line for line in found) == 2
    assert "tape.append(edge.copy())" in found


def test_a_copy_of_a_view_that_has_another_name_is_copied_when_that_is_written() -> None:
    m, c = Var("m", MATRIX), User()
    a = c.op("a", np.sin, m)
    row = c.op("row", operator.getitem, a, (Lit(0),))
    a = c.op("a", prims.set_item, a, (Lit(0),), 2.0)
    test = c.op("", operator.gt, c.op("", np.sum, a), 0.0)
    out = Var("u", VECTOR)
    c.add(If((out,), test, Block((), (), (row,)), Block((), (), (row,)), origin("if a:")))
    u = c.op("u", prims.set_item, out, (Lit(0),), 3.0)
    statements(c.program([m], a, u, c.op("", np.sum, row)), M)


# assignments that overlap


def assigned(c: User, x: Var, index: Any, other: Any) -> list[str]:
    a = c.op("a", operator.mul, x, 1.5)
    y = c.op("a", prims.set_item, a, index, c.op("", operator.getitem, a, other))
    return lines(c.program([x], y), M if x.type == MATRIX else np.arange(8.0))


def test_slices_in_step_are_assigned_as_they_are() -> None:
    x, c = vector()
    found = assigned(c, x, (Slice(Lit(1), None),), (Slice(None, Lit(-1)),))
    assert "a[1:] = a[:-1]" in found


def test_slices_that_are_not_in_step_are_copied() -> None:
    """Of `a[::2] = a[:4]` NumPy reads what it has just written."""
    x, c = vector()
    found = assigned(c, x, (Slice(None, None, Lit(2)),), (Slice(None, Lit(4)),))
    assert "a[::2] = a[:4].copy()" in found


def test_a_column_in_a_row_is_copied() -> None:
    m, c = Var("m", MATRIX), User()
    assert "a[2] = a[:, 3].copy()" in assigned(c, m, (Lit(2),), (Slice(), Lit(3)))


def test_a_row_in_a_row_is_assigned_as_it_is() -> None:
    m, c = Var("m", MATRIX), User()
    assert "a[2] = a[1]" in assigned(c, m, (Lit(2),), (Lit(1),))


def test_matrices_that_overlap_are_assigned_as_they_are() -> None:
    m, c = Var("m", MATRIX), User()
    found = assigned(c, m, (Slice(Lit(1), None), Slice()), (Slice(None, Lit(-1)), Slice()))
    assert "a[1:, :] = a[:-1, :]" in found


def test_what_integers_select_is_assigned_as_it_was() -> None:
    (x, c), k = vector(), Var("k", INDICES)
    a = c.op("a", operator.mul, x, 1.5)
    y = c.op("a", prims.set_item, a, (k,), c.op("", operator.getitem, a, (Slice(Lit(1), Lit(4)),)))
    assert "a[k] = a[1:4].copy()" in lines(c.program([x, k], y), X, K)


def test_an_update_by_an_overlapping_slice_needs_no_copy() -> None:
    x, c = vector()
    c.says("a[::2] += a[:2]")
    a = c.op("b", operator.mul, x, 1.5)
    y = c.update(
        "b", a, (Slice(None, None, Lit(2)),), operator.add, c.op("", operator.getitem, a, (Slice(None, Lit(2)),))
    )
    assert "b[::2] += b[:2]" in lines(c.program([x], y))


# order


def test_nothing_that_reads_an_array_moves_past_a_write() -> None:
    x, c = vector()
    a = c.op("a", np.sin, x)
    s = c.op("", np.sum, a)
    b = c.op("a", prims.set_item, a, (Lit(0),), 2.0)
    found = lines(c.program([x], b, c.op("r", operator.mul, s, 3.0)))
    assert found.index("t = np.sum(a)") < found.index("a[0] = 2.0")


def test_an_array_in_two_containers_stays_there_as_it_was() -> None:
    x, c = vector()
    a = c.op("a", np.sin, x)
    pair, other = (c.op(h, prims.make_tuple, a, x) for h in "pq")
    b = c.op("a", prims.set_item, a, (Lit(0),), 2.0)
    first, second = (c.op("", np.sum, c.op("", prims.item, p, 0)) for p in (pair, other))
    lines(c.program([x], b, first, second))


def test_an_array_without_axes_is_written() -> None:
    x, c = Var("x", ab.Array("float64", ())), User()
    y = c.op("x", prims.set_item, x, (), 2.0)
    found = lines(c.program([x], c.op("x", prims.add_item, y, ALL, 1.0)), np.array(0.5))
    assert found[-3:] == ["x[()] = 2.0", "x += 1.0", "return x"]


# loops


def rounds(c: User, inits: list[Var], step: Any, collect: bool = False) -> tuple[Var, ...]:
    """Three rounds of `step` over several arrays; with `collect` it gives also what a list gets."""
    inner = User()
    carried = [Var(i.hint, i.type) for i in inits]
    results = tuple(step(inner, *carried))
    kinds = [v.type for v in inits] + [ab.ListOf(v.type) for v in results[len(inits) :]]
    outs = tuple(Var(v.hint, kind) for v, kind in zip([*inits, *[Var("", ab.UNKNOWN)] * collect], kinds, strict=True))
    block = Block((Var("i", ab.INT), *carried), tuple(inner.body), results)
    c.add(For(outs, Range(Lit(0), Lit(3), Lit(1)), False, tuple(inits), (), block, origin("for i in range(3):")))
    return outs


def step_of_two(c: User, u: Var, v: Var) -> list[Var]:
    inner = c.op("", operator.getitem, u, (Slice(Lit(1), None),))
    w = c.says("v[1:] *= u[1:]").update("v", v, (Slice(Lit(1), None),), operator.mul, inner)
    return [w, u]


def test_buffers_that_change_places_stay_in_place() -> None:
    u, v, c = Var("u", VECTOR), Var("v", VECTOR), User()
    outs = rounds(c, [u, v], step_of_two)
    assert lines(c.program([u, v], *outs), X, X + 1.0) == [
        "u = u.copy()", "v = v.copy()", "for _ in range(3):", "v[1:] *= u[1:]", "u, v = v, u", "return u, v",
    ]  # fmt: skip


def test_buffers_that_may_be_one_are_copied() -> None:
    u, v, c = Var("u", VECTOR), Var("v", VECTOR), User()

    def step(c: User, u: Var, v: Var) -> list[Var]:
        return [step_of_two(c, u, v)[0], v]

    found = lines(c.program([u, v], *rounds(c, [u, v], step)), X, X + 1.0)
    assert any("v.copy()" in line for line in found[3:])


def test_a_tape_of_buffers_that_change_places_keeps_copies() -> None:
    u, v, c = Var("u", VECTOR), Var("v", VECTOR), User()

    def step(c: User, u: Var, v: Var) -> list[Var]:
        return [*step_of_two(c, u, v), u]

    found = lines(c.program([u, v], *rounds(c, [u, v], step, collect=True)), X, X + 1.0)
    assert "tape.append(u.copy())" in found


def test_what_a_tape_keeps_of_a_buffer_is_copied_while_it_is_there() -> None:
    u, c = Var("u", VECTOR), User()

    def step(c: User, u: Var) -> list[Var]:
        w = c.op("u", prims.set_item, u, (Lit(0),), 2.0)
        return [w, c.op("", prims.make_tuple, u, w)]

    found = lines(c.program([u], *rounds(c, [u], step, collect=True)))
    assert found[2:] == [
        "for _ in range(3):",
        "u2 = u.copy()",
        "u[0] = 2.0",
        "tape.append((u2, u.copy()))",
        "return u, tape",
    ]


def test_backward_code_writes_after_it_has_read() -> None:
    x, c = Var("x", VECTOR), Code(text="x[1:] = 2.0 * y")
    d = c.op("dx", np.cos, x)
    part = c.op("", operator.getitem, d, (Slice(Lit(1), None),))
    rest = c.op("dx", prims.set_item, d, (Slice(Lit(1), None),), 0.0)
    dy = c.op("dy", operator.mul, part, 2.0)
    found = lines(c.program([x], rest, dy))
    assert found[-3:] == ["dy = dx[1:] * 2.0", "dx[1:] = 0.0", "return dx, dy"]


def test_forward_code_stays_in_order() -> None:
    x, c = vector()
    a = c.op("a", np.cos, x)
    part = c.op("", operator.getitem, a, (Slice(Lit(1), None),))
    b = c.op("a", prims.set_item, a, (Slice(Lit(1), None),), 0.0)
    found = lines(c.program([x], b, c.op("y", operator.mul, part, 2.0)))
    assert found.index("a[1:] = 0.0") < found.index("y = t * 2.0")


def over_length(c: User, x: Var, init: Var, name: str) -> Var:
    """`for i in range(x.shape[0]): name[i] += 1.0`, where `name` is `init` before."""
    inner, index, carried = User(), Var("i", ab.INT), Var(name, VECTOR)
    w = inner.op(name, prims.add_item, carried, (index,), 1.0)
    length = c.op("", prims.dim, x, 0)
    out = Var(name, VECTOR)
    block = Block((index, carried), tuple(inner.body), (w,))
    c.add(For((out,), Range(Lit(0), length, Lit(1)), False, (init,), (), block, origin("for i in range(n):")))
    return out


def test_bounds_that_ask_for_a_shape_need_the_array_no_longer() -> None:
    x, c = vector()
    y = over_length(c, x, x, "x")
    assert lines(c.program([x], y)) == ["x = x.copy()", "for i in range(x.shape[0]):", "x[i] += 1.0", "return x"]


def test_bounds_are_asked_of_the_array_that_has_the_name_no_longer() -> None:
    x, c = vector()
    short = c.op("y", operator.getitem, x, (Slice(None, Lit(2)),))
    y = over_length(c, short, c.op("x", np.sin, x), "y")
    lines(c.program([x], y))
