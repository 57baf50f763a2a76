"""Programs of statements that are neither assignments nor loops. pytest leaves their asserts as they are."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

# with


def silenced(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        y = 1.0 / x
    return np.sum(np.where(x > 0.7, y, x))


def silenced_in_a_loop(x: Any, n: int) -> Any:
    t = x
    for i in range(n):
        with np.errstate(over="ignore", invalid="ignore"):
            e = np.exp(t * i)
            t = t * e / (1.0 + e)
        t = t + x
    return np.sum(t)


def silenced_in_a_branch(x: Any, c: float) -> Any:
    y = x
    if c > 0:
        with np.errstate(all="ignore"):
            y = np.sqrt(x) * c
    return np.sum(np.where(x > 0, y, x) * c)


def silenced_in_part(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(x)
        with np.errstate(divide="warn"):
            z = 1.0 / x
        w = 1.0 / x
    return np.sum(np.where(x > 0, y * z * w, x))


def two_at_once(x: Any) -> Any:
    with np.errstate(divide="ignore"), np.errstate(invalid="ignore"):
        y = x / x + 1.0 / x
    return np.sum(np.where(x > 0, y, x))


def the_same_outside(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        y = 1.0 / x
    z = 1.0 / (x + 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        w = 1.0 / x + y * z
    return np.sum(np.where(x > 0, w, x))


def safe_reciprocal(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > 0, 1.0 / x, 0.0)


def silenced_in_a_call(x: Any) -> Any:
    return np.sum(safe_reciprocal(x) * x)


def costly(x: Any, n: int) -> Any:
    t = x
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(n):
            t = t * x / np.where(x > 0, x, 1.0) + np.where(x > 0, 1.0 / x, 0.0)
    return t


def silenced_in_a_costly_call(x: Any, n: int) -> Any:
    return np.sum(costly(x, n) * x)


def returned_inside(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        y = 1.0 / x
        return np.sum(np.where(x > 0.7, y, x))


def returned_early(x: Any, c: float) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        if c > 1:
            return np.sum(np.where(x > 0, c / x, x))
        y = np.log(x) * c
        if c > 0:
            return np.sum(np.where(x > 0, y, x * c))
        z = y * y
    return np.sum(np.where(x > 0, y + z, x * c))


def left_by_break(x: Any, n: int) -> Any:
    t = np.zeros(3)
    for i in range(n):
        with np.errstate(over="ignore", invalid="ignore"):
            e = np.exp(x * i)
            if e[2] > 50.0:
                break
            if i == 1:
                continue
            t = t + e
        t = t * 0.5
    return np.sum(t)


def written_inside(x: Any) -> Any:
    y = np.zeros(3)
    with np.errstate(divide="ignore", invalid="ignore"):
        y[1:] = 1.0 / x[1:]
        y[0] = np.sum(y[1:] * x[:2])
    y[0] *= 2.0
    return np.sum(y * x)


def raised_inside(x: Any, c: float) -> Any:
    with np.errstate(divide="ignore"):
        if c > 0:
            raise ValueError("inside", c)
        y = 1.0 / x
    return np.sum(y)


def errors_on_purpose(x: Any) -> Any:
    with np.errstate(divide="raise"):
        y = 1.0 / x
    return np.sum(y)


def of_no_context(x: Any, c: float) -> Any:
    with contextlib.nullcontext(c) as k, contextlib.nullcontext():
        y = x * k
    with contextlib.nullcontext(enter_result=2.0) as two:
        return np.sum(y * y) * two


def filtered(x: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        y = 1.0 / x
    return np.sum(np.where(x > 0.7, y, x))


def filtered_at_once(x: Any) -> Any:
    with warnings.catch_warnings(action="ignore"):
        y = 1.0 / x
    return np.sum(np.where(x > 0.7, y, x))


def printed_shortly(x: Any) -> Any:
    y = x / 3.0
    with np.printoptions(precision=2):
        print(y)
    print(y)
    return np.sum(y * y)


def divided_in_a_loop(x: Any, n: int) -> Any:
    t = np.ones(3)
    for _ in range(n):
        with np.errstate(divide="ignore", invalid="ignore"):
            y = t / x
        t = np.sin(np.where(x > 0, y, 0.5)) * np.where(x > 0, y, t)
    return np.sum(t)


# functions under @contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


@contextmanager
def announced(name: str, times: float = 2.0) -> Iterator[float]:
    t = times * 3.0
    print("enter", name)
    yield t
    print("leave", name, t)


@contextmanager
def always_told(name: str) -> Iterator[None]:
    try:
        print("begin", name)
        yield
    finally:
        print("end", name)


@contextmanager
def scaled(y: Any, c: float) -> Iterator[Any]:
    y *= c
    yield y
    y /= c


def in_a_generator(x: Any) -> Any:
    with quiet():
        y = 1.0 / x
    return np.sum(np.where(x > 0.7, y, x))


def told(x: Any) -> Any:
    t = 1.5
    with announced("a") as k, announced("b", times=t):
        y = x * k * t
    return np.sum(y * t)


def told_and_returned(x: Any, c: float) -> Any:
    with announced("a"), always_told("b"):
        if c > 1:
            return np.sum(x * c)
        y = x * x
        if c > 0:
            raise ValueError(c)
    return np.sum(y * c)


def told_in_a_loop(x: Any, n: int) -> Any:
    t = x
    for i in range(n):
        with always_told("round"):
            t = t * x
            if t[2] > 3.0:
                break
            with announced(f"inner {i}") as k:
                t = t * k
    return np.sum(t)


def written_by_a_generator(x: Any, c: float) -> Any:
    y = x * 1.0
    with scaled(y, c) as z:
        t = np.sum(z * x)
    return t * np.sum(y * x)


# try, finally


def counted(x: Any) -> Any:
    n = 0
    try:
        y = x * x
    finally:
        n = n + 1
    return np.sum(y) * n


def finally_told(x: Any, c: float) -> Any:
    try:
        if c > 2:
            raise ValueError("too much")
        y = x * c
        assert c > 0, "too little"
    finally:
        print("done", c)
    return np.sum(y * y)


def finally_told_on_every_way(x: Any, c: float) -> Any:
    try:
        if c > 1:
            return np.sum(x * c)
        y = x * x
    finally:
        print("done", c)
    return np.sum(y * c)


def finally_in_a_loop(x: Any, n: int) -> Any:
    t, k = x, 0
    for i in range(n):
        try:
            if i == 2:
                continue
            t = t * x
            if t[2] > 5.0:
                break
        finally:
            k = k + 1
            print("round", i)
        t = t + x * k
    return np.sum(t) * k


def finally_twice(x: Any) -> Any:
    try:
        try:
            y = np.sum(x * x)
        finally:
            print("inner")
        return y * 2.0
    finally:
        print("outer")


def undone(x: Any) -> Any:
    y = x * 1.0
    try:
        y[0] = 7.0
        t = np.sum(y * x)
    finally:
        y[0] = x[0]
    return t * np.sum(y)


def finally_after_an_error_of_python(x: Any, c: float) -> Any:
    try:
        y = x / (1.0 / c)
    finally:
        print("done")
    return np.sum(y * y)
