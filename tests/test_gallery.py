"""Emitted gradients beside hand-written ones: as short, with the user's names and comments, nothing needless."""

from __future__ import annotations

import ast
import re

import pytest

from tests.ast_size import dead_names, functions, size
from tests.gallery import NAMES, GalleryProgram, program

SLACK = 1.15


@pytest.fixture(params=NAMES)
def gallery(request: pytest.FixtureRequest) -> GalleryProgram:
    return program(request.param)


def emitted_functions(gallery: GalleryProgram) -> list[ast.FunctionDef]:
    tree = ast.parse(gallery.source)
    return functions(gallery.source, [node.name for node in tree.body if isinstance(node, ast.FunctionDef)])


def test_no_longer_than_by_hand(gallery: GalleryProgram) -> None:
    emitted = size(emitted_functions(gallery))
    by_hand = size(functions(gallery.user_text, gallery.by_hand_names))
    assert emitted.statements <= SLACK * by_hand.statements
    assert emitted.nodes <= SLACK * by_hand.nodes


def test_no_dead_statement(gallery: GalleryProgram) -> None:
    assert [dead_names(f) for f in emitted_functions(gallery) if dead_names(f)] == []


def test_nothing_needless(gallery: GalleryProgram) -> None:
    assert "unbroadcast" not in gallery.source
    for f in emitted_functions(gallery):
        for node in ast.walk(f):
            if isinstance(node, ast.BinOp):
                operands = [x.value for x in (node.left, node.right) if isinstance(x, ast.Constant)]
                needless = {ast.Mult: 1.0, ast.Div: 1.0, ast.Add: 0.0, ast.Sub: 0.0}.get(type(node.op))
                assert needless is None or needless not in operands or ast.unparse(node) in gallery.user_text


def fresh_names(found: list[ast.FunctionDef], primal: ast.FunctionDef) -> set[str]:
    """The names that are bound and are neither the user's nor `d` and one of them."""
    own = {n.id for n in ast.walk(primal) if isinstance(n, ast.Name)} | {a.arg for a in primal.args.args}
    bound = {n.id for f in found for n in ast.walk(f) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return {name for name in bound if re.sub(r"_(prev|next|in)$", "", name) not in own | {f"d{x}" for x in own}}


def test_names_are_the_users(gallery: GalleryProgram) -> None:
    (primal,) = functions(gallery.user_text, [gallery.primal.__name__])
    emitted = fresh_names(emitted_functions(gallery), primal)
    by_hand = fresh_names(functions(gallery.user_text, gallery.by_hand_names), primal)
    assert len(emitted) <= len(by_hand) + 2, (emitted, by_hand)


def comments(text: str) -> set[str]:
    return {line.strip().removeprefix("# ") for line in text.splitlines() if line.strip().startswith("# ")}


def test_comments_carry_the_primal_lines(gallery: GalleryProgram) -> None:
    lines = {line.strip() for line in gallery.user_text.splitlines()}
    assert all(any(line.startswith(c.removesuffix(" ...")) for line in lines) for c in comments(gallery.source))
    assert len(comments(gallery.source)) >= len(comments(gallery.user_text)) - 1
