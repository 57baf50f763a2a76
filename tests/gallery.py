"""The gallery: programs with gradients as a careful person writes them, and what pullback emits for them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import pullback
from tests.golden_files import import_file

FOLDER = Path(__file__).parent / "data" / "gallery"
IN_PLACE = ("heat", "heat of u alone", "seidel", "fish", "logdet")
NAMES = ("mlp", "rnn", "newton", "pricing", "embedding", *IN_PLACE)


@dataclass(frozen=True)
class GalleryProgram:
    """One program: the function, its gradient by hand with the companions, sample arguments, and the emitted text."""

    name: str
    primal: Callable[..., Any]
    by_hand: Callable[..., Any]
    by_hand_names: tuple[str, ...]
    args: tuple[Any, ...]
    source: str
    user_text: str

    def emitted(self) -> Callable[..., Any]:
        """The emitted function, run from its text alone beside the user's module."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{self.name.partition(' ')[0]}_emitted.py"
            path.write_text(self.source)
            module = import_file(path)
        function: Callable[..., Any] = getattr(module, self.by_hand.__name__)
        return function


@cache
def program(name: str) -> GalleryProgram:
    """A program of the gallery with the text that is emitted for its sample arguments."""
    stem, _, part = name.partition(" ")
    path = FOLDER / f"{stem}.py"
    module = import_file(path)
    cases = list(module.CASES(np.random.default_rng(0)))
    primal, by_hand, wrt, args = cases[1 if part else 0]
    value_too = by_hand.__name__.endswith("value_and_grad")
    derive = pullback.value_and_grad if value_too else pullback.grad
    derived = derive(primal, wrt=wrt if len(wrt) > 1 else wrt[0]).specialize(*args)
    names = (by_hand.__name__, *(n for n in vars(module) if n.endswith("_pullback")))
    return GalleryProgram(name, primal, by_hand, names, args, derived.source, path.read_text())
