"""The exception tree and how an error looks."""

import pickle
from dataclasses import dataclass

import pytest

from pullback import errors


@dataclass(frozen=True)
class At:
    file: str
    line: int
    col: int
    end_line: int
    end_col: int


TEXT = "def f(x):\n    y = x[mask]\n    return y\n"


def test_error_shows_the_place_the_line_a_caret_and_the_hint():
    e = errors.at(errors.NotSupportedYet, At("model.py", 2, 8, 2, 15), "no masks", "Use where.", TEXT)
    assert str(e) == (
        "model.py:2:9: no masks\n"
        "    2 |     y = x[mask]\n"
        "      |         ^^^^^^^\n"
        "   Use where."
    )  # fmt: skip
    assert (e.file, e.line, e.col, e.hint, e.message) == ("model.py", 2, 9, "Use where.", "no masks")


def test_error_without_a_place_is_message_and_hint():
    assert str(errors.PullbackError("no such function", hint="a\nb")) == "no such function\n   a\n   b"


def test_construct_over_several_lines_is_underlined_to_the_end_of_the_first():
    e = errors.at(errors.NoRule, At("m.py", 1, 4, 2, 3), "m", text="y = f(\n  x)\n")
    assert str(e).splitlines()[1:] == ["    1 | y = f(", "      |     ^^"]


def test_columns_count_characters_not_bytes_and_tabs_stay():
    e = errors.at(errors.NoRule, At("m.py", 1, 12, 1, 13), "m", text="\ts = 'é' + x\n")
    assert str(e).splitlines() == ["m.py:1:12: m", "    1 | \ts = 'é' + x", "      | \t" + " " * 10 + "^"]


def test_line_comes_from_the_file_where_no_text_is_given(tmp_path):
    path = tmp_path / "m.py"
    path.write_text(TEXT)
    assert "return y" in str(errors.at(errors.NoRule, At(str(path), 3, 4, 3, 12), "m"))
    assert str(errors.at(errors.NoRule, At(str(path), 99, 0, 99, 1), "m")) == f"{path}:99:1: m"


@pytest.mark.parametrize(
    ("cls", "bases"),
    [
        (errors.SourceUnavailable, (errors.SourceError, errors.PullbackError)),
        (errors.StaleSource, (errors.SourceError,)),
        (errors.WrtError, (errors.PullbackError, ValueError)),
        (errors.SignatureNeeded, (errors.PullbackError,)),
        (errors.NoRule, (errors.NotSupportedYet, errors.PullbackError)),
        (errors.NotDifferentiable, (errors.PullbackError,)),
        (errors.NotScalar, (errors.PullbackError, TypeError)),
        (errors.AliasError, (errors.PullbackError, RuntimeError)),
    ],
)
def test_tree(cls, bases):
    assert all(issubclass(cls, base) for base in bases)
    e = pickle.loads(pickle.dumps(errors.at(cls, At("m.py", 1, 0, 1, 1), "m", "h", "x")))
    assert type(e) is cls
    assert str(e) == "m.py:1:1: m\n    1 | x\n      | ^\n   h"
