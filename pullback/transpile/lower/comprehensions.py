"""Comprehensions and generator expressions: over items that are known one value for each, else a loop.

    ys = [v * v for v in x if v > 0.0]

    ys = []                                   any(v > c for v in x)      ->      found = False
    for v in x:                                                                  for v in x:
        if v > 0.0:                                                                  if v > c:
            ys.append(v * v)                                                             found = True
                                                                                         break
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Lit
from pullback.transpile.lower import control
from pullback.transpile.lower.frames import Seen
from pullback.transpile.lower.generators import ITEM, at, flattened, name_at
from pullback.transpile.lower.identity import now, owned
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.sequences import check_same, known_of, sequence, walked_of
from pullback.transpile.lower.values import Once, Pack, Value, static

LIST, FOUND, ROWS, KEY = ".items", ".found", ".rows", ".key"  # names that no program has


R = TypeVar("R")


class _NotKnown(Exception):
    """How many items there are is known to the run only."""


def comprehension(scope: Scope, node: Any, hint: str) -> Value:
    """`[f(x) for x in xs if c]`, as a list."""
    node = flattened(scope, node)
    known = comprehended(scope, node)
    if known is not None:
        return Pack("list", tuple(known))
    return _run(scope, node, {LIST: Pack("list", ())}, lambda: [_as_loop(node)], LIST, hint or "items")


def generator(scope: Scope, node: Any, hint: str, what: str = "a generator") -> Value:
    """`(f(x) for x in xs if c)`, and `map` and `filter` as such: where all its items are read at once."""
    return Once(comprehension(scope, node, hint), what, is_lazy=True)


def dict_comprehension(scope: Scope, node: Any, hint: str) -> Value:
    """`{k: f(x) for k, x in items}`, with keys that are known."""
    node = flattened(scope, node)
    known = comprehended(scope, node)
    if known is None:
        scope.refuse(node, "a dict of the run's length is not supported yet", "Use a list or an array.")
    out: dict[str | int, Value] = {}
    for pair in known:
        assert isinstance(pair, Pack)
        key = static(pair.items[0])
        if not isinstance(key, str | int) or isinstance(key, bool):
            scope.refuse(node.key, "a key of a dict must be a string or an integer that is known", "Use a list.")
        out[key] = pair.items[1]
    return Pack("dict", tuple(out.values()), tuple(out))


def decided(scope: Scope, node: Any, wanted: bool, hint: str) -> Value:
    """`any(...)` (`wanted`), `all(...)` of a generator, which ends with the first item that decides."""
    node = flattened(scope, node)
    _check_names(scope, node)
    try:
        found = _within(scope, node, lambda: _decided(scope, node, 0, wanted))
    except _NotKnown:
        pass
    else:
        if isinstance(found, bool):
            return Lit(found)
        return found if ab.kind_of(found.type) == "bool" else scope.op(bool, (found,), (), hint, node)
    if len(node.generators) > 1:
        scope.refuse(node, "any or all over two loops is not supported yet", "Write the loops.")
    return _run(scope, node, {FOUND: Lit(not wanted)}, lambda: [_until(node, wanted)], FOUND, hint)


def listed(scope: Scope, node: Any, array: Value, hint: str) -> Value:
    """`list(x)` of an array."""
    begin = {ROWS: array, LIST: Pack("list", ())}
    return _run(scope, node, begin, lambda: [_listing(node, name_at(ITEM, node))], LIST, hint or "items", "rows")


def extreme(scope: Scope, node: Any, items: Value, hint: str) -> Value:
    """`max(xs)`, `min(xs)` of a list whose length is not known; `node` is the call."""
    return _run(scope, node, {LIST: items}, lambda: _extreme(node), FOUND, hint)


def keys(scope: Scope, node: Any, items: Value, key: Value) -> Value:
    """`[key(x) for x in items]` of a list whose length is not known; `node` is the call that has such a key."""
    begin = {ROWS: items, KEY: key, LIST: Pack("list", ())}
    return _run(scope, node, begin, lambda: [_listing(node, _calling(node))], LIST, "keys", "keys")


def in_order(scope: Scope, node: Any, items: Value, order: Value, hint: str) -> Value:
    """`[items[k] for k in order]`."""
    begin = {ROWS: order, FOUND: items, LIST: Pack("list", ())}
    return _run(scope, node, begin, lambda: [_listing(node, _indexing(node))], LIST, hint or "items", "in order")


def gathered(scope: Scope, node: Any, callee: Any, args: Sequence[Value], hint: str) -> Value:
    """`list(zip(xs, ys))` and its like, where how many items there are is not known."""
    begin = {f"{ROWS}{k}": x for k, x in enumerate(args)}
    names = [name_at(n, node) for n in begin]
    over = at(gast.Call(at(gast.Constant(callee, None), node), names, []), node)
    loop = [_listing(node, name_at(ITEM, node), over)]
    return _run(scope, node, {**begin, LIST: Pack("list", ())}, lambda: loop, LIST, hint or "items")


def _run(
    scope: Scope,
    node: Any,
    begin: dict[str, Value],
    body: Callable[[], Sequence[Any]],
    result: str,
    hint: str,
    what: str = "run",
) -> Value:
    """Lower statements that have names of their own, and give what one of these stands for at the end.

    `what` tells those of one node apart.
    """
    here, text = scope.here, scope.text
    made = _STATEMENTS.setdefault(node, {})
    statements = made[what] if what in made else made.setdefault(what, body())
    quoted, scope.quoted = scope.quoted, True
    with _names_of_its_own(scope, node, what, {LIST, FOUND, ROWS, ITEM, KEY, *begin}):
        for name, value in begin.items():
            scope.bind(scope.variable(name), owned(scope, value, hint))
        scope.statements(statements)
        found = scope.bound(scope.variable(result))
        assert found is not None
        found = now(scope, found)
    scope.here, scope.text, scope.quoted = here, text, quoted
    return found


_STATEMENTS: WeakKeyDictionary[Any, dict[str, Sequence[Any]]] = WeakKeyDictionary()


@contextmanager
def _names_of_its_own(scope: Scope, node: Any, what: str, others: Collection[str] = ()) -> Iterator[None]:
    """The names that a comprehension binds are seen by nobody but what it makes."""
    generators = getattr(node, "generators", ())
    names = {n.id for g in generators for n in gast.walk(g.target) if isinstance(n, gast.Name)}
    seen, path, frame = scope.seen, scope.path, scope.new_frame(node, what)
    scope.seen = Seen(frozenset({*names, *others}), frame, seen)
    try:
        yield
    finally:
        scope.seen, scope.path = seen, path
        scope.forget(frame)


# over items that are known


def comprehended(scope: Scope, node: Any) -> list[Value] | None:
    """The items of a comprehension or generator expression, None if how many there are is not known."""
    _check_names(scope, node)
    out: list[Value] = []
    try:
        _within(scope, node, lambda: _generate(scope, node, 0, out))
    except _NotKnown:
        return None
    return out


def _check_names(scope: Scope, node: Any) -> None:
    for n in gast.walk(node):
        if isinstance(n, gast.NamedExpr):
            scope.refuse(n, "`:=` in a comprehension is not supported yet", "Write a loop.")


def _within(scope: Scope, node: Any, lower: Callable[[], R]) -> R:
    """Lower parts of a comprehension, which has names of its own; nothing is left of them if it is not known."""
    env, mark = scope.env, len(scope.body)
    scope.env = inner = type(env)(env)
    try:
        with _names_of_its_own(scope, node, "comprehension"):
            out = lower()
    except _NotKnown:
        del scope.body[mark:]
        raise
    finally:
        scope.env = env
    env.names.update(inner.names)
    return out


def _decided(scope: Scope, node: Any, k: int, wanted: bool) -> bool | Atom:
    if k == len(node.generators):
        return control.condition(scope, node.elt)
    g = node.generators[k]
    found = sequence(scope, g.iter)
    known = known_of(found)
    if known is None:
        raise _NotKnown

    path = scope.path

    def of_item(n: int, item: Value) -> bool | Atom:
        scope.path = (*path, (id(g), n))
        check_same(scope, g.iter, walked_of(found), n)
        scope.store(g.target, item)
        tests = [partial(_is, scope, t, wanted) for t in g.ifs]
        return control.connected(scope, [*tests, lambda: _decided(scope, node, k + 1, wanted)], wanted, node)

    out = control.connected(scope, [partial(of_item, n, x) for n, x in enumerate(known)], not wanted, node)
    check_same(scope, g.iter, walked_of(found), len(known))
    return out


def _is(scope: Scope, test: Any, wanted: bool) -> bool | Atom:
    found = control.condition(scope, test)
    if wanted:
        return found
    return not found if isinstance(found, bool) else scope.op(operator.not_, (found,), (), "", test)


def _generate(scope: Scope, node: Any, k: int, out: list[Value]) -> None:
    if k == len(node.generators):
        if isinstance(node, gast.DictComp):
            out.append(Pack("tuple", (scope.expression(node.key), scope.expression(node.value))))
        else:
            out.append(scope.expression(node.elt))
        return
    g = node.generators[k]
    if g.is_async:
        scope.refuse(node, "an asynchronous comprehension is not supported", "Await the values before.")
    found = sequence(scope, g.iter)
    known = known_of(found)
    if known is None:
        raise _NotKnown
    path = scope.path
    for n, item in enumerate(known):
        scope.path = (*path, (id(g), n))
        check_same(scope, g.iter, walked_of(found), n)
        scope.store(g.target, item)
        tests = []
        for t in g.ifs:
            tests.append(control.condition(scope, t))
            if not isinstance(tests[-1], bool):
                raise _NotKnown
            if not tests[-1]:
                break
        if all(tests):
            _generate(scope, node, k + 1, out)
    check_same(scope, g.iter, walked_of(found), len(known))


# as statements


def _as_loop(node: Any) -> Any:
    """The loops of a comprehension that append its items to a list."""
    return _nested(node, [_appending(node, node.elt)])


def _listing(node: Any, item: Any, over: Any = None) -> Any:
    """The loop that appends what is made of each item to a list."""
    target, body = name_at(ITEM, node, gast.Store()), [_appending(node, item)]
    return at(gast.For(target, over or name_at(ROWS, node), body, [], None), node)


def _calling(node: Any) -> Any:
    return at(gast.Call(name_at(KEY, node), [name_at(ITEM, node)], []), node)


def _indexing(node: Any) -> Any:
    return at(gast.Subscript(name_at(FOUND, node), name_at(ITEM, node), gast.Load()), node)


def _appending(node: Any, item: Any) -> Any:
    append = gast.Attribute(name_at(LIST, node), "append", gast.Load())
    call = gast.Call(at(append, node), [item], [])
    return at(gast.Expr(at(call, node)), node)


def _until(node: Any, wanted: bool) -> Any:
    """The loop that ends with the first item that is true, or false."""
    test = node.elt if wanted else at(gast.UnaryOp(gast.Not(), node.elt), node.elt)
    found = at(gast.Assign([name_at(FOUND, node, gast.Store())], _constant(wanted, node), None), node)
    return _nested(node, [at(gast.If(test, [found, at(gast.Break(), node)], []), node)])


def _nested(node: Any, body: list[Any]) -> Any:
    for g in reversed(node.generators):
        for test in reversed(g.ifs):
            body = [at(gast.If(test, body, []), node)]
        body = [at(gast.For(g.target, g.iter, body, [], None), node)]
    return body[0]


def _extreme(node: Any) -> list[Any]:
    """The loop that compares each item with the best one so far."""
    first = at(gast.Subscript(name_at(LIST, node), _constant(0, node), gast.Load()), node)
    call = at(gast.Call(node.func, [name_at(FOUND, node), name_at(ITEM, node)], []), node)
    begin, better = (at(gast.Assign([name_at(FOUND, node, gast.Store())], x, None), node) for x in (first, call))
    loop = gast.For(name_at(ITEM, node, gast.Store()), name_at(LIST, node), [better], [], None)
    return [begin, at(loop, node)]


def _constant(value: object, node: Any) -> Any:
    return at(gast.Constant(value, None), node)
