"""The passes over Core, one by one, on programs that are built by hand and run before and after."""

from __future__ import annotations

import operator
from dataclasses import replace

import numpy as np
import pytest

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Block,
    Call,
    Effect,
    For,
    Function,
    If,
    Lit,
    Op,
    Origin,
    Param,
    Program,
    Range,
    Stmt,
    Var,
    While,
)
from pullback.transpile.interpret import run
from pullback.transpile.optimise import (
    compare_operands,
    effectful,
    fuse_branches,
    hoist_items,
    keep_residuals,
    remove_dead,
    simplify,
)
from pullback.transpile.traversal import free

HERE = Origin("model.py", 1, 0, 1, 1, "y = f(x)")


def scalar(hint: str) -> Var:
    return Var(hint, ab.FLOAT)


def op(out: Var, fn: object, *args: object) -> Op:
    return Op(out, fn, args, (), HERE)  # type: ignore[arg-type]


def evaluate(b: Block, *args: object) -> object:
    """The value of a block of parameters, as a function."""
    f = Function("f", tuple(Param(p) for p in b.params), b, HERE)
    return run(Program(f), *args)


def ops(b: Block) -> list[object]:
    return [s.op for s in b.body if isinstance(s, Op)]


def test_dead_statements_go_and_effects_stay() -> None:
    x, y, z, c = scalar("x"), scalar("y"), scalar("z"), Var("c", ab.BOOL)
    b = Block(
        (x,),
        (
            op(y, operator.mul, x, x),
            op(z, operator.add, x, x),
            op(c, operator.gt, x, Lit(0.0)),
            Effect("assert", (c,), HERE),
        ),
        (y,),
    )
    out = remove_dead(b)
    assert ops(out) == [operator.mul, operator.gt]
    assert isinstance(out.body[-1], Effect)


def test_a_carried_value_that_nothing_needs_goes() -> None:
    i, s, t, s2, t2, so, to = Var("i", ab.INT), *map(scalar, ("s", "t", "s", "t", "s", "t"))
    x = scalar("x")
    body = Block((i, s, t), (op(s2, operator.add, s, x), op(t2, operator.mul, t, s)), (s2, t2))
    loop = For((so, to), Range(Lit(0), Lit(3), Lit(1)), False, (Lit(0.0), Lit(1.0)), (), body, HERE)
    out = remove_dead(Block((x,), (loop,), (so,)))
    (kept,) = out.body
    assert isinstance(kept, For)
    assert kept.outs == (so,)
    assert len(kept.body.body) == 1
    assert evaluate(out, 2.0) == 6.0


def test_a_carried_value_that_the_test_of_a_while_needs_stays() -> None:
    x, s, t, s2, t2, so, to = map(scalar, ("x", "s", "t", "s", "t", "s", "t"))
    cs, ct, c = scalar("s"), scalar("t"), Var("", ab.BOOL)
    cond = Block((cs, ct), (op(c, operator.lt, ct, Lit(3.0)),), (c,))
    body = Block((s, t), (op(s2, operator.mul, s, x), op(t2, operator.add, t, Lit(1.0))), (s2, t2))
    loop = While((so, to), (Lit(1.0), Lit(0.0)), cond, body, HERE)
    out = remove_dead(Block((x,), (loop,), (so,)))
    assert evaluate(out, 2.0) == 8.0


def test_a_call_with_an_effect_stays_though_nothing_reads_it() -> None:
    x, y = scalar("x"), scalar("y")
    silent = Function("g", (Param(y),), Block((y,), (), (y,)), HERE)
    loud = Function("h", (Param(y),), Block((y,), (Effect("print", (y,), HERE),), (y,)), HERE)
    caller_block = Block((x,), (Call(scalar(""), "h", (x,), HERE), Call(scalar(""), "g", (x,), HERE)), (x,))
    program = Program(Function("f", (Param(x),), caller_block, HERE), {"g": silent, "h": loud})
    effects = effectful(program)
    assert effects == {"h"}
    assert [s.function for s in remove_dead(caller_block, effects).body if isinstance(s, Call)] == ["h"]


def test_equal_expressions_are_computed_once_and_temporaries_take_names() -> None:
    x, t, h, u, y = map(scalar, ("x", "", "h", "", "y"))
    b = Block(
        (x,),
        (op(t, operator.mul, x, x), op(h, prims.alias, t), op(u, operator.mul, x, x), op(y, operator.add, h, u)),
        (y,),
    )
    out = simplify(b)
    assert ops(out) == [operator.mul, operator.add]
    assert out.body[0].outs == (h,)
    assert evaluate(out, 3.0) == 18.0


def test_buffers_are_never_merged() -> None:
    a = ab.Array("float64", (3,))
    x, p, q, y = Var("x", a), Var("p", a), Var("q", a), Var("y", a)
    b = Block((x,), (op(p, np.zeros_like, x), op(q, np.zeros_like, x), op(y, operator.add, p, q)), (y,))
    assert ops(simplify(b)) == [np.zeros_like, np.zeros_like, operator.add]


@pytest.mark.parametrize(("first", "second"), [(1, 1.0), (0.0, -0.0), (True, 1)])
def test_literals_that_differ_as_text_are_different_expressions(first: object, second: object) -> None:
    x, p, q, y = map(scalar, ("x", "p", "q", "y"))
    b = Block(
        (x,), (op(p, operator.mul, x, Lit(first)), op(q, operator.mul, x, Lit(second)), op(y, operator.sub, p, q)), (y,)
    )
    assert len(ops(simplify(b))) == 3


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("fn", "number"), [(operator.mul, 0), (operator.mul, 1), (operator.add, 0)])
def test_arithmetic_of_integers_that_is_none_goes(fn: object, number: int, known: bool) -> None:
    n, y = Var("n", ab.Scalar("int", value=ab.Dim("n") if known else None)), Var("y", ab.Scalar("int"))
    for args in ((n, Lit(number)), (Lit(number), n)):
        out = simplify(Block((n,), (op(y, fn, *args),), (y,)))
        assert evaluate(out, 3) == (0 if fn is operator.mul and number == 0 else 3)
        assert ops(out) == ([] if known else [fn])


def test_integers_of_one_operation_become_one() -> None:
    y = Var("y", ab.Scalar("int"))
    assert simplify(Block((), (op(y, operator.add, Lit(0), Lit(2)),), (y,))) == Block((), (), (Lit(2),))


def test_floats_times_one_stay() -> None:
    x, y = scalar("x"), scalar("y")
    assert ops(simplify(Block((x,), (op(y, operator.mul, x, Lit(1)),), (y,)))) == [operator.mul]


def test_what_a_loop_never_changes_is_read_from_outside() -> None:
    x, s, k, s2, so, ko = map(scalar, ("x", "s", "k", "s", "s", "k"))
    body = Block((Var("i", ab.INT), s, k), (op(s2, operator.mul, s, k),), (s2, k))
    loop = For((so, ko), Range(Lit(0), Lit(2), Lit(1)), False, (Lit(1.0), x), (), body, HERE)
    out = simplify(Block((x,), (loop,), (so,)))
    (kept,) = out.body
    assert isinstance(kept, For)
    assert len(kept.inits) == 1
    assert x in free(kept.body)
    assert evaluate(out, 3.0) == 9.0


def test_an_item_of_a_structure_just_made_is_the_item() -> None:
    x, t, y = scalar("x"), Var("", ab.Seq("tuple", (ab.FLOAT, ab.FLOAT))), scalar("y")
    made = op(t, prims.make_tuple, Lit(2.0), x)
    out = remove_dead(simplify(Block((x,), (made, op(y, prims.item, t, Lit(1))), (y,))))
    assert out.body == ()
    assert out.results == (x,)


def test_items_are_read_where_their_structure_is_bound() -> None:
    params = Var("params", ab.Mapping((("w", ab.FLOAT),)))
    s, w1, w2, s2, so = map(scalar, ("s", "", "", "s", "s"))
    t = scalar("")
    body = Block(
        (Var("i", ab.INT), s),
        (
            op(w1, prims.item, params, Lit("w")),
            op(t, operator.mul, s, w1),
            op(w2, prims.item, params, Lit("w")),
            op(s2, operator.add, t, w2),
        ),
        (s2,),
    )
    loop = For((so,), Range(Lit(0), Lit(2), Lit(1)), False, (Lit(1.0),), (), body, HERE)
    out = hoist_items(Block((params,), (loop,), (so,)))
    assert [type(s) for s in out.body] == [Op, For]
    assert params not in free(out.body[1].body)  # type: ignore[union-attr]
    assert evaluate(out, {"w": 2.0}) == (1.0 * 2 + 2) * 2 + 2


def test_a_branch_and_the_next_on_the_same_condition_are_one() -> None:
    c, x, y, z = Var("c", ab.BOOL), *map(scalar, ("x", "y", "z"))
    t, u, v, w = map(scalar, ("", "", "", ""))
    first = If((y,), c, Block((), (op(t, operator.mul, x, x),), (t,)), Block((), (op(u, operator.neg, x),), (u,)), HERE)
    second = If(
        (z,), c, Block((), (op(v, operator.add, y, t),), (v,)), Block((), (op(w, operator.sub, y, u),), (w,)), HERE
    )
    out = fuse_branches(Block((c, x), (first, second), (z,)))
    assert [type(s) for s in out.body] == [If]
    assert evaluate(out, True, 3.0) == 18.0
    assert evaluate(out, False, 3.0) == 0.0


def square_loop() -> tuple[Var, list[Stmt], Var, Var]:
    """`for i in range(3): t = sin(x); x = t * t` and an adjoint that reads the inner `t`."""
    x, xi, t, x2, xo = scalar("x"), scalar("x"), scalar("t"), scalar("x"), scalar("x")
    forward = For(
        (xo,),
        Range(Lit(0), Lit(3), Lit(1)),
        False,
        (x,),
        (),
        Block((Var("i", ab.INT), xi), (op(t, np.sin, xi), op(x2, operator.mul, t, t)), (x2,)),
        HERE,
    )
    d, d2, do, cos, u = scalar("dx"), scalar("dx"), scalar("dx"), scalar(""), scalar("")
    backward = For(
        (do,),
        Range(Lit(0), Lit(3), Lit(1)),
        True,
        (Lit(1.0),),
        (),
        Block(
            (Var("i", ab.INT), d),
            (op(cos, np.cos, xi), op(u, operator.mul, t, cos), op(d2, operator.mul, d, u)),
            (d2,),
        ),
        HERE.backwards(),
        adjoint_of=forward.tag,
    )
    return x, [forward, backward], do, t


def test_what_the_adjoint_reads_from_inside_a_loop_is_kept_and_walked_backwards() -> None:
    x, statements, do, _ = square_loop()
    out = keep_residuals(Block((x,), tuple(statements), (do,)))
    assert not set(free(out))
    forward, backward = out.body
    assert isinstance(forward, For)
    assert isinstance(backward, For)
    assert len(forward.outs) == 3
    assert len(backward.items) == 2
    value, expected = 0.7, 1.0
    for _ in range(3):
        expected *= np.sin(value) * np.cos(value)
        value = np.sin(value) ** 2
    assert np.isclose(evaluate(out, 0.7), expected, rtol=1e-15)


def test_a_value_that_costs_nothing_is_read_again_rather_than_kept() -> None:
    xs = Var("xs", ab.Array("float64", (ab.Dim("n", 0, True),)))
    i, s, row, s2, so = Var("i", ab.INT), scalar("s"), Var("", ab.Scalar("float", "float64")), scalar("s"), scalar("s")
    forward = For(
        (so,),
        Range(Lit(0), Lit(3), Lit(1)),
        False,
        (Lit(0.0),),
        (),
        Block((i, s), (op(row, operator.getitem, xs, (i,)), op(s2, operator.add, s, row)), (s2,)),
        HERE,
    )
    j, d, d2, do = Var("i", ab.INT), scalar("d"), scalar("d"), scalar("d")
    backward = For(
        (do,),
        Range(Lit(0), Lit(3), Lit(1)),
        True,
        (Lit(0.0),),
        (),
        Block((j, d), (op(d2, operator.add, d, row),), (d2,)),
        HERE.backwards(),
        adjoint_of=forward.tag,
    )
    out = keep_residuals(Block((xs,), (forward, backward), (do,)))
    assert len(out.body[0].outs) == 1
    assert evaluate(out, np.array([1.0, 2.0, 4.0])) == 7.0


def test_a_branch_hands_out_what_its_adjoint_reads() -> None:
    c, x, y, z, t, u, v, w = Var("c", ab.BOOL), *map(scalar, ("x", "y", "z", "t", "", "", ""))
    first = If((y,), c, Block((), (op(t, np.exp, x), op(u, operator.mul, t, t)), (u,)), Block((), (), (x,)), HERE)
    middle = scalar("m")
    second = If(
        (z,),
        c,
        Block((), (op(v, operator.mul, t, middle),), (v,)),
        Block((), (op(w, operator.neg, middle),), (w,)),
        HERE.backwards(),
        adjoint_of=first.tag,
    )
    out = keep_residuals(Block((c, x), (first, op(middle, operator.add, y, Lit(1.0)), second), (z,)))
    assert not set(free(out))
    assert np.isclose(evaluate(out, True, 0.5), np.exp(0.5) * (np.exp(1.0) + 1.0))
    assert evaluate(out, False, 0.5) == -1.5


def test_trips_of_a_while_are_counted_when_its_adjoint_needs_nothing_else() -> None:
    x, s, s2, so, cs, c = scalar("x"), scalar("s"), scalar("s"), scalar("s"), scalar("s"), Var("", ab.BOOL)
    cond = Block((cs,), (op(c, operator.lt, cs, Lit(10.0)),), (c,))
    forward = While((so,), (x,), cond, Block((s,), (op(s2, operator.mul, Lit(2.0), s),), (s2,)), HERE)
    d, d2, do = scalar("dx"), scalar("dx"), scalar("dx")
    body = Block((Var("", ab.INT), d), (op(d2, operator.mul, Lit(2.0), d),), (d2,))
    backward = For((do,), None, True, (Lit(1.0),), (), body, HERE.backwards(), adjoint_of=forward.tag)
    out = keep_residuals(Block((x,), (forward, backward), (do,)))
    assert evaluate(out, 1.0) == 16.0
    assert evaluate(out, 20.0) == 1.0


def test_a_maximum_that_is_only_compared_is_not_computed() -> None:
    a = ab.Array("float64", (3,))
    x, t, hit = Var("x", a), Var("", a), Var("", ab.Array("bool", (3,)))
    back = replace(op(hit, operator.gt, t, Lit(0.0)), origin=HERE.backwards())
    out = remove_dead(compare_operands(Block((x,), (op(t, np.maximum, x, Lit(0.0)), back), (hit,))))
    assert ops(out) == [operator.gt]
    values = np.array([-1.0, np.nan, 2.0])
    assert np.array_equal(evaluate(out, values), np.maximum(values, 0.0) > 0.0)  # type: ignore[arg-type]


def test_a_maximum_that_is_read_elsewhere_stays_the_operand_of_the_comparison() -> None:
    a = ab.Array("float64", (3,))
    x, t, hit, y = Var("x", a), Var("", a), Var("", ab.Array("bool", (3,))), Var("y", a)
    back = replace(op(hit, operator.gt, t, Lit(0.0)), origin=HERE.backwards())
    body = (op(t, np.maximum, x, Lit(0.0)), back, op(y, operator.mul, t, hit))
    assert compare_operands(Block((x,), body, (y,))).body[1] is back


@pytest.mark.parametrize(("adjoint", "left"), [(True, 1), (False, 2)])
def test_ones_are_multiplied_out_in_backward_statements_only(adjoint: bool, left: int) -> None:
    x, t, y = map(scalar, ("x", "", "y"))
    origin = HERE.backwards() if adjoint else HERE
    body = [op(t, operator.mul, Lit(1.0), x), op(y, operator.add, t, x)]
    out = simplify(Block((x,), tuple(replace(s, origin=origin) for s in body), (y,)))
    assert len(out.body) == left
    assert evaluate(out, 2.0) == 4.0
