# flags: --mode grad --wrt pos,vel,mass
# args: n(4, 2), n(4, 2), 1.0 + n(4) ** 2, 0.05, 3
# input
import numpy as np


def nbody(pos, vel, mass, dt, steps):
    for _ in range(steps):
        d = pos[None, :, :] - pos[:, None, :]
        r2 = np.sum(d ** 2, axis=2) + 0.1
        acc = np.sum(d * (mass[None, :] / r2 ** 1.5)[:, :, None], axis=1)
        vel = vel + dt * acc
        pos = pos + dt * vel
    return np.sum(vel ** 2)
# output
import numpy as np


def nbody_grad(pos, vel, mass, dt, steps):
    """Gradient of `nbody` with respect to (pos, vel, mass)."""
    tape = []
    for _ in range(steps):
        d = pos[None, :, :] - pos[:, None, :]
        r2 = np.sum(d ** 2, axis=2) + 0.1
        t = r2 ** 1.5
        tape.append((pos, r2, t))
        acc = np.sum(d * (mass[None, :] / t)[:, :, None], axis=1)
        vel = vel + dt * acc
        pos = pos + dt * vel

    # return np.sum(vel ** 2)
    dvel = 2.0 * vel
    dpos, dmass = np.zeros_like(pos), np.zeros_like(mass)
    while tape:
        pos, r2, t = tape.pop()
        d = pos[None, :, :] - pos[:, None, :]
        t2 = mass[None, :] / t
        # pos = pos + dt * vel
        dvel += dpos * dt
        # vel = vel + dt * acc
        dacc = dvel * dt
        # acc = np.sum(d * (mass[None, :] / r2 ** 1.5)[:, :, None], axis=1)
        dd = np.expand_dims(dacc, axis=1) * t2[:, :, None]
        d2 = np.einsum("ac,abc->ab", dacc, d) / t
        dr2 = -(1.5 * (d2 * t2) * r2 ** 0.5)
        dmass += np.sum(d2, axis=0)
        # r2 = np.sum(d ** 2, axis=2) + 0.1
        dd += 2.0 * np.expand_dims(dr2, axis=2) * d
        # d = pos[None, :, :] - pos[:, None, :]
        dpos -= np.sum(dd, axis=1)
        dpos += np.sum(dd, axis=0)
    return dpos, dvel, dmass
