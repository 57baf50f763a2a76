"""Random bits from a key and a counter: Threefry-2x32 with 20 rounds, the numbers that JAX has by default.

Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A key is an array of two
unsigned integers of 32 bits. Element `k` of an array of random bits is the hash of the number `k`, so that it depends
on the key, and on how many elements come before it, and on nothing else.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA
_WORD = 0xFFFFFFFF
_BLOCK = 1 << 15  # elements at once: what they need stays in the cache


def words_of(key: Any) -> tuple[int, int]:
    """The two words of a key. Raises TypeError for what is none."""
    found = np.asarray(key)
    if found.dtype != np.uint32 or found.shape != (2,):
        what = f"an array of {found.dtype} of shape {found.shape}"
        raise TypeError(f"a key is an array of two uint32, as key(seed) and the rows of split(key) are, not {what}")
    return int(found[0]), int(found[1])


def hashed(key: tuple[int, int], high: Any, low: Any) -> tuple[Any, Any]:
    """The hashes of the numbers whose upper and lower words are given, which are overwritten."""
    words = (*key, key[0] ^ key[1] ^ _PARITY)
    high += np.uint32(words[0])
    low += np.uint32(words[1])
    turned = np.empty_like(low)
    for k in range(5):
        for rotation in _ROTATIONS[k % 2]:
            high += low
            np.right_shift(low, np.uint32(32 - rotation), out=turned)
            np.left_shift(low, np.uint32(rotation), out=low)
            low |= turned
            low ^= high
        high += np.uint32(words[(k + 1) % 3])
        low += np.uint32((words[(k + 2) % 3] + k + 1) & _WORD)
    return high, low


def hashed_indices(key: tuple[int, int], count: int) -> tuple[Any, Any]:
    """The hashes of the numbers below `count`."""
    high, low = np.empty(count, np.uint32), np.empty(count, np.uint32)
    for start in range(0, count, _BLOCK):
        at = np.arange(start, min(start + _BLOCK, count), dtype=np.uint64)
        part = slice(start, start + at.size)
        high[part], low[part] = hashed(key, (at >> np.uint64(32)).astype(np.uint32), at.astype(np.uint32))
    return high, low


def lengths_of(shape: Any) -> tuple[int, ...]:
    """A shape as a tuple."""
    return tuple(map(operator.index, shape)) if isinstance(shape, tuple | list) else (operator.index(shape),)


def random_bits(key: Any, width: int, shape: tuple[int, ...]) -> Any:
    """An array of unsigned integers of so many bits."""
    high, low = hashed_indices(words_of(key), math.prod(shape))
    if width == 64:
        found = (high.astype(np.uint64) << np.uint64(32)) | low
    else:
        found = (high ^ low).astype(f"uint{width}")
    return found.reshape(shape)
