"""Pooling of any number of axes for JAX."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from pullback.runtime.windows import elements_in_windows, places_of, pooling_geometry


def max_pool(
    x: Any, window: Any = 2, *, stride: Any = None, padding: Any = 0, cover_all: Any = False, layout: Any = "NC"
) -> Any:
    """The largest element of each window."""
    from jax import lax

    name = f"max_pool{jnp.ndim(x) - 2}d"
    size, steps, _, _, around = pooling_geometry(name, places_of(x, layout), window, stride, padding, cover_all)
    whole = [on_all_axes(k, layout, fill) for k, fill in ((size, 1), (steps, 1), (around, (0, 0)))]
    return lax.reduce_window(x, lowest(x), lax.max, *whole)


def max_pool_grad(
    ct: Any,
    x: Any,
    out: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NC",
) -> Any:
    """The cotangent of `x` from that of `max_pool(x)`: each where the window has its first largest element."""
    from jax import lax

    name, lengths = f"max_pool{jnp.ndim(x) - 2}d_grad", places_of(x, layout)
    size, steps, counts, _, around = pooling_geometry(name, lengths, window, stride, padding, cover_all)
    found, zero = jnp.zeros_like(x, ct.dtype), jnp.zeros((), ct.dtype)
    for offset, hit in first_largest(x, out, size, steps, counts, around, layout):
        places = zip(offset, lengths, steps, counts, around, strict=True)
        wide = [(i - before, n + before - i - (m - 1) * s - 1, s - 1) for i, n, s, m, (before, _) in places]
        found += lax.pad(hit * ct, zero, on_all_axes(wide, layout, (0, 0, 0)))
    return found


def max_pool_at(
    v: Any,
    x: Any,
    out: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NC",
) -> Any:
    """What `v` has where `out = max_pool(x)` has found the first largest element of each window."""
    name = f"max_pool{jnp.ndim(x) - 2}d_at"
    size, steps, counts, _, around = pooling_geometry(name, places_of(x, layout), window, stride, padding, cover_all)
    found = jnp.zeros_like(out, v.dtype)
    for offset, hit in first_largest(x, out, size, steps, counts, around, layout):
        found += hit * at_offset(v, jnp.zeros((), v.dtype), offset, steps, counts, around, layout)
    return found


def first_largest(x: Any, out: Any, size: Any, steps: Any, counts: Any, around: Any, layout: Any) -> Any:
    """Each place of a window, and for which windows it is the first one that has the largest element."""
    from itertools import product

    free = jnp.ones(jnp.shape(out), bool)
    for offset in product(*map(range, size)):
        hit = free & (at_offset(x, lowest(x), offset, steps, counts, around, layout) == out)
        free ^= hit
        yield offset, hit


def at_offset(x: Any, value: Any, offset: Any, steps: Any, counts: Any, around: Any, layout: Any) -> Any:
    """What all windows have at one of their places."""
    from jax import lax

    bordered = lax.pad(x, value, on_all_axes([(*pair, 0) for pair in around], layout, (0, 0, 0)))
    ends = [i + (m - 1) * s + 1 for i, m, s in zip(offset, counts, steps, strict=True)]
    rows = list(map(slice, offset, ends, steps))
    return bordered[tuple(on_all_axes(rows, layout, slice(None)))]


def on_all_axes(values: Any, layout: Any, fill: Any) -> Any:
    """One value for each axis of an image, of those for the axes that windows slide over."""
    return (fill, fill, *values) if layout[1] == "C" else (fill, *values, fill)


def lowest(x: Any) -> Any:
    """What is not larger than any element of `x`, in its dtype."""
    of_integers = jnp.issubdtype(x.dtype, jnp.integer)
    return jnp.asarray(jnp.iinfo(x.dtype).min if of_integers else -jnp.inf, x.dtype)  # type: ignore[no-untyped-call]


def average_pool(
    x: Any,
    window: Any = 2,
    *,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    count_include_pad: Any = True,
    layout: Any = "NC",
) -> Any:
    """The mean of each window."""
    from jax import lax

    name, lengths = f"average_pool{jnp.ndim(x) - 2}d", places_of(x, layout)
    how = pooling_geometry(name, lengths, window, stride, padding, cover_all)
    whole = [on_all_axes(k, layout, fill) for k, fill in ((how[0], 1), (how[1], 1), (how[4], (0, 0)))]
    total = lax.reduce_window(x, jnp.zeros((), x.dtype), lax.add, *whole)
    return total / numbers_of_elements(how, lengths, count_include_pad, layout, jnp.result_type(x, 1.0))


def average_pool_grad(
    ct: Any,
    *,
    size: Any,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    count_include_pad: Any = True,
    layout: Any = "NC",
) -> Any:
    """The cotangent of an image of a size from that of `average_pool`."""
    from jax import lax

    how = pooling_geometry(f"average_pool{jnp.ndim(ct) - 2}d_grad", size, window, stride, padding, cover_all)
    shape, steps, counts, _, around = how
    part = ct / numbers_of_elements(how, size, count_include_pad, layout, ct.dtype)
    places = zip(size, shape, steps, counts, around, strict=True)
    wide = [(k - 1 - before, n + before - (m - 1) * s - 1, s - 1) for n, k, s, m, (before, _) in places]
    zero = jnp.zeros((), ct.dtype)
    spread = lax.pad(part, zero, on_all_axes(wide, layout, (0, 0, 0)))
    ones = [1] * jnp.ndim(ct)
    return lax.reduce_window(spread, zero, lax.add, on_all_axes(shape, layout, 1), ones, "VALID")


def numbers_of_elements(how: Any, lengths: Any, count_include_pad: Any, layout: Any, dtype: Any) -> Any:
    """How many elements each window has: one number where all have as many."""
    size, steps, counts, given, _ = how
    out: Any = 1
    for k, line in enumerate(elements_in_windows(lengths, size, steps, counts, given, count_include_pad)):
        if all(m == size[k] for m in line):
            out = out * size[k]
        else:
            places = [-1 if i == k else 1 for i in range(len(size))]
            out = out * jnp.array(line, dtype).reshape(on_all_axes(places, layout, 1))
    return out
