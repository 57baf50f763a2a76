"""A step of LeNet, value and gradient, on NumPy and on JAX: `python -m benchmarks.nn`.

NumPy's against the plain products of matrices that it is made of, of the same shapes, and their rate; JAX's against
`jax.jit(jax.value_and_grad(f))` of the same network; either against PyTorch where that is installed. One thread.
"""

from __future__ import annotations

import importlib.util
import time
from typing import Any

import numpy as np

import pullback
from benchmarks.timing import best, compare
from pullback.stdlib import nn

BATCH, CLASSES = 64, 10
# outputs, inputs of a window, columns: the products of matrices of one step, of which the last two are in the gradient
PRODUCTS = (
    *[(20, 25, BATCH * 576)] * 2,
    *[(50, 500, BATCH * 64)] * 3,
    *[(500, 800, BATCH)] * 3,
    *[(CLASSES, 500, BATCH)] * 3,
)


def loss(p, x, targets):
    """Cross entropy of LeNet."""
    w1, b1, w2, b2, w3, b3, w4, b4 = p
    y = nn.max_pool2d(nn.conv2d(x, w1, b1), 2)
    y = nn.max_pool2d(nn.conv2d(y, w2, b2), 2)
    y = np.maximum(np.reshape(y, (len(x), 800)) @ w3 + b3, 0.0)
    z = y @ w4 + b4
    m = np.max(z, axis=1, keepdims=True)
    total = m[:, 0] + np.log(np.sum(np.exp(z - m), axis=1))
    return np.mean(total - np.sum(z * targets, axis=1))


def arguments() -> tuple[Any, Any, Any]:
    """Parameters, images and targets."""
    rng = np.random.default_rng(0)
    shapes = ((20, 1, 5, 5), (20,), (50, 20, 5, 5), (50,), (800, 500), (500,), (500, CLASSES), (CLASSES,))
    p = tuple(0.05 * rng.standard_normal(shape, np.float32) for shape in shapes)
    x = rng.standard_normal((BATCH, 1, 28, 28), np.float32)
    return p, x, np.eye(CLASSES, dtype=np.float32)[rng.integers(0, CLASSES, BATCH)]


def products() -> list[tuple[Any, Any]]:
    """The operands of all products of a step."""
    rng = np.random.default_rng(1)
    pairs = {s: (rng.standard_normal(s[:2], np.float32), rng.standard_normal(s[1:], np.float32)) for s in PRODUCTS}
    return [pairs[s] for s in PRODUCTS]


def of_jax(p: Any, x: Any, targets: Any) -> Any:
    """The same network, as it is written for JAX."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    def pooled(y: Any) -> Any:
        return lax.reduce_window(y, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    w1, b1, w2, b2, w3, b3, w4, b4 = p
    y = pooled(lax.conv_general_dilated(x, w1, (1, 1), "VALID") + b1[:, None, None])
    y = pooled(lax.conv_general_dilated(y, w2, (1, 1), "VALID") + b2[:, None, None])
    y = jnp.maximum(y.reshape(len(x), 800) @ w3 + b3, 0.0)
    z = y @ w4 + b4
    return jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.sum(z * targets, axis=1))


def of_torch(args: tuple[Any, Any, Any]) -> Any:
    """A step of PyTorch, None where it is not installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    torch: Any = importlib.import_module("torch")
    f = torch.nn.functional
    torch.set_num_threads(1)
    p = [torch.tensor(a, requires_grad=True) for a in args[0]]
    x, targets = torch.tensor(args[1]), torch.tensor(args[2])

    def step() -> Any:
        w1, b1, w2, b2, w3, b3, w4, b4 = p
        y = f.max_pool2d(f.conv2d(x, w1, b1), 2)
        y = f.max_pool2d(f.conv2d(y, w2, b2), 2)
        z = f.relu(y.reshape(len(x), 800) @ w3 + b3) @ w4 + b4
        return torch.autograd.grad(f.cross_entropy(z, targets), p)

    return step


def main() -> None:
    """Print the table."""
    args = arguments()
    step = pullback.value_and_grad(loss)
    pairs = products()
    flops = sum(2.0 * a.shape[0] * a.shape[1] * b.shape[1] for a, b in pairs)
    ours, plain = best(lambda: step(*args)), best(lambda: [a @ b for a, b in pairs])
    print(f"{flops / 1e6:.0f} MFLOP; plain products {1e3 * plain:.2f} ms, {flops / plain / 1e9:.0f} GFLOP/s")
    print(f"NumPy {1e3 * ours:.2f} ms, {flops / ours / 1e9:.0f} GFLOP/s, {ours / plain:.2f} of plain products")
    torch_step = of_torch(args)
    if torch_step is not None:
        ratio = compare(lambda: step(*args), torch_step, clock=time.perf_counter)
        print(f"NumPy / PyTorch {ratio.median:.2f} ± {ratio.spread:.2f}")
    if importlib.util.find_spec("jax") is not None:
        import jax

        mine, theirs = jax.jit(pullback.value_and_grad(loss, backend="jax")), jax.jit(jax.value_and_grad(of_jax))
        given = jax.device_put(args)
        for a, b in zip(jax.tree.leaves(mine(*given)), jax.tree.leaves(theirs(*given)), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)

        def run(f: Any) -> Any:
            return lambda: jax.block_until_ready(f(*given))

        ratio = compare(run(mine), run(theirs), clock=time.perf_counter)
        print(f"JAX {1e3 * best(run(mine)):.2f} ms, {ratio.median:.2f} ± {ratio.spread:.2f} of jax.value_and_grad")


if __name__ == "__main__":
    main()
