"""Rules as templates: lowered once for operands of like types, run as Core with the results of the rule itself."""

import inspect
import math
import operator

import numpy as np
import pytest

from pullback import runtime
from pullback.stdlib import registry
from pullback.transpile.abstract import FLOAT, INT, UNKNOWN, Array, Dim, Scalar, Seq
from pullback.transpile.core import Block, Function, If, Lit, Op, Origin, Param, Program, Var
from pullback.transpile.infer import type_of_value
from pullback.transpile.interpret import Interpreter
from pullback.transpile.lower import NotATemplate, lower_rule
from pullback.transpile.verify import verify
from tests.transpile.lowering import assert_same

rng = np.random.default_rng(4)
ORIGIN = Origin("", 0, 0, 0, 0, "")


def n(*shape):
    return rng.uniform(0.5, 1.5, shape)


def array(name, rank):
    return Var(name, Array("float64", tuple(Dim(f"{name}.{k}", 0, True) for k in range(rank))))


def as_arg(value, name, wrap=True):
    """A value of the run as an argument: strings and None are literals."""
    if isinstance(value, str) or value is None:
        return Lit(value)
    if isinstance(value, tuple):
        return tuple(as_arg(x, name) for x in value)
    return Var(name, type_of_value(value, name))


def atoms_of(arg, value):
    if isinstance(arg, tuple):
        return [y for a, v in zip(arg, value, strict=True) for y in atoms_of(a, v)]
    return [value]


def flat(result, values):
    """The cotangents that a rule returns, one for each atom of each operand."""
    out = []
    for r, v in zip(result, values, strict=False):
        if isinstance(v, tuple):
            out += flat(r if r is not None else [None] * len(v), v)
        else:
            out.append(r)
    return out


def rule_of(op, active=()):
    found = registry.find(op, active)
    assert found is not None
    return found


def values_for(rule, values, kwargs):
    out = rule.op(*values, **kwargs)
    if rule.kind == "elementwise":
        return [out, *values]
    ct = [n(*np.shape(x)) for x in out] if isinstance(out, list | tuple) else n(*np.shape(out))
    return [ct, out, *values]


CASES = [
    (np.tanh, (n(3),), {}),
    (operator.mul, (n(3), n(3)), {}),
    (operator.truediv, (2.0, 3.0), {}),
    (operator.pow, (n(3), n(3)), {}),
    (operator.pow, (1.5, 2.5), {}),
    (operator.matmul, (n(3), n(3)), {}),
    (operator.matmul, (n(2, 3), n(3)), {}),
    (operator.matmul, (n(3), n(3, 2)), {}),
    (operator.matmul, (n(2, 3), n(3, 4)), {}),
    (operator.matmul, (n(5, 2, 3), n(3, 4)), {}),
    (operator.matmul, (n(5, 2, 3), n(5, 3, 4)), {}),
    (np.dot, (n(2, 3), n(3, 4)), {}),
    (np.dot, (n(2, 3), n(5, 3, 4)), {}),
    (np.dot, (2.0, n(3)), {}),
    (np.outer, (n(2), n(3)), {}),
    (np.inner, (n(2, 3), n(4, 3)), {}),
    (np.sum, (n(2, 3),), {}),
    (np.sum, (n(2, 3),), {"axis": 1}),
    (np.sum, (n(2, 3, 4),), {"axis": (0, -1)}),
    (np.sum, (n(2, 3),), {"axis": 1, "keepdims": True}),
    (np.mean, (n(2, 3),), {"axis": -1}),
    (np.var, (n(2, 3),), {"axis": 0}),
    (np.std, (n(2, 3),), {"axis": 0, "ddof": 1}),
    (np.max, (n(2, 3),), {"axis": 1}),
    (np.cumsum, (n(2, 3),), {"axis": 1}),
    (np.reshape, (n(2, 3),), {"shape": (3, 2)}),
    (np.transpose, (n(2, 3, 4),), {"axes": (2, 0, 1)}),
    (np.swapaxes, (n(2, 3),), {"axis1": 0, "axis2": 1}),
    (np.expand_dims, (n(2, 3),), {"axis": (0, 2)}),
    (np.squeeze, (n(2, 1),), {"axis": 1}),
    (np.broadcast_to, (n(3),), {"shape": (2, 3)}),
    (np.concatenate, ((n(2, 3), n(4, 3)),), {"axis": 0}),
    (np.concatenate, ((n(2, 3), n(2, 1), n(2, 2)),), {"axis": 1}),
    (np.stack, ((n(3), n(3)),), {"axis": 1}),
    (np.array, ((1.0, 2.0),), {}),
    (np.array, (((1.0, 2.0), (3.0, 4.0)),), {}),
    (np.einsum, ("ij,jk->ik", n(2, 3), n(3, 4)), {}),
    (np.einsum, ("bij,bjk", n(2, 3, 4), n(2, 4, 5)), {}),
    (np.einsum, ("ii->i", n(3, 3)), {}),
    (np.einsum, ("ij->", n(2, 3)), {}),
    (np.where, (n(3) > 1, n(3), n(3)), {}),
    (np.clip, (n(3), 0.7, 1.2), {}),
    (np.take, (n(4), np.array([0, 0, 2])), {}),
    (np.linspace, (0.0, 2.0), {"num": 5}),
    (np.full, ((2, 3), 1.5), {}),
    (np.tensordot, (n(2, 3), n(3, 4)), {"axes": 1}),
    (math.hypot, (1.0, 2.0, 3.0), {}),
    (math.sqrt, (2.0,), {}),
    (math.atan2, (1.0, 2.0), {}),
    (max, (1.0, 2.0), {}),
    (min, (1.0, 1.0), {}),
    (abs, (-2.0,), {}),
    (abs, (-n(2),), {}),
    (np.repeat, (n(2, 3),), {"repeats": 2, "axis": 1}),
    (np.linalg.norm, (n(3),), {}),
]


@pytest.mark.parametrize(
    ("op", "values", "kwargs"), CASES, ids=[f"{op.__name__}-{k}" for k, (op, _, _) in enumerate(CASES)]
)
def test_a_template_computes_what_the_rule_does(op, values, kwargs):
    rule = rule_of(op)
    given = values_for(rule, values, kwargs)
    names = list(inspect.signature(rule.fn).parameters)
    inputs = [as_arg(v, f"{names[min(k, len(names) - 1)]}{k}") for k, v in enumerate(given)]
    static = {k: tuple(map(Lit, v)) if isinstance(v, tuple) else Lit(v) for k, v in kwargs.items()}
    block = lower_rule(rule.fn, inputs, static)
    skip = 1 if rule.kind == "elementwise" else 2
    operands = given[skip:]
    expected = rule.fn(*given, **kwargs)
    results = flat((expected,) if len(operands) == 1 else expected, operands)
    run_values = [y for a, v in zip(inputs, given, strict=True) for y in atoms_of(a, v)]
    assert len(block.params) == len(run_values)
    got = Interpreter(Program(entry_of(block))).block(block, run_values, {})
    assert len(got) == len(results)
    for a, b in zip(got, results, strict=True):
        if not (isinstance(a, float | int | np.generic) and isinstance(b, float | int | np.generic)):
            assert_same(a, b)
        assert a is b is None or np.array_equal(a, b)


def entry_of(block):
    return Function("rule", tuple(map(Param, block.params)), Block(block.params, block.body, (Lit(None),)), ORIGIN)


def test_templates_are_valid_core():
    for op, values, kwargs in CASES:
        rule = rule_of(op)
        inputs = [as_arg(v, f"x{k}") for k, v in enumerate(values_for(rule, values, kwargs))]
        static = {k: tuple(map(Lit, v)) if isinstance(v, tuple) else Lit(v) for k, v in kwargs.items()}
        verify(Program(entry_of(lower_rule(rule.fn, inputs, static))))


def operations(block):
    return [s.op for s in block.body if isinstance(s, Op)]


def test_a_rule_is_written_as_it_reads():
    out, x = array("out", 2), array("x", 2)
    block = lower_rule(rule_of(np.tanh).fn, (out, x), {})
    square, partial = block.body
    o, _ = block.params
    assert (square.op, square.args) == (operator.mul, (o, o))
    assert (partial.op, partial.args) == (operator.sub, (Lit(1.0), square.out))
    assert block.results == (partial.out,)


def test_conditions_on_ranks_are_decided():
    fn = rule_of(operator.matmul).fn
    block = lower_rule(fn, (array("ct", 2), array("out", 2), array("a", 2), array("b", 2)), {})
    assert operations(block) == [np.transpose, operator.matmul, np.transpose, operator.matmul]
    block = lower_rule(fn, (Var("ct", FLOAT), Var("out", FLOAT), array("a", 1), array("b", 1)), {})
    assert operations(block) == [operator.mul, operator.mul]


def test_an_unknown_rank_makes_no_template():
    fn = rule_of(operator.matmul).fn
    with pytest.raises(NotATemplate):
        lower_rule(fn, (array("ct", 2), array("out", 2), Var("a", UNKNOWN), array("b", 2)), {})


def test_an_axis_of_the_run_makes_no_template():
    with pytest.raises(NotATemplate):
        lower_rule(rule_of(np.sum).fn, (array("ct", 1), array("out", 1), array("a", 2)), {"axis": Var("k", INT)})


def test_static_arguments_of_the_run_are_passed_on():
    count = Var("k", INT)
    block = lower_rule(rule_of(np.roll).fn, (array("ct", 1), array("out", 1), array("a", 1)), {"shift": count})
    assert block.body[0].args == (count,)
    other = Var("m", INT)
    block = lower_rule(rule_of(np.roll).fn, (array("ct", 1), array("out", 1), array("a", 1)), {"shift": other})
    assert block.body[0].args == (other,)


def test_a_rule_looks_at_literals_only_where_it_asks_for_them():
    fn = registry.find(operator.pow, (0,)).fn
    out, x = array("out", 1), array("x", 1)
    square = lower_rule(fn, (out, x, Lit(2)), {})
    assert [s.op for s in square.body] == [operator.mul]
    assert square.results[1] == Lit(None)
    assert len(lower_rule(fn, (out, x, Lit(3)), {}).body) == 2
    general = lower_rule(fn, (out, x, Var("n", FLOAT)), {})
    assert operator.pow in operations(general)
    product = rule_of(operator.mul).fn
    assert lower_rule(product, (out, x, Lit(2.5)), {}) is lower_rule(product, (out, x, Lit(0.1)), {})


def test_templates_are_kept_for_operands_of_like_types():
    fn = rule_of(np.sum).fn
    first = lower_rule(fn, (array("ct", 1), array("out", 1), array("a", 2)), {"axis": Lit(0)})
    assert lower_rule(fn, (array("x", 1), array("y", 1), array("z", 2)), {"axis": Lit(0)}) is first
    assert lower_rule(fn, (array("x", 1), array("y", 1), array("z", 2)), {"axis": Lit(1)}) is not first
    single = Var("a", Array("float32", (Dim("n"), Dim("m"))))
    assert lower_rule(fn, (array("x", 1), array("y", 1), single), {"axis": Lit(0)}) is not first


def test_an_operand_without_a_cotangent_gets_none_for_each_atom():
    shape = (Var("k", INT), Lit(3))
    block = lower_rule(rule_of(np.full).fn, (array("ct", 2), array("out", 2), shape, Var("x", FLOAT)), {})
    assert block.results == (Lit(None), Lit(None), block.params[0])


def test_branches_on_values_of_the_run_stay():
    block = lower_rule(rule_of(max).fn, (Var("out", FLOAT), Var("x", FLOAT), Var("y", FLOAT)), {})
    assert any(isinstance(s, If) for s in block.body)


def test_a_cotangent_may_be_a_list():
    ct = Var("ct", Seq("list", (array("a", 1).type, array("a", 1).type)))
    out = Var("out", ct.type)
    block = lower_rule(rule_of(np.split).fn, (ct, out, array("x", 1)), {"indices_or_sections": Lit(2)})
    assert operations(block)[-1] is np.concatenate


def test_constants_of_the_rules_module_are_written_out():
    block = lower_rule(rule_of(math.erf).fn, (Var("out", FLOAT), Var("x", FLOAT)), {})
    literals = [a for s in block.body for a in s.args if isinstance(a, Lit)]
    assert {x.text for x in literals} <= {"math.pi", ""}


def a_users_rule(ct, out, x, *, power=2):
    if isinstance(x, float):
        return ct * helper(x, power)
    return runtime.unbroadcast(ct, x) * helper(x, power)


def helper(x, power=2):
    return power * x ** (power - 1)


def test_helpers_in_the_module_of_a_rule_are_inlined():
    block = lower_rule(a_users_rule, (Var("ct", FLOAT), Var("out", FLOAT), Var("x", FLOAT)), {"power": Lit(3)})
    assert operations(block) == [operator.pow, operator.mul, operator.mul]
    assert block.body[0].args[1] == Lit(2)
    block = lower_rule(a_users_rule, (array("ct", 1), array("out", 1), array("x", 1)), {})
    assert operations(block)[0] is runtime.unbroadcast


def a_rule_with_a_loop(ct, out, x):
    total = 0.0
    for k in range(3):
        total = total + ct * k
    for row in x:
        total = total + row
    return total


def test_loops_in_a_rule_are_unrolled_or_stay():
    block = lower_rule(a_rule_with_a_loop, (Var("ct", FLOAT), Var("out", FLOAT), array("x", 1)), {})
    verify(Program(entry_of(block)))
    (total,) = Interpreter(Program(entry_of(block))).block(block, (2.0, 0.0, np.array([1.0, 2.0])), {})
    assert total == a_rule_with_a_loop(2.0, 0.0, np.array([1.0, 2.0]))


def a_rule_that_writes(ct, out, x):
    d = np.zeros_like(x)
    d[0] = ct
    return d


@pytest.mark.parametrize("fn", [a_rule_that_writes, len])
def test_what_cannot_be_lowered_is_no_template(fn):
    with pytest.raises(NotATemplate):
        lower_rule(fn, (array("ct", 1), array("out", 1), array("x", 1)), {})


def test_a_template_is_made_once():
    fn = rule_of(operator.mul).fn
    inputs = (array("out", 2), array("x", 2), array("y", 2))
    assert lower_rule(fn, inputs, {}) is lower_rule(fn, inputs, {})


def test_types_in_a_template_are_found():
    scalar = Var("s", Scalar("float", "float32"))
    block = lower_rule(rule_of(np.tanh).fn, (scalar, scalar), {})
    assert block.results[0].type == Scalar("float", "float32")
