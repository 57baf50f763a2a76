"""Random numbers from explicit keys, the same for NumPy and for JAX.

    k = random.key(0)
    k, sub = random.split(k)
    noise = random.normal(sub, (3,))

A function of a key always gives the same numbers: they are those of the function of the same name in `jax.random`,
which JAX code calls. Bits, integers and uniform numbers are equal to the last bit, what is made of them by functions
such as `log` to rounding. Floats are Python's unless a dtype is given: where JAX computes in 32 bits, its numbers are
those for `dtype=np.float32`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.stdlib.inverse_erf import inverse_erf
from pullback.stdlib.threefry import hashed, hashed_indices, lengths_of, random_bits, words_of

__all__ = [
    "bernoulli",
    "bits",
    "categorical",
    "choice",
    "exponential",
    "fold_in",
    "gumbel",
    "key",
    "normal",
    "permutation",
    "randint",
    "split",
    "truncated_normal",
    "uniform",
]


def key(seed: Any) -> Any:
    """The key for a seed, an integer: an array of two uint32, as of `jax.random.PRNGKey`.

    JAX, where it computes in 32 bits, takes the lower 32 bits of a seed; from 0 to 2**32 - 1 it is all the same.
    """
    seed = np.int64(seed) if isinstance(seed, int) else np.asarray(seed)
    if seed.dtype.kind not in "iu" or seed.shape != ():
        raise TypeError(f"a seed is an integer, not {seed!r}")
    bits = int(seed)
    return np.array([(bits >> 32) & 0xFFFFFFFF if seed.dtype.itemsize > 4 else 0, bits & 0xFFFFFFFF], np.uint32)


def split(key: Any, num: Any = 2) -> Any:
    """New keys, one a row: `num` of them, or an array of this shape of them. The old key is not to be used again."""
    shape = lengths_of(num)
    return np.stack(hashed_indices(words_of(key), math.prod(shape)), axis=-1).reshape(*shape, 2)


def fold_in(key: Any, data: Any) -> Any:
    """A new key from a key and an integer, such as the number of a step."""
    word = np.array([int(data) & 0xFFFFFFFF], np.uint32)
    return np.concatenate(hashed(words_of(key), np.zeros(1, np.uint32), word))


def bits(key: Any, shape: Any = (), dtype: Any = np.uint32) -> Any:
    """Unsigned integers, each of which is as likely as any other."""
    kind = np.dtype(dtype)
    if kind.kind != "u":
        raise TypeError(f"bits are unsigned integers, not of dtype {kind}")
    return random_bits(key, 8 * kind.itemsize, lengths_of(shape))[()]


def uniform(key: Any, shape: Any = (), dtype: Any = float, minval: Any = 0.0, maxval: Any = 1.0) -> Any:
    """Numbers of equal probability from `minval` up to, but without, `maxval`; both are repeated to the shape."""
    low, high = np.asarray(minval, dtype), np.asarray(maxval, dtype)
    found = _of_unit(key, lengths_of(shape), np.dtype(dtype)) * (high - low) + low
    return np.maximum(low, found).reshape(lengths_of(shape))[()]


def _of_unit(key: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Numbers from 0 up to 1: random bits for the mantissa of a number between 1 and 2, minus 1."""
    if dtype not in (np.float16, np.float32, np.float64):
        raise TypeError(f"random numbers are floats of 16, 32 or 64 bits, not of dtype {dtype}")
    info = np.finfo(dtype)
    integer = np.dtype(f"uint{info.bits}")
    mantissa = random_bits(key, info.bits, shape) >> integer.type(info.bits - info.nmant)
    return (mantissa | np.ones((), dtype).view(integer)).view(dtype) - dtype.type(1.0)


def normal(key: Any, shape: Any = (), dtype: Any = float) -> Any:
    """Normally distributed numbers with mean 0 and variance 1."""
    one = np.ones((), dtype)
    u = uniform(key, shape, dtype, np.nextafter(-one, 0.0 * one), one)
    return np.sqrt(2.0).astype(dtype) * inverse_erf(u)


def truncated_normal(key: Any, lower: Any, upper: Any, shape: Any = None, dtype: Any = float) -> Any:
    """Normally distributed numbers of those between `lower` and `upper`."""
    lower, upper = np.asarray(lower, dtype), np.asarray(upper, dtype)
    shape = np.broadcast_shapes(lower.shape, upper.shape) if shape is None else shape
    root = np.sqrt(2.0).astype(dtype)
    erf = np.vectorize(math.erf, [dtype])
    u = uniform(key, shape, dtype, erf(lower / root), erf(upper / root))
    infinite = np.asarray(np.inf, dtype)
    return np.clip(root * inverse_erf(u), np.nextafter(lower, infinite), np.nextafter(upper, -infinite))


def exponential(key: Any, shape: Any = (), dtype: Any = float) -> Any:
    """Exponentially distributed numbers with mean 1."""
    return -np.log1p(-uniform(key, shape, dtype))


def gumbel(key: Any, shape: Any = (), dtype: Any = float) -> Any:
    """Numbers with the distribution of Gumbel."""
    return -np.log(-np.log(uniform(key, shape, dtype, np.finfo(dtype).tiny)))


def bernoulli(key: Any, p: Any = 0.5, shape: Any = None) -> Any:
    """Booleans, true with the probability `p`, in its shape unless another one is given."""
    p = np.asarray(p)
    if p.dtype.kind != "f":
        raise TypeError(f"a probability is a float, not of dtype {p.dtype}")
    return uniform(key, p.shape if shape is None else shape, p.dtype) < p


def randint(key: Any, shape: Any, minval: Any, maxval: Any, dtype: Any = int) -> Any:
    """Integers from `minval` up to, but without, `maxval`."""
    kind = np.dtype(dtype)
    if kind not in (np.int32, np.int64):
        raise TypeError(f"random integers have 32 or 64 bits and a sign, not the dtype {kind}")
    bounds = np.iinfo(kind)
    low, high = (np.clip(np.asarray(x), bounds.min, bounds.max).astype(kind) for x in (minval, maxval))
    unsigned = np.dtype(f"uint{bounds.bits}")
    with np.errstate(over="ignore"):
        span = np.where(high <= low, 1, high.astype(unsigned) - low.astype(unsigned)).astype(unsigned)
        is_wider = (np.asarray(maxval) > bounds.max) & (high > low)
        span = np.where(is_wider, span + unsigned.type(1), span)
        upper, lower = (random_bits(k, bounds.bits, lengths_of(shape)) for k in split(key))
        half = unsigned.type(1 << (bounds.bits // 2)) % span
        offset = (upper % span * (half * half % span) + lower % span) % span
        return (low + offset.astype(kind))[()]


def permutation(key: Any, x: Any, axis: int = 0) -> Any:
    """The numbers below an integer, or the parts of an array along an axis, in random order."""
    x = np.asarray(x)
    order = np.arange(int(x) if x.ndim == 0 else x.shape[axis])
    rounds = math.ceil(3.0 * math.log(max(1, order.size)) / math.log(0xFFFFFFFF))
    for _ in range(rounds):
        key, sub = split(key)
        order = order[np.argsort(random_bits(sub, 32, order.shape), kind="stable")]
    return order if x.ndim == 0 else np.take(x, order, axis)


def choice(key: Any, a: Any, shape: Any = (), replace: bool = True, p: Any = None, axis: int = 0) -> Any:
    """Some of the numbers below an integer, or of the parts of an array along an axis, with the probabilities `p`."""
    a, shape = np.asarray(a), lengths_of(shape)
    count, draws = int(a) if a.ndim == 0 else a.shape[axis], math.prod(shape)
    if draws and count < (1 if replace else draws):
        raise ValueError(f"cannot draw {draws} of {count}")
    if p is None:
        places = randint(key, shape, 0, count) if replace else permutation(key, count)[:draws]
    elif replace:
        up_to = np.cumsum(p)
        places = np.searchsorted(up_to, up_to[-1] * (1.0 - uniform(key, shape, up_to.dtype)))
    else:
        p = np.asarray(p)
        with np.errstate(divide="ignore"):
            places = np.argsort(-(gumbel(key, (count,), p.dtype) + np.log(p)), kind="stable")[:draws]
    places = np.reshape(places, shape)
    return places[()] if a.ndim == 0 else np.take(a, places, axis)


def categorical(key: Any, logits: Any, axis: int = -1, shape: Any = None) -> Any:
    """Indices along an axis, with the probabilities of which `logits` are the logarithms, up to a constant."""
    logits = np.asarray(logits)
    axis = axis % logits.ndim - logits.ndim
    shape = lengths_of(list(np.delete(logits.shape, axis)) if shape is None else shape)
    place = len(shape) + axis + 1
    whole = (*shape[:place], logits.shape[axis], *shape[place:])
    return np.argmax(gumbel(key, whole, logits.dtype) + logits, axis=axis)


FUNCTIONS: frozenset[Callable[..., object]] = frozenset({globals()[name] for name in __all__})
