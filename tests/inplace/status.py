"""What becomes of each program: `python -m tests.inplace.status [TOPIC…]` prints a table."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections import Counter

from pullback import errors
from tests.inplace.cases import Case, topics
from tests.inplace.checks import assert_refusal, assert_right, refusal


def status(case: Case) -> str:
    """`ok`, `refused: …`, `WRONG: …`, `crash: …`, or `other: …` for a refusal that is not the one expected."""
    try:
        if case.refusal is None:
            assert_right(case.f, case.args)
            return "ok"
        error = refusal(case)
        if error is not None:
            return expected(case, error)
        return "right" if case.or_right else "WRONG: not refused"
    except errors.PullbackError as e:
        lines = str(e).splitlines()
        return f"refused: {type(e).__name__}: {lines[0].rpartition('/')[2]} || {''.join(lines[1:2])}"
    except AssertionError as e:
        return f"WRONG: {failed(e)} {' '.join(str(e).split())[:300]}"
    except Exception as e:
        return f"crash: {type(e).__name__}: {' '.join(str(e).split())[:300]}"


def failed(e: BaseException) -> str:
    """The line that failed."""
    return str(traceback.extract_tb(e.__traceback__)[-1].line)


def expected(case: Case, error: errors.PullbackError) -> str:
    """`ok` where a program is refused as it should be."""
    try:
        assert_refusal(case, error)
    except AssertionError:
        return f"other: {type(error).__name__}: {error.message} || {error.source_line}"
    return "ok"


def main() -> None:
    """Print one line for each case and the counts."""
    warnings.simplefilter("error")
    counts: Counter[str] = Counter()
    for topic, cases in topics().items():
        if sys.argv[1:] and topic not in sys.argv[1:]:
            continue
        for case in cases:
            found = status(case)
            counts[found.partition(":")[0]] += 1
            print(f"{topic}.{case.name}: {found}", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
