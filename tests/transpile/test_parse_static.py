"""Parsing files: nothing is run, imports are followed in the file system, and what is not certain is not guessed."""

import math
import os
import sys
import textwrap

import numpy as np
import pytest

from pullback import errors
from pullback.transpile.parse import FunctionSource, Missing, ModuleBinding, Value, from_file

TRAP = "open('ran', 'w').close()\nraise SystemExit('this file was run')\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Writes files into a folder, which is the current one."""
    monkeypatch.chdir(tmp_path)

    def write(files):
        for name, text in files.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return tmp_path

    return write


def resolve(project, text, name, others):
    project({"model": text} | others)
    return from_file("model.py").resolve(name)


def test_nothing_is_run(project):
    model = """
        import pkg.sub.helpers as h
        from . import helpers
        from .helpers import twice, N
        from .. import other
        from ..other import thrice
        def f(x):
            return twice(x) + h.twice(x)
        """
    folder = project(
        {
            "pkg/__init__": TRAP,
            "pkg/sub/__init__": TRAP,
            "pkg/sub/model": TRAP + textwrap.dedent(model),
            "pkg/sub/helpers": TRAP + "N = 3\ndef twice(x):\n    return 2 * x\n",
            "pkg/other": TRAP + "from .sub.model import f\ndef thrice(x):\n    return 3 * f(x)\n",
        }
    )
    before = {m: id(v) for m, v in sys.modules.items()}
    source = from_file(os.path.join("pkg", "sub", "model.py"))
    f = source.function("f")
    assert (source.name, f.module, f.file) == ("pkg.sub.model", "pkg.sub.model", os.path.join("pkg", "sub", "model.py"))
    twice = f.resolve("twice")
    assert isinstance(twice, FunctionSource)
    assert twice.module == "pkg.sub.helpers"
    assert f.resolve("h").resolve_attr("twice").key == twice.key == f.resolve("helpers").resolve_attr("twice").key
    assert f.resolve("N") == Value(3)
    assert f.resolve("thrice").resolve("f").key == f.key
    assert f.resolve("other").resolve_attr("thrice").key == f.resolve("thrice").key
    assert not (folder / "ran").exists()
    assert not [m for m in sys.modules if m not in before and m.startswith("pkg")]
    assert not list(folder.rglob("__pycache__"))


def test_libraries_are_real_objects(project):
    text = """
        import numpy as np
        import numpy.linalg
        import math, operator
        from math import exp as e, pi
        from numpy import linalg, tanh
        from functools import *
        from . import nothing
        def f(x): return x
        """
    project({"model": text})
    resolve = from_file("model.py").function("f").resolve
    expected = {"np": np, "numpy": np, "e": math.exp, "pi": math.pi, "linalg": np.linalg, "tanh": np.tanh, "len": len}
    for name, obj in expected.items():
        assert resolve(name) == Value(obj), name
    assert resolve("reduce").obj.__name__ == "reduce"


CONSTANTS = [
    ("N = 3", Value(3)),
    ("N: int = 3", Value(3)),
    ("N = M = -2.5", Value(-2.5)),
    ("M, N = 1, (2, 3)", Value((2, 3))),
    ("N = 'name'", Value("name")),
    ("import math\nN = 2 * math.pi", Value(2 * math.pi)),
    ("A = 2\nN = A * 10 + 1\nA = 7", Value(21)),
    ("A = 2\nN = A\nA = 7", Value(2)),
    ("a, N = 1, 2\na, N = N, a", Value(1)),
    ("from helpers import K as N", Value(0.5)),
    ("import helpers\nN = helpers.K * 2", Value(1.0)),
    ("from helpers import *\nN = K", Value(0.5)),
    ("if True:\n    N = 1\nelse:\n    N = 2", Value(1)),
    ("N = 1\nif __name__ == '__main__':\n    N = 2", Value(1)),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from numpy import float64 as N", Value(np.float64)),
    ("try:\n    from math import pi as N\nexcept ImportError:\n    N = 3", Missing("is bound in an `except` clause")),
    ("try:\n    from math import exp as N\nexcept ImportError:\n    N = None", Value(math.exp)),
    ("try:\n    N = 1\nexcept ImportError:\n    N = 2", Missing("is bound in an `except` clause")),
    ("try:\n    pass\nexcept ImportError:\n    N = 2", Missing("is bound in an `except` clause")),
    ("N = [1, 2]", Missing("not a literal constant")),
    ("N = f(3)", Missing("not a literal constant")),
    ("N = 10 ** 10 ** 10", Missing("not a literal constant")),
    ("N = 1 / 0", Missing("not a literal constant")),
    ("N = 1\nN += 1", Missing("`assignment` statement")),
    ("N = 1\ndel N", Missing("`del` statement")),
    ("for N in (1, 2): pass", Missing("`for` statement")),
    ("N = 1\nprint(N := 2)", Missing("inside an expression")),
    ("N = 1\ndef g():\n    global N\n    N = 2", Missing("`global` on line 3")),
    ("import sys\nN = 1\nif sys.argv:\n    N = 2", Missing("under a condition")),
    ("N = 1\nfrom nowhere import *", Missing("may be rebound by `from nowhere import *`")),
    ("from nowhere import *", Missing("may come from `from nowhere import *`")),
    ("import nowhere as N", Missing("'nowhere', which is not found")),
    ("from nowhere import N", Missing("'nowhere', which is not found")),
    ("from helpers import nothing as N", Missing("not defined in the module 'helpers'")),
    ("from ... import N", Missing("beyond the top package")),
    ("from broken import N", Missing("cannot be read: not valid Python")),
    ("N = lambda x: x", Missing("is a lambda")),
    ("class N(metaclass=type): pass", Missing("is a class with a metaclass")),
    ("class N(ValueError): pass", Missing("is a class derived from ValueError")),
    ("class N:\n    for k in (1, 2): pass", Missing("is a class with a statement on line 2 that is not supported yet")),
    ("class N:\n    def __init_subclass__(cls): pass", Missing("is a class that defines `__init_subclass__`")),
    ("@print\nclass N: pass", Missing("is a class under a decorator")),
    ("from dataclasses import dataclass as d\n@d(eq=id)\nclass N: pass", Missing("with options that are not literals")),
    (
        "from dataclasses import dataclass\n@dataclass\nclass N:\n    a: int = 1\n    b: int",
        Missing("is a class that Python does not take: non-default argument 'b' follows default argument"),
    ),
    ("async def N(): pass", Missing("is an async function")),
    ("with open('x') as N: pass", Missing("`with` statement")),
    ("from loop import N", Missing("circular import")),
    ("def N(x): return x\nimport helpers as N", ModuleBinding),
    ("import helpers as N\ndef N(x): return x", FunctionSource),
    ("def g(x): return x\nN = g", FunctionSource),
    ("N: int", Missing("is not defined")),
]


def test_a_class_stands_for_itself_and_is_made_of_its_text(project):
    text = "K = 2.0\nclass N:\n    k = K * 2.0\n    def f(self): return self.k\nK = 3.0\n"
    found = resolve(project, text, "N", {})
    assert isinstance(found, Value)
    assert (found.obj.__module__, found.obj.__qualname__, found.obj.k) == ("model", "N", 4.0)
    with pytest.raises(AssertionError, match="never called"):
        found.obj().f()


@pytest.mark.parametrize(("text", "expected"), CONSTANTS, ids=[t for t, _ in CONSTANTS])
def test_module_level_names(project, text, expected):
    others = {"helpers": "K = 0.5\n_hidden = 1\n", "broken": "def (:\n", "loop": "from model import N\n"}
    found = resolve(project, text + "\n", "N", others)
    if isinstance(expected, Missing):
        assert isinstance(found, Missing)
        assert expected.reason in found.reason
    elif isinstance(expected, type):
        assert isinstance(found, expected)
    else:
        assert found == expected
        assert type(found.obj) is type(expected.obj)


def test_public_functions_and_marked_ones(project):
    model = """
        from pullback import differentiable, grad
        import pullback as pb
        def public(x): return x
        def _private(x): return x
        @differentiable
        def marked(x): return x
        @pb.differentiable(wrt="x")
        def also(x): return x
        @grad
        def gradient(x): return x
        def calls(x): return gradient(x) + marked(x)
        def _twice(x): return 1
        def _twice(x): return 2
        """
    listed = """
        __all__ = ['_g', 'f']
        __all__ += ['h']
        def f(x): pass
        def _g(x): pass
        def h(x): pass
        def i(x): pass
        """
    project({"model": model, "listed": listed})
    source = from_file("model.py")
    assert source.public == ("public", "marked", "also", "gradient", "calls")
    assert source.marked == ("marked", "also")
    calls = source.function("calls")
    assert calls.resolve("marked").key == source.function("marked").key
    assert "is a derivative, made by `@grad`" in calls.resolve("gradient").reason
    assert source.functions["_twice"].tree.body[0].value.value == 2
    assert from_file("listed.py").public == ("f", "_g", "h")


def test_decorator_that_is_not_ours_is_refused_at_its_place(project):
    project({"model": "import functools\n@functools.cache(\n)\ndef f(x): return x\ndef g(x): return f(x)\n"})
    source = from_file("model.py")
    with pytest.raises(errors.NotSupportedYet, match="'f' is wrapped by a decorator") as e:
        source.function("f")
    assert (e.value.file, e.value.line, e.value.col) == ("model.py", 2, 2)
    assert "wrapped by a decorator" in source.function("g").resolve("f").reason


ERRORS = [
    ("def loss(x): 1\n", "los", errors.SourceError, "no function 'los' at the top level\n   Did you mean 'loss'"),
    ("def loss(x): return x\n", "z", errors.SourceError, "no function 'z' at the top level\n   It has loss."),
    ("", "z", errors.SourceError, "no function 'z' at the top level\n   It has no functions."),
    ("class M: pass\n", "M", errors.NotSupportedYet, "model.py: 'M' is a class"),
    ("def f(x):\n  (\n", None, errors.SourceError, "model.py:2:3: not valid Python: '(' was never closed\n    2 |   ("),
    ("x = '\0'\n", None, errors.SourceError, "not"),
]


@pytest.mark.parametrize(("text", "name", "error", "message"), ERRORS)
def test_errors_of_a_file(project, text, name, error, message):
    project({"model": text})
    with pytest.raises(error) as e:
        from_file("model.py").function(name)
    assert message in str(e.value)


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(errors.SourceUnavailable, match=r"nowhere\.py: no such file"):
        from_file(tmp_path / "nowhere.py")
    with pytest.raises(errors.SourceUnavailable, match="a folder"):
        from_file(tmp_path)
    (tmp_path / "latin.py").write_bytes(b"x = '\xff'\n")
    with pytest.raises(errors.SourceError, match="not Python source"):
        from_file(tmp_path / "latin.py")


def test_file_that_hides_a_library_is_the_users(project):
    found = resolve(project, "import random as r\n", "r", {"random": TRAP + "def f(x): return x\n"})
    assert isinstance(found, ModuleBinding)


def test_library_beside_the_file_is_still_the_library():
    source = from_file(np.linalg._linalg.__file__)
    assert source.name == "numpy.linalg._linalg"
    assert source.resolve("multiply") == Value(np.multiply)


def test_namespace_packages_and_modules_on_the_path(project, monkeypatch):
    folder = project({"elsewhere/space/inner/mod": TRAP + "def f(x): return x\n", "model": "import space.inner.mod\n"})
    monkeypatch.syspath_prepend(str(folder / "elsewhere"))
    space = from_file("model.py").resolve("space")
    f = space.resolve_attr("inner").resolve_attr("mod").resolve_attr("f")
    assert f.module == "space.inner.mod"
    assert isinstance(space.resolve_attr("nothing"), Missing)


def test_positions_and_text_are_those_of_the_file(project):
    project({"model": "# é\n\n\ndef f(x):\n    return x\n"})
    f = from_file("model.py").function("f")
    assert (f.tree.lineno, f.tree.body[0].lineno, f.function) == (4, 5, None)
    assert f.text.startswith("# é")
