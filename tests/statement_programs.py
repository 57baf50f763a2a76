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


# match


def by_name(x: Any, mode: str) -> Any:
    match mode:
        case "square":
            y = x * x
        case "cube" | "third":
            y = x**3
        case _:
            raise ValueError(f"no mode {mode}")
    return y


def by_literal_name(x: Any) -> Any:
    return by_name(x, "cube") + by_name(x * 2.0, "square")


def by_number(x: Any, k: int) -> Any:
    match k:
        case 0:
            return x
        case 1 | 2:
            y = x * x
        case n if n > 5:
            y = x * n
        case _ if k < 0:
            y = x * k + n_of(k)
        case _:
            y = np.sin(x)
    return y * 2.0


def n_of(k: int) -> Any:
    match abs(k):
        case 1:
            return 10.0
        case n:
            return n * 1.0


def by_length(x: Any, p: tuple[float, ...]) -> Any:
    match p:
        case ():
            return x
        case (a,):
            return x * a
        case (0.0, b):
            return x * b
        case (a, b) if b > a:
            return x * a * b
        case a, *others if a > 5.0:
            return x * len(others)
        case (a, *_, b) as whole:
            return x * a + b + whole[1]


def by_nesting(x: Any, p: Any) -> Any:
    match p:
        case [(a, [b, c]), *_]:
            return x * a * b * c
        case [a, b]:
            return x * a + b
    return x


def by_keys(x: Any, options: dict[str, Any]) -> Any:
    match options:
        case {"scale": s, "shift": {"by": t}}:
            return x * s + t
        case {"scale": 2.0}:
            return x * 20.0
        case {"scale": s}:
            return x * s
    return x


def by_run(x: Any, xs: list[float]) -> Any:
    match xs:
        case [a, b]:
            return x * a * b
        case [1.0, *_]:
            return x * 3.0
        case []:
            return x
    return x * xs[-1]


def by_value_of_the_run(x: Any) -> Any:
    match x:
        case 2.0:
            y = x * 7.0
        case v if v > 2.0:
            y = v * v
        case _:
            y = x**3
    return y


def by_none(x: Any, scale: float | None) -> Any:
    match scale:
        case None:
            return x * x
        case s:
            return x * s


def in_a_loop(x: Any, n: int) -> Any:
    t, last = 0.0, 0
    for i in range(n):
        match i % 3, x:
            case 0, y:
                t = t + y
            case 1, y if y > 1:
                t = t + y * y
            case ((1 | 2), _):
                t = t * x
        match i:
            case 5:
                break
            case 3:
                continue
            case last:
                t = t + last * x
    return t * last


def with_subject_of_a_call(x: Any, k: int) -> Any:
    subject = x * 3.0
    match told_number(k):
        case 2:
            subject = subject * 2.0
        case subject if subject > 2:
            return x * subject
        case _:
            pass
    return subject * x


def told_number(k: int) -> int:
    print("looked at once", k)
    return k + 1


def captured_before_a_guard(x: Any, p: tuple[float, float]) -> Any:
    y = 5.0
    match p:
        case (0.0, y) if y > 1.0:
            return x * y
        case _:
            pass
    return x * y


# assert, raise


def asserted(x: Any, c: float) -> Any:
    assert c > 0, f"c is {c:.1f}"
    assert c != 3.0
    assert c < 5.0, ("too much", 1.0 / (c - 5.0) if c != 5.0 else c)
    return x * c


def message_only_if_needed(x: Any, c: float) -> Any:
    assert c != 2.0 or x < 0, 1.0 / (c - 2.0)
    return x * c


def raised(x: Any, c: float) -> Any:
    if c > 3:
        raise ValueError("too much", c) from KeyError(c)
    if c > 2:
        raise Complaint("again") from None
    if c > 1:
        raise Complaint
    return x * c


class Complaint(Exception):
    """An exception of the user's."""


def raised_in_a_call(x: Any, c: float) -> Any:
    t = 0.0
    for _ in range(3):
        t = t + raised(x, c)
    return t


# pass, del


def nothing(x: Any, c: float) -> Any:
    if c > 0:
        pass
    else:
        x = x * 2.0
    for _ in range(3):
        pass
    return x * x


def deleted(x: Any, n: int) -> Any:
    y, z, w = x * 2.0, x * 3.0, 1.0
    t = y * z
    del y, (z, w)
    for i in range(n):
        y = t * x
        t = t + y
        del y
        if i > 1:
            y = 1.0
            del y
    y = 2.0
    return t * y


# print


def told_everywhere(x: Any, n: int) -> Any:
    print("start", n, sep=": ")
    t = x
    for i in range(n):
        t = t * x
        if t > 4.0:
            print("large", end="!\n")
        else:
            print(f"small {i}", flush=True)
        t = t + told_cheaply(t) + told_at_length(t, 2)
    print()
    return t


def told_cheaply(x: Any) -> Any:
    print("cheap")
    return x * 0.5


def told_at_length(x: Any, n: int) -> Any:
    t = x
    for i in range(n):
        print("round", i)
        t = np.sin(t)
    return t


def told_of_arrays(x: Any) -> Any:
    y = np.zeros(2)
    y[0] = x
    print(y)
    y[1] = x * x
    print(y, [1, (2, "a")])
    return np.sum(y * y)


# conditional expressions


def chosen_with_effects(x: Any, c: float) -> Any:
    y = told_cheaply(x) if c > 0 else told_at_length(x, 1) * 2.0
    print("positive") if c > 0 else None
    c > 1 and print("more than one")
    z = told_cheaply(y) if c > 2 and told_cheaply(c) > 1.2 else y
    return y * z


# try, except


def caught(x: Any, c: float) -> Any:
    try:
        y = x * (1.0 / c)
    except ZeroDivisionError:
        y = x * x
    return np.sum(y * x)


def kept_where_it_raises(x: Any, c: float) -> Any:
    k = 3.0
    try:
        k = 1.0 / c
    except ZeroDivisionError:
        print("kept")
    return np.sum(x * k)


def suppressed(x: Any, c: float) -> Any:
    y = x
    with np.errstate(all="ignore"), contextlib.suppress(ZeroDivisionError, KeyError):
        y = x * (1.0 / c)
    return np.sum(y * y)


def told_and_caught(x: Any, c: float) -> Any:
    print("before")
    try:
        print("trying", c)
        y = np.sum(x) / float(np.sign(c)) + 1.0 / c
        print("tried", c)
    except (ZeroDivisionError, OverflowError) as e:
        print("caught", str(e), e)
        y = np.sum(x * x)
    else_ = y * 2.0
    return else_ * y


def caught_and_returned(x: Any, c: float) -> Any:
    try:
        return np.sum(x / (1.0 / c))
    except ZeroDivisionError:
        return np.sum(x * x * x)


def returned_where_it_raises(x: Any, c: float) -> Any:
    try:
        k = 1.0 / c
        y = x * k
    except ZeroDivisionError:
        print("none")
        return np.sum(x * 5.0)
    else:
        y = y * 2.0
    z = y * k
    return np.sum(z * x)


def returned_where_it_does_not(x: Any, c: float) -> Any:
    try:
        return np.sum(x * (1.0 / c))
    except ZeroDivisionError:
        c = 0.5
    y = x * c
    return np.sum(y * y)


def raised_again(x: Any, c: float) -> Any:
    try:
        y = x * (1.0 / c)
    except ZeroDivisionError:
        print("again")
        raise
    return np.sum(y * y)


def raised_from(x: Any, c: float) -> Any:
    try:
        if c > 2.0:
            raise ValueError("too large", c)
        k = 1.0 / c
    except ZeroDivisionError as e:
        raise Complaint("no quotient") from e
    except ValueError as e:
        print("is", e)
        raise e
    return np.sum(x * x * k)


def several(x: Any, c: float, xs: list[float]) -> Any:
    try:
        k = xs[int(c)]
        y = x * (1.0 / k)
    except ZeroDivisionError:
        y = x * x
    except (IndexError, KeyError) as e:
        print("no such", e)
        y = x * 3.0
    return np.sum(y * x)


def anything(x: Any, c: float) -> Any:
    try:
        assert c != 1.0
        y = x * (1.0 / c)
    except:  # noqa: E722
        y = x
    return np.sum(y * x)


def caught_in_a_loop(x: Any, cs: list[float]) -> Any:
    t, failures = x, 0
    for c in cs:
        try:
            k = 1.0 / c
            if k > 4.0:
                break
            t = t * (x + k)
        except ZeroDivisionError:
            failures += 1
            t = np.sin(t)
            if failures > 2:
                break
            continue
        finally:
            print("c", c)
        t = t + x
    return np.sum(t) * (failures + 1)


def tried_again(x: Any, c: float) -> Any:
    k = 0
    while True:
        k = k + 1
        try:
            y = x * (1.0 / (k - c))
            break
        except ZeroDivisionError:
            print("once more")
            if k > 3:
                raise
    return np.sum(y * x)


def caught_inside(x: Any, c: float) -> Any:
    try:
        try:
            y = x * (1.0 / c)
        except ZeroDivisionError as e:
            print("inner", e)
            y = x * (1.0 / (c + 1.0)) if c > -1 else x
            raise ValueError("outer") from e
        y = y * 2.0
    except ValueError as e:
        print("outer", e)
        y = x * x
    return np.sum(y)


def checked(x: Any, n: int) -> Any:
    _ = 1.0 / n
    t = x
    for _ in range(n):
        t = t * x
    if n > 3:
        raise Complaint(n)
    return t


def caught_from_a_call(x: Any, n: int) -> Any:
    t = x
    try:
        y = checked(x, n)
    except ZeroDivisionError:
        y = x * 7.0
    except Complaint as e:
        print(e)
        y = x * 9.0
    return np.sum(y * t)


def caught_in_a_call(x: Any, cs: list[float]) -> Any:
    t = x * 1.0
    for c in cs:
        t = t + caught(x, c) * returned_where_it_raises(x, c)
    return np.sum(t)


def of_numpy(x: Any) -> Any:
    try:
        with np.errstate(all="raise"):
            y = np.log(x)
    except FloatingPointError as e:
        print(e)
        y = x * 3.0
    return np.sum(y * x)


def named_like_another(x: Any, c: float) -> Any:
    e = x * 2.0
    y = e
    try:
        y = x * (1.0 / c)
    except ZeroDivisionError as error:
        print(error)
        y = e * e
    return np.sum(y * e)


def before_and_after(x: Any, c: float) -> Any:
    t = x * 1.0
    t[0] = c
    try:
        y = t * (1.0 / c)
        print(y[0])
    except ZeroDivisionError:
        y = t * 2.0
        print(t)
    t[1] = 5.0
    return np.sum(y * t)
