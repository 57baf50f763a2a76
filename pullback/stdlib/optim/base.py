"""What all optimisers share: settings, state, and a step of all leaves of a structure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, NamedTuple

from pullback.stdlib.optim.filled import full_like
from pullback.stdlib.optim.structures import aligned, is_complex, is_float, leaves, spread, with_leaves
from pullback.stdlib.optim.twins import as_before, fitting, plain

BY_LIKE: Any = None  # a setting whose default is that of the framework named by `like`
Rate = float | Callable[[Any], Any]
Slots = tuple[Any, ...]
Shape = tuple[int, ...]
Start = tuple[tuple[float, Shape | None], ...]
Run = Callable[[Callable[..., Any]], Callable[..., Any]]


class State(NamedTuple):
    """How many steps there were, and for each leaf of the parameters what its optimiser remembers (None: nothing)."""

    step: Any
    slots: tuple[Slots | None, ...]


@dataclass(frozen=True)
class Optimizer:
    """Settings of an optimiser; `init` makes the state that goes with parameters, `update` takes a step.

    `rate` is a number or a function of how many steps there were. `weight_decay` adds that much of a parameter to its
    gradient; if `decoupled` it is, times the rate, taken off the parameter itself. `multipliers` and
    `decay_multipliers` are numbers by which rate and decay differ from leaf to leaf: a structure like the parameters,
    or one number for a whole part. Where the rate has a factor of 0, nothing changes. `clip` is applied to the
    gradients first. `like` names the framework whose defaults and conventions hold where nothing else is said.
    """

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {"keras": {}}

    rate: Rate = BY_LIKE
    _: KW_ONLY
    weight_decay: float = BY_LIKE
    decoupled: bool = False
    multipliers: Any = None
    decay_multipliers: Any = None
    clip: Callable[[Any], Any] | None = None
    like: str = BY_LIKE

    def __post_init__(self) -> None:
        name, known = type(self).__name__, self.DEFAULTS
        like = next(iter(known)) if self.like is None else self.like
        if like not in known:
            raise ValueError(f"{name} is not known like {like!r}, but like {', '.join(map(repr, known))}")
        for setting, value in {"weight_decay": 0.0, **known[like], "like": like}.items():
            if getattr(self, setting) is None:
                object.__setattr__(self, setting, value)
        for setting in ("rate", "weight_decay", "epsilon", "momentum"):
            value = getattr(self, setting, 0.0)
            if isinstance(value, int | float) and not value >= 0.0:
                raise ValueError(f"the {setting.replace('_', ' ')} of {name} is {value}: it must not be negative")

    def init(self, params: Any) -> State:
        """The state before the first step."""
        return State(0, tuple(self._first(w) if is_moved(w) else None for w in leaves(params)))

    def update(self, params: Any, grads: Any, state: State) -> tuple[Any, State]:
        """The parameters and the state after a step along these gradients; what is given is left as it is."""
        if self.clip is not None:
            grads = self.clip(grads)
        places = list(aligned(params, grads, "the gradients"))
        if len(state.slots) != len(places):
            raise ValueError(f"the state is one of other parameters: it has {len(state.slots)} leaves, and they have "
                             f"{len(places)}. `init` makes one for these")  # fmt: skip
        before = plain(state.step)
        run = fitting([before, *(x for _, w, g in places for x in (w, g))])
        rate = self._rate_at(before)
        rates, decays = self._multipliers(params, len(places)), self._decays(params, len(places))
        new, slots = [], []
        for (name, w, g), old, times, decay in zip(places, state.slots, rates, decays, strict=True):
            g = gradient_of(name, w, g)
            if g is None or times == 0.0 or getattr(w, "size", 1) == 0:
                new.append(w)
                slots.append(old)
                continue
            kept = self._own(name, w, old)
            moved, *now = self._moved(run, w, g, kept, rate if times == 1.0 else rate * times, decay, before + 1)
            new.append(as_before(moved, w))
            slots.append(tuple(map(as_before, now, kept)))
        return with_leaves(params, iter(new)), State(before + 1, tuple(slots))

    def _rate_at(self, step: Any) -> Any:
        return plain(self.rate(step)) if callable(self.rate) else plain(self.rate)

    def _multipliers(self, params: Any, count: int) -> list[float]:
        given = self.multipliers
        return [1.0] * count if given is None else list(spread(params, given, "multipliers"))

    def _decays(self, params: Any, count: int) -> list[Any]:
        given = self.decay_multipliers
        times = [1.0] * count if given is None else spread(params, given, "decay_multipliers")
        return [self.weight_decay * x for x in times]

    def _moved(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, decay: Any, t: Any) -> Any:
        """A leaf after a step, with its decay."""
        if type(decay) is float and decay == 0.0:
            return self._step(run, w, g, slots, rate, t)
        if self.decoupled:
            return self._step(run, w - self._decay_rate(rate) * decay * w, g, slots, rate, t)
        return self._step(run, w, g + decay * w, slots, rate, t)

    def _decay_rate(self, rate: Any) -> Any:
        return rate

    def _own(self, name: str, w: Any, slots: Slots | None) -> Slots:
        """What is remembered of a leaf, if it is what this optimiser remembers of such leaves."""
        expected = [shape or () for _, shape in self._start(shape_of(w))]
        found = None if slots is None else [shape_of(x) for x in slots]
        if slots is None or found != expected:
            raise ValueError(f"the state is one of other parameters or of another optimiser: it has {_arrays(found)} "
                             f"for {name}, and {type(self).__name__} remembers {_arrays(expected)}")  # fmt: skip
        return slots

    def _first(self, w: Any) -> Slots:
        made = fitting([w])(full_like)
        of_arrays = hasattr(w, "dtype")
        start = self._start(shape_of(w))
        return tuple(made(w, x, shape) if of_arrays and shape is not None else x for x, shape in start)

    def _start(self, shape: Shape) -> Start:
        """What is remembered of a leaf before the first step: numbers, each with the shape of the array to fill.

        A number without a shape stays a number.
        """
        raise NotImplementedError

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        """A leaf and what is remembered of it after the step number `t`; `run` gives the form of a formula to call."""
        raise NotImplementedError


def shape_of(x: Any) -> Shape:
    """The shape of an array, () for a number."""
    return getattr(x, "shape", ())


def same(shape: Shape, *numbers: float) -> Start:
    """The start of what has one number for each entry of a leaf."""
    return tuple((x, shape) for x in numbers)


def is_moved(w: Any) -> bool:
    """Is a leaf a parameter? Complex ones are refused."""
    if is_complex(w):
        raise ValueError("a parameter is complex: keep its real and imaginary part as two parameters")
    return is_float(w)


def gradient_of(name: str, w: Any, g: Any) -> Any:
    """The gradient of a leaf with the dtype of that; None if there is none."""
    if not is_float(w):
        if is_float(g) and not isinstance(w, str | bytes) and (hasattr(w, "dtype") or isinstance(w, int)):
            raise ValueError(f"{name} is of integers, and has a gradient: give it as floats")
        return None
    if g is None:
        return None
    if not is_float(g):
        raise ValueError(f"the gradient of {name} is {_kind(g)}, not one of floats")
    shape, wanted = shape_of(g), shape_of(w)
    if shape != wanted:
        raise ValueError(f"{name} has the shape {wanted}, and its gradient {shape}")
    return as_before(g, w)


def _arrays(shapes: list[Shape] | None) -> str:
    return "arrays of the shapes " + ", ".join(map(str, shapes)) if shapes else "nothing"


def _kind(g: Any) -> str:
    return f"an array of {g.dtype}" if hasattr(g, "dtype") else f"a {type(g).__name__}"
