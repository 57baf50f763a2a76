"""Random programs: Core computes what Python does, bit for bit, or the program is refused."""

import copy
import os

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullback import errors
from pullback.transpile.interpret import run
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from pullback.transpile.verify import verify
from tests.transpile.lowering import assert_same, live, types_of
from tests.transpile.random_programs import programs

numbers = st.sampled_from([0.5, -1.25, 2.0, 0.0, 1.0])


def check_refusal(message):
    """Random programs may read names without a value, and no more than that."""
    assert "may be unbound" in message


def outcome(call):
    """What a call gives, or the class of what it raises."""
    try:
        with np.errstate(all="ignore"):
            return call()
    except Exception as e:
        return type(e)


@settings(
    max_examples=int(os.environ.get("PULLBACK_PROGRAMS", "150")), deadline=None, suppress_health_check=list(HealthCheck)
)
@given(programs(), st.tuples(numbers, numbers, numbers), st.integers(0, 4), st.integers(0, 2**16))
def test_random_programs(text, scalars, n, seed):
    rng = np.random.default_rng(seed)
    f = live(text)
    args = (*scalars, rng.standard_normal(3), rng.standard_normal(3), [0.5, -0.25, 1.5], n)
    try:
        program = lower(from_function(f), types_of(f, args))
    except errors.NotSupportedYet as refusal:
        check_refusal(refusal.message)
        return
    verify(program)
    expected = outcome(lambda: f(*copy.deepcopy(args)))
    given_args = copy.deepcopy(args)
    if expected is UnboundLocalError:
        return
    got = outcome(lambda: run(program, *given_args))
    assert_same(got, expected)
    assert_same(list(given_args), list(args))
