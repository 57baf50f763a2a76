"""Views that depend on how an array lies in memory: `reshape`, `ravel` and the like; and parts under other names."""

import numpy as np

from pullback import errors
from tests.inplace.cases import mixed, refused, right, single


@right(mixed(2, 3))
@right(single(mixed(2, 3)))
@right(mixed(1, 4))
@right(np.zeros((0, 3)))
def elements_of_a_ravelled_argument(a):
    r = a.ravel()
    for i in range(1, r.size):
        r[i] += np.sin(r[i - 1]) * r[i]
    return a * a


@right(mixed(2, 3))
def array_and_its_shapes_in_turns(a):
    r, m = a.ravel(), a.reshape(3, 2)
    r[0] = 2.0 * m[1, 1]
    a[1] *= r[1]
    m[2, 0] = a[0, 0] * r[5]
    r *= a[0, 1]
    return np.sum(a * a) * r + m.ravel()


@right(mixed(2, 3, 2))
def shapes_of_parts(a):
    a[0].reshape(-1)[1:4] *= a[1, 0, 0]
    a[1:].reshape(6)[0] = 3.0 * a[0, 1, 1]
    np.ravel(a[1, 2])[0] += a[0, 0, 0]
    return a * a


@right(mixed(2, 6))
def views_of_shapes(a):
    m = a.reshape(3, 4)
    m.T[1] *= m[0, 0]
    m[1:, ::2][0] = a[0, :2] * a[1, 4:]
    m.reshape(2, 2, 3)[1, 0] += 0.5
    return a * a


@right(mixed(2, 3), 0.5)
@right(mixed(2, 3), -0.5)
def shape_written_in_a_branch(a, s):
    r = a.ravel()
    if s > 0.0:
        r[1] = s * r[0]
    else:
        a[1] *= s
    return r * r


@right(mixed(2, 3))
def shape_read_before_and_after_a_write(a):
    r = a.reshape(-1)
    s = np.sum(r * r)
    a[0, 1] = 3.0 * s
    a *= 0.5
    return s * r


@right(mixed(2, 3))
def ravelled_result_of_operations(a):
    y = np.sin(a) + a[:1]
    r = y.ravel()
    r[1:] *= r[:-1]
    z = np.maximum(y, 0.1 * a).copy().reshape(3, 2)
    z[0] = y[0, 0]
    return y * y + z.reshape(2, 3)


@right(np.asfortranarray(mixed(2, 3)))
@right(mixed(3, 2).T)
@right(mixed(4, 3)[::2])
def ravelled_copy_of_any_layout(a):
    y = a.copy()
    y.ravel()[1] = 3.0 * a[0, 0]
    return a * y


@right(mixed(6)[::-1])
@right(mixed(12)[::2])
@right(mixed(6))
def one_axis_of_any_stride_split_in_two(x):
    m = x.reshape(2, 3)
    m[1] *= m[0]
    m[:, 0] += x[4]
    return x * x


@right(mixed(6))
def flat_copy_and_flat_view(x):
    m = x.reshape(2, 3)
    f, g = m.flatten(), m.T.flatten()
    f[0] = 3.0 * x[1]
    x[2] = g[3] * f[4]
    return x * f * g


@right(np.asfortranarray(mixed(2, 3)))
def flattened_in_the_order_of_columns(a):
    f = a.flatten(order="F")
    f[1] *= a[0, 0]
    a[0] = f[:3]
    return np.sum(a * a) * f


@right(mixed(2, 3))
def contiguous_array_is_itself(a):
    y = np.ascontiguousarray(a)
    y[0] *= y[1]
    np.ascontiguousarray(y[1:])[0, 1] = 2.0 * a[0, 0]
    a *= 1.5
    return y * a


@right(mixed(4), mixed(2, 2, seed=1))
def buffer_filled_through_another_shape(x, w):
    y = np.zeros((2, 2))
    flat = y.reshape(-1)
    for k in range(4):
        flat[k] = np.sum(x[:k] * w.ravel()[:k]) + x[k] * y[0, 0]
    return y @ w


@right(mixed(2, 3))
def written_in_loops_of_loops(a):
    m = a.reshape(3, 2)
    for _ in range(2):
        for i in range(3):
            m[i] *= m[(i + 1) % 3, 0]
            if i == 1:
                continue
            a[0, i] += 0.5
    return a * m.reshape(2, 3)


def head(a):
    return a.reshape(-1)[1:3]


def double(a):
    flat = a.ravel()
    flat[0] *= 2.0
    return flat[1]


def ends(a):
    """The first and the last element, as arrays."""
    n = a.shape[0]
    return a[:1], a[n - 1 :]


@right(mixed(2, 3))
def view_in_another_shape_by_a_helper(a):
    h = head(a)
    h *= a[1, 1]
    head(h)[0] = 2.0
    return a * a


@right(mixed(2, 3))
def helper_that_writes_through_another_shape(a):
    s = double(a)
    b = np.cos(a)
    s += double(b) + double(a[1:]) * double(a[0])
    return a * b * s


@right(mixed(5))
def two_views_by_a_helper(x):
    p, q = ends(x)
    p[0] = 3.0 * q[0]
    q *= x[1]
    return x * x


@right(mixed(4, 6))
def splits_are_views(a):
    p, q = np.vsplit(a, 2)
    q -= p
    for r in np.hsplit(a, [1, 4]):
        r *= r[0, 0]
    np.array_split(p, 4, axis=1)[1][0] = 2.0 * q[1, 5]
    return a * a


@right(mixed(7))
def uneven_splits(x):
    p, q, r = np.array_split(x, 3)
    p[1:] *= q
    r += q[0]
    np.hsplit(x, [2])[1][0] = p[0]
    return x * x


@right(mixed(2, 3, 2))
def split_in_depth(a):
    p, q = np.dsplit(a, 2)
    p *= q[0]
    return a * a


@right(mixed(2, 3))
@right(mixed(3))
@right(mixed(2, 2, 2))
def at_least_so_many_axes(a):
    b, c, d = np.atleast_1d(a), np.atleast_2d(a), np.atleast_3d(a)
    b[0] *= 2.0
    c[0] += b[-1]
    d[0, 0] = 3.0 * d[-1, -1]
    return a * a


@right(mixed(3, 4))
def rotated_by_several_quarters(a):
    np.rot90(a, 2)[0] *= a[0]
    np.rot90(a, 3)[1, 0] = 2.0 * a[1, 1]
    np.rot90(a, -1, axes=(1, 0))[0, 1:] += np.rot90(a, k=0)[0, 0]
    return a * a


@right(mixed(2, 3, 4))
def axes_rolled_to_places(a):
    np.rollaxis(a, 2, 1)[0, 0] *= 2.0
    np.rollaxis(a, 0, 3)[1, 1] = np.rollaxis(a, -1)[0, 0, 0]
    return a * a


@right(mixed(3))
@right(mixed(2, 2))
def imaginary_part_of_a_real_array(x):
    x[0] *= 2.0
    return x * x + np.imag(x) + x.imag


@right(mixed(6), 0.5)
@right(mixed(6), -0.5)
def slice_objects(x, s):
    part = slice(1, None, 2) if s > 0.0 else slice(3)
    x[part] *= s
    v = x[slice(None, None, -1)]
    v[slice(part.step or 1, 4)] += x[0]
    return x * x


@right(mixed(2, 3))
def items_by_their_numbers(a):
    e = a.item(4) * a.item(0, 1)
    a[0, 1] = e
    return a * a.item(1)


@refused(mixed(3, 2).T, cls=errors.AliasError, text="'a' must be C-contiguous: it is written", marked=None)
@refused(mixed(2, 6)[:, ::2], cls=errors.AliasError, text="'a' must be C-contiguous", marked=None)
@refused(mixed(2, 3)[::-1], cls=errors.AliasError, text="'a' must be C-contiguous", marked=None)
def read_in_another_shape_after_a_write(a):
    r = a.reshape(-1)
    a[0, 1] = 3.0
    return r * r


@refused(mixed(3, 2).T, cls=errors.AliasError, text="'a' must be C-contiguous", marked=None)
def helper_that_writes_through_an_argument_s_shape(a):
    return a * double(a)


_UNKNOWN = "is a view or a copy, as the layout of the array has it, and it is written"


@refused(mixed(2, 3), text=f"what np.ravel gives {_UNKNOWN}", marked="r[0]")
def ravelled_transposed(a):
    r = a.T.ravel()
    r[0] = 2.0
    return a * a


@refused(mixed(2, 3), text=f"what np.reshape gives {_UNKNOWN}", marked="a[:, 1:].reshape(-1)[0]")
def columns_in_another_shape(a):
    a[:, 1:].reshape(-1)[0] = 2.0
    return a * a


@refused(mixed(2, 3), text=f"what np.reshape gives {_UNKNOWN}", marked='a.reshape(3, 2, order="F")[0]')
def shape_in_the_order_of_columns(a):
    a.reshape(3, 2, order="F")[0] = 2.0
    return a * a


@refused(mixed(6), text=f"what np.ravel gives {_UNKNOWN}", marked="r *= 2.0")
def every_other_element_ravelled(x):
    r = x[::2].ravel()
    r *= 2.0
    return x * x


@refused(mixed(2, 3), 0.5, text=f"what np.ravel gives {_UNKNOWN}", marked="r[0]")
def one_of_two_arrays_ravelled(a, s):
    y = a * 2.0 if s > 0.0 else a.T * 3.0
    r = y.ravel()
    r[0] = s
    return y.ravel() * r


@refused(
    mixed(2, 3),
    text="argument 1 of this call is not known to be C-contiguous",
    marked="double(a[:, 1:])",
)
def columns_given_to_a_helper_that_ravels(a):
    s = double(a[:, 1:])
    return a * s
