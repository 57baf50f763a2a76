"""What is not supported is refused: the message, the place, the way round it."""

import numpy as np
import pytest

from pullback import errors
from pullback.transpile.abstract import FLOAT, UNKNOWN
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from tests.transpile.lowering import live, lowered, pointed_at, refused

rng = np.random.default_rng(3)


def n(*shape):
    return rng.standard_normal(shape)


# name: (body of `f(x)`, argument, message, marked text, hint)
STATEMENTS = {
    "a choice": (
        "s = np.zeros(3)\nt = s if x[0] > 0 else x\ns += x\nreturn t",
        n(3),
        "'t' cannot be used: it may be the array that is written under another name on line 8",
        "return t",
        "Copy one of them first (.copy()), or use one name for both.",
    ),
    "an integer array": (
        "s = np.zeros(3, int)\ns += x\nreturn s",
        n(3),
        "an array of ints cannot take the floats that this gives",
        "s += x",
        "This raises UFuncTypeError in NumPy.",
    ),
    "integers of another size": (
        "s = np.zeros(3, np.uint8)\ns[1:] -= x\nreturn s",
        np.arange(2),
        "an array of uint8s cannot take the int64s that this gives",
        "s[1:] -= x",
        "This raises UFuncTypeError in NumPy.",
    ),
    "a matrix times a vector in place": (
        "x @= x[0]\nreturn x",
        n(3, 3),
        "`@=` with a vector",
        "x @= x[0]",
        "This raises ValueError in NumPy.",
    ),
    "more axes": (
        "s = np.zeros(3)\ns += x\nreturn s",
        n(1, 3),
        "an array of 1 axes cannot take the 2 that this gives",
        "s += x",
        "This raises ValueError in NumPy.",
    ),
    "one of two arrays": (
        "s = x * 2\nw = max(s, s)\ns += 1\nreturn w",
        n(1),
        "'w' cannot be used: it may be the array that is written under another name on line 8",
        "return w",
        "Copy one of them first (.copy()), or use one name for both.",
    ),
    "an array without a copy": (
        "s = np.array(x, copy=False)\ns += 1\nreturn x",
        n(1),
        "'x' cannot be used: it may be the array that is written under another name on line 7",
        "return x",
        "Copy one of them first (.copy()), or use one name for both.",
    ),
    "a loop without an end": (
        "while True:\n    x = x + 1\nreturn x",
        1.0,
        "nothing ends this loop: no `break` and no `return` is in it",
        "True",
        "Put the condition under which it goes on after `while`.",
    ),
    "a loop that only raises": (
        "while True:\n    x = x + 1\n    if x > 3:\n        raise ValueError\nreturn x",
        1.0,
        "nothing ends this loop",
        "True",
        "Put the condition",
    ),
    "several structures returned in a loop": (
        "for i in range(3):\n    if x > i:\n        return x\n    if x < -i:\n        return x, x\nreturn x",
        1.0,
        "the structure of a value is another one in each branch",
        "if x > i:",
        "Make it a tuple, list or dict of one structure in both",
    ),
    "inner function that calls itself and binds": (
        "t = 0.0\ndef g(k):\n    nonlocal t\n    t = t + x\n    return t if k == 0 else g(k - 1)\nreturn g(int(x))",
        1.0,
        "'g' calls itself, and how often is not known while transpiling",
        "g(k - 1)",
        "Write a loop",
    ),
    "function as a result": (
        "g = lambda y: y\nreturn x, g",
        1.0,
        "a function is used as a value, which is not supported yet",
        "return x, g",
        "Call it",
    ),
    "function chosen by a condition of the run": (
        "if x > 0:\n    g = lambda y: y\nelse:\n    g = lambda y: -y\nreturn g(x)",
        1.0,
        "a function or module is chosen by a condition of the run",
        "if x > 0:",
        "Call it inside the branches",
    ),
    "variable of a function that is bound later": (
        "def g(y):\n    return y * k\nz = g(x)\nk = 2.0\nreturn z",
        1.0,
        "'k' may be unbound: it is read before anything is assigned to it",
        "k",
        "Assign to it first",
    ),
    "class": (
        "class A:\n    pass\nreturn x",
        1.0,
        "a class inside a function is not supported yet",
        "class A:",
        "module level",
    ),
    "import": (
        "import numpy\nreturn x",
        1.0,
        "an import inside a function is not supported yet",
        "import numpy",
        "top of the",
    ),
    "global": (
        "global y\ny = x\nreturn x",
        1.0,
        "`global` is not supported yet",
        "global y",
        "Return the value instead",
    ),
    "attribute": (
        "x.y = 2\nreturn x",
        1.0,
        "setting an attribute is not supported yet",
        "x.y",
        "Keep the value in a variable.",
    ),
    "deleted item": (
        "del x[0]\nreturn x",
        n(3),
        "deleting an item or attribute is not supported yet",
        "x[0]",
        "Build a new",
    ),
    "raise a value": (
        "raise x",
        1.0,
        "only an exception class of Python's can be raised yet",
        "raise x",
        "Raise a ValueError",
    ),
    # names without a value
    "one branch": (
        "if x > 0:\n    y = x\nreturn y",
        1.0,
        "'y' may be unbound: it is set in only one branch of the `if` on line 6",
        "y",
        "Give it a value before the `if`, or in both branches.",
    ),
    "a branch of a branch": (
        "if x > 0:\n    if x > 1:\n        y = x\nelse:\n    y = 2.0\nreturn y",
        1.0,
        "'y' may be unbound: it is set in only one branch of the `if` on line 7",
        "y",
        "Give it a value before the `if`",
    ),
    "read before it is bound in the loop": (
        "for i in range(3):\n    if i > 0:\n        x = x + y\n    y = x\nreturn x",
        1.0,
        "'y' may be unbound: it is read before anything is assigned to it",
        "y",
        "Assign to it first.",
    ),
    "first bound in an inner loop": (
        "for i in range(3):\n    for j in range(i):\n        y = x\n    x = x + y\nreturn x",
        1.0,
        "'y' may be unbound: it is first set inside the loop on line 7, which may not run",
        "y",
        "Give it a value before the loop.",
    ),
    "first bound in an inner while": (
        "for i in range(3):\n    while x > i:\n        y = x\n        x = x / 2\n    x = x + y\nreturn x",
        1.0,
        "'y' may be unbound: it is first set inside the loop on line 7, which may not run",
        "y",
        "Give it a value before the loop.",
    ),
    "bound in a branch, and then in a loop": (
        "if x > 0:\n    y = x\nfor i in range(int(x)):\n    y = x\nreturn y",
        1.0,
        "'y' may be unbound: it is first set inside the loop on line 8, which may not run",
        "y",
        "Give it a value before the loop.",
    ),
    "a variable of a branch, and then of a loop": (
        "if x > 0:\n    i = x\nfor i in range(int(x)):\n    x = x + 1\nreturn x * i",
        1.0,
        "'i' may be unbound: it has no value if the loop on line 8 does not run",
        "i",
        "Give it a value before the loop.",
    ),
    "loop variable in an outer loop": (
        "for i in range(3):\n    for j in range(i):\n        x = x + j\n    x = x * j\nreturn x",
        1.0,
        "'j' may be unbound: it has no value if the loop on line 7 does not run",
        "j",
        "Give it a value before the loop.",
    ),
    "before it is assigned": (
        "y = z\nz = x\nreturn y",
        1.0,
        "'z' may be unbound: it is read before anything is",
        "z",
        "Assign",
    ),
    "a global that is also local": (
        "y = exp(x)\nexp = x\nreturn y",
        1.0,
        "'exp' may be unbound: it is read before",
        "exp",
        "Assign",
    ),
    "deleted": ("y = x\ndel y\nreturn y", 1.0, "'y' may be unbound: it was deleted", "y", ""),
    "deleted in one branch": (
        "y = x\nif x > 0:\n    del y\nreturn y",
        1.0,
        "'y' may be unbound: it was deleted",
        "y",
        "",
    ),
    "deleted in a loop": (
        "y = x\nfor i in range(3):\n    x = x + y\n    del y\nreturn x",
        1.0,
        "'y' may be unbound: it was",
        "y",
        "",
    ),
    # structures that differ
    "tuples of two lengths": (
        "p = (x,)\nif x > 0:\n    p = (x, x)\nreturn p[0]",
        1.0,
        "'p' cannot be used: it has another structure in each branch of the `if` on line 7",
        "p",
        "Make it a tuple, list or dict of one structure",
    ),
    "a tuple that grows": (
        "p = (x,)\nfor i in range(3):\n    p = p + (x,)\nreturn p[0]",
        1.0,
        "'p' cannot be used: it has another structure in each iteration of the loop on line 7",
        "p",
        "Make it a tuple, list or dict of one structure",
    ),
    "a tuple or a number": (
        "return (x, x) if x > 0 else x",
        1.0,
        "the structure of a value is another one in each branch",
        "(x, x) if x > 0 else x",
        "Make it a tuple",
    ),
    "functions": (
        "g = np.sin\nif x > 0:\n    g = np.cos\nreturn g(x)",
        1.0,
        "a call of a value that is not known while transpiling is not supported yet",
        "g",
        "Call a function by its name.",
    ),
    "unlike items": (
        "t = (x, x[0])\nfor k in range(len(x)):\n    x = x + t[k]\nreturn x",
        n(2),
        "an item of a tuple whose items differ is read at an index of the run",
        "t[k]",
        "Loop over the items themselves, not over indices.",
    ),
    "a key of the run": (
        "d = {0: x, 1: 2.0}\nreturn d[int(x)]",
        1.0,
        "a key that depends on the run is not supported yet",
        "int(x)",
        "Write the keys out, or use a list or an array.",
    ),
}

# expression: (argument, message, marked text, hint)
EXPRESSIONS = {
    "{x, 1.0}": (1.0, "a set is not supported yet", "{x, 1.0}", "Use a tuple."),
    "{x: 1}": (
        1.0,
        "a key of a dict must be a string or an integer that is written out",
        "x",
        "Use a list or an array.",
    ),
    "max(x)": (n(2), "max of a list or array is not supported yet", "max(x)", "Use np.max."),
    "any(x)": (n(2, 3), "any of a list or array is not supported yet", "any(x)", "Use np.any."),
    "tuple(x)": (n(2), "tuple of something whose length is not known is not supported", "tuple(x)", "Loop over it."),
    "map(abs, (x,))": (
        1.0,
        "what map gives can be read once only, and it is used as a value",
        "return map(abs, (x,))",
        "Make a list of it",
    ),
    "x.base": (n(2), "the attribute 'base' of an array is not supported yet", "x.base", ""),
    "x.imag": (n(), "the attribute 'imag' of an array is not supported yet", "x.imag", ""),
    "x.foo": (n(2), "an array or number has no attribute 'foo'", "x.foo", "This raises AttributeError in Python."),
    "x.tolist()": (n(2), "the method 'tolist' of an array is not supported yet", "x.tolist", "Use a NumPy function."),
    "np.sort(x, out=x)": (
        n(2),
        "the argument 'out' of np.sort is not supported yet",
        "out=x",
        "Assign the result instead.",
    ),
    "np.sum(x, where=x > 0)": (
        n(2),
        "the argument 'where' of np.sum is not supported yet",
        "where=x > 0",
        "Use np.where",
    ),
    "np.exp(x, dtype='f4')": (n(2), "the argument 'dtype' of np.exp is not supported yet", "dtype='f4'", "Use .astype"),
    "x.sum(initial=1.0)": (
        n(2),
        "the argument 'initial' of np.sum is not supported yet",
        "initial=1.0",
        "Leave it out.",
    ),
    "x.argmax(0, x)": (
        n(2, 2),
        "`out` has another dtype or other axes than the result",
        "x.argmax(0, x)",
        "Assign instead: `out[...] = f(...)`.",
    ),
    "np.greater(x, 0, where=x > 1)": (n(2), "the argument 'where' of np.greater", "where=x > 1", "Use np.where"),
    "np.random.normal() * x": (
        1.0,
        "random numbers without a key are not supported yet",
        "np.random.normal",
        "Use pullback.stdlib.random",
    ),
    "x[0.5]": (n(2), "an index is not an integer", "0.5", "This raises IndexError in NumPy."),
    "x[0][1]": (n(2), "a scalar is read by index", "x[0][1]", "This raises TypeError in Python."),
    "x.shape[2]": (n(2, 2), "axis 2 of an array that has 2", "x.shape[2]", "This raises IndexError in Python."),
    "(x, x)[2]": (1.0, "index 2 of a tuple of length 2", "(x, x)[2]", "This raises IndexError in Python."),
    "{'a': x}['b']": (1.0, "the dict has no key 'b'", "{'a': x}['b']", "Its keys are 'a'."),
    "x + None": (1.0, "the right operand is None", "x + None", "Only numbers and arrays"),
    "'a' + x": (1.0, "the left operand is a string", "'a' + x", "Only numbers and arrays"),
    "x is x.T": (
        n(2),
        "`is` between these values is not supported yet",
        "x is x.T",
        "Compare with `==`, or with None.",
    ),
    "x in [x]": (n(2), "`in` is not supported yet for this container", "x in [x]", "Compare with its items."),
    "pow(x, 2, 3)": (1.0, "pow with a modulus is not supported", "pow(x, 2, 3)", "It is for integers only"),
    "len(x)": (1.0, "a number has no length", "len(x)", "This raises TypeError in Python."),
    "x(1)": (
        1.0,
        "a call of a value that is not known while transpiling is not supported yet",
        "x",
        "Call a function by its name.",
    ),
    "np(x)": (1.0, "np is not a function", "np(x)", "This raises TypeError in Python."),
    "(np, x)": (1.0, "the module 'np' is used as a value", "return (np, x)", "Use a name in it."),
}


def check(error, message, marked, hint):
    assert message in error.message
    assert pointed_at(error) == marked
    assert hint in error.hint
    assert error.file.startswith("<program")


@pytest.mark.parametrize("case", STATEMENTS.values(), ids=STATEMENTS)
def test_statements_that_are_refused(case):
    body, argument, message, marked, hint = case
    text = "def f(x):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    check(refused(text, argument), message, marked, hint)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_that_are_refused(expression):
    argument, message, marked, hint = EXPRESSIONS[expression]
    check(refused(f"def f(x):\n    return {expression}\n", argument), message, marked, hint)


@pytest.mark.parametrize(
    ("callee", "call", "message", "marked"),
    [
        ("def g(a):", "g(x, 2)", "'g' takes 1 positional arguments, 2 are given", "g(x, 2)"),
        ("def g(a):", "g(b=x)", "the argument 'b' of 'g' is no parameter", "g(b=x)"),
        ("def g(a):", "g(x, a=x)", "the argument 'a' of 'g' is given twice", "g(x, a=x)"),
        ("def g(a, /):", "g(a=x)", "the argument 'a' of 'g' is no parameter", "g(a=x)"),
        ("def g(a):", "g()", "the argument 'a' of 'g' is missing", "g()"),
        ("def g(*a, b):", "g(x)", "the argument 'b' of 'g' is missing", "g(x)"),
        ("def g(a, **k):", "g(x, a=x)", "the argument 'a' of 'g' is given twice", "g(x, a=x)"),
        ("def g(a, b=np.zeros(2)):", "g(x)", "the default of 'b' in 'g' is not a constant", "g(x)"),
        ("def g(a):", "g(*x)", "the length of what is unpacked here is not known", "*x"),
        ("def g(a):", "np.sin(g)", "the function 'g' is used as a value, which is not supported yet", "np.sin(g)"),
        ("class g:", "g(x)", "g() takes no arguments", "g(x)"),
    ],
)
def test_calls_that_are_refused(callee, call, message, marked):
    error = refused(f"{callee}\n    a = 1\n\ndef f(x):\n    return {call}\n", n(2))
    check(error, message, marked, "")


def test_a_place_in_a_called_function_is_in_that_function():
    error = refused("def g(a):\n    del a[0]\n    return a\n\ndef f(x):\n    return g(x)\n", n(2))
    assert (error.line, error.col) == (6, 9)


def test_parameters_with_stars():
    for star, mark in (("*xs", "*xs"), ("**kw", "**kw")):
        f = live(f"def f(x, {star}):\n    return x\n")
        with pytest.raises(errors.SignatureNeeded, match=r"how many arguments `\*+\w+` takes is not known") as e:
            lower(from_function(f), [FLOAT, UNKNOWN])
        assert pointed_at(e.value) == mark.strip("*")


def test_a_function_that_never_returns():
    error = refused("def g(a):\n    return g(a)\n\ndef f(x):\n    return g(x)\n", 1.0)
    assert error.message == "'g' calls itself without an end"


def test_an_object_of_the_users():
    text = "class A:\n    def __setattr__(self, n, v):\n        pass\n\na = A()\n\ndef f(x):\n    return a.x * x\n"
    error = refused(text, 1.0)
    check(error, "'a' is an object of type 'A', which is not supported yet", "a", "Pass what it holds.")


def test_an_operation_without_a_rule_is_named_with_near_matches():
    error = refused("def f(x):\n    return np.lib.stride_tricks.as_strided(x, (2,))\n", n(2, 2), cls=errors.NoRule)
    check(error, "there is no derivative rule for 'as_strided'", "np.lib.stride_tricks.as_strided", "@pullback.rule")
    error = refused("def f(x):\n    return np.tanhh(x)\n", n(2), cls=errors.SourceError)
    check(error, "'np' has no attribute 'tanhh'", "np.tanhh", "Did you mean np.tanh?")


def test_a_name_that_is_not_defined():
    error = refused("def f(x):\n    return undefined(x)\n", 1.0, cls=errors.SourceError)
    check(error, "'undefined' is not defined", "undefined", "")


def test_what_a_loop_runs_over_must_be_known():
    f = live("def f(x):\n    for v in x:\n        pass\n    return x\n")
    with pytest.raises(errors.SignatureNeeded, match="it is not known what this loops over") as e:
        lower(from_function(f), [UNKNOWN])
    assert pointed_at(e.value) == "x"


def test_an_augmented_assignment_to_an_array_of_the_module():
    text = "W = np.zeros(3)\n\ndef f(x):\n    s = W\n    s += x\n    return s\n"
    check(refused(text, n(3)), "'W' is a value of the module, and it is written", "s", "Write to a copy of it.")
    text = "W = np.zeros(3)\n\ndef f(x):\n    W[1:][0] = x[0]\n    return W * x\n"
    check(refused(text, n(3)), "'W' is a value of the module, and it is written", "W[1:][0]", "Write to a copy of it.")


def test_an_augmented_assignment_to_what_may_be_an_array():
    f = live("def f(x, y):\n    x += y\n    return x\n")
    with pytest.raises(errors.SignatureNeeded, match="the type of 'x' is not known") as e:
        lower(from_function(f), [UNKNOWN, UNKNOWN])
    assert pointed_at(e.value) == "x += y"
    assert "Write `x = x + ...`" in e.value.hint


def test_carets_stand_under_letters_beyond_ascii():
    error = refused("def f(été):\n    é = 'é'; return été.resize(1)\n", n(2))
    assert pointed_at(error) == "été.resize"


def test_a_refusal_over_several_lines_marks_the_first():
    error = refused("def f(x):\n    return np.sin(lambda y:\n        y)\n", 1.0)
    assert pointed_at(error) == "np.sin(lambda y:"


def test_a_branch_that_types_exclude_may_hold_anything():
    text = "def f(x):\n    if x is None:\n        with open('a') as g:\n            yield_ = lambda: 1\n    return x\n"
    assert lowered(text, 1.0).entry.block.body == ()
