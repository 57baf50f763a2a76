"""The rule registry: which Python function differentiates which operation.

A rule is a plain function. It is tested as it stands, and inlined as a template where it is used: the transpiler lowers
its body like a user's function, so what a rule reads is found from that body.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pullback.stdlib.signatures import check_signature, is_users

Op = Callable[..., Any]
Takes = Literal["whole", "scalar", "elementwise", "passed", "parts"]
F = TypeVar("F", bound=Callable[..., Any])


class Unsupported(NotImplementedError):
    """Raised by a rule, or by a `static` helper of one: `what` has no derivative yet. The user's line is shown."""

    def __init__(self, what: str, way_round: str) -> None:
        super().__init__(what)
        self.way_round = way_round


@dataclass(frozen=True)
class Rule:
    """One rule. `elementwise`: `fn(out, *inputs) -> partial(s)`; `reverse`: `fn(ct, out, *inputs, **static) -> ct(s)`.

    `active`: the positions of the inputs that carry a derivative for which this rule is meant, None for any.
    `ct`: which cotangents a reverse rule takes. `whole`: does each that it gives have the shape of its operand?
    """

    op: Op
    kind: Literal["elementwise", "reverse", "forward"]
    fn: Callable[..., Any]
    active: tuple[int, ...] | None = None
    ct: Takes = "whole"
    whole: bool = False


_RULES: dict[tuple[Op, str, tuple[int, ...] | None], Rule] = {}
_RULED: set[Op] = set()
_ELEMENTWISE: set[Op] = set()
_CONSTANT: set[Op] = set()
_REFUSED: dict[Op, str] = {}
_COMPUTED: set[Op] = set()
_LINEAR: dict[Op, tuple[int, ...] | None] = {}
_MULTILINEAR: set[Op] = set()
_COMPLEX: set[Op] = set()
_OF_SEQUENCES: set[Op] = set()
_FRESH: set[Op] = set()
_STATIC: set[Callable[..., Any]] = set()
_REVERSE: set[Callable[..., Any]] = set()
_FORWARD: set[Callable[..., Any]] = set()
_LATER: dict[str, tuple[str, ...]] = {}


def when_imported(library: str, *modules: str) -> None:
    """Have these modules imported once a program has imported a library that pullback itself does without."""
    _LATER[library] = (*_LATER.get(library, ()), *modules)


def load() -> None:
    """Import what is about the libraries that have been imported since; every question about an operation does."""
    for library in [name for name in _LATER if name in sys.modules]:
        for module in _LATER.get(library, ()):
            importlib.import_module(module)
        _LATER.pop(library, None)


def _add(mode: str, fn: F, ops: tuple[Op, ...], rule: Callable[[Op], Rule]) -> F:
    for op in ops:
        made = rule(op)
        if is_users(fn):
            load()
            check_signature(op, made.kind, fn, made.active)
        if (op, mode, made.active) in _RULES:
            raise ValueError(f"{getattr(op, '__name__', op)!r} has a {mode} rule already")
        _RULES[op, mode, made.active] = made
        _RULED.add(op)
        if made.kind == "elementwise":
            _ELEMENTWISE.add(op)
    if mode == "reverse":
        _REVERSE.add(fn)
    elif mode == "forward":
        _FORWARD.add(fn)
    return fn


def elementwise(*ops: Op, active: tuple[int, ...] | None = None) -> Callable[[F], F]:
    """Register `r(out, *inputs) -> partial` (one input) or `-> tuple of partials`, for what works element by element.

    It serves both modes. Shapes, un-broadcasting and dtypes are the engine's affair. `active` restricts the rule to
    calls in which exactly these inputs are differentiated (`active=(0,)` and a constant second operand).

    Raises ValueError when the operation has such a rule already, RuleError when its parameters do not fit those of the
    operation.
    """
    return lambda fn: _add("both", fn, ops, lambda op: Rule(op, "elementwise", fn, active))


class _RuleDecorator:
    def __call__(
        self, *ops: Op, active: tuple[int, ...] | None = None, ct: Takes = "whole", whole: bool = False
    ) -> Callable[[F], F]:
        """Register `r(ct, out, *inputs, *, static…) -> cotangent | tuple`; None for an input that has none.

        Parameters after `*` are static (axis, keepdims) and follow the operation's own order and names. A parameter
        that the operation takes as a sequence of arrays (`np.concatenate`) is a tuple, and so is its cotangent. A
        cotangent of lower rank stands for one repeated over the leading axes (`ct` itself, for the input of a sum).

        `ct` says which cotangents the rule takes: "whole", in the shape of `out`; "scalar", also one number that stands
        for every element; "elementwise", also any that broadcasts against `out`, because it works element by element.
        "passed": one number that stands for every element is also the cotangent of each operand (a transpose, a sum).
        "parts": of an operation that gives a tuple, a tuple of cotangents, with None for an item that has none.
        `whole`: each cotangent that it returns has the shape of its operand, which the types need not prove then.

        Raises ValueError when the operation has such a rule already, RuleError when its parameters do not fit those of
        the operation.
        """
        return lambda fn: _add("reverse", fn, ops, lambda op: Rule(op, "reverse", fn, active, ct, whole))

    def forward(self, *ops: Op) -> Callable[[F], F]:
        """Register `r(tangents, out, *inputs, *, static…) -> tangent of out`."""
        return lambda fn: _add("forward", fn, ops, lambda op: Rule(op, "forward", fn))


rule = _RuleDecorator()


def known(x: object) -> bool:
    """May a rule look at the value of its operand `x`, to choose a shorter form (`2.0 * x` for that of `x ** 2`)?

    While transpiling it may if `x` is a literal; when the rule runs as a plain function, if `x` is a Python number.
    """
    return isinstance(x, int | float)


def is_complex(x: Any) -> bool:
    """Is the operand `x` of a rule complex, or an array of complex numbers?

    While transpiling its type says so.
    """
    return getattr(getattr(x, "dtype", None), "kind", "c" if isinstance(x, complex) else "") == "c"


def static(fn: F) -> F:
    """Mark a helper of rules that computes on static values only (axes, subscripts).

    Transpiling calls it with the values of its arguments, instead of lowering its body.
    """
    _STATIC.add(fn)
    return fn


def is_static(fn: Callable[..., Any]) -> bool:
    """Is `fn` a helper that transpiling calls?"""
    return fn in _STATIC


def name_of(op: Op) -> str:
    """What an operation is called in a sentence: `tanh`, and of a method of a distribution of SciPy `norm.logpdf`."""
    owner = getattr(getattr(op, "__self__", None), "name", None)
    name = getattr(op, "__name__", str(op))
    return f"{owner}.{name}" if isinstance(owner, str) and isinstance(op, types.MethodType) else name


def constant(*ops: Op) -> None:
    """Declare operations whose derivative is zero wherever it exists (`np.floor`, comparisons, `np.zeros`)."""
    _CONSTANT.update(ops)


def refused(*ops: Op, way_round: str, computed: bool = True) -> None:
    """Declare operations that are not differentiated, with what is to be written instead.

    Where nothing is differentiated they are called, unless they are not `computed` either: of functions, for example.
    """
    _REFUSED.update(dict.fromkeys(ops, way_round))
    if computed:
        _COMPUTED.update(ops)


def is_computed(op: Op) -> bool:
    """Is `op` declared to be computed though it has no derivative?"""
    load()
    return op in _COMPUTED


def way_round(op: Op) -> str | None:
    """What to write instead of an operation that is declared to be refused, None for others."""
    load()
    try:
        return _REFUSED.get(op)
    except TypeError:  # a callable that cannot be hashed
        return None


def linear(*ops: Op, at: tuple[int, ...] | None = (0,)) -> None:
    """Declare operations that are linear in their operands at these positions together, None for all of them.

    Their tangent is the operation itself on tangents; the other operands stay as they are.
    """
    _LINEAR.update(dict.fromkeys(ops, at))


def multilinear(*ops: Op) -> None:
    """Declare operations that are linear in each of their operands (`np.matmul`)."""
    _MULTILINEAR.update(ops)


def complex_too(*ops: Op) -> None:
    """Declare operations whose rules are right for complex numbers as well.

    What is declared to be linear is so, too: it only moves and adds.
    """
    _COMPLEX.update(ops)


def of_sequences(*ops: Op) -> None:
    """Declare operations that take a tuple or list as it is; others make an array of it, as NumPy does."""
    _OF_SEQUENCES.update(ops)


def takes_sequences(op: Op) -> bool:
    """Is `op` declared to take a tuple or list as it is?"""
    load()
    return op in _OF_SEQUENCES


def fresh(*ops: Op) -> None:
    """Declare operations of a library whose results share no memory with their operands."""
    _FRESH.update(ops)


def is_fresh(op: Op) -> bool:
    """Is `op` declared to share no memory with its operands?"""
    load()
    return op in _FRESH


def takes_complex(op: Op) -> bool:
    """Are the rules of `op` right for complex numbers, as far as is declared?"""
    load()
    return op in _COMPLEX or op in _LINEAR


def linear_in(op: Op, operands: int) -> tuple[int, ...]:
    """The positions of the operands, of so many, in which `op` is declared to be linear; none if it is not."""
    load()
    if op not in _LINEAR:
        return ()
    at = _LINEAR[op]
    return tuple(range(operands)) if at is None else tuple(k for k in at if k < operands)


def is_multilinear(op: Op) -> bool:
    """Is `op` declared to be linear in each of its operands?"""
    load()
    return op in _MULTILINEAR


def find_forward(op: Op) -> Rule | None:
    """The forward-mode rule of `op`, if it has one of its own."""
    load()
    return _RULES.get((op, "forward", None))


def takes_cotangent(fn: Callable[..., Any]) -> bool:
    """Is `fn` a reverse rule, which takes the cotangent first?"""
    return fn in _REVERSE


def gives_tangent(fn: Callable[..., Any]) -> bool:
    """Is `fn` a forward rule, which takes tangents first and gives one?"""
    return fn in _FORWARD


def count() -> int:
    """How many rules there are by now."""
    load()
    return len(_RULES)


def find(op: Op, active: tuple[int, ...]) -> Rule | None:
    """The reverse-mode rule for a call of `op` in which just the inputs at `active` carry a derivative."""
    load()
    for key in ((op, "both", active), (op, "reverse", active), (op, "both", None), (op, "reverse", None)):
        if key in _RULES:
            return _RULES[key]
    return None


def is_constant(op: Op) -> bool:
    """Is the derivative of `op` zero by declaration?"""
    load()
    return op in _CONSTANT


def is_elementwise(op: Op) -> bool:
    """Has `op` an elementwise rule?"""
    load()
    return op in _ELEMENTWISE


def has_rule(op: Op) -> bool:
    """Can a call of `op` be differentiated (constants included)?"""
    load()
    return op in _CONSTANT or op in _RULED


def rules() -> Mapping[Op, tuple[Rule, ...]]:
    """All rules by operation, read-only."""
    load()
    out: dict[Op, tuple[Rule, ...]] = {}
    for r in _RULES.values():
        out[r.op] = (*out.get(r.op, ()), r)
    return types.MappingProxyType(out)


def known_ops() -> frozenset[Op]:
    """Every operation with a rule or declared constant."""
    load()
    return frozenset(_CONSTANT | _RULED)
