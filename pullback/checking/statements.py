"""The first statement whose own derivative is off: each is looked at by itself, where the program runs it.

The program is run as Core. A statement whose operands move is made a function of what it reads; its derivative, in both
modes, is held against central differences at the values that it has there. Inner statements come before the loop,
branch or call that they are in, so what is named is the innermost.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from pullback import errors
from pullback.checking.measuring import Measured, directions, measured, random_cotangent, tolerance
from pullback.checking.trees import copied, has_floats, identical, moved
from pullback.derived import Derived
from pullback.stdlib import registry
from pullback.stdlib.signatures import is_users
from pullback.target import target_of
from pullback.transpile import prims
from pullback.transpile.core import Block, Call, For, Function, If, Op, Param, Program, Stmt, Var, While
from pullback.transpile.derive import derive
from pullback.transpile.infer import infer
from pullback.transpile.interpret import Env, Interpreter
from pullback.transpile.lower import lower
from pullback.transpile.parse.live import from_function
from pullback.transpile.request import Request
from pullback.transpile.restart import as_primal
from pullback.transpile.reverse.activity import useful, varied
from pullback.transpile.signature import arguments_in_order, type_of_value
from pullback.transpile.traversal import reads, variables

_UNWRITTEN = (np.empty, np.empty_like)  # whose values mean nothing
_LOOKS = 100  # at one statement
_DIRECTIONS = 2  # in which a statement must be off


def first_statement(
    f: Callable[..., Any], args: Sequence[Any], wrt: Sequence[str], rtol: float | None, steps: Sequence[float]
) -> errors.PullbackError | None:
    """The place of the first statement whose own derivative disagrees with differences; None if there is none."""
    target = f._target if isinstance(f, Derived) else target_of(f)
    signature = inspect.signature(target.function, follow_wrapped=False)
    values = arguments_in_order(signature, (*target.args, *args), target.keywords)
    names = tuple(signature.parameters)
    source = from_function(target.function)
    program = lower(source, [type_of_value(x, name) for x, name in zip(values, names, strict=True)], derive)
    if isinstance(f, Derived):
        program = as_primal(derive(program, f._request))
    looking = _Looking(program, tuple(names.index(name) for name in wrt), rtol, tuple(steps))
    try:
        looking.run(*copied(values))
    except _Found as found:
        return found.place
    except Exception:  # the report is to be had all the same
        return None
    return looking.jump


class _Found(BaseException):
    """A statement is off. No error, so that no handler of the user's program takes it for one."""

    def __init__(self, place: errors.PullbackError) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class _Alone:
    """One statement as a function of what it reads, and its derivatives in what moves; None for one that there is not.

    `moving` are positions among `params`.
    """

    params: tuple[Var, ...]
    moving: tuple[int, ...]
    primal: Program
    forward: Program | None
    reverse: Program | None

    def at(self, values: Sequence[Any], moving: Sequence[Any]) -> Any:
        """What the statement gives where other values stand for those that move."""
        changed = copied(list(values))
        for k, x in zip(self.moving, moving, strict=True):
            changed[k] = x
        return Interpreter(self.primal).run(*changed)


class _Looking(Interpreter):
    """Runs a program, and looks at each statement after it was run.

    `moving`: the arguments of the next call that move; `varied` and `useful`: what moves in the function that runs, and
    what its result depends on; `jump`: the first operation without floats that gives something else beside this point.
    """

    def __init__(self, program: Program, moving: tuple[int, ...], rtol: float | None, steps: tuple[float, ...]) -> None:
        super().__init__(program)
        self.moving = moving
        self.rtol, self.steps = rtol, steps
        self.varied: set[Var] = set()
        self.useful: set[Var] = set()
        self.jump: errors.PullbackError | None = None
        self.looks: Counter[Stmt] = Counter()
        self._alone: dict[tuple[Stmt, tuple[int, ...], tuple[Var, ...]], _Alone] = {}
        self._activity: dict[tuple[Function, tuple[int, ...]], tuple[set[Var], set[Var]]] = {}
        self.rng = np.random.default_rng(0)

    def call(self, function: Function, args: Sequence[Any]) -> Any:
        around = self.varied, self.useful
        self.varied, self.useful = self.activity(function, self.moving)
        result = super().call(function, args)
        self.varied, self.useful = around
        return result

    def activity(self, function: Function, moving: tuple[int, ...]) -> tuple[set[Var], set[Var]]:
        """The values in a function that depend on these parameters, and those that the result depends on."""
        key = function, moving
        if key not in self._activity:
            b = function.block
            self._activity[key] = varied(b, [b.params[k] for k in moving]), useful(b, b.results[:1])
        return self._activity[key]

    def statement(self, s: Stmt, env: Env) -> None:
        if isinstance(s, Call):
            self.moving = tuple(k for k, a in enumerate(s.args) if a in self.varied)
        super().statement(s, env)
        if isinstance(s, Op) and s.op in _UNWRITTEN:
            return
        if s.outs and self.looks[s] < _LOOKS:
            self.looks[s] += 1
            self.look_at(s, env)

    def look_at(self, s: Stmt, env: Env) -> None:
        """Raise _Found if the derivative of a statement is off where it is."""
        params = tuple(reads(s))
        moving = tuple(k for k, v in enumerate(params) if v in self.varied and has_floats(env[v]))
        outs = tuple(o for o in s.outs if o in self.useful and has_floats(env[o]))
        key = s, moving, outs
        if not moving or not outs and (self.jump is not None or not isinstance(s, Op)):
            return
        if key not in self._alone:
            self._alone[key] = _alone(s, params, moving, outs or s.outs, self.program)
        alone, values = self._alone[key], [env[v] for v in params]
        if not outs:
            self.look_for_jump(alone, values, s)
            return
        found = [self.measured(alone, values) for _ in range(_DIRECTIONS)]
        ways = [way for way in ("reverse", "forward") if all(m is not None and self.is_off(m, way) for m in found)]
        if ways and found[0] is not None:
            _report(s, self.varied, ways, found[0])

    def look_for_jump(self, alone: _Alone, values: list[Any], s: Stmt) -> None:
        """Note an operation that gives a bool or an integer, and another one at the smallest step away."""
        moving = [values[k] for k in alone.moving]
        tangents = directions(moving, self.rng)
        try:
            ends = [
                alone.at(values, [moved(x, t, h) for x, t in zip(moving, tangents, strict=True)])
                for h in (min(self.steps), -min(self.steps))
            ]
        except Exception:
            return
        if not identical(*ends):
            message = "the result of this operation changes at this point, so that there may be no derivative"
            self.jump = errors.at(errors.PullbackError, s.origin, message)

    def is_off(self, m: Measured, way: str) -> bool:
        rtol = tolerance(m.eps) if self.rtol is None else self.rtol
        return not m.fits(getattr(m, way), rtol)

    def measured(self, alone: _Alone, values: list[Any]) -> Measured | None:
        """The derivative of a statement along a random direction; None where it cannot be had by itself."""
        moving = [values[k] for k in alone.moving]

        def at(*xs: Any) -> Any:
            return alone.at(values, xs)

        try:
            tangents = directions(moving, self.rng)
            out = at(*copied(moving))
            ct = random_cotangent(out, self.rng)
            dout = gradients = None
            if alone.forward is not None:
                _, dout = Interpreter(alone.forward).run(*copied(values), *tangents)
            if alone.reverse is not None:
                _, pull = Interpreter(alone.reverse).run(*copied(values))
                gradients = pull(ct)
            return measured(at, moving, tangents, ct, dout, gradients, self.steps)
        except Exception:  # what stands in the midst of a function need not be one of its own
            return None


def _alone(
    s: Stmt, params: tuple[Var, ...], moving: tuple[int, ...], outs: tuple[Var, ...], program: Program
) -> _Alone:
    """A statement as a function of what it reads."""
    out, body = outs[0], [s]
    if len(outs) > 1:
        out = Var("", infer(prims.make_tuple, outs, {}))
        body.append(Op(out, prims.make_tuple, outs, (), s.origin))
    f = Function("statement", tuple(map(Param, params)), Block(params, tuple(body), (out,)), s.origin)
    primal = Program(f, program.functions)
    ways: list[Program | None] = []
    for request in (Request("jvp", moving, False), Request("vjp", moving, False)):
        try:
            ways.append(derive(primal, request))
        except errors.PullbackError:
            ways.append(None)
    return _Alone(params, moving, primal, *ways)


def _report(s: Stmt, varied: set[Var], ways: list[str], m: Measured) -> NoReturn:
    found = {way: getattr(m, way) for way in ways}
    numbers = " and ".join(f"{x:.6g} by {way} mode" for way, x in found.items())
    message = f"the derivative of this {_words(s)} is off: {numbers}, {m.settled():.6g} by differences"
    raise _Found(errors.at(errors.PullbackError, s.origin, message, _hint(s, varied, ways)))


def _words(s: Stmt) -> str:
    match s:
        case For() | While():
            return "loop"
        case If():
            return "branch"
        case Call():
            return "call"
    return "operation"


def _hint(s: Stmt, varied: set[Var], ways: list[str]) -> str:
    """Where the derivative of a statement comes from."""
    match s:
        case Op(op=prims.stopped):
            return "stop_gradient makes it a constant, which is what it is for."
        case Op(op=op, args=args):
            moving = tuple(k for k, a in enumerate(args) if any(v in varied for v in variables(a)))
            rule = registry.find(op, moving) if "reverse" in ways else None
            rule = rule or registry.find_forward(op) or registry.find(op, moving)
            if rule is None or not is_users(rule.fn):
                return "Or it has none at this point."
            return f"It comes from the rule {rule.fn.__name__!r}. Or there is none at this point."
    return "Each statement in it agrees by itself."
