"""Functions in functions that call themselves as often as the run has it: functions of the program.

    k = 2.0                                      def power(x, n, *, k):
    def power(x, n):                    ->           return 1.0 if n == 0 else k * x * power(x, n - 1, k=k)
        return 1.0 if n == 0 else k * x * power(x, n - 1)

What they see of the functions around them becomes parameters. They may not bind it, so it is the same in all calls.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import gast

from pullback.transpile.lower.frames import Variable
from pullback.transpile.lower.functions import declared, takes_any
from pullback.transpile.lower.scan import names_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Restart, Unbound
from pullback.transpile.lower.values import Closure, UserFunction, UserModule, Value, is_atom, leaves
from pullback.transpile.parse.sources import Binding, FunctionSource, Missing, ModuleBinding


def lift(scope: Scope, source: FunctionSource) -> None:
    """Begin again with this function as one of the program, if it has not been tried."""
    if source.key not in scope.lifted:
        scope.lifted.add(source.key)
        raise Restart


def call_lifted(
    scope: Scope, node: Any, f: Closure, args: Sequence[Value], keywords: Mapping[str, Value], hint: str
) -> Value | None:
    """The value of a call of such a function; None if it cannot be one."""
    found = lifted_function(scope, f)
    if found is None:
        return None
    source, more = found
    return scope.call_user(node, source, list(args), {**keywords, **more}, hint)


def lifted_function(
    scope: Scope, f: Closure, all_given: bool = False
) -> tuple[FunctionSource, dict[str, Value]] | None:
    """A function in a function as one of the program, and its further arguments; None if it cannot be one.

    `all_given`: is it called with a value for each parameter, whatever the defaults are?
    """
    group = _Group(scope, f if all_given else None)
    if not group.add(f) or not group.fits():
        return None
    return group.sources[f.source.key], group.values()


class _Group:
    """Functions that see one another, and the variables of the functions around that they see."""

    def __init__(self, scope: Scope, all_given: Closure | None) -> None:
        self.scope = scope
        self.all_given = all_given
        self.members: dict[Hashable, Closure] = {}
        self.variables: dict[str, Variable] = {}
        self.known: dict[str, Binding | _Later] = {}  # what names stand for that are no values of the run
        self.sources: dict[Hashable, FunctionSource] = {}

    def add(self, f: Closure) -> bool:
        """Add a function and those that it sees; False if that is not possible."""
        if f.source.key in self.members:
            return True
        self.members[f.source.key] = f
        names = names_of(f.source)
        if f.seen is None or takes_any(f.source):
            return False
        if f is not self.all_given and not all(map(_is_constant, declared(f.source))):
            return False
        for name in sorted(names.every - names.local):
            variable = f.seen.find(name)
            if variable is None:
                continue
            if self.variables.setdefault(name, variable) != variable or not self.see(name, variable):
                return False
        self.sources[f.source.key] = _lifted(f.source, self)
        return True

    def see(self, name: str, variable: Variable) -> bool:
        """Note what a name stands for; False if it can be no parameter."""
        value = self.scope.env.get(variable)
        match value:
            case None | Unbound():
                self.known[name] = Missing("is a variable of a function around, and has no value yet")
            case Closure():
                if not self.add(value):
                    return False
                self.known[name] = _Later(self, value.source.key)
            case UserFunction(source=source):
                self.known[name] = source
            case UserModule(binding=binding):
                self.known[name] = binding
            case _:
                return all(map(is_atom, leaves(value)))
        return True

    def captured(self) -> tuple[str, ...]:
        """The names that become parameters."""
        return tuple(n for n in sorted(self.variables) if n not in self.known)

    def fits(self) -> bool:
        """Is each of these names nothing else in any of the functions, and bound by none?"""
        outside = {*self.variables}
        for f in self.members.values():
            bound = {n for node in gast.walk(f.source.tree) if isinstance(node, gast.Nonlocal) for n in node.names}
            if not outside.isdisjoint(names_of(f.source).local | bound):
                return False
        known = tuple((n, _key_of(x)) for n, x in sorted(self.known.items()))
        for key, source in self.sources.items():
            new = (source.key, "lifted", self.captured(), known)
            self.sources[key] = with_parameters(source, self.captured(), new)
            self.scope.lifted.add(new)
        return True

    def values(self) -> dict[str, Value]:
        """What the parameters are in a call from where the functions are seen."""
        found = {n: self.scope.bound(self.variables[n]) for n in self.captured()}
        return {n: x for n, x in found.items() if x is not None}


class _Later:
    """A function of a group, once all of them are known."""

    def __init__(self, group: _Group, key: Hashable) -> None:
        self.group, self.key = group, key


def _key_of(x: object) -> Hashable:
    match x:
        case _Later(key=key) | FunctionSource(key=key):
            return key
        case ModuleBinding(name=name):
            return name
    return None


def _is_constant(p: Any) -> bool:
    return p.default is None or isinstance(p.default, gast.Constant)


def _lifted(source: FunctionSource, group: _Group) -> FunctionSource:
    def resolve(name: str) -> Binding:
        found = group.known.get(name)
        if isinstance(found, _Later):
            return group.sources[found.key]
        return source.resolve(name) if found is None else found

    return replace(source, resolve=resolve)


def with_parameters(source: FunctionSource, names: tuple[str, ...], key: Hashable) -> FunctionSource:
    """The function with further parameters, which are given by their names."""
    tree, a = copy.copy(source.tree), source.tree.args
    new = [gast.copy_location(gast.Name(n, gast.Param(), None, None), source.tree) for n in names]
    by_name, defaults = [*a.kwonlyargs, *new], [*a.kw_defaults, *[None] * len(new)]
    tree.args = gast.arguments(a.args, a.posonlyargs, a.vararg, by_name, defaults, a.kwarg, a.defaults)
    return replace(source, tree=tree, key=key, captured=names)
