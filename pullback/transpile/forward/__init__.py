"""Forward mode, Core to Core: beside each statement stand those that compute the tangent of what it binds."""
