"""The command line: what it prints and writes, what it refuses, and that it never runs its input."""

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from pullback import errors, output
from pullback.cli import main
from pullback.stdlib import registry

ROOT = Path(__file__).parents[1]
MODEL = '''\
"""A model."""
import numpy as np
from helpers import scale

RATE = 0.5


def loss(w, x):
    y = np.tanh(scale(w) * x)
    return np.sum(y * RATE)


def _hidden(x):
    return x
'''
HELPERS = "def scale(w):\n    return 3.0 * w\n"
SIGNATURE = "w: f64[3], x: f64[3]"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder, with a model in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "helpers.py").write_text(HELPERS)
    return tmp_path


@pytest.fixture
def run(capsys):
    """Runs the command in this process: exit status, output, errors."""

    def run(*arguments):
        status = main(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out, captured.err

    return run


def gradient(text, name, *args):
    """Runs generated text as the file it would be."""
    Path("generated.py").write_text(text)
    script = f"import numpy as np; from generated import {name}; print(np.array({name}(*{args!r})).tolist())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return ast.literal_eval(done.stdout)


def test_show_prints_the_gradient(run):
    status, out, err = run("show", "model.py:loss", "--signature", SIGNATURE)
    assert (status, err) == (0, "")
    assert "def loss_grad(w, x):" in out
    assert "from helpers import scale" in out or "from model import" in out
    ast.parse(out)


def test_transpile_prints_or_writes_marked_text(run, folder):
    status, out, err = run("transpile", "model.py:loss", "--signature", SIGNATURE)
    assert (status, err) == (0, "")
    assert out.startswith(output.MARK + " from model.py")
    status, said, err = run("transpile", "model.py:loss", "--signature", SIGNATURE, "-o", "loss_grad.py")
    assert (status, said, err) == (0, "wrote loss_grad.py\n", "")
    assert (folder / "loss_grad.py").read_bytes().decode() == out
    assert str(folder) not in out
    w, x = np.array([0.1, 0.2, 0.3]), np.array([1.0, -1.0, 2.0])
    want = 0.5 * 3.0 * x * (1.0 - np.tanh(3.0 * w * x) ** 2)
    np.testing.assert_allclose(gradient(out, "loss_grad", *map(MyList, (w, x))), want)


class MyList(list):
    """An array whose repr is code."""

    def __repr__(self):
        return f"np.array({[*map(float, self)]!r})"


def test_output_is_the_same_to_the_byte_in_another_process():
    command = [sys.executable, "-m", "pullback.cli", "transpile", "model.py", "--signature", SIGNATURE]
    env = {"PYTHONPATH": str(ROOT)}
    outs = {
        subprocess.run(command, capture_output=True, check=True, env={**env, "PYTHONHASHSEED": seed}).stdout
        for seed in ("0", "1")
    }
    assert len(outs) == 1


def test_input_is_never_run(run, folder):
    trap = "open('ran', 'w').close()\nraise SystemExit('this file was run')\n"
    (folder / "pkg" / "inner").mkdir(parents=True)
    (folder / "pkg" / "__init__.py").write_text(trap)
    (folder / "pkg" / "inner" / "__init__.py").write_text(trap)
    (folder / "pkg" / "helpers.py").write_text(trap + HELPERS)
    (folder / "pkg" / "inner" / "model.py").write_text(trap + MODEL.replace("from helpers", "from ..helpers"))
    status, out, err = run("transpile", "pkg/inner/model.py", "--signature", SIGNATURE)
    assert (status, err) == (0, "")
    assert "def loss_grad(w, x):" in out
    assert "pkg" not in sys.modules
    assert not (folder / "ran").exists()


def test_marked_functions_come_before_public_ones(run, folder):
    (folder / "marked.py").write_text(
        "from pullback import differentiable\n"
        "def f(x):\n    return x * x\n@differentiable\ndef g(x):\n    return f(x) * x\n"
    )
    status, out, _ = run("transpile", "marked.py", "--signature", "x: float")
    assert status == 0
    assert "def g_grad" in out
    assert "def f_grad" not in out


def test_several_functions_are_joined_in_one_file(run, folder):
    (folder / "two.py").write_text("def f(x):\n    return x * x\ndef g(x):\n    return f(x) * f(x)\n")
    status, _, err = run("transpile", "two.py", "--signature", "x: float", "-o", "out.py")
    assert (status, err) == (0, "")
    names = [n.name for n in ast.parse((folder / "out.py").read_text()).body if isinstance(n, ast.FunctionDef)]
    assert names[0] == "f_grad"
    assert names[-1] == "g_grad"
    assert gradient((folder / "out.py").read_text(), "g_grad", 2.0) == 32.0


def test_folder_takes_one_file_for_each(run, folder):
    (folder / "out").mkdir()
    (folder / "other.py").write_text("def f(w, x):\n    return w @ x\n")
    arguments = ("model.py:loss", "other.py:f", "--signature", SIGNATURE, "-o", "out", "--mode", "value-and-grad")
    status, out, err = run("transpile", *arguments)
    assert (status, err) == (0, "")
    files = sorted(p.name for p in (folder / "out").iterdir())
    assert files == ["model_value_and_grad.py", "other_value_and_grad.py"]
    assert out == f"wrote {Path('out', files[0])}\nwrote {Path('out', files[1])}\n"


@pytest.mark.parametrize(
    ("wrt", "result"), [("", 12.0), ("x", 12.0), ("y", 4.0), ("y,", [4.0]), ("x,y", [12.0, 4.0]), ("1, 0", [4.0, 12.0])]
)
def test_wrt(run, folder, wrt, result):
    (folder / "f.py").write_text("def f(x, y):\n    return x * x * y\n")
    status, out, err = run("transpile", "f.py:f", "--wrt", wrt, "--signature", "x: float, y: float")
    assert (status, err) == (0, "")
    assert gradient(out, "f_grad", 2.0, 3.0) == result


@pytest.mark.parametrize("more", [(), ("--standalone",)])
def test_output_that_checks_each_number(run, folder, more):
    status, out, _ = run("transpile", "model.py:loss", "--signature", SIGNATURE, "--check-finite", *more)
    assert status == 0
    w, x = MyList([0.1, 0.2, 1e308]), MyList([1.0, 2.0, 3.0])
    with pytest.raises(subprocess.CalledProcessError) as e:
        gradient(out, "loss_grad", w, x)
    assert "NotFinite: inf in the value that this call gives" in e.value.stderr
    _, plain, _ = run("transpile", "model.py:loss", "--signature", SIGNATURE, *more)
    assert gradient(out, "loss_grad", x, x) == gradient(plain, "loss_grad", x, x)


def test_checks_of_each_number_are_for_numpy_only(run):
    status, _, err = run("show", "model.py:loss", "--signature", SIGNATURE, "--check-finite", "--backend", "jax")
    assert (status, err.strip()) == (2, "--check-finite is for NumPy only yet")


def test_standalone_needs_numpy_alone(run, folder):
    status, out, err = run("transpile", "model.py:loss", "--signature", "w: f64[3], x: f64[:,3]", "--standalone")
    assert (status, err) == (0, "")
    (folder / "alone").mkdir()
    (folder / "alone" / "loss_grad.py").write_text(out)
    script = """
        import sys
        sys.modules["pullback"] = sys.modules["model"] = sys.modules["helpers"] = None
        import numpy as np
        from loss_grad import loss_grad
        print(loss_grad(np.zeros(3), np.ones((2, 3))).tolist())
        """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder / "alone")
    assert done.stdout == "[3.0, 3.0, 3.0]\n"


@pytest.mark.parametrize("stage", ["source", "gast", "core", "adjoint", "optimised", "text"])
def test_every_stage_can_be_shown(run, stage):
    status, out, err = run("show", "model.py:loss", "--signature", SIGNATURE, "--stage", stage)
    assert (status, err) == (0, "")
    ast.parse(out)
    expected = {"source": "def loss(w, x):", "gast": "FunctionDef(", "core": "np.tanh(", "text": "def loss_grad(w, x)"}
    assert expected.get(stage, "def loss_grad(w: f64[") in out


# --- refusals: exit 1, the place, the line, a caret, a hint


REFUSED = {
    "unsupported syntax": ("def f(x):\n    class A:\n        pass\n    return x\n", "f", "2:5: ", "class"),
    "decorator": ("import functools as f\n@f.cache\ndef g(x):\n    return x\n", "g", "2:2: ", "wrapped by a decorator"),
    "class": ("class M:\n    pass\n", "M", "", "'M' is a class"),
    "no rule": (
        "import numpy as np\ndef f(x):\n    return np.lib.stride_tricks.as_strided(x)\n", "f", "3:12: ", "as_strided",
    ),
    "name": ("def f(x):\n    return x * nothing\n", "f", "2:16: ", "'nothing' is not defined"),
    "syntax": ("def f(x:\n    return x\n", "f", "1:6: ", "not valid Python"),
    "wrt": ("def f(x):\n    return x\n", "f --wrt y", "1:1: ", "wrt='y' names no parameter of 'f'"),
    "wrt an int": ("def f(n: int):\n    return n\n", "f", "1:7: ", "cannot differentiate 'f' with respect to 'n'"),
    "no scalar": ("def f(x):\n    return x\n", "f --signature x:f64[:]", "1:1: ", "is not a scalar"),
}


@pytest.mark.parametrize(("text", "arguments", "place", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(run, folder, text, arguments, place, message):
    (folder / "bad.py").write_text(text)
    name, *options = arguments.split()
    status, out, err = run("transpile", f"bad.py:{name}", *options, "-o", "out.py")
    assert (status, out) == (1, "")
    first, *rest = err.splitlines()
    assert first.startswith(f"bad.py:{place}" if place else "bad.py: ")
    assert message in first
    if place:
        line, col = map(int, place.split(":")[:2])
        assert rest[0] == f"{line:>5} | {text.splitlines()[line - 1]}"
        assert rest[1].startswith("      | " + " " * (col - 1) + "^")
    assert not (folder / "out.py").exists()


def test_every_function_that_is_refused_is_named_and_nothing_is_written(run, folder):
    (folder / "bad.py").write_text(
        "def f(x):\n    return x * nothing\ndef g(x):\n    return x * x\ndef h(x):\n    return nil * x\n"
    )
    status, out, err = run("transpile", "bad.py", "--signature", "x: float", "-o", "out.py")
    assert (status, out) == (1, "")
    assert "bad.py:2:16: " in err
    assert "bad.py:6:12: " in err
    assert not (folder / "out.py").exists()


def test_file_that_pullback_did_not_write_is_kept(run, folder):
    arguments = ("transpile", "model.py:loss", "--signature", SIGNATURE, "-o", "mine.py")
    (folder / "mine.py").write_text("mine = True\n")
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("mine.py: exists, and was not written by pullback\n   ")
    assert (folder / "mine.py").read_text() == "mine = True\n"
    assert run(*arguments, "--force")[0] == 0
    assert run(*arguments)[0] == 0
    status, _, err = run("transpile", "model.py:loss", "--signature", SIGNATURE, "-o", "model.py", "--force")
    assert (status, err) == (1, "model.py: the output would replace its own input\n")


def test_file_whose_name_cannot_be_imported(run, folder):
    (folder / "my-model.py").write_text("def f(x):\n    return x * x\n")
    status, _, err = run("transpile", "my-model.py:f", "--signature", "x: float")
    assert status == 1
    assert "'my-model', which is not a name of a module" in err
    assert run("transpile", "my-model.py:f", "--signature", "x: float", "--standalone")[0] == 0


# --- check: the one command that runs a file


CHECKED = """\
import numpy as np
import pullback
from pieces import half


@pullback.elementwise(half)
def derivative_of_half(out, x):
    return 2.0


def wrong(w, x, n=2):
    for _ in range(n):
        w = half(w) * x
    return w


def right(w, x, n: int, scale: float = 2.0):
    for _ in range(n):
        w = w + np.tanh(x @ w)
    return {"loss": scale * np.sum(w), "steps": n}


def of_logarithm(x: float):
    return np.log(x)


def of_structures(layers, flag, pair):
    for layer in layers:
        pair = (pair[0] + np.sum(layer["w"]) ** 2, pair[1])
    return pair[0] * pair[1] if flag is None else 0.0


def refused(x):
    return np.lib.stride_tricks.as_strided(x)


def failing(x: float):
    return [1.0, x][5]
"""
PIECES = "def half(x):\n    return 0.5 * x\n"


@pytest.fixture
def checked(run, folder, monkeypatch):
    """Runs `pullback check` on the file above; what it imports is forgotten afterwards."""
    (folder / "checked.py").write_text(CHECKED)
    (folder / "pieces.py").write_text(PIECES)
    monkeypatch.setattr(sys, "path", [*sys.path])
    kept = dict(registry._RULES)

    def forget():
        registry._RULES.clear()
        registry._RULES.update(kept)
        for name in ("checked", "pieces", "bad"):
            sys.modules.pop(name, None)

    def checked(function, *options):
        forget()
        return run("check", f"checked.py:{function}", *options)

    yield checked
    forget()


RIGHT = [
    ("right", "--signature", "w: f64[k], x: f64[k,k], n: int = 3"),
    ("right", "--signature", "w: f64[3], x: f64[3,3]", "--arg", "n=2", "--wrt", "x,scale"),
    ("right", "--signature", "w: f32[n], x: f32[n,n]", "--arg", "n=2", "--wrt", "1"),
    ("of_logarithm", "--between", "0.5,2"),
    ("of_structures", "--signature", "layers: list[{w: f64[:,2]}], flag: None, pair: (float, f64)"),
]


@pytest.mark.parametrize("arguments", RIGHT, ids=[" ".join(a) for a in RIGHT])
def test_check_of_a_right_derivative(checked, arguments):
    status, out, err = checked(*arguments)
    assert (status, err) == (0, "")
    first, *rest = out.splitlines()
    assert first.startswith(f"the derivative of {arguments[0]!r} in ")
    assert first.endswith(" is right")
    assert len(rest) >= 7
    assert {line.split()[0] for line in rest} == {"ok"}


def test_check_says_which_parameters(checked):
    assert "in (w, x, scale) is right" in checked(*RIGHT[0])[1]
    assert "in (x, scale) is right" in checked(*RIGHT[1])[1]


def test_check_of_a_wrong_derivative_names_the_line(checked):
    status, out, err = checked("wrong", "--signature", "w: f64[:], x: float")
    assert (status, err) == (1, "")
    assert "is NOT right" in out
    assert "WRONG  reverse against differences" in out
    line = CHECKED.splitlines().index("        w = half(w) * x") + 1
    assert f"checked.py:{line}:13: the derivative of this operation is off" in out
    assert f"{line:>5} |         w = half(w) * x\n      |             ^^^^^^^\n" in out
    assert "'derivative_of_half'" in out


def test_check_is_the_same_every_time_and_another_with_another_seed(checked):
    arguments = ("wrong", "--signature", "w: f64[:], x: float")
    assert checked(*arguments)[1] == checked(*arguments, "--seed", "0")[1] != checked(*arguments, "--seed", "1")[1]


def test_check_of_what_is_refused(checked):
    status, out, err = checked("refused", "--signature", "x: f64[4]")
    assert (status, out) == (1, "")
    assert err.startswith("checked.py:")
    assert "    return np.lib.stride_tricks.as_strided(x)\n" in err
    status, out, err = checked("failing")
    assert (status, out) == (1, "")
    assert "checked.py: 'failing' cannot be called with the arguments that were made: IndexError: list index" in err


def test_check_of_a_file_that_cannot_be_run(checked, run, folder):
    (folder / "bad.py").write_text("def f(x: float):\n    return x\n1 / 0\n")
    status, out, err = run("check", "bad.py:f")
    assert (status, out, err) == (1, "", "bad.py: the file cannot be run: ZeroDivisionError: division by zero\n")


def test_check_needs_no_values_that_are_finite(checked):
    status, out, err = checked("of_logarithm", "--between=-2,-1")
    assert (status, err) == (1, "")
    assert "WRONG  value" in out


CHECK_USAGE = [
    (("right", "--signature", "w: f64[3], x: f64[3,3]"), "'n' of 'right' is an int, whose value must be given"),
    (("right", "--arg", "n=2"), "'w' of 'right' has no type\n   Say --signature 'w: TYPE'."),
    (("right", "--arg", "m=2"), "'m' is no parameter of 'right' (w, x, n, scale)"),
    (("right", "--arg", "n=two"), "--arg n=two: expected NAME=VALUE"),
    (("right", "--signature", "n: int = two"), "signature:1:10: expected a value"),
    (("right", "--signature", "w: f65"), "'f65' is not a type"),
    (("of_logarithm", "--between", "1"), "--between 1: expected two numbers"),
    (("left",), "no function 'left' at the top level"),
]


@pytest.mark.parametrize(("arguments", "message"), CHECK_USAGE, ids=[m for _, m in CHECK_USAGE])
def test_usage_of_check(checked, arguments, message):
    status, out, err = checked(*arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_check_takes_one_function(checked, run):
    status, out, err = run("check", "checked.py")
    assert (status, out) == (2, "")
    assert "say which function, with checked.py:" in err


def test_other_commands_take_no_values_in_a_signature(run):
    status, _, err = run("show", "model.py:loss", "--signature", "w: f64[3], x: float = 2.0")
    assert status == 2
    assert "expected ',' or the end" in err


# --- usage: exit 2


USAGE = [
    (("transpile", "nowhere.py"), "nowhere.py: no such file"),
    (("transpile", "nowhere.py:f"), "nowhere.py: no such file"),
    (("show", "model.py:los"), "model.py: no function 'los' at the top level\n   Did you mean 'loss'?"),
    (("transpile", "."), ".: this is a folder, not a file"),
    (("transpile", "empty.py"), "empty.py: there is no public function in it"),
    (("transpile", "model.py", "-o", "nowhere/out.py"), "nowhere/out.py: the folder 'nowhere' does not exist"),
    (("transpile", "model.py", "-o", "nowhere/"), "nowhere/: the folder 'nowhere' does not exist"),
    (("transpile", "model.py", "--signature", "w: f65"), "signature:1:4: 'f65' is not a type"),
    (("transpile", "model.py", "--signature", "v: f64"), "signature: 'v' is no parameter of 'loss' (w, x)"),
    (("transpile", "model.py", "--mode", "integrate"), "Invalid value for '--mode'"),
    (("transpile",), "Missing argument"),
    (("differentiate",), "No such command"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE, ids=[m for _, m in USAGE])
def test_usage(run, folder, arguments, message):
    (folder / "empty.py").write_text("def _f(x):\n    return x\n")
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_files_of_one_name_do_not_share_a_file(run, folder):
    (folder / "out").mkdir()
    (folder / "a").mkdir()
    (folder / "a" / "model.py").write_text("def f(x):\n    return x\n")
    status, _, err = run("transpile", "model.py:loss", "a/model.py:f", "-o", "out")
    assert status == 2
    assert "two of the files have the same name" in err


# --- the program around it


def test_fault_of_our_own_is_one_line(run, monkeypatch):
    monkeypatch.setattr("pullback.commands.transpile", lambda *a, **k: 1 / 0)
    status, out, err = run("show", "model.py:loss")
    assert (status, out) == (1, "")
    assert err.startswith("internal error, please report: ZeroDivisionError: division by zero\n")
    monkeypatch.setenv("PULLBACK_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["show", "model.py:loss"])


def test_help_names_the_commands_and_options(run):
    status, out, _ = run("--help")
    assert status == 0
    assert all(command in out for command in ("show", "transpile", "check", "demo"))
    status, out, _ = run("transpile", "--help")
    options = ("--wrt", "--mode", "--signature", "--backend", "--standalone", "--check-finite", "--force", "-o")
    assert all(o in out for o in options)


def test_version_is_that_of_the_package(run, monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"1.2.3 of {name}")
    assert run("--version") == (0, "pullback 1.2.3 of pullback\n", "")


def test_demo_is_run(run, monkeypatch):
    monkeypatch.setattr("pullback.demo.main", lambda: 1)
    assert run("demo")[0] == 1


def test_module_runs_as_a_command_and_survives_a_closed_pipe():
    command = f"{sys.executable} -m pullback.cli show model.py:loss --signature '{SIGNATURE}' | true"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=env, check=False)
    assert "Traceback" not in done.stderr


def test_errors_of_every_kind_are_shown_whole(run, monkeypatch):
    def refuse(*_):
        raise errors.NotDifferentiable("[bold]odd[/bold]", file="m.py", line=1, col=1, source_line="x = [1]")

    monkeypatch.setattr("pullback.commands.transpile", refuse)
    assert run("show", "model.py:loss")[2] == "m.py:1:1: [bold]odd[/bold]\n    1 | x = [1]\n      | ^\n"
