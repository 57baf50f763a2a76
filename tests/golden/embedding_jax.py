# flags: --mode grad --wrt params --bare --backend jax
# args: {"embed": n(7, 4), "layers": [{"w": n(4, 5), "b": n(5)}, {"w": n(5, 3), "b": n(3)}]}, rng.integers(0, 7, (6, 2)), n(6, 3)
# input
import numpy as np


def loss(params, tokens, targets):
    h = params["embed"][tokens].mean(axis=1)
    for layer in params["layers"]:
        h = np.maximum(h @ layer["w"] + layer["b"], 0.0)
    return np.mean((h - targets) ** 2)
# output
import jax.numpy as jnp


def loss_grad(params, tokens, targets):
    """Gradient of `loss` with respect to params."""
    h = params["embed"][tokens].mean(axis=1)
    tape = []
    for layer in params["layers"]:
        h_prev = h
        h = jnp.maximum(h_prev @ layer["w"] + layer["b"], 0.0)
        tape.append((h_prev, h))

    # return np.mean((h - targets) ** 2)
    dh = 2.0 * (h - targets) / targets.size
    dlayers = []
    for layer in reversed(params["layers"]):
        h_prev, h = tape.pop()
        # h = np.maximum(h @ layer["w"] + layer["b"], 0.0)
        d = dh * (h > 0.0)
        dh = d @ layer["w"].T
        dlayers.append({"w": h_prev.T @ d, "b": jnp.sum(d, axis=0)})
    dlayers.reverse()
    # h = params["embed"][tokens].mean(axis=1)
    dembed = jnp.zeros_like(params["embed"])
    dembed = dembed.at[tokens].add(jnp.expand_dims(dh, axis=1) / tokens.shape[1])
    return {"embed": dembed, "layers": dlayers}
