"""Rules for functions of the user's: used where these are called, and checked at their definition and first use."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors
from pullback.cli import main
from pullback.stdlib import registry
from tests.behaviour import assert_behaves, identical
from tests.transpile.lowering import live, pointed_at

X = np.array([0.3, -0.4, 0.5])
CALLS: list[str] = []


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Rules registered in a test are gone afterwards."""
    kept = dict(registry._RULES)
    CALLS.clear()
    yield
    registry._RULES.clear()
    registry._RULES.update(kept)


# functions, and rules for them that note that they are used, or could only be these


def softplus(x, k=1.0):
    return np.log1p(np.exp(k * x)) / k


def partials_of_softplus(out, x, k):
    s = 1.0 / (1.0 + np.exp(-k * x))
    return s, (x * s - out) / k


def total(x, axis=None):
    t = np.zeros_like(x)
    for _ in range(3):
        t = t + x
    return np.sum(t, axis=axis)


def cotangent_of_total(g, _, x, *, axis=None):
    return 3.0 * g if axis is None else 3.0 * np.expand_dims(g, axis) * np.ones_like(x)


def looking(g, out, x, *, axis=None):
    CALLS.append("looking")
    return 3.0 * g * np.ones_like(x)


def mixture(xs, w):
    return w[0] * xs[0] + w[1] * xs[1]


def cotangents_of_mixture(ct, out, xs, w):
    return (w[0] * ct, w[1] * ct), np.stack([np.sum(ct * xs[0]), np.sum(ct * xs[1])])


def opaque(x):
    return np.frompyfunc(lambda v: v * v, 1, 1)(x).astype(float)


def partial_of_opaque(out, x):
    return 2.0 * x


def sevens(out, x, k):
    return 7.0, 8.0


def of_softplus(x, k):
    y = softplus(x, k=k)
    y += 1.0
    return np.sum(y * x) + softplus(k, 2.0)


def of_total(x):
    return total(x * x) * np.sum(total(x[None] * x[:, None], axis=1))


def of_mixture(x, w):
    return np.sum(mixture([x, x * x], w) * x)


def of_opaque(x):
    return np.sum(opaque(x) * x)


def use_all() -> None:
    pullback.elementwise(softplus)(partials_of_softplus)
    pullback.rule(total)(cotangent_of_total)
    pullback.rule(mixture)(cotangents_of_mixture)
    pullback.elementwise(opaque)(partial_of_opaque)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (of_softplus, (X, 0.8)),
        (of_softplus, (X.astype(np.float32), np.float32(0.8))),
        (of_total, (X,)),
        (of_mixture, (X, np.array([0.3, 0.7]))),
        (of_opaque, (X,)),
        (softplus, (X, 0.8)),
        (softplus, (0.4, 0.8)),
    ],
)
def test_functions_with_rules_differentiate(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    use_all()
    assert_behaves(f, *args)


def test_the_text_calls_the_function_and_has_the_rule_in_line() -> None:
    use_all()
    text = pullback.grad(of_softplus).specialize(X, 2.0).source
    assert "from tests.test_user_rules import softplus\n" in text
    assert "y = softplus(x, k)" in text
    assert "1.0 / (1.0 + np.exp(-(k * x)))" in text or "/ (1.0 + np.exp(-(k * x)))" in text
    assert "partials_of_softplus" not in text


def test_it_is_the_rule_that_is_used() -> None:
    pullback.rule(total)(looking)
    np.testing.assert_array_equal(pullback.grad(total)(X), [3.0, 3.0, 3.0])
    np.testing.assert_allclose(pullback.grad(twice_total)(X), 12.0 * X)
    assert CALLS == ["looking", "looking"]
    pullback.elementwise(softplus)(sevens)
    assert identical(pullback.grad(softplus, wrt=(0, 1))(0.3, 1.0), (7.0, 8.0))


def twice_total(x):
    return total(2.0 * x * x)


def test_a_rule_may_come_later() -> None:
    with pytest.raises(errors.PullbackError):
        pullback.grad(of_opaque)(X)
    use_all()
    np.testing.assert_allclose(pullback.grad(of_opaque)(X), 3.0 * X * X)


MODULE = """
def op(x):
    return x * x

def r(ct, out, x):
    print(end="")
    return 5.0 * ct

def f(x):
    return op(x) + 1.0
"""


def test_a_rule_and_a_function_in_a_module_that_cannot_be_imported() -> None:
    f = live(MODULE)
    pullback.rule(f.__globals__["op"])(f.__globals__["r"])
    assert pullback.grad(f)(0.5) == 5.0


def test_a_rule_that_has_lost_its_name_cannot_be_called() -> None:
    f = live(MODULE)
    pullback.rule(f.__globals__["op"])(f.__globals__.pop("r"))
    with pytest.raises(errors.NotSupportedYet, match="'r', a rule or a function with one, is not what its module has"):
        pullback.grad(f)(0.5)


def fills(x):
    x[0] = 1.0
    return np.sum(x)


def handed_on(ct, out, x):
    return ct


def of_fills(x):
    return fills(2.0 * x)


def test_a_function_with_a_rule_may_not_write() -> None:
    pullback.rule(fills)(handed_on)
    with pytest.raises(errors.NotSupportedYet) as e:
        pullback.grad(of_fills)(X)
    assert e.value.message == "'fills' has a derivative rule, and writes into its argument 'x'"
    assert pointed_at(e.value) == "fills(2.0 * x)"


# what does not fit, at the definition


def no_inputs(ct, out):
    return None


def too_many(out, x, k, j):
    return 1.0, 1.0, 1.0


def another_name(ct, out, x, *, axes=None):
    return ct


def too_few(out, x):
    return 1.0


def no_default(ct, out, x, *, axis):
    return ct


def needs_both(x, y):
    return x * y


@pytest.mark.parametrize(
    ("kind", "op", "r", "message"),
    [
        ("rule", total, no_inputs, "takes (ct, out, *inputs), and this has no inputs"),
        ("elementwise", softplus, too_many, "takes 3 inputs, and 'softplus' has 2"),
        ("rule", total, another_name, "takes 'axes' after the `*`, which is no parameter of 'total'"),
        ("elementwise", needs_both, too_few, "does not take 'y', which 'needs_both' cannot be called without"),
        ("rule", total, no_default, "needs a default for 'axis', which 'total' has one for"),
        ("elementwise", np.heaviside, too_many, "takes 3 inputs, and 'heaviside' has 2"),
    ],
)
def test_parameters_that_do_not_fit(kind: str, op: Any, r: Any, message: str) -> None:
    with pytest.raises(errors.RuleError) as e:
        getattr(pullback, kind)(op)(r)
    assert e.value.message == f"the rule {r.__name__!r} for {op.__name__!r} {message}"
    assert e.value.file == __file__
    assert pointed_at(e.value) == linecache.getline(__file__, r.__code__.co_firstlineno).strip()
    assert not any(x.fn is r for found in registry.rules().values() for x in found)


def test_a_rule_for_inputs_that_there_are_not() -> None:
    with pytest.raises(errors.RuleError, match=r"is for the inputs \(2,\), and takes 2 inputs"):
        pullback.elementwise(softplus, active=(2,))(partials_of_softplus)


def test_a_second_rule_is_an_error() -> None:
    pullback.elementwise(softplus)(partials_of_softplus)
    with pytest.raises(ValueError, match="'softplus' has a both rule already"):
        pullback.elementwise(softplus)(partials_of_softplus)


# what does not fit, of what they return


def of_total_alone(x):
    return total(x)


def of_both(x, y):
    return np.sum(needs_both(x, y))


def of_fixed(x, w):
    return np.sum(mixture([x, x * x], np.array([w, w])))


USES: dict[Any, tuple[Any, tuple[Any, ...]]] = {
    total: (of_total_alone, (X,)),
    needs_both: (of_both, (X, 2.0 * X)),
    mixture: (of_fixed, (X, 2.0)),
}
TOTAL = "ct, out, x, *, axis=None"
RETURNED = {
    "one of two": ("elementwise", needs_both, "out, x, y", "y", "one array for 2 inputs"),
    "three of two": ("elementwise", needs_both, "out, x, y", "(y, x, x)", "3 values for 2 inputs"),
    "a tuple for one": ("rule", total, TOTAL, "(ct, ct)", "a tuple of 2 for its one input"),
    "a list for one": ("rule", total, TOTAL, "[ct]", "a list of 1 for its one input"),
    "complex": ("rule", total, TOTAL, "1j * ct", "complex numbers for its input"),
    "a length": ("rule", mixture, "ct, out, xs, w", "([ct, ct], np.ones(4))", "f64[4] for input 2, which is f64[2]"),
    "too few": ("rule", mixture, "ct, out, xs, w", "((ct,), w)", "a tuple of 1 for input 1, which is a list of 2"),
    "an array": ("rule", mixture, "ct, out, xs, w", "(ct, w)", "one array for input 1, which is a list of 2"),
    "text": ("elementwise", needs_both, "out, x, y", "('a', x)", "'a' for input 1"),
    "a dict": ("rule", total, TOTAL, "{'x': ct}", "a dict for its one input"),
}


@pytest.mark.parametrize("name", RETURNED)
def test_what_a_rule_returns_is_checked_at_once(name: str) -> None:
    kind, op, parameters, returned, message = RETURNED[name]
    r = live(f"def r({parameters}):\n    return {returned}\n", "r")
    getattr(pullback, kind)(op)(r)
    f, args = USES[op]
    with pytest.raises(errors.RuleError) as e:
        pullback.grad(f)(*args)
    assert e.value.message == f"the rule 'r' returns {message}"
    assert pointed_at(e.value) == f"return {returned}"


SHAPE = "an array of shape"
WHEN_IT_RUNS = {
    "a length": ("rule", total, TOTAL, "ct * np.ones(5)", f"{SHAPE} (5,) for input 1, of shape (3,)"),
    "too short": ("rule", total, TOTAL, "ct * x[1:]", f"{SHAPE} (2,) for input 1, of shape (3,)"),
    "complex": ("rule", total, TOTAL, "ct * hidden(1j)", "complex of no dtype for input 1"),
    "text": ("rule", total, TOTAL, "hidden('a')", "str of no dtype for input 1"),
    "one of two": ("elementwise", needs_both, "out, x, y", "hidden(1.0)", "one float for 2 inputs"),
    "three of two": ("elementwise", needs_both, "out, x, y", "hidden((x, y, y))", "3 values for 2 inputs"),
    "a part": ("elementwise", needs_both, "out, x, y", "(x[1:], x)", f"{SHAPE} (2,) for input 1, of shape (3,)"),
    "a list": ("rule", mixture, "ct, out, xs, w", "(hidden(ct), w)", "ndarray for input 1, which is list"),
}


@pytest.mark.parametrize("name", WHEN_IT_RUNS)
def test_what_a_rule_returns_is_checked_when_it_runs(name: str) -> None:
    kind, op, parameters, returned, message = WHEN_IT_RUNS[name]
    hidden = "def hidden(x):\n    global count\n    count = 1\n    return x\n"
    r = live(f"{hidden}\ndef r({parameters}):\n    return {returned}\n", "r")
    getattr(pullback, kind)(op)(r)
    f, args = USES[op]
    with pytest.raises(errors.RuleError) as e:
        pullback.grad(f)(*args)
    assert e.value.message == f"the rule 'r' returned {message}"
    assert e.value.file == __file__
    calls = {total: "total(x)", needs_both: "needs_both(x, y)", mixture: "mixture([x, x * x], np.array([w, w]))"}
    assert pointed_at(e.value) == calls[op]


def one_only(ct, out, x, y):
    return 2.0, None


def test_none_is_no_cotangent_and_a_number_stands_for_all() -> None:
    pullback.rule(needs_both)(one_only)
    np.testing.assert_array_equal(pullback.grad(of_both)(X, X), [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(pullback.grad(of_both, wrt=1)(X, X), [0.0, 0.0, 0.0])


IN_A_FILE = '''\
import numpy as np
from pullback import elementwise, rule
from scipy.special import expit
import operations
from operations import halved


def rounded(x):
    return np.round(x)


@elementwise(rounded, halved)
def straight_through(out, x):
    return 1.0


@rule(expit)
def of_expit(ct, out, x):
    return ct * out * (1.0 - out)


def f(x: float):
    return rounded(x) * x


def g(x: float):
    return operations.halved(x)


def h(x: float):
    return operations.by_a_rule_of_another_file(x)


def logistic(x: float):
    return expit(x)


def plain(x: float):
    return straight_through(x, x) * x
'''
OPERATIONS = '''\
def halved(x):
    return x / 2.0


def by_a_rule_of_another_file(x):
    return x / 2.0


import more_rules
'''
MORE_RULES = "import pullback\nimport operations\n\n@pullback.rule(operations.by_a_rule_of_another_file)\n"
MORE_RULES += "def passed(ct, out, x):\n    return ct\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with rules in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("ruled", IN_A_FILE), ("operations", OPERATIONS), ("more_rules", MORE_RULES)):
        (tmp_path / f"{name}.py").write_text(text)


@pytest.mark.parametrize(
    ("name", "what", "marked"),
    [
        ("f", "rounded", "rounded"),
        ("g", "operations.halved", "operations.halved"),
        ("h", "operations.by_a_rule_of_another_file", "operations.by_a_rule_of_another_file"),
        ("logistic", "expit", "expit"),
        ("rounded", "rounded", "def rounded(x):"),
    ],
)
def test_a_rule_in_a_file_that_is_not_run_is_never_left_out(
    name: str, what: str, marked: str, files: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", f"ruled.py:{name}"]) == 1
    first, line, mark, hint = capsys.readouterr().err.splitlines()
    said = "has a derivative rule, which is not known where the file is read without running it"
    assert first.endswith(f"{what!r} {said}")
    assert line[mark.index("^") : mark.rindex("^") + 1] == marked
    assert "pullback.grad(f).save(path)" in hint


def test_a_rule_in_a_file_is_a_function_like_others(files: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "ruled.py:plain"]) == 0
    assert "return straight_through(x, x) + d" in capsys.readouterr().out
    assert main(["show", "ruled.py"]) == 1
    assert "straight_through" not in capsys.readouterr().err
