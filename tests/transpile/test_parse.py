"""Parsing live functions: the text that is really running, the file's positions, what names stand for."""

import functools
import importlib.util
import linecache
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pullback import errors
from pullback.stdlib import registry
from pullback.transpile.parse import FunctionSource, Missing, ModuleBinding, Value, from_function


@pytest.fixture
def load_module(tmp_path, monkeypatch):
    """Writes a module and imports it, under a name that no other test uses."""

    def load(text, name="user_model"):
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return load


def plain(x, scale=2.0):
    """Doc."""
    y = np.tanh(x)
    return scale * y.sum()


def checked(x):
    assert x > 0, "must be positive"
    total = 0.0
    for i in range(3):
        total += x**i if i else x
    assert total
    return total


def test_positions_are_those_of_the_file():
    source = from_function(plain)
    lines = source.text.split("\n")
    assert (source.name, source.qualname, source.module) == ("plain", "plain", __name__)
    assert source.file == __file__
    assert source.function is plain
    assert lines[source.tree.lineno - 1].startswith("def plain(")
    returned = source.tree.body[-1]
    assert lines[returned.lineno - 1][returned.col_offset : returned.end_col_offset] == "return scale * y.sum()"


def test_tree_of_an_unchanged_file_is_parsed_once():
    assert from_function(plain).tree is from_function(plain).tree
    assert from_function(plain).key == from_function(plain).key != from_function(checked).key


def test_names_are_looked_up_when_they_are_asked_for(load_module):
    m = load_module("import numpy as np\nSCALE = 2.0\ndef f(x):\n    return SCALE * g(x)\ndef g(x):\n    return x\n")
    source = from_function(m.f)
    assert source.resolve("np") == Value(np)
    assert source.resolve("SCALE") == Value(2.0)
    assert source.resolve("len") == Value(len)
    g = source.resolve("g")
    assert isinstance(g, FunctionSource)
    assert g.key == from_function(m.g).key
    assert isinstance(source.resolve("h"), Missing)
    m.SCALE = 3.0
    assert source.resolve("SCALE") == Value(3.0)


def test_functions_of_libraries_and_those_with_a_rule_are_values(load_module):
    m = load_module(
        "import math, operator, random, statistics, numpy as np\n"
        "from numpy import linalg\n"
        "def my_op(x):\n    return x\n"
        "def f(x):\n    return x\n"
        "isposinf, fmean, uniform, exp = np.isposinf, statistics.fmean, random.uniform, math.exp\n"
    )
    source = from_function(m.f)
    assert isinstance(source.resolve("my_op"), FunctionSource)
    registry.constant(m.my_op)
    try:
        for name in ("my_op", "isposinf", "fmean", "uniform", "exp", "linalg", "math", "operator"):
            assert source.resolve(name) == Value(getattr(m, name))
    finally:
        registry._CONSTANT.discard(m.my_op)


def test_own_modules_are_resolved_by_attribute(load_module):
    helpers = load_module("FACTOR = 3.0\ndef twice(x):\n    return 2 * x\n", "user_helpers")
    m = load_module("import user_helpers as h\ndef f(x):\n    return h.twice(x)\n")
    binding = from_function(m.f).resolve("h")
    assert isinstance(binding, ModuleBinding)
    assert binding.name == "user_helpers"
    assert binding.resolve_attr("twice").function is helpers.twice
    assert binding.resolve_attr("FACTOR") == Value(3.0)
    assert "user_helpers" in binding.resolve_attr("nothing").reason


def test_what_cannot_be_read_is_missing_with_its_reason(load_module):
    m = load_module("def items(x):\n    yield x\ndef f(x):\n    return items(x)\n")
    missing = from_function(m.f).resolve("items")
    assert missing.error is errors.NotSupportedYet
    assert "generator" in missing.reason


def test_lambdas_on_one_line_are_told_apart():
    f, g = (lambda x: x + 1.0), (lambda x: x * 2.0)
    assert [from_function(h).tree.body[0].value.op.__class__.__name__ for h in (f, g)] == ["Add", "Mult"]


def test_lambda_in_a_lambda_is_told_apart():
    f = lambda x: lambda y: x  # noqa: E731
    assert from_function(f).tree.args.args[0].id == "x"
    assert from_function(f(1.0)).tree.args.args[0].id == "y"


def test_variables_of_functions_around_are_what_they_hold_now():
    source = from_function(closure(2.0))
    assert source.resolve("a").obj == 2.0
    assert source.is_inner


def test_variable_of_a_function_around_without_a_value():
    def f(x):
        return later * x

    assert "has no value yet" in from_function(f).resolve("later").reason
    later = 1.0
    assert from_function(f).resolve("later").obj == 1.0


def test_two_functions_of_one_name_are_told_apart(load_module):
    m = load_module("def f(x):\n    return x\nfirst = f\ndef f(x):\n    return x * x\n")
    assert from_function(m.first).tree.lineno == 1
    assert from_function(m.f).tree.lineno == 4


def test_nested_function_without_free_variables_is_read():
    def square(x):
        return x * x

    source = from_function(square)
    assert source.qualname.endswith("<locals>.square")
    assert source.tree.body[0].value.op.__class__.__name__ == "Mult"


def test_decorated_function_is_found_by_the_line_of_its_decorator(load_module):
    m = load_module("def mark(f):\n    f.marked = True\n    return f\n\n@mark\n@mark\ndef f(x):\n    return x\n")
    assert from_function(m.f).tree.lineno == 7


def test_primal_of_an_object_of_ours_is_read(load_module):
    m = load_module("def f(x):\n    return g(x)\ndef g(x):\n    return x\n")

    class Differentiable:
        __wrapped__ = m.g

        @property
        def __pullback_primal__(self):
            return type(self).__dict__["__wrapped__"]

    raw, m.g = m.g, Differentiable()
    assert from_function(m.g).function is raw
    assert from_function(m.f).resolve("g").function is raw


# --- stale text


CHANGED = [
    ("    return x + 1.0", "    return x - 1.0"),
    ("    return x + 1.0", "    return x + 2.0"),
    ("    return x + 1.0", "    return x + 1"),
    ("    return x + 1.0", "    return x  + 1.0"),
    ("    return x + 1.0", "    return z + 1.0"),
    ("    return x + 1.0", "    return g(x + 1.0)"),
    ("def f(x):", "# new\ndef f(x):"),
    ("def f(x):", "def f(x, /):"),
    ("def f(x):", "def h(x):"),
    ("def f(x):", "def f(x:"),
]


@pytest.mark.parametrize(("old", "new"), CHANGED)
def test_changed_text_is_refused(load_module, old, new):
    text = "\ndef f(x):\n    return x + 1.0\n"
    m = load_module(text)
    assert from_function(m.f).tree.lineno == 2
    with open(m.__file__, "w") as file:
        file.write(text.replace(old, new) + "# changed\n")
    with pytest.raises(errors.StaleSource, match="'f' was changed after it was imported") as e:
        from_function(m.f)
    assert (e.value.file, e.value.line) == (m.__file__, 2)


def test_change_elsewhere_in_the_file_is_no_matter(load_module):
    text = "def f(x):\n    return x in {'a', 'b', 'c'}, (0.0, -0.0)\n"
    m = load_module(text)
    with open(m.__file__, "w") as file:
        file.write(text + "def g(x):\n    return 1\n")
    assert from_function(m.f).name == "f"


def test_removed_file_is_unavailable(load_module, tmp_path):
    m = load_module("def f(x):\n    return x\n")
    (tmp_path / "user_model.py").unlink()
    with pytest.raises(errors.SourceUnavailable, match="source of 'f' is not available"):
        from_function(m.f)


def test_asserts_that_pytest_rewrote_are_accepted():
    assert from_function(checked).name == "checked"


def test_change_beside_a_rewritten_assert_is_seen(load_module, tmp_path, monkeypatch):
    from _pytest.assertion.rewrite import AssertionRewritingHook

    text = "def f(x):\n    assert x > 0\n    return x + 1.0\n"
    m = load_module(text)
    m.__loader__ = object.__new__(AssertionRewritingHook)
    assert from_function(m.f).name == "f"
    (tmp_path / "user_model.py").write_text(text.replace("x + 1.0", "1.0 + x") + "\n")
    with pytest.raises(errors.StaleSource):
        from_function(m.f)


# --- what is refused


class Model:
    def method(self, x):
        return x

    def __call__(self, x):
        return x


def wrapped(f):
    @functools.wraps(f)
    def inner(x):
        return f(x)

    return inner


@wrapped
def decorated(x):
    return x


def closure(a):
    def inner(x):
        return a * x

    return inner


def generator(x):
    yield x


async def coroutine(x):
    return x


@functools.lru_cache
def cached(x):
    return x


REFUSED = [
    (generator, errors.NotSupportedYet, "'generator' is a generator"),
    (coroutine, errors.NotSupportedYet, "'coroutine' is a generator or async"),
    (cached, errors.NotSupportedYet, "'cached' is wrapped by a decorator"),
    (Model().method, errors.NotSupportedYet, "'Model.method' is a method"),
    (Model, errors.NotSupportedYet, "'Model' is a class"),
    (Model(), errors.NotSupportedYet, "an object of type 'Model'"),
    (functools.partial(plain, scale=1.0), errors.NotSupportedYet, "an object of type 'partial'"),
    (np.tanh, errors.SourceUnavailable, "'tanh' is compiled"),
    (len, errors.SourceUnavailable, "'len' is compiled"),
    (np.sum, errors.SourceUnavailable, "'sum' is compiled"),
    (3.0, TypeError, "not an object of type 'float'"),
]


@pytest.mark.parametrize(("f", "error", "message"), REFUSED, ids=[m for _, _, m in REFUSED])
def test_refused(f, error, message):
    with pytest.raises(error, match=message):
        from_function(f)


def test_refusal_points_at_the_definition():
    with pytest.raises(errors.NotSupportedYet) as e:
        from_function(generator)
    assert e.value.file == __file__
    assert e.value.source_line[e.value.col - 1 :] == "def generator(x):"


def test_code_without_a_file_is_unavailable():
    namespace = {}
    exec("def f(x):\n    return x\n", namespace)
    with pytest.raises(errors.SourceUnavailable, match="source of 'f' is not available") as e:
        from_function(namespace["f"])
    assert "exec" in e.value.hint


def test_notebook_cell_is_read_through_linecache():
    name, text = "<ipython-input-1-abc>", "def f(x):\n    return x * x\n"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), namespace)
    try:
        source = from_function(namespace["f"])
    finally:
        del linecache.cache[name]
    assert (source.file, source.module, source.tree.lineno) == (name, "__main__", 1)


def test_expression_nested_too_deeply_is_a_sentence(load_module):
    m = load_module("def f(x):\n    return " + " + ".join(["x"] * 900) + "\n")
    with pytest.raises(errors.NotSupportedYet, match="nested too deeply"):
        from_function(m.f)


def test_columns_of_lines_with_other_letters_are_characters(load_module):
    m = load_module("def f(x):\n    μ = 'ü'; y = x\n    return y\n")
    node = from_function(m.f).tree.body[1]
    assert node.col_offset > 13


@pytest.mark.parametrize("flags", [(), ("-O",), ("-OO",), ("-X", "no_debug_ranges")])
def test_functions_are_known_however_python_was_started(tmp_path, flags):
    text = 'def f(x, k=("a", 1.0)):\n    """Doc."""\n    assert x\n    return x in {"b", "c", k} and [y for y in x]\n'
    (tmp_path / "model.py").write_text(text)
    script = "import model; from pullback.transpile.parse import from_function; print(from_function(model.f).name)"
    env = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])}
    for _ in "compiled", "read from the cache":
        for flags_now in flags, ():
            command = [sys.executable, *flags_now, "-c", script]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
            assert done.stdout == "f\n"
