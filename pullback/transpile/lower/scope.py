"""The state of lowering one function: its names, the statements so far, and the places that errors point at."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Function, Kwargs, Lit, Op, OpFunction, Origin, Stmt, Var
from pullback.transpile.infer import infer, join
from pullback.transpile.lower import current
from pullback.transpile.lower.frames import EXISTS, Frame, Local, Seen, Variable
from pullback.transpile.lower.memory import Memory
from pullback.transpile.lower.numbers import Numbers
from pullback.transpile.lower.origins import origin_of, statement_text
from pullback.transpile.lower.scan import bound_names
from pullback.transpile.lower.states import (
    Binding,
    Demands,
    End,
    Env,
    Inner,
    Name,
    NeedIntegers,
    NotATemplate,
    Restart,
    Unbound,
)
from pullback.transpile.lower.values import BOTTOM, Value
from pullback.transpile.parse.sources import Binding as Found
from pullback.transpile.parse.sources import FunctionSource

if TYPE_CHECKING:
    from pullback.transpile.lower.effects import Shared
    from pullback.transpile.lower.functions import Unit

R = TypeVar("R")


class Scope(ABC):
    """The lowering of one function. The abstract methods are the recursion through statements and expressions."""

    is_template = False
    is_called = False  # by a function that is being lowered
    by_value: frozenset[str] = frozenset()  # the integer parameters that are lowered for the values given
    changing: frozenset[type] = frozenset()  # the classes of objects whose attributes are set after they are made
    lifted: set[Hashable]  # the inner functions that are functions of the program, since they call themselves

    def __init__(self, source: FunctionSource, local_names: frozenset[str], demands: Demands) -> None:
        self.source = source
        self.function = source  # in whose body all of this is written out
        self.seen = Seen(local_names, None)
        self.demands = demands
        self.lifted = set()
        self.wanted = demands.variables
        self.unrolled = demands.unrolled
        self.indexed = demands.indexed
        self.tested_inside = demands.tested_inside
        self.written_out = demands.written_out
        self.opened = demands.opened
        self.env = Env()
        self.body: list[Stmt] = []
        self.numbers = Numbers()
        self.memory = Memory()
        self.loops = 0  # around, in this function's own text
        self.loops_of_callers = 0
        self.flagged = 0  # the `if`s around whose `return` is noted, for what follows them to be skipped
        self.unrollable: list[int] = []  # the loops around, over few numbers that are known
        self.copies = 0
        self.handling = 0  # the handlers of exceptions around
        self.errors: list[Var] = []  # the exceptions that handlers have had
        self.globals: dict[str, Value] = {}
        self.widths: dict[object, list[ab.Type]] = {}  # of loops that were lowered before, what they carried
        self.lost: dict[object, Unbound] = {}  # and what they could not carry
        self.kin: dict[object, Any] = {}  # and what the values that they carry may be one object with
        self.path: tuple[object, ...] = ()
        self.captured: set[Frame] = set()  # of what was written out, the names that functions still see
        self.objects: set[Frame] = set()  # those of objects whose attributes are set after they are made
        self.one_of: dict[Frame, set[Frame]] = {}  # which of these may be one object, as the run has it
        self.calls: tuple[Hashable, ...] = ()  # the functions that are written out around
        self.inlines: dict[FunctionSource, int] = {}  # all of them so far, and how often
        self._bound_in: dict[tuple[int, Frame | None], dict[Variable, bool]] = {}
        self.parameters: frozenset[Var] = frozenset()
        self.contiguous: dict[Var, Origin] = {}  # parameters that must be C-contiguous, and where that is needed
        self.made_by: dict[Var, int] = {}  # lists and dicts that calls have given
        self.text = ""
        self.quoted = False  # do statements belong to an expression, whose statement is their text?
        self.here: Any = source.tree

    # the recursion: through statements, expressions, calls

    @abstractmethod
    def expression(self, node: Any, hint: str = "") -> Value:
        """Lower an expression; its value is called `hint` if it is new."""

    @abstractmethod
    def statements(self, body: Sequence[Any]) -> End:
        """Lower statements into the block under construction."""

    @abstractmethod
    def store(self, target: Any, value: Value) -> None:
        """Bind the names of a target of an assignment."""

    @abstractmethod
    def attribute(self, node: Any, value: Value, name: str) -> Value:
        """The value of `value.name`."""

    @abstractmethod
    def binary(self, node: Any, op: OpFunction, a: Value, b: Value, hint: str) -> Value:
        """The value of a binary operator."""

    @abstractmethod
    def call(self, node: Any, callee: Value, args: list[Value], keywords: Mapping[str, Value], hint: str = "") -> Value:
        """The value of a call of anything."""

    @abstractmethod
    def call_user(
        self, node: Any, callee: FunctionSource, args: list[Value], keywords: Mapping[str, Value], hint: str
    ) -> Value:
        """The value of a call of a function of the user's."""

    @abstractmethod
    def lower_function(self, source: FunctionSource, types: Sequence[ab.Type]) -> tuple[Function, Shared]:
        """A function of the program for parameters of these types, and what its value shares with these."""

    @abstractmethod
    def lower_entry(self, source: FunctionSource, types: Sequence[ab.Type]) -> Function:
        """A function as one that is differentiated by itself, for parameters of these types."""

    @abstractmethod
    def program_unit(self) -> Unit:
        """The functions of the program so far."""

    @abstractmethod
    def inlined(self, source: FunctionSource, node: Any, outer: Seen | None) -> Scope:
        """The lowering of a function that is written out in this one, where `node` calls it.

        `outer`: the names of the functions around it.
        """

    @abstractmethod
    def meaning(self, node: Any, text: str, found: Found) -> Value:
        """What a name outside the function, written as `text`, stands for."""

    # what the lowering of rules knows more about

    def known(self, node: Any, value: Value) -> bool:
        """May a rule look at this value?"""
        return isinstance(value, Lit) and isinstance(value.value, int | float) and not value.text

    def is_exactly(self, value: Value) -> bool:
        """Is a value certainly of the class that its type says? An integer at first may be called a float."""
        return not isinstance(value, Var) or value in self.parameters or not isinstance(value.type, ab.Scalar)

    def undecided(self, node: Any, a: Value, b: Value) -> None:
        """Note that a comparison is left to the run."""
        del node, a, b

    # places

    def begin(self, s: Any) -> None:
        """A statement begins: what is lowered from now on comes from it."""
        self.here = s
        if not self.quoted:
            self.text = statement_text(self.source.text, s)

    def origin(self, node: Any = None) -> Origin:
        """The origin of a node in the statement that is being lowered."""
        return origin_of(self.source.file, node if node is not None else self.here, self.text)

    def refuse(
        self,
        node: Any,
        message: str,
        hint: str = "",
        cls: type[errors.PullbackError] = errors.NotSupportedYet,
    ) -> NoReturn:
        """Give up: raise the error that points at a node."""
        if self.is_template:
            raise NotATemplate(message)
        raise self.error(node, message, hint, cls)

    def error(
        self,
        node: Any,
        message: str,
        hint: str,
        cls: type[errors.PullbackError] = errors.NotSupportedYet,
    ) -> errors.PullbackError:
        """The error that points at a node."""
        return errors.at(cls, origin_of(self.source.file, node, ""), message, hint, self.source.text)

    # statements

    def op(
        self,
        fn: OpFunction,
        args: tuple[Arg, ...],
        kwargs: Kwargs = (),
        hint: str = "",
        node: Any = None,
        type: ab.Type | None = None,
    ) -> Var:
        """Append `hint = fn(*args, **kwargs)`, of what the operands hold by now."""
        given = args
        if self.memory.written:
            args, kwargs = current.resolved(self, args), current.resolved(self, kwargs)
        if any(isinstance(a, Var) and a.type is BOTTOM for a in args):
            type = BOTTOM
        out = Var(hint, infer(fn, args, dict(kwargs)) if type is None else type)
        self.body.append(Op(out, fn, args, kwargs, self.origin(node)))
        self.numbers.made(out, fn, args)
        self.memory.note(out, fn, given, args, kwargs)
        return out

    def current(self, v: Atom) -> Atom:
        """What a value is by now, after the writes so far."""
        return current.current(self, v) if self.memory.written else v

    def inside(self, lower: Callable[[], End], names: Mapping[Name, Binding] | None = None) -> Inner:
        """Lower a block of its own, which begins with these names bound."""
        body, env = self.body, self.env
        self.body, self.env = [], Env(env, dict(names or {}))
        try:
            end = lower()
            return Inner(self.body, self.env.names, end)
        finally:
            self.body, self.env = body, env

    def into(self, inner: Inner, lower: Callable[[], R]) -> R:
        """Append to a block that has been lowered already, where names stand for what they do at its end."""
        body, env = self.body, self.env
        self.body, self.env = inner.body, Env(env, inner.names)
        try:
            return lower()
        finally:
            self.body, self.env = body, env

    # names

    @property
    def local_names(self) -> frozenset[str]:
        """The names that belong to the function itself."""
        return self.seen.names

    def is_global(self, name: str) -> bool:
        """Does a name belong neither to the function nor to one around it?"""
        return not name.startswith(".") and self.seen.find(name) is None  # the others are names of generators

    def bind(self, name: Name, value: Binding) -> None:
        """A name stands for a value from here on."""
        self.env.names[name] = value

    def bound(self, name: Name) -> Value | None:
        """What a local name stands for, or a cell holds; None if it may be unbound."""
        found = self.env.get(name)
        return None if isinstance(found, Unbound) else found

    def variable(self, name: str) -> Variable:
        """The variable that a name of the function's own, or of one around it, stands for."""
        found = self.seen.find(name)
        if found is None and name.startswith(".") and self.seen.frame is not None:
            return Local(name, self.seen.frame)
        return name if found is None else found

    def new_frame(self, node: Any, what: str = "call") -> Frame:
        """The names of what is written out here: none that a function still sees which came out of it before."""
        used = {n.frame for n in self.env.visible() if isinstance(n, Local)} if self.captured or self.changing else ()
        for k in itertools.count():
            frame = self.demands.frames.setdefault((self.seen.frame, id(node), self.path, what, k), Frame())
            if frame not in used:
                break
        return frame

    def forget(self, frame: Frame) -> None:
        """What had these names is done; if no function sees them, they are gone."""
        if frame in self.captured:
            return
        for name in [n for n in self.env.names if isinstance(n, Local) and n.frame == frame]:
            del self.env.names[name]

    def is_attribute(self, name: Name) -> bool:
        """Is this an attribute of an object that is known here?"""
        return isinstance(name, Local) and self.bound(Local(EXISTS, name.frame)) is not None

    def loops_around(self, name: Name) -> int:
        """The loops here in which a name of this function, or of one around it, lives on."""
        own = self.seen.frame
        is_own = isinstance(name, str) if own is None else isinstance(name, Local) and name.frame is own
        return self.loops + (0 if is_own else self.loops_of_callers)

    def outer_name(self, node: Any, name: str) -> Value:
        """What a name that is not local stands for."""
        if name not in self.globals:
            self.globals[name] = self.meaning(node, name, self.source.resolve(name))
        return self.globals[name]

    def bound_in(self, loop: Any) -> dict[Variable, bool]:
        """The names that the body of a loop binds, in order, and whether `op=` is not all that does so."""
        key = (id(loop), self.seen.frame)
        if key not in self._bound_in:
            self._bound_in[key] = {self.variable(n): x for n, x in bound_names(loop.body).items()}
        return self._bound_in[key]

    def want(self, found: Unbound) -> None:
        """A name without a value is read: begin again if a loop could have handed it on."""
        if not found.wanted <= self.wanted:
            self.wanted |= found.wanted
            raise Restart

    def need_known(self, node: Any, message: str, hint: str = "") -> NoReturn:
        """Something must be known while lowering: begin again, knowing more, or give up."""
        if self.is_template:
            raise NotATemplate(message)
        self.need_known_for(self.error(node, message, hint))

    def need_known_for(self, error: errors.PullbackError) -> NoReturn:
        """Begin again, with a loop around unrolled, or for the values of integers that are given; else raise."""
        if self.unrollable:
            self.unrolled.add(self.unrollable[-1])
            raise Restart
        given = self._given_integers(self.parameters)
        if given and self.is_called:
            raise NeedIntegers(self.function, given, error)
        raise error

    def need_open(self, node: Any, value: Var) -> NoReturn:
        """A list or dict is changed that is one atom: begin again with it taken apart, or give up."""
        root = self.memory.root(value)
        key = root.hint if root in self.parameters else self.made_by.get(root)
        if key is None or key in self.opened:
            hint = "Make a copy with list(...) or dict(...), and change that."
            what = "a list or dict that comes from somewhere else is changed"
            self.refuse(node, f"{what}, which is not supported yet", hint)
        self.opened.add(key)
        raise Restart

    def need_no_lenders(self) -> None:
        """A list or dict is changed: begin again if a call has given one that an argument of it may be or hold."""
        if not self.memory.lent <= self.written_out:
            self.written_out |= self.memory.lent
            raise Restart

    def prefer_known(self, wanted: Iterable[Value]) -> None:
        """Begin again with the values of these variables known, if they are integers that the function is given."""
        given = self._given_integers(wanted) - self.by_value
        if given and self.is_called:
            raise NeedIntegers(self.function, given)

    def _given_integers(self, values: Iterable[Value]) -> frozenset[str]:
        found = (v for v in values if isinstance(v, Var) and v in self.parameters)
        return frozenset(v.hint for v in found if _is_unknown_integer(v.type))


def _is_unknown_integer(t: ab.Type) -> bool:
    return isinstance(t, ab.Scalar) and t.kind == "int" and t.dtype is None and not isinstance(t.value, int)


def joined(a: ab.Type, b: ab.Type) -> ab.Type:
    """The type of a value that is of one type or of the other."""
    if a is BOTTOM or a == b:
        return b
    return a if b is BOTTOM else join(a, b)


def mixed(a: ab.Type, b: ab.Type) -> bool:
    """Is a value of one or the other type a container whose structure is not known?"""
    containers = (ab.Seq, ab.ListOf, ab.Mapping)
    some = isinstance(a, containers) or isinstance(b, containers)
    return some and a is not BOTTOM and b is not BOTTOM and isinstance(joined(a, b), ab.Unknown)


NONE = Lit(None)
