"""Forward mode, Core to Core: each statement is followed, or led, by those that compute the tangent of what it binds."""
