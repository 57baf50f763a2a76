"""Programs that are nested deeply are transpiled once more, with all the room that they need."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

from pullback import errors

P = ParamSpec("P")
R = TypeVar("R")

_FRAMES = 100_000
_STACK = 512 * 2**20  # bytes, of which only those that are used are ever allocated
_one_at_a_time = threading.Lock()


def with_room(f: Callable[P, R]) -> Callable[P, R]:
    """A function that runs again in a thread with a large stack where the interpreter's limit of recursion is met.

    Raises TooDeep where that is not enough either. `f` must have no effects before that.
    """

    @functools.wraps(f)
    def roomy(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return f(*args, **kwargs)
        except (RecursionError, errors.TooDeep):
            if threading.current_thread().name == __name__:
                raise
        return _in_a_thread(lambda: f(*args, **kwargs))

    return roomy


def _in_a_thread(f: Callable[[], R]) -> R:
    result: Future[R] = Future()

    def run() -> None:
        try:
            result.set_result(f())
        except RecursionError:
            hint = "Split it into several functions."
            result.set_exception(errors.TooDeep("the program is nested too deeply to be differentiated", hint=hint))
        except BaseException as e:
            result.set_exception(e)

    with _one_at_a_time:
        before = threading.stack_size(_STACK), sys.getrecursionlimit()
        try:
            sys.setrecursionlimit(max(_FRAMES, before[1]))
            thread = threading.Thread(target=run, name=__name__)
            thread.start()
            thread.join()
        finally:
            threading.stack_size(before[0])
            sys.setrecursionlimit(before[1])
    return result.result()
