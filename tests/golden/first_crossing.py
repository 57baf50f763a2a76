# flags: --mode value-and-grad --wrt height,v
# args: 2.0, 3.0, 9.81, 0.01, 500
# args: 0.5, -1.0, 1.62, 0.05, 500
# input
def first_crossing(height, v, g, dt, steps):
    for i in range(steps):
        before = height
        v = v - g * dt
        height = height + v * dt
        if height < 0.0:
            return dt * (i + before / (before - height))
    raise ValueError("still in the air")
# output
def first_crossing_value_and_grad(height, v, g, dt, steps):
    """Value of `first_crossing` and its gradient with respect to (height, v)."""
    tape = []
    returned, result = False, None
    for i in range(steps):
        v = v - g * dt
        height_prev = height
        height = height_prev + v * dt
        t = height < 0.0
        tape.append((height_prev, height, t))
        if t:
            result = dt * (i + height_prev / (height_prev - height))
            returned = True
            break
    if not returned:
        raise ValueError("still in the air")

    dv, dheight, dresult = 0.0, 0.0, 1.0
    for height_prev, height, t in reversed(tape):
        if t:
            t = height_prev - height
            # return dt * (i + before / (before - height))
            dheight2 = dresult * dt / t
            d = dheight2 * (height_prev / t)
            dheight_prev = dheight
            dheight = dheight2 - d
            dheight2 = dheight_prev + d
        else:
            dheight, dheight2 = 0.0, dheight
        # height = height + v * dt
        dheight += dheight2
        dv += dheight2 * dt
        dresult = 0.0
    return result, (dheight, dv)
