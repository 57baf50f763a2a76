"""Rules as templates: what the transpiler inlines is what the rule computes, and can be differentiated again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pullback.stdlib.rules  # noqa: F401  registers
from pullback.stdlib import registry
from pullback.testing import cotangent_of, float_leaves
from pullback.transpile import prims
from pullback.transpile.core import (
    Arg,
    Block,
    Function,
    Lit,
    Op,
    Origin,
    Program,
    Stmt,
    Var,
)
from pullback.transpile.infer import type_of_value
from pullback.transpile.interpret import Interpreter
from pullback.transpile.lower import NotATemplate, lower_rule
from pullback.transpile.traversal import blocks
from tests.stdlib.all_samples import SAMPLES, Sample
from tests.stdlib.test_rules import name

CASES = [(op, s) for op, samples in SAMPLES.items() for s in samples]
NOWHERE = Origin("", 0, 0, 0, 0, "")


def argument(x: Any, hint: str, values: dict[Var, Any], literal: bool = False) -> Arg:
    """An operand of Core with this value: literals for ints and strings, variables for what may be differentiated."""
    if isinstance(x, list | tuple):
        return tuple(argument(item, f"{hint}{k}", values, literal) for k, item in enumerate(x))
    if literal or x is None or isinstance(x, int | str | type):
        return Lit(x)
    v = Var(hint, type_of_value(x, hint))
    values[v] = x
    return v


def statements(block: Block) -> Iterator[Stmt]:
    for s in block.body:
        yield s
        for b in blocks(s):
            yield from statements(b)


def flat(x: Any) -> Iterator[Any]:
    if isinstance(x, list | tuple):
        for item in x:
            yield from flat(item)
    else:
        yield x


def aligned(ct: Any, x: Any) -> Any:
    """A rule's cotangents with one None for each leaf of an operand that has none."""
    if isinstance(x, list | tuple):
        return [aligned(c, item) for c, item in zip((None,) * len(x) if ct is None else ct, x, strict=False)]
    return ct


def tangents_of(inputs: Any) -> Any:
    """A tangent for each float among the inputs, None for what is none."""
    rng = np.random.default_rng(3)
    return tuple(cotangent_of(x, rng) if any(True for _ in float_leaves(x)) else None for x in inputs)


@pytest.mark.parametrize(("op", "sample"), CASES, ids=[name(op) for op, _ in CASES])
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_is_inlined(op: Any, sample: Sample) -> None:
    out = op(*sample.inputs, **sample.static)
    ct = cotangent_of(out, np.random.default_rng(0))
    for rule in registry.rules()[op]:
        values: dict[Var, Any] = {}
        first = {"elementwise": (), "reverse": (ct,), "forward": (tangents_of(sample.inputs),)}[rule.kind]
        given = (*first, out, *sample.inputs)
        inputs = tuple(argument(x, f"x{k}", values) for k, x in enumerate(given))
        statics = {k: argument(x, "", values, literal=True) for k, x in sample.static.items()}
        try:
            block = lower_rule(rule.fn, inputs, statics)
        except registry.Unsupported:
            assert rule.active is None  # what has a derivative in other inputs only
            continue
        assert {s.op for s in statements(block) if isinstance(s, Op)} <= registry.known_ops() | PRIMS
        atoms = list(flat(inputs))
        program = Program(Function("rule", (), block, NOWHERE))
        got = Interpreter(program).block(block, [values.get(a, getattr(a, "value", None)) for a in atoms], {})
        expected = rule.fn(*given, **sample.static)
        operands = out if rule.kind == "forward" else sample.inputs if len(sample.inputs) > 1 else sample.inputs[0]
        for g, e in zip(flat(got), flat(aligned(expected, operands)), strict=True):
            assert (g is None) == (e is None)
            if e is not None:
                np.testing.assert_allclose(g, e, rtol=1e-12, atol=0.0)
                assert np.result_type(g) == np.result_type(e)


# these the engine differentiates itself
PRIMS = {prims.dim, prims.item, prims.alias, prims.make_tuple, prims.make_list, __import__("operator").getitem}


def refusing(ct: Any, out: Any, x: Any) -> Any:
    if x.ndim > 0:
        raise NotImplementedError("arrays")
    return ct


def checking(ct: Any, out: Any, x: Any) -> Any:
    assert out > 0.0
    return ct


@pytest.mark.parametrize("fn", [refusing, checking])
def test_a_rule_that_raises_is_called_rather_than_inlined(fn: Any) -> None:
    x = Var("x", type_of_value(np.ones(3), "x"))
    with pytest.raises(NotATemplate):
        lower_rule(fn, (x, x, x), {})


def test_an_array_read_in_the_order_of_its_memory_is_not_differentiated() -> None:
    x = np.ones((2, 3))
    with pytest.raises(NotImplementedError, match="order of its memory"):
        registry.rules()[np.ravel][0].fn(np.ones(6), np.ravel(x, "K"), x, order="K")
