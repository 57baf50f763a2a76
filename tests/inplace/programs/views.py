"""Views: writes through one are seen by the array and by its other views."""

import numpy as np

from tests.inplace.cases import mixed, refused, right, single


@right(mixed(5))
@right(single(mixed(5)))
def through_a_slice(a):
    v = a[1:3]
    v *= 3.0
    return a * a


@right(mixed(5))
def element_of_a_slice(a):
    v = a[1:4]
    v[0] = v[1] * v[2]
    v[-1] += a[0]
    return a * a


@right(mixed(6))
def slice_of_a_slice(a):
    v = a[1:][::2]
    v[1:] *= a[0]
    v[0] = a[2] * a[2]
    return a * a


@right(mixed(6))
def slice_of_a_reversed_array(a):
    v = a[::-1]
    w = v[1:4]
    w += a[:3]
    v[0] = w[0] * w[1]
    return a * a


@right(mixed(6))
def view_read_after_a_write(a):
    v = a[1:4]
    a[2] = 5.0 * a[0]
    return v * v


@right(mixed(6))
def view_read_before_and_after_a_write(a):
    v = a[1:4]
    s = np.sum(v * v)
    a[2] = 5.0 * a[0]
    a *= 0.5
    return s * v


@right(mixed(6))
def two_views_that_overlap(a):
    v, w = a[:4], a[2:]
    v *= 2.0
    w *= v
    v[3] = w[0] * w[3]
    return np.sum(v * w) * a


@right(mixed(6))
def two_views_apart(a):
    u, v = a[:3], a[3:]
    u += v * v
    v -= u
    return u * v


@right(mixed(3, 4))
def integer_of_a_matrix(a):
    r = a[1]
    r *= a[0]
    r[2] = 3.0 * r[0]
    return a * a


@right(mixed(2, 3, 4))
def integers_of_a_cube(a):
    p = a[1]
    q = p[2]
    q[0] = a[0, 0, 0] * q[1]
    p[0] += q
    return a * a


@right(mixed(3, 4))
@right(single(mixed(3, 4)))
def transposed(a):
    t = a.T
    t[0] *= 2.0
    t[2, 1] = a[0, 0] * a[1, 1]
    return a * a


@right(mixed(3, 4))
def transposed_by_function(a):
    t = np.transpose(a)
    t += np.arange(3.0)
    u = a.transpose()
    u[1:] *= t[:-1]
    return a * a


@right(mixed(2, 3, 4))
def transposed_by_axes(a):
    t = np.transpose(a, (2, 0, 1))
    t[0] *= 2.0 * t[1]
    u = a.transpose(1, 2, 0)
    u[1, 2, 0] = a[0, 0, 0] ** 2
    return a * a


@right(mixed(2, 3, 4))
def swapped_axes(a):
    t = np.swapaxes(a, 0, 2)
    t[1] *= t[0]
    u = a.swapaxes(1, 2)
    u[0, 1] += 2.0 * u[1, 0]
    return a * a


@right(mixed(2, 3, 4))
def moved_axis(a):
    t = np.moveaxis(a, 0, -1)
    t[..., 0] *= t[..., 1]
    t[2, 3, 1] = 4.0 * a[0, 0, 0]
    return a * a


@right(mixed(2, 3, 4))
def rolled_axis(a):
    t = np.rollaxis(a, 2)
    t[0] *= t[1]
    return a * a


@right(mixed(4, 4))
def diagonal_read_after_a_write(a):
    d = np.diagonal(a)
    a[1, 1] = a[0, 0] * a[0, 1]
    a[2] *= 2.0
    return d * d


@right(mixed(4, 4))
def diagonal_beside_the_main_one(a):
    d = a.diagonal(1)
    a[0, 1] = 3.0 * a[2, 2]
    return d * d


@right(mixed(1, 4))
def squeezed(a):
    s = np.squeeze(a)
    s *= s
    s[0] = a[0, 1]
    return a * a


@right(mixed(3, 1, 2))
def squeezed_along_an_axis(a):
    s = a.squeeze(1)
    s[1] *= a[0, 0]
    s += 1.0
    return a * a


@right(mixed(4))
def expanded(a):
    e = np.expand_dims(a, 1)
    e *= 2.0
    e[2, 0] = a[0] * a[1]
    return a * a


@right(mixed(4))
def new_axis_by_index(a):
    e = a[:, None]
    f = a[np.newaxis]
    e[1] = f[0, 0] * 3.0
    f *= 0.5
    return a * e


@right(mixed(3, 4))
def flipped(a):
    f = np.flip(a, 1)
    f[:, 0] *= a[:, 0]
    g = np.flipud(a)
    g[0] += f[1]
    np.fliplr(a)[0, 0] = 2.0
    return a * a


@right(mixed(3, 3))
def rotated(a):
    r = np.rot90(a)
    r[0] *= a[0]
    return a * a


@right(mixed(3, 4))
def chain_of_views(a):
    v = a.T[1:][:, 1]
    v *= 2.0
    v[0] = a[0, 0] * a[2, 2]
    a.T[0][1:] += v[:2]
    return a * a


@right(mixed(2, 3, 4))
def long_chain_of_views(a):
    v = np.swapaxes(a[1:], 1, 2)[0].T[::2]
    v[1] *= a[0, 0]
    v[0, ::-1] += a[0, 1] * v[1]
    return a * a


@right(mixed(3, 4))
def write_through_an_expression(a):
    a.T[0] = a[0, :3]
    a[1:].T[2, 0] += 2.0 * a[0, 1]
    a[::-1][0][1:] *= a[0, 0]
    return a * a


@right(mixed(3, 4))
def ellipsis_is_a_view(a):
    v = a[...]
    v *= a[0, 0]
    w = a[:]
    w[0] = v[1] * v[2]
    return a * a


@right(mixed(3, 4))
def rows_of_a_loop_are_views(a):
    for row in a:
        row *= row[0]
        row[1:] += 0.5
    return a * a


@right(mixed(4, 3), mixed(3, seed=1))
def rows_of_zip_and_enumerate_are_views(a, w):
    for k, row in enumerate(a):
        row *= w + k
    for p, q in zip(a[:2], a[2:]):
        p[0] = q[1] * q[2]
        q -= p
    return a * a


@right(mixed(4, 3))
def unpacked_rows_are_views(a):
    p, q, r, s = a
    p *= q
    r[0] = s[1] * s[2]
    return a * a


@right(mixed(5))
def view_made_in_a_loop(a):
    for i in range(4):
        v = a[i : i + 2]
        v[1] += np.sin(v[0])
        v *= 0.9
    return a * a


@refused(mixed(5), text="it may be the array that is written under another name", marked="v *= a[0] * 2.0")
def view_that_moves_in_a_loop(a):
    v = a
    for _ in range(3):
        v = v[1:]
        v *= a[0] * 2.0
    return a * a


@right(mixed(5))
def view_from_before_a_loop(a):
    v = a[1:4]
    for i in range(3):
        a[i + 1] *= a[i]
        v[i] += 0.5 * v[2 - i]
    return v * v


@right(mixed(5), 0.7)
@right(mixed(5), -0.7)
def view_written_in_a_branch(a, s):
    v = a[1:3]
    if s > 0.0:
        v *= s
    else:
        v[0] = s * a[0]
    return a * v[0]


@right(mixed(5))
def view_kept_after_its_name_is_rebound(a):
    v = a[1:4]
    w = v
    v = v * 2.0
    v[0] = 5.0
    w[0] = v[1] * 3.0
    return a * v[2]


@right(mixed(5))
def view_kept_after_the_array_s_name_is_rebound(a):
    v = a[1:4]
    a = np.sin(a)
    v *= 2.0
    a[1] = 3.0 * v[0]
    return np.sum(a * a) * v


@right(mixed(5))
def view_of_a_buffer(x):
    y = np.zeros(7)
    inner = y[1:-1]
    inner[:] = x * x
    y[0], y[-1] = inner[0], inner[-1] * x[0]
    return y * y


@right(mixed(4, 4))
def boundary_conditions_by_views(a):
    top, bottom, left, right_ = a[0], a[-1], a[:, 0], a[:, -1]
    top[:] = a[1]
    bottom[:] = 2.0 * a[-2]
    left[:] = right_ * left
    right_ -= 0.5
    return a * a


@right(mixed(4, 4))
def blocks_of_a_matrix(a):
    p, q, r, s = a[:2, :2], a[:2, 2:], a[2:, :2], a[2:, 2:]
    s -= r @ q
    q[:] = p @ q
    r *= s
    return a * a


@right(mixed(6))
def even_and_odd_views(x):
    even, odd = x[::2], x[1::2]
    odd -= 0.5 * (even * even)
    even += 0.25 * odd
    return x * x


@right(mixed(2, 6))
def view_in_single_steps(a):
    u, v = a[0], a[1]
    for _ in range(3):
        u[1:] += 0.1 * v[:-1] * u[1:]
        v[:-1] -= 0.1 * u[1:]
    return a * a


@right(mixed(4, 4))
def lower_triangle_is_a_copy(a):
    t = np.tril(a)
    t[0, 0] = 3.0 * a[1, 1]
    t *= 2.0
    return a * t


@right(mixed(4))
def atleast_2d_is_a_view(a):
    b = np.atleast_2d(a)
    b[0, 1] = 3.0 * a[0]
    b *= 2.0
    return a * a


@right(mixed(4))
def broadcast_is_a_view(a):
    b = np.broadcast_to(a, (2, 4))
    a[1] = 3.0 * a[0]
    return b * a


@right(mixed(6))
def split_gives_views(a):
    p, q = np.split(a, 2)
    p *= q
    q[0] = 2.0 * p[1]
    return a * a
