"""Sparse Jacobians: as the dense ones, from as many directions as the colouring needs."""

import numpy as np
import pytest
from scipy import sparse

from pullback import errors, jacobian
from pullback.sparse import coloured

X = np.random.default_rng(9).standard_normal(30)


def stencil(x):
    y = 2.0 * x**3
    y[1:] += np.sin(x[:-1]) * x[1:]
    y[:-1] -= x[1:] ** 2
    return y


def blocks(x, k):
    return np.concatenate([x[:10] * x[10:20], np.cos(x[20:]) * k])


BANDS = sparse.diags_array([1.0, 1.0, 1.0], offsets=[-1, 0, 1], shape=(30, 30))
BLOCKS = np.zeros((20, 30), bool)
BLOCKS[np.arange(10), np.arange(10)] = BLOCKS[np.arange(10), np.arange(10, 20)] = True
BLOCKS[np.arange(10, 20), np.arange(20, 30)] = True


@pytest.mark.parametrize(("f", "args", "where"), [(stencil, (X,), BANDS), (blocks, (X, 0.5), BLOCKS)])
def test_as_the_dense_one(f, args, where):
    derived = jacobian(f, sparsity=where)
    got = derived(*args)
    assert isinstance(got, sparse.csr_array)
    np.testing.assert_allclose(got.toarray(), jacobian(f)(*args), rtol=1e-13, atol=1e-14)


def test_a_band_of_three_needs_three_directions():
    derived = jacobian(stencil, sparsity=BANDS)
    assert derived.colours.max() + 1 == 3
    derived(X)
    assert "np.eye" not in derived.source
    assert "for" not in derived.source.split('"""')[2]


def test_single_precision_stays_single():
    assert jacobian(stencil, sparsity=BANDS)(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("seed", range(20))
def test_columns_of_one_colour_have_no_row_in_common(seed):
    rng = np.random.default_rng(seed)
    pattern = sparse.csr_array(rng.random((15, 25)) < 0.15)
    colours = coloured(pattern)
    dense = pattern.toarray().astype(int)
    for c in range(colours.max() + 1):
        assert dense[:, colours == c].sum(axis=1).max() <= 1


def test_shapes_must_fit():
    with pytest.raises(ValueError, match="30 columns, 'x'"):
        jacobian(stencil, sparsity=BANDS)(X[:20])
    with pytest.raises(ValueError, match="the sparsity has the shape"):
        jacobian(blocks, sparsity=BANDS)(X, 0.5)


def test_what_is_not_supported_is_refused():
    for kwargs in ({"mode": "reverse"}, {"wrt": ("x", "k")}):
        with pytest.raises(errors.NotSupportedYet) as caught:
            jacobian(blocks, sparsity=BLOCKS, **kwargs)
        assert caught.value.hint


@pytest.mark.parametrize(
    ("f", "args", "text"),
    [
        (lambda x: (x, x), (X,), "and the result is a structure"),
        (lambda d: d["a"] * 2.0, ({"a": X},), "and the parameter is a structure"),
    ],
)
def test_structures_are_refused(f, args, text):
    with pytest.raises(errors.NotSupportedYet) as caught:
        jacobian(f, sparsity=BANDS)(*args)
    assert text in caught.value.message
    assert caught.value.hint
