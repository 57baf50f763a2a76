"""Sums over samples, of `scipy.integrate`."""

from __future__ import annotations
