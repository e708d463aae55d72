"""Sinks that die at any moment, over wires that are cut at any moment: everything arrives once, and nothing else does.

Random steps through the kit's day; sessions that we open and that are opened to us, one of them forgetting its numbers
at each logon. What a peer must have got in the end is what it gets on a day on which nothing goes wrong.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from post_trade_day import Desk, full_day, session

from smartexec.testing.wired_bench import Told
from smartexec_fix.session.settings import SECOND

SESSIONS: Final = (
    session("bank", "drop-copy", "allocations", "allocation-reports", "trade-captures"),
    session("clearer", "trade-captures", captures="executions", hosts=("127.0.0.1:1",), version="FIX.5.0SP2"),
    session("custodian", "allocations", accounts=frozenset({"BIRCH"})),
)
Step = Callable[[Desk, Told], None]


def _dies(how: Callable[[Desk, Told], None]) -> Step:
    def step(desk: Desk, told: Told) -> None:
        how(desk, told)
        desk.restart()

    return step


def _cut_and_told(desk: Desk, told: Told) -> None:
    desk.disconnect()
    desk.turn(told)


def _told_and_connected(desk: Desk, told: Told) -> None:
    desk.turn(told)
    desk.connect()


STEPS: Final[dict[str, Step]] = {
    "told": Desk.turn,
    "told, then all connect": _told_and_connected,
    "cut off, then told": _cut_and_told,
    "told, then killed": _dies(Desk.turn),
    "killed before anything leaves": _dies(Desk.die_before_bytes_leave),
    "killed before it is committed": _dies(Desk.die_before_commit),
}


@cache
def calm() -> list[list[str]]:
    """What each peer gets on a day on which nothing goes wrong."""
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder), *SESSIONS)
        desk.day()
        desk.close()
        return [list(peer.got) for peer in desk.peers]


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=len(full_day()), max_size=len(full_day())))
def test_everything_arrives_once_whatever_happens(steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder), *SESSIONS, connect=False)
        for name, told in zip(steps, full_day(), strict=True):
            STEPS[name](desk, told)
        desk.wait(60 * SECOND)
        desk.connect()
        desk.wait(60 * SECOND)
        desk.close()
        for peer, all_ in zip(desk.peers, calm(), strict=True):
            assert sorted(peer.got) == sorted(all_)
            assert len({*peer.got}) == len(peer.got)


def test_a_calm_day_says_something_to_everybody() -> None:
    assert [len(got) for got in calm()] == [45, 12, 4]
