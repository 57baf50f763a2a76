"""`break`, `continue` and `return` in loops: what becomes of them in Core, and what is refused, with its place."""

import pytest

from pullback.transpile.core import For, If, Lit, While
from pullback.transpile.show import core_text
from pullback.transpile.traversal import blocks
from tests.transpile.lowering import agrees, lowered, pointed_at, refused


def written(*lines):
    return "def f(x, n):\n" + "".join(f"    {line}\n" for line in lines)


def loops_of(program):
    return [s for s in program.entry.block.body if isinstance(s, For | While)]


def size(block):
    return sum(1 + sum(map(size, blocks(s))) for s in block.body)


def test_a_loop_without_jumps_does_not_stop():
    (loop,) = loops_of(lowered(written("for i in range(n):", "    x = x * 2", "return x"), 1.0, 3))
    assert loop.stop is None


def test_a_break_is_the_stop_of_its_loop():
    program = lowered(
        written("for i in range(n):", "    if x > 3:", "        break", "    x = x * 2", "return x"), 1.0, 3
    )
    (loop,) = loops_of(program)
    last = loop.body.body[-1]
    assert isinstance(last, If)
    assert loop.stop in last.outs
    assert [b.results[-1] for b in (last.then, last.orelse)] == [Lit(True), Lit(False)]
    assert "stops=True" in core_text(program)


def test_a_break_without_an_else_needs_no_flag_afterwards():
    program = lowered(
        written("for i in range(n):", "    if x > 3:", "        break", "    x = x * 2", "return x"), 1.0, 3
    )
    assert [v.hint for v in loops_of(program)[0].outs] == ["x"]


def test_what_is_returned_from_a_name_that_goes_round_is_that_name():
    text = written("for i in range(n):", "    if x > 3:", "        return x", "    x = x * 2", "return -x")
    (loop,) = loops_of(lowered(text, 1.0, 3))
    assert [v.hint for v in loop.outs] == ["x", "returned"]


def test_a_return_in_a_loop_that_has_no_other_end_needs_no_flag():
    text = written("while True:", "    x = x * 2", "    if x > n:", "        return x")
    (loop,) = loops_of(lowered(text, 1.0, 3))
    assert [v.hint for v in loop.outs] == ["x"]


def test_what_follows_is_never_copied_in_a_loop():
    lines = ["for i in range(n):"]
    for k in range(12):
        lines += [f"    if x > {k}:", f"        if x > {k}.5:", "            break", "        x = x * 0.5"]
    program = lowered(written(*lines, "return x"), 1.0, 3)
    assert size(program.entry.block) < 120


def test_what_follows_many_early_returns_is_copied_only_so_often():
    lines = []
    for k in range(12):
        lines += [f"if x > {k}:", f"    if x > {k}.5:", f"        return x * {k}", "    x = x * 0.9", "else:"]
        lines += ["    x = -x"]
    text = written(*lines, "return x")
    program = agrees(text, *((x, 1) for x in (0.5, -0.5, 3.2, 11.7, 12.3, 20.0)))
    assert size(program.entry.block) < 1000


def test_a_loop_that_is_unrolled_leaves_no_loop():
    text = written("for k in (1.0, 2.0):", "    if x > k:", "        break", "    x = x + k", "return x")
    assert loops_of(lowered(text, 1.0, 3)) == []


REFUSED = {
    "bound after a break": (
        ["for i in range(n):", "    if x > i:", "        break", "    y = x", "return y"],
        "'y' may be unbound: it is not set yet where the `if` on line 7 ends the iteration",
        "Give it a value before the loop.",
    ),
    "bound after a continue": (
        ["for i in range(n):", "    if x > i:", "        continue", "    y = x", "return y"],
        "'y' may be unbound: it is not set yet where the `if` on line 7 ends the iteration",
        "Give it a value before the loop.",
    ),
    "bound only where the loop is left": (
        ["for i in range(n):", "    if x > i:", "        y = x", "        break", "return y"],
        "'y' may be unbound: it is set only where the `if` on line 7 ends the iteration",
        "Give it a value before the loop.",
    ),
    "bound at one of two ways out": (
        [
            "while True:",
            "    if x > 3:",
            "        y = x",
            "        break",
            "    x = x + 1",
            "    if x > n:",
            "        break",
            "return y",
        ],
        "'y' may be unbound: it is set only where the `if` on line 7 ends the iteration",
        "Give it a value before the loop.",
    ),
    "bound only where it is left, and read in the else": (
        [
            "for i in range(n):",
            "    if x > i:",
            "        y = x",
            "        break",
            "else:",
            "    return y",
            "return x * y",
        ],
        "'y' may be unbound: it is set only where the loop on line 6 is left",
        "Give it a value before the loop.",
    ),
    "bound on one way that goes on": (
        [
            "for i in range(n):",
            "    if x > 2:",
            "        if x > i:",
            "            continue",
            "        y = x",
            "    x = x + y",
            "return x",
        ],
        "'y' may be unbound: it is set in only one branch of the `if` on line 7",
        "Give it a value before the `if`, or in both branches.",
    ),
    "bound in an inner loop that may not run": (
        [
            "for i in range(n):",
            "    for j in range(i):",
            "        y = x",
            "        if x > j:",
            "            break",
            "    x = x + y",
            "return x",
        ],
        "'y' may be unbound: it is first set inside the loop on line 7, which may not run",
        "Give it a value before the loop.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_may_have_no_value(name):
    lines, message, hint = REFUSED[name]
    error = refused(written(*lines), 1.5, 3)
    assert error.message == message
    assert error.hint == hint
    assert pointed_at(error) == "y"
