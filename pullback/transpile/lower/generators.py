"""Generator expressions, and `map` and `filter` as such: their items are computed one by one, each in its turn.

    for y in (g(x) for x in xs if c):            for x in xs:
        body                             ->          if c:
                                                         y = g(x)
                                                         body

In a comprehension they become loops of it: `[h(y) for y in map(g, xs)]` is `[h(y) for x in xs for y in [g(x)]]`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import gast

from pullback.transpile.core import Lit
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.ways import may_jump

ITEM = ".item"  # a name that no program has
_NODES: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def generator_of(scope: Scope, node: Any) -> Any:
    """A generator expression, also one that does what `map` or `filter` does; None if the node is neither."""
    if isinstance(node, gast.GeneratorExp):
        return node
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Name) or not scope.is_global(node.func.id):
        return None
    callee = scope.expression(node.func)
    if not isinstance(callee, Lit) or callee.value is not map and callee.value is not filter:
        return None
    return _once(node, lambda: _of_call(scope, node, callee.value is map))


def _once(node: Any, make: Callable[[], Any]) -> Any:
    """What is made of a node, the same each time."""
    if node not in _NODES:
        _NODES[node] = make()
    return _NODES[node]


def _of_call(scope: Scope, node: Any, maps: bool) -> Any:
    if node.keywords or any(isinstance(a, gast.Starred) for a in node.args):
        scope.refuse(node, "this form of map or filter is not supported yet", "Write a generator expression.")
    if len(node.args) < 2 or not maps and len(node.args) > 2:
        scope.refuse(node, "map or filter is called with too few or too many arguments", "This raises TypeError.")
    f, *over = node.args
    names = [name_at(ITEM if k == 0 else f"{ITEM}{k}", node) for k in range(len(over))]
    call = names[0] if isinstance(f, gast.Constant) and f.value is None else at(gast.Call(f, names, []), node)
    target, run = names[0], over[0]
    if len(over) > 1:
        target = at(gast.Tuple(names, gast.Load()), node)
        run = at(gast.Call(at(gast.Constant(zip, None), node), over, []), node)
    generator = gast.comprehension(_stored(target), run, [] if maps else [call], 0)
    return at(gast.GeneratorExp(call if maps else names[0], [generator]), node)


def _stored(target: Any) -> Any:
    out = copy.deepcopy(target)
    for n in gast.walk(out):
        if hasattr(n, "ctx"):
            n.ctx = gast.Store()
    return out


def flattened(scope: Scope, node: Any) -> Any:
    """A comprehension none of whose loops is over a generator, and whose names do not hide what it runs over."""
    first = node.generators[0]
    if any(isinstance(n, gast.Name) and n.id in _own_names(node) for n in gast.walk(first.iter)):
        node = _once(first, lambda: _renamed(node))
    if not any(generator_of(scope, g.iter) is not None for g in node.generators):
        return node
    return flattened(scope, _once(node, lambda: _flattened(scope, node)))


def _flattened(scope: Scope, node: Any) -> Any:
    out = copy.copy(node)
    out.generators = []
    for g in node.generators:
        inner = generator_of(scope, g.iter)
        if inner is None:
            out.generators.append(g)
            continue
        inner = _renamed(inner)
        only = at(gast.List([inner.elt], gast.Load()), inner.elt)
        out.generators += [*inner.generators, gast.comprehension(g.target, only, g.ifs, g.is_async)]
    return out


def _own_names(node: Any) -> set[str]:
    """The names that a comprehension binds."""
    return {n.id for g in node.generators for n in gast.walk(g.target) if isinstance(n, gast.Name)}


def _renamed(comprehension: Any) -> Any:
    """The same comprehension with names of its own, which the expressions around it do not see."""
    own = _own_names(comprehension)
    out = copy.copy(comprehension)
    first, *more = comprehension.generators
    made = [f for f in ("elt", "key", "value") if hasattr(comprehension, f)]
    inside = copy.deepcopy([first.target, first.ifs, more, *(getattr(comprehension, f) for f in made)])
    for part in inside:
        for n in _walk(part):
            if isinstance(n, gast.Name) and n.id in own:
                n.id = f".{n.id}"
    target, ifs, more, *parts = inside
    for f, part in zip(made, parts, strict=True):
        setattr(out, f, part)
    out.generators = [gast.comprehension(target, first.iter, ifs, first.is_async), *more]
    return out


def _walk(part: Any) -> Sequence[Any]:
    return [n for p in (part if isinstance(part, list) else [part]) for n in gast.walk(p)]


def as_loops(scope: Scope, s: Any) -> Any:
    """A `for` statement over a generator as the loops of that; any other one as it is."""
    generator = generator_of(scope, s.iter)
    return s if generator is None else _once(s, lambda: _as_loops(scope, s, _renamed(generator)))


def _as_loops(scope: Scope, s: Any, generator: Any) -> Any:
    several = len(generator.generators) > 1
    if several and (s.orelse or may_jump(s.body, gast.Break)):
        scope.refuse(s.iter, "a loop over a generator of several loops, with `break` or `else`", "Write the loops out.")
    body = [at(gast.Assign([s.target], generator.elt, None), s), *s.body]
    for k, g in reversed(list(enumerate(generator.generators))):
        for test in reversed(g.ifs):
            body = [at(gast.If(test, body, []), s)]
        body = [at(gast.For(g.target, g.iter, body, [] if k else s.orelse, None), s)]
    return body[0]


def name_at(text: str, node: Any, context: Any = None) -> Any:
    """A name at the place of a node."""
    return at(gast.Name(text, context or gast.Load(), None, None), node)


def at(new: Any, node: Any) -> Any:
    """A node that stands where another one does."""
    return gast.copy_location(new, node)
