"""The garbage collector is paused while code is transpiled, and does its work afterwards."""

import gc
import weakref

from pullback.transpile import collector
from pullback.transpile.collector import collector_paused


class Node:
    pass


def in_a_circle():
    node = Node()
    node.itself = node
    return weakref.ref(node)


def test_it_is_off_inside_and_on_again_outside():
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_garbage_is_found_once_there_is_much_of_it(monkeypatch):
    monkeypatch.setattr(collector, "_MOST", 1000)
    monkeypatch.setattr(collector, "_there", [0])
    with collector_paused():
        gone, kept = in_a_circle(), [[] for _ in range(2000)]
    assert len(kept) == 2000
    assert gone() is None


def test_much_is_as_much_as_is_there(monkeypatch):
    monkeypatch.setattr(collector, "_MOST", 1000)
    monkeypatch.setattr(collector, "_there", [1_000_000])
    with collector_paused():
        gone, kept = in_a_circle(), [[] for _ in range(2000)]
    assert len(kept) == 2000
    assert gone() is not None


def test_it_stays_off_where_it_was_off():
    gc.disable()
    try:
        with collector_paused():
            gone = in_a_circle()
        assert not gc.isenabled()
        assert gone() is not None
    finally:
        gc.enable()
