"""Loading generated text: live objects in it, linecache, tracebacks, and what was replaced since."""

import gc
import importlib.util
import inspect
import io
import linecache
import pdb  # noqa: T100
import sys
import textwrap
import traceback
import types

import numpy as np
import pytest

from pullback import errors
from pullback.backends.base import Emitted
from pullback.transpile.core import Origin
from pullback.transpile.load import load
from pullback.transpile.parse import from_function

MODEL = """
import numpy as np
SCALE = 2.0
W = np.ones(3)
N = 3
LAYERS = [1.0]
def helper(x):
    return x * x
def f(x):
    return SCALE * helper(x) * W.sum() * N
"""

TEXT = """
import numpy as np
from model import LAYERS, SCALE, W as weights, helper

def f_grad(x):
    y = helper(x)
    total = weights.sum()
    if x > 100.0:
        return 1.0 // (x - x)
    return np.multiply(SCALE * total, 2.0 * x)
"""

NAMES = {"weights": ("model", "W"), **{name: ("model", name) for name in ("LAYERS", "SCALE", "helper")}}


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    spec = importlib.util.spec_from_file_location("model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def loaded(model, text=TEXT, names=NAMES, origins=None, reads=("LAYERS", "SCALE", "W", "helper", "N", "len")):
    source = from_function(model.f)
    for name in reads:
        source.resolve(name)
    return load(Emitted("f_grad", text, names, origins or {}), source)


def test_text_uses_the_live_objects_and_imports_nothing_of_the_users(model):
    assert "model" not in sys.modules
    f_grad = loaded(model)
    assert f_grad(3.0) == 2.0 * 3.0 * 6.0
    assert f_grad.__wrapped__.__globals__["helper"] is model.helper
    assert f_grad.__wrapped__.__globals__["weights"] is model.W
    assert f_grad.__name__ == "f_grad"
    assert str(inspect.signature(f_grad)) == "(x)"
    assert "model" not in sys.modules


def test_file_names_are_counted_per_function(model):
    first, second = (loaded(model).__wrapped__.__code__.co_filename for _ in range(2))
    number = int(first.rpartition(" ")[2].rstrip(">"))
    assert (first, second) == (f"<pullback f_grad {number}>", f"<pullback f_grad {number + 1}>")


def test_source_of_generated_code_is_found_and_removed_with_it(model):
    f_grad = loaded(model)
    file = f_grad.__wrapped__.__code__.co_filename
    linecache.checkcache()
    assert inspect.getsource(f_grad) == TEXT.split("\n\n")[1]
    assert from_function(f_grad.__wrapped__).tree.name == "f_grad"
    del f_grad
    gc.collect()
    assert file not in linecache.cache


def test_traceback_names_the_users_line(model):
    origin = Origin(model.__file__, 9, 4, 9, 40, "return SCALE * helper(x)", adjoint=True)
    f_grad = loaded(model, origins={9: origin})
    with pytest.raises(ZeroDivisionError) as e:
        f_grad(101.0)
    shown = "".join(traceback.format_exception(e.value))
    assert "return 1.0 // (x - x)" in shown
    assert f'in the backward pass of File "{model.__file__}", line 9: return SCALE * helper(x)' in shown
    with pytest.raises(TypeError) as e:
        f_grad("x")
    assert not hasattr(e.value, "__notes__")


def test_traceback_out_of_a_pullback_names_the_users_line(model):
    text = "def f_vjp(x):\n    def pull(dout):\n        return dout + x\n    return x, pull\n"
    origin = Origin(model.__file__, 9, 4, 9, 40, "return SCALE * helper(x)", adjoint=True)
    source = from_function(model.f)
    f_vjp = load(Emitted("f_vjp", text, {}, {3: origin}), source)
    out, pull = f_vjp(2.0)
    assert (out, pull(1.0), pull(dout=2.0), pull.__name__) == (2.0, 3.0, 4.0, "pull")
    with pytest.raises(TypeError) as e:
        pull("x")
    assert e.value.__notes__ == [f'in the backward pass of File "{model.__file__}", line 9: return SCALE * helper(x)']


def test_debugger_steps_through_generated_code(model):
    f_grad = loaded(model)
    out = io.StringIO()
    commands = io.StringIO("step\nstep\nstep\nstep\nnext\nnext\nwhere\ncontinue\n")
    debugger = pdb.Pdb(stdin=commands, stdout=out, nosigint=True, readrc=False)
    debugger.runcall(f_grad.__wrapped__, 3.0)
    assert "-> total = weights.sum()" in out.getvalue()


# --- what the user changes afterwards


def test_numbers_and_arrays_are_read_when_the_call_is_made(model):
    f_grad = loaded(model)
    model.SCALE = 5.0
    assert f_grad(1.0) == 5.0 * 3.0 * 2.0
    model.W = np.full(6, 2.0)
    assert f_grad(1.0) == 5.0 * 12.0 * 2.0
    model.W *= 2.0
    assert f_grad(1.0) == 5.0 * 24.0 * 2.0
    model.LAYERS[0] = 7.0
    assert f_grad(1.0) == 5.0 * 24.0 * 2.0


CHANGES = {
    "another kind": lambda m: setattr(m, "SCALE", 5),
    "a longer list": lambda m: m.LAYERS.append(None),
    "a shape changed in place": lambda m: m.W.resize((3, 1), refcheck=False),
    "another shape": lambda m: setattr(m, "W", np.ones((1, 3))),
    "another dtype": lambda m: setattr(m, "W", np.ones(3, np.float32)),
    "a value folded into the text": lambda m: setattr(m, "N", 4),
    "another function": lambda m: setattr(m, "helper", lambda x: x),
    "other code": lambda m: setattr(m.helper, "__code__", (lambda x: x).__code__),
    "other defaults": lambda m: setattr(m.helper, "__defaults__", (1.0,)),
    "a built-in hidden": lambda m: setattr(m, "len", lambda x: 3),
    "a name removed": lambda m: delattr(m, "SCALE"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_change_that_the_text_does_not_fit_is_refused(model, change):
    f_grad = loaded(model)
    assert f_grad(1.0) == 12.0
    change(model)
    for _ in range(2):
        with pytest.raises(errors.StaleSource, match="was changed after the derivative was made from it"):
            f_grad(1.0)


def test_modules_of_one_name_are_not_mixed_up(model):
    other = types.ModuleType("model")
    exec("SCALE = 3.0\n", vars(other))
    model.other = other
    source = from_function(model.f)
    source.resolve("SCALE")
    source.resolve("other").resolve_attr("SCALE")
    with pytest.raises(errors.NotSupportedYet, match="two different objects are called 'SCALE'"):
        load(Emitted("f_grad", TEXT, {"SCALE": ("model", "SCALE")}, {}), source)


def test_function_that_a_decorator_of_ours_replaced_is_called_directly(model):
    class Differentiable:
        def __init__(self, f):
            self.f = f

        @property
        def __pullback_primal__(self):
            return self.f

    raw = model.helper
    model.helper = Differentiable(raw)
    assert loaded(model).__wrapped__.__globals__["helper"] is raw


def test_only_imports_of_the_users_names_are_left_out(model):
    text = textwrap.dedent(
        """
        from math import exp
        from model import helper
        from model import missing as helper_2
        def f_grad(x):
            return exp(0.0) + helper(x)
        """
    )
    with pytest.raises(ModuleNotFoundError):
        loaded(model, text, {"helper": ("model", "helper")})
    text = text.replace("from model import missing as helper_2\n", "")
    assert loaded(model, text, {"helper": ("model", "helper")})(2.0) == 5.0
