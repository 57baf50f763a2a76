"""The verifier: programs that lowering makes pass, programs that break a rule are named."""

import operator
from dataclasses import replace

import numpy as np
import pytest

from pullback.transpile.abstract import BOOL, FLOAT, INT, NONE, UNKNOWN, Array, Dim, ListOf, Seq
from pullback.transpile.core import (
    Block,
    Call,
    Def,
    Effect,
    For,
    Function,
    Global,
    If,
    Lit,
    Op,
    Origin,
    Param,
    Program,
    Range,
    Slice,
    Tag,
    Var,
    While,
)
from pullback.transpile.verify import InvalidCore, verify

ORIGIN = Origin("model.py", 3, 4, 3, 9, "y = x * 2")
ROWS = Array("float64", (Dim("n"), Dim("m")))
x, y, z, c, k = Var("x", FLOAT), Var("y", FLOAT), Var("z", FLOAT), Var("c", BOOL), Var("k", INT)
a = Var("a", ROWS)
LIST = Var("l", ListOf(FLOAT))


def double(out, operand=x):
    return Op(out, operator.mul, (operand, Lit(2.0)), (), ORIGIN)


def program(*body, result=x, params=(x, a), functions=()):
    f = Function("f", tuple(map(Param, params)), Block(params, body, (result,)), ORIGIN)
    return Program(f, {g.name: g for g in functions})


def branch(then, orelse, outs=(y,), cond=None):
    return If(outs, Lit(True) if cond is None else cond, then, orelse, ORIGIN)


def loop(body, outs=(z,), inits=(x,), items=(), source=None):
    source = Range(Lit(0), Lit(3), Lit(1)) if source is None and not items else source
    return For(outs, source, False, inits, items, body, ORIGIN)


def block(params=(), body=(), results=()):
    return Block(params, body, results)


CALLEE = Function("g", (Param(y),), Block((y,), (), (y,)), ORIGIN)

VALID = [
    program(double(y), result=y),
    program(branch(block(results=(x,)), block(body=(double(z),), results=(z,))), result=y),
    program(loop(block((k, y), (double(c, y),), (c,))), result=z),
    program(replace(loop(block((k, y), (double(c, y),), (y,))), stop=c, keeps=False), result=z),
    program(loop(block((k, y), (), (y, y)), outs=(z, Var("t", ListOf(FLOAT)))), result=z),
    program(loop(block((k, y, Var("r", UNKNOWN)), (), (y,)), items=(a,)), result=z),
    program(While((z,), (x,), block((c,), (), (Lit(True),)), block((y,), (), (y,)), ORIGIN), result=z),
    program(
        Call(y, "g", (x,), ORIGIN),
        result=y,
        functions=(replace(CALLEE, params=(Param(z),), block=block((z,), (), (z,))),),
    ),
    program(Def(y, "pull", block((z,), (), (z,)), ORIGIN), result=y),
    program(Effect("print", (x, Lit("text")), ORIGIN)),
    program(Effect("raise", (Lit(ValueError, "ValueError"), x), ORIGIN)),
    program(Op(y, operator.getitem, (a, (Slice(Lit(1), None), Lit(None), Lit(...))), (), ORIGIN), result=y),
    program(Op(y, np.sum, (a,), (("axis", (Lit(0), Lit(1))),), ORIGIN), result=y),
    program(Op(y, operator.add, (x, Global("config.rate", FLOAT)), (), ORIGIN), result=y),
    program(branch(block(results=(Lit(None),)), block(results=(x,)), outs=(Var("r", FLOAT),))),
    program(branch(block(results=(Lit(0),)), block(results=(x,)), outs=(Var("r", FLOAT),))),
]

INVALID = {
    "a name is bound once": [
        program(double(y), double(y)),
        program(double(x)),
        program(branch(block(body=(double(y),), results=(x,)), block(results=(x,)))),
        program(branch(block(body=(double(z),), results=(x,)), block(body=(double(z),), results=(x,)))),
        program(loop(block((k, z), (), (z,)))),
        program(functions=(replace(CALLEE, params=(Param(y), Param(y)), block=block((y, y), (), (y,))),)),
    ],
    "a name is read where it is bound": [
        program(result=y),
        program(double(z, y), double(y)),
        program(branch(block(body=(double(z),), results=(z,)), block(results=(x,))), result=z),
        program(branch(block(body=(double(z),), results=(z,)), block(results=(z,)))),
        program(loop(block((k, y), (), (y,))), result=y),
        program(loop(block((k, y), (), (y,)), inits=(y,))),
        program(replace(loop(block((k, y), (), (y,))), stop=c)),
        program(Op(y, operator.getitem, (a, (Slice(z, None),)), (), ORIGIN)),
        program(Op(y, np.sum, (a,), (("axis", k),), ORIGIN)),
        program(While((z,), (x,), block((c,), (), (y,)), block((y,), (), (y,)), ORIGIN)),
    ],
    "the block of a function has the function's parameters": [
        Program(Function("f", (Param(x),), Block((y,), (), (y,)), ORIGIN)),
    ],
    "a function has one result": [Program(Function("f", (), Block((), (), ()), ORIGIN))],
    "this must be an atom": [
        program(Call(y, "g", ((x, x),), ORIGIN), functions=(CALLEE,)),
        program(branch(block(results=((x, x),)), block(results=(x,)))),
        program(loop(block((k, y), (), (y,)), inits=("x",))),
    ],
    "this is no argument": [program(Op(y, operator.add, (x, 1.0), (), ORIGIN))],
    "a slice stands inside an index": [program(Op(y, operator.add, (x, Slice(None, None)), (), ORIGIN))],
    "an operation is a callable": [program(Op(y, "add", (x, x), (), ORIGIN))],
    "a keyword argument is given once": [program(Op(y, np.sum, (a,), (("axis", Lit(0)), ("axis", Lit(1))), ORIGIN))],
    "a keyword is a name": [program(Op(y, np.sum, (a,), (("a b", Lit(0)),), ORIGIN))],
    "a literal can be written as text": [program(Op(y, np.sum, (Lit(np.ones(2)),), (), ORIGIN))],
    "a global is a dotted name": [program(Op(y, np.sum, (Global("a b", ROWS),), (), ORIGIN))],
    "an effect is print, assert, raise": [program(Effect("exit", (), ORIGIN))],
    "an effect has its arguments": [program(Effect("assert", args, ORIGIN)) for args in ((), (x, x, x))],
    "a branch has no parameters": [program(branch(block((z,), (), (z,)), block(results=(x,))))],
    "a branch has one result for each name that the `if` binds": [
        program(branch(block(results=(x, x)), block(results=(x,)))),
        program(branch(block(results=(x,)), block())),
    ],
    "what a branch gives has the type of what the `if` binds": [
        program(branch(block(results=(a,)), block(results=(x,)))),
        program(branch(block(results=(x,)), block(results=(x,)), outs=(Var("t", Seq("tuple", (FLOAT,))),))),
    ],
    "a loop without a range has items": [program(For((z,), None, False, (x,), (), block((k, y), (), (y,)), ORIGIN))],
    "the body of a `for` takes the index, what is carried, and the items": [
        program(loop(block((k,), (), (x,)))),
        program(loop(block((k, y), (), (y,)), items=(a,))),
    ],
    "the index of a `for` is an integer": [program(loop(block((c, y), (), (y,))))],
    "a `for` binds what is carried and what is collected": [
        program(loop(block((k, y), (), (y, y)))),
        program(loop(block((k, y), (), ()), outs=())),
    ],
    "what a loop collects is a list": [program(loop(block((k, y), (), (y, y)), outs=(z, Var("t", FLOAT))))],
    "what a loop carries has one type": [
        program(loop(block((k, y), (), (a,)))),
        program(loop(block((k, y), (), (y,)), inits=(a,))),
        program(loop(block((k, y), (), (y,)), outs=(Var("r", ROWS),))),
        program(While((z,), (x,), block((Var("p", ROWS),), (), (Lit(True),)), block((y,), (), (y,)), ORIGIN)),
    ],
    "an iteration that leaves nothing is one that stops a loop": [
        program(replace(loop(block((k, y), (), (y,))), keeps=False)),
    ],
    "the adjoint of a loop runs to its end": [
        program(replace(loop(block((k, y), (), (y,))), stop=Lit(False), adjoint_of=Tag())),
    ],
    "an item has the type of the list's items": [
        program(loop(block((k, y, Var("r", ROWS)), (), (y,)), items=(LIST,)), params=(x, LIST)),
    ],
    "condition and body of a `while` take what is carried": [
        program(While((z,), (x,), block((), (), (Lit(True),)), block((y,), (), (y,)), ORIGIN)),
    ],
    "the condition of a `while` has one result": [
        program(While((z,), (x,), block((c,), (), ()), block((y,), (), (y,)), ORIGIN)),
    ],
    "a `while` binds what is carried and what is collected": [
        program(While((), (x,), block((c,), (), (c,)), block((y,), (), (y,)), ORIGIN)),
    ],
    "a function that is called is in the program": [program(Call(y, "h", (x,), ORIGIN), functions=(CALLEE,))],
    "a call passes one argument for each parameter": [program(Call(z, "g", (x, x), ORIGIN), functions=(CALLEE,))],
    "a closure has one result": [program(Def(y, "pull", block((z,), (), ()), ORIGIN))],
}  # fmt: skip


@pytest.mark.parametrize("valid", VALID)
def test_valid_programs(valid):
    verify(valid)


def test_shared_names_of_two_functions():
    verify(program(double(y), result=y, functions=(CALLEE,)))


@pytest.mark.parametrize(("rule", "k"), [(rule, k) for rule, found in INVALID.items() for k in range(len(found))])
def test_a_broken_rule_is_named(rule, k):
    invalid = INVALID[rule][k]
    with pytest.raises(InvalidCore) as e:
        verify(invalid)
    assert str(e.value).startswith("internal error, please report it: " + rule)


def test_the_statement_is_named():
    with pytest.raises(InvalidCore) as e:
        verify(program(double(z, y)))
    assert str(e.value).endswith("in 'f', model.py:3, mul from 'y = x * 2'")


def test_what_is_not_known_cannot_disagree():
    unknown = Var("u", UNKNOWN)
    verify(program(branch(block(results=(unknown,)), block(results=(x,))), params=(x, unknown), result=y))
    verify(program(loop(block((k, y), (), (unknown,))), params=(x, unknown), result=z))
    verify(program(loop(block((k, Var("v", UNKNOWN)), (), (x,))), result=z))


def test_none_stands_for_a_value_that_is_not_read():
    none = Var("n", NONE)
    verify(program(branch(block(results=(none,)), block(results=(a,)), outs=(Var("r", ROWS),)), params=(x, a, none)))
