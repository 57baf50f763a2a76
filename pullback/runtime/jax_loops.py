"""Loops of which only the run knows how far they go, and the way back; helpers of emitted code, as in `jax`."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp


def kept_while(test: Any, step: Any, init: Any, *env: Any, bound: Any = None, drops_last: bool = False) -> Any:
    """`lax.while_loop`, and a trail by which `walk_back` finds its iterations again, the last one first.

    `step(state, *env)` gives the next state and what the iteration collects. The trail holds where the loop began and
    how many iterations there were; if these have a `bound` and collect little, it holds what they collected. With
    `drops_last` the last part of the state says whether the loop was stopped; the iteration that did is not walked.
    What of `env` is known while tracing stays so as the key of a dict, whatever loop the trail goes through.
    """
    from jax import eval_shape, lax, tree

    start = tree.map(jnp.asarray, init)
    following, collected = eval_shape(lambda x: step(x, *env), start)
    start = tree.map(lambda x, y: x.astype(jnp.result_type(x, y)), start, following)
    zero = jnp.int32(0)
    if isinstance(bound, int) and bound * bytes_of(collected) <= max(2**20, 32 * bytes_of(start)):

        def one(carry: Any) -> Any:
            state, trips, k, tape = carry
            on = true_if_alone(test(state))
            new, kept = step(state, *env)
            state = tree.map(lambda x, y: jnp.where(on, x, y).astype(y.dtype), new, state)
            return state, trips + on, k + 1, tree.map(lambda b, x: b.at[k].set(x), tape, kept)

        tape = tree.map(lambda x: jnp.zeros_like(x, shape=(max(bound, 1), *x.shape)), collected)
        state, trips, _, tape = lax.while_loop(lambda c: largest_in_batch(test(c[0])), one, (start, zero, zero, tape))
        start = None
    else:
        tape = None
        state, trips = lax.while_loop(lambda c: test(c[0]), lambda c: (step(c[0], *env)[0], c[1] + 1), (start, zero))
    if drops_last:
        trips -= jnp.where(state[-1] if isinstance(state, tuple) else state, 1, 0)
    leaves, structure = tree.flatten(env)
    known = tuple(x if isinstance(x, int | str) else None for x in leaves)
    traced = [x if y is None else None for x, y in zip(leaves, known, strict=True)]
    return state, (start, trips, tape, traced, {(structure, known): None})


def walk_back(step: Any, trail: Any, adjoint: Any, init: Any) -> Any:
    """What `adjoint(carry, collected, k)` gives in the end, for the iterations of a `kept_while`, the last one first.

    Where the trail does not hold what they collected, it is made again, for one piece of the way after the other. The
    states that pieces begin with are kept in 32 places, by the binomial schedule of Griewank and Walther (revolve).
    """
    from math import comb

    from jax import eval_shape, lax, tree

    start, trips, tape, traced, ((structure, known),) = trail
    env = tree.unflatten(structure, [x if y is None else y for x, y in zip(traced, known, strict=True)])
    total = largest_in_batch(trips)
    if start is None:
        return step_back(adjoint, tape, trips, 0, total, init)
    collected = eval_shape(lambda: step(start, *env)[1])
    length = min(max(max(2**15, 16 * bytes_of(start)) // max(bytes_of(collected), 1), 1), 1024)
    places = 32
    longest = jnp.asarray([[min(comb(s + r, s), 2**31 - 1) for r in range(32)] for s in range(places + 1)], jnp.int32)

    def nearer(carry: Any) -> Any:
        k, top, at, stack = carry
        left, free = k - at[top] + 1, places - top
        far = jnp.minimum(longest[free, jnp.maximum(jnp.argmax(longest[free] >= left) - 1, 0)], left - 1)
        far = jnp.where(free > 1, jnp.maximum(far, 1), left - 1)
        state = tree.map(lambda b: b[top], stack)
        state, _ = step_on(step, env, trips, at[top] * length, far * length, state, None)
        return k, top + 1, at.at[top + 1].set(at[top] + far), tree.map(lambda b, x: b.at[top + 1].set(x), stack, state)

    def piece(carry: Any) -> Any:
        way, tape, acc = carry
        k, top, at, stack = lax.while_loop(lambda c: c[2][c[1]] < c[0], nearer, way)
        n = jnp.minimum(length, total - k * length)
        _, tape = step_on(step, env, trips, k * length, n, tree.map(lambda b: b[top], stack), tape)
        return (k - 1, top - 1, at, stack), tape, step_back(adjoint, tape, trips, k * length, n, acc)

    stack = tree.map(lambda x: jnp.zeros_like(x, shape=(places + 1, *x.shape)).at[0].set(x), start)
    tape = tree.map(lambda x: jnp.zeros_like(x, shape=(length, *x.shape)), collected)
    way = (total + length - 1) // length - 1, jnp.int32(0), jnp.zeros(places + 1, jnp.int32), stack
    return lax.while_loop(lambda c: c[0][0] >= 0, piece, (way, tape, init))[-1]


def step_on(step: Any, env: Any, trips: Any, first: Any, n: Any, state: Any, tape: Any) -> Any:
    """The state `n` steps after that before step `first`, and the tape, if there is one, of what these collect."""
    from jax import lax, tree

    def one(k: Any, carry: Any) -> Any:
        state, tape = carry
        new, kept = step(state, *env)
        on = true_if_alone(first + k < trips)
        state = tree.map(lambda x, y: jnp.where(on, x, y).astype(y.dtype), new, state)
        return state, None if tape is None else tree.map(lambda b, x: b.at[k].set(x), tape, kept)

    return lax.fori_loop(0, n, one, (state, tape))


def step_back(adjoint: Any, tape: Any, trips: Any, first: Any, n: Any, carry: Any) -> Any:
    """What the adjoints of `n` steps from `first` on make of the carry, the last one first."""
    from jax import lax, tree

    def one(i: Any, carry: Any) -> Any:
        k = n - 1 - i
        new = adjoint(carry, tree.map(lambda b: b[k], tape), first + k)
        on = true_if_alone(first + k < trips)
        return tree.map(lambda x, y: jnp.where(on, x, y), new, carry)

    return lax.fori_loop(0, n, one, carry)


def bytes_of(shapes: Any) -> int:
    """How many bytes arrays of these shapes take."""
    from jax import tree

    return sum(x.size * x.dtype.itemsize for x in tree.leaves(shapes))


def largest_in_batch(x: Any) -> Any:
    """A number, or a condition; under `vmap` the largest of the batch, so that loops have one end for all."""
    from jax.custom_batching import custom_vmap

    one = custom_vmap(lambda x: x)
    one.def_vmap(lambda size, batched, x: (largest_in_batch(jnp.max(x, axis=0)), False))
    return one(x)


def true_if_alone(p: Any) -> Any:
    """True; under `vmap` the condition for each of the batch, of which one may go on where others are done."""
    from jax.custom_batching import custom_vmap

    one = custom_vmap(lambda p: jnp.ones_like(p))
    one.def_vmap(lambda size, batched, p: (p, True))
    return one(p)
