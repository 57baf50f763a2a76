"""What is said of the order in which arrays lie in memory, held against what NumPy does."""

import operator

import numpy as np
import pytest

import pullback
from pullback.transpile import prims
from pullback.transpile.core import Lit
from pullback.transpile.lower import contiguity
from tests.inplace.checks import assert_right
from tests.stdlib.all_samples import SAMPLES

rng = np.random.default_rng(4)
OF_OPERANDS = [op for op in SAMPLES if op in contiguity._LIKE_OPERANDS or isinstance(op, np.ufunc)]


def with_odd_strides(x):
    """C-contiguous arrays of the same elements; the strides of axes of length 1 are of no meaning, and are any."""
    yield np.ascontiguousarray(x)
    strides = [8 if n == 1 else s for n, s in zip(x.shape, np.ascontiguousarray(x).strides, strict=True)]
    for odd in (strides, [s if n > 1 else 8000 for n, s in zip(x.shape, strides, strict=True)]):
        yield np.lib.stride_tricks.as_strided(np.ascontiguousarray(x), x.shape, odd)


def variants(inputs):
    for k in range(3):
        yield [list(with_odd_strides(x))[k] if isinstance(x, np.ndarray) and x.ndim and x.size else x for x in inputs]


@pytest.mark.parametrize("op", OF_OPERANDS, ids=lambda op: op.__name__)
@pytest.mark.filterwarnings("ignore")
def test_of_contiguous_operands_the_result_is_contiguous(op):
    for sample in SAMPLES[op]:
        for inputs in variants(sample.inputs):
            if all(x.flags.c_contiguous for x in inputs if isinstance(x, np.ndarray)):
                out = op(*inputs, **sample.static)
                assert not isinstance(out, np.ndarray) or out.flags.c_contiguous


@pytest.mark.parametrize(
    "op",
    [
        *(np.zeros_like, np.ones_like, np.empty_like, np.argsort, np.round, operator.matmul, operator.floordiv),
        *(lambda x: np.full_like(x, 1.0), lambda x: prims.astype(x, np.float32), lambda x: np.vstack([x, x])),
        *(lambda x: np.hstack([x, x]), lambda x: np.stack([x, x], 1), lambda x: np.concatenate([x, x], -1)),
        *(lambda x: np.take(x, [0, 0], 1), lambda x: np.repeat(x, 2, -1), lambda x: np.pad(x, 1)),
    ],
)
@pytest.mark.parametrize("shape", [(3, 3), (1, 1), (2, 3), (3, 1), (1, 3), (2, 1, 3), (1, 2, 1)])
def test_of_a_contiguous_array_the_result_is_contiguous(op, shape):
    for (x,) in variants([rng.standard_normal(shape)]):
        if op in (operator.matmul, operator.floordiv):
            y = np.ascontiguousarray(np.swapaxes(x, -1, -2)) if op is operator.matmul else x
            assert op(x, y).flags.c_contiguous
        else:
            assert op(x).flags.c_contiguous


A = np.arange(120.0).reshape(2, 3, 4, 5)
INDICES = [
    *(np.s_[1], np.s_[1, 2], np.s_[1:], np.s_[0, 1:], np.s_[:, 1:], np.s_[::2], np.s_[::-1], np.s_[..., 1], np.s_[...]),
    *(np.s_[1, ...], np.s_[None], np.s_[:, None], np.s_[0, None, 1:2], np.s_[1:, ..., 1:], np.s_[:, 1], np.s_[:1, ...]),
    *(np.s_[0, 1:2, :, :], np.s_[0, :, 1:2, :], np.s_[1, 2, 3, 1:3], np.s_[0, 1, ::2], np.s_[1:, :, :, :]),
]
"""Of an array whose axes have no length of 1."""


def core(index):
    from pullback.transpile.core import Slice

    def bound(x):
        return None if x is None else Lit(x)

    parts = index if isinstance(index, tuple) else (index,)
    return tuple(Slice(*map(bound, (p.start, p.stop, p.step))) if isinstance(p, slice) else Lit(p) for p in parts)


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_parts_that_are_called_contiguous_are_so(index):
    if contiguity._is_leading(core(index)):
        assert A[index].flags.c_contiguous


@pytest.mark.parametrize("index", [np.s_[1], np.s_[1:], np.s_[0, 1:], np.s_[1, ...], np.s_[None, 1], np.s_[0, 1:2, :]])
def test_leading_parts_are_called_contiguous(index):
    assert contiguity._is_leading(core(index))


def test_an_argument_of_another_layout_is_refused_by_the_run():
    def f(a):
        r = a.ravel()
        r[0] = 2.0
        return np.sum(a * a)

    a = rng.standard_normal((2, 3))
    assert pullback.grad(f)(a).tolist() == [[0.0, *2.0 * a[0, 1:]], list(2.0 * a[1])]
    with pytest.raises(pullback.AliasError, match="'a' must be C-contiguous: it is written") as caught:
        pullback.grad(f)(np.asfortranarray(a))
    assert caught.value.__notes__ == [f'in File "{__file__}", line {f.__code__.co_firstlineno + 2}: r[0] = 2.0']


def test_what_is_read_before_any_write_may_have_any_layout():
    def f(a):
        return np.sum(a.ravel() * np.reshape(a, -1))

    a = rng.standard_normal((3, 2)).T
    assert np.array_equal(pullback.grad(f)(a), 2.0 * a)


def test_imaginary_parts_of_real_arrays_cannot_be_written():
    def f(x):
        z = np.imag(x)
        z[0] = 1.0
        return np.sum(x * z)

    with pytest.raises(pullback.NotSupportedYet, match="a read-only view is written") as caught:
        pullback.grad(f)(np.ones(3))
    assert caught.value.source_line[caught.value.col - 1 : caught.value.end_col - 1] == "z[0]"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("np.take(x, slice(1, 2))", "a slice object is used as a value, which is not supported yet"),
        ("x * len(slice(1, 2))", "a slice object is used as a value, which is not supported yet"),
        ("x * slice(1, 2)[0]", "a slice object has no items"),
        ("x[slice()]", "slice takes one to three arguments"),
        ("x.item()", "this form of item"),
        ("x.item(0, 1)", "this form of item"),
        ("np.hsplit(x[0], 2)", "it is not known that the array has the axis that this splits"),
        ("np.dsplit(x, 2)", "it is not known that the array has the axis that this splits"),
    ],
)
def test_what_parts_cannot_be(expression, message):
    from tests.transpile.lowering import refused

    assert message in refused(f"def f(x):\n    return {expression}\n", np.ones(3)).message


def test_standalone_text_has_the_checks_that_it_makes(tmp_path, capsys):
    from pullback.cli import main

    file = tmp_path / "flat.py"
    file.write_text("def f(a):\n    a.ravel()[0] = 2.0\n    return (a * a).sum()\n")
    main(["transpile", f"{file}:f", "--signature", "a: f64[:,:]", "--standalone"])
    space: dict = {}
    exec(capsys.readouterr().out, space)
    assert space["f_grad"](np.ones((2, 2))).tolist() == [[0.0, 2.0], [2.0, 2.0]]
    with pytest.raises(pullback.AliasError, match="must be C-contiguous"):
        space["f_grad"](np.asfortranarray(np.ones((2, 2))))


def through_ravel(a, n):
    for i in range(n):
        a.ravel()[i] = a.ravel()[i - 1] * a[0, 1]
    return np.sum(a * a)


def through_a_name(a, n):
    v = a.reshape(-1)
    for i in range(n):
        if v[i] > -0.5:
            v[i] = v[i - 1] * 2.0
    return np.sum(a * v[0])


@pytest.mark.parametrize("f", [through_ravel, through_a_name])
def test_an_argument_that_is_written_in_another_shape_is_copied_once(f):
    a = np.random.default_rng(3).standard_normal((3, 4))
    source = pullback.grad(f, wrt=0).specialize(a, 5).source
    assert source.count("copy(") == 1
    assert source.index("copy(") < source.index("for i in")
    assert_right(f, [a, 5])
