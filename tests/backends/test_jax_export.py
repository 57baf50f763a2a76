"""Programs for machines that are not here: what is exported for CPUs, GPUs and TPUs, and what is read back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.cli import main
from tests.backends.jax_programs import NAMES, programs
from tests.backends.test_jax import close

jax = pytest.importorskip("jax")
pytest.importorskip("flatbuffers")
export = pytest.importorskip("jax.export")

PLATFORMS = ("cpu", "cuda", "rocm", "tpu")


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("name", NAMES)
def test_it_is_read_back_and_gives_the_same(name: str) -> None:
    program = programs()[name]
    jitted = jax.jit(program.function(), static_argnums=program.static)
    made = export.export(jitted, platforms=PLATFORMS)(*program.args).serialize()
    back = export.deserialize(made)
    assert back.platforms == PLATFORMS
    free = [x for k, x in enumerate(program.args) if k not in program.static]
    close(back.call(*free), jitted(*program.args))


MODEL = '''
import numpy as np

open("ran", "w").close()


def loss(w, x, y, decay: float = 0.1):
    return np.mean((np.tanh(x @ w) - y) ** 2) + decay * np.sum(w * w)


def steps(u, rate, n, m=2):
    for _ in range(n):
        u[1:-1] += rate * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u ** m)


def root(a):
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


def rows(xs):
    s = 0.0
    for k in range(len(xs)):
        s = s + np.sum(xs[k] ** 2) / len(xs)
    return s


def structures(p, pair):
    return np.sum(p["w"] * p["layers"][0]) * pair[1]


def by_name(x, *, scale):
    return np.sum(np.sin(x) * scale)


def several(x, *more):
    return np.sum(x)
'''
OBJECTS = '''
from dataclasses import dataclass
from typing import NamedTuple


class Point(NamedTuple):
    x: float
    y: float


@dataclass
class Spring:
    k: float
    end: Point


def energy(x: float, spring: Spring, p: Point):
    return 0.5 * spring.k * (x * p[1] - spring.end.y) ** 2 + p.x


def stiffness(spring: Spring):
    return spring.k * 2.0
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(MODEL)
    return tmp_path


def scope() -> dict[str, Any]:
    """The model, run."""
    out: dict[str, Any] = {"__name__": "model"}
    exec(compile(MODEL.replace('open("ran", "w").close()', ""), "model.py", "exec", dont_inherit=True), out)
    return out


def written(function: str, signature: str, *more: str) -> Any:
    """What is read back of what the command writes."""
    before = jax.config.jax_enable_x64
    assert main(["export", f"model.py:{function}", "--signature", signature, *more, "-o", "out", "--force"]) == 0
    assert jax.config.jax_enable_x64 == before
    assert not Path("ran").exists()
    return export.deserialize(bytearray(Path("out").read_bytes()))


def in_numpy(function: str, derivative: Any, *args: Any, **options: Any) -> Any:
    Path("again.py").write_text(MODEL.replace('open("ran", "w").close()', ""))
    from tests.golden_files import import_file

    return derivative(getattr(import_file(Path("again.py").absolute()), function), **options)(*args)


RNG = np.random.default_rng(7)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


@pytest.mark.usefixtures("double_precision")
def test_the_command_writes_a_gradient_for_all_platforms() -> None:
    w, x, y = n(4, 2), n(3, 4), n(3, 2)
    signature, options = "w: f64[4,2], x: f64[3,4], y: f64[3,2]", ["--wrt", "w,decay", "--mode", "value-and-grad"]
    back = written("loss", signature, *options, "--platforms", "cpu,cuda,rocm,tpu")
    assert back.fun_name == "loss_value_and_grad"
    assert back.platforms == PLATFORMS
    wanted = in_numpy("loss", pullback.value_and_grad, w, x, y, 0.3, wrt=("w", "decay"))
    close(back.call(w, x, y, 0.3), wanted)
    close(jax.jit(back.call)(w, x, y, 0.3), wanted)


@pytest.mark.usefixtures("double_precision")
def test_modes() -> None:
    w, x, y, t = n(4, 2), n(3, 4), n(3, 2), n(4, 2)
    signature = "w: f64[4,2], x: f64[3,4], y: f64[3,2]"
    args = w, x, y, 0.1
    assert written("loss", signature, "--mode", "primal").fun_name == "loss"
    close(written("loss", signature, "--mode", "primal").call(*args), scope()["loss"](*args))
    for mode, derivative in (("jvp", pullback.jvp), ("hvp", pullback.hvp)):
        close(written("loss", signature, "--mode", mode).call(*args, t), in_numpy("loss", derivative, args, t))
    for mode, derivative in (("jacobian", pullback.jacobian), ("hessian", pullback.hessian)):
        close(written("loss", signature, "--mode", mode).call(*args), in_numpy("loss", derivative, *args))


@pytest.mark.usefixtures("double_precision")
def test_integers_have_values_and_names_of_lengths_stand_for_them() -> None:
    u = n(6)
    wanted = in_numpy("steps", pullback.grad, u, 0.2, 4)
    for values in (["--arg", "n=4"], []):
        signature = "u: f64[6], rate: float, n: int" + ("" if values else " = 4")
        back = written("steps", signature, *values)
        assert len(back.in_avals) == 2
        close(back.call(u, 0.2), wanted)
    cubes = written("steps", "u: f64[n], rate: float", "--arg", "n=6", "--arg", "m=3")
    assert cubes.in_avals[0].shape == (6,)
    close(cubes.call(u, 0.2), in_numpy("steps", pullback.grad, u, 0.2, 6, 3))


@pytest.mark.usefixtures("double_precision")
def test_a_length_of_one_that_an_integer_names_is_one() -> None:
    w, x, y = n(4, 1), n(3, 4), n(3, 2)
    Path("model.py").write_text("def f(w, x, y, n):\n    return (x @ w - y).sum() * n\n")
    back = written("f", "w: f64[4,n], x: f64[3,4], y: f64[3,2], n: int = 1")
    close(back.call(w, x, y), 2.0 * x.sum(axis=0)[:, None])


@pytest.mark.usefixtures("double_precision")
def test_lengths_may_be_symbols() -> None:
    back = written("rows", "xs: f64[rows,columns]")
    for xs in (n(2, 3), n(5, 2)):
        close(back.call(xs), in_numpy("rows", pullback.grad, xs))
    with pytest.raises(ValueError, match="shapes"):
        back.call(n(1, 3))
    batch = written("loss", "w: f64[4,2], x: f64[b,4], y: f64[b,2]")
    for b in (2, 7):
        args = n(4, 2), n(b, 4), n(b, 2), 0.1
        close(batch.call(*args), in_numpy("loss", pullback.grad, *args))


@pytest.mark.usefixtures("double_precision")
def test_structures() -> None:
    p, pair = {"w": n(3), "layers": [n(3), n(3)]}, (0.5, 2.0)
    back = written("structures", "p: {w: f64[3], layers: [f64[3], f64[3]]}, pair: (float, float)", "--wrt", "p,pair")
    close(back.call(p, pair), in_numpy("structures", pullback.grad, p, pair, wrt=("p", "pair")))
    close(written("by_name", "x: f64[3], scale: float", "--wrt", "x,scale").call(n(3), 2.0)[1].shape, ())


@pytest.mark.usefixtures("double_precision")
def test_objects_are_dicts_of_their_attributes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("model.py").write_text(OBJECTS)
    back = written("energy", "")
    found = back.call(2.0, {"k": 3.0, "end": {"x": 0.0, "y": 0.25}}, {"x": 0.5, "y": 1.5})
    close(found, 3.0 * 1.5 * (2.0 * 1.5 - 0.25))
    assert main(["export", "model.py:stiffness", "-o", "out", "--force"]) == 1
    assert "an object of the class 'Point' is made, which a standalone file cannot" in capsys.readouterr().err


def test_64_bits_where_the_signature_asks_for_them() -> None:
    """Python's floats are of 64 bits too, unless they stand beside shorter ones."""
    for signature, dtype in (
        ("w: f64[4,2], x: f64[3,4], y: f64[3,2]", "float64"),
        ("w: f32[4,2], x: f32[3,4], y: f32[3,2]", "float32"),
        ("w: bf16[4,2], x: bf16[3,4], y: bf16[3,2]", "bfloat16"),
        ("w: f16[4,2], x: f16[3,4], y: f16[3,2]", "float16"),
    ):
        back = written("loss", signature)
        assert [a.dtype for a in back.out_avals] == [dtype]
        assert back.in_avals[-1].dtype == ("float64" if dtype == "float64" else "float32")
    assert written("root", "a: float").out_avals[0].dtype == "float64"
    assert written("by_name", "x: f32[3], scale: float").out_avals[0].dtype == "float32"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(["export", *arguments, "-o", "out"])
    assert not Path("out").exists()
    assert not Path("ran").exists()
    error = capsys.readouterr().err
    assert "internal error" not in error
    return status, error


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        ("loss", ["--signature", "w: f64[4,2]"], "'x' has no type\n   Say --signature 'x: TYPE' or --arg x=VALUE."),
        ("loss", ["--signature", "w: f64[:,2], x: f64[3,4], y: f64[3,2]"], "the length of axis 0 of 'w' is not known"),
        ("steps", ["--signature", "u: f64[6], rate: float, n: int"], "'n' is an int, whose value is a part of the"),
        ("structures", ["--signature", "p: {w: int, layers: [f64[3]]}, pair: (float, float)"], "p['w']"),
        ("rows", ["--signature", "xs: list[f64[3]]"], "'xs' is a list of any length"),
        ("rows", ["--signature", "xs: f64[3", "--mode", "primal"], "signature"),
        ("rows", ["--signature", "ys: f64[3]"], "'ys' is no parameter of 'rows' (xs)"),
        ("rows", ["--arg", "xs"], "expected NAME=VALUE"),
        ("root", ["--signature", "a: float", "--mode", "vjp"], "--mode vjp gives a function, which no artefact holds"),
        ("root", ["--signature", "a: float", "--platforms", "cpu,gpu"], "'gpu' is none of cpu, cuda, rocm, tpu"),
        ("root", ["--signature", "a: float", "--backend", "numpy"], "only code for JAX can be exported"),
        ("root", ["--signature", "a: float", "--mode", "primal", "--wrt", "a"], "takes no derivative"),
        ("roots", [], "roots"),
    ],
)
def test_says_what_is_wrong_with_the_command_line(
    target: str, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, error = refused(capsys, f"model.py:{target}", *options)
    assert status == 2
    assert words in error


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        ("steps", ["--signature", "u: f64[6], rate: float", "--arg", "n=4", "--wrt", "n"], "cannot differentiate"),
        ("several", ["--signature", "x: f64[6]"], "'several' takes any number of arguments"),
    ],
)
def test_refuses_what_cannot_be_exported(
    target: str, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, error = refused(capsys, f"model.py:{target}", *options)
    assert status == 1
    assert re.search(words, error)


def test_only_what_was_exported_before_is_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["export", "model.py:root", "--signature", "a: float", "-o", "out"]
    Path("out").write_text("notes")
    assert main(command) == 1
    assert "was not written by pullback" in capsys.readouterr().err
    assert Path("out").read_text() == "notes"
    assert main([*command, "--force"]) == 0
    assert main(command) == 0
    assert capsys.readouterr().out == "wrote out\nwrote out\n"
    assert main([*command, "--mode", "primal"]) == 1
    assert main([*command[:-1], "model.py", "--force"]) == 1
    assert "would replace its own input" in capsys.readouterr().err
    assert main([*command[:-1], "no/where"]) == 1


def test_a_derivative_is_exported_by_jax_itself() -> None:
    """As docs/jax.md says."""
    gradient = pullback.grad(squares, backend="jax")
    spec = jax.ShapeDtypeStruct((3,), "float32")
    made = export.export(jax.jit(gradient), platforms=("cpu", "tpu"))(spec).serialize()
    close(export.deserialize(made).call(np.ones(3, np.float32)), 2.0 * np.ones(3))


def squares(x: Any) -> Any:
    return np.sum(x * x)
