"""Batching, Core to Core: code for one direction becomes code for several at once, which lie along a first axis."""
