"""Classes of a file that is read and never run: what is written is what is written for live ones."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

import pullback
from pullback.cli import main
from tests.behaviour import identical

SHAPES = '''\
import functools
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
import pullback

T = TypeVar("T")
BIAS = 0.5


def relu(x):
    return np.maximum(x, 0.0)


def told():
    return [BIAS]


@dataclass
class Line:
    k: float
    b: float = BIAS * 2.0
    unit: ClassVar[float] = 3.0

    def __call__(self, x):
        return self.k * x + self.b + BIAS

    @property
    def double(self):
        return 2.0 * self.k

    @double.setter
    def double(self, value):
        self.k = value / 2.0

    @staticmethod
    def one(x):
        return Line(x, 1.0)

    @classmethod
    def other(cls, x):
        return cls(x * x)

    def steeper(self, d):
        self.k += d

    def __add__(self, other):
        return Line(self.k + other.k, self.b + other.b)

    @functools.cache
    def kept(self):
        return self.k

    @pullback.checkpoint
    def curved(self, x):
        return np.sin(self.k * x)


class Base(ABC, Generic[T]):
    """With attributes that are declared."""

    scale = 3.0
    k: float

    def __init__(self, k):
        self.k = k

    @abstractmethod
    def f(self, x):
        return self.k * x * self.scale


class Special(Base[float]):
    c: float

    def __init__(self, k, c=2.0):
        super().__init__(k * 2.0)
        self.c = c

    def f(self, x):
        return super().f(x) + self.c

    g = f


class Pair(NamedTuple):
    a: float
    b: float = 2.0

    def total(self):
        return self.a * self.b


@dataclass(frozen=True, kw_only=True)
class Layer:
    w: float
    activation: Any = relu
    line: Line = field(default_factory=lambda: Line(BIAS))
    seen: list = field(default_factory=told)
    rest: list = field(default_factory=list)

    def __post_init__(self):
        object.__setattr__(self, "rest", [self.w])

    def __call__(self, x):
        return self.activation(self.w * x) + self.line(x) * self.seen[0] + self.rest[0]


@dataclass
class Model:
    line: Line
    pair: Pair
    name: str = "model"

    def __call__(self, x):
        return self.line(x) * self.pair.total()


class Odd:
    rate = told()

    def f(self, x):
        return x * self.rate


class Hooked(type):
    pass


class Made(metaclass=Hooked):
    pass


class Guarded:
    def __getattr__(self, name):
        return 1.0


@functools.total_ordering
class Ordered:
    def __lt__(self, other):
        return True


class Failed(ValueError):
    pass
'''
MODEL = '''\
import shapes
from shapes import Base, Failed, Guarded, Layer, Line, Made, Model, Odd, Ordered, Pair, Special


def loss(m: Line, x: float):
    return m(x) * m.double


def made(x: float):
    m = Line(x)
    n = Line.one(x) + Line(1.0, x)
    o = shapes.Line.other(x)
    p = Pair(x)._replace(b=x)
    m.steeper(x)
    m.double = m.double * x
    return m(x) * n.double + o.b + p.total() * p[0] + m.unit + o.curved(x)


def inherited(x: float):
    s = Special(x)
    return s.f(x) * s.g(x) * s.k + isinstance(s, Base)


def layered(x: float):
    return Layer(w=x)(x) * Layer(w=x, line=Line(x), seen=[x])(x)


def of_pair(p: Pair, x: float):
    a, b = p
    return a * b * x


def of_special(s: Special, x: float):
    return s.f(x)


def of_objects(m: Model, x: float):
    return m(x) * m.line.k


def chosen(x: float):
    m = Line(x) if x > 0 else Line(x * x, 2.0)
    m.steeper(x)
    return m(x)


def in_a_loop(x: float, n: int):
    m = Line(x)
    for _ in range(n):
        m.steeper(m(x))
    return m.k


def cached(x: float):
    return Line(x).kept()


def odd(x: float):
    return Odd().f(x)


def made_by_another(x: float):
    return Made() and x


def guarded(x: float):
    return Guarded().f * x


def ordered(x: float):
    return Ordered() and x


def failed(x: float):
    if x > 0:
        raise Failed
    return x
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The current folder, with a model in it that raises where it is run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    for name, text in (("model", MODEL), ("shapes", SHAPES)):
        (tmp_path / f"{name}.py").write_text(f"raise RuntimeError\n{text}")
    yield tmp_path
    for name in ("model", "shapes"):
        sys.modules.pop(name, None)


def live(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The model, run."""
    for name, text in (("model", MODEL), ("shapes", SHAPES)):
        (folder / f"{name}.py").write_text(f"\n{text}")
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    return importlib.import_module("model")


ARGUMENTS: dict[str, Any] = {
    "loss": lambda s: (s.Line(0.3), 0.7),
    "made": lambda s: (0.7,),
    "inherited": lambda s: (0.7,),
    "layered": lambda s: (0.7,),
    "of_pair": lambda s: (s.Pair(0.3, 0.4), 0.7),
    "of_special": lambda s: (s.Special(0.3), 0.7),
    "of_objects": lambda s: (s.Model(s.Line(0.3), s.Pair(1.3, 0.4)), 0.7),
    "chosen": lambda s: (0.7,),
    "in_a_loop": lambda s: (0.7, 3),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_text_gives_what_the_live_derivative_gives(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrt = "m,x" if name in ("loss", "of_objects") else ""
    status = main(["transpile", f"model.py:{name}", "--mode", "value-and-grad", *(["--wrt", wrt] if wrt else [])])
    captured = capsys.readouterr()
    assert status == 0, captured.err
    model = live(folder, monkeypatch)
    space: dict[str, Any] = {}
    exec(captured.out, space)
    args = ARGUMENTS[name](model.shapes)
    derivative = pullback.value_and_grad(getattr(model, name), wrt=("m", "x") if wrt else 0)
    found, expected = space[f"{name}_value_and_grad"](*args), derivative(*args)
    assert identical(found[0], getattr(model, name)(*ARGUMENTS[name](model.shapes)))
    assert identical(found, expected)


REFUSED = {
    "cached": ("'kept' cannot be read: 'kept' is wrapped by a decorator", "Line(x).kept"),
    "odd": ("'rate' of the class 'Odd' is of type 'Unread', which is not supported yet", "self.rate"),
    "made_by_another": ("'Made' is a class with a metaclass, which is not supported yet", "Made"),
    "guarded": ("making an object of the class 'Guarded' is not supported yet: it defines `__getattr__`", "Guarded()"),
    "ordered": ("'Ordered' is a class under a decorator, which is not supported yet", "Ordered"),
    "failed": ("'Failed' is a class derived from ValueError, which is not supported yet", "Failed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_from_the_text_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    message, marked = REFUSED[name]
    assert main(["show", f"model.py:{name}"]) == 1
    first, line, mark, *hint = capsys.readouterr().err.splitlines()
    assert message in first
    assert line[mark.index("^") : mark.rindex("^") + 1] == marked
    assert hint


def test_an_object_cannot_be_made_in_a_standalone_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "model.py:loss", "--standalone"]) == 1
    assert "an object of the class 'Line' is made, which a standalone file cannot import" in capsys.readouterr().err
    assert main(["show", "model.py:made", "--standalone"]) == 0
    assert "shapes" not in capsys.readouterr().out
