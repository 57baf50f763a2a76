"""Reverse mode: Core in which cotangents flow back through every statement."""
