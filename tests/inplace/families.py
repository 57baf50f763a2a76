"""The families of random programs: of arrays in place; of functions, lists and objects, or their own; of nothing."""

from __future__ import annotations

import random
import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tests import programs
from tests.inplace import generator, object_programs
from tests.inplace.expressions import SIZE, Pick


@dataclass(frozen=True)
class Family:
    """How a program is written, and arguments for its function made, which may be of classes of its module."""

    program: Callable[[Pick], str]
    arguments: Callable[[types.ModuleType, int], list[Any]]

    def text_of(self, seed: int) -> str:
        """The program of a seed."""
        return self.program(picker(seed))


def picker(seed: int) -> Pick:
    """Choices that a seed determines."""
    rng = random.Random(seed)
    return lambda options: options[int(rng.random() * len(options))]


def array_arguments(module: types.ModuleType, seed: int) -> list[Any]:
    """Numbers, arrays and integers."""
    rng = np.random.default_rng(seed)
    x, y = (float(rng.uniform(0.2, 1.0)) for _ in range(2))
    u, v = rng.uniform(0.2, 1.0, SIZE), rng.uniform(-1.0, 1.0, SIZE)
    return [x, y, u, v, rng.uniform(-1.0, 1.0, (SIZE, SIZE)), rng.integers(0, SIZE, SIZE), SIZE]


def object_arguments(module: types.ModuleType, seed: int) -> list[Any]:
    """The same, two objects, a list and a dict."""
    rng = np.random.default_rng(seed + 1)
    cell = module.Cell(rng.uniform(-1.0, 1.0, SIZE), float(rng.uniform(-1.0, 1.0)))
    counter = module.Counter(float(rng.uniform(-1.0, 1.0)))
    vectors = [rng.uniform(-1.0, 1.0, SIZE) for _ in range(2)]
    numbers = {"a": float(rng.uniform(-1.0, 1.0)), "b": float(rng.uniform(0.0, 1.0))}
    return [*array_arguments(module, seed), cell, counter, vectors, numbers]


FAMILIES = {
    "arrays": Family(generator.program, array_arguments),
    "objects": Family(object_programs.program, object_arguments),
    "own": Family(partial(object_programs.program, own=True), object_arguments),
    "pure": Family(programs.program, lambda module, seed: programs.arguments(seed)),
}
