"""Operations whose derivative is zero wherever it exists."""

from __future__ import annotations

import builtins
import math
import operator

import numpy as np

from pullback.runtime import at_least_one, fraction, order, place_to_insert, places_below, zeros_of, zeros_to_fill
from pullback.stdlib.registry import constant

# comparisons and logic
constant(
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.not_, operator.truth,
    operator.is_, operator.is_not, operator.contains, operator.and_, operator.or_, operator.xor, operator.invert,
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.isclose, np.allclose, np.array_equal, np.all,
    np.any,
    math.isclose, builtins.bool, builtins.isinstance, builtins.any, builtins.all,
)  # fmt: skip

# what kind of number is it
constant(
    np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf, np.signbit, np.sign, np.isscalar, np.isreal,
    np.iscomplex,
    math.isnan, math.isinf, math.isfinite,
)  # fmt: skip

# steps
constant(
    operator.floordiv, np.floor_divide, np.floor, np.ceil, np.trunc, np.fix, np.rint, np.round, np.around,
    np.spacing, math.floor, math.ceil, math.trunc, math.ulp, builtins.round, builtins.int,
)  # fmt: skip

# positions, counts, sizes
constant(
    np.argmax, np.argmin, np.argsort, np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.searchsorted,
    np.digitize,
    np.isin, np.shape, np.size, np.ndim, builtins.len, np.unravel_index, np.ravel_multi_index, np.indices,
    np.broadcast_shapes, np.tril_indices, np.triu_indices, np.diag_indices, at_least_one,
)  # fmt: skip

# integers and bits
constant(
    operator.lshift, operator.rshift, np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift,
    np.right_shift, np.bitwise_count, np.gcd, np.lcm,
    math.gcd, math.lcm, math.comb, math.perm, math.factorial, math.isqrt, builtins.range,
    np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.bool_, np.intp,
)  # fmt: skip

# makers of arrays that do not depend on the values of their arguments
constant(
    np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.empty_like, np.eye, np.identity, np.tri,
)  # fmt: skip

constant(order, place_to_insert, list.index)
constant(zeros_of)
constant(zeros_to_fill)

# facts about types
constant(np.finfo, np.iinfo, np.dtype, np.result_type, np.can_cast, np.issubdtype)

# orders, windows, texts
constant(
    np.argpartition, np.lexsort, np.nanargmax, np.nanargmin, np.array_equiv, np.tril_indices_from, np.triu_indices_from,
    np.bartlett, np.blackman, np.hamming, np.hanning, np.einsum_path, np.array_str, np.array_repr, np.array2string,
    np.shares_memory, np.may_share_memory, np.isdtype, np.iscomplexobj, np.isrealobj, np.base_repr, np.binary_repr,
    np.mask_indices, np.diag_indices_from, np.min_scalar_type, np.common_type, np.promote_types,
)  # fmt: skip

constant(fraction, places_below)
