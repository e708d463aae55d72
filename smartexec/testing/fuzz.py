"""Ten thousand random views, and the smallest one that breaks a promise, printed as a test that can be pasted."""

import os
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from smartexec.testing.random_views import Draw, any_draw

TRIES: Final = int(os.environ.get("SMARTEXEC_VIEWS", "10000"))
"""Random views, or requests, that a kit tries."""


def fuzz(size: int, each: int, body: Callable[[Draw], None], ready_test: Callable[[], str]) -> None:
    """Call `body` with random bytes, `size` at a time, until `TRIES` values were tried, `each` of them in a call.

    What fails is shrunk; the test fails with its text and with `ready_test()`, asked after the smallest failure.
    """

    @settings(
        max_examples=-(-TRIES // each), deadline=None, database=None, derandomize=True, report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(any_draw(size))
    def tried(draw: Draw) -> None:
        body(draw)

    try:
        tried()
    except Exception as error:  # hypothesis has called it with the smallest last
        text = str(error).partition("\n")[0]
        told = text if isinstance(error, AssertionError) else f"{type(error).__name__}: {text}"
        pytest.fail(f"{told}\n\n{ready_test()}", pytrace=False)
